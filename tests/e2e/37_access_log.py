#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The access log: what its lines say, that each is whole, and files that are full or rotated."""
import fcntl
import resource

from cadretest import *

NAME = "access.log"


def logged(workers=1, buffer="0", **directives):
    """A server with an access log, whose lines are written at once unless told else."""
    directives = {"access_log": NAME, "access_log_buffer": buffer, "access_log_flush": "10ms",
                  **directives}
    return Server(workers=workers, **directives)


def lines_of(server, name=NAME):
    """The whole lines so far: a line that is just written may be seen in part."""
    with open(server.path(name), errors="surrogateescape") as handle:
        return handle.read().rpartition("\n")[0].splitlines()


def wait_lines(server, count, name=NAME):
    """Waits until there are COUNT lines, which must not become more; returns them."""
    wait_for(f"{count} lines", lambda: len(lines_of(server, name)) >= count)
    lines = lines_of(server, name)
    assert len(lines) == count, lines
    return lines


def send(server, data, listener="web"):
    """Sends DATA on a connection of its own; returns the answer's bytes to the end."""
    with server.raw(listener) as sock:
        sock.sendall(data)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
        return answer


# --- what a line says ----------------------------------------------------------------------------


@case
def without_a_word_in_the_conf_there_is_none():
    server = Server(workers=1).start()
    assert server.get("/version").status == 200
    assert not os.path.exists(server.path(NAME))
    for pid in server.workers():
        files = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        assert not any("access" in file for file in files), files


@case
def combined_is_what_analysers_read():
    server = logged().start()
    body = server.get("/version?a=b", {"User-Agent": "probe/1", "Referer": "http://x/"}).body
    line, = wait_lines(server, 1)
    assert re.fullmatch(
        r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
        r'"GET /version\?a=b HTTP/1\.1" 200 ' + str(len(body)) + r' "http://x/" "probe/1"', line), line


@case
def common_ends_behind_the_bytes():
    server = logged(access_log_format="common").start()
    server.get("/nowhere")
    line, = wait_lines(server, 1)
    assert re.fullmatch(r'127\.0\.0\.1 - - \[[^]]+\] "GET /nowhere HTTP/1\.1" 404 \d+', line), line


@case
def json_is_an_object_a_line():
    server = logged(access_log_format="json").start()
    before = time.time()
    server.request("POST", "/echo?x=%22", b"12345", {"User-Agent": 'a "quoted" \\ name'})
    line, = wait_lines(server, 1)
    entry = json.loads(line)
    assert entry.pop("pid") in server.workers()
    assert before - 1 <= entry.pop("msec") <= time.time() + 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", entry.pop("time"))
    assert 0 <= entry.pop("request_time") < 60
    assert re.fullmatch(r"[0-9a-f]{32}", entry.pop("request_id"))
    assert entry.pop("bytes_sent") > 5 and entry.pop("request_length") > 5
    assert entry == {
        "remote_addr": "127.0.0.1", "method": "POST", "uri": "/echo?x=%22", "protocol": "HTTP/1.1",
        "scheme": "http", "host": "test", "status": 200, "body_bytes_sent": 5, "referer": "",
        "user_agent": 'a "quoted" \\ name', "module": "probe", "route": "/echo", "worker": 1,
    }, entry


@case
def a_pattern_has_all_variables():
    names = """remote_addr remote_port remote_user request request_method request_uri uri args
        query_string server_protocol scheme host server_addr server_port status body_bytes_sent
        bytes_sent request_length request_completion connection connection_requests worker pid module
        route http_x_probe http_absent sent_http_content_type sent_http_content_length
        sent_http_connection sent_http_server sent_http_date sent_http_absent""".split()
    server = logged(access_log_format=" ".join(f"{name}=<${name}>" for name in names)).start()
    request = raw_request("GET", "/path/a%20b?q=1&r", {"Host": "Shop.Example:80", "X-Probe": "yes"})
    with server.raw() as sock:
        port = sock.getsockname()[1]
        for _ in range(2):
            sock.sendall(request)
            answer = read_response(sock)
    line = wait_lines(server, 2)[1]
    entry = dict(re.findall(r"(\w+)=<([^>]*)>", line))
    assert sorted(entry) == sorted(names), line
    assert int(entry.pop("pid")) in server.workers()
    assert entry.pop("sent_http_date") == answer.headers["Date"]
    length = str(len(answer.body))
    assert int(entry.pop("bytes_sent")) > len(answer.body)
    assert entry == {
        "remote_addr": "127.0.0.1", "remote_port": str(port), "remote_user": "-",
        "request": "GET /path/a%20b?q=1&r HTTP/1.1", "request_method": "GET",
        "request_uri": "/path/a%20b?q=1&r", "uri": "/path/a b", "args": "q=1&r",
        "query_string": "q=1&r", "server_protocol": "HTTP/1.1", "scheme": "http",
        "host": "shop.example", "server_addr": "127.0.0.1",
        "server_port": str(server.address()[1]), "status": "200", "body_bytes_sent": length,
        "request_length": str(len(request)), "request_completion": "OK", "connection": "1",
        "connection_requests": "2", "worker": "1", "module": "probe", "route": "/path/{rest}",
        "http_x_probe": "yes", "http_absent": "-",
        "sent_http_content_type": answer.headers["Content-Type"],
        "sent_http_content_length": length, "sent_http_connection": "-",
        "sent_http_server": "cadre", "sent_http_absent": "-",
    }, entry


@case
def bytes_are_those_on_the_wire():
    server = logged(access_log_format="$status $bytes_sent $body_bytes_sent").start()
    whole = [send(server, raw_request("GET", path, close=True))
             for path in ("/version", "/big/300000", "/stream/5", "/nowhere")]
    whole.append(send(server, raw_request("HEAD", "/big/1000", close=True)))
    whole.append(send(server, b"GET / HTTP/1.1\r\nHost: a\r\nbad name: x\r\n\r\n"))
    lines = wait_lines(server, len(whole))
    assert [int(line.split()[1]) for line in lines] == [len(answer) for answer in whole], lines
    bodies = [len(answer.partition(b"\r\n\r\n")[2]) for answer in whole]
    bodies[2] = int(lines[2].split()[2])  # chunked: its data alone
    assert 0 < bodies[2] < len(whole[2])
    assert [int(line.split()[2]) for line in lines] == bodies, lines


@case
def pipelined_requests_have_a_line_each():
    server = logged(access_log_format="$request_uri $bytes_sent $connection_requests").start()
    paths = [f"/big/{n}" for n in range(100, 150)]
    answer = send(server, b"".join(raw_request("GET", path) for path in paths[:-1])
                  + raw_request("GET", paths[-1], close=True))
    lines = [line.split() for line in wait_lines(server, len(paths))]
    assert [line[0] for line in lines] == paths
    assert sum(int(line[1]) for line in lines) == len(answer)
    assert [int(line[2]) for line in lines] == list(range(1, len(paths) + 1))


@case
def times_are_those_of_the_request():
    server = logged(access_log_format="$request_time $queue_time $msec").start()
    assert server.get("/sleep/1200").status == 200
    begin = time.time()
    with server.raw() as sock:
        sock.sendall(b"GET /version HTTP/1.1\r\n")
        time.sleep(1.1)  # a head that takes its time: this is what is measured
        sock.sendall(b"Host: a\r\n\r\n")
        read_response(sock)
    slow, slow_head = [[float(word) for word in line.split()] for line in wait_lines(server, 2)]
    assert 1.2 <= slow[0] < deadline(60), slow
    assert 1.0 <= slow_head[0] < deadline(60), slow_head
    assert slow[1] < deadline(60) and begin <= slow_head[2] <= time.time() + 0.001


@case
def queue_time_is_the_wait_for_a_loop_that_is_held():
    server = logged(access_log_format="$uri $queue_time", slow_callback=0).start()
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        read_response(sock)
        with Held(server, "block"):
            sock.sendall(raw_request("GET", "/version"))
            time.sleep(1.1)  # this is what is measured
        read_response(sock)
    waited = [float(line.split()[1]) for line in wait_lines(server, 3)[1:] if "version" in line]
    assert len(waited) == 1 and 1.0 <= waited[0] < deadline(60), waited


@case
def a_unix_client_is_called_so():
    listen = {"web": {"address": "unix:web.sock"}}
    server = logged(listen=listen, access_log_format="$remote_addr $remote_port $queue_time $status")
    server.start()
    server.get("/version")
    assert wait_lines(server, 1) == ["unix: - - 200"]


@case
def the_client_is_whom_a_trusted_proxy_names():
    server = logged(access_log_format="$remote_addr $scheme").start()
    server.get("/version", {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"})
    assert wait_lines(server, 1) == ["192.0.2.7 https"]


@case
def the_id_is_that_of_handler_log_and_client():
    server = logged(access_log_format="$request_id $trace_id", request_id="any",
                    trace_context="any").start()
    trace = "0af7651916cd43dd8448eb211c80319c"
    server.get("/fail", {"X-Request-ID": "abc-1", "traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert wait_lines(server, 1) == [f"abc-1 {trace}"]
    server.wait_log("request_id=\"?abc-1")


# --- requests that go wrong ----------------------------------------------------------------------


@case
def what_is_refused_unparsed_has_a_line():
    server = logged(access_log_format='$status "$request" $request_method $uri $module',
                    max_head_size="4k", max_line_size="2k", max_body_size="1k",
                    head_timeout="1s").start()
    long = b"x" * 1500
    for data in (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                 b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                 b"GET /" + b"y" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"GET /y HTTP/1.1\r\nHost: a\r\nA: " + long + b"\r\nB: " + long + b"\r\nC: " + long
                 + b"\r\n\r\n",
                 b"GET /%zz?q HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"POST /echo?z HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n",
                 b"GET /slow HTTP/1.1\r\nHost"):
        send(server, data)
    lines = wait_lines(server, 8)
    assert lines[0] == '400 "GET /a b HTTP/1.1" GET - -', lines
    assert re.fullmatch(r'400 "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03" .*', lines[1])
    assert lines[2] == '400 "GET /x HTTP/1.1" GET - -', lines
    assert re.fullmatch(r'414 "GET /y{1000,3000}.*" GET - -', lines[3]), lines
    assert lines[4] == '431 "GET /y HTTP/1.1" GET - -', lines
    assert lines[5] == '400 "GET /%zz?q HTTP/1.1" GET - -', lines
    assert lines[6] == '413 "POST /echo?z HTTP/1.1" POST /echo -', lines
    assert lines[7] == '408 "GET /slow HTTP/1.1" GET - -', lines


@case
def a_client_that_left_has_499():
    server = logged(access_log_format="$status $request_uri $request_completion").start()
    with server.raw() as sock:  # in the middle of a head
        sock.sendall(b"GET /head HTTP/1.1\r\nHo")
    wait_lines(server, 1)
    with server.raw() as sock:  # while its handler waits for its body
        sock.sendall(raw_request("POST", "/echo", {"Content-Length": "100"}, b"12345"))
    wait_lines(server, 2)
    sock = server.raw()  # while its handler sleeps
    sock.sendall(raw_request("GET", "/sleep/1000"))
    wait_for("the handler", lambda: server.get("/version").status == 200)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()
    wait_for("its line", lambda: any("/sleep" in line for line in lines_of(server)))
    lines = [line for line in lines_of(server) if "/version" not in line]
    assert lines == ["499 - -", "499 /echo -", "499 /sleep/1000 -"], lines


@case
def an_answer_that_is_cut_is_not_complete():
    server = logged(access_log_format="$status $request_uri <$request_completion>").start()
    server.expects_deaths = False
    send(server, raw_request("GET", "/half", close=True))
    server.get("/fail")
    server.get("/no-answer")
    lines = wait_lines(server, 3)
    assert lines == ["200 /half <->", "500 /fail <OK>", "500 /no-answer <OK>"], lines


@case
def silent_and_idle_connections_have_none():
    server = logged(keepalive_timeout="100ms").start()
    with server.raw():
        pass
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        read_response(sock)
        cut(sock)
    with server.raw() as sock:
        sock.sendall(raw_request("GET", "/version"))
        read_response(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.stop()
    wait_lines(server, 2)


# --- nothing that a client sends makes a line of its own -----------------------------------------


@case
def no_byte_of_a_client_forges_a_line():
    server = logged(access_log_format='S "$http_x_a" "$request" "$uri" "$args" "$host" E').start()
    request = (b"GET /path/%0d%0aGET%20/x%22%1b[31m?a=%0a\xff\"\\ HTTP/1.1\r\n"
               b"Host: a\r\nX-A: \x80\xff\"\\ \" 200 1\r\n\r\n")
    with server.raw() as sock:
        sock.sendall(request)
        read_response(sock)
    server.request("GET", "/path/%0Aforged", headers={"X-A": '" 200 0 "-" "-'})
    lines = wait_lines(server, 2)
    for line in lines:
        assert re.fullmatch(r'S ("[ -!#-~]*" ){5}E', line), line  # no quote, all printable
    assert "\\x0D\\x0AGET /x\\x22\\x1B[31m" in lines[0] or '"-"' in lines[0], lines


@case
def json_stays_json_whatever_comes():
    server = logged(access_log_format='{"a":"$http_x_a","u":"$uri","q":$queue_time,"p":$server_port}',
                    access_log_escape="json").start()
    values = [b'"', b"\\", b"\\\"", b"\t", "é€😀".encode(), b"\xff\xfe", b"\xc3", b"\xed\xa0\x80",
              b"\xf4\x90\x80\x80", b"\xe2\x82", b'","u":"/forged', b"\x80" * 50]
    for value in values:
        with server.raw() as sock:
            sock.sendall(b"GET /path/%0a%22%5c%00x HTTP/1.1\r\nHost: a\r\nX-A: x" + value
                         + b"x\r\n\r\n")
            read_response(sock)
        with server.raw() as sock:
            sock.sendall(b"GET /path/%0a%22%5cx HTTP/1.1\r\nHost: a\r\nX-A: x" + value
                         + b"x\r\n\r\n")
            read_response(sock)
    entries = [json.loads(line) for line in wait_lines(server, 2 * len(values))]
    for entry, value in zip(entries[1::2], values):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        assert entry["a"] == f"x{text}x", (entry, value)
        assert entry["u"] == '/path/\n"\\x', entry
        assert entry["p"] == server.address()[1] and entry["q"] >= 0


@case
def a_line_that_is_too_long_is_cut_in_its_values():
    server = logged(access_log_format='$status $http_a $http_b $http_c END', max_head_size="64k",
                    max_line_size="32k").start()
    long = {name: "\x80" * 8000 for name in "ABC"}
    assert server.get("/version", long).status == 200
    line, = wait_lines(server, 1)
    assert re.fullmatch(r"200 ((\\x80){1000,}\.\.\. ){3}END", line), (len(line), line[:50])


# --- files ---------------------------------------------------------------------------------------


@case
def lines_of_many_workers_are_never_mixed():
    server = logged(workers=4, buffer="4k", access_log_format="S $request_uri $worker E").start()
    parallel(8, lambda i: [server.get(f"/version?{i}-{n}-{'z' * 300}") for n in range(50)])
    server.stop()
    lines = lines_of(server)
    assert len(lines) == 400
    found = {re.fullmatch(r"S /version\?(\d+-\d+)-z{300} (\d) E", line).group(1) for line in lines}
    assert len(found) == 400
    assert len({line.split()[2] for line in lines}) > 1


@case
def what_is_gathered_is_written_in_time_and_at_the_end():
    server = logged(buffer="64k", access_log_flush="1h").start()
    for _ in range(3):
        server.get("/version")
    assert lines_of(server) == []
    server.conf["access_log_flush"] = "50ms"
    server.reload()
    wait_lines(server, 3)  # the old worker left
    server.get("/version")
    wait_lines(server, 4)
    server.get("/version")
    server.stop()
    wait_lines(server, 5)


@case
def stdout_gets_the_lines():
    reader, writer = os.pipe()
    server = logged(workers=2, access_log="stdout", buffer="64k", access_log_format="S $status E")
    server.stdout = writer
    server.start()
    os.close(writer)
    for _ in range(10):
        server.get("/version")
    server.stop()
    with open(reader) as pipe:
        assert pipe.read().splitlines() == ["S 200 E"] * 10


@case
def a_reader_who_stops_holds_nobody_up():
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    server = logged(access_log="stdout", access_log_format="$status " + "z" * 1000)
    server.stdout = writer
    server.start()
    assert not fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_NONBLOCK  # it is the shell's as well
    os.close(writer)
    with server.raw() as sock:
        for _ in range(300):
            sock.sendall(raw_request("GET", "/version"))
            assert read_response(sock).status == 200
    server.wait_log("the access log cannot be written, lines are lost: its reader does not read")
    got = []
    pipe = open(reader, "rb")
    reading = threading.Thread(target=lambda: got.extend(pipe), daemon=True)
    reading.start()
    lost = int(server.wait_log(r"the access log is written again; lines lost: (\d+)").group(1))
    server.stop()
    reading.join(deadline(30))
    assert lost > 0 and got == [b"200 " + b"z" * 1000 + b"\n"] * (300 - lost), (lost, len(got))


@case
def usr1_goes_on_in_a_new_file_and_loses_no_line():
    server = logged(workers=2, buffer="64k", access_log_flush="1h",
                    access_log_format="$request_uri $worker").start()
    with server.hammer("/version?hammer", clients=4) as hammer:
        for n in range(3):
            hammer.wait_for_answers(50)
            os.rename(server.path(NAME), server.path(f"{NAME}.{n}"))
            mark = server.mark()
            server.signal(signal.SIGUSR1)
            server.wait_log("the log is opened again", since=mark)
            wait_for("the new file", lambda: os.path.exists(server.path(NAME)))
        hammer.wait_for_answers(50)
    server.stop()
    lines = sum((lines_of(server, f"{NAME}.{n}") for n in range(3)), []) + lines_of(server)
    assert len(lines) == hammer.total, (len(lines), hammer.total)
    assert all(re.fullmatch(r"/version\?hammer [12]", line) for line in lines)
    assert all(lines_of(server, f"{NAME}.{n}") for n in range(3))


@case
def a_reload_takes_another_file_and_format():
    server = logged(access_log_format="a $status").start()
    server.get("/version")
    server.conf.update(access_log="other.log", access_log_format="b $status")
    server.reload()
    server.get("/version")
    assert wait_lines(server, 1) == ["a 200"]
    assert wait_lines(server, 1, "other.log") == ["b 200"]
    server.conf["access_log"] = "off"
    server.reload()
    server.get("/version")
    assert len(lines_of(server, "other.log")) == 1


@case
def a_full_disk_costs_lines_and_says_so_once():
    server = logged(access_log="/dev/full", access_log_format="$status $http_x").start()
    for _ in range(100):
        assert server.get("/version", {"X": "x" * 3000}).status == 200
    server.wait_log("the access log cannot be written, lines are lost: No space left on device")
    server.stop()
    assert server.count_log("cannot be written") == 1
    lost = int(server.wait_log(r"the access log ends; lines lost: (\d+)").group(1))
    assert lost == 100, lost


@case
def a_line_is_whole_or_not_at_all_on_a_full_disk():
    server = logged(workers=2, buffer="4k", access_log_format="S " + "z" * 500 + " $uri E").start()
    for pid in server.workers():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (20000, 20000))
    parallel(4, lambda _: [server.get("/version") for _ in range(150)])
    server.stop()
    lines = lines_of(server)
    assert 20 <= len(lines) <= 40, len(lines)
    assert set(lines) == {"S " + "z" * 500 + " /version E"}
    assert server.read(NAME).endswith("E\n")
    server.wait_log(r"the access log ends; lines lost: ")


@case
def a_disk_with_room_again_gets_what_waits():
    server = logged(buffer="4k", access_log_format="$args " + "z" * 500).start()
    pid, = server.workers()
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
    for n in range(20):
        server.get(f"/version?{n}")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    lines = wait_lines(server, 20)
    assert [line.split()[0] for line in lines] == [str(n) for n in range(20)]
    assert server.count_log("access log") == 0  # nothing was lost


@case
def the_master_opens_it_with_its_own_rights():
    needs_root()
    server = logged(user="nobody", access_log="private/access.log")
    os.mkdir(server.path("private"), 0o700)
    server.start()
    assert server.get("/version").status == 200
    wait_for("the line", lambda: lines_of(server, "private/access.log"))
    status = os.stat(server.path("private/access.log"))
    assert status.st_uid == 0 and status.st_mode & 0o777 == 0o640
    os.rename(server.path("private/access.log"), server.path("private/old.log"))
    server.signal(signal.SIGUSR1)
    server.wait_log("the log is opened again")

    def has_line():
        server.get("/version")  # before the worker has the new file, the line goes to the old one
        return lines_of(server, "private/access.log")

    wait_for("the line", has_line)


# --- mistakes of the conf ------------------------------------------------------------------------


@case
def mistakes_of_a_pattern_are_errors_of_the_conf():
    for pattern, error in (
            ("$remote_addr $statuss", 'unknown variable "$statuss"; did you mean "$status"?'),
            ("combind", 'expected "common", "combined", "json" or a pattern with $variables, found '
                        '"combind"; did you mean "combined"?'),
            ("5 $ or 10 $status", '"$ or 10 $status" begins no variable: write "$$" for a plain "$"'),
            ("a\nb $status", "has a control character (0x0a): a line is one line")):
        server = logged(access_log_format=pattern)
        done = server.run("-t", "--no-modules")
        assert done.returncode == 1
        assert re.search(r"cadre\.conf:\d+: access_log_format: " + re.escape(error) + "$",
                         done.stderr, re.M), done.stderr


@case
def a_file_that_cannot_be_opened_ends_the_start():
    server = Server(workers=1, access_log="there/is/none.log")
    done = server.run("-t", "--no-modules")
    assert done.returncode == 1 and "access_log: the folder" in done.stderr, done.stderr
    os.mkfifo(server.path("fifo"))
    server.conf["access_log"] = "fifo"
    server.checks_lines = False  # there is no log yet
    server.launch()
    assert server.wait_exit() != 0
    server.wait_log(r'cadre\.conf:\d+: cannot open access_log ".*fifo": No such device or address '
                    r'\(a FIFO that nobody reads\)')


main()
