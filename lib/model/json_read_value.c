/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_value: a value by its type, lists, maps, and unions.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/siphash.h"
#include "model/convert.h"
#include "model/json_read.h"
#include "model/json_reader.h"

/* Maps of up to so many items are searched one by one. */
#define FEW 12

/* So many issues are looked at for those of values that others replace; from then on they stay. */
#define LOOKED_MAX (100 * (size_t)CADRE__ISSUES_MAX)

/* What is dropped is still in the arena: each time counts for so many more. */
#define DROPPED_COST 10

/* ---- issues of replaced values ---- */

static bool is_below(const struct cadre__issue *issue, const struct cadre__loc *loc, uint32_t n_loc)
{
    if (issue->n_loc < n_loc)
        return false;
    for (; loc; loc = loc->up) {
        if (issue->loc[--n_loc].rank != loc->rank)
            return false;
    }
    return true;
}

void cadre__reader_replace(struct cadre__reader *reader, const struct cadre__loc *loc)
{
    struct cadre__issues *issues = &reader->validation->issues;
    struct cadre__issue **place = &issues->first, *issue;
    uint32_t n_loc = 0;

    if (issues->n == 0 || reader->n_looked >= LOOKED_MAX)
        return;
    reader->n_looked += issues->n + DROPPED_COST;
    for (const struct cadre__loc *at = loc; at; at = at->up)
        n_loc++;
    issues->last = NULL;
    while ((issue = *place)) {
        if (is_below(issue, loc, n_loc)) {
            *place = issue->next;
            issues->n--;
        } else {
            issues->last = issue;
            place = &issue->next;
        }
    }
}

/* ---- values ---- */

/* Counts memory that is more than what the struct and the text have. 0, -EMSGSIZE. */
static int take_memory(struct cadre__reader *reader, size_t bytes)
{
    if (bytes > reader->memory)
        return -EMSGSIZE;
    reader->memory -= bytes;
    return 0;
}

static bool is_container(enum cadre_kind kind)
{
    return kind == CADRE_KIND_MODEL || kind == CADRE_KIND_LIST || kind == CADRE_KIND_MAP ||
           kind == CADRE_KIND_UNION;
}

static int read_container(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre_input input;

    switch (type->kind) {
    case CADRE_KIND_LIST:
        return cadre__read_list(reader, type, value);
    case CADRE_KIND_MAP:
        return cadre__read_map(reader, type, value);
    case CADRE_KIND_UNION:
        return cadre__read_union(reader, type, value);
    default:
        return cadre__read_object(reader, type->model, (struct cadre_str){NULL, 0}, value, &input);
    }
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
    return cadre__convert_done(reader->validation, type, &input, value);
}

static int read_unvalidated(struct cadre__reader *reader, const struct cadre__type *type,
                            void *value)
{
    char first = cadre__json_peek(&reader->json);
    void *place = value;
    int r;

    if (first != (type->kind == CADRE_KIND_LIST ? '[' : '{')) {
        struct cadre_input input;
        r = cadre__read_input(reader, &input);
        return r < 0 ? r : cadre__issue_wrong_type(reader->validation, type, &input);
    }
    if (type->pointer) {
        r = take_memory(reader, type->size);
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

/* A container with a validator that wants to see it before, or in the place of the reader. */
static int read_validated(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    struct cadre_input input;
    int r = cadre__read_input(reader, &input);

    if (r < 0)
        return r;
    if (type->rules->convert)
        return cadre__convert(reader->validation, type, &input, value);
    r = cadre__convert_before(reader->validation, type->rules->before, &input);
    if (r != 0)
        return r;
    if (input.type != CADRE_INPUT_ARRAY && input.type != CADRE_INPUT_OBJECT)
        return cadre__issue_wrong_type(reader->validation, type, &input);
    if (input.text.ptr == begin && input.text.len == (size_t)(json->at - begin)) {
        json->at = begin;
        return read_unvalidated(reader, type, value);
    }
    return cadre__reader_run_changed(reader, begin, input.text, read_changed, type, value);
}

int cadre__read_value(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    if (!is_container(type->kind)) {
        int r = cadre__read_plain(reader, type, value);
        return r == CADRE__NOT_PLAIN ? cadre__read_scalar(reader, type, value) : r;
    }
    if (type->rules->before || type->rules->convert)
        return read_validated(reader, type, value);
    return read_unvalidated(reader, type, value);
}

/* ---- lists and maps ---- */

/* What a list or map is while it is read; then its first two members are it. */
struct many {
    char *items;
    size_t len;
    size_t size; /* items that there is room for */
};

/* Makes room for one more item, zeroed. */
static int reserve(struct cadre__reader *reader, struct many *many, size_t stride)
{
    size_t size = many->size * 2, bytes;

    if (many->len < many->size)
        return 0;
    if (size == 0)
        size = stride <= 16 ? 8 : 4;
    if (__builtin_mul_overflow(size, stride, &bytes))
        return -ENOMEM;
    int r = take_memory(reader, bytes);
    if (r < 0)
        return r;
    char *items = cadre__arena_alloc(cadre__reader_arena(reader), bytes);
    if (!items)
        return -ENOMEM;
    size_t used = many->len * stride;
    if (used > 0)
        memcpy(items, many->items, used);
    memset(items + used, 0, bytes - used);
    many->items = items;
    many->size = size;
    return 0;
}

/* Stores what was read. Of one that is there, though empty, the items are not NULL. */
static int store(struct cadre__arena *arena, struct many *many, void *value)
{
    if (!many->items) {
        many->items = cadre__arena_alloc(arena, 0);
        if (!many->items)
            return -ENOMEM;
    }
    memcpy(value, many, offsetof(struct many, size));
    return 0;
}

static int read_item(struct cadre__reader *reader, const struct cadre__type *type,
                     struct cadre__loc *loc, void *place)
{
    int r = cadre__read_plain(reader, type, place);

    if (r != CADRE__NOT_PLAIN)
        return r;
    reader->validation->loc = loc;
    r = cadre__read_value(reader, type, place);
    reader->validation->loc = loc->up;
    return r;
}

int cadre__read_list(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__loc loc = {.up = reader->validation->loc};
    /* What is above the limit is wrong anyhow: it is counted alone. */
    size_t n_issues = cadre__reader_issues(reader),
           max = type->rules->set ? SIZE_MAX : type->max_items;
    struct many many = {NULL, 0, 0};

    int r = cadre__json_enter(&reader->json, ']');
    for (bool more = r > 0; more; more = r > 0) {
        if (many.len >= max) {
            r = cadre__json_skip(&reader->json);
        } else {
            r = reserve(reader, &many, type->stride);
            if (r < 0)
                return r;
            loc.index = many.len;
            loc.rank = (uint32_t)many.len;
            r = read_item(reader, type->items, &loc, many.items + many.len * type->stride);
        }
        if (r < 0)
            return r;
        many.len++;
        r = cadre__json_next(&reader->json, ']');
        if (r == 0)
            reader->json.depth--;
    }
    if (r == 0)
        r = store(cadre__reader_arena(reader), &many, value);
    if (r < 0)
        return r;
    return cadre__reader_issues(reader) > n_issues ? CADRE__INVALID : 0;
}

static const char *key_of(const char *items, size_t stride, size_t i)
{
    const char *key;

    memcpy(&key, items + i * stride, sizeof(key));
    return key;
}

/* Items by their keys, from the last one on. */
struct index {
    const char *items;
    size_t stride, len;
    uint32_t *slots; /* 1 + the index of an item; NULL: they are few, and searched */
    size_t n_slots;  /* a power of two */
    struct cadre__siphash_key hash;
};

static int index_init(struct index *index, struct cadre__arena *arena)
{
    if (index->len <= FEW)
        return 0;
    for (index->n_slots = 64; index->n_slots < 2 * index->len;)
        index->n_slots *= 2;
    index->slots = cadre__arena_calloc(arena, index->n_slots * sizeof(*index->slots));
    if (!index->slots)
        return -ENOMEM;
    cadre__siphash_key_make(&index->hash);
    return 0;
}

/* Whether an item behind `i` has the same key; else this one is noted. */
static bool index_has(struct index *index, size_t i)
{
    const char *key = key_of(index->items, index->stride, i);

    if (!index->slots) {
        for (size_t k = i + 1; k < index->len; k++) {
            const char *other = key_of(index->items, index->stride, k);
            if (other && strcmp(other, key) == 0)
                return true;
        }
        return false;
    }
    size_t slot = cadre__siphash(&index->hash, key, strlen(key)) & (index->n_slots - 1);
    for (; index->slots[slot]; slot = (slot + 1) & (index->n_slots - 1)) {
        if (strcmp(key_of(index->items, index->stride, index->slots[slot] - 1), key) == 0)
            return true;
    }
    index->slots[slot] = (uint32_t)i + 1;
    return false;
}

int cadre__reader_drop_replaced(struct cadre__reader *reader, void *items, size_t stride,
                                uint32_t rank, size_t *len)
{
    struct index index = {.items = items, .stride = stride, .len = *len};
    struct cadre__loc loc = {.up = reader->validation->loc};
    size_t n = 0;

    int r = index_init(&index, cadre__reader_arena(reader));
    if (r < 0)
        return r;
    for (size_t i = *len; i-- > 0;) {
        if (!index_has(&index, i))
            continue;
        memset((char *)items + i * stride, 0, sizeof(const char *));
        loc.rank = rank + (uint32_t)i;
        cadre__reader_replace(reader, &loc);
    }
    for (size_t i = 0; i < *len; i++) {
        if (!key_of(items, stride, i))
            continue;
        if (n < i)
            memcpy((char *)items + n * stride, (char *)items + i * stride, stride);
        n++;
    }
    *len = n;
    return 0;
}

int cadre__reader_check_key(struct cadre__reader *reader, const struct cadre__loc *loc)
{
    struct cadre__loc key = {.up = loc, .name = CADRE_STR("[key]")};
    struct cadre_input input = {CADRE_INPUT_STRING, loc->name};

    if (!memchr(loc->name.ptr, '\0', loc->name.len))
        return 0;
    reader->validation->loc = &key;
    int r = cadre__issue_text(reader->validation, "value_error", &input, "{\"error\":{}}",
                              "Value error, NUL characters are not allowed");
    reader->validation->loc = loc->up;
    return r;
}

/* Reads one key and its value behind the items that there are. */
static int read_pair(struct cadre__reader *reader, const struct cadre__type *type,
                     struct many *many)
{
    struct cadre__loc loc = {.up = reader->validation->loc, .rank = (uint32_t)many->len};
    int r = reserve(reader, many, type->stride);

    if (r == 0)
        r = cadre__read_key(reader, &loc.name);
    if (r < 0)
        return r;
    char *item = many->items + many->len++ * type->stride;
    memcpy(item, &loc.name.ptr, sizeof(loc.name.ptr));
    r = cadre__reader_check_key(reader, &loc);
    return r < 0 ? r : read_item(reader, type->items, &loc, item + type->item_offset);
}

int cadre__read_map(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    size_t n_issues = cadre__reader_issues(reader), n = 0;
    struct many many = {NULL, 0, 0};

    int r = cadre__json_enter(&reader->json, '}');
    for (bool more = r > 0; more; more = r > 0) {
        r = read_pair(reader, type, &many);
        if (r < 0)
            return r;
        n++;
        r = cadre__json_next(&reader->json, '}');
        if (r == 0)
            reader->json.depth--;
    }
    if (r == 0 && n > 1)
        r = cadre__reader_drop_replaced(reader, many.items, type->stride, 0, &many.len);
    if (r == 0)
        r = store(cadre__reader_arena(reader), &many, value);
    if (r < 0)
        return r;
    return cadre__reader_issues(reader) > n_issues ? CADRE__INVALID : 0;
}

/* ---- unions ---- */

/* Looks for the discriminator in the object at which the reader is, and stays there. *ret is its
 * value; false in *ret_found: there is none. `all` looks at all fields, as one may be there twice;
 * else the first one is enough. */
static int find_tag(struct cadre__reader *reader, struct cadre_str name, bool all, bool *ret_found,
                    struct cadre_input *ret)
{
    struct cadre__json *json = &reader->json, start = *json;
    bool found = false;

    int r = cadre__json_enter(json, '}');
    for (bool more = r > 0; more; more = r > 0) {
        struct cadre_str key;
        json->strings = start.strings;
        r = cadre__read_key(reader, &key);
        if (r < 0)
            return r;
        bool is_tag = cadre_str_eq(key, name);
        json->strings = start.strings;
        r = is_tag ? cadre__read_input(reader, ret) : cadre__json_skip(json);
        if (r < 0)
            return r;
        if (is_tag && ret->type == CADRE_INPUT_STRING) {
            const char *copy =
                cadre__arena_strndup(cadre__reader_arena(reader), ret->text.ptr, ret->text.len);
            if (!copy)
                return -ENOMEM;
            ret->text.ptr = copy;
        }
        found |= is_tag;
        if (!all)
            break;
        r = cadre__json_next(json, '}');
    }
    if (r < 0)
        return r;
    *json = start;
    *ret_found = found;
    return 0;
}

/* Reads the object at which the reader is as the variant of the tag. */
static int read_variant(struct cadre__reader *reader, const struct cadre__type *type,
                        const struct cadre_input *tag, void *value)
{
    const struct cadre__variant_plan *variant =
        tag->type == CADRE_INPUT_STRING ? cadre__variant_find(type, tag->text) : NULL;
    struct cadre_input object;

    if (!variant) {
        int r = cadre__read_input(reader, &object);
        return r < 0 ? r : cadre__issue_wrong_tag(reader->validation, type, &object, tag);
    }
    struct cadre__loc loc = {.up = reader->validation->loc, .name = variant->tag};
    reader->validation->loc = &loc;
    cadre__variant_set(type, variant, value);
    int r = cadre__read_object(reader, variant->plan, cadre_str_from(type->variants->discriminator),
                               (char *)value + variant->offset, &object);
    reader->validation->loc = loc.up;
    return r;
}

int cadre__read_union(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre_str name = cadre_str_from(type->variants->discriminator);
    struct cadre_input tag = {CADRE_INPUT_NULL, {NULL, 0}}, object;
    struct cadre__json start = reader->json;
    struct cadre__issues issues = reader->validation->issues;
    bool found;

    /* Mostly it is the first field, and there once. */
    int r = find_tag(reader, name, false, &found, &tag);
    if (r == 0 && found) {
        reader->n_tags = 0;
        r = read_variant(reader, type, &tag, value);
        if (r < 0 || reader->n_tags <= 1)
            return r;
        reader->json = start;
        reader->validation->issues = issues;
        if (issues.last)
            issues.last->next = NULL;
        memset(value, 0, type->size);
        r = 0;
    }
    if (r == 0)
        r = find_tag(reader, name, true, &found, &tag);
    if (r < 0)
        return r;
    if (found)
        return read_variant(reader, type, &tag, value);
    r = cadre__read_input(reader, &object);
    return r < 0 ? r : cadre__issue_no_tag(reader->validation, type, &object);
}
