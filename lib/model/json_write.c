/* SPDX-License-Identifier: MIT */
/*
 * model/json_write: objects, lists, maps and unions.
 */
#include "config.h"

#include "model/json_write.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "model/convert.h"
#include "model/json_writer.h"
#include "model/keys.h"
#include "model/same.h"

/* All CADRE_LIST_OF and CADRE_MAP_OF look like this. */
struct many {
    const char *items;
    size_t len;
};

static int write_value(struct cadre__writer *writer, const struct cadre__type *type,
                       const void *value);

/* ---- which fields ---- */

static bool is_null_pointer(const void *place)
{
    const void *pointer;

    memcpy(&pointer, place, sizeof(pointer));
    return !pointer;
}

/* Whether there is no value at the place. */
static bool is_none(const struct cadre__member *member, const void *object, const void *place)
{
    if (member->given_offset) {
        enum cadre_given given;
        memcpy(&given, (const char *)object + member->given_offset, sizeof(given));
        return given == CADRE_NULL || (given == CADRE_ABSENT && !member->has_default);
    }
    if (member->type.pointer)
        return is_null_pointer(place);
    switch (member->type.kind) {
    case CADRE_KIND_STRING:
    case CADRE_KIND_TEXT:
    case CADRE_KIND_BYTES:
    case CADRE_KIND_DECIMAL:
    case CADRE_KIND_EMAIL:
    case CADRE_KIND_URL:
    case CADRE_KIND_ANY:
        return is_null_pointer(place);
    case CADRE_KIND_LIST:
    case CADRE_KIND_MAP:
        return member->is_nullable && is_null_pointer(place);
    default:
        return false;
    }
}

/* Whether it was given; true where that is not known. */
static bool is_set(const struct cadre__plan *plan, const struct cadre__member *member,
                   const void *object)
{
    const char *bytes = object;

    if (member->given_offset) {
        enum cadre_given given;
        memcpy(&given, bytes + member->given_offset, sizeof(given));
        if (given != CADRE_ABSENT || !plan->has_set)
            return given != CADRE_ABSENT;
    }
    if (!plan->has_set || member->index >= 128 || member->is_computed)
        return true;
    struct cadre_fields_set set;
    memcpy(&set, bytes + plan->set_offset, sizeof(set));
    return cadre_is_set(&set, member->index);
}

/* Whether the value is what it is when nothing is given. 1, 0, -ENOMEM. */
static int is_default(const struct cadre__member *member, const void *place)
{
    struct many many;

    if (member->initial)
        return cadre__same(&member->type, place, member->initial);
    if (!member->type.rules->default_empty ||
        (member->type.kind != CADRE_KIND_LIST && member->type.kind != CADRE_KIND_MAP))
        return 0;
    memcpy(&many, place, sizeof(many));
    return many.len == 0;
}

/* Whether no selection leaves the field out. */
static bool is_selected(const struct cadre__writer *writer, const struct cadre__member *member)
{
    return !writer->selection || !writer->selection->of[member->index].is_out;
}

/* Whether the flags leave the field out. 1, 0, -ENOMEM. */
static int is_excluded(const struct cadre__writer *writer, const struct cadre__plan *plan,
                       const struct cadre__member *member, const void *object, const void *place,
                       bool none)
{
    unsigned flags = writer->flags;

    if ((flags & CADRE_WRITE_EXCLUDE_NONE) && none)
        return 1;
    if ((flags & CADRE_WRITE_EXCLUDE_UNSET) && !is_set(plan, member, object))
        return 1;
    if (!(flags & CADRE_WRITE_EXCLUDE_DEFAULTS) || member->is_computed)
        return 0;
    if (none || !member->has_default)
        return none && !member->has_default && !member->is_required;
    return is_default(member, place);
}

/* ---- fields ---- */

/* What a computed field of a value is made in; also of a cadre_opt_*. */
union computed {
    char bytes[64];
    max_align_t aligned;
};

static int write_key(struct cadre__writer *writer, const struct cadre__plan *plan,
                     const struct cadre__member *member)
{
    struct cadre_str key = plan->keys->quoted[member->index];
    int r = cadre__writer_need(writer, key.len + member->name.len + 4);

    if (r < 0)
        return r;
    if (__builtin_expect(writer->flags & CADRE_WRITE_BY_NAME, 0)) {
        *writer->at++ = '"';
        cadre__writer_put(writer, member->name.ptr, member->name.len);
        cadre__writer_put(writer, "\":", 2);
    } else {
        cadre__writer_put(writer, key.ptr, key.len);
    }
    return 0;
}

/* Writes what is below the field of a model with a selection. */
static int write_below(struct cadre__writer *writer, const struct cadre__member *member,
                       const void *place)
{
    const struct cadre__selection *outer = writer->selection;

    writer->selection = outer ? outer->of[member->index].below : NULL;
    int r = write_value(writer, &member->type, place);
    writer->selection = outer;
    return r;
}

/* Writes a field and a comma behind it. */
static int write_field(struct cadre__writer *writer, const struct cadre__plan *plan,
                       const struct cadre__member *member, const void *object)
{
    const char *place = (const char *)object + member->offset;
    const void *holder = object;
    union computed computed;

    if (__builtin_expect(writer->flags & CADRE__WRITE_SELECTED, 0) && !is_selected(writer, member))
        return 0;
    if (member->is_computed) {
        memset(&computed, 0, sizeof(computed));
        int r = member->type.rules->compute((struct cadre_arena *)(void *)writer->arena, object,
                                            computed.bytes);
        if (r < 0)
            return r;
        holder = place = computed.bytes;
    }
    bool none = is_none(member, holder, place);
    if (writer->flags & ~(unsigned)CADRE_WRITE_BY_NAME) {
        int r = is_excluded(writer, plan, member, holder, place, none);
        if (r != 0)
            return r < 0 ? r : 0;
    }
    int r = write_key(writer, plan, member);
    if (r == 0 && none)
        r = cadre__write_raw(writer, CADRE_STR("null"));
    else if (r == 0)
        r = __builtin_expect(writer->flags & CADRE__WRITE_SELECTED, 0)
                ? write_below(writer, member, place)
                : write_value(writer, &member->type, place);
    if (r == 0)
        r = cadre__writer_need(writer, 1);
    if (r == 0)
        *writer->at++ = ',';
    return r;
}

/* Writes the fields that were not known when it was read. */
static int write_extras(struct cadre__writer *writer, const struct cadre__plan *plan,
                        const void *object)
{
    struct cadre_extra extra;

    memcpy(&extra, (const char *)object + plan->extra_offset, sizeof(extra));
    for (size_t i = 0; i < extra.len; i++) {
        const struct cadre_any *any = &extra.items[i].value;
        if (writer->selection && cadre__selection_drops(writer->selection, extra.items[i].key))
            continue;
        int r = cadre__write_string(writer, cadre_str_from(extra.items[i].key));
        if (r == 0)
            r = cadre__write_raw(writer, CADRE_STR(":"));
        if (r == 0)
            r = cadre__write_raw(writer, any->text ? (struct cadre_str){any->text, any->len}
                                                   : CADRE_STR("null"));
        if (r == 0)
            r = cadre__write_raw(writer, CADRE_STR(","));
        if (r < 0)
            return r;
    }
    return 0;
}

/* Writes the fields, each with a comma behind it. */
static int write_members(struct cadre__writer *writer, const struct cadre__plan *plan,
                         const void *object)
{
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (!plan->members[i].in_output)
            continue;
        int r = write_field(writer, plan, &plan->members[i], object);
        if (r < 0)
            return r;
    }
    return plan->extra == CADRE_EXTRA_ALLOW ? write_extras(writer, plan, object) : 0;
}

/* Writes all of an object but its opening bracket. */
static int write_fields(struct cadre__writer *writer, const struct cadre__plan *plan,
                        const void *object)
{
    const struct cadre__selection *selection = writer->selection;

    if (writer->depth >= CADRE__JSON_WRITE_DEPTH)
        return -ELOOP;
    writer->depth++;
    writer->selection = cadre__selection_of(selection, plan);
    int r = write_members(writer, plan, object);
    writer->selection = selection;
    writer->depth--;
    if (r < 0)
        return r;
    /* The comma behind the last one becomes the bracket. */
    if (writer->at[-1] == ',') {
        writer->at[-1] = '}';
        return 0;
    }
    r = cadre__writer_need(writer, 1);
    if (r == 0)
        *writer->at++ = '}';
    return r;
}

/* ---- containers ---- */

static int write_list(struct cadre__writer *writer, const struct cadre__type *type,
                      const void *value)
{
    struct many many;

    memcpy(&many, value, sizeof(many));
    int r = cadre__write_raw(writer, CADRE_STR("["));
    for (size_t i = 0; i < many.len && r == 0; i++) {
        r = i > 0 ? cadre__write_raw(writer, CADRE_STR(",")) : 0;
        if (r == 0)
            r = write_value(writer, type->items, many.items + i * type->stride);
    }
    return r == 0 ? cadre__write_raw(writer, CADRE_STR("]")) : r;
}

static int write_map(struct cadre__writer *writer, const struct cadre__type *type,
                     const void *value)
{
    struct many many;

    memcpy(&many, value, sizeof(many));
    int r = cadre__write_raw(writer, CADRE_STR("{"));
    for (size_t i = 0; i < many.len && r == 0; i++) {
        const char *item = many.items + i * type->stride, *key;
        memcpy(&key, item, sizeof(key));
        r = i > 0 ? cadre__write_raw(writer, CADRE_STR(",")) : 0;
        if (r == 0)
            r = cadre__write_string(writer, cadre_str_from(key ? key : ""));
        if (r == 0)
            r = cadre__write_raw(writer, CADRE_STR(":"));
        if (r == 0)
            r = write_value(writer, type->items, item + type->item_offset);
    }
    return r == 0 ? cadre__write_raw(writer, CADRE_STR("}")) : r;
}

/* The fields of a tuple by their places: none is left out. */
static int write_tuple(struct cadre__writer *writer, const struct cadre__plan *plan,
                       const void *object)
{
    if (writer->depth >= CADRE__JSON_WRITE_DEPTH)
        return -ELOOP;
    writer->depth++;
    int r = cadre__write_raw(writer, CADRE_STR("["));
    for (uint32_t i = 0; i < plan->n_members && r == 0; i++) {
        const struct cadre__member *member = &plan->members[i];
        const char *place = (const char *)object + member->offset;
        r = i > 0 ? cadre__write_raw(writer, CADRE_STR(",")) : 0;
        if (r == 0)
            r = is_none(member, object, place) ? cadre__write_raw(writer, CADRE_STR("null"))
                                               : write_value(writer, &member->type, place);
    }
    writer->depth--;
    return r == 0 ? cadre__write_raw(writer, CADRE_STR("]")) : r;
}

static int write_union(struct cadre__writer *writer, const struct cadre__type *type,
                       const void *value)
{
    const struct cadre__variant_plan *variant = cadre__variant_of(type, value);
    const struct cadre__choice *choice = cadre__choice_of(type, value);

    if (choice)
        return write_value(writer, &choice->type, (const char *)value + choice->offset);
    if (!variant)
        return -EINVAL;
    int r = cadre__write_raw(writer, CADRE_STR("{"));
    if (r == 0)
        r = cadre__write_string(writer, cadre_str_from(type->variants->discriminator));
    if (r == 0)
        r = cadre__write_raw(writer, CADRE_STR(":"));
    if (r == 0)
        r = cadre__write_string(writer, variant->tag);
    if (r == 0)
        r = cadre__write_raw(writer, CADRE_STR(","));
    return r == 0 ? write_fields(writer, variant->plan, (const char *)value + variant->offset) : r;
}

static int write_value(struct cadre__writer *writer, const struct cadre__type *type,
                       const void *value)
{
    if (type->pointer) {
        memcpy(&value, value, sizeof(value));
        if (!value)
            return cadre__write_raw(writer, CADRE_STR("null"));
    }
    switch (type->kind) {
    case CADRE_KIND_MODEL: {
        int r = cadre__write_raw(writer, CADRE_STR("{"));
        return r == 0 ? write_fields(writer, type->model, value) : r;
    }
    case CADRE_KIND_TUPLE:
        return write_tuple(writer, type->model, value);
    case CADRE_KIND_LIST:
        return write_list(writer, type, value);
    case CADRE_KIND_MAP:
        return write_map(writer, type, value);
    case CADRE_KIND_UNION:
        return write_union(writer, type, value);
    default:
        return cadre__write_scalar(writer, type, value);
    }
}

/* ---- documents ---- */

static int write_document(struct cadre__writer *writer, const struct cadre__type *type,
                          const void *value)
{
    struct cadre__buf *out = writer->out;
    int r = cadre__buf_reserve(out, 256);

    if (r < 0)
        return r;
    writer->at = out->data + out->len;
    writer->end = out->data + out->size - 1;
    r = write_value(writer, type, value);
    out->len = (size_t)(writer->at - out->data);
    out->data[out->len] = '\0';
    return r;
}

int cadre__json_write_value(const struct cadre__type *type, const void *value, unsigned flags,
                            struct cadre__arena *arena, struct cadre__buf *out)
{
    struct cadre__writer writer = {.out = out, .arena = arena, .flags = flags};

    return write_document(&writer, type, value);
}

int cadre__json_write_selected(const struct cadre__plan *plan, const void *object, unsigned flags,
                               const struct cadre__selection *selection, struct cadre__arena *arena,
                               struct cadre__buf *out)
{
    static const struct cadre_field no_rules;
    struct cadre__type type = {
        .kind = CADRE_KIND_MODEL, .size = plan->size, .rules = &no_rules, .model = plan};
    struct cadre__writer writer = {
        .out = out,
        .arena = arena,
        .flags = flags | (selection ? CADRE__WRITE_SELECTED : 0),
        .selection = selection,
    };

    return write_document(&writer, &type, object);
}

int cadre__json_write(const struct cadre__plan *plan, const void *object, unsigned flags,
                      struct cadre__arena *arena, struct cadre__buf *out)
{
    return cadre__json_write_selected(plan, object, flags, NULL, arena, out);
}
