/* SPDX-License-Identifier: MIT */
/* Whose SQLite file it is, and the demo's tables in it (modules/demo/schema.c). */
#include "modules/demo/schema.h"
#include "tests/unit/modules/demo/store_test.h"

#include <errno.h>
#include <string.h>

#define TABLE "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine');"

/* --- whose it is --- */

START_TEST(file_of_a_newer_demo_is_left_alone)
{
    struct store *store;

    database_file_make();
    store = open_store();
    run(store, 0, "PRAGMA user_version = 77");
    store_close(store);
    cannot_open(database_path, -EPROTO, "a newer demo has written it (version 77");
    database_file_remove();
}
END_TEST

static const struct {
    const char *sql, *reason;
} foreign_rows[] = {
    {TABLE, "another program has written it (application_id 0x00000000, user_version 0)"},
    {TABLE "PRAGMA user_version = 5", "user_version 5)"},
    {TABLE "PRAGMA user_version = -1", "user_version -1)"},
    {TABLE "PRAGMA application_id = 0x0f055112", "(application_id 0x0f055112, user_version 0)"},
    {"PRAGMA application_id = 0x0f055112; PRAGMA user_version = 1", "application_id 0x0f055112"},
    {"CREATE TABLE item (id); PRAGMA user_version = 1", "user_version 1)"},
    {TABLE "PRAGMA application_id = 0x4344656d; PRAGMA user_version = -3", "user_version -3)"},
};

#define N_FOREIGN_ROWS (int)(sizeof(foreign_rows) / sizeof(foreign_rows[0]))

/* The bytes of a file, which are the caller's to free. */
static char *bytes_of(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);

    ck_assert_msg(file != NULL && bytes != NULL, "no %s", path);
    *ret_len = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void copy(const char *from, const char *to)
{
    size_t len;
    char *bytes = bytes_of(from, &len);
    FILE *file = fopen(to, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
    free(bytes);
}

/* That the file at database_path is refused, and what stands at each of the paths stays. */
static void is_left_as_it_is(const char *const *paths, int n_paths, const char *reason)
{
    size_t len[2], len_now;
    char *bytes[2], *now;

    for (int i = 0; i < n_paths; i++)
        bytes[i] = bytes_of(paths[i], &len[i]);
    cannot_open(database_path, -EPROTO, reason);
    for (int i = 0; i < n_paths; i++) {
        now = bytes_of(paths[i], &len_now);
        ck_assert_uint_eq(len_now, len[i]);
        ck_assert_int_eq(memcmp(now, bytes[i], len_now), 0);
        free(now);
        free(bytes[i]);
    }
}

START_TEST(file_of_another_program_is_left_alone)
{
    const char *const paths[] = {database_path};

    database_file_make();
    ck_assert_int_eq(sqlite3_close(other_program(database_path, foreign_rows[_i].sql)), SQLITE_OK);
    is_left_as_it_is(paths, 1, foreign_rows[_i].reason);
    database_file_remove();
}
END_TEST

/* The same with all of it in the journal that a program has left which was killed: the database
 * itself tells nothing, and the journal is not played back into it. */
START_TEST(journal_of_another_program_is_left_alone)
{
    char other_path[sizeof(database_path) + 10], other_journal[sizeof(other_path) + 10],
        journal[sizeof(database_path) + 10];
    const char *const paths[] = {database_path, journal};
    sqlite3 *other;

    database_file_make();
    snprintf(other_path, sizeof(other_path), "%s-other", database_path);
    snprintf(other_journal, sizeof(other_journal), "%s-wal", other_path);
    snprintf(journal, sizeof(journal), "%s-wal", database_path);
    other = other_program(other_path, "PRAGMA journal_mode = WAL");
    ck_assert_int_eq(sqlite3_exec(other, foreign_rows[_i].sql, NULL, NULL, NULL), SQLITE_OK);
    copy(other_path, database_path);
    copy(other_journal, journal);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    is_left_as_it_is(paths, 2, foreign_rows[_i].reason);
    database_file_remove();
}
END_TEST

/* --- bringing it up to date --- */

START_TEST(new_file_bears_the_demos_id)
{
    struct store *store;

    database_file_make();
    store = open_store();
    ck_assert_int_eq(number(store, 0, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    store_close(store);
    database_file_remove();
}
END_TEST

/* One without an id, as the first demo made them. */
START_TEST(file_of_the_oldest_demo_is_brought_up_to_date)
{
    struct store *store;

    database_file_make();
    store = open_store();
    run(store, 0,
        "INSERT INTO item (name, price, category, in_stock, created, changed)"
        " VALUES ('kept', 1, 0, 1, 0, 0)");
    run(store, 1, "PRAGMA application_id = 0");
    run(store, 2, "PRAGMA user_version = 1");
    store_close(store);
    store = open_store();
    ck_assert_int_eq(number(store, 0, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    ck_assert_int_eq(number(store, 1, "PRAGMA user_version"), 2);
    ck_assert_int_eq(number(store, 2, "SELECT count(*) FROM item WHERE name = 'kept'"), 1);
    ck_assert_int_eq(number(store, 3, "SELECT count(*) FROM item"), 4);
    store_close(store);
    database_file_remove();
}
END_TEST

UNIT_MAIN("modules/demo/schema", UNIT_CASE(file_of_a_newer_demo_is_left_alone),
          UNIT_LOOP(file_of_another_program_is_left_alone, N_FOREIGN_ROWS),
          UNIT_LOOP(journal_of_another_program_is_left_alone, N_FOREIGN_ROWS),
          UNIT_CASE(new_file_bears_the_demos_id),
          UNIT_CASE(file_of_the_oldest_demo_is_brought_up_to_date))
