/* SPDX-License-Identifier: MIT */
/*
 * model/json_check: whether a text is JSON (RFC 8259), whatever is in it.
 *
 * Never blocks, logs or suspends; allocates while it looks. Any thread.
 */
#ifndef CADRE_MODEL_JSON_CHECK_H
#define CADRE_MODEL_JSON_CHECK_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stddef.h>

#include "model/json_read.h"

/* Where a text is not JSON, and why. */
struct cadre__json_problem {
    const char *what; /* "Expecting value", in the words of Python's json; lives for ever */
    size_t offset;    /* in characters from 0 */
};

/* Whether it is one value in UTF-8, in which others are nested at most so deep. 0; -EBADMSG, and
 * *ret tells; -EILSEQ: it is not UTF-8; -ENOMEM. */
CADRE_MUST_CHECK int cadre__json_check(struct cadre_str text, unsigned max_depth,
                                       struct cadre__json_problem *ret);

#endif
