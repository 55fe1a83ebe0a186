# SPDX-License-Identifier: MIT
"""The servers that are compared: what each needs, how it is configured and started.

Each has one worker, no access log, kept connections for long and without a limit of requests, room
for more than 10,000 connections, and answers GET /plaintext by 200, text/plain, "Hello, World!",
in the cheapest way that it has. In texts and commands @PORT@, @FOLDER@ (of the server's own),
@HERE@ (of this file) and @BUILD@ (the build tree) are filled in.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from processes import Failed, SERVER_CORE, free_port, pinned

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
BODY = b"Hello, World!"
REQUEST = b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_REQUEST = REQUEST[:-2] + b"Connection: close\r\n\r\n"


class Server:
    """How one server is started. `needs` are programs (looked up in PATH) and files; `lacks` names
    workloads that it cannot do."""

    def __init__(self, name, command, files=None, needs=None, env=None, version=None, lacks=()):
        self.name = name
        self.command = command
        self.files = files or {}
        self.needs = needs or command[:1]
        self.env = env or {}
        self.lacks = lacks
        self.version_command = version

    def missing(self):
        """What it needs and is not there; None when all is."""
        for need in self.needs:
            path = fill(need)
            if not (os.path.exists(path) if "/" in path else shutil.which(path)):
                return path
        return None

    def version(self):
        if not self.version_command:
            return ""
        r = subprocess.run(self.version_command, capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+[\d.]*\d", r.stdout + r.stderr)
        return found.group(0) if found else ""

    def start(self, pin=True, env=None):
        return Running(self, pin, env)


def fill(text, port=0, folder=""):
    for name, value in (("PORT", port), ("FOLDER", folder), ("HERE", HERE), ("BUILD", BUILD)):
        text = text.replace(f"@{name}@", str(value))
    return text


class Running:
    """A server that runs, alone on its core, in a folder of its own; close() ends it."""

    def __init__(self, server, pin=True, env=None):
        self.name = server.name
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="cadre-bench-")
        os.chmod(self.folder, 0o755)
        for name, text in server.files.items():
            if callable(text):
                text = text()
            mode = "wb" if isinstance(text, bytes) else "w"
            os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
            with open(os.path.join(self.folder, name), mode) as f:
                f.write(text if mode == "wb" else fill(text, self.port, self.folder))
        command = [fill(word, self.port, self.folder) for word in server.command]
        variables = {k: fill(v, self.port, self.folder)
                     for k, v in {**server.env, **(env or {})}.items()}
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(pinned(SERVER_CORE, command) if pin else command,
                                            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, **variables})
        self.pid = self.process.pid
        try:
            self.connect(60).close()
        except BaseException:
            self.close()
            raise

    def connect(self, seconds=10):
        """A connection; while nothing listens yet, waits."""
        end = time.monotonic() + seconds
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 10)
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    with open(self.log, encoding="utf-8", errors="replace") as f:
                        raise Failed(f"{self.name} does not listen: {f.read()[-2000:]}") from None
                time.sleep(0.05)

    def answer(self, request=REQUEST, body=BODY):
        """The bytes of its answer, which is checked."""
        with self.connect() as s:
            s.sendall(request)
            got = b""
            while not got.endswith(b"\r\n\r\n" + body):
                piece = s.recv(65536)
                got += piece
                if not piece or len(got) > len(body) + 4096:
                    raise Failed(f"{self.name} gives another answer: {got[:4096]!r}")
        if not got.startswith(b"HTTP/1.1 200 ") or b"text/plain" not in got.lower():
            raise Failed(f"{self.name} gives another answer: {got[:4096]!r}")
        return got

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


CADRE_CONF = """workers = 1;
access_log = "off";
worker_connections = 16384;
worker_timeout = "300s";
keepalive_timeout = "300s";
listen: { web: { address = "127.0.0.1:@PORT@"; backlog = 1024; }; };
module: { demo: { file = "demo.so"; mount = "/"; }; };
"""

def nginx_conf(workers, keepalive, location):
    """What nginx needs to run in a folder of its own, without a log."""
    return f"""daemon off;
pid @FOLDER@/pid;
error_log /dev/null crit;
worker_processes {workers};
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    keepalive_timeout {keepalive};
    keepalive_requests 1000000000;
    default_type text/plain;
    client_body_temp_path @FOLDER@/body;
    proxy_temp_path @FOLDER@/proxy;
    fastcgi_temp_path @FOLDER@/fastcgi;
    uwsgi_temp_path @FOLDER@/uwsgi;
    scgi_temp_path @FOLDER@/scgi;
    server {{
        listen 127.0.0.1:@PORT@ backlog=1024;
        {location}
    }}
}}
"""


# Its file handler is quicker than a handler in mruby, the other thing that its program has.
H2O_CONF = """num-threads: 1
max-connections: 16384
http1-request-timeout: 300
listen:
  host: 127.0.0.1
  port: @PORT@
file.etag: OFF
hosts:
  default:
    paths:
      /plaintext:
        file.file: @FOLDER@/plaintext.txt
"""

HAPROXY_CONF = """global
    no strict-limits
    nbthread 1
    maxconn 16384
defaults
    mode http
    timeout client 300s
    timeout http-request 300s
    timeout http-keep-alive 300s
frontend web
    bind 127.0.0.1:@PORT@ backlog 1024
    http-request return status 200 content-type text/plain string "Hello, World!"
"""

LIGHTTPD_CONF = """server.document-root = "@FOLDER@"
server.bind = "127.0.0.1"
server.port = @PORT@
server.listen-backlog = 1024
server.max-fds = 20000
server.max-connections = 10000
server.max-keep-alive-requests = 1000000000
server.max-keep-alive-idle = 300
static-file.etags = "disable"
mimetype.assign = ( "" => "text/plain" )
"""

KORE_CONF = """server web {
    bind 127.0.0.1 @PORT@
    tls no
}
socket_backlog 1024
http_hsts_enable 0
http_keepalive_time 300
load @BUILD@/tests/bench/kore_server.so
workers 1
worker_set_affinity 0
worker_max_connections 16384
worker_rlimit_nofiles 20000
domain * {
    attach web
    route /plaintext plaintext
}
"""

NODE_JS = """'use strict';
const server = require('http').createServer((request, response) => {
    response.writeHead(200, {'content-type': 'text/plain', 'content-length': 13});
    response.end('Hello, World!');
});
server.keepAliveTimeout = 300000;
server.headersTimeout = 300000;
server.listen(@PORT@, '127.0.0.1', 1024);
"""

UVICORN_APP = """from uvicorn.workers import UvicornWorker

START = {"type": "http.response.start", "status": 200,
         "headers": [(b"content-type", b"text/plain"), (b"content-length", b"13")]}
BODY = {"type": "http.response.body", "body": b"Hello, World!"}


class Worker(UvicornWorker):
    CONFIG_KWARGS = {"loop": "auto", "http": "auto", "lifespan": "off", "access_log": False}


async def app(scope, receive, send):
    await send(START)
    await send(BODY)
"""

CADRE = Server(
    "cadre", ["@BUILD@/master/cadre", "-c", "@FOLDER@/hello.conf"], {"hello.conf": CADRE_CONF},
    env={"CADRE_MODULE_PATH": "@BUILD@/modules/.libs", "DEMO_DATABASE": "@FOLDER@/demo.db",
         "CADRE_WORKER": "@BUILD@/worker/cadre-worker"},
    version=[fill("@BUILD@/master/cadre"), "--version"])


def null_server(name, request):
    """What all are measured by: it does nothing but to answer with Cadre's bytes."""
    def cadres_answer():
        with CADRE.start() as running:
            return running.answer(request)
    return Server(name, ["@BUILD@/tests/bench/null_server", "@PORT@", "@FOLDER@/answer"],
                  {"answer": cadres_answer},
                  lacks=("file-100k",))  # an answer is one write


NULL = null_server("null", REQUEST)
# The same with one request a connection.
NULL_CLOSE = null_server("null", LAST_REQUEST)

SERVERS = [
    NULL,
    CADRE,
    Server("nginx", ["nginx", "-p", "@FOLDER@", "-c", "@FOLDER@/nginx.conf"],
           {"nginx.conf": nginx_conf(
               1, 300, 'location = /plaintext { return 200 "Hello, World!"; }')},
           version=["nginx", "-v"]),
    Server("h2o", ["h2o", "-c", "@FOLDER@/h2o.conf"],
           {"h2o.conf": H2O_CONF, "plaintext.txt": BODY}, version=["h2o", "-v"]),
    Server("haproxy", ["haproxy", "-W", "-db", "-f", "@FOLDER@/haproxy.conf"],
           {"haproxy.conf": HAPROXY_CONF}, version=["haproxy", "-v"]),
    Server("lighttpd", ["lighttpd", "-D", "-f", "@FOLDER@/lighttpd.conf"],
           {"lighttpd.conf": LIGHTTPD_CONF, "plaintext": BODY}, version=["lighttpd", "-v"]),
    Server("kore", ["kore", "-fnrc", "@FOLDER@/kore.conf"], {"kore.conf": KORE_CONF},
           needs=["kore", "@BUILD@/tests/bench/kore_server.so"], version=["kore", "-v"],
           lacks=("pipelined",)),  # it answers the first of them and no other
    Server("microhttpd", ["@BUILD@/tests/bench/microhttpd_server", "@PORT@"],
           version=["pkg-config", "--modversion", "libmicrohttpd"]),
    Server("node", ["node", "@FOLDER@/server.js"], {"server.js": NODE_JS},
           version=["node", "--version"]),
    Server("uvicorn", ["gunicorn", "-w", "1", "-k", "app.Worker", "-b", "127.0.0.1:@PORT@",
                       "--backlog", "1024", "--keep-alive", "300", "app:app"],
           {"app.py": UVICORN_APP}, needs=["gunicorn", "uvicorn"], version=["uvicorn", "--version"],
           env={"PYTHONDONTWRITEBYTECODE": "1"}),
]
