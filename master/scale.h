/* SPDX-License-Identifier: MIT */
/*
 * How many workers serve, and which: scaling, recycling, spares.
 *
 * Part of the machine (see machine.h): pure, on the current generation alone. Each seat of a worker
 * has a role:
 *
 *   SERVES   accepts as soon as it is ready. There are as many as the generation's target.
 *   SPARE    runs its lifespans and stands by. When one that serves dies or is being killed, a
 *            ready spare changes roles with it: it accepts at once, and the dead one's seat starts
 *            again as the spare. The numbers of workers (cadre_worker_index) go with the seats.
 *   RELIEF   has the number of a worker that is worn: it starts beside that one, and when it is
 *            ready it accepts and the worn one drains, with its connections handed over. One at a
 *            time, the longest worn first; so there are never fewer that serve, however many are
 *            worn at once.
 *
 * The target is the conf's, until a signal or the operator says otherwise; a reload takes the
 * conf's again. With a target of 0 nobody serves, and what comes waits in the queues.
 */
#ifndef CADRE_MASTER_SCALE_H
#define CADRE_MASTER_SCALE_H

#include <stdbool.h>

#include "master/machine.h"

struct signal_row;

/* The most workers that may be asked for, as in the conf. */
#define SCALE_WORKERS_MAX 500

/* Why the number of workers cannot be set to WORKERS now, one line; NULL: it can. Constant. */
const char *scale_refusal(const struct machine *m, unsigned workers);

/* EVENT_SCALE; where it is refused, a line says why. */
void scale_asked(struct machine *m, const struct machine_event *e);

/* A signal that asks for more, for fewer or for none. */
void scale_by_signal(struct machine *m, const struct signal_row *row);

/* This process is to be recycled, and why ("it is old enough (max_age)"). Dropped unless it
 * serves; told twice, the first time counts. */
void scale_worn(struct machine *m, struct machine_child *c, const char *why);

/* A worker of the current generation is ready: accepts, if its role is to. False: it stands by. */
bool scale_ready(struct machine *m, struct machine_generation *g, struct machine_child *c);

/* Brings the seats of the current generation to what they are to be. */
void scale_settle(struct machine *m, struct machine_generation *g);

#endif
