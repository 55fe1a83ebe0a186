#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How exactly a rate limit is kept: make bench-rate-limit, or rate_limit.py [SECONDS] in a build
tree.

Four workers, a limit of 1,000 requests a second for all together, and 8,000 offered a second over
kept connections. In the middle of it a worker gets SIGKILL, and there is a reload. Printed is what
was granted in each second after the first, by the client's clock; fails where that is not between
990 and 1,010.
"""
import os
import selectors
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import cadretest

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
WORKERS = 4
LIMIT, OFFERED = 1000, 8000
LEAST, MOST = 990, 1010
BURST = 100  # what comes late because the machine is busy is not lost
CONNECTIONS = 32
TICK_S = 0.004  # so often each sends what is due
REQUEST = b"GET /version HTTP/1.1\r\nHost: test\r\n\r\n"


class Client:
    """Kept connections that are asked over by turns; one that is closed is opened again."""

    def __init__(self, address):
        self.address = address
        self.selector = selectors.DefaultSelector()
        self.socks = []
        self.granted = []  # when
        self.refused = 0
        self.tails = {}
        for _ in range(CONNECTIONS):
            self.open()

    def open(self):
        sock = socket.create_connection(self.address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ)
        self.socks.append(sock)
        self.tails[sock] = b""

    def drop(self, sock):
        self.selector.unregister(sock)
        self.socks.remove(sock)
        del self.tails[sock]
        sock.close()
        self.open()

    def send(self, count):
        share, more = divmod(count, len(self.socks))
        for i, sock in enumerate(list(self.socks)):
            n = share + (i < more)
            try:
                if n > 0 and sock.send(REQUEST * n) != len(REQUEST) * n:
                    sys.exit("the server does not read: too slow a machine")
            except OSError:
                self.drop(sock)

    def receive(self, until):
        while (left := until - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                sock = key.fileobj
                try:
                    data = sock.recv(1 << 16)
                except OSError:
                    data = b""
                if not data:
                    self.drop(sock)
                    continue
                # Status lines begin behind what was counted; a start may be cut by the end.
                data = self.tails[sock] + data
                now = time.monotonic()
                self.granted += [now] * data.count(b"HTTP/1.1 200")
                self.refused += data.count(b"HTTP/1.1 429")
                tail = data[-11:]
                at = tail.rfind(b"H")
                self.tails[sock] = tail[at:] if at >= 0 else b""


def main():
    server = cadretest.Server(workers=WORKERS, keepalive_requests=0)
    server.expects_deaths = True
    server.conf["module"]["probe"]["middleware"] = {
        "rate_limit": {"requests": LIMIT, "burst": BURST, "key": "all"}}
    server.start()
    try:
        return run(server)
    finally:
        server.close()
        server.remove()


def run(server):
    client = Client(server.address())
    begin = time.monotonic()
    due = sent = 0
    kill_at, reload_at = SECONDS / 3, SECONDS * 2 / 3
    while (now := time.monotonic() - begin) < SECONDS + 1:
        due = int(now * OFFERED)
        client.send(due - sent)
        sent = due
        if kill_at is not None and now > kill_at:
            os.kill(server.workers()[0], signal.SIGKILL)
            kill_at = None
        if reload_at is not None and now > reload_at:
            server.signal(signal.SIGHUP)
            reload_at = None
        client.receive(time.monotonic() + TICK_S)
    counts = [0] * (SECONDS + 2)
    for at in client.granted:
        counts[int(at - begin)] += 1
    windows = counts[1:SECONDS + 1]
    print(f"{sent} offered in {SECONDS + 1} s, {sum(counts)} granted, {client.refused} refused")
    print("granted in each second: " + " ".join(map(str, windows)))
    mean = sum(windows) / len(windows)
    print(f"mean {mean:.1f} a second, {min(windows)}..{max(windows)}; {LEAST}..{MOST} is allowed")
    return 0 if LEAST <= min(windows) and max(windows) <= MOST else 1


sys.exit(main())
