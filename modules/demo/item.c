/* SPDX-License-Identifier: MIT */
/* Items in SQL: item.h. */
#include "item.h"

#include <errno.h>
#include <string.h>

/* What item_of reads, in its order. */
#define COLUMNS "id, name, description, price, category, in_stock, created, changed"

/* Parameters of a list: ?1 part of the name, ?2 category, ?3 and ?4 prices, ?5 in stock. */
#define MATCHES                                                                                    \
    " FROM item WHERE (?1 IS NULL OR instr(lower(name), lower(?1)) > 0)"                           \
    " AND (?2 IS NULL OR category = ?2) AND (?3 IS NULL OR price >= ?3)"                           \
    " AND (?4 IS NULL OR price <= ?4) AND (?5 IS NULL OR in_stock = ?5)"
#define LIST(order) "SELECT " COLUMNS MATCHES " ORDER BY " order " LIMIT ?6 OFFSET ?7"

enum statement {
    BEGIN,
    COMMIT,
    ADD,
    FIND,
    CHANGE,
    REMOVE,
    COUNT,
    LIST_FIRST, /* and one for each order */
    STATEMENTS = LIST_FIRST + ORDERS,
};
_Static_assert(STATEMENTS <= STORE_STATEMENTS_MAX, "the store has no room for them");

static const char *const texts[] = {
    [BEGIN] = "BEGIN",
    [COMMIT] = "COMMIT",
    /* It counts under the lock that it writes under, so no other worker comes between. */
    [ADD] = "INSERT INTO item (name, description, price, category, in_stock, created, changed)"
            " SELECT ?1, ?2, ?3, ?4, ?5, unixepoch(), unixepoch()"
            " WHERE (SELECT count(*) FROM item) < ?6 RETURNING " COLUMNS,
    [FIND] = "SELECT " COLUMNS " FROM item WHERE id = ?1",
    [CHANGE] = "UPDATE item SET name = coalesce(?2, name),"
               " description = iif(?3, ?4, description), price = coalesce(?5, price),"
               " category = coalesce(?6, category), in_stock = coalesce(?7, in_stock),"
               " changed = unixepoch() WHERE id = ?1 RETURNING " COLUMNS,
    [REMOVE] = "DELETE FROM item WHERE id = ?1 RETURNING id",
    [COUNT] = "SELECT count(*)" MATCHES,
    [LIST_FIRST + ORDER_NEWEST] = LIST("id DESC"),
    [LIST_FIRST + ORDER_NAME] = LIST("name, id"),
    [LIST_FIRST + ORDER_CHEAPEST] = LIST("price, id"),
    [LIST_FIRST + ORDER_DEAREST] = LIST("price DESC, id"),
};

static int prepare(struct store *store, unsigned index, sqlite3_stmt **ret)
{
    return store_prepare(store, index, texts[index], ret);
}

/* --- columns and parameters --- */

/* A column of text, NULL for none, in memory of the request. 0; -ENOMEM. */
static int take_text(struct cadre_request *req, sqlite3_stmt *statement, int column,
                     const char **ret)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    *ret = text != NULL ? cadre_strdup(req, text) : NULL;
    return *ret == NULL && sqlite3_column_type(statement, column) != SQLITE_NULL ? -ENOMEM : 0;
}

static int item_of(struct cadre_request *req, sqlite3_stmt *statement, struct item *ret)
{
    int r;

    ret->id = sqlite3_column_int64(statement, 0);
    r = take_text(req, statement, 1, &ret->name);
    if (r == 0)
        r = take_text(req, statement, 2, &ret->description);
    ret->price = sqlite3_column_double(statement, 3);
    ret->category = (enum category)sqlite3_column_int(statement, 4);
    ret->in_stock = sqlite3_column_int(statement, 5) != 0;
    if (r == 0)
        r = cadre_datetime_from_unix(sqlite3_column_int64(statement, 6), 0, &ret->created);
    if (r == 0)
        r = cadre_datetime_from_unix(sqlite3_column_int64(statement, 7), 0, &ret->changed);
    return r;
}

/* Bindings fail for want of memory alone; what was not given stays NULL. The texts live longer than
 * the statement is at work. */
static int bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    return text != NULL ? sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC) : SQLITE_OK;
}

static int bind_opt_text(sqlite3_stmt *statement, int at, const struct cadre_opt_str *text)
{
    return bind_text(statement, at, text->given == CADRE_GIVEN ? text->value : NULL);
}

static int bind_opt_double(sqlite3_stmt *statement, int at, const struct cadre_opt_double *value)
{
    return value->given == CADRE_GIVEN ? sqlite3_bind_double(statement, at, value->value)
                                       : SQLITE_OK;
}

static int bind_opt_int(sqlite3_stmt *statement, int at, enum cadre_given given, int value)
{
    return given == CADRE_GIVEN ? sqlite3_bind_int(statement, at, value) : SQLITE_OK;
}

/* --- one item --- */

/* The row of a statement that gives one, when all that it does is done. 0; -ENOENT: none. */
static int take_one(struct cadre_request *req, sqlite3_stmt *statement, struct item *ret)
{
    int r = store_step(statement);

    if (r <= 0)
        return r < 0 ? r : -ENOENT;
    r = item_of(req, statement, ret);
    return r < 0 ? r : store_step(statement);
}

/* The same of a statement that writes, which ends with it; r: what came of its bindings. */
static int write_one(struct store *store, struct cadre_request *req, sqlite3_stmt *statement, int r,
                     struct item *ret)
{
    if (r == 0)
        r = store_lock(store);
    if (r < 0) {
        store_done(statement);
        return r;
    }
    r = take_one(req, statement, ret);
    store_done(statement);
    store_unlock(store);
    return r;
}

int item_add(struct store *store, struct cadre_request *req, const struct item *item,
             int64_t max_items, struct item *ret)
{
    sqlite3_stmt *statement;
    int r = prepare(store, ADD, &statement);

    if (r < 0)
        return r;
    if (bind_text(statement, 1, item->name) != SQLITE_OK ||
        bind_text(statement, 2, item->description) != SQLITE_OK ||
        sqlite3_bind_double(statement, 3, item->price) != SQLITE_OK ||
        sqlite3_bind_int(statement, 4, (int)item->category) != SQLITE_OK ||
        sqlite3_bind_int(statement, 5, item->in_stock) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 6, max_items) != SQLITE_OK)
        r = -ENOMEM;
    r = write_one(store, req, statement, r, ret);
    return r == -ENOENT ? -EDQUOT : r; /* no row: none was added */
}

int item_find(struct store *store, struct cadre_request *req, int64_t id, struct item *ret)
{
    sqlite3_stmt *statement;
    int r = prepare(store, FIND, &statement);

    if (r < 0)
        return r;
    (void)sqlite3_bind_int64(statement, 1, id); /* a number takes no memory */
    r = take_one(req, statement, ret);
    store_done(statement);
    return r;
}

int item_change(struct store *store, struct cadre_request *req, int64_t id,
                const struct item_change *change, struct item *ret)
{
    sqlite3_stmt *statement;
    int r = prepare(store, CHANGE, &statement);

    if (r < 0)
        return r;
    if (sqlite3_bind_int64(statement, 1, id) != SQLITE_OK ||
        bind_opt_text(statement, 2, &change->name) != SQLITE_OK ||
        sqlite3_bind_int(statement, 3, change->description.given != CADRE_ABSENT) != SQLITE_OK ||
        bind_opt_text(statement, 4, &change->description) != SQLITE_OK ||
        bind_opt_double(statement, 5, &change->price) != SQLITE_OK ||
        bind_opt_int(statement, 6, change->category.given, (int)change->category.value) !=
            SQLITE_OK ||
        bind_opt_int(statement, 7, change->in_stock.given, change->in_stock.value) != SQLITE_OK)
        r = -ENOMEM;
    return write_one(store, req, statement, r, ret);
}

int item_remove(struct store *store, int64_t id)
{
    sqlite3_stmt *statement;
    int r = prepare(store, REMOVE, &statement);

    if (r < 0)
        return r;
    r = store_lock(store);
    if (r < 0)
        return r;
    (void)sqlite3_bind_int64(statement, 1, id);
    r = store_step(statement);
    if (r >= 0)
        r = r == 0 ? -ENOENT : store_step(statement);
    store_done(statement);
    store_unlock(store);
    return r;
}

/* --- lists --- */

static int bind_filter(sqlite3_stmt *statement, const struct item_filter *filter)
{
    if (bind_opt_text(statement, 1, &filter->q) != SQLITE_OK ||
        bind_opt_int(statement, 2, filter->category.given, (int)filter->category.value) !=
            SQLITE_OK ||
        bind_opt_double(statement, 3, &filter->min_price) != SQLITE_OK ||
        bind_opt_double(statement, 4, &filter->max_price) != SQLITE_OK ||
        bind_opt_int(statement, 5, filter->in_stock.given, filter->in_stock.value) != SQLITE_OK)
        return -ENOMEM;
    return 0;
}

static int count(struct store *store, const struct item_filter *filter, int64_t *ret)
{
    sqlite3_stmt *statement;
    int r = prepare(store, COUNT, &statement);

    if (r < 0)
        return r;
    r = bind_filter(statement, filter);
    if (r == 0)
        r = store_step(statement);
    if (r == 1)
        *ret = sqlite3_column_int64(statement, 0);
    store_done(statement);
    return r < 0 ? r : 0;
}

static int collect(struct store *store, struct cadre_request *req, const struct item_filter *filter,
                   struct item_page *ret)
{
    sqlite3_stmt *statement;
    int r = prepare(store, LIST_FIRST + (unsigned)filter->order, &statement);

    if (r < 0)
        return r;
    ret->items.items = cadre_alloc(req, (size_t)filter->limit * sizeof(*ret->items.items));
    r = ret->items.items == NULL ? -ENOMEM : bind_filter(statement, filter);
    if (r == 0 && (sqlite3_bind_int(statement, 6, filter->limit) != SQLITE_OK ||
                   sqlite3_bind_int(statement, 7, filter->offset) != SQLITE_OK))
        r = -ENOMEM;
    while (r == 0 && (r = store_step(statement)) == 1)
        r = item_of(req, statement, &ret->items.items[ret->items.len++]);
    store_done(statement);
    return r;
}

static int run(struct store *store, enum statement index)
{
    sqlite3_stmt *statement;
    int r = prepare(store, index, &statement);

    if (r < 0)
        return r;
    r = store_step(statement);
    store_done(statement);
    return r;
}

int item_list(struct store *store, struct cadre_request *req, const struct item_filter *filter,
              struct item_page *ret)
{
    sqlite3_stmt *commit;
    int ended, r = prepare(store, COMMIT, &commit); /* what is begun can be ended */

    if (r == 0)
        r = run(store, BEGIN); /* count and list see the same items */
    if (r < 0)
        return r;
    *ret = (struct item_page){.total = 0};
    r = count(store, filter, &ret->total);
    if (r == 0)
        r = collect(store, req, filter, ret);
    ended = run(store, COMMIT);
    return r < 0 ? r : ended;
}
