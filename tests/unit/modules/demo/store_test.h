/* SPDX-License-Identifier: MIT */
/* What tests of the demo's SQLite file share. */
#ifndef CADRE_TESTS_UNIT_STORE_TEST_H
#define CADRE_TESTS_UNIT_STORE_TEST_H

#include "modules/demo/store.h"
#include "tests/unit/modules/demo/database_file.h"
#include "tests/unit/modules/demo/other_program.h"

#include "base/log.h"

static inline struct store *open_store(void)
{
    struct store *store = NULL;
    char why[300] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(store_open(database_path, why, sizeof(why), &store) == 0, "%s", why);
    return store;
}

static inline int number(struct store *store, unsigned index, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int value = -1;

    ck_assert_int_eq(store_prepare(store, index, sql, &statement), 0);
    if (store_step(statement) == 1)
        value = sqlite3_column_int(statement, 0);
    store_done(statement);
    return value;
}

static inline void run(struct store *store, unsigned index, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    ck_assert_int_eq(store_prepare(store, index, sql, &statement), 0);
    ck_assert_int_eq(store_step(statement), 0);
    store_done(statement);
}

/* That the file is refused, for this among other reasons. */
static inline void cannot_open(const char *path, int error, const char *reason)
{
    struct store *none = NULL;
    char why[300] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(store_open(path, why, sizeof(why), &none), error);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(why, reason) != NULL, "%s", why);
}

#endif
