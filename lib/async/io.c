/* SPDX-License-Identifier: MIT */
/*
 * lib/async/io.c: the cover of libevent's struct event. See io.h.
 *
 * Nothing is ever added with a time-out: libevent then keeps no heap and asks no clock.
 */
#include "config.h"

#include <errno.h>

#include <event2/event.h>

#include "async/io.h"
#include "async/loop_internal.h"

_Static_assert((int)CADRE__IO_READ == EV_READ && (int)CADRE__IO_WRITE == EV_WRITE &&
                   (int)CADRE__IO_CLOSED == EV_CLOSED && (int)CADRE__IO_EDGE == EV_ET,
               "what is ready is passed on as libevent says it");

enum { ALL = CADRE__IO_READ | CADRE__IO_WRITE | CADRE__IO_CLOSED };

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct cadre__io *io = arg;

    (void)fd;
    cadre__loop_note_callback(io->loop);
    if (!io->persist)
        io->events = 0;
    io->fn(what & ALL, io->arg);
}

void cadre__io_init(struct cadre__io *io, struct cadre__loop *loop, int fd, cadre__io_fn fn,
                    void *arg)
{
    *io = (struct cadre__io){.loop = loop, .fd = fd, .fn = fn, .arg = arg};
}

int cadre__io_start(struct cadre__io *io, int events, bool persist)
{
    if (io->events == events && io->persist == persist)
        return 0;
    cadre__io_stop(io);
    errno = 0;
    if (event_assign(&io->ev, io->loop->base, io->fd, (short)(events | (persist ? EV_PERSIST : 0)),
                     on_ready, io) < 0)
        return -EINVAL;
    if (event_add(&io->ev, NULL) < 0)
        return errno > 0 ? -errno : -ENOMEM;
    io->events = events;
    io->persist = persist;
    return 0;
}

void cadre__io_stop(struct cadre__io *io)
{
    if (!io->events)
        return;
    (void)event_del(&io->ev);
    io->events = 0;
}

bool cadre__io_is_started(const struct cadre__io *io)
{
    return io->events != 0;
}

int cadre__io_fd(const struct cadre__io *io)
{
    return io->fd;
}
