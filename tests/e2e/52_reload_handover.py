#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A reload closes nothing: connections between two requests go on with another worker."""
import collections
import contextlib
import resource

from cadretest import *
from reload_client import Client


def ask(sock, path="/pid", headers=None):
    sock.sendall(raw_request("GET", path, headers))
    return read_response(sock)


def gone(server, old):
    """Waits until none of the workers OLD is left."""
    wait_for("the end of the old workers", lambda: not set(server.workers()) & set(old))


@case
def a_kept_connection_goes_on_with_a_new_worker():
    server = Server(workers=1, keepalive_timeout="60s").start()
    old = server.workers()
    with server.raw() as sock:
        assert int(ask(sock).text) == old[0]
        server.reload()
        gone(server, old)
        answer = ask(sock)
        assert int(answer.text) == server.workers()[0]
        assert "connection" not in answer.headers, answer.headers
        assert ask(sock).status == 200


@case
def a_connection_without_a_request_yet_goes_on_too():
    server = Server(workers=1).start()
    old = server.workers()
    with server.raw() as sock:
        ask_alone = server.get("/pid")  # by now it is accepted
        assert int(ask_alone.text) == old[0]
        server.reload()
        gone(server, old)
        assert int(ask(sock).text) == server.workers()[0]


@case
def the_client_address_goes_along_and_listeners_may_change_places():
    server = Server(workers=1).start()
    old = server.workers()
    with server.raw() as sock:
        before = ask(sock, "/client").text
        assert before == "%s %d" % sock.getsockname(), before
        server.conf["listen"] = {"other": {"address": "127.0.0.1:0"}, **server.conf["listen"]}
        server.reload()
        gone(server, old)
        assert ask(sock, "/client").text == before


@case
def unix_connections_go_on_too():
    server = Server(workers=1)
    server.conf["listen"]["local"] = {"address": "unix:" + server.path("web.sock")}
    server.start()
    old = server.workers()
    with server.raw("local") as sock:
        assert int(ask(sock).text) == old[0]
        server.reload()
        gone(server, old)
        assert int(ask(sock).text) == server.workers()[0]


@case
def a_busy_connection_is_answered_and_goes_on():
    server = Server(workers=1).start()
    old = server.workers()
    held = Held(server, count=0)
    with server.raw() as sock:
        sock.sendall(raw_request("GET", held.path))
        server.wait_log("probe: sleeping")
        server.reload()
        held.let_go()
        answer = read_response(sock)
        assert answer.status == 200 and "connection" not in answer.headers, answer.headers
        gone(server, old)
        assert int(ask(sock).text) == server.workers()[0]


@case
def pipelined_requests_are_answered_in_order_over_a_reload():
    server = Server(workers=1).start()
    old = server.workers()
    held = Held(server, count=0)
    with server.raw() as sock:
        # The second has been read when the reload comes, the third follows when it is over.
        sock.sendall(raw_request("GET", held.path) + raw_request("GET", "/pid"))
        server.wait_log("probe: sleeping")
        server.reload()
        sock.sendall(raw_request("GET", "/version"))
        held.let_go()
        data = b""
        while data.count(b"HTTP/1.1 200 OK") < 3 or not data.endswith(b"\r\n\r\n1"):
            piece = sock.recv(65536)
            assert piece, data
            data += piece
        assert data.index(b"slept") < data.index(b"\r\n\r\n%d" % old[0]), data
        gone(server, old)
        assert int(ask(sock).text) == server.workers()[0]


@case
def half_a_head_stays_where_it_is_read():
    server = Server(workers=1).start()
    old = server.workers()
    request = raw_request("GET", "/pid")
    with server.raw() as sock:
        assert ask(sock).status == 200
        sock.sendall(request[:20])
        server.get("/version")  # by now it is read
        server.reload()
        sock.sendall(request[20:])
        assert int(read_response(sock).text) == old[0]
        gone(server, old)
        assert int(ask(sock).text) == server.workers()[0]


@case
def a_connection_of_a_listener_that_has_gone_is_told_to_close():
    server = Server(workers=1)
    server.conf["listen"]["more"] = {"address": "127.0.0.1:0"}
    server.start()
    with server.raw("more") as sock:
        assert ask(sock).status == 200
        del server.conf["listen"]["more"]
        server.reload()
        answer = ask(sock)
        assert answer.status == 200 and answer.headers["connection"] == "close", answer.headers
        assert cut(sock)


@case
def a_worker_that_is_told_to_leave_hands_its_connections_to_the_others():
    server = Server(workers=2).start()
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.raw()) for _ in range(32)]
        pids = [int(ask(sock).text) for sock in socks]
        assert len(set(pids)) == 2, pids
        os.kill(pids[0], signal.SIGTERM)
        wait_for("its end", lambda: pids[0] not in server.workers())
        for sock in socks:
            answer = ask(sock)
            assert answer.status == 200 and int(answer.text) != pids[0]
            assert "connection" not in answer.headers, answer.headers


@case
def the_only_worker_that_leaves_keeps_its_connections():
    server = Server(workers=1).start()
    old = server.workers()
    with server.raw() as sock:
        assert ask(sock).status == 200
        os.kill(old[0], signal.SIGTERM)
        server.wait_log("SIGTERM: finishing and leaving")
        answer = ask(sock)
        assert answer.status == 200 and answer.headers["connection"] == "close", answer.headers
        assert cut(sock)


@case
def a_receiver_at_its_limit_answers_once_more():
    server = Server(workers=2, worker_connections=8).start()
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.raw()) for _ in range(12)]
        pids = [int(ask(sock).text) for sock in socks]
        os.kill(pids[0], signal.SIGTERM)
        wait_for("its end", lambda: pids[0] not in server.workers())
        answers = [ask(sock) for sock in socks]
        assert [a.status for a in answers] == [200] * 12
        # What the one that stayed took beyond its limit ends with its answer.
        closes = sum("connection" in a.headers for a in answers)
        assert closes == 4, closes


@case
def a_master_without_descriptors_loses_no_connection():
    server = Server(workers=2).start()
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.raw()) for _ in range(16)]
        pids = [int(ask(sock).text) for sock in socks]
        leaves = pids[0]
        used = {int(fd) for fd in os.listdir(f"/proc/{server.pid}/fd")}
        free = min(set(range(len(used) + 1)) - used)
        limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (free, limits[1]))
        os.kill(leaves, signal.SIGTERM)
        server.wait_log("the master has no descriptor free")
        for sock, pid in zip(socks, pids):
            answer = ask(sock)
            assert answer.status == 200 and int(answer.text) == pid
            assert ("connection" in answer.headers) == (pid == leaves), answer.headers
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
        wait_for("its end", lambda: leaves not in server.workers())
        wait_for("another", lambda: len(server.workers()) == 2)


@case
def more_connections_than_fit_on_the_way_go_over():
    server = Server(workers=2, keepalive_timeout="60s").start()
    old = server.workers()
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(server.raw()) for _ in range(400)]
        for sock in socks:
            assert ask(sock, "/version").status == 200
        server.reload()
        gone(server, old)
        for sock in socks:
            sock.sendall(raw_request("GET", "/pid"))
        new = server.workers()
        pids = collections.Counter(int(read_response(sock).text) for sock in socks)
    assert set(pids) == set(new), (pids, new)
    assert min(pids.values()) > 100, pids


@case
def a_stop_closes_what_was_handed_over():
    server = Server(workers=2, keepalive_timeout="60s").start()
    socks = [server.raw() for _ in range(20)]
    for sock in socks:
        assert ask(sock).status == 200
    server.reload()
    server.stop(seconds=15)
    for sock in socks:
        assert cut(sock)
        sock.close()


@case
def twenty_reloads_close_no_kept_connection_and_lose_no_request():
    server = Server(workers=2, keepalive_timeout="60s", max_generations=16,
                    graceful_timeout="60s").start()
    server.wait_log("ready: ")
    with Client(server.address(), "/version", kept=64, single=64, pause=0.05,
                patience=deadline(60)) as client:
        wait_for("answers", lambda: client.answered > 300)
        for _ in range(20):
            before = client.later["answered"]
            server.reload()
            wait_for("more answers", lambda: client.later["answered"] >= before + 64)
    print("# " + client.table().replace("\n", "\n# "))
    assert client.lost == 0, client.table()
    assert client.closed == 0 and client.opened == 64, client.table()


@case
def pieces_and_pipelined_requests_survive_reloads_too():
    server = Server(workers=3, keepalive_timeout="60s", max_generations=16,
                    graceful_timeout="60s").start()
    with Client(server.address(), "/version", kept=48, single=8, pause=0.02, mixed=True,
                patience=deadline(60)) as client:
        wait_for("answers", lambda: client.answered > 300)
        for _ in range(10):
            before = client.later["answered"]
            server.reload()
            wait_for("more answers", lambda: client.later["answered"] >= before + 64)
        # And the workers of one generation come and go.
        for _ in range(4):
            wait_for("the end of the others", lambda: len(server.workers()) == 3)
            pid = server.workers()[0]
            os.kill(pid, signal.SIGTERM)
            wait_for("its end", lambda: pid not in server.workers())
    print("# " + client.table().replace("\n", "\n# "))
    assert client.lost == 0, client.table()
    assert client.closed == 0 and client.opened == 48, client.table()


main()
