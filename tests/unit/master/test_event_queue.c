/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/event_queue: answers wait in their order, with what they point to.
 */
#include "config.h"

#include "master/event_queue.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(they_come_in_their_order_with_copies_of_their_texts)
{
    struct event_queue *queue = event_queue_new();
    struct machine_plan plan = {.workers = 7};
    char text[] = "no luck";
    struct machine_event event = {.type = EVENT_CONF_BAD, .text = text};

    ck_assert_ptr_nonnull(queue);
    ck_assert(!event_queue_pop(queue, &event));
    ck_assert(event_queue_push(queue, &event));
    event = (struct machine_event){.type = EVENT_CONF_OK, .plan = &plan};
    ck_assert(event_queue_push(queue, &event));
    memset(text, 'x', sizeof(text) - 1);
    plan.workers = 0;
    ck_assert(event_queue_pop(queue, &event));
    ck_assert_int_eq(event.type, EVENT_CONF_BAD);
    ck_assert_str_eq(event.text, "no luck");
    ck_assert(event_queue_pop(queue, &event));
    ck_assert_int_eq(event.type, EVENT_CONF_OK);
    ck_assert_ptr_null(event.text);
    ck_assert_uint_eq(event.plan->workers, 7);
    ck_assert(!event_queue_pop(queue, &event));
    event_queue_free(queue);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut)
{
    struct event_queue *queue = event_queue_new();
    static char text[2 * MACHINE_REASON_MAX];
    struct machine_event event = {.type = EVENT_FAILED, .text = text};

    memset(text, 'x', sizeof(text) - 1);
    ck_assert(event_queue_push(queue, &event));
    ck_assert(event_queue_pop(queue, &event));
    ck_assert_uint_eq(strlen(event.text), MACHINE_REASON_MAX - 1);
    event_queue_free(queue);
}
END_TEST

/* One for each seat, and some: round and round. */
START_TEST(there_is_room_for_an_answer_a_seat)
{
    struct event_queue *queue = event_queue_new();
    struct machine_event event = {.type = EVENT_SPAWNED};
    uint32_t in = 0, out = 0;

    for (int round = 0; round < 3; round++) {
        while (in - out < MACHINE_SLOTS_MAX) {
            event.slot = in++;
            ck_assert(event_queue_push(queue, &event));
        }
        while (in - out > 5) {
            ck_assert(event_queue_pop(queue, &event));
            ck_assert_uint_eq(event.slot, out++);
        }
    }
    while (event_queue_push(queue, &event))
        in++;
    ck_assert_uint_ge(in - out, MACHINE_SLOTS_MAX);
    event_queue_free(queue);
}
END_TEST

UNIT_MAIN("master/event_queue", UNIT_CASE(they_come_in_their_order_with_copies_of_their_texts),
          UNIT_CASE(a_text_that_is_too_long_is_cut), UNIT_CASE(there_is_room_for_an_answer_a_seat))
