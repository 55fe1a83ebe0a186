#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sockets that come from systemd: activation, and those that it keeps over a restart."""
import shutil

from cadretest import *


def tcp():
    """A listening socket of the test's, as a .socket unit has it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(64)
    return sock


def ask(address, path="/version"):
    with socket.create_connection(address, deadline(30)) as sock:
        sock.sendall(raw_request("GET", path, close=True))
        return read_response(sock)


def notified(**more):
    server = Server(**more)
    notify = NotifySocket(server.folder)
    server.env["NOTIFY_SOCKET"] = notify.path
    return server, notify


@case
def a_connection_activates_the_server():
    activate = shutil.which("systemd-socket-activate")
    if activate is None:
        raise Skip("no systemd-socket-activate")
    with tcp() as free:
        address = free.getsockname()
    server = Server(workers=2, listen={"web": {"address": "systemd:web"}})
    server.checks_lines = False  # it speaks first
    names = [f"-E{name}" for name in server.environment() if name != "PATH"]
    server.program = [activate, "-l", f"{address[0]}:{address[1]}", "--fdname=web", *names,
                      *server.program]
    server.launch()
    server.wait_log("Listening on")
    assert not server.count_log("ready: ")
    assert ask(address).status == 200
    server.wait_log(rf"listening on {address[0]}:{address[1]} \(web\)")
    server.reload()
    assert ask(address).status == 200
    server.stop()


@case
def passed_sockets_are_taken_by_name_and_by_address():
    with tcp() as web, tcp() as admin:
        host, port = admin.getsockname()
        server = Server(workers=2, listen={"web": {"address": "systemd:http"},
                                           "admin": {"address": f"{host}:{port}"}})
        server.passed = [("http", web.fileno()), ("cadre.socket", admin.fileno())]
        server.start()
        assert ask(web.getsockname()).status == 200
        assert ask(admin.getsockname()).status == 200
        for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
            assert ask(web.getsockname(), f"/env/{name}").status == 404
        assert not server.count_log("which systemd passed")
        server.stop()


@case
def a_passed_socket_outlives_the_server():
    with tcp() as web:
        server = Server(workers=1, listen={"web": {"address": "systemd:web"}})
        server.passed = [("web", web.fileno())]
        server.start()
        assert ask(web.getsockname()).status == 200
        server.stop()
        with socket.create_connection(web.getsockname(), deadline(30)) as waiting:
            waiting.sendall(raw_request("GET", "/version", close=True))
            server.start()
            assert read_response(waiting).status == 200
        server.stop()


@case
def a_passed_unix_socket_keeps_its_file():
    server = Server(workers=1, listen={"web": {"address": "systemd:web"}})
    path = server.path("web.sock")
    with socket.socket(socket.AF_UNIX) as web:
        web.bind(path)
        web.listen(16)
        os.chmod(path, 0o600)
        server.passed = [("web", web.fileno())]
        server.start()
        assert server.get("/version").status == 200
        server.stop()
        assert os.stat(path).st_mode & 0o777 == 0o600


@case
def reloads_drop_and_take_passed_sockets():
    with tcp() as web, tcp() as other:
        server = Server(workers=1, listen={"web": {"address": "systemd:web"},
                                           "other": {"address": "systemd:other"}})
        server.passed = [("web", web.fileno()), ("other", other.fileno())]
        server.start()
        assert ask(other.getsockname()).status == 200
        listen = server.conf["listen"]
        server.conf["listen"] = {"web": listen["web"]}
        server.reload()
        with socket.create_connection(other.getsockname(), deadline(30)) as waiting:
            waiting.sendall(raw_request("GET", "/version", close=True))
            server.conf["listen"] = listen
            server.reload()
            assert read_response(waiting).status == 200
        assert ask(web.getsockname()).status == 200
        server.stop()


@case
def a_missing_socket_is_named_and_so_is_one_too_many():
    with tcp() as web:
        server = Server(workers=1, listen={"web": {"address": "systemd:http"}})
        server.passed = [("web", web.fileno())]
        server.launch()
        server.wait_log(r'cadre.conf:\d+: listen "web": systemd passed no socket of the name "http": '
                        r'.*; it passed "web"')
        assert server.wait_exit() == 3
        server.conf["listen"] = {"web": {"address": "127.0.0.1:0"}}
        server.start()
        server.wait_log(r'the socket "web" \(127\.0\.0\.1:\d+\), which systemd passed, is in no listener')
        server.stop()


@case
def sockets_are_kept_and_taken_up_after_a_kill_of_the_master():
    server, notify = notified(workers=2)
    server.start()
    server.expects_deaths = True
    notify.wait("FDSTORE")
    notify.wait("READY", "1")
    address = server.address()
    assert list(notify.store) == ["cadre/listen/web"], notify.store
    old = server.process
    server.signal(signal.SIGKILL)
    old.wait()
    # The workers of the dead master drain and leave; what comes now waits for the next ones.
    server.passed = notify.kept()
    mark = server.mark()
    server.start()
    # Port 0 in the conf, and yet the same port: it is the same socket.
    server.wait_log(rf"listening on {address[0]}:{address[1]} \(web\)", since=mark)
    for _ in range(10):
        assert ask(address).status == 200
    server.stop()
    notify.close()


@case
def a_restart_refuses_and_resets_nobody():
    server, notify = notified(workers=2)
    server.start()
    notify.wait("READY", "1")
    with server.hammer(clients=6) as hammer:
        for _ in range(2):
            hammer.wait_for_answers(50)
            server.stop()
            notify.drain()
            server.passed = notify.kept()
            server.start()
        hammer.wait_for_answers(50)
    server.stop()
    notify.close()


@case
def a_kept_unix_socket_keeps_its_file():
    server, notify = notified(workers=1)
    server.conf["listen"] = {"web": {"address": "unix:" + server.path("web.sock")}}
    server.start()
    notify.wait("FDSTORE")
    before = os.stat(server.path("web.sock")).st_ino
    server.stop()
    notify.drain()
    server.passed = notify.kept()
    with server.raw() as waiting:
        waiting.sendall(raw_request("GET", "/version", close=True))
        server.start()
        assert read_response(waiting).status == 200
    assert os.stat(server.path("web.sock")).st_ino == before
    server.stop()
    notify.close()


@case
def a_socket_that_a_reload_adds_is_kept_too():
    server, notify = notified(workers=1)
    server.start()
    notify.wait("READY", "1")
    assert list(notify.store) == ["cadre/listen/web"], notify.store
    server.conf["listen"]["admin"] = {"address": "127.0.0.1:0"}
    server.conf["status_listen"] = "127.0.0.1:0"
    server.reload()
    names = sorted(f"cadre/listen/{n}" for n in ("admin", "status_listen", "web"))
    wait_for("three sockets", lambda: (notify.drain(), sorted(notify.store) == names)[1])
    addresses = {name: server.address(name) for name in ("web", "admin", "status_listen")}
    server.reload() # nothing new
    server.stop()
    notify.drain()
    assert sorted(notify.store) == names, notify.store
    server.passed = notify.kept()
    mark = server.mark()
    server.start()
    for name, address in addresses.items():
        server.wait_log(rf"listening on {address[0]}:{address[1]} \({name}\)", since=mark)
    server.stop()
    notify.close()


@case
def a_socket_that_the_conf_drops_is_dropped_from_the_store():
    server, notify = notified(workers=1, listen={"web": {"address": "127.0.0.1:0"},
                                                 "admin": {"address": "127.0.0.1:0"}})
    server.start()
    notify.wait("READY", "1")
    assert sorted(notify.store) == ["cadre/listen/admin", "cadre/listen/web"]
    del server.conf["listen"]["admin"]
    server.reload()
    notify.wait("FDSTOREREMOVE", "1")
    assert list(notify.store) == ["cadre/listen/web"]
    server.stop()
    notify.drain()
    # Over a restart, too: this time nothing of what was kept is wanted.
    server.passed = notify.kept()
    server.conf["listen"] = {"other": {"address": "127.0.0.1:0"}}
    address = server.address()
    server.start()
    notify.wait("FDSTOREREMOVE", "1")
    notify.wait("FDSTORE", "1")
    assert list(notify.store) == ["cadre/listen/other"]
    try:
        ask(address)
        raise AssertionError("the socket that nobody wants still listens")
    except ConnectionRefusedError:
        pass
    server.stop()
    notify.close()


main()
