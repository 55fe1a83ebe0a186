#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HTTP/1.1 as real clients speak it: methods, bodies, kept connections."""
from cadretest import *


@case
def head_has_the_headers_of_get_and_no_body():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("HEAD", "/big/1000"))
        answer = read_response(sock, "HEAD")
        assert answer.status == 200 and answer.headers["content-length"] == "1000", answer.headers
        assert answer.body == b""
        # The connection is in step: the next answer is read whole.
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).text == "1"


@case
def answers_carry_date_and_length():
    server = Server(workers=1).start()
    headers = server.get("/version").headers
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"]), headers
    assert headers["content-length"] == "1", headers
    assert headers["content-type"].startswith("text/plain"), headers


@case
def post_with_a_length_reaches_the_handler():
    server = Server(workers=1).start()
    body = bytes(range(256)) * 100
    for path in ("/echo", "/sync/echo"):
        answer = server.post(path, body)
        assert answer.status == 200 and answer.body == body, (path, answer)
    assert server.post("/echo", b"").body == b""


@case
def a_chunked_body_reaches_the_handler():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"5\r\nhello\r\n", b"1;ext=1\r\n \r\n", b"5\r\nwo", b"rld\r\n0\r", b"\n\r\n"):
            sock.sendall(piece)
        assert read_response(sock).body == b"hello world"
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).text == "1"


@case
def a_large_body_is_read_as_it_comes():
    server = Server(workers=1, max_body_size="64m").start()
    body = b"q" * (20 * 1024 * 1024)
    assert server.post("/length", body, seconds=60).text == str(len(body))


@case
def a_large_answer_is_read_slowly():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/big/8000000"))
        # While this client does not read, others are answered.
        for _ in range(20):
            assert server.get("/version").status == 200
        answer = read_response(sock)
    assert len(answer.body) == 8000000 and set(answer.body) == {ord("x")}


@case
def a_streamed_answer_is_chunked():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/stream/100"))
        answer = read_response(sock)
        assert answer.headers["transfer-encoding"] == "chunked", answer.headers
        assert answer.body == b"y" * 100000
        sock.sendall(raw_request("GET", "/version"))
        assert read_response(sock).text == "1"


@case
def an_http_1_0_client_is_answered_without_chunks():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(b"GET /stream/3 HTTP/1.0\r\n\r\n")
        data = b""
        while piece := sock.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    assert b"chunked" not in head.lower(), head
    assert body == b"y" * 3000, body[:50]


@case
def a_connection_is_kept_for_many_requests():
    server = Server(workers=1).start()
    client = server.connection()
    for i in range(500):
        client.request("GET", f"/path/{i}?q={i}")
        answer = client.getresponse()
        assert answer.read() == f"/path/{i}?q={i}".encode()
    client.close()


@case
def connection_close_is_honoured():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version", close=True))
        answer = read_response(sock)
        assert answer.headers["connection"] == "close", answer.headers
        assert sock.recv(1) == b""


@case
def pipelined_requests_are_answered_in_order():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(b"".join(raw_request("GET", f"/path/{i}") for i in range(50)))
        data = sock.makefile("rb")
        for i in range(50):
            assert data.readline().startswith(b"HTTP/1.1 200")
            length = 0
            while (line := data.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            assert data.read(length) == f"/path/{i}?".encode()


@case
def a_request_may_come_byte_by_byte():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in raw_request("POST", "/echo", body=b"slow"):
            sock.sendall(bytes([byte]))
        assert read_response(sock).body == b"slow"


@case
def expect_100_continue_is_answered_before_the_body():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n"
                     b"Expect: 100-continue\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        assert head.startswith(b"HTTP/1.1 100 "), head
        sock.sendall(b"hello")
        assert read_response(sock).body == b"hello"


@case
def an_unknown_path_is_404_and_an_unknown_method_405():
    server = Server(workers=1).start()
    assert server.get("/nowhere").status == 404
    answer = server.request("DELETE", "/version")
    assert answer.status == 405
    allowed = {word.strip() for word in answer.headers["allow"].split(",")}
    assert "GET" in allowed and "DELETE" not in allowed, allowed


@case
def a_handler_that_fails_is_500_and_named_in_the_log():
    server = Server(workers=1).start()
    for path in ("/fail", "/no-answer"):
        with server.raw() as sock:
            sock.sendall(raw_request("GET", path))
            answer = read_response(sock)
            assert answer.status == 500 and answer.text == "Internal Server Error", (path, answer)
            assert answer.headers["connection"] == "close" and cut(sock), (path, answer)
    server.wait_log(r"error .*\bfail\b")
    assert server.get("/version").status == 200


@case
def an_answer_that_breaks_off_is_cut():
    server = Server(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/half"))
        data = b""
        try:
            while piece := sock.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
    assert not data.endswith(b"0\r\n\r\n"), data
    assert server.get("/version").status == 200


@case
def concurrent_sleepers_do_not_wait_for_each_other():
    server = Server(workers=1).start()
    began = time.monotonic()
    answers = parallel(100, lambda _: server.get("/sleep/1000"))
    took = time.monotonic() - began
    assert all(a.status == 200 for a in answers)
    # One after the other would be 100 s.
    assert took < deadline(20), took


@case
def sync_handlers_do_not_hold_up_the_loop():
    server = Server(workers=1, threads=4).start()
    with Held(server, "thread", 4) as held:
        for _ in range(50):
            assert server.get("/version").status == 200
        assert held.let_go() == [200] * 4


main()
