/* SPDX-License-Identifier: MIT */
/* Hosts of URLs by themselves (model/url_host.c); how they stand in URLs is the subject of
 * test_url.c. */
#include "config.h"

#include "tests/unit/unit.h"

#include "model/idna.h"
#include "model/url.h"

/* What is in the buffer before; the host comes behind it. */
#define BEFORE "x://"

static void check(const char *host, bool is_special, const char *becomes, const char *why)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    cadre__buf_puts(&out, BEFORE);
    const char *found = cadre__url_host_parse(cadre_str_from(host), is_special, &out);
    ck_assert_int_eq(out.error, 0);
    if (why)
        ck_assert_msg(found && strcmp(found, why) == 0, "%s: %s", host, found ? found : "is right");
    else
        ck_assert_msg(!found, "%s: %s", host, found);
    if (becomes)
        ck_assert_str_eq(cadre__buf_text(&out) + strlen(BEFORE), becomes);
    cadre__buf_done(&out);
}

static const struct {
    const char *host, *becomes, *why;
} hosts[] = {
    {"Example.COM", "example.com", NULL},
    {"ex%41mple.%63om", "example.com", NULL},
    {"a_b.example.", "a_b.example.", NULL},
    {"xn--bcher-kvA.example", "xn--bcher-kva.example", NULL},
    {"1.2.3.4", "1.2.3.4", NULL},
    {"0x7f.1", "127.0.0.1", NULL},
    {"017.0.0.1", "15.0.0.1", NULL},
    {"4294967295", "255.255.255.255", NULL},
    {"1.2.3.4.", "1.2.3.4", NULL},
    {"1.2.3.4.5", NULL, "invalid IPv4 address"},
    {"4294967296", NULL, "invalid IPv4 address"},
    {"256.1.1.1", NULL, "invalid IPv4 address"},
    {"a.09", NULL, "invalid IPv4 address"},
    {"[::1]", "[::1]", NULL},
    {"[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]", NULL},
    {"[::ffff:1.2.3.4]", "[::ffff:102:304]", NULL},
    {"[::1", NULL, "invalid IPv6 address"},
    {"[]", NULL, "invalid IPv6 address"},
    {"[1:2]", NULL, "invalid IPv6 address"},
    {"a b", NULL, "invalid domain character"},
    {"a%00b", NULL, "invalid domain character"},
    {"a%zz", NULL, "invalid domain character"},
    {"a|b", NULL, "invalid domain character"},
    {"b\xc3\xbc"
     "cher.de",
     NULL, "invalid international domain name"},
};

START_TEST(a_host_is_a_name_or_an_address)
{
    check(hosts[_i].host, true, hosts[_i].becomes, hosts[_i].why);
}
END_TEST

START_TEST(a_host_of_another_scheme_is_any_text)
{
    check("Any%41_Text", false, "Any%41_Text", NULL);
    check("b\xc3\xbc"
          "cher.de",
          false, "b%C3%BCcher.de", NULL);
    check("0x7f.1", false, "0x7f.1", NULL);
    check("[::1]", false, "[::1]", NULL);
    check("a b", false, NULL, "invalid domain character");
}
END_TEST

#ifdef HAVE_IDN2

static const struct {
    const char *host, *becomes, *why;
} internationals[] = {
    {"b\xc3\xbc"
     "cher.example",
     "xn--bcher-kva.example", NULL},
    {"B%C3%9CCHER.Example", "xn--bcher-kva.example", NULL},
    {"fa\xc3\x9f.de", "xn--fa-hia.de", NULL},
    {"\xc3\xbc_x.", "xn--_x-wka.", NULL},
    {"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1", "127.0.0.1", NULL}, /* full-width digits */
    {"ex\xe3\x80\x82"
     "ample",
     "ex.ample", NULL},
    {"\xc2\xad", NULL, "empty host"}, /* a soft hyphen */
    {"a\xe2\x84\x80"
     "b",
     NULL, "invalid international domain name"}, /* becomes "aa/cb" */
    {"\xef\xbc\x85"
     "41.com",
     NULL, "invalid international domain name"}, /* becomes "%41" */
    {"%FF.de", NULL, "invalid international domain name"},
    {"\xc3\xbc%00.de", NULL, "invalid international domain name"},
    {"\xc3\xbc b", NULL, "invalid international domain name"},
    {"1\xd7\x90\xd7\x91.com", NULL, "invalid international domain name"},
};

START_TEST(a_name_beyond_ascii_is_what_is_looked_up)
{
    cadre__idna_load();
    check(internationals[_i].host, true, internationals[_i].becomes, internationals[_i].why);
}
END_TEST

UNIT_MAIN("model/url_host",
          UNIT_LOOP(a_host_is_a_name_or_an_address, sizeof(hosts) / sizeof(hosts[0])),
          UNIT_CASE(a_host_of_another_scheme_is_any_text),
          UNIT_LOOP(a_name_beyond_ascii_is_what_is_looked_up,
                    sizeof(internationals) / sizeof(internationals[0])))

#else

UNIT_MAIN("model/url_host",
          UNIT_LOOP(a_host_is_a_name_or_an_address, sizeof(hosts) / sizeof(hosts[0])),
          UNIT_CASE(a_host_of_another_scheme_is_any_text))

#endif
