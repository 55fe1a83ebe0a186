/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_value: a value by its type.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/convert_choice.h"
#include "model/converters.h"
#include "model/json_read.h"
#include "model/json_reader.h"

static bool is_container(enum cadre_kind kind)
{
    return kind == CADRE_KIND_MODEL || kind == CADRE_KIND_LIST || kind == CADRE_KIND_MAP ||
           kind == CADRE_KIND_UNION || kind == CADRE_KIND_TUPLE;
}

static int read_container(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    switch (type->kind) {
    case CADRE_KIND_LIST:
        return cadre__read_list(reader, type, value);
    case CADRE_KIND_MAP:
        return cadre__read_map(reader, type, value);
    case CADRE_KIND_TUPLE:
        return cadre__read_tuple(reader, type, value);
    case CADRE_KIND_UNION:
        return cadre__read_union(reader, type, value);
    default:
        return cadre__read_object(reader, type->model, NULL, value);
    }
}

/* What the value is that begins there and that was read: of any type. */
static int input_again(struct cadre__reader *reader, const char *begin, struct cadre_input *ret)
{
    struct cadre__json *json = &reader->json;
    size_t bytes = (size_t)(json->at - begin) + 1 + CADRE__JSON_SLACK;
    char *strings = json->strings;

    if (*begin == '"') { /* what was read has its own copy */
        json->strings = cadre__arena_alloc(cadre__reader_arena(reader), bytes);
        if (!json->strings)
            return -ENOMEM;
    }
    json->at = begin;
    int r = cadre__read_input(reader, ret);
    json->strings = strings;
    return r;
}

/* Reads a container of the right type into its own place, and checks it as a whole. */
static int read_placed(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;

    if (reader->n_levels >= CADRE__JSON_DEPTH_TYPED)
        return cadre__reader_too_deep(reader, begin);
    /* Of unions the tag is looked for and then the variant read: they take twice the stack. */
    unsigned n_levels = type->kind == CADRE_KIND_UNION ? 2 : 1;
    reader->n_levels += n_levels;
    int r = read_container(reader, type, value);
    reader->n_levels -= n_levels;
    if (r != 0 || type->is_plain)
        return r;
    struct cadre_input input = {*begin == '[' ? CADRE_INPUT_ARRAY : CADRE_INPUT_OBJECT,
                                {begin, (size_t)(json->at - begin)}};
    if (type->n_choices > 0) {
        r = input_again(reader, begin, &input);
        if (r < 0)
            return r;
    }
    return cadre__convert_done(reader->validation, type, &input, value);
}

static int read_unvalidated(struct cadre__reader *reader, const struct cadre__type *type,
                            void *value)
{
    char first = cadre__json_peek(&reader->json);
    void *place = value;
    int r;

    bool is_array = type->kind == CADRE_KIND_LIST || type->kind == CADRE_KIND_TUPLE;

    if (first != (is_array ? '[' : '{') && type->n_choices == 0) {
        struct cadre_input input;
        r = cadre__read_input(reader, &input);
        return r < 0 ? r : cadre__issue_wrong_type(reader->validation, type, &input);
    }
    if (type->pointer) {
        r = cadre__reader_take(reader, type->size);
        if (r < 0)
            return r;
        place = cadre__arena_calloc(cadre__reader_arena(reader), type->size);
        if (!place)
            return -ENOMEM;
    }
    r = read_placed(reader, type, place);
    if (r == 0 && type->pointer)
        memcpy(value, &place, sizeof(place));
    return r;
}

static int read_changed(struct cadre__reader *reader, const void *type, void *value)
{
    return read_unvalidated(reader, type, value);
}

/* Takes the value as an input, and has a validator of before see it; one that stands in the place
 * of the reader sees it later. */
static int show(struct cadre__reader *reader, const struct cadre__type *type,
                struct cadre_input *ret)
{
    int r = cadre__read_input(reader, ret);

    if (r < 0 || type->rules->convert)
        return r;
    return cadre__convert_before(reader->validation, type->rules->before, ret);
}

/* What a validator of before has seen, or made, is no container. */
static int convert_changed(struct cadre_validation *validation, const struct cadre__type *type,
                           const struct cadre_input *input, void *value)
{
    int r = cadre__convert_plain(validation, type, input, value);

    if (type->pointer)
        memcpy(&value, value, sizeof(value));
    return r == 0 ? cadre__convert_done(validation, type, input, value) : r;
}

/* A container with a validator that wants to see it before, or in the place of the reader. */
static int read_validated(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    struct cadre_input input;
    int r = show(reader, type, &input);

    if (r != 0)
        return r;
    if (type->rules->convert)
        return cadre__convert(reader->validation, type, &input, value);
    if (input.type != CADRE_INPUT_ARRAY && input.type != CADRE_INPUT_OBJECT)
        return convert_changed(reader->validation, type, &input, value);
    if (input.text.ptr == begin && input.text.len == (size_t)(json->at - begin)) {
        json->at = begin;
        return read_unvalidated(reader, type, value);
    }
    return cadre__reader_run_changed(reader, begin, input.text, read_changed, type, value);
}

/* A string that holds the JSON of the value. */
static int read_text(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    const char *begin = reader->json.at;
    struct cadre_input input;
    int r = show(reader, type, &input);

    if (r != 0)
        return r;
    if (type->rules->convert)
        return cadre__convert(reader->validation, type, &input, value);
    if (input.type != CADRE_INPUT_STRING)
        return cadre__issue_json_type(reader->validation, &input);
    cadre__match_floor(reader->validation, CADRE__LAX);
    return cadre__reader_run_text(reader, begin, &input, type->inside, value);
}

int cadre__read_value(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    if (__builtin_expect(type->inside != NULL, 0))
        return read_text(reader, type, value);
    if (!is_container(type->kind)) {
        int r = cadre__read_plain(reader, type, value);
        return r == CADRE__NOT_PLAIN ? cadre__read_scalar(reader, type, value) : r;
    }
    if (type->rules->before || type->rules->convert)
        return read_validated(reader, type, value);
    return read_unvalidated(reader, type, value);
}
