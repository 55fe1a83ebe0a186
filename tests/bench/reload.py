#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a reload loses, and how long a stop takes: make bench-reload, or reload.py [RELOADS
[SECONDS [CONNECTIONS]]] in a build tree.

RELOADS (20) reloads in SECONDS (20) under 64 kept connections and 64 clients with one request a
connection (tests/e2e/reload_client.py says what is counted), then a stop with CONNECTIONS (1000)
idle kept ones. nginx and gunicorn, where they are installed, get the same, so that the client is
known to see losses. Fails where Cadre loses a request or closes a kept connection, or where its
median stop of five takes 100 ms or more.
"""
import contextlib
import functools
import os
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
# pylint: disable=wrong-import-position
import cadretest
from reload_client import Client
from servers import Running, Server, nginx_conf

RELOADS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 20
IDLE = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
STOPS = 5
STOP_MS = 100


class Cadre:
    """Cadre with the probe module of its tests."""
    name = "cadre"

    def __init__(self):
        self.server = cadretest.Server(workers=2, keepalive_timeout="60s", worker_connections=4096)
        self.server.start()
        self.address, self.path = self.server.address(), "/version"
        self.process = self.server.process

    def reload(self):
        self.server.signal(signal.SIGHUP)

    def close(self):
        self.server.close()
        self.server.remove()


class Peer(Running):
    """Another server, whose reload is SIGHUP."""
    path = "/"

    def __init__(self, server):
        super().__init__(server, pin=False)
        self.address = ("127.0.0.1", self.port)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)


NGINX = Server("nginx", ["nginx", "-p", "@FOLDER@", "-c", "@FOLDER@/nginx.conf"],
               {"nginx.conf": nginx_conf(2, 60, 'location / { return 200 "1"; }')})
GUNICORN_CONF = """bind = "127.0.0.1:@PORT@"
workers = 2
worker_class = "gthread"
threads = 64
worker_connections = 4096
keepalive = 60
"""
GUNICORN_APP = """def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1")])
    return [b"1"]
"""


GUNICORN = Server("gunicorn", ["gunicorn", "-c", "conf.py", "app:app"],
                  {"conf.py": GUNICORN_CONF, "app.py": GUNICORN_APP})


def measure_reloads(server):
    with Client(server.address, server.path) as client:
        began = time.monotonic()
        for i in range(1, RELOADS + 1):
            time.sleep(max(0.0, began + (i - 0.5) * SECONDS / RELOADS - time.monotonic()))
            server.reload()
        time.sleep(max(0.0, began + SECONDS - time.monotonic()))
    print(f"\n{server.name}: {RELOADS} reloads in {SECONDS:g} s")
    print(client.table(), flush=True)
    return client


def measure_stop(make):
    """Milliseconds from SIGTERM to the end of the process, with idle kept connections."""
    server = make()
    request = f"GET {server.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            sock = stack.enter_context(socket.create_connection(server.address, 20))
            sock.sendall(request)
            assert sock.recv(4096).startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        try:
            server.process.wait(60)
            took = (time.monotonic() - began) * 1000
        except subprocess.TimeoutExpired:
            took = float("inf")
    server.close()
    return took


def main():
    wrong = []
    makers = [("cadre", Cadre)]
    for peer in (NGINX, GUNICORN):
        if peer.missing():
            print(f"{peer.name} is not installed: left out")
        else:
            makers.append((peer.name, functools.partial(Peer, peer)))
    for name, make in makers:
        server = make()
        try:
            client = measure_reloads(server)
        finally:
            server.close()
        if name == "cadre" and (client.lost or client.closed):
            wrong.append(f"{client.lost} requests lost, {client.closed} kept connections closed")
    print(f"\nstop with {IDLE} idle kept connections, ms")
    for name, make in makers:
        times = sorted(measure_stop(make) for _ in range(STOPS if name == "cadre" else 1))
        median = statistics.median(times)
        print(f"{name:>11} {median:9.1f}  ({times[0]:.1f} to {times[-1]:.1f})", flush=True)
        if name == "cadre" and median >= STOP_MS:
            wrong.append(f"a stop takes {median:.0f} ms, at most {STOP_MS} are allowed")
    for text in wrong:
        print(f"FAIL: {text}")
    sys.exit(1 if wrong else 0)


main()
