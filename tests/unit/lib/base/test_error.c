/* SPDX-License-Identifier: MIT */
/*
 * Tests of <cadre/error.h>.
 */
#include "config.h"

#include <cadre/error.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(negative_and_positive_errors_have_the_same_text)
{
    ck_assert_str_eq(cadre_strerror(ENOENT), "No such file or directory");
    ck_assert_str_eq(cadre_strerror(-ENOENT), "No such file or directory");
    ck_assert_str_eq(cadre_strerror(-ECANCELED), "Operation canceled");
    ck_assert_str_eq(cadre_strerror(0), "success");
}
END_TEST

START_TEST(every_error_of_ours_has_a_text_of_its_own)
{
    for (int e = CADRE_E_FIRST; e < CADRE_E_END; e++) {
        ck_assert_str_ne(cadre_strerror(e), "");
        ck_assert_ptr_null(strstr(cadre_strerror(e), "unknown"));
        ck_assert_ptr_eq(cadre_strerror(e), cadre_strerror(-e));
    }
    ck_assert_str_eq(cadre_strerror(-CADRE_ESTARTUP), "startup failed");
}
END_TEST

START_TEST(unknown_numbers_are_named_by_their_number)
{
    char text[32];

    snprintf(text, sizeof(text), "unknown error %d", CADRE_E_END);
    ck_assert_str_eq(cadre_strerror(-CADRE_E_END), text);
    ck_assert_str_eq(cadre_strerror(4095), "unknown error 4095");
    ck_assert_str_eq(cadre_strerror(INT_MAX), "unknown error 2147483647");
    ck_assert_str_eq(cadre_strerror(INT_MIN), "unknown error 2147483648");
}
END_TEST

static void *ask(void *arg)
{
    (void)arg;
    cadre_strerror(-5555);
    return NULL;
}

START_TEST(an_unknown_number_in_another_thread_does_not_disturb)
{
    const char *text = cadre_strerror(-4444);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_str_eq(text, "unknown error 4444");
}
END_TEST

UNIT_MAIN("base/error", UNIT_CASE(negative_and_positive_errors_have_the_same_text),
          UNIT_CASE(every_error_of_ours_has_a_text_of_its_own),
          UNIT_CASE(unknown_numbers_are_named_by_their_number),
          UNIT_CASE(an_unknown_number_in_another_thread_does_not_disturb))
