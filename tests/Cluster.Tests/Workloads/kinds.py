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
import struct
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


def inotify(folder=FOLDER):
    """A watch on a folder."""
    os.mkdir(f"{folder}/watched")
    watch = libc.inotify_init()
    libc.inotify_add_watch(watch, f"{folder}/watched".encode(), 0x100)  # IN_CREATE
    number = 0
    yield
    while True:
        number += 1
        open(f"{folder}/watched/file-{number}", "w").close()
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


def dev():
    """In the tmpfs that the runtime mounts at /dev."""
    return mapped("/dev/mapped")


def unlinked():
    """A file of /dev/shm that is mapped and has no name any more, as shm_unlink leaves it."""
    with open("/dev/shm/unlinked", "w+b") as file:
        file.write(b"only here".ljust(mmap.PAGESIZE))
        file.flush()
        memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        held = os.dup(file.fileno())
    os.unlink("/dev/shm/unlinked")
    yield
    while True:
        same = memory[:9] == os.pread(held, 9, 0) == b"only here"
        yield "ok" if same and not os.path.exists("/dev/shm/unlinked") else f"{memory[:9]} {os.listdir('/dev/shm')}"


def mounted():
    """A tmpfs that the process itself has mounted, with an open file."""
    os.mkdir("/mounted")
    libc.mount(b"tmpfs", b"/mounted", b"tmpfs", 0, b"size=2m")
    check = mapped("/mounted/mapped")
    next(check)
    yield
    while True:
        kind = next(line.split()[2] for line in open("/proc/mounts") if line.split()[1] == "/mounted")
        yield next(check) if kind == "tmpfs" else kind


def memory(size=256 << 20):
    """Random memory, with a digest taken before."""
    block, chunk = bytearray(int(size)), os.urandom(1 << 20)
    for start in range(0, len(block), len(chunk)):
        block[start:start + len(chunk)] = chunk
    for page in range(0, len(block), mmap.PAGESIZE):
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


def loopback():
    """Connections over the loopback, of both families, one half-closed: with a child, and with something on the way."""
    held = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        listener = socket.create_server((address, 0), family=family)
        if os.fork() == 0:
            client = socket.create_connection(listener.getsockname()[:2])
            while data := client.recv(100):
                client.send(data.upper())
            os._exit(0)
        served, _ = listener.accept()
        served.send(b"waiting")
        held.append((listener, served))
    yield
    while True:
        answers = []
        for listener, served in held:
            answers.append(served.recv(100) if readable(served) else None)
            served.send(b"waiting")
            socket.create_connection(listener.getsockname()[:2]).close()
            listener.accept()[0].close()
        yield "ok" if answers == [b"WAITING"] * 2 else f"{answers}"


def echo():
    """The other end of peer's connection: how many are open, and how each of the others ended."""
    server, connections, ended = socket.create_server(("", 8080)), [0], []

    def answer(connection):
        connections[0] += 1
        try:
            while data := connection.recv(100):
                connection.sendall(data.upper())
            ended.append("closed")
        except OSError as error:
            ended.append(str(error))
        connections[0] -= 1
        connection.close()

    def accept():
        while True:
            threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield
    while True:
        yield {"open": connections[0], "ended": ended}


def peer(address):
    """A connection with another Pod: it goes on, or it was closed and a new one is made."""
    connection, made = socket.create_connection((address, 8080), timeout=30), 1
    yield
    while True:
        try:
            if readable(connection, 0) and not connection.recv(100):
                raise ConnectionResetError("the connection has ended")
            connection.sendall(b"ping\n")
            yield f"{made} {connection.recv(100).decode().strip()}"
        except OSError as error:
            connection, made = socket.create_connection((address, 8080), timeout=30), made + 1
            yield f"{made} {error}"


def bound():
    """A server and a connected datagram socket at the Pod's own address."""
    address = socket.gethostbyname(socket.gethostname())
    server = socket.create_server((address, 8081))
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    datagrams.bind((address, 0))
    datagrams.connect((address, 9))
    yield
    while True:
        own = server.getsockname()
        socket.create_connection(own, timeout=5).close()
        server.accept()[0].close()
        try:
            datagrams.send(b"nobody listens")
        except ConnectionRefusedError:
            pass  # that is what the one before was answered
        yield own[0]


def processes(number=500):
    """Processes that each hold a value that the others do not know, and tell it when they are asked."""
    children = [subprocess.Popen(["sh", "-c", "while read -r asked; do echo $asked $0; done", os.urandom(8).hex()],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in range(int(number))]

    def tell():
        for child in children:
            print("you?", file=child.stdin)
        return [child.stdout.readline().split() for child in children]

    told = tell()
    yield
    while True:
        again = tell()
        yield "ok" if again == told and len({value for _, value in told}) == int(number) else f"{told} {again}"


def memfd():
    """A file of memory that is sealed."""
    file = os.memfd_create("sealed", os.MFD_ALLOW_SEALING)
    os.write(file, b"only here")
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
    yield
    while True:
        try:
            os.write(file, b"more")
            yield "it could be written"
        except PermissionError:
            now = fcntl.fcntl(file, fcntl.F_GET_SEALS)
            yield "ok" if os.pread(file, 100, 0) == b"only here" and now == seals else f"{os.pread(file, 100, 0)} {now:x}"


def aio():
    """A context of the kernel's asynchronous input and output."""
    context = ctypes.c_ulong(0)
    assert libc.syscall(206, 8, ctypes.byref(context)) == 0  # io_setup
    with open(f"{FOLDER}/aio", "wb") as new:
        new.write(b"asynchronous")
    file = os.open(f"{FOLDER}/aio", os.O_RDONLY)
    yield
    while True:
        data = ctypes.create_string_buffer(12)
        # struct iocb: data, key and flags, opcode (IOCB_CMD_PREAD) and priority, file, buffer, bytes, offset
        block = struct.pack("<QIIHhIQQqQII", 7, 0, 0, 0, 0, file, ctypes.addressof(data), 12, 0, 0, 0, 0)
        block = ctypes.create_string_buffer(block, 64)
        blocks = (ctypes.c_void_p * 1)(ctypes.addressof(block))
        submitted = libc.syscall(209, context, 1, blocks)
        events = ctypes.create_string_buffer(32)
        done = libc.syscall(208, context, 1, 1, events, None)
        yield "ok" if (submitted, done, data.raw) == (1, 1, b"asynchronous") else f"{submitted} {done} {data.raw} {os.strerror(ctypes.get_errno())}"


def sysv():
    """System V's shared memory, semaphores and message queues."""
    libc.shmat.restype = ctypes.c_void_p
    memory = libc.shmget(0, 4096, 0o1600)
    address = libc.shmat(memory, None, 0)
    ctypes.memmove(address, b"only here", 9)
    semaphore, queue = libc.semget(0, 1, 0o1600), libc.msgget(0, 0o1600)
    assert min(memory, semaphore, queue) >= 0
    libc.semctl(semaphore, 0, 16, 5)  # SETVAL
    message = struct.pack("l", 1) + b"queued"
    libc.msgsnd(queue, message, 6, 0)
    yield
    while True:
        buffer = ctypes.create_string_buffer(32)
        received = libc.msgrcv(queue, buffer, 6, 0, 0o4000)
        libc.msgsnd(queue, message, 6, 0)
        found = (ctypes.string_at(address, 9), libc.semctl(semaphore, 0, 12), received, buffer.raw[8:14])
        yield "ok" if found == (b"only here", 5, 6, b"queued") else f"{found}"


def mqueue():
    """A POSIX message queue with a message."""
    queue = ctypes.CDLL("librt.so.1", use_errno=True)
    opened = queue.mq_open(b"/kinds", os.O_RDWR | os.O_CREAT, 0o600, None)
    queue.mq_send(opened, b"queued", 6, 0)
    yield
    while True:
        buffer = ctypes.create_string_buffer(8192)
        received = queue.mq_receive(opened, buffer, 8192, None) if opened >= 0 else -1
        queue.mq_send(opened, b"queued", 6, 0)
        yield "ok" if (received, buffer.raw[:6]) == (6, b"queued") else f"{opened} {received} {buffer.raw[:6]}"


def zombie():
    """A child that has ended and that nobody has asked for."""
    child = subprocess.Popen(["sh", "-c", "exit 7"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    yield
    while True:
        state = open(f"/proc/{child.pid}/stat").read().split()[2]
        ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        yield "ok" if (state, ended.si_status) == ("Z", 7) else f"{state} {ended.si_status}"


def stopped():
    """A child that is stopped; it is let go on, answers, and is stopped again."""
    child = subprocess.Popen(["sh", "-c", "while read -r asked; do echo $asked; done"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def stop():
        os.kill(child.pid, signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)

    stop()
    yield
    while True:
        state = open(f"/proc/{child.pid}/stat").read().split()[2]
        print("go on", file=child.stdin)
        early = readable(child.stdout, 0)
        os.kill(child.pid, signal.SIGCONT)
        answer = child.stdout.readline()
        stop()
        yield "ok" if (state, early, answer) == ("T", False, "go on\n") else f"{state} {early} {answer}"


def priorities():
    """A child with a nice value and a scheduling policy of its own. (CRIU does not keep on which processors it may run.)"""
    child = subprocess.Popen(["sh", "-c", "read -r never"], stdin=subprocess.PIPE)
    os.setpriority(os.PRIO_PROCESS, child.pid, 7)
    os.sched_setscheduler(child.pid, os.SCHED_BATCH, os.sched_param(0))
    yield
    while True:
        found = (os.getpriority(os.PRIO_PROCESS, child.pid), os.sched_getscheduler(child.pid))
        yield "ok" if found == (7, os.SCHED_BATCH) else f"{found}"


def clock():
    """A timer of CLOCK_MONOTONIC at a time of that clock, and one of POSIX's: neither is late nor early by the time that the process was away."""
    started = time.monotonic()
    timer = os.timerfd_create(time.CLOCK_MONOTONIC)
    yield
    while True:
        now = time.monotonic()
        os.timerfd_settime(timer, flags=os.TFD_TIMER_ABSTIME, initial=now + 0.2)
        expired = readable(timer)
        waited = time.monotonic() - now
        yield "ok" if now >= started and expired and 0.2 <= waited < 3 else f"{started} {now} {expired} {waited}"


def traced():
    """A child that another one traces."""
    child = subprocess.Popen(["sleep", "1000000"])
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    libc.ptrace(0x4206, child.pid, 0, 0)  # PTRACE_SEIZE
    yield
    while True:
        tracer = next(line.split()[1] for line in open(f"/proc/{child.pid}/status") if line.startswith("TracerPid"))
        yield "ok" if int(tracer) == os.getpid() else f"traced by {tracer}"


def userfaultfd():
    """A file by which a process handles page faults."""
    file = libc.syscall(323, 1)  # UFFD_USER_MODE_ONLY
    yield
    while True:
        yield "ok" if file >= 0 and os.fstat(file) else f"no userfaultfd: {file}"


def nested(flag):
    """A child in a namespace of its own."""
    child = os.fork()
    if child == 0:
        assert libc.unshare(int(flag, 0)) == 0, os.strerror(ctypes.get_errno())
        if os.fork() == 0:
            while True:
                signal.pause()
        while True:
            signal.pause()
    yield
    while True:
        yield "ok" if os.waitpid(child, os.WNOHANG) == (0, 0) else "it has ended"


def device(path):
    """An open device."""
    file = os.open(path, os.O_RDWR)
    yield
    while True:
        yield "ok" if os.fstat(file) else ""


def multipath():
    """A server that takes connections over several paths, as Go's do."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)  # IPPROTO_MPTCP
    server.bind(("127.0.0.1", 0))
    server.listen()
    yield
    while True:
        socket.create_connection(server.getsockname()).close()
        server.accept()[0].close()
        yield "ok"


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
