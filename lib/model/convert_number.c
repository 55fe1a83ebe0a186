/* SPDX-License-Identifier: MIT */
/*
 * model/convert_number: integers, doubles and truth values.
 *
 * Bounds are checked before the range of the member, so that the author's words come first; the
 * range of a narrow one is told as a bound, too.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "model/bounds.h"
#include "model/converters.h"
#include "model/number.h"

static int issue_multiple(struct cadre_validation *validation, const struct cadre_input *input,
                          const struct cadre_constant *constant, bool as_real)
{
    return cadre__bound_issue(validation, input, "multiple_of", "multiple_of", "a multiple of",
                              constant, as_real);
}

/* ---- integers ---- */

static bool is_multiple(struct cadre__integer number, const struct cadre_constant *of)
{
    if (of->type == CADRE_CONSTANT_DOUBLE) {
        double value = (double)number.magnitude;
        return fmod(value, of->real) == 0;
    }
    uint64_t divisor = of->integer;
    if (of->type == CADRE_CONSTANT_INT && (int64_t)of->integer < 0)
        divisor = 0 - of->integer;
    return number.magnitude % divisor == 0;
}

/* The range of the member, told as a bound. */
static int issue_range(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, bool below)
{
    unsigned bits = type->size * 8;
    struct cadre_constant edge = {.type = CADRE_CONSTANT_INT};

    if (type->size == 8 && !(below && type->kind == CADRE_KIND_UINT))
        return cadre__issue_text(
            validation, "int_parsing_size", input, NULL,
            "Unable to parse input string as an integer, exceeded maximum size");
    if (type->kind == CADRE_KIND_UINT)
        edge.integer = below ? 0 : (UINT64_C(1) << bits) - 1;
    else
        edge.integer = below ? 0 - (UINT64_C(1) << (bits - 1)) : (UINT64_C(1) << (bits - 1)) - 1;
    if (below)
        return cadre__bound_issue(validation, input, "greater_than_equal", "ge",
                                  "greater than or equal to", &edge, false);
    return cadre__bound_issue(validation, input, "less_than_equal", "le", "less than or equal to",
                              &edge, false);
}

static bool fits(const struct cadre__type *type, struct cadre__integer number)
{
    unsigned bits = type->size * 8;

    if (type->kind == CADRE_KIND_UINT)
        return number.magnitude == 0 ||
               (!number.negative && (bits == 64 || number.magnitude >> bits == 0));
    uint64_t limit = (UINT64_C(1) << (bits - 1)) - (number.negative ? 0 : 1);
    return number.magnitude <= limit;
}

static int order_of_integer(const void *number, const struct cadre_constant *bound)
{
    return cadre__integer_compare(*(const struct cadre__integer *)number, bound);
}

int cadre__store_integer(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, struct cadre__integer number, void *value)
{
    if (type->is_bounded) {
        const struct cadre_constant *multiple = &type->rules->multiple_of;
        if (multiple->type != CADRE_CONSTANT_NONE && !is_multiple(number, multiple))
            return issue_multiple(validation, input, multiple, false);
        int r =
            cadre__bounds_check(validation, type->rules, input, order_of_integer, &number, false);
        if (r != 0)
            return r;
    }
    if (!fits(type, number))
        return issue_range(validation, type, input, number.negative);
    uint64_t bits = number.negative ? 0 - number.magnitude : number.magnitude;
    switch (type->size) {
    case 1:
        memcpy(value, &(uint8_t){(uint8_t)bits}, 1);
        break;
    case 2:
        memcpy(value, &(uint16_t){(uint16_t)bits}, 2);
        break;
    case 4:
        memcpy(value, &(uint32_t){(uint32_t)bits}, 4);
        break;
    default:
        memcpy(value, &bits, 8);
        break;
    }
    return 0;
}

int cadre__convert_int(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, void *value)
{
    struct cadre__integer number = {false, 0};
    enum cadre__number_result result = CADRE__NUMBER_BAD;

    if (input->type == CADRE_INPUT_NUMBER) {
        bool is_real = memchr(input->text.ptr, '.', input->text.len) ||
                       memchr(input->text.ptr, 'e', input->text.len) ||
                       memchr(input->text.ptr, 'E', input->text.len);
        if (!type->strict || !is_real)
            result = cadre__integer_from_json(input->text, &number);
    } else if (!type->strict && input->type == CADRE_INPUT_STRING) {
        result = cadre__integer_from_text(input->text, &number);
    } else if (!type->strict && input->type == CADRE_INPUT_BOOL) {
        number.magnitude = input->text.ptr[0] == 't';
        result = CADRE__NUMBER_OK;
    }

    switch (result) {
    case CADRE__NUMBER_OK:
        return cadre__store_integer(validation, type, input, number, value);
    case CADRE__NUMBER_TOO_BIG:
        return cadre__issue_text(
            validation, "int_parsing_size", input, NULL,
            "Unable to parse input string as an integer, exceeded maximum size");
    case CADRE__NUMBER_FRACTION:
        return cadre__issue_text(
            validation, "int_from_float", input, NULL,
            "Input should be a valid integer, got a number with a fractional part");
    case CADRE__NUMBER_INFINITE:
        return cadre__issue_text(validation, "finite_number", input, NULL,
                                 "Input should be a finite number");
    case CADRE__NUMBER_BAD:
        break;
    }
    if (input->type == CADRE_INPUT_STRING && !type->strict)
        return cadre__issue_text(
            validation, "int_parsing", input, NULL,
            "Input should be a valid integer, unable to parse string as an integer");
    return cadre__issue_text(validation, "int_type", input, NULL,
                             "Input should be a valid integer");
}

/* ---- doubles ---- */

/* As near to a multiple as a double can be told to be. */
static bool is_real_multiple(double number, double of)
{
    double rest = fabs(fmod(number, of)), threshold = fabs(number) / 1e9;

    return !(rest > threshold && fabs(rest - fabs(of)) > threshold);
}

static int order_of_real(const void *number, const struct cadre_constant *bound)
{
    double real = *(const double *)number;

    return isnan(real) ? CADRE__UNORDERED : cadre__real_compare(real, bound);
}

int cadre__store_real(struct cadre_validation *validation, const struct cadre__type *type,
                      const struct cadre_input *input, double number, void *value)
{
    if (type->rules->finite && (isnan(number) || isinf(number)))
        return cadre__issue_text(validation, "finite_number", input, NULL,
                                 "Input should be a finite number");
    if (type->is_bounded) {
        const struct cadre_constant *multiple = &type->rules->multiple_of;
        if (multiple->type != CADRE_CONSTANT_NONE && !is_real_multiple(number, multiple->real))
            return issue_multiple(validation, input, multiple, true);
        int r = cadre__bounds_check(validation, type->rules, input, order_of_real, &number, true);
        if (r != 0)
            return r;
    }
    memcpy(value, &number, sizeof(number));
    return 0;
}

int cadre__convert_real(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    double number;

    switch (input->type) {
    case CADRE_INPUT_NUMBER:
        return cadre__store_real(validation, type, input, cadre__real_from_json(input->text),
                                 value);
    case CADRE_INPUT_BOOL:
        if (type->strict)
            break;
        return cadre__store_real(validation, type, input, input->text.ptr[0] == 't', value);
    case CADRE_INPUT_STRING:
        if (type->strict)
            break;
        if (cadre__real_from_text(input->text, &number) != CADRE__NUMBER_OK)
            return cadre__issue_text(
                validation, "float_parsing", input, NULL,
                "Input should be a valid number, unable to parse string as a number");
        return cadre__store_real(validation, type, input, number, value);
    default:
        break;
    }
    return cadre__issue_text(validation, "float_type", input, NULL,
                             "Input should be a valid number");
}

/* ---- truth values ---- */

/* Whether the text is a word for a truth value, in any case; *ret is which. */
static bool is_truth(struct cadre_str text, bool *ret)
{
    static const struct {
        struct cadre_str word;
        bool value;
    } words[] = {
        {CADRE_STR_INIT("1"), true},  {CADRE_STR_INIT("true"), true},
        {CADRE_STR_INIT("t"), true},  {CADRE_STR_INIT("yes"), true},
        {CADRE_STR_INIT("y"), true},  {CADRE_STR_INIT("on"), true},
        {CADRE_STR_INIT("0"), false}, {CADRE_STR_INIT("false"), false},
        {CADRE_STR_INIT("f"), false}, {CADRE_STR_INIT("no"), false},
        {CADRE_STR_INIT("n"), false}, {CADRE_STR_INIT("off"), false},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (cadre_str_eq_nocase(text, words[i].word)) {
            *ret = words[i].value;
            return true;
        }
    }
    return false;
}

int cadre__convert_bool(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    bool truth = false, is_known = false, is_wrong_type = type->strict;

    if (input->type == CADRE_INPUT_BOOL) {
        truth = input->text.ptr[0] == 't';
        is_known = true;
    } else if (type->strict) {
        is_known = false;
    } else if (input->type == CADRE_INPUT_STRING) {
        is_known = is_truth(input->text, &truth);
    } else if (input->type == CADRE_INPUT_NUMBER) {
        double number = cadre__real_from_json(input->text);
        is_known = number == 0 || number == 1;
        is_wrong_type = number != trunc(number);
        truth = number == 1;
    } else {
        is_wrong_type = true;
    }
    if (is_known) {
        memcpy(value, &truth, sizeof(truth));
        return 0;
    }
    if (is_wrong_type)
        return cadre__issue_text(validation, "bool_type", input, NULL,
                                 "Input should be a valid boolean");
    return cadre__issue_text(validation, "bool_parsing", input, NULL,
                             "Input should be a valid boolean, unable to interpret input");
}
