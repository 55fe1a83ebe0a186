#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pages that show a module's document, in a browser without a network: /docs and /redoc."""
from browser import Browser, Page, url_of
from cadretest import *

MODULE = r"""
#include <cadre.h>
struct item { const char *name; double price; };
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .min_length = 1),
    CADRE_FIELD(struct item, price, CADRE_GT(0)),
    CADRE_FIELDS_END };
CADRE_MODEL(item_model, struct item, item_fields);
struct read { int64_t id; };
static const struct cadre_field read_fields[] = {
    CADRE_PATH(struct read, id, .description = "Which one"), CADRE_FIELDS_END };
CADRE_MODEL(read_params, struct read, read_fields);
static int read_item(struct cadre_request *req)
{
    const struct read *p = cadre_params(req);
    const struct item item = {.name = cadre_printf(req, "item %d", (int)p->id), .price = 2.5};
    return cadre_respond(req, &item_model, &item);
}
static int create_item(struct cadre_request *req)
{
    return cadre_respond(req, &item_model, cadre_body_value(req));
}
static const struct cadre_route rows[] = {
    CADRE_GET("/items/{id}", read_item, .params = &read_params, .response = &item_model),
    CADRE_POST("/items", create_item, .body = &item_model, .response = &item_model, .status = 201,
               .summary = "Take one in"),
    CADRE_ROUTES_END };
CADRE_MODULE = { .title = "Shop & more", .version = "1.2.3", .routes = rows };
"""


# What is said by hand besides, and places whose links must not look like those of a scheme.
MORE = MODULE.replace(".summary =", ".callbacks = callbacks, .summary =").replace(
    "static const struct cadre_route rows[]", """static const struct cadre_route callbacks[] = {
    CADRE_CALLBACK("POST", "{$request.body#/name}", item_is_here, .body = &item_model),
    CADRE_ROUTES_END };
static const struct cadre_route webhooks[] = {
    CADRE_WEBHOOK("POST", "new-price", new_price, .summary = "Prices have changed"),
    CADRE_ROUTES_END };
static const struct cadre_route rows[]""").replace(
        ".routes = rows", """.routes = rows, .webhooks = webhooks,
    .openapi_url = "/v:1/api.json", .docs_url = "/he:lp", .redoc_url = "/re:ad",
    .openapi = CADRE_OPENAPI(.license = {.name = "License of ours"})""")


def shop(mount="/", text=MODULE, **more):
    if not os.path.exists(os.path.join(SOURCE, "lib", "api", "pages", "swagger-ui-bundle.js")):
        raise Skip("npm has not brought the pages")
    server = Server(modules={"shop": {"file": "shop.so", "mount": mount}}, **more)
    server.build_module("shop.so", text)
    return server.start()


def all_from(server, page):
    """All that the page has asked for is the server's, or its own."""
    ours = ("data:", "blob:", url_of(server, "/"))
    assert all(url.startswith(ours) for url in page.asked), page.asked
    assert not page.wrong, page.wrong


@case
def swagger_ui_shows_and_tries_the_operations():
    server = shop()
    with Browser() as browser:
        page = Page(browser)
        page.open(url_of(server, "/docs"))
        page.wait("document.querySelectorAll('.opblock').length === 2")
        assert page.run("document.title") == "Shop & more - Swagger UI"
        assert "Take one in" in page.run("document.body.innerText")
        # One that has a parameter, by its form.
        page.click(".opblock-get .opblock-summary-control")
        page.click(".opblock-get .try-out__btn")
        page.type(".opblock-get .parameters input", "42")
        page.click(".opblock-get .execute")
        shown = page.wait("document.querySelector('.opblock-get .live-responses-table').innerText")
        assert "200" in shown and '"name": "item 42"' in shown, shown
        # One with a body: what stands there is an example that the server takes.
        page.click(".opblock-post .opblock-summary-control")
        page.click(".opblock-post .try-out__btn")
        page.click(".opblock-post .execute")
        status = page.wait("document.querySelector('.opblock-post .live-responses-table tbody "
                           ".response-col_status').innerText")
        assert status.split()[0] == "201", status
        all_from(server, page)
        assert page.refused == []
    server.stop()


@case
def what_is_said_by_hand_is_shown():
    server = shop(text=MORE)
    with Browser() as browser:
        page = Page(browser)
        page.open(url_of(server, "/he:lp"))
        page.wait("document.body.innerText.includes('Prices have changed')")
        assert "License of ours" in page.run("document.body.innerText")
        page.click(".opblock-post .opblock-summary-control")
        page.wait("document.querySelector('.opblock-post').innerText.includes('Callbacks')")
        page.open(url_of(server, "/re:ad"))
        page.wait("document.body.innerText.includes('Prices have changed')")
        all_from(server, page)
    server.stop()


@case
def redoc_shows_the_operations():
    server = shop("/api")
    with Browser() as browser:
        page = Page(browser)
        page.open(url_of(server, "/api/redoc"))
        page.wait("document.body.innerText.includes('Take one in')")
        assert page.run("document.title") == "Shop & more - ReDoc"
        assert "/items/{id}" in page.run("document.body.innerText")
        all_from(server, page)
        # ReDoc's mark would come from elsewhere: the page's policy does not let it.
        assert page.refused == ["https://cdn.redoc.ly/redoc/logo-mini.svg"], page.refused
    server.stop()


main()
