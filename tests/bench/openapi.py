#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What /openapi.json costs: make bench-openapi in a build tree.

The document of a module with 500 routes beside a file of the same bytes, served by the bundled module
for files of the same worker, asked by turns; printed are medians of processor time per request and of
the rounds' ratios, and how long the first answer took, for which the document is made. Fails where the
document costs more than 1.1 times the file.
"""
import argparse
import http.client
import os
import statistics
import sys
import time

import workloads
from processes import Failed
from servers import Server

RATIO_MAX = 1.1

CONF = """workers = 1;
worker_connections = 16384;
keepalive_requests = 0;
runtime_dir = "off";
listen: { web: { address = "127.0.0.1:@PORT@"; }; };
module: {
    things: { file = "openapi_module.so"; mount = "/"; };
    files: { file = "static.so"; mount = "/files"; settings: { directory = "@FOLDER@/files"; }; };
};
"""

CADRE = Server("cadre", ["@BUILD@/master/cadre", "-c", "@FOLDER@/cadre.conf"],
               {"cadre.conf": CONF, "files/ready": "", "files/openapi.json": ""},
               env={"CADRE_MODULE_PATH": "@BUILD@/tests/bench:@BUILD@/modules/.libs",
                    "CADRE_WORKER": "@BUILD@/worker/cadre-worker"})


class Load(workloads.Wrk):
    """One of the two, by wrk."""

    def __init__(self, name, path):
        super().__init__(name, name)
        self.path = path


DOCUMENT, FILE = Load("document", "/openapi.json"), Load("file", "/files/openapi.json")


def get(running, path):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise Failed(f"{path} is {answer.status}")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    found = {load: [] for load in (DOCUMENT, FILE)}
    with CADRE.start() as running:
        get(running, "/files/ready")
        begin = time.monotonic()
        text = get(running, "/openapi.json")
        print(f"the first answer, {len(text)} bytes: {(time.monotonic() - begin) * 1e3:.1f} ms")
        path = os.path.join(running.folder, "files", "openapi.json")
        with open(path + ".new", "wb") as file:
            file.write(text)
        os.replace(path + ".new", path)
        time.sleep(1.5)  # the server looks at files again after a second
        if get(running, "/files/openapi.json") != text:
            raise Failed("the file is not the document")
        for _ in range(options.rounds):
            for load, times in found.items():
                times.append(workloads.measure(running, load, options.seconds))
    for load, times in found.items():
        print(f"{load.name:9} {statistics.median(times):7.2f} µs")
    ratio = statistics.median(d / f for d, f in zip(*found.values()))
    print(f"the document costs {ratio:.2f} x the file (at most {RATIO_MAX})")
    return ratio <= RATIO_MAX


try:
    sys.exit(0 if main() else 1)
except Failed as failure:
    sys.exit(str(failure))
