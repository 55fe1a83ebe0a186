/* SPDX-License-Identifier: MIT */
/*
 * Accepting, and not accepting. worker/acceptor.h has the contract.
 *
 * A source is what connections come from: a listener that all workers share, or a queue. Their
 * events are on while OPEN. PAUSED: those that siblings serve, too, are left to them for a moment.
 * FULL: at the limit of connections, until one ends. STARVED: out of descriptors or memory, also
 * for those events, until one ends or the timer fires. The scoreboard's `gated` is 1 while FULL or
 * STARVED.
 *
 * A connection whose request has come before it is accepted is served at once: handlers run between
 * two accepts of a batch. How large a batch is worth trying is guessed (worker/accept_guess.h).
 */
#include "config.h"

#include "worker/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/io.h"
#include "async/loop.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "base/log.h"
#include "worker/accept_guess.h"
#include "worker/connection.h"
#include "worker/gate.h"
#include "worker/score.h"
#include "worker/server.h"
#include <cadre/error.h>

/* While starved: how often to try again, and how many to shed each time. */
#define STARVED_NS (100 * CADRE__NSEC_PER_MSEC)
#define SHED_BATCH 16

enum acceptor_state {
    ACCEPTOR_NEW,
    ACCEPTOR_OPEN,
    ACCEPTOR_PAUSED,
    ACCEPTOR_FULL,
    ACCEPTOR_STARVED,
    ACCEPTOR_STOPPED,
};

struct source {
    struct cadre__list link;
    struct acceptor *acceptor;
    struct cadre__io io;
    int fd;          /* of a listener: the worker's; of a queue: ours */
    bool is_queue;   /* of a listener with reuse_port */
    bool own;        /* nobody else serves it: the gate is not asked */
    uint32_t number; /* of a queue */
    unsigned listener;
    struct accept_guess guess;
};

struct acceptor {
    struct server *server;
    const struct cadre__scoreboard *board;
    uint32_t own_slot;
    enum acceptor_state state;
    struct gate gate;
    struct cadre__timer timer;
    int reserve;         /* a descriptor to give up when there are no others; -1 while it is lent */
    bool told_starved;   /* the log has a line about it; until it is over */
    bool told_full;      /* the same */
    uint64_t starved_ns; /* the last time that there was no descriptor or memory */
    struct cadre__list sources;
};

/* Walks `s` over all sources of `a`; one that is at hand must not be removed. */
#define FOR_EACH_SOURCE(a, s)                                                                      \
    for (struct source *s = source_of((a)->sources.next); &s->link != &(a)->sources;               \
         s = source_of(s->link.next))

enum outcome {
    TOOK,    /* one is taken, or the one at hand was lost by its client: go on */
    EMPTY,   /* nothing is there */
    STARVED, /* no descriptor or no memory */
};

static void on_acceptable(int events, void *arg);

static struct source *source_of(struct cadre__list *link)
{
    return CADRE__CONTAINER_OF(link, struct source, link);
}

/* NULL: out of memory. */
static struct source *source_new(struct acceptor *a, unsigned listener, int fd)
{
    struct source *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->acceptor = a;
    s->fd = fd;
    s->listener = listener;
    cadre__io_init(&s->io, a->server->loop, fd, on_acceptable, s);
    cadre__list_push_back(&a->sources, &s->link);
    return s;
}

static void source_free(struct source *s)
{
    cadre__io_stop(&s->io);
    if (s->is_queue)
        cadre__fd_close(&s->fd);
    cadre__list_remove(&s->link);
    free(s);
}

static void take_reserve(struct acceptor *a)
{
    if (a->reserve < 0)
        a->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_timer(struct cadre__timer *timer);

int acceptor_new(const struct acceptor_options *options, struct acceptor **ret)
{
    struct acceptor *a = calloc(1, sizeof(*a));
    if (!a)
        return -ENOMEM;

    a->server = options->server;
    a->board = options->board;
    a->own_slot = options->own_slot;
    a->reserve = -1;
    cadre__list_init(&a->sources);
    cadre__timer_init(&a->timer, on_timer);
    for (size_t i = 0; i < options->n_fds; i++) {
        if (options->queued && options->queued[i])
            continue;
        if (!source_new(a, (unsigned)i, options->fds[i])) {
            acceptor_free(a);
            return -ENOMEM;
        }
    }
    take_reserve(a);
    *ret = a;
    return 0;
}

static int watch_one(struct source *s)
{
    return cadre__io_start(&s->io, CADRE__IO_READ, true);
}

static void unwatch(struct acceptor *a)
{
    FOR_EACH_SOURCE(a, s)
    cadre__io_stop(&s->io);
}

/* Those that siblings serve, too. */
static void unwatch_shared(struct acceptor *a)
{
    FOR_EACH_SOURCE(a, s)
    if (!s->own)
        cadre__io_stop(&s->io);
}

/* All of them, or none: 0, or what epoll_ctl says. */
static int watch(struct acceptor *a)
{
    FOR_EACH_SOURCE(a, s)
    {
        int r = watch_one(s);

        if (r < 0) {
            unwatch(a);
            return r;
        }
    }
    return 0;
}

void acceptor_free(struct acceptor *a)
{
    if (!a)
        return;
    acceptor_stop(a);
    while (!cadre__list_is_empty(&a->sources))
        source_free(source_of(a->sources.next));
    cadre__fd_close(&a->reserve);
    free(a);
}

/* Stops watching, for a reason that passes. */
static void pause_for(struct acceptor *a, enum acceptor_state state, uint64_t ns)
{
    a->state = state;
    if (state == ACCEPTOR_PAUSED)
        unwatch_shared(a);
    else
        unwatch(a);
    score_set32(&a->server->score->gated, state != ACCEPTOR_PAUSED);
    if (ns > 0)
        cadre__loop_timer_start(a->server->loop, &a->timer, ns);
}

static void starve(struct acceptor *a, int error);

static void open_again(struct acceptor *a)
{
    cadre__loop_timer_stop(a->server->loop, &a->timer);
    take_reserve(a);
    int r = watch(a);
    if (r < 0) {
        starve(a, r);
        return;
    }
    a->state = ACCEPTOR_OPEN;
    score_set32(&a->server->score->gated, 0);
}

int acceptor_start(struct acceptor *a)
{
    int r = watch(a);

    if (r == 0)
        a->state = ACCEPTOR_OPEN;
    return r;
}

void acceptor_stop(struct acceptor *a)
{
    cadre__loop_timer_stop(a->server->loop, &a->timer);
    unwatch(a);
    a->state = ACCEPTOR_STOPPED;
    /* Who holds a queue and does not serve it strands what the kernel puts there. */
    for (struct cadre__list *it = a->sources.next, *next; it != &a->sources; it = next) {
        next = it->next;
        if (source_of(it)->is_queue)
            source_free(source_of(it));
    }
}

/* --- running dry --- */

/* Answers by 503 and closes, without a word read: but for what has come already, or the kernel
 * resets the connection and takes the answer along. */
static void turn_away(int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                 "retry-after: 1\r\n"
                                 "content-length: 0\r\n"
                                 "connection: close\r\n\r\n";
    char unread[4096];

    (void)send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    (void)!recv(fd, unread, sizeof(unread), MSG_DONTWAIT);
    close(fd);
}

/* Turns one of the queue away, with the descriptor kept for this. False when the queue is empty. */
static bool shed_one(struct acceptor *a, struct source *s)
{
    cadre__fd_close(&a->reserve);
    int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        turn_away(fd);
    take_reserve(a);
    return fd >= 0;
}

static bool siblings_can_accept(const struct acceptor *a)
{
    struct gate_view view;

    if (!a->board)
        return false;
    gate_look(a->board, a->own_slot, cadre__loop_now(a->server->loop), &view);
    return view.n_open > 0;
}

static void shed(struct acceptor *a)
{
    if (siblings_can_accept(a))
        return;
    FOR_EACH_SOURCE(a, s)
    {
        for (int n = 0; n < SHED_BATCH && a->reserve >= 0; n++) {
            if (!shed_one(a, s))
                break;
        }
    }
}

static void starve(struct acceptor *a, int error)
{
    if (!a->told_starved)
        cadre__log(CADRE_LOG_ERROR,
                   "cannot accept connections: %s; trying again, %u are open (see limit_nofile and "
                   "worker_connections)",
                   cadre_strerror(error), a->server->n_connections);
    a->told_starved = true;
    a->starved_ns = cadre__loop_now(a->server->loop);
    pause_for(a, ACCEPTOR_STARVED, STARVED_NS);
    shed(a);
}

static void become_full(struct acceptor *a)
{
    if (!a->told_full)
        cadre__log(CADRE_LOG_WARNING,
                   "%u connections are open: no more are accepted until one ends (see "
                   "worker_connections)",
                   a->server->n_connections);
    a->told_full = true;
    pause_for(a, ACCEPTOR_FULL, 0);
}

static void on_timer(struct cadre__timer *timer)
{
    struct acceptor *a = CADRE__CONTAINER_OF(timer, struct acceptor, timer);

    if (a->state == ACCEPTOR_PAUSED || a->state == ACCEPTOR_STARVED)
        open_again(a);
}

void acceptor_on_connection_closed(struct acceptor *a)
{
    if (a->state == ACCEPTOR_FULL || a->state == ACCEPTOR_STARVED)
        open_again(a);
}

/* --- accepting --- */

/* Opens it, and where its request has probably come with it, serves that at once. */
static int open_connection(struct source *s, int fd, const struct sockaddr *from)
{
    struct server *server = s->acceptor->server;
    struct connection *c;
    bool spoken;

    if (!accept_guess_spoken(&s->guess))
        return connection_open(server, fd, from, s->listener, &c);
    int r = connection_serve(server, fd, from, s->listener, &spoken);
    if (r == 0)
        accept_guess_learn(&s->guess, spoken);
    return r;
}

static enum outcome take_one(struct acceptor *a, struct source *s, bool serve, int *ret_error)
{
    struct sockaddr_storage from;
    socklen_t from_len = sizeof(from);
    struct connection *c;

    int fd = accept4(s->fd, (struct sockaddr *)&from, &from_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        *ret_error = -errno;
        switch (errno) {
        case EAGAIN:
            return EMPTY;
        case EINVAL: /* it was a queue, and the master has closed it */
            cadre__io_stop(&s->io);
            return EMPTY;
        case EINTR:
        case ECONNABORTED: /* this and the rest: of that connection alone, see accept(2) */
        case EPERM:
        case EPROTO:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENOPROTOOPT:
        case EOPNOTSUPP:
        case ENONET:
            return TOOK;
        default: /* EMFILE, ENFILE, ENOMEM, ENOBUFS and what we do not know */
            return STARVED;
        }
    }
    const struct sockaddr *address =
        from_len >= sizeof(from.ss_family) ? (const struct sockaddr *)&from : NULL;
    int r = serve ? open_connection(s, fd, address)
                  : connection_open(a->server, fd, address, s->listener, &c);
    if (r == -EUSERS) {
        turn_away(fd);
        return TOOK;
    }
    if (r < 0) {
        close(fd);
        *ret_error = r;
        return STARVED;
    }
    return TOOK;
}

/* One was accepted: is what the log was told over? Not for a moment only, or it is told for each
 * connection that ends. */
static void note_recovery(struct acceptor *a)
{
    if (a->told_full && a->server->n_connections < a->server->limits.max_connections / 4 * 3)
        a->told_full = false;
    if (a->told_starved &&
        cadre__loop_now(a->server->loop) - a->starved_ns > 10 * CADRE__NSEC_PER_SEC) {
        cadre__log(CADRE_LOG_NOTICE, "connections are accepted again");
        a->told_starved = false;
    }
}

static bool is_full(const struct acceptor *a)
{
    return a->server->n_connections >= a->server->limits.max_connections;
}

static bool gate_is_open(struct acceptor *a)
{
    uint64_t now_ns = cadre__loop_now(a->server->loop);
    struct gate_view view;

    if (!a->board)
        return true;
    gate_look(a->board, a->own_slot, now_ns, &view);
    return gate_decide(&a->gate, &view, a->server->n_connections, now_ns) == GATE_ACCEPT;
}

/* What is left to siblings is only what they serve, too. */
static bool may_accept(const struct acceptor *a, const struct source *s)
{
    return a->state == ACCEPTOR_OPEN || (a->state == ACCEPTOR_PAUSED && s->own);
}

static void on_acceptable(int events, void *arg)
{
    struct source *s = arg;
    struct acceptor *a = s->acceptor;

    unsigned batch = accept_guess_batch(&s->guess);
    unsigned n;

    (void)events;
    for (n = 0; n < batch && may_accept(a, s); n++) {
        int error = 0;

        if (is_full(a)) {
            become_full(a);
            return;
        }
        if (!s->own && !gate_is_open(a)) {
            pause_for(a, ACCEPTOR_PAUSED, GATE_PAUSE_NS);
            return;
        }
        switch (take_one(a, s, true, &error)) {
        case TOOK:
            note_recovery(a);
            break;
        case EMPTY:
            if (!s->own)
                gate_reset(&a->gate);
            accept_guess_turn(&s->guess, n, true);
            return;
        case STARVED:
            starve(a, error);
            return;
        }
    }
    accept_guess_turn(&s->guess, n, false);
}

void acceptor_take_rest(struct acceptor *a)
{
    if (a->state == ACCEPTOR_NEW)
        return;
    FOR_EACH_SOURCE(a, s)
    {
        int error;

        while (!is_full(a) && take_one(a, s, false, &error) == TOOK)
            ;
    }
}

/* --- queues --- */

static struct source *find_queue(struct acceptor *a, unsigned listener, uint32_t number)
{
    FOR_EACH_SOURCE(a, s)
    if (s->is_queue && s->listener == listener && s->number == number)
        return s;
    return NULL;
}

/* What is served already only changes whose it is; the descriptor is one too many then. */
static void change_queue(struct acceptor *a, struct source *s, bool own, int fd)
{
    s->own = own;
    cadre__fd_close(&fd);
    if (!may_accept(a, s))
        cadre__io_stop(&s->io); /* or it would wake the loop for nothing until the pause is over */
}

int acceptor_add_queue(struct acceptor *a, unsigned listener, uint32_t number, bool own, int fd)
{
    struct source *s = find_queue(a, listener, number);

    if (s) {
        change_queue(a, s, own, fd);
    } else {
        s = source_new(a, listener, fd);
        if (!s) {
            cadre__fd_close(&fd);
            return -ENOMEM;
        }
        s->is_queue = true;
        s->number = number;
        s->own = own;
    }
    if (!may_accept(a, s)) /* else when that is over */
        return 0;
    int r = watch_one(s);
    if (r < 0)
        starve(a, r); /* which watches it later */
    return 0;
}

void acceptor_drop_queue(struct acceptor *a, unsigned listener, uint32_t number)
{
    struct source *s = find_queue(a, listener, number);

    if (s)
        source_free(s);
}
