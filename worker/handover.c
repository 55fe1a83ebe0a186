/* SPDX-License-Identifier: MIT */
/*
 * Giving and taking connections. worker/handover.h has the contract.
 */
#include "worker/handover.h"

#include <errno.h>
#include <string.h>

#include "async/loop.h"
#include "base/fd.h"
#include "base/log.h"
#include "worker/connection.h"
#include "worker/master_link.h"
#include "worker/protocol.h"
#include "worker/server.h"
#include <cadre/error.h>

/* How many are on the way at a time: what the queue of a channel holds with room to spare, and few
 * beside the descriptors that the system lets a user have in flight (unix(7), ETOOMANYREFS). */
#define WINDOW 32

_Static_assert(sizeof(((struct connection_peer *)0)->address) ==
                   sizeof(((struct cadre__msg_handover *)0)->peer_address),
               "an address travels whole");

void handover_init(struct handover *h, struct server *server, struct master_link *link,
                   const char (*listeners)[CADRE__MSG_ADDRESS_SIZE])
{
    *h = (struct handover){.server = server, .link = link, .listeners = listeners};
    cadre__list_init(&h->lent);
}

/* --- giving --- */

/* Whether it waits for a request, and nobody has refused it yet. */
static bool is_for_others(const struct connection *c)
{
    return !c->last && c->busy == NULL &&
           (c->state == CONNECTION_IDLE || c->state == CONNECTION_FRESH);
}

static void write_note(const struct handover *h, const struct connection *c,
                       struct cadre__msg_handover *note)
{
    *note = (struct cadre__msg_handover){
        .version = CADRE__HANDOVER_VERSION,
        .flags = (c->state == CONNECTION_FRESH ? CADRE__HANDOVER_FRESH : 0u) |
                 (c->wants_proxy ? CADRE__HANDOVER_WANTS_PROXY : 0u),
        .n_requests = c->n_requests,
        .peer_port = c->peer.port,
        .peer_family = c->peer.family,
    };
    memcpy(note->peer_address, c->peer.address, sizeof(note->peer_address));
    if (c->listener < h->server->n_listeners)
        memcpy(note->listener, h->listeners[c->listener], sizeof(note->listener));
}

/* Sends one to the master. False: not now, the master is busy; an answer follows that says when. */
static bool give(struct handover *h, struct connection *c)
{
    struct cadre__msg msg = {.type = CADRE__MSG_HANDOVER};

    if (h->n_lent >= WINDOW)
        return false;
    write_note(h, c, &msg.handover);
    int r = master_link_try(h->link, &msg, c->fd);
    if (r == -EAGAIN && h->n_lent > 0)
        return false;
    if (r < 0) {
        if (r != -EPIPE)
            cadre__log(CADRE_LOG_WARNING, "a connection cannot be handed over: %s",
                       cadre_strerror(r));
        h->n_kept++;
        c->last = true;
        return true;
    }
    connection_lend(c);
    cadre__list_push_back(&h->lent, &c->link);
    h->n_lent++;
    return true;
}

static void give_all(struct handover *h)
{
    CADRE__LIST_FOREACH_SAFE(link, &h->server->connections)
    {
        struct connection *c = CADRE__CONTAINER_OF(link, struct connection, link);

        if (is_for_others(c) && !give(h, c))
            return;
    }
}

static void on_idle(void *arg, struct connection *c)
{
    if (is_for_others(c))
        (void)give(arg, c);
}

bool handover_begin(struct handover *h)
{
    if (h->link->fd < 0)
        return false;
    h->giving = true;
    h->server->on_idle_arg = h;
    h->server->on_idle = on_idle;
    give_all(h);
    return true;
}

void handover_end(struct handover *h)
{
    h->giving = false;
    h->server->on_idle = NULL;
}

/* The oldest that is on the way; NULL: none is. */
static struct connection *pop_lent(struct handover *h)
{
    struct cadre__list *link = cadre__list_pop_front(&h->lent);

    if (link == NULL)
        return NULL;
    h->n_lent--;
    return CADRE__CONTAINER_OF(link, struct connection, link);
}

/* Nobody wants it. */
static void take_back(struct handover *h, struct connection *c)
{
    h->n_kept++;
    if (connection_take_back(c) < 0)
        connection_free(c);
    else if (h->server->stopping)
        h->server->protocol->on_stop(c, false);
}

void handover_answered(struct handover *h, bool taken)
{
    struct connection *c = pop_lent(h);

    if (c == NULL) /* the answer to one that was passed on */
        return;
    if (taken) {
        h->n_given++;
        connection_free(c);
    } else {
        take_back(h, c);
    }
    if (h->giving)
        give_all(h);
}

void handover_lost(struct handover *h)
{
    struct connection *c;

    while ((c = pop_lent(h)) != NULL)
        connection_free(c);
}

/* --- taking --- */

/* The number of the listener with that address; -1: this server has none. */
static int find_listener(const struct handover *h, const char *address)
{
    for (size_t i = 0; i < h->server->n_listeners; i++)
        if (strcmp(h->listeners[i], address) == 0)
            return (int)i;
    return -1;
}

void handover_adopt(struct handover *h, const struct cadre__msg_handover *note, int fd)
{
    struct server *server = h->server;
    struct connection_past past = {
        .peer = {.port = note->peer_port, .family = note->peer_family},
        .n_requests = note->n_requests,
        .fresh = (note->flags & CADRE__HANDOVER_FRESH) != 0,
        .wants_proxy = (note->flags & CADRE__HANDOVER_WANTS_PROXY) != 0,
    };
    struct connection *c;

    memcpy(past.peer.address, note->peer_address, sizeof(past.peer.address));
    int listener = find_listener(h, note->listener);
    past.listener = (uint16_t)listener;
    int r = listener < 0 ? -ENOENT : connection_adopt(server, fd, &past, &c);
    if (r < 0) {
        cadre__log(CADRE_LOG_WARNING, "a connection to %s that was handed over is closed: %s",
                   note->listener, cadre_strerror(r));
        cadre__fd_close(&fd);
        return;
    }
    if (server->stopping)
        server->protocol->on_stop(c, false);
    else if (h->giving)
        on_idle(h, c);
}

void handover_pass_on(struct master_link *link, const struct cadre__msg_handover *note, int fd)
{
    const struct cadre__msg msg = {.type = CADRE__MSG_HANDOVER, .handover = *note};

    int r = master_link_try(link, &msg, fd);
    if (r < 0)
        cadre__log(CADRE_LOG_WARNING, "a connection that was handed over late is closed: %s",
                   cadre_strerror(r));
    cadre__fd_close(&fd);
}
