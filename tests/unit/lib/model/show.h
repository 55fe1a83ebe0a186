/* SPDX-License-Identifier: MIT */
/* The inputs of the cases of scalar_cases.h, and values as their texts. */
#ifndef CADRE_TESTS_UNIT_MODEL_SHOW_H
#define CADRE_TESTS_UNIT_MODEL_SHOW_H

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/convert.h"
#include "model/number.h"
#include "model/value.h"
#include "tests/unit/unit.h"

/* The JSON of a case as an input; its text lives in the arena. */
static inline struct cadre_input input_of(struct cadre__arena *arena, const char *json)
{
    struct cadre_input input = {CADRE_INPUT_NUMBER, cadre_str_from(json)};

    switch (json[0]) {
    case '"': {
        json_t *string = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        ck_assert_msg(string != NULL, "no JSON: %s", json);
        input.type = CADRE_INPUT_STRING;
        input.text.len = json_string_length(string);
        input.text.ptr = cadre__arena_strndup(arena, json_string_value(string), input.text.len);
        json_decref(string);
        break;
    }
    case '{':
        input.type = CADRE_INPUT_OBJECT;
        break;
    case '[':
        input.type = CADRE_INPUT_ARRAY;
        break;
    case 'n':
        input.type = CADRE_INPUT_NULL;
        break;
    case 't':
    case 'f':
        input.type = CADRE_INPUT_BOOL;
        break;
    default:
        break;
    }
    return input;
}

/* A value as the text of a case. */
static inline void print_value(const struct cadre__type *type, const void *value, char *buf,
                               size_t size)
{
    struct cadre_str text;
    double real;
    char number[32];

    switch (type->kind) {
    case CADRE_KIND_INT:
    case CADRE_KIND_ENUM: {
        int64_t n = type->size == 1   ? *(const int8_t *)value
                    : type->size == 2 ? *(const int16_t *)value
                    : type->size == 4 ? *(const int32_t *)value
                                      : *(const int64_t *)value;
        snprintf(buf, size, "%" PRId64, n);
        break;
    }
    case CADRE_KIND_UINT: {
        uint64_t n = type->size == 1   ? *(const uint8_t *)value
                     : type->size == 2 ? *(const uint16_t *)value
                     : type->size == 4 ? *(const uint32_t *)value
                                       : *(const uint64_t *)value;
        snprintf(buf, size, "%" PRIu64, n);
        break;
    }
    case CADRE_KIND_DOUBLE:
        memcpy(&real, value, sizeof(real));
        if (isnan(real))
            snprintf(buf, size, "nan");
        else
            snprintf(buf, size, "%s", cadre__real_to_text(real == 0 ? 0 : real, true, number));
        break;
    case CADRE_KIND_BOOL:
        snprintf(buf, size, "%s", *(const bool *)value ? "true" : "false");
        break;
    case CADRE_KIND_DATE:
    case CADRE_KIND_TIME:
    case CADRE_KIND_DATETIME:
    case CADRE_KIND_DURATION:
    case CADRE_KIND_UUID:
    case CADRE_KIND_IP:
        cadre__value_format(type->kind, value, buf);
        break;
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BYTES:
    case CADRE_KIND_ANY:
        memcpy(&text, value, sizeof(text));
        snprintf(buf, size, "%.*s", CADRE_STR_ARGS(text));
        break;
    default: /* a pointer to text */
        snprintf(buf, size, "%s", *(const char *const *)value);
        break;
    }
}

#endif
