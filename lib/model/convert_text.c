/* SPDX-License-Identifier: MIT */
/*
 * model/convert_text: strings, bytes, and any JSON.
 *
 * A value points into the text of its input wherever that stays as it is; stripping alone copies
 * only because a value ends in NUL.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/converters.h"
#include "model/number.h"
#include "model/regex.h"

/* Characters of UTF-8: bytes that continue none. */
static size_t count_characters(struct cadre_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

int cadre__string_transform(struct cadre_validation *validation, const struct cadre_field *rules,
                            struct cadre_str text, struct cadre_str *ret)
{
    struct cadre_str stripped = rules->strip ? cadre__text_trim(text) : text;

    *ret = text;
    if (stripped.len == text.len && !rules->lower && !rules->upper)
        return 0;
    char *copy = cadre__arena_strndup(validation->arena, stripped.ptr, stripped.len);
    if (!copy)
        return -ENOMEM;
    for (size_t i = 0; i < stripped.len; i++) {
        if (rules->lower && copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] |= 0x20;
        else if (rules->upper && copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] &= ~0x20;
    }
    *ret = (struct cadre_str){copy, stripped.len};
    return 0;
}

static int issue_pattern(struct cadre_validation *validation, const struct cadre_input *input,
                         const char *pattern)
{
    char *quoted = cadre__json_quoted(validation->arena, cadre_str_from(pattern));
    char *ctx = quoted ? cadre__arena_printf(validation->arena, "{\"pattern\":%s}", quoted) : NULL;

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, "string_pattern_mismatch", input, ctx,
                        "String should match pattern '%s'", pattern);
}

int cadre__string_check(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, struct cadre_str text)
{
    size_t min = type->rules->min_length, max = type->max_length;

    /* A text has at most as many characters as bytes, and at least a quarter of them. */
    if (text.len > max || text.len / 4 < min) {
        size_t n = count_characters(text);
        if (n > max)
            return cadre__issue_number(validation, "string_too_long", input, "max_length", max,
                                       "String should have at most %zu character%s", max,
                                       cadre__plural(max));
        if (n < min)
            return cadre__issue_number(validation, "string_too_short", input, "min_length", min,
                                       "String should have at least %zu character%s", min,
                                       cadre__plural(min));
    }
    if (!type->pattern)
        return 0;
    int found = cadre__regex_matches(type->pattern, text);
    if (found < 0)
        return found;
    return found ? 0 : issue_pattern(validation, input, type->rules->pattern);
}

int cadre__convert_string(struct cadre_validation *validation, const struct cadre__type *type,
                          const struct cadre_input *input, void *value)
{
    struct cadre_str text = input->text;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "string_type", input, NULL,
                                 "Input should be a valid string");
    if (!type->is_plain) {
        int r = cadre__string_transform(validation, type->rules, text, &text);
        if (r == 0)
            r = cadre__string_check(validation, type, input, text);
        if (r != 0)
            return r;
    }
    if (type->kind == CADRE_KIND_TEXT) {
        memcpy(value, &text, sizeof(text));
        return 0;
    }
    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        return cadre__issue_text(validation, "value_error", input, "{\"error\":{}}",
                                 "Value error, NUL characters are not allowed");
    memcpy(value, &text.ptr, sizeof(text.ptr));
    return 0;
}

int cadre__convert_bytes(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, void *value)
{
    size_t min = type->rules->min_length, max = type->max_length, n = input->text.len;
    struct cadre_bytes bytes = {(const uint8_t *)input->text.ptr, n};

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "bytes_type", input, NULL,
                                 "Input should be a valid bytes");
    if (n > max)
        return cadre__issue_number(validation, "bytes_too_long", input, "max_length", max,
                                   "Data should have at most %zu byte%s", max, cadre__plural(max));
    if (n < min)
        return cadre__issue_number(validation, "bytes_too_short", input, "min_length", min,
                                   "Data should have at least %zu byte%s", min, cadre__plural(min));
    memcpy(value, &bytes, sizeof(bytes));
    return 0;
}

int cadre__convert_any(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, void *value)
{
    struct cadre__buf json;
    struct cadre_any any = {NULL, 0};

    (void)type;
    cadre__buf_init(&json);
    cadre__json_write_input(&json, input);
    if (json.error == 0) {
        any.text = cadre__arena_strndup(validation->arena, json.data, json.len);
        any.len = json.len;
    }
    cadre__buf_done(&json);
    if (!any.text)
        return -ENOMEM;
    memcpy(value, &any, sizeof(any));
    return 0;
}
