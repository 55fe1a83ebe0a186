# SPDX-License-Identifier: MIT
"""Workers whose memory a test makes scarce: the other end of scarce.c, which is preloaded.

    server = Server(workers=1)
    scarce = Scarce(server)
    server.start()
    with scarce.counting(HEAP) as count:
        ...
    count.calls  # of the heap, by all workers of the server

Calls are numbered from 1 in each block; `refuse` names those that fail in it.
"""
import contextlib
import mmap
import os
import struct

from cadretest import Skip, array, compile_module, sanitized

__all__ = ["ALL", "DESCRIPTOR", "EVER", "HEAP", "MAP", "Scarce", "THREAD", "WATCH"]

HEAP, MAP, WATCH, THREAD, DESCRIPTOR = 1, 2, 4, 8, 16  # as in scarce.c
ALL = HEAP | MAP | WATCH | THREAD | DESCRIPTOR
EVER = 2**63
_KINDS, _COUNT, _FIRST, _LAST, _REFUSED = range(0, 40, 8)


class Count:
    """What was counted in a block, once that is over."""
    calls = 0
    refused = 0


class Scarce:
    """Preloads scarce.c into the workers of SERVER, which has not started yet."""

    def __init__(self, server):
        if sanitized():
            raise Skip("a sanitizer has a heap of its own")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scarce.c")
        compile_module(server.path("scarce.so"), source=source)
        with open(server.path("scarce"), "wb+") as handle:
            handle.truncate(mmap.PAGESIZE)
            self._map = mmap.mmap(handle.fileno(), mmap.PAGESIZE)
        server.conf["environment"] = array([f"LD_PRELOAD={server.path('scarce.so')}",
                                            f"CADRE_SCARCE={server.path('scarce')}"])

    def _get(self, at):
        return struct.unpack_from("=Q", self._map, at)[0]

    def _set(self, at, value):
        struct.pack_into("=Q", self._map, at, value)

    @contextlib.contextmanager
    def counting(self, kinds, refuse=None):
        """Counts calls of these KINDS; the numbers REFUSE, (first, last), are refused."""
        count = Count()
        self._set(_COUNT, 0)
        self._set(_REFUSED, 0)
        self._set(_LAST, refuse[1] if refuse else 0)
        self._set(_FIRST, refuse[0] if refuse else 0)
        self._set(_KINDS, kinds)
        try:
            yield count
        finally:
            self._set(_KINDS, 0)
            self._set(_FIRST, 0)
            count.calls = self._get(_COUNT)
            count.refused = self._get(_REFUSED)
