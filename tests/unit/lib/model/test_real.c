/* SPDX-License-Identifier: MIT */
/* Doubles and their text: exact in both ways. libc, which is, is the judge. */
#include "config.h"

#include "tests/unit/unit.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/real.h"

/* Reads a JSON number. Whether it is within doubles. */
static bool read_text(const char *text, double *ret)
{
    struct cadre__json json = {.at = text, .begin = text, .end = text + strlen(text)};
    struct cadre__json_number number;

    ck_assert_int_eq(cadre__json_number(&json, &number), 0);
    ck_assert_ptr_eq(json.at, json.end);
    return cadre__real_from_number(&number, ret);
}

static const char *format(double number)
{
    static char buf[CADRE__REAL_TEXT_MAX + 1];

    memset(buf, 'x', sizeof(buf));
    size_t n = cadre__real_format(number, buf);
    ck_assert_uint_le(n, 25);
    buf[n] = '\0';
    return buf;
}

static uint64_t bits_of(double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

/* The same numbers at each run. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The digits of a text, without sign, point, exponent and zeros at the ends. */
static size_t significant(const char *text)
{
    char digits[64];
    size_t n = 0;

    for (; *text && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9' && (n > 0 || *text > '0'))
            digits[n++] = *text;
    }
    while (n > 0 && digits[n - 1] == '0')
        n--;
    return n;
}

START_TEST(texts_give_the_nearest_double)
{
    static const char *const texts[] = {
        "0",
        "0.0",
        "-0",
        "-0.0",
        "0e5",
        "1",
        "-1",
        "1.5",
        "123456789",
        "0.1",
        "0.2",
        "0.3",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.0",
        "9007199254740994.999",
        "4503599627370497.5",
        "8.5e15",
        "1e308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "2.225073858507201e-308",
        "4.9e-324",
        "5e-324",
        "2.5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-323",
        "7e-324",
        "1e-400",
        "1e-5000000000",
        "0.000001",
        "123e-7",
        "6929495644600919.5",
        "3.7455744005952583e15",
        "9999999999999999999",
        "99999999999999999999",
        "1234567890123456789012345678901234567890",
        "0.1000000000000000055511151231257827021181583404541015625",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "18446744073709551616",
        "5.0e-324",
        "1448997445238699",
        "0.500000000000000166533453693773",
        "104110013277974872254e-225",
        "5708990770823838890407843763683279797179383808",
        "1e0000000000000000000000000000000000001",
        "2.2250738585072012e-308",
        "7.3177701707893310e+15",
        "1.448997445238699",
        "6.8985865317742005e-310",
        "2.2250738585072013830902327173324040642192159804623318306e-308",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double got = -1, want = strtod(texts[i], NULL);
        ck_assert_msg(read_text(texts[i], &got), "%s", texts[i]);
        ck_assert_msg(bits_of(got) == bits_of(want), "%s: %.17g, not %.17g", texts[i], got, want);
    }
}
END_TEST

START_TEST(what_is_beyond_doubles_is_told)
{
    static const char *const texts[] = {"1e309",
                                        "-1e309",
                                        "1.7976931348623159e308",
                                        "1e400",
                                        "1e5000000000",
                                        "123456789012345678901234567890e300",
                                        "9999999999999999999e290"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double got = 7;
        ck_assert_msg(!read_text(texts[i], &got), "%s", texts[i]);
        ck_assert(got == 7);
    }
}
END_TEST

START_TEST(texts_are_as_people_know_them)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {12.5, "12.5"},
        {100, "100.0"},
        {0.001, "0.001"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {0.00012345, "0.00012345"},
        {1.25e-7, "1.25e-07"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {9999999999999998, "9999999999999998.0"},
        {1.5e16, "1.5e+16"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {1e100, "1e+100"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {2.0 / 3, "0.6666666666666666"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {4.9406564584124654e-324, "5e-324"},
        {9007199254740992.0, "9007199254740992.0"},
        {9007199254740993.0, "9007199254740992.0"},
        {123456.789, "123456.789"},
        {5e-324, "5e-324"},
        {2e-323, "2e-323"},
        {-273.15, "-273.15"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(format(cases[i].number), cases[i].text);
}
END_TEST

static void check_both_ways(double number)
{
    double back = 0;
    char shorter[64];
    const char *text = format(number);

    ck_assert_msg(read_text(text, &back), "%s", text);
    ck_assert_msg(bits_of(back) == bits_of(number), "%.17g is written %s", number, text);
    ck_assert_msg(bits_of(strtod(text, NULL)) == bits_of(number), "%.17g is written %s", number,
                  text);
    /* There is none shorter, and of those of that length none is nearer. */
    size_t n = significant(text);
    if (n > 1) {
        snprintf(shorter, sizeof(shorter), "%.*e", (int)n - 2, number);
        ck_assert_msg(bits_of(strtod(shorter, NULL)) != bits_of(number), "%s is longer than %s",
                      text, shorter);
    }
    if (n < 17 && number != 0) {
        snprintf(shorter, sizeof(shorter), "%.*e", (int)n - 1, number);
        double same = strtod(shorter, NULL);
        if (bits_of(same) == bits_of(number))
            ck_assert_msg(strtold(shorter, NULL) == strtold(text, NULL), "%s is not as near as %s",
                          text, shorter);
    }
}

START_TEST(all_kinds_of_doubles_go_both_ways)
{
    uint64_t state = UINT64_C(0x2545f4914f6cdd1d);

    for (unsigned i = 0; i < 200000; i++) {
        uint64_t bits = next_random(&state);
        double number;
        memcpy(&number, &bits, sizeof(number));
        if (isfinite(number))
            check_both_ways(number);
        check_both_ways((double)(int64_t)(bits >> (i % 64)) / 100);
        check_both_ways((double)(bits >> 11) / 9007199254740992.0);
    }
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        check_both_ways(ldexp(1, exponent));
        check_both_ways(nextafter(ldexp(1, exponent), 0));
        check_both_ways(nextafter(ldexp(1, exponent), INFINITY));
    }
}
END_TEST

START_TEST(texts_of_any_length_give_what_libc_gives)
{
    uint64_t state = 88172645463325252;

    for (unsigned i = 0; i < 300000; i++) {
        char text[96];
        double got;
        uint64_t digits = next_random(&state) >> (next_random(&state) % 64);
        int exponent = (int)(next_random(&state) % 700) - 350;
        snprintf(text, sizeof(text), "%" PRIu64 "e%d", digits, exponent);
        double want = strtod(text, NULL);
        ck_assert_msg(read_text(text, &got) == isfinite(want), "%s", text);
        if (isfinite(want))
            ck_assert_msg(bits_of(got) == bits_of(want), "%s: %.17g, not %.17g", text, got, want);
        snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64, digits >> 32, digits);
        ck_assert(read_text(text, &got));
        ck_assert_msg(bits_of(got) == bits_of(strtod(text, NULL)), "%s", text);
    }
}
END_TEST

/* Numbers half way between two doubles, written whole: the even one is right. */
START_TEST(halves_go_to_the_even_one)
{
    uint64_t state = 1234567;

    for (unsigned i = 0; i < 20000; i++) {
        double number = ldexp((double)(next_random(&state) >> 11), (int)(i % 12) - 1), got;
        char text[64];
        long double half = ((long double)number + (long double)nextafter(number, INFINITY)) / 2;
        snprintf(text, sizeof(text), "%.4Lf", half);
        ck_assert(read_text(text, &got));
        ck_assert_msg(bits_of(got) == bits_of(strtod(text, NULL)), "%s", text);
    }
}
END_TEST

START_TEST(whole_numbers_are_written)
{
    static const uint64_t numbers[] = {
        0,         1,     9,     10,    99,     100,        999,        1000,
        9999,      10000, 12345, 99999, 100000, UINT32_MAX, 9999999999, UINT64_MAX - 1,
        UINT64_MAX};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char want[32], got[CADRE__REAL_TEXT_MAX + 1];
        snprintf(want, sizeof(want), "%" PRIu64, numbers[i]);
        got[cadre__unsigned_format(numbers[i], got)] = '\0';
        ck_assert_str_eq(got, want);
    }
}
END_TEST

UNIT_MAIN("model/real", UNIT_CASE(texts_give_the_nearest_double),
          UNIT_CASE(what_is_beyond_doubles_is_told), UNIT_CASE(texts_are_as_people_know_them),
          UNIT_CASE(all_kinds_of_doubles_go_both_ways),
          UNIT_CASE(texts_of_any_length_give_what_libc_gives), UNIT_CASE(halves_go_to_the_even_one),
          UNIT_CASE(whole_numbers_are_written))
