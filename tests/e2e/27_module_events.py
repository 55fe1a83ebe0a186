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
def curl_has_events_when_they_happen():
    server = events(workers=1)
    curl = subprocess.Popen(["curl", "-sSN", "-H", "Last-Event-ID: 7", "http://%s:%d/ticks" %
                             server.address()], stdout=subprocess.PIPE, text=True)
    # at once, since they have happened: as many as there were since the number 7
    for number in range(8, 12):
        assert [curl.stdout.readline() for _ in range(4)] == [
            "event: tick\n", f"data: {number}\n", f"id: {number}\n", "\n"]
    curl.kill()
    curl.wait()
    curl.stdout.close()
    server.wait_log("events: a stream has ended")
    server.stop()


@case
def events_of_a_model_are_json():
    server = events(workers=1)
    stream = Stream(server, "/prices")
    for number in (1, 2, 3):
        event = stream.next()
        assert event["event"] == "price", event
        assert json.loads(event["data"]) == {"number": number, "name": 'tea "green"'}, event
    assert stream.next() is None
    stream.close()
    server.stop()


# A program as a page has it: its EventSource by fetch, which comes back by itself.
NODE = """
const url = process.argv[1];
let last = "", seen = [], opened = 0;
async function listen() {
  const response = await fetch(url, {headers: last ? {"last-event-id": last} : {}});
  opened++;
  let text = "";
  for await (const piece of response.body) {
    text += Buffer.from(piece).toString();
    let end;
    while ((end = text.indexOf("\\n\\n")) >= 0) {
      const fields = Object.fromEntries(text.slice(0, end).split("\\n").map(l => l.split(": ")));
      text = text.slice(end + 2);
      if (fields.id) { last = fields.id; seen.push(Number(last)); }
      if (seen.length === 5) console.log("five");
      if (opened === 2 && seen.length >= 20) {
        const whole = seen.every((n, i) => n === seen[0] + i);
        console.log(whole ? "whole" : "missed " + seen);
        process.exit(0);
      }
    }
  }
  await listen();
}
listen();
"""


@case
def node_comes_back_over_a_reload_and_misses_nothing():
    if subprocess.run(["node", "-e", "fetch"], capture_output=True).returncode != 0:
        raise Skip("no node with fetch")
    server = events(workers=1)
    node = subprocess.Popen(["node", "-e", NODE, "http://%s:%d/ticks" % server.address()],
                            stdout=subprocess.PIPE, text=True)
    assert node.stdout.readline() == "five\n"
    server.reload()
    assert node.stdout.readline() == "whole\n"
    assert node.wait(deadline(30)) == 0
    node.stdout.close()
    server.stop()


@case
def lines_of_json_are_there_when_they_are_written():
    server = events(workers=1)
    curl = subprocess.Popen(["curl", "-sSN", "-D", server.path("head"), "http://%s:%d/lines" %
                             server.address()], stdout=subprocess.PIPE)
    assert curl.stdout.readline() == '{"number":1,"name":"ä\\nb"}\n'.encode()
    assert server.post("/let-go", b"", {"Host": "localhost"}).status == 204
    assert curl.stdout.readline() == '{"number":2,"name":"ä\\nb"}\n'.encode()
    assert curl.stdout.read() == b""
    assert curl.wait(deadline(30)) == 0
    curl.stdout.close()
    assert "content-type: application/jsonl\n" in server.read("head").lower().replace("\r", "")
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
