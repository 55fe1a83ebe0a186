#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The server lifespan runs once a generation, the worker's in every worker."""
from cadretest import *


def order(server, *patterns, since=0):
    """Asserts that the first line of each pattern comes behind that of the one before."""
    at = -1
    lines = server.log(since)
    for pattern in patterns:
        found = [i for i, line in enumerate(lines) if re.search(pattern, line)]
        assert found, f"no {pattern!r} in {lines}"
        assert found[0] > at, f"{pattern!r} is out of order in {lines}"
        at = found[0]


@case
def the_server_lifespan_runs_once_around_all_workers():
    server = Server(workers=4).start()
    assert server.count_log("probe: server startup") == 1
    assert server.count_log("probe: worker startup") == 4
    order(server, "probe: server startup", "probe: server started", "probe: worker startup")
    server.stop()
    lines = server.log()
    shut = [i for i, line in enumerate(lines) if "probe: worker shut down" in line]
    ended = [i for i, line in enumerate(lines) if "probe: server shutdown" in line]
    assert len(shut) == 4 and len(ended) == 1 and ended[0] > max(shut), lines


@case
def it_ends_its_startup_before_the_first_worker_starts():
    server = Server(workers=2, settings={"server_startup_delay": "1s"}).start()
    order(server, "probe: server startup", "probe: server started", "probe: worker startup")


@case
def all_workers_see_what_it_published_and_their_own_state():
    server = Server(workers=4).start()
    seen = {}
    for answer in server.spread("/state"):
        assert answer.status == 200, answer
        state = answer.json()
        assert state["started"] == 1 and state["server_version"] == "1", state
        seen.setdefault(state["pid"], []).append(state)
        if len(seen) == 4:
            break
    assert len(seen) == 4
    assert len({s["server_pid"] for some in seen.values() for s in some}) == 1
    # A state of its own: each counts its own requests.
    for states in seen.values():
        assert [s["requests"] for s in states] == list(range(1, len(states) + 1)), states
    assert seen and not any(s["server_pid"] == pid for pid, some in seen.items() for s in some)


@case
def it_runs_again_at_a_reload_and_not_after_a_crash():
    server = Server(workers=2).start()
    server.expects_deaths = True
    first = server.get("/state").json()["server_pid"]
    pids = server.workers()
    os.kill(pids[0], signal.SIGKILL)
    server.wait_log("probe: worker startup", count=3)
    wait_for("the replacement", lambda: len(server.worker_pids_seen(2)) == 2)
    assert server.count_log("probe: server startup") == 1
    mark = server.mark()
    old = server.workers()
    server.reload()
    assert server.count_log("probe: server startup") == 2
    wait_for("the old generation's end", lambda: not set(server.workers()) & set(old))
    assert server.get("/state").json()["server_pid"] != first
    # The old one shuts down behind its last worker.
    server.wait_log("probe: server shutdown", since=mark)
    shut = [i for i, line in enumerate(server.log(mark)) if "probe: worker shut down" in line]
    ended = [i for i, line in enumerate(server.log(mark)) if "probe: server shutdown" in line]
    assert len(shut) == 2 and ended[0] > max(shut), server.log(mark)


@case
def a_worker_startup_that_fails_at_boot_ends_with_3_and_its_reason_last():
    server = Server(workers=4, settings={"startup": "fail"}).launch()
    assert server.wait_exit() == 3
    last = server.tail(1)[0]
    assert "probe" in last and "the probe was told to fail" in last, server.tail()
    assert server.count_log("listening on") == 0, server.tail()
    # One has tried, not four.
    assert server.count_log("probe: worker startup") == 1, server.tail()


@case
def a_server_startup_that_fails_at_boot_ends_with_3_and_its_reason_last():
    server = Server(workers=4, settings={"server_startup": "fail"}).launch()
    assert server.wait_exit() == 3
    last = server.tail(1)[0]
    assert "probe" in last and "the probe was told to fail" in last, server.tail()
    assert server.count_log("probe: worker startup") == 0, server.tail()


@case
def a_startup_that_crashes_at_boot_ends_with_3_and_the_signal_last():
    for where in ("startup", "server_startup"):
        server = Server(workers=2, settings={where: "crash"}).launch()
        server.expects_deaths = True
        assert server.wait_exit() == 3, (where, server.exit_code)
        assert "SIGABRT" in server.tail(1)[0], server.tail()


@case
def a_server_startup_that_fails_on_reload_leaves_the_old_one():
    server = Server(workers=2).start()
    state = server.get("/state").json()["server_pid"]
    server.conf["module"]["probe"]["settings"] = {"server_startup": "fail"}
    server.write_conf()
    server.signal(signal.SIGHUP)
    server.wait_log("the probe was told to fail")
    server.wait_log(r"reload failed: .*; generation 1 goes on")
    assert server.get("/state").json()["server_pid"] == state
    assert server.count_log("probe: worker startup") == 2


@case
def a_module_without_a_server_lifespan_needs_no_steward():
    server = Server(workers=2, probe_flags=["-DNO_SERVER_LIFESPAN"]).start()
    assert len(server.children()) == 2, server.children()
    assert server.get("/state").json()["server_version"] == "none"


@case
def a_steward_that_dies_is_started_again_while_workers_serve():
    server = Server(workers=2).start()
    server.expects_deaths = True
    steward = [pid for pid, title in server.children().items() if "steward" in title]
    assert len(steward) == 1, server.children()
    workers = server.workers()
    with server.hammer(clients=2) as hammer:
        os.kill(steward[0], signal.SIGKILL)
        server.wait_log("probe: server started", count=2)
        hammer.wait_for_answers(20)
    assert server.workers() == workers
    assert server.get("/state").status == 200


@case
def modules_start_in_the_order_of_the_conf_and_shut_down_in_reverse():
    server = Server(workers=1, modules={
        "first": {"file": "probe.so", "mount": "/first"},
        "second": {"file": "probe.so", "mount": "/second"},
    })
    server.build_probe()
    server.start()
    server.stop()
    order(server, "first: server startup", "second: server startup", "first: worker startup",
          "second: worker startup", "second: worker shut down", "first: worker shutdown",
          "second: server shutdown", "first: server shutdown")


@case
def a_module_that_was_up_is_shut_down_when_the_next_one_fails():
    server = Server(workers=1, modules={
        "first": {"file": "probe.so", "mount": "/first"},
        "second": {"file": "probe.so", "mount": "/second", "settings": {"startup": "fail"}},
    })
    server.build_probe()
    server.launch()
    assert server.wait_exit() == 3
    assert server.count_log("first: worker shut down") == 1, server.tail()
    assert "second" in server.tail(1)[0], server.tail()


main()
