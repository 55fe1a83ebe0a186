/* SPDX-License-Identifier: MIT */
/*
 * Reading and sending messages. worker/master_link.h has the contract.
 */
#include "worker/master_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include <cadre/error.h>

/* How long a master that is busy may leave a message unread before it is given up. */
#define SEND_WAIT_MS 1000

static void on_readable(int events, void *arg);

int master_link_open(struct master_link *link, struct cadre__loop *loop, int fd,
                     const struct master_link_callbacks *callbacks, void *arg)
{
    *link = (struct master_link){.fd = fd, .callbacks = callbacks, .arg = arg};
    cadre__io_init(&link->io, loop, fd, on_readable, link);
    int r = cadre__io_start(&link->io, CADRE__IO_READ, true);
    if (r < 0)
        cadre__fd_close(&link->fd);
    return r;
}

void master_link_close(struct master_link *link)
{
    if (link->fd < 0)
        return;
    cadre__io_stop(&link->io);
    cadre__fd_close(&link->fd);
}

static void lose(struct master_link *link)
{
    master_link_close(link);
    if (link->callbacks->on_gone)
        link->callbacks->on_gone(link->arg);
}

static void reopen_log(int fd)
{
    int r = fd < 0 ? -EBADF : cadre__log_set_fd(fd);

    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "the reopened log cannot be used: %s", cadre_strerror(r));
    cadre__fd_close(&fd);
}

/* Acts on one message; false when this child does not expect it. */
static bool take(struct master_link *link, const struct cadre__msg *msg, int fd)
{
    const struct master_link_callbacks *cb = link->callbacks;

    switch (msg->type) {
    case CADRE__MSG_START:
        if (!cb->on_start)
            break;
        cb->on_start(link->arg, fd);
        return true;
    case CADRE__MSG_ACCEPT:
        if (!cb->on_accept)
            break;
        cb->on_accept(link->arg);
        return true;
    case CADRE__MSG_DRAIN:
        if (!cb->on_drain)
            break;
        cb->on_drain(link->arg, (enum cadre__drain_mode)msg->drain.mode, msg->drain.timeout_ns);
        return true;
    case CADRE__MSG_LOG:
        reopen_log(fd);
        return true;
    case CADRE__MSG_ACCESS_LOG:
        if (!cb->on_access_log)
            break;
        cb->on_access_log(link->arg, fd);
        return true;
    case CADRE__MSG_ADOPT:
        if (!cb->on_adopt)
            break;
        cb->on_adopt(link->arg, &msg->handover, fd);
        return true;
    case CADRE__MSG_QUEUE:
        if (!cb->on_queue)
            break;
        cb->on_queue(link->arg, &msg->queue, fd);
        return true;
    case CADRE__MSG_LEAVE:
        if (!cb->on_leave)
            break;
        cb->on_leave(link->arg, &msg->queue);
        return true;
    case CADRE__MSG_HANDED:
        if (!cb->on_handed)
            break;
        cb->on_handed(link->arg, msg->handed.taken != 0);
        return true;
    case CADRE__MSG_TASKS:
        if (!cb->on_tasks)
            break;
        cb->on_tasks(link->arg, msg->tasks.id, fd);
        return true;
    default:
        break;
    }
    cadre__fd_close(&fd);
    return false;
}

/* A message came without its descriptor. The master may say it again and again: one line does. */
static void miss(struct master_link *link, const struct cadre__msg *msg)
{
    if (!link->told_no_fd)
        cadre__log(CADRE_LOG_WARNING,
                   "no descriptor is free for what the master sent: a log that was reopened "
                   "goes on in the old file for a while, a connection that was handed over is "
                   "closed, a queue of connections is left to others for a while");
    link->told_no_fd = true;
    master_link_tell_missed(link, msg);
}

static void on_readable(int events, void *arg)
{
    struct master_link *link = arg;

    (void)events;
    while (link->fd >= 0) {
        struct cadre__msg msg;
        int fd = -1;

        int r = cadre__channel_recv(link->fd, CADRE__FROM_MASTER, &msg, &fd);
        if (r == -EAGAIN || r == -EINTR)
            return;
        if (fd >= 0)
            link->told_no_fd = false;
        if (r == 1 && take(link, &msg, fd))
            continue;
        if (r == -EMFILE) {
            miss(link, &msg);
            continue;
        }
        if (r == 1)
            cadre__log(CADRE_LOG_ERROR, "the master sent %s, which is not expected here",
                       cadre__msg_name(msg.type));
        else if (r < 0 && r != -ECONNRESET)
            cadre__log(CADRE_LOG_ERROR, "the channel to the master is broken: %s",
                       cadre_strerror(r));
        lose(link);
    }
}

int master_link_try(struct master_link *link, const struct cadre__msg *msg, int fd)
{
    return link->fd < 0 ? -EPIPE : cadre__channel_send(link->fd, msg, fd);
}

void master_link_tell(struct master_link *link, const struct cadre__msg *msg, int fd)
{
    if (link->fd < 0)
        return;

    int r = cadre__channel_send(link->fd, msg, fd);
    if (r == -EAGAIN) {
        struct pollfd wait = {.fd = link->fd, .events = POLLOUT};
        (void)poll(&wait, 1, SEND_WAIT_MS);
        r = cadre__channel_send(link->fd, msg, fd);
    }
    if (r < 0 && r != -EPIPE && r != -ECONNRESET)
        cadre__log(CADRE_LOG_ERROR, "the master cannot be told %s: %s",
                   cadre__msg_name((uint32_t)msg->type), cadre_strerror(r));
}

void master_link_tell_plain(struct master_link *link, enum cadre__msg_type type)
{
    const struct cadre__msg msg = {.type = type};

    master_link_tell(link, &msg, -1);
}

void master_link_tell_missed(struct master_link *link, const struct cadre__msg *msg)
{
    struct cadre__msg missed = {.type = CADRE__MSG_MISSED, .missed.type = (uint32_t)msg->type};

    if (msg->type == CADRE__MSG_QUEUE) {
        missed.missed.listener = msg->queue.listener;
        missed.missed.number = msg->queue.number;
    } else if (msg->type == CADRE__MSG_TASKS) {
        missed.missed.id = msg->tasks.id;
    }
    master_link_tell(link, &missed, -1);
}

void master_link_tell_loaded(struct master_link *link, uint32_t modules, bool wants_steward)
{
    const struct cadre__msg msg = {
        .type = CADRE__MSG_LOADED,
        .loaded = {.modules = modules, .wants_server_lifespan = wants_steward},
    };

    master_link_tell(link, &msg, -1);
}

void master_link_tell_failed(struct master_link *link, enum cadre__child_phase phase,
                             const char *text)
{
    struct cadre__msg msg = {.type = CADRE__MSG_FAILED, .failed = {.phase = phase}};

    strncpy(msg.failed.text, text, sizeof(msg.failed.text) - 1);
    master_link_tell(link, &msg, -1);
}
