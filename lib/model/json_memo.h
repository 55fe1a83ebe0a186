/* SPDX-License-Identifier: MIT */
/*
 * model/json_memo: which choice a value in the document is, where it is read more than once.
 *
 * A union within a choice of another one is read for each choice of that, and so on: with what was
 * found the first time the work for a document grows with its length and its depth, and not with
 * powers of these. Memory is the arena's and counts as that of lists does.
 */
#ifndef CADRE_MODEL_JSON_MEMO_H
#define CADRE_MODEL_JSON_MEMO_H

#include "model/json_reader.h"

/* Looks for the value at that place of the document, read as that type: *ret_index is where
 * cadre__memo_choice has it, which is CADRE__CHOICE_UNKNOWN at first. 0, -EMSGSIZE, -ENOMEM. */
CADRE_MUST_CHECK int cadre__memo_find(struct cadre__reader *reader, const char *at,
                                      const struct cadre__type *type, uint32_t *ret_index);

/* The choice; good until the next search. */
int *cadre__memo_choice(const struct cadre__reader *reader, uint32_t index);

#endif
