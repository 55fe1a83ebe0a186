/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_many: lists and maps.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/convert_choice.h"
#include "model/json_names.h"
#include "model/json_read.h"

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
    int r = cadre__reader_take(reader, bytes);
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

/* Ends a list or map that was read with that result. */
static int finish(struct cadre__reader *reader, size_t n_issues, int r, struct many *many,
                  void *value)
{
    if (r == 0)
        r = store(cadre__reader_arena(reader), many, value);
    if (r < 0)
        return r;
    return cadre__reader_issues(reader) > n_issues ? CADRE__INVALID : 0;
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
    struct cadre__issue_mark mark = cadre__issues_mark(&reader->validation->issues);
    /* What is above the limit is wrong anyhow: it is counted alone. */
    size_t n_issues = cadre__reader_issues(reader),
           max = type->rules->set ? SIZE_MAX : type->max_items;
    struct many many = {NULL, 0, 0};
    const char *begin = reader->json.at;
    bool is_set = type->rules->set;

    int r = cadre__json_enter(&reader->json, ']');
    for (bool more = r > 0; more; more = r > 0, loc.index++) {
        if (many.len >= max) {
            r = cadre__json_skip(&reader->json);
        } else {
            r = reserve(reader, &many, type->stride);
            if (r < 0)
                return r;
            loc.rank = (uint32_t)loc.index;
            r = read_item(reader, type->items, &loc, many.items + many.len * type->stride);
        }
        if (r < 0)
            return r;
        if (r > 0 && is_set) /* those that are right are counted */
            memset(many.items + many.len * type->stride, 0, type->stride);
        else
            many.len++;
        r = cadre__json_next(&reader->json, ']');
        if (r == 0)
            reader->json.depth--;
    }
    if (is_set) {
        struct cadre_input input = {CADRE_INPUT_ARRAY, {begin, (size_t)(reader->json.at - begin)}};
        cadre__match_floor(reader->validation, CADRE__LAX);
        if (r == 0 && cadre__reader_issues(reader) > n_issues) {
            r = cadre__convert_wrong_set(reader->validation, type, &input, &mark, &many);
            return r < 0 ? r : CADRE__INVALID;
        }
    }
    if (many.len > max) /* that is told, and nothing of its items */
        cadre__issues_rewind(&reader->validation->issues, &mark);
    return finish(reader, n_issues, r, &many, value);
}

/* ---- maps ---- */

int cadre__reader_note_wrong(struct cadre__reader *reader, const struct cadre__issue_mark *mark,
                             struct cadre__issue_span **ret)
{
    struct cadre__issue_span span;

    *ret = NULL;
    if (!cadre__issues_since(&reader->validation->issues, mark, &span))
        return 0;
    int r = cadre__reader_take(reader, sizeof(span));
    if (r < 0)
        return r;
    struct cadre__issue_span *copy = cadre__arena_alloc(cadre__reader_arena(reader), sizeof(span));
    if (!copy)
        return -ENOMEM;
    *copy = span;
    *ret = copy;
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

/* Room for the value of the key: of one that was there before the old value goes. */
static int place_of(struct cadre__reader *reader, const struct cadre__type *type, struct many *many,
                    struct cadre__names *names, uint32_t index, char **ret)
{
    struct cadre__name *name = &names->entries[index];

    if (index < many->len) {
        if (name->wrong)
            cadre__issues_cut(&reader->validation->issues, name->wrong);
        name->wrong = NULL;
    } else {
        int r = reserve(reader, many, type->stride);
        if (r < 0)
            return r;
        many->len++;
    }
    *ret = many->items + index * (size_t)type->stride;
    memset(*ret, 0, type->stride);
    memcpy(*ret, &name->text.ptr, sizeof(name->text.ptr));
    return 0;
}

/* Reads one key and its value. */
static int read_pair(struct cadre__reader *reader, const struct cadre__type *type,
                     struct many *many, struct cadre__names *names)
{
    struct cadre__loc loc = {.up = reader->validation->loc};
    char *strings = reader->json.strings, *item;

    int r = cadre__read_key(reader, &loc.name);
    if (r == 0)
        r = cadre__names_add(names, reader, loc.name, &loc.rank);
    if (r < 0)
        return r;
    if (r == 0) { /* it was there: the key is kept once */
        loc.name = names->entries[loc.rank].text;
        reader->json.strings = strings;
    }
    r = place_of(reader, type, many, names, loc.rank, &item);
    if (r < 0)
        return r;
    struct cadre__issue_mark mark = cadre__issues_mark(&reader->validation->issues);
    r = cadre__reader_check_key(reader, &loc);
    if (r >= 0) {
        int r_item = read_item(reader, type->items, &loc, item + type->item_offset);
        r = r_item != 0 ? r_item : r;
    }
    return r > 0 ? cadre__reader_note_wrong(reader, &mark, &names->entries[loc.rank].wrong) : r;
}

int cadre__read_map(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    size_t n_issues = cadre__reader_issues(reader);
    struct many many = {NULL, 0, 0};
    struct cadre__names *names = NULL;

    int r = cadre__json_enter(&reader->json, '}');
    if (r > 0) {
        names = cadre__names_new(reader);
        if (!names)
            return -ENOMEM;
    }
    for (bool more = r > 0; more; more = r > 0) {
        r = read_pair(reader, type, &many, names);
        if (r < 0)
            return r;
        r = cadre__json_next(&reader->json, '}');
        if (r == 0)
            reader->json.depth--;
    }
    return finish(reader, n_issues, r, &many, value);
}
