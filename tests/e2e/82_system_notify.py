#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""systemd's notify protocol, against a socket of the test."""
from cadretest import *


def notified(**more):
    server = Server(**more)
    notify = NotifySocket(server.folder)
    server.env["NOTIFY_SOCKET"] = notify.path
    return server, notify


@case
def ready_comes_when_all_workers_are_ready():
    server, notify = notified(workers=2)
    server.launch()
    message = notify.wait("READY", "1")
    server.wait_log("probe: worker startup", count=2)
    assert server.get("/version").status == 200
    assert any("STATUS" in m for m in notify.messages), notify.messages
    assert message.get("MAINPID", str(server.pid)) == str(server.pid)
    notify.close()


@case
def reloading_and_stopping_are_told():
    server, notify = notified(workers=2)
    server.start()
    notify.wait("READY", "1")
    server.signal(signal.SIGHUP)
    message = notify.wait("RELOADING", "1")
    assert int(message["MONOTONIC_USEC"]) > 0, message
    notify.wait("READY", "1")
    server.signal(signal.SIGTERM)
    notify.wait("STOPPING", "1")
    assert server.wait_exit() == 0
    notify.close()


@case
def a_failed_reload_is_ready_again_and_says_why():
    server, notify = notified(workers=1)
    server.start()
    notify.wait("READY", "1")
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    server.signal(signal.SIGHUP)
    notify.wait("RELOADING", "1")
    notify.wait("READY", "1")
    said = [m["STATUS"] for m in notify.messages if "STATUS" in m]
    if not any("told to fail" in text for text in said):
        notify.wait("STATUS", ".*told to fail.*")
    server.conf["module"]["probe"]["settings"] = {}
    notify.close()


@case
def a_failed_start_says_why_in_the_status():
    server, notify = notified(workers=1, settings={"startup": "fail"})
    server.launch()
    notify.wait("STATUS", ".*told to fail.*")
    assert server.wait_exit() == 3
    notify.close()


@case
def a_whole_life_is_told_in_order():
    server, notify = notified(workers=2)
    server.start()
    notify.wait("READY", "1")
    server.reload()
    notify.wait("READY", "1")
    server.stop()
    notify.drain()
    words = [name for message in notify.messages for name in message
             if name in ("READY", "RELOADING", "STOPPING", "FDSTORE", "BARRIER")]
    assert words == ["FDSTORE", "READY", "RELOADING", "READY", "STOPPING", "BARRIER"], words
    begin = notify.messages[:[("READY" in m) for m in notify.messages].index(True)]
    assert any(m.get("STATUS", "").startswith("starting: ") for m in begin), begin
    # A start asks for what startup_timeout allows it, not for what the unit happens to say.
    extended = [int(m["EXTEND_TIMEOUT_USEC"]) for m in begin if "EXTEND_TIMEOUT_USEC" in m]
    assert extended and 50_000_000 < extended[0] < 70_000_000, begin
    stopping = next(m for m in notify.messages if "STOPPING" in m)
    assert int(stopping["EXTEND_TIMEOUT_USEC"]) > 30_000_000, stopping
    assert set(notify.messages[-1]) == {"BARRIER"}, notify.messages[-1]
    notify.close()


@case
def the_watchdog_hears_of_us_while_the_workers_get_on():
    server, notify = notified(workers=1)
    server.env["WATCHDOG_USEC"] = "1000000"
    server.start()
    notify.wait("READY", "1")
    for _ in range(3):
        notify.wait("WATCHDOG", "1")
    notify.drain()
    before = len(notify.messages)
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/block/5000"))
        assert read_response(sock).text == "blocked"
    notify.drain()
    heard = sum("WATCHDOG" in message for message in notify.messages[before:])
    assert heard <= 4, heard  # of ten
    for _ in range(2):
        notify.wait("WATCHDOG", "1")
    server.stop()
    notify.close()


@case
def a_watchdog_of_another_process_hears_nothing():
    server, notify = notified(workers=1)
    server.env.update(WATCHDOG_USEC="200000", WATCHDOG_PID="1")
    server.start()
    notify.wait("READY", "1")
    assert server.get("/sleep/1000").status == 200
    server.stop()
    notify.drain()
    assert not any("WATCHDOG" in message for message in notify.messages), notify.messages
    notify.close()


@case
def children_do_not_get_the_socket():
    server, notify = notified(workers=1)
    server.start()
    assert server.get("/env/NOTIFY_SOCKET").status == 404
    notify.close()


@case
def an_abstract_socket_is_notified():
    server = Server(workers=1)
    name = f"cadre-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name)
        sock.settimeout(deadline(30))
        server.env["NOTIFY_SOCKET"] = "@" + name
        server.launch()
        while b"READY=1" not in sock.recv(65536):
            pass
        server.stop()


main()
