/* SPDX-License-Identifier: MIT */
/*
 * The end of a request behind its response: work behind it (<cadre/background.h>), then what its
 * dependencies have made (<cadre/dependency.h>). Called by web/app.c, on the loop, for requests
 * that have one of both; no other pays for it.
 *
 * Work that has nothing to wait for it goes on in a task of nobody's, and the request goes at once.
 * Where values are to be released behind it, the request stays: its protocol lets its connection go
 * on without it (`detach` of gateway/gateway.h), and coroutine, scope and arena are its own until
 * the last release has returned. Without work that is so once a release suspends. A protocol that
 * can not do that waits.
 */
#ifndef CADRE_WEB_FINISH_H
#define CADRE_WEB_FINISH_H

#include "web/request.h"

struct cadre__background_set;

/* Whether it has anything to do. */
static inline bool cadre__finish_is_needed(const struct cadre_request *req)
{
    return req->typed != NULL || (req->extras != NULL && req->extras->background != NULL);
}

/*
 * `result`: what became of the request, as the protocol is told; `error`: what it failed with, 0:
 * nothing. Releases are told the error; of a request without one, that of the first task that
 * failed. May suspend.
 */
void cadre__finish(struct cadre_request *req, struct cadre__background_set *set, int result,
                   int error);

#endif
