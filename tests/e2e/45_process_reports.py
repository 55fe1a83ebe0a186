#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is told of a worker that crashes or hangs: where, in whose hands, and what was kept."""
import stat

from cadretest import *

FAULTS = r"""
#include <cadre.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int zero;
static int (*volatile nowhere)(struct cadre_request *);

static __attribute__((noinline)) void reach_for(volatile char *at)
{
    *at = 1; /* HERE: reach */
}

static __attribute__((always_inline)) inline int divide(int by)
{
    return 7 / by; /* HERE: divide */
}

static int reach(struct cadre_request *req)
{
    reach_for((char *)0x10);
    return cadre_respond_text(req, 200, "reached");
}

static int halve(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%d", divide(zero)); /* HERE: halve */
}

static int jump(struct cadre_request *req)
{
    int r = nowhere(req); /* HERE: jump */

    return r < 0 ? r : 0;
}

static int give_up(struct cadre_request *req)
{
    (void)req;
    abort(); /* HERE: give_up */
}

static int in_thread(struct cadre_request *req)
{
    reach_for((char *)0x20);
    return cadre_respond_text(req, 200, "reached");
}

static int waits(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL, "faults: waits");
    sleep(60);
    return cadre_respond_text(req, 200, "waited");
}

static int task(void *arg)
{
    (void)arg;
    reach_for((char *)0x30);
    return 0;
}

static int spawns(struct cadre_request *req)
{
    int r = cadre_task_join(cadre_spawn(task, NULL));

    return r < 0 ? r : cadre_respond_text(req, 200, "reached");
}

/* Crashes while the file of its parameter exists. */
static int perhaps(struct cadre_request *req)
{
    if (access(getenv("CRASH_IF"), F_OK) == 0)
        reach_for((char *)0x40);
    return cadre_respond_text(req, 200, "well");
}

/* Holds the loop for a while. */
static int holds(struct cadre_request *req)
{
    for (time_t end = time(NULL) + 2; time(NULL) < end;) /* HERE: holds */
        ;
    return cadre_respond_text(req, 200, "held");
}

static int fine(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "fine");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/reach", reach),
    CADRE_GET("/halve", halve),
    CADRE_GET("/jump", jump),
    CADRE_GET("/give_up", give_up),
    CADRE_GET("/in_thread", in_thread, .sync = true),
    CADRE_GET("/waits", waits, .sync = true),
    CADRE_GET("/spawns", spawns),
    CADRE_GET("/perhaps", perhaps),
    CADRE_GET("/perhaps/thread", perhaps, .sync = true, .handler_name = "perhaps_sync"),
    CADRE_GET("/fine", fine),
    CADRE_GET("/holds", holds),
    CADRE_ROUTES_END
};

CADRE_MODULE = {.title = "Faults", .version = "1", .routes = routes};
"""


def line_of(mark):
    """The line of FAULTS that says HERE: MARK."""
    return 1 + [f"HERE: {mark} " in line for line in FAULTS.split("\n")].index(True)


def serve(flags=(), **conf):
    if sanitized():
        raise Skip("the sanitizer takes the faults")
    conf.setdefault("workers", 1)
    conf.setdefault("state_dir", "state")
    server = Server(modules={"faults": {"file": "faults.so"}}, **conf)
    os.mkdir(server.path("state"), 0o755)
    server.conf["environment"] = array([f"CRASH_IF={server.path('crash')}"])
    server.build_module("faults.so", FAULTS, flags=flags)
    server.start()
    server.expects_deaths = True
    return server


def crash(server, path):
    """Asks for PATH, which kills its worker; returns the report's line and the kept report."""
    mark, kept = server.mark(), len(reports(server))
    with server.raw() as sock:
        sock.sendall(raw_request("GET", path))
        assert cut(sock)
    line = server.wait_log(r"critical master: crash report: worker \d+ \(pid (\d+)\) (.*)", since=mark)
    found = wait_for("the report in state_dir", lambda: reports(server)[kept:])[-1]
    assert found["pid"] == int(line.group(1)), found
    return line.group(2), found


def reports(server):
    try:
        with open(server.path("state/crashes.jsonl")) as handle:
            return [json.loads(line) for line in handle]
    except FileNotFoundError:
        return []


def functions(report):
    return [frame.get("function") for frame in report["frames"]]


@case
def a_crash_is_told_with_its_line_handler_and_request():
    server = serve()
    assert server.get("/fine").status == 200
    line, report = crash(server, "/reach?x=1")
    assert 'of generation 1: SIGSEGV (no memory at that address) at 0x10' in line, line
    assert 'module "faults", handler reach, request "GET /reach?x=1 HTTP/1.1"' in line, line
    assert re.search(r"; 1 request in \d\S*, peak RSS \d+\.\d MiB$", line), line
    assert report["signal"] == "SIGSEGV" and report["address"] == "0x10", report
    assert (report["module"], report["handler"]) == ("faults", "reach"), report
    assert report["request"] == "GET /reach?x=1 HTTP/1.1" and report["requests"] == 1, report
    assert report["thread"] == "loop" and report["peak_rss_kib"] > 1000, report
    assert report["frames"][0]["object"].endswith("/faults.so"), report
    assert len(report["frames"][0]["build_id"]) == 40, report
    if has_symboliser():
        assert re.search(rf"reach_for at \S+\.c:{line_of('reach')}, ", line), line
        assert functions(report)[:2] == ["reach_for", "reach"], report
        assert report["frames"][0]["line"] == line_of("reach"), report
        server.wait_log(rf"error master: backtrace of pid {report['pid']}: reach_for at \S+:\d+, "
                        r"reach at \S+:\d+")


@case
def a_module_without_debug_information_has_its_functions_named():
    server = serve(flags=("-g0",))
    line, report = crash(server, "/reach")
    assert 'handler reach' in line, line
    if has_symboliser():
        assert functions(report)[:2] == ["reach_for", "reach"], report
        assert "line" not in report["frames"][0], report
    place = r"reach_for in faults\.so" if has_symboliser() else r"faults\.so\+0x"
    assert re.search(rf" at 0x10, {place}", line), line
    server.wait_log(rf"backtrace of pid {report['pid']}: {place}")


@case
def functions_that_were_inlined_are_named():
    server = serve()
    line, report = crash(server, "/halve")
    assert "SIGFPE (an integer was divided by zero)" in line, line
    if has_symboliser():
        assert functions(report)[:2] == ["divide", "halve"], report
        lines = [frame.get("line") for frame in report["frames"][:2]]
        assert lines == [line_of("divide"), line_of("halve")], report


@case
def a_jump_to_nowhere_names_who_jumped():
    server = serve()
    line, report = crash(server, "/jump")
    assert "SIGSEGV (no memory at that address) at 0x0" in line, line
    assert report["handler"] == "jump", report
    if has_symboliser():
        assert f":{line_of('jump')}, module" in line, line


@case
def an_abort_is_told_with_the_line_that_called_it():
    server = serve()
    line, report = crash(server, "/give_up")
    assert ": SIGABRT, " in line, line
    assert report["sender"] == report["pid"], report
    if has_symboliser():
        assert re.search(rf"give_up at \S+\.c:{line_of('give_up')}, module", line), line


@case
def a_crash_in_a_thread_names_its_request_and_what_the_others_ran():
    server = serve()
    with server.raw() as other:
        other.sendall(raw_request("GET", "/waits"))
        server.wait_log("faults: waits")
        line, report = crash(server, "/in_thread")
    assert re.search(r'module "faults", handler in_thread, request "GET /in_thread HTTP/1.1", '
                     r"in pool thread 2;", line), line
    assert report["threads"] == [
        {"name": "pool thread 1", "module": "faults", "handler": "waits"},
        {"name": "pool thread 2", "module": "faults", "handler": "in_thread"}], report
    server.wait_log(rf"error master: threads of pid {report['pid']}: pool thread 1: faults:waits, "
                    r"pool thread 2: faults:in_thread")


@case
def a_crash_in_a_task_names_the_handler_that_spawned_it():
    server = serve()
    line, report = crash(server, "/spawns")
    assert 'handler spawns, task task, request "GET /spawns HTTP/1.1"' in line, line
    assert (report["handler"], report["task"]) == ("spawns", "task"), report


@case
def a_module_that_was_replaced_has_the_lines_of_what_was_loaded():
    server = serve(slow_callback="50ms")
    server.build_module("faults.so", "\n" * 40 + FAULTS)
    # Of the worker that has loaded it by its name, and of those that came when that had gone.
    for _ in range(3):
        line, report = crash(server, "/reach")
        assert report["frames"][0]["object"] == server.path("faults.so"), report
        if has_symboliser():
            assert re.search(rf"reach_for at \S+\.c:{line_of('reach')}, ", line), line
            assert report["frames"][0]["line"] == line_of("reach"), report
        else:
            assert re.search(r" at 0x10, faults\.so\+0x\w+, ", line), line
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/holds"))
        slow = server.wait_log(r'warning master: worker 1 \(pid \d+\): module "faults": handler holds '
                               r"has held the loop for \d+ms and goes on, in (.*)").group(1)
        assert read_response(sock).status == 200
    if has_symboliser():
        assert re.match(rf"holds at \S+\.c:{line_of('holds')};", slow), slow


DEEP = """
int deep(int *at);
int deep(int *at)
{
    return *at;
}
"""


@case
def a_library_that_was_replaced_has_no_wrong_lines():
    if sanitized():
        raise Skip("the sanitizer takes the faults")
    server = Server(modules={"faults": {"file": "faults.so"}}, workers=1, state_dir="state")
    os.mkdir(server.path("state"), 0o755)
    compile_module(server.path("libdeep.so"), text=DEEP)
    server.build_module("faults.so", """
#include <cadre.h>
int deep(int *at);
static int dive(struct cadre_request *req)
{
    return cadre_respond_text(req, 200 + deep((int *)0x10), "");
}
static const struct cadre_route routes[] = {CADRE_GET("/dive", dive), CADRE_ROUTES_END};
CADRE_MODULE = {.title = "Faults", .version = "1", .routes = routes};
""", flags=("-Wl,--no-as-needed", server.path("libdeep.so")))
    server.start()
    server.expects_deaths = True
    compile_module(server.path("libdeep.so"), text="\n" * 40 + DEEP)
    line, report = crash(server, "/dive")
    assert report["frames"][0]["object"] == server.path("libdeep.so"), report
    assert "line" not in report["frames"][0], report
    server.wait_log(r"backtrace of pid \d+: libdeep\.so\+0x\w+, dive ")


@case
def a_core_is_left_as_ever():
    server = serve(limit_core="unlimited")
    with open("/proc/sys/kernel/core_pattern") as pattern:
        pattern = pattern.read().strip()
    crash(server, "/reach")
    line = server.wait_log(r"was killed by signal 11 \(SIGSEGV\)")
    assert line
    if not pattern.startswith(("|", "/")):
        wait_for("the core", lambda: [n for n in os.listdir(server.path(".")) if "core" in n])


@case
def a_worker_that_was_killed_is_kept_without_a_trace():
    server = serve()
    pid = server.workers()[0]
    os.kill(pid, signal.SIGKILL)
    report = wait_for("the report", lambda: reports(server))[0]
    assert (report["pid"], report["signal"]) == (pid, "SIGKILL"), report
    assert "frames" not in report, report
    assert not server.count_log("crash report:")


@case
def the_last_twenty_are_kept_and_outlive_the_server():
    server = serve(restart_delay="10ms", restart_delay_max="10ms")
    for _ in range(21):
        wait_for("a worker", lambda: server.get("/fine").status == 200)
        crash_pid = int(server.workers()[0])
        os.kill(crash_pid, signal.SIGSEGV)
        wait_for("its report", lambda: any(r["pid"] == crash_pid for r in reports(server)))
    kept = reports(server)
    assert len(kept) == 20 and kept[-1]["pid"] == crash_pid
    assert stat.S_IMODE(os.stat(server.path("state/crashes.jsonl")).st_mode) == 0o600
    server.stop()
    other = serve(state_dir=server.path("state"))
    with other.raw() as sock:
        sock.sendall(raw_request("GET", "/reach"))
        assert cut(sock)
    wait_for("one more", lambda: reports(server)[-1]["signal"] == "SIGSEGV" and
             reports(server)[-1].get("handler") == "reach")
    assert len(reports(server)) == 20 and reports(server)[:19] == kept[1:]


@case
def a_state_dir_that_cannot_be_written_is_named_once():
    server = serve(state_dir="nowhere", restart_delay="10ms")
    for _ in range(2):
        with server.raw() as sock:
            sock.sendall(raw_request("GET", "/reach"))
            assert cut(sock)
        wait_for("the next worker", lambda: server.get("/fine").status == 200)
    server.wait_log("crash report:", count=2)
    server.wait_log(r"warning master: crash reports are not kept: cannot write crashes\.jsonl")
    assert server.count_log("crash reports are not kept") == 1


def ask(server, *words):
    """What `cadre WORDS` prints."""
    command = [CADRE, "-c", server.path("cadre.conf"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=deadline(30))
    assert done.returncode == 0, done
    return done.stdout


@case
def cadre_crashes_tells_the_reports_newest_first():
    server = serve(runtime_dir="run", restart_delay="10ms")
    assert ask(server, "crashes") == "no crash is known\n"
    _, first = crash(server, "/reach")
    _, second = crash(server, "/give_up?a=1")
    assert json.loads(ask(server, "crashes", "--json")) == [second, first]
    text = ask(server, "crashes")
    assert re.match(rf"\S+Z  worker 1 \(pid {second['pid']}\) of generation 1: SIGABRT\n", text), text
    assert re.search(r"^    request  GET /give_up\?a=1 HTTP/1\.1$", text, re.M), text
    assert re.search(r"^    handler  reach$", text, re.M), text
    if has_symboliser():
        assert re.search(rf"^    #0       reach_for at \S+\.c:{line_of('reach')} \(\S+faults\.so\+0x\w+\)$",
                         text, re.M), text


@case
def the_list_goes_over_with_an_upgrade():
    server = serve(runtime_dir="run", state_dir="memory")

    def kept():
        return json.loads(ask(server, "crashes", "--json"))

    def dies(sock):
        mark = server.mark()
        assert cut(sock)
        server.wait_log("critical master: crash report: ", since=mark)

    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/reach"))
        dies(sock)
    before = wait_for("the report", kept)
    with server.raw() as sock:
        sock.sendall(b"GET /give_up HTTP/1.1\r\n")
        mark = server.mark()
        old = server.begin_upgrade()
        server.wait_log("control socket at", since=mark)
        assert kept() == before
        # Of a worker of the old master, which drains.
        sock.sendall(b"Host: x\r\n\r\n")
        dies(sock)
        assert old.wait(deadline(60)) == 0
    after = wait_for("its report", lambda: kept() if len(kept()) == 2 else None)
    assert after[1:] == before and after[0]["handler"] == "give_up", after


@case
def the_status_names_a_crash_loop_and_its_reason():
    server = Server(workers=2, restart_delay="20ms", restart_delay_max="30s", runtime_dir="run",
                    settings={"crash_if": "crash"})
    server.conf["module"]["probe"]["settings"]["crash_if"] = server.path("crash")
    server.start()
    server.expects_deaths = True
    server.write("crash", "")
    mark = server.mark()
    os.kill(server.workers()[0], signal.SIGKILL)
    server.wait_log("crash loop", since=mark, seconds=60)

    def waiting():
        workers = json.loads(ask(server, "status", "--json"))["workers"]
        return [w for w in workers if w["state"] == "waiting"]

    seat = wait_for("the wait", waiting)[0]
    assert seat["failures"] >= 5 and "SIG" in seat["reason"], seat


# --- stalls ---------------------------------------------------------------------------------------


@case
def a_worker_that_is_silent_dumps_where_it_hangs_before_it_is_replaced():
    if sanitized():
        raise Skip("slow")
    server = Server(workers=1, worker_timeout="1s").start()
    server.expects_deaths = True
    pid = server.workers()[0]
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/block/60000"))
        slow = server.wait_log(r'warning master: worker 1 \(pid \d+\): module "probe": handler block '
                               r"has held the loop for \d+ms and goes on(.*)").group(1)
        report = server.wait_log(rf"crash report: worker 1 \(pid {pid}\) (.*)").group(1)
        assert cut(sock)
    assert 'handler block, request "GET /block/60000 HTTP/1.1"' in report, report
    assert "it was killed: its loop has not turned for 1" in report, report
    if has_symboliser():
        assert re.match(r", in hold at \S+\.c:\d+; stack: ", slow), slow
        assert re.search(r", hold at \S+\.c:\d+, ", report), report
    assert server.get("/version").status == 200


# --- crash loops and quarantine -------------------------------------------------------------------


@case
def a_crash_loop_is_named_with_its_wait():
    server = Server(workers=2, restart_delay="20ms", restart_delay_max="400ms",
                    settings={"crash_if": "crash"})
    server.conf["module"]["probe"]["settings"]["crash_if"] = server.path("crash")
    server.start()
    server.expects_deaths = True
    server.write("crash", "")
    mark = server.mark()
    os.kill(server.workers()[0], signal.SIGKILL)
    line = server.wait_log(r"worker \d+ \(pid \d+\) .*; crash loop, (\d+) failures in a row; starts "
                           r"again in \d+ms", since=mark, seconds=60)
    assert int(line.group(1)) >= 5, line.group(0)
    os.unlink(server.path("crash"))
    server.wait_log(r"worker \d+ \(pid \d+\) serves again", since=mark, seconds=60)


def kill_by(server, path, times):
    for _ in range(times):
        mark = server.mark()
        with server.raw() as sock:
            sock.sendall(raw_request("GET", path))
            assert cut(sock)
        server.wait_log("serves again", since=mark)


@case
def a_handler_that_kills_workers_is_answered_503_until_a_reload():
    server = serve(quarantine="3 in 60s", runtime_dir="run", status_listen="127.0.0.1:0",
                   restart_delay="10ms", restart_delay_max="10ms")
    server.write("crash", "")
    kill_by(server, "/perhaps", 3)
    line = server.wait_log(r'critical master: module "faults": handler perhaps is in quarantine: '
                           r"3 workers died of it \(quarantine\); its requests are answered 503, in "
                           r"1m one is tried")
    assert line
    pids = server.workers()
    for _ in range(20):
        refused = server.get("/perhaps")
        assert refused.status == 503, refused
        assert 1 <= int(refused.headers["retry-after"]) <= 60, refused.headers["retry-after"]
    assert server.get("/fine").status == 200
    assert server.workers() == pids
    found = json.loads(ask(server, "status", "--json"))["quarantine"]
    assert [(q["module"], q["handler"], q["refused"]) for q in found] == [("faults", "perhaps", 20)], found
    page = server.get("/status.json", listener="status_listen").json()["quarantine"]
    assert [(q["module"], q["handler"], q["refused"]) for q in page] == [("faults", "perhaps", 20)], page
    assert "\ncadre_quarantined_handlers 1\n" in server.get("/metrics", listener="status_listen").text
    assert 0 < found[0]["retry_s"] <= 60 and not found[0]["tried"], found
    assert re.search(r'^quarantine: module "faults", handler perhaps: 20 requests refused, the next is '
                     r"tried in \d", ask(server, "status"), re.M)
    os.unlink(server.path("crash"))
    mark = server.mark()
    os.kill(server.pid, signal.SIGHUP)
    server.wait_log("ready: 1 worker, generation 2", since=mark)
    wait_for("the new generation", lambda: server.get("/perhaps").status == 200)


@case
def a_probe_that_comes_through_ends_the_quarantine():
    server = serve(quarantine="2 in 1s", restart_delay="10ms", restart_delay_max="10ms")
    server.write("crash", "")
    for _ in range(20):  # the window is short, and the machine may be slow
        kill_by(server, "/perhaps/thread", 1)
        if server.count_log("handler perhaps_sync is in quarantine"):
            break
    server.wait_log("handler perhaps_sync is in quarantine")
    # The first probe kills again, and the wait doubles.
    mark = server.mark()

    def probe():
        with server.raw() as sock:
            sock.sendall(raw_request("GET", "/perhaps/thread"))
            return cut(sock)

    def probed():
        try:
            probe()
        except AssertionError:
            pass
        return server.count_log("handler perhaps_sync stays in quarantine", since=mark)

    wait_for("the probe", probed)
    server.wait_log(r"the request that was tried killed its worker; in 2s one more is tried", since=mark)
    os.unlink(server.path("crash"))
    wait_for("the way back", lambda: server.get("/perhaps/thread").status == 200)
    server.wait_log("handler perhaps_sync has come through and leaves the quarantine")
    assert all(server.get("/perhaps/thread").status == 200 for _ in range(10))


@case
def without_quarantine_every_request_runs():
    server = serve(restart_delay="10ms", restart_delay_max="10ms")
    server.write("crash", "")
    kill_by(server, "/perhaps", 6)
    assert not server.count_log("in quarantine")


main()
