# SPDX-License-Identifier: MIT
"""Static files over real sockets: what goes out, what never does, conditions, ranges, changes."""

import http.client

from cadretest import *

STATIC = os.path.join(BUILD, "modules", ".libs", "static.so")
SIZES = {"empty.txt": 0, "small.txt": 1000, "middle.txt": 20000, "large.bin": 3 << 20}


def content_of(name):
    return (b"%s and its bytes. " % name.encode() * (SIZES[name] // 16 + 1))[:SIZES[name]]


def site(**settings):
    """A server with those files below site/, and a secret beside it."""
    server = Server(workers=1, modules={})
    os.makedirs(server.path("site/docs"))
    for name in SIZES:
        put(server, name, content_of(name))
    server.write("secret", "SECRET")
    server.write("site/.env", "SECRET")
    os.symlink("../secret", server.path("site/out"))
    os.symlink("/etc", server.path("site/etc"))
    os.mkfifo(server.path("site/pipe"))
    server.conf["module"] = {"files": {"file": STATIC, "mount": "/s", "settings": {
        "directory": server.path("site"), **settings}}}
    return server.start()


def put(server, name, data):
    """In place by a rename."""
    with open(server.path("site/new"), "wb") as f:
        f.write(data)
    os.rename(server.path("site/new"), server.path("site/" + name))


@case
def files_of_all_sizes_go_out_whole():
    server = site()
    for name in SIZES:
        answer = server.get("/s/" + name)
        assert (answer.status, answer.body) == (200, content_of(name)), name
        head = server.request("HEAD", "/s/" + name)
        assert (head.status, head.body) == (200, b"")
        for field in ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges"):
            assert head.headers[field] == answer.headers[field] is not None, (name, field)
    server.stop()


@case
def pipelined_files_come_in_order():
    server = site()
    names = list(SIZES) * 3
    with server.raw() as sock:
        sock.sendall(b"".join(raw_request("GET", "/s/" + name, close=i == len(names) - 1)
                              for i, name in enumerate(names)))
        got = b"".join(iter(lambda: sock.recv(65536), b""))
    for name in names:
        head, got = got.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n"), head
        assert got[:SIZES[name]] == content_of(name), name
        got = got[SIZES[name]:]
    assert got == b""
    server.stop()


FORBIDDEN = [
    "../secret", "..%2fsecret", "%2e%2e/secret", "%2e%2e%2fsecret", "%252e%252e%252fsecret",
    "docs/../../secret", "docs/%2e%2e/%2e%2e/secret", "./small.txt", "docs//small.txt",
    "%c0%ae%c0%ae/secret", "%e0%80%ae%e0%80%ae%e0%80%afsecret", "..%5csecret", "..\\secret",
    "%ef%bc%8e%ef%bc%8e/secret", "/secret", "//secret", "%2fetc%2fpasswd", "out", "etc/passwd",
    "pipe", "docs", "docs/", "", ".env", "%2eenv", "small.txt/", "small.txt/../../secret",
    "small.txt%00", "small.txt%00.html", "\xff\xfe", "%", "%2", "%zz", "a" * 5000,
]


@case
def nothing_else_goes_out():
    server = site()
    for path in FORBIDDEN:
        answer = server.get("/s/" + path)
        assert answer.status in (400, 404), (path, answer)
        assert b"SECRET" not in answer.body and b"root:" not in answer.body, path
    # As a raw target, with what clients normalise.
    for target in ("/s/../secret", "/../secret", "/s/..", "http://test/s/../secret"):
        answer = server.get(target)
        assert answer.status in (400, 404), (target, answer)
    assert server.get("/s/small.txt").status == 200
    server.stop()


LONG_AGO, TO_COME = "Thu, 01 Jan 1998 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


def conditions(etag, date):
    """RFC 9110 §13.2.2, with the precedence of §13.1; fields: status of a GET."""
    return [
        ({"If-Match": etag}, 200), ({"If-Match": "*"}, 200), ({"If-Match": '"other"'}, 412),
        ({"If-Match": f'"other", {etag}'}, 200), ({"If-Match": "W/" + etag}, 412),
        ({"If-None-Match": etag}, 304), ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": "W/" + etag}, 304), ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": f'"a", "b",{etag}'}, 304),
        ({"If-Modified-Since": date}, 304), ({"If-Modified-Since": LONG_AGO}, 200),
        ({"If-Modified-Since": TO_COME}, 304), ({"If-Modified-Since": "never"}, 200),
        ({"If-Unmodified-Since": date}, 200), ({"If-Unmodified-Since": LONG_AGO}, 412),
        # the tag goes before the date
        ({"If-None-Match": '"other"', "If-Modified-Since": date}, 200),
        ({"If-None-Match": etag, "If-Modified-Since": LONG_AGO}, 304),
        ({"If-Match": etag, "If-Unmodified-Since": LONG_AGO}, 200),
        # what must hold goes before what may save a transfer
        ({"If-Match": '"other"', "If-None-Match": etag}, 412),
        ({"If-Match": etag, "If-None-Match": etag}, 304),
        ({"If-Unmodified-Since": LONG_AGO, "If-None-Match": etag}, 412),
        # conditions go before ranges
        ({"If-None-Match": etag, "Range": "bytes=0-0"}, 304),
        ({"If-Match": '"other"', "Range": "bytes=0-0"}, 412),
        ({"If-Match": etag, "Range": "bytes=0-0"}, 206),
        ({"If-Range": etag, "Range": "bytes=0-0"}, 206),
        ({"If-Range": "W/" + etag, "Range": "bytes=0-0"}, 200),
        ({"If-Range": '"other"', "Range": "bytes=0-0"}, 200),
        ({"If-Range": date, "Range": "bytes=0-0"}, 206),
        ({"If-Range": LONG_AGO, "Range": "bytes=0-0"}, 200),
        ({"If-Range": '"other"', "Range": "bytes=99999999-"}, 200),
    ]


def ranges(size):
    """RFC 9110 §14: field: the part, None where all is sent, () where none can be."""
    last = size - 1
    return [
        ("bytes=0-0", (0, 0)), ("bytes=1-9", (1, 9)), (f"bytes={last}-", (last, last)),
        ("bytes=-1", (last, last)), (f"bytes=-{size * 2}", (0, last)), ("bytes=0-", (0, last)),
        (f"bytes=5-{size * 2}", (5, last)), ("bytes= 1-2", (1, 2)), ("Bytes=1-2", (1, 2)),
        (f"bytes={size}-", ()), ("bytes=-0", ()), ("bytes=99999999999999999999-", ()),
        ("bytes=2-1", None), ("bytes=", None), ("bytes=-", None), ("bytes=a-b", None),
        ("bytes=1", None), ("lines=1-2", None), ("bytes 1-2", None), ("bytes=1-2;", None),
    ]


def settle(server):
    """Times of files are whole seconds in a date, and one of this second may stand for two states:
    files of a while ago are the same for all conditions."""
    for name in SIZES:
        os.utime(server.path("site/" + name), (1700000000, 1700000000))


@case
def conditions_and_ranges_are_those_of_rfc_9110():
    server = site(check_interval="0s")
    settle(server)
    for name in ("small.txt", "large.bin"):  # from memory, and from the file
        whole, path = content_of(name), "/s/" + name
        plain = server.get(path)
        for fields, status in conditions(plain.headers["ETag"], plain.headers["Last-Modified"]):
            for method in ("GET", "HEAD"):
                expected = 200 if method == "HEAD" and status == 206 else status
                answer = server.request(method, path, headers=fields)
                assert answer.status == expected, (method, name, fields, answer)
                if answer.status in (200, 304):
                    assert answer.headers["ETag"] == plain.headers["ETag"], fields
                if answer.status == 304:
                    assert answer.body == b"" and "Content-Type" not in answer.headers
        for field, part in ranges(len(whole)):
            answer = server.get(path, headers={"Range": field})
            if part is None:
                assert (answer.status, answer.body) == (200, whole), (name, field, answer)
            elif part == ():
                assert answer.status == 416, (name, field, answer)
                assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
            else:
                first, last = part
                assert (answer.status, answer.body) == (206, whole[first:last + 1]), (name, field)
                assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    server.stop()


@case
def several_ranges_are_parts_of_one_answer():
    server = site()
    for name in ("small.txt", "large.bin"):
        whole = content_of(name)
        answer = server.get("/s/" + name, headers={"Range": "bytes=0-3,10-19,-5"})
        kind, boundary = answer.headers["Content-Type"].split("; boundary=")
        assert (answer.status, kind) == (206, "multipart/byteranges")
        parts = answer.body.split(b"\r\n--" + boundary.encode())
        assert parts[0] == b"" and parts[-1] == b"--\r\n", parts
        bodies = [part.split(b"\r\n\r\n", 1)[1] for part in parts[1:-1]]
        assert bodies == [whole[0:4], whole[10:20], whole[-5:]]
        assert int(answer.headers["Content-Length"]) == len(answer.body)
    server.stop()


@case
def a_change_is_seen_on_a_kept_connection():
    server = site()
    for name in ("small.txt", "large.bin"):
        kept = server.connection()

        def get():
            kept.request("GET", "/s/" + name)
            answer = kept.getresponse()
            return answer.status, answer.headers["ETag"], answer.read()
        status, etag, body = get()
        assert (status, body) == (200, content_of(name))
        put(server, name, b"another " + name.encode())
        wait_for("the new content", lambda: get()[2] == b"another " + name.encode())
        assert get()[1] != etag
        os.unlink(server.path("site/" + name))
        wait_for("its end", lambda: get()[0] == 404)
        kept.close()
    server.stop()


@case
def a_file_that_was_cut_shows_that_it_is_not_whole():
    server = site(check_interval="1h")
    assert server.get("/s/large.bin").body == content_of("large.bin")
    os.truncate(server.path("site/large.bin"), 100000)
    try:
        answer = server.get("/s/large.bin")
        raise AssertionError(f"that is not all: {answer.status}, {len(answer.body)} bytes")
    except (http.client.IncompleteRead, ConnectionError):
        pass
    assert server.get("/s/small.txt").body == content_of("small.txt")
    server.stop()


main()
