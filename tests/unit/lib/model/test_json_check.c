/* SPDX-License-Identifier: MIT */
/* Whether a text is JSON (model/json_check.c). What JSON is, is the subject of test_json_scan.c. */
#include "config.h"

#include "model/json_check.h"

#include <errno.h>

#include "tests/unit/unit.h"

static const struct {
    struct cadre_str text;
    const char *what; /* NULL: it is JSON */
    size_t offset;
} texts[] = {
    {CADRE_STR_INIT("{}"), NULL, 0},
    {CADRE_STR_INIT(" [1, \"\\u00e4\", null]\n"), NULL, 0},
    {CADRE_STR_INIT("\"text\""), NULL, 0},
    {CADRE_STR_INIT("-0.5e3"), NULL, 0},
    {CADRE_STR_INIT("[[[1]]]"), NULL, 0},
    {CADRE_STR_INIT("[[[[1]]]]"), "Nesting too deep", 3},
    {CADRE_STR_INIT(""), "Expecting value", 0},
    {CADRE_STR_INIT("text"), "Expecting value", 0},
    {CADRE_STR_INIT("{} {}"), "Extra data", 3},
    {CADRE_STR_INIT("\"\xc3\xa4\" x"), "Extra data", 4},
    {CADRE_STR_INIT("[1,]"), "Expecting value", 3},
    {CADRE_STR_INIT("1\0"), "Extra data", 1},
};

START_TEST(a_text_is_json_or_is_told_why_not)
{
    struct cadre__json_problem problem = {.what = "untouched"};
    int r = cadre__json_check(texts[_i].text, 3, &problem);

    ck_assert_int_eq(r, texts[_i].what ? -EBADMSG : 0);
    ck_assert_str_eq(problem.what, texts[_i].what ? texts[_i].what : "untouched");
    ck_assert_uint_eq(problem.offset, texts[_i].offset);
}
END_TEST

START_TEST(nothing_is_no_json)
{
    struct cadre__json_problem problem;

    ck_assert_int_eq(cadre__json_check((struct cadre_str){NULL, 0}, 3, &problem), -EBADMSG);
    ck_assert_str_eq(problem.what, "Expecting value");
}
END_TEST

START_TEST(what_is_no_utf8_is_told_apart)
{
    struct cadre__json_problem problem;

    ck_assert_int_eq(cadre__json_check(CADRE_STR("\"\xff\""), 3, &problem), -EILSEQ);
    ck_assert_int_eq(cadre__json_check(CADRE_STR("\"\xed\xa0\x80\""), 3, &problem), -EILSEQ);
}
END_TEST

UNIT_MAIN("model/json_check",
          UNIT_LOOP(a_text_is_json_or_is_told_why_not, sizeof(texts) / sizeof(texts[0])),
          UNIT_CASE(nothing_is_no_json), UNIT_CASE(what_is_no_utf8_is_told_apart))
