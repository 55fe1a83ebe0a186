/* SPDX-License-Identifier: MIT */
/* Tests of base/log_signal: what a signal handler writes, with its own reckoning of the date. */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/unit/lib/base/log_sink.h"
#include "tests/unit/unit.h"

/* What the wall clock says, in seconds since 1970; 0: as it is. */
static time_t the_time;

int clock_gettime(clockid_t id, struct timespec *ret)
{
    if (id == CLOCK_REALTIME && the_time != 0) {
        *ret = (struct timespec){.tv_sec = the_time, .tv_nsec = 7999999};
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, id, ret);
}

START_TEST(it_looks_like_any_other)
{
    open_log(false, "worker 1");
    the_time = 1795280523;
    errno = ENOENT;
    cadre__log_in_signal(CADRE_LOG_ERROR, "stack overflow in handler a\nb\xff");
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_str_eq(written(), "2026-11-21T17:02:03.007Z error worker 1: "
                                "stack overflow in handler a?b?\n");
    cadre__log_set_role(NULL);
    cadre__log_in_signal(CADRE_LOG_ERROR, "x");
    ck_assert_str_eq(written(), "2026-11-21T17:02:03.007Z error x\n");
}
END_TEST

START_TEST(for_journald_it_begins_with_its_priority)
{
    open_log(true, NULL);
    cadre__log_in_signal(CADRE_LOG_CRITICAL, "x");
    ck_assert_str_eq(written(), "<2>x\n");
}
END_TEST

START_TEST(below_the_level_it_is_dropped)
{
    open_log(true, NULL);
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre__log_in_signal(CADRE_LOG_ERROR, "x");
    ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(a_long_text_is_cut)
{
    char text[2000];

    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    open_log(true, NULL);
    cadre__log_in_signal(CADRE_LOG_ERROR, text);
    ck_assert_uint_eq(strlen(written()), 3 + 512 + 1);
}
END_TEST

/* Each day from 1970 to 2110, at some second of it, against the C library's calendar. */
START_TEST(every_date_is_that_of_the_calendar)
{
    char want[64];

    open_log(false, NULL);
    for (time_t day = 0; day < 140 * 366; day++) {
        struct tm tm;

        the_time = day * 86400 + (day * 7919 + 1) % 86400;
        ck_assert_ptr_nonnull(gmtime_r(&the_time, &tm));
        ck_assert_uint_gt(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.007Z error x\n", &tm), 0);
        cadre__log_in_signal(CADRE_LOG_ERROR, "x");
        ck_assert_str_eq(written(), want);
    }
}
END_TEST

UNIT_MAIN("base/log_signal", UNIT_CASE(it_looks_like_any_other),
          UNIT_CASE(for_journald_it_begins_with_its_priority),
          UNIT_CASE(below_the_level_it_is_dropped), UNIT_CASE(a_long_text_is_cut),
          UNIT_CASE(every_date_is_that_of_the_calendar))
