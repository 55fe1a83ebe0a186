/* SPDX-License-Identifier: MIT */
/*
 * model/convert_uuid: UUIDs (RFC 9562 §4): with dashes or without, in braces, as urn:uuid:.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/converters.h"

static const uint8_t group_starts[5] = {0, 9, 14, 19, 24};
static const uint8_t group_lengths[5] = {8, 4, 4, 4, 12};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The text without braces or prefix; *ret_simple: it had neither. */
static struct cadre_str strip_frame(struct cadre_str text, bool *ret_simple)
{
    static const struct cadre_str urn = CADRE_STR_INIT("urn:uuid:");

    *ret_simple = false;
    if (text.len >= 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}')
        return (struct cadre_str){text.ptr + 1, text.len - 2};
    if (cadre_str_has_prefix(text, urn))
        return (struct cadre_str){text.ptr + urn.len, text.len - urn.len};
    *ret_simple = true;
    return text;
}

/* Reads it: true, or false. */
static bool parse(struct cadre_str text, struct cadre_uuid *ret)
{
    bool simple;
    size_t at = 0;

    text = strip_frame(text, &simple);
    bool dashed = text.len == 36;
    if (text.len != 32 && text.len != 36)
        return false;
    for (size_t i = 0; i < sizeof(ret->bytes); i++) {
        if (dashed && (i == 4 || i == 6 || i == 8 || i == 10) && text.ptr[at++] != '-')
            return false;
        int high = hex_value(text.ptr[at]), low = hex_value(text.ptr[at + 1]);
        if (high < 0 || low < 0)
            return false;
        ret->bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    return true;
}

/* Says what is wrong with the groups of a text of hexadecimal digits and dashes. */
static void explain_groups(size_t whole_len, const size_t *dashes, size_t n_dashes, bool simple,
                           char *why, size_t size)
{
    if (n_dashes == 0 && simple) {
        snprintf(why, size, "invalid length: expected length 32 for simple format, found %zu",
                 whole_len);
        return;
    }
    if (n_dashes != 4) {
        snprintf(why, size, "invalid group count: expected 5, found %zu", n_dashes + 1);
        return;
    }
    size_t group = 0;
    while (group < 4 && dashes[group] == (size_t)group_starts[group + 1] - 1)
        group++;
    size_t found = (group < 4 ? dashes[group] : whole_len) - group_starts[group];
    snprintf(why, size, "invalid group length in group %zu: expected %u, found %zu", group,
             group_lengths[group], found);
}

/* Says why a text is none. */
static void explain(struct cadre_str text, char *why, size_t size)
{
    bool simple;
    struct cadre_str inner = strip_frame(text, &simple);
    size_t offset = (size_t)(inner.ptr - text.ptr), dashes[4], n_dashes = 0;

    for (size_t i = 0; i < inner.len; i++) {
        char c = inner.ptr[i];
        size_t n = 1;
        if (c == '-') {
            if (n_dashes < 4)
                dashes[n_dashes] = i;
            n_dashes++;
            continue;
        }
        if (hex_value(c) >= 0)
            continue;
        while (i + n < inner.len && ((unsigned char)inner.ptr[i + n] & 0xc0) == 0x80)
            n++;
        snprintf(why, size,
                 "invalid character: expected an optional prefix of `urn:uuid:` followed by "
                 "[0-9a-fA-F-], found `%.*s` at %zu",
                 (int)n, inner.ptr + i, i + offset + 1);
        return;
    }
    explain_groups(text.len, dashes, n_dashes, simple, why, size);
}

int cadre__convert_uuid(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    struct cadre_uuid uuid;
    unsigned version = type->rules->uuid_version;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "uuid_type", input, NULL,
                                 "UUID input should be a string, bytes or UUID object");
    if (!parse(input->text, &uuid)) {
        char why[160];
        explain(input->text, why, sizeof(why));
        char *words = cadre__arena_strndup(validation->arena, why, strlen(why));
        if (!words)
            return -ENOMEM;
        return cadre__issue_word(validation, "uuid_parsing", input, "error", words,
                                 "Input should be a valid UUID, ");
    }
    if (version && uuid.bytes[6] >> 4 != version)
        return cadre__issue_number(validation, "uuid_version", input, "expected_version", version,
                                   "UUID version %u expected", version);
    memcpy(value, &uuid, sizeof(uuid));
    return 0;
}
