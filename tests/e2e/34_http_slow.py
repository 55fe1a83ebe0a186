#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Slow and refused clients by the hundreds: ended by their limits, while others are served.

By the thousands: long_http_slow.py, long_http_many.py."""
from cadretest import *
from crowd import *

LIMITS = {"head_timeout": "1s", "body_timeout": "1s", "send_timeout": "1s"}


def serve(**conf):
    """A server with one worker, which has answered; its worker, and how many sockets that has."""
    server = Server(workers=1, **conf).start()
    pid, = server.workers()
    idle = sockets_of(pid)
    assert server.get("/version").status == 200
    wait_for("the end of the connection", lambda: sockets_of(pid) == idle)
    return server, pid, idle


@case
def slow_clients_are_ended_by_their_limits():
    server, pid, idle = serve(**LIMITS)
    with Slow(server, heads=300, bodies=300, readers=300) as slow:
        slow.wait_connected()
        came = slow.wait_ended()
    assert came["heads"]["408"] == 300, came
    assert came["bodies"]["408"] == 300, came
    assert came["readers"]["cut"] == 300, came
    wait_for("the end of all connections", lambda: sockets_of(pid) == idle)


@case
def others_are_served_beside_slow_clients():
    server, _, _ = serve()
    with Slow(server, heads=300, bodies=300, readers=300) as slow:
        slow.wait_connected()
        print(f"# beside slow clients: {probe(server, rate=500, seconds=2)}", flush=True)


@case
def slow_clients_need_little_memory_and_no_more_the_next_time():
    if sanitized():
        raise Skip("a sanitizer keeps memory")
    server, pid, idle = serve(**LIMITS)
    before = memory_kb(pid)
    peaks = []
    for _ in range(3):
        peak_anew(pid)
        with Slow(server, heads=200, bodies=200, readers=200) as slow:
            slow.wait_ended()  # the line about their being connected
            slow.wait_ended()
        peaks.append(memory_kb(pid, "VmHWM"))
        wait_for("the end of all connections", lambda: sockets_of(pid) == idle)
    print(f"# {before} KiB before, {peaks} at the peaks", flush=True)
    assert peaks[0] < before + 600 * 96, peaks
    assert peaks[2] < peaks[1] * 1.1, peaks  # the second time the heap is laid out anew


def queued(port):
    """Bytes that the kernel holds for clients of that port of ours (proc(5), /proc/net/tcp)."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    return sum(int(row[4].split(":")[0], 16) for row in rows
               if int(row[1].split(":")[1], 16) == port and row[3] == "01")


@case
def the_kernel_holds_little_for_a_client_that_does_not_read():
    server, pid, _ = serve()
    port = server.address()[1]
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(server.address())
        sock.sendall(raw_request("GET", "/stream/100000000"))
        wait_for("an answer", lambda: queued(port) > 65536)
        # It is full when the server has nothing to do any more.
        seen = [(-1, -1)]

        def is_full():
            seen.append((queued(port), cpu_seconds(pid)))
            return seen[-1] == seen[-2]

        wait_for("the end of sending", is_full)
        print(f"# {seen[-1][0]} bytes", flush=True)
        assert seen[-1][0] < 400000, seen[-1]


def refuse(server, how, expected):
    came = refuse_many(server, how, 10000, 3000)
    assert expected is None or came[expected] == 3000, came


@case
def refused_clients_leave_nothing_behind():
    # The one that is held stays, however long the others take.
    server, pid, idle = serve(max_connections_per_client=1, keepalive_timeout="1h")
    with server.raw() as held:  # the others are one too many
        held.sendall(raw_request("GET", "/version"))
        read_response(held)
        refuse(server, "full", "5xx")
    del server.conf["max_connections_per_client"]
    mark = server.mark()
    server.reload()
    server.wait_log("generation 1 has ended", since=mark)
    pid, = server.workers()
    for how, expected in (("bad", "4xx"), ("reset", None), ("leave", None)):
        refuse(server, how, expected)  # what it keeps for the next ones
        before = memory_kb(pid)
        refuse(server, how, expected)
        assert sanitized() or memory_kb(pid) < before + 512, (how, before, memory_kb(pid))
        wait_for("the end of all connections", lambda: sockets_of(pid) <= idle)


main()
