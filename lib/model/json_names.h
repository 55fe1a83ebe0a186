/* SPDX-License-Identifier: MIT */
/*
 * model/json_names: the names that came in one object, each with the number at which it first came.
 *
 * As in a dictionary of Python, a name has the place at which it came first and the value that came
 * last. Few names are searched one by one, many by a keyed hash, so that no client can choose names
 * that collide. Memory is the arena's and counts as that of lists and maps does.
 */
#ifndef CADRE_MODEL_JSON_NAMES_H
#define CADRE_MODEL_JSON_NAMES_H

#include "model/json_reader.h"

struct cadre__name {
    struct cadre_str text;           /* may have NUL characters */
    struct cadre__issue_span *wrong; /* of the value that it has so far; NULL: none */
};

struct cadre__names {
    struct cadre__name *entries;
    uint32_t *slots; /* 1 + the index of an entry; NULL: they are few */
    uint32_t n, max; /* there are; there is room for */
    uint32_t n_slots;
};

/* An object's names, none so far, in the arena. NULL: ENOMEM. */
struct cadre__names *cadre__names_new(struct cadre__reader *reader);

/* Looks for a name, and adds it where it is not there; `text` lives as long as the arena. 1: it is
 * new; 0: it was there; *ret is its index in both; -EMSGSIZE, -ENOMEM. */
CADRE_MUST_CHECK int cadre__names_add(struct cadre__names *names, struct cadre__reader *reader,
                                      struct cadre_str text, uint32_t *ret);

#endif
