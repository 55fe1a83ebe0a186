#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Totals of /metrics, read by Prometheus's own parser, never go back: not over a hundred deaths of
workers, not over ten reloads, not over an upgrade; neither the server's nor a module's."""
from cadretest import *
from prometheus import fallen, metrics, page, parse, totals, value

DEATHS = int(os.environ.get("CADRE_STATUS_DEATHS", "100"))
RELOADS = int(os.environ.get("CADRE_STATUS_RELOADS", "10"))

MODULE = """
#include <cadre.h>

static struct cadre_counter *orders;
static struct cadre_histogram *items;

static int lifespan(struct cadre_lifespan *ls)
{
    int r = cadre_counter_new("shop_orders_total", "Orders.", &orders);

    if (r == 0)
        r = cadre_histogram_new("shop_items", "Items of an order.", (const double[]){1, 10}, 2, &items);
    return r < 0 ? r : cadre_serving(ls, NULL);
}

static int order(struct cadre_request *req)
{
    cadre_counter_add(orders, 1);
    cadre_histogram_add(items, 5);
    return cadre_respond_text(req, 200, "ordered");
}

static const struct cadre_route routes[] = {CADRE_GET("/order", order), CADRE_ROUTES_END};
CADRE_MODULE = {.title = "Shop", .version = "1", .lifespan = lifespan, .routes = routes};
"""


class Clients:
    """Some that ask again and again; those that a death takes along do not mind."""

    def __init__(self, server, count=2):
        self.stop, self.answered = threading.Event(), 0
        self.threads = [threading.Thread(target=self.run, args=(server,), daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, server):
        request = raw_request("GET", "/order", close=True)
        while not self.stop.is_set():
            try:
                with server.raw() as sock:
                    sock.sendall(request)
                    self.answered += read_response(sock).status == 200
            except (OSError, AssertionError, EOFError):
                pass

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()


@case(seconds=900)
def totals_never_go_back_whatever_dies():
    server = Server(status_listen="127.0.0.1:0", workers=2, restart_delay="10ms",
                    restart_delay_max="10ms", modules={"shop": {"file": "shop.so"}})
    server.build_module("shop.so", MODULE)
    server.start()
    server.wait_log("ready")
    server.expects_deaths = True
    clients, before, looks = Clients(server), {}, 0

    def look(what):
        nonlocal before, looks
        after = totals(metrics(server))
        assert not fallen(before, after), (what, fallen(before, after))
        before, looks = after, looks + 1

    look("at first")
    for number in range(DEATHS):
        pid = wait_for("a worker", server.workers)[0]
        server.signal(signal.SIGKILL, pid)
        look(f"death {number}")
        wait_for("its successor", lambda: len([p for p in server.workers() if p != pid]) == 2)
        if number % (DEATHS // RELOADS) == 0:
            server.reload()
            look(f"reload after death {number}")
        if number == DEATHS // 2:
            server.upgrade()
            wait_for("the pages", lambda: page(server, "/startup").status == 200)
            look("the upgrade")
    clients.end()
    families = metrics(server)
    look("in the end")
    print(f"# {looks} looks at {len(before)} totals; {clients.answered} requests answered", flush=True)
    assert value(families, "cadre_reloads", result="done") >= RELOADS
    assert value(families, "cadre_worker_deaths") >= DEATHS * 0.9  # some were draining already
    assert value(families, "shop_orders") >= clients.answered > 100
    count = value(families, "shop_items", "shop_items_count")
    buckets = {float(l["le"]): v for n, l, v in families["shop_items"]["samples"] if n.endswith("_bucket")}
    assert buckets[1.0] == 0 and buckets[10.0] == buckets[float("inf")] == count, buckets
    assert clients.answered <= count <= value(families, "shop_orders"), (count, clients.answered)
    assert value(families, "shop_items", "shop_items_sum") <= 5 * value(families, "shop_orders")
    count = value(families, "cadre_request_duration_seconds", "cadre_request_duration_seconds_count")
    assert count <= value(families, "cadre_requests"), count


@case
def every_line_is_what_the_parser_takes():
    server = Server(status_listen="127.0.0.1:0", workers=1).start()
    text = page(server, "/metrics").text
    families = parse(text)
    samples = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert sum(len(f["samples"]) for f in families.values()) == len(samples)
    assert all(f["help"] and f["type"] in ("counter", "gauge", "histogram") for f in families.values())


main()
