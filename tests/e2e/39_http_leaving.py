#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients that leave: who is told, who is cancelled, who runs on; and that nothing spins."""
import struct

from cadretest import *

LOOKING = "probe: looking"
LEFT = "probe: the client has left"
CANCELLED = "probe: sleep was cancelled"


def begin(server, path, more=b"", method="GET", headers=None, says="probe: sleeping"):
    """A connection with that request in its handler, and MORE behind it."""
    mark = server.mark()
    sock = server.raw()
    sock.sendall(raw_request(method, path, headers) + more)
    server.wait_log(says, since=mark)
    return sock, mark


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def end(sock):
    sock.shutdown(socket.SHUT_WR)


def read_answers(sock, count):
    """What the server sends until that many answers have come."""
    got = b""
    while got.count(b"HTTP/1.1 200 OK\r\n") < count or not got.endswith(b"\r\n\r\n1"):
        part = sock.recv(65536)
        assert part, f"closed after {got.count(b'HTTP/1.1 200 OK')} of {count} answers"
        got += part
    return got


LEAVE = {"closes": socket.socket.close, "resets": reset, "ends its side": end}
# More than a connection has room for while its handler runs.
PIPELINED = raw_request("GET", "/version") * 600


@case
def a_handler_runs_on():
    server = Server(workers=1).start()
    for leave in LEAVE.values():
        sock, mark = begin(server, "/sleep/300")
        leave(sock)
        assert server.get("/version").status == 200
        server.wait_log("probe: has slept", since=mark)
        assert server.count_log(CANCELLED, since=mark) == 0
        sock.close()


@case
def it_can_ask_whether_the_client_is_there():
    server = Server(workers=1).start()
    for how, leave in LEAVE.items():
        for more in (b"", PIPELINED):
            sock, mark = begin(server, "/look/60000", more, says=LOOKING)
            leave(sock)
            server.wait_log(LEFT, since=mark)
            sock.close()
    sock, mark = begin(server, "/look/100", PIPELINED, says=LOOKING)
    assert b"still there" in read_answers(sock, 601)
    sock.close()


@case
def behind_a_body_that_nobody_reads_as_well():
    server = Server(workers=1).start()
    for leave in LEAVE.values():
        sock, mark = begin(server, "/look/60000", b"x" * 100_000, method="POST",
                           headers={"Content-Length": "1000000"}, says=LOOKING)
        leave(sock)
        server.wait_log(LEFT, since=mark)
        sock.close()


@case
def nothing_spins_while_it_waits_or_once_it_is_seen():
    server = Server(workers=1).start()
    pid = server.workers()[0]
    socks = [begin(server, "/sleep/4000", PIPELINED)[0] for _ in range(2)]
    waiting = cpu_over(pid, 1)
    reset(socks[0])
    end(socks[1])
    assert waiting + cpu_over(pid, 1.5) < 0.8
    read_answers(socks[1], 601)
    socks[1].close()


@case
def a_route_that_says_so_is_cancelled():
    server = Server(workers=1).start()
    for leave in LEAVE.values():
        for more in (b"", PIPELINED):
            sock, mark = begin(server, "/cancelled/sleep/60000", more)
            leave(sock)
            server.wait_log(CANCELLED, since=mark)
            sock.close()
    # Nobody is to blame for it.
    assert server.count_log(r" (error|warning) worker") == 0, server.log()
    # Over a UNIX socket it is the same.
    server.stop()
    server = Server(workers=1, listen={"web": {"address": "unix:web.sock"}}).start()
    for how in ("closes", "ends its side"):
        sock, mark = begin(server, "/cancelled/sleep/60000", PIPELINED)
        LEAVE[how](sock)
        server.wait_log(CANCELLED, since=mark)
        sock.close()


@case
def its_tasks_are_cancelled_with_it():
    server = Server(workers=1).start()
    sock, mark = begin(server, "/cancelled/tasks/60000", says="sleeping in tasks")
    sock.close()
    server.wait_log("probe: a task was cancelled", since=mark, count=2)


@case
def a_stream_is_cancelled():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/cancelled/stream"))
        assert b"tick" in sock.recv(65536) + sock.recv(65536)
        mark = server.mark()
    server.wait_log("probe: stream ended", since=mark)


@case
def a_handler_whose_client_stays_is_left_alone():
    server = Server(workers=1).start()
    with server.raw() as sock:
        for _ in range(3):
            sock.sendall(raw_request("GET", "/cancelled/sleep/50"))
            assert read_response(sock).text == "slept"
    assert server.count_log(CANCELLED) == 0
    # One that has answered is over: the next one on the connection has not asked for it.
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/cancelled/sleep/50"))
        read_response(sock)
        mark = server.mark()
        sock.sendall(raw_request("GET", "/look/60000"))
        server.wait_log(LOOKING, since=mark)
    server.wait_log(LEFT, since=mark)


@case
def of_a_sync_handler_only_the_wait_for_a_thread_is_cancelled():
    server = Server(workers=1, threads=1).start()
    first, mark = begin(server, "/cancelled/thread/2000", says="blocking a thread")
    waiting = server.raw()
    waiting.sendall(raw_request("GET", "/cancelled/thread/1"))
    assert server.get("/version").status == 200  # it is behind the other in the loop
    first.close()
    waiting.close()
    assert server.get("/thread/1").text == "blocked a thread"
    assert server.count_log("blocking a thread", since=mark) == 2, server.log()  # first, and this one


main()
