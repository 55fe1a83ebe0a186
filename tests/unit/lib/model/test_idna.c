/* SPDX-License-Identifier: MIT */
/* Names of domains beyond ASCII (model/idna.c). */
#include "config.h"

#include "model/idna.h"

#include <errno.h>

#include "tests/unit/unit.h"

START_TEST(ascii_is_told_from_what_is_not)
{
    ck_assert(cadre__is_ascii(CADRE_STR("")));
    ck_assert(cadre__is_ascii(CADRE_STR("a\x7f.example")));
    ck_assert(!cadre__is_ascii(CADRE_STR("a\x80")));
}
END_TEST

START_TEST(without_the_library_no_name_is_translated)
{
    struct cadre__buf out;
    const char *why;

    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__idna_to_ascii(CADRE_STR("b\xc3\xbc.de"), &out, &why), -EOPNOTSUPP);
    ck_assert_int_eq(cadre__idna_to_unicode(CADRE_STR("xn--b-xga.de"), &out, &why), -EOPNOTSUPP);
    ck_assert_uint_eq(out.len, 0);
    cadre__buf_done(&out);
}
END_TEST

#ifdef HAVE_IDN2

static const struct {
    const char *name, *ascii, *unicode; /* ascii NULL: it is no name */
} names[] = {
    {"b\xc3\xbc"
     "cher.example",
     "xn--bcher-kva.example",
     "b\xc3\xbc"
     "cher.example"},
    {"B\xc3\x9c"
     "CHER.Example",
     "xn--bcher-kva.example",
     "b\xc3\xbc"
     "cher.example"},
    {"fa\xc3\x9f.de", "xn--fa-hia.de", "fa\xc3\x9f.de"},
    {"xn--bcher-kva.example", "xn--bcher-kva.example",
     "b\xc3\xbc"
     "cher.example"},
    {"ex\xe3\x80\x82"
     "ample",
     "ex.ample", "ex.ample"},
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.jp", "xn--wgv71a119e.jp",
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.jp"},
    {"xn--a", NULL, NULL},               /* no punycode */
    {"\xff.de", NULL, NULL},             /* no UTF-8 */
    {"a\xe2\x80\x8d", NULL, NULL},       /* a joiner that joins nothing */
    {"-\xc3\xbc.de", NULL, NULL},        /* a hyphen in front */
    {"\xf0\x9f\x92\xa9.la", NULL, NULL}, /* no letter */
};

START_TEST(a_name_is_what_is_looked_up_and_what_people_read)
{
    struct cadre__buf ascii, unicode;
    const char *why = NULL;

    cadre__idna_load();
    cadre__idna_load();
    cadre__buf_init(&ascii);
    cadre__buf_init(&unicode);
    cadre__buf_puts(&ascii, "http://");
    int r = cadre__idna_to_ascii(cadre_str_from(names[_i].name), &ascii, &why);
    ck_assert_int_eq(r, names[_i].ascii ? 0 : -EINVAL);
    if (r < 0) {
        ck_assert_ptr_nonnull(why);
        ck_assert_str_eq(cadre__buf_text(&ascii), "http://");
    } else {
        ck_assert_str_eq(cadre__buf_text(&ascii) + 7, names[_i].ascii);
        ck_assert_int_eq(cadre__idna_to_unicode(cadre_str_from(names[_i].ascii), &unicode, &why),
                         0);
        ck_assert_str_eq(cadre__buf_text(&unicode), names[_i].unicode);
    }
    cadre__buf_done(&ascii);
    cadre__buf_done(&unicode);
}
END_TEST

START_TEST(a_name_with_a_nul_is_none)
{
    struct cadre__buf out;
    const char *why = NULL;

    cadre__idna_load();
    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__idna_to_ascii(CADRE_STR("\xc3\xbc\0.de"), &out, &why), -EINVAL);
    ck_assert_ptr_nonnull(why);
    ck_assert_uint_eq(out.len, 0);
    cadre__buf_done(&out);
}
END_TEST

UNIT_MAIN("model/idna", UNIT_CASE(ascii_is_told_from_what_is_not),
          UNIT_CASE(without_the_library_no_name_is_translated),
          UNIT_LOOP(a_name_is_what_is_looked_up_and_what_people_read,
                    sizeof(names) / sizeof(names[0])),
          UNIT_CASE(a_name_with_a_nul_is_none))

#else

UNIT_MAIN("model/idna", UNIT_CASE(ascii_is_told_from_what_is_not),
          UNIT_CASE(without_the_library_no_name_is_translated))

#endif
