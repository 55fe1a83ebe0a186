#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a handler that blocks costs the others: make bench-stall, or stall.py [WORKERS [SECONDS]] in a
build tree.

New connections, one at a time, are timed for SECONDS (2) before a handler of one of the WORKERS (2)
blocks for as long, and while it does. Fails where their p99 more than doubles, where one takes
longer than 50 ms, or where the log does not name the handler meanwhile. A worker that is silent for
worker_timeout is timed likewise: from the request to the report, and to full strength.
"""
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import cadretest

WORKERS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 2
WORST_MS = 50


def ask(address, path):
    with socket.create_connection(address, 60) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while chunk := sock.recv(4096):
            data += chunk
    assert data.startswith(b"HTTP/1.1 200 "), data[:60]


def timed(address, seconds):
    """Milliseconds of each new connection, sorted."""
    end, took = time.monotonic() + seconds, []
    while time.monotonic() < end:
        began = time.monotonic()
        ask(address, "/version")
        took.append((time.monotonic() - began) * 1000)
    return sorted(took)


def quantile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))]


def show(name, took):
    print(f"{name:>10} {len(took):8d} {quantile(took, .5):8.3f} {quantile(took, .99):8.3f} "
          f"{took[-1]:8.3f}", flush=True)


def measure_block(wrong):
    server = cadretest.Server(workers=WORKERS).start()
    address = server.address()
    try:
        timed(address, 0.5)
        before = timed(address, SECONDS)
        client = threading.Thread(target=ask, args=(address, f"/block/{int(SECONDS * 1000) + 500}"))
        client.start()
        server.wait_log("probe: blocking")
        during = timed(address, SECONDS)
        named = server.count_log("handler block has held the loop")
        client.join()
        server.wait_log("handler block held the loop for")
    finally:
        server.close()
        server.remove()
    print(f"new connections beside a handler that blocks one of {WORKERS} workers, ms")
    print(f"{'':>10} {'number':>8} {'p50':>8} {'p99':>8} {'worst':>8}")
    show("before", before)
    show("meanwhile", during)
    if quantile(during, .99) > 2 * quantile(before, .99):
        wrong.append("the p99 of new connections has more than doubled")
    if during[-1] > WORST_MS:
        wrong.append(f"a new connection took {during[-1]:.1f} ms, at most {WORST_MS} are allowed")
    if not named:
        wrong.append("the handler was not named while it blocked")


def measure_silence():
    server = cadretest.Server(workers=WORKERS, worker_timeout="1s").start()
    server.expects_deaths = True
    try:
        pids = server.workers()
        with server.raw() as sock:
            sock.sendall(cadretest.raw_request("GET", "/block/60000"))
            server.wait_log("probe: blocking")
            began = time.monotonic()
            server.wait_log("has held the loop")
            named = time.monotonic() - began
            server.wait_log(r"worker \d+ \(pid \d+\) was killed by signal")
            killed = time.monotonic() - began
            server.wait_log("serves again")
            whole = time.monotonic() - began
            server.wait_log("crash report:")
            told = time.monotonic() - began
        assert set(server.workers()) != set(pids)
    finally:
        server.close()
        server.remove()
    print(f"\na worker that hangs, worker_timeout 1 s: named after {named * 1000:.0f} ms, dead after "
          f"{killed * 1000:.0f} ms, full strength after {whole * 1000:.0f} ms, report after "
          f"{told * 1000:.0f} ms")


def main():
    wrong = []
    measure_block(wrong)
    measure_silence()
    for text in wrong:
        print(f"FAIL: {text}")
    sys.exit(1 if wrong else 0)


main()
