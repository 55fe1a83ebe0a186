#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a client may not do: too much, too slowly, malformed."""
import resource

from cadretest import *


def ask(server, data):
    """Sends DATA; returns the answer and whether the connection was closed behind it."""
    with server.raw() as sock:
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = read_response(sock)
        return answer, answer.headers.get("connection") == "close" and cut(sock)


@case
def a_head_above_its_limit_is_431():
    server = Server(workers=1, max_head_size="2k").start()
    fits = raw_request("GET", "/version", {"X": "a" * 1500})
    assert ask(server, fits + raw_request("GET", "/version", close=True))[0].status == 200
    answer, closed = ask(server, raw_request("GET", "/version", {"X": "a" * 4000}))
    assert answer.status == 431 and closed, answer
    assert server.get("/version").status == 200


@case
def too_many_headers_are_431():
    server = Server(workers=1, max_headers=20).start()
    fits = {f"X-{i}": "1" for i in range(15)}
    assert server.get("/version", fits).status == 200
    answer = server.get("/version", {f"X-{i}": "1" for i in range(30)})
    assert answer.status == 431, answer


@case
def a_body_above_its_limit_is_413():
    server = Server(workers=1, max_body_size="1k").start()
    assert server.post("/echo", b"x" * 1024).status == 200
    answer, closed = ask(server, raw_request("POST", "/echo", body=b"x" * 1025))
    assert answer.status == 413 and closed, answer
    chunked = b"POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"200\r\n" + b"x" * 512 + b"\r\n"
    answer, closed = ask(server, chunked + b"201\r\n" + b"x" * 513 + b"\r\n0\r\n\r\n")
    assert answer.status == 413 and closed, answer


BAD = [
    ("no version", b"GET /version\r\n\r\n"),
    ("a bad version", b"GET /version HTTP/9.9\r\nHost: t\r\n\r\n"),
    ("a bad method", b"G(T /version HTTP/1.1\r\nHost: t\r\n\r\n"),
    ("no host", b"GET /version HTTP/1.1\r\n\r\n"),
    ("two hosts", b"GET /version HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ("a space before the colon", b"GET /version HTTP/1.1\r\nHost : t\r\n\r\n"),
    ("a folded header", b"GET /version HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n"),
    ("a control byte in a value", b"GET /version HTTP/1.1\r\nHost: t\r\nA: b\x01c\r\n\r\n"),
    ("two lengths", b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n"
                    b"Content-Length: 2\r\n\r\nxx"),
    ("a length that is no number", b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1x\r\n\r\nx"),
    ("a negative length", b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n"),
    ("a length beyond all numbers", b"POST /echo HTTP/1.1\r\nHost: t\r\n"
                                    b"Content-Length: 99999999999999999999\r\n\r\n"),
    ("a length and chunks", b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("a chunk size that is no number", b"POST /echo HTTP/1.1\r\nHost: t\r\n"
                                       b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ("a chunk size beyond all numbers", b"POST /echo HTTP/1.1\r\nHost: t\r\n"
                                        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    ("a NUL in the path", b"GET /ver%00sion HTTP/1.1\r\nHost: t\r\n\r\n"),
    ("a space in the path", b"GET /ver sion HTTP/1.1\r\nHost: t\r\n\r\n"),
]


@case
def malformed_requests_are_refused_and_closed():
    server = Server(workers=1).start()
    for what, data in BAD:
        answer, closed = ask(server, data)
        # A limit, a version and a length that cannot be have codes of their own.
        assert answer.status in (400, 413, 501, 505), (what, answer)
        assert closed, what
    assert server.get("/version").status == 200


@case
def an_unknown_transfer_coding_is_refused():
    server = Server(workers=1).start()
    answer, closed = ask(server, b"POST /echo HTTP/1.1\r\nHost: t\r\n"
                                 b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
    assert answer.status in (400, 501) and closed, answer


@case
def what_follows_a_refused_request_is_not_served():
    server = Server(workers=1).start()
    smuggled = b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked" \
               b"\r\n\r\n0\r\n\r\nGET /version HTTP/1.1\r\nHost: t\r\n\r\n"
    with server.raw() as sock:
        sock.sendall(smuggled)
        data = b""
        try:
            while piece := sock.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
    assert data.count(b"HTTP/1.1") == 1 and data.startswith(b"HTTP/1.1 400"), data


@case
def a_head_that_never_ends_is_408():
    server = Server(workers=1, head_timeout="1s").start()
    with server.raw() as sock:
        sock.sendall(b"GET /version HTTP/1.1\r\n")
        assert read_response(sock).status == 408
        assert cut(sock)


@case
def a_head_that_trickles_is_408():
    server = Server(workers=1, head_timeout="1s").start()
    with server.raw() as sock:
        sock.sendall(b"GET /version HTTP/1.1\r\n")
        stop = threading.Event()

        def trickle():
            try:
                while not stop.wait(0.2):
                    sock.sendall(b"X: y\r\n")
            except OSError:
                pass

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            assert read_response(sock).status == 408
        finally:
            stop.set()
            thread.join()


@case
def a_connection_without_a_request_is_closed():
    server = Server(workers=1, head_timeout="1s").start()
    with server.raw() as sock:
        assert cut(sock)


@case
def a_body_that_never_comes_is_408():
    server = Server(workers=1, body_timeout="1s").start()
    with server.raw() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf")
        assert read_response(sock).status == 408
        assert cut(sock)


@case
def an_idle_kept_connection_is_closed_silently():
    server = Server(workers=1, keepalive_timeout="1s").start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).status == 200
        assert sock.recv(100) == b""


def sockets_of(pid):
    count = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")
        except FileNotFoundError:
            pass
    return count


@case
def a_client_that_does_not_read_is_cut():
    server = Server(workers=1, send_timeout="1s").start()
    pid = server.workers()[0]
    idle = sockets_of(pid)
    with server.raw() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(raw_request("GET", "/big/50000000"))
        wait_for("the connection", lambda: sockets_of(pid) > idle)
        # The answer is not read until the server has given up: then it ends early.
        wait_for("the end of the connection", lambda: sockets_of(pid) == idle)
        received = 0
        try:
            while piece := sock.recv(1 << 20):
                received += len(piece)
        except ConnectionResetError:
            pass
        assert received < 50000000, received


@case
def connections_above_the_limit_wait_their_turn():
    server = Server(workers=1, worker_connections=8).start()
    held = [server.raw() for _ in range(8)]
    for sock in held:
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).status == 200
    waiting = server.raw()
    waiting.sendall(raw_request("GET", "/version"))
    held.pop().close()
    assert read_response(waiting).status == 200
    for sock in held + [waiting]:
        sock.close()


OUT_OF_DESCRIPTORS = r"descriptors|EMFILE|[Tt]oo many open files"


@case
def running_out_of_descriptors_is_survived():
    server = Server(workers=1, keepalive_timeout="30s").start()
    pid = server.workers()[0]
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, hard))
    held = [server.raw() for _ in range(120)]
    for sock in held[:20]:
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).status == 200
    server.wait_log(OUT_OF_DESCRIPTORS)
    before, began = cpu_seconds(pid), time.monotonic()
    # Those that were accepted are served on meanwhile.
    for _ in range(10):
        held[0].sendall(raw_request("GET", "/sleep/100"))
        assert read_response(held[0]).status == 200
    spent = (cpu_seconds(pid) - before) / (time.monotonic() - began)
    for sock in held:
        sock.close()
    assert server.get("/version").status == 200
    assert spent < 0.5, f"the worker spins: {spent:.2f} of a CPU"
    assert server.count_log(OUT_OF_DESCRIPTORS) <= 3, server.tail()


@case
def clients_that_leave_cost_nothing():
    server = Server(workers=1).start()

    def leave(i):
        for _ in range(30):
            with server.raw() as sock:
                sock.sendall(raw_request("GET", ("/sleep/200", "/big/1000000", "/stream/500")[i % 3]))
                if i % 2:
                    sock.recv(10)

    parallel(6, leave)
    assert server.get("/version").status == 200


main()
