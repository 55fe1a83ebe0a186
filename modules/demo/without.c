/* SPDX-License-Identifier: MIT */
/* In the place of the demo's store, where it was built without SQLite (database.h). */
#include "database.h"
#include "demo.h"
#include "page.h"

#define SQLITE_IS_MISSING                                                                          \
    "this demo was built without SQLite (Debian: libsqlite3-dev; then configure again)"

SHOWS_SOURCE(items);
SHOWS_SOURCE(shelf);

static int missing(struct cadre_request *req)
{
    return cadre_fail(req, 501, SQLITE_IS_MISSING);
}

const struct cadre_route items_routes[] = {
    CADRE_ANY("/api/{path:path}", missing, .not_in_schema = true),
    CADRE_ROUTES_END,
};
const struct cadre_route shelf_routes[] = {CADRE_ROUTES_END};

static int find_nothing(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return 0;
}
CADRE_DEPENDENCY(shelf, find_nothing);

void put_shelf(struct page *page)
{
    put(page,
        "<p>There is a typed API and its data to see as well; but " SQLITE_IS_MISSING ".</p>\n");
}

int database_open(struct cadre_lifespan *ls, const char *setting, struct store **ret)
{
    (void)ls;
    *ret = NULL;
    if (setting != NULL)
        cadre_log(CADRE_LOG_WARNING, NULL, "the setting `database` is of no use: %s",
                  SQLITE_IS_MISSING);
    return 0;
}

void database_close(struct store *store)
{
    (void)store;
}
