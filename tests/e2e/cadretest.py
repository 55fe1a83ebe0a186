# SPDX-License-Identifier: MIT
"""The frame of the end-to-end tests: a real server in a private folder, and real clients.

A test file is a list of cases, simple to complex, and a last line that runs them:

    from cadretest import *

    @case
    def hello_is_answered():
        server = Server()
        server.start()
        assert server.get("/pid").status == 200

    main()

It speaks TAP. `python3 tests/e2e/NN_x.py [-v] [WORD]...` runs the cases whose names hold a WORD;
-v shows the server's log as it comes. The build tree is $top_builddir, else the folder below the
sources named build, else the working directory.

What every server must keep to is checked for each case without being asked: when the case is
over, no process of the server is left, no sanitizer has spoken, no worker has died that was not
meant to (Server.expects_deaths), every line of the log is whole.

Waiting is for events, with a deadline that only a broken server reaches: never sleep to wait.
"""

import atexit
import collections
import contextlib
import ctypes
import fcntl
import functools
import http.client
import itertools
import json
import os
import pwd
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback

__all__ = [
    "BUILD", "CADRE", "SOURCE", "Server", "Skip", "WORKER", "Hammer", "Held", "NotifySocket", "array",
    "case", "compile_module", "conf_text", "cpu_over", "cpu_seconds", "cut", "deadline", "json",
    "main", "needs_root", "os", "parallel", "probe_source", "process_exists", "process_state",
    "raw_request", "re", "read_response", "reserved_port", "signal", "socket", "subprocess", "sys", "threading",
    "time", "wait_for", "sanitized", "pwd", "has_symboliser",
]

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.environ.get("top_srcdir") or os.path.join(HERE, "..", ".."))


def _find_build():
    for folder in (os.environ.get("top_builddir"), os.path.join(SOURCE, "build"), os.getcwd()):
        if folder and os.path.exists(os.path.join(folder, "config.status")):
            return os.path.abspath(folder)
    sys.exit("Bail out! no build tree: set top_builddir, or run ./bootstrap check")


BUILD = _find_build()
CADRE = os.environ.get("CADRE_BIN") or os.path.join(BUILD, "master", "cadre")
WORKER = os.environ.get("CADRE_WORKER") or os.path.join(BUILD, "worker", "cadre-worker")


@functools.lru_cache(maxsize=None)
def sanitized():
    """The sanitizer that the build tree was configured with ("address", "thread"), or ""."""
    try:
        with open(os.path.join(BUILD, "Makefile")) as makefile:
            found = re.search(r"^AM_LDFLAGS = .*-fsanitize=(\w+)", makefile.read(), re.M)
    except OSError:
        return ""
    return found.group(1) if found else ""


def has_symboliser():
    """Whether reports have functions, files and lines: configure found libdw."""
    return os.path.exists(os.path.join(os.path.dirname(WORKER), "cadre-symboliser"))


def deadline(seconds):
    """SECONDS, stretched where everything is slow (a sanitizer, valgrind, a laden machine)."""
    return seconds * float(os.environ.get("CADRE_TEST_PATIENCE", 4 if sanitized() else 1))


class Skip(Exception):
    """Raised by a case that cannot run here; says why."""


def needs_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


# --- conf ----------------------------------------------------------------------------------------


class array(list):
    """A conf array, written [..]; a plain list is written (..)."""


def _conf_value(value, indent):
    inner = "    " * (indent + 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, dict):
        lines = "".join(f"{inner}{k} = {_conf_value(v, indent + 1)};\n" for k, v in value.items())
        return "{\n" + lines + "    " * indent + "}"
    if isinstance(value, (list, tuple)):
        scalars = all(isinstance(v, (str, bool, int, float)) for v in value)
        left, right = "[]" if isinstance(value, array) or scalars else "()"
        return left + ", ".join(_conf_value(v, indent + 1) for v in value) + right
    raise TypeError(f"no conf value: {value!r}")


def conf_text(settings):
    """The conf file that holds the dict SETTINGS."""
    return "".join(f"{k} = {_conf_value(v, 0)};\n" for k, v in settings.items())


# --- modules -------------------------------------------------------------------------------------


def probe_source():
    """The module that most tests serve; its head tells its routes and settings."""
    return os.path.join(HERE, "modules", "probe.c")


_compiled = {}


def compile_module(target, source=None, text=None, flags=()):
    """Builds a handler module as a user would, and puts it in place by a rename.

    TARGET is the .so to make, from the file SOURCE or the C TEXT."""
    cc = os.environ.get("CC") or "cc"
    if text is None:
        with open(source or probe_source()) as handle:
            text = handle.read()
    key = (text, tuple(flags))
    if key not in _compiled:
        folder = _scratch()
        base = os.path.join(folder, f"module{len(_compiled)}")
        with open(base + ".c", "w") as handle:
            handle.write(text)
        command = cc.split() + [
            "-shared", "-fPIC", "-O1", "-g", "-Wall", "-I" + os.path.join(SOURCE, "lib", "include"),
            "-I" + os.path.dirname(os.path.abspath(source or probe_source())),
            *flags, base + ".c", "-o", base + ".so",
        ]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise AssertionError("cannot compile a module: " + " ".join(command) + "\n" + done.stderr)
        _compiled[key] = base + ".so"
    fresh = target + ".new"
    shutil.copy(_compiled[key], fresh)
    os.chmod(fresh, 0o755)
    os.rename(fresh, target)
    return target


@functools.lru_cache(maxsize=None)
def _scratch():
    folder = tempfile.mkdtemp(prefix="cadre-modules-")
    atexit.register(shutil.rmtree, folder, True)
    return folder


# --- processes -----------------------------------------------------------------------------------


def _stat(pid):
    try:
        with open(f"/proc/{pid}/stat") as handle:
            return handle.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def process_state(pid):
    """The letter of /proc/PID/stat (R, S, Z ...), None when there is no such process."""
    fields = _stat(pid)
    return fields[0] if fields else None


def process_exists(pid):
    return process_state(pid) not in (None, "Z", "X")


def cpu_seconds(pid):
    """The processor time that a process has used so far."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_over(pid, seconds):
    """The processor time that a process uses within the next SECONDS, in which nothing happens."""
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return cpu_seconds(pid) - before


def _session(sid):
    """The live processes of the session SID."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(name)
            if fields and fields[0] not in "ZX" and int(fields[3]) == sid:
                found.append(int(name))
    return found


def _children(pid, candidates):
    """The processes that PID has started, and maybe others: asked of the kernel where it has a
    list (CONFIG_PROC_CHILDREN), as to look at all processes of a machine takes long."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as handle:
            return [int(child) for child in handle.read().split()]
    except OSError:
        return candidates()


def _take_terminal():
    """In the child: makes its input the terminal of its session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as handle:
            return handle.read().split(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


def wait_for(what, question, seconds=30):
    """Asks QUESTION until its answer is true, and returns it. For what reports no event."""
    end = time.monotonic() + deadline(seconds)
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"in vain waited for {what}")
        time.sleep(0.01)


# --- clients -------------------------------------------------------------------------------------


class Response:
    """An answer that was read to its end."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # an http.client message: names in any case
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<Response {self.status} {self.body[:80]!r}>"


def read_response(sock, method="GET"):
    """Reads one answer from a raw socket; the socket stays open."""
    answer = http.client.HTTPResponse(sock, method=method)
    answer.begin()
    return Response(answer.status, answer.headers, answer.read())


def raw_request(method, path, headers=None, body=b"", close=False):
    """The bytes of a request, framed by Content-Length where there is a body."""
    fields = {"Host": "test"}
    if body or method in ("POST", "PUT", "PATCH"):
        fields["Content-Length"] = str(len(body))
    if close:
        fields["Connection"] = "close"
    fields.update(headers or {})
    head = f"{method} {path} HTTP/1.1\r\n"
    head += "".join(f"{k}: {v}\r\n" for k, v in fields.items())
    return head.encode("latin-1") + b"\r\n" + body


def cut(sock):
    """True when the peer has closed: reads to the end. A reset counts."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def parallel(count, call, *args):
    """Calls call(i, *args) in COUNT threads; returns the results in order, raises the first error."""
    results = [None] * count
    errors = []

    def run(i):
        try:
            results[i] = call(i, *args)
        except BaseException as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(deadline(120))
    if errors:
        raise errors[0]
    if any(thread.is_alive() for thread in threads):
        raise AssertionError("a client hangs")
    return results


@contextlib.contextmanager
def reserved_port():
    """A port of 127.0.0.1 that nobody listens on and that the kernel gives to nobody else
    meanwhile; it can be bound by who says SO_REUSEADDR, as servers do (socket(7))."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class Held:
    """COUNT requests of the probe that are in their handlers until they are let go: of "sleep",
    which waits, of "block", which holds the loop, or of "thread", which holds a thread.

    `path` is such a request, for a client of the test's own; COUNT may be 0 then. Leaving a `with`
    lets go, too."""

    _numbers = itertools.count()
    _SAYS = {"sleep": "probe: sleeping", "block": "probe: blocking",
             "thread": "probe: blocking a thread"}

    def __init__(self, server, what="sleep", count=1):
        self._file = server.write(f"held-{next(self._numbers)}", "")
        self.path = f"/{what}/3600000?while={self._file}"
        self._answers = []
        self._thread = threading.Thread(target=self._run, args=(server, count), daemon=True)
        if count > 0:
            mark = server.mark()
            self._thread.start()
            server.wait_log(self._SAYS[what] + "(?! a)", since=mark, count=count)

    def _run(self, server, count):
        def ask(_):
            try:
                return server.get(self.path, seconds=120).status
            except (OSError, http.client.HTTPException) as error:
                return type(error).__name__

        self._answers = parallel(count, ask)

    def wait(self):
        """What came of them, as it comes: statuses, or names of errors."""
        if self._thread.ident is not None:
            self._thread.join(deadline(120))
            assert not self._thread.is_alive(), "a request is held for ever"
        return self._answers

    def _end(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._file)

    def let_go(self):
        """Ends their handlers; returns what came of them."""
        self._end()
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._end()
        if kind is None:
            self.wait()


class Hammer:
    """Clients that ask, one request a connection, until they are stopped; none may fail.

    Use as `with server.hammer(clients=4) as hammer: ...`; leaving it stops, and fails on a lost
    request. `answers` counts bodies, `wait_for_answers(n)` waits for n more."""

    def __init__(self, server, path="/version", clients=4, listener="web"):
        self.server, self.path, self.listener = server, path, listener
        self.answers = collections.Counter()
        self.errors = []
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def _run(self):
        request = raw_request("GET", self.path, close=True)
        while not self._stop.is_set():
            try:
                with self.server.raw(self.listener) as sock:
                    sock.sendall(request)
                    answer = read_response(sock)
                if answer.status != 200:
                    raise AssertionError(f"status {answer.status}: {answer.body[:100]!r}")
                with self._changed:
                    self.answers[answer.text] += 1
                    self._changed.notify_all()
            except Exception as error:  # pylint: disable=broad-except
                with self._changed:
                    self.errors.append(f"{type(error).__name__}: {error}")
                    self._changed.notify_all()
                if len(self.errors) > 100:
                    return

    @property
    def total(self):
        return sum(self.answers.values())

    def wait_for_answers(self, count, body=None, seconds=60):
        """Waits until COUNT more answers (with that BODY) have come."""
        def number():
            return self.answers[body] if body is not None else self.total

        with self._changed:
            goal = number() + count
            if not self._changed.wait_for(lambda: number() >= goal or self.errors,
                                          deadline(seconds)):
                raise AssertionError(f"{number() - goal + count} of {count} answers came")
        self.check()

    def check(self):
        if self.errors:
            raise AssertionError(f"{len(self.errors)} requests lost, {self.total} answered: "
                                 + "; ".join(self.errors[:3]))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(deadline(60))
        if kind is None:
            self.check()
            assert self.total > 0, "no request was answered"


class NotifySocket:
    """The receiving end of systemd's notify protocol.

    `messages` are all datagrams so far, each a dict; `times` when each came; `store` the descriptors
    that are kept for the next start, as {name: [fd]}. A barrier is over as soon as it is read."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify.sock")
        self.messages = []
        self.times = []
        self.store = {}
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sock.bind(self.path)
        os.chmod(self.path, 0o666)

    def wait(self, name, pattern=".*", seconds=30):
        """Waits for a datagram with NAME=value where PATTERN matches the whole value."""
        end = time.monotonic() + deadline(seconds)
        while True:
            message = self._receive(max(0.01, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"no {name}={pattern} came; came: {self.messages}")
            if name in message and re.fullmatch(pattern, message[name]):
                return message

    def drain(self):
        """Takes what has come."""
        while self._receive(0.01) is not None:
            pass

    def kept(self):
        """What is kept, as Server.passed of the next start."""
        return [(name, fd) for name, fds in self.store.items() for fd in fds]

    def _receive(self, seconds):
        """The next message; None where none comes."""
        self._sock.settimeout(seconds)
        try:
            data, fds, _, _ = socket.recv_fds(self._sock, 65536, 8)
        except socket.timeout:
            return None
        message = dict(line.split("=", 1) for line in data.decode().splitlines() if line)
        self.messages.append(message)
        self.times.append(time.monotonic())
        name = message.get("FDNAME")
        if "FDSTORE" in message:
            self.store.setdefault(name, []).extend(fds)
            fds = []
        if "FDSTOREREMOVE" in message:
            fds += self.store.pop(name, [])
        for fd in fds:
            os.close(fd)
        return message

    def close(self):
        self._sock.close()
        for fds in self.store.values():
            for fd in fds:
                os.close(fd)
        self.store = {}


# --- the server ----------------------------------------------------------------------------------

LOG_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) "
    r"(?P<level>debug|info|notice|warning|error|critical) "
    r"(?P<role>master|worker \d+|steward|checker)(?: [^:]*)?: (?P<text>.*)")
JOURNAL_LINE = re.compile(r"<[2-7]>(?P<role>master|worker \d+|steward|checker)(?: [^:]*)?: .*")
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|"
                       r"Sanitizer:DEADLYSIGNAL")
SANITIZER_CHATTER = re.compile(r"==\d+==Unable to get registers from thread \d+\.")
DEATH = re.compile(r"was killed by signal|exited with status (?!0\b)\d+|crash loop|is killed: |"
                   r"did not leave in order")


# Puts the descriptors of its first argument where sd_listen_fds(3) wants them and becomes the rest.
_PASS_SOCKETS = """
import fcntl, os, sys
fds = [fcntl.fcntl(int(fd), fcntl.F_DUPFD_CLOEXEC, 100) for fd in sys.argv[1].split(",")]
for fd in sys.argv[1].split(","):
    os.close(int(fd))
for place, fd in enumerate(fds, 3):
    os.dup2(fd, place, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)))
os.execv(sys.argv[2], sys.argv[2:])
"""


class _Heir:
    """A process that is ours once its parent has ended, with the part of Popen that is used."""

    def __init__(self, pid):
        self.pid, self.returncode = pid, None

    def poll(self):
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                return None if process_exists(self.pid) else 0
            if pid == self.pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return self.poll()

    def send_signal(self, signum):
        os.kill(self.pid, signum)

    def kill(self):
        self.send_signal(signal.SIGKILL)


class _LogPipe:
    """The end of a pipe from which the lines of the log are read, without waiting."""

    def __init__(self, fd):
        self.fd = fd
        self._rest = b""  # the beginning of a line

    def read(self):
        """The lines that are whole by now, and whether nobody is left who could write more."""
        raws, is_over = [], False
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self.fd, 1 << 16):
                *more, self._rest = (self._rest + data).split(b"\n")
                raws += more
            is_over = True
            raws += [self._rest] if self._rest else []
        return [raw.decode(errors="replace") for raw in raws], is_over


def _inherit_orphans():
    """Processes whose parents end become children of this one."""
    prctl_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(prctl_set_child_subreaper, 1, 0, 0, 0)


class Server:
    """A cadre of its own: folder, conf, processes, log.

    Server(workers=2, modules={...}, listen={...}, **directives) describes the conf; DIRECTIVES are
    top-level ones. Without MODULES the probe is mounted at "/", with the SETTINGS. `conf` (a dict)
    may be changed before start() and reload(), which write it. With JOURNAL the log goes to a pipe
    that looks like journald's; with TERMINAL its input is a terminal, and type() types there."""

    def __init__(self, workers=2, modules=None, listen=None, settings=None, args=(), env=None,
                 probe_flags=(), journal=False, terminal=False, **directives):
        self.folder = tempfile.mkdtemp(prefix="cadre-test-")
        os.chmod(self.folder, 0o755)
        self.args = list(args)
        self.env = dict(env or {})
        self.journal = journal
        self.terminal = terminal
        self._keyboard = None
        self.program = [CADRE, "-c", self.path("cadre.conf")]
        self.process = None
        self.session = None  # where its processes are, once it was upgraded
        self.expects_deaths = False  # set it where a worker is to die
        self.checks_lines = True  # every line has the form of LOG_LINE
        self.stdout = subprocess.DEVNULL  # of the server
        self.passed = []  # sockets that it is started with, as systemd does: (name, descriptor)
        self.exit_code = None
        self._lines = []
        self._changed = threading.Condition()
        self._reader = None
        self._pipes = []  # that the log comes through: those of a dead master's workers, too
        self._closed = False
        self.conf = {"workers": workers, **directives}
        self.conf["listen"] = listen or {"web": {"address": "127.0.0.1:0"}}
        if modules is None:
            self.build_probe(probe_flags)
            modules = {"probe": {"file": "probe.so", **({"settings": settings} if settings else {})}}
        self.conf["module"] = modules
        _case_servers.append(self)

    # --- files

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name) + ".new", "w") as handle:
            handle.write(text)
        os.rename(self.path(name) + ".new", self.path(name))
        return self.path(name)

    def read(self, name):
        with open(self.path(name), errors="replace") as handle:
            return handle.read()

    def write_conf(self, text=None):
        return self.write("cadre.conf", conf_text(self.conf) if text is None else text)

    def build_probe(self, flags=(), name="probe.so", version=None):
        flags = list(flags)
        if version is not None:
            flags.append(f'-DVERSION="{version}"')
        return compile_module(self.path(name), flags=flags)

    def build_module(self, name, text, flags=()):
        return compile_module(self.path(name), text=text, flags=flags)

    # --- life

    def environment(self):
        env = {k: v for k, v in os.environ.items()
               if k not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "LISTEN_FDS", "MAKEFLAGS", "MFLAGS")}
        env["CADRE_WORKER"] = WORKER
        env["CADRE_PAGES_DIR"] = os.path.join(SOURCE, "lib", "api", "pages")
        env["TMPDIR"] = self.folder
        env["XDG_STATE_HOME"] = self.folder
        # A crash that a test asks for must look like one; the end of the case judges the others.
        quiet = "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0"
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            env[name] = ":".join(filter(None, [os.environ.get(name), quiet]))
        env["ASAN_OPTIONS"] += ":detect_leaks=1:detect_stack_use_after_return=0"
        env["UBSAN_OPTIONS"] += ":print_stacktrace=1"
        env.update(self.env)
        return {k: v for k, v in env.items() if v is not None}

    def run(self, *args, timeout=60, text=None):
        """Runs `cadre -c CONF ARGS` to its end; returns the finished process, with its output."""
        self.write_conf(text)
        return self._run_program(self.program, args, timeout)

    def run_without_conf(self, *args, timeout=60):
        """The same with `cadre ARGS`."""
        return self._run_program([CADRE], args, timeout)

    def _run_program(self, program, args, timeout):
        return subprocess.run([*program, *args], env=self.environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=deadline(timeout), cwd=self.folder)

    def launch(self):
        """Starts the server and does not wait for it."""
        self.write_conf()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        env = self.environment()
        if self.journal:
            pipe = os.fstat(writer)
            env["JOURNAL_STREAM"] = f"{pipe.st_dev}:{pipe.st_ino}"
        program = [*self.program, *self.args]
        if self.passed:
            fds = [fd for _, fd in self.passed]
            env["LISTEN_FDNAMES"] = ":".join(name for name, _ in self.passed)
            program = [sys.executable, "-c", _PASS_SOCKETS, ",".join(map(str, fds)), *program]
        keyboard, stdin = os.openpty() if self.terminal else (None, subprocess.DEVNULL)
        self.process = subprocess.Popen(
            program, pass_fds=[fd for _, fd in self.passed], env=env, stdin=stdin, stdout=self.stdout,
            stderr=writer, cwd=self.folder, start_new_session=True,
            preexec_fn=_take_terminal if self.terminal else None)
        os.close(writer)
        if self.terminal:
            os.close(stdin)
            self._keyboard = keyboard
        self.exit_code = None
        pipe = _LogPipe(reader)
        with self._changed:
            self._pipes.append(pipe)
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()
        return self

    def start(self, seconds=30):
        """Starts the server, also again, and waits until all its workers are ready."""
        mark = self.mark()
        self.launch()
        self.wait_log(r"ready: ", since=mark, seconds=seconds)
        return self

    def type(self, text):
        """Types on the server's terminal: "\x03" is Ctrl-C, for all processes on it."""
        os.write(self._keyboard, text.encode())

    def hang_up(self):
        """Closes the server's terminal."""
        os.close(self._keyboard)
        self._keyboard = None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, signum, pid=None):
        os.kill(pid or self.pid, signum)

    def reload(self, seconds=60):
        """Writes the conf, asks for a reload and waits until the new generation serves alone."""
        mark = self.mark()
        self.write_conf()
        self.signal(signal.SIGHUP)
        self.wait_log(r"ready: .*generation", since=mark, seconds=seconds)

    def try_upgrade(self, seconds=60):
        """Writes the conf, asks for a binary upgrade and waits for what comes of it: None and the
        line that says so where it failed, else the old master, which still runs: wait() for it.
        From then on this is the new one."""
        _inherit_orphans()
        mark = self.mark()
        self.write_conf()
        self.signal(signal.SIGUSR2)
        line = self.wait_log(r"upgrade: process (\d+) serves|upgrade failed: .*", since=mark,
                             seconds=seconds)
        if line.group(1) is None:
            return None, line.group(0)
        old, self.process = self.process, _Heir(int(line.group(1)))
        self.session = old.pid
        return old, line.group(0)

    def begin_upgrade(self, seconds=60):
        """The same, and it must not fail; returns the old master."""
        old, line = self.try_upgrade(seconds)
        assert old is not None, line
        return old

    def upgrade(self, seconds=60):
        """The same, until the old master has ended, with the exit code 0."""
        code = self.begin_upgrade(seconds).wait(deadline(seconds))
        assert code == 0, f"the old master ended with {code}"

    def wait_exit(self, seconds=30):
        """Waits for the master's end; returns its exit code (negative: the signal)."""
        try:
            self.exit_code = self.process.wait(deadline(seconds))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server still runs after {deadline(seconds):g} s") from None
        if self.exit_code >= 0:
            # Its children have ended before it; so does the log.
            self._reader.join(deadline(5))
        return self.exit_code

    def stop(self, signum=None, seconds=30):
        """Stops the server, by SIGTERM or SIGNUM; it must exit with 0."""
        self.signal(signum or signal.SIGTERM)
        code = self.wait_exit(seconds)
        assert code == 0, f"exit code {code}"

    def processes(self):
        """The live processes of this server, the master's own among them."""
        return _session(self.session or self.process.pid)

    def children(self):
        """The live children of the master: {pid: title}."""
        found = {}
        for pid in _children(self.pid, self.processes):
            fields = _stat(pid)
            if fields and int(fields[1]) == self.pid and fields[0] not in "ZX":
                found[pid] = _command_line(pid)
        return found

    def workers(self):
        """The pids of the workers."""
        return sorted(pid for pid, title in self.children().items() if "worker" in title)

    def close(self):
        """Ends what still runs; returns what was wrong, as a list of texts."""
        if self._closed:
            return []
        self._closed = True
        wrong = []
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                try:
                    self.process.wait(deadline(40))
                except subprocess.TimeoutExpired:
                    wrong.append("the server does not end on SIGTERM")
                    self.process.kill()
            self.exit_code = self.process.wait()
            end = time.monotonic() + deadline(2)
            left = self.processes()
            while left and time.monotonic() < end:
                time.sleep(0.01)
                left = self.processes()
            if left:
                wrong.append("left behind: " + ", ".join(f"{p} {_command_line(p)}" for p in left))
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            self._reader.join(deadline(10))
            if self._keyboard is not None:
                os.close(self._keyboard)
            wrong += self._judge_log()
        return wrong

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def _judge_log(self):
        wrong = []
        # What the leak checker says where a thread ends as it looks is no finding.
        lines = [line for line in self.log() if not SANITIZER_CHATTER.fullmatch(line)]
        for line in lines:
            if SANITIZER.search(line):
                at = lines.index(line)
                wrong.append("a sanitizer spoke:\n" + "\n".join(lines[at:at + 30]))
                break
        if not self.expects_deaths:
            wrong += [f"a process died: {line}" for line in lines if DEATH.search(line)][:3]
        if self.checks_lines and not wrong:
            form = JOURNAL_LINE if self.journal else LOG_LINE
            wrong += [f"no whole line: {line!r}" for line in lines if not form.fullmatch(line)][:3]
        return wrong

    # --- the log

    def _read(self, pipe):
        """Takes what comes through a pipe, to its end."""
        poll = select.poll()
        poll.register(pipe.fd, select.POLLIN)
        while True:
            poll.poll()
            with self._changed:
                self._take()
                if pipe not in self._pipes:
                    os.close(pipe.fd)
                    return

    def _take(self):
        """Takes the lines that have been written; to be called with the lock."""
        for pipe in list(self._pipes):
            lines, is_over = pipe.read()
            if is_over:
                self._pipes.remove(pipe)
            for line in lines:
                if _verbose:
                    print("    " + line, file=sys.stderr, flush=True)
            self._lines += lines
            self._changed.notify_all()

    # What has been written before a question is there when it is asked, whether or not the thread
    # has come to it: an answer behind which a line was written is no earlier than the line.

    def log(self, since=0):
        """The lines so far, those from the mark SINCE on."""
        with self._changed:
            self._take()
            return self._lines[since:]

    def mark(self):
        """The end of the log now, for `since`."""
        with self._changed:
            self._take()
            return len(self._lines)

    def wait_log(self, pattern, since=0, seconds=30, count=1):
        """Waits for the COUNTth line that PATTERN is found in; returns the match."""
        regex = re.compile(pattern)
        end = time.monotonic() + deadline(seconds)
        at, found = since, 0
        while True:
            with self._changed:
                while at < len(self._lines):
                    match = regex.search(self._lines[at])
                    at += 1
                    if match:
                        found += 1
                        if found == count:
                            return match
                ended = not self._reader.is_alive() and self.process.poll() is not None
                if not ended:
                    left = end - time.monotonic()
                    if left > 0:
                        self._changed.wait(min(left, 0.5))
                        continue
            how = "the server ended" if ended else f"{deadline(seconds):g} s passed"
            raise AssertionError(f"{how} without a line like {pattern!r} (found {found})")

    def count_log(self, pattern, since=0):
        return sum(1 for line in self.log(since) if re.search(pattern, line))

    def tail(self, lines=40):
        return self.log()[-lines:]

    # --- clients

    def address(self, listener="web"):
        """Where LISTENER listens: (host, port), or the path of a UNIX socket."""
        found = self.wait_log(r"listening on (\S+) \(" + re.escape(listener) + r"\)").group(1)
        if found.startswith("unix:"):
            return found[5:]
        host, _, port = found.rpartition(":")
        return host.strip("[]"), int(port)

    def raw(self, listener="web", seconds=30):
        """A connected socket."""
        address = self.address(listener)
        if isinstance(address, str):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.settimeout(deadline(seconds))
            sock.connect(address)
            return sock
        return socket.create_connection(address, deadline(seconds))

    def connection(self, listener="web", seconds=30):
        """An http.client connection: requests on it are kept alive."""
        host, port = self.address(listener)
        return http.client.HTTPConnection(host, port, timeout=deadline(seconds))

    def request(self, method, path, body=b"", headers=None, listener="web", seconds=30):
        """One request on a connection of its own."""
        with self.raw(listener, seconds) as sock:
            sock.sendall(raw_request(method, path, headers, body, close=True))
            return read_response(sock, method)

    def get(self, path, headers=None, listener="web", seconds=30):
        return self.request("GET", path, headers=headers, listener=listener, seconds=seconds)

    def post(self, path, body, headers=None, **more):
        return self.request("POST", path, body, headers, **more)

    def hammer(self, path="/version", clients=4, listener="web"):
        return Hammer(self, path, clients, listener)

    def spread(self, path, tries=256):
        """Answers to GET over connections that all stay open meanwhile: the workers share them
        evenly, where a single one after the other may always go to the same."""
        with contextlib.ExitStack() as stack:
            for _ in range(tries):
                sock = stack.enter_context(self.raw())
                sock.sendall(raw_request("GET", path))
                yield read_response(sock)

    def worker_pids_seen(self, count, tries=256):
        """Asks until COUNT different workers have answered; returns their pids."""
        seen = set()
        for answer in self.spread("/pid", tries):
            seen.add(int(answer.text))
            if len(seen) >= count:
                return seen
        raise AssertionError(f"{len(seen)} of {count} workers answered {tries} requests")


# --- cases ---------------------------------------------------------------------------------------

CASE_SECONDS = int(os.environ.get("CADRE_CASE_SECONDS", "120"))
_cases = []
_case_servers = []
_verbose = False


def case(function=None, *, seconds=CASE_SECONDS):
    """Adds a case; its name is the function's, with spaces. `@case(seconds=300)` gives it longer."""
    if function is None:
        return functools.partial(case, seconds=seconds)
    _cases.append((function.__name__.replace("_", " "), function, seconds))
    return function


def _on_alarm(_signum, _frame):
    raise AssertionError("the case takes too long")


def _on_end(signum, _frame):
    """Whoever ends the test ends its servers, which are in sessions of their own."""
    for server in _case_servers:
        if server.process is not None:
            for pid in server.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        server.remove()
    if _scratch.cache_info().currsize:
        shutil.rmtree(_scratch(), True)
    os._exit(128 + signum)


def _run_case(function, seconds):
    """Runs one case; returns (ok, skipped_because, diagnostics)."""
    _case_servers.clear()
    wrong = []
    skipped = None
    signal.signal(signal.SIGALRM, _on_alarm)
    signal.alarm(int(deadline(seconds)))
    try:
        function()
    except Skip as reason:
        skipped = str(reason)
    except BaseException:  # pylint: disable=broad-except
        lines = traceback.format_exc().splitlines()
        wrong.append("\n".join(lines[-12:]))
    finally:
        signal.alarm(0)
        for server in _case_servers:
            try:
                wrong += server.close()
            except Exception:  # pylint: disable=broad-except
                wrong.append(traceback.format_exc())
    if wrong:
        for server in _case_servers:
            wrong.append(f"log of {' '.join([*server.program, *server.args])}, exit code {server.exit_code}:\n"
                         + "\n".join(server.tail(60)))
    for server in _case_servers:
        server.remove()
    return not wrong, skipped, wrong


def main():
    """Runs the cases of the file and ends the program."""
    global _verbose
    words = [w for w in sys.argv[1:] if w != "-v"]
    _verbose = "-v" in sys.argv[1:]
    chosen = [c for c in _cases if not words or any(w.replace("_", " ") in c[0] for w in words)]
    if not os.path.exists(CADRE) or not os.path.exists(WORKER):
        print(f"Bail out! not built: {CADRE} or {WORKER}", flush=True)
        sys.exit(1)
    # Cores of crashes that are asked for help nobody.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    print(f"1..{len(chosen)}", flush=True)
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, _on_end)
    failed = 0
    for number, (name, function, seconds) in enumerate(chosen, 1):
        began = time.monotonic()
        ok, skipped, wrong = _run_case(function, seconds)
        took = time.monotonic() - began
        if skipped is not None and ok:
            print(f"ok {number} - {name} # SKIP {skipped}", flush=True)
            continue
        print(f"{'ok' if ok else 'not ok'} {number} - {name}", flush=True)
        print(f"# {took:.2f} s", flush=True)
        for text in wrong:
            print("\n".join("# " + line for line in text.splitlines()), flush=True)
        failed += not ok
    sys.exit(1 if failed else 0)
