/* SPDX-License-Identifier: MIT */
/* Types of parameters, links back to routes, and redirects in the demo. */
#include "demo.h"

#include <errno.h>

SHOWS_SOURCE(links);

/* The path to an item; NULL: ENOMEM. */
static const char *path_to(struct cadre_request *req, int64_t id)
{
    return cadre_url_path_for(req, "item", "id", cadre_printf(req, "%lld", (long long)id),
                              (char *)NULL);
}

/* A number by its type: what is none does not get here. */
static int item(struct cadre_request *req)
{
    const char *next;
    int64_t id;

    demo_of(req);
    if (cadre_path_int(req, "id", &id) < 0 || id > 100)
        return cadre_fail(req, 404, "there are items 0 to 100");
    next = path_to(req, (id + 1) % 101);
    if (next == NULL)
        return -ENOMEM;
    return cadre_respondf(req, 200, "application/json", "{\"item\":%lld,\"next\":\"%s\"}\n",
                          (long long)id, next);
}

/* Leads to another route, whatever the module's mount is. */
static int first_item(struct cadre_request *req)
{
    demo_of(req);
    return cadre_redirect(req, 307, path_to(req, 0));
}

const struct cadre_route links_routes[] = {
    CADRE_GET("/items/first", first_item),
    CADRE_GET("/items/{id:int}", item),
    CADRE_ROUTES_END,
};
