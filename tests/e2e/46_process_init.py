#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The master as process 1 of a container: it reaps strangers and acts on its signals."""
import shutil

from cadretest import *

# A stranger: its parent ends at once, so that process 1 has to care for it.
ORPHANS = r"""
#include <cadre.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int orphans(struct cadre_request *req)
{
    int count = atoi(cadre_path_param(req, "n"));

    for (int i = 0; i < count; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            if (fork() == 0)
                _exit(7);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    return cadre_respondf(req, 200, "text/plain", "%d", (int)getppid());
}

static const struct cadre_route routes[] = {CADRE_GET("/orphans/{n}", orphans), CADRE_ROUTES_END};

CADRE_MODULE = {.title = "Orphans", .version = "1", .routes = routes};
"""


def contained():
    """A server that is process 1 of a namespace of its own."""
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "--fork", "--pid", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        command[1:1] = ["--user", "--map-root-user"]
    if unshare is None or subprocess.run([*command, "true"], stderr=subprocess.DEVNULL,
                                         check=False).returncode != 0:
        raise Skip("no namespaces here")
    server = Server(workers=2, modules={"orphans": {"file": "orphans.so"}})
    server.build_module("orphans.so", ORPHANS)
    server.program = [*command, *server.program]
    server.start()
    return server


def master(server):
    """The pid, as seen from outside, of the namespace's process 1."""
    with open(f"/proc/{server.pid}/task/{server.pid}/children") as children:
        return int(children.read().split()[0])


def zombies(server):
    return [pid for pid in os.listdir("/proc") if pid.isdigit() and process_state(pid) == "Z"
            and parent(pid) == master(server)]


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def name(pid):
    try:
        with open(f"/proc/{pid}/comm") as comm:
            return comm.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None


def end(server):
    """Stops the server by a signal to process 1; nothing of its namespace outlives it."""
    os.kill(master(server), signal.SIGTERM)
    assert server.wait_exit() == 0
    server.wait_log("master: stopped")


@case
def process_1_reaps_strangers():
    server = contained()
    assert server.get("/orphans/50").text == "1"
    wait_for("the strangers to be reaped", lambda: not zombies(server))
    assert server.get("/orphans/1").status == 200
    end(server)


@case
def process_1_acts_on_its_signals():
    server = contained()
    mark = server.mark()
    os.kill(master(server), signal.SIGHUP)
    server.wait_log("ready: .*generation 2", since=mark)
    server.wait_log("generation 1 has ended", since=mark)
    os.kill(master(server), signal.SIGUSR1)
    server.wait_log("nothing to open again", since=mark)
    server.expects_deaths = True
    victim = next(pid for pid in os.listdir("/proc") if pid.isdigit() and
                  parent(pid) == master(server) and name(pid) == "cadre-worker")
    os.kill(int(victim), signal.SIGKILL)
    server.wait_log(r"SIGKILL", since=mark)
    wait_for("an answer", lambda: server.get("/orphans/1").status == 200)
    wait_for("no zombies", lambda: not zombies(server))
    end(server)


main()
