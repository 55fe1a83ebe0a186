/* SPDX-License-Identifier: MIT */
/* Durations from text and from numbers: what they are, or that they are none. */
#include "config.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "model/moment.h"

static const struct {
    const char *text;
    const char *wanted; /* as it is written; NULL: it is none */
} rows[] = {
    {"P1DT2H", "P1DT2H"},
    {"-P1D", "-P1D"},
    {"+PT1M", "PT1M"},
    {"P1Y", "P365D"},
    {"P1M", "P30D"},
    {"P1W", "P7D"},
    {"PT1.5S", "PT1.5S"},
    {"PT0.0000019S", "PT0.000002S"},
    {"PT90M", "PT1H30M"},
    {"1 day, 02:00:00", "P1DT2H"},
    {"2 days 01:00", "P2DT1H"},
    {"-1 day, 00:00:01", "-P1DT1S"},
    {"01:02:03", "PT1H2M3S"},
    {"01:02", "PT1H2M"},
    {"-01:02:03.5", "-PT1H2M3.5S"},
    {"P999999999D", "P999999999D"},
    {"P1000000000D", NULL},
    {"", NULL},
    {"P", NULL},
    {"PT", NULL},
    {"1", NULL},
    {"P1", NULL},
    {"P1H", NULL},
    {"PT1D", NULL},
    {"1 day", "P1D"},
    {"01:60:00", NULL},
    {"x", NULL},
    {"P99999999999999999999D", NULL},
};

START_TEST(a_text_is_a_duration_or_none)
{
    struct cadre_duration duration;
    char text[CADRE_VALUE_TEXT_MAX] = "none";
    const char *why = cadre__duration_parse(cadre_str_from(rows[_i].text), &duration);

    if (!why)
        cadre_duration_format(&duration, text);
    ck_assert_msg((why != NULL) == (rows[_i].wanted == NULL), "%s: %s", rows[_i].text,
                  why ? why : text);
    if (!why)
        ck_assert_str_eq(text, rows[_i].wanted);
}
END_TEST

static const struct {
    const char *number, *wanted;
} numbers[] = {
    {"0", "PT0S"},
    {"-0.0", "PT0S"},
    {"1", "PT1S"},
    {"-0.5", "-PT0.5S"},
    {"86400", "P1D"},
    {"1e3", "PT16M40S"},
    {"0.000001", "PT0.000001S"},
    {"1e300", NULL},
    {"1e999", NULL},
    {"86399999913600", "P999999999D"},
};

START_TEST(a_number_is_so_many_seconds)
{
    struct cadre_duration duration;
    char text[CADRE_VALUE_TEXT_MAX] = "none";
    const char *why = cadre__duration_from_number(cadre_str_from(numbers[_i].number), &duration);

    if (!why)
        cadre_duration_format(&duration, text);
    ck_assert_msg((why != NULL) == (numbers[_i].wanted == NULL), "%s: %s", numbers[_i].number,
                  why ? why : text);
    if (!why)
        ck_assert_str_eq(text, numbers[_i].wanted);
}
END_TEST

UNIT_MAIN("model/duration", UNIT_LOOP(a_text_is_a_duration_or_none, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(a_number_is_so_many_seconds, sizeof(numbers) / sizeof(numbers[0])))
