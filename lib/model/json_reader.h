/* SPDX-License-Identifier: MIT */
/*
 * model/json_reader: what the files of the JSON reader share (json_read*.c).
 *
 * All functions return 0; CADRE__INVALID, after which the reader is behind the value all the same;
 * or an errno, which ends the reading: -EBADMSG where the syntax is wrong.
 */
#ifndef CADRE_MODEL_JSON_READER_H
#define CADRE_MODEL_JSON_READER_H

#include <cadre/model.h>
#include <string.h>

#include "model/issues.h"
#include "model/json_scan.h"
#include "model/plan.h"

struct cadre__reader {
    struct cadre__json json;
    struct cadre_validation *validation;
    size_t memory;     /* bytes that lists, maps and pointers may still take */
    unsigned n_levels; /* functions that read a container, one in the other */
    size_t n_looked;   /* issues looked at for those of values that others replaced */
    unsigned n_tags;   /* how often the last object that was read had its `tag` */
    bool is_too_deep;  /* the error is that too many containers are in one another */
};

/* A number that tells whether issues came since another one. */
static inline size_t cadre__reader_issues(const struct cadre__reader *reader)
{
    return reader->validation->issues.n + reader->validation->issues.dropped;
}

/* The arena of what is read. */
static inline struct cadre__arena *cadre__reader_arena(const struct cadre__reader *reader)
{
    return reader->validation->arena;
}

/* Takes a value of any type; *ret is what it is, as issues and converters want it. 0, or an errno.
 */
CADRE_MUST_CHECK int cadre__read_input(struct cadre__reader *reader, struct cadre_input *ret);

/* Reads a value of the type into its place, whose bytes are zero. */
CADRE_MUST_CHECK int cadre__read_value(struct cadre__reader *reader, const struct cadre__type *type,
                                       void *value);

/* The same for a scalar: whatever is no container of models. */
CADRE_MUST_CHECK int cadre__read_scalar(struct cadre__reader *reader,
                                        const struct cadre__type *type, void *value);

/* Reads an object into a struct of the plan. `tag` is the name of a field that is passed over (of
 * the discriminator of a union); ptr NULL: none. *ret_input is the object, for issues. */
CADRE_MUST_CHECK int cadre__read_object(struct cadre__reader *reader,
                                        const struct cadre__plan *plan, struct cadre_str tag,
                                        void *object, struct cadre_input *ret_input);

/* Lists, maps, unions: `value` is the struct itself. `at` is at the bracket, which is the right
 * one. */
CADRE_MUST_CHECK int cadre__read_list(struct cadre__reader *reader, const struct cadre__type *type,
                                      void *value);
CADRE_MUST_CHECK int cadre__read_map(struct cadre__reader *reader, const struct cadre__type *type,
                                     void *value);
CADRE_MUST_CHECK int cadre__read_union(struct cadre__reader *reader, const struct cadre__type *type,
                                       void *value);

/* Takes a key and its colon. Its name ends in NUL. */
CADRE_MUST_CHECK int cadre__read_key(struct cadre__reader *reader, struct cadre_str *ret);

/* Drops the issues at that place and below it: another value of the same name comes. */
void cadre__reader_replace(struct cadre__reader *reader, const struct cadre__loc *loc);

/* Of items that begin with a key (const char *), drops those of which another one with the same key
 * is further behind, and their issues: those of the item i have the rank `rank` + i. */
CADRE_MUST_CHECK int cadre__reader_drop_replaced(struct cadre__reader *reader, void *items,
                                                 size_t stride, uint32_t rank, size_t *len);

/* An issue where the name of the place, which becomes a C string, has a NUL. */
CADRE_MUST_CHECK int cadre__reader_check_key(struct cadre__reader *reader,
                                             const struct cadre__loc *loc);

/* An error: the container at which the reader is, is in too many others. */
int cadre__reader_too_deep(struct cadre__reader *reader, const char *at);

/* Reads what a validator of before has made of the value that begins at `at` and that the reader
 * has passed. A reader of its own does that: `read` gets it at the first token. Of the stack and of
 * the memory it takes what the outer one has left; on the stack it counts as one level more.
 * -EINVAL: it is no JSON; else as cadre__json_read. */
typedef int (*cadre__read_fn)(struct cadre__reader *reader, const void *what, void *value);
CADRE_MUST_CHECK int cadre__reader_run_changed(struct cadre__reader *reader, const char *at,
                                               struct cadre_str json, cadre__read_fn read,
                                               const void *what, void *value);

/* --- values with nothing to check beside their type --- */

/* What cadre__read_plain returns where it took nothing. */
#define CADRE__NOT_PLAIN 2

CADRE_MUST_CHECK int cadre__read_plain_number(struct cadre__reader *reader,
                                              const struct cadre__type *type, void *value);

/* Takes a scalar that needs no more than to be stored. CADRE__NOT_PLAIN: it is none, nothing was
 * taken. */
CADRE_MUST_CHECK static inline int cadre__read_plain(struct cadre__reader *reader,
                                                     const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;

    if (!type->is_plain || json->at >= json->end)
        return CADRE__NOT_PLAIN;
    switch (type->kind) {
    case CADRE_KIND_STRING:
    case CADRE_KIND_TEXT: {
        struct cadre_str text;
        const char *begin = json->at;
        if (*begin != '"')
            return CADRE__NOT_PLAIN;
        json->has_nul = false;
        int r = cadre__json_string(json, &text);
        if (r < 0)
            return r;
        if (type->kind == CADRE_KIND_TEXT) {
            memcpy(value, &text, sizeof(text));
        } else if (__builtin_expect(json->has_nul, 0)) {
            json->at = begin;
            json->strings -= text.len + 1;
            return CADRE__NOT_PLAIN;
        } else {
            memcpy(value, &text.ptr, sizeof(text.ptr));
        }
        return 0;
    }
    case CADRE_KIND_INT:
    case CADRE_KIND_UINT:
    case CADRE_KIND_DOUBLE:
        return cadre__read_plain_number(reader, type, value);
    case CADRE_KIND_BOOL:
        if (*json->at != 't' && *json->at != 'f')
            return CADRE__NOT_PLAIN;
        *(bool *)value = *json->at == 't';
        return cadre__json_literal(json);
    default:
        return CADRE__NOT_PLAIN;
    }
}

#endif
