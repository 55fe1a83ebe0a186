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
    cadre__loop_note_callback(cadre__loop_here);
    if (!io->persist)
        io->events = 0;
    io->fn(what & ALL, io->arg);
}

static int assign(struct cadre__io *io, struct event_base *base, int events, bool persist)
{
    return event_assign(&io->ev, base, io->fd, (short)(events | (persist ? EV_PERSIST : 0)),
                        on_ready, io);
}

/* Mostly what is watched for first is bytes, and all the time: then starting it is less work. */
void cadre__io_init(struct cadre__io *io, struct cadre__loop *loop, int fd, cadre__io_fn fn,
                    void *arg)
{
    io->fn = fn;
    io->arg = arg;
    io->fd = fd;
    io->events = 0;
    io->persist = false;
    (void)assign(io, loop->base, CADRE__IO_READ, true);
}

int cadre__io_start(struct cadre__io *io, int events, bool persist)
{
    int assigned = events | (persist ? EV_PERSIST : 0);

    if (io->events == events && io->persist == persist)
        return 0;
    cadre__io_stop(io);
    errno = 0;
    if (event_get_events(&io->ev) != assigned &&
        assign(io, event_get_base(&io->ev), events, persist) < 0)
        return -EINVAL;
    if (event_add(&io->ev, NULL) < 0)
        return errno > 0 ? -errno : -ENOMEM;
    io->events = (uint8_t)events;
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
