/* SPDX-License-Identifier: MIT */
/* Ids of requests: whose are taken, which are made. */
#include "gateway/request_id.h"

#include <string.h>

#include "gateway/gateway.h"
#include "tests/unit/unit.h"

static struct cadre__ids ids;

/* The id of a request with that X-Request-ID (NULL: none). */
static const char *id_of(enum cadre__ids_from from, bool is_trusted, const char *value, char *buf)
{
    const struct cadre__header headers[] = {{CADRE_STR_INIT("host"), CADRE_STR_INIT("h")},
                                            {CADRE_STR("x-request-id"), cadre_str_from(value)}};
    struct cadre__scope scope = {.ids = &ids,
                                 .number = 1,
                                 .is_trusted = is_trusted,
                                 .headers = headers,
                                 .n_headers = value ? 2 : 1};
    struct cadre_str id;

    ids.request_id = from;
    id = cadre__request_id(&scope, buf);
    ck_assert_int_eq(id.ptr[id.len], '\0');
    return id.ptr;
}

static bool is_own(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

START_TEST(the_conf_says_whose_is_taken)
{
    char buf[CADRE__REQUEST_ID_SIZE];

    ck_assert_str_eq(id_of(CADRE__IDS_FROM_ANYBODY, false, "abc", buf), "abc");
    ck_assert_str_eq(id_of(CADRE__IDS_FROM_TRUSTED, true, "abc", buf), "abc");
    ck_assert(is_own(id_of(CADRE__IDS_FROM_TRUSTED, false, "abc", buf)));
    ck_assert(is_own(id_of(CADRE__IDS_FROM_NOBODY, true, "abc", buf)));
    ck_assert(is_own(id_of(CADRE__IDS_FROM_ANYBODY, true, NULL, buf)));
}
END_TEST

START_TEST(only_safe_ids_are_taken)
{
    static const char *const good[] = {"a", "0", "550e8400-e29b-41d4-a716-446655440000",
                                       "Root=1-5759e988:b+d/8@x~y_z.w"};
    static const char *const bad[] = {"",     "a b",   "a\tb",  "a\"b",      "a\\b",
                                      "a,b",  "a;b",   "a\x7f", "a\xc3\xa4", "<script>",
                                      "a%20", "a\x01", "a'b",   "$(x)",      "a|b"};
    char buf[CADRE__REQUEST_ID_SIZE], longest[CADRE__REQUEST_ID_MAX + 2];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_str_eq(id_of(CADRE__IDS_FROM_ANYBODY, false, good[i], buf), good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(is_own(id_of(CADRE__IDS_FROM_ANYBODY, false, bad[i], buf)), "%s", bad[i]);
    memset(longest, 'x', sizeof(longest));
    longest[CADRE__REQUEST_ID_MAX + 1] = '\0';
    ck_assert(is_own(id_of(CADRE__IDS_FROM_ANYBODY, false, longest, buf)));
    ck_assert_str_eq(id_of(CADRE__IDS_FROM_ANYBODY, false, longest + 1, buf), longest + 1);
    ck_assert(!cadre__request_id_is_valid((struct cadre_str){"a\0b", 3}));
}
END_TEST

START_TEST(of_two_ids_none_is_taken)
{
    const struct cadre__header headers[] = {{CADRE_STR_INIT("x-request-id"), CADRE_STR_INIT("a")},
                                            {CADRE_STR_INIT("x-request-id"), CADRE_STR_INIT("a")}};
    struct cadre__scope scope = {.ids = &ids, .headers = headers, .n_headers = 2};
    char buf[CADRE__REQUEST_ID_SIZE];

    ids.request_id = CADRE__IDS_FROM_ANYBODY;
    ck_assert(is_own(cadre__request_id(&scope, buf).ptr));
}
END_TEST

START_TEST(our_own_are_the_same_for_a_request_and_differ_between_requests)
{
    enum { N = 2000 };
    static char made[N][CADRE__REQUEST_ID_SIZE];
    char again[CADRE__REQUEST_ID_SIZE];
    struct cadre__scope scope = {.ids = &ids};

    for (size_t i = 0; i < N; i++) {
        scope.number = i;
        ck_assert_ptr_eq(cadre__request_id(&scope, made[i]).ptr, made[i]);
        cadre__request_id(&scope, again);
        ck_assert_str_eq(made[i], again);
        ck_assert(is_own(again));
        for (size_t j = 0; j < i; j++)
            ck_assert(strcmp(made[i], made[j]) != 0);
    }
    ids.key.k[0]++;
    cadre__request_id(&scope, again);
    ck_assert_str_ne(made[N - 1], again);
    scope.ids = NULL;
    ck_assert(is_own(cadre__request_id(&scope, again).ptr));
}
END_TEST

UNIT_MAIN("gateway/request_id", UNIT_CASE(the_conf_says_whose_is_taken),
          UNIT_CASE(only_safe_ids_are_taken), UNIT_CASE(of_two_ids_none_is_taken),
          UNIT_CASE(our_own_are_the_same_for_a_request_and_differ_between_requests))
