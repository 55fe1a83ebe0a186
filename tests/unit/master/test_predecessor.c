/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/predecessor: the old master of an upgrade, as its new one hears it. The old
 * master is this test, at the other end of a channel.
 */
#include "config.h"

#include "master/predecessor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "tests/unit/unit.h"

static struct predecessor p;
static int old_fd; /* its end */
static unsigned n_given, n_reports, n_totals, n_adopted;
static bool takes; /* a connection */

static void on_given(void *arg)
{
    (void)arg;
    n_given++;
}

static void on_reports(void *arg)
{
    (void)arg;
    ck_assert_uint_eq(n_given, 1); /* after that */
    n_reports++;
}

static void on_totals(void *arg, int fd)
{
    (void)arg;
    ck_assert_int_ge(fd, 0);
    n_totals++;
}

static bool on_adopt(void *arg, const struct cadre__msg_handover *note, int fd)
{
    (void)arg;
    ck_assert_uint_eq(note->peer_port, 4711);
    ck_assert_int_ge(fd, 0);
    n_adopted++;
    return takes;
}

static void open_one(void)
{
    char text[64];
    int ends[2];

    ck_assert_int_eq(cadre__channel_pair(ends), 0);
    ck_assert_int_eq(cadre__fd_cloexec(ends[0], false), 0);
    predecessor_format(text, sizeof(text), ends[0], 41);
    setenv(PREDECESSOR_VARIABLE, text, 1);
    predecessor_open(&p);
    old_fd = ends[1];
    p.on_given = on_given;
    p.on_reports = on_reports;
    p.on_totals = on_totals;
    p.on_adopt = on_adopt;
}

static void say(enum cadre__msg_type type, bool with_fd)
{
    struct cadre__msg msg = {.type = type};
    int fd = with_fd ? memfd_create("any", MFD_CLOEXEC) : -1;

    if (type == CADRE__MSG_ADOPT) {
        msg.handover.version = CADRE__HANDOVER_VERSION;
        msg.handover.peer_port = 4711;
    }
    ck_assert_int_eq(cadre__channel_send(old_fd, &msg, fd), 0);
    cadre__fd_close(&fd);
    predecessor_hear(&p);
}

/* What the old master hears next. */
static struct cadre__msg heard(void)
{
    struct cadre__msg msg;
    int fd;

    ck_assert_int_eq(cadre__channel_recv(old_fd, CADRE__FROM_CHILD, &msg, &fd), 1);
    return msg;
}

START_TEST(without_one_this_process_is_the_server)
{
    unsetenv(PREDECESSOR_VARIABLE);
    predecessor_open(&p);
    ck_assert_int_eq(p.fd, -1);
    ck_assert(p.given && p.reports);
    ck_assert_uint_eq(p.generation, 0);
    predecessor_tell_ready(&p);
    predecessor_tell_failed(&p, "no reason");
    predecessor_hear(&p);
    predecessor_close(&p);
}
END_TEST

static const char *const wrong[] = {
    "",         "7", "x:1", "7:", "7:0", "2:1", "7:4294967295", "-3:1", "99999999999999999999:1",
    "1000000:1"};

START_TEST(what_names_no_channel_is_none)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    setenv(PREDECESSOR_VARIABLE, wrong[_i], 1);
    predecessor_open(&p);
    ck_assert_int_eq(p.fd, -1);
    ck_assert(p.given);
    ck_assert_ptr_null(getenv(PREDECESSOR_VARIABLE));
    predecessor_close(&p);
}
END_TEST

/* What stands behind the number of a descriptor in the variable of rate limits, and whether it
 * counts beside "FD:41". */
static const struct {
    const char *text;
    bool counts;
} rates[] = {{":41", true}, {":40", false}, {"", false}, {"000:41", false}, {":x", false}};

START_TEST(it_may_bring_rate_limits_along)
{
    int fd = memfd_create("any", 0);
    char text[64];

    snprintf(text, sizeof(text), "%d%s", fd, rates[_i].text);
    setenv(PREDECESSOR_RATES_VARIABLE, text, 1);
    open_one();
    ck_assert_int_eq(p.rates_fd, rates[_i].counts ? fd : -1);
    ck_assert_int_eq(fcntl(fd, F_GETFD), rates[_i].counts ? FD_CLOEXEC : 0);
    ck_assert_ptr_null(getenv(PREDECESSOR_RATES_VARIABLE));
    predecessor_close(&p);
    ck_assert_int_eq(p.rates_fd, -1);
    close(old_fd);
}
END_TEST

START_TEST(rate_limits_alone_are_none)
{
    unsetenv(PREDECESSOR_VARIABLE);
    setenv(PREDECESSOR_RATES_VARIABLE, "3:41", 1);
    predecessor_open(&p);
    ck_assert_int_eq(p.rates_fd, -1);
    ck_assert_ptr_null(getenv(PREDECESSOR_RATES_VARIABLE));
    predecessor_close(&p);
}
END_TEST

START_TEST(it_gives_the_service_away_once)
{
    open_one();
    ck_assert_uint_eq(p.generation, 41);
    ck_assert(!p.given);
    ck_assert_int_eq(fcntl(p.fd, F_GETFD), FD_CLOEXEC);
    ck_assert_ptr_null(getenv(PREDECESSOR_VARIABLE));
    predecessor_tell_ready(&p);
    predecessor_tell_ready(&p); /* said already */
    ck_assert_int_eq(heard().type, CADRE__MSG_READY);
    say(CADRE__MSG_TOTALS, true); /* before all else */
    ck_assert_uint_eq(n_totals, 1);
    ck_assert_uint_eq(n_reports, 0);
    say(CADRE__MSG_ACCEPT, false);
    say(CADRE__MSG_ACCEPT, false);
    ck_assert_uint_eq(n_given, 1);
    say(CADRE__MSG_TOTALS, true); /* no reporter of it answers any more */
    say(CADRE__MSG_TOTALS, true);
    ck_assert_uint_eq(n_totals, 3);
    ck_assert_uint_eq(n_reports, 1);
    close(old_fd);
    predecessor_hear(&p);
    ck_assert_int_eq(p.fd, -1);
    ck_assert_uint_eq(n_given + n_reports, 2);
    predecessor_close(&p);
}
END_TEST

START_TEST(connections_are_answered_for_in_order)
{
    open_one();
    takes = true;
    say(CADRE__MSG_ADOPT, true);
    takes = false;
    say(CADRE__MSG_ADOPT, true);
    ck_assert_uint_eq(n_adopted, 2);
    ck_assert_uint_eq(heard().handed.taken, 1);
    ck_assert_uint_eq(heard().handed.taken, 0);
    close(old_fd);
    predecessor_close(&p);
}
END_TEST

START_TEST(one_that_goes_too_early_leaves_the_service)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    open_one();
    close(old_fd);
    predecessor_hear(&p);
    ck_assert_uint_eq(n_given, 1);
    ck_assert_uint_eq(n_reports, 1);
    predecessor_tell_ready(&p); /* into the void */
    predecessor_close(&p);
}
END_TEST

START_TEST(one_that_talks_nonsense_has_gone)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    open_one();
    ck_assert_int_eq(write(old_fd, "lies", 4), 4);
    predecessor_hear(&p);
    ck_assert_int_eq(p.fd, -1);
    ck_assert_uint_eq(n_given, 1);
    close(old_fd);
    predecessor_close(&p);
}
END_TEST

START_TEST(a_failure_is_told_with_its_reason)
{
    struct cadre__msg msg;

    open_one();
    predecessor_tell_failed(&p, "no luck");
    msg = heard();
    ck_assert_int_eq(msg.type, CADRE__MSG_FAILED);
    ck_assert_str_eq(msg.failed.text, "no luck");
    close(old_fd);
    predecessor_close(&p);
}
END_TEST

UNIT_MAIN("master/predecessor", UNIT_CASE(without_one_this_process_is_the_server),
          UNIT_LOOP(what_names_no_channel_is_none, sizeof(wrong) / sizeof(wrong[0])),
          UNIT_LOOP(it_may_bring_rate_limits_along, sizeof(rates) / sizeof(rates[0])),
          UNIT_CASE(rate_limits_alone_are_none), UNIT_CASE(it_gives_the_service_away_once),
          UNIT_CASE(connections_are_answered_for_in_order),
          UNIT_CASE(one_that_goes_too_early_leaves_the_service),
          UNIT_CASE(one_that_talks_nonsense_has_gone), UNIT_CASE(a_failure_is_told_with_its_reason))
