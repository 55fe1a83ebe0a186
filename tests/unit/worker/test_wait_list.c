/* SPDX-License-Identifier: MIT */
/*
 * Wait lists, by connections of a server: who is closed when, and who is not.
 */
#include "worker/wait_list.h"

#include "tests/unit/worker/harness.h"

/* In the unit of cadre_sleep. */
#define SECOND 1000

/* Nothing here makes a request. */
static int no_app(void *arg, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    (void)arg;
    (void)scope;
    (void)channel;
    return 0;
}

static struct connection *newest(struct harness *h)
{
    return CADRE__CONTAINER_OF(cadre__list_last(&h->server->connections), struct connection, link);
}

static void sleep_until_closed(struct harness *h, unsigned n_closed, uint64_t after_ms)
{
    ck_assert_int_eq(cadre_sleep(after_ms - 10), 0);
    ck_assert_uint_eq(h->n_closed, n_closed - 1);
    ck_assert_int_eq(cadre_sleep(20), 0);
    ck_assert_uint_eq(h->n_closed, n_closed);
}

static void script_in_turn(struct harness *h)
{
    int fds[3];

    /* At 0, 1 and 2 s; each has 10 s. */
    for (int i = 0; i < 3; i++) {
        fds[i] = harness_connect(h);
        ck_assert_int_eq(cadre_sleep(SECOND), 0);
    }
    sleep_until_closed(h, 1, 7 * SECOND);
    sleep_until_closed(h, 2, SECOND - 10);
    sleep_until_closed(h, 3, SECOND - 10);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

START_TEST(each_has_its_own_time)
{
    harness_run(no_app, NULL, script_in_turn);
}
END_TEST

static void script_put_anew(struct harness *h)
{
    int first = harness_connect(h);
    struct connection *c = newest(h);
    int second = harness_connect(h);

    ck_assert_int_eq(cadre_sleep(4 * SECOND), 0);
    wait_list_put(&h->server->fresh, c);
    sleep_until_closed(h, 1, 6 * SECOND); /* the second, which came first now */
    ck_assert_ptr_eq(newest(h), c);
    sleep_until_closed(h, 2, 4 * SECOND - 10);
    close(first);
    close(second);
}

START_TEST(one_that_waits_anew_begins_anew)
{
    harness_run(no_app, NULL, script_put_anew);
}
END_TEST

static void script_moves(struct harness *h)
{
    int fd = harness_connect(h);

    ck_assert_int_eq(cadre_sleep(SECOND), 0);
    wait_list_put(&h->server->lingering, newest(h)); /* 2 s */
    sleep_until_closed(h, 1, 2 * SECOND);
    close(fd);
}

START_TEST(it_is_in_one_list_only)
{
    harness_run(no_app, NULL, script_moves);
}
END_TEST

static void script_busy(struct harness *h)
{
    int fd = harness_connect(h);
    struct connection *c = newest(h);

    c->state = CONNECTION_BUSY;
    ck_assert_int_eq(cadre_sleep(60 * SECOND), 0);
    ck_assert_uint_eq(h->n_closed, 0);
    ck_assert(!cadre__timer_is_armed(&h->server->fresh.timer));

    c->state = CONNECTION_IDLE;
    wait_list_put(&h->server->idle, c); /* 5 s */
    sleep_until_closed(h, 1, 5 * SECOND);
    close(fd);
}

START_TEST(a_busy_one_is_passed_over)
{
    harness_run(no_app, NULL, script_busy);
}
END_TEST

static void script_removed(struct harness *h)
{
    int fd = harness_connect(h);
    struct connection *c = newest(h);

    wait_list_remove(c);
    wait_list_remove(c);
    ck_assert_int_eq(cadre_sleep(60 * SECOND), 0);
    ck_assert_uint_eq(h->n_closed, 0);
    connection_free(c);
    close(fd);
}

START_TEST(a_removed_one_waits_forever)
{
    harness_run(no_app, NULL, script_removed);
}
END_TEST

static void script_forever(struct harness *h)
{
    int fd = harness_connect(h);

    ck_assert_int_eq(cadre_sleep(1000 * SECOND), 0);
    ck_assert_uint_eq(h->n_closed, 0);
    connection_free(newest(h));
    close(fd);
}

START_TEST(forever_is_forever)
{
    struct server_limits limits = harness_limits();

    limits.head_timeout_ns = CADRE__NEVER;
    harness_run_with(limits, no_app, NULL, script_forever);
}
END_TEST

UNIT_MAIN("worker/wait_list", UNIT_CASE(each_has_its_own_time),
          UNIT_CASE(one_that_waits_anew_begins_anew), UNIT_CASE(it_is_in_one_list_only),
          UNIT_CASE(a_busy_one_is_passed_over), UNIT_CASE(a_removed_one_waits_forever),
          UNIT_CASE(forever_is_forever))
