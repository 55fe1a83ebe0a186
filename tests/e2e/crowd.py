# SPDX-License-Identifier: MIT
"""More clients than Python can be: starts crowd.c, whose head tells its commands.

    probe(server)                        # how long others wait for an answer
    with Slow(server, heads=100) as slow:
        slow.wait_connected()
        ...
        slow.wait_ended()                # {"heads": {"408": 100, ...}, ...}
"""
import json
import os
import re
import subprocess

from cadretest import BUILD, Skip, deadline

__all__ = ["Slow", "ask_many", "memory_kb", "peak_anew", "probe", "refuse_many", "sockets_of"]

CROWD = os.path.join(BUILD, "tests", "e2e", "crowd")


def _start(server, command, *args):
    if not os.path.exists(CROWD):
        raise Skip(f"not built: make {os.path.relpath(CROWD, BUILD)}")
    return subprocess.Popen([CROWD, str(server.address()[1]), command, *map(str, args)],
                            stdout=subprocess.PIPE, text=True)


def _run(server, command, *args, seconds):
    with _start(server, command, *args) as process:
        try:
            said, _ = process.communicate(timeout=deadline(seconds))
        finally:
            process.kill()
    assert process.returncode == 0, f"crowd {command}: exit code {process.returncode}"
    return json.loads(said.splitlines()[-1])


def probe(server, connections=32, rate=1000, seconds=3, path="/version"):
    """Asks at that rate; returns the times that answers took: {"p50_us": ..., "p99_us": ...}"""
    return _run(server, "probe", connections, rate, seconds, path, seconds=seconds + 60)


def ask_many(server, connections, total, depth=1, path="/version", seconds=300):
    """TOTAL requests, as fast as they are answered; any error fails."""
    return _run(server, "ask", connections, total, depth, path, seconds=seconds)


def refuse_many(server, how, rate, total, seconds=300):
    """TOTAL connections that come to nothing, at that rate or as near as can be."""
    return _run(server, "refuse", how, rate, total, seconds=seconds)


class Slow:
    """Clients that send, or read, a byte a second, until the server has ended them all; they give
    up themselves after so many SECONDS."""

    def __init__(self, server, heads=0, bodies=0, readers=0, seconds=60):
        self._process = _start(server, "slow", heads, bodies, readers, int(deadline(seconds)))
        self.total = heads + bodies + readers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def _line(self):
        line = self._process.stdout.readline()
        assert line, "the crowd has ended"
        return json.loads(line)

    def wait_connected(self):
        """Returns once each of them has sent the begin of its request."""
        said = self._line()
        assert said == {"connected": self.total}, said

    def wait_ended(self):
        """What came of each kind: how many had which end, and how long they lived."""
        return self._line()


def memory_kb(pid, name="VmRSS"):
    """A line of /proc/PID/status: VmRSS, VmHWM (its peak) ..."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"{name}:\s+(\d+) kB", status.read()).group(1))


def peak_anew(pid):
    """VmHWM begins anew."""
    with open(f"/proc/{pid}/clear_refs", "w") as refs:
        refs.write("5")


def sockets_of(pid):
    """How many sockets the process has open."""
    count = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")
        except FileNotFoundError:
            pass
    return count
