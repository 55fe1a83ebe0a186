#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reuse_port: a queue a worker, owned by the master, so that nothing that comes is lost."""
import collections

from cadretest import *
from reload_client import Client


def queued(workers=2, on=True, **more):
    return Server(workers=workers,
                  listen={"web": {"address": "127.0.0.1:0", "reuse_port": on}}, **more)


def queues(server):
    """The sockets that listen on the server's port: what each holds, proc_net_tcp(5)."""
    port = server.address()[1]
    held = []
    with open("/proc/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port:
                held.append(int(fields[4].split(":")[1], 16))
    return held


def count_queues(server, count):
    wait_for(f"{count} queues", lambda: len(queues(server)) == count)


def count_workers(server, count):
    return wait_for(f"{count} workers", lambda: len(server.workers()) == count)


def enough(client, more=300):
    goal = client.answered + more
    wait_for("answers", lambda: client.answered >= goal)


def sound(client):
    """Nothing lost, and no kept connection closed."""
    assert client.lost == 0 and client.closed == 0, client.table()
    assert client.answered > 100, client.table()


def load(server):
    return Client(server.address(), path="/version", kept=16, single=8, mixed=True)


@case
def each_worker_has_a_queue():
    server = queued(workers=3).start()
    count_queues(server, 3)
    seen = collections.Counter(answer.text for answer in server.spread("/pid", 300))
    assert set(seen) == {str(pid) for pid in server.workers()}, seen
    # Drawn for each: within five standard deviations of a third.
    assert all(60 <= n <= 140 for n in seen.values()), seen
    server.stop()


@case
def one_worker_has_one_queue():
    server = queued(workers=1).start()
    assert server.get("/version").status == 200
    assert len(queues(server)) == 1


@case
def several_listeners_have_queues_and_one_has_not():
    listen = {"web": {"address": "127.0.0.1:0", "reuse_port": True},
              "plain": {"address": "127.0.0.1:0"},
              "six": {"address": "[::1]:0", "reuse_port": True}}
    server = Server(workers=2, listen=listen).start()
    count_queues(server, 2)
    for name in ("web", "plain", "six"):
        for _ in range(20):
            assert server.get("/version", listener=name).status == 200


@case
def a_second_server_is_refused():
    server = queued().start()
    count_queues(server, 2)
    other = queued()
    other.conf["listen"]["web"]["address"] = "127.0.0.1:%d" % server.address()[1]
    other.launch()
    other.wait_log("startup failed: .*cannot listen on .*: .*in use")
    other.wait_exit()
    assert server.get("/version").status == 200


@case
def only_tcp_addresses_have_queues():
    for address in ("unix:web.sock", "systemd:web"):
        server = Server(listen={"web": {"address": address.replace("unix:", "unix:/tmp/"),
                                        "reuse_port": True}})
        done = server.run("-t")
        assert done.returncode == 1, done
        assert "listen.web.reuse_port: only for TCP addresses that Cadre binds itself" in \
            done.stdout + done.stderr, done


@case
def a_socket_that_was_passed_in_is_never_bound_again():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = queued()
        server.conf["listen"]["web"]["address"] = "127.0.0.1:%d" % sock.getsockname()[1]
        server.passed = [("web", sock.fileno())]
        server.start()
        for _ in range(20):
            assert server.get("/version").status == 200
        assert len(queues(server)) == 1
        server.reload()
        assert server.get("/version").status == 200
        assert len(queues(server)) == 1
        server.stop()
        assert len(queues(server)) == 1, "it is systemd's"


@case
def reloads_under_load_lose_nothing():
    server = queued().start()
    with load(server) as client:
        for _ in range(5):
            enough(client)
            server.reload()
        enough(client)
    sound(client)
    assert len(queues(server)) == 2


@case
def turned_on_and_off_by_a_reload_under_load():
    server = queued(on=False).start()
    with load(server) as client:
        for on in (True, False, True):
            enough(client)
            server.conf["listen"]["web"]["reuse_port"] = on
            server.reload()
            if on:
                count_queues(server, 2)
        enough(client)
        server.conf["listen"]["web"]["reuse_port"] = False
        server.reload()
        # Kept for a while for handshakes that are under way, then closed.
        count_queues(server, 1)
        enough(client)
    sound(client)


@case
def a_reload_that_fails_changes_no_queue():
    server = queued(on=False).start()
    server.conf["listen"]["web"]["reuse_port"] = True
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    server.signal(signal.SIGHUP)
    server.wait_log("reload failed: ")
    assert len(queues(server)) == 1
    assert server.get("/version").status == 200


@case
def more_and_fewer_workers_under_load():
    server = queued().start()
    with load(server) as client:
        for _ in range(2):
            for signum, count in ((signal.SIGTTIN, 3), (signal.SIGTTIN, 4), (signal.SIGTTOU, 3),
                                  (signal.SIGTTOU, 2)):
                server.signal(signum)
                count_workers(server, count)
                enough(client)
        count_queues(server, 2)
        enough(client)
    sound(client)


@case
def without_workers_what_comes_waits():
    server = queued().start()
    server.signal(signal.SIGWINCH)
    count_workers(server, 0)
    socks = [server.raw() for _ in range(16)]
    for sock in socks:
        sock.sendall(raw_request("GET", "/version"))
    server.signal(signal.SIGTTIN)
    for sock in socks:
        assert read_response(sock).text == "1"
        sock.close()
    count_workers(server, 1)
    assert server.get("/version").status == 200


@case
def recycling_under_load_loses_nothing():
    server = queued(max_requests=200).start()
    first = set(server.workers())
    with load(server) as client:
        wait_for("other workers", lambda: not first & set(server.workers()), seconds=60)
        enough(client, 1000)
    sound(client)


@case
def an_upgrade_under_load_loses_nothing():
    server = queued(workers=3).start()
    with load(server) as client:
        for _ in range(2):
            enough(client)
            server.upgrade()
        enough(client)
        count_queues(server, 3)
        # The new master knows the kernel's order: it retires the right ones.
        server.signal(signal.SIGTTOU)
        count_workers(server, 2)
        count_queues(server, 2)
        enough(client)
    sound(client)


@case
def an_upgrade_that_fails_leaves_the_queues():
    server = queued().start()
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    server.signal(signal.SIGUSR2)
    server.wait_log("upgrade failed: ")
    assert len(queues(server)) == 2
    for _ in range(40):
        assert server.get("/version").status == 200


@case
def an_upgrade_may_turn_it_off():
    server = queued().start()
    server.conf["listen"]["web"]["reuse_port"] = False
    server.write_conf()
    with load(server) as client:
        server.upgrade()
        count_queues(server, 1)
        enough(client)
    sound(client)


def is_answered(server, count=40):
    """New connections are, whichever queue they come to."""
    slowest = 0.0
    for _ in range(count):
        began = time.monotonic()
        assert server.get("/version").status == 200
        slowest = max(slowest, time.monotonic() - began)
    return slowest


@case
def a_worker_that_blocks_delays_no_new_connection():
    server = queued(workers=3).start()
    with Held(server, "block") as held:
        assert is_answered(server, 100) < deadline(5)
        assert held.let_go() == [200]
    # It has its queue for itself again.
    assert len(server.worker_pids_seen(3)) == 3


@case
def a_worker_that_is_stopped_delays_no_new_connection():
    server = queued(workers=3).start()
    pid = server.workers()[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for("the stop", lambda: process_state(pid) == "T")
        assert is_answered(server) < deadline(5)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert len(server.worker_pids_seen(3)) == 3


@case
def the_queue_of_a_dead_worker_is_served():
    server = queued(workers=3, settings={"startup_delay": "2s"}).start()
    server.expects_deaths = True
    pid = server.workers()[0]
    # What its queue holds while it hangs, and what comes before there is another.
    os.kill(pid, signal.SIGSTOP)
    wait_for("the stop", lambda: process_state(pid) == "T")
    socks = [server.raw() for _ in range(30)]
    os.kill(pid, signal.SIGKILL)
    for sock in socks:
        sock.sendall(raw_request("GET", "/version"))
    answers = [read_response(sock).status for sock in socks]
    assert answers == [200] * 30, answers
    is_answered(server)
    for sock in socks:
        sock.close()
    # The new one takes it over.
    server.wait_log("worker . .*serves again")
    assert len(server.worker_pids_seen(3)) == 3
    assert len(queues(server)) == 3


@case
def a_worker_that_is_full_leaves_its_queue_to_others():
    server = queued(workers=2, worker_connections=16).start()
    socks = [server.raw() for _ in range(24)]
    for sock in socks:
        sock.sendall(raw_request("GET", "/pid"))
        assert read_response(sock).status == 200
        # Some worker may have had its 16 by now: the others' turn.
    for sock in socks:
        sock.close()


@case
def a_worker_that_leaves_by_itself_leaves_its_queue_to_others():
    server = queued(workers=2).start()
    end = threading.Event()

    def read(sock):
        # Its loop turns all the time, and it takes nothing new.
        while not end.is_set() and sock.recv(16384):
            pass

    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/pid"))
        pid = int(read_response(sock).text)
        sock.sendall(raw_request("GET", "/stream/100000000"))
        reader = threading.Thread(target=read, args=(sock,))
        reader.start()
        os.kill(pid, signal.SIGTERM)
        server.wait_log("SIGTERM: finishing and leaving")
        try:
            slowest = is_answered(server, 60)
        finally:
            end.set()
            reader.join()
    assert slowest < deadline(5), slowest
    wait_for("another", lambda: pid not in server.workers() and len(server.workers()) == 2)


@case
def a_spare_takes_the_queue_of_the_dead():
    server = queued(workers=2, spare_workers=1).start()
    server.expects_deaths = True
    wait_for("the spare", lambda: len(server.workers()) == 3)
    with load(server) as client:
        enough(client)
    sound(client)
    seen = server.worker_pids_seen(2)
    os.kill(min(seen), signal.SIGKILL)
    server.wait_log("which stood by, serves in the place of worker")
    is_answered(server)
    assert len(queues(server)) == 2
    wait_for("three", lambda: len(server.workers()) == 3)


@case
def what_was_accepted_is_answered_at_the_stop():
    server = queued(workers=3).start()
    socks = [server.raw() for _ in range(30)]
    for sock in socks:
        sock.sendall(raw_request("GET", "/version"))
    server.signal(signal.SIGTERM)
    for sock in socks:
        assert read_response(sock).status == 200
        sock.close()
    assert server.wait_exit() == 0


def notified(**more):
    server = queued(**more)
    notify = NotifySocket(server.folder)
    server.env["NOTIFY_SOCKET"] = notify.path
    return server, notify


def start_again(server, notify):
    server.passed = notify.kept()
    server.start()


@case
def a_restart_under_systemd_refuses_and_resets_nobody():
    server, notify = notified(workers=3)
    server.start()
    notify.wait("READY", "1")
    with server.hammer(clients=6) as hammer:
        for _ in range(4):
            hammer.wait_for_answers(200)
            server.stop()
            notify.drain()
            # One is kept, and gets all that comes meanwhile.
            assert len(queues(server)) == 1
            start_again(server, notify)
        hammer.wait_for_answers(50)
    count_queues(server, 3)
    server.stop()
    notify.close()


@case
def the_queue_that_is_kept_goes_on_after_a_kill_of_the_master():
    server, notify = notified(workers=3)
    server.start()
    server.expects_deaths = True
    notify.wait("FDSTORE")
    notify.wait("READY", "1")
    assert list(notify.store) == ["cadre/listen/web"], notify.store
    socks = [server.raw() for _ in range(30)]
    for sock in socks:
        sock.sendall(raw_request("GET", "/version"))
    old = server.process
    server.signal(signal.SIGKILL)
    old.wait()
    for sock in socks:
        assert read_response(sock).status == 200
        sock.close()
    start_again(server, notify)
    count_queues(server, 3)
    for _ in range(40):
        assert server.get("/version").status == 200
    server.stop()
    notify.close()


main()
