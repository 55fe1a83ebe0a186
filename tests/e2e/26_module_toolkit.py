#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the web toolkit does that shows on the wire alone, by real clients over real sockets: routes
for hosts, methods, raw handlers, errors and the debug page, work behind responses that fails."""

from cadretest import *

SOURCE = os.path.join(os.path.dirname(probe_source()), "toolkit.c")


def toolkit(**more):
    server = Server(workers=1, modules={"toolkit": {"file": "toolkit.so"}}, **more)
    compile_module(server.path("toolkit.so"), source=SOURCE)
    return server.start()


def ask(server, method, path, headers=None, body=b""):
    """One request on a connection of its own; status line, header lines, body as they came."""
    with server.raw() as sock:
        sock.sendall(raw_request(method, path, headers, body, close=True))
        data = b""
        while piece := sock.recv(1 << 16):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return lines[0], lines[1:], body


# --- routes


@case
def a_host_has_routes_of_its_own():
    server = toolkit()
    port = server.address()[1]
    for host, body in (("api.example.org", b"api"), ("API.Example.org:80", b"api"),
                       (f"api.example.org.:{port}", b"api"), ("tea.example.org", b"shop tea"),
                       ("Tea.example.org:8080", b"shop Tea"), ("a.b.example.org", b"any"),
                       ("example.org", b"any"), ("api.example.org.evil.org", b"any"),
                       ("[::1]:80", b"any")):
        assert ask(server, "GET", "/", {"Host": host})[2] == body, host
    # The host of a request line, and the field, name the same one.
    assert ask(server, "GET", "http://api.example.org/", {"Host": "api.example.org"})[2] == b"api"
    status = ask(server, "GET", "http://api.example.org/", {"Host": "tea.example.org"})[0]
    assert status == "HTTP/1.1 400 Bad Request", status
    server.stop()


@case
def methods_of_a_path_are_one_list():
    server = toolkit()
    for method in ("POST", "PATCH", "BREW"):
        status, lines, body = ask(server, method, "/item")
        assert status == "HTTP/1.1 405 Method Not Allowed", status
        assert "allow: GET, HEAD, PUT, DELETE, OPTIONS" in lines, lines
        assert body == b"Method Not Allowed", body
    status, lines, body = ask(server, "OPTIONS", "/item")
    assert status == "HTTP/1.1 204 No Content" and body == b"", (status, body)
    assert "allow: GET, HEAD, PUT, DELETE, OPTIONS" in lines, lines
    status, lines, body = ask(server, "HEAD", "/item")
    assert status == "HTTP/1.1 200 OK" and body == b"" and "content-length: 4" in lines, lines
    assert ask(server, "DELETE", "/item")[2] == b"DELETE"
    server.stop()


# --- raw handlers


@case
def a_raw_handler_sends_what_it_receives():
    server = toolkit()
    answer = server.request("BREW", "/echo/a/b", body=b"some tea")
    assert (answer.status, answer.text) == (203, "some tea|"), answer
    status, lines, _ = ask(server, "PUT", "/echo/", body=b"x")
    assert status.startswith("HTTP/1.1 203 "), status
    assert [line for line in lines if line.startswith("x-two")] == ["x-two: a", "x-two: b"], lines
    assert "content-type: text/x-raw" in lines, lines
    # Each piece goes back before the next one is sent.
    with server.raw() as sock:
        sock.sendall(b"POST /echo/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        data = sock.makefile("rb")
        while data.readline() != b"\r\n":
            pass
        for piece in (b"one", b"two", b"three"):
            sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            assert data.readline() == b"%x\r\n" % len(piece)
            assert data.readline() == piece + b"\r\n"
        sock.sendall(b"0\r\n\r\n")
        assert data.read(11) == b"1\r\n|\r\n0\r\n\r\n"
    server.wait_log("toolkit: echo has seen the end", count=3)
    server.stop()


@case
def a_raw_handler_sees_its_client_leave():
    server = toolkit()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/watch"))
        server.wait_log("toolkit: watching")
        assert server.count_log("the client has left") == 0
    server.wait_log(r"toolkit: the client has left \(0\)")
    server.stop()


@case
def a_raw_handler_sends_hints_files_and_trailers():
    server = toolkit()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/all-sorts", {"TE": "trailers"}, close=True))
        data = b""
        while piece := sock.recv(1 << 16):
            data += piece
    hints, _, rest = data.partition(b"\r\n\r\n")
    assert hints == b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload", hints
    head, _, body = rest.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\ntrailer: x-sum\r\n" in head, head
    assert body == b"1\r\n<\r\n5\r\n23456\r\n1\r\n>\r\n0\r\nx-sum: 42\r\n\r\n", body
    got = subprocess.run(["curl", "-s", "-S", "-i", "--max-time", "30",
                          f"http://127.0.0.1:{server.address()[1]}/all-sorts"],
                         stdin=subprocess.DEVNULL, capture_output=True)
    # A client that did not ask for trailers has none. (A date may well hold "42".)
    assert got.stdout.endswith(b"\r\n\r\n<23456>") and b"x-sum: 42" not in got.stdout, got
    server.stop()


# --- errors


@case
def errors_are_text_or_json_as_the_client_asks():
    server = toolkit()
    api = {"Accept": "application/json, text/plain, */*"}
    page = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path, number, reason in (("/fails/now", 500, "Internal Server Error"),
                                 ("/nowhere", 404, "Not Found")):
        for headers in ({}, {"Accept": "*/*"}, page):
            answer = server.get(path, headers=headers)
            assert (answer.status, answer.text) == (number, reason), answer
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.headers["vary"] == "accept"
        answer = server.get(path, headers=api)
        assert (answer.status, answer.json()) == (number, {"detail": reason}), answer
        assert answer.headers["content-type"] == "application/json"
    answer = server.request("POST", "/item", headers=api)
    assert (answer.status, answer.json()) == (405, {"detail": "Method Not Allowed"}), answer
    assert answer.headers["allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"
    answer = server.get("/missing", headers=page)
    assert (answer.status, answer.json()) == (404, {"detail": "no such item"}), answer
    answer = server.get("/busy")
    assert (answer.status, answer.text, answer.headers["retry-after"]) == (503, "busy", "3")
    assert server.count_log(r'handler "fails" failed: Input/output error') == 4, server.tail()
    assert server.count_log('handler "busy"') == 0, server.tail()
    server.stop()


@case
def an_error_behind_the_start_cuts_the_connection():
    server = toolkit()
    status, _, body = ask(server, "GET", "/midway")
    assert status == "HTTP/1.1 200 OK" and body == b"4\r\nhalf\r\n", body
    assert server.get("/item").status == 200
    server.stop()


@case
def the_debug_page_shows_the_request_and_the_handler():
    server = toolkit(debug=True)
    answer = server.get("/fails/%3Cb%3E?a=1", headers={"Accept": "text/html", "X-Mark": "<i>"})
    assert answer.status == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for part in ("Input/output error", "fails", "/fails/{how}", ".c", "line", "&lt;b&gt;", "a=1",
                 "x-mark", "&lt;i&gt;"):
        assert part in answer.text, (part, answer.text)
    assert "<i>" not in answer.text and "<b>" not in answer.text
    answer = server.get("/fails/now")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Input/output error" in answer.text and "<" not in answer.text, answer.text
    assert server.get("/missing").json() == {"detail": "no such item"}
    server.stop()
    server = toolkit()
    answer = server.get("/fails/now", headers={"Accept": "text/html"})
    assert answer.text == "Internal Server Error", answer.text
    server.stop()


# --- behind the response


@case
def work_behind_a_response_may_be_independent_of_what_failed_before():
    server = toolkit()
    assert server.request("POST", "/behind").status == 200
    server.wait_log("toolkit: always")
    assert server.count_log('background task "fail_behind" failed: Input/output error') == 1
    assert server.count_log("toolkit: depends on it") == 0
    server.stop()


def ask_held(server, who, path="/held"):
    """A connection that has its answer while the work behind it goes on."""
    connection = server.connection()
    connection.request("GET", path, headers={"X-Who": who})
    assert connection.getresponse().read() == b"held"
    return connection


@case
def values_are_released_behind_the_work_and_the_connection_goes_on():
    server = toolkit()
    connection = ask_held(server, "me")
    assert server.count_log("toolkit: released") == 0
    connection.request("GET", "/let-go", headers={"X-Who": "another"})
    assert connection.getresponse().read() == b"let go"
    server.wait_log("toolkit: released me, who asked for /held as me: 0")
    assert server.count_log("toolkit: worked for me: done") == 1
    server.stop()


@case
def a_stop_waits_for_the_work_and_then_cancels_it():
    server = toolkit(graceful_timeout=1)
    ask_held(server, "me")
    server.stop()
    assert server.count_log("toolkit: worked for me: cancelled") == 1
    assert server.count_log("toolkit: released me, who asked for /held as me: -125") == 1


@case
def a_connection_goes_on_while_values_are_released():
    server = toolkit()
    connection = ask_held(server, "me", "/held-late")
    connection.request("GET", "/let-go", headers={"X-Who": "another"})
    assert connection.getresponse().read() == b"let go"
    server.wait_log("toolkit: released me, who asked for /held-late as me: 0")
    server.stop()


@case
def a_stop_waits_for_a_release_and_then_cancels_it():
    server = toolkit(graceful_timeout=1)
    ask_held(server, "me", "/held-late")
    server.stop()
    assert server.count_log("toolkit: released me, who asked for /held-late as me: -125") == 1


main()
