#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line of cadre: what it prints, and its exit codes."""
from cadretest import *


def cadre(*args, env=None):
    """Runs cadre to its end, without a conf of the test."""
    return subprocess.run([CADRE, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=deadline(30), env={**os.environ, **(env or {})})


def usage(args, message):
    done = cadre(*args)
    assert done.returncode == 2, done
    assert done.stdout == "", done
    assert done.stderr == f'cadre: {message}; try "cadre --help"\n', done.stderr


@case
def help_tells_options_signals_and_exit_codes():
    done = cadre("--help")
    assert (done.returncode, done.stderr) == (0, ""), done
    for word in ("-c, --conf FILE", "-t, --test", "--no-modules", "-T, --dump", "--set NAME=VALUE",
                 "HUP", "USR1", "graceful_timeout", "status", "workers N", "CADRE_MODULE_PATH", "cadre.conf(5)"):
        assert word in done.stdout, word
    assert all(len(line) <= 80 or "/cadre.conf" in line for line in done.stdout.splitlines())
    assert cadre("-h").stdout == done.stdout


@case
def version_tells_the_version_and_the_build():
    done = cadre("--version")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert re.fullmatch(r"cadre \d+\.\d+\.\d+ \(build [0-9a-f]{16}\)\n", done.stdout), done.stdout
    assert cadre("-V").stdout == done.stdout


@case
def a_wrong_command_line_is_named_and_exits_2():
    usage(["--tets"], 'unknown option "--tets"; did you mean "--test"?')
    usage(["--nothing-like-it"], 'unknown option "--nothing-like-it"')
    usage(["-x"], 'unknown option "-x"')
    usage(["-tx"], 'unknown option "-x"')
    usage(["-c"], 'option "-c" needs a value')
    usage(["-c", ""], 'option "-c" needs a value')
    usage(["--set"], 'option "--set" needs a value')
    usage(["--test=yes"], 'option "--test" takes no value')
    usage(["--no-modules"], '"--no-modules" goes with "-t"')
    usage(["serve"], 'unknown command "serve"')
    usage(["-t", "--", "-T"], 'unknown command "-T"')


@case
def a_wrong_command_is_named_and_exits_2():
    usage(["statsu"], 'unknown command "statsu"; did you mean "status"?')
    usage(["status", "now"], 'unexpected argument "now"')
    usage(["reload", "--json"], '"--json" goes with "status", "crashes" or "routes"')
    usage(["--watch"], '"--watch" goes with "status"')
    usage(["status", "--soon"], '"--soon" goes with "reload"')
    usage(["reopen", "--now"], '"--now" goes with "stop"')
    usage(["workers"], '"workers" needs N')
    usage(["workers", "2", "3"], 'unexpected argument "3"')
    usage(["--control", "x"], '"--control" goes with a command to a server')
    usage(["routes", "--control", "x"], '"--control" goes with a command to a server')
    usage(["routes", "all"], 'unexpected argument "all"')
    usage(["-t", "status"], '"-t" looks at the conf: it goes with no command')


@case
def a_conf_that_is_not_there_is_named():
    done = cadre("-c", "/nonexistent/cadre.conf")
    assert done.returncode == 1, done
    assert done.stderr == ("/nonexistent/cadre.conf: cannot be read: No such file or directory\n"
                           "cadre: 1 error in the conf; nothing was started\n"), done.stderr


@case
def a_good_conf_is_said_to_be_good():
    server = Server()
    done = server.run("-t")
    conf = server.path("cadre.conf")
    assert (done.returncode, done.stdout) == (0, ""), done
    assert done.stderr == f"cadre: the conf {conf} is good: 1 listener, 1 module\n", done.stderr
    done = server.run("-t", "--no-modules")
    assert done.stderr == (f"cadre: the conf {conf} is good: 1 listener, 1 module (not loaded)\n")
    server.conf["module"] = {}
    done = server.run("--test")
    assert done.stderr == f"cadre: the conf {conf} is good: 1 listener, 0 modules\n", done.stderr


@case
def the_confs_that_come_with_cadre_are_good():
    source = os.environ.get("top_srcdir") or os.path.join(os.path.dirname(__file__), "..", "..")
    for name in ("demo.conf", "drop.conf", "cadre.conf.example"):
        done = cadre("-t", "--no-modules", "-c", os.path.join(source, "conf", name))
        assert done.returncode == 0 and " is good: 1 listener, 1 module" in done.stderr, done


@case
def a_missing_module_file_is_found_by_the_check_and_not_without_it():
    server = Server(modules={"shop": {"file": "shop.so"}})
    done = server.run("-t")
    assert done.returncode == 1, done
    assert "shop.so" in done.stderr and "good" not in done.stderr, done.stderr
    assert server.run("-t", "--no-modules").returncode == 0


@case
def a_worker_program_that_is_not_there_is_named():
    server = Server(env={"CADRE_WORKER": "/nonexistent/cadre-worker"})
    expected = ('cadre: the worker program "/nonexistent/cadre-worker" cannot be run: No such file '
                'or directory; install Cadre anew, or set CADRE_WORKER\n')
    done = server.run()
    assert (done.returncode, done.stderr) == (3, expected), done
    done = server.run("-t")
    assert (done.returncode, done.stderr) == (1, expected), done
    server.env["CADRE_WORKER"] = "/tmp"
    done = server.run()
    assert done.returncode == 3 and "Permission denied" in done.stderr, done


@case
def errors_have_the_priority_of_the_journal_where_it_reads():
    server = Server()
    server.write_conf("workers = 2;\n")
    read, write = os.pipe()
    facts = os.fstat(write)
    env = {**server.environment(), "JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}
    done = subprocess.run([CADRE, "-t", "-c", server.path("cadre.conf")], stderr=write, env=env,
                          stdin=subprocess.DEVNULL, timeout=deadline(30))
    os.close(write)
    with os.fdopen(read) as stream:
        lines = stream.read().splitlines()
    assert done.returncode == 1, done
    assert len(lines) == 2 and all(line.startswith("<3>") for line in lines), lines


@case
def closed_standard_descriptors_do_no_harm():
    server = Server()
    server.write_conf()
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -t --no-modules -c "$1" <&- >&- 2>&-', CADRE,
         server.path("cadre.conf")], env=server.environment(), timeout=deadline(30))
    assert done.returncode == 0, done


main()
