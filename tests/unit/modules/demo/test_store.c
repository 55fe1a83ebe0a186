/* SPDX-License-Identifier: MIT */
/* The demo's SQLite file (modules/demo/store.c). */
#include "modules/demo/store.h"
#include "tests/unit/modules/demo/database_file.h"

#include "base/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static struct store *open_store(void)
{
    struct store *store = NULL;
    char why[300] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(store_open(database_path, why, sizeof(why), &store) == 0, "%s", why);
    return store;
}

static int number(struct store *store, unsigned index, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int value = -1;

    ck_assert_int_eq(store_prepare(store, index, sql, &statement), 0);
    if (store_step(statement) == 1)
        value = sqlite3_column_int(statement, 0);
    store_done(statement);
    return value;
}

static void run(struct store *store, unsigned index, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    ck_assert_int_eq(store_prepare(store, index, sql, &statement), 0);
    ck_assert_int_eq(store_step(statement), 0);
    store_done(statement);
}

START_TEST(tables_are_made_once)
{
    struct store *store;

    database_file_make();
    for (int i = 0; i < 3; i++) {
        store = open_store();
        ck_assert_int_eq(number(store, 0, "PRAGMA user_version"), 1);
        ck_assert_int_eq(number(store, 1, "SELECT count(*) FROM item"), 3);
        store_close(store);
    }
    database_file_remove();
}
END_TEST

START_TEST(what_is_committed_is_on_disk)
{
    struct store *store;

    database_file_make();
    store = open_store();
    ck_assert_int_eq(number(store, 0, "PRAGMA synchronous"), 2); /* FULL */
    ck_assert_int_eq(number(store, 1, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    store_close(store);
    database_file_remove();
}
END_TEST

START_TEST(file_of_a_newer_demo_is_left_alone)
{
    struct store *store, *none = NULL;
    char why[300] = "";

    database_file_make();
    store = open_store();
    run(store, 0, "PRAGMA user_version = 77");
    store_close(store);
    ck_assert_int_eq(store_open(database_path, why, sizeof(why), &none), -EPROTO);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(why, "a newer demo has written it (version 77") != NULL, "%s", why);
    database_file_remove();
}
END_TEST

START_TEST(file_of_another_program_is_left_alone)
{
    struct store *store, *none = NULL;
    char why[300] = "";

    database_file_make();
    store = open_store();
    run(store, 0, "PRAGMA user_version = -1");
    store_close(store);
    ck_assert_int_eq(store_open(database_path, why, sizeof(why), &none), -EPROTO);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(why, "another program has written it (version -1") != NULL, "%s", why);
    database_file_remove();
}
END_TEST

START_TEST(what_cannot_be_opened_is_said)
{
    struct store *none = NULL;
    char why[300] = "";
    FILE *file;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(store_open("/nowhere/demo.db", why, sizeof(why), &none), -EIO);
    ck_assert_msg(strstr(why, "cannot open it") != NULL, "%s", why);
    database_file_make();
    file = fopen(database_path, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 100; i++)
        ck_assert_int_ge(fputs("this is no database\n", file), 0);
    fclose(file);
    ck_assert_int_eq(store_open(database_path, why, sizeof(why), &none), -EIO);
    ck_assert_ptr_null(none);
    database_file_remove();
}
END_TEST

/* --- threads --- */

#define THREADS 8
#define TURNS   20

static atomic_int failed;

static void *add_some(void *store)
{
    for (int i = 0; i < TURNS; i++) {
        sqlite3_stmt *statement;

        if (store_prepare(store, 0,
                          "INSERT INTO item (name, price, category, in_stock, created, changed)"
                          " VALUES ('x', 1, 0, 1, 0, 0)",
                          &statement) < 0) {
            failed++;
            continue;
        }
        store_lock(store);
        if (store_step(statement) != 0)
            failed++;
        store_done(statement);
        store_unlock(store);
    }
    return NULL;
}

/* Those of two stores of one file at once, as of two workers. */
START_TEST(each_thread_has_its_connection)
{
    pthread_t threads[THREADS];
    struct store *stores[2];

    database_file_make();
    stores[0] = open_store();
    stores[1] = open_store();
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_some, stores[i % 2]), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(failed, 0);
    ck_assert_int_eq(number(stores[0], 1, "SELECT count(*) FROM item"), 3 + THREADS * TURNS);
    store_close(stores[0]);
    store_close(stores[1]);
    database_file_remove();
}
END_TEST

/* --- several at once --- */

static pthread_barrier_t together;

static void *open_one(void *store)
{
    char why[300];

    pthread_barrier_wait(&together);
    if (store_open(database_path, why, sizeof(why), store) < 0)
        failed++;
    return NULL;
}

/* As the workers of a first start do. */
START_TEST(a_new_file_may_be_opened_by_all_at_once)
{
    pthread_t threads[THREADS];

    pthread_barrier_init(&together, NULL, THREADS);
    for (int turn = 0; turn < TURNS / 2; turn++) {
        struct store *stores[THREADS] = {NULL};

        database_file_make();
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, open_one, &stores[i]), 0);
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        for (int i = 0; i < THREADS; i++)
            store_close(stores[i]);
        ck_assert_int_eq(failed, 0);
        database_file_remove();
    }
}
END_TEST

static pthread_barrier_t used, closed;

static void *stay(void *store)
{
    sqlite3_stmt *statement;

    if (store_prepare(store, 0, "SELECT 1", &statement) < 0)
        failed++;
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&closed);
    return NULL; /* its connection is gone already */
}

START_TEST(threads_may_outlive_the_store)
{
    struct store *store;
    pthread_t thread;

    database_file_make();
    pthread_barrier_init(&used, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    store = open_store();
    ck_assert_int_eq(pthread_create(&thread, NULL, stay, store), 0);
    pthread_barrier_wait(&used);
    store_close(store);
    pthread_barrier_wait(&closed);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(failed, 0);
    store_close(NULL);
    database_file_remove();
}
END_TEST

START_TEST(errors_have_numbers)
{
    sqlite3_stmt *statement = NULL;
    struct store *store;

    database_file_make();
    store = open_store();
    ck_assert_int_eq(store_prepare(store, 0, "SELECT nonsense FROM nowhere", &statement), -EIO);
    ck_assert_int_eq(store_prepare(store, STORE_STATEMENTS_MAX, "SELECT 1", &statement), -EINVAL);
    ck_assert_int_gt(number(store, 1, "PRAGMA max_page_count = 1"), 0);
    ck_assert_int_eq(
        store_prepare(store, 2, "CREATE TABLE more AS SELECT zeroblob(1000000)", &statement), 0);
    ck_assert_int_eq(store_step(statement), -ENOSPC);
    store_done(statement);
    store_close(store);
    database_file_remove();
}
END_TEST

UNIT_MAIN("modules/demo/store", UNIT_CASE(tables_are_made_once),
          UNIT_CASE(what_is_committed_is_on_disk), UNIT_CASE(file_of_a_newer_demo_is_left_alone),
          UNIT_CASE(file_of_another_program_is_left_alone),
          UNIT_CASE(what_cannot_be_opened_is_said), UNIT_CASE(each_thread_has_its_connection),
          UNIT_CASE(a_new_file_may_be_opened_by_all_at_once),
          UNIT_CASE(threads_may_outlive_the_store), UNIT_CASE(errors_have_numbers))
