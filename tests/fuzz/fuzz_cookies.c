/* SPDX-License-Identifier: MIT */
/*
 * A field Cookie of any text: its pairs lie within it. And a cookie of any value: it is one line
 * without control bytes, and read back it is what it was.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/cookie.h"

static void split(const char *text, size_t size)
{
    const struct cadre_str field = {text, size};
    size_t max = cadre__cookie_count(field), n;
    struct cadre__cookie_pair *pairs = malloc(max * sizeof(*pairs));
    char *copy = malloc(size + 1);

    FUZZ_CHECK(pairs != NULL && copy != NULL);
    memcpy(copy, text, size + 1);
    n = cadre__cookie_split(copy, pairs);
    FUZZ_CHECK(n <= max);
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(pairs[i].name[0] == '\0' ||
                   (pairs[i].name >= copy && pairs[i].name <= copy + size));
        FUZZ_CHECK(pairs[i].value >= copy && pairs[i].value <= copy + size);
        FUZZ_CHECK(strlen(pairs[i].name) + strlen(pairs[i].value) <= size);
    }
    free(copy);
    free(pairs);
}

static void set(const char *value)
{
    const struct cadre_set_cookie cookie = {
        .name = "k", .value = value, .path = "", .same_site = CADRE_SAME_SITE_UNSET};
    struct cadre__cookie_pair pairs[1];
    const char *why = NULL;
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    FUZZ_CHECK(cadre__cookie_format(&buf, &cookie, &why) == 0);
    for (size_t i = 0; i < buf.len; i++)
        FUZZ_CHECK(buf.data[i] >= ' ' && buf.data[i] < 0x7f && buf.data[i] != ';');
    FUZZ_CHECK(cadre__cookie_split(buf.data, pairs) == 1);
    FUZZ_CHECK(strcmp(pairs[0].value, value) == 0);
    cadre__buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size > 4096 || (size > 0 && memchr(data, '\0', size) != NULL))
        return 0;
    text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    split(text, size);
    set(text);
    free(text);
    return 0;
}
