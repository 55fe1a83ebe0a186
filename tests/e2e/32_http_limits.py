#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a client may not do: too much, too slowly, malformed."""
import resource

from cadretest import *
from crowd import sockets_of


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
def a_malformed_request_is_400_and_the_log_knows_why():
    server = Server(workers=1, log_level="debug").start()
    answer, closed = ask(server, b"GET /version HTTP/1.1\r\nHost : test\r\n\r\n")
    assert answer.status == 400 and closed, answer
    assert answer.text == "Invalid HTTP request received.", answer.text
    server.wait_log(r"a request from 127\.0\.0\.1:?\d* is refused by 400: white space between a "
                    "field's name and its colon")


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
def a_long_line_is_414_or_431():
    server = Server(workers=1, max_line_size=256).start()
    assert server.get("/version?" + "a" * 200).status == 200
    assert server.get("/version", {"X": "a" * 240}).status == 200
    answer, closed = ask(server, raw_request("GET", "/version?" + "a" * 300))
    assert answer.status == 414 and closed, answer
    answer, closed = ask(server, raw_request("GET", "/version", {"X": "a" * 300}))
    assert answer.status == 431 and closed, answer


@case
def chunk_extensions_and_trailers_have_limits():
    server = Server(workers=1, max_chunk_extensions_size="1k", max_trailers_size="1k").start()
    head = b"POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    fits = head + b"1;a=" + b"b" * 900 + b"\r\nx\r\n0\r\nt: " + b"v" * 900 + b"\r\n\r\n"
    assert ask(server, fits)[0].body == b"x"
    answer, closed = ask(server, head + b"1;a=" + b"b" * 2000 + b"\r\nx\r\n0\r\n\r\n")
    assert answer.status == 400 and closed, answer
    answer, closed = ask(server, head + b"1\r\nx\r\n0\r\nt: " + b"v" * 2000 + b"\r\n\r\n")
    assert answer.status == 400 and closed, answer


def trickle(sock, byte, stop):
    """Sends BYTE five times a second until told to stop, or nobody takes it."""
    try:
        while not stop.wait(0.2):
            sock.sendall(byte)
    except OSError:
        pass


@case
def a_body_that_trickles_is_408():
    server = Server(workers=1, body_timeout="2s", min_body_rate=100).start()
    with server.raw() as sock:
        stop = threading.Event()
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10000\r\n\r\n")
        thread = threading.Thread(target=trickle, args=(sock, b"x", stop))
        thread.start()
        try:
            assert read_response(sock).status == 408
        finally:
            stop.set()
            thread.join()


@case
def a_body_that_trickles_fast_enough_is_taken():
    server = Server(workers=1, body_timeout="1s", min_body_rate=10).start()
    body = b"x" * 300
    with server.raw() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 300\r\n\r\n")
        for i in range(0, 300, 20):
            sock.sendall(body[i:i + 20])
            time.sleep(0.2)  # the rate is what is tried
        assert read_response(sock).body == body


@case
def a_client_that_reads_too_slowly_is_cut():
    server = Server(workers=1, send_timeout="2s", min_send_rate="1g").start()
    pid = server.workers()[0]
    idle = sockets_of(pid)
    with server.raw() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(raw_request("GET", "/big/500000000"))
        wait_for("the connection", lambda: sockets_of(pid) > idle)
        received = 0
        try:
            # Some of it, again and again: no pause is as long as send_timeout.
            while piece := sock.recv(4096):
                received += len(piece)
                time.sleep(0.01)
        except ConnectionResetError:
            pass
        assert received < 500000000, received
    wait_for("the end of the connection", lambda: sockets_of(pid) == idle)


@case
def keepalive_requests_ends_a_connection_politely():
    server = Server(workers=1, keepalive_requests=3).start()
    with server.raw() as sock:
        for i in range(3):
            sock.sendall(raw_request("GET", "/version"))
            answer = read_response(sock)
            assert answer.status == 200
            assert (answer.headers.get("connection") == "close") == (i == 2), (i, answer.headers)
        assert cut(sock)


@case
def more_connections_than_a_client_may_have_are_503():
    server = Server(workers=1, max_connections_per_client=2).start()
    socks = [server.raw() for _ in range(2)]
    for sock in socks:
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).status == 200
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        answer = read_response(sock)
        assert answer.status == 503 and answer.headers["retry-after"] == "1", answer
        assert cut(sock)
    socks[0].close()

    def served():
        with server.raw() as sock:
            sock.sendall(raw_request("GET", "/version", close=True))
            return read_response(sock).status == 200
    wait_for("the place of the one that left", served)
    socks[1].close()


@case
def beyond_limit_concurrency_the_answer_is_503_at_once():
    server = Server(workers=1, limit_concurrency=2).start()
    with Held(server, count=2) as held, server.raw() as third:
        third.sendall(raw_request("GET", "/version"))
        answer = read_response(third)
        assert answer.status == 503 and answer.body == b"Service Unavailable", answer
        assert answer.headers["content-length"] == "19", answer.headers
        assert answer.headers["retry-after"] == "1" and cut(third), answer.headers
        assert held.let_go() == [200] * 2
    assert server.get("/version").status == 200


@case
def a_sync_handler_that_waits_too_long_for_a_thread_is_503():
    server = Server(workers=1, threads=1, queue_timeout="1s").start()
    with Held(server, "thread") as held, server.raw() as sock:
        sock.sendall(raw_request("GET", "/thread/1"))
        answer = read_response(sock)
        assert answer.status == 503 and answer.headers["retry-after"] == "1", answer
        # Nothing is wrong with the connection, nor with the one that had the thread.
        assert held.let_go() == [200]
        sock.sendall(raw_request("GET", "/thread/1"))
        assert read_response(sock).status == 200


@case
def what_came_while_the_loop_was_held_up_is_503():
    server = Server(workers=1, queue_timeout="1s").start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).status == 200
        with Held(server, "block") as held:
            sock.sendall(raw_request("GET", "/version"))
            time.sleep(1.2)  # it has waited for so long
            assert held.let_go() == [200]
        answer = read_response(sock)
        assert answer.status == 503 and answer.headers["retry-after"] == "1", answer
    for _ in range(3):
        assert server.get("/version").status == 200


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
