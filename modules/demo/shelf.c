/* SPDX-License-Identifier: MIT */
/* The items on the demo's first page: a dependency that reads them in a thread, and a form. */
#include "database.h"
#include "demo.h"
#include "failure.h"
#include "item.h"
#include "page.h"

#include <errno.h>

SHOWS_SOURCE(shelf);

#define SHOWN 5

/* Reads the newest items; it blocks, so it has a thread: one word below. */
static int find_shelf(struct cadre_request *req, const void *params, void **ret)
{
    static const struct item_filter newest = {.order = ORDER_NEWEST, .limit = SHOWN};
    const struct demo *demo = cadre_state(req);
    struct item_page *found = cadre_alloc(req, sizeof(*found));
    int r = found != NULL ? item_list(demo->store, req, &newest, found) : -ENOMEM;

    (void)params;
    *ret = found;
    return r < 0 ? fail_request(req, r) : 0;
}
CADRE_DEPENDENCY(shelf, find_shelf, .sync = true);

static void put_item(struct page *page, const struct item *item)
{
    put(page, "<tr><td>");
    put_escaped(page, item->name, strlen(item->name));
    put_format(page, "<td class=\"number\">%.2f", item->price);
    put(page, item->in_stock ? "<td>in stock\n" : "<td>sold out\n");
}

void put_shelf(struct page *page)
{
    const struct item_page *found = cadre_dependency_value(page->req, &shelf);

    put(page, "<h2>A typed API, and its data</h2>\n<p>The <a href=\"docs\">documentation</a> of "
              "this module is made of the tables that check its requests; try them out there. "
              "What you add is kept: in an SQLite file, which outlives the server. ");
    put_format(page,
               "It holds %lld items, <a href=\"api/items\">as JSON</a>; the newest "
               "are:\n<table>\n",
               (long long)found->total);
    for (size_t i = 0; i < found->items.len; i++)
        put_item(page, &found->items.items[i]);
    put(page, "</table>\n<form method=\"post\" action=\"shelf\">"
              "<input name=\"name\" required maxlength=\"80\" placeholder=\"one more item\" "
              "aria-label=\"name\"> <input name=\"price\" type=\"number\" required min=\"0.01\" "
              "max=\"1000000\" step=\"0.01\" placeholder=\"its price\" aria-label=\"price\"> "
              "<button>Add</button></form>\n");
}

/* --- the form --- */

static const struct cadre_field form_fields[] = {
    CADRE_FORM(struct item, name, .min_length = 1, .max_length = 80, .strip = true),
    CADRE_FORM(struct item, price, CADRE_GT(0), CADRE_LE(1000000)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(shelf_form, struct item, form_fields);

/* Adds what the form says and leads back to the page. */
static int add_to_shelf(struct cadre_request *req)
{
    const struct demo *demo = cadre_state(req);
    struct item item = *(const struct item *)cadre_params(req);
    int r;

    item.in_stock = true;
    r = item_add(demo->store, req, &item, demo->settings->max_items, &item);
    return r < 0 ? fail_request(req, r)
                 : cadre_redirect(req, 303, cadre_url_path_for(req, "index_page", (char *)NULL));
}

const struct cadre_route shelf_routes[] = {
    CADRE_POST("/shelf", add_to_shelf, .sync = true, .params = &shelf_form, .not_in_schema = true),
    CADRE_ROUTES_END,
};
