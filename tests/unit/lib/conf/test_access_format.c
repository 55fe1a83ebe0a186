/* SPDX-License-Identifier: MIT */
/* Patterns of the access log: what they become, and what is said of their mistakes. */
#include "conf/access_format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* The steps as text: texts in brackets, variables by number, names of fields behind them. */
static const char *steps_of(const struct cadre__access_format *format)
{
    static char text[4096];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < format->n_steps; i++) {
        const struct cadre__access_step *step = &format->steps[i];

        if (step->what == CADRE__ACCESS_TEXT)
            len += (size_t)sprintf(text + len, "[%.*s]", CADRE_STR_ARGS(step->text));
        else
            len += (size_t)sprintf(text + len, "%d%s%.*s.", step->what,
                                   step->text.len > 0 ? ":" : "", CADRE_STR_ARGS(step->text));
    }
    return text;
}

static struct cadre__access_format parse(const char *text)
{
    struct cadre__access_format format;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE] = "";

    ck_assert_msg(cadre__access_format_parse(text, false, &format, why) == 0, "%s: %s", text, why);
    return format;
}

static void becomes(const char *text, const char *steps)
{
    struct cadre__access_format format = parse(text);

    ck_assert_str_eq(steps_of(&format), steps);
    cadre__access_format_done(&format);
}

START_TEST(a_pattern_becomes_texts_and_variables)
{
    char expected[256];

    snprintf(expected, sizeof(expected), "[a ]%d.[ b]%d.", CADRE__ACCESS_STATUS, CADRE__ACCESS_PID);
    becomes("a $status b$pid", expected);
    snprintf(expected, sizeof(expected), "%d.%d.[x]", CADRE__ACCESS_STATUS, CADRE__ACCESS_STATUS);
    becomes("$status${status}x", expected);
    snprintf(expected, sizeof(expected), "[$5 $]%d.[$status]", CADRE__ACCESS_MSEC);
    becomes("$$5 $$$msec$$status", expected);
    snprintf(expected, sizeof(expected), "%d:user-agent.[-]%d:x-y.%d:etag.", CADRE__ACCESS_HTTP,
             CADRE__ACCESS_SENT_HTTP, CADRE__ACCESS_SENT_HTTP);
    becomes("$http_user_agent-$sent_http_X_Y${sent_http_etag}", expected);
}
END_TEST

START_TEST(fields_of_the_response_are_numbered)
{
    struct cadre__access_format format = parse("$sent_http_a $http_b $sent_http_c");

    ck_assert_uint_eq(format.n_sent, 2);
    ck_assert_uint_eq(format.steps[0].index, 0);
    ck_assert_uint_eq(format.steps[4].index, 1);
    ck_assert(cadre__access_format_uses(&format, CADRE__ACCESS_SENT_HTTP));
    ck_assert(!cadre__access_format_uses(&format, CADRE__ACCESS_QUEUE_TIME));
    ck_assert_uint_eq(format.text_len, 2);
    cadre__access_format_done(&format);
}
END_TEST

START_TEST(names_stand_for_patterns)
{
    struct cadre__access_format common = parse("common"), combined = parse("combined");
    struct cadre__access_format json = parse("json");

    ck_assert(!common.json && !combined.json && json.json);
    ck_assert_uint_lt(common.n_steps, combined.n_steps);
    ck_assert_int_eq(json.steps[0].text.ptr[0], '{');
    cadre__access_format_done(&common);
    cadre__access_format_done(&combined);
    cadre__access_format_done(&json);
}
END_TEST

START_TEST(escapes_are_asked_for)
{
    struct cadre__access_format format;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE];

    ck_assert_int_eq(cadre__access_format_parse("$status", true, &format, why), 0);
    ck_assert(format.json);
    cadre__access_format_done(&format);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} mistakes[] = {
    {"$statuss", "unknown variable \"$statuss\"; did you mean \"$status\"?"},
    {"$", "\"$\" begins no variable: write \"$$\" for a plain \"$\""},
    {"$ $status", "\"$ $status\" begins no variable: write \"$$\" for a plain \"$\""},
    {"${status", "\"${status\" begins no variable: write \"$$\" for a plain \"$\""},
    {"${}", "\"${}\" begins no variable: write \"$$\" for a plain \"$\""},
    {"${status-}", "\"${status-}\" begins no variable: write \"$$\" for a plain \"$\""},
    {"$completely_else", "unknown variable \"$completely_else\""},
    {"$http_", "unknown variable \"$http_\""},
    {"$sent_http_", "unknown variable \"$sent_http_\""},
    {"comon", "expected \"common\", \"combined\", \"json\" or a pattern with $variables, found "
              "\"comon\"; did you mean \"common\"?"},
    {"$$",
     "expected \"common\", \"combined\", \"json\" or a pattern with $variables, found \"$$\""},
    {"$status\n", "has a control character (0x0a): a line is one line"},
};

START_TEST(mistakes_are_named)
{
    struct cadre__access_format format;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE] = "";

    ck_assert_int_eq(cadre__access_format_parse(mistakes[_i].text, false, &format, why), -EINVAL);
    ck_assert_str_eq(why, mistakes[_i].why);
}
END_TEST

START_TEST(a_pattern_has_its_limits)
{
    char text[CADRE__ACCESS_FORMAT_MAX + 2];
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE];
    struct cadre__access_format format;

    memset(text, 'x', sizeof(text) - 1);
    memcpy(text, "$pid ", 5);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(cadre__access_format_parse(text, false, &format, why), -EINVAL);
    ck_assert_str_eq(why, "longer than 2048 bytes");
    text[CADRE__ACCESS_FORMAT_MAX] = '\0';
    ck_assert_int_eq(cadre__access_format_parse(text, false, &format, why), 0);
    cadre__access_format_done(&format);

    for (int i = 0; i < CADRE__ACCESS_VARIABLES_MAX; i++)
        memcpy(text + (ptrdiff_t)4 * i, "$pid", 5);
    ck_assert_int_eq(cadre__access_format_parse(text, false, &format, why), 0);
    ck_assert_uint_eq(format.n_steps, CADRE__ACCESS_VARIABLES_MAX);
    cadre__access_format_done(&format);
    strcat(text, "$pid");
    ck_assert_int_eq(cadre__access_format_parse(text, false, &format, why), -EINVAL);
    ck_assert_str_eq(why, "more than 64 variables");
}
END_TEST

UNIT_MAIN("conf/access_format", UNIT_CASE(a_pattern_becomes_texts_and_variables),
          UNIT_CASE(fields_of_the_response_are_numbered), UNIT_CASE(names_stand_for_patterns),
          UNIT_CASE(escapes_are_asked_for),
          UNIT_LOOP(mistakes_are_named, sizeof(mistakes) / sizeof(mistakes[0])),
          UNIT_CASE(a_pattern_has_its_limits))
