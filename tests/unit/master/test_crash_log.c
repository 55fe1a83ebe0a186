/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/crash_log: the last reports, in memory and in their file.
 */
#include "config.h"

#include "master/crash_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/unit/unit.h"

static char folder[64];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/cadre-crash-log-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    (void)unlink(in_folder("crashes.jsonl"));
    ck_assert_int_eq(rmdir(folder), 0);
}

static void add(struct crash_log *log, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        char text[32];
        int len = snprintf(text, sizeof(text), "{\"n\":%d}", i);

        ck_assert_int_eq(crash_log_add(log, text, (size_t)len), 0);
    }
}

static void append(const char *json, size_t len, void *arg)
{
    char *all = arg;

    ck_assert_uint_eq(strlen(json), len);
    strcat(all, json);
}

static const char *all_of(const struct crash_log *log)
{
    static char all[4096];

    all[0] = '\0';
    crash_log_each(log, append, all);
    return all;
}

static void write_file(const char *text)
{
    FILE *file = fopen(in_folder("crashes.jsonl"), "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    (void)fclose(file);
}

START_TEST(the_last_are_kept_in_order)
{
    struct crash_log *log = crash_log_new();
    struct cadre__buf json = {.len = 0};

    crash_log_json(log, &json);
    ck_assert_str_eq(json.data, "[]");
    cadre__buf_clear(&json);
    ck_assert_str_eq(all_of(log), "");
    add(log, 1, 3);
    ck_assert_str_eq(all_of(log), "{\"n\":1}{\"n\":2}{\"n\":3}");
    crash_log_json(log, &json);
    ck_assert_str_eq(json.data, "[{\"n\":3},{\"n\":2},{\"n\":1}]");
    cadre__buf_done(&json);
    add(log, 4, CRASH_LOG_MAX);
    ck_assert_uint_eq(crash_log_count(log), CRASH_LOG_MAX);
    ck_assert_ptr_eq(strstr(all_of(log), "{\"n\":4}"), all_of(log));
    crash_log_free(log);
}
END_TEST

START_TEST(they_outlive_the_server)
{
    struct crash_log *log = crash_log_new();
    struct stat st;

    make_folder();
    crash_log_set_folder(log, folder);
    add(log, 1, 25);
    crash_log_free(log);
    ck_assert_int_eq(stat(in_folder("crashes.jsonl"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    log = crash_log_new();
    crash_log_set_folder(log, folder);
    ck_assert_uint_eq(crash_log_count(log), CRASH_LOG_MAX);
    ck_assert_ptr_eq(strstr(all_of(log), "{\"n\":6}"), all_of(log));
    add(log, 26, 1);
    ck_assert_ptr_eq(strstr(all_of(log), "{\"n\":7}"), all_of(log));
    ck_assert_ptr_nonnull(strstr(all_of(log), "{\"n\":25}{\"n\":26}"));
    crash_log_free(log);
    remove_folder();
}
END_TEST

START_TEST(those_of_before_come_first)
{
    struct crash_log *log = crash_log_new();

    make_folder();
    write_file("{\"n\":1}\n{\"n\":2}\n");
    add(log, 3, 1);
    crash_log_set_folder(log, folder);
    crash_log_set_folder(log, folder); /* nothing twice */
    ck_assert_str_eq(all_of(log), "{\"n\":1}{\"n\":2}{\"n\":3}");
    crash_log_free(log);
    remove_folder();
}
END_TEST

static const char *const files[] = {
    "", "\n\n\n", "nonsense", "{\"cut", "}{\n", "[1]\n", "\"text\"\n",
};

START_TEST(what_is_no_report_is_left_out)
{
    struct crash_log *log = crash_log_new();

    make_folder();
    write_file(files[_i]);
    crash_log_set_folder(log, folder);
    ck_assert_uint_eq(crash_log_count(log), 0);
    add(log, 1, 1);
    ck_assert_str_eq(all_of(log), "{\"n\":1}");
    crash_log_free(log);
    remove_folder();
}
END_TEST

START_TEST(a_line_without_its_end_counts)
{
    struct crash_log *log = crash_log_new();

    make_folder();
    write_file("{\"n\":1}\n{\"n\":2}");
    crash_log_set_folder(log, folder);
    ck_assert_str_eq(all_of(log), "{\"n\":1}{\"n\":2}");
    crash_log_free(log);
    remove_folder();
}
END_TEST

START_TEST(a_folder_that_is_not_there_costs_nothing)
{
    struct crash_log *log = crash_log_new();

    crash_log_set_folder(log, "/nowhere/at/all");
    add(log, 1, 2);
    ck_assert_str_eq(all_of(log), "{\"n\":1}{\"n\":2}");
    crash_log_set_folder(log, NULL);
    add(log, 3, 1);
    ck_assert_uint_eq(crash_log_count(log), 3);
    crash_log_free(log);
    crash_log_free(NULL);
}
END_TEST

START_TEST(a_link_in_its_place_is_not_followed)
{
    struct crash_log *log = crash_log_new();
    char text[16] = "";
    FILE *file;

    make_folder();
    file = fopen(in_folder("victim"), "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs("untouched", file);
    (void)fclose(file);
    ck_assert_int_eq(symlink("victim", in_folder("crashes.jsonl.new")), 0);
    crash_log_set_folder(log, folder);
    add(log, 1, 1);
    file = fopen(in_folder("victim"), "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
    (void)fclose(file);
    ck_assert_str_eq(text, "untouched");
    crash_log_free(log);
    (void)unlink(in_folder("victim"));
    remove_folder();
}
END_TEST

#define AT(time, n) "{\"time\":\"2026-01-01T00:00:0" time "Z\",\"n\":" n "}"

START_TEST(those_of_an_old_master_are_put_in_order)
{
    struct crash_log *log = crash_log_new();
    struct stat before, after;
    int fd;

    make_folder();
    crash_log_set_folder(log, folder);
    ck_assert_int_eq(crash_log_add(log, AT("3.000", "3"), strlen(AT("3.000", "3"))), 0);
    ck_assert_int_eq(crash_log_inherit(log, AT("1.000", "1")), 0);
    ck_assert_int_eq(crash_log_inherit(log, AT("2.999", "2")), 0);
    ck_assert_int_eq(crash_log_inherit(log, AT("4.000", "4")), 0);
    ck_assert_int_eq(crash_log_inherit(log, AT("2.999", "2")), 0); /* told again */
    ck_assert_str_eq(all_of(log),
                     AT("1.000", "1") AT("2.999", "2") AT("3.000", "3") AT("4.000", "4"));
    crash_log_free(log);
    /* In the file, too; what both tell is there once. */
    log = crash_log_new();
    ck_assert_int_eq(crash_log_inherit(log, AT("2.999", "2")), 0);
    crash_log_set_folder(log, folder);
    ck_assert_uint_eq(crash_log_count(log), 4);
    /* Older than all that there is room for. */
    for (int i = 0; i < CRASH_LOG_MAX; i++)
        ck_assert_int_eq(crash_log_add(log, AT("9.000", "9"), strlen(AT("9.000", "9"))), 0);
    ck_assert_int_eq(stat(in_folder("crashes.jsonl"), &before), 0);
    fd = open(in_folder("crashes.jsonl"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0); /* so that another file has another number */
    ck_assert_int_eq(crash_log_inherit(log, AT("0.000", "0")), 0);
    ck_assert_uint_eq(crash_log_count(log), CRASH_LOG_MAX);
    ck_assert_ptr_null(strstr(all_of(log), ":00:00:00"));
    ck_assert_int_eq(stat(in_folder("crashes.jsonl"), &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino); /* nothing was written */
    (void)close(fd);
    crash_log_free(log);
    remove_folder();
}
END_TEST

UNIT_MAIN("master/crash_log", UNIT_CASE(the_last_are_kept_in_order),
          UNIT_CASE(they_outlive_the_server), UNIT_CASE(those_of_before_come_first),
          UNIT_LOOP(what_is_no_report_is_left_out, sizeof(files) / sizeof(files[0])),
          UNIT_CASE(a_line_without_its_end_counts),
          UNIT_CASE(a_folder_that_is_not_there_costs_nothing),
          UNIT_CASE(those_of_an_old_master_are_put_in_order),
          UNIT_CASE(a_link_in_its_place_is_not_followed))
