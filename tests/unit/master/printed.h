/* SPDX-License-Identifier: MIT */
/*
 * What the client side of `cadre` prints of an answer, for its tests.
 */
#ifndef CADRE_TESTS_MASTER_PRINTED_H
#define CADRE_TESTS_MASTER_PRINTED_H

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* That `print` makes `expected` of an answer whose only member is `name` with the value `json`. */
static inline void check_printed(void (*print)(FILE *out, const json_t *answer), const char *name,
                                 const char *json, const char *expected)
{
    json_t *answer = json_pack("{s:o}", name, json_loads(json, 0, NULL));
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(answer);
    print(out, answer);
    (void)fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
    json_decref(answer);
}

#endif
