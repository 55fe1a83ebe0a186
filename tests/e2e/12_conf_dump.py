#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""cadre -T: every effective value with its origin, as a conf that can be read back."""
from cadretest import *


def values(text):
    """{name: (value, origin)} of the lines of a dump; a name has its sections in front."""
    found, path = {}, []
    for line in text.splitlines():
        opened = re.fullmatch(r"\s*([\w-]+): \{", line)
        value = re.fullmatch(r"\s*([\w-]+) = (.*);\s+# (.*)", line)
        if opened:
            path.append(opened.group(1))
        elif line.strip() == "};":
            path.pop()
        elif value:
            found[".".join([*path, value.group(1)])] = value.group(2), value.group(3)
        else:
            assert line.startswith("# ") or line.lstrip().startswith("# "), line
    assert path == [], path
    return found


@case
def every_value_has_its_origin():
    server = Server(env={"TEST_LEVEL": "debug", "CADRE_MODULE_PATH": None}, graceful_timeout=90,
                    log_level="${TEST_LEVEL}")
    done = server.run("-T", "--set", "threads=7")
    assert (done.returncode, done.stderr) == (0, ""), done
    found = values(done.stdout)
    conf = server.path("cadre.conf")
    assert found["workers"] == ("2", f"{conf}:1"), found["workers"]
    assert found["graceful_timeout"] == ('"1m30s"', f"{conf}:2"), found["graceful_timeout"]
    assert found["log_level"] == ('"debug"', f"environment TEST_LEVEL ({conf}:3)")
    assert found["threads"] == ("7", "command line"), found["threads"]
    assert found["max_body_size"] == ('"1m"', "default"), found["max_body_size"]
    assert found["working_directory"] == (f'"{server.folder}"', "default")
    assert found["module.probe.file"] == ('"probe.so"', f"{conf}:11"), found["module.probe.file"]
    assert found["module.probe.mount"] == ('"/"', "default"), found["module.probe.mount"]


@case
def auto_tells_the_number_and_its_reason():
    server = Server(workers="auto")
    value, origin = values(server.run("-T").stdout)["workers"]
    assert value == '"auto"', value
    reason = re.fullmatch(r".*cadre\.conf:1; now (\d+): (CPU affinity \d+|cgroup quota .*)", origin)
    assert reason and 1 <= int(reason.group(1)) <= len(os.sched_getaffinity(0)), origin


@case
def a_dump_read_back_is_the_same_conf():
    server = Server(env={"TEST_PORT": "0"}, environment=["A=b c"], umask="027", listen={
        "web": {"address": "127.0.0.1:${TEST_PORT}"},
        "local": {"address": "unix:sock", "mode": "0600"},
        "six": {"address": "[::1]:0", "ipv6_only": False},
    }, modules={"probe": {"file": "probe.so", "settings": {
        "text": 'quote " slash \\ line \n $${plain}', "number": -5, "big": 5000000000, "real": 0.5,
        "truth": True, "list": [1, 2], "mixed": [1, "x", {"a": [True]}], "deep": {"er": {"x": 1}},
    }}})
    first = server.run("-T").stdout
    server.env.clear()
    second = server.run("-T", text=first).stdout
    stripped = [{name: value for name, (value, _) in values(text).items()}
                for text in (first, second)]
    assert stripped[0] == stripped[1], (stripped[0].items() ^ stripped[1].items())
    assert len(stripped[0]) >= 50, len(stripped[0])


@case
def a_dump_of_a_wrong_conf_is_its_errors():
    server = Server(workers=-1)
    done = server.run("-T")
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.endswith("cadre: 1 error in the conf\n"), done.stderr


@case
def a_dump_that_cannot_be_written_is_an_error():
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    server = Server()
    server.write_conf()
    with open("/dev/full", "w") as full:
        done = subprocess.run([CADRE, "-T", "-c", server.path("cadre.conf")], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=server.environment(),
                              stdin=subprocess.DEVNULL, timeout=deadline(30))
    assert done.returncode == 1, done
    assert done.stderr == "cadre: cannot write the conf: No space left on device\n", done.stderr


@case
def a_server_runs_from_its_own_dump():
    server = Server(workers=1, threads=3)
    text = server.run("-T").stdout
    os.makedirs(server.path("elsewhere"))
    server.write("elsewhere/cadre.conf", text)
    server.write_conf = lambda text=None: server.path("cadre.conf")
    server.write("cadre.conf", '@include "elsewhere/cadre.conf"\n')
    server.start()
    assert server.get("/version").status == 200


main()
