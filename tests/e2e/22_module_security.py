# SPDX-License-Identifier: MIT
"""docs/security.md does what it says: its module is built and served, its commands give what the page
shows."""

import shutil

from cadretest import *
from cadretest import SOURCE
from listings import CC, WARNINGS, build, listings, run_console, start_with

PAGE = os.path.join(SOURCE, "docs", "security.md")


@case
def page_does_what_it_says():
    if shutil.which("pkg-config") is None or shutil.which("curl") is None:
        raise Skip("needs pkg-config and curl")
    found = dict(listings(PAGE))
    server = Server(modules={})
    server.write("vault.c", found["c"])
    build(server, "vault.c", CC, *WARNINGS)
    start_with(server, found["conf"].replace("127.0.0.1:8080", "127.0.0.1:0"))
    assert run_console(server, found["console"]) >= 9
    server.stop()


main()
