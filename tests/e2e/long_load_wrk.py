#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A minute of load: no error, and all workers take their share."""
import shutil

from cadretest import *

SECONDS = int(os.environ.get("CADRE_LOAD_SECONDS", "60"))


def wrk(server, path, connections, seconds, *more):
    tool = shutil.which("wrk")
    if not tool:
        raise Skip("no wrk")
    host, port = server.address()
    done = subprocess.run([tool, "-t", "2", "-c", str(connections), "-d", f"{seconds}s", *more,
                           f"http://{host}:{port}{path}"], capture_output=True, text=True,
                          timeout=seconds + deadline(30))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Socket errors" not in done.stdout, done.stdout
    assert "Non-2xx" not in done.stdout, done.stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    print(f"# {path}, {connections} connections, {seconds} s: {rate:.0f} requests a second")
    return int(re.search(r"(\d+) requests in", done.stdout).group(1))


@case
def a_minute_of_load_brings_no_error_and_an_even_share():
    server = Server(workers=4).start()
    total = wrk(server, "/state", 256, SECONDS)
    assert total > 0
    # Each worker counts what it has answered on this path.
    shares = {}
    for answer in server.spread("/state"):
        state = answer.json()
        shares[state["pid"]] = state["requests"]
        if len(shares) == 4:
            break
    assert len(shares) == 4 and sum(shares.values()) >= total * 0.99, (shares, total)
    print("# shares: " + " ".join(str(n) for n in sorted(shares.values())))
    assert max(shares.values()) <= 1.3 * min(shares.values()), shares


@case
def load_with_one_request_a_connection_brings_no_error():
    server = Server(workers=4).start()
    with server.hammer(clients=8) as hammer:
        hammer.wait_for_answers(5000, seconds=120)


@case
def reloads_under_load_of_kept_connections_break_no_answer():
    server = Server(workers=2).start()
    stop = threading.Event()
    done = []

    def client(_):
        count = 0
        while not stop.is_set():
            connection = server.connection()
            try:
                while not stop.is_set():
                    connection.request("GET", "/version")
                    answer = connection.getresponse()
                    assert answer.status == 200 and answer.read() == b"1"
                    count += 1
                    if answer.headers.get("connection") == "close":
                        break
            finally:
                connection.close()
        return count

    load = threading.Thread(target=lambda: done.extend(parallel(8, client)))
    load.start()
    for _ in range(20):
        server.reload()
    stop.set()
    load.join()
    # parallel() raises in its thread; then nothing is done.
    assert len(done) == 8 and sum(done) > 100, done


@case
def memory_does_not_grow_under_load():
    if sanitized():
        raise Skip("a sanitizer keeps memory")
    server = Server(workers=1).start()
    pid = server.workers()[0]

    def rss():
        with open(f"/proc/{pid}/status") as handle:
            return int(re.search(r"VmRSS:\s+(\d+)", handle.read()).group(1))

    wrk(server, "/version", 64, 5)
    before = rss()
    for path in ("/version", "/big/10000", "/stream/5"):
        wrk(server, path, 64, 5)
    parallel(8, lambda _: [server.get("/version") for _ in range(500)])
    wrk(server, "/version", 64, 5)
    assert rss() < before + 8192, (before, rss())


main()
