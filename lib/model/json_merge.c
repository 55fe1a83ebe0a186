/* SPDX-License-Identifier: MIT */
/* model/json_merge: JSON in JSON. Values are told by their places in the texts, not decoded. */
#include "config.h"

#include "model/json_merge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/json_check.h"
#include "model/json_scan.h"

#define CHUNK_BYTES 1024

/* A member of an object. */
struct member {
    struct cadre_str key;    /* decoded */
    struct cadre_str quoted; /* as it stands there */
    struct cadre_str value;  /* JSON */
    struct member *next;
};

/* Ready to read a text. 0; -ENOMEM. */
static int begin(struct cadre__json *json, struct cadre_str text, struct cadre__arena *arena)
{
    *json = (struct cadre__json){
        .at = text.ptr,
        .end = text.ptr + text.len,
        .begin = text.ptr,
        .strings = cadre__arena_alloc(arena, text.len + 1 + CADRE__JSON_SLACK),
        .max_depth = CADRE__JSON_SKIP_DEPTH,
    };
    cadre__json_space(json);
    return json->strings != NULL ? 0 : -ENOMEM;
}

/* The text of the value that comes next. 0; -EBADMSG. */
static int take_value(struct cadre__json *json, struct cadre_str *ret)
{
    const char *from = json->at;
    int r = cadre__json_skip(json);

    *ret = (struct cadre_str){from, (size_t)(json->at - from)};
    return r;
}

static struct member *find(struct member *members, struct cadre_str key)
{
    while (members != NULL && !cadre_str_eq(members->key, key))
        members = members->next;
    return members;
}

/* The members of the object, of which `at` is at the bracket. 0; -EBADMSG, -ENOMEM. */
static int take_members(struct cadre__json *json, struct cadre__arena *arena, struct member **ret)
{
    struct member *first = NULL, **last = &first;
    int r = cadre__json_enter(json, '}');

    while (r > 0) {
        struct member *member = cadre__arena_calloc(arena, sizeof(*member)), *same;
        const char *quoted = json->at;

        if (member == NULL)
            return -ENOMEM;
        r = cadre__json_peek(json) == '"' ? cadre__json_string(json, &member->key) : -EBADMSG;
        member->quoted = (struct cadre_str){quoted, (size_t)(json->at - quoted)};
        if (r == 0)
            r = cadre__json_colon(json);
        if (r == 0)
            r = take_value(json, &member->value);
        if (r < 0)
            return r;
        same = find(first, member->key);
        if (same != NULL) {
            same->value = member->value;
        } else {
            *last = member;
            last = &member->next;
        }
        r = cadre__json_next(json, '}');
    }
    *ret = first;
    return r;
}

static int merge(struct cadre_str base, struct cadre_str extra, unsigned depth,
                 struct cadre__arena *arena, struct cadre__buf *out);

/* Writes a member, with what is to be merged into it (NULL: nothing). */
static int put_member(const struct member *member, const struct member *with, unsigned depth,
                      struct cadre__arena *arena, struct cadre__buf *out)
{
    if (out->data[out->len - 1] != '{')
        cadre__buf_putc(out, ',');
    cadre__buf_append(out, member->quoted.ptr, member->quoted.len);
    cadre__buf_putc(out, ':');
    if (with != NULL)
        return merge(member->value, with->value, depth + 1, arena, out);
    return cadre__buf_append(out, member->value.ptr, member->value.len);
}

static int merge_objects(struct cadre__json *base, struct cadre__json *extra, unsigned depth,
                         struct cadre__arena *arena, struct cadre__buf *out)
{
    struct member *members = NULL, *more = NULL;
    int r = take_members(base, arena, &members);

    if (r == 0)
        r = take_members(extra, arena, &more);
    if (r == 0)
        r = cadre__buf_putc(out, '{');
    for (const struct member *one = members; r == 0 && one != NULL; one = one->next)
        r = put_member(one, find(more, one->key), depth, arena, out);
    for (const struct member *one = more; r == 0 && one != NULL; one = one->next) {
        if (find(members, one->key) == NULL)
            r = put_member(one, NULL, depth, arena, out);
    }
    return r < 0 ? r : cadre__buf_putc(out, '}');
}

/* What is between the brackets. */
static struct cadre_str items_of(struct cadre_str array)
{
    struct cadre_str items = {array.ptr + 1, array.len - 2};

    while (items.len > 0 && (unsigned char)items.ptr[0] <= ' ') {
        items.ptr++;
        items.len--;
    }
    return items;
}

static int merge_arrays(struct cadre_str base, struct cadre_str extra, struct cadre__buf *out)
{
    struct cadre_str first = items_of(base), second = items_of(extra);

    cadre__buf_putc(out, '[');
    cadre__buf_append(out, first.ptr, first.len);
    if (first.len > 0 && second.len > 0)
        cadre__buf_putc(out, ',');
    cadre__buf_append(out, second.ptr, second.len);
    return cadre__buf_putc(out, ']');
}

/* Two values, without space around them. */
static int merge(struct cadre_str base, struct cadre_str extra, unsigned depth,
                 struct cadre__arena *arena, struct cadre__buf *out)
{
    struct cadre__json one, other;
    int r;

    if (base.ptr[0] != extra.ptr[0] || (base.ptr[0] != '{' && base.ptr[0] != '['))
        return cadre__buf_append(out, extra.ptr, extra.len);
    if (base.ptr[0] == '[')
        return merge_arrays(base, extra, out);
    if (depth >= CADRE__JSON_MERGE_DEPTH)
        return -EBADMSG;
    r = begin(&one, base, arena);
    if (r == 0)
        r = begin(&other, extra, arena);
    return r < 0 ? r : merge_objects(&one, &other, depth, arena, out);
}

/* --- for others --- */

/* A text without the space around its value. */
static struct cadre_str trimmed(struct cadre_str text)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

int cadre__json_merge(struct cadre_str base, struct cadre_str extra, struct cadre__buf *out)
{
    struct cadre__arena arena;
    int r;

    base = trimmed(base);
    extra = trimmed(extra);
    if (base.len == 0 || extra.len == 0)
        return -EINVAL;
    cadre__arena_init(&arena, CHUNK_BYTES);
    r = merge(base, extra, 0, &arena, out);
    cadre__arena_done(&arena);
    return r == -EBADMSG ? -EINVAL : r;
}

bool cadre__json_merge_has(const char *text, const char *name)
{
    struct cadre__arena arena;
    struct cadre__json json;
    struct member *members = NULL;
    bool has;

    cadre__arena_init(&arena, CHUNK_BYTES);
    has = begin(&json, cadre_str_from(text), &arena) == 0 &&
          take_members(&json, &arena, &members) == 0 && find(members, cadre_str_from(name)) != NULL;
    cadre__arena_done(&arena);
    return has;
}

int cadre__json_merge_check(const char *text, char why[CADRE__JSON_MERGE_WHY])
{
    struct cadre__json_problem problem;
    int r = text[strspn(text, " \t\r\n")] == '{' ? 0 : -EINVAL;

    if (r < 0)
        (void)snprintf(why, CADRE__JSON_MERGE_WHY, "it is not a JSON object, {...}");
    else
        r = cadre__json_check(cadre_str_from(text), CADRE__JSON_MERGE_DEPTH, &problem);
    if (r == -EILSEQ)
        (void)snprintf(why, CADRE__JSON_MERGE_WHY, "it is not UTF-8");
    else if (r == -EBADMSG)
        (void)snprintf(why, CADRE__JSON_MERGE_WHY, "it is not JSON: %s, at character %zu",
                       problem.what, problem.offset + 1);
    return r == -EBADMSG || r == -EILSEQ ? -EINVAL : r;
}
