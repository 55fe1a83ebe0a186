#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a keep-alive hello costs: make bench-hello, or hello.py [ROUNDS [SECONDS]] in a build tree.

The server (one worker) and the null server (null_server.c) have one core, wrk has another; rounds
are interleaved, and what is printed are medians of the ratios of each round, with their spread.
Then instructions in user space by callgrind and system calls by strace -c. CADRE_BENCH_ONLY=counts
leaves the rounds out, which want a quiet machine.
"""
import glob
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
REQUESTS = 20000
CONNECTIONS = 64
TICK = os.sysconf("SC_CLK_TCK")
PIPELINE = ('init = function(args) local r = {} for i = 1, 16 do r[i] = wrk.format() end '
            'request_ = table.concat(r) end\nrequest = function() return request_ end\n')


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def children(pid):
    found = [pid]
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        with open(path) as f:
            for child in f.read().split():
                found += children(int(child))
    return found


def cpu(pid):
    """User and all processor time of the tree, in seconds."""
    user = both = 0
    for p in children(pid):
        with open("/proc/%d/stat" % p) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        user += int(fields[11])
        both += int(fields[11]) + int(fields[12])
    return user / TICK, both / TICK


def wait_for(port):
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            time.sleep(0.05)
    sys.exit("nothing listens on port %d" % port)


def start(folder, worker=None, pin=True):
    """Cadre with one worker; returns its process and port."""
    port = free_port()
    conf = os.path.join(folder, "hello.conf")
    with open(conf, "w") as f:
        f.write('workers = 1;\nworker_timeout = "300s";\n'
                'listen: { web: { address = "127.0.0.1:%d"; }; };\n'
                'module: { demo: { file = "demo.so"; mount = "/"; }; };\n' % port)
    env = dict(os.environ, CADRE_MODULE_PATH=os.path.join(BUILD, "modules/.libs"),
               CADRE_WORKER=os.path.abspath(worker or os.path.join(BUILD, "worker/cadre-worker")))
    command = [os.path.join(BUILD, "master/cadre"), "-c", conf]
    if pin:
        command = ["taskset", "-c", "0"] + command
    log = open(os.path.join(folder, "log"), "w")
    process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    wait_for(port).close()
    return process, port


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


def answer_of(port):
    with wait_for(port) as s:
        s.sendall(b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return s.recv(4096)


def wrk(port, script):
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c%d" % CONNECTIONS, "-d%ds" % SECONDS]
    if script:
        command += ["-s", script]
    out = subprocess.run(command + ["http://127.0.0.1:%d/plaintext" % port], check=True,
                         capture_output=True, text=True).stdout
    return int(re.search(r"(\d+) requests in", out).group(1))


def one_round(process, port, script):
    """Microseconds of processor a request, user and all, and requests a second."""
    user, both = cpu(process.pid)
    requests = wrk(port, script)
    user_after, both_after = cpu(process.pid)
    return ((user_after - user) * 1e6 / requests, (both_after - both) * 1e6 / requests,
            requests / SECONDS)


def rounds(what, servers, script):
    seen = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, (process, port) in servers.items():
            seen[name].append(one_round(process, port, script))
    for name, each in seen.items():
        print("%-10s %-5s %6.2f us a request, user part %5.2f, %8.0f requests/s" % (
            (what, name) + tuple(statistics.median(column) for column in (
                [e[1] for e in each], [e[0] for e in each], [e[2] for e in each]))))
    ratios = [c[1] / n[1] for c, n in zip(seen["cadre"], seen["null"])]
    print("%-10s cadre is %.3f x null, from %.3f to %.3f in %d rounds" % (
        what, statistics.median(ratios), min(ratios), max(ratios), len(ratios)))


def compare(folder):
    cadre = start(folder)
    answer = os.path.join(folder, "answer")
    with open(answer, "wb") as f:
        f.write(answer_of(cadre[1]))
    port = free_port()
    null = subprocess.Popen(["taskset", "-c", "0", os.path.join(BUILD, "tests/bench/null_server"),
                             str(port), answer])
    wait_for(port).close()
    script = os.path.join(folder, "pipeline.lua")
    with open(script, "w") as f:
        f.write(PIPELINE)
    servers = {"null": (null, port), "cadre": cadre}
    rounds("keep-alive", servers, None)
    rounds("16 at once", servers, script)
    stop(null)
    stop(cadre[0])


def load(port):
    subprocess.run(["h2load", "--h1", "-t1", "-n", str(REQUESTS), "-c", str(CONNECTIONS),
                    "http://127.0.0.1:%d/plaintext" % port], check=True, capture_output=True)


def count_instructions(folder):
    out = os.path.join(BUILD, "tests/bench/callgrind.out")
    for old in glob.glob(out + ".*"):
        os.unlink(old)
    process, port = start(folder, os.path.join(BUILD, "tests/bench/callgrind_worker"), pin=False)
    load(port)
    pids = [str(p) for p in children(process.pid)[1:]]
    for option in ("-z", "-d"):
        if option == "-d":
            load(port)
        for pid in pids:
            subprocess.run(["callgrind_control", option, pid], capture_output=True)
    totals = [0]
    for path in glob.glob(out + ".*.1"):
        with open(path, errors="replace") as f:
            totals += [int(n) for n in re.findall(r"^totals: (\d+)", f.read(), re.M)]
    stop(process)
    print("instructions %6.0f a request in user space" % (max(totals) / REQUESTS))


def count_calls(folder):
    process, port = start(folder)
    load(port)
    out = os.path.join(folder, "strace")
    tracers = [subprocess.Popen(["strace", "-f", "-c", "-o", "%s.%d" % (out, pid), "-p", str(pid)],
                                stderr=subprocess.DEVNULL) for pid in children(process.pid)[1:]]
    time.sleep(1)
    load(port)
    totals = [0]
    for tracer in tracers:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
    for path in glob.glob(out + ".*"):
        with open(path) as f:
            totals += [int(n) for n in re.findall(r"(\d+)\s+(?:\d+ )?total$", f.read(), re.M)]
    stop(process)
    print("system calls %6.2f a request at %d connections" % (max(totals) / REQUESTS, CONNECTIONS))


def main():
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("wrk") and os.environ.get("CADRE_BENCH_ONLY") != "counts":
            compare(folder)
        if shutil.which("h2load") and shutil.which("valgrind"):
            count_instructions(folder)
        if shutil.which("h2load") and shutil.which("strace"):
            count_calls(folder)


main()
