#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A handler that holds the loop, and one whose stack is too small, are named in the log."""

from cadretest import *

DEEP = r"""
#include <cadre.h>
#include <string.h>

static __attribute__((noinline)) int dig(volatile char *above, int left)
{
    volatile char here[2048];

    memset((char *)here, left, sizeof(here));
    return left == 0 ? above[0] : dig(here, left - 1) + here[left % 2048];
}

static int deep(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%d", dig(cadre_path_param(req, "n")[0] ? "" : "x",
        (int)strtol(cadre_path_param(req, "n"), NULL, 10)));
}

static int dig_deep(void *arg)
{
    return dig("", *(const int *)arg);
}

static int spawns(struct cadre_request *req)
{
    int left = 100;

    (void)req;
    return cadre_task_join(cadre_spawn(dig_deep, &left));
}

static int hold(void *arg)
{
    struct timespec time = {.tv_sec = 1}, rest;

    (void)arg;
    while (nanosleep(&time, &rest) < 0)
        time = rest;
    return 0;
}

static int holds(struct cadre_request *req)
{
    int r = cadre_task_join(cadre_spawn(hold, NULL));

    return r < 0 ? r : cadre_respond_text(req, 200, "held");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/deep/{n}", deep),
    CADRE_GET("/spawns", spawns),
    CADRE_GET("/holds", holds),
    CADRE_ROUTES_END
};

CADRE_MODULE = {.title = "Deep", .version = "1", .routes = routes};
""".replace("#include <string.h>", "#include <stdlib.h>\n#include <string.h>\n#include <time.h>")


@case
def a_handler_that_holds_the_loop_is_named_while_it_does():
    server = Server(workers=2, slow_callback="50ms").start()
    with Held(server, "block") as held:
        line = server.wait_log(r'warning master: worker \d+ \(pid \d+\): module "probe": handler '
                               r"block has held the loop for (\d+)ms and goes on(.*)")
        assert int(line.group(1)) >= 50
        if sanitized() != "thread":
            if has_symboliser():
                assert re.match(r", in hold at \S+\.c:\d+; stack: ", line.group(2)), line.group(0)
                assert re.search(r"hold at \S+\.c:\d+, .*block at \S+\.c:\d+", line.group(2)), line
            else:
                assert re.search(r"; stack: .*libc\.so\.6\+0x.*probe\.so\+0x.*cadre-worker\+0x",
                                 line.group(2)), line.group(0)
        assert held.let_go() == [200]
    server.wait_log(r'module "probe": handler block held the loop for [\d.]+m?s')
    assert server.count_log("block has held the loop") == 1


@case
def a_sync_handler_holds_nothing():
    server = Server(workers=1, slow_callback="1s").start()
    assert server.get("/thread/1500").text == "blocked a thread"
    assert server.get("/sleep/1500").text == "slept"
    assert not server.count_log("held the loop")


@case
def without_slow_callback_nobody_looks():
    server = Server(workers=1, slow_callback=0).start()
    assert server.get("/block/1500").text == "blocked"
    assert not server.count_log("held the loop")
    names = os.listdir(f"/proc/{server.workers()[0]}/task")
    assert len(names) == 1, names


@case
def the_watchdog_of_an_idle_worker_sleeps():
    server = Server(workers=1).start()
    assert server.get("/version").status == 200
    pid = server.workers()[0]

    def watchdog():
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/comm") as comm:
                if comm.read().strip() == "cadre-watchdog":
                    return thread

    def switches(thread):
        with open(f"/proc/{pid}/task/{thread}/status") as status:
            return re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read(), re.M).group(1)

    def rests():
        before = switches(thread)
        time.sleep(0.5)  # no switch within it
        return switches(thread) == before

    thread = watchdog()
    assert thread
    wait_for("the watchdog to sleep", rests)


@case
def a_stack_overflow_names_its_handler():
    server = Server(workers=1, modules={"deep": {"file": "deep.so"}}, coroutine_stack="64k")
    server.build_module("deep.so", DEEP)
    server.start()
    assert server.get("/deep/5").status == 200
    if sanitized():
        return  # the sanitizer takes the fault
    server.expects_deaths = True
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/deep/100"))
        assert cut(sock)
    death = server.wait_log(r"worker \d+ \(pid \d+\).*SIGSEGV")
    line = server.wait_log(r"critical worker \d+: stack overflow in handler (\w+): its stack has "
                           r"64 KiB, see coroutine_stack")
    assert line.group(1) == "deep"
    assert line.start() < death.start() or server.log().index(line.string) < server.log().index(
        death.string)
    wait_for("the next worker", lambda: server.get("/deep/5").status == 200)


@case
def a_task_is_named_with_the_handler_that_spawned_it():
    server = Server(workers=1, modules={"deep": {"file": "deep.so"}}, slow_callback="50ms")
    server.build_module("deep.so", DEEP)
    server.start()
    assert server.get("/holds").text == "held"
    server.wait_log(r"warning master: worker \d+ \(pid \d+\): task hold of handler holds has held "
                    r"the loop for \d+ms")
    if sanitized():
        return  # the sanitizer takes the fault
    server.expects_deaths = True
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/spawns"))
        assert cut(sock)
    server.wait_log(r"critical worker \d+: stack overflow in task dig_deep of handler spawns: ")


@case
def any_other_fault_kills_as_ever():
    server = Server(workers=1).start()
    server.expects_deaths = True
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/crash/segv"))
        assert cut(sock)
    server.wait_log(r"worker \d+ \(pid \d+\).*SIGSEGV")
    assert not server.count_log("stack overflow")


@case
def a_signal_from_outside_kills_too():
    server = Server(workers=1).start()
    server.expects_deaths = True
    pid = server.workers()[0]
    os.kill(pid, signal.SIGSEGV)
    server.wait_log(rf"pid {pid}\).*SIGSEGV")
    assert not server.count_log("stack overflow")


main()
