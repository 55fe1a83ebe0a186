/* SPDX-License-Identifier: MIT */
/*
 * The answer to a request that failed: the module's own (<cadre/errors.h>), the debug page, or the
 * plain one. Called by web/app.c, on the loop.
 */
#ifndef CADRE_WEB_ERRORS_H
#define CADRE_WEB_ERRORS_H

#include "web/request.h"
#include <cadre/errors.h>

/* Whether the module has a row for this very error, so that it is no surprise to be logged. */
bool cadre__errors_expects(const struct cadre__mount *mount, int error);

/*
 * Answers in place of what failed; detail may be NULL. The request must be OPEN, with its mount set
 * where one was found, and nothing but what is to be sent in its header. May suspend. 0; a negative
 * errno as of the channel, or of a row's handler that failed in the midst of its response.
 */
CADRE_MUST_CHECK int cadre__errors_answer(struct cadre_request *req,
                                          const struct cadre_problem *problem);

/* Checks a module's table: 0; -EINVAL with one line in why. */
CADRE_MUST_CHECK int cadre__errors_check(const struct cadre_error_handler *rows, char *why,
                                         size_t why_size);

/* web/debug_page.c: the page of `debug`, as HTML or text, whichever the client prefers. May
 * suspend. */
CADRE_MUST_CHECK int cadre__debug_page(struct cadre_request *req,
                                       const struct cadre_problem *problem);

/* Notes where cadre_fail was called, where the application is debugged. */
void cadre__debug_note(struct cadre_request *req);

#endif
