#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""More and fewer workers, recycled ones and spares: nothing is lost, and never fewer serve."""
from cadretest import *
from reload_client import Client


def ask(sock, path="/pid"):
    sock.sendall(raw_request("GET", path))
    return read_response(sock)


def count_workers(server, count):
    return wait_for(f"{count} workers", lambda: len(server.workers()) == count)


def enough(client):
    wait_for("answers", lambda: client.answered > 300)


def sound(client):
    """Nothing lost, and no kept connection closed."""
    assert client.lost == 0 and client.closed == 0, client.table()
    assert client.answered > 100, client.table()


@case
def signals_add_and_take_workers():
    server = Server(workers=2).start()
    server.signal(signal.SIGTTIN)
    server.wait_log("SIGTTIN: 3 workers instead of 2, until the next reload")
    count_workers(server, 3)
    server.signal(signal.SIGTTOU)
    server.wait_log("SIGTTOU: 2 workers instead of 3")
    count_workers(server, 2)
    server.signal(signal.SIGTTOU)
    count_workers(server, 1)
    mark = server.mark()
    server.signal(signal.SIGTTOU)
    server.wait_log("SIGTTOU is ignored: the last worker stays", since=mark)
    assert server.get("/version").status == 200
    server.reload()
    count_workers(server, 2)


@case
def a_connection_of_a_worker_that_is_taken_away_goes_on():
    server = Server(workers=2).start()
    socks = [server.raw() for _ in range(8)]
    pids = {int(ask(sock).text) for sock in socks}
    assert len(pids) == 2, "the gate leaves no worker without a connection"
    server.signal(signal.SIGTTOU)
    count_workers(server, 1)
    left = server.workers()[0]
    for sock in socks:
        answer = ask(sock)
        assert int(answer.text) == left
        assert "connection" not in answer.headers, answer.headers
        sock.close()


@case
def winch_drains_all_and_what_comes_waits():
    server = Server(workers=2).start()
    server.signal(signal.SIGWINCH)
    count_workers(server, 0)
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        server.signal(signal.SIGTTIN)
        assert read_response(sock).text == "1"
    count_workers(server, 1)


@case
def scaling_under_load_loses_nothing():
    server = Server(workers=2).start()
    with Client(server.address(), path="/version", kept=16, single=8, mixed=True) as client:
        for _ in range(3):
            for signum, count in ((signal.SIGTTIN, 3), (signal.SIGTTIN, 4), (signal.SIGTTOU, 3),
                                  (signal.SIGTTOU, 2)):
                mark = server.mark()
                server.signal(signum)
                server.wait_log(f"{count} workers? instead of", since=mark)
                count_workers(server, count)
        enough(client)
    sound(client)


@case
def workers_are_recycled_by_their_requests():
    server = Server(workers=2, max_requests=100, max_requests_jitter=20).start()
    with Client(server.address(), path="/pid", kept=16, single=8, mixed=True) as client:
        server.wait_log(r"worker \d \(pid \d+\) is recycled: it has answered 1[0-2]\d requests "
                        r"\(max_requests\)", count=10, seconds=60)
        server.wait_log(r"worker \d \(pid \d+\) is recycled", count=12, seconds=60)
        assert 2 <= len(server.workers()) <= 5
    sound(client)
    assert len(client.bodies) >= 10, client.bodies
    count_workers(server, 2)
    assert server.count_log(r"starts again") == 0


@case
def an_old_worker_is_recycled():
    server = Server(workers=1, max_age="1s").start()
    old = server.workers()
    server.wait_log(r"worker 1 .* is recycled: it is old enough \(max_age\)")
    wait_for("another worker", lambda: server.workers() and not set(server.workers()) & set(old))
    assert server.get("/version").status == 200


@case
def a_fat_worker_is_recycled():
    if sanitized():
        raise Skip("a sanitizer's memory is no measure")
    server = Server(workers=1, max_rss="64m").start()
    old = server.workers()
    assert server.get("/eat/100").status == 200
    server.wait_log(r"worker 1 .* is recycled: it holds \d+m of memory, more than 64m \(max_rss\)")
    wait_for("another worker", lambda: server.workers() and not set(server.workers()) & set(old))
    assert server.get("/version").status == 200


@case
def jitter_alone_is_refused():
    server = Server(workers=1, max_requests_jitter=5)
    done = server.run("-t")
    assert done.returncode == 1 and "without max_requests" in done.stderr, done.stderr


@case
def a_spare_stands_by_and_takes_the_place_of_a_dead_worker():
    server = Server(workers=1, spare_workers=1).start()
    server.expects_deaths = True
    count_workers(server, 2)
    serving = int(server.get("/pid").text)
    spare, = set(server.workers()) - {serving}
    server.wait_log("probe: worker startup", count=2)
    # It does not accept.
    assert {int(server.get("/pid").text) for _ in range(20)} == {serving}
    server.signal(signal.SIGKILL, serving)
    server.wait_log(r"worker 2 \(pid %d\), which stood by, serves in the place of worker 1" % spare)
    assert int(server.get("/pid").text) == spare
    wait_for("another spare", lambda: len(server.workers()) == 2)


@case
def a_stop_with_spares_ends_all():
    server = Server(workers=2, spare_workers=2).start()
    count_workers(server, 4)
    server.stop()


main()
