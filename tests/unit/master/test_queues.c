/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/queues: who serves which queue, as the workers would be told. The sockets are
 * real, on the loopback; the workers and the clock are not.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "master/listener.h"
#include "master/queue_group.h"
#include "master/queues.h"

#define MS      CADRE__NSEC_PER_MSEC
#define SLOTS   16
#define NUMBERS 16

static struct {
    struct event_base *base;
    struct cadre__timers timers;
    uint64_t now_ns;
    struct queues queues;
    struct cadre__listen_conf conf;
    struct listener listener;
    struct listener_entry entry;
    struct listener_set set;
    struct sockaddr_in address;
    struct queues_pulse pulse[SLOTS];
    struct queues_worker workers[SLOTS];
    size_t n_workers;
    unsigned target;
    bool frozen;
    char serves[SLOTS][NUMBERS + 1]; /* by number: '.' not, 'o' its own, 'l' lent */
    bool deaf[SLOTS];                /* cannot be told */
    unsigned told;                   /* how often somebody was */
    unsigned looks;                  /* how often somebody was looked at */
    bool astray;                     /* the kernel takes no program */
    bool knocks;                     /* connections come while a queue is closed */
    unsigned n_knocked;              /* how often they did */
    unsigned n_strayed;              /* queues that retire, and got some of them */
} rig;

/* In the place of libc's. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    if (rig.astray && level == SOL_SOCKET && name == SO_ATTACH_REUSEPORT_CBPF) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

/* Takes all that the queues hold. */
static void empty_all(void)
{
    for (size_t i = 0; i < rig.listener.group->n; i++)
        for (int fd; (fd = accept(rig.listener.group->queues[i]->fd, NULL, NULL)) >= 0;)
            close(fd);
}

/* So many connections that each queue gets some, were they drawn among all. */
static void knock(int closed_fd)
{
    const struct queue_group *group = rig.listener.group;
    int fds[100];

    for (int i = 0; i < 100; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(connect(fds[i], (struct sockaddr *)&rig.address, sizeof(rig.address)), 0);
    }
    for (size_t i = 0; i < group->n; i++) {
        const struct queue *queue = group->queues[i];

        if (queue->retiring && queue->fd != closed_fd && !queue_is_empty(queue))
            rig.n_strayed++;
    }
    empty_all();
    for (int i = 0; i < 100; i++)
        close(fds[i]);
    rig.n_knocked++;
}

/* As setsockopt: what closes a queue calls it, and the kernel's list has changed then. */
int shutdown(int fd, int how)
{
    int r = (int)syscall(SYS_shutdown, fd, how);

    if (rig.knocks && how == SHUT_RD)
        knock(fd);
    return r;
}

static uint64_t now(void)
{
    return rig.now_ns;
}

static void pulse(void *arg, uint32_t slot, struct queues_pulse *ret)
{
    (void)arg;
    rig.looks++;
    *ret = rig.pulse[slot];
}

static bool serve(void *arg, uint32_t slot, uint32_t listener, uint32_t number, bool own, int fd)
{
    (void)arg;
    ck_assert_uint_eq(listener, 0);
    ck_assert_uint_lt(number, NUMBERS);
    ck_assert_int_ge(fd, 0);
    rig.told++;
    if (rig.deaf[slot])
        return false;
    rig.serves[slot][number] = own ? 'o' : 'l';
    return true;
}

static bool leave(void *arg, uint32_t slot, uint32_t listener, uint32_t number)
{
    (void)arg;
    ck_assert_uint_eq(listener, 0);
    rig.told++;
    if (rig.deaf[slot])
        return false;
    ck_assert_int_ne(rig.serves[slot][number], '.');
    rig.serves[slot][number] = '.';
    return true;
}

static void settle(void)
{
    const struct queues_view view = {.set = &rig.set,
                                     .workers = rig.workers,
                                     .n_workers = rig.n_workers,
                                     .target = rig.target,
                                     .frozen = rig.frozen};

    queues_settle(&rig.queues, &view);
}

/* A new process in a slot: it serves nothing yet. */
static void add_worker(uint32_t slot)
{
    static pid_t next_pid = 100;

    rig.workers[rig.n_workers++] = (struct queues_worker){.slot = slot, .pid = next_pid++};
    memset(rig.serves[slot], '.', NUMBERS);
    rig.pulse[slot] = (struct queues_pulse){.turn_ns = rig.now_ns, .waiting = true};
}

static void remove_worker(uint32_t slot)
{
    size_t kept = 0;

    for (size_t i = 0; i < rig.n_workers; i++)
        if (rig.workers[i].slot != slot)
            rig.workers[kept++] = rig.workers[i];
    rig.n_workers = kept;
}

static void open_rig(unsigned workers)
{
    const struct queues_host host = {
        .now = now, .pulse = pulse, .serve = serve, .leave = leave, .timers = &rig.timers};
    struct queues_host with_base = host;
    socklen_t len = sizeof(rig.address);

    rig.now_ns = CADRE__NSEC_PER_SEC;
    rig.base = event_base_new();
    ck_assert_ptr_nonnull(rig.base);
    with_base.base = rig.base;
    cadre__timers_init(&rig.timers, rig.now_ns);
    queues_init(&rig.queues, &with_base);
    rig.listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    rig.address.sin_family = AF_INET;
    rig.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(rig.listener.fd, (struct sockaddr *)&rig.address, len), 0);
    ck_assert_int_eq(listen(rig.listener.fd, 128), 0);
    ck_assert_int_eq(getsockname(rig.listener.fd, (struct sockaddr *)&rig.address, &len), 0);
    rig.listener.listening = true;
    rig.conf = (struct cadre__listen_conf){.name = "web", .backlog = 128, .reuse_port = true};
    rig.entry = (struct listener_entry){.conf = &rig.conf, .listener = &rig.listener};
    rig.set = (struct listener_set){.entries = &rig.entry, .n = 1};
    for (uint32_t slot = 0; slot < workers; slot++)
        add_worker(slot);
    rig.target = workers;
    settle();
}

static void close_rig(void)
{
    queue_group_free(rig.listener.group);
    queues_done(&rig.queues);
    close(rig.listener.fd);
    event_base_free(rig.base);
}

/* Time goes by, a millisecond at a time; workers that wait turn, as they would. */
static void pass(uint64_t ms)
{
    for (uint64_t i = 0; i < ms; i++) {
        rig.now_ns += MS;
        event_base_loop(rig.base, EVLOOP_NONBLOCK);
        cadre__timers_advance(&rig.timers, rig.now_ns);
    }
}

static void check(uint32_t slot, const char *serves)
{
    char expected[NUMBERS + 1];

    memset(expected, '.', NUMBERS);
    expected[NUMBERS] = '\0';
    memcpy(expected, serves, strlen(serves));
    ck_assert_msg(strcmp(rig.serves[slot], expected) == 0, "slot %u serves %s, not %s", slot,
                  rig.serves[slot], expected);
}

/* Puts a connection into the queue that is `slot`'s own. */
static int connect_to(uint32_t slot)
{
    struct queue_group *group = rig.listener.group;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool was[NUMBERS];

    for (size_t i = 0; i < group->n; i++) {
        was[i] = group->queues[i]->retiring;
        group->queues[i]->retiring = group->queues[i]->owner != slot;
    }
    group->steered = false;
    ck_assert_int_eq(queue_group_steer(group), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&rig.address, sizeof(rig.address)), 0);
    for (size_t i = 0; i < group->n; i++)
        group->queues[i]->retiring = was[i];
    group->steered = false;
    ck_assert_int_eq(queue_group_steer(group), 0);
    return fd;
}

START_TEST(each_worker_has_its_own)
{
    open_rig(3);
    check(0, "o..");
    check(1, ".o.");
    check(2, "..o");
    rig.told = 0;
    settle();
    pass(1000);
    ck_assert_uint_eq(rig.told, 0);
    close_rig();
}
END_TEST

START_TEST(they_may_come_one_by_one)
{
    open_rig(1);
    rig.target = 3;
    settle();
    check(0, "o");
    add_worker(1);
    settle();
    check(0, "o");
    check(1, ".o");
    ck_assert_uint_eq(rig.listener.group->n, 2);
    close_rig();
}
END_TEST

START_TEST(a_dead_ones_queue_is_lent_until_there_is_another)
{
    open_rig(3);
    remove_worker(1);
    settle();
    check(0, "ol.");
    check(2, ".lo");
    /* In the same slot, another process: it has been told nothing. */
    add_worker(1);
    settle();
    check(0, "o..");
    check(1, ".o.");
    check(2, "..o");
    /* In one step. */
    remove_worker(0);
    add_worker(7);
    settle();
    check(7, "o..");
    check(1, ".o.");
    check(2, "..o");
    ck_assert_uint_eq(rig.listener.group->n, 3);
    close_rig();
}
END_TEST

START_TEST(another_generation_takes_them_all)
{
    open_rig(2);
    remove_worker(0);
    remove_worker(1);
    add_worker(4);
    add_worker(5);
    settle();
    check(4, "o.");
    check(5, ".o");
    ck_assert_uint_eq(rig.listener.group->n, 2);
    close_rig();
}
END_TEST

START_TEST(one_that_hangs_is_helped)
{
    int fd;

    open_rig(3);
    pass(100);
    rig.pulse[1].waiting = false;
    rig.pulse[1].turn_ns = rig.now_ns;
    pass(15);
    fd = connect_to(1);
    pass(4); /* it is late by 19 ms */
    check(0, "o..");
    pass(30);
    check(0, "ol.");
    check(1, ".o.");
    check(2, ".lo");
    empty_all();
    pass(2000); /* as long as it hangs */
    check(0, "ol.");
    rig.pulse[1] = (struct queues_pulse){.turn_ns = rig.now_ns, .waiting = true};
    pass(400);
    check(0, "ol."); /* it may do it again */
    pass(600);
    check(0, "o..");
    check(2, "..o");
    close(fd);
    close_rig();
}
END_TEST

START_TEST(one_that_hangs_is_not_noticed_while_nothing_comes)
{
    open_rig(2);
    pass(100);
    rig.pulse[1].waiting = false;
    rig.pulse[1].turn_ns = rig.now_ns;
    rig.told = 0;
    pass(1000);
    ck_assert_uint_eq(rig.told, 0);
    ck_assert(!cadre__timer_is_armed(&rig.queues.look));
    close_rig();
}
END_TEST

START_TEST(one_that_is_stopped_while_it_waits_is_helped)
{
    int fd;

    open_rig(2);
    pass(100);
    fd = connect_to(1); /* it says that it waits, and does not take it */
    pass(10);
    check(0, "o.");
    pass(50);
    check(0, "ol");
    /* It turns again. */
    empty_all();
    rig.pulse[1].turn_ns = rig.now_ns;
    pass(600);
    check(0, "o.");
    close(fd);
    close_rig();
}
END_TEST

START_TEST(one_that_turns_is_not_helped_however_busy)
{
    int fd;

    open_rig(2);
    fd = connect_to(1);
    for (int i = 0; i < 100; i++) {
        rig.pulse[1] = (struct queues_pulse){.turn_ns = rig.now_ns};
        pass(10);
        check(0, "o.");
    }
    close(fd);
    close_rig();
}
END_TEST

START_TEST(one_that_is_full_is_helped_and_does_not_help)
{
    int fd;

    open_rig(3);
    rig.pulse[1].full = true;
    fd = connect_to(1);
    pass(5);
    check(0, "ol.");
    check(2, ".lo");
    remove_worker(0);
    settle();
    check(1, ".o.");
    check(2, "llo");
    empty_all();
    rig.pulse[1] = (struct queues_pulse){.turn_ns = rig.now_ns, .waiting = true};
    pass(600);
    check(1, "lo."); /* it helps again */
    check(2, "l.o");
    close(fd);
    close_rig();
}
END_TEST

START_TEST(fewer_workers_retire_queues_and_close_them_empty)
{
    int fd;

    open_rig(3);
    fd = connect_to(2);
    remove_worker(2);
    rig.target = 2;
    settle();
    check(0, "o.l");
    check(1, ".ol");
    ck_assert_uint_eq(rig.listener.group->n, 3);
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 3); /* it holds something */
    empty_all();
    pass(2000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    check(0, "o..");
    check(1, ".o.");
    close(fd);
    close_rig();
}
END_TEST

START_TEST(queues_that_retire_together_are_all_closed)
{
    open_rig(4);
    remove_worker(2);
    rig.target = 3;
    settle();
    pass(100);
    remove_worker(3);
    rig.target = 2;
    settle();
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    close_rig();
}
END_TEST

START_TEST(while_one_is_closed_the_others_that_retire_get_nothing)
{
    open_rig(4);
    remove_worker(1);
    remove_worker(2);
    rig.target = 2;
    settle();
    pass(QUEUE_LINGER_NS / MS - 100);
    ck_assert_uint_eq(rig.listener.group->n, 4);
    rig.knocks = true;
    pass(3000);
    rig.knocks = false;
    ck_assert_uint_eq(rig.listener.group->n, 2);
    ck_assert_uint_eq(rig.n_knocked, 2);
    ck_assert_uint_eq(rig.n_strayed, 0);
    close_rig();
}
END_TEST

START_TEST(the_primary_stays_whoever_leaves)
{
    open_rig(3);
    remove_worker(0);
    rig.target = 2;
    settle();
    check(1, ".ol"); /* who had the last one has the first now */
    check(2, "o.l");
    pass(QUEUE_LINGER_NS / MS + 1000);
    check(1, ".o.");
    check(2, "o..");
    ck_assert_uint_eq(rig.listener.group->n, 2);
    close_rig();
}
END_TEST

START_TEST(one_that_retires_is_used_again)
{
    open_rig(2);
    remove_worker(1);
    rig.target = 1;
    settle();
    check(0, "ol");
    rig.target = 2;
    add_worker(3);
    settle();
    check(0, "o.");
    check(3, ".o");
    ck_assert_uint_eq(rig.listener.group->n, 2);
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    close_rig();
}
END_TEST

START_TEST(with_nobody_to_serve_they_wait)
{
    open_rig(2);
    remove_worker(0);
    remove_worker(1);
    rig.target = 0;
    settle();
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    rig.target = 1;
    add_worker(5);
    settle();
    check(5, "ol");
    close_rig();
}
END_TEST

START_TEST(turned_off_they_are_closed_and_the_listener_is_plain)
{
    open_rig(2);
    remove_worker(0);
    remove_worker(1);
    add_worker(4);
    add_worker(5);
    rig.conf.reuse_port = false;
    settle();
    check(4, ".l"); /* the first they have as any listener */
    check(5, ".l");
    pass(QUEUE_LINGER_NS / MS + 1000);
    check(4, "..");
    check(5, "..");
    ck_assert_ptr_null(rig.listener.group);
    settle();
    pass(1000);
    /* And on again. */
    rig.conf.reuse_port = true;
    remove_worker(4);
    remove_worker(5);
    add_worker(6);
    add_worker(7);
    settle();
    check(6, "o.");
    check(7, ".o");
    close_rig();
}
END_TEST

START_TEST(what_another_master_may_have_is_not_changed)
{
    open_rig(2);
    rig.frozen = true;
    remove_worker(1);
    rig.target = 1;
    settle();
    check(0, "ol"); /* to serve it is no change */
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    ck_assert(!rig.listener.group->queues[1]->retiring);
    rig.target = 3;
    add_worker(2);
    add_worker(3);
    settle();
    check(2, ".o");
    check(3, "l."); /* none is made for it */
    ck_assert_uint_eq(rig.listener.group->n, 2);
    /* The other has not come to be. */
    rig.frozen = false;
    settle();
    check(0, "o..");
    check(3, "..o");
    close_rig();
}
END_TEST

START_TEST(who_cannot_be_told_is_told_later)
{
    int fd;

    open_rig(3);
    rig.deaf[2] = true;
    remove_worker(1);
    settle();
    check(0, "ol.");
    check(2, "..o");
    rig.deaf[2] = false;
    settle();
    check(2, ".lo");
    rig.deaf[0] = true;
    add_worker(1);
    settle();
    check(0, "ol.");
    rig.deaf[0] = false;
    fd = connect_to(1); /* the next look tells */
    pass(5);
    check(0, "o..");
    empty_all();
    close(fd);
    close_rig();
}
END_TEST

START_TEST(who_has_missed_something_is_told_again)
{
    open_rig(2);
    rig.told = 0;
    queues_missed(&rig.queues, 9, 0, 1); /* one that is not there */
    queues_missed(&rig.queues, 1, 7, 1); /* of no such listener */
    queues_missed(&rig.queues, 1, 0, 9); /* no such queue */
    queues_missed(&rig.queues, 1, 0, 0); /* it was not told to serve that one */
    pass(500);
    ck_assert_uint_eq(rig.told, 0);
    rig.serves[1][1] = '.';
    queues_missed(&rig.queues, 1, 0, 1);
    ck_assert_uint_eq(rig.told, 0); /* not at once: it would miss it again */
    pass(200);
    check(1, ".o");
    ck_assert_uint_eq(rig.told, 1);
    remove_worker(1);
    settle();
    check(0, "ol");
    close_rig();
}
END_TEST

START_TEST(what_was_missed_and_is_lent_no_more_is_left)
{
    open_rig(2);
    remove_worker(1);
    settle();
    check(0, "ol");
    queues_missed(&rig.queues, 0, 0, 1);
    add_worker(1);
    settle();
    check(0, "o."); /* it may have served it before what it missed */
    check(1, ".o");
    close_rig();
}
END_TEST

START_TEST(what_is_missed_again_and_again_is_told_at_intervals)
{
    int fd;

    open_rig(2);
    fd = connect_to(1); /* so that it is looked every 20 ms */
    rig.told = 0;
    for (int i = 0; i < 100; i++) {
        rig.pulse[1].turn_ns = rig.now_ns;
        queues_missed(&rig.queues, 1, 0, 1);
        pass(10);
    }
    ck_assert_uint_le(rig.told, 10);
    empty_all();
    close(fd);
    close_rig();
}
END_TEST

START_TEST(one_that_is_full_is_looked_at_ever_more_rarely)
{
    int fd;

    open_rig(2);
    rig.pulse[1].full = true;
    fd = connect_to(1);
    pass(30);
    check(0, "ol");
    empty_all();
    rig.looks = 0;
    pass(60000);
    ck_assert_uint_ge(rig.looks, 2 * 50); /* two workers, once a second */
    ck_assert_uint_le(rig.looks, 2 * 120);
    check(0, "ol");
    /* Meanwhile, another that hangs is found as soon as ever. */
    add_worker(2);
    rig.target = 3;
    settle();
    check(2, ".lo");
    rig.pulse[0] = (struct queues_pulse){.turn_ns = rig.now_ns};
    close(fd);
    fd = connect_to(0);
    pass(50);
    check(2, "llo");
    close(fd);
    close_rig();
}
END_TEST

START_TEST(while_all_are_full_they_are_looked_at_ever_more_rarely)
{
    int fd;

    open_rig(2);
    rig.pulse[0].full = rig.pulse[1].full = true;
    fd = connect_to(1);
    pass(10000);
    rig.looks = 0;
    pass(10000); /* nobody takes it */
    ck_assert_uint_le(rig.looks, 2 * 12);
    check(0, "o.");
    rig.pulse[0].full = false;
    pass(2000);
    check(0, "ol");
    empty_all();
    close(fd);
    close_rig();
}
END_TEST

START_TEST(a_queue_that_cannot_be_passed_over_is_served_and_not_closed)
{
    open_rig(2);
    rig.astray = true;
    remove_worker(1);
    rig.target = 1;
    settle();
    check(0, "ol");
    pass(QUEUE_LINGER_NS / MS + 3000);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    check(0, "ol");
    /* It is tried again; from then on nothing comes, and what is under way does. */
    rig.astray = false;
    pass(QUEUE_LINGER_NS / MS - 100);
    ck_assert_uint_eq(rig.listener.group->n, 2);
    pass(3000);
    ck_assert_uint_eq(rig.listener.group->n, 1);
    check(0, "o.");
    close_rig();
}
END_TEST

START_TEST(without_descriptors_two_share_one)
{
    struct rlimit limit, none;

    open_rig(1);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    add_worker(1);
    rig.target = 2;
    settle();
    check(0, "o");
    check(1, "l");
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    settle();
    check(0, "o.");
    check(1, ".o");
    close_rig();
}
END_TEST

START_TEST(a_socket_that_was_passed_in_has_no_queues)
{
    struct passed_socket *passed = (void *)&rig; /* not looked into */

    rig.listener.passed = passed;
    open_rig(2);
    ck_assert(!queues_has(&rig.entry));
    ck_assert_ptr_null(rig.listener.group);
    check(0, ".");
    close_rig();
}
END_TEST

START_TEST(when_the_listener_goes_its_queues_do)
{
    open_rig(2);
    queue_group_free(rig.listener.group);
    rig.listener.group = NULL;
    rig.set.n = 0;
    settle();
    pass(1000);
    rig.set.n = 1;
    for (uint32_t slot = 0; slot < 2; slot++) {
        remove_worker(slot);
        add_worker(slot);
    }
    settle();
    check(0, "o.");
    check(1, ".o");
    close_rig();
}
END_TEST

UNIT_MAIN("master/queues", UNIT_CASE(each_worker_has_its_own), UNIT_CASE(they_may_come_one_by_one),
          UNIT_CASE(a_dead_ones_queue_is_lent_until_there_is_another),
          UNIT_CASE(another_generation_takes_them_all), UNIT_CASE(one_that_hangs_is_helped),
          UNIT_CASE(one_that_hangs_is_not_noticed_while_nothing_comes),
          UNIT_CASE(one_that_is_stopped_while_it_waits_is_helped),
          UNIT_CASE(one_that_turns_is_not_helped_however_busy),
          UNIT_CASE(one_that_is_full_is_helped_and_does_not_help),
          UNIT_CASE(fewer_workers_retire_queues_and_close_them_empty),
          UNIT_CASE(queues_that_retire_together_are_all_closed),
          UNIT_CASE(while_one_is_closed_the_others_that_retire_get_nothing),
          UNIT_CASE(the_primary_stays_whoever_leaves), UNIT_CASE(one_that_retires_is_used_again),
          UNIT_CASE(with_nobody_to_serve_they_wait),
          UNIT_CASE(turned_off_they_are_closed_and_the_listener_is_plain),
          UNIT_CASE(what_another_master_may_have_is_not_changed),
          UNIT_CASE(who_cannot_be_told_is_told_later),
          UNIT_CASE(who_has_missed_something_is_told_again),
          UNIT_CASE(what_was_missed_and_is_lent_no_more_is_left),
          UNIT_CASE(what_is_missed_again_and_again_is_told_at_intervals),
          UNIT_CASE(one_that_is_full_is_looked_at_ever_more_rarely),
          UNIT_CASE(while_all_are_full_they_are_looked_at_ever_more_rarely),
          UNIT_CASE(a_queue_that_cannot_be_passed_over_is_served_and_not_closed),
          UNIT_CASE(without_descriptors_two_share_one),
          UNIT_CASE(a_socket_that_was_passed_in_has_no_queues),
          UNIT_CASE(when_the_listener_goes_its_queues_do))
