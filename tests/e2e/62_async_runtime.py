#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The runtime under a real server: many who wait at once, sync handlers in threads, tasks of a
request. Durations here are what a user would measure; the exact ones are in the unit tests, on the
test clock."""
import resource
import select
import selectors

from cadretest import *

MODULE = r"""
#include <cadre.h>
#include <stdlib.h>
#include <string.h>

struct nap {
    struct cadre_request *req;
    int ms;
    char *text; /* in the request's arena */
};

static int take_nap(void *arg)
{
    struct nap *nap = arg;

    return cadre_sleep((unsigned)nap->ms);
}

/* Three waits, gathered. */
static int gather(struct cadre_request *req)
{
    struct nap naps[] = {{.ms = 2000}, {.ms = 1500}, {.ms = 1000}};
    struct cadre_task *a = cadre_spawn(take_nap, &naps[0]);
    struct cadre_task *b = cadre_spawn(take_nap, &naps[1]);
    struct cadre_task *c = cadre_spawn(take_nap, &naps[2]);
    int r = cadre_gather(a, b, c);

    return r < 0 ? r : cadre_respond_text(req, 200, "rested");
}

/* Writes into its request's memory to its end, which takes a while after it was cancelled. */
static int use_request(void *arg)
{
    struct nap *nap = arg;
    int r = cadre_sleep(3600000);

    for (int i = 0; i < 5; i++) {
        memset(nap->text, 'x', 1000);
        if (cadre_sleep(20) < 0)
            cadre_log(CADRE_LOG_ERROR, nap->req, "cancelled twice");
    }
    cadre_log(CADRE_LOG_INFO, nap->req, "%s ended: %s", nap->text + 995, cadre_path(nap->req));
    return r;
}

static int leave(struct cadre_request *req)
{
    struct nap *nap = cadre_alloc(req, sizeof(*nap));

    *nap = (struct nap){.req = req, .text = cadre_alloc(req, 1001)};
    nap->text[1000] = '\0';
    if (!cadre_spawn(use_request, nap))
        return -EAGAIN;
    if (cadre_yield() < 0) /* it begins */
        return -ECANCELED;
    return cadre_respond_text(req, 200, "left");
}

static int hold_thread(void *arg)
{
    struct timespec t = {.tv_sec = *(int *)arg / 1000, .tv_nsec = *(int *)arg % 1000 * 1000000L};

    while (nanosleep(&t, &t) < 0)
        ;
    return 0;
}

static int to_thread(struct cadre_request *req)
{
    int ms = 300, r = cadre_to_thread(hold_thread, &ms);

    return r < 0 ? r : cadre_respond_text(req, 200, "back");
}

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int nap(struct cadre_request *req)
{
    int r = cadre_sleep(strtoul(cadre_path_param(req, "n"), NULL, 10));

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

static int block(struct cadre_request *req)
{
    int ms = (int)strtol(cadre_path_param(req, "n"), NULL, 10);

    hold_thread(&ms);
    return cadre_respond_text(req, 200, "blocked");
}

static int detached(void *arg)
{
    int r = cadre_sleep(1500);

    if (r == 0)
        cadre_log(CADRE_LOG_INFO, NULL, "detached: %s", (const char *)arg);
    return r;
}

static int detach(struct cadre_request *req)
{
    int r = cadre_spawn_detached(detached, strdup("after the answer"), free);

    return r < 0 ? r : cadre_respond_text(req, 200, "detached");
}

static int count(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%zu", cadre_tasks(NULL, NULL));
}

static const struct cadre_route routes[] = {
    CADRE_GET("/gather", gather),       CADRE_GET("/leave", leave),
    CADRE_GET("/to-thread", to_thread), CADRE_GET("/hello", hello),
    CADRE_GET("/sleep/{n}", nap),       CADRE_GET("/sync/{n}", block, .sync = true),
    CADRE_GET("/detach", detach),       CADRE_GET("/tasks", count),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {.title = "Runtime", .version = "1", .routes = routes};
""".replace("#include <stdlib.h>", "#include <errno.h>\n#include <stdlib.h>").replace(
    "#include <string.h>", "#include <string.h>\n#include <time.h>")


def runtime_server(**directives):
    server = Server(workers=1, modules={"runtime": {"file": "runtime.so"}}, **directives)
    server.build_module("runtime.so", MODULE)
    return server.start()


def answers_of(server, count, path):
    """COUNT requests at the same moment; the times of their answers, in order, and the bodies."""
    # One descriptor each, and some.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 200, hard), hard))
    socks = [server.raw() for _ in range(count)]
    selector = selectors.DefaultSelector()
    for sock in socks:
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
    began = time.monotonic()
    for sock in socks:
        sock.send(raw_request("GET", path, close=True))
    times, bodies = [], []
    while len(times) < count:
        for key, _ in selector.select(30):
            data = key.fileobj.recv(65536)
            assert data, "cut off"
            assert data.startswith(b"HTTP/1.1 200 "), data
            times.append(time.monotonic() - began)
            bodies.append(data.rsplit(b"\r\n\r\n", 1)[1])
            selector.unregister(key.fileobj)
    for sock in socks:
        sock.close()
    return sorted(times), bodies


@case
def a_thousand_that_sleep_half_a_second_take_little_more():
    server = runtime_server()
    times, bodies = answers_of(server, 1000, "/sleep/500")
    assert times[0] >= 0.5, times[0]
    assert times[-1] < deadline(3), times[-1]
    assert set(bodies) == {b"slept"}
    print(f"# 1000 requests that sleep 500 ms: {times[-1]:.3f} s")


@case
def of_41_sync_handlers_the_last_one_waits_for_a_thread():
    server = runtime_server(threads=40)
    times, _ = answers_of(server, 41, "/sync/2000")
    assert 2 <= times[0] and times[39] < deadline(3.9), times
    assert times[40] >= 4, times
    print(f"# 41 sync handlers of 2 s, 40 threads: {times[39]:.3f} s, the last {times[40]:.3f} s")


@case
def gathered_waits_take_as_long_as_the_longest():
    server = runtime_server()
    began = time.monotonic()
    assert server.get("/gather").text == "rested"
    took = time.monotonic() - began
    # One after the other would be 4.5 s.
    assert 2 <= took < deadline(4), took


@case
def a_sync_handler_stalls_no_async_one():
    server = runtime_server()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/sync/2000"))
        for _ in range(10):
            assert server.get("/hello").text == "hello"
        assert not select.select([sock], [], [], 0)[0]
        assert read_response(sock).text == "blocked"


@case
def a_task_ends_before_the_memory_of_its_request_goes():
    server = runtime_server()
    for _ in range(20):
        assert server.get("/leave").text == "left"
    server.wait_log(r"xxxxx ended: /leave", count=20)
    assert not server.count_log("cancelled twice")
    # Only the handler that counts is left.
    wait_for("all tasks to end", lambda: server.get("/tasks").text == "1")


@case
def a_detached_task_outlives_its_request():
    server = runtime_server()
    assert server.get("/detach").text == "detached"
    assert not server.count_log("detached: ")
    server.wait_log("detached: after the answer")


@case
def work_in_a_thread_comes_back():
    server = runtime_server()
    answers = parallel(20, lambda _: server.get("/to-thread"))
    assert all(answer.text == "back" for answer in answers)


@case
def a_drain_cancels_nobody_that_ends_in_time():
    server = runtime_server()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/gather"))
        wait_for("the tasks", lambda: server.get("/tasks").text == "5")
        server.signal(signal.SIGTERM)
        assert read_response(sock).text == "rested"
    assert server.wait_exit() == 0


main()
