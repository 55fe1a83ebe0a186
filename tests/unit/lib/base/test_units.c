/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/units: tables of texts and values.
 */
#include "config.h"

#include "base/units.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/unit.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define MS          CADRE__NSEC_PER_MSEC
#define SEC         CADRE__NSEC_PER_SEC

static const struct {
    const char *text;
    int r;
    uint64_t value;
} sizes[] = {
    {"0", 0, 0},
    {"1", 0, 1},
    {"1500", 0, 1500},
    {"10b", 0, 10},
    {"64k", 0, 65536},
    {"64K", 0, 65536},
    {"64kb", 0, 65536},
    {"64KiB", 0, 65536},
    {"1m", 0, 1048576},
    {"2g", 0, UINT64_C(2) << 30},
    {"3T", 0, UINT64_C(3) << 40},
    {"007k", 0, 7168},
    {"9223372036854775807", 0, INT64_MAX},
    {"8388607t", 0, UINT64_C(8388607) << 40},
    {"9223372036854775808", -ERANGE, 0},
    {"8388608t", -ERANGE, 0},
    {"18446744073709551616", -ERANGE, 0},
    {"99999999999999999999999k", -ERANGE, 0},
    {"", -EINVAL, 0},
    {"k", -EINVAL, 0},
    {"-1", -EINVAL, 0},
    {"+1", -EINVAL, 0},
    {" 1", -EINVAL, 0},
    {"1 ", -EINVAL, 0},
    {"1 k", -EINVAL, 0},
    {"1.5k", -EINVAL, 0},
    {"64kk", -EINVAL, 0},
    {"64ki", -EINVAL, 0},
    {"64kbb", -EINVAL, 0},
    {"64bb", -EINVAL, 0},
    {"64bib", -EINVAL, 0},
    {"64ib", -EINVAL, 0},
    {"64x", -EINVAL, 0},
    {"64kibx", -EINVAL, 0},
    {"0x10", -EINVAL, 0},
    {"99999999999999999999999x", -EINVAL, 0},
};

START_TEST(sizes_parse)
{
    uint64_t value = 4711;
    ck_assert_msg(cadre__parse_size(sizes[_i].text, &value) == sizes[_i].r, "\"%s\"",
                  sizes[_i].text);
    ck_assert_uint_eq(value, sizes[_i].r == 0 ? sizes[_i].value : 4711);
}
END_TEST

static const struct {
    const char *text;
    int r;
    uint64_t value;
} durations[] = {
    {"0", 0, 0},
    {"0s", 0, 0},
    {"5", 0, 5 * SEC},
    {"1.5", 0, 1500 * MS},
    {"30s", 0, 30 * SEC},
    {"500ms", 0, 500 * MS},
    {"5m", 0, 300 * SEC},
    {"1h", 0, 3600 * SEC},
    {"1d", 0, 86400 * SEC},
    {"1m30s", 0, 90 * SEC},
    {"1d2h3m4s5ms6us7ns", 0, UINT64_C(93784) * SEC + 5 * MS + 6007},
    {"1.5s", 0, 1500 * MS},
    {"0.25h", 0, 900 * SEC},
    {"1.5ms", 0, 1500000},
    {"0.5ns", 0, 0},
    {"0.000000001s", 0, 1},
    {"0.0000000019s", 0, 1},
    {"0.1d", 0, 8640 * SEC},
    {"106751d", 0, UINT64_C(106751) * 86400 * SEC},
    {"9223372036854775807ns", 0, INT64_MAX},
    {"9223372036854775808ns", -ERANGE, 0},
    {"106752d", -ERANGE, 0},
    {"106751d24h", -ERANGE, 0},
    {"99999999999999999999", -ERANGE, 0},
    {"99999999999999999999s", -ERANGE, 0},
    {"", -EINVAL, 0},
    {"s", -EINVAL, 0},
    {"-1s", -EINVAL, 0},
    {"1 s", -EINVAL, 0},
    {" 1s", -EINVAL, 0},
    {"1s ", -EINVAL, 0},
    {"30s1m", -EINVAL, 0}, /* larger units first */
    {"1s1s", -EINVAL, 0},
    {"1m30", -EINVAL, 0}, /* a bare number only alone */
    {"1.s", -EINVAL, 0},
    {".5s", -EINVAL, 0},
    {"1..5s", -EINVAL, 0},
    {"1S", -EINVAL, 0},
    {"1min", -EINVAL, 0},
    {"1sec", -EINVAL, 0},
    {"1e3", -EINVAL, 0},
    {"99999999999999999999x", -EINVAL, 0},
};

START_TEST(durations_parse)
{
    uint64_t value = 4711;
    ck_assert_msg(cadre__parse_duration(durations[_i].text, &value) == durations[_i].r, "\"%s\"",
                  durations[_i].text);
    ck_assert_uint_eq(value, durations[_i].r == 0 ? durations[_i].value : 4711);
}
END_TEST

static const struct {
    const char *text;
    int r;
    int64_t value;
} numbers[] = {
    {"0", 0, 0},
    {"-0", 0, 0},
    {"42", 0, 42},
    {"-42", 0, -42},
    {"9223372036854775807", 0, INT64_MAX},
    {"-9223372036854775808", 0, INT64_MIN},
    {"9223372036854775808", -ERANGE, 0},
    {"-9223372036854775809", -ERANGE, 0},
    {"99999999999999999999999", -ERANGE, 0},
    {"", -EINVAL, 0},
    {"-", -EINVAL, 0},
    {"--1", -EINVAL, 0},
    {"+1", -EINVAL, 0},
    {"1x", -EINVAL, 0},
    {" 1", -EINVAL, 0},
    {"1 ", -EINVAL, 0},
    {"0x1", -EINVAL, 0},
    {"1.0", -EINVAL, 0},
};

START_TEST(numbers_parse)
{
    int64_t value = 4711;
    ck_assert_msg(cadre__parse_int64(numbers[_i].text, &value) == numbers[_i].r, "\"%s\"",
                  numbers[_i].text);
    ck_assert_int_eq(value, numbers[_i].r == 0 ? numbers[_i].value : 4711);
}
END_TEST

START_TEST(numbers_without_a_sign_reach_further)
{
    uint64_t value = 4711;
    ck_assert_int_eq(cadre__parse_uint64("18446744073709551615", &value), 0);
    ck_assert_uint_eq(value, UINT64_MAX);
    ck_assert_int_eq(cadre__parse_uint64("18446744073709551616", &value), -ERANGE);
    ck_assert_int_eq(cadre__parse_uint64("-1", &value), -EINVAL);
    ck_assert_uint_eq(value, UINT64_MAX);
}
END_TEST

static const struct {
    uint64_t value;
    const char *size, *duration;
} formats[] = {
    {0, "0", "0s"},
    {1, "1", "1ns"},
    {1024, "1k", "1us24ns"},
    {1500, "1500", "1us500ns"},
    {65536, "64k", "65us536ns"},
    {1048576, "1m", "1ms48us576ns"},
    {UINT64_C(5) << 40, "5t", "1h31m37s558ms138us880ns"},
    {90 * SEC, "87890625k", "1m30s"},
    {500 * MS, "500000000", "500ms"},
    {86400 * SEC, "84375000000k", "1d"},
    {INT64_MAX, "9223372036854775807", "106751d23h47m16s854ms775us807ns"},
};

START_TEST(values_format_to_the_shortest_text)
{
    char buf[CADRE__UNITS_TEXT_SIZE];
    ck_assert_str_eq(cadre__format_size(formats[_i].value, buf), formats[_i].size);
    ck_assert_str_eq(cadre__format_duration(formats[_i].value, buf), formats[_i].duration);
}
END_TEST

START_TEST(what_is_formatted_parses_to_the_same_value)
{
    char buf[CADRE__UNITS_TEXT_SIZE];
    uint64_t value = 1, back;
    for (int i = 0; i < 20000; i++) {
        value = value * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t v = value >> (1 + i % 63);
        if (i % 3 == 0)
            v = v / 1000000 * 1000000;
        if (i % 5 == 0)
            v &= ~UINT64_C(0xfffff);
        if (cadre__parse_size(cadre__format_size(v, buf), &back) != 0 || back != v)
            ck_abort_msg("size %llu became \"%s\"", (unsigned long long)v, buf);
        if (cadre__parse_duration(cadre__format_duration(v, buf), &back) != 0 || back != v)
            ck_abort_msg("duration %llu became \"%s\"", (unsigned long long)v, buf);
    }
    cadre__format_duration(UINT64_MAX, buf); /* fits */
    ck_assert_uint_lt(strlen(buf), sizeof(buf));
}
END_TEST

UNIT_MAIN("base/units", UNIT_LOOP(sizes_parse, ROWS(sizes)),
          UNIT_LOOP(durations_parse, ROWS(durations)), UNIT_LOOP(numbers_parse, ROWS(numbers)),
          UNIT_CASE(numbers_without_a_sign_reach_further),
          UNIT_LOOP(values_format_to_the_shortest_text, ROWS(formats)),
          UNIT_CASE(what_is_formatted_parses_to_the_same_value))
