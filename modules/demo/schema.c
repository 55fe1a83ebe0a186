/* SPDX-License-Identifier: MIT */
/* Whose SQLite file it is, and the demo's tables in it: schema.h. */
#include "schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The first table as SQLite keeps its text: by it a file is known that is older than the id. */
#define ITEM_TABLE                                                                                 \
    "CREATE TABLE item ("                                                                          \
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"                                                       \
    " name TEXT NOT NULL,"                                                                         \
    " description TEXT,"                                                                           \
    " price REAL NOT NULL CHECK (price > 0),"                                                      \
    " category INTEGER NOT NULL,"                                                                  \
    " in_stock INTEGER NOT NULL,"                                                                  \
    " created INTEGER NOT NULL," /* seconds since 1970 */                                          \
    " changed INTEGER NOT NULL)"

#define QUOTE_(value) #value
#define QUOTE(value)  QUOTE_(value)

/* Step by step: the file's user_version tells how many of these it has seen. What stands here stays
 * as it is; a change of the tables is a further row. */
static const char *const migrations[] = {
    ITEM_TABLE ";"
               "CREATE INDEX item_category ON item (category);"
               "INSERT INTO item (name, description, price, category, in_stock, created, changed)"
               " VALUES"
               " ('Tea pot', 'For four cups', 24.5, 0, 1, unixepoch(), unixepoch()),"
               " ('Green tea', NULL, 7.25, 1, 1, unixepoch(), unixepoch()),"
               " ('The Book of Tea', 'By Kakuzo Okakura', 12, 2, 0, unixepoch(), unixepoch());",
    "PRAGMA application_id = " QUOTE(SCHEMA_APPLICATION_ID) ";",
};

#define N_MIGRATIONS       (int)(sizeof(migrations) / sizeof(migrations[0]))
#define OLDEST_BEARS_NO_ID 1 /* the version of a file that was made before there was the id */

/* --- whose it is --- */

/* What tells it. */
struct identity {
    int id;      /* application_id */
    int version; /* user_version */
    bool tables; /* there are some, or were */
    bool oldest; /* the tables are those of OLDEST_BEARS_NO_ID, or it is not known */
};

static int refuse(char *why, size_t why_size, const struct identity *it)
{
    if (it->id == SCHEMA_APPLICATION_ID && it->version > 0)
        snprintf(why, why_size,
                 "a newer demo has written it (version %d of its tables, this one knows %d): take "
                 "the newer demo",
                 it->version, N_MIGRATIONS);
    else
        snprintf(why, why_size,
                 "another program has written it (application_id 0x%08x, user_version %d)",
                 (unsigned)it->id, it->version);
    return -EPROTO;
}

static int judge(char *why, size_t why_size, const struct identity *it)
{
    bool ours = false;

    if (it->id == SCHEMA_APPLICATION_ID)
        ours = it->version > OLDEST_BEARS_NO_ID && it->version <= N_MIGRATIONS;
    else if (it->id == 0 && it->version == 0)
        ours = !it->tables;
    else if (it->id == 0 && it->version == OLDEST_BEARS_NO_ID)
        ours = it->oldest;
    return ours ? 0 : refuse(why, why_size, it);
}

/* A number of the header: four bytes, the highest first. */
static int number_at(const unsigned char *at)
{
    return (int)((unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3]);
}

/*
 * By the file's first bytes (https://www.sqlite.org/fileformat.html#the_database_header), read past
 * SQLite's locks and journals, for it would play those back. It reads through SQLite's own file: to
 * open and close another one would take away the locks that this process has on it.
 */
static int check_header(sqlite3 *db, char *why, size_t why_size)
{
    unsigned char header[100];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    struct identity it;
    int r = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

    if (r == SQLITE_OK)
        r = file->pMethods->xFileSize(file, &size);
    if (r != SQLITE_OK || size == 0)
        return r;
    r = file->pMethods->xRead(file, header, sizeof(header), 0); /* zeros behind a short file */
    if (r != SQLITE_OK && r != SQLITE_IOERR_SHORT_READ)
        return r;
    if (memcmp(header, "SQLite format 3", 16) != 0)
        return SQLITE_NOTADB;
    it = (struct identity){.id = number_at(header + 68),
                           .version = number_at(header + 60),
                           .tables = number_at(header + 40) != 0, /* the schema cookie */
                           .oldest = true};
    return judge(why, why_size, &it);
}

/* The number that a statement gives. */
static int ask(sqlite3 *db, const char *sql, int *ret)
{
    sqlite3_stmt *statement;
    int r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (r == SQLITE_OK)
        r = sqlite3_step(statement);
    if (r == SQLITE_ROW)
        *ret = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return r == SQLITE_ROW ? SQLITE_OK : r;
}

/* By what SQLite sees in it, journals included. */
static int check_tables(sqlite3 *db, char *why, size_t why_size)
{
    struct identity it = {.id = 0};
    int tables = 0, oldest = 0, r;

    if ((r = ask(db, "PRAGMA application_id", &it.id)) != SQLITE_OK ||
        (r = ask(db, "PRAGMA user_version", &it.version)) != SQLITE_OK ||
        (r = ask(db, "SELECT count(*) FROM sqlite_schema", &tables)) != SQLITE_OK ||
        (r = ask(db, "SELECT count(*) FROM sqlite_schema WHERE sql = '" ITEM_TABLE "'", &oldest)) !=
            SQLITE_OK)
        return r;
    it.tables = tables > 0;
    it.oldest = oldest > 0;
    return judge(why, why_size, &it);
}

int schema_check(sqlite3 *db, char *why, size_t why_size)
{
    int r = check_header(db, why, why_size);

    if (r == 0)
        r = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL); /* it all is of one moment */
    if (r != 0)
        return r;
    r = check_tables(db, why, why_size);
    (void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (r != 0) /* what another program has in its journal stays there */
        (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return r;
}

/* --- bringing it up to date --- */

/* Those that the file has not seen, in a transaction. */
static int migrate(sqlite3 *db, char *why, size_t why_size)
{
    int version = 0, r = check_tables(db, why, why_size); /* another one may have been faster */
    char set[40];

    if (r == 0)
        r = ask(db, "PRAGMA user_version", &version);
    for (int i = version; r == 0 && i < N_MIGRATIONS; i++) {
        snprintf(set, sizeof(set), "PRAGMA user_version = %d", i + 1);
        r = sqlite3_exec(db, migrations[i], NULL, NULL, NULL);
        if (r == 0)
            r = sqlite3_exec(db, set, NULL, NULL, NULL);
    }
    return r;
}

int schema_update(sqlite3 *db, char *why, size_t why_size)
{
    int r = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    if (r == 0)
        r = migrate(db, why, why_size);
    if (r == 0)
        r = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (r != 0)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}
