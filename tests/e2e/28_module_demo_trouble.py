# SPDX-License-Identifier: MIT
"""The demo's items where all goes wrong at once: processes killed together, a disk that is full, a file
that another program holds. What was answered is there afterwards, and answers say what is the matter."""
import shutil
import signal

from cadretest import *
from demo_items import Writers, all_items, create, demo, needs_sqlite

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@case
def nothing_answered_is_lost_when_all_workers_are_killed_at_once():
    server = demo(workers=3).start()
    needs_sqlite(server)
    server.expects_deaths = True
    with Writers(server) as writers:
        for _ in range(3):
            writers.wait_for_more()
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
        writers.wait_for_more()
    writers.check()
    server.stop()


def killed_and_started_again(kill):
    """What was answered before kill(SERVER) is what a new server on the same file has."""
    server = demo(workers=3).start()
    needs_sqlite(server)
    for _ in range(3):
        with Writers(server) as writers:
            writers.wait_for_more(50)
            kill(server)
            server.wait_exit()
        wait_for("the end of the workers", lambda: not server.processes())
        server = demo(workers=3, database=server.conf["module"]["demo"]["settings"]["database"])
        server.start()
        writers.check(server)
    server.stop()


@case
def nothing_answered_is_lost_when_the_master_is_killed():
    killed_and_started_again(lambda server: os.kill(server.pid, signal.SIGKILL))


@case
def nothing_answered_is_lost_when_all_processes_are_killed_at_once():
    killed_and_started_again(lambda server: os.killpg(server.pid, signal.SIGKILL))


@case
def there_are_never_more_items_than_may_be():
    server = demo(workers=3, max_items=30).start()
    needs_sqlite(server)
    answers = parallel(60, lambda i: create(server, f"item {i}").status)
    assert sorted(answers) == [201] * 27 + [507] * 33, sorted(answers)
    assert len(all_items(server)) == 30
    server.stop()


# --- a disk of its own


def on_small_disk():
    """The demo with its file on a file system of 1 MiB that it alone sees; and what runs a command
    there."""
    command = ["unshare", "--mount"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    server = demo(workers=2)
    disk = server.path("disk")
    os.mkdir(disk)
    mount = [*command, "sh", "-c", 'mount -t tmpfs -o size=1m none "$0" && exec "$@"', disk]
    for program in ("unshare", "nsenter", "mount"):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")
    if subprocess.run([*mount, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skip("no namespaces here")
    server.conf["module"]["demo"]["settings"]["database"] = os.path.join(disk, "demo.db")
    server.program = [*mount, *server.program]

    def run_there(*args):
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        subprocess.run(["nsenter", f"--target={server.pid}", "--mount", *user, *args], check=True)

    return server.start(), disk, run_there


@case
def a_full_disk_is_507_and_loses_nothing():
    server, disk, run_there = on_small_disk()
    needs_sqlite(server)
    run_there("dd", "if=/dev/zero", f"of={disk}/other", "bs=1024", "count=400", "status=none")
    answered = all_items(server)
    while (answer := create(server, "a", description="x" * 1000)).status == 201:
        answered[answer.json()["id"]] = "a"
    assert answer.status == 507 and answer.json() == {"detail": "The disk is full"}, answer
    assert len(answered) > 20, len(answered)
    form = server.post("/shelf", b"name=" + b"b" * 80 + b"&price=1", FORM)
    assert form.status in (303, 507), form  # it is short: there may be room for it
    assert set(parallel(20, lambda i: create(server, "a", description="x" * 1000).status)) == {507}
    found = all_items(server)
    assert set(answered) <= set(found), set(answered) - set(found)

    run_there("rm", f"{disk}/other")
    answer = create(server, "room again")
    assert answer.status == 201, answer
    found = all_items(server)
    assert set(answered) <= set(found) and found[answer.json()["id"]] == "room again"
    server.stop()


@case
def workers_start_on_a_full_disk():
    server, disk, run_there = on_small_disk()
    needs_sqlite(server)
    server.expects_deaths = True
    answered = all_items(server)
    while (answer := create(server, "a", description="x" * 1000)).status == 201:
        answered[answer.json()["id"]] = "a"
    old = server.workers()
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_for("new workers", lambda: len(set(server.workers()) - set(old)) == 2 and
             not set(old) & set(server.workers()))
    assert set(answered) <= set(all_items(server))
    assert create(server, "a", description="x" * 1000).status == 507
    server.stop()


# --- another program


@case
def what_another_program_locks_is_503_while_it_does():
    try:
        import sqlite3
    except ImportError:
        raise Skip("python has no sqlite3") from None
    server = demo(workers=2).start()
    needs_sqlite(server)
    before = all_items(server)
    other = sqlite3.connect(server.path("demo.db"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    answers = parallel(24, lambda i: create(server, f"locked {i}"))
    took = time.monotonic() - began
    assert {(a.status, a.headers["retry-after"]) for a in answers} == {(503, "1")}, answers
    assert took < deadline(30), took  # not one behind another, which would be a minute
    assert all_items(server) == before  # who reads does not wait
    other.execute("ROLLBACK")
    other.close()
    assert create(server, "free again").status == 201
    assert len(all_items(server)) == len(before) + 1
    server.stop()


main()
