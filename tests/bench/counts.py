# SPDX-License-Identifier: MIT
"""What does not depend on the machine's mood: system calls, and Cadre's instructions."""
import glob
import os
import re
import signal
import subprocess
import tempfile
import time

from processes import Failed, are_traced, tree
from file_servers import CADRE_FILES
from servers import BUILD, CADRE

CALLGRIND_OUT = os.path.join(BUILD, "tests/bench/callgrind.out")


def system_calls(running, workload, seconds):
    """System calls per request, of all the server's processes."""
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as out:
        pids = tree(running.pid)
        command = ["strace", "-f", "-c", "-o", out.name]
        for pid in pids:
            command += ["-p", str(pid)]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not are_traced(pids):
            if time.monotonic() > end or tracer.poll() is not None:
                raise Failed("strace does not come to trace")
            time.sleep(0.05)
        requests = workload.run(running.port, seconds)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        total = re.search(r"(\d+)\s+(?:\d+ )?total$", out.read(), re.M)
    if not total:
        raise Failed("strace gives no sum")
    return int(total.group(1)) / requests


def callgrind_cadre(workload, seconds, options=""):
    """Runs the workload against Cadre's worker under callgrind: the number of its requests, the
    file of what the worker did for them, and the instructions in user space in all."""
    for old in glob.glob(CALLGRIND_OUT + ".*"):
        os.unlink(old)
    env = {"CADRE_WORKER": "@BUILD@/tests/bench/callgrind_worker", "VALGRIND_OPTS": options}
    with (CADRE_FILES if workload.file else CADRE).start(pin=False, env=env) as running:
        workload.run(running.port, 1)
        workers = [str(pid) for pid in tree(running.pid)[1:]]
        control("-z", workers)
        requests = workload.run(running.port, seconds)
        control("-d", workers)
    most, best = 0, None
    for path in glob.glob(CALLGRIND_OUT + ".*.1"):
        with open(path, encoding="utf-8", errors="replace") as f:
            total = sum(int(n) for n in re.findall(r"^totals: (\d+)", f.read(), re.M))
        if total > most:
            most, best = total, path
    if not best:
        raise Failed("callgrind has counted nothing")
    return requests, best, most


def cadre_instructions(workload, seconds):
    """Instructions in user space per request."""
    requests, _, total = callgrind_cadre(workload, seconds)
    return total / requests


def control(option, pids):
    for pid in pids:
        subprocess.run(["callgrind_control", option, pid], capture_output=True, check=False)
