/* SPDX-License-Identifier: MIT */
/* The SQLite file of the demo: store.h. */
#include "store.h"
#include "schema.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* So long a writer waits for others, of this worker and elsewhere together, in milliseconds. */
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
    char *path;        /* heap */
    pthread_key_t own; /* the thread's connection */

    /* Who writes. */
    pthread_mutex_t lock;
    pthread_cond_t free; /* nobody does any more; by the monotonic clock */
    bool writing;        /* somebody does; of store_lock */
};

/* All connections of this process. A thread that ends and a store that is closed may both want to
 * close one: who finds it here does. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *all;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- errors --- */

/* What SQLite's code is to the store's callers. */
static int errno_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_IOERR: /* of the index of the journal */
        return db != NULL && sqlite3_system_errno(db) == ENOSPC ? -ENOSPC : -EIO;
    default:
        return -EIO;
    }
}

/* The same while it serves: what says more than the errno is logged. */
static int error_of(sqlite3 *db, int code)
{
    int error = errno_of(db, code);

    if (error == -EIO)
        cadre_log(CADRE_LOG_ERROR, NULL, "database: %s",
                  db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    return error;
}

/* What is in the way of opening it, and what to do about it; the first row that fits. */
static const struct {
    int code;  /* SQLite's, without its details */
    int error; /* the system's; 0: any */
    const char *why;
} hints[] = {
    {SQLITE_NOTADB, 0, "it is no SQLite database"},
    {SQLITE_CORRUPT, 0, "it is damaged: bring back a copy of it"},
    {SQLITE_BUSY, 0, "another program keeps it locked: end that one"},
    {SQLITE_FULL, 0, "the disk is full: make room there"},
    {SQLITE_IOERR, ENOSPC, "the disk is full: make room there"},
    {SQLITE_CANTOPEN, ENOSPC, "the disk is full: make room there"},
    {SQLITE_CANTOPEN, ENOENT, "its folder is missing: make it"},
    {SQLITE_CANTOPEN, ENOTDIR, "a part of its path is no folder"},
    {SQLITE_CANTOPEN, EROFS, "its file system is read-only"},
    {SQLITE_CANTOPEN, EMFILE, "too many files are open"},
    {SQLITE_READONLY, 0, NULL},
    {SQLITE_CANTOPEN, EACCES, NULL}, /* NULL: rights */
    {SQLITE_CANTOPEN, EPERM, NULL},
};

static void explain(sqlite3 *db, int code, char *why, size_t why_size)
{
    int error = db != NULL ? sqlite3_system_errno(db) : 0;

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (hints[i].code != (code & 0xff) || (hints[i].error != 0 && hints[i].error != error))
            continue;
        if (hints[i].why != NULL)
            snprintf(why, why_size, "cannot open it: %s", hints[i].why);
        else
            snprintf(why, why_size,
                     "cannot open it: user %ld may not write it or its folder: give them to that "
                     "user, or set `user` in the conf",
                     (long)geteuid());
        return;
    }
    snprintf(why, why_size, "cannot open it: %s%s%s", sqlite3_errstr(code), error != 0 ? ": " : "",
             error != 0 ? cadre_strerror(error) : "");
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

/* The first one of a store makes the file where there is none, and looks whose it is: `why` is NULL
 * for all others. SQLite's code; -EPROTO. */
static int prepare_file(sqlite3 *db, char *why, size_t why_size)
{
    int r = 0;

    if (sqlite3_db_readonly(db, "main") == 1)
        return SQLITE_READONLY;
    if (why != NULL)
        r = schema_check(db, why, why_size);
    if (r == 0)
        r = sqlite3_exec(db, settings, NULL, NULL, NULL);
    if (r == 0 && why != NULL)
        r = schema_update(db, why, why_size);
    return r;
}

static int open_file(struct connection *connection, char *why, size_t why_size)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int64_t end = now_ms() + BUSY_TIMEOUT_MS;
    int r = sqlite3_open_v2(connection->store->path, &connection->db,
                            flags | (why != NULL ? SQLITE_OPEN_CREATE : 0), NULL);

    if (r != SQLITE_OK)
        return r;
    sqlite3_busy_timeout(connection->db, BUSY_TIMEOUT_MS);
    /* Where another worker is just bringing a new file to WAL, SQLite does not wait for it by
     * itself: it would be in a lock that the other one needs. */
    while ((r = prepare_file(connection->db, why, why_size)) > 0 && (r & 0xff) == SQLITE_BUSY &&
           now_ms() < end)
        sqlite3_sleep(BUSY_PAUSE_MS);
    return r;
}

static int open_connection(struct store *store, char *why, size_t why_size, struct connection **ret)
{
    struct connection *made = calloc(1, sizeof(*made));
    int r;

    if (made == NULL)
        return -ENOMEM;
    made->store = store;
    r = open_file(made, why, why_size);
    if (r > 0 && why != NULL) {
        explain(made->db, r, why, why_size);
        r = errno_of(made->db, r);
    } else if (r > 0)
        r = error_of(made->db, r);
    else if (r == 0 && pthread_setspecific(store->own, made) != 0)
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
    return *ret != NULL ? 0 : open_connection(store, NULL, 0, ret);
}

/* --- the store --- */

/* What SQLite would open, or wait for, in vain. 0; -EISDIR, -EINVAL, and `why` says it. */
static int check_kind(const char *path, char *why, size_t why_size)
{
    struct stat st;

    if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
        return 0; /* where it cannot be looked at, SQLite finds that too */
    snprintf(why, why_size, "cannot open it: it is %s",
             S_ISDIR(st.st_mode) ? "a folder: name a file in it" : "no regular file");
    return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

/* Memory that is zero; -ENOMEM. */
static int init(struct store *store, const char *path)
{
    pthread_condattr_t monotonic;

    store->path = strdup(path);
    if (store->path == NULL || pthread_key_create(&store->own, leave_thread) != 0) {
        free(store->path);
        return -ENOMEM;
    }
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->free, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&store->lock, NULL);
    return 0;
}

int store_open(const char *path, char *why, size_t why_size, struct store **ret)
{
    struct store *store = calloc(1, sizeof(*store));
    struct connection *first;
    int r = store != NULL ? init(store, path) : -ENOMEM;

    snprintf(why, why_size, "%s", cadre_strerror(ENOMEM));
    if (r < 0) {
        free(store);
        return r;
    }
    r = check_kind(path, why, why_size);
    if (r == 0)
        r = open_connection(store, why, why_size, &first);
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
    pthread_cond_destroy(&store->free);
    pthread_mutex_destroy(&store->lock);
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

/* --- writing --- */

/* Waits for the others of this worker. The time that is left for SQLite to wait for those of other
 * workers, in ms; -EBUSY. */
static int64_t take_turn(struct store *store)
{
    int64_t end = now_ms() + BUSY_TIMEOUT_MS;
    const struct timespec until = {.tv_sec = end / 1000, .tv_nsec = end % 1000 * 1000000};
    bool taken;
    int r = 0;

    pthread_mutex_lock(&store->lock);
    while (store->writing && r == 0)
        r = pthread_cond_timedwait(&store->free, &store->lock, &until);
    taken = !store->writing;
    store->writing = true;
    pthread_mutex_unlock(&store->lock);
    if (!taken)
        return -EBUSY;
    end -= now_ms();
    return end > 0 ? end : 0;
}

int store_lock(struct store *store)
{
    struct connection *connection;
    int r = find_connection(store, &connection);
    int64_t left;

    if (r < 0)
        return r;
    left = take_turn(store);
    if (left < 0)
        return (int)left;
    sqlite3_busy_timeout(connection->db, (int)left);
    return 0;
}

void store_unlock(struct store *store)
{
    struct connection *connection = pthread_getspecific(store->own);

    sqlite3_busy_timeout(connection->db, BUSY_TIMEOUT_MS);
    pthread_mutex_lock(&store->lock);
    store->writing = false;
    pthread_cond_signal(&store->free);
    pthread_mutex_unlock(&store->lock);
}
