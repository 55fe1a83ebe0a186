#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Health and metrics on status_listen: answered whatever the workers do, and never going back."""
from cadretest import *
from prometheus import fallen, metrics, page, totals, value


def reporting(**more):
    return Server(status_listen="127.0.0.1:0", **more)


@case
def health_is_told_by_three_pages():
    server = reporting().start()
    server.wait_log("ready: 2 workers")
    for path in ("/live", "/ready", "/startup"):
        answer = page(server, path)
        assert (answer.status, answer.text) == (200, "ok\n"), (path, answer)
        assert answer.headers["cache-control"] == "no-store"
    assert page(server, "/nothing").status == 404
    refused = server.request("POST", "/live", b"x", listener="status_listen")
    assert refused.status == 405 and refused.headers["allow"] == "GET, HEAD"
    head = server.request("HEAD", "/metrics", listener="status_listen")
    assert head.status == 200 and head.body == b""
    assert page(server, "/status.json").json()["pid"] == server.pid


@case
def a_server_that_starts_is_live_and_not_ready():
    server = reporting(workers=1, settings={"startup_delay": "3s"}).launch()
    server.wait_log(r"listening on \S+ \(status_listen\)")
    wait_for("the pages", lambda: page(server, "/live").status == 200)
    for path in ("/ready", "/startup"):
        answer = page(server, path)
        assert (answer.status, answer.text) == (503, "the server starts\n"), (path, answer)
    server.wait_log("ready: 1 worker")
    assert page(server, "/ready").status == page(server, "/startup").status == 200


@case
def every_worker_stuck_is_live_and_not_ready():
    server = reporting(workers=1).start()
    server.wait_log("ready")
    with Held(server, "block"):
        wait_for("the verdict", lambda: page(server, "/ready").text == "every worker is stuck\n")
        assert page(server, "/live").status == 200
        status = page(server, "/status.json").json()
        assert status["workers"][0]["handler"] == "probe:block", status["workers"]
        assert value(metrics(server), "cadre_ready") == 0
    wait_for("the end", lambda: page(server, "/ready").status == 200)


@case
def a_server_that_drains_is_not_ready():
    server = reporting(workers=1).start()
    server.wait_log("ready")
    with Held(server) as held:
        wait_for("it in the status", lambda: page(server, "/status.json").json()["in_flight"] == 1)
        server.signal(signal.SIGTERM)
        wait_for("the stop", lambda: page(server, "/ready").text == "the server stops\n")
        assert page(server, "/live").status == 200
        assert held.let_go() == [200]
    assert server.wait_exit() == 0


def counted(server, count):
    """The metrics once COUNT requests are in them: the last of each is how long it took, which is
    counted at the end of the loop's turn."""
    def all_of_them():
        families = metrics(server)
        return families if value(families, "cadre_request_duration_seconds",
                                 "cadre_request_duration_seconds_count") == count else None

    return wait_for("all of them", all_of_them)


@case
def metrics_are_what_a_prometheus_parser_reads():
    server = reporting().start()
    server.wait_log("ready")
    for _ in range(7):
        assert server.get("/version").status == 200
    assert server.get("/nothing").status == 404
    assert server.get("/fail").status == 500
    families = counted(server, 9)
    assert all(f["help"] and f["type"] in ("counter", "gauge", "histogram") for f in families.values())
    assert value(families, "cadre_responses", **{"class": "2xx"}) == 7
    assert value(families, "cadre_responses", **{"class": "4xx"}) == 1
    assert value(families, "cadre_responses", **{"class": "5xx"}) == 1
    assert value(families, "cadre_workers", state="serving") == 2
    assert value(families, "cadre_requests") == 9
    buckets = [v for n, l, v in families["cadre_request_duration_seconds"]["samples"] if n.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 9
    assert value(families, "cadre_connections_accepted") == 9


@case
def a_slow_request_is_in_the_right_bucket():
    server = reporting(workers=1).start()
    server.wait_log("ready")
    assert server.get("/sleep/1500").status == 200
    families = counted(server, 1)
    below = {float(l["le"]): v for n, l, v in families["cadre_request_duration_seconds"]["samples"]
             if n.endswith("_bucket")}
    assert max(v for le, v in below.items() if le < 1.4) == 0 and below[float("inf")] == 1, below
    assert value(families, "cadre_request_duration_seconds", "cadre_request_duration_seconds_sum") >= 1.45


COUNTING = """
#include <cadre.h>

static struct cadre_counter *orders;
static struct cadre_gauge *open_now;
static struct cadre_histogram *items;

static int lifespan(struct cadre_lifespan *ls)
{
    int r = cadre_counter_new("shop_orders_total", "Orders.", &orders);

    if (r == 0)
        r = cadre_gauge_new("shop_open", "Open orders.", &open_now);
    if (r == 0)
        r = cadre_histogram_new("shop_items", "Items of an order.", (const double[]){1, 10, 100}, 3,
                                &items);
    return r < 0 ? r : cadre_serving(ls, NULL);
}

static int order(struct cadre_request *req)
{
    cadre_counter_add(orders, 1);
    cadre_gauge_add(open_now, 1);
    cadre_histogram_add(items, 2.5);
    cadre_histogram_add(items, 10);
    cadre_histogram_add(items, 1000);
    return cadre_respond_text(req, 200, "ordered");
}

static const struct cadre_route routes[] = {CADRE_GET("/order", order), CADRE_ROUTES_END};
CADRE_MODULE = {.title = "Shop", .version = "1", .lifespan = lifespan, .routes = routes};
"""


@case
def a_module_counts_on_its_own_and_over_reloads():
    server = reporting(workers=2, modules={"shop": {"file": "shop.so"}})
    server.build_module("shop.so", COUNTING)
    server.start()
    server.wait_log("ready")
    for _ in range(6):
        assert server.get("/order").status == 200
    families = metrics(server)
    assert value(families, "shop_orders") == value(families, "shop_open") == 6, families["shop_orders"]
    server.reload()
    for _ in range(3):
        assert server.get("/order").status == 200
    wait_for("the old workers' end", lambda: value(metrics(server), "shop_open") == 3)
    families = metrics(server)
    assert value(families, "shop_orders") == 9
    assert families["shop_items"]["type"] == "histogram", families["shop_items"]
    buckets = {l["le"]: v for n, l, v in families["shop_items"]["samples"] if n.endswith("_bucket")}
    assert buckets == {"1.0": 0, "10.0": 18, "100.0": 18, "+Inf": 27} or \
        buckets == {"1": 0, "10": 18, "100": 18, "+Inf": 27}, buckets
    assert value(families, "shop_items", "shop_items_count") == 27
    assert value(families, "shop_items", "shop_items_sum") == 9 * 1012.5


@case(seconds=300)
def totals_never_go_back_over_deaths_and_reloads():
    server = reporting(workers=2, restart_delay="10ms", restart_delay_max="10ms").start()
    server.wait_log("ready")
    server.expects_deaths = True
    stop = threading.Event()

    def clients():
        request = raw_request("GET", "/version", close=True)
        while not stop.is_set():
            try:
                with server.raw() as sock:
                    sock.sendall(request)
                    read_response(sock)
            except Exception:  # a worker that died with it
                pass
            stop.wait(0.005)  # else this thread has Python for itself

    threads = [threading.Thread(target=clients, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    before = totals(metrics(server))
    deaths = 20
    for i in range(deaths):
        pid = wait_for("a worker", server.workers)[i % 2 - 1]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        wait_for("its successor", lambda: len([p for p in server.workers() if p != pid]) == 2)
        if i % 10 == 9:
            mark = server.mark()
            server.signal(signal.SIGHUP)
            server.wait_log(r"ready: .*generation", since=mark)
        after = totals(metrics(server))
        assert not fallen(before, after), (i, fallen(before, after))
        before = after
    stop.set()
    for thread in threads:
        thread.join()
    families = metrics(server)
    assert value(families, "cadre_reloads", result="done") == deaths // 10
    assert value(families, "cadre_worker_deaths") >= deaths * 0.9  # some were draining already
    assert value(families, "cadre_requests") > 0


@case
def a_reporter_that_dies_comes_back_and_nobody_is_hurt():
    server = reporting(workers=1).start()
    server.wait_log("ready")
    server.expects_deaths = True
    pid = [p for p, title in server.children().items() if "reporter" in title][0]
    os.kill(pid, signal.SIGKILL)
    with server.hammer():
        wait_for("the next", lambda: page(server, "/live").status == 200)
    assert server.workers()


@case
def a_reload_turns_it_on_and_off():
    server = Server(workers=1).start()
    server.wait_log("ready")
    assert not [t for t in server.children().values() if "reporter" in t]
    server.conf["status_listen"] = "unix:" + server.path("status.sock")
    server.reload()
    assert page(server, "/ready").text == "ok\n"
    assert os.stat(server.path("status.sock")).st_mode & 0o777 == 0o660
    del server.conf["status_listen"]
    server.reload()
    wait_for("its end", lambda: not [t for t in server.children().values() if "reporter" in t])
    assert not os.path.exists(server.path("status.sock"))


@case
def its_address_is_its_own():
    server = Server(listen={"web": {"address": "127.0.0.1:8099"}}, status_listen="127.0.0.1:8099")
    server.write_conf()
    done = subprocess.run([*server.program, "-t", "--no-modules"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1, done
    assert 'status_listen: "127.0.0.1:8099" is taken by listen.web' in done.stderr, done.stderr


main()
