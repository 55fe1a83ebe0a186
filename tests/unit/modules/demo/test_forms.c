/* SPDX-License-Identifier: MIT */
/* The demo's form (modules/demo/forms.c). */
#include "tests/unit/modules/demo/demo_test.h"

#include <sys/resource.h>

#define FIELDS 900 /* the conf's default lets 1000 pass */
#define VALUE  1000

static long peak_kib(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

START_TEST(form_without_fields_is_told)
{
    struct cadre_test_client *client = open_new();
    const struct cadre_test_request request = {
        .method = "POST", .target = "/form", .type = FORM, .text = ""};
    const struct cadre_test_response *res = cadre_test_send(client, &request);

    cadre_assert_status(res, 200);
    cadre_assert_body(res, "");
    cadre_assert_header(res, "content-type", "text/plain; charset=utf-8");
    close_and_remove(client);
}
END_TEST

/* A form of a megabyte is told in some megabytes, however many fields it has. */
START_TEST(memory_of_a_large_form_is_in_proportion)
{
    struct cadre_test_client *client = open_new();
    char *text = malloc((size_t)FIELDS * (VALUE + 10) + 1), *at = text;
    const struct cadre_test_request request = {
        .method = "POST", .target = "/form", .type = FORM, .text = text};
    long before = peak_kib();

    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < FIELDS; i++) {
        at += sprintf(at, "&f%d=", i);
        memset(at, 'x', VALUE);
        at += VALUE;
    }
    *at = '\0';
    cadre_assert_status(cadre_test_send(client, &request), 200);
    ck_assert_int_lt(peak_kib() - before, 100L * 1024);
    free(text);
    close_and_remove(client);
}
END_TEST

UNIT_MAIN("modules/demo/forms", UNIT_CASE(form_without_fields_is_told),
          UNIT_CASE(memory_of_a_large_form_is_in_proportion))
