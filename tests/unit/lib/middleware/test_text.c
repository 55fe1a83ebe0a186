/* SPDX-License-Identifier: MIT */
/* Lists of words (middleware/text.c). */
#include "tests/unit/unit.h"

#include "middleware/text.h"

START_TEST(strings_are_found_and_joined)
{
    const struct cadre_strings strings = CADRE_STRINGS("GET", "Put"), none = {NULL, 0};
    char *joined = cadre__strings_join(&strings), *empty = cadre__strings_join(&none);

    ck_assert_str_eq(joined, "GET, Put");
    ck_assert_str_eq(empty, "");
    ck_assert(cadre__strings_have(&strings, CADRE_STR("Put")));
    ck_assert(!cadre__strings_have(&strings, CADRE_STR("PUT")));
    ck_assert(cadre__strings_have_nocase(&strings, CADRE_STR("PUT")));
    ck_assert(!cadre__strings_have_nocase(&none, CADRE_STR("PUT")));
    free(joined);
    free(empty);
}
END_TEST

START_TEST(tokens_have_no_blanks_and_no_separators)
{
    static const char *const wrong[] = {
        "", " x", "x ", "x y", "x:", "x,y", "x\r\ny", "\xc3\xa4", "x\t"};

    ck_assert(cadre__is_token("X-API-Key"));
    ck_assert(cadre__is_token("*"));
    ck_assert(cadre__is_token("!#$%&'*+-.^_`|~09azAZ"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!cadre__is_token(wrong[i]), "\"%s\"", wrong[i]);
}
END_TEST

UNIT_MAIN("middleware/text", UNIT_CASE(strings_are_found_and_joined),
          UNIT_CASE(tokens_have_no_blanks_and_no_separators))
