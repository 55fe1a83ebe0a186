#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker whose loop is held strands nobody but the clients that it has."""
from cadretest import *


@case
def a_worker_blocked_for_seconds_delays_no_new_connection():
    server = Server(workers=2).start()
    with Held(server, "block") as held:
        for _ in range(100):
            assert server.get("/version").status == 200
        assert held.let_go() == [200]


@case
def a_worker_that_is_stopped_delays_no_new_connection():
    server = Server(workers=3).start()
    pid = server.workers()[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for("the stop", lambda: process_state(pid) == "T")
        answers = parallel(8, lambda _: [server.get("/version").status for _ in range(20)])
        assert all(status == 200 for some in answers for status in some)
    finally:
        os.kill(pid, signal.SIGCONT)


@case
def a_worker_that_is_silent_for_worker_timeout_is_killed_and_replaced():
    server = Server(workers=1, worker_timeout="1s").start()
    server.expects_deaths = True
    pid = server.workers()[0]
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/block/60000"))
        server.wait_log("probe: blocking")
        server.wait_log(rf"pid {pid}\).*(silent|silence|turned|stuck)")
        assert cut(sock)
    assert server.get("/version").status == 200
    assert server.workers() != [pid]


@case
def an_idle_worker_is_not_silent():
    server = Server(workers=1, worker_timeout="1s").start()
    pids = server.workers()
    # Longer than its limit, awaited on a request.
    assert server.get("/sleep/3000").status == 200
    assert server.workers() == pids


@case
def a_long_startup_is_not_silence():
    server = Server(workers=1, worker_timeout="1s", settings={"startup_delay": "3s"}).start()
    assert server.get("/version").status == 200


@case
def a_startup_that_hangs_ends_after_its_limit():
    server = Server(workers=1, startup_timeout="1s", settings={"startup": "hang"}).launch()
    server.expects_deaths = True
    assert server.wait_exit() == 3
    last = server.tail(1)[0]
    assert "probe" in last and re.search("time|limit", last), server.tail()


main()
