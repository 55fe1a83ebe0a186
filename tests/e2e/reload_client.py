# SPDX-License-Identifier: MIT
"""A client that sees what a reload loses: kept connections and one-request connections at once.

Every request has one of these ends, counted apart for the first and for later requests of a
connection:

    answered    a whole response with the status 200
    refused     no connection could be made
    reset       the connection was reset before a byte of the answer came
    unanswered  it ended, or nothing came in time, before a byte of the answer came
    cut         it ended, or stalled, within the answer
    wrong       another status, or bytes that are no response

and every kept connection that the server ends is counted too: `told` after an answer that said
so (Connection: close), `dropped` between two answers without a word. Those two lose nothing by
themselves: a client that sends at that moment finds its request `reset` or `unanswered`.

Used by tests/e2e/52_reload_handover.py and tests/bench/reload.py; needs nothing but Python's own
library. One thread, one asyncio loop.
"""
import asyncio
import collections
import random
import re
import threading

LOSSES = ("refused", "reset", "unanswered", "cut", "wrong")
ENDS = ("answered",) + LOSSES


class Lost(Exception):
    """A request came to a bad end; args: which, and what was seen."""


class Client:
    """KEPT connections that send a request every PAUSE seconds or so, and SINGLE clients that make
    a connection for each. MIXED: kept ones also pipeline two requests, and send one in two pieces.
    `with Client(...) as client:` runs it in a thread of its own."""

    # pylint: disable=too-many-instance-attributes

    def __init__(self, address, path="/", kept=64, single=64, pause=0.02, patience=20.0,
                 mixed=False):
        self.address, self.path, self.pause, self.patience = address, path, pause, patience
        self.n_kept, self.n_single, self.mixed = kept, single, mixed
        self.first = collections.Counter()  # ends of first requests of kept connections
        self.later = collections.Counter()  # of their later requests
        self.single = collections.Counter()  # of requests alone on their connection
        self.told = self.dropped = self.opened = 0
        self.bodies = collections.Counter()
        self.examples = []  # the first losses: which, and what was seen
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._error = None

    # --- results

    @property
    def answered(self):
        return self.first["answered"] + self.later["answered"] + self.single["answered"]

    @property
    def lost(self):
        return sum(c[end] for c in (self.first, self.later, self.single) for end in LOSSES)

    @property
    def closed(self):
        """Kept connections that did not stay."""
        return self.told + self.dropped

    def table(self):
        """The counts, for people."""
        rows = [("", *ENDS)]
        for name, counts in (("first", self.first), ("later", self.later), ("single", self.single)):
            rows.append((name, *(str(counts[end]) for end in ENDS)))
        lines = ["".join(f"{cell:>11}" for cell in row) for row in rows]
        lines.append(f"kept connections: {self.opened} opened, {self.told} told to close, "
                     f"{self.dropped} dropped")
        lines += [f"lost: {example}" for example in self.examples]
        return "\n".join(lines)

    def wait(self, seconds):
        """Lets it go on for so long."""
        self._stop.wait(seconds)

    # --- the thread

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(self.patience + 30)
        if self._error:
            raise self._error

    async def _main(self):
        try:
            await asyncio.gather(*(self._keep(i) for i in range(self.n_kept)),
                                 *(self._ask_alone(i) for i in range(self.n_single)))
        except BaseException as error:  # pylint: disable=broad-except
            self._error = error

    # --- one request

    def _request(self, close):
        host = "localhost" if isinstance(self.address, str) else self.address[0]
        return (f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\n"
                + ("Connection: close\r\n" if close else "") + "\r\n").encode()

    async def _connect(self):
        try:
            if isinstance(self.address, str):
                return await asyncio.open_unix_connection(self.address)
            return await asyncio.wait_for(asyncio.open_connection(*self.address), self.patience)
        except (OSError, asyncio.TimeoutError) as error:
            raise Lost("refused", repr(error)) from None

    async def _receive(self, reader, data):
        """Takes one answer out of DATA, a bytearray of what was read before, and of what comes;
        whether its connection goes on."""
        whole = None
        try:
            while True:
                end = data.find(b"\r\n\r\n")
                if whole is None and end >= 0:
                    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)\r\n", data[:end + 2])
                    if not data.startswith(b"HTTP/1.1 200 ") or not length:
                        raise Lost("wrong", bytes(data[:200]))
                    whole = end + 4 + int(length.group(1))
                if whole is not None and len(data) >= whole:
                    break
                piece = await asyncio.wait_for(reader.read(65536), self.patience)
                if not piece:
                    raise EOFError
                data += piece
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            if data:
                kind = "cut"
            else:
                kind = "reset" if isinstance(error, ConnectionError) else "unanswered"
            raise Lost(kind, repr(error), bytes(data)) from None
        stays = not re.search(rb"(?i)\r\nconnection: *close\r\n", data[:end + 2])
        self.bodies[bytes(data[end + 4:whole])] += 1
        del data[:whole]
        return stays

    async def _send(self, writer):
        """Sends a request, or two at once, or one in two pieces; how many."""
        request = self._request(close=False)
        kind = random.randrange(4) if self.mixed else 0
        if kind == 1:
            writer.write(request * 2)
            return 2
        if kind == 2:
            at = random.randrange(1, len(request))
            writer.write(request[:at])
            await asyncio.sleep(random.uniform(0, self.pause))
            request = request[at:]
        writer.write(request)
        return 1

    def _lose(self, counts, end):
        counts[end.args[0]] += 1
        if len(self.examples) < 8:
            self.examples.append(end.args)

    # --- clients

    async def _ask_alone(self, _number):
        while not self._stop.is_set():
            writer = None
            try:
                reader, writer = await self._connect()
                writer.write(self._request(close=True))
                await self._receive(reader, bytearray())
                self.single["answered"] += 1
            except Lost as end:
                self._lose(self.single, end)
            finally:
                if writer:
                    writer.close()
            await asyncio.sleep(random.uniform(0, 2 * self.pause))

    async def _keep(self, _number):
        while not self._stop.is_set():
            counts = self.first
            writer = None
            try:
                reader, writer = await self._connect()
                self.opened += 1
                # Some stay fresh for a while: nothing of them has been asked yet.
                await asyncio.sleep(random.uniform(0, 2 * self.pause))
                while not self._stop.is_set():
                    if counts is self.later and reader.at_eof():
                        self.dropped += 1
                        break
                    stays, data = True, bytearray()
                    for _ in range(await self._send(writer)):
                        if not stays:
                            raise Lost("unanswered", "the answer before it said close")
                        stays = await self._receive(reader, data)
                        counts["answered"] += 1
                        counts = self.later
                    if data:
                        raise Lost("wrong", bytes(data[:200]))
                    if not stays:
                        self.told += 1
                        break
                    await asyncio.sleep(random.uniform(0, 2 * self.pause))
            except Lost as end:
                self._lose(counts, end)
            finally:
                if writer:
                    writer.close()
