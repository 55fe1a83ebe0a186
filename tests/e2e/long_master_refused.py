#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernel refuses the master a call, each kind at each place: the server goes on, or ends with
one clear reason. Never a half state: who serves, serves; who has ended has left nothing.

Each round is a short life: start, a worker killed, the log opened anew, a reload, a stop; or, with
queues, a spare, a reporter and a control socket: a crash that is reported, more and fewer workers,
questions, a binary upgrade."""
import mmap
import struct

from cadretest import *

FORK, EXEC, SOCKETPAIR, MEMFD, MAP, OPEN, PIDFD, SOCKET = (1 << i for i in range(8))
_KINDS, _COUNT, _FIRST, _LAST, _REFUSED = range(0, 40, 8)  # as in refuse.c


def short_life():
    return Server(workers=2, log_file="cadre.log", restart_delay="10ms", restart_delay_max="50ms")


def full_life():
    return Server(workers=2, spare_workers=1, runtime_dir="run", status_listen="127.0.0.1:0",
                  access_log="access.log", restart_delay="10ms", restart_delay_max="50ms",
                  listen={"web": {"address": "127.0.0.1:0", "reuse_port": True}})


def life(server, script, kind, number):
    """One life in which the call NUMBER of KIND is refused (0: none is). How many calls there were
    of the kind, and how it ended."""
    server.expects_deaths = True
    server.checks_lines = False  # before there is a log, lines have another form
    so = server.path("refuse.so")
    compile_module(so, source=os.path.join(os.path.dirname(os.path.abspath(__file__)), "refuse.c"))
    with open(server.path("refuse"), "wb+") as handle:
        handle.truncate(mmap.PAGESIZE)
        page = mmap.mmap(handle.fileno(), mmap.PAGESIZE)
    for at, value in ((_KINDS, kind), (_FIRST, number), (_LAST, number)):
        struct.pack_into("=Q", page, at, value)
    server.env.update(LD_PRELOAD=so, CADRE_REFUSE=server.path("refuse"))

    def text():
        """What the server has said, wherever it went."""
        said = "\n".join(server.log())
        if os.path.exists(server.path("cadre.log")):
            said += server.read("cadre.log")
        return said

    def count(pattern):
        return len(re.findall(pattern, text()))

    def gone():
        return server.process.poll() is not None

    server.launch()
    try:
        wait_for("a start or an end", lambda: gone() or count(r"master: ready: "))
        if gone():
            end = refused_to_start(server, text)
        else:
            end = script(server, text, count)
        calls = struct.unpack_from("=Q", page, _COUNT)[0]
        if number:
            assert struct.unpack_from("=Q", page, _REFUSED)[0] == (1 if number <= calls else 0)
        return calls, end
    except AssertionError as error:
        raise AssertionError(f"call {number}: {error}\n{text()}") from None
    finally:
        wrong = server.close()
        page.close()
        assert not wrong, (number, wrong)
        server.remove()


def refused_to_start(server, text):
    code = server.wait_exit()
    assert code in (1, 3), f"exit code {code}"
    reasons = [line for line in text().splitlines() if re.search(r"cadre: |startup failed: ", line)]
    assert reasons, "it has ended without a reason"
    return "ended: " + reasons[-1]


def getter(text):
    address = re.search(r"listening on 127\.0\.0\.1:(\d+) \(web", text()).group(1)

    def get():
        with socket.create_connection(("127.0.0.1", int(address)), deadline(30)) as sock:
            sock.sendall(raw_request("GET", "/version", close=True))
            return read_response(sock).status

    return get


def live_shortly(server, text, count):
    get = getter(text)
    assert get() == 200
    victim = server.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_for("the next worker", lambda: victim not in server.workers() and
             len(server.workers()) == 2)
    assert get() == 200
    server.signal(signal.SIGUSR1)
    wait_for("the log", lambda: count(r"opened again|is there is nothing|cannot open"))
    server.signal(signal.SIGHUP)
    wait_for("the reload's end", lambda: count(r"ready: .*generation 2|reload failed: "))
    failed = re.search(r"reload failed: .*", text())
    assert get() == 200
    server.stop()
    assert not server.workers()
    return "went on: " + failed.group(0) if failed else "went on"


def ask(server, line):
    """The answer on the control socket; None: there is no such socket, or none for us."""
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(deadline(30))
            sock.connect(server.path("run/control.sock"))
            sock.sendall(line.encode() + b"\n")
            data = b""
            while more := sock.recv(65536):
                data += more
    except (FileNotFoundError, ConnectionError):
        return None
    return json.loads(data) if data else None


def live_fully(server, text, count):
    get = getter(text)
    assert get() == 200
    victim = server.workers()[0]
    os.kill(victim, signal.SIGSEGV)
    wait_for("the report", lambda: count(rf"crash report: worker . \(pid {victim}\)"))
    wait_for("the next worker", lambda: victim not in server.workers() and
             len(server.workers()) == 3)
    assert get() == 200
    server.signal(signal.SIGTTIN)
    wait_for("one worker more", lambda: len(server.workers()) == 4)
    server.signal(signal.SIGTTOU)
    wait_for("one worker fewer", lambda: len(server.workers()) == 3)
    for line in ("status tasks", "crashes", "reopen"):
        answer = ask(server, line)
        assert answer or count(r"no control socket|control socket: |cannot take"), line
        assert answer is None or answer["ok"] or answer["error"], answer
    for _ in range(4):
        assert get() == 200
    old, line = server.try_upgrade()
    if old is not None:
        assert old.wait(deadline(60)) == 0
    for _ in range(4):
        assert get() == 200
    server.stop()
    assert not server.workers()
    return "went on" if old is not None else "went on: " + line


LIVES = {"short": (short_life, live_shortly), "full": (full_life, live_fully)}


def every(kind, name):
    make, script = LIVES[name]
    calls, _ = life(make(), script, kind, 0)
    assert calls > 0, "it makes no such call: the preload does not work"
    ends = {}
    for number in range(1, calls + 1):
        _, end = life(make(), script, kind, number)
        ends.setdefault(re.sub(r"\d+|/tmp/\S+", "N", end), []).append(number)
    print("\n".join(f"# {len(numbers)} of {calls}: {end}" for end, numbers in ends.items()),
          flush=True)


def add(name, kind, life_name):
    def run():
        if sanitized():
            raise Skip("a sanitizer wants to be loaded first")
        every(kind, life_name)

    run.__name__ = f"{name}_is_refused_at_each_place_of_a_{life_name}_life"
    case(run, seconds=900)


for _name, _kind in (("fork", FORK), ("exec", EXEC), ("socketpair", SOCKETPAIR), ("memfd", MEMFD),
                     ("mmap", MAP), ("pidfd", PIDFD), ("socket", SOCKET), ("open", OPEN)):
    for _life in LIVES:
        add(_name, _kind, _life)

main()
