/* SPDX-License-Identifier: MIT */
/* The SQLite file of the demo: store.h. */
#include "store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So long a writer waits for those of other workers, in milliseconds. */
#define BUSY_TIMEOUT_MS 5000
#define BUSY_PAUSE_MS   5 /* between two looks, where SQLite does not wait */

/* That of a thread. */
struct connection {
    struct store *store;
    struct connection *next; /* of all */
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_STATEMENTS_MAX]; /* NULL: not prepared yet */
};

struct store {
    char *path;              /* heap */
    pthread_key_t own;       /* the thread's connection */
    pthread_mutex_t writing; /* of store_lock */
};

/* All connections of this process. A thread that ends and a store that is closed may both want to
 * close one: who finds it here does. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *all;

/* --- errors --- */

/* What SQLite's code is to the store's callers; logged where it says more than they will. */
static int error_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    default:
        cadre_log(CADRE_LOG_ERROR, NULL, "database: %s",
                  db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
        return -EIO;
    }
}

/* --- connections --- */

static void close_connection(struct connection *connection)
{
    for (unsigned i = 0; i < STORE_STATEMENTS_MAX; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->db);
    free(connection);
}

/* Takes those out of the list that are that one, or of that store. */
static struct connection *take_out(const struct connection *one, const struct store *of)
{
    struct connection **at, *taken = NULL;

    pthread_mutex_lock(&all_lock);
    for (at = &all; *at != NULL;) {
        struct connection *connection = *at;

        if (connection != one && (of == NULL || connection->store != of)) {
            at = &connection->next;
            continue;
        }
        *at = connection->next;
        connection->next = taken;
        taken = connection;
    }
    pthread_mutex_unlock(&all_lock);
    return taken;
}

static void close_all(struct connection *taken)
{
    while (taken != NULL) {
        struct connection *next = taken->next;

        close_connection(taken);
        taken = next;
    }
}

/* Its thread ends. */
static void leave_thread(void *connection)
{
    close_all(take_out(connection, NULL));
}

/* As store.h promises: what is committed is on disk. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;";

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Where another worker is just bringing a new file to WAL, SQLite does not wait for it by itself:
 * it would be in a lock that the other one needs. */
static int apply_settings(sqlite3 *db)
{
    int64_t end = now_ms() + BUSY_TIMEOUT_MS;
    int r;

    while ((r = sqlite3_exec(db, settings, NULL, NULL, NULL)) == SQLITE_BUSY && now_ms() < end)
        sqlite3_sleep(BUSY_PAUSE_MS);
    return r;
}

static int open_connection(struct store *store, struct connection **ret)
{
    struct connection *made = calloc(1, sizeof(*made));
    int r;

    if (made == NULL)
        return -ENOMEM;
    made->store = store;
    r = sqlite3_open_v2(store->path, &made->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (r == SQLITE_OK) {
        sqlite3_busy_timeout(made->db, BUSY_TIMEOUT_MS);
        r = apply_settings(made->db);
    }
    if (r != SQLITE_OK)
        r = error_of(made->db, r);
    else if (pthread_setspecific(store->own, made) != 0)
        r = -ENOMEM;
    if (r < 0) {
        close_connection(made);
        return r;
    }
    pthread_mutex_lock(&all_lock);
    made->next = all;
    all = made;
    pthread_mutex_unlock(&all_lock);
    *ret = made;
    return 0;
}

/* That of the calling thread. */
static int find_connection(struct store *store, struct connection **ret)
{
    *ret = pthread_getspecific(store->own);
    return *ret != NULL ? 0 : open_connection(store, ret);
}

/* --- the tables, and how they came to be --- */

/* Step by step: the file's user_version tells how many of these it has seen. What stands here stays
 * as it is; a change of the tables is a further row. */
static const char *const migrations[] = {
    "CREATE TABLE item ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " description TEXT,"
    " price REAL NOT NULL CHECK (price > 0),"
    " category INTEGER NOT NULL,"
    " in_stock INTEGER NOT NULL,"
    " created INTEGER NOT NULL," /* seconds since 1970 */
    " changed INTEGER NOT NULL);"
    "CREATE INDEX item_category ON item (category);"
    "INSERT INTO item (name, description, price, category, in_stock, created, changed) VALUES"
    " ('Tea pot', 'For four cups', 24.5, 0, 1, unixepoch(), unixepoch()),"
    " ('Green tea', NULL, 7.25, 1, 1, unixepoch(), unixepoch()),"
    " ('The Book of Tea', 'By Kakuzo Okakura', 12, 2, 0, unixepoch(), unixepoch());",
};

#define N_MIGRATIONS (int)(sizeof(migrations) / sizeof(migrations[0]))

static int version_of(sqlite3 *db, int *ret)
{
    sqlite3_stmt *statement;
    int r = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);

    if (r == SQLITE_OK)
        r = sqlite3_step(statement);
    if (r == SQLITE_ROW)
        *ret = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return r == SQLITE_ROW ? SQLITE_OK : r;
}

/* Those that the file has not seen; the workers that start together do it one after another. */
static int migrate(sqlite3 *db, int *ret_version)
{
    char set[40];
    int r = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    if (r != SQLITE_OK)
        return r;
    r = version_of(db, ret_version);
    for (int i = *ret_version; r == SQLITE_OK && i >= 0 && i < N_MIGRATIONS; i++) {
        snprintf(set, sizeof(set), "PRAGMA user_version = %d", i + 1);
        r = sqlite3_exec(db, migrations[i], NULL, NULL, NULL);
        if (r == SQLITE_OK)
            r = sqlite3_exec(db, set, NULL, NULL, NULL);
    }
    if (r == SQLITE_OK)
        return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static int bring_up_to_date(struct store *store, char *why, size_t why_size)
{
    struct connection *connection = NULL;
    int version = 0, r = find_connection(store, &connection);

    if (r < 0) {
        snprintf(why, why_size, "cannot open it: %s", cadre_strerror(r));
        return r;
    }
    r = migrate(connection->db, &version);
    if (r != SQLITE_OK) {
        snprintf(why, why_size, "cannot bring its tables up to date: %s",
                 sqlite3_errmsg(connection->db));
        return error_of(connection->db, r);
    }
    if (version >= 0 && version <= N_MIGRATIONS)
        return 0;
    snprintf(why, why_size,
             "%s has written it (version %d of its tables, this one knows "
             "%d): take another file%s",
             version < 0 ? "another program" : "a newer demo", version, N_MIGRATIONS,
             version < 0 ? "" : ", or the newer demo");
    return -EPROTO;
}

int store_open(const char *path, char *why, size_t why_size, struct store **ret)
{
    struct store *store = calloc(1, sizeof(*store));
    int r;

    snprintf(why, why_size, "%s", cadre_strerror(ENOMEM));
    if (store == NULL)
        return -ENOMEM;
    store->path = strdup(path);
    if (store->path == NULL || pthread_key_create(&store->own, leave_thread) != 0) {
        free(store->path);
        free(store);
        return -ENOMEM;
    }
    pthread_mutex_init(&store->writing, NULL);
    r = bring_up_to_date(store, why, why_size);
    if (r < 0)
        store_close(store);
    else
        *ret = store;
    return r;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    pthread_key_delete(store->own);
    close_all(take_out(NULL, store));
    pthread_mutex_destroy(&store->writing);
    free(store->path);
    free(store);
}

/* --- statements --- */

int store_prepare(struct store *store, unsigned index, const char *sql, sqlite3_stmt **ret)
{
    struct connection *connection;
    sqlite3_stmt **at;
    int r = find_connection(store, &connection);

    if (r < 0)
        return r;
    if (index >= STORE_STATEMENTS_MAX)
        return -EINVAL;
    at = &connection->statements[index];
    if (*at == NULL) {
        r = sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, at, NULL);
        if (r != SQLITE_OK)
            return error_of(connection->db, r);
    }
    *ret = *at;
    return 0;
}

int store_step(sqlite3_stmt *statement)
{
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW)
        return 1;
    return r == SQLITE_DONE ? 0 : error_of(sqlite3_db_handle(statement), r);
}

void store_done(sqlite3_stmt *statement)
{
    /* The error of the last step once more; who stepped has heard it. */
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

void store_lock(struct store *store)
{
    pthread_mutex_lock(&store->writing);
}

void store_unlock(struct store *store)
{
    pthread_mutex_unlock(&store->writing);
}
