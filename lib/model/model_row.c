/* SPDX-License-Identifier: MIT */
/*
 * model/model_row: rows of tables, as these headers know them, and messages about them.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/model_check.h"

bool cadre__model_row(const struct cadre_model *model, size_t i, struct cadre_field *ret)
{
    size_t size = model->field_size < sizeof(*ret) ? model->field_size : sizeof(*ret);

    memset(ret, 0, sizeof(*ret));
    memcpy(ret, (const char *)model->fields + i * model->field_size, size);
    return ret->name != NULL;
}

void cadre__model_item(const struct cadre_field *row, size_t field_size, struct cadre_field *ret)
{
    size_t size = field_size < sizeof(*ret) ? field_size : sizeof(*ret);
    struct cadre_field type;

    memset(&type, 0, sizeof(type));
    memcpy(&type, row->items, size);
    memset(ret, 0, sizeof(*ret));
    if (row->each)
        memcpy(ret, row->each, size);
    ret->name = row->name;
    ret->kind = type.kind;
    ret->size = type.size;
    ret->given_offset = type.given_offset;
    ret->items = type.items;
    ret->stride = type.stride;
    ret->item_offset = type.item_offset;
    ret->model = type.model;
    ret->enumeration = type.enumeration;
    ret->variants = type.variants;
    ret->source = row->source;
}

void cadre__model_choice(const struct cadre_choice *choice, size_t field_size,
                         struct cadre_field *ret)
{
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, choice->row, field_size < sizeof(*ret) ? field_size : sizeof(*ret));
}

bool cadre__row_has_presence(const struct cadre_field *row)
{
    return cadre__row_may_be_none(row) || cadre__row_has_default(row) || row->required ||
           row->not_null || row->alias || row->read_only || row->write_only;
}

bool cadre__row_may_be_none(const struct cadre_field *row)
{
    return row->given_offset != 0 || row->optional;
}

bool cadre__row_has_default(const struct cadre_field *row)
{
    return row->initial.type != CADRE_CONSTANT_NONE || row->default_empty || row->default_json ||
           row->default_fn;
}

int cadre__model_why(char why[CADRE__MODEL_WHY_MAX], const struct cadre_model *model,
                     const char *field, const char *fmt, ...)
{
    int n = snprintf(why, CADRE__MODEL_WHY_MAX, "%s:%u: model %s%s%s: ", model->file, model->line,
                     model->symbol, field ? ", field " : "", field ? field : "");
    if (n < 0 || n >= CADRE__MODEL_WHY_MAX)
        return -EINVAL;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why + n, CADRE__MODEL_WHY_MAX - (size_t)n, fmt, args);
    va_end(args);
    return -EINVAL;
}
