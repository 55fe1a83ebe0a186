#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A reload is a transaction: all of the new generation or nothing, and no request lost."""
from cadretest import *


@case
def a_rebuilt_module_is_live_after_a_reload():
    server = Server(workers=2).start()
    old = server.workers()
    server.build_probe(version="2")
    assert server.get("/version").text == "1"
    server.reload()
    wait_for("the end of the old workers", lambda: not set(server.workers()) & set(old))
    assert server.get("/version").text == "2"
    assert server.get("/which").json()["generation"] == 2
    assert len(server.workers()) == 2


@case
def twenty_reloads_under_load_lose_no_request():
    server = Server(workers=2).start()
    with server.hammer(clients=4) as hammer:
        hammer.wait_for_answers(20)
        for i in range(2, 22):
            version = f"v{i}"
            server.build_probe(version=version)
            server.reload()
            hammer.wait_for_answers(5, body=version)
    assert len(hammer.answers) == 21, hammer.answers
    wait_for("the end of the old workers", lambda: len(server.workers()) == 2)


@case
def a_reload_answers_what_is_in_flight():
    server = Server(workers=2).start()
    with Held(server, count=10) as held:
        server.reload()
        assert held.let_go() == [200] * 10


@case
def a_module_that_fails_to_start_leaves_the_old_generation_serving():
    server = Server(workers=2).start()
    pids = server.workers()
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    with server.hammer(clients=2) as hammer:
        server.write_conf()
        server.signal(signal.SIGHUP)
        line = server.wait_log(r"reload failed: .*; generation 1 goes on").group(0)
        server.wait_log('"?probe"?.*the probe was told to fail')
        hammer.wait_for_answers(50, body="1")
    assert server.workers() == pids, (line, server.tail())
    # And the next good one works.
    server.conf["module"]["probe"]["settings"] = {"startup": "ok"}
    server.reload()
    wait_for("new workers", lambda: not set(server.workers()) & set(pids))
    assert server.get("/version").status == 200


@case
def a_module_that_crashes_at_startup_leaves_the_old_generation_serving():
    server = Server(workers=2).start()
    server.expects_deaths = True
    pids = server.workers()
    server.conf["module"]["probe"]["settings"] = {"startup": "crash"}
    server.write_conf()
    server.signal(signal.SIGHUP)
    server.wait_log("SIGABRT")
    server.wait_log(r"reload failed: .*; generation 1 goes on")
    assert server.get("/version").status == 200
    assert server.workers() == pids


@case
def a_bad_conf_leaves_the_old_generation_serving():
    server = Server(workers=2).start()
    pids = server.workers()
    server.write_conf("workers = 2;\nworkerz = 3;\n")
    server.signal(signal.SIGHUP)
    assert re.search(r"cadre\.conf:2", server.wait_log("workerz").group(0) + server.tail(5)[0]) or \
        server.count_log(r"cadre\.conf:2.*workerz"), server.tail()
    server.write_conf("this is no conf {")
    mark = server.mark()
    server.signal(signal.SIGHUP)
    server.wait_log(r"cadre\.conf:1", since=mark)
    assert server.workers() == pids
    assert server.get("/version").status == 200
    server.reload()
    assert server.get("/version").status == 200


@case
def a_missing_module_leaves_the_old_generation_serving():
    server = Server(workers=2).start()
    pids = server.workers()
    os.unlink(server.path("probe.so"))
    server.signal(signal.SIGHUP)
    server.wait_log(r'reload failed: .*cadre\.conf:\d+: .*"probe\.so".*; generation 1 goes on')
    assert server.get("/version").status == 200
    assert server.workers() == pids


@case
def more_and_fewer_workers_come_with_a_reload():
    server = Server(workers=2).start()
    for count in (4, 1, 3):
        server.conf["workers"] = count
        server.reload()
        wait_for(f"{count} workers", lambda: len(server.workers()) == count)
        assert server.get("/version").status == 200


@case
def a_listener_may_come_and_go_with_a_reload():
    server = Server(workers=1).start()
    server.conf["listen"]["more"] = {"address": "127.0.0.1:0"}
    server.reload()
    assert server.get("/version", listener="more").status == 200
    more = server.address("more")
    del server.conf["listen"]["more"]
    server.reload()

    def refused():
        try:
            socket.create_connection(more, 5).close()
            return False
        except ConnectionRefusedError:
            return True

    wait_for("a refusal", refused)
    assert server.get("/version").status == 200


@case
def a_second_reload_during_the_first_is_not_lost():
    server = Server(workers=1, settings={"startup_delay": "1s"}).start()
    server.signal(signal.SIGHUP)
    server.wait_log("probe: worker startup", count=2)
    server.build_probe(version="2")
    server.signal(signal.SIGHUP)
    wait_for("the second reload", lambda: server.get("/version").text == "2")


@case
def a_stop_during_a_reload_ends_both_generations():
    server = Server(workers=2, settings={"startup_delay": "20s"})
    server.conf["module"]["probe"]["settings"] = {}
    server.start()
    server.conf["module"]["probe"]["settings"] = {"startup_delay": "30s"}
    server.write_conf()
    mark = server.mark()
    server.signal(signal.SIGHUP)
    server.wait_log("probe: worker startup", since=mark)
    server.stop(seconds=15)


@case
def a_new_generation_starts_at_most_reload_surge_workers_at_once():
    server = Server(workers=4, reload_surge=1, settings={"startup_delay": "300ms"},
                    probe_flags=["-DNO_SERVER_LIFESPAN"]).start()
    most = [0]
    stop = threading.Event()

    def watch():
        while not stop.is_set():
            most[0] = max(most[0], len(server.workers()))

    thread = threading.Thread(target=watch)
    thread.start()
    server.reload()
    stop.set()
    thread.join()
    wait_for("the end of the old workers", lambda: len(server.workers()) == 4)
    # At most one is starting at any time; the new ones that are ready and the old ones serve.
    assert most[0] <= 8, most


main()
