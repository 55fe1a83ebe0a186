#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HTTP/1.x byte for byte: the cases of tests/e2e/wire, each whole, byte by byte and split in two.

Over TCP a case is sent whole and byte by byte; over a UNIX socket besides split at every boundary,
where the second part is sent only once the server has read the first: the kernel says so
(SIOCOUTQ). Behind each case comes one more request; where the connection goes on it is answered,
and so all before it was read for what it is; where it must not, it is not.
"""
import array as arrays
import fcntl
import functools
import os
import select
import termios

from cadretest import *
from wire import CASES
from wire.case import MAX_BODY, MAX_HEAD, MAX_HEADERS, reflected

LAST = b"GET /end HTTP/1.1\r\nHost: end\r\nConnection: close\r\n\r\n"
LAST_ANSWER = reflected("GET", "/end", fields="Host: end\r\nConnection: close\r\n",
                        has={"connection": "close"})
BATCH = 250  # connections at a time
SIOCOUTQ = termios.TIOCOUTQ
broken = False  # the cases could not be sent


# --- reading answers -----------------------------------------------------------------------------


class Wrong(Exception):
    """The bytes that came are no HTTP."""


def read_head(data):
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        raise Wrong(f"a head that does not end: {data[:80]!r}")
    lines = head.decode("latin-1").split("\r\n")
    found = re.fullmatch(r"HTTP/1\.1 (\d{3}) [ -~]*", lines[0])
    if not found:
        raise Wrong(f"no status line: {lines[0]!r}")
    fields = {}
    for line in lines[1:]:
        field = re.fullmatch(r"([!#$%&'*+.^_`|~0-9a-z-]+): ([^\x00-\x1f\x7f]*)", line)
        if not field:
            raise Wrong(f"no field: {line!r}")
        if field.group(1) in fields:
            raise Wrong(f"twice: {line!r}")
        fields[field.group(1)] = field.group(2)
    return int(found.group(1)), fields, rest


def read_chunks(data):
    """The body in chunks, what is behind it, and whether it ends as it should."""
    body = b""
    while True:
        found = re.match(rb"([0-9a-f]+)\r\n", data)
        if not found:
            return body + data, b"", False
        size = int(found.group(1), 16)
        data = data[found.end():]
        if size == 0:
            if not data.startswith(b"\r\n"):
                return body, data, False
            return body, data[2:], True
        if data[size:size + 2] != b"\r\n":
            return body + data, b"", False
        body += data[:size]
        data = data[size + 2:]


def check_answer(expected, data):
    """Compares the answer at the front of DATA; returns what is behind it."""
    status, fields, rest = read_head(data)
    if status != expected.status and expected.other:
        expected = expected.other
    if status != expected.status:
        raise Wrong(f"{status} {rest[:120]!r}, not {expected.status}")
    if "date" not in fields:
        raise Wrong("an answer without a date")
    for name, value in expected.has.items():
        if name not in fields or (value is not True and fields[name] != value):
            raise Wrong(f"{name} is {fields.get(name)!r}, not {value!r}")
    for name in expected.lacks:
        if name in fields:
            raise Wrong(f"{name} is there: {fields[name]!r}")
    whole = True
    if "transfer-encoding" in fields and "content-length" in fields:
        raise Wrong("a length and chunks")
    if expected.bodiless:
        body = b""
    elif fields.get("transfer-encoding") == "chunked":
        body, rest, whole = read_chunks(rest)
    elif "content-length" in fields:
        length = int(fields["content-length"])
        body, rest, whole = rest[:length], rest[length:], len(rest) >= length
    else:
        body, rest = rest, b""
    if whole == expected.broken:
        raise Wrong(f"a body that is {'whole' if whole else 'cut off'}: {body[:80]!r}")
    if expected.body is not None and body != expected.body:
        raise Wrong(f"the body is {body[:300]!r}, not {expected.body[:300]!r}")
    return rest


def judge(case, data):
    """What is wrong with the bytes that came, or None."""
    answers = case.answers + ([LAST_ANSWER] if case.keeps else [])
    try:
        for number, expected in enumerate(answers, 1):
            if case.waits and data.startswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
                data = data[25:]
            if not data:
                raise Wrong("nothing came")
            data = check_answer(expected, data)
        if data:
            return f"behind the last answer came {data[:120]!r}"
    except Wrong as wrong:
        return f"answer {number}: {wrong}"
    return None


# --- sending -------------------------------------------------------------------------------------


class Client:
    """One connection that sends one case in pieces."""

    def __init__(self, address, case, how, pieces):
        self.case, self.how = case, how
        self.pieces = pieces
        self.received = []
        self.ended = False
        self.sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.sock.settimeout(deadline(30))
        self.sock.connect(address)
        if not isinstance(address, str):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)

    def send(self, number):
        try:
            sent = self.sock.send(self.pieces[number])
            assert sent == len(self.pieces[number]), "a piece did not fit"
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before
        if self.case.shut and number == len(self.pieces) - 1:
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def receive(self):
        try:
            piece = self.sock.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            piece = b""
        if piece:
            self.received.append(piece)
        else:
            self.ended = True

    def is_read(self, number_box):
        """Has the server read all that was sent?"""
        fcntl.ioctl(self.sock, SIOCOUTQ, number_box)
        return number_box[0] == 0


def read_ready(poll, clients, seconds):
    for fd, _ in poll.poll(seconds):
        client = clients[fd]
        client.receive()
        if client.ended:
            poll.unregister(fd)


def run_batch(address, jobs):
    """Sends the jobs (case, how, pieces), all at once; returns the clients, ended."""
    clients = {}
    poll = select.epoll()
    number_box = arrays.array("i", [0])
    for job in jobs:
        client = Client(address, *job)
        clients[client.sock.fileno()] = client
        poll.register(client.sock, select.EPOLLIN)
    for number in range(max(len(c.pieces) for c in clients.values())):
        unread = []
        for client in clients.values():
            if not client.ended and number < len(client.pieces):
                client.send(number)
                unread.append(client)
        waits_until = time.monotonic() + deadline(1)
        while unread and isinstance(address, str) and time.monotonic() < waits_until:
            read_ready(poll, clients, 0.0002)
            unread = [c for c in unread if not c.ended and not c.is_read(number_box)]
        read_ready(poll, clients, 0)
    end = time.monotonic() + deadline(30)
    while any(not c.ended for c in clients.values()) and time.monotonic() < end:
        read_ready(poll, clients, 0.1)
    poll.close()
    for client in clients.values():
        client.sock.close()
    return list(clients.values())


def jobs_of(case, split):
    last = b"" if case.shut else LAST
    yield case, "whole", [case.data + last]
    yield case, "byte by byte", [bytes([b]) for b in case.data] + ([last] if last else [])
    if split:
        for at in range(1, len(case.data), case.stride):
            yield case, f"split at {at}", [case.data[:at], case.data[at:] + last]


def run_all(server):
    """{name of a case: what is wrong with it}"""
    wrong = {}
    count, began = 0, time.monotonic()
    for listener, split in (("tcp", False), ("unix", True)):
        address = server.address(listener)
        # Those with as many pieces go together: a round takes as long as its slowest.
        jobs = sorted((job for case in CASES for job in jobs_of(case, split)),
                      key=lambda job: len(job[2]))
        count += len(jobs)
        for at in range(0, len(jobs), BATCH):
            for client in run_batch(address, jobs[at:at + BATCH]):
                what = judge(client.case, b"".join(client.received)) if client.ended \
                    else "it does not end"
                if what:
                    wrong.setdefault(client.case.name, []).append(
                        f"{listener}, {client.how}: {what}")
    print(f"# {len(CASES)} cases, {count} connections, {time.monotonic() - began:.1f} s", flush=True)
    return wrong


@functools.lru_cache(maxsize=None)
def all_results():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "wire", "wire.c")) as text:
        source = text.read()
    server = Server(workers=1, modules={"wire": {"file": "wire.so"}},
                    listen={"tcp": {"address": "127.0.0.1:0"}, "unix": {"address": "unix:wire"}},
                    max_head_size=str(MAX_HEAD), max_headers=MAX_HEADERS,
                    max_body_size=str(MAX_BODY),
                    # Thousands of bytes, each by itself, take their time.
                    head_timeout="10m", body_timeout="10m")
    server.build_module("wire.so", source)
    server.start()
    return run_all(server)


def results():
    """Those of all cases, which are sent once; a server that does not even start is told once."""
    global broken
    if broken:
        raise Skip("see the first case")
    broken = True
    found = all_results()
    broken = False
    return found


def check(name):
    wrong = results().get(name, [])
    assert not wrong, "\n".join(wrong[:5] + ([f"and {len(wrong) - 5} more"] if wrong[5:] else []))


@case
def all_are_sent_and_the_server_lives():
    results()
    assert len(CASES) >= 300, len(CASES)


for wire_case in CASES:
    one = functools.partial(check, wire_case.name)
    one.__name__ = wire_case.name
    case(one)

main()
