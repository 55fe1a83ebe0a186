/* SPDX-License-Identifier: MIT */
/*
 * Waiting for clients. worker/wait_list.h has the contract.
 */
#include "worker/wait_list.h"

#include <stdbool.h>

#include "async/loop.h"
#include "base/clock.h"
#include "worker/connection.h"

static bool waits(const struct connection *c)
{
    return c->state == CONNECTION_FRESH || c->state == CONNECTION_IDLE ||
           c->state == CONNECTION_LINGERING;
}

static void arm(struct wait_list *list, uint64_t deadline_ns)
{
    cadre__timer_start(cadre__loop_timers(list->loop), &list->timer, deadline_ns);
}

/* Freeing one may run others' code: each time the first one is looked for anew. */
static void on_timer(struct cadre__timer *timer)
{
    struct wait_list *list = CADRE__CONTAINER_OF(timer, struct wait_list, timer);
    uint64_t now_ns = cadre__loop_now(list->loop);
    struct cadre__list *first;

    while ((first = cadre__list_first(&list->waiting)) != NULL) {
        struct connection *c = CADRE__CONTAINER_OF(first, struct connection, wait_link);

        if (waits(c) && c->deadline_ns > now_ns) {
            arm(list, c->deadline_ns);
            return;
        }
        cadre__list_remove(first);
        if (waits(c))
            connection_free(c);
    }
}

void wait_list_init(struct wait_list *list, struct cadre__loop *loop, uint64_t wait_ns)
{
    list->loop = loop;
    list->wait_ns = wait_ns;
    cadre__list_init(&list->waiting);
    cadre__timer_init(&list->timer, on_timer);
}

void wait_list_done(struct wait_list *list)
{
    cadre__loop_timer_stop(list->loop, &list->timer);
}

void wait_list_put(struct wait_list *list, struct connection *c)
{
    c->deadline_ns = cadre__deadline(cadre__loop_now(list->loop), list->wait_ns);
    cadre__list_remove(&c->wait_link);
    cadre__list_push_back(&list->waiting, &c->wait_link);
    if (!cadre__timer_is_armed(&list->timer))
        arm(list, c->deadline_ns);
}

void wait_list_remove(struct connection *c)
{
    cadre__list_remove(&c->wait_link);
}
