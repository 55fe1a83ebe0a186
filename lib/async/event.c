/* SPDX-License-Identifier: MIT */
/*
 * lib/async/event.c: cadre_event of <cadre/sync.h>: a flag and those who wait for it. Runs on the
 * loop; allocates nothing.
 */
#include "config.h"

#include <cadre/sync.h>

#include "async/coroutine.h"
#include "async/waiters.h"

void cadre_event_init(struct cadre_event *event)
{
    *event = (struct cadre_event)CADRE_EVENT_INIT;
}

void cadre_event_set(struct cadre_event *event)
{
    if (event->set_)
        return;
    event->set_ = true;
    (void)cadre__waiters_wake_all(&event->waiters_, 0);
}

void cadre_event_clear(struct cadre_event *event)
{
    event->set_ = false;
}

bool cadre_event_is_set(const struct cadre_event *event)
{
    return event->set_;
}

int cadre_event_wait(struct cadre_event *event)
{
    int r = cadre__coroutine_check("cadre_event_wait");

    if (r < 0 || event->set_)
        return r;
    return cadre__waiters_wait(&event->waiters_, NULL, NULL, "cadre_event_wait");
}
