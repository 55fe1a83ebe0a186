#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files that are replaced under a running server: whoever comes later is the version that its
siblings are, or is refused in one line."""
import errno
import shutil

from cadretest import *

SHOP = """
#include <cadre.h>

static int version(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "VERSION");
}

static const struct cadre_route routes[] = {CADRE_GET("/", version), CADRE_ROUTES_END};

CADRE_MODULE = {.title = "Shop", .version = "1", .routes = routes};
"""


def put(path, version):
    """Puts a module in place that answers VERSION, by a rename."""
    compile_module(path, text=SHOP.replace("VERSION", version))


def shop(workers=2, **more):
    """A server with that module, of version "one", and where its file is."""
    server = Server(workers=workers, **more)
    path = server.path("shop.so")
    put(path, "one")
    server.conf["module"] = {"shop": {"file": path, "mount": "/"}}
    return server, path


def kill_one(server):
    """Kills a worker and waits for another in its place."""
    count = server.conf["workers"] + server.conf.get("spare_workers", 0)

    def there():
        """All of them; one that has just begun has no name yet."""
        pids = server.workers()
        return pids if len(pids) == count else None

    old = wait_for("all workers", there)[0]
    server.signal(signal.SIGKILL, old)
    wait_for("another worker", lambda: old not in (there() or [old]))
    server.wait_log("starts again")


def versions(server):
    return {answer.text for answer in server.spread("/")}


@case
def a_module_that_was_replaced_comes_with_a_reload():
    server, path = shop()
    server.start()
    server.expects_deaths = True
    assert versions(server) == {"one"}
    put(path, "two")
    for _ in range(3):
        kill_one(server)
        assert versions(server) == {"one"}
    server.reload()
    assert versions(server) == {"two"}
    kill_one(server)
    assert versions(server) == {"two"}
    server.stop()


@case
def a_module_that_was_deleted_still_serves():
    server, path = shop()
    server.start()
    server.expects_deaths = True
    os.unlink(path)
    kill_one(server)
    assert versions(server) == {"one"}
    server.signal(signal.SIGHUP)
    server.wait_log("reload failed: .*there is no file .*shop.so")
    kill_one(server)
    assert versions(server) == {"one"}
    put(path, "two")
    server.reload()
    assert versions(server) == {"two"}
    server.stop()


@case
def recycled_and_added_workers_are_of_the_same_version():
    server, path = shop(workers=1, max_requests=20)
    server.start()
    put(path, "two")
    with server.hammer("/", clients=2) as hammer:
        hammer.wait_for_answers(200)
        server.signal(signal.SIGTTIN)
        wait_for("another", lambda: len(server.workers()) >= 2)
        hammer.wait_for_answers(200)
    assert set(hammer.answers) == {"one"}, hammer.answers
    server.stop()


@case
def with_rights_dropped_too():
    needs_root()
    server, path = shop(user="nobody")
    os.chmod(server.folder, 0o755)
    server.start()
    server.expects_deaths = True
    put(path, "two")
    kill_one(server)
    assert versions(server) == {"one"}
    server.stop()


@case
def a_module_that_was_overwritten_is_refused_in_one_line():
    server, path = shop(restart_delay="100ms", restart_delay_max="1s", log_level="debug")
    server.start()
    server.expects_deaths = True
    with open(path, "ab") as handle:
        handle.write(b"x")
    mark = server.mark()
    server.signal(signal.SIGKILL, server.workers()[0])
    server.wait_log("error master: worker . .*cannot be replaced: .*shop.so.* was overwritten since this "
                    "generation has loaded it: run `cadre reload`", since=mark)
    wait_for("two tries more", lambda: sum("cannot be replaced" in line for line in server.log(mark)) >= 3)
    errors = [line for line in server.log(mark) if " error master: worker" in line]
    assert len(errors) == 2, errors  # its end, and this
    assert len(server.workers()) == 1
    assert server.get("/").text == "one"
    server.reload()
    wait_for("two workers", lambda: len(server.workers()) == 2)
    assert versions(server) == {"one"}
    server.stop()


@case
def what_was_overwritten_is_reloaded_when_nobody_is_left():
    server, path = shop(workers=1)
    server.start()
    server.expects_deaths = True
    with open(path, "ab") as handle:
        handle.write(b"x")
    server.signal(signal.SIGKILL, server.workers()[0])
    server.wait_log("no worker is left that could serve: reload")
    server.wait_log("ready: 1 worker, generation 2")
    assert server.get("/").text == "one"
    server.stop()


def own_worker(server):
    """Gives the server a cadre-worker of its own; its path."""
    path = server.path("cadre-worker")
    shutil.copy(WORKER, path)
    server.env["CADRE_WORKER"] = path
    return path


@case
def a_worker_program_that_was_replaced_is_the_old_one_until_an_upgrade():
    server, _ = shop()
    path = own_worker(server)
    server.start()
    server.expects_deaths = True
    with open(path + ".new", "w") as handle:
        handle.write("#!/bin/sh\nexit 9\n")
    os.chmod(path + ".new", 0o755)
    os.rename(path + ".new", path)
    kill_one(server)
    os.unlink(path)
    kill_one(server)
    server.reload()
    assert versions(server) == {"one"}
    server.stop()


@case
def a_worker_program_cannot_be_overwritten_while_it_runs():
    server, _ = shop()
    path = own_worker(server)
    server.start()
    try:
        with open(path, "r+b"):
            raise AssertionError("it could be opened for writing")
    except OSError as error:
        assert error.errno == errno.ETXTBSY, error
    server.stop()


main()
