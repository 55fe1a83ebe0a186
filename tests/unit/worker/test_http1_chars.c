/* SPDX-License-Identifier: MIT */
/*
 * The table of character classes against the grammar, written down a second time.
 */
#include "worker/http1_chars.h"

#include <ctype.h>
#include <string.h>

#include "tests/unit/unit.h"

static bool is_in(const char *set, int c)
{
    return c != 0 && c < 0x80 && strchr(set, c) != NULL;
}

static bool is_alnum(int c)
{
    return c < 0x80 && isalnum(c);
}

START_TEST(the_table_says_what_the_grammar_says)
{
    for (int c = 0; c < 256; c++) {
        bool visible = c > 0x20 && c < 0x7f;
        unsigned expected = 0;

        if (is_alnum(c) || is_in("!#$%&'*+-.^_`|~", c)) /* RFC 9110 §5.6.2 */
            expected |= HTTP1_CHAR_TOKEN;
        if (visible || c == ' ' || c == '\t' || c >= 0x80) /* RFC 9110 §5.5 */
            expected |= HTTP1_CHAR_VALUE;
        if (visible && c != '#')
            expected |= HTTP1_CHAR_TARGET;
        if (visible && !is_in("#?%", c))
            expected |= HTTP1_CHAR_PATH;
        if (is_alnum(c) || is_in("-._~!$&'()*+,;=%", c)) /* RFC 3986 §3.2.2 */
            expected |= HTTP1_CHAR_HOST;
        if (c >= 'A' && c <= 'Z')
            expected |= HTTP1_CHAR_UPPER;
        ck_assert_msg(http1_chars[c] == expected, "byte %02x: %x", c, http1_chars[c]);
    }
}
END_TEST

START_TEST(hexadecimal_digits)
{
    for (int c = 0; c < 256; c++) {
        int expected = c >= '0' && c <= '9'   ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
        ck_assert_int_eq(http1_hex((char)c), expected);
    }
}
END_TEST

UNIT_MAIN("worker/http1_chars", UNIT_CASE(the_table_says_what_the_grammar_says),
          UNIT_CASE(hexadecimal_digits))
