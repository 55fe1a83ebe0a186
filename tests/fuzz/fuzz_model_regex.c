/* SPDX-License-Identifier: MIT */
/*
 * Texts of any bytes for patterns, among them those that take time without end where nothing limits
 * them; and patterns of any bytes: each match ends.
 */
#include <errno.h>
#include <string.h>

#include "model/regex.h"
#include "tests/fuzz/fuzz.h"

static const char *const patterns[] = {
    "^(a+)+$",
    "^(a|aa)+$",
    "(a*)*b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "^([a-zA-Z0-9_.+-]+)@(([a-zA-Z0-9-]+\\.)+[a-zA-Z]{2,})$",
    "(x+x+)+y",
    "^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}$",
    "(?=(a+))a*b\\1",
    "^\\w+(\\s\\w+)*$",
    "(?i)(.)\\1{3,}",
    "a+[bd]",
    "^.*?a+[bd]",
    "\\s+$",
    "(?:.*?a+[bd]|.*?a+[ef])+$",
};

#define N_PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static void match(const char *pattern, unsigned flags, struct cadre_str text)
{
    struct cadre__regex *regex;
    char why[160] = "";

    int r = cadre__regex_new(pattern, flags, why, sizeof(why), &regex);
    if (r < 0) {
        FUZZ_CHECK(r == -EINVAL && why[0] != '\0');
        return;
    }
    r = cadre__regex_matches(regex, text);
    FUZZ_CHECK(r == 0 || r == 1);
    cadre__regex_free(regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char own[33] = "";
    const char *pattern = own;
    struct cadre_str text;

    if (size < 2 || size > CADRE__REGEX_TEXT_MAX)
        return 0;
    text = (struct cadre_str){(const char *)data + 2, size - 2};
    if (data[0] < 128) {
        pattern = patterns[data[0] % N_PATTERNS];
    } else {
        /* A pattern of the input's own, up to the end of a line: authors write short ones. */
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t n = end ? (size_t)(end - text.ptr) : text.len;
        if (n >= sizeof(own))
            return 0;
        memcpy(own, text.ptr, n);
        text.ptr += end ? n + 1 : n;
        text.len -= end ? n + 1 : n;
    }
    match(pattern, data[1] % 2 ? CADRE__REGEX_WHOLE : 0, text);
    return 0;
}
