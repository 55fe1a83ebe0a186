#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad confs, each with the lines that cadre prints for it, all of them and in their order.

A row is a name, the text of cadre.conf and the expected lines; further files, variables and
arguments where it needs them. Lines begin with file:line; the folder is left out."""
import shutil

from cadretest import *

WEB = 'listen: { web: { address = "127.0.0.1:0"; }; };\n'
LEVELS = '"debug", "info", "notice", "warning", "error" or "critical"'
DURATION = 'a duration ("500ms", "30s", "5m")'


def bad(name, text, *lines, files=None, env=None, args=(), user=None):
    """Adds a case. A line that begins with ":" gets "cadre.conf" in front."""

    def check():
        if user is not None:
            needs_root()
        server = Server(modules={}, env=env)
        for path, content in (files or {}).items():
            os.makedirs(os.path.dirname(server.path(path)), exist_ok=True)
            server.write(path, content)
        server.write_conf(text)
        program = CADRE
        if user is not None:  # whom the tree's folder may be closed to
            program = shutil.copy(CADRE, server.path("cadre"))
        done = subprocess.run(
            [program, "-t", "--no-modules", "-c", server.path("cadre.conf"), *args],
            env=server.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=deadline(30), cwd=server.folder,
            **({"user": user, "group": user, "extra_groups": []} if user is not None else {}))
        expected = ["cadre.conf" + line if line.startswith(":") else line for line in lines]
        some = "error" if len(lines) == 1 else "errors"
        expected.append(f"cadre: {len(lines)} {some} in the conf")
        found = done.stderr.replace(server.folder + "/", "").splitlines()
        assert found == expected, "\n".join(["", *found, "is not", *expected])
        assert (done.returncode, done.stdout) == (1, ""), done

    check.__name__ = name.replace(" ", "_")
    case(check)


# --- names

bad("unknown directive with the nearest name", WEB + "worker = 2;\n",
    ':2: unknown directive "worker"; did you mean "workers"?')
bad("unknown directive with nothing near", WEB + "certificate = 2;\n",
    ':2: unknown directive "certificate"')
bad("unknown directive of a listener", 'listen: {\n  web: {\n    adress = "127.0.0.1:0";\n  };\n};\n',
    ':2: listen.web: "address" is missing: expected "ADDRESS:PORT", "[IPV6]:PORT", ":PORT" or '
    '"unix:PATH"',
    ':3: listen.web: unknown directive "adress"; did you mean "address"?')
bad("unknown directive of a module", WEB + 'module: { shop: { file = "shop.so"; currency = "EUR"; }; };',
    ':2: module.shop: unknown directive "currency"; the module\'s own settings stand in settings: '
    '{ ... }')
bad("directive of a section at the top level", WEB + "backlog = 5;",
    ':2: unknown directive "backlog"; it stands in a section, listen: { NAME: { backlog = ...; }; }')
bad("directive of the top level in a section",
    'listen: { web: { address = "127.0.0.1:0"; workers = 4; }; };',
    ':1: listen.web: unknown directive "workers"; it stands at the top level')
bad("names are in lower case", WEB + "Workers = 4;",
    ':2: unknown directive "Workers"; did you mean "workers"?')

# --- types

bad("a word where a number is expected", WEB + 'workers = "many";',
    ':2: workers: expected a whole number from 1 to 500 or "auto", found "many"')
bad("a word with the nearest word", WEB + 'workers = "atuo";',
    ':2: workers: expected a whole number from 1 to 500 or "auto", found "atuo"; did you mean '
    '"auto"?')
bad("a fraction where a whole number is expected", WEB + "threads = 2.5;",
    ":2: threads: expected a whole number from 1 to 1024, found 2.5")
bad("a truth where a number is expected", WEB + "threads = true;",
    ":2: threads: expected a whole number from 1 to 1024, found true")
bad("a number where a truth is expected", WEB + "server_header = 1;",
    ":2: server_header: expected true or false, found 1")
bad("a number where a string is expected", WEB + "user = 33;",
    ":2: user: expected a string, found 33")
bad("an empty string", WEB + 'log_file = "";', ":2: log_file: must not be empty")
bad("a string where an array is expected", WEB + 'environment = "A=b";',
    ':2: environment: expected an array of strings (["a", "b"]), found "A=b"')
bad("a number in an array of strings", WEB + "environment = [1, 2];",
    ':2: environment: expected an array of strings (["a", "b"]), found 1',
    ':2: environment: expected an array of strings (["a", "b"]), found 2')
bad("a group where a value is expected", WEB + "threads: { n = 4; };",
    ":2: threads: expected a whole number from 1 to 1024, found a group")
bad("a value where a section is expected", 'listen = "127.0.0.1:0";',
    ':1: listen: expected a group of named groups ({ name: { ... } }), found "127.0.0.1:0"')
bad("a section without a name", 'listen: { address = "127.0.0.1:0"; };',
    ':1: listen.address: expected a group ({ ... }), found "127.0.0.1:0"; a section has a name of '
    'its own in between')
bad("middleware that is no group",
    WEB + 'module: { m: { file = "m.so"; middleware = ["cors"]; }; };',
    ':2: module.m.middleware: expected a group of named groups ({ cors: { ... }; }), or a list of '
    'such groups, found an array')
bad("a list of middleware that is no groups",
    WEB + 'module: { m: { file = "m.so"; middleware = ("cors"); }; };',
    ':2: module.m.middleware: expected a group of named groups ({ cors: { ... }; }), or a list of '
    'such groups, found a list')
bad("settings that are no group", WEB + 'module: { m: { file = "m.so"; settings = "x"; }; };',
    ':2: module.m.settings: expected a group ({ name = value; }), found "x"')
bad("an unknown level with the nearest one", WEB + 'log_level = "warn";',
    f':2: log_level: expected {LEVELS}, found "warn"')
bad("a misspelt level", WEB + 'log_level = "eror";',
    f':2: log_level: expected {LEVELS}, found "eror"; did you mean "error"?')
bad("a mode without quotes", WEB + "umask = 022;",
    ':2: umask: expected octal digits in quotes ("0660") up to "0777", found 22')
bad("a mode that is not octal", WEB + 'umask = "0888";',
    ':2: umask: expected octal digits in quotes ("0660") up to "0777", found "0888"')

# --- ranges and units

bad("too many workers", WEB + "workers = 501;",
    ':2: workers: expected a whole number from 1 to 500 or "auto", found 501')
bad("no workers", WEB + "workers = 0;",
    ':2: workers: expected a whole number from 1 to 500 or "auto", found 0')
bad("a negative number", WEB + "max_headers = -1;",
    ":2: max_headers: expected a whole number from 8 to 1000, found -1")
bad("a number beyond 32 bits", WEB + "max_headers = 4294967304;",
    ":2: max_headers: expected a whole number from 8 to 1000, found 4294967304")
bad("an unknown unit of a duration", WEB + 'graceful_timeout = "30 sec";',
    f':2: graceful_timeout: expected {DURATION} from 0s to 1d, found "30 sec"')
bad("a unit of a size in a duration", WEB + 'head_timeout = "10k";',
    f':2: head_timeout: expected {DURATION} from 100ms to 1h, found "10k"')
bad("a unit of a duration in a size", WEB + 'max_head_size = "16s";',
    ':2: max_head_size: expected a size ("64k", "1m") from 1k to 1m, found "16s"')
bad("a duration that is too long", WEB + 'startup_timeout = "2d";',
    f':2: startup_timeout: expected {DURATION} from 100ms to 1d, found "2d"')
bad("a duration that is too short", WEB + 'startup_timeout = "1ms";',
    f':2: startup_timeout: expected {DURATION} from 100ms to 1d, found "1ms"')
bad("a time-out that may be 0 or a second", WEB + 'worker_timeout = "0.5s";',
    f':2: worker_timeout: expected {DURATION} from 1s to 1d, or 0 (never), found "0.5s"')
bad("a negative duration", WEB + "keepalive_timeout = -5;",
    f":2: keepalive_timeout: expected {DURATION} from 100ms to 1d, or 0 (close after each answer), "
    "found -5")
bad("a size that is too large", WEB + 'max_head_size = "2m";',
    ':2: max_head_size: expected a size ("64k", "1m") from 1k to 1m, found "2m"')
bad("a stack that is no whole page", WEB + "coroutine_stack = 70000;",
    ":2: coroutine_stack: 70000 is no multiple of 4k")
bad("a core size of no unit", WEB + 'limit_core = "all";',
    ':2: limit_core: expected a size ("64k", "1m") from 0 to 16t, "keep" or "unlimited", found '
    '"all"')

# --- settings that contradict each other

bad("a first wait longer than the longest", WEB + 'restart_delay = "10s";\nrestart_delay_max = "5s";',
    ":3: restart_delay_max: 5s must be longer than restart_delay (10s, cadre.conf:2): the wait "
    "grows from the one to the other")
bad("a first wait longer than the default of the longest", WEB + 'restart_delay = "1m";',
    ":2: restart_delay: 1m must be shorter than restart_delay_max (30s, the default): the wait "
    "grows from the one to the other")
bad("killed before it is named", WEB + 'worker_timeout = "2s";\nslow_callback = "2s";',
    ":3: slow_callback: 2s must be shorter than worker_timeout (2s, cadre.conf:2): a worker would "
    "be killed before its handler is named")
bad("a quarantine of no number and time", WEB + 'quarantine = "often";',
    ':2: quarantine: "often" is no number of deaths (1 to 100) and time (1s to 1d), as "5 in 60s", '
    'nor "off"')
bad("a quarantine that is over at once", WEB + 'quarantine = "5 in 10ms";',
    ':2: quarantine: "5 in 10ms" is no number of deaths (1 to 100) and time (1s to 1d), as '
    '"5 in 60s", nor "off"')
bad("too few descriptors for the connections", WEB + "limit_nofile = 1024;",
    ":2: limit_nofile: 1024 is too few for worker_connections (4096, the default): at least 4160 "
    "are needed")
bad("a group without a user", WEB + 'group = "root";',
    ':2: group: needs "user": say as whom the workers run')
bad("two listeners on one address",
    'listen: {\n  a: { address = "127.0.0.1:8080"; };\n  b: { address = "127.0.0.1:8080"; };\n};',
    ':3: listen.b.address: "127.0.0.1:8080" is taken by listen.a ("127.0.0.1:8080", cadre.conf:2)')
bad("a listener within another one",
    'listen: {\n  a: { address = ":8080"; };\n  b: { address = "127.0.0.1:8080"; };\n};',
    ':3: listen.b.address: "127.0.0.1:8080" is taken by listen.a (":8080", cadre.conf:2)')
bad("two listeners on one socket file",
    'listen: {\n  a: { address = "unix:x"; };\n  b: { address = "unix:./x"; };\n'
    '  c: { address = "unix:x"; };\n};',
    ':3: listen.b.address: "unix:./x" is taken by listen.a ("unix:x", cadre.conf:2)',
    ':4: listen.c.address: "unix:x" is taken by listen.a ("unix:x", cadre.conf:2)')
bad("two modules on one mount",
    WEB + 'module: {\n  a: { file = "a.so"; mount = "/x"; };\n  b: { file = "b.so"; mount = "/x"; '
    '};\n};',
    ':4: module.b.mount: "/x" is taken by module.a (cadre.conf:3); give one of them another')
bad("two modules on the default mount",
    WEB + 'module: {\n  a: { file = "a.so"; };\n  b: { file = "b.so"; };\n};',
    ':4: module.b.mount: "/", the default, is taken by module.a (cadre.conf:3); give one of them '
    'another')
bad("settings of a socket file on a TCP listener",
    'listen: { web: {\n  address = "127.0.0.1:0";\n  mode = "0600";\n  user = "root";\n'
    '  group = "root";\n}; };',
    ':3: listen.web.mode: only for UNIX sockets (unix:), and the address is "127.0.0.1:0"',
    ':4: listen.web.user: only for UNIX sockets (unix:), and the address is "127.0.0.1:0"',
    ':5: listen.web.group: only for UNIX sockets (unix:), and the address is "127.0.0.1:0"')
bad("ipv6_only on IPv4", 'listen: { web: { address = "127.0.0.1:0"; ipv6_only = false; }; };',
    ':1: listen.web.ipv6_only: only for IPv6 addresses ([::]:8080), and the address is '
    '"127.0.0.1:0"')
bad("a variable listed twice", WEB + 'environment = ["A=1", "B", "A"];',
    ':2: environment: "A" is listed twice')

# --- addresses, mounts, environment

bad("an address without a port", 'listen: { web: { address = "127.0.0.1"; }; };',
    ':1: listen.web.address: "127.0.0.1" has no port; write "127.0.0.1:8080"')
bad("a port that is none", 'listen: { web: { address = "127.0.0.1:80800"; }; };',
    ':1: listen.web.address: "127.0.0.1:80800" has a bad port: expected a number from 0 to 65535')
bad("a name for an address", 'listen: { web: { address = "localhost:8080"; }; };',
    ':1: listen.web.address: "localhost:8080" has no IP address; write one in numbers, '
    '"127.0.0.1:8080", or ":8080" for all')
bad("an IPv6 address without brackets", 'listen: { web: { address = "::1:8080"; }; };',
    ':1: listen.web.address: "::1:8080" is no IPv4 address; write an IPv6 one in brackets, '
    '"[::1]:8080"')
bad("a socket file in a folder that is not there",
    'listen: { web: { address = "unix:run/x.sock"; }; };',
    ':1: listen.web.address: the folder "run": No such file or directory')
bad("a socket file with a path that is too long",
    'listen: { web: { address = "unix:/%s"; }; };' % ("x" * 120),
    ':1: listen.web.address: "unix:/%s" is a path of 121 bytes; a UNIX socket\'s path has at most '
    '107' % ("x" * 116 + "...")[:116 + 3])
bad("mounts that are no paths",
    WEB + "module: {\n" + "".join(
        f'  {name}: {{ file = "x.so"; mount = "{mount}"; }};\n' for name, mount in
        (("a", "shop"), ("b", "/b/"), ("c", "//c"), ("d", "/d/../x"), ("e", "/e?x"), ("f", "/{f}"),
         ("g", "/g h"))) + "};",
    ':3: module.a.mount: "shop" must begin with "/"; write "/" or "/shop"',
    ':4: module.b.mount: "/b/" must not end with "/"; write "/" or "/shop"',
    ':5: module.c.mount: "//c" must not have an empty segment ("//"); write "/" or "/shop"',
    ':6: module.d.mount: "/d/../x" must not have a segment "." or ".."; write "/" or "/shop"',
    ':7: module.e.mount: "/e?x" is a plain path: no "?", "#", "%", "{" or "}"; write "/" or "/shop"',
    ':8: module.f.mount: "/{f}" is a plain path: no "?", "#", "%", "{" or "}"; write "/" or "/shop"',
    ':9: module.g.mount: "/g h" must not have blanks or control characters; write "/" or "/shop"')
bad("variables with names that are none", WEB + 'environment = ["=x", "A B=1", "1A", "OK=1"];',
    ':2: environment: expected "NAME=value" or "NAME", found "=x"',
    ':2: environment: expected "NAME=value" or "NAME", found "A B=1"',
    ':2: environment: expected "NAME=value" or "NAME", found "1A"')

# --- what must be there

bad("nothing at all", "",
    'cadre.conf: "listen" is missing; write listen: { web: { address = "0.0.0.0:8080" } }')
bad("no listener", "listen: {};",
    ':1: listen: is empty: the server needs a listener, such as web: { address = "127.0.0.1:8080"; '
    '}')
bad("a listener without an address", "listen: {\n  web: { backlog = 5; };\n};",
    ':2: listen.web: "address" is missing: expected "ADDRESS:PORT", "[IPV6]:PORT", ":PORT" or '
    '"unix:PATH"')
bad("a module without a file", WEB + 'module: {\n  shop: { mount = "/shop"; };\n};',
    ':3: module.shop: "file" is missing: expected a string')
bad("a working directory that is not there", WEB + 'working_directory = "nowhere";',
    ':2: working_directory: "nowhere": No such file or directory')
bad("a working directory that is a file", WEB + 'working_directory = "cadre.conf";',
    ':2: working_directory: "cadre.conf" is no folder')
bad("a log file in a folder that is not there", WEB + 'log_file = "log/cadre.log";',
    ':2: log_file: the folder "log": No such file or directory')
bad("too many listeners",
    "listen: {\n" + "".join(f'  l{n}: {{ address = "127.0.0.1:0"; }};\n' for n in range(65)) + "};",
    ":1: listen: 65 sections are too many: at most 64")
bad("a listener with a name that is too long",
    'listen: { %s: { address = "127.0.0.1:0"; }; };' % ("x" * 64),
    ':1: listen: the name "xxxxxxxxxxxxxxxx..." is longer than 63 bytes')

# --- users

bad("a user that does not exist", WEB + 'user = "www-dta";',
    ':2: user: the user "www-dta" does not exist on this system')
bad("a group that does not exist", WEB + 'user = "root"; group = "nosuchgroup";',
    ':2: group: the group "nosuchgroup" does not exist on this system')
bad("a number without a group", WEB + 'user = "54321";',
    ':2: user: 54321 is not in the user database, so its group is not known; set "group" too')
bad("a user while not root", WEB + 'user = "daemon";',
    ':2: user: only root may become another user; start the server as root, or leave "user" out',
    user=65534)
bad("a group while not root", WEB + 'user = "nobody";\ngroup = "daemon";',
    ':3: group: only root may become another group; start the server as root, or leave "group" out',
    user=65534)
bad("an owner of a socket file while not root",
    'listen: { u: {\n  address = "unix:u";\n  user = "daemon";\n  group = "daemon";\n}; };',
    ":3: listen.u.user: only root may give a file to another user",
    ":4: listen.u.group: only root may give a file to a group that the server is not in",
    user=65534)

# --- variables

bad("an unset variable", WEB + 'log_file = "${CADRE_UNSET}/log";',
    ':2: log_file: the environment variable "CADRE_UNSET" is not set; set it, or write '
    '${CADRE_UNSET:-default}')
bad("an unset variable in the settings of a module",
    WEB + 'module: { m: { file = "m.so"; settings: { db: { password = "${CADRE_UNSET}"; }; }; }; };',
    ':2: module.m.settings.db.password: the environment variable "CADRE_UNSET" is not set; set it, or write '
    '${CADRE_UNSET:-default}')
bad("a variable without a closing brace", WEB + 'user = "${HOME";',
    ':2: user: "${HOME" has no closing "}"; write "$${" for a plain "${"')
bad("a variable that holds a wrong value", WEB + 'workers = "${CADRE_N}";',
    ':2: workers: expected a whole number from 1 to 500 or "auto", found "two"',
    env={"CADRE_N": "two"})

# --- files

bad("a value set twice in one file", "workers = 2;\n" + WEB + "workers = 3;\nworkers = 4;",
    ':3: "workers" is set twice, first at cadre.conf:1',
    ':4: "workers" is set twice, first at cadre.conf:1')
bad("a value set twice over files", WEB + 'workers = 2;\ninclude = ["conf.d/*.conf"];',
    'conf.d/a.conf:1: "workers" is set twice, first at cadre.conf:2',
    'conf.d/b.conf:2: "listen.web.address" is set twice, first at cadre.conf:1',
    files={"conf.d/a.conf": "workers = 3;",
           "conf.d/b.conf": 'listen: { web: {\n  address = "127.0.0.1:1"; }; };'})
bad("a value set twice by a textual include", WEB + 'workers = 2;\n@include "more.conf"',
    'more.conf:1: "workers" is set twice, first at cadre.conf:2',
    files={"more.conf": "workers = 3;"})
bad("a group and a value of one name", WEB + 'include = "a.conf";',
    'a.conf:1: "listen" is a string here and a group at cadre.conf:1',
    files={"a.conf": 'listen = "127.0.0.1:1";'})
bad("an include that does not exist", WEB + 'include = ["site.conf"];',
    ':2: include: "site.conf" does not exist')
bad("an include that is no list of paths", WEB + "include = { a = 1; };",
    ':2: include: expected an array of paths (["a", "b"]), found a group')
bad("an include of a folder", WEB + 'include = ["conf.d"];',
    'conf.d: cannot be read: it is a folder', files={"conf.d/a": ""})
bad("includes in a circle", WEB + 'include = ["a.conf"];',
    'b.conf:1: include: "a.conf" includes itself',
    files={"a.conf": 'include = ["b.conf"];', "b.conf": 'include = ["a.conf"];'})
bad("textual includes in a circle", WEB + '@include "a.conf"',
    'b.conf:1: syntax: @include "a.conf": the file includes itself',
    files={"a.conf": '@include "b.conf"', "b.conf": '@include "a.conf"'})
bad("a file that is included twice", WEB + 'include = ["a.conf",\n "*a.conf"];',
    ':3: include: "a.conf" is included twice, first at cadre.conf:2', files={"a.conf": ""})
bad("a textual include that does not exist", WEB + '@include "a.conf"\nworkers = -1;',
    ':2: @include "a.conf": cannot be read: No such file or directory',
    ':3: workers: expected a whole number from 1 to 500 or "auto", found -1')
bad("an error in an included file", WEB + 'include = "a.conf";\nthreads = 0;',
    ":3: threads: expected a whole number from 1 to 1024, found 0",
    "a.conf:2: threads1: unknown".replace("threads1: unknown",
                                          'unknown directive "threds"; did you mean "threads"?'),
    files={"a.conf": "\nthreds = 4;"})

# --- syntax: it ends the run, with the line and a word on how to mend it

bad("no equals sign", WEB + "workers 4;\nunknown = 1;",
    ':2: syntax: expected "=" or ":" after "workers", found "4"')
bad("no value", WEB + "workers = ;", ':2: syntax: "workers" has no value')
bad("text without quotes", WEB + "user = www-data;",
    ':2: syntax: user: expected a value, found "www-data"; text goes in quotes')
bad("a unit without quotes", WEB + "keepalive_timeout = 5s;",
    ':2: syntax: a number with text behind it goes in quotes: "5s"')
bad("a brace that is not closed", "workers = 2;\nlisten: {\n  web: {\n    backlog = 5;\n",
    ':3: syntax: the "{" that begins here is never closed')
bad("a brace too many", WEB + "}", ':2: syntax: "}" closes nothing')
bad("the wrong bracket", "environment = [\n  \"A\" };",
    ':2: syntax: "}" where "]" is expected, for the "[" of cadre.conf:1')
bad("a string without an end", WEB + 'user = "www-data;\nworkers = 2;',
    ":2: syntax: the string that begins here has no closing quote on its line; write \\n for a line "
    "end, and strings that follow each other are joined")
bad("a comment without an end", WEB + "/* workers = 2;",
    ':2: syntax: the comment that begins here has no end ("*/")')
bad("an array of several types", WEB + 'environment = ["A=b", 2];',
    ':2: syntax: at or before "environment = [\\"A=b\\", 2];": the values of an array [ ] must be '
    'of one type; a list ( ) takes any')
bad("a number of more than 64 bits", WEB + "threads = 123456789012345678901;",
    ':2: syntax: "123456789012345678901" does not fit into 64 bits')
bad("a binary file", WEB + "\0\1\2", ":2: syntax: a NUL byte: this is no text file")
bad("syntax in an included file", WEB + 'include = "a.conf";\nthreads = 0;',
    'a.conf:2: syntax: "workers" has no value', files={"a.conf": "\nworkers"})

# --- the command line

bad("a set without a value", WEB, "command line: --set workers: write NAME=VALUE, such as "
    "workers=2 or listen.web.address=:8080", args=["--set", "workers"])
bad("a set of an unknown directive", WEB,
    'command line: unknown directive "worker"; did you mean "workers"?', args=["--set", "worker=2"])
bad("a set of a wrong value", WEB + "workers = 4;",
    'command line: workers: expected a whole number from 1 to 500 or "auto", found "x"',
    args=["--set", "workers=x"])
bad("a set below a value", WEB + "workers = 4;",
    "command line: --set workers.x=1: a name before the last one is no group in the conf",
    args=["--set", "workers.x=1"])

# --- all at once

bad("errors of all kinds in one run and in file order",
    'user = "nosuchuser";\nwrokers = 2;\nlisten: {\n  web: { address = "localhost:80"; };\n'
    '  api: { address = "127.0.0.1:0"; mode = "0600"; };\n};\nlog_level = "${CADRE_UNSET}";\n'
    'include = ["gone.conf", "sub.conf"];\nrestart_delay = "1m";\nworkers = "auto";\n'
    'workers = 4;\n@include "lost.conf"\n',
    ':1: user: the user "nosuchuser" does not exist on this system',
    ':2: unknown directive "wrokers"; did you mean "workers"?',
    ':4: listen.web.address: "localhost:80" has no IP address; write one in numbers, '
    '"127.0.0.1:8080", or ":8080" for all',
    ':5: listen.api.mode: only for UNIX sockets (unix:), and the address is "127.0.0.1:0"',
    ':7: log_level: the environment variable "CADRE_UNSET" is not set; set it, or write '
    '${CADRE_UNSET:-default}',
    ':8: include: "gone.conf" does not exist',
    ':9: restart_delay: 1m must be shorter than restart_delay_max (30s, the default): the wait '
    'grows from the one to the other',
    ':11: "workers" is set twice, first at cadre.conf:10',
    ':12: @include "lost.conf": cannot be read: No such file or directory',
    "sub.conf:1: max_headers: expected a whole number from 8 to 1000, found 1",
    files={"sub.conf": "max_headers = 1;\n"})

main()
