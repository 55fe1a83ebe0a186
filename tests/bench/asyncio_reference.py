#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the operations of bench_async.c cost in Python's asyncio: lines `NAME NANOSECONDS`, the
median of some rounds each. Run by bench_async, for its table."""
import asyncio
import statistics
import time

ROUNDS = 5


async def nothing():
    pass


async def spawn_join(n):
    for _ in range(n):
        await asyncio.create_task(nothing())


async def one_yield(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def lock(n):
    it = asyncio.Lock()
    for _ in range(n):
        await it.acquire()
        it.release()


async def queue(n):
    it = asyncio.Queue()
    for _ in range(n):
        await it.put(1)
        await it.get()


async def lock_handover(n):
    it = asyncio.Lock()

    async def take():
        for _ in range(n // 2):
            async with it:
                await asyncio.sleep(0)

    await asyncio.gather(take(), take())


async def to_thread(n):
    loop = asyncio.get_running_loop()
    for _ in range(n):
        await loop.run_in_executor(None, int)


async def deadline(n):
    for _ in range(n):
        async with asyncio.timeout(1000):
            pass


async def gather3(n):
    for _ in range(n):
        await asyncio.gather(nothing(), nothing(), nothing())


async def call_later(n):
    loop = asyncio.get_running_loop()
    for _ in range(n):
        loop.call_later(1000, int).cancel()


async def post(n):
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    left = n

    def count():
        nonlocal left
        left -= 1
        if left == 0:
            done.set()

    def post_all():
        for _ in range(n):
            loop.call_soon_threadsafe(count)

    await asyncio.gather(asyncio.to_thread(post_all), done.wait())


async def main():
    for operation, n in ((spawn_join, 5000), (one_yield, 20000), (lock, 50000), (queue, 20000),
                         (lock_handover, 10000), (to_thread, 2000), (deadline, 10000),
                         (gather3, 2000), (call_later, 20000), (post, 5000)):
        if operation is deadline and not hasattr(asyncio, "timeout"):
            continue
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter_ns()
            await operation(n)
            took.append((time.perf_counter_ns() - began) / n)
        print(operation.__name__, statistics.median(took), flush=True)


asyncio.run(main())
