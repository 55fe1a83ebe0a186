/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_object: an object into the struct of a model.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/json_read.h"
#include "model/json_reader.h"
#include "model/keys.h"

/* Models with more fields have the bits of those that were given in the arena. */
#define WORDS_INLINE 2

/* A field of the input that the model does not have. */
struct extra {
    const char *key;
    size_t key_len;
    struct cadre_input input;
    struct cadre_str json; /* as it was sent */
    uint32_t rank;
};

/* An object that is read. */
struct object {
    const struct cadre__plan *plan;
    char *bytes;
    struct cadre_str tag;
    unsigned n_tags;
    uint32_t next;  /* the key that is expected */
    uint64_t *seen; /* a bit for each member that was there */
    uint64_t words[WORDS_INLINE];
    struct extra *extras;
    size_t n_extras, max_extras; /* there are; there is room for */
};

/* ---- fields ---- */

/* A member that was there before is as if it had not been. */
static void forget(struct cadre__reader *reader, const struct object *object,
                   const struct cadre__member *member)
{
    struct cadre__loc loc = {
        .up = reader->validation->loc, .name = member->key, .rank = member->index};
    size_t size = member->type.pointer ? sizeof(void *) : member->type.size;

    cadre__reader_replace(reader, &loc);
    memset(object->bytes + member->offset, 0, size);
    if (member->given_offset)
        cadre__member_given(object->plan, member, object->bytes, CADRE_ABSENT);
}

/* A member whose value is not just stored. */
static int read_member(struct cadre__reader *reader, const struct object *object,
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
    reader->validation->loc = &loc;
    int r = cadre__read_value(reader, &member->type, object->bytes + member->offset);
    reader->validation->loc = loc.up;
    if (r == 0)
        cadre__member_given(object->plan, member, object->bytes, CADRE_GIVEN);
    return r;
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
static int reserve_extra(struct cadre__reader *reader, struct object *object)
{
    size_t max = object->max_extras > 0 ? object->max_extras * 2 : 4;

    if (object->n_extras < object->max_extras)
        return 0;
    struct extra *extras = cadre__arena_alloc(cadre__reader_arena(reader), max * sizeof(*extras));
    if (!extras)
        return -ENOMEM;
    if (object->n_extras > 0)
        memcpy(extras, object->extras, object->n_extras * sizeof(*extras));
    object->extras = extras;
    object->max_extras = max;
    return 0;
}

/* A field that the model does not have; its key is kept in the memory of strings. */
static int read_extra(struct cadre__reader *reader, struct object *object, struct cadre_str key)
{
    const char *begin = reader->json.at;
    int r = reserve_extra(reader, object);

    if (r < 0)
        return r;
    struct extra *extra = &object->extras[object->n_extras];
    *extra = (struct extra){.key = key.ptr,
                            .key_len = key.len,
                            .rank = object->plan->n_members + (uint32_t)object->n_extras};
    r = cadre__read_input(reader, &extra->input);
    extra->json = (struct cadre_str){begin, (size_t)(reader->json.at - begin)};
    object->n_extras++;
    return r;
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
    if (object->tag.ptr && cadre_str_eq(name, object->tag)) {
        object->n_tags++;
        json->strings = strings;
        return cadre__json_skip(json);
    }
    if (object->plan->extra != CADRE_EXTRA_IGNORE)
        return read_extra(reader, object, name);
    json->strings = strings;
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
    *ret = (struct cadre_extra_field){extra->key, {text, extra->json.len}};
    return cadre__reader_check_key(reader, loc);
}

static int end_extras(struct cadre__reader *reader, struct object *object)
{
    struct cadre__arena *arena = cadre__reader_arena(reader);
    struct cadre_extra kept = {NULL, 0};
    int r = cadre__reader_drop_replaced(reader, object->extras, sizeof(*object->extras),
                                        object->plan->n_members, &object->n_extras);

    if (r == 0 && object->plan->extra == CADRE_EXTRA_ALLOW) {
        kept.items = cadre__arena_alloc(arena, object->n_extras * sizeof(*kept.items));
        r = kept.items ? 0 : -ENOMEM;
    }
    for (size_t i = 0; i < object->n_extras && r >= 0; i++) {
        const struct extra *extra = &object->extras[i];
        struct cadre__loc loc = {.up = reader->validation->loc,
                                 .name = {extra->key, extra->key_len},
                                 .rank = extra->rank};
        r = kept.items ? keep_extra(reader, &loc, extra, &kept.items[kept.len++])
                       : forbid_extra(reader, &loc, extra);
    }
    if (r >= 0 && kept.items)
        memcpy(object->bytes + object->plan->extra_offset, &kept, sizeof(kept));
    return r < 0 ? r : 0;
}

/* ---- objects ---- */

/* In its caller: each model within a model takes of the stack. */
static inline __attribute__((__always_inline__)) int read_object(struct cadre__reader *reader,
                                                                 struct object *object,
                                                                 struct cadre_input *ret_input)
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
    *ret_input =
        (struct cadre_input){CADRE_INPUT_OBJECT, {begin, (size_t)(reader->json.at - begin)}};
    r = complete(reader, object, ret_input);
    if (r == 0 && object->extras)
        r = end_extras(reader, object);
    reader->n_tags = object->n_tags;
    if (r < 0)
        return r;
    if (cadre__reader_issues(reader) > n_issues)
        return CADRE__INVALID;
    return plan->after ? cadre__convert_object(reader->validation, plan, ret_input, object->bytes)
                       : 0;
}

static int read_changed(struct cadre__reader *reader, const void *object, void *value)
{
    struct object changed = *(const struct object *)object;
    struct cadre_input input;

    (void)value;
    changed.seen = changed.words;
    return read_object(reader, &changed, &input);
}

/* A model with a validator that sees the object before. */
static __attribute__((__noinline__)) int read_validated(struct cadre__reader *reader,
                                                        struct object *object,
                                                        struct cadre_input *ret_input)
{
    static const struct cadre__type model = {.kind = CADRE_KIND_MODEL};
    struct cadre__json *json = &reader->json;
    const char *begin = json->at;
    struct cadre_input input;
    int r = cadre__read_input(reader, &input);

    *ret_input = input;
    if (r == 0)
        r = cadre__convert_before(reader->validation, object->plan->before, &input);
    if (r != 0)
        return r;
    if (input.type != CADRE_INPUT_OBJECT)
        return cadre__issue_wrong_type(reader->validation, &model, &input);
    if (input.text.ptr == begin && input.text.len == (size_t)(json->at - begin)) {
        json->at = begin;
        return read_object(reader, object, ret_input);
    }
    return cadre__reader_run_changed(reader, begin, input.text, read_changed, object, NULL);
}

int cadre__read_object(struct cadre__reader *reader, const struct cadre__plan *plan,
                       struct cadre_str tag, void *bytes, struct cadre_input *ret_input)
{
    struct object object = {.plan = plan, .bytes = bytes, .tag = tag};

    object.seen = object.words;
    return plan->before ? read_validated(reader, &object, ret_input)
                        : read_object(reader, &object, ret_input);
}
