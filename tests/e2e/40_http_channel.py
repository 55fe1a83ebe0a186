#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a response can be beyond status, header and bytes: files, early hints, trailers; over TCP
and over a UNIX socket, from async handlers and from sync ones."""
import contextlib
import http.client

from cadretest import *

LISTENERS = ("tcp", "unix")
SIZE = 3 * 1024 * 1024 + 17


def channel_server(**more):
    server = Server(workers=1, modules={"channel": {"file": "channel.so"}},
                    listen={"tcp": {"address": "127.0.0.1:0"}, "unix": {"address": "unix:channel"}},
                    **more)
    with open(os.path.join(os.path.dirname(__file__), "modules", "channel.c")) as source:
        server.build_module("channel.so", source.read())
    return server.start()


def content(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@contextlib.contextmanager
def file_of(server, data=None, holes=None):
    """The path of a file with that data, or so many bytes of nothing."""
    path = server.path("data")
    with open(path, "wb") as out:
        if data is not None:
            out.write(data)
        else:
            out.truncate(holes)
    yield path
    os.unlink(path)


def get(path, **fields):
    return raw_request("GET", path, {name.replace("_", "-"): value for name, value in fields.items()})


def read_head(data):
    """(status line, [(name, value)]) of the head at which that file of a socket is."""
    status = data.readline().decode()
    fields = []
    while (line := data.readline().decode()) not in ("\r\n", ""):
        name, _, value = line.partition(":")
        fields.append((name, value.strip()))
    return status.rstrip("\r\n"), fields


def read_chunks(data):
    """(body, [trailer line])"""
    body = b""
    while size := int(data.readline(), 16):
        body += data.read(size)
        assert data.read(2) == b"\r\n"
    lines = []
    while (line := data.readline()) != b"\r\n":
        lines.append(line.decode().rstrip("\r\n"))
    return body, lines


def descriptors(server):
    return len(os.listdir(f"/proc/{server.workers()[0]}/fd"))


def peak_kb(pid):
    """What it has needed at most, kB."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))


# --- files


@case
def a_file_comes_whole_and_the_connection_goes_on():
    server = channel_server()
    data = content(SIZE)
    with file_of(server, data) as path:
        for listener in LISTENERS:
            for route in ("/file", "/sync/file"):
                with server.raw(listener) as sock:
                    for _ in range(2):
                        sock.sendall(get(f"{route}?path={path}"))
                        answer = read_response(sock)
                        assert answer.status == 200, answer
                        assert answer.headers["content-length"] == str(SIZE), answer.headers
                        assert "transfer-encoding" not in answer.headers
                        assert answer.body == data, (listener, route, len(answer.body))


@case
def parts_of_it_come_too():
    server = channel_server()
    data = content(200000)
    with file_of(server, data) as path, server.raw("unix") as sock:
        for route in ("/file", "/sync/file"):
            for offset, length in ((0, 1), (0, 0), (199999, 1), (200000, 0), (12345, 100000)):
                sock.sendall(get(f"{route}?path={path}&offset={offset}&len={length}"))
                answer = read_response(sock)
                assert answer.headers["content-length"] == str(length), answer.headers
                assert answer.body == data[offset:offset + length], (offset, length)
            for offset, length in ((200001, 0), (0, 200001), (200000, 1)):
                sock.sendall(get(f"{route}?path={path}&offset={offset}&len={length}"))
                assert read_response(sock).status == 416, (offset, length)
        sock.sendall(get("/file?path=/"))
        assert read_response(sock).status == 416


@case
def between_bytes_it_is_a_part_of_the_stream():
    server = channel_server()
    data = content(300000)
    want = b"[" + data[7:] + b"][" + data[7:] + b"]"
    with file_of(server, data) as path:
        for listener in LISTENERS:
            for route in ("/stream", "/sync/stream"):
                with server.raw(listener) as sock:
                    sock.sendall(get(f"{route}?path={path}&offset=7") * 2)
                    with sock.makefile("rb") as stream:
                        for _ in range(2):
                            status, fields = read_head(stream)
                            assert ("transfer-encoding", "chunked") in fields, (status, fields)
                            assert read_chunks(stream) == (want, []), (listener, route)


@case
def head_says_how_long_it_is():
    server = channel_server()
    with file_of(server, content(5000)) as path, server.raw("tcp") as sock:
        for route in ("/file", "/sync/file"):
            sock.sendall(raw_request("HEAD", f"{route}?path={path}"))
            answer = read_response(sock, "HEAD")
            assert answer.headers["content-length"] == "5000" and answer.body == b"", answer.headers
        sock.sendall(get(f"/file?path={path}&len=4"))
        assert read_response(sock).body == content(4)


@case
def to_http_1_0_a_stream_ends_with_the_connection():
    server = channel_server()
    data = content(100000)
    with file_of(server, data) as path, server.raw("tcp") as sock:
        sock.sendall(f"GET /stream?path={path} HTTP/1.0\r\n\r\n".encode())
        with sock.makefile("rb") as stream:
            read_head(stream)
            assert stream.read() == b"[" + data + b"][" + data + b"]"


@case
def many_clients_and_none_waits_for_the_slow_ones():
    server = channel_server()
    data = content(SIZE)
    with file_of(server, data) as path:
        slow = [server.raw(LISTENERS[i % 2]) for i in range(20)]
        for sock in slow:
            sock.sendall(get(f"/file?path={path}"))
        answers = parallel(20, lambda i: server.get(f"/file?path={path}", listener=LISTENERS[i % 2]))
        assert all(answer.body == data for answer in answers)
        for sock in slow:
            assert read_response(sock).body == data
            sock.close()


@case
def a_huge_file_needs_no_memory():
    server = channel_server()
    size = 1 << 28 if not sanitized() else 1 << 26
    with file_of(server, holes=size) as path, server.raw("tcp", seconds=120) as sock:
        assert server.get(f"/file?path={path}&len=100000", listener="tcp").status == 200
        before = peak_kb(server.workers()[0])
        sock.sendall(get(f"/file?path={path}"))
        room, got = memoryview(bytearray(1 << 20)), 0
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        while n := answer.readinto(room):
            got += n
        assert got == size
        grown = peak_kb(server.workers()[0]) - before
        assert grown < 2048 or sanitized(), f"{grown} kB"


@case
def a_file_that_gets_shorter_is_no_clean_end():
    server = channel_server()
    size = 64 << 20
    for listener in LISTENERS:
        with file_of(server, holes=size) as path, server.raw(listener) as sock:
            mark = server.mark()
            sock.sendall(get(f"/file?path={path}"))
            got = len(sock.recv(1000))
            os.truncate(path, 1 << 20)
            with contextlib.suppress(ConnectionResetError):
                while piece := sock.recv(1 << 20):
                    got += len(piece)
            assert got < size, got
            server.wait_log(r"channel: file: Input/output error", mark)
            server.wait_log(r'handler "file" failed: Input/output error', mark)
    assert server.get("/release", listener="tcp").status == 200


@case
def a_client_that_leaves_or_does_not_read_is_given_up():
    server = channel_server(send_timeout="1s")
    with file_of(server, holes=64 << 20) as path:
        assert server.get(f"/file?path={path}&len=1", listener="unix").status == 200
        before = descriptors(server)
        for listener in LISTENERS:
            mark = server.mark()
            with server.raw(listener) as sock:
                sock.sendall(get(f"/file?path={path}"))
                sock.recv(1000)
            server.wait_log(r"channel: file: Broken pipe", mark)
            mark = server.mark()
            with server.raw(listener) as sock:
                sock.sendall(get(f"/file?path={path}"))
                server.wait_log(r"channel: file: Broken pipe", mark)
                assert cut(sock)
        wait_for("its descriptors to be closed", lambda: descriptors(server) <= before)
    assert server.count_log("failed") == 0, server.tail()


@case
def a_stop_lets_it_be_sent_to_its_end():
    server = channel_server()
    with file_of(server, holes=32 << 20) as path, server.raw("tcp") as sock:
        sock.sendall(get(f"/file?path={path}"))
        got = sock.recv(1000)
        server.signal(signal.SIGTERM)
        server.wait_log("stop")
        while piece := sock.recv(1 << 20):
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        assert len(body) == 32 << 20, (head, len(body))
    assert server.wait_exit() == 0


# --- early hints


@case
def hints_come_while_the_page_is_made():
    server = channel_server()
    for listener in LISTENERS:
        with server.raw(listener) as sock, sock.makefile("rb") as stream:
            sock.sendall(get("/hints"))
            assert read_head(stream) == ("HTTP/1.1 103 Early Hints",
                                         [("link", "</style.css>; rel=preload; as=style")])
            assert read_head(stream) == ("HTTP/1.1 103 Early Hints",
                                         [("link", "</script.js>; rel=preload; as=script")])
            # The page is not even begun: it waits for this.
            assert server.get("/release", listener=listener).text == "released"
            status, fields = read_head(stream)
            assert status == "HTTP/1.1 200 OK" and "link" not in dict(fields), (status, fields)
            assert stream.read(4) == b"page"
            sock.sendall(get("/release"))
            assert read_head(stream)[0] == "HTTP/1.1 200 OK"


@case
def old_clients_get_none():
    server = channel_server()
    with server.raw("tcp") as sock, sock.makefile("rb") as stream:
        sock.sendall(b"GET /many-hints?n=3 HTTP/1.0\r\n\r\n")
        assert read_head(stream)[0] == "HTTP/1.1 200 OK"
        assert stream.read() == b"page"


@case
def hints_and_continue_go_together():
    server = channel_server()
    with server.raw("tcp") as sock, sock.makefile("rb") as stream:
        sock.sendall(b"POST /hints HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n"
                     b"Expect: 100-continue\r\n\r\n")
        assert read_head(stream)[0] == "HTTP/1.1 103 Early Hints"
        assert read_head(stream) == ("HTTP/1.1 100 Continue", [])
        sock.sendall(b"body")
        assert read_head(stream)[0] == "HTTP/1.1 200 OK"
        assert stream.read(4) == b"body"


@case
def hints_that_nobody_reads_are_held_back():
    server = channel_server(send_timeout="1s")
    mark = server.mark()
    with server.raw("unix") as sock:
        sock.sendall(get("/many-hints?n=1000000"))
        server.wait_log("channel: hints: Broken pipe", mark)
        assert cut(sock)
    assert peak_kb(server.workers()[0]) < 65536 or sanitized()


# --- trailers


def checksum(body):
    total = 0
    for byte in body:
        total = (total * 31 + byte) % (1 << 32)
    return str(total)


def post_with_sum(path, body, told, te=""):
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body[i:i + 1000]), body[i:i + 1000])
                      for i in range(0, len(body), 1000))
    return (f"POST {path} HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
            f"Trailer: X-Sum\r\n{te}\r\n").encode() + chunks + f"0\r\nX-Sum: {told}\r\n\r\n".encode()


@case
def trailers_go_both_ways():
    server = channel_server()
    body = content(70000)
    for listener in LISTENERS:
        for path in ("/checked", "/sync/checked"):
            with server.raw(listener) as sock, sock.makefile("rb") as stream:
                for _ in range(2):
                    sock.sendall(post_with_sum(path, body, checksum(body), "TE: trailers\r\n"))
                    status, fields = read_head(stream)
                    assert status == "HTTP/1.1 200 OK", (status, fields)
                    assert ("trailer", "x-sum") in fields, fields
                    assert read_chunks(stream) == (body, ["x-sum: " + checksum(body)]), path


@case
def a_wrong_sum_is_seen():
    server = channel_server()
    with server.raw("tcp") as sock:
        sock.sendall(post_with_sum("/checked", b"body", "1"))
        answer = read_response(sock)
        assert answer.status == 400 and "not 1" in answer.text, answer
        sock.sendall(raw_request("POST", "/checked", body=b"body"))
        assert "not told" in read_response(sock).text


@case
def who_does_not_ask_for_trailers_gets_none():
    server = channel_server()
    body = content(5000)
    for path in ("/checked", "/sync/checked"):
        with server.raw("unix") as sock, sock.makefile("rb") as stream:
            sock.sendall(post_with_sum(path, body, checksum(body)))
            status, fields = read_head(stream)
            assert status == "HTTP/1.1 200 OK" and "trailer" not in dict(fields), fields
            if path == "/sync/checked":
                assert ("content-length", "5000") in fields, fields
                assert stream.read(5000) == body
            else:
                assert read_chunks(stream) == (body, [])


main()
