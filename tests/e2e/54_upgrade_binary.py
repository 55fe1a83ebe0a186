#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A binary upgrade: another master takes the sockets and the connections over, or nothing is
changed."""
import shutil

from cadretest import *
from reload_client import Client


def ask(sock, path="/pid"):
    sock.sendall(raw_request("GET", path))
    return read_response(sock)


def own_program(server):
    """Gives the server copies of its programs, to be replaced on disk; where they are."""
    folder = server.path("bin")
    os.mkdir(folder)
    cadre, worker = os.path.join(folder, "cadre"), os.path.join(folder, "cadre-worker")
    shutil.copy(CADRE, cadre)
    shutil.copy(WORKER, worker)
    server.program[0] = cadre
    server.env["CADRE_WORKER"] = worker
    return cadre, worker


def replace(path, text, mode=0o755):
    with open(path + ".new", "w") as handle:
        handle.write(text)
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)


@case
def another_master_takes_over():
    server = Server(workers=2).start()
    workers, pid, address = server.workers(), server.pid, server.address()
    server.upgrade()
    assert server.pid != pid
    assert not process_exists(pid)
    assert not set(workers) & set(server.workers())
    assert len(server.workers()) == 2
    assert server.address() == address
    which = server.get("/which").json()
    assert which["generation"] == 2 and which["pid"] in server.workers(), which
    server.stop()


@case
def a_kept_connection_goes_on_with_the_new_master():
    server = Server(workers=1).start()
    old = server.workers()
    with server.raw() as sock, server.raw() as fresh:
        assert int(ask(sock).text) == old[0]
        server.upgrade()
        answer = ask(sock)
        assert int(answer.text) == server.workers()[0]
        assert "connection" not in answer.headers, answer.headers
        assert int(ask(fresh).text) == server.workers()[0]


@case
def a_busy_connection_is_answered_and_goes_on():
    server = Server(workers=1).start()
    held = Held(server, count=0)
    with server.raw() as sock:
        sock.sendall(raw_request("GET", held.path))
        server.wait_log("probe: sleeping")
        old = server.begin_upgrade()
        assert old.poll() is None, "the old master did not wait for its request"
        held.let_go()
        assert read_response(sock).status == 200
        assert old.wait(deadline(30)) == 0
        assert int(ask(sock).text) == server.workers()[0]


@case
def many_kept_connections_go_on():
    server = Server(workers=2).start()
    socks = [server.raw() for _ in range(300)]
    for sock in socks:
        assert ask(sock).status == 200
    server.upgrade()
    pids = set(server.workers())
    for sock in socks:
        answer = ask(sock)
        assert int(answer.text) in pids
        assert "connection" not in answer.headers, answer.headers
        sock.close()


@case
def unix_sockets_keep_their_file():
    server = Server(workers=1)
    server.conf["listen"]["local"] = {"address": "unix:" + server.path("web.sock")}
    server.start()
    inode = os.stat(server.path("web.sock")).st_ino
    with server.raw("local") as sock:
        assert ask(sock).status == 200
        server.upgrade()
        assert ask(sock).status == 200
    assert os.stat(server.path("web.sock")).st_ino == inode
    assert server.get("/version", listener="local").status == 200
    server.stop()
    assert not os.path.exists(server.path("web.sock"))


@case
def upgrades_under_load_lose_nothing():
    server = Server(workers=2).start()
    with Client(server.address(), path="/version", kept=32, single=16, mixed=True) as client:
        for _ in range(4):
            server.upgrade()
        server.reload()
        wait_for("answers", lambda: client.answered > 300)
    assert client.lost == 0 and client.closed == 0, client.table()
    assert client.answered > 100, client.table()
    assert server.get("/which").json()["generation"] == 6


@case
def a_bad_conf_changes_nothing():
    server = Server(workers=2).start()
    workers = server.workers()
    server.write_conf("workerz = 3;\nlisten: { web: { address = \"127.0.0.1:0\" } }\n")
    server.checks_lines = False  # what is wrong with a conf is said without a head
    with server.raw() as sock:
        assert ask(sock).status == 200
        server.signal(signal.SIGUSR2)
        server.wait_log(r"upgrade failed: .*cadre\.conf:1: .*workerz.*; generation 1 goes on")
        assert ask(sock).status == 200
    assert server.workers() == workers
    server.upgrade()


@case
def a_module_that_fails_to_start_changes_nothing():
    server = Server(workers=2).start()
    workers = server.workers()
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    with server.hammer(clients=2) as hammer:
        server.signal(signal.SIGUSR2)
        server.wait_log(r"upgrade failed: .*the probe was told to fail.*; generation 1 goes on")
        hammer.wait_for_answers(20)
    assert server.workers() == workers
    wait_for("the end of the new master", lambda: len(server.processes()) == len(server.children()) + 1)
    server.conf["module"]["probe"]["settings"] = {}
    server.upgrade()
    assert server.get("/version").status == 200


@case
def a_program_that_is_none_changes_nothing():
    server = Server(workers=1)
    cadre, _ = own_program(server)
    server.start()
    server.expects_deaths = True
    for text, mode, why in (("no program\n", 0o755, "cannot run .*Exec format error"),
                            ("#!/bin/sh\nexit 9\n", 0o755, "the new master exited with status 9"),
                            ("#!/bin/sh\nkill -9 $$\n", 0o755, "was killed by signal 9"),
                            ("#!/bin/sh\n", 0o644, "cannot run .*Permission denied")):
        mark = server.mark()
        replace(cadre, text, mode)
        server.signal(signal.SIGUSR2)
        server.wait_log(f"upgrade failed: .*{why}.*; generation 1 goes on", since=mark)
        assert server.get("/version").status == 200
    shutil.copy(CADRE, cadre + ".new")
    os.rename(cadre + ".new", cadre)
    server.upgrade()
    assert server.get("/version").status == 200


@case
def a_killed_worker_is_replaced_by_its_own_version():
    server = Server(workers=1)
    _, worker = own_program(server)
    server.start()
    server.expects_deaths = True
    replace(worker, "#!/bin/sh\nexit 9\n")
    for _ in range(2):
        old = server.workers()
        server.signal(signal.SIGKILL, old[0])
        wait_for("another worker", lambda: server.workers() and server.workers() != old)
        assert server.get("/version").status == 200
    # And a reload too: the new files come by an upgrade alone.
    server.reload()
    assert server.get("/version").status == 200
    server.signal(signal.SIGUSR2)
    server.wait_log("upgrade failed: .*; generation 2 goes on")
    assert server.get("/version").status == 200


@case
def a_stop_during_an_upgrade_ends_both():
    server = Server(workers=1, settings={}).start()
    server.conf["module"]["probe"]["settings"] = {"startup_delay": "30s"}
    server.write_conf()
    mark = server.mark()
    server.signal(signal.SIGUSR2)
    server.wait_log("probe: worker startup", since=mark)
    server.expects_deaths = True
    server.stop(seconds=15)


@case
def a_reload_and_an_upgrade_follow_each_other():
    server = Server(workers=1).start()
    server.signal(signal.SIGHUP)
    server.upgrade()
    server.signal(signal.SIGHUP)
    wait_for("generation 4", lambda: server.get("/which").json()["generation"] == 4)
    server.stop()


@case
def rate_limits_go_on():
    server = Server(workers=2)
    # so few that none comes back while this runs; what has no key counts by its address
    server.conf["module"]["probe"]["middleware"] = {
        "rate_limit": {"requests": 100, "per_ms": 360000000, "key": "header", "header": "x-key"}}
    server.start()

    def asks(key):
        return server.get("/version", headers={"X-Key": key}).status

    assert [asks("a") for _ in range(100)] == [200] * 100
    assert asks("a") == 429
    for _ in range(2):
        server.upgrade()
        assert (asks("a"), asks("b")) == (429, 200)
    server.reload()
    assert (asks("a"), asks("b")) == (429, 200)
    server.conf["rate_limit_keys"] = 1000
    server.write_conf()
    mark = server.mark()
    server.upgrade()
    server.wait_log("rate_limit_keys has changed: rate limits begin anew", since=mark)
    assert asks("a") == 200
    server.stop()


@case
def systemd_hears_of_the_new_main_process():
    server = Server(workers=1)
    manager = NotifySocket(server.folder)
    server.env["NOTIFY_SOCKET"] = manager.path
    server.start()
    manager.wait("READY", "1")
    pid = server.pid
    server.upgrade()
    manager.wait("RELOADING", "1")
    message = manager.wait("MAINPID")
    assert message["MAINPID"] == str(server.pid), message
    manager.wait("READY", "1")
    manager.wait("STATUS", ".*1 of 1 workers serve, generation 2.*")
    assert not process_exists(pid)
    assert not any(m.get("STOPPING") for m in manager.messages), manager.messages
    server.stop()
    manager.wait("STOPPING", "1")
    manager.close()


main()
