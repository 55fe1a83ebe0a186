#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Behind a proxy: who the client is, as proxies say it, and whose word is taken."""
import http.client
import shutil
import subprocess

import cadretest
from cadretest import *

V2 = b"\r\n\r\n\x00\r\nQUIT\n"


def client_of(server, headers=None, listener="web"):
    answer = server.get("/from", headers, listener=listener)
    assert answer.status == 200, answer
    return answer.text


def ask_with(server, preface, listener="web", request=None):
    """What a connection that begins with PREFACE is answered; None: nothing."""
    with server.raw(listener) as sock:
        sock.sendall(preface + (request or raw_request("GET", "/from", close=True)))
        try:
            return read_response(sock).text
        except (ConnectionResetError, BrokenPipeError, EOFError, ValueError, http.client.HTTPException):
            return None


@case
def a_local_proxy_is_trusted_by_default():
    server = Server(workers=1).start()
    assert client_of(server).startswith("127.0.0.1 "), client_of(server)
    said = {"X-Forwarded-For": "6.6.6.6, 192.0.2.1", "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example"}
    assert client_of(server, said) == "192.0.2.1 0 https /", client_of(server, said)
    # What one request was told does not stay for the next.
    assert client_of(server).startswith("127.0.0.1 ") and " http " in client_of(server)


@case
def nobody_is_trusted_where_nobody_is_listed():
    server = Server(workers=1, trusted_proxies=array([])).start()
    said = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    text = client_of(server, said)
    assert text.startswith("127.0.0.1 ") and text.endswith(" http /"), text


@case
def only_listed_headers_count():
    server = Server(workers=1, forwarded_headers=array(["forwarded"])).start()
    said = {"X-Forwarded-For": "6.6.6.6", "Forwarded": 'for="[2001:db8::7]:99";proto=https'}
    assert client_of(server, said) == "2001:db8::7 99 https /", client_of(server, said)


@case
def a_proxy_over_a_unix_socket_is_trusted():
    server = Server(workers=1, listen={"web": {"address": "unix:web.sock"}}).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/from", {"X-Forwarded-For": "192.0.2.1"}))
        assert read_response(sock).text == "192.0.2.1 0 http /"


@case
def root_path_is_in_front_of_links():
    server = Server(workers=1, root_path="/api").start()
    assert client_of(server).endswith(" http /api"), client_of(server)


@case
def bad_networks_are_refused_with_their_line():
    server = Server(workers=1, trusted_proxies=array(["10.0.0.1/8", "example.org"]))
    server.write_conf()
    result = server.run("-t")
    assert result.returncode == 1, result
    assert "trusted_proxies" in result.stderr and '"10.0.0.1/8"' in result.stderr, result.stderr
    assert '"example.org"' in result.stderr, result.stderr


def proxied(**more):
    return Server(workers=1, listen={"web": {"address": "127.0.0.1:0", "proxy_protocol": True}},
                  **more).start()


def probe_ready(server):
    return ask_with(server, b"PROXY UNKNOWN\r\n") is not None


@case
def the_proxy_protocol_names_the_client():
    server = proxied()
    assert ask_with(server, b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n") == "192.0.2.1 4711 http /"
    assert ask_with(server, b"PROXY TCP6 2001:db8::1 ::1 4711 80\r\n") == "2001:db8::1 4711 http /"
    assert ask_with(server, b"PROXY UNKNOWN\r\n").startswith("127.0.0.1 ")
    v4 = V2 + b"\x21\x11\x00\x0c" + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + b"\x12\x67\x00\x50"
    assert ask_with(server, v4) == "192.0.2.1 4711 http /"
    assert ask_with(server, V2 + b"\x20\x00\x00\x00").startswith("127.0.0.1 ")
    # The client that it names is no trusted proxy: what it says of itself does not count.
    request = raw_request("GET", "/from", {"X-Forwarded-For": "6.6.6.6"}, close=True)
    assert ask_with(server, v4, request=request) == "192.0.2.1 4711 http /"


@case
def its_header_may_come_in_pieces_without_a_spin():
    server = proxied()
    pid = server.workers()[0]
    preface = b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n"
    with server.raw() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(preface)):
            sock.sendall(preface[i:i + 1])
            time.sleep(0.01)  # so that each goes by itself
        assert cpu_over(pid, 1) < 0.5
        for _ in range(2):
            sock.sendall(raw_request("GET", "/from"))
            assert read_response(sock).text == "192.0.2.1 4711 http /"


@case
def without_its_header_nothing_is_served():
    server = proxied(head_timeout="1s")
    mark = server.mark()
    assert ask_with(server, b"") is None
    assert ask_with(server, b"PROXY TCP4 ::1 ::1 1 2\r\n") is None
    server.wait_log(r"its PROXY header is refused, it does not begin as one", since=mark)
    with server.raw() as sock:
        sock.sendall(b"PROXY ")
        assert cut(sock)  # head_timeout
    assert probe_ready(server)


@case
def only_a_trusted_proxy_may_send_it():
    server = proxied(trusted_proxies=array(["192.0.2.1"]))
    mark = server.mark()
    assert ask_with(server, b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n") is None
    server.wait_log(r"its sender is no trusted proxy", since=mark)


def wait_for_port(port):
    def is_open():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    wait_for(f"port {port}", is_open)


HAPROXY = """
defaults
    mode http
    timeout connect 30s
    timeout client 30s
    timeout server 30s
frontend f
    bind 127.0.0.1:{own}
    default_backend b
backend b
    server s {server} {option}
"""


@case
def haproxy_speaks_it_in_both_versions():
    if not shutil.which("haproxy"):
        raise Skip("haproxy is not installed")
    server = proxied()
    host, port = server.address()
    for option in ("send-proxy", "send-proxy-v2"):
        with reserved_port() as own:
            conf = server.write("haproxy.cfg", HAPROXY.format(own=own, server=f"{host}:{port}",
                                                              option=option))
            proxy = subprocess.Popen(["haproxy", "-db", "-f", conf], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            try:
                wait_for_port(own)
                with socket.create_connection(("127.0.0.1", own)) as sock:
                    mine = sock.getsockname()[1]
                    sock.sendall(raw_request("GET", "/from", close=True))
                    assert read_response(sock).text == f"127.0.0.1 {mine} http /"
            finally:
                proxy.terminate()
                proxy.wait()


NGINX = """
{as_root}
daemon off;
pid {folder}/pid;
error_log {folder}/error;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{own};
        {location}
    }}
}}
"""


@case
def nginx_as_the_document_says():
    if not shutil.which("nginx"):
        raise Skip("nginx is not installed")
    server = Server(workers=1, listen={"web": {"address": "unix:web.sock"}},
                    trusted_proxies=array(["unix"])).start()
    document = open(os.path.join(cadretest.SOURCE, "docs", "behind-a-proxy.md")).read()
    location = document.split("```")[1].replace("/run/cadre/web.sock", server.address())
    folder = server.path("nginx")
    os.mkdir(folder)
    as_root = "user root;" if os.getuid() == 0 else ""  # the folder of a test is its owner's
    with reserved_port() as own:
        conf = server.write("nginx.conf", NGINX.format(own=own, folder=folder, location=location,
                                                       as_root=as_root))
        proxy = subprocess.Popen(["nginx", "-p", folder, "-c", conf, "-e", folder + "/error"])
        try:
            wait_for_port(own)
            with socket.create_connection(("127.0.0.1", own)) as sock:
                forged = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https",
                          "Forwarded": "for=6.6.6.6"}
                sock.sendall(raw_request("GET", "/from", forged, close=True))
                answer = read_response(sock)
                assert answer.text == "127.0.0.1 0 http /", answer
        finally:
            proxy.terminate()
            proxy.wait()


main()
