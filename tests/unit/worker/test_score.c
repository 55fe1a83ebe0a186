/* SPDX-License-Identifier: MIT */
/*
 * What a worker says about itself: stamps of turns, the handler at hand, turns that took too long.
 */
#include "config.h"

#include "worker/score.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/unit.h"
#include <cadre/task.h>

static struct cadre__score score;
static struct score_watch watch;
static int log_fd;

static void run(int (*fn)(void *), uint64_t slow_ns)
{
    struct cadre__loop *loop;

    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_eq(cadre__log_set_fd(log_fd), 0);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    score_watch_init(&watch, &score, slow_ns);
    score_watch_loop(&watch, loop);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, loop), 0);
    cadre__loop_free(loop);
}

static const char *handler(void)
{
    static char text[CADRE__SCORE_TEXT_SIZE];

    return cadre__score_get_text(&score.handler, text);
}

static const char *log_text(void)
{
    static char text[4096];
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    return text;
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
    run(stamps, 0);
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
    run(names, 0);
}
END_TEST

static void hold(long ms)
{
    const struct timespec t = {.tv_nsec = ms * 1000000};

    ck_assert_int_eq(nanosleep(&t, NULL), 0);
}

static int holds(void *arg)
{
    (void)arg;
    score_watch_handler(&watch, "shop", "blocks");
    hold(60);
    score_watch_handler(&watch, NULL, NULL);
    return cadre_sleep(1);
}

START_TEST(a_handler_that_holds_the_loop_is_told)
{
    run(holds, 20 * CADRE__NSEC_PER_MSEC);
    ck_assert_msg(
        strstr(log_text(), "warning module \"shop\": handler blocks held the loop for ") != NULL,
        "%s", log_text());
}
END_TEST

static int holds_in_phase(void *arg)
{
    (void)arg;
    cadre__score_set_text(&score.phase, "startup of module shop");
    hold(60);
    return cadre_sleep(1);
}

START_TEST(a_phase_that_holds_the_loop_is_told)
{
    run(holds_in_phase, 20 * CADRE__NSEC_PER_MSEC);
    ck_assert_ptr_nonnull(strstr(log_text(), "warning startup of module shop held the loop for "));
}
END_TEST

START_TEST(without_slow_callback_nothing_is_told)
{
    run(holds, 0);
    ck_assert_str_eq(log_text(), "");
}
END_TEST

UNIT_MAIN("worker/score", UNIT_CASE(each_turn_is_stamped), UNIT_CASE(the_handler_at_hand_is_named),
          UNIT_CASE(a_handler_that_holds_the_loop_is_told),
          UNIT_CASE(a_phase_that_holds_the_loop_is_told),
          UNIT_CASE(without_slow_callback_nothing_is_told))
