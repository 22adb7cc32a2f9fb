"""A server with something to lose: a count and an identity that are only in its memory, threads, connections and open files."""
import json
import os
import socket
import threading
import time

IDENTITY = os.urandom(16).hex()
count = 0
connections = 0
changing = threading.Lock()

log = open("/data/log", "a", buffering=1)
greeting = open("/conf/greeting")
listener = socket.create_server(("0.0.0.0", 8080))


def state():
    return {
        "count": count,
        "identity": IDENTITY,
        "pid": os.getpid(),
        "threads": threading.active_count(),
        "connections": connections,
        "greeting": os.pread(greeting.fileno(), 4096, 0).decode(),
        "logOffset": log.tell(),
        "logIsItsFile": os.path.samestat(os.fstat(log.fileno()), os.stat("/data/log")),
    }


def answer(connection):
    global connections
    with changing:
        connections += 1
    try:
        with connection, connection.makefile("rw") as lines:
            for _ in lines:
                print(json.dumps(state()), file=lines, flush=True)
    except OSError as error:  # a restore on another address closes the connection
        print(f"connection ended: {error}", flush=True)
    finally:
        with changing:
            connections -= 1


def accept():
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
while True:
    count += 1
    print(f"tick {count} {IDENTITY}", flush=True)
    print(f"tick {count} {IDENTITY}", file=log)
    time.sleep(0.2)
