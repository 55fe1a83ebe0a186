/* SPDX-License-Identifier: MIT */
/*
 * model/convert_enum: enums, by their names or, of CADRE_ENUM_NUMBERS, by their numbers.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/converters.h"
#include "model/number.h"

static int issue(struct cadre_validation *validation, const struct cadre__type *type,
                 const struct cadre_input *input)
{
    char *quoted = cadre__json_quoted(validation->arena, cadre_str_from(type->expected));
    char *ctx = quoted ? cadre__arena_printf(validation->arena, "{\"expected\":%s}", quoted) : NULL;

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, type->rules->literal ? "literal_error" : "enum", input, ctx,
                        "Input should be %s", type->expected);
}

static void store(const struct cadre__type *type, int64_t number, void *value)
{
    /* Little ends first or last: through an integer of that size. */
    switch (type->size) {
    case 1:
        memcpy(value, &(int8_t){(int8_t)number}, 1);
        break;
    case 2:
        memcpy(value, &(int16_t){(int16_t)number}, 2);
        break;
    case 4:
        memcpy(value, &(int32_t){(int32_t)number}, 4);
        break;
    default:
        memcpy(value, &number, 8);
        break;
    }
}

static const struct cadre_enum_value *find_name(const struct cadre_enum *enumeration,
                                                struct cadre_str name)
{
    for (const struct cadre_enum_value *row = enumeration->values; row->name; row++) {
        if (strlen(row->name) == name.len && memcmp(row->name, name.ptr, name.len) == 0)
            return row;
    }
    return NULL;
}

static const struct cadre_enum_value *find_number(const struct cadre_enum *enumeration,
                                                  struct cadre__integer number)
{
    for (const struct cadre_enum_value *row = enumeration->values; row->name; row++) {
        uint64_t magnitude = row->value < 0 ? 0 - (uint64_t)row->value : (uint64_t)row->value;
        if (magnitude == number.magnitude &&
            (magnitude == 0 || number.negative == (row->value < 0)))
            return row;
    }
    return NULL;
}

/* Whether a number has neither fraction nor exponent. */
static bool is_integer(struct cadre_str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '.' || (token.ptr[i] | 0x20) == 'e')
            return false;
    }
    return true;
}

/* The number that an input is, by the rules for integers; false: none. */
static bool number_of(const struct cadre__type *type, const struct cadre_input *input,
                      struct cadre__integer *ret)
{
    bool is_lax = !type->rules->literal && !type->strict;

    if (input->type == CADRE_INPUT_NUMBER)
        return (is_lax || is_integer(input->text)) &&
               cadre__integer_from_json(input->text, ret) == CADRE__NUMBER_OK;
    if (input->type == CADRE_INPUT_STRING && is_lax)
        return cadre__integer_from_text(input->text, ret) == CADRE__NUMBER_OK;
    if (input->type == CADRE_INPUT_BOOL && is_lax) {
        *ret = (struct cadre__integer){false, input->text.ptr[0] == 't'};
        return true;
    }
    return false;
}

int cadre__convert_enum(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    const struct cadre_enum_value *row = NULL;

    if (type->enumeration->numbers) {
        struct cadre__integer number = {false, 0};
        if (number_of(type, input, &number))
            row = find_number(type->enumeration, number);
    } else if (input->type == CADRE_INPUT_STRING) {
        row = find_name(type->enumeration, input->text);
    }
    if (!row)
        return issue(validation, type, input);
    store(type, row->value, value);
    return 0;
}
