# SPDX-License-Identifier: MIT
"""The bundled demo: what a newcomer sees first, page by page."""

import json
import zlib

from cadretest import *

DEMO = os.path.join(BUILD, "modules", ".libs", "demo.so")


def demo(settings=None, workers=2, **more):
    module = {"file": DEMO, **({"settings": settings} if settings else {}), **more}
    return Server(workers=workers, modules={"demo": module})


@case
def conf_of_the_demo_is_good():
    done = demo({"greeting": "Moin", "allow_crash": True, "allow_blocks": False}).run("-t")
    assert done.returncode == 0, done.stderr
    done = demo({"greting": "Moin"}).run("-t")
    assert done.returncode == 1
    assert 'unknown setting "greting": did you mean "greeting"?' in done.stderr, done.stderr


@case
def page_explains_itself():
    server = demo().start()
    page = server.get("/")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Cadre</title>" in page.text
    assert re.search(r"<b>worker [12]</b> \(process \d+, generation 1\)", page.text), page.text
    # Nothing is loaded from elsewhere, and every link leads to a route.
    assert "http" not in page.text and "<script" not in page.text
    for link in re.findall(r'<a [^>]*href="([^"]*)"', page.text):
        assert server.request("OPTIONS", "/" + link).status == 204, link
    server.stop()


@case
def hello_is_json():
    server = demo().start()
    answer = server.get("/hello/world")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"message": "Hello, world!"}
    assert server.get("/hello/%22a%0a%5c%C3%A4").json() == {"message": 'Hello, "a\n\\ä!'}
    assert server.get("/hello/").status == 404
    assert server.get("/hello/a/b").status == 404
    assert server.request("POST", "/hello/x").headers["Allow"] == "GET, HEAD, OPTIONS"
    server.stop()


@case
def greeting_is_a_setting():
    server = demo({"greeting": "Moin"}).start()
    assert server.get("/hello/world").json() == {"message": "Moin, world!"}
    server.stop()


@case
def whoami_tells_worker_and_lifespans():
    server = demo(workers=2).start()
    seen = {}
    for answer in server.spread("/whoami"):
        facts = answer.json()
        seen.setdefault(facts["worker"], []).append(facts)
        if len(seen) == 2 and min(map(len, seen.values())) > 1:
            break
    assert set(seen) == {1, 2}, set(seen)
    assert {f["generation"] for fs in seen.values() for f in fs} == {1}
    for facts in seen.values():
        assert len({f["pid"] for f in facts}) == 1
        counts = [f["requests"] for f in facts]
        assert counts == list(range(counts[0], counts[0] + len(counts))), counts
    # One server lifespan for both, in a process that is no worker.
    (published,) = {(f["server"]["pid"], f["server"]["started_at"])
                    for fs in seen.values() for f in fs}
    assert published[0] not in {f["pid"] for fs in seen.values() for f in fs}
    server.reload()
    assert server.get("/whoami").json()["generation"] == 2
    server.stop()


@case
def slow_lets_others_run():
    server = demo(workers=1).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/slow?ms=2000"))
        assert server.get("/hello/x").status == 200
        answer = read_response(sock)
    assert answer.json() == {"slept_ms": 2000}
    for bad in ("x", "-1", "10001", "", "1.5"):
        answer = server.get("/slow?ms=" + bad)
        assert answer.status == 422 and "whole number" in answer.json()["detail"], bad
    server.stop()


@case
def stream_comes_in_pieces():
    server = demo(workers=1).start()
    answer = server.get("/stream")
    assert answer.headers["Content-Length"] is None
    assert answer.text == "".join(f"piece {i} of 10\n" for i in range(1, 11))
    server.stop()


@case
def echo_gives_the_body_back():
    server = demo().start()
    body = os.urandom(300000)
    answer = server.post("/echo", body, {"Content-Type": "image/x-test"})
    assert answer.body == body
    assert answer.headers["Content-Type"] == "image/x-test"
    assert server.post("/echo", b"").body == b""
    server.stop()


@case
def sync_handlers_block_a_thread_only():
    server = demo(workers=1).start()
    answers = parallel(20, lambda i: server.get("/sync"))
    assert all(a.status == 200 and "thread of the pool" in a.text for a in answers)
    server.stop()


@case
def items_have_types_links_and_errors():
    server = demo(mount="/try").start()
    assert server.get("/try/items/7").json() == {"item": 7, "next": "/try/items/8"}
    for path, detail in (("/try/items/101", "there are items 0 to 100"),
                         ("/try/items/99999999999999999999", "there are items 0 to 100"),
                         ("/try/items/tea", "Not Found")):
        answer = server.get(path)
        assert answer.status == 404 and answer.json() == {"detail": detail}, path
    server.stop()


def tour(server):
    """The names of the tour's pages."""
    return re.findall(r'href="tour/([a-z]+)"', server.get("/").text)


@case
def each_page_shows_its_source():
    server = demo().start()
    stops = tour(server)
    assert len(set(stops)) == 12, stops
    for stop in stops:
        page = server.get("/tour/" + stop)
        assert page.status == 200 and "<script" not in page.text and "//" not in page.text, stop
        sources = re.findall("<pre><i>.*?</pre>", page.text, re.S)
        assert sources and all("(<b>struct</b> cadre_" in text or "<b>void</b> *arg" in text
                               for text in sources), (stop, page.text)
        # Every link and form leads to a route.
        for link in re.findall(r'(?:href|action|src)="([^"]*)"', page.text):
            answer = server.request("OPTIONS", f"/tour/{link}" if link[0] != "." else link[2:])
            assert answer.status == 204, (stop, link)
        following = re.findall(r'Next: <a href="([a-z]+)"', page.text)
        assert following == stops[stops.index(stop) + 1:][:1], (stop, following)
    assert server.get("/tour/nowhere").status == 404
    server.stop()


@case
def sources_are_there_as_text():
    server = demo().start()
    for name in ("index_page", "hello", "whoami", "slow", "stream", "sync_example", "echo",
                 "blocks", "crash", "item", "source", "submit", "upload", "visits", "tone",
                 "send_letter", "lifespan"):
        answer = server.get("/source/" + name)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert f"static int {name}(struct cadre_" in answer.text, answer.text
        assert answer.text.endswith("\n}\n") and answer.text.count("\n}\n") == 1, answer.text
    assert server.get("/source/upload").text.startswith("/* Counts the bytes and sums them up")
    assert server.get("/source/none").status == 404
    server.stop()


def curl(server, path, *args):
    done = subprocess.run(["curl", "-s", "-S", "--max-time", "60", *args,
                           f"http://127.0.0.1:{server.address()[1]}{path}"],
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@case
def forms_have_fields_and_files():
    server = demo().start()
    server.write("tea.txt", "green")
    got = curl(server, "/form", "-F", "name=Ada", "-F",
               f"file=@{server.path('tea.txt')};type=text/plain").decode()
    assert got == 'field name: Ada\nfile file: "tea.txt", text/plain, 5 bytes\n', got
    assert curl(server, "/form", "-d", "name=A+B") == b"field name: A B\n"
    server.stop()


@case
def uploads_are_streamed():
    server = demo()
    server.conf["max_body_size"] = "4m"
    server.start()
    body = os.urandom(3 << 20)
    with open(server.path("large"), "wb") as handle:
        handle.write(body)
    got = json.loads(curl(server, "/upload", "-T", server.path("large")))
    assert got == {"bytes": len(body), "adler32": f"{zlib.adler32(body):08x}"}, got
    server.stop()


@case
def visits_are_counted_by_the_browser():
    server = demo().start()
    jar = ("-b", server.path("jar"), "-c", server.path("jar"))
    assert curl(server, "/visits", *jar) == b"visit number 1\n"
    assert curl(server, "/visits", *jar) == b"visit number 2\n"
    assert curl(server, "/visits/forget", "-X", "POST", "-i", *jar).startswith(b"HTTP/1.1 303 ")
    assert curl(server, "/visits", *jar) == b"visit number 1\n"
    assert server.get("/visits", headers={"Cookie": "visits=-9x"}).text == "visit number 1\n"
    server.stop()


@case
def the_sound_has_ranges():
    server = demo().start()
    whole = server.get("/tone.wav")
    assert whole.headers["Content-Type"] == "audio/wav" and whole.body[:4] == b"RIFF"
    assert len(whole.body) == 44 + 8000 * 8 and whole.headers["Accept-Ranges"] == "bytes"
    part = server.get("/tone.wav", headers={"Range": "bytes=100-199",
                                            "If-Range": whole.headers["ETag"]})
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.body)}"
    again = server.get("/tone.wav", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status == 304
    server.stop()


@case
def letters_are_written_behind_the_response():
    server = demo(workers=1).start()
    assert server.request("POST", "/letters").status == 202
    assert server.get("/letters").json() == {"worker": 1, "letters": 0}
    wait_for("a letter", lambda: server.get("/letters").json()["letters"] == 1)
    server.stop()


@case
def links_lead_to_routes_on_any_mount():
    server = demo(mount="/try").start()
    answer = server.get("/try/items/first")
    assert (answer.status, answer.headers["Location"]) == (307, "/try/items/0")
    server.stop()


@case
def failures_have_a_status_and_a_line_in_the_log():
    server = demo().start()
    answer = server.get("/refuses")
    assert (answer.status, answer.json()) == (409, {"detail": "somebody else was faster"})
    assert server.get("/fails").status == 500
    server.wait_log('handler "fails" failed: Input/output error')
    server.stop()


@case
def blocks_and_crash_need_a_setting():
    server = demo().start()
    for path, setting in (("/blocks", "allow_blocks"), ("/crash", "allow_crash")):
        answer = server.get(path)
        assert answer.status == 403
        assert f"set {setting} = true" in answer.json()["detail"]
    server.stop()


@case
def blocks_holds_its_worker_and_no_other():
    server = demo({"allow_blocks": True}, workers=2).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/blocks?ms=3000"))
        for _ in range(20):
            assert server.get("/hello/x").status == 200
        answer = read_response(sock)
    assert answer.json() == {"blocked_ms": 3000}
    server.stop()


@case
def crash_costs_one_worker():
    server = demo({"allow_crash": True}, workers=2).start()
    server.expects_deaths = True
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/crash"))
        assert cut(sock)
    server.wait_log(r"was killed by signal 11 \(SIGSEGV\).*demo:crash")
    server.wait_log(r"serves again")
    assert server.get("/hello/x").status == 200
    server.stop()


@case
def demo_works_on_any_mount():
    server = demo(mount="/try/it").start()
    assert server.get("/try/it").status == 307
    assert server.get("/try/it").headers["Location"] == "/try/it/"
    assert server.get("/try/it/hello/x").status == 200
    assert server.get("/hello/x").status == 404
    server.stop()


main()
