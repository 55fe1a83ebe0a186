/* SPDX-License-Identifier: MIT */
/*
 * What a client writes into X-Forwarded-For and Forwarded: nothing of it hides what a trusted proxy
 * has added behind it, and nothing reaches a log that may not stand there.
 */
#include <string.h>

#include "base/arena.h"
#include "conf/server_conf.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "tests/fuzz/fuzz.h"
#include "worker/forwarded.h"
#include "worker/http1_chars.h"

#define ADDED_FOR      ", 192.0.2.77"
#define ADDED_STANDARD ", for=192.0.2.77"

static const char *networks[] = {"10.0.0.0/8", "fd00::/8", NULL};
static const char *headers[] = {"x-forwarded-for",  "x-forwarded-proto", "x-forwarded-host",
                                "x-forwarded-port", "forwarded",         NULL};
static const struct cadre__conf_strings trusted = {.list = networks, .n = 2};

/* Who the client is by that value of that field, which is all that is taken. */
static void ask(unsigned which, struct cadre_str value, bool is_added)
{
    const struct cadre__conf_strings taken = {.list = headers + which, .n = 1};
    static const enum cadre__field fields[] = {
        CADRE__FIELD_X_FORWARDED_FOR, CADRE__FIELD_X_FORWARDED_PROTO, CADRE__FIELD_X_FORWARDED_HOST,
        CADRE__FIELD_X_FORWARDED_PORT, CADRE__FIELD_FORWARDED};
    const struct cadre__header header = {cadre__field_name(fields[which]), value};
    struct cadre__scope scope = {.scheme = CADRE_STR("http"),
                                 .headers = &header,
                                 .n_headers = 1,
                                 .client = {CADRE_STR("10.0.0.1"), 1},
                                 .server = {CADRE_STR("here"), 80}};
    struct cadre__arena arena;
    struct forwarded f;

    FUZZ_CHECK(forwarded_init(&f, &trusted, &taken) == 0);
    cadre__arena_init(&arena, 4096);
    FUZZ_CHECK(forwarded_apply(&f, &arena, &scope) == 0);
    FUZZ_CHECK(scope.client.address.ptr[scope.client.address.len] == '\0');
    FUZZ_CHECK(scope.server.address.ptr[scope.server.address.len] == '\0');
    for (size_t i = 0; i < scope.client.address.len; i++) {
        char c = scope.client.address.ptr[i];
        FUZZ_CHECK(http1_char_is(c, HTTP1_CHAR_TOKEN) || c == ':');
    }
    FUZZ_CHECK(cadre_str_eq(scope.scheme, CADRE_STR("http")) ||
               cadre_str_eq(scope.scheme, CADRE_STR("https")));
    if (is_added)
        FUZZ_CHECK(cadre_str_eq(scope.client.address, CADRE_STR("192.0.2.77")));
    cadre__arena_done(&arena);
    forwarded_done(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned which = size > 0 ? data[0] % 5u : 0;
    const char *added = which == 4 ? ADDED_STANDARD : ADDED_FOR;
    char *value;

    if (size == 0 || size > 4096)
        return 0;
    value = malloc(size + strlen(ADDED_STANDARD) + 1);
    FUZZ_CHECK(value);
    /* A value as the parser lets it through. */
    for (size_t i = 1; i < size; i++)
        value[i - 1] = http1_char_is((char)data[i], HTTP1_CHAR_VALUE) ? (char)data[i] : ' ';
    value[size - 1] = '\0';
    ask(which, (struct cadre_str){value, size - 1}, false);
    if (which == 0 || which == 4) {
        memcpy(value + size - 1, added, strlen(added) + 1);
        ask(which, (struct cadre_str){value, size - 1 + strlen(added)}, true);
    }
    free(value);
    return 0;
}
