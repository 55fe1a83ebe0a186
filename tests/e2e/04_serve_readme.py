#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The README's module and conf do what the README says."""
from cadretest import *
from cadretest import SOURCE


def blocks():
    """The fenced blocks of the README: {first word of what stands before: text}."""
    with open(os.path.join(SOURCE, "README.md")) as handle:
        text = handle.read()
    return {name: body for name, body in
            re.findall(r"`(shop\.\w+)`:\n\n```\w*\n(.*?)```", text, re.S)}


@case
def the_module_of_the_readme_serves_with_the_conf_of_the_readme():
    found = blocks()
    assert set(found) == {"shop.c", "shop.conf"}, found
    server = Server(modules={})
    server.build_module("shop.so", found["shop.c"], flags=["-Wextra", "-Werror"])
    server.write("shop.conf", found["shop.conf"])
    server.program[2] = server.path("shop.conf")
    server.args = ["--set", "listen.web.address=127.0.0.1:0"]
    done = server.run("-t")
    assert done.returncode == 0, done.stderr
    server.start()
    assert server.get("/shop/items/tea%20pot").json() == {"item": "tea pot"}


main()
