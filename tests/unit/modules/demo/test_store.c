/* SPDX-License-Identifier: MIT */
/* The demo's SQLite file (modules/demo/store.c). */
#include "tests/unit/modules/demo/store_test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

START_TEST(tables_are_made_once)
{
    struct store *store;

    database_file_make();
    for (int i = 0; i < 3; i++) {
        store = open_store();
        ck_assert_int_eq(number(store, 0, "PRAGMA user_version"), 2);
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

/* --- what cannot be opened --- */

START_TEST(what_is_no_database_is_said)
{
    FILE *file;

    database_file_make();
    file = fopen(database_path, "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 100; i++)
        ck_assert_int_ge(fputs("this is no database\n", file), 0);
    fclose(file);
    cannot_open(database_path, -EIO, "cannot open it: it is no SQLite database");
    ck_assert_int_eq(truncate(database_path, 10), 0);
    cannot_open(database_path, -EIO, "cannot open it: it is no SQLite database");
    database_file_remove();
}
END_TEST

START_TEST(what_is_no_file_is_said)
{
    char below[sizeof(database_path) + 10];

    database_file_make();
    cannot_open("/nowhere/demo.db", -EIO, "cannot open it: its folder is missing: make it");
    cannot_open(database_folder, -EISDIR, "it is a folder: name a file in it");
    ck_assert_int_eq(mkfifo(database_path, 0600), 0);
    cannot_open(database_path, -EINVAL, "it is no regular file");
    snprintf(below, sizeof(below), "%s/demo.db", database_path);
    cannot_open(below, -EIO, "a part of its path is no folder");
    database_file_remove();
}
END_TEST

/* In a process of its own, as Check has it. */
START_TEST(missing_rights_are_said)
{
    database_file_make();
    store_close(open_store());
    ck_assert_int_eq(chmod(database_folder, 0755), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(65534), 0);
    else
        ck_assert_int_eq(chmod(database_path, 0444), 0);
    cannot_open(database_path, -EIO, "may not write it or its folder: give them to that user");
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    database_file_remove();
}
END_TEST

START_TEST(lock_of_another_program_is_said)
{
    sqlite3 *other;

    database_file_make();
    other = other_program(database_path, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    cannot_open(database_path, -EBUSY, "another program keeps it locked: end that one");
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    store_close(open_store());
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
        if (store_lock(store) < 0) {
            failed++;
            continue;
        }
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

static atomic_int refused;

static void *wait_in_vain(void *store)
{
    if (store_lock(store) == -EBUSY)
        refused++;
    return NULL;
}

/* They do not wait one after another: each as long as the first. */
START_TEST(writers_wait_no_longer_than_is_promised)
{
    pthread_t threads[THREADS];
    struct timespec begin, end;
    struct store *store;

    database_file_make();
    store = open_store();
    clock_gettime(CLOCK_MONOTONIC, &begin);
    ck_assert_int_eq(store_lock(store), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_in_vain, store), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    ck_assert_int_eq(refused, THREADS);
    ck_assert_int_ge(end.tv_sec - begin.tv_sec, 4);
    ck_assert_int_lt(end.tv_sec - begin.tv_sec, 30); /* one after another: 40 */
    store_unlock(store);
    ck_assert_int_eq(store_lock(store), 0);
    store_unlock(store);
    store_close(store);
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
          UNIT_CASE(what_is_committed_is_on_disk), UNIT_CASE(what_is_no_database_is_said),
          UNIT_CASE(what_is_no_file_is_said), UNIT_CASE(missing_rights_are_said),
          UNIT_CASE(lock_of_another_program_is_said), UNIT_CASE(each_thread_has_its_connection),
          UNIT_CASE(writers_wait_no_longer_than_is_promised),
          UNIT_CASE(a_new_file_may_be_opened_by_all_at_once),
          UNIT_CASE(threads_may_outlive_the_store), UNIT_CASE(errors_have_numbers))
