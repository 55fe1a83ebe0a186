# SPDX-License-Identifier: MIT
"""What the clients do: wrk and h2load with 64 connections, and connections that only stay open."""
import os
import re
import resource
import select
import shutil
import socket
import struct
import subprocess
import tempfile

from processes import CLIENT_CORE, Failed, cpu_seconds, pinned
from servers import BODY, REQUEST

CONNECTIONS = 64

# 16 requests in one write; wrk counts answers.
PIPELINE = """local all
init = function(args)
    local one = {}
    for i = 1, 16 do one[i] = wrk.format() end
    all = table.concat(one)
end
request = function() return all end
"""

# What a browser sends: 12 headers, 700 bytes with the line.
BROWSER_BYTES = 700
BROWSER = {
    "Host": "www.example.com",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
              "image/png,image/svg+xml,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Connection": "keep-alive",
    "Referer": "https://www.example.com/articles/",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Cookie": "session=",
}


def browser_headers():
    head = "GET /plaintext HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in BROWSER.items())
    cookie = BROWSER["Cookie"] + "0123456789abcdef" * 40
    room = BROWSER_BYTES - len(head) - 2 + len(BROWSER["Cookie"])
    return {**BROWSER, "Cookie": cookie[:room]}


def measure(running, load, seconds):
    """Processor time of all of the server's processes per request of `load`, in µs."""
    before = cpu_seconds(running.pid)[1]
    requests = load.run(running.port, seconds)
    return (cpu_seconds(running.pid)[1] - before) / requests * 1e6


class Wrk:
    """One workload by wrk: run(port, seconds) returns how many requests were answered. With a
    `file` it is for those of file_servers.py."""

    program = "wrk"

    def __init__(self, name, text, headers=None, script=None, file=None):
        self.name = name
        self.text = text
        self.file = file
        self.path = f"/files/{file}" if file else "/plaintext"
        self.headers = headers or {}
        self.script = script

    def run(self, port, seconds):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
        for name, value in self.headers.items():
            command += ["-H", f"{name}: {value}"]
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as f:
            if self.script:
                f.write(self.script)
                f.flush()
                command += ["-s", f.name]
            out = run(command + [f"http://127.0.0.1:{port}{self.path}"])
        bad = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", out)
        if bad:
            raise Failed(f"wrk says: {bad.group(0)}")
        return int(re.search(r"(\d+) requests in", out).group(1))


class H2load:
    """Kept connections, by another client: nghttp2's."""

    program = "h2load"
    file = None

    def __init__(self, name, text):
        self.name = name
        self.text = text

    def run(self, port, seconds):
        out = run(["h2load", "--h1", "-t1", f"-c{CONNECTIONS}", "-D", str(seconds),
                   f"http://127.0.0.1:{port}/plaintext"])
        requests = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", out)
        if any(int(n) for n in requests.groups()[1:]):
            raise Failed(f"h2load says: {requests.group(0)}")
        return int(requests.group(1))


def run(command):
    r = subprocess.run(pinned(CLIENT_CORE, command), capture_output=True, text=True, check=False)
    if r.returncode != 0:
        raise Failed(f"{command[0]}: {r.stdout}{r.stderr}")
    return r.stdout


WORKLOADS = [
    Wrk("keep-alive", f"kept, {CONNECTIONS} connections"),
    Wrk("pipelined", "16 requests in one write", script=PIPELINE),
    Wrk("close", "one request a connection", headers={"Connection": "close"}),
    Wrk("browser", f"a browser's request, {len(BROWSER)} headers, {BROWSER_BYTES} bytes",
        headers=browser_headers()),
    H2load("h2load", f"kept, {CONNECTIONS} connections, by h2load"),
    Wrk("file-1k", "a file of 1 KiB", file="1k.txt"),
    Wrk("file-100k", "a file of 100 KiB", file="100k.txt"),
    Wrk("file-1k-browser", "a file of 1 KiB, asked for as a browser does", file="1k.txt",
        headers=browser_headers()),
]


def missing_client(workload):
    return None if shutil.which(workload.program) else workload.program


class IdleConnections:
    """Connections that had one answer each and are kept. They end by RST: no port waits after."""

    def __init__(self, running, n):
        self.sockets = []
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard != resource.RLIM_INFINITY and hard < n + 100:
            raise Failed(f"{n} connections want a limit of {n + 100} descriptors; it is {hard}")
        try:
            for _ in range(n):
                self.sockets.append(self.open(running))
        except BaseException:
            self.close()
            raise

    @staticmethod
    def open(running):
        s = running.connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.sendall(REQUEST)
        got = b""
        while not got.endswith(BODY):
            piece = s.recv(4096)
            if not piece:
                raise Failed(f"{running.name} closes kept connections: {got!r}")
            got += piece
        return s

    def still_open(self):
        poll = select.poll()
        for s in self.sockets:
            poll.register(s, select.POLLIN)
        return len(self.sockets) - len(poll.poll(0))

    def close(self):
        for s in self.sockets:
            s.close()
        self.sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def descriptors_for(n):
    """As many idle connections as this process may have, at most n."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return n if hard == resource.RLIM_INFINITY else min(n, hard - 100)


def have_tracer(program):
    return shutil.which(program) is not None and os.access("/proc/self/stat", os.R_OK)
