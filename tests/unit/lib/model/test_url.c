/* SPDX-License-Identifier: MIT */
/* URLs in the form in which browsers write them, and what is none. */
#include "config.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "model/url.h"

/* clang-format off */
static const struct row {
    const char *text, *wanted;
} right[] = {
    {"https://example.org", "https://example.org/"},
    {"HTTPS://EXAMPLE.org:443/A?b=C#d", "https://example.org/A?b=C#d"},
    {"http:example.org", "http://example.org/"},
    {"http:/example.org/a", "http://example.org/a"},
    {"http:///example.org", "http://example.org/"},
    {"http:\\\\example.org\\a\\b", "http://example.org/a/b"},
    {"http://example.org\\@evil.org", "http://example.org/@evil.org"},
    {"http://a\\b@c.d/", "http://a/b@c.d/"},
    {"  http://a.b/ \011", "http://a.b/"},
    {"ht\012tp://a\011.b/c\015\012d", "http://a.b/cd"},
    {"\001\037http://a.b\002", "http://a.b/"},
    {"http://user:pass@a.b/", "http://user:pass@a.b/"},
    {"http://user@a.b", "http://user@a.b/"},
    {"http://user:@a.b", "http://user@a.b/"},
    {"http://:pw@a.b", "http://:pw@a.b/"},
    {"http://@a.b", "http://a.b/"},
    {"http://:@a.b", "http://a.b/"},
    {"http://a@b@c.d", "http://a%40b@c.d/"},
    {"http://u:p:q@c.d", "http://u:p%3Aq@c.d/"},
    {"http://u r@c.d", "http://u%20r@c.d/"},
    {"http://a.b:80", "http://a.b/"},
    {"http://a.b:", "http://a.b/"},
    {"http://a.b:080", "http://a.b/"},
    {"http://a.b:8080", "http://a.b:8080/"},
    {"https://a.b:80", "https://a.b:80/"},
    {"ws://a.b:80", "ws://a.b/"},
    {"wss://a.b:443", "wss://a.b/"},
    {"ftp://a.b:21", "ftp://a.b/"},
    {"http://a.b:65535", "http://a.b:65535/"},
    {"http://a.b/./c/../d", "http://a.b/d"},
    {"http://a.b/..", "http://a.b/"},
    {"http://a.b/../../c", "http://a.b/c"},
    {"http://a.b/c/.", "http://a.b/c/"},
    {"http://a.b/c/..", "http://a.b/"},
    {"http://a.b/%2e/%2E%2e/c", "http://a.b/c"},
    {"http://a.b/.%2e/c", "http://a.b/c"},
    {"http://a.b/...", "http://a.b/..."},
    {"http://a.b/..c", "http://a.b/..c"},
    {"http://a.b//c//", "http://a.b//c//"},
    {"http://a.b?x", "http://a.b/?x"},
    {"http://a.b#x", "http://a.b/#x"},
    {"http://a.b/?", "http://a.b/?"},
    {"http://a.b/#", "http://a.b/#"},
    {"http://a.b/a b\"<>`{}^|~", "http://a.b/a%20b%22%3C%3E%60%7B%7D%5E|~"},
    {"http://a.b/?a b\"<>`{}^'", "http://a.b/?a%20b%22%3C%3E`{}^%27"},
    {"http://a.b/#a b\"<>`{}^'#", "http://a.b/#a%20b%22%3C%3E%60{}^'#"},
    {"x://a.b/?'", "x://a.b/?'"},
    {"http://a.b/%zz%", "http://a.b/%zz%"},
    {"http://a.b/\303\251?\303\251#\303\251", "http://a.b/%C3%A9?%C3%A9#%C3%A9"},
    {"http://a.b/\177", "http://a.b/%7F"},
    {"http://127.0.0.1", "http://127.0.0.1/"},
    {"http://127.1", "http://127.0.0.1/"},
    {"http://0x7f.1", "http://127.0.0.1/"},
    {"http://0x7F000001", "http://127.0.0.1/"},
    {"http://017700000001", "http://127.0.0.1/"},
    {"http://2130706433", "http://127.0.0.1/"},
    {"http://1.2.3.4.", "http://1.2.3.4/"},
    {"http://0x", "http://0.0.0.0/"},
    {"http://256", "http://0.0.1.0/"},
    {"http://1.256", "http://1.0.1.0/"},
    {"http://4294967295", "http://255.255.255.255/"},
    {"http://%31%32%37.0.0.1", "http://127.0.0.1/"},
    {"http://1.2.3.com", "http://1.2.3.com/"},
    {"http://0xg", "http://0xg/"},
    {"x://0x7f.1", "x://0x7f.1"},
    {"http://[::1]:80/", "http://[::1]/"},
    {"http://[1:0::0:2]/", "http://[1::2]/"},
    {"http://[1:0:0:2:0:0:0:3]", "http://[1:0:0:2::3]/"},
    {"http://[1:0:0:2:3:0:0:4]", "http://[1::2:3:0:0:4]/"},
    {"http://[1:0:2:3:4:5:6:7]", "http://[1:0:2:3:4:5:6:7]/"},
    {"http://[::]", "http://[::]/"},
    {"http://[::FFFF:1.2.3.4]", "http://[::ffff:102:304]/"},
    {"http://[1::]:81", "http://[1::]:81/"},
    {"x://[::1]", "x://[::1]"},
    {"http://ex%41mple.org", "http://example.org/"},
    {"http://a_b.c", "http://a_b.c/"},
    {"http://a..b", "http://a..b/"},
    {"http://xn--bcher-kva.de", "http://xn--bcher-kva.de/"},
    {"http://a.b.", "http://a.b./"},
    {"mailto:a@example.org", "mailto:a@example.org"},
    {"MAILTO:A b?C d#E f", "mailto:A b?C%20d#E%20f"},
    {"data:,x y ?", "data:,x y%20?"},
    {"data:,x y ", "data:,x y"},
    {"javascript:alert('x')", "javascript:alert('x')"},
    {"a+b-c.1:x", "a+b-c.1:x"},
    {"urn:isbn:1", "urn:isbn:1"},
    {"x:\303\251", "x:%C3%A9"},
    {"x:/a/../b", "x:/b"},
    {"x:/..//b", "x:/.//b"},
    {"x://", "x://"},
    {"x:///a", "x:///a"},
    {"x://h", "x://h"},
    {"x://h?q", "x://h?q"},
    {"x://H/A/./B", "x://H/A/B"},
    {"x://u:p@h:80/", "x://u:p@h:80/"},
    {"x://\303\251/", "x://%C3%A9/"},
    {"x://h%41/", "x://h%41/"},
    {"x:", "x:"},
    {"x:/", "x:/"},
    {"file:///etc/x", "file:///etc/x"},
    {"file:/etc/x", "file:///etc/x"},
    {"file:etc/x", "file:///etc/x"},
    {"file:", "file:///"},
    {"file://", "file:///"},
    {"file://localhost/a", "file:///a"},
    {"file://Host/a/../../b", "file://host/b"},
    {"file:///C:/a/../..", "file:///C:/"},
    {"file:///C|/a", "file:///C:/a"},
    {"file://C:/a", "file:///C:/a"},
    {"file:\\\\h\\a", "file://h/a"},
    {"file:///a?b#c", "file:///a?b#c"},
    {"postgres://u@db/x", "postgres://u@db/x"},
    {"redis://:pw@h:6379/0", "redis://:pw@h:6379/0"},
}, wrong[] = {
    {"example.org", "relative URL without a base"},
    {"/a", "relative URL without a base"},
    {"//a.b", "relative URL without a base"},
    {"?x", "relative URL without a base"},
    {"#x", "relative URL without a base"},
    {":a", "relative URL without a base"},
    {"1a:b", "relative URL without a base"},
    {"a b:c", "relative URL without a base"},
    {"-:x", "relative URL without a base"},
    {"\303\251:x", "relative URL without a base"},
    {"http:", "empty host"},
    {"http://", "empty host"},
    {"https:///", "empty host"},
    {"http://?x", "empty host"},
    {"http://#x", "empty host"},
    {"http://:80", "empty host"},
    {"http://u@", "empty host"},
    {"http://u@/x", "empty host"},
    {"http://u:p@:80", "empty host"},
    {"x://:80", "empty host"},
    {"x://u@", "empty host"},
    {"x://u@/a", "empty host"},
    {"x://u@:80", "empty host"},
    {"http://a:99999", "invalid port number"},
    {"http://a:65536", "invalid port number"},
    {"http://a:x", "invalid port number"},
    {"http://a:8 0", "invalid port number"},
    {"http://a:-1", "invalid port number"},
    {"http://[::1]:x", "invalid port number"},
    {"http://a:80:81", "invalid port number"},
    {"http://a b", "invalid domain character"},
    {"http://a<b", "invalid domain character"},
    {"http://a%20b", "invalid domain character"},
    {"http://a%00b", "invalid domain character"},
    {"http://a%b", "invalid domain character"},
    {"http://a%", "invalid domain character"},
    {"http://a|b", "invalid domain character"},
    {"http://a^b", "invalid domain character"},
    {"http://[]a", "invalid IPv6 address"},
    {"http://a]b", "invalid domain character"},
    {"x://a b", "invalid domain character"},
    {"x://a<b", "invalid domain character"},
    {"x://h\\a/", "invalid domain character"},
    {"http://%2F", "invalid domain character"},
    {"http://a%3Ab", "invalid domain character"},
    {"http://a%40b", "invalid domain character"},
    {"http://b\303\274cher.de", "invalid international domain name"},
    {"http://b%C3%BCcher.de", "invalid international domain name"},
    {"http://\346\227\245\346\234\254.jp", "invalid international domain name"},
    {"http://1.2.3.999", "invalid IPv4 address"},
    {"http://1.2.3.4.5", "invalid IPv4 address"},
    {"http://256.1.1.1", "invalid IPv4 address"},
    {"http://1..2", "invalid IPv4 address"},
    {"http://4294967296", "invalid IPv4 address"},
    {"http://1.2.65536", "invalid IPv4 address"},
    {"http://09", "invalid IPv4 address"},
    {"http://foo.1", "invalid IPv4 address"},
    {"http://a.0xff", "invalid IPv4 address"},
    {"http://99999999999999999999999", "invalid IPv4 address"},
    {"http://[::1", "invalid IPv6 address"},
    {"http://[]", "invalid IPv6 address"},
    {"http://[:1]", "invalid IPv6 address"},
    {"http://[1:2]", "invalid IPv6 address"},
    {"http://[::g]", "invalid IPv6 address"},
    {"http://[::1%25eth0]", "invalid IPv6 address"},
    {"http://[::1]x", "invalid IPv6 address"},
    {"http://[1.2.3.4]", "invalid IPv6 address"},
    {"file://[/", "invalid IPv6 address"},
    {"file://a b/", "invalid domain character"},
    {"file://1.2.3.999/", "invalid IPv4 address"},
};
/* clang-format on */

START_TEST(a_url_has_one_form)
{
    struct cadre__buf once, again;

    cadre__buf_init(&once);
    cadre__buf_init(&again);
    const char *why = cadre__url_parse(cadre_str_from(right[_i].text), &once);
    ck_assert_msg(!why, "%s: %s", right[_i].text, why);
    ck_assert_msg(strcmp(cadre__buf_text(&once), right[_i].wanted) == 0, "%s\nfound  %s\nwanted %s",
                  right[_i].text, cadre__buf_text(&once), right[_i].wanted);
    /* In that form it is the same again. */
    why = cadre__url_parse(cadre__buf_str(&once), &again);
    ck_assert_msg(!why, "%s: %s", cadre__buf_text(&once), why);
    ck_assert_str_eq(cadre__buf_text(&again), cadre__buf_text(&once));
    cadre__buf_done(&once);
    cadre__buf_done(&again);
}
END_TEST

START_TEST(what_is_no_url_is_told)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    const char *why = cadre__url_parse(cadre_str_from(wrong[_i].text), &out);
    ck_assert_msg(why != NULL, "%s: %s", wrong[_i].text, cadre__buf_text(&out));
    ck_assert_msg(strcmp(why, wrong[_i].wanted) == 0, "%s: %s", wrong[_i].text, why);
    cadre__buf_done(&out);
}
END_TEST

START_TEST(a_nul_is_a_character_like_others)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    ck_assert_ptr_null(cadre__url_parse(CADRE_STR("http://a.b/\0c?\0#\0d"), &out));
    ck_assert_str_eq(cadre__buf_text(&out), "http://a.b/%00c?%00#%00d");
    cadre__buf_clear(&out);
    ck_assert_str_eq(cadre__url_parse(CADRE_STR("http://a\0.b/"), &out),
                     "invalid domain character");
    ck_assert_str_eq(cadre__url_parse(CADRE_STR("x://a\0.b/"), &out), "invalid domain character");
    cadre__buf_done(&out);
}
END_TEST

UNIT_MAIN("model/url", UNIT_LOOP(a_url_has_one_form, sizeof(right) / sizeof(right[0])),
          UNIT_LOOP(what_is_no_url_is_told, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_CASE(a_nul_is_a_character_like_others))
