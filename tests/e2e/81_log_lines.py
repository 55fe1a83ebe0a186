#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The log: whole lines from all processes, files that can be rotated, journald's priorities."""
from cadretest import *

LINE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+ (master|worker \d+|steward)[^:]*: .*"


@case
def lines_of_many_workers_are_never_mixed():
    server = Server(workers=4).start()
    parallel(8, lambda _: [server.get("/log/50") for _ in range(5)])
    server.stop()
    lines = [line for line in server.log() if "zzz" in line]
    assert len(lines) == 8 * 5 * 50, len(lines)
    assert all(line.count("z" * 399) == 1 for line in lines)
    assert len({re.search(r"worker \d+", line).group(0) for line in lines}) > 1


@case
def a_text_cannot_forge_a_line():
    server = Server(workers=1).start()
    server.get("/log-forged")
    line = server.wait_log("forged").group(0)
    assert server.count_log("forged") == 1
    assert "worker" in [l for l in server.log() if line in l][0]
    assert not any("\033" in l or "\r" in l for l in server.log())


@case
def a_log_file_holds_the_lines_of_all_processes():
    server = Server(workers=2, log_file="cadre.log").launch()
    wait_for("the log file", lambda: os.path.exists(server.path("cadre.log")))
    wait_for("ready", lambda: "ready: " in server.read("cadre.log"))
    text = server.read("cadre.log")
    assert "probe: worker startup" in text and "listening on" in text, text
    assert all(re.fullmatch(LINE, line) for line in text.splitlines()), text
    server.signal(signal.SIGTERM)
    assert server.wait_exit() == 0


@case
def usr1_reopens_the_log_in_all_processes_after_a_rename():
    server = Server(workers=2, log_file="cadre.log").launch()
    wait_for("ready", lambda: os.path.exists(server.path("cadre.log"))
             and "ready: " in server.read("cadre.log"))
    address = re.search(r"listening on 127\.0\.0\.1:(\d+)", server.read("cadre.log")).group(1)

    def get(path):
        with socket.create_connection(("127.0.0.1", int(address)), deadline(30)) as sock:
            sock.sendall(raw_request("GET", path, close=True))
            return read_response(sock)

    os.rename(server.path("cadre.log"), server.path("cadre.log.1"))
    get("/log/1")
    wait_for("the old file", lambda: "zzz" in server.read("cadre.log.1"))
    server.signal(signal.SIGUSR1)
    wait_for("the new file", lambda: os.path.exists(server.path("cadre.log")))

    def all_workers_write_there():
        get("/log/1")
        seen = re.findall(r"(worker \d+)[^\n]*zzz", server.read("cadre.log"))
        return len(set(seen)) == 2

    wait_for("both workers", all_workers_write_there)
    size = os.path.getsize(server.path("cadre.log.1"))
    for _ in range(20):
        get("/log/1")
    assert os.path.getsize(server.path("cadre.log.1")) == size
    server.signal(signal.SIGTERM)
    assert server.wait_exit() == 0
    assert "probe: worker shut down" in server.read("cadre.log")


@case
def a_fifo_holds_nobody_up():
    server = Server(workers=1, log_file="fifo", listen={"web": {"address": "unix:web.sock"}})
    os.mkfifo(server.path("fifo"))
    server.checks_lines = False  # there is no log yet
    server.launch()
    assert server.wait_exit() != 0
    server.wait_log(r'cannot open log_file ".*fifo": .* \(a FIFO that nobody reads\)')

    def answers():
        try:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(deadline(30))
                sock.connect(server.path("web.sock"))
                sock.sendall(raw_request("GET", "/log/50", close=True))
                return read_response(sock).status == 200
        except OSError:
            return False

    reader = os.open(server.path("fifo"), os.O_RDONLY | os.O_NONBLOCK)
    try:
        server.launch()
        wait_for("the server", answers)
        for _ in range(60):  # more than the FIFO holds
            assert answers()
        pids = server.workers()
        server.signal(signal.SIGHUP)
        wait_for("new workers", lambda: server.workers() and not set(server.workers()) & set(pids))
        assert answers()
        text = os.read(reader, 1 << 20).decode()
        assert all(re.fullmatch(LINE, line) for line in text.splitlines()), text
        server.signal(signal.SIGTERM)
        assert server.wait_exit() == 0
    finally:
        os.close(reader)


@case
def usr1_is_harmless_where_the_log_is_stderr():
    server = Server(workers=2).start()
    pids = server.workers()
    server.signal(signal.SIGUSR1)
    server.signal(signal.SIGHUP)
    server.wait_log("ready: .*generation 2")
    assert server.get("/version").status == 200
    wait_for("new workers", lambda: not set(server.workers()) & set(pids))


@case
def journald_gets_priorities_and_no_time():
    server = Server(workers=1, journal=True).start()
    assert server.get("/fail").status == 500
    line = server.wait_log(r"^<3>worker \d+.*\bfail\b").group(0)
    assert not re.search(r"\d{4}-\d\d-\d\dT", line), line
    assert server.count_log(r"^<[56]>master: ready: ") == 1, server.log()
    server.stop()


class Daemon:
    """Plays syslog or journald; as a thread, since a daemon that does not read loses lines."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.lines = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            line = self.sock.recv(65536).decode()
            if line == "end":
                return
            self.lines.append(line)

    def wait(self, pattern):
        return wait_for(pattern, lambda: next(
            (line for line in list(self.lines) if re.search(pattern, line)), None))

    def close(self, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.connect(path)
            last.send(b"end")
        self.thread.join()
        self.sock.close()


@case
def lines_of_workers_name_their_generation():
    server = Server(workers=2).start()
    server.get("/log/1")
    server.reload()
    server.get("/log/1")
    server.wait_log(r" worker \d+: .*zzz.* generation=1$")
    server.wait_log(r" worker \d+: .*zzz.* generation=2$")
    assert not server.count_log(r" master: .* generation=\d+$")


@case
def syslog_gets_the_lines_of_all_processes():
    server = Server(workers=2, log_file="syslog", log_facility="local5")
    path = server.conf["log_socket"] = server.path("dev-log")
    daemon = Daemon(path)
    server.launch()
    daemon.wait(r"^<173>\w{3} [ \d]\d \d\d:\d\d:\d\d cadre\[\d+\]: master: ready: ")
    daemon.wait(r"^<174>.* cadre\[\d+\]: worker \d: probe: worker startup generation=1$")
    server.signal(signal.SIGUSR1)
    daemon.wait("the log is opened again")
    server.stop()
    daemon.wait("master: stopped")
    daemon.close(path)
    assert server.log() == []


@case
def journald_gets_fields_of_their_own():
    server = Server(workers=2, log_file="journal")
    path = server.conf["log_socket"] = server.path("journal")
    daemon = Daemon(path)
    server.launch()
    line = daemon.wait(r"MESSAGE=master: ready: ")
    assert line.startswith("PRIORITY=5\nSYSLOG_IDENTIFIER=cadre\nCADRE_ROLE=master\n"), line
    host, _, port = re.search(r"listening on (\S+)", daemon.wait("listening on")).group(1).rpartition(":")
    with socket.create_connection((host, int(port)), deadline(30)) as sock:
        sock.sendall(raw_request("GET", "/fail", close=True))
        assert read_response(sock).status == 500
    line = daemon.wait(r"CADRE_ROLE=worker \d\nCADRE_GENERATION=1\nMESSAGE=worker \d: .*fail")
    assert line.startswith("PRIORITY=3\n"), line
    server.stop()
    daemon.close(path)


@case
def a_service_that_does_not_run_is_named_at_the_start():
    server = Server(workers=1, log_file="syslog")
    server.checks_lines = False  # there is no log yet
    server.conf["log_socket"] = server.path("nobody")
    server.launch()
    server.wait_log(r'cadre\.conf:\d+: cannot open log_file "syslog": No such file or directory')
    assert server.wait_exit() == 3


@case
def lines_below_the_log_level_are_left_out():
    server = Server(workers=1, log_level="warning")
    server.launch()
    host, port = "127.0.0.1", None

    def serving():
        nonlocal port
        for pid in server.processes():
            try:
                with open(f"/proc/{pid}/net/tcp") as handle:
                    inodes = {os.readlink(f"/proc/{pid}/fd/{fd}")[8:-1]
                              for fd in os.listdir(f"/proc/{pid}/fd")
                              if os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")}
                    for line in handle.readlines()[1:]:
                        fields = line.split()
                        if fields[3] == "0A" and fields[9] in inodes:
                            port = int(fields[1].split(":")[1], 16)
                            return True
            except OSError:
                pass
        return False

    wait_for("a listening socket", serving)
    with socket.create_connection((host, port), deadline(30)) as sock:
        sock.sendall(raw_request("GET", "/fail", close=True))
        assert read_response(sock).status == 500
    server.wait_log(r"error ")
    assert server.count_log(r"Z (info|notice|debug) ") == 0, server.log()
    server.stop()


main()
