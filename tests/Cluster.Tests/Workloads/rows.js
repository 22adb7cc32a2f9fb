// Timers, a worker thread and open files, asked over HTTP.
const fs = require('fs');
const http = require('http');
const { Worker } = require('worker_threads');

const identity = require('crypto').randomUUID();
const file = fs.openSync('/tmp/ticks', 'a+');
const worker = new Worker("const { parentPort } = require('worker_threads'); let asked = 0; parentPort.on('message', text => parentPort.postMessage(text + ++asked))", { eval: true });
let ticks = 0;
setInterval(() => { ticks++; fs.writeSync(file, '.'); }, 50);

http.createServer((request, response) => {
  worker.once('message', text => response.end(JSON.stringify({ identity, pid: process.pid, ticks, size: fs.fstatSync(file).size, named: fs.statSync('/tmp/ticks').size, worker: text })));
  worker.postMessage('asked ');
}).listen(8080, '127.0.0.1');
