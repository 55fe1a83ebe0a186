/* SPDX-License-Identifier: MIT */
/*
 * model/verify: a struct that goes out is checked as if it had come in.
 *
 * Scalars are written as the text that they would be in JSON and converted anew, into a copy: so
 * there is one set of rules. What is plain is not looked at, but for strings that may not be NULL
 * and enums.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/convert.h"
#include "model/converters.h"
#include "model/number.h"
#include "model/value.h"

/* Room for a copy of any scalar. */
union scalar {
    uint64_t integer;
    double real;
    struct cadre_str text;
    struct cadre_datetime datetime;
    struct cadre_duration duration;
    struct cadre_uuid uuid;
    struct cadre_ip ip;
};

static int verify_value(struct cadre_validation *validation, const struct cadre__type *type,
                        const void *value);
static int verify_fields(struct cadre_validation *validation, const struct cadre__plan *plan,
                         bool is_tuple, const void *object);

/* The name or the number of an enum's value; a value without a name has no input. */
static bool enum_input(const struct cadre__type *type, const void *value, char *buf, size_t size,
                       struct cadre_input *ret)
{
    const struct cadre_enum *enumeration = type->enumeration;

    for (const struct cadre_enum_value *row = enumeration->values; row->name; row++) {
        if (row->value != cadre__signed_at(value, type->size) &&
            row->value != (int64_t)cadre__unsigned_at(value, type->size))
            continue;
        if (!enumeration->numbers) {
            *ret = (struct cadre_input){CADRE_INPUT_STRING, cadre_str_from(row->name)};
        } else {
            snprintf(buf, size, "%" PRId64, row->value);
            *ret = (struct cadre_input){CADRE_INPUT_NUMBER, cadre_str_from(buf)};
        }
        return true;
    }
    return false;
}

/* What a scalar is in JSON. `buf` has CADRE_VALUE_TEXT_MAX bytes. */
static struct cadre_input input_of(const struct cadre__type *type, const void *value, char *buf)
{
    struct cadre_input input = {CADRE_INPUT_STRING, {buf, 0}};
    const char *text;

    input.text.len = cadre__value_format(type->kind, value, buf);
    if (input.text.len > 0)
        return input;
    switch (type->kind) {
    case CADRE_KIND_ENUM:
        if (!enum_input(type, value, buf, CADRE_VALUE_TEXT_MAX, &input))
            input.type = CADRE_INPUT_NULL;
        return input;
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BYTES:
        memcpy(&input.text, value, sizeof(input.text));
        break;
    default: /* STRING, DECIMAL, EMAIL, URL: a pointer */
        memcpy(&text, value, sizeof(text));
        input.text = cadre_str_from(text);
        break;
    }
    if (!input.text.ptr)
        input.type = CADRE_INPUT_NULL;
    return input;
}

static int verify_number(struct cadre_validation *validation, const struct cadre__type *type,
                         const void *value)
{
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    struct cadre__integer integer;
    union scalar copy;
    double real;

    if (type->kind == CADRE_KIND_DOUBLE) {
        memcpy(&real, value, sizeof(real));
        return cadre__store_real(validation, type, &nothing, real, &copy);
    }
    if (type->kind == CADRE_KIND_UINT) {
        integer = (struct cadre__integer){false, cadre__unsigned_at(value, type->size)};
    } else {
        int64_t number = cadre__signed_at(value, type->size);
        integer = (struct cadre__integer){number < 0,
                                          number < 0 ? 0 - (uint64_t)number : (uint64_t)number};
    }
    return cadre__store_integer(validation, type, &nothing, integer, &copy);
}

/* A validator of after on a copy. */
static int verify_after(struct cadre_validation *validation, const struct cadre__type *type,
                        const void *value)
{
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    struct cadre__type after_only = *type;
    struct cadre_field rules = {.after = type->rules->after};

    if (!rules.after)
        return 0;
    void *copy = cadre__arena_alloc(validation->arena, type->size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, value, type->size);
    after_only.rules = &rules;
    after_only.kind = CADRE_KIND_NONE;
    after_only.is_plain = false;
    return cadre__convert_done(validation, &after_only, &nothing, copy);
}

/* What was said since `last` quotes no input: that is text on a stack. */
static void forget_inputs(struct cadre_validation *validation, const struct cadre__issue *last)
{
    struct cadre__issue *issue = last ? last->next : validation->issues.first;

    for (; issue; issue = issue->next)
        issue->input = (struct cadre_input){CADRE_INPUT_NULL, {NULL, 0}};
}

static int verify_scalar(struct cadre_validation *validation, const struct cadre__type *type,
                         const void *value)
{
    char buf[CADRE_VALUE_TEXT_MAX];
    union scalar copy;

    switch (type->kind) {
    case CADRE_KIND_BOOL:
    case CADRE_KIND_ANY:
    case CADRE_KIND_FILE:
    case CADRE_KIND_OPAQUE:
        return 0;
    case CADRE_KIND_INT:
    case CADRE_KIND_UINT:
    case CADRE_KIND_DOUBLE:
        return verify_number(validation, type, value);
    default:
        break;
    }
    struct cadre__type lax = *type;
    lax.strict = false;
    const struct cadre__issue *last = validation->issues.last;
    struct cadre_input input = input_of(type, value, buf);
    int r = cadre__convert_plain(validation, &lax, &input, &copy);
    if (r == CADRE__INVALID)
        forget_inputs(validation, last);
    return r;
}

static int verify_many(struct cadre_validation *validation, const struct cadre__type *type,
                       const void *value)
{
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    const struct cadre__loc *up = validation->loc;
    struct {
        const char *items;
        size_t len;
    } many;
    int result = 0;

    memcpy(&many, value, sizeof(many));
    for (size_t i = 0; i < many.len; i++) {
        const char *item = many.items + i * type->stride;
        struct cadre__loc loc = {.up = up, .index = i, .rank = (uint32_t)i};
        if (type->kind == CADRE_KIND_MAP)
            loc.name = cadre_str_from(*(const char *const *)(const void *)item);
        validation->loc = &loc;
        int r = verify_value(validation, type->items, item + type->item_offset);
        if (r < 0)
            return r;
        if (r > 0)
            result = r;
    }
    validation->loc = up;
    if (result != 0 || type->is_plain)
        return result;
    struct cadre__type counted = *type;
    struct cadre_field rules = *type->rules;
    rules.after = NULL;
    rules.unique = rules.unique || rules.set; /* it is not to be shortened here */
    rules.set = false;
    counted.rules = &rules;
    return cadre__convert_done(validation, &counted, &nothing, &many);
}

static int verify_choice(struct cadre_validation *validation, const struct cadre__type *type,
                         const void *value)
{
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    const struct cadre__choice *choice = cadre__choice_of(type, value);
    struct cadre__loc loc = {.up = validation->loc};

    if (!choice)
        return cadre__issue_text(validation, "value_error", &nothing, "{\"error\":{}}",
                                 "Value error, the tag of the union is none of its choices");
    loc.name = choice->tag;
    validation->loc = &loc;
    int r = verify_value(validation, &choice->type, (const char *)value + choice->offset);
    validation->loc = loc.up;
    return r;
}

static int verify_union(struct cadre_validation *validation, const struct cadre__type *type,
                        const void *value)
{
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    const struct cadre__variant_plan *variant = cadre__variant_of(type, value);

    if (type->n_choices > 0)
        return verify_choice(validation, type, value);
    if (!variant)
        return cadre__issue_no_tag(validation, type, &nothing);
    const struct cadre__loc *up = validation->loc;
    struct cadre__loc loc = {.up = up, .name = variant->tag};
    validation->loc = &loc;
    int r = cadre__verify(validation, variant->plan, (const char *)value + variant->offset);
    validation->loc = up;
    return r;
}

static int verify_value(struct cadre_validation *validation, const struct cadre__type *type,
                        const void *value)
{
    int r;

    if (type->pointer) {
        static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
        memcpy(&value, value, sizeof(value));
        if (!value)
            return cadre__issue_wrong_type(validation, type, &nothing);
    }
    switch (type->kind) {
    case CADRE_KIND_MODEL:
        r = cadre__verify(validation, type->model, value);
        break;
    case CADRE_KIND_TUPLE:
        r = verify_fields(validation, type->model, true, value);
        break;
    case CADRE_KIND_LIST:
    case CADRE_KIND_MAP:
        r = verify_many(validation, type, value);
        break;
    case CADRE_KIND_UNION:
        r = verify_union(validation, type, value);
        break;
    default:
        r = verify_scalar(validation, type, value);
        break;
    }
    return r == 0 ? verify_after(validation, type, value) : r;
}

/* Whether a member is none, and may be. */
static bool is_none(const struct cadre__member *member, const char *object)
{
    const char *place = object + member->offset;

    if (member->given_offset)
        return *(const enum cadre_given *)(const void *)(object + member->given_offset) !=
                   CADRE_GIVEN &&
               !member->has_default;
    if (!member->type.rules->optional)
        return false;
    const void *pointer; /* all that may be none begins with one */
    memcpy(&pointer, place, sizeof(pointer));
    return pointer == NULL;
}

/* Fields are at their names, or of a tuple at their numbers. */
static int verify_fields(struct cadre_validation *validation, const struct cadre__plan *plan,
                         bool is_tuple, const void *object)
{
    const struct cadre__loc *up = validation->loc;
    int result = 0;

    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        struct cadre__loc loc = {.up = up, .index = i, .rank = i};
        if (!is_tuple)
            loc.name = member->key;
        if (member->is_computed || !member->in_output || is_none(member, object))
            continue;
        validation->loc = &loc;
        int r = verify_value(validation, &member->type, (const char *)object + member->offset);
        validation->loc = up;
        if (r < 0)
            return r;
        if (r > 0)
            result = r;
    }
    if (result != 0 || !plan->after)
        return result;
    static const struct cadre_input nothing = {CADRE_INPUT_NULL, {NULL, 0}};
    void *copy = cadre__arena_alloc(validation->arena, plan->size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, object, plan->size);
    return cadre__convert_object(validation, plan, &nothing, copy);
}

int cadre__verify(struct cadre_validation *validation, const struct cadre__plan *plan,
                  const void *object)
{
    return verify_fields(validation, plan, false, object);
}
