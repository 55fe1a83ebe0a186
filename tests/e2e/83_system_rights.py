#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a worker may do: its user, its environment, its limits, its descriptors."""
from cadretest import *


def status(pid):
    with open(f"/proc/{pid}/status") as handle:
        return dict(line.rstrip("\n").split(":\t", 1) for line in handle if ":\t" in line)


@case
def workers_drop_to_the_user_and_lose_all_rights():
    needs_root()
    nobody = pwd.getpwnam("nobody")
    server = Server(workers=2, user="nobody").start()
    which = server.get("/which").json()
    assert (which["uid"], which["gid"]) == (nobody.pw_uid, nobody.pw_gid), which
    for pid in server.children():
        facts = status(pid)
        assert facts["Uid"].split() == [str(nobody.pw_uid)] * 4, facts["Uid"]
        assert facts["Gid"].split() == [str(nobody.pw_gid)] * 4, facts["Gid"]
        assert set(facts.get("Groups", "").split()) <= {str(nobody.pw_gid)}, facts["Groups"]
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(facts[name], 16) == 0, (name, facts[name])
        assert facts["NoNewPrivs"] == "1", facts["NoNewPrivs"]
    assert status(server.pid)["Uid"].split()[0] == "0"
    # A replacement drops them as well.
    server.expects_deaths = True
    pid = server.workers()[0]
    os.kill(pid, signal.SIGKILL)
    wait_for("the replacement", lambda: pid not in server.workers() and len(server.workers()) == 2)
    wait_for("its user", lambda: all(
        status(p)["Uid"].split()[0] == str(nobody.pw_uid) for p in server.workers()))


@case
def a_module_that_the_user_cannot_read_is_named():
    needs_root()
    server = Server(workers=1, user="nobody")
    os.chmod(server.path("probe.so"), 0o600)
    server.launch()
    assert server.wait_exit() == 3
    last = server.tail(1)[0]
    assert "probe.so" in last and "ermission denied" in last, server.tail()


@case
def workers_get_the_environment_of_the_conf_alone():
    server = Server(workers=1, environment=["SHOP=open", "PASSED_ON"], inherit_environment=False,
                    env={"PASSED_ON": "yes", "SECRET": "no", "WATCHDOG_USEC": "1",
                         "INVOCATION_ID": "x"}).start()
    assert server.get("/env/SHOP").text == "open"
    assert server.get("/env/PASSED_ON").text == "yes"
    for name in ("SECRET", "WATCHDOG_USEC", "INVOCATION_ID"):
        assert server.get(f"/env/{name}").status == 404, name


@case
def workers_inherit_the_environment_but_systemds():
    server = Server(workers=1, env={"SECRET": "kept", "WATCHDOG_USEC": "1", "LISTEN_FDS": "0",
                                    "JOURNAL_STREAM": "1:1"}).start()
    assert server.get("/env/SECRET").text == "kept"
    for name in ("WATCHDOG_USEC", "LISTEN_FDS", "JOURNAL_STREAM", "NOTIFY_SOCKET"):
        assert server.get(f"/env/{name}").status == 404, name


@case
def limits_are_those_of_the_conf():
    server = Server(workers=1, worker_connections=100, limit_nofile=300, limit_core=0).start()
    with open(f"/proc/{server.workers()[0]}/limits") as handle:
        limits = handle.read()
    assert re.search(r"Max open files\s+300\s", limits), limits
    assert re.search(r"Max core file size\s+0\s", limits), limits


@case
def the_umask_is_the_one_of_the_conf():
    server = Server(workers=1, umask="0027").start()
    assert status(server.workers()[0])["Umask"] == "0027"


@case
def the_working_directory_is_the_one_of_the_conf():
    server = Server(workers=1)
    os.mkdir(server.path("inner"))
    os.chmod(server.path("inner"), 0o755)
    os.rename(server.path("probe.so"), server.path("inner/probe.so"))
    server.conf["working_directory"] = server.path("inner")
    server.start()
    assert os.readlink(f"/proc/{server.workers()[0]}/cwd") == server.path("inner")


@case
def workers_inherit_no_descriptor_but_their_own():
    server = Server(workers=2)
    server.start()
    first, second = server.workers()
    kinds = []
    for pid in (first, second):
        names = []
        for fd in os.listdir(f"/proc/{pid}/fd"):
            name = os.readlink(f"/proc/{pid}/fd/{fd}")
            names.append(re.sub(r"\[?\d+\]?", "", name))
        kinds.append(sorted(names))
    # The second one got nothing of the first one's.
    assert kinds[0] == kinds[1], kinds


@case
def the_master_is_single_threaded_and_maps_no_module():
    server = Server(workers=1).start()
    assert len(os.listdir(f"/proc/{server.pid}/task")) == 1
    with open(f"/proc/{server.pid}/maps") as handle:
        assert "probe.so" not in handle.read()


@case
def an_idle_master_stays_small():
    if sanitized():
        raise Skip("a sanitizer makes it large")
    server = Server(workers=1).start()
    with open(f"/proc/{server.pid}/smaps_rollup") as handle:
        pss = int(re.search(r"^Pss:\s+(\d+) kB", handle.read(), re.M).group(1))
    assert pss <= 4096, f"{pss} kB"


main()
