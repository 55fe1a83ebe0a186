/* SPDX-License-Identifier: MIT */
/*
 * cadre_event: who waits, who need not, and for how long.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/sync.h>

static struct cadre_event event = CADRE_EVENT_INIT;

static int wait_and_note(const void *arg)
{
    int r = cadre_event_wait(&event);

    note(*(const char *)arg);
    return r;
}

ON_LOOP(set_wakes_all_who_wait_in_order)
{
    struct beside waits[3];

    for (int i = 0; i < 3; i++)
        beside_start(&waits[i], wait_and_note, &"abc"[i]);
    beside_waits(&waits[0]);
    cadre_event_set(&event);
    for (int i = 0; i < 3; i++)
        beside_ends(&waits[i], 0);
    ck_assert_str_eq(trace, "abc");
    return 0;
}

ON_LOOP(it_stays_set_and_nobody_waits_then)
{
    struct beside wait;

    cadre_event_set(&event);
    cadre_event_set(&event);
    ck_assert(cadre_event_is_set(&event));
    beside_start(&wait, wait_and_note, "a");
    ck_assert(wait.ended);
    ck_assert_int_eq(wait.result, 0);
    return 0;
}

ON_LOOP(cleared_again_it_makes_wait)
{
    struct beside wait;

    cadre_event_set(&event);
    cadre_event_clear(&event);
    ck_assert(!cadre_event_is_set(&event));
    beside_start(&wait, wait_and_note, "a");
    beside_waits(&wait);
    cadre_event_set(&event);
    beside_ends(&wait, 0);
    return 0;
}

ON_LOOP(who_waited_goes_on_though_it_is_cleared_at_once)
{
    struct beside wait;

    cadre_event_init(&event);
    beside_start(&wait, wait_and_note, "a");
    cadre_event_set(&event);
    cadre_event_clear(&event);
    beside_ends(&wait, 0);
    return 0;
}

ON_LOOP(set_is_a_point_of_cancellation_too)
{
    cadre_event_set(&event);
    cadre__coroutine_cancel(cadre__coroutine_current());
    ck_assert_int_eq(cadre_event_wait(&event), -ECANCELED);
    return cadre_event_wait(&event);
}

START_TEST(off_a_coroutine_nothing_waits)
{
    ck_assert_int_eq(cadre_event_wait(&event), -EDEADLK);
}
END_TEST

UNIT_MAIN("async/event", UNIT_CASE(set_wakes_all_who_wait_in_order),
          UNIT_CASE(it_stays_set_and_nobody_waits_then), UNIT_CASE(cleared_again_it_makes_wait),
          UNIT_CASE(who_waited_goes_on_though_it_is_cleared_at_once),
          UNIT_CASE(set_is_a_point_of_cancellation_too), UNIT_CASE(off_a_coroutine_nothing_waits))
