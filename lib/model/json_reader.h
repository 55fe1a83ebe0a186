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

#include "base/siphash.h"
#include "model/direct.h"
#include "model/issues.h"
#include "model/json_scan.h"
#include "model/plan.h"

struct cadre__memo;

struct cadre__reader {
    struct cadre__json json;
    struct cadre_validation *validation;
    size_t memory;                  /* bytes that lists, maps and pointers may still take */
    unsigned n_levels;              /* functions that read a container, one in the other */
    bool is_too_deep;               /* the error is that too many containers are in one another */
    bool has_hash;                  /* of names (json_names.c) */
    struct cadre__siphash_key hash; /* with it */

    /* of unions (json_read_union.c) */
    unsigned n_hoping;   /* around us, that took the tag of their first field for the last one */
    bool looks_for_tags; /* a tag was there twice: all fields are looked at before one is read */
    bool begins_again;   /* the error is that: the outermost of those that hope begins again */

    struct cadre__memo *memo; /* of choices in choices (json_memo.h); NULL: there were none */
};

/* The field that tells the variant of a union: it is passed over. */
struct cadre__tag {
    struct cadre_str name;
    bool is_hoped; /* it was the first field: another one of the name is an error */
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

/* Counts memory that is more than what the struct and the text have. 0, -EMSGSIZE. */
CADRE_MUST_CHECK static inline int cadre__reader_take(struct cadre__reader *reader, size_t bytes)
{
    if (bytes > reader->memory)
        return -EMSGSIZE;
    reader->memory -= bytes;
    return 0;
}

/* Notes the issues of a value that came since, in case that another one of the same name comes;
 * *ret NULL: there are none. */
CADRE_MUST_CHECK int cadre__reader_note_wrong(struct cadre__reader *reader,
                                              const struct cadre__issue_mark *mark,
                                              struct cadre__issue_span **ret);

/* Takes a value of any type; *ret is what it is, as issues and converters want it. 0, or an errno.
 */
CADRE_MUST_CHECK int cadre__read_input(struct cadre__reader *reader, struct cadre_input *ret);

/* Reads a value of the type into its place, whose bytes are zero. */
CADRE_MUST_CHECK int cadre__read_value(struct cadre__reader *reader, const struct cadre__type *type,
                                       void *value);

/* The same for a scalar: whatever is no container of models. */
CADRE_MUST_CHECK int cadre__read_scalar(struct cadre__reader *reader,
                                        const struct cadre__type *type, void *value);

/* Reads an object into a struct of the plan. `tag`: it is the variant of a union; NULL: it is not.
 */
CADRE_MUST_CHECK int cadre__read_object(struct cadre__reader *reader,
                                        const struct cadre__plan *plan,
                                        const struct cadre__tag *tag, void *object);

/* Lists, maps, tuples, unions: `value` is the struct itself. `at` is at the bracket, which is the
 * right one. */
CADRE_MUST_CHECK int cadre__read_list(struct cadre__reader *reader, const struct cadre__type *type,
                                      void *value);
CADRE_MUST_CHECK int cadre__read_map(struct cadre__reader *reader, const struct cadre__type *type,
                                     void *value);
CADRE_MUST_CHECK int cadre__read_tuple(struct cadre__reader *reader, const struct cadre__type *type,
                                       void *value);
CADRE_MUST_CHECK int cadre__read_union(struct cadre__reader *reader, const struct cadre__type *type,
                                       void *value);

/* A union without a discriminator. `at` is at any value. */
CADRE_MUST_CHECK int cadre__read_choices(struct cadre__reader *reader,
                                         const struct cadre__type *type, void *value);

/* Takes a key and its colon. Its name ends in NUL. */
CADRE_MUST_CHECK int cadre__read_key(struct cadre__reader *reader, struct cadre_str *ret);

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

/* The same for a string that holds the JSON of a value of that type (`.json`). CADRE__INVALID with
 * an issue also where the syntax is wrong. */
CADRE_MUST_CHECK int cadre__reader_run_text(struct cadre__reader *reader, const char *at,
                                            const struct cadre_input *input,
                                            const struct cadre__type *type, void *value);

/* --- values that a look at them judges (model/direct.h) --- */

/* What cadre__read_plain returns where it took nothing. */
#define CADRE__NOT_PLAIN 2

CADRE_MUST_CHECK int cadre__read_plain_number(struct cadre__reader *reader,
                                              const struct cadre__type *type, void *value);

/* Takes a scalar that needs no more than a look and to be stored. CADRE__NOT_PLAIN: it is none, or
 * wrong, and nothing was taken. */
CADRE_MUST_CHECK static inline int cadre__read_plain(struct cadre__reader *reader,
                                                     const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;

    if (!type->is_direct || json->at >= json->end)
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
        if (!cadre__direct_fits(type, text) ||
            (__builtin_expect(json->has_nul, 0) && type->kind == CADRE_KIND_STRING)) {
            json->at = begin;
            json->strings -= text.len + 1;
            return CADRE__NOT_PLAIN;
        }
        if (type->kind == CADRE_KIND_TEXT)
            memcpy(value, &text, sizeof(text));
        else
            memcpy(value, &text.ptr, sizeof(text.ptr));
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
