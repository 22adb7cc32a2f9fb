"""Holds kernel objects of the kinds named in its arguments, and checks that they still work when asked over a Unix socket: `kinds.py FOLDER KIND…`.
`kinds.py FOLDER` asks and prints what it says of each kind: ok, or what is wrong."""
import array
import ctypes
import fcntl
import hashlib
import json
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

FOLDER = sys.argv[1]
SOCKET = f"{FOLDER}/kinds.sock"
libc = ctypes.CDLL(None, use_errno=True)


def readable(file, seconds=5):
    return bool(select.select([file], [], [], seconds)[0])


def identity():
    """Only this process's memory knows it."""
    made = os.urandom(16).hex()
    yield
    while True:
        yield made


def threads():
    """Two threads wait for each other; one more has a value of its own."""
    ask, answer, own = threading.Event(), threading.Event(), threading.local()

    def wait():
        own.value = threading.get_native_id()
        while True:
            ask.wait()
            ask.clear()
            assert own.value == threading.get_native_id()
            answer.set()

    threading.Thread(target=wait, daemon=True).start()
    yield
    while True:
        answer.clear()
        ask.set()
        yield "ok" if answer.wait(5) else "the other thread does not answer"


def timers():
    """An interval timer of the process, and one in a thread."""
    ticks = [0, 0]

    def tick(*_):
        ticks[0] += 1

    def count():
        while True:
            time.sleep(0.05)
            ticks[1] += 1

    signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    threading.Thread(target=count, daemon=True).start()
    yield
    while True:
        before, end = list(ticks), time.monotonic() + 5
        while time.monotonic() < end and not all(now > then for now, then in zip(ticks, before)):
            time.sleep(0.01)
        yield "ok" if all(now > then for now, then in zip(ticks, before)) else f"ticks stand still: {before}, {ticks}"


def files():
    """One open for appending, one open but deleted, one read half-way."""
    appended = open(f"{FOLDER}/appended", "a+b", buffering=0)
    deleted = open(f"{FOLDER}/deleted", "w+b", buffering=0)
    os.unlink(f"{FOLDER}/deleted")
    deleted.write(b"only here")
    with open(f"{FOLDER}/read", "wb") as new:
        new.write(b"0123456789")
    half = open(f"{FOLDER}/read", "rb", buffering=0)
    half.read(5)
    lines = 0
    yield
    while True:
        appended.write(b"line\n")
        lines += 1
        half_read, whole = half.read(5), os.pread(deleted.fileno(), 100, 0)
        half.seek(5)
        same = os.path.samestat(os.fstat(appended.fileno()), os.stat(appended.name))
        if half_read != b"56789" or whole != b"only here" or not same or os.path.getsize(appended.name) != 5 * lines:
            yield f"{half_read} {whole} {same} {os.path.getsize(appended.name)} of {5 * lines}"
        else:
            yield "ok"


def locks():
    """A lock of each family; another process must not get them."""
    record, whole = open(f"{FOLDER}/record", "w"), open(f"{FOLDER}/whole", "w")
    fcntl.lockf(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(whole, fcntl.LOCK_EX | fcntl.LOCK_NB)
    other = "import fcntl,sys\ntry: getattr(fcntl, sys.argv[1])(open(sys.argv[2], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept OSError: print('held')"
    yield
    while True:
        held = [subprocess.run([sys.executable, "-c", other, how, file.name], capture_output=True, text=True).stdout.strip()
                for how, file in (("lockf", record), ("flock", whole))]
        yield "ok" if held == ["held", "held"] else f"not held: {held}"


def pipes():
    """A pipe with something in it, and a pair of sockets, between a process and its child."""
    read, write = os.pipe()
    mine, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        mine.close()
        while data := theirs.recv(100):
            theirs.send(data.upper())
        os._exit(0)
    theirs.close()
    os.write(write, b"waiting")
    yield
    while True:
        mine.send(b"ping")
        answer = mine.recv(100) if readable(mine) else None
        waiting = os.read(read, 100) if readable(read) else None
        os.write(write, b"waiting")
        yield "ok" if (answer, waiting) == (b"PING", b"waiting") else f"{answer} {waiting}"


def unix():
    """A listening Unix socket with a name, a connection to it from a child, and a datagram socket."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{FOLDER}/unix.sock")
    listener.listen()
    if os.fork() == 0:
        client = socket.socket(socket.AF_UNIX)
        client.connect(f"{FOLDER}/unix.sock")
        while data := client.recv(100):
            client.send(data.upper())
        os._exit(0)
    served, _ = listener.accept()
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    datagrams.bind(f"{FOLDER}/datagrams.sock")
    datagrams.connect(f"{FOLDER}/datagrams.sock")
    datagrams.send(b"queued")
    yield
    while True:
        served.send(b"ping")
        answer = served.recv(100) if readable(served) else None
        queued = datagrams.recv(100) if readable(datagrams) else None
        datagrams.send(b"queued")
        late = socket.socket(socket.AF_UNIX)
        late.connect(f"{FOLDER}/unix.sock")
        accepted = readable(listener)
        if accepted:
            listener.accept()[0].close()
        yield "ok" if (answer, queued, accepted) == (b"PING", b"queued", True) else f"{answer} {queued} {accepted}"


def inotify():
    """A watch on a folder."""
    os.mkdir(f"{FOLDER}/watched")
    watch = libc.inotify_init()
    libc.inotify_add_watch(watch, f"{FOLDER}/watched".encode(), 0x100)  # IN_CREATE
    number = 0
    yield
    while True:
        number += 1
        open(f"{FOLDER}/watched/file-{number}", "w").close()
        seen = os.read(watch, 4096) if readable(watch) else b""
        yield "ok" if f"file-{number}".encode() in seen else f"no event, {seen}"


def epoll():
    """An epoll set that watches an eventfd with a count, and one that is edge-triggered."""
    event = os.eventfd(3)
    poll = select.epoll()
    poll.register(event, select.EPOLLIN)
    yield
    while True:
        ready, count = poll.poll(5), os.eventfd_read(event)
        empty = poll.poll(0)
        os.eventfd_write(event, 3)
        yield "ok" if (ready, count, empty) == ([(event, select.EPOLLIN)], 3, []) else f"{ready} {count} {empty}"


def timerfd():
    """A timer that is a file."""
    timer = os.timerfd_create(time.CLOCK_MONOTONIC)
    os.timerfd_settime(timer, initial=0.05, interval=0.05)
    yield
    while True:
        yield "ok" if readable(timer) and int.from_bytes(os.read(timer, 8), "little") > 0 else "it does not expire"


def signalfd():
    """A signal that comes as a file, pending at the checkpoint."""
    mask = (ctypes.c_ulong * 16)(1 << (signal.SIGUSR2 - 1))
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    file = libc.signalfd(-1, mask, 0)
    os.kill(os.getpid(), signal.SIGUSR2)
    yield
    while True:
        seen = os.read(file, 128)[0] if readable(file) else None
        os.kill(os.getpid(), signal.SIGUSR2)
        yield "ok" if seen == signal.SIGUSR2 else f"{seen}"


def shared():
    """Memory without a file that a process shares with its child."""
    memory = mmap.mmap(-1, mmap.PAGESIZE)
    if os.fork() == 0:
        while True:
            memory[1] = memory[0]
            time.sleep(0.01)
    number = 0
    yield
    while True:
        number = (number + 1) % 256
        memory[0], end = number, time.monotonic() + 5
        while memory[1] != number and time.monotonic() < end:
            time.sleep(0.01)
        yield "ok" if memory[1] == number else "the child does not see it"


def mapped(path):
    """A file that is mapped, and stays where it is."""
    with open(path, "w+b") as file:
        file.truncate(1 << 20)
        memory = mmap.mmap(file.fileno(), 1 << 20)
    memory[:] = bytes(range(256)) * 4096
    number = 0
    yield
    while True:
        whole = memory[1:256] == bytes(range(1, 256)) and memory[-256:] == bytes(range(256))
        number = (number + 1) % 256
        memory[0] = number
        with open(path, "rb") as file:
            seen = file.read(1)[0]
        yield "ok" if whole and seen == number else f"{whole} {seen} {number}"


def shm():
    return mapped("/dev/shm/mapped")


def tmpfs():
    return mapped("/memory/mapped")


def memory(size=256 << 20):
    """Random memory, with a digest taken before."""
    block = bytearray(os.urandom(1 << 20) * (size >> 20))
    for page in range(0, size, mmap.PAGESIZE):
        block[page:page + 8] = page.to_bytes(8, "little")
    digest = hashlib.sha256(block).hexdigest()
    yield
    while True:
        yield "ok" if hashlib.sha256(block).hexdigest() == digest else "the memory has changed"


def opened(*paths):
    """Files of volumes that stay open, and can be opened again."""
    held = [open(path, "rb", buffering=0) for path in paths]
    yield
    while True:
        for file in held:
            file.seek(0)
        try:
            yield {file.name: [file.read().decode(), open(file.name).read()] for file in held}
        except OSError as error:
            yield {error.filename: [str(error)]}


def io_uring():
    """What CRIU cannot take."""
    parameters = array.array("I", [0] * 30)
    ring = libc.syscall(425, 8, ctypes.c_void_p(parameters.buffer_info()[0]))
    yield
    while True:
        yield "ok" if ring >= 0 and os.fstat(ring) else f"no ring: {ring}"


def serve(kinds):
    held = {kind: globals()[kind.split("=")[0]](*kind.split("=")[1:]) for kind in kinds}
    for kind in held.values():
        next(kind)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET)
    listener.listen()
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                answer = {kind.split("=")[0]: next(check) for kind, check in held.items()}
                connection.sendall(json.dumps({**answer}).encode())
            except BrokenPipeError:
                print("nobody waited for the answer", flush=True)


def ask():
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(SOCKET)
        with connection.makefile() as answer:
            print(answer.read())


serve(sys.argv[2:]) if len(sys.argv) > 2 else ask()
