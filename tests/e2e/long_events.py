#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many clients of streams of events on one worker: what each takes, and none misses anything over
a reload."""
import selectors
import socket
from cadretest import *

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules", "events.c")
CLIENTS = int(os.environ.get("CADRE_EVENT_CLIENTS", "2000"))
PERIOD_MS = 1000
KIB_PER_CLIENT = 12
EVENT = re.compile(rb"\nid: (\d+)\n")
END = b"\r\n0\r\n\r\n"


class Listener:
    """A client: goes on where it was when its stream has ended in order."""

    def __init__(self, crowd):
        self.crowd = crowd
        self.last = None
        self.count = 0  # of the events that it has seen, each one behind the one before
        self.streams = 0
        self.connect()

    def connect(self):
        self.streams += 1
        self.tail = b""
        self.sock = socket.create_connection(self.crowd.address, timeout=deadline(30))
        fields = {"Host": "localhost", **({"Last-Event-ID": self.last} if self.last else {})}
        self.sock.sendall(raw_request("GET", f"/ticks?period_ms={PERIOD_MS}", fields))
        self.sock.setblocking(False)
        self.crowd.selector.register(self.sock, selectors.EVENT_READ, self)

    def read(self):
        data = self.sock.recv(65536)
        assert data, f"a stream was cut: ...{self.tail[-100:]!r}"
        text = self.tail + data
        end = 0
        for found in EVENT.finditer(text):
            number, end = int(found.group(1)), found.end() - 1
            assert self.last in (None, number - 1), f"{number} came behind {self.last}"
            self.last = number
            self.count += 1
        self.tail = text[max(end, len(text) - 100):]
        if text.endswith(END):
            self.close()
            self.connect()

    def close(self):
        self.crowd.selector.unregister(self.sock)
        self.sock.close()


class Listeners:
    """CLIENTS of them, read in this thread by until()."""

    def __init__(self, server):
        self.address = server.address()
        self.selector = selectors.DefaultSelector()
        self.all = []
        for _ in range(CLIENTS):
            self.all.append(Listener(self))

    def until(self, what, question, seconds=60):
        """Reads until the answer is true for each of them."""
        end = time.monotonic() + deadline(seconds)
        while not all(question(one) for one in self.all):
            left = end - time.monotonic()
            if left < 0:
                missing = sum(not question(one) for one in self.all)
                raise AssertionError(f"{missing} of {CLIENTS} clients wait in vain for {what}")
            for key, _ in self.selector.select(min(left, 1)):
                key.data.read()

    def close(self):
        for one in self.all:
            one.close()


def private_kib(pid):
    """What a process has of memory to itself."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        fields = dict(line.split(":", 1) for line in rollup.read().splitlines()[1:])
    return int(fields["Private_Dirty"].split()[0]) + int(fields["Private_Clean"].split()[0])


def events(workers):
    server = Server(workers=workers, modules={"events": {"file": "events.so"}},
                    worker_connections=CLIENTS + 100)
    compile_module(server.path("events.so"), source=SOURCE)
    return server.start()


@case(seconds=300)
def a_client_that_waits_for_events_takes_little():
    server = events(1)
    pid, = server.workers()
    server.get("/text", {"Host": "localhost"})
    before = private_kib(pid)
    crowd = Listeners(server)
    crowd.until("events", lambda one: one.count >= 3)
    after = private_kib(pid)
    each = (after - before) / CLIENTS
    print(f"# {before} KiB, with {CLIENTS} clients {after} KiB: {each:.2f} KiB each", flush=True)
    assert sanitized() or each <= KIB_PER_CLIENT, each
    crowd.close()
    server.stop()


@case(seconds=300)
def all_come_back_over_a_reload_and_miss_nothing():
    server = events(1)
    crowd = Listeners(server)
    crowd.until("events", lambda one: one.count >= 2)
    pids = server.workers()
    mark = server.mark()
    began = time.monotonic()
    server.signal(signal.SIGHUP)
    crowd.until("the new worker", lambda one: one.streams == 2)
    back = time.monotonic() - began
    seen = {one: one.count for one in crowd.all}
    crowd.until("events of the new worker", lambda one: one.count >= seen[one] + 3)
    server.wait_log(r"ready: .*generation 2", since=mark)
    print(f"# {CLIENTS} clients are with the new worker after {back:.2f} s; "
          f"{sum(one.count for one in crowd.all)} events, none missed", flush=True)
    wait_for("the old worker's end", lambda: not set(pids) & set(server.workers()))
    crowd.close()
    server.stop()


main()
