#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory and descriptors that run out: at most the request at hand is lost, never a worker.

A preloaded heap (scarce.c) counts what a request asks for and refuses it, one call after the other,
to a fresh worker each time, until a request needs no more calls than were refused before.
"""
import contextlib
import http.client
import io
import resource
import select

from cadretest import *
from scarce import *

KEPT = raw_request("GET", "/version")
LAST = raw_request("GET", "/version", close=True)


class Given:
    """As much of a socket as an answer is read from: bytes that have come."""

    def __init__(self, data):
        self.stream = io.BytesIO(data)

    def makefile(self, _mode):
        return self.stream


def answers_in(data, methods):
    """[(status, body or None where it is cut off)] of the answers to requests of these METHODS."""
    found = []
    given = Given(data)
    given.stream.close = lambda: None  # an answer that was read would close it
    for method in methods:
        if given.stream.tell() == len(data):
            break
        answer = http.client.HTTPResponse(given, method=method)
        try:
            answer.begin()
            found.append((answer.status, answer.read()))
        except (http.client.HTTPException, ValueError):
            found.append((answer.status, None))
            break
    else:
        assert given.stream.tell() == len(data), f"behind the answers: {data[-200:]!r}"
    return found


# --- what a client may ask -----------------------------------------------------------------------


class Exchange:
    """Bytes that are sent on a connection of their own, the last request with `Connection: close`;
    and the bodies that come back, of answers with 200 unless another STATUS is told."""

    def __init__(self, data, *bodies, preface=b"", listener="web", status=200, methods=()):
        self.data, self.bodies = preface + data, bodies
        self.listener, self.status = listener, status
        self.methods = methods or ("GET",) * len(bodies)


def chunked(path, pieces, trailer="Trailer: t", te=False):
    fields = {"Transfer-Encoding": "chunked", **({"TE": "trailers"} if te else {})}
    data = raw_request("POST", path, fields, close=True)
    data = data.replace(b"Content-Length: 0\r\n", b"")
    return data + b"".join(b"%x;a=b\r\n%b\r\n" % (len(p), p) for p in pieces) + \
        f"0\r\n{trailer}\r\n\r\n".encode()


BODY = bytes(range(256)) * 400
FORWARDED = {"X-Forwarded-For": "192.0.2.1, 127.0.0.1", "X-Forwarded-Proto": "https"}
EXCHANGES = {
    "a hello": Exchange(LAST, b"1"),
    "pipelined hellos": Exchange(KEPT + KEPT + LAST, b"1", b"1", b"1"),
    "a long head": Exchange(raw_request("GET", "/header/x", {
        "Cookie": "c" * 5000, **{f"X-{i}": "v" for i in range(50)}, "X": "x" * 3000}, close=True),
        b"x" * 3000),
    "a path to decode": Exchange(raw_request("GET", "/path/%61?q", close=True), b"/path/a?q"),
    "a body": Exchange(raw_request("POST", "/echo", body=BODY[:1000], close=True), BODY[:1000]),
    "a large body": Exchange(raw_request("POST", "/echo", body=BODY, close=True), BODY),
    "a body in chunks": Exchange(chunked("/echo", [BODY[:3000], BODY[3000:80000]]), BODY[:80000]),
    "a body that is waited for": Exchange(
        raw_request("POST", "/echo", {"Expect": "100-continue"}, BODY[:9000], close=True),
        BODY[:9000]),
    "a body that is streamed": Exchange(raw_request("POST", "/length", body=BODY, close=True),
                                        b"%d" % len(BODY)),
    "a large answer": Exchange(raw_request("GET", "/big/300000", close=True), b"x" * 300000),
    "a streamed answer": Exchange(raw_request("GET", "/stream/100", close=True), b"y" * 100000),
    "a thread": Exchange(raw_request("POST", "/sync/echo", body=BODY, close=True), BODY),
    "a sleep": Exchange(raw_request("GET", "/sleep/1", close=True), b"slept"),
    "a path that is not there": Exchange(raw_request("GET", "/none", close=True), None, status=404),
    "no HTTP": Exchange(b"GET  / HTTP/1.1\r\n\r\n", None, status=400),
    "a proxy's headers": Exchange(raw_request("GET", "/from", FORWARDED, close=True),
                                  b"192.0.2.1 0 https /"),
    "a PROXY header": Exchange(raw_request("GET", "/from", close=True), b"192.0.2.7 99 http /",
                               preface=b"PROXY TCP4 192.0.2.7 192.0.2.8 99 80\r\n",
                               listener="proxied"),
    "a UNIX socket": Exchange(LAST, b"1", listener="unix"),
    "names": Exchange(raw_request("GET", "/names", {
        "X-Request-ID": "mine", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}, close=True), None),
    "a file": Exchange(raw_request("GET", "/channel/file?path=data", close=True), BODY),
    "a file in a stream": Exchange(
        raw_request("GET", "/channel/stream?path=data&len=5", close=True),
        b"[" + BODY[:5] + b"][" + BODY[:5] + b"]"),
    "early hints": Exchange(raw_request("GET", "/channel/many-hints?n=3", close=True), b"page"),
    "trailers": Exchange(chunked("/channel/checked", [b"ab"], "X-Sum: 3105", te=True), b"ab"),
}


def receive_all(sock, seconds):
    """What comes until the end, in so many seconds; and whether that came."""
    data = b""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([sock], [], [], left)[0]:
        try:
            piece = sock.recv(1 << 20)
        except ConnectionResetError:
            return data, True
        if not piece:
            return data, True
        data += piece
    return data, False


def judge(exchange, data):
    """Fails where the bytes are neither what they should be nor an error that shows as one."""
    data = re.sub(rb"\A(?:HTTP/1\.1 10[03] (?s:.*?)\r\n\r\n)+", b"", data)
    found = answers_in(data, exchange.methods)
    for number, (status, body) in enumerate(found):
        if status == exchange.status:
            right = exchange.bodies[number]
            if body is not None and right is not None:
                assert body == right, f"a whole answer with another body: {body[:200]!r}"
        else:
            assert status in (500, 503), (status, body)
            assert number == len(found) - 1, "answers behind an error"
    return len(found) == len(exchange.bodies) and \
        all(status == exchange.status and body is not None for status, body in found)


class Attempts:
    """One server; each attempt at an exchange has a fresh worker, which has kept nothing."""

    def __init__(self, **conf):
        self.server = Server(workers=1, max_connections_per_client=1000, listen={
            "web": {"address": "127.0.0.1:0"}, "unix": {"address": "unix:web"},
            "proxied": {"address": "127.0.0.1:0", "proxy_protocol": True}},
            probe_flags=["-DNO_SERVER_LIFESPAN"], access_log="access.log", **conf)
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules")
        compile_module(self.server.path("channel.so"), source=os.path.join(folder, "channel.c"))
        self.server.conf["module"]["channel"] = {"file": "channel.so", "mount": "/channel"}
        with open(self.server.path("data"), "wb") as file:
            file.write(BODY)
        self.scarce = Scarce(self.server)
        self.server.start()

    def fresh_worker(self):
        mark = self.server.mark()
        self.server.reload()
        self.server.wait_log("generation .* has ended", since=mark)

    @contextlib.contextmanager
    def neighbour(self):
        """Another client, whose handler waits for the rest of a body; it must get its answer.

        Its first request may be answered before its connection is watched. Not so the second one:
        from then on it has all that it needs."""
        mark = self.server.mark()
        with self.server.raw() as sock:
            ask(sock, KEPT, 1, 1)
            sock.sendall(raw_request("POST", "/await", {"Content-Length": "10"}) + b"12345")
            self.server.wait_log("awaiting a body", since=mark)
            yield
            sock.sendall(b"67890")
            answer = read_response(sock)
            assert answer.status == 200 and answer.text == "10", answer

    def exchange(self, exchange, kinds, refuse):
        """Refuses the calls with these numbers during the exchange; returns whether it succeeded
        and how many were refused."""
        server = self.server
        pid, = server.workers()
        with self.neighbour(), contextlib.ExitStack() as stack:
            data, ended = b"", False
            with self.scarce.counting(kinds, refuse) as count:
                try:
                    sock = stack.enter_context(server.raw(exchange.listener))
                except ConnectionResetError:
                    ended = True  # turned away before connect(2) had returned
                if not ended:
                    sender = threading.Thread(target=self.send, args=(sock, exchange.data))
                    sender.start()
                    stack.callback(sender.join)
                    data, ended = receive_all(sock, deadline(30) if refuse[1] < EVER else 0.2)
            if not ended:  # memory is there again: now it must go on
                rest, ended = receive_all(sock, deadline(30))
                data += rest
            assert ended, f"it does not end, {data[:200]!r} came"
        good = judge(exchange, data)
        assert server.get("/version").text == "1"
        assert server.workers() == [pid], "the worker was lost"
        return good, count.refused

    @staticmethod
    def send(sock, data):
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def all_of(self, what, kinds):
        """Refuses each call once, then each and all behind it; returns how many there are."""
        exchange = EXCHANGES[what]
        for is_for_ever in (False,) if sanitized() else (False, True):
            number, refused, lost = 0, 1, 0
            while refused:
                number += 1
                self.fresh_worker()
                last = EVER if is_for_ever else number
                try:
                    good, refused = self.exchange(exchange, kinds, (number, last))
                except (AssertionError, ConnectionError) as error:
                    raise AssertionError(f"{what}, call {number} to {last}: {error}") from error
                lost += not good
                assert refused or good, f"{what}: lost, and nothing was refused"
        return number - 1, lost


BROWSER = raw_request("GET", "/version", {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5", "Accept-Encoding": "gzip, deflate, br", "DNT": "1",
    "Cookie": "session=0123456789abcdef0123456789abcdef; theme=dark; seen=" + "1" * 200,
    "Referer": "http://localhost/", "Cache-Control": "no-cache"})
STEADY = {
    "a hello": (KEPT, 1),
    "a browser's hello": (BROWSER, 1),
    "pipelined hellos": (KEPT * 16, 16),
    "a small body": (raw_request("POST", "/echo", body=b"x" * 100), 1),
    "a path to decode": (raw_request("GET", "/path/%61?q"), 1),
    "a sleep": (raw_request("GET", "/sleep/1"), 1),
    "a streamed answer": (raw_request("GET", "/stream/100"), 0),
    "a path that is not there": (raw_request("GET", "/none"), 1),
    "a proxy's headers": (raw_request("GET", "/from", FORWARDED), 1),
}


def ask(sock, data, answers, times):
    """Sends DATA again and again, and reads as many ANSWERS each time; 0: one, in chunks."""
    for _ in range(times):
        sock.sendall(data)
        if answers == 0:
            assert read_response(sock).status == 200
        come = b""
        for _ in range(answers):
            while not (found := re.search(rb"content-length: (\d+)(?s:.*?)\r\n\r\n", come)) or \
                    len(come) < found.end() + int(found.group(1)):
                piece = sock.recv(65536)
                assert piece, "the connection has ended"
                come += piece
            come = come[found.end() + int(found.group(1)):]
        assert not come, come


@case
def a_kept_connection_allocates_nothing():
    if sanitized():
        raise Skip("a sanitizer's own calls are counted")
    server = Server(workers=1)
    scarce = Scarce(server)
    server.start()
    calls = {}
    for what, (data, answers) in STEADY.items():
        with server.raw() as sock:
            ask(sock, data, answers, 20)
            with scarce.counting(ALL) as count:
                ask(sock, data, answers, 200)
            calls[what] = count.calls
    assert not any(calls.values()), calls


@case
def one_request_a_connection_allocates_nothing():
    if sanitized():
        raise Skip("a sanitizer's own calls are counted")
    server = Server(workers=1, max_connections_per_client=100)
    scarce = Scarce(server)
    server.start()
    # As the end of one connection may come behind the begin of the next.
    parallel(4, lambda _: server.get("/sleep/300"))
    # One stays, and with it the entry of this client in the table of clients.
    with server.raw() as other:
        ask(other, KEPT, 1, 1)
        with scarce.counting(HEAP | MAP | THREAD) as count:
            for _ in range(100):
                server.get("/version")
    assert count.calls == 0, count.calls


def refuse_each(kinds):
    attempts = Attempts()
    told = []
    for what in EXCHANGES:
        if what == "a thread" and kinds & HEAP and sanitized():
            continue  # a sanitizer needs the heap to begin one
        calls, lost = attempts.all_of(what, kinds)
        told.append(f"{what} {calls}, {lost} lost")
    print("# " + "; ".join(told), flush=True)


@case(seconds=240)
def memory_that_is_refused_costs_one_request():
    refuse_each(HEAP | MAP)


@case(seconds=240)
def what_the_kernel_refuses_costs_one_request():
    refuse_each(WATCH | THREAD | DESCRIPTOR)


def limit_descriptors(pid, more):
    """Lets the process have so many descriptors, at least 1, beyond those that it has."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    free = [number for number in range(max(used) + more + 1) if number not in used]
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free[more - 1] + 1, hard))


def is_served(server, listener):
    try:
        return server.get("/version", listener=listener).status == 200
    except ConnectionError:
        return False  # turned away


@case
def without_descriptors_kept_connections_are_served():
    server = Server(workers=1, keepalive_timeout="60s", body_timeout="60s", listen={
        "web": {"address": "127.0.0.1:0"}, "unix": {"address": "unix:web"}}).start()
    pid, = server.workers()
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(server.raw(listener)) for listener in ("web", "unix") * 4]
        for sock in kept:
            ask(sock, KEPT, 1, 1)
        limit_descriptors(pid, 3)
        # More than there is room for: turned away, or left waiting.
        crowd = [stack.enter_context(server.raw(listener)) for listener in ("web", "unix") * 20]
        server.wait_log("cannot accept connections")
        for _ in range(5):
            for sock, (data, answers) in zip(kept, STEADY.values()):
                ask(sock, data, answers, 1)
            for sock in kept:
                sock.sendall(raw_request("POST", "/sync/echo", body=BODY))
                assert read_response(sock).body == BODY
                sock.sendall(raw_request("GET", "/stream/100"))
                assert read_response(sock).body == b"y" * 100000
        for sock in crowd:
            sock.close()
        for listener in ("web", "unix"):
            wait_for("a descriptor", lambda name=listener: is_served(server, name))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (1000, 1000))
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            sock = stack.enter_context(server.raw())
            ask(sock, KEPT, 1, 1)
    assert server.workers() == [pid]


@case
def without_a_descriptor_nobody_waits_for_ever():
    """Not even the reserve, by which those are turned away for whom there is no room."""
    server = Server(workers=1)
    scarce = Scarce(server)
    server.start()
    with server.raw() as kept:
        ask(kept, KEPT, 1, 1)
        with scarce.counting(DESCRIPTOR, (1, EVER)):
            waiting = [server.raw() for _ in range(20)]
            for sock in waiting:
                sock.sendall(LAST)
            server.wait_log("cannot accept connections")
            ask(kept, KEPT, 1, 100)
        for sock in waiting:
            assert read_response(sock).text == "1"
            sock.close()
        ask(kept, KEPT, 1, 1)


main()
