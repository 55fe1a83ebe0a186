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
import subprocess

from cadretest import Skip, array, compile_module, sanitized

__all__ = ["ALL", "DESCRIPTOR", "EVER", "HEAP", "MAP", "Scarce", "THREAD", "WATCH"]

HEAP, MAP, WATCH, THREAD, DESCRIPTOR = 1, 2, 4, 8, 16  # as in scarce.c
ALL = HEAP | MAP | WATCH | THREAD | DESCRIPTOR
EVER = 2**63
_KINDS, _COUNT, _FIRST, _LAST, _REFUSED = range(0, 40, 8)


def _sanitizers_library():
    """Its heap, where that is in a library, lies behind ours."""
    if sanitized() == "thread":
        raise Skip("a sanitizer has a heap of its own")
    cc = (os.environ.get("CC") or "cc").split()
    asked = subprocess.run([*cc, "-print-file-name=libasan.so"], stdout=subprocess.PIPE, text=True)
    library = asked.stdout.strip()
    if not os.path.isabs(library):
        raise Skip("the sanitizer's heap is no library")
    return os.path.realpath(library)


class Count:
    """What was counted in a block, once that is over."""
    calls = 0
    refused = 0


class Scarce:
    """Preloads scarce.c into the workers of SERVER, which has not started yet."""

    def __init__(self, server):
        preloads = [server.path("scarce.so")]
        flags = []
        variables = []
        if sanitized():
            preloads.append(_sanitizers_library())
            flags.append("-DSANITIZED")
            variables.append(f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:"
                             "verify_asan_link_order=0:allocator_may_return_null=1:"
                             "detect_stack_use_after_return=0")
            # It knows what the dynamic linker keeps only by who called its own malloc.
            variables.append("LSAN_OPTIONS=print_suppressions=0:suppressions=" +
                             server.write("lsan.supp", "leak:dl_open_worker_begin\n"))
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scarce.c")
        compile_module(server.path("scarce.so"), source=source, flags=flags)
        with open(server.path("scarce"), "wb+") as handle:
            handle.truncate(mmap.PAGESIZE)
            self._map = mmap.mmap(handle.fileno(), mmap.PAGESIZE)
        server.conf["environment"] = array([f"LD_PRELOAD={':'.join(preloads)}",
                                            f"CADRE_SCARCE={server.path('scarce')}", *variables])

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
