/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_union: an object by the tag that is in it. What has none is of
 * model/json_read_choice.c.
 *
 * Mostly the tag is the first field, and there once: the object is read as its variant at once, in
 * hope. Where the tag comes again, what was read may be of the wrong variant, and of a name that is
 * there twice the last one counts. Then the outermost union that hoped begins again, and from there
 * on all fields of an object are looked at for tags before it is read: so the work for a document
 * grows with its length and with its depth, and not with powers of these.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/json_reader.h"

/* What the value of a tag is; its text is the arena's. */
static int read_tag(struct cadre__reader *reader, const char *at, char *strings,
                    struct cadre_input *ret)
{
    reader->json.at = at;
    reader->json.strings = strings;
    int r = cadre__read_input(reader, ret);
    if (r < 0 || ret->type != CADRE_INPUT_STRING)
        return r;
    ret->text.ptr = cadre__arena_strndup(cadre__reader_arena(reader), ret->text.ptr, ret->text.len);
    return ret->text.ptr ? 0 : -ENOMEM;
}

/* Looks for the discriminator in the object at which the reader is, and stays there. `all` looks at
 * all fields for the last one; else at the first. 1: *ret is its value; 0: there is none. */
static int find_tag(struct cadre__reader *reader, struct cadre_str name, bool all,
                    struct cadre_input *ret)
{
    struct cadre__json *json = &reader->json;
    const char *begin = json->at, *tag = NULL;
    char *strings = json->strings;
    unsigned depth = json->depth;

    int r = cadre__json_enter(json, '}');
    for (bool more = r > 0; more; more = r > 0) {
        struct cadre_str key;
        json->strings = strings;
        r = cadre__read_key(reader, &key);
        if (r < 0)
            return r;
        if (cadre_str_eq(key, name))
            tag = json->at;
        if (!all)
            break;
        json->strings = strings;
        r = cadre__json_skip(json);
        if (r == 0)
            r = cadre__json_next(json, '}');
    }
    if (r >= 0 && tag)
        r = read_tag(reader, tag, strings, ret);
    if (r < 0)
        return r;
    json->at = begin;
    json->strings = strings;
    json->depth = depth;
    return tag != NULL;
}

/* The variant of a tag; NULL: there is none. */
static const struct cadre__variant_plan *variant_of(const struct cadre__type *type,
                                                    const struct cadre_input *tag)
{
    return tag->type == CADRE_INPUT_STRING ? cadre__variant_find(type, tag->text) : NULL;
}

/* Reads the object at which the reader is as a variant. */
static int read_variant(struct cadre__reader *reader, const struct cadre__type *type,
                        const struct cadre__variant_plan *variant, bool is_hoped, void *value)
{
    struct cadre__tag tag = {cadre_str_from(type->variants->discriminator), is_hoped};
    struct cadre__loc loc = {.up = reader->validation->loc, .name = variant->tag};

    reader->validation->loc = &loc;
    cadre__variant_set(type, variant, value);
    int r = cadre__read_object(reader, variant->plan, &tag, (char *)value + variant->offset);
    reader->validation->loc = loc.up;
    return r;
}

/* Reads it by the tag of its first field. 1: that is done, with *ret; 0: the last tag is to be
 * looked for, and all is as it was. */
static int read_hoping(struct cadre__reader *reader, const struct cadre__type *type, void *value,
                       int *ret)
{
    struct cadre__json *json = &reader->json;
    struct cadre__issues *issues = &reader->validation->issues;
    struct cadre__issue_mark mark = cadre__issues_mark(issues);
    const char *begin = json->at;
    char *strings = json->strings;
    unsigned depth = json->depth;
    struct cadre_input tag;

    int r = find_tag(reader, cadre_str_from(type->variants->discriminator), false, &tag);
    *ret = r;
    if (r <= 0)
        return r < 0;
    const struct cadre__variant_plan *variant = variant_of(type, &tag);
    if (!variant)
        return 0;
    reader->n_hoping++;
    *ret = read_variant(reader, type, variant, true, value);
    reader->n_hoping--;
    if (!reader->begins_again || reader->n_hoping > 0)
        return 1;
    reader->begins_again = false;
    reader->looks_for_tags = true;
    json->at = begin;
    json->strings = strings;
    json->depth = depth;
    cadre__issues_rewind(issues, &mark);
    memset(value, 0, type->size);
    return 0;
}

int cadre__read_union(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    const struct cadre__variant_plan *variant = NULL;
    struct cadre_input tag, object;
    int r;

    if (type->n_choices > 0)
        return cadre__read_choices(reader, type, value);
    if (!reader->looks_for_tags && read_hoping(reader, type, value, &r))
        return r;
    r = find_tag(reader, cadre_str_from(type->variants->discriminator), true, &tag);
    if (r < 0)
        return r;
    bool found = r > 0;
    if (found)
        variant = variant_of(type, &tag);
    if (variant)
        return read_variant(reader, type, variant, false, value);
    r = cadre__read_input(reader, &object);
    if (r < 0)
        return r;
    return found ? cadre__issue_wrong_tag(reader->validation, type, &object, &tag)
                 : cadre__issue_no_tag(reader->validation, type, &object);
}
