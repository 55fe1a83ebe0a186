#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the typed API costs: make bench-typed in a build tree.

A GET with parameters of path and query, checked, converted and answered as JSON; and a JSON body of
500 bytes read into a struct of ten fields, checked, and written as JSON again; beside the plaintext
hello of the same server, and beside kore's own way of the same, where it is installed. All in one
run: rounds by turns, processor time of the whole tree per request, medians of the rounds' ratios.
"""
import argparse
import json
import statistics
import sys

import workloads
from processes import Failed, cpu_seconds
from servers import CADRE_CONF, KORE_CONF, Server

ORDER = json.dumps({
    "id": 7, "name": "Ann Example", "street": "1 Long Street", "city": "Exampletown",
    "country": "DE", "email": "ann@example.com", "quantity": 3, "price": 19.95, "express": True,
    "note": "x" * 310}, separators=(",", ":"))

POST = f"""wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = [==[{ORDER}]==]
"""

CADRE = Server("cadre", ["@BUILD@/master/cadre", "-c", "@FOLDER@/cadre.conf"],
               {"cadre.conf": CADRE_CONF.replace("demo.so", "typed_module.so")},
               env={"CADRE_MODULE_PATH": "@BUILD@/tests/bench",
                    "CADRE_WORKER": "@BUILD@/worker/cadre-worker"})
KORE = Server("kore", ["kore", "-fnrc", "@FOLDER@/kore.conf"], {"kore.conf": KORE_CONF.replace(
    "domain * {", """http_body_max 65536
validator v_limit regex ^[0-9]{1,3}$
validator v_text regex ^.{0,50}$
domain * {""").replace("    route /plaintext plaintext\n", """    route /plaintext plaintext
    route ^/items/[0-9]+$ read_item
    params qs:get ^/items/[0-9]+$ {
        validate limit v_limit
        validate q v_text
    }
    route /orders echo_order
""")}, needs=["kore", "@BUILD@/tests/bench/kore_server.so"])


class Load(workloads.Wrk):
    """One of the three, by wrk."""

    def __init__(self, name, path, script=None):
        super().__init__(name, name, script=script)
        self.path = path


LOADS = [Load("hello", "/plaintext"), Load("get", "/items/42?limit=10&q=abc"),
         Load("post", "/orders", POST)]


def measure(running, load, seconds):
    """Processor time per request in µs."""
    before = cpu_seconds(running.pid)[1]
    requests = load.run(running.port, seconds)
    return (cpu_seconds(running.pid)[1] - before) / requests * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    servers = [server for server in (CADRE, KORE) if not server.missing()]
    found = {(s.name, load.name): [] for s in servers for load in LOADS}
    for _ in range(options.rounds):
        for server in servers:
            with server.start() as running:
                for load in LOADS:
                    found[server.name, load.name].append(measure(running, load, options.seconds))
    for (server, load), times in found.items():
        ratios = [t / h for t, h in zip(times, found["cadre", "hello"])]
        print(f"{server:6} {load:6} {statistics.median(times):7.2f} µs   "
              f"{statistics.median(ratios):5.2f} x Cadre's hello "
              f"({min(ratios):.2f}..{max(ratios):.2f})")
    if len(servers) == 2:
        for load in ("get", "post"):
            ratios = [c / k for c, k in zip(found["cadre", load], found["kore", load])]
            print(f"{load}: Cadre is {statistics.median(ratios):.2f} x kore")


try:
    main()
except Failed as failure:
    sys.exit(str(failure))
