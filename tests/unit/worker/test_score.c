/* SPDX-License-Identifier: MIT */
/*
 * What a worker says about itself: stamps of turns, the handler at hand.
 */
#include "config.h"

#include "worker/score.h"

#include "async/loop.h"
#include "base/clock.h"
#include "tests/unit/unit.h"
#include <cadre/task.h>

static struct cadre__score score;
static struct score_watch watch;

static void run(int (*fn)(void *))
{
    struct cadre__loop *loop;

    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    score_watch_init(&watch, &score);
    score_watch_loop(&watch, loop);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, loop), 0);
    cadre__loop_free(loop);
}

static const char *handler(void)
{
    static char text[CADRE__SCORE_TEXT_SIZE];

    return cadre__score_get_text(&score.handler, text);
}

static int stamps(void *arg)
{
    uint64_t before = score.turn_ns;

    ck_assert_int_eq(cadre_sleep(5), 0);
    ck_assert_uint_eq(score.waiting, 0);
    ck_assert_uint_eq(score.turn_ns, cadre__loop_now(arg));
    ck_assert_uint_ge(score.turn_ns, before + 5 * CADRE__NSEC_PER_MSEC);
    return 0;
}

START_TEST(each_turn_is_stamped)
{
    run(stamps);
}
END_TEST

static int names(void *arg)
{
    static const char shop[] = "shop", first[] = "first", second[] = "second";

    (void)arg;
    ck_assert_str_eq(handler(), "");
    score_watch_handler(&watch, shop, first);
    ck_assert_str_eq(handler(), "shop:first");
    score_watch_handler(&watch, NULL, NULL);
    ck_assert_str_eq(handler(), "");
    score_watch_handler(&watch, shop, first);
    ck_assert_str_eq(handler(), "shop:first");
    score_watch_handler(&watch, shop, second);
    ck_assert_str_eq(handler(), "shop:second");
    score_watch_handler(&watch, NULL, NULL);
    score_watch_handler(&watch, shop, first);
    ck_assert_str_eq(handler(), "shop:first");
    return 0;
}

START_TEST(the_handler_at_hand_is_named)
{
    run(names);
}
END_TEST

UNIT_MAIN("worker/score", UNIT_CASE(each_turn_is_stamped), UNIT_CASE(the_handler_at_hand_is_named))
