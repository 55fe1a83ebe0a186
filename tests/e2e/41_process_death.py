#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker that dies is replaced, and nobody but its own clients notices."""
import datetime

from cadretest import *


def replaced(server, dead, count):
    """Waits until COUNT workers run and none of DEAD; returns their pids."""
    def pids():
        now = server.workers()
        return now if len(now) == count and not set(now) & set(dead) else None

    return wait_for(f"{count} workers without {dead}", pids)


@case
def a_killed_worker_is_replaced_while_the_others_answer():
    server = Server(workers=4).start()
    server.expects_deaths = True
    with server.hammer(clients=4) as hammer:
        hammer.wait_for_answers(50)
        for _ in range(5):
            pids = server.workers()
            mark = server.mark()
            # Stopped first, so that it cannot hold a connection of the hammer when it dies.
            os.kill(pids[0], signal.SIGKILL)
            server.wait_log(rf"worker \d+ \(pid {pids[0]}\).*SIGKILL", since=mark)
            replaced(server, pids[:1], 4)
            # What it had accepted is lost with it, and seen by its client soon; no more than that.
            seen = hammer.total + len(hammer.errors)
            wait_for("all clients", lambda: hammer.total + len(hammer.errors) >= seen + 12)
            lost, hammer.errors[:] = len(hammer.errors), []
            assert lost <= 4, lost
            hammer.wait_for_answers(20)
    assert len(server.worker_pids_seen(4)) == 4


@case
def a_worker_that_crashes_is_named_with_its_signal_and_replaced():
    server = Server(workers=2).start()
    server.expects_deaths = True
    for how, name in (("segv", "SIGSEGV"), ("abort", "SIGABRT"), ("kill", "SIGKILL")):
        before = server.workers()
        with server.raw() as sock:
            sock.sendall(raw_request("GET", f"/crash/{how}"))
            assert cut(sock)
        line = server.wait_log(rf"worker \d+ \(pid (\d+)\).*{name}")
        assert int(line.group(1)) in before, line.group(0)
        replaced(server, [int(line.group(1))], 2)
        assert server.get("/version").status == 200


@case
def a_worker_that_exits_is_replaced_too():
    server = Server(workers=1).start()
    server.expects_deaths = True
    pid = server.workers()[0]
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/crash/exit"))
        cut(sock)
    server.wait_log(rf"pid {pid}\).*\b7\b")
    replaced(server, [pid], 1)
    assert server.get("/version").status == 200


@case
def the_only_worker_that_dies_loses_no_waiting_client():
    server = Server(workers=1, settings={"startup_delay": "500ms"}).start()
    server.expects_deaths = True
    pid = server.workers()[0]
    os.kill(pid, signal.SIGKILL)
    server.wait_log(rf"pid {pid}\).*SIGKILL")
    # The socket stays open in the master: they wait for the replacement.
    answers = parallel(10, lambda _: server.get("/version"))
    assert all(a.status == 200 for a in answers)


@case
def a_replacement_keeps_the_number_of_the_dead():
    server = Server(workers=2).start()
    server.expects_deaths = True
    which = server.get("/which").json()
    os.kill(which["pid"], signal.SIGKILL)
    replaced(server, [which["pid"]], 2)
    server.worker_pids_seen(2)
    found = {answer.json()["index"] for answer in server.spread("/which", 64)}
    assert found == {0, 1}, found


def times_of(server, pattern, since):
    stamps = []
    for line in server.log(since):
        if re.search(pattern, line):
            at = datetime.datetime.fromisoformat(line.split()[0].replace("Z", "+00:00"))
            stamps.append(at.timestamp())
    return stamps


@case
def a_worker_that_dies_at_every_start_is_retried_with_growing_waits():
    server = Server(workers=2, restart_delay="200ms", restart_delay_max="3s",
                    settings={"crash_if": "crash"})
    server.conf["module"]["probe"]["settings"]["crash_if"] = server.path("crash")
    server.start()
    server.expects_deaths = True
    server.write("crash", "")
    pid = server.workers()[0]
    mark = server.mark()
    began, before = time.monotonic(), cpu_seconds(server.pid)
    os.kill(pid, signal.SIGKILL)
    server.wait_log("probe: worker startup", since=mark, count=5, seconds=60)
    spent = cpu_seconds(server.pid) - before
    took = time.monotonic() - began
    stamps = times_of(server, "probe: worker startup", mark)
    waits = [b - a for a, b in zip(stamps, stamps[1:])]
    # Jitter may bend one step, not the trend.
    assert waits[-1] > 2 * waits[1] and waits[-1] > 1, waits
    assert spent / took < 0.05, f"the master uses {spent / took:.3f} of a CPU"
    # The other worker serves all the while.
    assert server.get("/version").status == 200
    os.unlink(server.path("crash"))
    wait_for("the one that was away",
             lambda: len({answer.text for answer in server.spread("/pid", 64)}) == 2, 60)


@case
def all_workers_that_die_at_every_start_are_retried_for_ever():
    server = Server(workers=2, restart_delay="100ms", restart_delay_max="400ms",
                    settings={"crash_if": "crash"})
    server.conf["module"]["probe"]["settings"]["crash_if"] = server.path("crash")
    server.start()
    server.expects_deaths = True
    server.write("crash", "")
    mark = server.mark()
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    server.wait_log("probe: worker startup", since=mark, count=8, seconds=60)
    os.unlink(server.path("crash"))
    assert server.get("/version", seconds=60).status == 200
    server.stop()


@case
def it_gives_up_after_restart_limit_failed_starts():
    server = Server(workers=1, restart_delay="50ms", restart_delay_max="100ms", restart_limit=3,
                    settings={"crash_if": "crash"})
    server.conf["module"]["probe"]["settings"]["crash_if"] = server.path("crash")
    server.start()
    server.expects_deaths = True
    server.write("crash", "")
    os.kill(server.workers()[0], signal.SIGKILL)
    assert server.wait_exit(60) == 4, server.exit_code


@case
def a_child_that_is_not_ours_is_reaped_and_ignored():
    # A process whose parent dies becomes the child of the next subreaper or of init; the master
    # as PID 1 must reap it. Here it is enough that a stranger's end changes nothing.
    server = Server(workers=1).start()
    pids = server.workers()
    os.kill(server.pid, signal.SIGCHLD)
    assert server.get("/version").status == 200
    assert server.workers() == pids


main()
