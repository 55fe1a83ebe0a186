#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cadre's instructions in user space per request, by function: make bench-functions, or functions.py
[WORKLOAD [ROWS]] in a build tree.

callgrind_annotate loses its way where coroutines are switched, so this goes by the address of each
instruction. A build tree configured with --disable-lto shows functions that are inlined else.
"""
import bisect
import collections
import os
import re
import subprocess
import sys

import counts
import workloads


def by_address(path):
    """Instructions at (object, address) of a file of callgrind's, made with --dump-instr=yes."""
    cost = collections.Counter()
    objects = {}
    current, is_call = None, False
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            named = re.match(r"(c?)ob=\((\d+)\)(?: (.*))?", line)
            if named:
                called, number, name = named.groups()
                if name:
                    objects[number] = name.strip()
                if not called:
                    current = objects[number]
            elif line.startswith("calls="):
                is_call = True
            elif line.startswith("0x"):
                if not is_call:
                    fields = line.split()
                    cost[current, int(fields[0], 16)] += int(fields[-1])
                is_call = False
    return cost


def symbols(path):
    """Sorted (address, name) of its functions."""
    found = set()
    for option in ([], ["-D"]):
        out = subprocess.run(["nm", "-n", *option, path], capture_output=True, text=True,
                             check=False).stdout
        for line in out.splitlines():
            fields = line.split(None, 2)
            if len(fields) == 3 and fields[1] in "tTwWi":
                found.add((int(fields[0], 16), fields[2]))
    return sorted(found)


def by_function(cost):
    tables = {}
    total = collections.Counter()
    for (path, address), n in cost.items():
        if path not in tables:
            tables[path] = symbols(path) if path and os.path.exists(path) else []
        i = bisect.bisect(tables[path], (address, "\x7f")) - 1
        name = tables[path][i][1] if i >= 0 else "?"
        total[os.path.basename(path or "?"), name] += n
    return total


def main():
    table = {w.name: w for w in workloads.WORKLOADS}
    name = sys.argv[1] if len(sys.argv) > 1 else "keep-alive"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    if name not in table:
        sys.exit(f'there is no workload "{name}": there are {", ".join(table)}')
    requests, path, total = counts.callgrind_cadre(table[name], 4,
                                                   "--dump-instr=yes --compress-pos=no")
    print(f"{total / requests:8.1f}  in all")
    for (program, function), n in by_function(by_address(path)).most_common(rows):
        print(f"{n / requests:8.1f}  {function}  [{program}]")


main()
