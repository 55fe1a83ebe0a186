/* SPDX-License-Identifier: MIT */
/* What is left to do of a request when it is answered: web/finish.h. */
#include "web/finish.h"

#include "async/coroutine.h"
#include "async/owner.h"
#include "base/log.h"
#include "web/background.h"
#include "web/typed.h"
#include <errno.h>

/* Has the client's connection go on without the request. Where that is not to be had the client
 * waits: the order stands above that. */
static int detach(struct cadre_request *req)
{
    struct cadre__channel *channel = req->channel;
    struct cadre__coroutine *co = cadre__coroutine_current();
    int r;

    /* It was to end with its client, which has its answer. */
    if (co != NULL)
        (void)cadre__coroutine_take_cancel(co);
    r = channel->ops->detach != NULL ? channel->ops->detach(channel) : 0;
    if (r < 0 && r != -ECANCELED)
        cadre_log(CADRE_LOG_DEBUG, req, "the connection waits for the work behind the response");
    return r == -ECANCELED ? r : 0;
}

/* Runs the tasks here, in the request's coroutine; tasks that they spawn end with them. The first
 * error. */
static int run_tasks(struct cadre_request *req, struct cadre__background *list)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    struct cadre__owner owner;
    int r;

    if (co != NULL)
        cadre__coroutine_set_name(co, "background");
    cadre__owner_begin(&owner);
    r = detach(req);
    r = cadre__background_run(list, r);
    cadre__owner_end(&owner);
    return r;
}

void cadre__finish(struct cadre_request *req, struct cadre__background_set *set, int result,
                   int error)
{
    const struct cadre__typed_ops *typed = req->typed != NULL ? req->mount->typed : NULL;
    bool has_work = req->extras != NULL && req->extras->background != NULL && result >= 0 &&
                    req->phase == CADRE__REQUEST_COMPLETE && req->send_error >= 0;
    struct cadre__background *list;

    if (has_work && typed != NULL && typed->holds(req)) {
        list = cadre__background_begin(req, set);
        result = run_tasks(req, list);
        typed->leave(req, error < 0 ? error : result);
        cadre__background_end(list);
        return;
    }
    if (typed != NULL)
        typed->leave(req, error);
    if (has_work)
        cadre__background_start(req, set);
}
