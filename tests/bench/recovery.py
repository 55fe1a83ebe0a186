#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long a server is below strength when a worker is killed: make bench-recovery, or
recovery.py [KILLS [PAUSE]] in a build tree.

One of 2 workers gets SIGKILL once in PAUSE (1) seconds, KILLS (20) times, under 64 kept connections
and 64 clients with one request a connection. Measured is the time from the signal until
another worker waits for connections: until the listening socket is in its epoll set (proc(5),
fdinfo). Cadre with and without a spare worker, and nginx where it is installed, get the same. Fails
where Cadre's median is above nginx's, or above 3 ms with a spare.
"""
import contextlib
import os
import random
import re
import signal
import socket
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import cadretest
from reload_client import Client
from servers import Running, Server, nginx_conf

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
PAUSE = float(sys.argv[2]) if len(sys.argv) > 2 else 1
WORKERS = 2
SPARE_MS = 3
PATIENCE_S = 20

NGINX = Server("nginx", ["nginx", "-p", "@FOLDER@", "-c", "@FOLDER@/nginx.conf"],
               {"nginx.conf": nginx_conf(WORKERS, 60, 'location / { return 200 "1"; }')})


class Cadre:
    """Cadre with the probe module of its tests."""

    def __init__(self, spares):
        self.name = f"cadre, {spares} spare" if spares else "cadre"
        self.server = cadretest.Server(workers=WORKERS, spare_workers=spares,
                                       keepalive_timeout="60s")
        self.server.start()
        self.server.expects_deaths = True
        self.address, self.path, self.pid = self.server.address(), "/version", self.server.pid

    def close(self):
        self.server.close()
        self.server.remove()


class Nginx(Running):
    """nginx with as many workers."""
    path = "/"

    def __init__(self):
        super().__init__(NGINX, pin=False)
        self.address = ("127.0.0.1", self.port)


def listening_inode(address):
    """The number of the socket that listens there (IPv4)."""
    local = "%08X:%04X" % (int.from_bytes(socket.inet_aton(address[0]), "little"), address[1])
    anywhere = "00000000:%04X" % address[1]
    with open("/proc/net/tcp") as table:
        for line in table:
            fields = line.split()
            if fields[1] in (local, anywhere) and fields[3] == "0A":
                return fields[9]
    raise LookupError(f"nobody listens on {address}")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as found:
        return [int(p) for p in found.read().split()]


class Strength:
    """Which workers wait for connections. Where the epoll set and the listening socket are of one
    that does, or of a spare, is looked up once, so that looking takes less than what is measured."""

    def __init__(self, server):
        self.server = server
        self.inode = listening_inode(server.address)
        self.known = {}  # pid: where its epoll sets are, and its numbers of the socket
        self.spares = {}

    def _look_up(self, pid):
        folder = f"/proc/{pid}/fd"
        links = {fd: os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
        sets = [f"/proc/{pid}/fdinfo/{fd}" for fd, link in links.items()
                if link == "anon_inode:[eventpoll]"]
        numbers = [fd for fd, link in links.items() if link == f"socket:[{self.inode}]"]
        return sets, re.compile(rf"^tfd: +(?:{'|'.join(numbers)}) ", re.M) if numbers else None

    def _accepts(self, pid):
        try:
            sets, pattern = self.known.get(pid) or self.spares.get(pid) or self._look_up(pid)
            for path in sets if pattern else ():
                with open(path) as info:
                    if pattern.search(info.read()):
                        self.known[pid] = sets, pattern
                        return True
        except OSError:
            pass
        return False

    def learn_spares(self, serving):
        """Looks those up that are there and do not serve. They have to be ready."""
        self.spares = {p: self._look_up(p) for p in children(self.server.pid) if p not in serving}

    def serving(self, but=()):
        return [p for p in children(self.server.pid) if p not in but and self._accepts(p)]

    def full(self):
        """The workers that serve, if they are all there."""
        found = self.serving()
        return found if len(found) >= WORKERS else None


def kill_one(server, strength):
    """Milliseconds until another waits in its place. The survivor is not looked at: a worker that
    has more connections than others leaves the next ones to them for a moment."""
    before = cadretest.wait_for("full strength", strength.full)
    strength.learn_spares(before)
    victim = random.choice(before)
    began = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    while time.monotonic() - began < PATIENCE_S:
        if strength.serving(but=before):
            return (time.monotonic() - began) * 1000
        if time.monotonic() - began > 0.1:
            strength.spares = {}  # one of them was not ready
        time.sleep(0.0002)
    raise AssertionError(f"{server.name} is not at full strength after {PATIENCE_S} s")


@contextlib.contextmanager
def real_time():
    """This process, and none that it starts, goes before all others."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        print("real time is not allowed: a busy machine makes all figures larger")
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def load(address, path, stop):
    """In a process of its own, so that the one that measures is not held up."""
    with Client(address, path) as client:
        stop.recv(1)
    print(client.table(), flush=True)


def measure(server):
    stop, other = socket.socketpair()
    child = os.fork()
    if child == 0:
        stop.close()
        try:
            load(server.address, server.path, other)
        finally:
            os._exit(0)
    other.close()
    strength = Strength(server)
    times = []
    print(f"\n{server.name}: {KILLS} workers killed", flush=True)
    try:
        time.sleep(PAUSE)
        for _ in range(KILLS):
            with real_time():
                times.append(kill_one(server, strength))
            time.sleep(PAUSE)
    finally:
        stop.close()
        os.waitpid(child, 0)
    return times


def main():
    makers = [("cadre", lambda: Cadre(0)), ("spare", lambda: Cadre(1))]
    if NGINX.missing():
        print("nginx is not installed: left out")
    else:
        makers.append(("nginx", Nginx))
    medians, rows = {}, []
    for name, make in makers:
        server = make()
        try:
            times = sorted(measure(server))
        finally:
            server.close()
        medians[name] = statistics.median(times)
        rows.append(f"{server.name:>14} {medians[name]:9.2f}  ({times[0]:.2f} to {times[-1]:.2f})")
    print("\nfrom SIGKILL to full strength, ms: median (least to most)")
    print("\n".join(rows))
    wrong = []
    if medians["cadre"] > medians.get("nginx", float("inf")):
        wrong.append("cadre is later than nginx")
    if medians["spare"] > SPARE_MS:
        wrong.append(f"a spare takes {medians['spare']:.1f} ms, at most {SPARE_MS} are allowed")
    for text in wrong:
        print(f"FAIL: {text}")
    sys.exit(1 if wrong else 0)


main()
