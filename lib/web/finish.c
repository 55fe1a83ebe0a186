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

/* Runs the tasks here, in the request's coroutine, and releases behind them; tasks that they spawn
 * end with them. */
static void run_tasks(struct cadre_request *req, struct cadre__background_set *set, int error)
{
    struct cadre__background *list = cadre__background_begin(req, set);
    struct cadre__coroutine *co = cadre__coroutine_current();
    struct cadre__owner owner;
    int r;

    if (co != NULL)
        cadre__coroutine_set_name(co, "background");
    cadre__owner_begin(&owner);
    r = cadre__background_run(list, detach(req));
    cadre__owner_end(&owner);
    req->mount->typed->leave(req, error < 0 ? error : r);
    cadre__background_end(list);
}

/* Releases whose request its protocol may let go of meanwhile. */
struct releases {
    struct cadre__detaching detaching;
    struct cadre__behind behind;
    struct cadre__background_set *set;
    struct cadre__coroutine *co; /* of the request; NULL: off any */
    bool is_behind;
};

/* One of them has suspended: it is work behind the response. */
static void on_detached(struct cadre__detaching *detaching)
{
    struct releases *releases = CADRE__CONTAINER_OF(detaching, struct releases, detaching);

    releases->is_behind = true;
    cadre__behind_begin(&releases->behind, releases->set, releases->co);
    if (releases->behind.cancelled && releases->co != NULL)
        cadre__coroutine_cancel(releases->co);
}

/* Releases values of a request that is answered, some of them in threads, which have the request
 * for themselves: its protocol lets go of it before. */
static void release_in_threads(struct cadre_request *req, struct cadre__background_set *set,
                               int error)
{
    struct cadre__behind behind;
    int r;

    cadre__behind_begin(&behind, set, cadre__coroutine_current());
    r = detach(req);
    req->mount->typed->leave(req, error < 0 ? error : r);
    cadre__behind_end(&behind);
}

/* The same on the loop. Most do not suspend, and cost no more than their call. */
static void release(struct cadre_request *req, struct cadre__background_set *set, int error)
{
    struct cadre__channel *channel = req->channel;
    struct releases releases = {
        .detaching = {on_detached}, .set = set, .co = cadre__coroutine_current()};

    /* It was to end with its client, which has its answer. */
    if (!set->cancelled && releases.co != NULL)
        (void)cadre__coroutine_take_cancel(releases.co);
    if (channel->ops->detach_soon != NULL)
        channel->ops->detach_soon(channel, &releases.detaching);
    req->mount->typed->leave(req, error);
    if (releases.is_behind)
        cadre__behind_end(&releases.behind);
    else if (channel->ops->detach_soon != NULL)
        channel->ops->detach_soon(channel, NULL);
}

void cadre__finish(struct cadre_request *req, struct cadre__background_set *set, int result,
                   int error)
{
    const struct cadre__typed_ops *typed = req->typed != NULL ? req->mount->typed : NULL;
    enum cadre__typed_held held = typed != NULL ? typed->held(req) : CADRE__HOLDS_NOTHING;
    bool is_answered = result >= 0 && req->phase == CADRE__REQUEST_COMPLETE && req->send_error >= 0;
    bool may_go_on = is_answered && req->scope->type == CADRE__SCOPE_HTTP;
    bool has_work = is_answered && req->extras != NULL && req->extras->background != NULL;

    if (has_work && held != CADRE__HOLDS_NOTHING)
        run_tasks(req, set, error);
    else if (may_go_on && held == CADRE__HOLDS_SYNC)
        release_in_threads(req, set, error);
    else if (may_go_on && held == CADRE__HOLDS_RELEASES)
        release(req, set, error);
    else if (typed != NULL)
        typed->leave(req, error);
    if (has_work && held == CADRE__HOLDS_NOTHING)
        cadre__background_start(req, set);
}
