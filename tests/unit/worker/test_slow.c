/* SPDX-License-Identifier: MIT */
/*
 * What the log says of who holds the loop: the module and handler, the phase, or the task.
 */
#include "config.h"

#include "worker/slow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/watchdog.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"
#include "tests/unit/unit.h"
#include "worker/child.h"
#include <cadre/task.h>

static struct cadre__server_conf conf;
static struct child child = {.conf = &conf, .score = &child.own_score};
static int log_fd;
static int channel_fd = -1; /* the worker's end */

static const char *log_text(void)
{
    static char text[8192];
    ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    return text;
}

static void run_with(uint64_t slow_ns, int (*fn)(void *), void *arg)
{
    struct slow_watch watch;
    struct cadre__loop *loop;

    conf.slow_callback_ns = slow_ns;
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_eq(cadre__log_set_fd(log_fd), 0);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    ck_assert_int_eq(slow_watch(&watch, &child, loop, channel_fd), 0);
    ck_assert_int_eq(slow_ns == 0, watch.watchdog == NULL);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, arg), 0);
    slow_unwatch(&watch);
    cadre__loop_free(loop);
}

static void run(uint64_t slow_ns, int (*fn)(void *), const char *name)
{
    run_with(slow_ns, fn, (void *)(uintptr_t)name);
}

/* Holds the loop until the log says so, then lets it go until it says that too. */
static int hold(void *name)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    cadre__coroutine_set_name(cadre__coroutine_current(), name);
    while (!strstr(log_text(), " and goes on"))
        (void)nanosleep(&moment, NULL);
    while (!strstr(strstr(log_text(), " and goes on"), " held the loop for "))
        ck_assert_int_eq(cadre_sleep(1), 0);
    return 0;
}

static void expect(const char *who)
{
    char during[256], after[256];

    (void)snprintf(during, sizeof(during), "warning %s has held the loop for ", who);
    (void)snprintf(after, sizeof(after), "warning %s held the loop for ", who);
    ck_assert_msg(strstr(log_text(), during) != NULL, "%s", log_text());
    ck_assert_msg(strstr(log_text(), after) != NULL, "%s", log_text());
}

START_TEST(a_handler_that_holds_the_loop_is_named_with_its_module)
{
    cadre__score_set_text(&child.own_score.handler, "shop:blocks");
    run(20 * CADRE__NSEC_PER_MSEC, hold, "blocks");
    expect("module \"shop\": handler blocks");
}
END_TEST

START_TEST(a_task_that_holds_the_loop_is_named)
{
    cadre__score_set_text(&child.own_score.handler, "shop:other");
    run(20 * CADRE__NSEC_PER_MSEC, hold, "fetch_user");
    expect("task fetch_user");
}
END_TEST

START_TEST(a_phase_that_holds_the_loop_is_named)
{
    cadre__score_set_text(&child.own_score.phase, "startup of module shop");
    run(20 * CADRE__NSEC_PER_MSEC, hold, "shop");
    expect("startup of module shop");
}
END_TEST

static int nothing(void *arg)
{
    (void)arg;
    return cadre_sleep(1);
}

START_TEST(without_slow_callback_there_is_no_watchdog)
{
    run(0, nothing, NULL);
    ck_assert_str_eq(log_text(), "");
}
END_TEST

static struct cadre__msg told[2]; /* what the master has heard */

/* Holds the loop until the master hears of it, then lets it go until it hears that too. */
static int hold_until_told(void *arg)
{
    int master = *(const int *)arg, fd;
    struct pollfd ready = {.fd = master, .events = POLLIN};

    cadre__coroutine_set_name(cadre__coroutine_current(), "blocks");
    while (poll(&ready, 1, 1000) <= 0)
        ;
    ck_assert_int_eq(cadre__channel_recv(master, CADRE__FROM_CHILD, &told[0], &fd), 1);
    while (cadre__channel_recv(master, CADRE__FROM_CHILD, &told[1], &fd) == -EAGAIN)
        ck_assert_int_eq(cadre_sleep(1), 0);
    return 0;
}

START_TEST(the_master_is_told_where_it_listens)
{
    const struct cadre__msg_stall *first = &told[0].stall, *last = &told[1].stall;
    int pair[2];

    ck_assert_int_eq(cadre__channel_pair(pair), 0);
    channel_fd = pair[1];
    run_with(20 * CADRE__NSEC_PER_MSEC, hold_until_told, &pair[0]);
    ck_assert_str_eq(log_text(), "");
    ck_assert_int_eq(told[0].type, CADRE__MSG_STALL);
    ck_assert_uint_eq(first->ended, 0);
    ck_assert_str_eq(first->who, "task blocks");
    ck_assert_uint_gt(first->trace.n_frames, 1);
    ck_assert_uint_gt(first->trace.n_objects, 0);
    ck_assert_int_eq(told[1].type, CADRE__MSG_STALL);
    ck_assert_uint_eq(last->ended, 1);
    ck_assert_uint_eq(last->trace.n_frames, 0);
    ck_assert_uint_ge(last->held_ns, first->held_ns);
    ck_assert_str_eq(last->who, "task blocks");
}
END_TEST

UNIT_MAIN("worker/slow", UNIT_CASE(a_handler_that_holds_the_loop_is_named_with_its_module),
          UNIT_CASE(a_task_that_holds_the_loop_is_named),
          UNIT_CASE(a_phase_that_holds_the_loop_is_named),
          UNIT_CASE(the_master_is_told_where_it_listens),
          UNIT_CASE(without_slow_callback_there_is_no_watchdog))
