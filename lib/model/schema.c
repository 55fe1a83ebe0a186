/* SPDX-License-Identifier: MIT */
/* model/schema: types as JSON Schema. The order of keywords is FastAPI's. */
#include "config.h"

#include "model/schema_set.h"

#include <stdio.h>

#include "model/real.h"

/* --- numbers --- */

/* A bound that is given is a finite number: model/model_check_bounds.c. */
static bool is_given(const struct cadre_constant *bound)
{
    return bound->type != CADRE_CONSTANT_NONE;
}

static void put_constant(struct cadre__json_out *out, const char *name,
                         const struct cadre_constant *constant)
{
    char text[CADRE__REAL_TEXT_MAX];

    if (!is_given(constant))
        return;
    cadre__json_key(out, name);
    switch (constant->type) {
    case CADRE_CONSTANT_INT:
        cadre__json_int(out, (int64_t)constant->integer);
        break;
    case CADRE_CONSTANT_UINT:
        cadre__json_uint(out, constant->integer);
        break;
    case CADRE_CONSTANT_DOUBLE:
        cadre__json_raw(out, (struct cadre_str){text, cadre__real_format(constant->real, text)});
        break;
    case CADRE_CONSTANT_NONE:
    case CADRE_CONSTANT_TEXT:
        break;
    }
}

static void put_bounds(const struct cadre_field *rules, struct cadre__json_out *out)
{
    put_constant(out, "multipleOf", &rules->multiple_of);
    put_constant(out, "maximum", &rules->le);
    put_constant(out, "exclusiveMaximum", &rules->lt);
    put_constant(out, "minimum", &rules->ge);
    put_constant(out, "exclusiveMinimum", &rules->gt);
}

/* What the width of the C type allows, where the table says nothing itself. Those of 32 and 64 bits
 * with a sign have a format for it. */
static void put_integer(const struct cadre__type *type, struct cadre__json_out *out)
{
    const struct cadre_field *rules = type->rules;
    bool has_sign = type->kind == CADRE_KIND_INT;
    bool has_min = is_given(&rules->ge) || is_given(&rules->gt);
    bool has_max = is_given(&rules->le) || is_given(&rules->lt);

    cadre__json_put_text(out, "type", "integer");
    put_bounds(rules, out);
    if (has_sign && type->size >= 4) {
        cadre__json_put_text(out, "format", type->size == 4 ? "int32" : "int64");
        return;
    }
    if (!has_max && type->size < 8) {
        cadre__json_key(out, "maximum");
        cadre__json_int(out, (INT64_C(1) << (8 * type->size - (has_sign ? 1u : 0u))) - 1);
    }
    if (!has_min) {
        cadre__json_key(out, "minimum");
        cadre__json_int(out, has_sign ? -(INT64_C(1) << (8 * type->size - 1)) : 0);
    }
}

/* --- texts --- */

static void put_lengths(const struct cadre__type *type, struct cadre__json_out *out)
{
    if (type->max_length != SIZE_MAX)
        cadre__json_put_uint(out, "maxLength", type->max_length);
    if (type->rules->min_length > 0)
        cadre__json_put_uint(out, "minLength", type->rules->min_length);
}

static void put_string(const struct cadre__type *type, struct cadre__json_out *out)
{
    cadre__json_put_text(out, "type", "string");
    put_lengths(type, out);
    cadre__json_put_text(out, "pattern", type->rules->pattern);
    if (type->rules->secret) {
        cadre__json_put_text(out, "format", "password");
        cadre__json_put_true(out, "writeOnly", true);
    }
}

static void put_format(const char *format, struct cadre__json_out *out)
{
    cadre__json_put_text(out, "type", "string");
    cadre__json_put_text(out, "format", format);
}

static void put_uuid(const struct cadre__type *type, struct cadre__json_out *out)
{
    char format[16];

    (void)snprintf(format, sizeof(format), "uuid%.0u", type->rules->uuid_version);
    put_format(format, out);
}

/* A number or a text is taken; what is written is a text, which has all digits. */
static void put_decimal(const struct cadre__type *type, enum cadre__schema_form form,
                        struct cadre__json_out *out)
{
    if (form == CADRE__SCHEMA_OUTPUT) {
        cadre__json_put_text(out, "type", "string");
        return;
    }
    cadre__json_key(out, "anyOf");
    cadre__json_open(out, '[');
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "type", "number");
    put_bounds(type->rules, out);
    cadre__json_close(out, '}');
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "type", "string");
    cadre__json_close(out, '}');
    cadre__json_close(out, ']');
}

static void put_url(const struct cadre__type *type, struct cadre__json_out *out)
{
    cadre__json_put_text(out, "type", "string");
    cadre__json_put_uint(out, "maxLength", type->max_length != SIZE_MAX ? type->max_length : 2083);
    cadre__json_put_uint(out, "minLength", 1);
    cadre__json_put_text(out, "format", "uri");
}

/* --- enums --- */

static void put_enum_value(const struct cadre_enum *enumeration,
                           const struct cadre_enum_value *value, struct cadre__json_out *out)
{
    if (enumeration->numbers)
        cadre__json_int(out, value->value);
    else
        cadre__json_text(out, value->name);
}

void cadre__schema_put_enum(const struct cadre_enum *enumeration, struct cadre__json_out *out)
{
    const struct cadre_enum_value *value = enumeration->values;

    cadre__json_put_text(out, "type", enumeration->numbers ? "integer" : "string");
    if (value[0].name != NULL && value[1].name == NULL) {
        cadre__json_key(out, "const");
        put_enum_value(enumeration, value, out);
        return;
    }
    cadre__json_key(out, "enum");
    cadre__json_open(out, '[');
    for (; value->name != NULL; value++)
        put_enum_value(enumeration, value, out);
    cadre__json_close(out, ']');
}

/* --- what has others in it --- */

void cadre__schema_put_place(const struct cadre__schemas *set, const char *key, const char *name,
                             struct cadre__json_out *out)
{
    struct cadre__buf text;

    cadre__buf_init(&text);
    cadre__buf_printf(&text, "%s%s", set->prefix, name);
    cadre__json_put_buf(out, key, &text);
}

static const char *name_of(const struct cadre__schema *schema, enum cadre__schema_form form)
{
    return schema != NULL ? cadre__schema_name(schema, form) : "";
}

static void put_reference(const struct cadre__schemas *set, const struct cadre__schema *schema,
                          enum cadre__schema_form form, struct cadre__json_out *out)
{
    cadre__schema_put_place(set, "$ref", name_of(schema, form), out);
}

static void put_list(const struct cadre__schemas *set, const struct cadre__type *type,
                     enum cadre__schema_form form, struct cadre__json_out *out)
{
    cadre__json_key(out, "items");
    cadre__schema_put_type(set, type->items, form, out);
    cadre__json_put_text(out, "type", "array");
    if (type->max_items != SIZE_MAX)
        cadre__json_put_uint(out, "maxItems", type->max_items);
    if (type->rules->min_items > 0)
        cadre__json_put_uint(out, "minItems", type->rules->min_items);
    cadre__json_put_true(out, "uniqueItems", type->rules->unique || type->rules->set);
}

static void put_map(const struct cadre__schemas *set, const struct cadre__type *type,
                    enum cadre__schema_form form, struct cadre__json_out *out)
{
    cadre__json_key(out, "additionalProperties");
    cadre__schema_put_type(set, type->items, form, out);
    cadre__json_put_text(out, "type", "object");
    if (type->max_items != SIZE_MAX)
        cadre__json_put_uint(out, "maxProperties", type->max_items);
    if (type->rules->min_items > 0)
        cadre__json_put_uint(out, "minProperties", type->rules->min_items);
}

static const struct cadre__schema *variant_of(const struct cadre__schemas *set,
                                              const struct cadre__type *type, size_t i)
{
    return cadre__schema_of_model(set, type->variant[i].plan, type->variants->discriminator,
                                  type->variant[i].tag);
}

void cadre__schema_put_any_of(const struct cadre__schemas *set, const struct cadre__type *type,
                              enum cadre__schema_form form, bool or_null,
                              struct cadre__json_out *out)
{
    cadre__json_key(out, "anyOf");
    cadre__json_open(out, '[');
    if (type->n_choices == 0 || (type->inside != NULL && form == CADRE__SCHEMA_INPUT))
        cadre__schema_put_type(set, type, form, out);
    else
        for (size_t i = 0; i < type->n_choices; i++)
            cadre__schema_put_type(set, &type->choice[i].type, form, out);
    if (or_null) {
        cadre__json_open(out, '{');
        cadre__json_put_text(out, "type", "null");
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, ']');
}

static void put_union(const struct cadre__schemas *set, const struct cadre__type *type,
                      enum cadre__schema_form form, struct cadre__json_out *out)
{
    if (type->n_choices > 0) {
        cadre__schema_put_any_of(set, type, form, false, out);
        return;
    }
    cadre__json_key(out, "oneOf");
    cadre__json_open(out, '[');
    for (size_t i = 0; i < type->n_variants; i++) {
        cadre__json_open(out, '{');
        put_reference(set, variant_of(set, type, i), form, out);
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, ']');
    cadre__json_key(out, "discriminator");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "propertyName", type->variants->discriminator);
    cadre__json_key(out, "mapping");
    cadre__json_open(out, '{');
    for (size_t i = 0; i < type->n_variants; i++) {
        cadre__schema_put_place(set, type->variant[i].tag.ptr,
                                name_of(variant_of(set, type, i), form), out);
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
}

/* A string that holds JSON; it is written as what it holds. */
static void put_json_string(const struct cadre__schemas *set, const struct cadre__type *type,
                            struct cadre__json_out *out)
{
    cadre__json_put_text(out, "type", "string");
    cadre__json_put_text(out, "contentMediaType", "application/json");
    cadre__json_key(out, "contentSchema");
    cadre__schema_put_type(set, type->inside, CADRE__SCHEMA_INPUT, out);
}

static void put_ip(const struct cadre__type *type, struct cadre__json_out *out)
{
    unsigned version = type->rules->ip_version;

    put_format(version == 4 ? "ipv4" : version == 6 ? "ipv6" : "ipvanyaddress", out);
}

/* --- types --- */

/* The keywords of a value, without the braces. */
void cadre__schema_put_inside(const struct cadre__schemas *set, const struct cadre__type *type,
                              enum cadre__schema_form form, struct cadre__json_out *out)
{
    static const char *const formats[CADRE_KIND_END] = {
        [CADRE_KIND_DATE] = "date",          [CADRE_KIND_TIME] = "time",
        [CADRE_KIND_DATETIME] = "date-time", [CADRE_KIND_DURATION] = "duration",
        [CADRE_KIND_EMAIL] = "email",
    };

    if (type->inside != NULL && form == CADRE__SCHEMA_INPUT) {
        put_json_string(set, type, out);
        return;
    }
    switch (type->kind) {
    case CADRE_KIND_INT:
    case CADRE_KIND_UINT:
        put_integer(type, out);
        break;
    case CADRE_KIND_DOUBLE:
        cadre__json_put_text(out, "type", "number");
        put_bounds(type->rules, out);
        break;
    case CADRE_KIND_BOOL:
        cadre__json_put_text(out, "type", "boolean");
        break;
    case CADRE_KIND_STRING:
    case CADRE_KIND_TEXT:
        put_string(type, out);
        break;
    case CADRE_KIND_BYTES:
        cadre__json_put_text(out, "type", "string");
        put_lengths(type, out);
        if (type->rules->source == 0)
            cadre__json_put_text(out, "format", "binary");
        else
            cadre__json_put_text(out, "contentMediaType", "application/octet-stream");
        break;
    case CADRE_KIND_FILE:
        cadre__json_put_text(out, "type", "string");
        cadre__json_put_text(out, "contentMediaType", "application/octet-stream");
        break;
    case CADRE_KIND_ENUM:
        if (type->rules->literal)
            cadre__schema_put_enum(type->enumeration, out);
        else
            put_reference(set, cadre__schema_of_enum(set, type->enumeration), CADRE__SCHEMA_INPUT,
                          out);
        break;
    case CADRE_KIND_UUID:
        put_uuid(type, out);
        break;
    case CADRE_KIND_DECIMAL:
        put_decimal(type, form, out);
        break;
    case CADRE_KIND_IP:
        put_ip(type, out);
        break;
    case CADRE_KIND_TUPLE:
        put_reference(set, cadre__schema_of_tuple(set, type->model), form, out);
        break;
    case CADRE_KIND_URL:
        put_url(type, out);
        break;
    case CADRE_KIND_MODEL:
        put_reference(set, cadre__schema_of_model(set, type->model, NULL, CADRE_STR("")), form,
                      out);
        break;
    case CADRE_KIND_LIST:
        put_list(set, type, form, out);
        break;
    case CADRE_KIND_MAP:
        put_map(set, type, form, out);
        break;
    case CADRE_KIND_UNION:
        put_union(set, type, form, out);
        break;
    default:
        if (type->kind < CADRE_KIND_END && formats[type->kind] != NULL)
            put_format(formats[type->kind], out);
        break; /* of ANY: nothing, which is all */
    }
}

void cadre__schema_put_type(const struct cadre__schemas *set, const struct cadre__type *type,
                            enum cadre__schema_form form, struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    cadre__schema_put_inside(set, type, form, out);
    cadre__json_close(out, '}');
}

void cadre__schema_put_model(const struct cadre__schemas *set, const struct cadre__plan *plan,
                             enum cadre__schema_form form, struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    put_reference(set, cadre__schema_of_model(set, plan, NULL, CADRE_STR("")), form, out);
    cadre__json_close(out, '}');
}
