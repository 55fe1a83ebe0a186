/* SPDX-License-Identifier: MIT */
/*
 * Who gets the connections of a worker that leaves.
 *
 * Part of the machine (see machine.h): pure, on its state alone. Workers of the current generation
 * that accept take turns; one that gives its own connections away gets none. What the workers are
 * told, and whether one can take a connection at this moment, is the supervisor's.
 */
#ifndef CADRE_MASTER_HEIR_H
#define CADRE_MASTER_HEIR_H

#include <stdbool.h>
#include <stdint.h>

#include "master/machine.h"

/* No worker: not a slot. */
#define HEIR_NONE UINT32_MAX

/* Notes that the worker in slot FROM gives its connections away, for as long as it lives. */
void heir_leaves(struct machine *m, uint32_t from);

/* Whether the worker in SLOT could get a connection. */
bool heir_is(const struct machine *m, uint32_t slot);

/* How many workers could get a connection. */
unsigned heir_count(const struct machine *m);

/* The slot of the next one in turn; HEIR_NONE: there is none. */
uint32_t heir_next(struct machine *m);

#endif
