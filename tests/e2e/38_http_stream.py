#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bodies far larger than any memory of the server go through it, up, down and both at once.

The bytes are known and compared on either side; what a worker needs beyond its idle self is its
peak, which the kernel counts (VmHWM), while a gibibyte streams.
"""
import http.client

from cadretest import *
from crowd import memory_kb, peak_anew

GIB = 1 << 30 if not sanitized() else 1 << 26
SOME = GIB // 8
ROOM_KB = 8192  # above idle
PERIOD = 251
PIECE = 1 << 18
BYTES = memoryview(bytes(range(PERIOD)) * (PIECE // PERIOD + 2))


def pieces(total):
    """The TOTAL bytes that the module knows, piece by piece."""
    at = 0
    while at < total:
        size = min(PIECE, total - at)
        yield BYTES[at % PERIOD:at % PERIOD + size]
        at += size


def send_body(sock, total, chunked):
    for piece in pieces(total):
        sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
    if chunked:
        sock.sendall(b"0\r\n\r\n")


def head_of(method, path, total=None, chunked=False):
    framing = "Transfer-Encoding: chunked\r\n" if chunked else \
        "" if total is None else f"Content-Length: {total}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: t\r\n{framing}\r\n".encode()


def receive_body(sock):
    """Reads an answer, compares its bytes with those that the module knows; returns its length."""
    answer = http.client.HTTPResponse(sock)
    answer.begin()
    assert answer.status == 200, answer.status
    room = memoryview(bytearray(PIECE))
    at = 0
    while n := answer.readinto(room):
        # Of memory views each byte would be compared as a number.
        same = bytes(room[:n]) == bytes(BYTES[at % PERIOD:at % PERIOD + n])
        assert same, f"other bytes behind {at}"
        at += n
    return at


def up(sock, total, chunked=False):
    sock.sendall(head_of("POST", "/swallow", total, chunked))
    send_body(sock, total, chunked)
    answer = read_response(sock)
    assert answer.status == 200 and answer.text == str(total), answer


def down(sock, total, chunked=False):
    sock.sendall(head_of("GET", f"/pour/{total}" + ("" if chunked else "?length")))
    assert receive_body(sock) == total


def up_and_down(sock, total, chunked=False):
    sock.sendall(head_of("POST", "/mirror", total, chunked))
    sender = threading.Thread(target=send_body, args=(sock, total, chunked))
    sender.start()
    try:
        assert receive_body(sock) == total
    finally:
        sender.join()


class Peak:
    """Fails where a worker's memory grows by more than there is room for while it is entered."""

    def __init__(self, server):
        self.pid = server.workers()[0]

    def __enter__(self):
        peak_anew(self.pid)
        self.before = memory_kb(self.pid)
        self.began = time.monotonic()

    def __exit__(self, kind, value, trace):
        if kind is None:
            above = memory_kb(self.pid, "VmHWM") - self.before
            print(f"# {above} KiB above {self.before}, {time.monotonic() - self.began:.1f} s",
                  flush=True)
            assert sanitized() or above < ROOM_KB, f"{above} KiB above {self.before}"


def serve(**conf):
    server = Server(workers=1, modules={"pour": {"file": "pour.so"}}, max_body_size="0", **conf)
    with open(os.path.join(os.path.dirname(probe_source()), "pour.c")) as text:
        server.build_module("pour.so", text.read())
    server.start()
    # A worker that has served is what is idle; its first request wants what it keeps.
    with server.raw() as sock:
        for move in (up, down, up_and_down):
            move(sock, 100000)
    return server


def one_connection(move, total, chunked, **conf):
    server = serve(**conf)
    with server.raw(seconds=120) as sock, Peak(server):
        move(sock, total, chunked)
        if move is not up_and_down:  # which answers before it knows that it will read it all
            move(sock, 1000, chunked)


@case
def a_gibibyte_goes_up():
    one_connection(up, GIB, False)


@case
def a_gibibyte_comes_down():
    one_connection(down, GIB, False)


@case
def a_body_in_chunks_goes_up():
    one_connection(up, SOME, True)


@case
def a_body_in_chunks_comes_down():
    one_connection(down, SOME, True)


@case
def a_body_goes_up_and_down_at_once():
    one_connection(up_and_down, SOME, False)
    one_connection(up_and_down, SOME, True)


@case
def large_bodies_go_through_a_unix_socket():
    for move in (up, down, up_and_down):
        one_connection(move, SOME, False, listen={"web": {"address": "unix:stream"}})


@case
def many_at_a_time_need_little_each():
    server = serve()

    def client(i):
        with server.raw(seconds=120) as sock:
            (up, down, up_and_down)[i % 3](sock, SOME // 8, i % 2 == 0)

    with Peak(server):
        parallel(12, client)


@case
def a_client_that_pauses_makes_the_sender_wait():
    server = serve()
    with Peak(server), server.raw(seconds=120) as fast, server.raw(seconds=120) as slow:
        slow.sendall(head_of("GET", f"/pour/{SOME}?length"))
        slow.recv(1)
        down(fast, SOME)
        got = 1
        while got < SOME // 2:
            got += len(slow.recv(PIECE))


main()
