# SPDX-License-Identifier: MIT
"""Forms, files and work behind the response, over real sockets, by curl and by hand."""

from cadretest import *

SOURCE = os.path.join(os.path.dirname(probe_source()), "messages.c")
STATIC = os.path.join(BUILD, "modules", ".libs", "static.so")


def messages(workers=1, **more):
    server = Server(workers=workers, modules={"messages": {"file": "messages.so"}}, **more)
    compile_module(server.path("messages.so"), source=SOURCE)
    return server


def curl(server, target, *args):
    done = subprocess.run(["curl", "-s", "-S", "--max-time", "120", *args,
                           f"http://127.0.0.1:{server.address()[1]}{target}"],
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def logged(server, pattern):
    return any(re.search(pattern, line) for line in server.log())


def peak_rss_kb(pid):
    with open(f"/proc/{pid}/status") as handle:
        return int(re.search(r"^VmHWM:\s+(\d+) kB", handle.read(), re.M).group(1))


@case
def curl_sends_forms():
    server = messages().start()
    server.write("upload.txt", "content")
    got = curl(server, "/form", "-d", "a=1&b=x+y", "-d", "c=%c3%a4")
    assert got.decode() == "a=1\nb=x y\nc=ä\n", got
    for target in ("/form", "/form-sync"):
        got = curl(server, target, "-F", "a=1", "-F", f"f=@{server.path('upload.txt')};type=x/y",
                   "-F", "b=x;filename=q'q")
        assert got.decode() == f"a=1\nf:upload.txt:x/y:7:{sum(b'content')}\n" \
                               f"b:q'q:application/octet-stream:1:{ord('x')}\n", got
    server.stop()


@case
def a_form_above_a_limit_is_400():
    server = messages(max_form_fields=2, max_form_field_size="1k").start()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.request("POST", "/form", body=b"a=1&b=2&c=3", headers=form)
    assert (answer.status, answer.text) == (
        400, "Too many fields. Maximum number of fields is 2."), answer.text
    answer = server.request("POST", "/form", body=b"a=" + b"x" * 2000, headers=form)
    assert (answer.status, answer.text) == (
        400, "Field exceeded maximum size of 1KB."), answer.text
    server.stop()


@case
def a_large_upload_takes_no_memory():
    server = messages(max_body_size="200m").start()
    server.conf["form_directory"] = server.folder
    mark = server.mark()
    server.reload()
    server.wait_log("generation 1 has ended", since=mark)
    (worker,) = server.workers()
    with open(server.path("large"), "wb") as handle:
        for i in range(100):
            handle.write(bytes([i]) * (1 << 20))
    assert server.get("/url").status == 200
    before = peak_rss_kb(worker)
    got = curl(server, "/form", "-F", f"f=@{server.path('large')}").decode()
    assert got == f"f:large:application/octet-stream:{100 << 20}:{sum(range(100)) << 20}\n", got
    grown = peak_rss_kb(worker) - before
    # A sanitizer keeps what was freed for a while.
    assert sanitized() or grown < 8 << 10, f"{grown} KiB more"
    print(f"# 100 MiB uploaded: peak RSS {grown} KiB more")
    assert not [name for name in os.listdir(server.folder) if "form" in name]
    server.stop()


@case
def cookies_json_and_redirects_go_over_the_wire():
    server = messages().start()
    jar = server.path("jar")
    assert curl(server, "/cookies?name=a&value=x+y%3B", "-b", jar, "-c", jar) == b"-"
    assert curl(server, "/cookies?name=a&value=2", "-b", jar, "-c", jar) == b"x y;"
    assert curl(server, "/json", "-d", '{"b": [1, 2.5], "a": "\\u00e4"}') == \
        '{"b":[1,2.5],"a":"ä"}'.encode()
    answer = server.request("POST", "/json", body=b"{")
    assert answer.status == 400 and answer.text.startswith("The body is not JSON: line 1"), answer
    got = curl(server, "/elsewhere", "-L").decode()
    assert got == f"http://127.0.0.1:{server.address()[1]}/url?from=here", got
    server.stop()


@case
def files_have_ranges():
    server = messages().start()
    path = server.write("x.bin", "0123456789")
    for route in ("/file", "/file-sync"):
        target = f"{route}?path={path}&as=%C3%BC.bin"
        assert curl(server, target, "-r", "2-4") == b"234"
        assert curl(server, target, "-r", "-2") == b"89"
        head = curl(server, target, "-I").decode()
        assert "\r\ncontent-length: 10\r\n" in head and head.startswith("HTTP/1.1 405") is False
        parts = curl(server, target, "-r", "0-1,8-9").decode()
        assert parts.count("content-range: bytes ") == 2 and "\r\n\r\n01\r\n--" in parts, parts
        etag = re.search(r"^etag: (.*?)\r$", head, re.M).group(1)
        assert server.get(target, headers={"If-None-Match": etag}).status == 304
        assert "filename*=UTF-8''%C3%BC.bin" in head, head
    assert server.get("/file?path=/nonexistent").status == 500
    server.stop()


@case
def work_behind_the_response_holds_nobody_up():
    server = messages().start()
    with server.raw() as sock:
        for _ in range(3):
            sock.sendall(raw_request("POST", "/later?ms=3600000"))
            assert read_response(sock).status == 202
        sock.sendall(raw_request("GET", "/url"))
        assert read_response(sock).status == 200
        assert not logged(server, r"work is done")
    server.wait_log("work begins", count=3)
    server.stop(signal.SIGINT)
    assert server.count_log(r"messages: work is done: cut") == 3, server.log()


@case
def a_graceful_stop_waits_for_it():
    server = messages().start()
    assert server.request("POST", "/later?ms=2000").status == 202
    server.stop()
    assert logged(server, r"messages: work is done: whole"), server.log()


def assert_cut_before_the_shutdown(server):
    ends = [line for line in server.log() if "work is done" in line or "shut down" in line]
    assert len(ends) == 2 and ends[0].find("work is done: cut") >= 0, ends


@case
def a_fast_stop_cancels_it_before_the_shutdown():
    server = messages().start()
    assert server.request("POST", "/later?ms=100000").status == 202
    server.wait_log("work begins")  # else it never would
    server.stop(signal.SIGINT)
    assert_cut_before_the_shutdown(server)


@case
def past_graceful_timeout_it_is_cancelled_before_the_shutdown():
    server = messages(graceful_timeout="1s").start()
    assert server.request("POST", "/later?ms=100000").status == 202
    server.wait_log("work begins")
    server.stop()
    assert_cut_before_the_shutdown(server)
    assert logged(server, r"graceful_timeout is over: the work behind 1 responses"), server.log()


@case
def a_reload_waits_for_it_too():
    server = messages(graceful_timeout="60s").start()
    assert server.request("POST", "/later?ms=2000").status == 202
    mark = server.mark()
    server.reload()
    server.wait_log("generation 1 has ended", since=mark)
    ends = [line for line in server.log() if "work is done" in line or "shut down" in line]
    assert len(ends) == 2 and ends[0].find("work is done: whole") >= 0, ends
    server.stop()


@case
def work_that_does_not_end_holds_up_no_stop():
    server = messages(graceful_timeout="1s", shutdown_timeout="2s").start()
    assert server.request("POST", "/later?ms=600000&stubborn").status == 202
    server.stop(seconds=20)
    server.wait_log("messages: work goes on")
    assert logged(server, r"the cancelled work behind 1 responses does not end"), server.log()
    assert logged(server, r"messages: shut down"), server.log()


@case
def static_files_are_served_by_conf_alone():
    server = Server(workers=1)
    site = server.path("site")
    os.mkdir(site)
    os.chmod(site, 0o755)
    server.write("secret", "SECRET")
    for name, content in (("a.txt", "hello"), ("a.txt.gz", "gz"), ("large.bin", "x" * 300000)):
        server.write("site/" + name, content)
        os.chmod(server.path("site/" + name), 0o644)
    server.conf["module"] = {"files": {"file": STATIC, "mount": "/static", "settings": {
        "directory": site, "precompressed": True, "check_interval": 0,
        "cache_control": [{"match": "*.bin", "value": "max-age=60"}, {"value": "no-cache"}]}}}
    if os.geteuid() == 0:
        server.conf["user"] = "nobody"
    server.start()
    answer = server.get("/static/a.txt")
    assert (answer.status, answer.text) == (200, "hello")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "accept-encoding"
    assert server.get("/static/a.txt", headers={"Accept-Encoding": "gzip"}).text == "gz"
    assert curl(server, "/static/large.bin") == b"x" * 300000
    assert curl(server, "/static/large.bin", "-r", "299990-") == b"x" * 10
    for path in ("/static/../secret", "/static/%2e%2e/secret", "/static/..%2fsecret",
                 "/static/%c0%ae%c0%ae/secret", "/static//etc/passwd"):
        with server.raw() as sock:
            sock.sendall(raw_request("GET", path))
            answer = read_response(sock)
        assert answer.status == 404 and b"SECRET" not in answer.body, path
    server.write("site/a.txt", "other")
    os.chmod(server.path("site/a.txt"), 0o644)
    assert server.get("/static/a.txt").text == "other"
    server.stop()


main()
