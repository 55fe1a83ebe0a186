/* SPDX-License-Identifier: MIT */
/* An item of the demo's store, and what can be done with items: item.c, in SQL. All of it blocks;
 * errors as of store.h. */
#ifndef MODULES_DEMO_ITEM_H
#define MODULES_DEMO_ITEM_H

#include "store.h"

/* As the file has them: values stay. */
enum category { CATEGORY_TOOL = 0, CATEGORY_FOOD = 1, CATEGORY_BOOK = 2 };

/* What a list is ordered by. */
enum item_order { ORDER_NEWEST, ORDER_NAME, ORDER_CHEAPEST, ORDER_DEAREST, ORDERS };

struct item {
    int64_t id; /* 1 and up */
    const char *name;
    const char *description; /* NULL: none */
    double price;
    enum category category;
    bool in_stock;
    struct cadre_datetime created, changed; /* UTC */
};

/* What is to be changed: what is not given stays. */
struct item_change {
    struct cadre_opt_str name;
    struct cadre_opt_str description; /* null takes it away */
    struct cadre_opt_double price;
    CADRE_OPT_OF(enum category) category;
    struct cadre_opt_bool in_stock;
};

/* Which items a list holds: those of which all that is given is true. */
struct item_filter {
    struct cadre_opt_str q; /* part of the name; the case of ASCII is ignored */
    CADRE_OPT_OF(enum category) category;
    struct cadre_opt_double min_price, max_price;
    struct cadre_opt_bool in_stock;
    enum item_order order;
    int offset, limit;
};

/* A part of a list. */
struct item_page {
    CADRE_LIST_OF(struct item) items;
    int64_t total; /* how many there are without offset and limit */
};

/* What items are put into: strings are memory of the request. */

/* Adds it; *ret is what was added, with id and times. -EDQUOT: there are `max_items` or more, of
 * all workers. */
CADRE_MUST_CHECK int item_add(struct store *store, struct cadre_request *req,
                              const struct item *item, int64_t max_items, struct item *ret);

/* -ENOENT: there is none of that id, as below. */
CADRE_MUST_CHECK int item_find(struct store *store, struct cadre_request *req, int64_t id,
                               struct item *ret);

CADRE_MUST_CHECK int item_list(struct store *store, struct cadre_request *req,
                               const struct item_filter *filter, struct item_page *ret);

/* Changes it; *ret is what it is then. */
CADRE_MUST_CHECK int item_change(struct store *store, struct cadre_request *req, int64_t id,
                                 const struct item_change *change, struct item *ret);

CADRE_MUST_CHECK int item_remove(struct store *store, int64_t id);

#endif
