/* SPDX-License-Identifier: MIT */
/* The demo's pages: the first one, the stops of the tour, and sources. */
#include "database.h"
#include "demo.h"
#include "page.h"
#include "stops.h"

#include <string.h>
#include <unistd.h>

SHOWS_SOURCE(pages);

/* Who answers, for the first page. */
static void put_worker(struct page *page)
{
    put_format(page,
               "<p class=\"here\">You were answered by <b>worker %d</b> (process %ld, generation "
               "%u), and this is its request number <b>%llu</b>. Load the page again: another "
               "worker may answer.</p>\n",
               cadre_worker_index() + 1, (long)getpid(), (unsigned)cadre_worker_generation(),
               demo_of(page->req)->requests);
}

/* The first page: who answers, and all stops of the tour. */
static int index_page(struct cadre_request *req)
{
    struct page page = {.req = req, .up = ""};

    begin_page(&page, "Cadre");
    put(&page, "<p>A web server in C whose application is a set of handler modules. A small master "
               "keeps the workers alive; each worker runs one event loop. This page is a module "
               "too.</p>\n");
    put_worker(&page);
    put_shelf(&page);
    put(&page, "<h2>A tour, each page with its own source</h2>\n<ul class=\"stops\">\n");
    for (const struct stop *stop = stops; stop->name != NULL; stop++)
        put_format(&page, "<li><a href=\"tour/%s\"><b>%s</b><span>%s</span></a>\n", stop->name,
                   stop->title, stop->about);
    put(&page, "</ul>\n<h2>A handler is a function</h2>\n");
    put_source(&page, CADRE_STR("static int hello(struct cadre_request *req)\n{\n    return "
                                "cadre_respond_text(req, 200, \"Hello\");\n}\n"));
    end_page(&page);
    return send_page(&page);
}

static void put_next(struct page *page, const struct stop *next)
{
    put_format(page, "<p>Next: <a href=\"%s\">%s</a></p>\n", next->name, next->title);
}

/* A stop of the tour: its words, and the sources of its handlers. */
static int tour(struct cadre_request *req)
{
    const char *name = cadre_path_param(req, "stop");
    const struct stop *stop = stops;
    struct page page = {.req = req, .up = "../"};
    struct cadre_str text;

    demo_of(req);
    while (stop->name != NULL && strcmp(stop->name, name) != 0)
        stop++;
    if (stop->name == NULL)
        return cadre_fail(req, 404, "the tour does not stop there");
    begin_page(&page, stop->title);
    put(&page, stop->text);
    put(&page, "<h2>Its source</h2>\n");
    for (int i = 0; i < STOP_HANDLERS_MAX && stop->handlers[i] != NULL; i++) {
        if (find_source(stop->handlers[i], &text))
            put_source(&page, text);
    }
    if (stop[1].name != NULL)
        put_next(&page, stop + 1);
    end_page(&page);
    return send_page(&page);
}

/* The source of a handler, as text. */
static int source(struct cadre_request *req)
{
    struct cadre_str text;

    demo_of(req);
    if (!find_source(cadre_path_param(req, "name"), &text))
        return cadre_fail(req, 404, "no handler has that name");
    return cadre_respond_bytes(req, 200, "text/plain", text.ptr, text.len);
}

const struct cadre_route pages_routes[] = {
    CADRE_GET("/", index_page, .dependencies = CADRE_DEPENDENCIES(&shelf)),
    CADRE_GET("/tour/{stop}", tour),
    CADRE_GET("/source/{name}", source),
    CADRE_ROUTES_END,
};
