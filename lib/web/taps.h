/* SPDX-License-Identifier: MIT */
/*
 * What middleware asks to be told of a request's traffic (<cadre/middleware.h>): functions that are
 * called before the response begins, for each message of it on its way out, and for each piece of
 * the body that came in. Kept in the request's arena; on the loop.
 */
#ifndef CADRE_WEB_TAPS_H
#define CADRE_WEB_TAPS_H

#include "gateway/gateway.h"
#include <cadre/middleware.h>

/* Calls those of cadre_on_response. Before anything of the response is sent. 0; -ENOMEM; what one
 * of them returned: then the header fields are as they were. */
CADRE_MUST_CHECK int cadre__taps_begin(struct cadre_request *req);

/* What the last cadre__taps_begin was for has failed: the header fields are again what they were
 * before it, so that functions which are called anew, by another attempt, do not say theirs twice.
 * False: the response has begun all the same, and nothing was done. */
bool cadre__taps_undo(struct cadre_request *req);

/* Sends an event through those of cadre_on_send, of which there are some. May suspend. Errors as of
 * the channel, or of a function. */
CADRE_MUST_CHECK int cadre__taps_send(struct cadre_request *req, const struct cadre__event *event);

/* Shows what was received, in req->body, to those of cadre_on_receive. May suspend. */
CADRE_MUST_CHECK int cadre__taps_receive(struct cadre_request *req);

/* Whether header fields may be set though the response has begun: a function of cadre_on_send runs
 * that has not passed the start on. */
bool cadre__taps_are_open(const struct cadre_request *req);

#endif
