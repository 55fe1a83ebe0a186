/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_object: an object into the struct of a model.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/convert_choice.h"
#include "model/json_names.h"
#include "model/json_read.h"
#include "model/json_reader.h"
#include "model/keys.h"

/* Models with more fields have the bits of those that were given in the arena. */
#define WORDS_INLINE 2

/* A field of the input that the model does not have. */
struct extra {
    struct cadre_input input;
    struct cadre_str json; /* as it was sent */
};

/* The issues of a member that is wrong so far. */
struct wrong {
    struct wrong *next;
    uint32_t index; /* of the member */
    struct cadre__issue_span *span;
};

/* An object that is read. */
struct object {
    const struct cadre__plan *plan;
    char *bytes;
    const struct cadre__tag *tag; /* NULL: it is no variant of a union */
    unsigned n_tags;
    uint32_t next;  /* the key that is expected */
    uint64_t *seen; /* a bit for each member that was there */
    uint64_t words[WORDS_INLINE];
    struct wrong *wrong;
    struct cadre__names *names; /* of the extras */
    struct extra *extras;       /* one for each name */
    uint32_t max_extras;        /* there is room for */
};

/* ---- fields ---- */

/* A member that was there before is as if it had not been. */
static void forget(struct cadre__reader *reader, struct object *object,
                   const struct cadre__member *member)
{
    size_t size = member->type.pointer ? sizeof(void *) : member->type.size;

    for (struct wrong **at = &object->wrong; *at; at = &(*at)->next) {
        if ((*at)->index == member->index) {
            cadre__issues_cut(&reader->validation->issues, (*at)->span);
            *at = (*at)->next;
            break;
        }
    }
    memset(object->bytes + member->offset, 0, size);
    if (member->given_offset)
        cadre__member_given(object->plan, member, object->bytes, CADRE_ABSENT);
}

/* The value of a member was wrong; another one may come. */
static int note_wrong(struct cadre__reader *reader, struct object *object,
                      const struct cadre__member *member, const struct cadre__issue_mark *mark)
{
    struct cadre__issue_span *span;
    int r = cadre__reader_note_wrong(reader, mark, &span);

    if (r < 0 || !span)
        return r;
    struct wrong *wrong = cadre__arena_alloc(cadre__reader_arena(reader), sizeof(*wrong));
    if (!wrong)
        return -ENOMEM;
    *wrong = (struct wrong){.next = object->wrong, .index = member->index, .span = span};
    object->wrong = wrong;
    return 0;
}

/* A member whose value is not just stored. */
static int read_member(struct cadre__reader *reader, struct object *object,
                       const struct cadre__member *member)
{
    struct cadre__json *json = &reader->json;

    if (member->is_nullable && cadre__json_peek(json) == 'n') {
        int r = cadre__json_literal(json);
        if (r == 0)
            cadre__member_given(object->plan, member, object->bytes, CADRE_NULL);
        return r;
    }
    struct cadre__loc loc = {
        .up = reader->validation->loc, .name = member->key, .rank = member->index};
    struct cadre__issue_mark mark = cadre__issues_mark(&reader->validation->issues);
    reader->validation->loc = &loc;
    int r = cadre__read_value(reader, &member->type, object->bytes + member->offset);
    reader->validation->loc = loc.up;
    if (r == 0)
        cadre__member_given(object->plan, member, object->bytes, CADRE_GIVEN);
    return r > 0 ? note_wrong(reader, object, member, &mark) : r;
}

static inline int read_field(struct cadre__reader *reader, struct object *object,
                             const struct cadre__member *member)
{
    uint64_t *word = &object->seen[member->index / 64];
    uint64_t bit = UINT64_C(1) << (member->index % 64);

    if (__builtin_expect((*word & bit) != 0, 0))
        forget(reader, object, member);
    *word |= bit;
    int r = cadre__read_plain(reader, &member->type, object->bytes + member->offset);
    if (r == CADRE__NOT_PLAIN)
        return read_member(reader, object, member);
    if (r == 0)
        cadre__member_given(object->plan, member, object->bytes, CADRE_GIVEN);
    return r;
}

/* Makes room for another extra field. */
static int reserve_extra(struct cadre__reader *reader, struct object *object, uint32_t index)
{
    uint32_t max = object->max_extras > 0 ? object->max_extras * 2 : 4;
    size_t bytes = max * sizeof(*object->extras);

    if (index < object->max_extras)
        return 0;
    int r = cadre__reader_take(reader, bytes);
    if (r < 0)
        return r;
    struct extra *extras = cadre__arena_alloc(cadre__reader_arena(reader), bytes);
    if (!extras)
        return -ENOMEM;
    if (index > 0)
        memcpy(extras, object->extras, index * sizeof(*extras));
    object->extras = extras;
    object->max_extras = max;
    return 0;
}

/* A field that the model does not have. The first of its name is kept in the memory of strings,
 * which goes on at `strings` where it is not the first. */
static int read_extra(struct cadre__reader *reader, struct object *object, struct cadre_str name,
                      char *strings)
{
    const char *begin = reader->json.at;
    uint32_t index;

    if (!object->names)
        object->names = cadre__names_new(reader);
    if (!object->names)
        return -ENOMEM;
    int r = cadre__names_add(object->names, reader, name, &index);
    if (r == 0)
        reader->json.strings = strings;
    if (r >= 0)
        r = reserve_extra(reader, object, index);
    if (r < 0)
        return r;
    struct extra *extra = &object->extras[index];
    r = cadre__read_input(reader, &extra->input);
    extra->json = (struct cadre_str){begin, (size_t)(reader->json.at - begin)};
    return r;
}

/* The field that tells a variant, which the union has read. */
static int skip_tag(struct cadre__reader *reader, struct object *object)
{
    if (++object->n_tags > 1 && object->tag->is_hoped) {
        reader->begins_again = true;
        return -EAGAIN;
    }
    return cadre__json_skip(&reader->json);
}

/* The field whose key the reader is at, where it is not the expected one. */
static int read_other(struct cadre__reader *reader, struct object *object)
{
    const struct cadre__keys *keys = object->plan->keys;
    struct cadre__json *json = &reader->json;
    char *strings = json->strings;
    struct cadre_str name;
    int r = cadre__read_key(reader, &name);

    if (r < 0)
        return r;
    const struct cadre__key *key = cadre__keys_find(keys, name);
    if (key) {
        json->strings = strings;
        object->next = (uint32_t)(key - keys->keys) + 1;
        return read_field(reader, object, key->member);
    }
    bool is_tag = object->tag && cadre_str_eq(name, object->tag->name);
    if (!is_tag && object->plan->extra != CADRE_EXTRA_IGNORE)
        return read_extra(reader, object, name, strings);
    json->strings = strings;
    if (is_tag)
        return skip_tag(reader, object);
    return cadre__json_skip(json);
}

static int read_fields(struct cadre__reader *reader, struct object *object)
{
    const struct cadre__keys *keys = object->plan->keys;
    struct cadre__json *json = &reader->json;

    int r = cadre__json_enter(json, '}');
    for (bool more = r > 0; more; more = r > 0) {
        const struct cadre__key *key = &keys->keys[object->next];
        if (object->next < keys->n && json->end - json->at > CADRE__KEY_HEAD && *json->at == '"' &&
            cadre__key_is_at(key, json->at + 1, json->end)) {
            json->at += key->name.len + 2;
            object->next++;
            r = cadre__json_colon(json);
            if (r == 0)
                r = read_field(reader, object, key->member);
        } else {
            r = read_other(reader, object);
        }
        if (r < 0)
            return r;
        r = cadre__json_next(json, '}');
        if (r == 0)
            json->depth--;
    }
    return r;
}

/* ---- what was not there ---- */

static int set_absent(struct cadre__reader *reader, const struct object *object,
                      const struct cadre__member *member, const struct cadre_input *input)
{
    if (member->has_default)
        return cadre__member_default(member, cadre__reader_arena(reader), object->bytes);
    struct cadre__loc loc = {
        .up = reader->validation->loc, .name = member->key, .rank = member->index};
    reader->validation->loc = &loc;
    int r = cadre__issue_missing(reader->validation, input);
    reader->validation->loc = loc.up;
    return r;
}

static int complete(struct cadre__reader *reader, const struct object *object,
                    const struct cadre_input *input)
{
    const struct cadre__keys *keys = object->plan->keys;

    for (uint32_t i = 0; i < keys->n_words; i++) {
        uint64_t absent = keys->cares[i] & ~object->seen[i];
        for (; absent; absent &= absent - 1) {
            uint32_t index = i * 64 + (uint32_t)__builtin_ctzll(absent);
            int r = set_absent(reader, object, &object->plan->members[index], input);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* ---- what was too much ---- */

static int forbid_extra(struct cadre__reader *reader, const struct cadre__loc *loc,
                        const struct extra *extra)
{
    reader->validation->loc = loc;
    int r = cadre__issue_extra(reader->validation, &extra->input);
    reader->validation->loc = loc->up;
    return r;
}

static int keep_extra(struct cadre__reader *reader, const struct cadre__loc *loc,
                      const struct extra *extra, struct cadre_extra_field *ret)
{
    const char *text =
        cadre__arena_strndup(cadre__reader_arena(reader), extra->json.ptr, extra->json.len);

    if (!text)
        return -ENOMEM;
    *ret = (struct cadre_extra_field){loc->name.ptr, {text, extra->json.len}};
    return cadre__reader_check_key(reader, loc);
}

static int end_extras(struct cadre__reader *reader, struct object *object)
{
    struct cadre__arena *arena = cadre__reader_arena(reader);
    struct cadre_extra kept = {NULL, 0};
    int r = 0;

    if (object->plan->extra == CADRE_EXTRA_ALLOW) {
        kept.items = cadre__arena_alloc(arena, object->names->n * sizeof(*kept.items));
        r = kept.items ? 0 : -ENOMEM;
    }
    for (uint32_t i = 0; i < object->names->n && r >= 0; i++) {
        const struct extra *extra = &object->extras[i];
        struct cadre__loc loc = {.up = reader->validation->loc,
                                 .name = object->names->entries[i].text,
                                 .rank = object->plan->n_members + i};
        r = kept.items ? keep_extra(reader, &loc, extra, &kept.items[kept.len++])
                       : forbid_extra(reader, &loc, extra);
    }
    if (r >= 0 && kept.items)
        memcpy(object->bytes + object->plan->extra_offset, &kept, sizeof(kept));
    return r < 0 ? r : 0;
}

/* ---- objects ---- */

/* How well the object fits, for the union that tries it. */
static __attribute__((__noinline__)) void note_match(struct cadre__reader *reader,
                                                     const struct object *object)
{
    size_t n = object->n_tags > 0;

    for (uint32_t i = 0; i < object->plan->keys->n_words; i++)
        n += (size_t)__builtin_popcountll(object->seen[i]);
    size_t n_extra =
        object->names && object->plan->extra == CADRE_EXTRA_ALLOW ? object->names->n : 0;
    cadre__match_floor(reader->validation, CADRE__STRICT);
    cadre__match_fields(reader->validation, 2 * n + n_extra);
}

/* In its caller: each model within a model takes of the stack. */
static inline __attribute__((__always_inline__)) int read_object(struct cadre__reader *reader,
                                                                 struct object *object)
{
    const struct cadre__plan *plan = object->plan;
    const char *begin = reader->json.at;
    size_t n_issues = cadre__reader_issues(reader);

    if (plan->keys->n_words > WORDS_INLINE) {
        object->seen = cadre__arena_calloc(cadre__reader_arena(reader),
                                           plan->keys->n_words * sizeof(*object->seen));
        if (!object->seen)
            return -ENOMEM;
    }
    int r = read_fields(reader, object);
    if (r < 0)
        return r;
    struct cadre_input input = {CADRE_INPUT_OBJECT, {begin, (size_t)(reader->json.at - begin)}};
    r = complete(reader, object, &input);
    if (r == 0 && object->names)
        r = end_extras(reader, object);
    if (r < 0)
        return r;
    if (cadre__reader_issues(reader) > n_issues)
        return CADRE__INVALID;
    if (__builtin_expect(reader->validation->match != NULL, 0))
        note_match(reader, object);
    return plan->after ? cadre__convert_object(reader->validation, plan, &input, object->bytes) : 0;
}

static int read_changed(struct cadre__reader *reader, const void *object, void *value)
{
    struct object changed = *(const struct object *)object;

    (void)value;
    changed.seen = changed.words;
    return read_object(reader, &changed);
}

/* A model with a validator that sees the object before. */
static __attribute__((__noinline__)) int read_validated(struct cadre__reader *reader,
                                                        struct object *object)
{
    static const struct cadre__type model = {.kind = CADRE_KIND_MODEL};
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    struct cadre_input input;
    int r = cadre__read_input(reader, &input);

    if (r == 0)
        r = cadre__convert_before(reader->validation, object->plan->before, &input);
    if (r != 0)
        return r;
    if (input.type != CADRE_INPUT_OBJECT)
        return cadre__issue_wrong_type(reader->validation, &model, &input);
    if (input.text.ptr == begin && input.text.len == (size_t)(json->at - begin)) {
        json->at = begin;
        return read_object(reader, object);
    }
    return cadre__reader_run_changed(reader, begin, input.text, read_changed, object, NULL);
}

int cadre__read_object(struct cadre__reader *reader, const struct cadre__plan *plan,
                       const struct cadre__tag *tag, void *bytes)
{
    struct object object = {.plan = plan, .bytes = bytes, .tag = tag};

    object.seen = object.words;
    return plan->before ? read_validated(reader, &object) : read_object(reader, &object);
}
