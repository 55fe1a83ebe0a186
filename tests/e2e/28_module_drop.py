#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The file drop: curl sends and takes files, streams tell of them, over a reload; its page in a
browser."""

import hashlib
from browser import Browser, Page
from cadretest import *

DROP = os.path.join(BUILD, "modules", ".libs", "drop.so")


def drop(workers=2, **settings):
    server = Server(workers=workers, max_body_size="100m",
                    env={"DROP_SESSION_KEYS": "a-key-of-32-bytes-for-this-test-alone"})
    server.conf["module"] = {"drop": {"file": DROP, "mount": "/", "settings": {
        "directory": server.path("drop"), **settings}}}
    return server.start()


def url(server, path):
    return "http://%s:%d%s" % (*server.address(), path)


def curl(server, path, *args):
    """What curl prints, and the status."""
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *args, url(server, path)],
                          capture_output=True, timeout=deadline(120), check=True)
    body, _, status = done.stdout.rpartition(b"\n")
    return body, int(status)


class Events:
    """curl -N: the events of a drop, as they come."""

    def __init__(self, server, last=None):
        self.curl = subprocess.Popen(
            ["curl", "-sSN", *(["-H", f"Last-Event-ID: {last}"] if last else []),
             url(server, "/events")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.last = last

    def next(self):
        """The files of the next event; None at the end of the stream."""
        files = None
        for line in self.curl.stdout:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "data":
                files = json.loads(value)["files"]
            elif name == "id":
                self.last = value
            elif not name and files is not None:
                return files
        return None

    def until(self, question):
        """Reads events until the files are as asked."""
        while (files := self.next()) is not None:
            if question(files):
                return files
        raise AssertionError("the stream ended")

    def close(self):
        self.curl.kill()
        self.curl.wait()
        self.curl.stdout.close()


@case
def curl_sends_takes_and_takes_away():
    server = drop()
    big = server.path("big.bin")
    with open(big, "wb") as handle:
        handle.write(os.urandom(30 << 20))
    with open(big, "rb") as handle:
        content = handle.read()
    jar = ["-b", server.path("jar"), "-c", server.path("jar")]
    body, status = curl(server, "/files/big%20one.bin", *jar, "-T", big)
    sent = json.loads(body)
    assert (status, sent["name"], sent["size"]) == (201, "big one.bin", len(content)), sent
    link = "/files/" + sent["id"]
    body, status = curl(server, link, "--compressed")
    assert status == 200 and hashlib.sha256(body).digest() == hashlib.sha256(content).digest()
    for first, last in ((0, 0), (1 << 20, (1 << 20) + 4999), (len(content) - 7, len(content) - 1)):
        body, status = curl(server, link, "-r", f"{first}-{last}")
        assert (status, body) == (206, content[first:last + 1]), (status, len(body))
    body, status = curl(server, "/files", "-F", f"file=@{big};filename=a/b.bin", "-F", "file=@" + big)
    assert status == 303, (body, status)
    files = json.loads(curl(server, "/files", *jar)[0])["files"]
    assert sorted(file["name"] for file in files) == ["a_b.bin", "big one.bin", "big.bin"], files
    assert [file["mine"] for file in files].count(True) == 1, files
    assert curl(server, link, "-X", "DELETE")[1] == 403
    assert curl(server, link, *jar, "-X", "DELETE")[1] == 204
    assert curl(server, link)[1] == 404
    server.stop()


@case
def whoever_looks_sees_uploads_in_any_worker_grow():
    server = drop(workers=3)
    streams = [Events(server) for _ in range(6)]
    with server.raw() as sock:
        sock.sendall(raw_request("PUT", "/files/slow.txt", {"Content-Length": "300000"})
                     + b"x" * 100000)
        for stream in streams:
            file, = stream.until(lambda files: files and files[0]["received"] >= 100000)
            assert (file["size"], file["arriving"]) == (300000, True), file
        sock.sendall(b"x" * 200000)
        assert read_response(sock).status == 201
        for stream in streams:
            file, = stream.until(lambda files: files and not files[0]["arriving"])
            assert file["received"] == 300000, file
        with server.raw() as other:
            other.sendall(raw_request("PUT", "/files/half", {"Content-Length": "9"}) + b"half")
            for stream in streams:
                stream.until(lambda files: any(file["arriving"] for file in files))
        for stream in streams:
            stream.until(lambda files: len(files) == 1)
            stream.close()
    server.stop()


@case
def a_reload_loses_no_upload_and_no_event():
    server = drop()
    stream = Events(server)
    assert stream.next() == []
    with server.raw() as sock:
        sock.sendall(raw_request("PUT", "/files/over.bin", {"Content-Length": "8"}) + b"over")
        stream.until(lambda files: files and files[0]["received"] == 4)
        server.signal(signal.SIGHUP)
        while (files := stream.next()) is not None:
            assert len(files) == 1, files
        again = Events(server, stream.last)
        sock.sendall(b" all")
        assert read_response(sock).status == 201
        file, = again.until(lambda files: not files[0]["arriving"])
        assert curl(server, "/files/" + file["id"])[0] == b"over all"
        again.close()
        stream.close()
    server.stop()


@case
def a_drop_that_is_killed_keeps_what_it_has_acknowledged():
    server = drop(workers=2)
    server.expects_deaths = True
    for number in range(20):
        body, status = curl(server, f"/files/{number}", "--data-binary", f"file {number}",
                            "-X", "PUT")
        assert status == 201, body
        if number % 5 == 4:
            before = server.workers()
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            wait_for("new workers", lambda: len(set(server.workers()) - set(before)) == 2)
    names = {file["name"] for file in json.loads(curl(server, "/files")[0])["files"]}
    assert names == {str(number) for number in range(20)}, names
    server.stop()


@case
def too_much_at_once_is_told_to_wait():
    server = drop(workers=2)

    def ask(_):
        """Asks until it is told to wait; how often it was served."""
        with server.raw() as sock:
            for served in range(10000):
                sock.sendall(raw_request("GET", "/page.css"))
                answer = read_response(sock)
                if answer.status == 429:
                    assert int(answer.headers["retry-after"]) >= 1, answer.headers
                    return served
                assert answer.status == 200, answer
        raise AssertionError("nobody tells it to wait")

    assert sum(parallel(8, ask)) >= 300
    server.stop()


@case
def a_page_sends_sees_and_takes_away():
    server = drop(workers=2)
    with Browser() as browser:
        page = Page(browser, width=380)
        page.open(url(server, "/"))
        page.wait("document.querySelector('#state.live') && !document.querySelector('#empty').hidden")
        page.run("add([new File(['hello'], 'letter \u00e4&<b>.odt')])")
        page.wait("document.querySelectorAll('#files li').length === 1")
        shown = page.run("document.querySelector('#files').innerText")
        assert "letter \u00e4&<b>.odt" in shown and "sent by you" in shown, shown
        body, status = curl(server, "/files/other.txt", "--data-binary", "more", "-X", "PUT")
        assert status == 201, body
        page.wait("document.querySelectorAll('#files li').length === 2")
        # one's own can be taken away, by a second click; that of another cannot
        page.wait("document.querySelectorAll('#files .away:not([hidden])').length === 1")
        page.click("#files .away:not([hidden])")
        page.click("#files .away.sure")
        page.wait("document.querySelectorAll('#files li').length === 1")
        assert "other.txt" in page.run("document.querySelector('#files').innerText")
        assert page.run("document.documentElement.scrollWidth <= innerWidth")
        assert not page.wrong and not page.refused, (page.wrong, page.refused)
        here = url(server, "/")
        assert all(asked.startswith((here, "data:")) for asked in page.asked), page.asked
    server.stop()


main()
