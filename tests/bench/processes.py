# SPDX-License-Identifier: MIT
"""What the processes of a server use: processor time and memory of a whole tree, from /proc."""
import os
import socket
import time

TICK = os.sysconf("SC_CLK_TCK")

# The server has one core and the client another.
SERVER_CORE, CLIENT_CORE = os.environ.get("CADRE_BENCH_CORES", "0,1").split(",")


class Failed(Exception):
    """Something of the benchmark did not work; the text says what."""


def pinned(core, command):
    return ["taskset", "-c", core] + command


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tree(pid):
    """The process and all its descendants."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
                for child in f.read().split():
                    found += tree(int(child))
    except OSError:
        pass  # it has just ended
    return found


def cpu_seconds(pid):
    """User and all processor time of the tree, in seconds: the first by the clock's ticks, the
    second as the scheduler counts it, in nanoseconds, of the threads that are there."""
    user = both = 0
    for p in tree(pid):
        with open(f"/proc/{p}/stat", encoding="utf-8", errors="replace") as f:
            user += int(f.read().rsplit(")", 1)[1].split()[11])
        for task in os.listdir(f"/proc/{p}/task"):
            with open(f"/proc/{p}/task/{task}/schedstat", encoding="ascii") as f:
                both += int(f.read().split()[0])
    return user / TICK, both / 1e9


def pss_bytes(pid):
    """Memory of the tree; a page that n processes share counts for 1/n in each (PSS)."""
    total = 0
    for p in tree(pid):
        with open(f"/proc/{p}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def settled_pss_bytes(pid):
    """The same once it has not changed for half a second."""
    end = time.monotonic() + 20
    last = pss_bytes(pid)
    while time.monotonic() < end:
        time.sleep(0.5)
        now = pss_bytes(pid)
        if now == last:
            break
        last = now
    return last


def are_traced(pids):
    """Is a tracer attached to every thread of them?"""
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as f:
                if "\nTracerPid:\t0\n" in f.read():
                    return False
    return True
