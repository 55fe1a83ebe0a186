/* SPDX-License-Identifier: MIT */
/*
 * One seat of the state machine: a worker's or a steward's life from start to start.
 *
 * Part of the machine (see machine.h): pure, called by machine.c and generation.c only, with an
 * event at hand. What needs the generation's or the server's decision is asked of generation.h.
 */
#ifndef CADRE_MASTER_CHILD_H
#define CADRE_MASTER_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "master/machine.h"

#define CHILD_NAME_SIZE 64

/* Whether there is a process behind the seat. */
static inline bool child_has_process(const struct machine_child *c)
{
    return c->state != CHILD_NONE && c->state != CHILD_WAITING;
}

/* Whether it is on its way to being ready. */
static inline bool child_is_starting(const struct machine_child *c)
{
    return c->state == CHILD_LOADING || c->state == CHILD_LOADED || c->state == CHILD_STARTING;
}

uint32_t child_slot(const struct machine *m, const struct machine_child *c);

/* "worker 2 (pid 123)", for lines. Returns BUF. */
const char *child_name(const struct machine_child *c, char buf[static CHILD_NAME_SIZE]);

/* Takes the first free slot for a seat that waits for its first start. NULL: no slot is free. */
struct machine_child *child_new(struct machine *m, enum cadre__child_kind kind, uint32_t generation,
                                uint32_t index);

/* Starts its process. */
void child_spawn(struct machine *m, struct machine_child *c);

/* Lets a loaded child run its lifespans. */
void child_start(struct machine *m, struct machine_child *c);

/* Lets a ready worker accept. */
void child_accept(struct machine *m, struct machine_child *c);

/*
 * Tells it to leave within the limits; it will not be replaced. One that has no process leaves
 * at once; one that has not served yet drains fast whatever `drain` says. Told twice, the
 * stronger way and the earlier deadline count.
 */
void child_drain(struct machine *m, struct machine_child *c, enum machine_drain drain,
                 const struct machine_plan *plan);

/* Ends it by SIGKILL. */
void child_kill(struct machine *m, struct machine_child *c);

/* Its deadline is over. */
void child_deadline(struct machine *m, struct machine_child *c);

/* What is wrong with a seat whose processes fail. */
struct child_trouble {
    unsigned failures;  /* in a row */
    bool crash_loop;    /* MACHINE_CRASH_LOOP of them or more */
    uint64_t starts_ns; /* monotonic: when the next process starts; 0: there is one */
    const char *text;   /* how the last one ended; borrowed until the next step */
};

/* The trouble of a seat, for `status`. False: it has none. */
bool child_trouble(const struct machine *m, uint32_t slot, struct child_trouble *ret);

/* Events of one child, as in machine.h. */
void child_spawned(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_spawn_failed(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_loaded(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_is_ready(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_serving(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_failed(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_lost(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_drained(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_broken(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_silent(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_worn(struct machine *m, struct machine_child *c, const struct machine_event *e);
void child_exited(struct machine *m, struct machine_child *c, const struct machine_event *e);

#endif
