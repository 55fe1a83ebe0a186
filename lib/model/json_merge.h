/* SPDX-License-Identifier: MIT */
/*
 * model/json_merge: two JSON texts as one: objects name by name, at any depth, of arrays the items
 * of both, of all else the second one. (RFC 7396 is another way: it replaces arrays, and null
 * removes.)
 *
 * Never blocks, never logs, never suspends; allocates while it works; one thread at a time.
 */
#ifndef CADRE_MODEL_JSON_MERGE_H
#define CADRE_MODEL_JSON_MERGE_H

#include "base/str.h"

/* So deep may the second one be nested. */
#define CADRE__JSON_MERGE_DEPTH 64

/* Room for the reason of a check. */
#define CADRE__JSON_MERGE_WHY 160

/* Whether a text is a JSON object, in UTF-8, that can be merged into another. 0; -EINVAL: `why`
 * tells, "it is not JSON: Expecting value, at character 7"; -ENOMEM. */
CADRE_MUST_CHECK int cadre__json_merge_check(const char *text, char why[CADRE__JSON_MERGE_WHY]);

/* Whether an object, which was checked, has that name. */
bool cadre__json_merge_has(const char *text, const char *name);

/* Appends `base` with `extra` merged into it; both were checked. Of a name that is there twice the
 * place of the first and the value of the last counts. 0; -ENOMEM, and the buffer has a part of it;
 * -EINVAL: they were not checked. */
CADRE_MUST_CHECK int cadre__json_merge(struct cadre_str base, struct cadre_str extra,
                                       struct cadre__buf *out);

#endif
