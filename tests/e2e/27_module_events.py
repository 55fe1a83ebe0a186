#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Server-sent events and middleware on the wire, by Python's client and curl."""

import gzip
import http.client
from cadretest import *

SOURCE = os.path.join(os.path.dirname(probe_source()), "events.c")
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "middleware.md")


def events(**more):
    server = Server(modules={"events": {"file": "events.so"}}, **more)
    compile_module(server.path("events.so"), source=SOURCE)
    return server.start()


class Stream:
    """A client of a stream of events."""

    def __init__(self, server, path="/ticks", last=None):
        host, port = server.address()
        self.http = http.client.HTTPConnection(host, port, timeout=deadline(30))
        self.http.request("GET", path, headers={"Last-Event-ID": str(last)} if last else {})
        self.response = self.http.getresponse()
        assert self.response.status == 200, self.response.status
        assert self.response.headers["content-type"] == "text/event-stream; charset=utf-8"

    def next(self):
        """The fields of the next event, or None at the end."""
        fields = {}
        while line := self.response.readline():
            line = line.decode().rstrip("\n")
            if not line:
                return fields
            name, _, value = line.partition(":")
            fields[name] = value.lstrip(" ")
        assert not fields, "an event was cut"
        return None

    def close(self):
        self.http.close()


@case
def a_reload_ends_streams_and_nothing_is_missed():
    server = events(workers=2)
    stream = Stream(server)
    seen = [int(stream.next()["id"]) for _ in range(5)]
    server.reload()
    while event := stream.next():
        assert event["event"] == "tick" and event["data"] == event["id"], event
        seen.append(int(event["id"]))
    stream = Stream(server, last=seen[-1])
    assert stream.response.headers["x-generation"] == "2", stream.response.headers
    seen += [int(stream.next()["id"]) for _ in range(5)]
    assert seen == list(range(seen[0], seen[0] + len(seen))), seen
    stream.close()
    server.wait_log("events: a stream has ended", count=2)
    server.stop()


@case
def a_stop_waits_for_no_stream():
    server = events(workers=1, graceful_timeout="60s")
    streams = [Stream(server, "/silent") for _ in range(20)]
    for stream in streams:
        assert stream.next() == {"retry": "250"}
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    for stream in streams:
        while event := stream.next():
            assert event == {"": "ping"}, event
    assert server.wait_exit() == 0
    assert time.monotonic() - began < deadline(30), "the streams were waited for"


@case
def a_client_that_leaves_ends_its_producer():
    server = events(workers=1)
    stream = Stream(server)
    assert stream.next()["event"] == "tick"
    stream.close()
    server.wait_log("events: a stream has ended")
    server.stop()


@case
def an_idle_stream_has_pings():
    server = events(workers=1)
    stream = Stream(server, "/silent")
    assert stream.next() == {"retry": "250"}
    assert stream.next() == {"": "ping"}
    assert stream.next() == {"": "ping"}
    stream.close()
    server.stop()


@case
def layers_speak_on_the_wire():
    server = events(workers=1)
    known = {"Host": "localhost", "Origin": "https://app.example.org"}
    page = server.get("/text", {**known, "Accept-Encoding": "gzip, br;q=0.1"})
    assert gzip.decompress(page.body) == b"x" * 19999
    assert page.headers["content-encoding"] == "gzip", page.headers
    assert page.headers["access-control-allow-origin"] == "https://app.example.org", page.headers
    assert page.headers["x-frame-options"] == "DENY", page.headers
    assert re.fullmatch("[0-9a-f]{32}", page.headers["x-request-id"]), page.headers
    error = server.get("/broken", known)
    assert error.status == 500 and error.text == "Internal Server Error"
    assert error.headers["access-control-allow-origin"] == "https://app.example.org", error.headers
    server.wait_log('module "events": handler "broken" failed: Input/output error')
    assert server.get("/text", {"Host": "evil.example"}).status == 400
    preflight = server.request("OPTIONS", "/text", headers={
        **known, "Access-Control-Request-Method": "GET"})
    assert (preflight.status, preflight.text) == (200, "OK"), preflight
    curl = subprocess.run(["curl", "-sS", "--compressed", "-o", "-", "http://%s:%d/text" %
                           server.address()], capture_output=True, timeout=60, check=True)
    assert curl.stdout == b"x" * 19999
    server.stop()


@case
def the_page_on_middleware_does_what_it_says():
    with open(PAGE) as page:
        listing, = re.findall(r"^```c\n(.*?)^```$", page.read(), re.M | re.S)
    server = Server(workers=1, modules={"shop": {"file": "shop.so"}},
                    env={"SHOP_SESSION_KEYS": "a-key-of-32-bytes-for-this-test-alone"})
    server.build_module("shop.so", listing)
    server.start()
    first = server.get("/visit")
    assert first.text == "visit 1\n", first
    assert re.fullmatch("[0-9]+", first.headers["x-microseconds"]), first.headers
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert server.get("/visit", {"Cookie": cookie}).text == "visit 2\n"
    forged = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
    assert server.get("/visit", {"Cookie": forged}).text == "visit 1\n"
    stream = Stream(server, "/numbers", last=41)
    assert stream.next() == {"id": "42", "data": "42"}
    stream.close()
    server.stop()


@case
def sessions_without_a_key_keep_the_server_from_starting():
    with open(PAGE) as page:
        listing, = re.findall(r"^```c\n(.*?)^```$", page.read(), re.M | re.S)
    server = Server(workers=1, modules={"shop": {"file": "shop.so"}})
    server.build_module("shop.so", listing)
    done = server.run("-t")
    assert done.returncode == 1, done
    assert "middleware \"cadre_sessions\": there is no key: set SHOP_SESSION_KEYS" in done.stderr, done


main()
