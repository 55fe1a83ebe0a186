#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bundled middleware that the conf declares for a mount, and layers of a module's own, by real clients
over real sockets."""
import gzip
import http.cookiejar
import urllib.request

from cadretest import *

SOURCE = os.path.join(os.path.dirname(probe_source()), "layers.c")


def layered(middleware, workers=1, **more):
    server = Server(workers=workers, **more,
                    modules={"shop": {"file": "layers.so", "mount": "/shop",
                                      "middleware": middleware}})
    compile_module(server.path("layers.so"), source=SOURCE)
    return server


def curl(server, path, *args):
    """curl's answer to one request: status, header fields in small letters, body."""
    host, port = server.address()
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", str(deadline(30)), *args,
                           f"http://{host}:{port}/shop{path}"],
                          capture_output=True, timeout=deadline(40), check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        fields[name.lower()] = value
    return int(lines[0].split()[1]), fields, body


# --- the conf


@case
def layers_stand_around_the_module_in_the_order_of_the_conf():
    server = layered({"rate_limit": {"requests": 2, "per_ms": 3600000},
                      "security_headers": {"frame_options": "SAMEORIGIN"}}).start()
    for _ in range(2):
        status, fields, _ = curl(server, "/id")
        assert status == 200 and fields["x-frame-options"] == "SAMEORIGIN", fields
        assert fields["x-own"] == "1", fields
    status, fields, _ = curl(server, "/id")
    assert status == 429 and "x-frame-options" not in fields and "x-own" not in fields, fields
    server.stop()


@case
def a_list_has_the_same_layer_twice():
    server = layered([{"rate_limit": {"requests": 1, "per_ms": 3600000, "key": "header",
                                      "header": "x-a"}},
                      {"rate_limit": {"requests": 1, "per_ms": 3600000, "key": "header",
                                      "header": "x-b"}}]).start()
    assert curl(server, "/id", "-H", "x-a: 1", "-H", "x-b: 1")[0] == 200
    assert curl(server, "/id", "-H", "x-a: 1", "-H", "x-b: 2")[0] == 429
    assert curl(server, "/id", "-H", "x-a: 2", "-H", "x-b: 1")[0] == 429
    assert curl(server, "/id", "-H", "x-a: 3", "-H", "x-b: 3")[0] == 200
    server.stop()


@case
def all_that_is_wrong_is_told_with_its_line():
    server = layered({})
    done = server.run("-t", text='''listen: { web: { address = "127.0.0.1:0"; }; };
module: { shop: { file = "layers.so"; middleware: {
    corrs: {};
    cors: {
        allow_origin = ["*"];
        allow_origins = ["example.org"];
    };
    time_limit: { };
    sessions: {
        keys = ["0123456789abcdef", "short"];
    };
}; }; };
''')
    lines = [line.replace(server.folder + "/", "") for line in done.stderr.splitlines()]
    expected = [
        'cadre.conf:3: module "shop": unknown middleware "corrs": did you mean "cors"?',
        'cadre.conf:5: module "shop": middleware "cors": unknown setting "allow_origin": did you '
        'mean "allow_origins"?',
        'cadre.conf:8: module "shop": middleware "time_limit": setting "ms": Field required',
        'cadre.conf:9: module "shop": middleware "sessions": key number 2 has 5 bytes, which can be '
        'guessed: take at least 16, such as `openssl rand -hex 32` prints',
    ]
    assert lines[:4] == expected, lines
    assert done.returncode == 1, done


@case
def they_are_checked_though_the_module_is_not_there():
    server = layered({"corrs": {}})
    os.unlink(server.path("layers.so"))
    done = server.run("-t")
    assert 'there is no file "layers.so"' in done.stderr, done.stderr
    assert 'unknown middleware "corrs": did you mean "cors"?' in done.stderr, done.stderr


@case
def a_reload_changes_them_and_a_wrong_one_nothing():
    server = layered({"request_ids": {}}).start()
    assert "x-request-id" in curl(server, "/id")[1]
    layers = server.conf["module"]["shop"]
    layers["middleware"] = {"request_ids": {"header": "x-trace"}}
    server.reload()
    assert "x-trace" in curl(server, "/id")[1]
    layers["middleware"] = {"request_ids": {"header": "X Trace"}}
    server.write_conf()
    mark = server.mark()
    server.signal(signal.SIGHUP)
    server.wait_log(r'middleware "request_ids": header: "X Trace" is not the name', since=mark)
    assert "x-trace" in curl(server, "/id")[1]
    server.stop()


# --- each of them


@case
def cors_lets_other_origins_read():
    server = layered({"cors": {"allow_origins": array(["https://app.example.org"]),
                               "allow_methods": array(["POST"]),
                               "expose_headers": array(["X-Own"])}}).start()
    status, fields, body = curl(server, "/", "-X", "OPTIONS", "-H",
                                "Origin: https://app.example.org", "-H",
                                "Access-Control-Request-Method: POST")
    assert (status, body) == (200, b"OK"), (status, body)
    assert fields["access-control-allow-origin"] == "https://app.example.org", fields
    assert fields["access-control-allow-methods"] == "POST", fields
    assert fields["access-control-max-age"] == "600", fields
    status, fields, body = curl(server, "/", "-X", "OPTIONS", "-H", "Origin: https://evil.example",
                                "-H", "Access-Control-Request-Method: PUT")
    assert (status, body) == (400, b"Disallowed CORS origin, method"), (status, body)
    assert "access-control-allow-origin" not in fields, fields
    for path, expected in (("/", 200), ("/broken", 500), ("/none", 404)):
        status, fields, _ = curl(server, path, "-H", "Origin: https://app.example.org")
        assert status == expected, status
        assert fields["access-control-allow-origin"] == "https://app.example.org", fields
        assert "Origin" in fields["vary"], fields
        assert fields["access-control-expose-headers"] == "X-Own", fields
    server.stop()


@case
def compress_is_what_the_client_asks_for():
    server = layered({"compress": {"minimum_size": 100}}).start()
    status, fields, body = curl(server, "/", "-H", "Accept-Encoding: gzip")
    assert status == 200 and fields["content-encoding"] == "gzip", fields
    assert gzip.decompress(body) == b"a" * 2000 and len(body) < 200, len(body)
    assert fields["vary"] == "Accept-Encoding", fields
    for refusal in ("identity", "gzip;q=0", "zstd"):
        status, fields, body = curl(server, "/", "-H", f"Accept-Encoding: {refusal}")
        assert "content-encoding" not in fields and body == b"a" * 2000, (refusal, fields)
        assert fields["vary"] == "Accept-Encoding", fields
    # A HEAD tells what a GET would.
    _, fields, _ = curl(server, "/", "-I", "-H", "Accept-Encoding: gzip")
    assert fields["content-encoding"] == "gzip", fields
    assert int(fields["content-length"]) == len(curl(server, "/", "-H", "Accept-Encoding: gzip")[2])
    # curl itself takes it apart.
    assert curl(server, "/", "--compressed")[2] == b"a" * 2000
    server.stop()


@case
def sessions_are_kept_by_a_browser():
    server = layered({"sessions": {"keys_env": "SHOP_KEYS", "same_site": "strict"}},
                     env={"SHOP_KEYS": "0123456789abcdef0123456789abcdef"}).start()
    host, port = server.address()
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def visit(path="visit"):
        with browser.open(f"http://{host}:{port}/shop/{path}", timeout=deadline(30)) as answer:
            return answer.read()

    assert [visit() for _ in range(3)] == [b"1", b"2", b"3"]
    _, fields, _ = curl(server, "/visit")
    assert "HttpOnly" in fields["set-cookie"] and "SameSite=strict" in fields["set-cookie"], fields
    cookie = next(iter(jar))
    value = cookie.value
    # Forged, truncated, and one that another key has signed: each is an empty session.
    for forged in (value[:-1] + ("A" if value[-1] != "A" else "B"), value[:-4], "x" + value, "", "."):
        assert curl(server, "/visit", "-H", f"Cookie: session={forged}")[2] == b"1", forged
    assert curl(server, "/visit", "-H", f"Cookie: session={value}")[2] == b"4"
    assert visit("leave") == b"bye" and not list(jar)
    server.stop()
    # Another key signs now; the old one is still good for reading, until it is dropped.
    for keys, expected in (("f" * 32 + " 0123456789abcdef0123456789abcdef", b"4"), ("f" * 32, b"1")):
        server = layered({"sessions": {"keys_env": "SHOP_KEYS"}}, env={"SHOP_KEYS": keys}).start()
        assert curl(server, "/visit", "-H", f"Cookie: session={value}")[2] == expected, keys
        server.stop()


@case
def guards_let_in_or_not():
    server = layered({"trusted_hosts": {"hosts": array(["shop.example", "127.0.0.1"])},
                      "networks": {"deny": array(["10.0.0.0/8"])}},
                     trusted_proxies=array(["127.0.0.1"])).start()
    assert curl(server, "/id", "-H", "Host: shop.example:99")[0] == 200
    status, _, body = curl(server, "/id", "-H", "Host: evil.example")
    assert (status, body) == (400, b"Invalid host header"), (status, body)
    assert curl(server, "/id", "-H", "X-Forwarded-For: 192.0.2.1")[0] == 200
    assert curl(server, "/id", "-H", "X-Forwarded-For: 10.1.2.3")[0] == 403
    server.stop()


@case
def http_goes_to_https_and_a_proxy_has_the_word():
    server = layered({"https_redirect": {}, "security_headers": {}},
                     trusted_proxies=array(["127.0.0.1"])).start()
    status, fields, _ = curl(server, "/id?a=b", "-H", "Host: shop.example:80")
    assert status == 307 and fields["location"] == "https://shop.example/shop/id?a=b", fields
    status, fields, _ = curl(server, "/id", "-H", "X-Forwarded-Proto: https")
    assert status == 200 and fields["strict-transport-security"] == "max-age=31536000", fields
    assert fields["x-content-type-options"] == "nosniff", fields
    server.stop()


@case
def a_response_that_does_not_begin_in_time_is_504():
    server = layered({"time_limit": {"ms": 1000}}).start()
    status, _, body = curl(server, "/sleeps")
    assert (status, body) == (504, b"Gateway Timeout"), (status, body)
    assert curl(server, "/id")[0] == 200
    server.stop()


# --- a module's own


def onion():
    server = Server(workers=1, modules={"onion": {"file": "onion.so", "mount": "/shop"}})
    compile_module(server.path("onion.so"),
                   source=os.path.join(os.path.dirname(probe_source()), "onion.c"))
    return server.start()


@case
def a_layer_of_ones_own_runs_before_and_after():
    server = onion()
    status, fields, body = curl(server, "/echo", "-d", "tea")
    # Inwards in the order of the table, and outwards the other way about.
    assert (status, body, fields["x-seen"]) == (200, b"tea", "lfs"), (status, fields)
    status, fields, body = curl(server, "/echo", "-d", "tea", "-H", "x-stop: 1")
    assert (status, body, fields["x-seen"]) == (403, b"stopped", "s"), (status, fields)
    status, fields, body = curl(server, "/echo", "-d", "tea", "-H", "x-fail: 1")
    assert (status, body, fields["x-seen"]) == (500, b"Internal Server Error", "fs"), fields
    server.wait_log(r'middleware "fail" failed: Input/output error')
    # The body is there for both, the layer and the handler.
    for path in ("/echo", "/sync"):
        status, fields, body = curl(server, path, "-d", "tea", "-H", "x-look: 1")
        assert (status, body, fields["x-length"]) == (200, b"tea", "3"), (path, fields)
    server.stop()


@case
def a_layer_may_change_what_is_sent_and_received():
    server = onion()
    for path in ("/echo", "/sync"):
        assert curl(server, path, "-d", "Tea", "-H", "x-shout: 1")[2] == b"TEA", path
        assert curl(server, path, "-d", "Tea", "-H", "x-whisper: 1")[2] == b"tea", path
        both = curl(server, path, "-d", "Tea", "-H", "x-shout: 1", "-H", "x-whisper: 1",
                    "-H", "Transfer-Encoding: chunked")
        assert both[2] == b"TEA", path
    assert curl(server, "/pieces", "-H", "x-shout: 1")[2] == b"PIECE " * 3
    _, fields, body = curl(server, "/file", "-H", "x-shout: 1")
    assert body == b"X" * 200000, (fields, len(body))
    assert curl(server, "/file")[2] == b"x" * 200000
    assert curl(server, "/none", "-H", "x-shout: 1")[2] == b"NOT FOUND"
    server.stop()


# --- rate limits


def statuses(server, count):
    """How many of COUNT requests, each on a connection of its own, had which status."""
    found = {}
    for _ in range(count):
        with server.raw() as sock:
            sock.sendall(raw_request("GET", "/shop/id", close=True))
            status = read_response(sock).status
        found[status] = found.get(status, 0) + 1
    return found


@case
def a_rate_limit_is_of_all_workers_and_outlives_them():
    server = layered({"rate_limit": {"requests": 40, "per_ms": 36000000}}, workers=4).start()
    server.expects_deaths = True
    assert statuses(server, 20) == {200: 20}
    pids = server.workers()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for("other workers", lambda: len(server.workers()) == 4 and
             not set(server.workers()) & set(pids))
    assert statuses(server, 60) == {200: 20, 429: 40}
    server.reload()
    assert statuses(server, 10) == {429: 10}
    # The table itself is as large as it was at the start.
    server.conf["rate_limit_keys"] = 128
    mark = server.mark()
    server.reload()
    server.wait_log("rate_limit_keys: a change takes effect at the next start", since=mark)
    assert statuses(server, 10) == {429: 10}
    server.stop()


@case
def a_change_that_waits_for_the_next_start_is_told_once():
    server = layered({"rate_limit": {"requests": 40, "per_ms": 36000000}}, workers=2,
                     rate_limit_keys=256)
    server.start()
    server.expects_deaths = True
    gone = set(server.workers())

    def two_others():
        now = server.workers()
        return len(now) == 2 and gone.isdisjoint(now) and now

    for keys in (128, 128, 256, 64):  # changed, the same, changed back, changed
        server.conf["rate_limit_keys"] = keys
        server.reload()
        killed, _ = wait_for("the workers of the new generation alone", two_others)
        gone.add(killed)
        os.kill(killed, signal.SIGKILL)
        gone.update(wait_for("another worker", two_others))
    server.stop()
    told = [line for line in server.log() if "rate_limit_keys" in line]
    assert len(told) == 2, told
    assert all("takes effect at the next start; until then it is 256" in line for line in told), told


@case
def more_keys_than_there_is_room_for_are_served():
    server = layered({"rate_limit": {"requests": 2, "per_ms": 3600000, "key": "header",
                                     "header": "x-key"}}, rate_limit_keys=64).start()
    with server.raw() as sock:
        def ask(key):
            sock.sendall(raw_request("GET", "/shop/id", {"X-Key": key}))
            return read_response(sock).status

        for i in range(1000):
            assert ask(str(i)) == 200, i
        assert [ask("one") for _ in range(3)] == [200, 200, 429]
    server.stop()


@case
def clients_count_for_themselves_and_are_told():
    server = layered({"rate_limit": {"requests": 2, "per_ms": 60000, "headers": True}},
                     trusted_proxies=array(["127.0.0.1"])).start()
    for left in (1, 0):
        status, fields, _ = curl(server, "/id", "-H", "X-Forwarded-For: 192.0.2.1")
        assert status == 200, status
        assert fields["ratelimit"].startswith(f'"default";r={left};t='), fields
        assert fields["ratelimit-policy"] == '"default";q=2;w=60', fields
    status, fields, _ = curl(server, "/id", "-H", "X-Forwarded-For: 192.0.2.1")
    assert status == 429 and 1 <= int(fields["retry-after"]) <= 30, fields
    assert curl(server, "/id", "-H", "X-Forwarded-For: 192.0.2.2")[0] == 200
    server.stop()


main()
