/* SPDX-License-Identifier: MIT */
/* Whether this process drains: web/draining.h. */
#include "web/draining.h"

#include <cadre/worker.h>

static struct cadre__list watches = CADRE__LIST_INIT(watches);
static _Atomic bool drains; /* asked by any thread */

bool cadre_worker_is_draining(void)
{
    return drains;
}

void cadre__draining_set(bool is_draining)
{
    drains = is_draining;
    while (is_draining && !cadre__list_is_empty(&watches)) {
        struct cadre__drain_watch *watch =
            CADRE__CONTAINER_OF(watches.next, struct cadre__drain_watch, link);

        cadre__list_remove(&watch->link);
        watch->fn(watch);
    }
}

void cadre__drain_watch_start(struct cadre__drain_watch *watch)
{
    cadre__list_init(&watch->link);
    if (drains)
        watch->fn(watch);
    else
        cadre__list_push_back(&watches, &watch->link);
}

void cadre__drain_watch_stop(struct cadre__drain_watch *watch)
{
    cadre__list_remove(&watch->link);
}

/* --- a scope --- */

static void cancel_scope(struct cadre__drain_watch *watch)
{
    cadre_scope_cancel(&CADRE__CONTAINER_OF(watch, struct cadre__drain_scope, watch)->scope);
}

void cadre__drain_scope_begin(struct cadre__drain_scope *scope, uint64_t ms)
{
    scope->watch.fn = cancel_scope;
    cadre_move_on_after(&scope->scope, ms);
    cadre__drain_watch_start(&scope->watch);
}

int cadre__drain_scope_end(struct cadre__drain_scope *scope, int result, bool *ret_is_over)
{
    cadre__drain_watch_stop(&scope->watch);
    result = cadre_scope_end(&scope->scope, result);
    *ret_is_over = cadre_scope_cancelled_caught(&scope->scope);
    return result;
}
