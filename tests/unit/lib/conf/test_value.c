/* SPDX-License-Identifier: MIT */
/* One node as a value, and as text for messages. */
#include "conf/value.h"

#include <errno.h>
#include <math.h>

#include "tests/unit/lib/conf/world.h"

/* Trees with one node, which live until the case ends. */
static struct cadre__conf_builder *builder(void)
{
    struct cadre__conf_builder *b = cadre__conf_builder_new("");

    ck_assert_ptr_nonnull(b);
    return b;
}

static struct cadre__conf_tree *last;

static void free_last(void)
{
    cadre__conf_tree_free(last);
}

static const struct cadre_conf *finish(struct cadre__conf_builder *b)
{
    if (last == NULL)
        atexit(free_last);
    cadre__conf_tree_free(last);
    ck_assert_int_eq(cadre__conf_builder_finish(b, &last), 0);
    return cadre_conf_at(cadre__conf_tree_root(last), 0);
}

static const struct cadre_conf *string(const char *text)
{
    struct cadre__conf_builder *b = builder();

    cadre__conf_builder_string(b, "x", text, NULL);
    return finish(b);
}

static const struct cadre_conf *integer(int64_t value)
{
    struct cadre__conf_builder *b = builder();

    cadre__conf_builder_int(b, "x", value, NULL);
    return finish(b);
}

static const struct cadre_conf *real(double value)
{
    struct cadre__conf_builder *b = builder();

    cadre__conf_builder_float(b, "x", value, NULL);
    return finish(b);
}

START_TEST(durations_are_exact_or_refused)
{
    uint64_t ns = 0;

    ck_assert_int_eq(cadre__value_duration(integer(3), &ns), 0);
    ck_assert_uint_eq(ns, 3000000000);
    ck_assert_int_eq(cadre__value_duration(integer(-1), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(integer(INT64_MAX / 1000), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(real(0.25), &ns), 0);
    ck_assert_uint_eq(ns, 250000000);
    ck_assert_int_eq(cadre__value_duration(real(1e-10), &ns), 0);
    ck_assert_uint_eq(ns, 1); /* rounded up: never shorter than said */
    ck_assert_int_eq(cadre__value_duration(real(-0.5), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(real(1e300), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(real(INFINITY), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(real(NAN), &ns), -ERANGE);
    ck_assert_int_eq(cadre__value_duration(string("1m"), &ns), 0);
    ck_assert_uint_eq(ns, 60000000000);
    ck_assert_int_eq(cadre__value_duration(string(""), &ns), -EINVAL);
}
END_TEST

START_TEST(doubles_are_finite_or_refused)
{
    double value = 0;

    ck_assert_int_eq(cadre__value_double(string("-1.5e3"), &value), 0);
    ck_assert(value == -1500);
    ck_assert_int_eq(cadre__value_double(string("1e999"), &value), -ERANGE);
    ck_assert_int_eq(cadre__value_double(real(INFINITY), &value), -ERANGE);
    ck_assert_int_eq(cadre__value_double(string("nan"), &value), -EINVAL);
    ck_assert_int_eq(cadre__value_double(string("0x10"), &value), -EINVAL);
    ck_assert_int_eq(cadre__value_double(string(" 1"), &value), -EINVAL);
    ck_assert_int_eq(cadre__value_double(string(""), &value), -EINVAL);
}
END_TEST

START_TEST(modes_are_octal_digits_in_a_string)
{
    unsigned mode = 0;

    ck_assert_int_eq(cadre__value_mode(string("0640"), 0777, &mode), 0);
    ck_assert_uint_eq(mode, 0640);
    ck_assert_int_eq(cadre__value_mode(string("0"), 0777, &mode), 0);
    ck_assert_uint_eq(mode, 0);
    ck_assert_int_eq(cadre__value_mode(string("1000"), 0777, &mode), -ERANGE);
    ck_assert_int_eq(cadre__value_mode(string("777777777777777777777777"), 0777, &mode), -ERANGE);
    ck_assert_int_eq(cadre__value_mode(string("8"), 0777, &mode), -EINVAL);
    ck_assert_int_eq(cadre__value_mode(string(""), 0777, &mode), -EINVAL);
    ck_assert_int_eq(cadre__value_mode(string("-1"), 0777, &mode), -EINVAL);
    ck_assert_int_eq(cadre__value_mode(integer(640), 0777, &mode), -EINVAL);
}
END_TEST

static const struct {
    const char *text;
    size_t size;
    const char *quoted;
} quotes[] = {
    {"", 16, "\"\""},
    {"abc", 16, "\"abc\""},
    {"a\"b\\c", 16, "\"a\\\"b\\\\c\""},
    {"a\nb\t\r\f", 32, "\"a\\nb\\t\\r\\f\""},
    {"\x01\x7f", 16, "\"\\x01\\x7f\""},
    {"\xc3\xa4", 16, "\"\xc3\xa4\""},
    {"abcdefgh", 11, "\"abcdefgh\""}, /* just fits, with its NUL */
    {"abcdefgh", 10, "\"abcd...\""},  /* one too many */
    {"a\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 11, "\"a\xe2\x82\xac...\""}, /* no half of a sign */
    {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 8, "\"...\""},
};

START_TEST(text_is_quoted_and_cut_at_a_sign)
{
    char *buf = malloc(quotes[_i].size); /* so that a sanitizer sees a byte too many */
    const char *quoted = cadre__value_quoted(quotes[_i].text, buf, quotes[_i].size);

    ck_assert_str_eq(quoted, quotes[_i].quoted);
    ck_assert_uint_lt(strlen(quoted), quotes[_i].size);
    free(buf);
}
END_TEST

START_TEST(what_was_found_is_told_by_type)
{
    char buf[CADRE__CONF_FOUND_SIZE];
    struct cadre__conf_builder *b = builder();

    ck_assert_str_eq(cadre__value_found(string("x"), buf), "\"x\"");
    ck_assert_str_eq(cadre__value_found(integer(INT64_MIN), buf), "-9223372036854775808");
    ck_assert_str_eq(cadre__value_found(real(0.5), buf), "0.5");
    cadre__conf_builder_open(b, CADRE_CONF_LIST, "x", NULL);
    ck_assert_str_eq(cadre__value_found(finish(b), buf), "a list");
    b = builder();
    cadre__conf_builder_bool(b, "x", true, NULL);
    ck_assert_str_eq(cadre__value_found(finish(b), buf), "true");
}
END_TEST

UNIT_MAIN("conf/value", UNIT_CASE(durations_are_exact_or_refused),
          UNIT_CASE(doubles_are_finite_or_refused), UNIT_CASE(modes_are_octal_digits_in_a_string),
          UNIT_LOOP(text_is_quoted_and_cut_at_a_sign, sizeof(quotes) / sizeof(quotes[0])),
          UNIT_CASE(what_was_found_is_told_by_type))
