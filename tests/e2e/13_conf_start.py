#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conf of a server that starts and reloads: includes, variables, --set, wrong ones."""
from cadretest import *


@case
def a_wrong_conf_starts_nothing():
    server = Server(workers=0, threads=0)
    sock = server.path("sock")
    server.conf["listen"]["local"] = {"address": "unix:sock"}
    server.checks_lines = False
    server.launch()
    assert server.wait_exit() == 1
    server.wait_log(r"^cadre: 2 errors in the conf; nothing was started$")
    assert server.tail() == [
        f'{server.path("cadre.conf")}:1: workers: expected a whole number from 1 to 500 or "auto", '
        'found 0',
        f'{server.path("cadre.conf")}:2: threads: expected a whole number from 1 to 1024, found 0',
        "cadre: 2 errors in the conf; nothing was started"], server.tail()
    assert not os.path.exists(sock)


@case
def the_log_says_what_decided_the_number_of_workers():
    server = Server(workers="auto").start()
    server.wait_log(r"\b(CPU affinity \d+|cgroup quota [\d.]+ of \d+ CPUs)")


@case
def includes_and_variables_are_in_effect():
    server = Server(env={"TEST_WORKERS": "3", "TEST_HOST": "127.0.0.1"})
    os.mkdir(server.path("conf.d"))
    server.write("conf.d/10-listen.conf", 'listen: { web: { address = "${TEST_HOST}:0"; }; };\n')
    server.write("conf.d/20-module.conf", 'module: { probe: { file = "probe.so"; }; };\n')
    server.write_conf = lambda text=None: server.write(
        "cadre.conf", 'workers = "${TEST_WORKERS}";\ninclude = ["conf.d/*.conf"];\n')
    server.start()
    server.wait_log(r"ready: 3 workers, generation 1")
    assert server.get("/version").status == 200


@case
def set_is_over_the_conf_also_after_a_reload():
    server = Server(workers=1, args=["--set", "workers=2"]).start()
    server.wait_log(r"ready: 2 workers, generation 1")
    server.conf["workers"] = 3
    server.reload()
    server.wait_log(r"ready: 2 workers, generation 2")


@case
def a_reload_with_a_wrong_conf_changes_nothing_and_says_why():
    server = Server(workers=2).start()
    before = server.workers()
    server.conf["workers"] = "lots"
    server.conf["thraeds"] = 4
    mark = server.mark()
    server.write_conf()
    server.signal(signal.SIGHUP)
    server.wait_log(r'cadre\.conf:1: workers: expected a whole number from 1 to 500 or "auto", found '
                    r'"lots"', since=mark)
    server.wait_log(r'cadre\.conf:\d+: unknown directive "thraeds"; did you mean "threads"\?',
                    since=mark)
    server.wait_log(r"reload failed: .*generation 1 goes on", since=mark)
    assert server.workers() == before
    assert server.get("/version").status == 200
    del server.conf["thraeds"]
    server.conf["workers"] = 1
    server.reload()
    server.wait_log(r"ready: 1 worker, generation 2", since=mark)


@case
def a_reload_reads_the_environment_of_the_server_and_new_includes():
    server = Server(workers=1)
    os.mkdir(server.path("conf.d"))
    server.conf["include"] = array(["conf.d/*.conf"])
    del server.conf["workers"]
    server.write("conf.d/a.conf", "workers = 1;\n")
    server.start()
    server.wait_log(r"ready: 1 worker, generation 1")
    os.unlink(server.path("conf.d/a.conf"))
    server.write("conf.d/b.conf", "workers = 2;\n")
    server.reload()
    server.wait_log(r"ready: 2 workers, generation 2")


@case
def a_conf_that_is_gone_at_a_reload_changes_nothing():
    server = Server(workers=1).start()
    mark = server.mark()
    os.unlink(server.path("cadre.conf"))
    server.signal(signal.SIGHUP)
    server.wait_log(r"cadre\.conf: cannot be read: No such file or directory", since=mark)
    server.wait_log(r"reload failed: .*generation 1 goes on", since=mark)
    assert server.get("/version").status == 200


@case
def a_conf_that_became_a_fifo_does_not_hold_the_master():
    server = Server(workers=1).start()
    mark = server.mark()
    os.unlink(server.path("cadre.conf"))
    os.mkfifo(server.path("cadre.conf"))
    server.signal(signal.SIGHUP)
    server.wait_log(r"cadre\.conf: cannot be read: it is no regular file", since=mark)
    os.unlink(server.path("cadre.conf"))
    assert server.get("/version").status == 200


main()
