/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/number.c: what test_scalars.c does not reach by its table. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/number.h"
#include "tests/unit/unit.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

START_TEST(doubles_go_to_text_and_back)
{
    uint64_t state = 0x9e3779b97f4a7c15;
    char text[32];

    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_random(&state);
        double number, back;
        memcpy(&number, &bits, sizeof(number));
        if (!isfinite(number))
            continue;
        cadre__real_to_text(number, i % 2 == 0, text);
        if (cadre__real_from_text(cadre_str_from(text), &back) != CADRE__NUMBER_OK ||
            back != number || strtod(text, NULL) != number)
            ck_abort_msg("%a is '%s'", number, text);
    }
}
END_TEST

START_TEST(texts_are_read_as_the_c_library_reads_them)
{
    uint64_t state = 88172645463325252;

    for (int i = 0; i < 100000; i++) {
        char text[80];
        double number;
        int digits = (int)(next_random(&state) % 30) + 1, n = 0;
        for (int k = 0; k < digits; k++)
            n +=
                snprintf(text + n, sizeof(text) - (size_t)n, "%s%d",
                         k == digits / 2 && i % 3 == 0 ? "." : "", (int)(next_random(&state) % 10));
        snprintf(text + n, sizeof(text) - (size_t)n, "e%d", (int)(next_random(&state) % 660) - 330);
        ck_assert_int_eq(cadre__real_from_text(cadre_str_from(text), &number), CADRE__NUMBER_OK);
        if (number != strtod(text, NULL))
            ck_abort_msg("%s is %a", text, number);
    }
}
END_TEST

START_TEST(very_long_numbers_are_read)
{
    size_t len = 100000;
    char *text = malloc(len + 8);
    struct cadre__integer integer;
    double number;

    memset(text, '1', len);
    ck_assert_int_eq(cadre__real_from_text((struct cadre_str){text, len}, &number),
                     CADRE__NUMBER_OK);
    ck_assert(isinf(number));
    ck_assert_int_eq(cadre__integer_from_text((struct cadre_str){text, len}, &integer),
                     CADRE__NUMBER_TOO_BIG);
    text[1] = '.';
    ck_assert_int_eq(cadre__real_from_text((struct cadre_str){text, len}, &number),
                     CADRE__NUMBER_OK);
    ck_assert(number == 1.1111111111111112);
    memset(text, '0', len);
    ck_assert_int_eq(cadre__integer_from_text((struct cadre_str){text, 4300}, &integer),
                     CADRE__NUMBER_OK);
    ck_assert_uint_eq(integer.magnitude, 0);
    ck_assert_int_eq(cadre__integer_from_text((struct cadre_str){text, 4301}, &integer),
                     CADRE__NUMBER_TOO_BIG);
    free(text);
}
END_TEST

START_TEST(comparisons_are_exact_where_doubles_are_not)
{
    struct cadre_constant edge = {.type = CADRE_CONSTANT_INT, .integer = INT64_MAX};
    struct cadre_constant top = {.type = CADRE_CONSTANT_UINT, .integer = UINT64_MAX};
    struct cadre_constant half = {.type = CADRE_CONSTANT_DOUBLE, .real = 0.5};
    struct cadre_constant minus = {.type = CADRE_CONSTANT_INT, .integer = (uint64_t)-3};

    ck_assert_int_eq(cadre__integer_compare((struct cadre__integer){false, INT64_MAX}, &edge), 0);
    ck_assert_int_lt(cadre__integer_compare((struct cadre__integer){false, INT64_MAX - 1}, &edge),
                     0);
    ck_assert_int_gt(
        cadre__integer_compare((struct cadre__integer){false, (uint64_t)INT64_MAX + 1}, &edge), 0);
    ck_assert_int_lt(cadre__integer_compare((struct cadre__integer){false, UINT64_MAX - 1}, &top),
                     0);
    ck_assert_int_gt(cadre__integer_compare((struct cadre__integer){false, 1}, &half), 0);
    ck_assert_int_lt(cadre__integer_compare((struct cadre__integer){true, 4}, &minus), 0);
    ck_assert_int_eq(cadre__integer_compare((struct cadre__integer){true, 3}, &minus), 0);
    /* 2^63 as a double is above INT64_MAX, though INT64_MAX as a double is not below it. */
    ck_assert_int_gt(cadre__real_compare(9223372036854775808.0, &edge), 0);
    ck_assert_int_gt(cadre__real_compare(18446744073709551616.0, &top), 0);
}
END_TEST

/* The order of a whole number and of a double with each constant. */
START_TEST(integers_and_doubles_are_compared_as_they_are)
{
    static const struct {
        bool negative;
        uint64_t integer;
        double real;
        int order; /* of the integer and the double */
    } cases[] = {
        {false, 9007199254740993, 9007199254740992.0, 1},
        {false, 9007199254740991, 9007199254740992.0, -1},
        {false, INT64_MAX, 9223372036854775808.0, -1},
        {true, (uint64_t)INT64_MAX + 1, -9223372036854775808.0, 0},
        {false, UINT64_MAX, 18446744073709551616.0, -1},
        {false, UINT64_MAX, (double)INFINITY, -1},
        {true, 1, (double)-INFINITY, 1},
        {false, 0, -0.0, 0},
        {true, 0, 0.0, 0},
        {false, 0, -0.5, 1},
        {false, 0, 0.5, -1},
        {true, 3, -3.5, 1},
        {true, 4, -3.5, -1},
        {false, 3, 3.5, -1},
        {false, 3, 1e-300, 1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cadre__integer integer = {cases[i].negative, cases[i].integer};
        struct cadre_constant real = {.type = CADRE_CONSTANT_DOUBLE, .real = cases[i].real};
        struct cadre_constant whole = {
            .type = integer.negative || integer.magnitude <= INT64_MAX ? CADRE_CONSTANT_INT
                                                                       : CADRE_CONSTANT_UINT,
            .integer = integer.negative ? 0 - integer.magnitude : integer.magnitude};
        ck_assert_msg(cadre__integer_compare(integer, &real) == cases[i].order, "case %zu", i);
        ck_assert_msg(cadre__real_compare(cases[i].real, &whole) == -cases[i].order, "case %zu", i);
        ck_assert_int_eq(cadre__integer_compare(integer, &whole), 0);
        ck_assert_int_eq(cadre__real_compare(cases[i].real, &real), 0);
    }
}
END_TEST

/* Mantissas and exponents of any length, of which one may undo the other. */
static const struct {
    const char *front;
    unsigned n_zeros; /* between front and back */
    const char *back;
} extremes[] = {
    {"1e999999999999999999999", 0, ""},
    {"-1e999999999999999999999", 0, ""},
    {"1e-999999999999999999999", 0, ""},
    {"-1e-999999999999999999999", 0, ""},
    {"0e999999999999999999999", 0, ""},
    {"-0.0e999999999999999999999", 0, ""},
    {"12345678901234567890123e999999999999999999999", 0, ""},
    {"12345678901234567890123e-999999999999999999999", 0, ""},
    {"1e2147483648", 0, ""},
    {"1e-2147483649", 0, ""},
    {"1e18446744073709551617", 0, ""},
    {"1e0", 300000, "5"},
    {"0.", 150000, "1e150001"},
    {"0.", 150000, "12345678901234567890123e150001"},
    {"0.", 99999, "5e100000"},
    {"0.", 150000, "e999999999999999999999"},
    {"1", 150000, "e-150000"},
    {"1", 150000, ".0e-150000"},
    {"17", 308, "e-308"},
};

START_TEST(exponents_of_any_length_are_read_as_the_c_library_reads_them)
{
    static char text[400000];
    double number = 7;

    strcpy(text, extremes[_i].front);
    size_t len = strlen(text);
    memset(text + len, '0', extremes[_i].n_zeros);
    strcpy(text + len + extremes[_i].n_zeros, extremes[_i].back);
    double wanted = strtod(text, NULL);
    ck_assert_int_eq(cadre__real_from_text(cadre_str_from(text), &number), CADRE__NUMBER_OK);
    ck_assert_msg(memcmp(&number, &wanted, sizeof(number)) == 0, "%.40s: %a, not %a", text, number,
                  wanted);
    number = cadre__real_from_json(cadre_str_from(text));
    ck_assert_msg(memcmp(&number, &wanted, sizeof(number)) == 0, "%.40s: %a, not %a", text, number,
                  wanted);
    struct cadre__integer integer = {false, 7};
    enum cadre__number_result result = cadre__integer_from_json(cadre_str_from(text), &integer);
    if (wanted == trunc(wanted) && fabs(wanted) < 1e18)
        ck_assert(result == CADRE__NUMBER_OK && (double)integer.magnitude == wanted);
    else
        ck_assert_int_ne(result, CADRE__NUMBER_OK);
}
END_TEST

UNIT_MAIN("model/number", UNIT_CASE(doubles_go_to_text_and_back),
          UNIT_CASE(texts_are_read_as_the_c_library_reads_them),
          UNIT_CASE(very_long_numbers_are_read),
          UNIT_CASE(comparisons_are_exact_where_doubles_are_not),
          UNIT_CASE(integers_and_doubles_are_compared_as_they_are),
          UNIT_LOOP(exponents_of_any_length_are_read_as_the_c_library_reads_them,
                    sizeof(extremes) / sizeof(extremes[0])))
