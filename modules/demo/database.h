/* SPDX-License-Identifier: MIT */
/* The demo's store in a worker's life: database.c; without.c, where it was built without SQLite. */
#ifndef MODULES_DEMO_DATABASE_H
#define MODULES_DEMO_DATABASE_H

#include <cadre.h>

struct page;
struct store;

/*
 * Opens the store at the module's setting `database`; without one at demo.db in the first of these
 * that there is: $STATE_DIRECTORY (which systemd sets), $XDG_STATE_HOME/cadre,
 * $HOME/.local/state/cadre; folders are made there. For a lifespan's startup; suspends. 0; what the
 * lifespan is to return.
 */
CADRE_MUST_CHECK int database_open(struct cadre_lifespan *ls, const char *setting,
                                   struct store **ret);

/* For its shutdown. NULL is fine; suspends. */
void database_close(struct store *store);

/* The routes of the typed API (items.c), and of the form on the first page (shelf.c). */
extern const struct cadre_route items_routes[];
extern const struct cadre_route shelf_routes[];

/* What the first page shows of it: the dependency finds it, _put puts it into the page. */
extern const struct cadre_dependency shelf;
void put_shelf(struct page *page);

#endif
