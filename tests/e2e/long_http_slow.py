#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Five thousand clients that send a byte a second and five thousand that read one.

Others must not feel them: their p99 stays within twice what it was before. The limits, as they are
by default, end them all, and what they needed serves the next ones.
"""
import statistics

from cadretest import *
from crowd import *

SENDERS = READERS = int(os.environ.get("CADRE_CROWD", "5000"))
WINDOWS = 5
NOISE_US = 3000  # of a machine that others use too


def p99(server, when):
    """The median of some windows: a single one is at the mercy of the machine."""
    windows = [probe(server, seconds=3) for _ in range(WINDOWS)]
    found = statistics.median(w["p99_us"] for w in windows)
    print(f"# {when}: p50 {statistics.median(w['p50_us'] for w in windows):.0f} us, "
          f"p99 {found:.0f} us ({' '.join(str(int(w['p99_us'])) for w in windows)})", flush=True)
    return found


def check_all_ended(came):
    for kind, end, limit in (("heads", "408", 10), ("bodies", "408", 30), ("readers", "cut", 30)):
        expected = READERS if kind == "readers" else SENDERS // 2
        assert came[kind][end] == expected, came
        print(f"# {kind}: ended after {came[kind]['first_s']:.1f} to {came[kind]['last_s']:.1f} s, "
              f"the limit is {limit} s", flush=True)
        assert came[kind]["first_s"] > limit - 1, came


@case(seconds=600)
def others_wait_at_most_twice_as_long():
    server = Server(workers=1, worker_connections=20000).start()
    pid, = server.workers()
    idle, before_kb = sockets_of(pid), memory_kb(pid)
    probe(server, seconds=1)
    before = p99(server, "alone")
    peaks = []
    for _ in range(3):
        peak_anew(pid)
        with Slow(server, SENDERS // 2, SENDERS // 2, READERS, seconds=120) as slow:
            slow.wait_connected()
            beside = p99(server, "beside the crowd")
            check_all_ended(slow.wait_ended())
        peaks.append(memory_kb(pid, "VmHWM"))
        wait_for("the end of all connections", lambda: sockets_of(pid) == idle)
        print(f"# {before_kb} KiB before, {peaks[-1]} at the peak", flush=True)
        assert beside <= 2 * before + NOISE_US, (before, beside)
    if not sanitized():
        assert peaks[0] - before_kb < (SENDERS + READERS) * 96, peaks
        assert peaks[2] < peaks[1] * 1.1, peaks  # the second time the heap is laid out anew
    assert server.workers() == [pid]


main()
