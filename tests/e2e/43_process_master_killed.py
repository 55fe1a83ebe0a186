#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The master dies: what was accepted is answered, and no orphan stays."""
from cadretest import *


@case
def workers_drain_and_end_when_the_master_is_killed():
    server = Server(workers=4).start()
    pids = server.workers()
    with Held(server, count=12) as held:
        mark = server.mark()
        os.kill(server.pid, signal.SIGKILL)
        server.wait_log("the master is gone", since=mark)
        assert held.let_go() == [200] * 12
    wait_for("the end of the orphans", lambda: not any(process_exists(p) for p in pids))
    server.wait_log("probe: worker shut down", count=4)


@case
def requests_that_outlast_the_time_out_are_cancelled():
    server = Server(workers=2, graceful_timeout="1s").start()
    pids = server.workers()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/sleep/60000"))
        server.wait_log("probe: sleeping")
        os.kill(server.pid, signal.SIGKILL)
        wait_for("the end of the orphans", lambda: not any(process_exists(p) for p in pids))
    server.wait_log("probe: sleep was cancelled")
    server.wait_log("probe: worker shut down", count=2)


@case
def workers_that_are_starting_end_too():
    server = Server(workers=2, startup_timeout="30s", settings={"startup": "hang"}).launch()
    server.wait_log("probe: worker startup")
    os.kill(server.pid, signal.SIGKILL)
    wait_for("the end of the orphans", lambda: not server.processes())


@case
def the_steward_ends_after_the_workers():
    server = Server(workers=2).start()
    os.kill(server.pid, signal.SIGKILL)
    wait_for("the end of the orphans", lambda: not server.processes())
    server.wait_log("probe: server shutdown")


main()
