/* SPDX-License-Identifier: MIT */
/* The getters that modules use, <cadre/conf.h>, with what they log. */
#include "config.h"

#include <cadre/conf.h>

#include <errno.h>
#include <sys/mman.h>

#include "base/log.h"
#include "tests/unit/lib/conf/world.h"

static int log_fd = -1;

/* The settings of a module in a conf. */
static const struct cadre_conf *settings(struct good *good, const char *text)
{
    const struct cadre__log_options options = {.level = CADRE_LOG_INFO, .role = "test"};
    struct cadre__log_options with_fd = options;
    char conf[4096];

    log_fd = memfd_create("log", MFD_CLOEXEC);
    with_fd.fd = log_fd;
    ck_assert_int_eq(cadre__log_open(&with_fd), 0);
    snprintf(conf, sizeof(conf), LISTEN "module: { m: { file = \"m.so\"; settings: {\n%s\n}; }; };",
             text);
    *good = good_of(conf);
    return good->conf->module[0].settings;
}

/* The last line that was logged, from its text on, with the folder left out; "" for none. */
static const char *logged(void)
{
    static char text[8192];
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);
    char *line, *at;

    ck_assert_int_eq(ftruncate(log_fd, 0), 0);
    lseek(log_fd, 0, SEEK_SET);
    if (n <= 0)
        return "";
    text[n - 1] = '\0';
    line = strrchr(text, '\n');
    line = line == NULL ? text : line + 1;
    at = strstr(line, world());
    return at == NULL ? line : at + strlen(world()) + 1;
}

START_TEST(what_is_absent_has_its_fallback)
{
    struct good good;
    const struct cadre_conf *s = settings(&good, "");
    const char *string;
    int64_t integer;
    uint64_t number;
    double real;
    bool truth;

    ck_assert_int_eq(cadre_conf_string(s, "x", "fall", &string), 0);
    ck_assert_str_eq(string, "fall");
    ck_assert_int_eq(cadre_conf_string(s, "x", NULL, &string), 0);
    ck_assert_ptr_null(string);
    ck_assert_int_eq(cadre_conf_int(s, "x", -3, &integer), 0);
    ck_assert_int_eq(integer, -3);
    ck_assert_int_eq(cadre_conf_int_between(s, "x", 99, 1, 2, &integer), 0);
    ck_assert_int_eq(integer, 99);
    ck_assert_int_eq(cadre_conf_double(s, "x", 0.5, &real), 0);
    ck_assert(real == 0.5);
    ck_assert_int_eq(cadre_conf_bool(s, "x", true, &truth), 0);
    ck_assert(truth);
    ck_assert_int_eq(cadre_conf_size(s, "x", 7, &number), 0);
    ck_assert_uint_eq(number, 7);
    ck_assert_int_eq(cadre_conf_duration_ms(s, "x", 8, &number), 0);
    ck_assert_uint_eq(number, 8);
    ck_assert_int_eq(cadre_conf_int(NULL, "x", 4, &integer), 0);
    ck_assert_int_eq(integer, 4);
    ck_assert_str_eq(logged(), "");
    good_done(&good);
}
END_TEST

START_TEST(what_is_there_is_read_with_its_unit)
{
    struct good good;
    const struct cadre_conf *s = settings(
        &good, "s = \"text\"; i = -5; big = 5000000000; f = 1.5; q = \"42\"; t = true; "
               "tq = \"FALSE\"; size = \"64k\"; bytes = 10; d = \"1m30s\"; ds = 2; df = 0.25; "
               "dus = \"1500us\"; l = (1, \"2\")");
    const char *string;
    int64_t integer;
    uint64_t number;
    double real;
    bool truth;

    ck_assert_int_eq(cadre_conf_string(s, "s", NULL, &string), 0);
    ck_assert_str_eq(string, "text");
    ck_assert_int_eq(cadre_conf_int(s, "i", 0, &integer), 0);
    ck_assert_int_eq(integer, -5);
    ck_assert_int_eq(cadre_conf_int(s, "big", 0, &integer), 0);
    ck_assert_int_eq(integer, 5000000000);
    ck_assert_int_eq(cadre_conf_int(s, "q", 0, &integer), 0);
    ck_assert_int_eq(integer, 42);
    ck_assert_int_eq(cadre_conf_double(s, "f", 0, &real), 0);
    ck_assert(real == 1.5);
    ck_assert_int_eq(cadre_conf_double(s, "i", 0, &real), 0);
    ck_assert(real == -5);
    ck_assert_int_eq(cadre_conf_bool(s, "t", false, &truth), 0);
    ck_assert(truth);
    ck_assert_int_eq(cadre_conf_bool(s, "tq", true, &truth), 0);
    ck_assert(!truth);
    ck_assert_int_eq(cadre_conf_size(s, "size", 0, &number), 0);
    ck_assert_uint_eq(number, 65536);
    ck_assert_int_eq(cadre_conf_size(s, "bytes", 0, &number), 0);
    ck_assert_uint_eq(number, 10);
    ck_assert_int_eq(cadre_conf_duration_ms(s, "d", 0, &number), 0);
    ck_assert_uint_eq(number, 90000);
    ck_assert_int_eq(cadre_conf_duration_ms(s, "ds", 0, &number), 0);
    ck_assert_uint_eq(number, 2000);
    ck_assert_int_eq(cadre_conf_duration_ms(s, "df", 0, &number), 0);
    ck_assert_uint_eq(number, 250);
    ck_assert_int_eq(cadre_conf_duration_ms(s, "dus", 0, &number), 0);
    ck_assert_uint_eq(number, 2); /* never shorter than said */
    ck_assert_int_eq(cadre_conf_int(cadre_conf_at(cadre_conf_get(s, "l"), 1), NULL, 0, &integer),
                     0);
    ck_assert_int_eq(integer, 2);
    ck_assert_str_eq(logged(), "");
    good_done(&good);
}
END_TEST

START_TEST(what_does_not_fit_is_logged_with_its_place)
{
    struct good good;
    const struct cadre_conf *s =
        settings(&good, "s = 5;\ni = \"five\";\nb = 1;\nf = \"1,5\";\nz = -1;\nd = \"2 weeks\";\n"
                        "l = (true);\ng: {};");
    const char *string = "kept";
    int64_t integer = 77;
    uint64_t number = 78;
    double real = 79;
    bool truth = true;

    ck_assert_int_eq(cadre_conf_string(s, "s", NULL, &string), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:3: s: expected a string, found 5");
    ck_assert_int_eq(cadre_conf_int(s, "i", 0, &integer), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:4: i: expected a whole number, found \"five\"");
    ck_assert_int_eq(cadre_conf_bool(s, "b", false, &truth), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:5: b: expected true or false, found 1");
    ck_assert_int_eq(cadre_conf_double(s, "f", 0, &real), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:6: f: expected a number, found \"1,5\"");
    ck_assert_int_eq(cadre_conf_size(s, "z", 0, &number), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:7: z: expected a size (\"64k\", \"1m\", a number of "
                               "bytes), found -1");
    ck_assert_int_eq(cadre_conf_duration_ms(s, "d", 0, &number), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:8: d: expected a duration (\"500ms\", \"30s\", a number "
                               "of seconds), found \"2 weeks\"");
    ck_assert_int_eq(cadre_conf_int(cadre_conf_at(cadre_conf_get(s, "l"), 0), NULL, 0, &integer),
                     -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:9: expected a whole number, found true");
    ck_assert_int_eq(cadre_conf_string(s, "g", NULL, &string), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:10: g: expected a string, found a group");
    ck_assert_int_eq(cadre_conf_int_between(s, "z", 5, 1, 9, &integer), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:7: z: expected a whole number from 1 to 9, found -1");
    ck_assert_str_eq(string, "kept");
    ck_assert_int_eq(integer, 77);
    ck_assert_uint_eq(number, 78);
    ck_assert(real == 79 && truth);
    good_done(&good);
}
END_TEST

START_TEST(unknown_settings_are_named_with_the_nearest)
{
    static const char *const names[] = {"greeting", "color", NULL};
    struct good good;
    const struct cadre_conf *s = settings(&good, "color = 1;");

    ck_assert_int_eq(cadre_conf_only(s, names), 0);
    ck_assert_int_eq(cadre_conf_only(NULL, names), 0);
    good_done(&good);
    s = settings(&good, "colour = 1;\ngreeting = 2;");
    ck_assert_int_eq(cadre_conf_only(s, names), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:3: unknown setting \"colour\"; did you mean \"color\"?");
    good_done(&good);
    s = settings(&good, "x1y2z3 = 1;");
    ck_assert_int_eq(cadre_conf_only(s, names), -EINVAL);
    ck_assert_str_eq(logged(), "cadre.conf:3: unknown setting \"x1y2z3\"");
    good_done(&good);
}
END_TEST

START_TEST(a_long_string_is_cut_in_the_message)
{
    struct good good;
    char many[501];
    char text[600];
    const struct cadre_conf *s;
    int64_t integer;
    const char *line;

    for (int i = 0; i < 500; i++)
        many[i] = i % 2 == 0 ? '\xc3' : '\xa4';
    many[500] = '\0';
    snprintf(text, sizeof(text), "i = \"%s\"", many);
    s = settings(&good, text);
    ck_assert_int_eq(cadre_conf_int(s, "i", 0, &integer), -EINVAL);
    line = logged();
    ck_assert_ptr_nonnull(strstr(line, "...\""));
    ck_assert_uint_lt(strlen(line), 400);
    good_done(&good);
}
END_TEST

UNIT_MAIN("conf/get", UNIT_CASE(what_is_absent_has_its_fallback),
          UNIT_CASE(what_is_there_is_read_with_its_unit),
          UNIT_CASE(what_does_not_fit_is_logged_with_its_place),
          UNIT_CASE(unknown_settings_are_named_with_the_nearest),
          UNIT_CASE(a_long_string_is_cut_in_the_message))
