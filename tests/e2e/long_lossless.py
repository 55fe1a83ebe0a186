#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever the supervisor does under load loses nothing; whatever dies takes only its own along;
and a thousand deaths leave the master as it was."""
from cadretest import *
from reload_client import Client

SECONDS = float(os.environ.get("CADRE_LOSSLESS_SECONDS", "20"))
DEATHS = int(os.environ.get("CADRE_DEATHS", "1000"))
RELOADS = int(os.environ.get("CADRE_RELOADS", "200"))
RSS_KIB = 256
RECYCLED = r"is recycled: it has answered \d+ requests"


def count_workers(server, count):
    wait_for(f"{count} workers", lambda: len(server.workers()) == count, seconds=60)


def lossless(listen):
    server = Server(workers=2, listen=listen, max_requests=500, keepalive_timeout="60s").start()
    began = time.monotonic()
    with Client(server.address(), path="/version", kept=64, single=64) as client:
        for number in range(20):
            server.reload()
            if number == 6:
                server.upgrade()
            if number in (10, 11):
                server.signal(signal.SIGTTIN)
            if number in (12, 13):
                server.signal(signal.SIGTTOU)
            left = began + (number + 1) * SECONDS / 20 - time.monotonic()
            if left > 0:
                client.wait(left)
        # However few seconds it was given: enough of each kind.
        wait_for("answers and recycled workers", lambda: client.later["answered"] > 1000 and
                 client.single["answered"] > 1000 and server.count_log(RECYCLED) >= 2, seconds=120)
    print("\n".join("# " + line for line in client.table().splitlines()), flush=True)
    assert client.lost == 0 and client.closed == 0, client.table()
    count_workers(server, 2)


QUEUES = {"web": {"address": "127.0.0.1:0", "reuse_port": True}}


@case(seconds=300)
def reloads_an_upgrade_scaling_and_recycling_lose_nothing():
    lossless(None)


@case(seconds=300)
def nor_do_they_with_a_queue_a_worker():
    lossless(QUEUES)


def killed(listen):
    kept, single, kills = 64, 64, max(2, int(SECONDS))
    server = Server(workers=2, listen=listen, spare_workers=1, keepalive_timeout="60s", restart_delay="10ms",
                    restart_delay_max="10ms").start()
    server.expects_deaths = True
    with Client(server.address(), path="/version", kept=kept, single=single) as client:
        for _ in range(kills):
            count_workers(server, 3)
            server.signal(signal.SIGKILL, server.workers()[0])
            client.wait(1)
        wait_for("answers", lambda: client.answered > 1000, seconds=120)
    print("\n".join("# " + line for line in client.table().splitlines()), flush=True)
    refused = client.first["refused"] + client.later["refused"] + client.single["refused"]
    wrong = client.first["wrong"] + client.later["wrong"] + client.single["wrong"]
    assert refused == 0 and wrong == 0, client.table()
    # No more than all that one of two workers (or of three, with the spare) can have accepted.
    assert client.lost + client.dropped <= kills * (kept + single), client.table()


@case(seconds=300)
def a_killed_worker_takes_only_its_own_along():
    killed(None)


@case(seconds=300)
def a_killed_worker_does_not_take_its_queue_along():
    killed(QUEUES)


def look(server):
    """What the master holds: descriptors by kind, resident KiB."""
    folder = f"/proc/{server.pid}/fd"
    kinds = sorted(re.sub(r"\d+", "N", os.readlink(os.path.join(folder, fd)))
                   for fd in os.listdir(folder))
    with open(f"/proc/{server.pid}/status") as status:
        rss = int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))
    return kinds, rss


def zombies(server):
    return [pid for pid in os.listdir("/proc") if pid.isdigit() and process_state(pid) == "Z"
            and parent(pid) == server.pid]


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def die(server, count):
    """So many deaths of workers, as they come."""
    dead = set()
    for _ in range(count):
        victim = wait_for("a worker", lambda: [p for p in server.workers() if p not in dead])[0]
        dead.add(victim)
        server.signal(signal.SIGKILL, victim)
    count_workers(server, 2)


@case(seconds=1200)
def a_thousand_deaths_and_two_hundred_reloads_leave_the_master_as_it_was():
    server = Server(workers=2, restart_delay="10ms", restart_delay_max="10ms",
                    probe_flags=["-DNO_SERVER_LIFESPAN"]).start()
    server.expects_deaths = True

    def rest():
        count_workers(server, 2)
        assert server.get("/version").status == 200

    die(server, 40)
    for _ in range(10):
        server.reload()
    rest()
    kinds, rss = look(server)
    die(server, DEATHS)
    for _ in range(RELOADS):
        server.reload()
    rest()
    kinds_after, rss_after = look(server)
    print(f"# {len(kinds)} descriptors before, {len(kinds_after)} after; "
          f"{rss} KiB before, {rss_after} after", flush=True)
    assert kinds_after == kinds, (kinds, kinds_after)
    assert not zombies(server)
    if not sanitized():
        assert rss_after - rss <= RSS_KIB, (rss, rss_after)


main()
