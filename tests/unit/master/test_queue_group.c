/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/queue_group: the program, interpreted; and real sockets on the loopback, so that
 * the order that is kept is the kernel's.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "master/queue_group.h"

#define CONNECTIONS 24

/* --- The program --- */

/* What it answers to a number that is drawn. */
static uint32_t run(const struct sock_filter *steps, size_t n, uint32_t drawn)
{
    uint32_t a = 0;

    for (size_t i = 0; i < n; i++) {
        const struct sock_filter *s = &steps[i];

        switch (s->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            ck_assert_uint_eq(s->k, (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM));
            a = drawn;
            break;
        case BPF_ALU | BPF_MOD | BPF_K:
            ck_assert_uint_gt(s->k, 0);
            a %= s->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            i += a == s->k ? s->jt : s->jf;
            break;
        case BPF_RET | BPF_A:
            return a;
        case BPF_RET | BPF_K:
            return s->k;
        default:
            ck_abort_msg("an unknown step: %#x", s->code);
        }
    }
    ck_abort_msg("the program has no end");
}

static const char *const lists[] = {
    /* '+' is drawn, '-' retires */
    "+", "++", "+++++++", "+-", "-+", "+-+", "-+-+", "++--", "--++", "+--------+", "-------+",
};

START_TEST(each_that_does_not_retire_is_drawn_as_often)
{
    const char *list = lists[_i];
    struct sock_filter steps[QUEUE_GROUP_STEPS(10)];
    unsigned hits[10] = {0}, active = 0;
    bool retiring[10];
    size_t n = strlen(list), len;

    for (size_t i = 0; i < n; i++) {
        retiring[i] = list[i] == '-';
        active += !retiring[i];
    }
    len = queue_group_program(retiring, n, steps);
    ck_assert_uint_le(len, QUEUE_GROUP_STEPS(n));
    for (uint32_t drawn = 0; drawn < 7 * active; drawn++) {
        uint32_t at = run(steps, len, drawn + 1000 * active);

        ck_assert_uint_lt(at, n);
        hits[at]++;
    }
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(hits[i], retiring[i] ? 0 : 7);
}
END_TEST

START_TEST(the_largest_program_is_one_that_the_kernel_takes)
{
    static struct sock_filter steps[QUEUE_GROUP_STEPS(QUEUE_GROUP_MAX)];
    static bool retiring[QUEUE_GROUP_MAX];

    retiring[0] = true;
    ck_assert_uint_le(queue_group_program(retiring, QUEUE_GROUP_MAX, steps), BPF_MAXINSNS);
    ck_assert_uint_eq(run(steps, QUEUE_GROUP_STEPS(QUEUE_GROUP_MAX), QUEUE_GROUP_MAX - 2),
                      QUEUE_GROUP_MAX - 1);
}
END_TEST

/* --- Sockets --- */

static struct sockaddr_storage address;
static socklen_t address_len;

/* A socket at the address that is not of the group's making: -1: there is none to be had. */
static int bind_one(bool reuse_port)
{
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    if (reuse_port)
        ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
    if (bind(fd, (struct sockaddr *)&address, address_len) == 0)
        return fd;
    ck_assert_int_eq(errno, EADDRINUSE);
    close(fd);
    return -1;
}

/* A group of one on a free port. */
static struct queue_group *begin(int family)
{
    struct queue_group *group;
    int fd;

    address = (struct sockaddr_storage){.ss_family = (sa_family_t)family};
    if (family == AF_INET) {
        ((struct sockaddr_in *)(void *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address_len = sizeof(struct sockaddr_in);
    } else {
        ((struct sockaddr_in6 *)(void *)&address)->sin6_addr = in6addr_loopback;
        address_len = sizeof(struct sockaddr_in6);
    }
    fd = bind_one(false);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(listen(fd, 128), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &address_len), 0);
    group = queue_group_new(fd, 128);
    ck_assert_ptr_nonnull(group);
    return group;
}

static void end(struct queue_group *group)
{
    int fd = group->queues[0]->fd;

    queue_group_free(group);
    close(fd);
}

static struct queue_group *begin_with(size_t n)
{
    struct queue_group *group = begin(AF_INET);

    while (group->n < n)
        ck_assert_int_eq(queue_group_grow(group), 0);
    ck_assert_int_eq(queue_group_steer(group), 0);
    return group;
}

/* Takes what a queue holds; how many. */
static unsigned empty(const struct queue *queue)
{
    unsigned n = 0;
    int fd;

    while ((fd = accept(queue->fd, NULL, NULL)) >= 0) {
        close(fd);
        n++;
    }
    ck_assert_int_eq(errno, EAGAIN);
    return n;
}

/* Connects so often, and counts in hits[] where that came to, by place. */
static void spread(const struct queue_group *group, unsigned count, unsigned *hits)
{
    int *fds = calloc(count, sizeof(*fds));

    ck_assert_ptr_nonnull(fds);
    for (unsigned i = 0; i < count; i++) {
        fds[i] = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(fds[i], 0);
        ck_assert_int_eq(connect(fds[i], (struct sockaddr *)&address, address_len), 0);
    }
    for (size_t i = 0; i < group->n; i++)
        hits[i] = empty(group->queues[i]);
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
    free(fds);
}

/* Every place of the list is the kernel's: one that alone does not retire gets all. */
static void check_order(struct queue_group *group)
{
    for (size_t only = 0; only < group->n; only++) {
        unsigned hits[16] = {0};

        for (size_t i = 0; i < group->n; i++)
            group->queues[i]->retiring = i != only;
        group->steered = false;
        ck_assert_int_eq(queue_group_steer(group), 0);
        spread(group, CONNECTIONS, hits);
        ck_assert_uint_eq(hits[only], CONNECTIONS);
    }
    for (size_t i = 0; i < group->n; i++)
        group->queues[i]->retiring = false;
    group->steered = false;
    ck_assert_int_eq(queue_group_steer(group), 0);
}

START_TEST(connections_are_spread_evenly)
{
    struct queue_group *group = begin_with(4);
    unsigned hits[4];

    spread(group, 400, hits);
    /* Drawn: 100 each, with a deviation of 8.7. */
    for (int i = 0; i < 4; i++)
        ck_assert(hits[i] > 50 && hits[i] < 150);
    end(group);
}
END_TEST

START_TEST(the_order_is_the_kernels)
{
    struct queue_group *group = begin_with(5);

    check_order(group);
    queue_group_close(group, 1); /* the last takes its place */
    ck_assert_uint_eq(group->queues[1]->number, 4);
    check_order(group);
    queue_group_close(group, 3); /* the last itself */
    check_order(group);
    ck_assert_int_eq(queue_group_grow(group), 0);
    ck_assert_uint_eq(group->queues[3]->number, 5); /* no number comes twice */
    check_order(group);
    queue_group_close(group, 1);
    queue_group_close(group, 1);
    queue_group_close(group, 1);
    ck_assert_uint_eq(group->n, 1);
    check_order(group);
    ck_assert_int_eq(queue_group_grow(group), 0);
    check_order(group);
    end(group);
}
END_TEST

START_TEST(one_that_is_closed_is_gone_though_others_have_its_socket)
{
    struct queue_group *group = begin_with(3);
    int other = dup(group->queues[1]->fd);

    ck_assert_int_ge(other, 0);
    queue_group_close(group, 1);
    check_order(group);
    ck_assert_int_eq(accept(other, NULL, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    close(other);
    end(group);
}
END_TEST

START_TEST(sockets_that_were_passed_go_on_in_their_order)
{
    struct queue_group *old = begin_with(4), *group;
    unsigned hits[4];

    old->queues[2]->retiring = true;
    old->foreign = true;
    group = queue_group_new(dup(old->queues[0]->fd), 128);
    ck_assert_ptr_nonnull(group);
    for (size_t i = 1; i < old->n; i++)
        ck_assert_int_eq(queue_group_take(group, dup(old->queues[i]->fd)), 0);
    check_order(group);
    ck_assert_int_eq(queue_group_grow(group), 0);
    check_order(group);
    end(old); /* it is no longer its to change */
    queue_group_close(group, 4);
    check_order(group);
    spread(group, 400, hits);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_gt(hits[i], 50);
    end(group);
}
END_TEST

START_TEST(what_is_left_goes_to_the_primary)
{
    struct queue_group *group = begin_with(3);
    int fd = group->queues[0]->fd, worker = dup(group->queues[2]->fd);
    struct queue alone = {.fd = fd};
    struct queue_group rest = {.queues = (struct queue *[]){&alone}, .n = 1};
    unsigned hits[1];

    /* A worker that has not closed its queue yet gets nothing. */
    queue_group_free(group);
    spread(&rest, CONNECTIONS, hits);
    ck_assert_uint_eq(hits[0], CONNECTIONS);
    close(worker);
    close(fd);
}
END_TEST

START_TEST(nobody_else_may_listen_there)
{
    struct queue_group *group = begin(AF_INET);
    int fd;

    ck_assert_int_eq(bind_one(false), -1);
    ck_assert_int_eq(bind_one(true), -1);
    ck_assert_int_eq(queue_group_grow(group), 0);
    ck_assert_int_eq(bind_one(false), -1);
    fd = group->queues[0]->fd;
    queue_group_close(group, 1);
    ck_assert_int_eq(queue_group_steer(group), 0);
    ck_assert_int_eq(bind_one(false), -1);
    queue_group_free(group);
    close(fd);
}
END_TEST

START_TEST(ipv6_too)
{
    struct queue_group *group = begin(AF_INET6);

    ck_assert_int_eq(queue_group_grow(group), 0);
    ck_assert_int_eq(queue_group_grow(group), 0);
    check_order(group);
    end(group);
}
END_TEST

START_TEST(without_descriptors_there_is_an_error_and_nothing_else)
{
    struct queue_group *group = begin_with(2);
    struct rlimit limit, none;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(queue_group_grow(group), -EMFILE);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(group->n, 2);
    ck_assert_int_eq(queue_group_grow(group), 0);
    check_order(group);
    end(group);
}
END_TEST

START_TEST(it_is_seen_whether_a_queue_is_empty)
{
    struct queue_group *group = begin(AF_INET);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert(queue_is_empty(group->queues[0]));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, address_len), 0);
    ck_assert(!queue_is_empty(group->queues[0]));
    ck_assert_uint_eq(empty(group->queues[0]), 1);
    ck_assert(queue_is_empty(group->queues[0]));
    close(fd);
    end(group);
}
END_TEST

START_TEST(no_group_is_freed_for_nothing)
{
    queue_group_free(NULL);
}
END_TEST

UNIT_MAIN("master/queue_group",
          UNIT_LOOP(each_that_does_not_retire_is_drawn_as_often, sizeof(lists) / sizeof(lists[0])),
          UNIT_CASE(the_largest_program_is_one_that_the_kernel_takes),
          UNIT_CASE(connections_are_spread_evenly), UNIT_CASE(the_order_is_the_kernels),
          UNIT_CASE(one_that_is_closed_is_gone_though_others_have_its_socket),
          UNIT_CASE(sockets_that_were_passed_go_on_in_their_order),
          UNIT_CASE(what_is_left_goes_to_the_primary), UNIT_CASE(nobody_else_may_listen_there),
          UNIT_CASE(ipv6_too), UNIT_CASE(without_descriptors_there_is_an_error_and_nothing_else),
          UNIT_CASE(it_is_seen_whether_a_queue_is_empty), UNIT_CASE(no_group_is_freed_for_nothing))
