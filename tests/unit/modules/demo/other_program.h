/* SPDX-License-Identifier: MIT */
/* What other programs do to an SQLite file, for tests of the demo. */
#ifndef CADRE_TESTS_UNIT_OTHER_PROGRAM_H
#define CADRE_TESTS_UNIT_OTHER_PROGRAM_H

#include "tests/unit/unit.h"

#include <sqlite3.h>

/* Another program's connection to that file, and what it does there. */
static inline sqlite3 *other_program(const char *path, const char *sql)
{
    char *error = NULL;
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s", error);
    return db;
}

#endif
