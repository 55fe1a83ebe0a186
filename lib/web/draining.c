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
