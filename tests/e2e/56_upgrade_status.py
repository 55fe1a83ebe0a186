#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A binary upgrade of a server that tells how it is: one master answers at a time, and what it
counts goes on where the other left it."""
from cadretest import *


def reporting(**more):
    return Server(status_listen="127.0.0.1:0", **more)


def start(server):
    """Starts it, and waits until its pages say that it has: a line of the log comes before."""
    server.start()
    wait_for("the pages", lambda: page(server, "/startup").status == 200)
    return server


def page(server, path):
    return server.get(path, listener="status_listen")


def totals(server):
    """All counters of /metrics: the samples of histograms, too."""
    kind, found = "", {}
    for line in page(server, "/metrics").text.splitlines():
        if line.startswith("# TYPE "):
            kind = line.split()[3]
        elif not line.startswith("#") and kind in ("counter", "histogram"):
            name, number = line.rsplit(" ", 1)
            found[name] = float(number)
    return found


class Watch:
    """Asks for PATH again and again; what came, in order."""

    def __init__(self, server, path, take):
        self.answers, self.error, self.stop = [], None, threading.Event()
        self.thread = threading.Thread(target=self.run, args=(server, path, take))
        self.thread.start()

    def run(self, server, path, take):
        try:
            while not self.stop.is_set():
                self.answers.append(take(server) if take else page(server, path))
                self.stop.wait(0.002)
        except Exception as error:  # told by end()
            self.error = error

    def more(self, count=20):
        """Waits until COUNT more answers have come."""
        goal = len(self.answers) + count
        wait_for("more answers", lambda: len(self.answers) >= goal or self.error)

    def end(self):
        self.stop.set()
        self.thread.join()
        assert self.error is None, self.error
        return self.answers


@case
def health_is_told_without_a_gap():
    server = start(reporting())
    watches = [Watch(server, path, None) for path in ("/live", "/ready", "/startup")]
    for _ in range(3):
        server.upgrade()
        for watch in watches:
            watch.more()
    for watch in watches:
        answers = watch.end()
        assert {(a.status, a.text) for a in answers} == {(200, "ok\n")}, {a.text for a in answers}
    assert page(server, "/status.json").json()["pid"] == server.pid
    server.stop()


@case
def totals_go_on():
    server = start(reporting())
    server.conf["workers"] = 3
    server.write_conf()
    server.reload()
    server.expects_deaths = True
    with server.hammer(clients=2) as hammer:
        hammer.wait_for_answers(50)
        watch = Watch(server, None, totals)
        for _ in range(3):
            server.upgrade()
            watch.more()
        answers = watch.end()
    for before, after in zip(answers, answers[1:]):
        gone = {k: (v, after.get(k)) for k, v in before.items() if after.get(k, -1) < v}
        assert not gone, gone
    wait_for("all requests", lambda: totals(server)["cadre_requests_total"] >= hammer.total)
    last = totals(server)
    assert last['cadre_reloads_total{result="done"}'] == 1, last
    assert last["cadre_worker_starts_total"] == 2 + 4 * 3, last
    server.stop()


@case
def what_the_old_master_still_answers_is_counted():
    server = start(reporting(workers=1))
    with Held(server) as held:
        old = server.begin_upgrade()
        assert totals(server)["cadre_requests_total"] == 0
        assert held.let_go() == [200]
        assert old.wait(deadline(30)) == 0
    wait_for("the request", lambda: totals(server)["cadre_requests_total"] == 1)
    server.stop()


@case
def an_upgrade_that_fails_leaves_the_pages():
    server = start(reporting(workers=1))
    pid = server.pid
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    watch = Watch(server, "/ready", None)
    server.signal(signal.SIGUSR2)
    server.wait_log("upgrade failed: .*the probe was told to fail")
    seen = {(a.status, a.text) for a in watch.end()}
    assert seen == {(200, "ok\n")}, seen
    assert page(server, "/status.json").json()["pid"] == pid
    server.stop()


@case
def a_new_master_whose_old_one_is_killed_tells_how_it_is():
    server = start(reporting(workers=1))
    with Held(server) as held:
        old = server.begin_upgrade()
        old.kill()
        old.wait()
        assert held.let_go() == [200]
        wait_for("the pages", lambda: page(server, "/ready").status == 200)
        assert page(server, "/status.json").json()["pid"] == server.pid
    server.expects_deaths = True
    server.stop()


main()
