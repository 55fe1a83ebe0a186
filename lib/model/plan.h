/* SPDX-License-Identifier: MIT */
/*
 * model/plan: what a model's table is made into when it is loaded.
 *
 * A table is for people; a plan is for the way of a request: constraints of rows and items merged,
 * names measured, patterns compiled, defaults converted, nested models resolved. It is made once
 * (model/plan.c, after model/model_check.c has found nothing wrong), is then constant, lives as
 * long as the process and is read by all threads.
 */
#ifndef CADRE_MODEL_PLAN_H
#define CADRE_MODEL_PLAN_H

#include <cadre/model.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct cadre__keys;  /* names of fields to members: the JSON reader's */
struct cadre__regex; /* model/regex.h */
struct cadre__plan;

/* What may be in a union. */
struct cadre__variant_plan {
    struct cadre_str tag;
    int64_t value;
    uint32_t offset;
    const struct cadre__plan *plan;
};

struct cadre__choice;

/* What a value is and must fulfil: that of a member, or of an item of a list or map. */
struct cadre__type {
    enum cadre_kind kind;
    uint32_t size;   /* of the value, in bytes */
    bool strict;     /* of the field, or of its whole model */
    bool pointer;    /* MODEL, TUPLE, UNION: the place holds a pointer to the value */
    bool is_plain;   /* there is nothing to check beyond the type itself: no constraint, no
                        transformation, no validator; not strict */
    bool is_bounded; /* gt, ge, lt, le or multiple_of */
    bool
        is_direct; /* a look tells whether a value of JSON fits (model/direct.h); plain ones, too */

    /* The row, or for items the row of `items` with the constraints of `each`; constraints,
     * validators and words are read from here. Never NULL. */
    const struct cadre_field *rules;

    const struct cadre__plan *model;      /* MODEL, TUPLE */
    const struct cadre__type *items;      /* LIST, MAP */
    const struct cadre__type *inside;     /* `.json`: what the string holds; NULL: no `.json` */
    uint32_t stride;                      /* of their items */
    uint32_t item_offset;                 /* MAP: of the value in an item; key is at 0 */
    const struct cadre_enum *enumeration; /* ENUM */
    const struct cadre_union *variants;   /* UNION */
    const struct cadre__variant_plan *variant; /* its variants */
    size_t n_variants;
    const struct cadre__choice *choice; /* UNION without a discriminator: what may be in it */
    size_t n_choices;                   /* 0: it has variants */
    const struct cadre__regex *pattern; /* NULL: none */
    size_t max_length, max_items;       /* SIZE_MAX: none */
    size_t min_length;                  /* 0: none */
    union {
        struct {
            int64_t least, most; /* INT, UINT */
        };
        struct {
            double low, high; /* DOUBLE */
        };
    };                    /* with is_direct: the bounds, which are within */
    const char *expected; /* ENUM: "'a', 'b' or 'c'"; UNION: "'a', 'b'" */
};

/* What may be in a union that no discriminator tells apart. */
struct cadre__choice {
    struct cadre_str tag; /* in places of issues */
    int64_t value;
    uint32_t offset;
    struct cadre__type type;
};

struct cadre__member {
    struct cadre_str key;  /* in JSON: alias or name; ends in NUL */
    struct cadre_str name; /* of the member */
    uint32_t index;        /* in the table, and the rank of its issues */
    uint32_t offset;       /* in the struct */
    uint32_t given_offset; /* of the enum cadre_given, in the struct; 0: there is none */
    bool is_required;      /* "missing" without it */
    bool is_nullable;      /* null is taken: the member is then none */
    bool is_computed;      /* output only, by rules->compute */
    bool in_input;         /* not computed, not read_only */
    bool in_output;        /* not write_only */
    bool has_default;      /* not none when nothing is given */
    struct cadre__type type;
    const void *initial; /* the default, type.size bytes to be copied; NULL: none, or made anew */
};

struct cadre__plan {
    const struct cadre_model *model;
    const char *name;   /* "item": in the documentation */
    uint32_t size;      /* of the struct */
    uint32_t n_members; /* in the table, computed ones too */
    const struct cadre__member *members;
    enum cadre_extra_rule extra;
    uint32_t extra_offset; /* of the struct cadre_extra; with CADRE_EXTRA_ALLOW */
    uint32_t set_offset;   /* of the struct cadre_fields_set; with has_set */
    bool has_set;
    bool by_name;
    bool is_default_cheap; /* all bytes zero is what nothing given makes: no member has a default */
    cadre_before_fn before;
    cadre_after_fn after;
    const struct cadre__keys *keys; /* the JSON reader's, made with the plan */
};

/* Whether a value is one text, where it is a parameter or a setting: a scalar, a string that holds
 * JSON, or a union of nothing else. */
bool cadre__type_is_text(const struct cadre__type *type);

/* Makes the plan of a model and of all below it. 0, -EINVAL with *ret_why as of
 * cadre_model_prepare, -ENOMEM. The table is checked before. Any thread. */
CADRE_MUST_CHECK int cadre__plan_make(const struct cadre_model *model, const char **ret_why);

/* Whether a row asks for more of a value than its type: what is_plain is not. */
bool cadre__plan_has_constraint(const struct cadre_field *row);

/* The plan of a model that was prepared; one that was not is prepared now. NULL: that failed. */
static inline const struct cadre__plan *cadre__plan_of(const struct cadre_model *model)
{
    const struct cadre__plan *plan = __atomic_load_n(model->plan, __ATOMIC_ACQUIRE);
    const char *why;

    if (__builtin_expect(plan != NULL, 1))
        return plan;
    return cadre__plan_make(model, &why) == 0 ? __atomic_load_n(model->plan, __ATOMIC_ACQUIRE)
                                              : NULL;
}

/*
 * Sets the member of the object to what it is when nothing is given: its default, or none. The
 * struct's bytes were zero there. 0; -ENOMEM or what a default_fn returned.
 */
CADRE_MUST_CHECK int cadre__member_default(const struct cadre__member *member,
                                           struct cadre__arena *arena, void *object);

/* Sets a zeroed struct to its defaults, all members. As above. */
CADRE_MUST_CHECK int cadre__plan_defaults(const struct cadre__plan *plan,
                                          struct cadre__arena *arena, void *object);

/* Notes that a member was given: in its cadre_opt_*, if it is one, and in the struct's set. */
static inline void cadre__member_given(const struct cadre__plan *plan,
                                       const struct cadre__member *member, void *object,
                                       enum cadre_given given)
{
    char *bytes = object;

    if (member->given_offset)
        *(enum cadre_given *)(void *)(bytes + member->given_offset) = given;
    if (plan->has_set && member->index < 128) {
        struct cadre_fields_set *set = (void *)(bytes + plan->set_offset);
        set->bits[member->index / 64] |= UINT64_C(1) << (member->index % 64);
    }
}

#endif
