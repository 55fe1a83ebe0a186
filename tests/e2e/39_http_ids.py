#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names of requests: X-Request-ID and W3C Trace Context, taken, made, told, logged."""
from cadretest import *

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
OWN = r"[0-9a-f]{32}"


def names_of(server, headers=None, path="/names", listener="web"):
    answer = server.get(path, headers, listener=listener)
    assert answer.status == 200, answer
    return answer.json()


def raw_answer(server, request):
    with server.raw() as sock:
        sock.sendall(request)
        return read_response(sock)


@case
def a_request_has_an_id_that_no_other_has():
    server = Server(workers=2).start()
    seen = set()
    for answer in server.spread("/names", 64):
        name = answer.json()["id"]
        assert re.fullmatch(OWN, name), name
        assert "X-Request-ID" not in answer.headers  # nobody asked for it
        seen.add(name)
    with server.raw() as sock:
        for _ in range(20):
            sock.sendall(raw_request("GET", "/names"))
            seen.add(read_response(sock).json()["id"])
    assert len(seen) == 84, len(seen)


@case
def a_local_client_is_trusted_to_name_its_request():
    server = Server(workers=1).start()
    for path in ("/names", "/sync/names"):
        assert names_of(server, {"X-Request-ID": "abc-123"}, path)["id"] == "abc-123"
        assert names_of(server, {"x-request-id": "x" * 128}, path)["id"] == "x" * 128
        # What is no id is not taken.
        for bad in ("x" * 129, "a b", "a,b", 'a"b', "", "a\\b", "\xe4"):
            name = names_of(server, {"X-Request-ID": bad}, path)["id"]
            assert re.fullmatch(OWN, name), (bad, name)
    twice = b"GET /names HTTP/1.1\r\nHost: h\r\nX-Request-ID: a\r\nX-Request-ID: b\r\n\r\n"
    assert re.fullmatch(OWN, raw_answer(server, twice).json()["id"])
    # The header itself stays as it came.
    assert server.get("/header/x-request-id", {"X-Request-ID": "a b"}).text == "a b"


@case
def the_conf_says_whose_ids_are_taken():
    said = {"X-Request-ID": "abc", "traceparent": TRACEPARENT, "tracestate": "a=1"}
    taken = {"trusted": False, "any": True, "new": False}
    for word, expected in taken.items():
        server = Server(workers=1, request_id=word, trace_context=word,
                        trusted_proxies=array(["192.0.2.1"])).start()
        names = names_of(server, said)
        assert (names["id"] == "abc") == expected, (word, names)
        assert (names["trace_id"] == TRACE) == expected, (word, names)
        assert names["tracestate"] == ("a=1" if expected else ""), (word, names)
        server.stop()
    server = Server(workers=1, request_id="new", trace_context="new").start()
    names = names_of(server, said)
    assert names["id"] != "abc" and names["trace_id"] != TRACE, names


@case
def a_client_that_a_proxy_names_is_not_trusted_itself():
    server = Server(workers=1, listen={"web": {"address": "127.0.0.1:0", "proxy_protocol": True}}).start()
    request = raw_request("GET", "/names", {"X-Request-ID": "abc"})
    assert raw_answer(server, b"PROXY UNKNOWN\r\n" + request).json()["id"] == "abc"
    stranger = b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n"
    assert raw_answer(server, stranger + request).json()["id"] != "abc"


@case
def a_unix_socket_is_trusted():
    server = Server(workers=1, listen={"web": {"address": "unix:web.sock"}}).start()
    request = raw_request("GET", "/names", {"X-Request-ID": "abc", "traceparent": TRACEPARENT})
    names = raw_answer(server, request).json()
    assert names["id"] == "abc" and names["trace_id"] == TRACE, names


@case
def answers_tell_the_id_where_the_conf_says_so():
    server = Server(workers=1, request_id_header=True).start()
    answer = server.get("/names")
    assert answer.headers.get_all("X-Request-ID") == [answer.json()["id"]], answer.headers
    answer = server.get("/names", {"X-Request-ID": "abc"})
    assert answer.headers.get_all("X-Request-ID") == ["abc"]
    for path in ("/stream/3", "/nothing-there", "/fail", "/big/100000", "/sync/names"):
        answer = server.get(path, {"X-Request-ID": "q"})
        assert answer.headers.get_all("X-Request-ID") == ["q"], (path, answer.headers)
    answer = server.get("/own-name", {"X-Request-ID": "q"})
    assert answer.headers.get_all("X-Request-ID") == ["of-the-handler"] and answer.text == "q"
    # Also where the server answers itself; a head that is refused has been read by nobody.
    seen = set()
    for bad in (b"GET /x HTTP/1.1\r\nX-Request-ID: q\r\n\r\n", b"NONSENSE\r\n\r\n",
                b"GET /%zz HTTP/1.1\r\nHost: h\r\nX-Request-ID: q\r\n\r\n"):
        answer = raw_answer(server, bad)
        assert answer.status == 400
        assert re.fullmatch(OWN, answer.headers["X-Request-ID"]), answer.headers
        seen.add(answer.headers["X-Request-ID"])
    assert len(seen) == 3, seen
    large = raw_request("POST", "/echo", {"X-Request-ID": "q", "Content-Length": "999999999999"})
    assert raw_answer(server, large).headers["X-Request-ID"]


@case
def lines_of_the_log_name_their_request():
    server = Server(workers=1).start()
    assert server.get("/fail", {"X-Request-ID": "abc"}).status == 500
    line = server.wait_log(r".*handler \"fail\" failed.*").group(0)
    assert 'request="GET /fail" request_id=abc' in line and "trace_id" not in line, line
    mark = server.mark()
    server.get("/log/1", {"traceparent": TRACEPARENT})
    line = server.wait_log(r".*zzz.*", since=mark).group(0)
    assert re.search(rf"request_id={OWN} trace_id={TRACE} generation=1$", line), line
    # What a client says cannot forge a field.
    mark = server.mark()
    server.get("/log/1", {"X-Request-ID": "a trace_id=evil"})
    line = server.wait_log(r".*zzz.*", since=mark).group(0)
    assert "evil" not in line, line


@case
def a_trace_goes_on():
    server = Server(workers=1).start()
    for path in ("/names", "/sync/names"):
        names = names_of(server, {"traceparent": TRACEPARENT, "tracestate": "foo=1,bar=2"}, path)
        assert names["trace_id"] == TRACE and names["parent"] == PARENT and names["sampled"], names
        assert re.fullmatch("[0-9a-f]{16}", names["span_id"]) and names["span_id"] != PARENT, names
        assert names["traceparent"] == f"00-{TRACE}-{names['span_id']}-01", names
        assert names["tracestate"] == "foo=1,bar=2", names
    spans = {names_of(server, {"traceparent": TRACEPARENT})["span_id"] for _ in range(5)}
    assert len(spans) == 5, spans
    names = names_of(server, {"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert not names["sampled"] and names["traceparent"].endswith("-00"), names
    several = (f"GET /names HTTP/1.1\r\nHost: h\r\ntracestate: a=1\r\ntraceparent: {TRACEPARENT}\r\n"
               "Tracestate: b=2\r\n\r\n").encode()
    assert raw_answer(server, several).json()["tracestate"] == "a=1,b=2"


@case
def without_a_right_traceparent_a_trace_begins():
    server = Server(workers=1).start()
    wrong = ("", f"00-{TRACE}-{PARENT}", f"00-{TRACE}-{PARENT}-01-x", f"ff-{TRACE}-{PARENT}-01",
             f"00-{TRACE.upper()}-{PARENT}-01", f"00-{'0' * 32}-{PARENT}-01",
             f"00-{TRACE}-{'0' * 16}-01")
    traces = set()
    for text in (None,) + wrong:
        said = {"tracestate": "a=1"}
        if text is not None:
            said["traceparent"] = text
        names = names_of(server, said)
        assert names["parent"] == "" and names["tracestate"] == "" and not names["sampled"], names
        assert re.fullmatch(f"00-{OWN}-[0-9a-f]{{16}}-00", names["traceparent"]), names
        traces.add(names["trace_id"])
    assert len(traces) == len(wrong) + 1 and TRACE not in traces, traces
    twice = (f"GET /names HTTP/1.1\r\nHost: h\r\ntraceparent: {TRACEPARENT}\r\n"
             f"traceparent: {TRACEPARENT}\r\n\r\n").encode()
    assert raw_answer(server, twice).json()["trace_id"] != TRACE
    # A later version is read as far as this one goes.
    names = names_of(server, {"traceparent": f"cc-{TRACE}-{PARENT}-01-more"})
    assert names["traceparent"] == f"00-{TRACE}-{names['span_id']}-01", names
    # A tracestate that is wrong is dropped alone.
    names = names_of(server, {"traceparent": TRACEPARENT, "tracestate": "a=1,a=2"})
    assert names["trace_id"] == TRACE and names["tracestate"] == "", names


@case
def bad_words_are_refused_with_their_line():
    server = Server(workers=1, request_id="all", trace_context="none")
    server.write_conf()
    result = server.run("-t")
    assert result.returncode == 1, result
    assert re.search(r'request_id: expected "new", "trusted" or "any", found "all"', result.stderr), \
        result.stderr
    assert "trace_context: expected" in result.stderr, result.stderr


main()
