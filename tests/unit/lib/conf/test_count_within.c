/* SPDX-License-Identifier: MIT */
/*
 * Tests of conf/count_within: "5 in 60s".
 */
#include "config.h"

#include "conf/count_within.h"

#include <errno.h>

#include "base/clock.h"
#include "tests/unit/unit.h"

static const struct {
    const char *text;
    int r;
    unsigned count;
    uint64_t seconds;
} texts[] = {
    {"5 in 60s", 0, 5, 60},        {"1 in 1s", 0, 1, 1},
    {"100 in 1d", 0, 100, 86400},  {"3  in\t1m30s", 0, 3, 90},
    {"3 in 60", 0, 3, 60},         {"", -EINVAL, 0, 0},
    {"5", -EINVAL, 0, 0},          {"5 in", -EINVAL, 0, 0},
    {"5in60s", -EINVAL, 0, 0},     {"5 im 60s", -EINVAL, 0, 0},
    {"5 inn 60s", -EINVAL, 0, 0},  {" 5 in 60s", -EINVAL, 0, 0},
    {"5 in 60s ", -EINVAL, 0, 0},  {"five in 60s", -EINVAL, 0, 0},
    {"-5 in 60s", -EINVAL, 0, 0},  {"12345678901234567 in 60s", -EINVAL, 0, 0},
    {"0 in 60s", -ERANGE, 0, 0},   {"101 in 60s", -ERANGE, 0, 0},
    {"5 in 999ms", -ERANGE, 0, 0}, {"5 in 25h", -ERANGE, 0, 0},
};

START_TEST(it_is_parsed_or_refused)
{
    struct cadre__count_within rule = {.count = 77};
    int r = cadre__count_within_parse(texts[_i].text, &rule);

    ck_assert_msg(r == texts[_i].r, "\"%s\": %d", texts[_i].text, r);
    ck_assert_uint_eq(rule.count, r == 0 ? texts[_i].count : 77);
    if (r == 0)
        ck_assert_uint_eq(rule.window_ns, texts[_i].seconds * CADRE__NSEC_PER_SEC);
}
END_TEST

UNIT_MAIN("conf/count_within", UNIT_LOOP(it_is_parsed_or_refused, sizeof(texts) / sizeof(texts[0])))
