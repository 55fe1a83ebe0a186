/* SPDX-License-Identifier: MIT */
/* Lists in header fields (gateway/field_list.c). */
#include "tests/unit/unit.h"

#include "gateway/field_list.h"

START_TEST(lists_are_cut_at_commas)
{
    struct cadre_str list = CADRE_STR(" a ,, b,\tc d\t,"), item;
    static const char *const expected[] = {"a", "b", "c d"};

    for (size_t i = 0; i < 3; i++) {
        ck_assert(cadre__list_next(&list, &item));
        ck_assert(cadre_str_eq(item, cadre_str_from(expected[i])));
    }
    ck_assert(!cadre__list_next(&list, &item));
    list = CADRE_STR(" , ");
    ck_assert(!cadre__list_next(&list, &item));
}
END_TEST

START_TEST(items_are_found_whole)
{
    struct cadre_str list = CADRE_STR("gzip, Deflate");

    ck_assert(cadre__list_has(list, CADRE_STR("gzip")));
    ck_assert(!cadre__list_has(list, CADRE_STR("zip")));
    ck_assert(!cadre__list_has(list, CADRE_STR("deflate")));
    ck_assert(cadre__list_has_nocase(list, CADRE_STR("deflate")));
    ck_assert(!cadre__list_has_nocase(list, CADRE_STR("flate")));
}
END_TEST

UNIT_MAIN("gateway/field_list", UNIT_CASE(lists_are_cut_at_commas),
          UNIT_CASE(items_are_found_whole))
