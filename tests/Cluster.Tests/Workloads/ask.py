"""Asks the server of this Pod for its state, once."""
import socket

with socket.create_connection(("127.0.0.1", 8080), timeout=10) as connection, connection.makefile("rw") as lines:
    print("state", file=lines, flush=True)
    print(lines.readline(), end="")
