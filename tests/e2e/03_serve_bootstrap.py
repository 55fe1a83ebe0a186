#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The first command of the README: it builds and serves the demo."""
from cadretest import *
from cadretest import SOURCE, BUILD


class Bootstrap(Server):
    """`./bootstrap serve` with the demo's conf, on a port of its own."""

    def __init__(self, *args):
        super().__init__(modules={})
        self.args = ["--set", "listen.web.address=127.0.0.1:0", *args]
        self.checks_lines = False  # make speaks first
        self.program = [os.path.join(SOURCE, "bootstrap"), "serve"]


def needs_own_build():
    if os.path.realpath(BUILD) != os.path.realpath(os.path.join(SOURCE, "build")):
        raise Skip("the build tree is not ./build")


@case
def bootstrap_serve_serves_the_demo():
    needs_own_build()
    server = Bootstrap("--set", "workers=2")
    server.start(seconds=120)
    page = server.get("/")
    assert page.status == 200 and "text/html" in page.headers["content-type"], page
    hello = server.get("/hello/world")
    assert hello.status == 200 and "world" in json.dumps(hello.json()), hello
    assert len(server.workers()) == 2
    server.stop()


@case
def the_demo_waits_without_blocking_and_does_not_crash_unasked():
    needs_own_build()
    server = Bootstrap("--set", "workers=1").start(seconds=120)
    slow = threading.Thread(target=lambda: server.get("/slow"))
    slow.start()
    assert server.get("/hello/you").status == 200
    slow.join()
    assert server.get("/nowhere").status == 404


main()
