/* SPDX-License-Identifier: MIT */
/*
 * model/convert: the way of a value: validator of before, conversion by its kind, validator of
 * after; and what is left to do for lists, maps, models and unions.
 */
#include "config.h"

#include "model/convert.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/converters.h"
#include "model/same.h"

typedef int (*converter_fn)(struct cadre_validation *validation, const struct cadre__type *type,
                            const struct cadre_input *input, void *value);

static int convert_none(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    (void)value;
    return cadre__issue_wrong_type(validation, type, input);
}

static const converter_fn converters[CADRE_KIND_END] = {
    [CADRE_KIND_NONE] = convert_none,
    [CADRE_KIND_INT] = cadre__convert_int,
    [CADRE_KIND_UINT] = cadre__convert_int,
    [CADRE_KIND_DOUBLE] = cadre__convert_real,
    [CADRE_KIND_BOOL] = cadre__convert_bool,
    [CADRE_KIND_STRING] = cadre__convert_string,
    [CADRE_KIND_TEXT] = cadre__convert_string,
    [CADRE_KIND_BYTES] = cadre__convert_bytes,
    [CADRE_KIND_ENUM] = cadre__convert_enum,
    [CADRE_KIND_DATE] = cadre__convert_date,
    [CADRE_KIND_TIME] = cadre__convert_time,
    [CADRE_KIND_DATETIME] = cadre__convert_datetime,
    [CADRE_KIND_DURATION] = cadre__convert_duration,
    [CADRE_KIND_UUID] = cadre__convert_uuid,
    [CADRE_KIND_DECIMAL] = cadre__convert_decimal,
    [CADRE_KIND_EMAIL] = cadre__convert_email,
    [CADRE_KIND_URL] = cadre__convert_url,
    [CADRE_KIND_ANY] = cadre__convert_any,
    [CADRE_KIND_MODEL] = convert_none,
    [CADRE_KIND_LIST] = convert_none,
    [CADRE_KIND_MAP] = convert_none,
    [CADRE_KIND_UNION] = cadre__convert_union,
    [CADRE_KIND_FILE] = convert_none,
    [CADRE_KIND_OPAQUE] = convert_none,
    [CADRE_KIND_IP] = cadre__convert_ip,
    [CADRE_KIND_TUPLE] = convert_none,
};

int cadre__convert_plain(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, void *value)
{
    if (__builtin_expect(type->inside != NULL, 0))
        return cadre__convert_json(validation, type, input, value);
    return converters[type->kind](validation, type, input, value);
}

/* ---- validators ---- */

/* What a validator returned: its issues count, whatever it says. */
static int verdict(const struct cadre_validation *validation, size_t n_before, int r)
{
    size_t n = validation->issues.n + validation->issues.dropped;

    if (n > n_before && (r == 0 || r == -EINVAL))
        return CADRE__INVALID;
    return r > 0 ? 0 : r;
}

static int run_after(struct cadre_validation *validation, cadre_after_fn after,
                     const struct cadre_input *input, void *value)
{
    if (!after)
        return 0;
    size_t n_before = validation->issues.n + validation->issues.dropped;
    const struct cadre_input *outer = validation->input;
    validation->input = input;
    int r = verdict(validation, n_before, after(validation, value));
    validation->input = outer;
    return r;
}

/* A string that a validator made of another text, or of a number: such a text is not ended by NUL,
 * nor does it live as long as the value. */
static int keep_string(struct cadre_validation *validation, struct cadre_input *input)
{
    const char *copy = cadre__arena_strndup(
        validation->arena, input->text.ptr ? input->text.ptr : "", input->text.len);

    if (!copy)
        return -ENOMEM;
    input->text.ptr = copy;
    return 0;
}

int cadre__convert_before(struct cadre_validation *validation, cadre_before_fn before,
                          struct cadre_input *input)
{
    if (!before)
        return 0;
    size_t n_before = validation->issues.n + validation->issues.dropped;
    const struct cadre_input *outer = validation->input;
    struct cadre_input original = *input;
    validation->input = &original;
    int r = verdict(validation, n_before, before(validation, input));
    validation->input = outer;
    bool is_other = input->type != original.type || input->text.ptr != original.text.ptr ||
                    input->text.len != original.text.len;
    return r == 0 && is_other && input->type == CADRE_INPUT_STRING ? keep_string(validation, input)
                                                                   : r;
}

static int run_convert(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, void *value)
{
    size_t n_before = validation->issues.n + validation->issues.dropped;
    const struct cadre_input *outer = validation->input;
    validation->input = input;
    int r = verdict(validation, n_before, type->rules->convert(validation, input, value));
    validation->input = outer;
    return r;
}

static CADRE_PRINTF(5, 0) int invalid(struct cadre_validation *validation, const char *type,
                                      const char *ctx, const char *prefix, const char *fmt,
                                      va_list args)
{
    char *text = cadre__arena_vprintf(validation->arena, NULL, fmt, args);

    if (!text)
        return -ENOMEM;
    int r = cadre__issue(validation, type, validation->input, ctx, "%s%s", prefix, text);
    return r < 0 ? r : -EINVAL;
}

int cadre_invalid(struct cadre_validation *validation, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int r = invalid(validation, "value_error", "{\"error\":{}}", "Value error, ", fmt, args);
    va_end(args);
    return r;
}

int cadre_invalid_assertion(struct cadre_validation *validation, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int r =
        invalid(validation, "assertion_error", "{\"error\":{}}", "Assertion failed, ", fmt, args);
    va_end(args);
    return r;
}

int cadre_invalid_type(struct cadre_validation *validation, const char *type, const char *ctx,
                       const char *fmt, ...)
{
    char *copy = ctx ? cadre__arena_strndup(validation->arena, ctx, strlen(ctx)) : NULL;

    if (ctx && !copy)
        return -ENOMEM;
    va_list args;
    va_start(args, fmt);
    int r = invalid(validation, type, copy, "", fmt, args);
    va_end(args);
    return r;
}

struct cadre_arena *cadre_validation_arena(struct cadre_validation *validation)
{
    return (struct cadre_arena *)(void *)validation->arena;
}

/* ---- values ---- */

/* The struct itself, also where the type is a pointer. */
static void *target_of(const struct cadre__type *type, void *value)
{
    if (type->pointer)
        memcpy(&value, value, sizeof(value));
    return value;
}

int cadre__convert(struct cadre_validation *validation, const struct cadre__type *type,
                   const struct cadre_input *input, void *value)
{
    if (type->is_plain)
        return converters[type->kind](validation, type, input, value);
    struct cadre_input changed = *input;
    int r = cadre__convert_before(validation, type->rules->before, &changed);
    if (r == 0)
        r = type->rules->convert ? run_convert(validation, type, &changed, value)
                                 : cadre__convert_plain(validation, type, &changed, value);
    if (r == 0 && !type->inside)
        r = run_after(validation, type->rules->after, &changed, target_of(type, value));
    return r;
}

int cadre__convert_integer(struct cadre_validation *validation, const struct cadre__type *type,
                           const struct cadre_input *input, int64_t number, void *value)
{
    struct cadre__integer integer = {number < 0,
                                     number < 0 ? 0 - (uint64_t)number : (uint64_t)number};
    int r = type->kind == CADRE_KIND_DOUBLE
                ? cadre__store_real(validation, type, input, (double)number, value)
                : cadre__store_integer(validation, type, input, integer, value);

    return r == 0 ? run_after(validation, type->rules->after, input, value) : r;
}

int cadre__convert_double(struct cadre_validation *validation, const struct cadre__type *type,
                          const struct cadre_input *input, double number, void *value)
{
    int r = cadre__store_real(validation, type, input, number, value);

    return r == 0 ? run_after(validation, type->rules->after, input, value) : r;
}

/* ---- lists, maps, models, unions ---- */

/* All CADRE_LIST_OF and CADRE_MAP_OF look like this. */
struct many {
    char *items;
    size_t len;
};

int cadre__list_alloc(struct cadre__arena *arena, const struct cadre__type *list, size_t n,
                      void *value)
{
    struct many *many = value;
    size_t size;

    if (__builtin_mul_overflow(n, (size_t)list->stride, &size))
        return -ENOMEM;
    many->items = cadre__arena_calloc(arena, size);
    if (!many->items)
        return -ENOMEM;
    many->len = n;
    return 0;
}

/* How many there would have been is not told: more came after. */
static int issue_long_set(struct cadre_validation *validation, const struct cadre__type *type,
                          const struct cadre_input *input)
{
    char *ctx = cadre__arena_printf(
        validation->arena, "{\"field_type\":\"Set\",\"max_length\":%zu,\"actual_length\":null}",
        type->max_items);

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, "too_long", input, ctx,
                        "Set should have at most %zu item%s after validation, not more",
                        type->max_items, cadre__plural(type->max_items));
}

static int check_count(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, size_t n)
{
    const char *name = type->kind == CADRE_KIND_MAP ? "Dictionary"
                       : type->rules->set           ? "Set"
                                                    : "List";
    bool is_long = n > type->max_items;
    size_t bound = is_long ? type->max_items : type->rules->min_items;

    if (!is_long && n >= bound)
        return 0;
    if (is_long && type->rules->set)
        return issue_long_set(validation, type, input);
    char *ctx = cadre__arena_printf(validation->arena,
                                    "{\"field_type\":\"%s\",\"%s\":%zu,\"actual_length\":%zu}",
                                    name, is_long ? "max_length" : "min_length", bound, n);
    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, is_long ? "too_long" : "too_short", input, ctx,
                        "%s should have at %s %zu item%s after validation, not %zu", name,
                        is_long ? "most" : "least", bound, cadre__plural(bound), n);
}

/* Drops items that were there before (`set`), or says that there is one (`unique`). */
static int check_unique(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, struct many *list)
{
    size_t n = 0;

    if (type->rules->set)
        n = cadre__same_drop(validation->arena, type->items, list->items, list->len, type->stride);
    else
        n = cadre__same_count(validation->arena, type->items, list->items, list->len, type->stride);
    if (n == SIZE_MAX)
        return -ENOMEM;
    if (type->rules->set) {
        list->len = n;
        return 0;
    }
    if (n == list->len)
        return 0;
    return cadre__issue_text(validation, "unique_items", input, NULL,
                             "List items should be unique");
}

int cadre__convert_wrong_set(struct cadre_validation *validation, const struct cadre__type *type,
                             const struct cadre_input *input, const struct cadre__issue_mark *mark,
                             const void *value)
{
    const struct many *list = value;

    if (list->len <= type->max_items)
        return 0;
    size_t n =
        cadre__same_count(validation->arena, type->items, list->items, list->len, type->stride);
    if (n == SIZE_MAX)
        return -ENOMEM;
    if (n <= type->max_items)
        return 0;
    cadre__issues_rewind(&validation->issues, mark);
    return issue_long_set(validation, type, input);
}

int cadre__convert_done(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    int r = 0;

    if (type->is_plain)
        return 0;
    if (type->kind == CADRE_KIND_LIST || type->kind == CADRE_KIND_MAP) {
        struct many *many = value;
        bool is_set = type->rules->set;
        if (is_set)
            r = check_unique(validation, type, input, many);
        if (r == 0)
            r = check_count(validation, type, input, many->len);
        if (r == 0 && type->rules->unique)
            r = check_unique(validation, type, input, many);
    }
    return r == 0 ? run_after(validation, type->rules->after, input, value) : r;
}

int cadre__convert_object(struct cadre_validation *validation, const struct cadre__plan *plan,
                          const struct cadre_input *input, void *object)
{
    return run_after(validation, plan->after, input, object);
}

int cadre__issue_wrong_type(struct cadre_validation *validation, const struct cadre__type *type,
                            const struct cadre_input *input)
{
    switch (type->kind) {
    case CADRE_KIND_LIST:
        if (type->rules->set)
            return cadre__issue_text(validation, "set_type", input, NULL,
                                     "Input should be a valid set");
        return cadre__issue_text(validation, "list_type", input, NULL,
                                 "Input should be a valid list");
    case CADRE_KIND_MAP:
        return cadre__issue_text(validation, "dict_type", input, NULL,
                                 "Input should be a valid dictionary");
    case CADRE_KIND_TUPLE:
        return cadre__issue_text(validation, "tuple_type", input, NULL,
                                 "Input should be a valid tuple");
    case CADRE_KIND_MODEL:
    case CADRE_KIND_UNION:
        return cadre__issue_text(
            validation, "model_attributes_type", input, NULL,
            "Input should be a valid dictionary or object to extract fields from");
    default:
        return cadre__issue_text(validation, "value_error", input, "{\"error\":{}}",
                                 "Value error, no such value can be given here");
    }
}

/* ---- what converters share ---- */

int cadre__issue_number(struct cadre_validation *validation, const char *type,
                        const struct cadre_input *input, const char *key, uint64_t number,
                        const char *fmt, ...)
{
    char *ctx =
        cadre__arena_printf(validation->arena, "{\"%s\":%llu}", key, (unsigned long long)number);
    if (!ctx)
        return -ENOMEM;
    va_list args;
    va_start(args, fmt);
    int r = cadre__issue_v(validation, type, input, ctx, fmt, args);
    va_end(args);
    return r;
}

int cadre__issue_word(struct cadre_validation *validation, const char *type,
                      const struct cadre_input *input, const char *key, const char *value,
                      const char *message)
{
    char *quoted = cadre__json_quoted(validation->arena, cadre_str_from(value));
    char *ctx = quoted ? cadre__arena_printf(validation->arena, "{\"%s\":%s}", key, quoted) : NULL;

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, type, input, ctx, "%s%s", message, value);
}
