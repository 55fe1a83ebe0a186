# SPDX-License-Identifier: MIT
"""The servers that are compared by files: as in servers.py, but each serves a folder at /files/.

Each says entity tag, Last-Modified and type. nginx has what Debian's conf gives it (sendfile,
tcp_nopush); nginx+cache besides keeps files open, looked at again after a second, as Cadre does.
"""
from servers import CADRE, CADRE_CONF, LIGHTTPD_CONF, NULL, SERVERS, Server, nginx_conf

KIB = 1024
# Name of the file: its size.
FILES = {"1k.txt": 1 * KIB, "100k.txt": 100 * KIB}


def content(name):
    line = b"All files are alike, but for their lengths and their names.\n"
    return (line * (FILES[name] // len(line) + 1))[:FILES[name]]


def request(name):
    return f"GET /files/{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class FileServer(Server):
    """A server with the files in its folder; what it needs is what that of its `base` needs."""

    def __init__(self, base, command, conf, name=None):
        files = {f"files/{file}": content(file) for file in FILES}
        super().__init__(name or base.name, command, {**conf, **files}, needs=base.needs,
                         env=base.env, version=base.version_command)
        self.base = base.name

    def check(self):
        """Each answers by the same bytes."""
        with self.start() as running:
            for name in FILES:
                running.answer(request(name), content(name))


def of(name):
    return next(server for server in SERVERS if server.name == name)


CADRE_FILES_CONF = CADRE_CONF.replace(
    'module: { demo: { file = "demo.so"; mount = "/"; }; };',
    'module: { files: { file = "static.so"; mount = "/files"; '
    'settings: { directory = "@FOLDER@/files"; }; }; };')

NGINX_LOCATION = """sendfile on;
        tcp_nopush on;
        {more}
        location /files/ {{ root @FOLDER@; }}"""

NGINX_CACHE = """open_file_cache max=1024 inactive=60s;
        open_file_cache_valid 1s;"""

H2O_FILES_CONF = """num-threads: 1
max-connections: 16384
http1-request-timeout: 300
listen:
  host: 127.0.0.1
  port: @PORT@
hosts:
  default:
    paths:
      /files:
        file.dir: @FOLDER@/files
"""

LIGHTTPD_FILES_CONF = LIGHTTPD_CONF.replace('static-file.etags = "disable"\n', "")

CADRE_FILES = FileServer(CADRE, CADRE.command, {"hello.conf": CADRE_FILES_CONF})


def nginx(name, more):
    base = of("nginx")
    return FileServer(base, base.command,
                      {"nginx.conf": nginx_conf(1, 300, NGINX_LOCATION.format(more=more))}, name)


FILE_SERVERS = [
    CADRE_FILES,
    nginx("nginx", ""),
    nginx("nginx+cache", NGINX_CACHE),
    FileServer(of("h2o"), of("h2o").command, {"h2o.conf": H2O_FILES_CONF}),
    FileServer(of("lighttpd"), of("lighttpd").command, {"lighttpd.conf": LIGHTTPD_FILES_CONF}),
]


def null_server(name):
    """The floor: Cadre's bytes for that file."""
    def cadres_answer():
        with CADRE_FILES.start() as running:
            return running.answer(request(name), content(name))
    return Server("null", NULL.command, {"answer": cadres_answer}, needs=NULL.needs)
