#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What middleware costs: make bench-layers in a build tree.

A plaintext hello by itself; behind one and behind ten layers that do nothing, 16 requests in one
write so that little else is seen; and behind CORS, request ids and compression, by conf, of which
the request asks for nothing, as most do; and with an Origin and an Accept-Encoding. All are mounts
of one worker, asked by turns in each round; printed are medians of processor time per request and
of the rounds' ratios. Fails where a layer that does nothing costs 100 ns or more, or the three cost
more than 1.15 times the bare hello.
"""
import argparse
import statistics
import sys

import workloads
from processes import Failed
from servers import Server

LAYER_NS_MAX = 100
THREE_MAX = 1.15

CONF = """workers = 1;
worker_connections = 16384;
keepalive_requests = 0;
runtime_dir = "off";
listen: { web: { address = "127.0.0.1:@PORT@"; }; };
module: {
    bare: { file = "layers_0.so"; mount = "/m0"; };
    one: { file = "layers_1.so"; mount = "/m1"; };
    ten: { file = "layers_10.so"; mount = "/m2"; };
    three: { file = "layers_0.so"; mount = "/m3"; middleware: {
        cors: { allow_origins = ["https://app.example.org"]; };
        request_ids: {};
        compress: {};
    }; };
};
"""

CADRE = Server("cadre", ["@BUILD@/master/cadre", "-c", "@FOLDER@/cadre.conf"],
               {"cadre.conf": CONF}, env={"CADRE_MODULE_PATH": "@BUILD@/tests/bench",
                                          "CADRE_WORKER": "@BUILD@/worker/cadre-worker"})
BROWSERS = {"Origin": "https://app.example.org", "Accept-Encoding": "gzip, deflate, br"}


class Load(workloads.Wrk):
    """One mount, by wrk."""

    def __init__(self, name, mount, headers=None, script=None):
        super().__init__(name, name, headers=headers, script=script)
        self.path = f"/{mount}/hello"


BARE = Load("bare", "m0")
BARE_ASKED = Load("bare, asked", "m0", BROWSERS)
BARE_PIPED = Load("bare, piped", "m0", script=workloads.PIPELINE)
LOADS = [BARE_PIPED, Load("1 layer", "m1", script=workloads.PIPELINE),
         Load("10 layers", "m2", script=workloads.PIPELINE), BARE, Load("three", "m3"), BARE_ASKED,
         Load("three, asked", "m3", BROWSERS)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=1)
    options = parser.parse_args()
    found = {load: [] for load in LOADS}
    with CADRE.start() as running:
        for load in LOADS:  # warm
            workloads.measure(running, load, 1)
        for _ in range(options.rounds):
            for load in LOADS:
                found[load].append(1e3 * workloads.measure(running, load, options.seconds))
    for load in LOADS:
        bare = BARE_ASKED if load.headers else BARE_PIPED if load.script else BARE
        ratios = [t / b for t, b in zip(found[load], found[bare])]
        print(f"{load.name:13} {statistics.median(found[load]):7.0f} ns   "
              f"{statistics.median(ratios):6.3f} x {bare.name} "
              f"({min(ratios):.3f}..{max(ratios):.3f})")
    by_name = {load.name: times for load, times in found.items()}
    layer = statistics.median((t - b) / 9 for t, b in zip(by_name["10 layers"], by_name["1 layer"]))
    three = statistics.median(t / b for t, b in zip(by_name["three"], by_name["bare"]))
    print(f"a layer that does nothing: {layer:.0f} ns, of at most {LAYER_NS_MAX}")
    print(f"CORS, request ids and compression: {three:.3f} x bare, of at most {THREE_MAX}")
    return 0 if layer < LAYER_NS_MAX and three <= THREE_MAX else 1


try:
    sys.exit(main())
except Failed as failure:
    sys.exit(str(failure))
