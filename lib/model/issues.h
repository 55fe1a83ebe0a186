/* SPDX-License-Identifier: MIT */
/*
 * model/issues: what is wrong with an input, all of it, each with its place.
 *
 * A validation collects issues; at the end they are a 422's body, in the order in which the fields
 * are declared and not that of the input: each step of a place has a rank, and issues are ordered
 * by the ranks of their steps (those with equal ones as they came).
 *
 * All memory is the arena's of the validation. Nothing here suspends, logs or blocks; a validation
 * belongs to one thread.
 */
#ifndef CADRE_MODEL_ISSUES_H
#define CADRE_MODEL_ISSUES_H

#include <cadre/model.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* What functions return that found something wrong with the input: an issue tells it. Below 0 is an
 * errno, which ends the validation. */
#define CADRE__INVALID 1

/* So many issues are kept; of the others the number alone. */
#define CADRE__ISSUES_MAX 1000

/* So many times as many are made, where values are replaced by others of the same name; memory of
 * an arena does not come back. */
#define CADRE__ISSUES_MADE_FACTOR 10

/* A step of a place: a name, or an index. Lives on the stack of whoever is at that place. */
struct cadre__loc {
    const struct cadre__loc *up; /* the step before; NULL: the first one */
    struct cadre_str name;       /* ptr NULL: it is an index. Lives as long as the arena */
    size_t index;                /* of an index */
    uint32_t rank;               /* among its siblings: the order of issues */
};

/* A step, as an issue keeps it. */
struct cadre__step {
    struct cadre_str name; /* as above */
    size_t index;
    uint32_t rank;
};

struct cadre__issue {
    struct cadre__issue *next, *prev; /* prev: until they are put in order */
    const char *type;                 /* "int_parsing" */
    const char *msg;                  /* "Input should be ..." */
    const char *ctx;                  /* a JSON object, '{"gt":0}', or NULL */
    struct cadre_input input;         /* what was found there */
    const struct cadre__step *loc;    /* first step first */
    uint32_t n_loc;
    uint32_t number; /* in the order in which they came */
};

struct cadre__issues {
    struct cadre__issue *first, *last;
    size_t n;       /* in the list */
    size_t dropped; /* above the limit */
    size_t made;    /* in the list at some time */
};

/* A place between issues, in the order in which they come. */
struct cadre__issue_mark {
    struct cadre__issue *last; /* before it; NULL: none */
    size_t n, dropped;
};

/* Issues of one value: they come one behind the other. */
struct cadre__issue_span {
    struct cadre__issue *first, *last; /* NULL: all of them are above the limit */
    size_t n, dropped;
};

struct cadre__match; /* model/convert_choice.h */

/* A validation that goes on. All bytes zero and an arena make one. */
struct cadre_validation {
    struct cadre__arena *arena;      /* borrowed; what is read lives there */
    struct cadre__issues issues;     /* found so far */
    const struct cadre__loc *loc;    /* where we are */
    const struct cadre_input *input; /* what is converted there; for validators */
    uint64_t wall_ms;                /* what counts as now (since 1970); 0: the clock is asked */
    size_t max_issues;               /* 0: CADRE__ISSUES_MAX */

    /* within the choices of a union (model/convert_choice.h) */
    struct cadre__match *match; /* how well the one that is tried fits; NULL: there is none */
    bool is_quiet;              /* issues are counted alone: it may not be the one */
};

/* Whether no issue is kept any more: they are counted alone. */
bool cadre__issues_are_full(const struct cadre_validation *validation);

/* Whether nothing was found wrong. */
static inline bool cadre__issues_is_empty(const struct cadre__issues *issues)
{
    return issues->n == 0 && issues->dropped == 0;
}

/*
 * Adds an issue at the place where the validation is. `type` and `ctx` (a JSON object, or NULL)
 * live as long as the arena; the message is formatted into it. Returns CADRE__INVALID, or -ENOMEM.
 */
int cadre__issue(struct cadre_validation *validation, const char *type,
                 const struct cadre_input *input, const char *ctx, const char *fmt, ...)
    CADRE_PRINTF(5, 6);
int cadre__issue_v(struct cadre_validation *validation, const char *type,
                   const struct cadre_input *input, const char *ctx, const char *fmt, va_list args)
    CADRE_PRINTF(5, 0);

/* The same with a message that lives as long as the arena. */
int cadre__issue_text(struct cadre_validation *validation, const char *type,
                      const struct cadre_input *input, const char *ctx, const char *msg);

/* "missing": at the place of the field. `object` is what it is missing in; NULL: null (a parameter,
 * or a part of a body). */
int cadre__issue_missing(struct cadre_validation *validation, const struct cadre_input *object);

/* "extra_forbidden": at the place of the unknown field. */
int cadre__issue_extra(struct cadre_validation *validation, const struct cadre_input *input);

/* "json_invalid": `what` is "Expecting value" and its like. The place is that of the body, to which
 * the offset is added as an index. */
int cadre__issue_json(struct cadre_validation *validation, size_t offset, const char *what);

/* "value_error": that there are issues, of which none was kept. */
int cadre__issue_dropped(struct cadre_validation *validation);

/* The place behind all issues that there are. */
static inline struct cadre__issue_mark cadre__issues_mark(const struct cadre__issues *issues)
{
    return (struct cadre__issue_mark){issues->last, issues->n, issues->dropped};
}

/* Whether issues came since, and which: those of a value that was read since. */
bool cadre__issues_since(const struct cadre__issues *issues, const struct cadre__issue_mark *mark,
                         struct cadre__issue_span *ret);

/* Takes the issues of a value out: another one takes its place. Those of values around it, or
 * behind it, stay; those of values in it are never taken out later. */
void cadre__issues_cut(struct cadre__issues *issues, const struct cadre__issue_span *span);

/* Drops all issues that came since. */
void cadre__issues_rewind(struct cadre__issues *issues, const struct cadre__issue_mark *mark);

/* Puts the issues in their order. */
void cadre__issues_sort(struct cadre__issues *issues);

/* Orders the issues and writes '{"detail":[...]}'. 0, or the buffer's error. */
int cadre__issues_write(struct cadre__issues *issues, struct cadre__buf *out);

/* The same without what is around the list: '[...]'. */
int cadre__issues_write_list(struct cadre__issues *issues, struct cadre__buf *out);

/* Writes the place of an issue as people write it: "owner.tags[2]". */
void cadre__issue_write_place(struct cadre__buf *out, const struct cadre__issue *issue);

/* Writes the text as a JSON string with its quotes; what is not UTF-8 becomes U+FFFD. */
void cadre__json_write_string(struct cadre__buf *out, struct cadre_str text);

/* Writes the input as JSON: a string quoted, an array or object without the space around tokens. */
void cadre__json_write_input(struct cadre__buf *out, const struct cadre_input *input);

/* The same string in memory of the arena, ended by NUL; NULL: ENOMEM. For ctx. */
char *cadre__json_quoted(struct cadre__arena *arena, struct cadre_str text);

#endif
