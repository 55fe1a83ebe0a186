/* SPDX-License-Identifier: MIT */
/*
 * Known names of header fields: each is found by its text and by its address, nothing else is.
 */
#include "gateway/field.h"

#include <string.h>

#include "gateway/response.h"
#include "tests/unit/unit.h"

START_TEST(each_known_name_is_found_by_its_text)
{
    enum cadre__field field = (enum cadre__field)(_i + 1);
    char copy[CADRE__FIELD_NAME_MAX + 1];
    struct cadre_str name = cadre__field_name(field);

    memcpy(copy, name.ptr, name.len);
    ck_assert_uint_gt(name.len, 0);
    ck_assert_uint_eq(strlen(name.ptr), name.len);
    ck_assert(cadre__header_name_is_valid(name));
    ck_assert_int_eq(cadre__field_find(copy, name.len), field);
    copy[0] ^= 1;
    ck_assert_int_ne(cadre__field_find(copy, name.len), field);
}
END_TEST

START_TEST(each_known_name_is_found_by_its_address)
{
    enum cadre__field field = (enum cadre__field)(_i + 1);
    struct cadre_str name = cadre__field_name(field);

    ck_assert_int_eq(cadre__field_of(name), field);
    ck_assert_int_eq(cadre__field_know(name), field);
    name.len--;
    ck_assert_int_eq(cadre__field_of(name), CADRE__FIELD_NONE);
    name.ptr++;
    ck_assert_int_eq(cadre__field_of(name), CADRE__FIELD_NONE);
}
END_TEST

static const char *const unknown[] = {"",
                                      "x",
                                      "hosts",
                                      "Host",
                                      "x-my-own",
                                      "content-lengti",
                                      "a-name-that-is-longer-than-any-that-is-known"};

START_TEST(other_names_are_not_known)
{
    struct cadre_str name = cadre_str_from(unknown[_i]);

    ck_assert_int_eq(cadre__field_of(name), CADRE__FIELD_NONE);
    ck_assert_int_eq(cadre__field_find(name.ptr, name.len), CADRE__FIELD_NONE);
    ck_assert_int_eq(cadre__field_know(name), CADRE__FIELD_NONE);
}
END_TEST

START_TEST(the_first_and_the_end_of_the_table_are_no_names)
{
    struct cadre_str first = {cadre__fields[0].text, 0};
    struct cadre_str end = {cadre__fields[0].text + sizeof(cadre__fields), 4};

    ck_assert_int_eq(cadre__field_of(first), CADRE__FIELD_NONE);
    ck_assert_int_eq(cadre__field_of(end), CADRE__FIELD_NONE);
}
END_TEST

UNIT_MAIN("lib/gateway/field",
          UNIT_LOOP(each_known_name_is_found_by_its_text, CADRE__FIELD_COUNT - 1),
          UNIT_LOOP(each_known_name_is_found_by_its_address, CADRE__FIELD_COUNT - 1),
          UNIT_LOOP(other_names_are_not_known, sizeof(unknown) / sizeof(unknown[0])),
          UNIT_CASE(the_first_and_the_end_of_the_table_are_no_names))
