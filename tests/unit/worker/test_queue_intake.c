/* SPDX-License-Identifier: MIT */
/*
 * Queues that the master sends, some of which the acceptor has no memory for: the master hears of
 * each, the log of the first and of the end.
 */
#include "config.h"

#include "worker/queue_intake.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/unit.h"
#include "worker/acceptor.h"
#include "worker/master_link.h"

static const char addresses[CADRE__LISTEN_MAX][CADRE__MSG_ADDRESS_SIZE] = {"127.0.0.1:80",
                                                                           "127.0.0.1:81"};
static struct master_link link_to_master;
static struct queue_intake intake;
static int master, log_fd, refused, n_added, n_dropped;

/* The acceptor that the intake knows. */
int acceptor_add_queue(struct acceptor *acceptor, unsigned listener, uint32_t number, bool own,
                       int fd)
{
    (void)acceptor;
    (void)listener;
    (void)number;
    (void)own;
    (void)fd;
    if (refused == 0)
        n_added++;
    return refused;
}

void acceptor_drop_queue(struct acceptor *acceptor, unsigned listener, uint32_t number)
{
    (void)acceptor;
    (void)listener;
    (void)number;
    n_dropped++;
}

static void set_up(void)
{
    int ends[2];

    ck_assert_int_eq(cadre__channel_pair(ends), 0);
    master = ends[0];
    link_to_master = (struct master_link){.fd = ends[1]};
    intake = (struct queue_intake){.link = &link_to_master, .addresses = addresses};
    log_fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_eq(cadre__log_set_fd(log_fd), 0);
}

static void tear_down(void)
{
    close(master);
    close(link_to_master.fd);
    close(log_fd);
}

/* How many lines the log has got since it was asked last, and whether TEXT is in the last. */
static int lines(const char *text)
{
    static char log[4096];
    ssize_t n = pread(log_fd, log, sizeof(log) - 1, 0);
    int count = 0;

    ck_assert_int_ge(n, 0);
    log[n] = '\0';
    for (const char *p = log; *p != '\0'; p++)
        count += *p == '\n';
    if (count > 0)
        ck_assert_msg(strstr(log, text) != NULL, "%s: %s", text, log);
    ck_assert_int_eq(ftruncate(log_fd, 0), 0);
    ck_assert_int_eq(lseek(log_fd, 0, SEEK_SET), 0);
    return count;
}

static void take(uint32_t listener, uint32_t number, int result)
{
    refused = result;
    queue_intake_take(&intake, &(struct cadre__msg_queue){.listener = listener, .number = number},
                      -1);
}

static void drop(uint32_t listener, uint32_t number)
{
    queue_intake_drop(&intake, &(struct cadre__msg_queue){.listener = listener, .number = number});
}

/* How often the master has heard that this queue was missed. */
static int missed(uint32_t listener, uint32_t number)
{
    struct cadre__msg msg;
    int fd, count = 0;

    while (cadre__channel_recv(master, CADRE__FROM_CHILD, &msg, &fd) == 1) {
        ck_assert_int_eq((int)msg.type, CADRE__MSG_MISSED);
        ck_assert_uint_eq(msg.missed.type, CADRE__MSG_QUEUE);
        ck_assert_uint_eq(msg.missed.listener, listener);
        ck_assert_uint_eq(msg.missed.number, number);
        count++;
    }
    return count;
}

START_TEST(a_queue_that_is_refused_again_and_again_is_one_line_and_its_end_another)
{
    set_up();
    for (int i = 0; i < 20; i++)
        take(1, 7, -ENOMEM);
    ck_assert_int_eq(missed(1, 7), 20);
    ck_assert_int_eq(lines("a queue of 127.0.0.1:81 cannot be served for now: "), 1);
    take(1, 7, 0);
    ck_assert_int_eq(lines("the queue of 127.0.0.1:81 is served again"), 1);
    take(1, 7, 0); /* it is no news */
    ck_assert_int_eq(lines(""), 0);
    take(1, 7, -ENOMEM); /* now it is */
    ck_assert_int_eq(lines("cannot be served"), 1);
    tear_down();
}
END_TEST

START_TEST(another_queue_that_is_served_is_not_the_end)
{
    set_up();
    take(0, 7, -ENOMEM);
    ck_assert_int_eq(lines("127.0.0.1:80"), 1);
    take(0, 8, 0);
    ck_assert_int_eq(lines(""), 0);
    take(0, 7, -ENOMEM);
    ck_assert_int_eq(lines(""), 0);
    take(1, 7, -ENOMEM); /* that is another listener */
    ck_assert_int_eq(lines("127.0.0.1:81"), 1);
    tear_down();
}
END_TEST

START_TEST(a_queue_that_is_taken_away_meanwhile_is_the_end_too)
{
    set_up();
    take(0, 7, -ENOMEM);
    ck_assert_int_eq(lines("cannot be served"), 1);
    drop(0, 8);
    ck_assert_int_eq(lines(""), 0);
    drop(0, 7);
    ck_assert_int_eq(lines("the queue of 127.0.0.1:80 is other workers' now"), 1);
    drop(0, 7);
    ck_assert_int_eq(lines(""), 0);
    ck_assert_int_eq(n_dropped, 3);
    tear_down();
}
END_TEST

START_TEST(what_is_served_is_not_talked_of)
{
    set_up();
    take(0, 7, 0);
    drop(0, 7);
    ck_assert_int_eq(lines(""), 0);
    ck_assert_int_eq(missed(0, 7), 0);
    ck_assert_int_eq(n_added, 1);
    tear_down();
}
END_TEST

UNIT_MAIN("worker/queue_intake",
          UNIT_CASE(a_queue_that_is_refused_again_and_again_is_one_line_and_its_end_another),
          UNIT_CASE(another_queue_that_is_served_is_not_the_end),
          UNIT_CASE(a_queue_that_is_taken_away_meanwhile_is_the_end_too),
          UNIT_CASE(what_is_served_is_not_talked_of))
