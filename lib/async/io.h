/* SPDX-License-Identifier: MIT */
/*
 * lib/async/io.h: being told when a descriptor is ready.
 *
 * A thin cover of libevent's `struct event`, embedded in the connection or whatever owns the
 * descriptor. Readiness is level-triggered but for CADRE__IO_EDGE. Use one cadre__io for reading,
 * kept for the connection's life, and a second one for writing, started only after a write met
 * EAGAIN: to change what one of them watches costs two system calls, to start the second costs one.
 */
#ifndef CADRE_ASYNC_IO_H
#define CADRE_ASYNC_IO_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event_struct.h>

#include <cadre/macros.h>

struct cadre__loop;

enum {
    CADRE__IO_READ = 0x02,   /* bytes, a connection to accept, the end, or an error */
    CADRE__IO_WRITE = 0x04,  /* room for bytes, or an error */
    CADRE__IO_CLOSED = 0x80, /* the peer has shut down its writing side, or an error */
    /* With the others: told when something comes, not as long as it is there. No other cadre__io of
     * that descriptor may be started meanwhile without it. */
    CADRE__IO_EDGE = 0x20,
};

typedef void (*cadre__io_fn)(int events, void *arg);

struct cadre__io {
    struct event ev; /* libevent's; touched by io.c only */
    cadre__io_fn fn; /* called on the loop with what is ready */
    void *arg;       /* for fn */
    int fd;          /* the caller's descriptor */
    uint8_t events;  /* what is watched, 0: nothing */
    bool persist;    /* goes on after a call of fn */
};

/* Prepares `io`; watches nothing yet. The descriptor stays the caller's. */
void cadre__io_init(struct cadre__io *io, struct cadre__loop *loop, int fd, cadre__io_fn fn,
                    void *arg);

/*
 * Watches for `events`; with `persist` until stopped, else until the first call of fn. Where the
 * same is watched already nothing happens. Within fn any call on this or another io is allowed,
 * and the struct may be freed once it is stopped. Errors: -ENOMEM, or the errno of epoll_ctl
 * (-EPERM: a regular file; -EBADF; -ENOSPC).
 */
CADRE_MUST_CHECK int cadre__io_start(struct cadre__io *io, int events, bool persist);

/* Stops watching; before the descriptor is closed. fn is not called any more. Safe if stopped. */
void cadre__io_stop(struct cadre__io *io);

/* Does it watch anything? */
bool cadre__io_is_started(const struct cadre__io *io);

/* The descriptor given to _init. */
int cadre__io_fd(const struct cadre__io *io);

#endif
