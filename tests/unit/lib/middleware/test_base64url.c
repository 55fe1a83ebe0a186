/* SPDX-License-Identifier: MIT */
/* base64url (middleware/base64url.c): the examples of RFC 4648 §10, and what is none. */
#include "tests/unit/unit.h"

#include "middleware/base64url.h"
#include <errno.h>

static const struct {
    const char *bytes, *text;
} rows[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbe", "_---"},
};

START_TEST(bytes_become_text_and_come_back)
{
    struct cadre_str bytes = cadre_str_from(rows[_i].bytes);
    char text[32], back[32];
    size_t len = (size_t)(cadre__base64url_encode(text, bytes.ptr, bytes.len) - text);

    ck_assert_uint_eq(len, CADRE__BASE64URL_LEN(bytes.len));
    ck_assert(cadre_str_eq((struct cadre_str){text, len}, cadre_str_from(rows[_i].text)));
    ck_assert_int_eq(cadre__base64url_decode((struct cadre_str){text, len}, back, sizeof(back)),
                     (int)bytes.len);
    ck_assert(memcmp(back, bytes.ptr, bytes.len) == 0);
}
END_TEST

static const char *const wrong[] = {"Z",    "Zh",  "Zm9vY", "Zg==", "Zm+v",
                                    "Zm/v", "Z g", "Zm9\n", "Zm9"};

START_TEST(what_is_none_is_refused)
{
    char out[32];

    ck_assert_int_eq(cadre__base64url_decode(cadre_str_from(wrong[_i]), out, sizeof(out)),
                     -EBADMSG);
}
END_TEST

START_TEST(no_more_is_written_than_there_is_room)
{
    char out[2];

    ck_assert_int_eq(cadre__base64url_decode(CADRE_STR("Zm9v"), out, sizeof(out)), -EBADMSG);
    ck_assert_int_eq(cadre__base64url_decode(CADRE_STR("Zm8"), out, sizeof(out)), 2);
}
END_TEST

UNIT_MAIN("middleware/base64url",
          UNIT_LOOP(bytes_become_text_and_come_back, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(what_is_none_is_refused, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_CASE(no_more_is_written_than_there_is_room))
