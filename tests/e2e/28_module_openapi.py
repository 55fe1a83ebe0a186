# SPDX-License-Identifier: MIT
"""The OpenAPI document of a module: printed by `cadre openapi`, served below the mount, and where the
conf says."""

import shutil

from cadretest import *
from cadretest import SOURCE
from listings import CC, WARNINGS, build, listings, run_console, start_with

MODULE = r"""
#include <cadre.h>
struct item { const char *name; double price; };
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .min_length = 1),
    CADRE_FIELD(struct item, price, CADRE_GT(0)),
    CADRE_FIELDS_END };
CADRE_MODEL(item_model, struct item, item_fields);
static int create_item(struct cadre_request *req)
{
    return cadre_respond(req, &item_model, cadre_body_value(req));
}
static const struct cadre_route rows[] = {
    CADRE_POST("/items", create_item, .body = &item_model, .response = &item_model),
    CADRE_ROUTES_END };
CADRE_MODULE = { .title = "Shop", .version = "1.2", .routes = rows };
"""
BIG = r"""
#include <cadre.h>
static int run(struct cadre_request *req) { return cadre_respond_text(req, 200, "x"); }
static const struct cadre_route rows[] = {
%s    CADRE_ROUTES_END };
CADRE_MODULE = { .title = "Big", .routes = rows };
"""


def shop(mount="/", text=MODULE, **more):
    server = Server(workers=1, modules={"shop": {"file": "shop.so", "mount": mount, **more}})
    server.build_module("shop.so", text)
    return server


def document(server, *args):
    done = server.run("openapi", *args)
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def get(server, path, **headers):
    connection = server.connection()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


@case
def what_is_printed_is_what_is_served():
    server = shop("/shop")
    printed = document(server)
    assert printed["info"] == {"title": "Shop", "version": "1.2"}, printed
    assert printed["servers"] == [{"url": "/shop"}], printed
    assert list(printed["paths"]) == ["/items"], printed
    server.start()
    answer, body = get(server, "/shop/openapi.json")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(body) == printed
    again, body = get(server, "/shop/openapi.json", **{"if-none-match": answer.headers["etag"]})
    assert (again.status, body) == (304, b""), (again.status, body)


@case
def all_workers_agree_on_its_tag():
    server = shop()
    server.start()
    tag = get(server, "/openapi.json")[0].headers["etag"]
    server.reload()
    assert get(server, "/openapi.json")[0].headers["etag"] == tag


@case
def a_file_needs_no_conf():
    server = shop()
    long = server.path("a" * 80 + ".so")  # longer than a name in the conf
    os.link(server.path("shop.so"), long)
    for file in (server.path("shop.so"), "./shop.so", long):
        done = server.run_without_conf("openapi", file)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert json.loads(done.stdout)["info"]["title"] == "Shop"
        assert "servers" not in json.loads(done.stdout)


@case
def a_file_takes_no_conf():
    server = shop()
    done = server.run("openapi", "./shop.so")
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "./shop.so is a file, whose document needs no conf" in done.stderr, done


@case
def it_is_told_which_module_is_meant():
    server = Server(modules={"one": {"file": "shop.so", "mount": "/one"},
                             "two": {"file": "shop.so", "mount": "/two"}})
    server.build_module("shop.so", MODULE)
    done = server.run("openapi")
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "the conf has several modules: name one of one, two" in done.stderr, done
    done = server.run("openapi", "tow")
    assert done.returncode == 2 and 'no module "tow"' in done.stderr, done
    assert document(server, "two")["servers"] == [{"url": "/two"}]
    done = server.run("openapi", "two", "more")
    assert done.returncode == 2 and 'unexpected argument "more"' in done.stderr, done


@case
def a_module_that_is_wrong_is_told():
    server = shop(text=MODULE.replace("CADRE_GT(0)", "CADRE_GT(\"a\")"))
    done = server.run("openapi")
    assert done.returncode == 1 and done.stdout == "" and "price" in done.stderr, done
    done = server.run_without_conf("openapi", "nothing.so")
    assert done.returncode == 1 and "there is no file" in done.stderr, done


@case
def the_conf_says_where_it_is():
    server = shop(openapi_url="/v1/api.json", redoc_url="off", docs_url="/help")
    server.start()
    assert get(server, "/v1/api.json")[0].status == 200
    for path, status in (("/openapi.json", 404), ("/docs", 404), ("/redoc", 404), ("/help", 200)):
        assert get(server, path)[0].status == status, path


@case
def the_conf_turns_all_off():
    server = shop(openapi_url="off")
    server.start()
    assert [get(server, path)[0].status for path in ("/openapi.json", "/docs", "/redoc")] == [404] * 3
    assert document(server)["info"]["title"] == "Shop"  # it can be printed all the same


@case
def a_place_that_is_none_is_told():
    done = shop(docs_url="docs").run("-t")
    assert done.returncode == 1 and 'docs_url "docs" is not a path below the mount' in done.stderr, done
    done = shop(docs_url="/help", redoc_url="/help").run("-t")
    assert done.returncode == 1 and 'docs_url and redoc_url are both "/help"' in done.stderr, done


@case
def what_is_wrong_with_what_is_said_by_hand_is_told():
    text = MODULE.replace(".routes = rows", """.routes = rows,
        .openapi = CADRE_OPENAPI(.contact = {.url = "example.com"})""")
    text = text.replace(".response = &item_model", ".response = &item_model, .openapi_extra = \"{'a'}\"")
    done = shop(text=text).run("-t")
    assert done.returncode == 1, done
    assert 'openapi: contact.url "example.com" is not a URL' in done.stderr, done
    assert 'route "POST /items": its openapi_extra cannot be merged into its operation: it is not JSON: ' \
        in done.stderr, done


@case
def the_page_does_what_it_says():
    if shutil.which("pkg-config") is None or shutil.which("curl") is None:
        raise Skip("needs pkg-config and curl")
    found = {}
    for language, text in listings(os.path.join(SOURCE, "docs", "openapi.md")):
        found.setdefault(language, text)
    server = Server(modules={})
    server.write("billing.c", found["c"])
    build(server, "billing.c", CC, *WARNINGS)
    start_with(server, found["conf"].replace("127.0.0.1:8080", "127.0.0.1:0"))
    assert run_console(server, found["console"]) >= 4
    server.stop()


@case
def a_large_document_comes_whole():
    rows = "".join(f'    CADRE_GET("/things/{i}/{{id}}", run, .name = "thing_{i}", '
                   f'.description = "{"x" * 300}"),\n' for i in range(500))
    server = shop(text=BIG % rows)
    paths = document(server)["paths"]
    assert len(paths) == 500 and paths["/things/499/{id}"]["get"]["description"] == "x" * 300
    server.start()
    assert len(json.loads(get(server, "/openapi.json")[1])["paths"]) == 500


main()
