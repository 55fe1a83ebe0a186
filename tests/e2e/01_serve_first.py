#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The first thing that a user does: start it, ask it, stop it."""
import shutil

from cadretest import *


@case
def it_starts_answers_and_stops():
    server = Server(workers=1)
    server.start()
    answer = server.get("/version")
    assert answer.status == 200 and answer.text == "1", answer
    server.stop()


@case
def curl_is_answered():
    curl = shutil.which("curl")
    if not curl:
        raise Skip("no curl")
    server = Server().start()
    host, port = server.address()
    done = subprocess.run([curl, "-sS", "-i", f"http://{host}:{port}/version"], capture_output=True,
                          text=True, timeout=deadline(30), env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("HTTP/1.1 200 "), done.stdout
    assert done.stdout.endswith("\r\n\r\n1") or done.stdout.endswith("\n\n1"), repr(done.stdout)


@case
def each_of_n_workers_answers():
    server = Server(workers=4).start()
    pids = server.workers()
    assert len(pids) == 4, server.children()
    assert server.worker_pids_seen(4) == set(pids)


@case
def workers_have_a_number_and_a_title():
    server = Server(workers=3).start()
    seen = {}
    for answer in server.spread("/which"):
        which = answer.json()
        seen[which["index"]] = which["pid"]
        assert which["generation"] == 1, which
        if len(seen) == 3:
            break
    assert sorted(seen) == [0, 1, 2], seen
    titles = server.children()
    assert len({titles[pid] for pid in seen.values()}) == 3, titles
    assert all(titles[pid].startswith("cadre: worker") for pid in seen.values()), titles


@case
def nothing_listens_before_the_first_worker_is_ready():
    # A fixed port, since port 0 is only known once it listens.
    with reserved_port() as port:
        server = Server(workers=2, listen={"web": {"address": f"127.0.0.1:{port}"}},
                        settings={"startup_delay": "1s"}).launch()
        server.wait_log("probe: worker startup")
        with socket.socket() as client:
            refused = client.connect_ex(("127.0.0.1", port)) != 0
        assert refused or server.count_log("listening on"), "it listens while no worker is ready"
        server.wait_log("ready: ")
    assert server.get("/version").status == 200


@case
def several_listeners_serve_the_same_modules():
    server = Server(listen={"one": {"address": "127.0.0.1:0"}, "two": {"address": "127.0.0.1:0"}})
    server.start()
    assert server.address("one") != server.address("two")
    for name in ("one", "two"):
        assert server.get("/version", listener=name).text == "1"


@case
def ipv6_is_served():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        raise Skip(f"no IPv6 here: {error}") from None
    server = Server(listen={"six": {"address": "[::1]:0"}}).start()
    assert server.address("six")[0] == "::1"
    assert server.get("/version", listener="six").status == 200


@case
def two_modules_answer_on_their_mounts():
    server = Server(modules={
        "one": {"file": "probe.so", "mount": "/one"},
        "two": {"file": "other.so", "mount": "/two"},
    })
    server.build_probe()
    server.build_probe(name="other.so", version="other")
    server.start()
    assert server.get("/one/version").text == "1"
    assert server.get("/two/version").text == "other"
    assert server.get("/version").status == 404
    assert server.get("/onetwo/version").status == 404


@case
def an_address_in_use_is_an_error_with_its_place():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        server = Server(listen={"web": {"address": f"127.0.0.1:{port}"}}).launch()
        code = server.wait_exit()
        assert code == 3, code
        last = server.tail(1)[0]
        assert f"127.0.0.1:{port}" in last and "in use" in last.lower(), server.tail()


@case
def a_second_server_does_not_share_the_port():
    first = Server().start()
    port = first.address()[1]
    second = Server(listen={"web": {"address": f"127.0.0.1:{port}"}}).launch()
    assert second.wait_exit() == 3
    assert first.get("/version").status == 200


@case
def a_freed_port_is_bound_at_once():
    first = Server().start()
    port = first.address()[1]
    # The server closes: its side holds the port in TIME_WAIT.
    with first.raw() as sock:
        sock.sendall(raw_request("GET", "/version", close=True))
        read_response(sock)
        cut(sock)
    first.stop()
    second = Server(listen={"web": {"address": f"127.0.0.1:{port}"}}).start()
    assert second.get("/version").status == 200


main()
