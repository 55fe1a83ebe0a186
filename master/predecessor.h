/* SPDX-License-Identifier: MIT */
/*
 * The old master of a binary upgrade, as its new one sees it; see successor.h for what both say.
 *
 * The variable CADRE_UPGRADE, "DESCRIPTOR:GENERATION", names the channel to it and the last
 * generation that it started. Until it gives the service away this process tells the service
 * manager nothing, for it is not the main process. Master only, one thread; never suspends.
 */
#ifndef CADRE_MASTER_PREDECESSOR_H
#define CADRE_MASTER_PREDECESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "ipc/channel.h"

#define PREDECESSOR_VARIABLE "CADRE_UPGRADE"

/* The same of the area of rate limits (base/rates), where there is one. A master that does not know
 * it makes an area of its own. */
#define PREDECESSOR_RATES_VARIABLE "CADRE_UPGRADE_RATES"

struct event;
struct event_base;

struct predecessor {
    int fd;              /* the channel; -1: there is none, or it has gone */
    uint32_t generation; /* 0: there never was one */
    int rates_fd;        /* what its rate limits count in; -1: none; until predecessor_close */
    bool ready_told;
    bool given;   /* this process is the server; so it is where there is none */
    bool reports; /* and tells how it is: no reporter of the old master does */
    struct event *event;

    /* It gave the service away, or has gone before it could. Called once. */
    void (*on_given)(void *arg);
    /* No reporter of the old one answers any more, or it has gone. Called once, after on_given. */
    void (*on_reports)(void *arg);
    /* What it has counted so far (ipc/totals.h); the descriptor is borrowed. */
    void (*on_totals)(void *arg, int fd);
    /* A connection of one of its workers; both are borrowed. True: a worker has been sent it. */
    bool (*on_adopt)(void *arg, const struct cadre__msg_handover *note, int fd);
    void *arg;
};

/* Writes the value of one of these variables. */
void predecessor_format(char *buf, size_t size, int fd, uint32_t generation);

/* Takes the variables out of the environment; a channel that is none is none. */
void predecessor_open(struct predecessor *p);
void predecessor_close(struct predecessor *p);

/* Begins to listen to it; the callbacks are set. 0; -ENOMEM. */
CADRE_MUST_CHECK int predecessor_watch(struct predecessor *p, struct event_base *base);

/* Hears what it has said already: before any child starts, what it had counted. */
void predecessor_hear(struct predecessor *p);

/* Tells it that this process serves, once; or that it cannot. Without one they do nothing. */
void predecessor_tell_ready(struct predecessor *p);
void predecessor_tell_failed(struct predecessor *p, const char *why);

#endif
