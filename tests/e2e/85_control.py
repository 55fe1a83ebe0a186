#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The control socket and the commands of `cadre` that speak to a server that runs."""
import shutil
import stat

from cadretest import *


def command(server, *words, code=0):
    """Runs `cadre -c CONF WORDS...`; returns what it printed (on failure: to standard error)."""
    done = subprocess.run([*server.program, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=deadline(60), check=False)
    assert done.returncode == code, (words, done)
    return done.stdout if code == 0 else done.stderr


def controlled(**more):
    return Server(runtime_dir="run", **more)


def command_at(server, folder, line):
    """Sends LINE to the control socket in a FOLDER of the server; the answer's line."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(deadline(30))
        sock.connect(server.path(folder + "/control.sock"))
        sock.sendall(line.encode())
        return sock.makefile().readline()


def ask(server, line, shut=False):
    """The answer to a raw request; None where the connection just closes. With SHUT its end is
    announced behind it, as socat does."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(deadline(30))
        sock.connect(server.path("run/control.sock"))
        sock.sendall(line)
        if shut:
            sock.shutdown(socket.SHUT_WR)
        data = b""
        while not data.endswith(b"\n"):
            more = sock.recv(65536)
            if not more:
                break
            data += more
    return json.loads(data) if data else None


@case
def status_tells_workers_and_requests():
    server = controlled(workers=2).start()
    server.wait_log("ready: 2 workers")
    for _ in range(5):
        assert server.get("/version").status == 200
    wait_for("the counts", lambda: json.loads(command(server, "status", "--json"))["totals"]["requests"] == 5)
    status = json.loads(command(server, "status", "--json"))
    assert status["state"] == "serving" and status["generation"] == 1, status
    assert status["pid"] == server.pid
    assert sorted(w["pid"] for w in status["workers"]) == server.workers()
    assert sum(w["requests"] for w in status["workers"]) == 5
    assert status["totals"]["responses"]["2xx"] == 5
    assert all(w["rss_bytes"] > 500000 for w in status["workers"])
    assert status["totals"]["latency"]["p99_ms"] > 0
    text = command(server, "status")
    assert "2 of 2 workers serve, generation 1" in text and "5 requests" in text, text


@case
def the_socket_is_for_its_owner_alone():
    server = controlled().start()
    mode = os.stat(server.path("run/control.sock")).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, oct(mode)
    server.stop()
    assert not os.path.exists(server.path("run/control.sock"))


@case
def another_user_is_refused():
    needs_root()
    server = controlled().start()
    os.chmod(server.path("run/control.sock"), 0o666)  # not even then
    nobody = pwd.getpwnam("nobody").pw_uid
    done = subprocess.run([*server.program, "--control", server.path("run/control.sock"), "status"],
                          capture_output=True, text=True, user=nobody, check=False)
    assert done.returncode == 5, done
    server.wait_log(rf"control: user {nobody} is refused")


@case
def a_reload_is_answered_when_the_old_workers_have_gone():
    server = controlled(workers=2).start()
    server.wait_log("ready: 2 workers")
    before = server.workers()
    with server.hammer():
        out = command(server, "reload")
    assert re.search(r"generation 2 serves, after \d+\.\d+ s; 0 requests were lost", out), out
    assert not set(before) & set(server.workers())
    assert json.loads(command(server, "status", "--json"))["last_reload"]["ok"] is True


@case
def a_reload_waits_for_a_request_in_hand_and_soon_does_not():
    server = controlled(workers=1, graceful_timeout="60s").start()
    server.wait_log("ready: 1 worker")
    held = Held(server)
    command(server, "reload", "--soon")
    status = json.loads(command(server, "status", "--json"))
    assert [g["state"] for g in status["generations"]] == ["current", "draining"], status
    assert status["generations"][1]["in_flight"] == 1
    assert status["generations"][1]["deadline_s"] > 0
    assert "draining" in command(server, "status")
    waits = threading.Thread(target=command, args=(server, "reload"))
    waits.start()
    server.wait_log("ready: .*generation 3")
    assert waits.is_alive(), "it did not wait"
    assert held.let_go() == [200]
    waits.join()
    assert len(json.loads(command(server, "status", "--json"))["generations"]) == 1


@case
def a_reload_that_loses_requests_counts_them():
    server = controlled(workers=1, graceful_timeout="1s").start()
    server.wait_log("ready: 1 worker")
    held = Held(server)
    assert "1 request was lost" in command(server, "reload")
    held.wait()


@case
def a_reload_that_fails_says_why_and_exits_as_a_start_would():
    server = controlled(workers=1).start()
    server.wait_log("ready: 1 worker")
    server.conf["workerz"] = 3
    server.write_conf()
    assert 'did you mean "workers"?' in command(server, "reload", code=1)
    del server.conf["workerz"]
    server.conf["module"]["probe"]["settings"] = {"startup": "fail"}
    server.write_conf()
    assert "reload failed: " in command(server, "reload", code=3)
    status = json.loads(command(server, "status", "--json"))
    assert status["last_reload"]["ok"] is False and status["last_reload"]["reason"], status
    assert status["generation"] == 1 and status["totals"]["reloads_failed"] == 2


@case
def two_reloads_at_once_each_get_their_answer():
    server = controlled(workers=2).start()
    server.wait_log("ready: 2 workers")
    outs = parallel(4, lambda _: command(server, "reload"))
    assert all("0 requests were lost" in out for out in outs), outs


@case
def workers_changes_how_many_serve():
    server = controlled(workers=1).start()
    server.wait_log("ready: 1 worker")
    command(server, "workers", "3")
    wait_for("three", lambda: len(server.workers()) == 3)
    command(server, "workers", "1")
    wait_for("one", lambda: len(server.workers()) == 1)
    assert "500" in command(server, "workers", "501", code=5)
    assert "number" in command(server, "workers", "many", code=5)


@case
def upgrade_waits_for_the_new_master():
    server = controlled(workers=1).start()
    server.wait_log("ready: 1 worker")
    pids = {server.pid}
    for _ in range(5):
        command(server, "upgrade")
        # At once: whoever asks while the socket changes hands waits for a moment.
        pids.add(json.loads(command(server, "status", "--json"))["pid"])
        assert command(server, "crashes") == "no crash is known\n"
    assert len(pids) == 6, pids
    assert server.get("/version").status == 200
    command(server, "stop")
    assert server.wait_exit() == 0


@case
def stop_waits_for_the_end():
    server = controlled().start()
    server.wait_log("ready")
    command(server, "stop")
    assert server.wait_exit() == 0
    assert server.count_log("cadre stop: stopping") == 1
    assert "there is no such socket" in command(server, "status", code=5)


def connections(server):
    """How many clients the control socket has (/proc/net/unix: connected, and with its path)."""
    path = server.path("run/control.sock")
    with open("/proc/net/unix") as table:
        return sum(line.split()[5] == "03" and line.endswith(" " + path + "\n") for line in table)


@case
def a_second_stop_waits_too_and_kills_nobody():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    held = Held(server)
    stops = [subprocess.Popen([*server.program, "stop"], stdin=subprocess.DEVNULL) for _ in range(2)]
    wait_for("both", lambda: connections(server) == 2)
    assert [stop.poll() for stop in stops] == [None, None]
    assert held.let_go() == [200]
    assert [stop.wait(deadline(30)) for stop in stops] == [0, 0]
    assert server.wait_exit() == 0


@case
def stop_now_cancels():
    server = controlled(workers=1, graceful_timeout="1h").start()
    server.wait_log("ready")
    held = Held(server)
    command(server, "stop", "--now")
    held.wait()
    assert server.wait_exit() == 0


@case
def reopen_opens_the_logs_anew():
    server = controlled(access_log="access.log", access_log_buffer="0").start()
    server.wait_log("ready")
    os.rename(server.path("access.log"), server.path("access.log.1"))
    command(server, "reopen")
    wait_for("the new file", lambda: os.path.exists(server.path("access.log")))


@case
def status_answers_while_every_worker_is_stuck():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    with Held(server, "block"):
        worker = wait_for("the handler", lambda: [
            w for w in json.loads(command(server, "status", "--json"))["workers"]
            if w["handler"] and w["held_ms"] > 20])[0]
        assert worker["handler"] == "probe:block", worker
        assert "probe:block for" in command(server, "status")


@case
def a_crash_loop_is_seen_in_the_status():
    server = controlled(workers=1, restart_delay="10s").start()
    server.wait_log("ready")
    server.expects_deaths = True
    for _ in range(2):
        with server.raw() as sock:
            sock.sendall(raw_request("GET", "/crash/segv"))
            cut(sock)
    worker = wait_for("the wait", lambda: [
        w for w in json.loads(command(server, "status", "--json"))["workers"] if w["starts_in_s"]])[0]
    assert worker["state"] == "waiting" and worker["pid"] is None and worker["failures"] >= 1, worker
    assert "starts again in" in command(server, "status")


@case
def what_is_no_request_is_refused_and_leaves_the_server_alone():
    server = controlled().start()
    server.wait_log("ready")
    assert "no command" in ask(server, b"dance\n")["error"]
    assert "knows no" in ask(server, b"status please\n")["error"]
    assert "a line of words" in ask(server, b"\n")["error"]
    assert "one line" in ask(server, b"x" * 600)["error"]
    assert ask(server, b"status\r\n")["ok"] is True
    for garbage in (b"\0\0\0\n", bytes(range(128, 256)) + b"\n"):
        assert ask(server, garbage)["ok"] is False
    idle = [socket.socket(socket.AF_UNIX) for _ in range(64)]
    for sock in idle:
        sock.settimeout(deadline(30))
        sock.connect(server.path("run/control.sock"))
    assert cut(idle[40])  # too many

    def is_heard():  # once the others have been silent for a second
        try:
            return ask(server, b"status\n")["ok"]
        except OSError:
            return False

    wait_for("room", is_heard)
    for sock in idle:
        sock.close()
    assert server.get("/version").status == 200


@case
def a_client_that_leaves_does_not_stop_its_reload():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(server.path("run/control.sock"))
        sock.sendall(b"reload\n")
    server.wait_log("ready: 1 worker, generation 2")
    assert ask(server, b"status\n")["generation"] == 2


@case
def a_client_that_has_said_all_still_gets_its_answer():
    server = controlled(workers=1).start()
    assert ask(server, b"reload\n", shut=True)["generation"] == 2
    assert ask(server, b"status\n", shut=True)["generation"] == 2


@case
def a_reload_makes_the_socket_anew_that_somebody_removed():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    os.remove(server.path("run/control.sock"))
    assert "there is no such socket" in command(server, "status", code=5)
    mark = server.mark()
    server.signal(signal.SIGHUP)
    server.wait_log("control socket at ", since=mark)
    assert json.loads(command(server, "reload") and command(server, "status", "--json"))["generation"] == 3
    shutil.rmtree(server.path("run"))
    server.signal(signal.SIGHUP)
    server.wait_log("control socket at ", since=mark, count=2)
    assert command(server, "status")
    server.stop()
    assert not os.path.exists(server.path("run/control.sock"))


@case
def without_a_folder_there_is_one_line_and_no_socket():
    server = Server(env={"RUNTIME_DIRECTORY": "/nonexistent/cadre"}).start()
    server.wait_log(r"info master: no control socket at /nonexistent/cadre/control.sock: there is no")
    assert server.get("/version").status == 200
    assert server.count_log("control socket") == 1


@case
def systemd_s_runtime_directory_is_taken():
    server = Server()
    os.mkdir(server.path("systemd"))
    server.env["RUNTIME_DIRECTORY"] = server.path("systemd") + ":/run/other"
    server.start()
    server.wait_log("control socket at .*/systemd/control.sock$")
    done = subprocess.run([*server.program, "status", "--json"], capture_output=True, text=True,
                          env={**os.environ, **server.env}, check=False)
    assert json.loads(done.stdout)["pid"] == server.pid, done


@case
def off_is_off_and_a_reload_moves_it():
    server = Server(runtime_dir="off").start()
    server.wait_log("ready")
    assert "has no control socket" in command(server, "status", code=5)
    server.conf["runtime_dir"] = "here"
    server.reload()
    assert "generation 2" in command(server, "status")
    server.conf["runtime_dir"] = "there"
    server.reload()
    assert "generation 3" in command(server, "status")
    assert not os.path.exists(server.path("here/control.sock"))


@case
def a_reload_that_moves_the_socket_answers_who_asked_for_it():
    server = controlled(workers=1).start()
    for place in ("there", "off"):
        server.conf["runtime_dir"] = place
        server.write_conf()
        with socket.socket(socket.AF_UNIX) as sock, socket.socket(socket.AF_UNIX) as idle:
            sock.settimeout(deadline(30))
            idle.settimeout(deadline(30))
            sock.connect(server.path("run/control.sock"))
            idle.connect(server.path("run/control.sock"))
            sock.sendall(b"reload\n")
            answer = json.loads(sock.makefile().readline())
            assert answer["ok"], answer
            assert idle.recv(1) == b""
        assert not os.path.exists(server.path("run/control.sock"))
        assert os.path.exists(server.path("there/control.sock")) == (place == "there")
        if place == "there":
            server.conf["runtime_dir"] = "run"
            server.write_conf()
            assert json.loads(command_at(server, "there", "reload\n"))["ok"]
    server.stop()


@case
def a_second_server_on_the_same_folder_runs_without():
    first = controlled().start()
    first.wait_log("ready")
    second = Server(runtime_dir=first.path("run")).start()
    second.wait_log("no control socket at .*: another server listens there")
    assert json.loads(command(second, "status", "--json"))["pid"] == first.pid
    first.stop()


@case
def a_socket_that_was_left_behind_is_replaced():
    first = controlled().start()
    first.wait_log("ready")
    first.expects_deaths = True
    first.signal(signal.SIGKILL)
    first.wait_exit()
    assert os.path.exists(first.path("run/control.sock"))
    second = Server(runtime_dir=first.path("run")).start()
    second.wait_log("control socket at ")
    assert json.loads(command(second, "status", "--json"))["pid"] == second.pid


@case
def a_conf_that_is_broken_by_now_does_not_hide_the_server():
    server = controlled().start()
    server.wait_log("ready")
    server.conf["nonsense"] = True
    server.write_conf()
    assert "generation 1" in command(server, "status")
    server.write_conf("listen: {")
    assert "--control" in command(server, "status", code=5)
    assert "generation 1" in command(server, "--control", server.path("run/control.sock"), "status")


@case
def watch_prints_a_table_each_second():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    with subprocess.Popen([*server.program, "status", "--watch"], stdout=subprocess.PIPE, text=True) as watch:
        seen = 0
        for line in watch.stdout:
            seen += "REQUESTS/S" in line
            if seen == 2:
                break
        server.stop()
        watch.stdout.read()
        assert watch.wait(deadline(30)) == 5


def tasks_of(server, number=0):
    status = json.loads(command(server, "status", "--tasks", "--json"))
    return sorted(status["workers"], key=lambda w: w["number"])[number]["tasks"]


@case
def tasks_say_what_they_wait_for_and_for_which_request():
    server = controlled(workers=1).start()
    server.wait_log("ready")
    client = threading.Thread(target=server.get, args=("/sleep/20000?why=test",))
    client.start()
    wait_for("the task", lambda: any(t["name"] == "sleep_ms" for t in tasks_of(server)["list"]))
    tasks = tasks_of(server)
    task = next(t for t in tasks["list"] if t["name"] == "sleep_ms")
    assert tasks["total"] == len(tasks["list"]) and tasks["error"] is None, tasks
    assert task["state"] == "waiting" and task["where"] == "cadre_sleep", task
    assert task["module"] == "probe" and task["handler"] == "sleep_ms", task
    assert task["request"] == "GET /sleep/20000?why=test HTTP/1.1", task
    assert 0 <= task["waiting_s"] <= task["age_s"] + 0.001, task
    text = command(server, "status", "--tasks")
    assert re.search(r"worker 1, generation 1, serving: \d+ tasks?\n", text), text
    assert re.search(r"  sleep_ms +waiting  cadre_sleep .* probe: GET /sleep/20000\?why=test HTTP/1.1\n", text), text
    assert "tasks" not in json.loads(command(server, "status", "--json"))["workers"][0]
    server.stop(signal.SIGINT)
    client.join()


@case
def what_holds_up_a_worker_that_drains_is_told():
    server = controlled(workers=1, graceful_timeout="60s").start()
    server.wait_log("ready")
    client = threading.Thread(target=server.get, args=("/sleep/20000",))
    client.start()
    wait_for("the task", lambda: any(t["name"] == "sleep_ms" for t in tasks_of(server)["list"]))
    command(server, "reload", "--soon")
    status = json.loads(command(server, "status", "--tasks", "--json"))
    old = [w for w in status["workers"] if w["generation"] == 1]
    assert old and old[0]["state"] == "draining", status["workers"]
    assert [t["name"] for t in old[0]["tasks"]["list"] if t["handler"]] == ["sleep_ms"], old
    server.stop(signal.SIGINT)
    client.join()


@case
def a_worker_that_is_stuck_says_so_in_the_place_of_its_tasks():
    server = controlled(workers=1, worker_timeout="0").start()
    server.wait_log("ready")
    with Held(server, "block"):
        wait_for("the handler", lambda: json.loads(command(server, "status", "--json"))["workers"][0]["handler"])
        tasks = tasks_of(server)
        assert tasks["total"] is None and tasks["list"] == [], tasks
        assert re.fullmatch(r"it is stuck: probe:block has held its loop for \d+\.\d s", tasks["error"]), tasks
        assert "it is stuck: probe:block has held" in command(server, "status", "--tasks")


@case
def a_worker_that_hangs_is_not_asked_without_end_and_can_be_told_to_leave():
    server = controlled(workers=1, worker_timeout="0").start()
    server.wait_log("ready")
    with Held(server, "block"):
        wait_for("the handler", lambda: json.loads(command(server, "status", "--json"))["workers"][0]["handler"])
        answers = parallel(20, lambda _: tasks_of(server)["error"])
        assert all("it is stuck: probe:block" in a for a in answers), answers
    wait_for("an answer", lambda: tasks_of(server)["error"] is None)
    command(server, "reload")


main()
