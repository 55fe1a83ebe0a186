/* SPDX-License-Identifier: MIT */
/*
 * A generation of the state machine: the children that were started with one conf.
 *
 * Part of the machine (see machine.h): pure, called by machine.c and child.c only, with an event
 * at hand. The functions that decide for the whole server are in machine.c.
 */
#ifndef CADRE_MASTER_GENERATION_H
#define CADRE_MASTER_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "master/machine.h"

/* All children in slots of the machine, free ones left out. */
#define FOR_EACH_CHILD(m, c)                                                                       \
    for (struct machine_child *c = (m)->children; c < (m)->children + (m)->high_water; c++)        \
        if (c->state != CHILD_NONE)
/* All children of the generation G. */
#define FOR_EACH_CHILD_OF(m, g, c) FOR_EACH_CHILD(m, c) if (c->generation == (g)->id)
/* All generations that exist. */
#define FOR_EACH_GENERATION(m, g)                                                                  \
    for (struct machine_generation *g = (m)->generations;                                          \
         g < (m)->generations + MACHINE_GENERATIONS_MAX; g++)                                      \
        if (g->state != GENERATION_NONE)

/* The generation of an id; NULL: it is gone. */
struct machine_generation *generation_find(struct machine *m, uint32_t id);

/* The one that is current; NULL while the first starts and while the server stops. */
struct machine_generation *generation_current(struct machine *m);

/* The one that starts; NULL: none. */
struct machine_generation *generation_starting(struct machine *m);

/*
 * Makes the generation after the last one, with a seat for each worker. NULL with `*ret_why`
 * (a line, constant) when there is no room beside the generations that still drain.
 */
struct machine_generation *generation_new(struct machine *m, const struct machine_plan *plan,
                                          const char **ret_why);

/* How many of its workers are in STATE. */
unsigned generation_count(const struct machine *m, const struct machine_generation *g,
                          enum child_state state);

/* Its steward's seat; NULL: none. */
struct machine_child *generation_steward(struct machine *m, const struct machine_generation *g);

/* A worker has loaded its modules: starts the steward where one is wanted and missing. */
void generation_loaded(struct machine *m, struct machine_generation *g, bool wants_steward);

/* Its steward has published: the workers that waited for it go on. */
void generation_published(struct machine *m, struct machine_generation *g);

/* Tells all its workers to leave; its steward follows when they are gone. */
void generation_drain(struct machine *m, struct machine_generation *g, enum machine_drain drain);

/* Tells its reporter to leave. True: it is gone, or there was none. */
bool generation_drain_reporter(struct machine *m, struct machine_generation *g);

/* Brings it on as far as it can go without another event: starts who may start, asks for the
 * sockets to listen, drains its steward, ends it. */
void generation_settle(struct machine *m, struct machine_generation *g);

/* --- Decisions for the server, in machine.c --- */

/* A line of the log. */
void machine_log(struct machine *m, enum cadre_log_level level, const char *fmt, ...)
    CADRE_PRINTF(3, 4);

/*
 * A child ended, or could not be started, before its generation was up. True: that ended the
 * boot or the reload with this reason, and the child is not started again.
 */
bool machine_start_failed(struct machine *m, struct machine_generation *g,
                          const struct machine_child *c, const char *reason);

/* Begins to stop; `code` and `text` are what the program ends with. */
void machine_stop(struct machine *m, enum machine_drain drain, int code, const char *text);

#endif
