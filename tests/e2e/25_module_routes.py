# SPDX-License-Identifier: MIT
"""`cadre routes`: all routes of a conf, as a table and as JSON, without a server."""

from cadretest import *

MODULE = r"""
#include <cadre.h>
static int read_item(struct cadre_request *req) { return cadre_respond_text(req, 200, "item"); }
static int read_item_too(struct cadre_request *req) { return cadre_respond_text(req, 200, "x"); }
#line 1 "items.c"
static const struct cadre_route items[] = {
    CADRE_GET("/items/{id:int}", read_item),
    CADRE_POST("/items", read_item_too, .sync = true, .name = "create"),
    CADRE_ROUTES_END };
static const struct cadre_route rows[] = {
    CADRE_MOUNT("/orgs/{org}", items, .name = "org"),
    CADRE_ANY("/hook", read_item, .host = "hooks.example.com"),
    CADRE_ROUTES_END };
CADRE_MODULE = { .title = "Shop", .routes = rows };
"""


def shop(mounts=("/shop",), text=MODULE):
    modules = {f"shop{i or ''}": {"file": "shop.so", "mount": mount} for i, mount in enumerate(mounts)}
    server = Server(modules=modules)
    server.build_module("shop.so", text)
    return server


@case
def routes_are_listed_with_handler_and_line():
    done = shop().run("routes")
    assert (done.returncode, done.stderr) == (0, ""), done
    expected = """\
METHOD  PATH                            MODULE  HANDLER               SOURCE
GET     /shop/orgs/{org}/items/{id:int}  shop    read_item             items.c:2
POST    /shop/orgs/{org}/items           shop    read_item_too (sync)  items.c:3
*       //hooks.example.com/shop/hook    shop    read_item             items.c:7
"""
    assert [l.split() for l in done.stdout.splitlines()] == [l.split() for l in expected.splitlines()], done.stdout
    column = {line.index(word) for line, word in zip(done.stdout.splitlines(),
              ("SOURCE", "items.c:2", "items.c:3", "items.c:7"))}
    assert len(column) == 1, done.stdout


@case
def routes_as_json_say_all():
    done = shop().run("routes", "--json")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert json.loads(done.stdout) == [
        {"module": "shop", "method": "GET", "host": None, "path": "/shop/orgs/{org}/items/{id:int}",
         "handler": "read_item", "name": "org:read_item", "sync": False, "deprecated": False,
         "file": "items.c", "line": 2},
        {"module": "shop", "method": "POST", "host": None, "path": "/shop/orgs/{org}/items",
         "handler": "read_item_too", "name": "org:create", "sync": True, "deprecated": False,
         "file": "items.c", "line": 3},
        {"module": "shop", "method": "*", "host": "hooks.example.com", "path": "/shop/hook",
         "handler": "read_item", "name": "read_item", "sync": False, "deprecated": False,
         "file": "items.c", "line": 7}], done.stdout


@case
def what_is_deprecated_is_said():
    text = MODULE.replace('.name = "org"', '.name = "org", .deprecated = true')
    assert "items.c:2" in (done := shop(text=text).run("routes")).stdout, done
    assert [" (deprecated)" in line for line in done.stdout.splitlines()] == [False, True, True, False], done
    text = MODULE.replace("read_item),", "read_item, .deprecated = true),")
    done = shop(text=text).run("routes", "--json")
    assert [route["deprecated"] for route in json.loads(done.stdout)] == [True, False, False], done.stdout


@case
def modules_come_in_the_order_of_the_conf():
    done = shop(("/b", "/a")).run("routes", "--json")
    assert [route["path"].split("/")[1] for route in json.loads(done.stdout)] == ["b"] * 3 + ["a"] * 3


@case
def a_great_many_routes_are_all_told():
    rows = "".join(f'CADRE_GET("/r{i}/{"x" * 200}", read_item),' for i in range(3000))
    text = MODULE.replace('CADRE_ANY("/hook"', rows + 'CADRE_ANY("/hook"')
    done = shop(text=text).run("routes")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3004


@case
def no_modules_have_no_routes():
    server = Server(modules={})
    assert server.run("routes", "--json").stdout == "[]\n"
    assert len(server.run("routes").stdout.splitlines()) == 1


@case
def a_bad_module_is_told_and_nothing_is_listed():
    server = shop(text=MODULE.replace('"/hook"', '"hook"'))
    done = server.run("routes")
    assert (done.returncode, done.stdout) == (1, ""), done
    assert 'cadre.conf:' in done.stderr and 'items.c:7: route "* hook"' in done.stderr, done.stderr


main()
