/* SPDX-License-Identifier: MIT */
/* Texts that are signed (middleware/signature.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/arena.h"
#include "middleware/signature.h"
#include <errno.h>
#include <string.h>

#ifdef HAVE_OPENSSL

static struct cadre__arena arena;
static const char *one[] = {"0123456789abcdef0123456789abcdef"};
static const char *two[] = {"a new key of 32 bytes or so......",
                            "0123456789abcdef0123456789abcdef"};
static const struct cadre_strings old_key = {one, 1}, new_keys = {two, 2}, other_key = {two, 1};

static char *sign_at(int64_t now_s)
{
    char why[200], *text;

    cadre__arena_init(&arena, 4096);
    ck_assert_int_eq(cadre__signature_load(why, sizeof(why)), 0);
    text = cadre__sign(&arena, cadre_str_from(one[0]), "session", CADRE_STR("{\"user\":\"ada\"}"),
                       now_s);
    ck_assert_ptr_nonnull(text);
    return text;
}

static int unsign(const struct cadre_strings *keys, const char *salt, const char *text,
                  int64_t now_s)
{
    struct cadre_str got;
    int r = cadre__unsign(&arena, keys, salt, cadre_str_from(text), now_s - 100, now_s, &got);

    if (r == 0)
        ck_assert_str_eq(got.ptr, "{\"user\":\"ada\"}");
    return r;
}

START_TEST(what_was_signed_is_read)
{
    const char *text = sign_at(1000);

    /* the mac is what Python's hmac makes of "session", a NUL, and the text */
    ck_assert_str_eq(text, "eyJ1c2VyIjoiYWRhIn0.AAAAAAAAA-g."
                           "7ZFHgra9_CJDvx1JLgf6L9E-awskzYJ6BT2UvcgwNwk");
    ck_assert_int_eq(unsign(&old_key, "session", text, 1000), 0);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(keys_salt_and_age_count)
{
    const char *text = sign_at(1000);

    ck_assert_int_eq(unsign(&new_keys, "session", text, 1000), 0); /* an old key, still known */
    ck_assert_int_eq(unsign(&other_key, "session", text, 1000), -EBADMSG);
    ck_assert_int_eq(unsign(&old_key, "sessio", text, 1000), -EBADMSG);
    ck_assert_int_eq(unsign(&old_key, "session", text, 1100), 0);
    ck_assert_int_eq(unsign(&old_key, "session", text, 1101), -EBADMSG);
    ck_assert_int_eq(unsign(&old_key, "session", text, 999), -EBADMSG);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(every_change_is_noticed)
{
    char *text = sign_at(1000);
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        char kept = text[i];

        text[i] = kept == 'A' ? 'B' : 'A';
        ck_assert_int_eq(unsign(&old_key, "session", text, 1000), -EBADMSG);
        text[i] = '\0';
        ck_assert_int_eq(unsign(&old_key, "session", text, 1000), -EBADMSG);
        text[i] = kept;
    }
    ck_assert_int_eq(unsign(&old_key, "session", "", 1000), -EBADMSG);
    ck_assert_int_eq(unsign(&old_key, "session", "..", 1000), -EBADMSG);
    ck_assert_int_eq(unsign(&old_key, "session", text, 1000), 0);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("middleware/signature", UNIT_CASE(what_was_signed_is_read),
          UNIT_CASE(keys_salt_and_age_count), UNIT_CASE(every_change_is_noticed))

#else

START_TEST(without_openssl_nothing_is_signed)
{
    char why[200];

    ck_assert_int_eq(cadre__signature_load(why, sizeof(why)), -ENOSYS);
    ck_assert_ptr_nonnull(strstr(why, "without OpenSSL"));
}
END_TEST

UNIT_MAIN("middleware/signature", UNIT_CASE(without_openssl_nothing_is_signed))

#endif
