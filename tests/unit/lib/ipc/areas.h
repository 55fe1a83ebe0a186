/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/ipc/areas.h: all that a snapshot is taken from, in this process, and a server in
 * it for tests to look at.
 */
#ifndef CADRE_TESTS_IPC_AREAS_H
#define CADRE_TESTS_IPC_AREAS_H

#include <stdint.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/shm.h"
#include "ipc/heritage.h"
#include "ipc/quarantine.h"
#include "ipc/snapshot.h"

/* The time at which snapshots are taken. */
#define AREAS_NOW (1000 * CADRE__NSEC_PER_SEC)

struct areas {
    struct cadre__shm shm[5];
    struct cadre__scoreboard *board;
    struct cadre__traffic_area *traffic;
    struct cadre__status_area *status;
    struct cadre__quarantine *quarantine;
    struct cadre__counters counters; /* with slot 0 */
    struct cadre__snapshot_sources sources;
};

/* Makes them, empty. */
void areas_make(struct areas *areas);
void areas_done(struct areas *areas);

/* What the master says of the server: it serves with two workers, generation 3, as 1.2.3. */
struct cadre__status_server areas_server(void);

/* Puts a worker into a slot, which serves since AREAS_NOW - 60 s in this process. Its record of the
 * scoreboard is returned. */
struct cadre__score *areas_add_worker(struct areas *areas, uint32_t slot, uint32_t generation,
                                      uint32_t index);

/* Changes a seat that is there. */
void areas_change_seat(struct areas *areas, uint32_t slot,
                       void (*change)(struct cadre__status_seat *seat));

/* Takes a snapshot; cadre__snapshot_done() ends it. */
struct cadre__snapshot areas_take(const struct areas *areas);

#endif
