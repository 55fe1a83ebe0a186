#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What many requests and many refusals leave behind in a worker: nothing."""
from cadretest import *
from crowd import *

REQUESTS = int(os.environ.get("CADRE_REQUESTS", "1000000"))
REFUSALS = int(os.environ.get("CADRE_REFUSALS", "100000"))
RATE = 10000
ROOM_KB = 512  # what memory may differ by, with all that it is made of


def stays_flat(pid, warm_up, call):
    warm_up()
    before = memory_kb(pid)
    told = call()
    after = memory_kb(pid)
    print(f"# {before} KiB, then {after}: {told}", flush=True)
    assert sanitized() or after < before + ROOM_KB, (before, after)


def requests(depth, path="/version"):
    server = Server(workers=1).start()
    pid, = server.workers()
    stays_flat(pid, lambda: ask_many(server, 64, REQUESTS // 20, depth, path),
               lambda: ask_many(server, 64, REQUESTS, depth, path, seconds=1000))


@case(seconds=600)
def a_million_requests_leave_memory_as_it_was():
    requests(1)


@case(seconds=600)
def a_million_pipelined_requests_leave_memory_as_it_was():
    requests(16)


@case(seconds=600)
def requests_of_all_kinds_leave_memory_as_it_was():
    server = Server(workers=1).start()
    pid, = server.workers()
    paths = ["/path/%61?q", "/sleep/0", "/thread/0", "/none", "/fail", "/big/100000", "/stream/20"]
    posts = [("/echo", b"x" * 100), ("/echo", b"x" * 100000), ("/sync/echo", b"x" * 5000),
             ("/length", b"x" * 300000)]

    def some(count):
        def client(_):
            for _ in range(count):
                for path in paths:
                    server.get(path)
                for path, body in posts:
                    server.post(path, body)

        parallel(8, client)

    stays_flat(pid, lambda: some(20), lambda: some(200))


def refusals(how, expected, **conf):
    server = Server(workers=1, **conf).start()
    pid, = server.workers()
    with server.raw() as held:
        held.sendall(b"G")  # it counts, and is not idle
        stays_flat(pid, lambda: refuse_many(server, how, RATE, REFUSALS // 5),
                   lambda: refuse_some(server, how, expected))
    wait_for("service", lambda: server.get("/version").status == 200)


def refuse_some(server, how, expected):
    came = refuse_many(server, how, RATE, REFUSALS)
    assert expected is None or came[expected] == REFUSALS, came
    return came


@case(seconds=600)
def connections_that_are_turned_away_leave_nothing():
    refusals("full", "5xx", max_connections_per_client=1, head_timeout="300s")


@case(seconds=600)
def connections_that_are_no_http_leave_nothing():
    refusals("bad", "4xx")


@case(seconds=600)
def connections_that_leave_leave_nothing():
    refusals("leave", None)


@case(seconds=600)
def connections_that_are_reset_leave_nothing():
    refusals("reset", None)


main()
