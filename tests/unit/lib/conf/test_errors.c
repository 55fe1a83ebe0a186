/* SPDX-License-Identifier: MIT */
/* The list of what is wrong with a conf. */
#include "tests/unit/lib/conf/world.h"

static const char *line(const struct cadre__conf_errors *errs, size_t index)
{
    static char buf[256];

    cadre__conf_errors_format(errs, index, buf, sizeof(buf));
    return buf;
}

START_TEST(an_empty_list_is_a_good_conf)
{
    struct cadre__conf_errors errs = {0};

    ck_assert_uint_eq(cadre__conf_errors_count(&errs), 0);
    cadre__conf_errors_sort(&errs);
    cadre__conf_errors_done(&errs);
}
END_TEST

START_TEST(errors_come_in_the_order_of_files_then_lines_then_reports)
{
    struct cadre__conf_errors errs;

    cadre__conf_errors_init(&errs);
    cadre__conf_errors_file(&errs, "main.conf");
    cadre__conf_errors_file(&errs, "a.conf");
    cadre__conf_errors_file(&errs, "main.conf");
    cadre__conf_errors_add(&errs, NULL, 0, "from the command line");
    cadre__conf_errors_add(&errs, "a.conf", 1, "one");
    cadre__conf_errors_add(&errs, "main.conf", 10, "ten");
    cadre__conf_errors_add(&errs, "main.conf", 9, "nine %d", 1);
    cadre__conf_errors_add(&errs, "main.conf", 9, "nine %d", 2);
    cadre__conf_errors_add(&errs, "main.conf", 0, "whole");
    cadre__conf_errors_sort(&errs);
    ck_assert_uint_eq(cadre__conf_errors_count(&errs), 6);
    ck_assert_str_eq(line(&errs, 0), "main.conf: whole");
    ck_assert_str_eq(line(&errs, 1), "main.conf:9: nine 1");
    ck_assert_str_eq(line(&errs, 2), "main.conf:9: nine 2");
    ck_assert_str_eq(line(&errs, 3), "main.conf:10: ten");
    ck_assert_str_eq(line(&errs, 4), "a.conf:1: one");
    ck_assert_str_eq(line(&errs, 5), "command line: from the command line");
    cadre__conf_errors_done(&errs);
}
END_TEST

START_TEST(many_errors_are_all_kept)
{
    struct cadre__conf_errors errs;

    cadre__conf_errors_init(&errs);
    for (unsigned i = 0; i < 1000; i++)
        cadre__conf_errors_add(&errs, "x", 1000 - i, "%u", i);
    cadre__conf_errors_sort(&errs);
    ck_assert_uint_eq(cadre__conf_errors_count(&errs), 1000);
    ck_assert_str_eq(line(&errs, 0), "x:1: 999");
    ck_assert_str_eq(line(&errs, 999), "x:1000: 0");
    cadre__conf_errors_done(&errs);
}
END_TEST

START_TEST(an_error_that_could_not_be_kept_still_counts)
{
    struct cadre__conf_errors errs = {.out_of_memory = true};

    ck_assert_uint_eq(cadre__conf_errors_count(&errs), 1);
    ck_assert_str_eq(line(&errs, 0), "out of memory while the conf was read");
    cadre__conf_errors_done(&errs);
}
END_TEST

START_TEST(a_long_error_is_cut_to_the_buffer)
{
    struct cadre__conf_errors errs = {0};
    char small[8];

    cadre__conf_errors_add(&errs, "file", 3, "text");
    ck_assert_int_eq(cadre__conf_errors_format(&errs, 0, small, sizeof(small)), 12);
    ck_assert_str_eq(small, "file:3:");
    cadre__conf_errors_done(&errs);
}
END_TEST

UNIT_MAIN("conf/errors", UNIT_CASE(an_empty_list_is_a_good_conf),
          UNIT_CASE(errors_come_in_the_order_of_files_then_lines_then_reports),
          UNIT_CASE(many_errors_are_all_kept),
          UNIT_CASE(an_error_that_could_not_be_kept_still_counts),
          UNIT_CASE(a_long_error_is_cut_to_the_buffer))
