#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command in every situation of a server: it starts, serves, reloads, upgrades, drains. The
decisions are a table of a unit test (tests/unit/master/test_control_commands.c); here they go through
the socket, with processes behind them."""
import select

from cadretest import *


class Asked:
    """A request on the control socket, whose answer comes when it comes."""

    def __init__(self, server, line):
        self.line = line
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(deadline(60))
        self.sock.connect(server.path("run/control.sock"))
        self.sock.sendall(line.encode() + b"\n")

    def answer(self):
        data = b""
        while not data.endswith(b"\n"):
            more = self.sock.recv(65536)
            assert more, (self.line, data)
            data += more
        self.sock.close()
        return json.loads(data)

    def is_open(self):
        """Whether there is no answer yet."""
        return not select.select([self.sock], [], [], 0)[0]


def says(server, line, error=None):
    """The answer that comes at once: ok, or the error that holds that text."""
    answer = Asked(server, line).answer()
    assert answer["ok"] is (error is None), (line, answer)
    assert error is None or error in answer["error"], (line, answer)
    return answer


def always(server, state):
    """What a server does in any situation; STATE is what its status says."""
    status = says(server, "status")
    assert status["state"] == state, status
    assert all("tasks" in w for w in says(server, "status tasks")["workers"])
    assert "crashes" in says(server, "crashes")
    says(server, "reopen")
    says(server, "workers", "needs the number")
    says(server, "workers 501", "")
    says(server, "nonsense", "knows no command")
    says(server, "status nonsense", "knows no")


def situated(**more):
    return Server(workers=1, runtime_dir="run", graceful_timeout="60s", startup_timeout="5m", **more)


def with_startup(server, how):
    server.conf["module"]["probe"]["settings"] = {"startup": how}
    server.write_conf()


def stops_before(server, *waiting):
    """Stops with commands that wait: each is told why nothing comes of it."""
    assert all(asked.is_open() for asked in waiting)
    assert says(server, "stop now")["stays"]
    for asked in waiting:
        assert "the server stops" in asked.answer()["error"]
    assert server.wait_exit() == 0


@case
def while_it_starts():
    server = situated(settings={"startup": "hang"}).launch()
    server.wait_log("worker startup")
    always(server, "starting")
    says(server, "workers 2", "the server starts")
    waiting = [Asked(server, line) for line in ("reload", "reload soon", "upgrade")]
    server.wait_log("the reload follows when the start is over")
    server.wait_log("the upgrade follows when the start is over")
    stops_before(server, *waiting)


@case
def while_it_serves():
    server = situated().start()
    server.wait_log("ready")
    always(server, "serving")
    says(server, "workers 2")
    wait_for("two", lambda: len(server.workers()) == 2)
    says(server, "workers 1")
    wait_for("one", lambda: len(server.workers()) == 1)
    assert says(server, "reload")["generation"] == 2
    assert says(server, "reload soon")["generation"] == 3
    says(server, "stop")
    assert server.wait_exit() == 0


@case
def while_it_reloads():
    server = situated().start()
    server.wait_log("ready")
    with_startup(server, "hang")
    first = Asked(server, "reload")
    server.wait_log(r"worker startup.*generation=2|generation 2 is prepared")
    wait_for("the state", lambda: says(server, "status")["state"] == "reloading")
    always(server, "reloading")
    says(server, "workers 2")
    wait_for("two of the old", lambda: says(server, "status")["workers_serving"] == 2)
    second, third = Asked(server, "reload"), Asked(server, "upgrade")
    server.wait_log("the reload follows when this one is over")
    server.wait_log("the upgrade follows when the reload is over")
    assert server.get("/version").status == 200
    stops_before(server, first, second, third)


@case
def while_the_old_generation_drains():
    server = situated().start()
    server.wait_log("ready")
    held = Held(server)
    first = Asked(server, "reload")
    server.wait_log("ready: 1 worker, generation 2")
    status = says(server, "status")
    assert [g["state"] for g in status["generations"]] == ["current", "draining"], status
    always(server, "serving")
    says(server, "workers 2")
    wait_for("two", lambda: says(server, "status")["workers_serving"] == 2)
    assert says(server, "reload soon")["generation"] == 3
    assert first.is_open()
    assert held.let_go() == [200]
    assert first.answer()["ok"]
    says(server, "stop")
    assert server.wait_exit() == 0


@case
def while_it_upgrades():
    server = situated().start()
    server.wait_log("ready")
    with_startup(server, "hang")
    first = Asked(server, "upgrade")
    wait_for("the state", lambda: says(server, "status")["state"] == "upgrading")
    always(server, "upgrading")
    says(server, "workers 2", "an upgrade goes on")
    second, third = Asked(server, "upgrade"), Asked(server, "reload")
    server.wait_log("the reload follows when the upgrade is over")
    assert server.get("/version").status == 200
    stops_before(server, first, second, third)


@case
def while_it_stops():
    server = situated().start()
    server.wait_log("ready")
    held = Held(server)
    first = Asked(server, "stop")
    server.wait_log("stopping")
    always(server, "stopping")
    for line in ("reload", "reload soon", "upgrade", "workers 2"):
        says(server, line, "the server stops")
    assert says(server, "stop")["stays"]  # a second one does not force
    assert first.answer()["ok"] and says(server, "status")["in_flight"] == 1
    assert held.let_go() == [200]
    assert server.wait_exit() == 0


main()
