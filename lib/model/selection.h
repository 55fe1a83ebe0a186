/* SPDX-License-Identifier: MIT */
/*
 * model/selection: which fields of a model are written, by their names.
 *
 * Lists of names as of struct cadre_selected (<cadre/model_json.h>) are made into a table by
 * member, so that the writer (model/json_write.h) looks up no names. Constant then; lives in the
 * arena that it was made in. Nothing here suspends or logs; any thread.
 */
#ifndef CADRE_MODEL_SELECTION_H
#define CADRE_MODEL_SELECTION_H

#include <cadre/model_json.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/plan.h"

/* Names at one level of a model, each from there on: "city" of what was "address.city". */
struct cadre__selection_names {
    const char **list;
    size_t n;
    bool are_given; /* none of them differs from there being no list */
};

struct cadre__selection_entry {
    bool is_out;
    const struct cadre__selection *below; /* of the model in it; NULL: all of that */
};

struct cadre__selection {
    const struct cadre__plan *plan;      /* whose members it is of */
    const struct cadre__selection *next; /* of a union: that of its next variant; or NULL */
    struct cadre__selection_names include, exclude; /* for fields that the table does not have */
    struct cadre__selection_entry of[];             /* by index of the member */
};

/*
 * Makes one; *ret is NULL where nothing is named. The lists of `selected` are borrowed for its
 * life. 0; -EINVAL: a name is none of the model, which is written to `why`; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__selection_make(const struct cadre__plan *plan,
                                           const struct cadre_selected *selected,
                                           struct cadre__arena *arena, struct cadre__buf *why,
                                           const struct cadre__selection **ret);

/* That of a plan among those of a union; NULL: all of it is written. */
static inline const struct cadre__selection *cadre__selection_of(
    const struct cadre__selection *selection, const struct cadre__plan *plan)
{
    while (selection && selection->plan != plan)
        selection = selection->next;
    return selection;
}

/* Whether a field that the table does not have is left out. */
bool cadre__selection_drops(const struct cadre__selection *selection, const char *key);

#endif
