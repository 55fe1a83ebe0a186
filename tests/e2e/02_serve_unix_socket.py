#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Listening on a UNIX socket: mode, owner, a stale file, the end."""
import stat

from cadretest import *


def unix_server(**more):
    return Server(listen={"web": {"address": "unix:cadre.sock", **more}})


@case
def a_unix_socket_is_served():
    server = unix_server().start()
    assert server.address() == server.path("cadre.sock"), server.address()
    assert server.get("/version").text == "1"
    server.stop()
    assert not os.path.exists(server.path("cadre.sock")), "the file is left behind"


@case
def its_mode_is_the_one_of_the_conf():
    server = unix_server(mode="0640").start()
    mode = stat.S_IMODE(os.stat(server.path("cadre.sock")).st_mode)
    assert mode == 0o640, oct(mode)


@case
def its_mode_is_0666_by_default():
    server = unix_server().start()
    mode = stat.S_IMODE(os.stat(server.path("cadre.sock")).st_mode)
    assert mode == 0o666, oct(mode)


@case
def its_owner_is_the_one_of_the_conf():
    needs_root()
    nobody = pwd.getpwnam("nobody")
    server = unix_server(user="nobody").start()
    assert os.stat(server.path("cadre.sock")).st_uid == nobody.pw_uid


@case
def a_stale_file_is_replaced():
    server = unix_server()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(server.path("cadre.sock"))
    server.start()
    assert server.get("/version").status == 200


@case
def a_socket_that_another_server_serves_is_left_alone():
    first = unix_server().start()
    second = Server(listen={"web": {"address": "unix:" + first.path("cadre.sock")}}).launch()
    assert second.wait_exit() == 3
    assert first.path("cadre.sock") in second.tail(1)[0], second.tail()
    assert first.get("/version").status == 200


@case
def a_file_that_is_no_socket_is_left_alone():
    server = unix_server()
    server.write("cadre.sock", "precious")
    server.launch()
    assert server.wait_exit() == 3
    assert "cadre.sock" in server.tail(1)[0], server.tail()
    assert server.read("cadre.sock") == "precious"


@case
def it_outlives_a_reload():
    server = unix_server().start()
    inode = os.stat(server.path("cadre.sock")).st_ino
    server.reload()
    assert os.stat(server.path("cadre.sock")).st_ino == inode
    assert server.get("/version").status == 200


main()
