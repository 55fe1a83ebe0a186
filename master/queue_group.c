/* SPDX-License-Identifier: MIT */
/*
 * Sockets of one address, and the kernel's choice among them; see queue_group.h.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "master/queue_group.h"

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif
#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68
#endif

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* --- The list --- */

static int append(struct queue_group *group, int fd)
{
    struct queue **more;
    struct queue *queue;

    if (group->n == QUEUE_GROUP_MAX)
        return -ENOSPC;
    more = realloc(group->queues, (group->n + 1) * sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    group->queues = more;
    queue = calloc(1, sizeof(*queue));
    if (queue == NULL)
        return -ENOMEM;
    queue->number = group->next_number++;
    queue->fd = fd;
    queue->owner = QUEUE_NOBODY;
    queue->told_own = QUEUE_NOBODY;
    group->queues[group->n++] = queue;
    group->steered = false;
    return 0;
}

struct queue_group *queue_group_new(int primary_fd, int backlog)
{
    struct queue_group *group = calloc(1, sizeof(*group));

    if (group == NULL)
        return NULL;
    group->watch_fd = -1;
    group->backlog = backlog;
    if (append(group, primary_fd) < 0) {
        free(group->queues);
        free(group);
        return NULL;
    }
    return group;
}

static void unwatch(const struct queue_group *group, struct queue *queue)
{
    /* Workers have the socket, too: to close it here does not take it out. */
    if (queue->watched)
        (void)epoll_ctl(group->watch_fd, EPOLL_CTL_DEL, queue->fd, NULL);
    queue->watched = false;
}

void queue_group_close(struct queue_group *group, size_t at)
{
    struct queue *queue = group->queues[at];

    unwatch(group, queue);
    /* It leaves the kernel's list now, whoever else has the socket. */
    (void)shutdown(queue->fd, SHUT_RD);
    cadre__fd_close(&queue->fd);
    free(queue);
    group->queues[at] = group->queues[--group->n];
    group->steered = false;
}

void queue_group_free(struct queue_group *group)
{
    if (group == NULL)
        return;
    if (!group->foreign) {
        for (size_t i = 1; i < group->n; i++)
            group->queues[i]->retiring = true;
        group->queues[0]->retiring = false;
        group->steered = false;
        (void)!queue_group_steer(group);
    }
    for (size_t i = 0; i < group->n; i++) {
        struct queue *queue = group->queues[i];

        unwatch(group, queue);
        if (i > 0)
            cadre__fd_close(&queue->fd);
        free(queue);
    }
    free(group->queues);
    free(group);
}

int queue_group_take(struct queue_group *group, int fd)
{
    int r = append(group, fd);

    if (r < 0)
        cadre__fd_close(&fd);
    return r;
}

/* A socket on the primary's address, which listens. The descriptor or a negative errno. */
static int open_queue(const struct queue_group *group)
{
    int primary_fd = group->queues[0]->fd, only = 0, fd, r;
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address), only_len = sizeof(only);

    if (getsockname(primary_fd, (struct sockaddr *)&address, &len) < 0)
        return -errno;
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    r = set_option(primary_fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (r == 0)
        r = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (r == 0)
        r = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (r == 0 && address.ss_family == AF_INET6 &&
        getsockopt(primary_fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &only_len) == 0)
        r = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, only);
    if (r == 0 &&
        (bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, group->backlog) < 0))
        r = -errno;
    if (r < 0)
        cadre__fd_close(&fd);
    return r < 0 ? r : fd;
}

int queue_group_grow(struct queue_group *group)
{
    int fd;

    if (group->n == QUEUE_GROUP_MAX)
        return -ENOSPC;
    fd = open_queue(group);
    return fd < 0 ? fd : queue_group_take(group, fd);
}

void queue_group_set_backlog(struct queue_group *group, int backlog)
{
    if (backlog == group->backlog)
        return;
    group->backlog = backlog;
    for (size_t i = 1; i < group->n; i++) /* the primary's is the listener's */
        (void)listen(group->queues[i]->fd, backlog);
}

size_t queue_group_active(const struct queue_group *group)
{
    size_t n = 0;

    for (size_t i = 0; i < group->n; i++)
        n += !group->queues[i]->retiring;
    return n;
}

bool queue_is_empty(const struct queue *queue)
{
    struct pollfd look = {.fd = queue->fd, .events = POLLIN};

    return poll(&look, 1, 0) == 0;
}

/* --- The kernel's choice --- */

size_t queue_group_program(const bool *retiring, size_t n, struct sock_filter *ret_steps)
{
    size_t steps = 2, active = 0;
    bool in_front = true; /* those that do not retire are the first ones */

    for (size_t i = 0; i < n; i++) {
        in_front = in_front && !(active < i && !retiring[i]);
        active += !retiring[i];
    }
    ret_steps[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM));
    ret_steps[1] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, (uint32_t)active);
    if (in_front) {
        ret_steps[steps++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
        return steps;
    }
    for (size_t i = 0, drawn = 0; i < n; i++) {
        if (retiring[i])
            continue;
        ret_steps[steps++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)drawn++, 0, 1);
        ret_steps[steps++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (uint32_t)i);
    }
    ret_steps[steps++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0); /* not reached */
    return steps;
}

/* With one queue there is nothing to choose, and nobody else may join. */
static void make_plain(struct queue_group *group)
{
    (void)set_option(group->queues[0]->fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 1);
    (void)set_option(group->queues[0]->fd, SOL_SOCKET, SO_REUSEPORT, 0);
}

/* 0, or what setsockopt says. */
static int attach_program(const struct queue_group *group, struct sock_filter *steps, size_t n)
{
    const struct sock_fprog program = {.filter = steps, .len = (unsigned short)n};

    return setsockopt(group->queues[0]->fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                      sizeof(program)) < 0
               ? -errno
               : 0;
}

int queue_group_gather(struct queue_group *group)
{
    struct sock_filter first = BPF_STMT(BPF_RET | BPF_K, 0);

    group->steered = false;
    return attach_program(group, &first, 1);
}

int queue_group_steer(struct queue_group *group)
{
    struct sock_filter steps[QUEUE_GROUP_STEPS(QUEUE_GROUP_MAX)];
    bool retiring[QUEUE_GROUP_MAX];
    int r;

    if (group->steered)
        return 0;
    if (group->n == 1) {
        make_plain(group);
        group->steered = true;
        return 0;
    }
    for (size_t i = 0; i < group->n; i++)
        retiring[i] = group->queues[i]->retiring;
    r = attach_program(group, steps, queue_group_program(retiring, group->n, steps));
    group->steered = r == 0;
    return r;
}
