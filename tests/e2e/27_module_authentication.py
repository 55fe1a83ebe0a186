#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who asks, and what they may: the module of docs/authentication.md, by curl."""

from cadretest import *
from cadretest import SOURCE


def diary():
    with open(os.path.join(SOURCE, "docs", "authentication.md")) as page:
        listing, = re.findall(r"^```c\n(.*?)^```$", page.read(), re.M | re.S)
    server = Server(workers=2, modules={"diary": {"file": "diary.so", "mount": "/club"}},
                    env={"DIARY_SESSION_KEYS": "a-key-of-32-bytes-for-this-test-alone"})
    server.build_module("diary.so", listing, flags=["-Wextra", "-Werror"])
    return server.start()


class Browser:
    """curl with a jar of cookies."""

    def __init__(self, server):
        self.server = server
        self.jar = server.path("jar")

    def ask(self, path, *args):
        """The body, the status, and where it ended."""
        done = subprocess.run(
            ["curl", "-sS", "-b", self.jar, "-c", self.jar, "-w", "\n%{http_code} %{url_effective}",
             *args, "http://%s:%d%s" % (*self.server.address(), path)],
            capture_output=True, timeout=deadline(60), check=True, text=True)
        body, _, last = done.stdout.rpartition("\n")
        status, _, url = last.partition(" ")
        return body, int(status), "/" + url.split("/", 3)[3]


@case
def who_may_not_is_sent_to_sign_in_and_back():
    browser = Browser(diary())
    body, status, url = browser.ask("/club/diary?page=2", "-L")
    assert (status, url) == (200, "/club/sign-in?next=/club/diary%3Fpage%3D2"), (status, url)
    assert "<form" in body
    body, status, url = browser.ask(url, "-L", "-d", "user=bob")
    assert (body, status, url) == ("the diary of bob\n", 200, "/club/diary?page=2"), (body, url)
    assert browser.ask("/club/diary")[0] == "the diary of bob\n"
    body, status, url = browser.ask("/club/sign-in?next=//evil.example", "-L", "-d", "user=bob")
    assert url == "/club/diary", url


@case
def scopes_say_what_one_may():
    browser = Browser(diary())
    assert browser.ask("/club/admin/accounts")[1] == 403
    browser.ask("/club/sign-in", "-d", "user=bob")
    body, status, _ = browser.ask("/club/admin/accounts")
    assert (body, status) == ('{"detail":"Forbidden"}', 403), (body, status)
    browser.ask("/club/sign-in", "-d", "user=ada")
    assert browser.ask("/club/admin/accounts")[:2] == ("all accounts\n", 200)


@case
def what_is_wrong_is_said():
    browser = Browser(diary())
    browser.ask("/club/sign-in", "-d", "user=" + "a" * 41)
    assert browser.ask("/club/diary")[:2] == ("That is no name.", 400)
    # also where nothing is served
    assert browser.ask("/club/nowhere")[1] == 400


main()
