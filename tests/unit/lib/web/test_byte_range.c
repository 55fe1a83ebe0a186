/* SPDX-License-Identifier: MIT */
/* The field Range (web/byte_range.c), by the table of RFC 9110 §14. */
#include "config.h"

#include "base/str.h"
#include "tests/unit/unit.h"
#include "web/byte_range.h"

#include <inttypes.h>

static const struct {
    const char *field;
    uint64_t size;
    const char *wanted; /* "offset+len" each; "-": ignored; "416" */
} rows[] = {
    {"bytes=0-499", 10000, "0+500"},
    {"bytes=500-999", 10000, "500+500"},
    {"bytes=-500", 10000, "9500+500"},
    {"bytes=9500-", 10000, "9500+500"},
    {"bytes=0-0,-1", 10000, "0+1 9999+1"},
    {"bytes= 0-0 ,\t500-999 , -1", 10000, "0+1 500+500 9999+1"},
    {"bytes=,0-0,,", 10, "0+1"},
    {"BYTES=0-0", 10, "0+1"},
    {"bytes=0-99999", 10, "0+10"},
    {"bytes=-99999", 10, "0+10"},
    {"bytes=9-", 10, "9+1"},
    {"bytes=0-18446744073709551615", 10, "0+10"},
    {"bytes=0-99999999999999999999999", 10, "0+10"},
    {"bytes=5-99999999999999999999999", UINT64_MAX, "5+18446744073709551610"},
    {"bytes=-0", 10, "416"},
    {"bytes=10-", 10, "416"},
    {"bytes=10-20", 10, "416"},
    {"bytes=99999999999999999999999-", 10, "416"},
    {"bytes=20-30,-0", 10, "416"},
    {"bytes=0-", 0, "416"},
    {"bytes=-5", 0, "416"},
    {"bytes=20-30,1-2", 10, "1+2"},
    {"bytes=5-6,1-2", 10, "5+2 1+2"}, /* in the order that was asked for */
    {"bytes=1-3,2-5", 10, "1+5"},
    {"bytes=2-5,1-3", 10, "1+5"},
    {"bytes=0-4,5-9", 10, "0+10"},
    {"bytes=0-9,2-3,5-6", 10, "0+10"},
    {"bytes=8-9,0-1,0-2", 10, "0+3 8+2"},
    {"bytes=2-1", 10, "-"},
    {"bytes=0-0,2-1", 10, "-"},
    {"bytes=", 10, "-"},
    {"bytes=,", 10, "-"},
    {"bytes", 10, "-"},
    {"bytes=-", 10, "-"},
    {"bytes=a-b", 10, "-"},
    {"bytes=1", 10, "-"},
    {"bytes=1-2-3", 10, "-"},
    {"bytes=1-2 3-4", 10, "-"},
    {"bytes=--1", 10, "-"},
    {"bytes=+1-2", 10, "-"},
    {"bytes=1 -2", 10, "-"},
    {"bytes =0-0", 10, "-"},
    {"items=0-1", 10, "-"},
    {"", 10, "-"},
};

START_TEST(ranges_are_read)
{
    struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX];
    struct cadre__buf out;
    size_t n = 0;

    cadre__buf_init(&out);
    switch (cadre__byte_ranges_parse(cadre_str_from(rows[_i].field), rows[_i].size, ranges, &n)) {
    case CADRE__RANGES_IGNORED:
        cadre__buf_puts(&out, "-");
        break;
    case CADRE__RANGES_UNSATISFIABLE:
        cadre__buf_puts(&out, "416");
        break;
    case CADRE__RANGES_FOUND:
        for (size_t i = 0; i < n; i++)
            cadre__buf_printf(&out, "%s%" PRIu64 "+%" PRIu64, i > 0 ? " " : "", ranges[i].offset,
                              ranges[i].len);
    }
    ck_assert_str_eq(cadre__buf_text(&out), rows[_i].wanted);
    cadre__buf_done(&out);
}
END_TEST

START_TEST(who_asks_for_very_many_gets_all)
{
    struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX];
    struct cadre__buf field;
    size_t n = 0;

    cadre__buf_init(&field);
    cadre__buf_puts(&field, "bytes=");
    for (int i = 0; i < CADRE__BYTE_RANGES_MAX; i++)
        cadre__buf_printf(&field, "%d-%d,", i * 2, i * 2);
    ck_assert_int_eq(cadre__byte_ranges_parse(cadre__buf_str(&field), 1000, ranges, &n),
                     CADRE__RANGES_FOUND);
    ck_assert_uint_eq(n, CADRE__BYTE_RANGES_MAX);
    cadre__buf_puts(&field, "900-900");
    ck_assert_int_eq(cadre__byte_ranges_parse(cadre__buf_str(&field), 1000, ranges, &n),
                     CADRE__RANGES_IGNORED);
    cadre__buf_done(&field);
}
END_TEST

UNIT_MAIN("web/byte_range", UNIT_LOOP(ranges_are_read, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(who_asks_for_very_many_gets_all))
