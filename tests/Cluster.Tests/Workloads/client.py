"""Keeps one connection to a server and asks over it again and again; ends when the connection does."""
import json
import socket
import sys
import time

with socket.create_connection((sys.argv[1], 8080), timeout=60) as connection, connection.makefile("rw") as lines:
    while True:
        print("state", file=lines, flush=True)
        line = lines.readline()
        if not line:
            sys.exit("the server closed the connection")
        print(f"answer {json.loads(line)['count']}", flush=True)
        time.sleep(0.2)
