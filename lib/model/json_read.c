/* SPDX-License-Identifier: MIT */
/*
 * model/json_read: a document, and its scalars.
 */
#include "config.h"

#include "model/json_read.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/convert_choice.h"
#include "model/converters.h"
#include "model/json_reader.h"
#include "model/real.h"

/* ---- inputs ---- */

/* An array, object or literal, as it was sent. */
static int take_span(struct cadre__json *json, enum cadre_input_type type, struct cadre_input *ret)
{
    const char *begin = json->at;
    int r = cadre__json_skip(json);

    *ret = (struct cadre_input){type, {begin, (size_t)(json->at - begin)}};
    return r;
}

int cadre__read_input(struct cadre__reader *reader, struct cadre_input *ret)
{
    struct cadre__json *json = &reader->json;

    switch (cadre__json_peek(json)) {
    case '"':
        ret->type = CADRE_INPUT_STRING;
        return cadre__json_string(json, &ret->text);
    case 't':
    case 'f':
        return take_span(json, CADRE_INPUT_BOOL, ret);
    case 'n':
        return take_span(json, CADRE_INPUT_NULL, ret);
    case '[':
        return take_span(json, CADRE_INPUT_ARRAY, ret);
    case '{':
        return take_span(json, CADRE_INPUT_OBJECT, ret);
    default:
        return take_span(json, CADRE_INPUT_NUMBER, ret);
    }
}

int cadre__read_key(struct cadre__reader *reader, struct cadre_str *ret)
{
    struct cadre__json *json = &reader->json;

    if (cadre__json_peek(json) != '"')
        return cadre__json_fail(json, json->at,
                                "Expecting property name enclosed in double quotes");
    int r = cadre__json_string(json, ret);
    return r < 0 ? r : cadre__json_colon(json);
}

/* ---- scalars ---- */

/* Stores a whole number in a member of that size, where it fits. */
static bool store_integer(const struct cadre__type *type, bool is_negative, uint64_t digits,
                          void *value)
{
    unsigned bits = type->size * 8;
    /* The most that the magnitude may be. */
    uint64_t max = UINT64_MAX >> (64 - bits);

    if (type->kind == CADRE_KIND_INT)
        max = (max >> 1) + is_negative;
    else if (is_negative)
        max = 0;
    if (digits > max)
        return false;
    uint64_t number = is_negative ? 0 - digits : digits;
    switch (type->size) {
    case 1: {
        uint8_t small = (uint8_t)number;
        memcpy(value, &small, sizeof(small));
        return true;
    }
    case 2: {
        uint16_t small = (uint16_t)number;
        memcpy(value, &small, sizeof(small));
        return true;
    }
    case 4: {
        uint32_t small = (uint32_t)number;
        memcpy(value, &small, sizeof(small));
        return true;
    }
    default:
        memcpy(value, &number, sizeof(number));
        return true;
    }
}

int cadre__read_plain_number(struct cadre__reader *reader, const struct cadre__type *type,
                             void *value)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    struct cadre__json_number number;
    double real;

    if (*begin != '-' && (*begin < '0' || *begin > '9'))
        return CADRE__NOT_PLAIN;
    int r = cadre__json_number(json, &number);
    if (r < 0)
        return r;
    if (type->kind == CADRE_KIND_DOUBLE) {
        if (cadre__real_from_number(&number, &real) &&
            (!type->is_bounded || (real >= type->low && real <= type->high))) {
            memcpy(value, &real, sizeof(real));
            if (number.is_integer)
                cadre__match_floor(reader->validation, CADRE__STRICT);
            return 0;
        }
    } else if (number.is_integer && number.is_exact &&
               (!type->is_bounded ||
                cadre__direct_is_within(type, number.is_negative, number.digits)) &&
               store_integer(type, number.is_negative, number.digits, value)) {
        return 0;
    }
    json->at = begin;
    return CADRE__NOT_PLAIN;
}

/* A number for a member that is one, but not plain. CADRE__NOT_PLAIN: the converter must look at
 * its text. */
static int convert_number(struct cadre__reader *reader, const struct cadre__type *type,
                          const struct cadre_input *input, const struct cadre__json_number *number,
                          void *value)
{
    double real;

    if (type->rules->before || type->rules->convert)
        return CADRE__NOT_PLAIN;
    if (type->kind == CADRE_KIND_DOUBLE) {
        if (!cadre__real_from_number(number, &real))
            return CADRE__NOT_PLAIN;
        return cadre__convert_double(reader->validation, type, input, real, value);
    }
    if (type->kind != CADRE_KIND_INT && type->kind != CADRE_KIND_UINT)
        return CADRE__NOT_PLAIN;
    if (!number->is_integer || !number->is_exact || number->digits > INT64_MAX)
        return CADRE__NOT_PLAIN;
    int64_t integer = (int64_t)number->digits;
    return cadre__convert_integer(reader->validation, type, input,
                                  number->is_negative ? -integer : integer, value);
}

/* Any JSON is kept as it was sent. */
static int read_any(struct cadre__reader *reader, void *value)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    int r = cadre__json_skip(json);

    if (r < 0)
        return r;
    struct cadre_any any = {json->strings, (size_t)(json->at - begin)};
    memcpy(json->strings, begin, any.len);
    json->strings[any.len] = '\0';
    json->strings += any.len + 1;
    memcpy(value, &any, sizeof(any));
    return 0;
}

int cadre__read_scalar(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;
    struct cadre_input input;
    int r;
    char first = cadre__json_peek(json);

    if (type->kind == CADRE_KIND_ANY && type->is_plain) {
        cadre__match_floor(reader->validation, CADRE__STRICT);
        return read_any(reader, value);
    }
    if (first == '-' || (first >= '0' && first <= '9')) {
        struct cadre__json_number number;
        r = cadre__json_number(json, &number);
        if (r < 0)
            return r;
        input = (struct cadre_input){CADRE_INPUT_NUMBER, number.text};
        r = convert_number(reader, type, &input, &number, value);
    } else {
        r = cadre__read_input(reader, &input);
        if (r < 0)
            return r;
        r = CADRE__NOT_PLAIN;
    }
    if (r == CADRE__NOT_PLAIN)
        r = cadre__convert(reader->validation, type, &input, value);
    if (__builtin_expect(reader->validation->match != NULL, 0) && r == 0)
        cadre__match_floor(reader->validation, cadre__exactness_of(type, &input));
    return r;
}

/* ---- documents ---- */

static int read_type(struct cadre__reader *reader, const void *type, void *value)
{
    return cadre__read_value(reader, type, value);
}

/* Reads a document with a reader that has its limits. -EBADMSG: the syntax is wrong, there is no
 * issue of it nor any other one. */
static int read_document(struct cadre__reader *reader, struct cadre_str text, cadre__read_fn read,
                         const void *what, void *value)
{
    struct cadre_validation *validation = reader->validation;
    struct cadre__issue_mark before = cadre__issues_mark(&validation->issues);
    const struct cadre__loc *loc = validation->loc;
    const char *begin = text.ptr ? text.ptr : "";
    struct cadre__json *json = &reader->json;

    json->at = json->begin = begin;
    json->end = begin + text.len;
    if (!cadre__json_is_utf8(begin, text.len))
        return -EILSEQ;
    json->strings = cadre__arena_alloc(validation->arena, text.len + 1 + CADRE__JSON_SLACK);
    if (!json->strings)
        return -ENOMEM;
    cadre__json_space(json);
    int r = read(reader, what, value);
    if (r >= 0) {
        cadre__json_space(json);
        if (json->at < json->end)
            r = cadre__json_fail(json, json->at, "Extra data");
    }
    validation->loc = loc;
    if (!json->error)
        return r;
    cadre__issues_rewind(&validation->issues, &before);
    return -EBADMSG;
}

/* The syntax was wrong: of all that was found that alone counts. */
static int end_invalid(struct cadre__reader *reader)
{
    int r = cadre__issue_json(reader->validation, cadre__json_error_offset(&reader->json),
                              reader->json.error);

    return r < 0 ? r : -EBADMSG;
}

int cadre__reader_too_deep(struct cadre__reader *reader, const char *at)
{
    reader->is_too_deep = true;
    return cadre__json_fail(&reader->json, at, "Nesting too deep");
}

/* Reads a text within a document, by a reader of its own that has what is left of the limits. */
static int read_inner(struct cadre__reader *reader, struct cadre__reader *inner,
                      struct cadre_str json, cadre__read_fn read, const void *what, void *value)
{
    *inner = (struct cadre__reader){
        .json = {.max_depth = reader->json.max_depth},
        .validation = reader->validation,
        .memory = reader->memory,
        .n_levels = reader->n_levels + 1,
        .n_hoping = reader->n_hoping,
        .looks_for_tags = reader->looks_for_tags,
    };
    if (inner->n_levels > CADRE__JSON_DEPTH_TYPED) {
        inner->is_too_deep = true;
        return -EBADMSG;
    }
    /* What choices of unions have read again and again counts. */
    int r = reader->validation->match ? cadre__reader_take(inner, json.len + CADRE__JSON_SLACK) : 0;
    if (r == 0)
        r = read_document(inner, json, read, what, value);
    reader->memory = inner->memory;
    reader->looks_for_tags = inner->looks_for_tags;
    reader->begins_again = inner->begins_again;
    return r;
}

int cadre__reader_run_changed(struct cadre__reader *reader, const char *at, struct cadre_str json,
                              cadre__read_fn read, const void *what, void *value)
{
    struct cadre__reader inner;
    int r = read_inner(reader, &inner, json, read, what, value);

    if (r != -EBADMSG)
        return r;
    if (inner.is_too_deep)
        return cadre__reader_too_deep(reader, at);
    r = end_invalid(&inner);
    return r == -EBADMSG ? -EINVAL : r;
}

int cadre__reader_run_text(struct cadre__reader *reader, const char *at,
                           const struct cadre_input *input, const struct cadre__type *type,
                           void *value)
{
    struct cadre__reader inner;
    int r = read_inner(reader, &inner, input->text, read_type, type, value);

    if (r != -EBADMSG)
        return r;
    if (inner.is_too_deep)
        return cadre__reader_too_deep(reader, at);
    return cadre__issue_json_text(reader->validation, input, cadre__json_error_offset(&inner.json),
                                  inner.json.error);
}

static void begin(struct cadre__reader *reader, struct cadre_validation *validation,
                  struct cadre_str text, const struct cadre__json_limits *limits)
{
    unsigned depth = limits && limits->max_depth ? limits->max_depth : CADRE__JSON_DEPTH;
    size_t memory = limits ? limits->max_memory : 0;

    if (memory == 0)
        memory = text.len * CADRE__JSON_MEMORY_FACTOR + CADRE__JSON_MEMORY_BYTES;
    *reader = (struct cadre__reader){
        .json = {.max_depth = depth < CADRE__JSON_SKIP_DEPTH ? depth : CADRE__JSON_SKIP_DEPTH},
        .validation = validation,
        .memory = memory,
    };
}

int cadre__json_read(struct cadre_validation *validation, const struct cadre__type *type,
                     struct cadre_str json, const struct cadre__json_limits *limits, void *value)
{
    struct cadre__reader reader;

    if (limits && limits->max_bytes > 0 && json.len > limits->max_bytes)
        return -EMSGSIZE;
    begin(&reader, validation, json, limits);
    int r = read_document(&reader, json, read_type, type, value);
    if (r == -EBADMSG)
        return end_invalid(&reader);
    if (r == CADRE__INVALID && validation->issues.n == 0 && validation->issues.dropped > 0)
        return cadre__issue_dropped(validation);
    return r;
}

int cadre__json_read_text(struct cadre_validation *validation, const struct cadre__type *type,
                          struct cadre_str json, void *value, const char **ret_what,
                          size_t *ret_offset)
{
    struct cadre__reader reader;

    begin(&reader, validation, json, NULL);
    int r = read_document(&reader, json, read_type, type, value);
    if (r == -EBADMSG) {
        *ret_what = reader.json.error;
        *ret_offset = cadre__json_error_offset(&reader.json);
    }
    return r;
}

int cadre__json_read_model(struct cadre_validation *validation, const struct cadre__plan *plan,
                           struct cadre_str json, const struct cadre__json_limits *limits,
                           void *object)
{
    static const struct cadre_field no_rules;
    struct cadre__type type = {.kind = CADRE_KIND_MODEL,
                               .size = plan->size,
                               .is_plain = true,
                               .rules = &no_rules,
                               .model = plan};

    return cadre__json_read(validation, &type, json, limits, object);
}
