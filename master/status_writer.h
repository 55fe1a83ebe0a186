/* SPDX-License-Identifier: MIT */
/*
 * Writes what the state machine knows into the shared area that the reporter and `cadre status`
 * read (ipc/status.h), and counts what became of workers and reloads.
 *
 * Master only, on the loop's thread; never blocks, never suspends. Only what has changed is
 * written, so it may be called after each event. Once another master has taken over nothing but
 * what is counted is written: the state that the server was in stays to be read.
 */
#ifndef CADRE_MASTER_STATUS_WRITER_H
#define CADRE_MASTER_STATUS_WRITER_H

#include <stdint.h>

#include "ipc/status.h"
#include "ipc/totals.h"
#include "master/machine.h"

/* What the master itself counts of the server. */
struct status_counts {
    uint64_t starts, lost, reloads_done, reloads_failed;
    uint64_t deaths[CADRE__DEATHS];
};

struct status_writer {
    struct cadre__status_area *area; /* borrowed */
    const struct cadre__scoreboard *board;
    struct cadre__status_server server; /* as written last */
    uint32_t high_water;                /* seats that are written are below */
    uint32_t reloads_ended;             /* of the machine, as seen last */
    struct status_counts inherited;     /* of the master before, as told last */
};

/* `area` and `board` are borrowed for the writer's life, `conf_path` for the call. */
void status_writer_init(struct status_writer *writer, struct cadre__status_area *area,
                        const struct cadre__scoreboard *board, const char *conf_path,
                        uint64_t now_ns);

/* Before an event goes to the machine: counts a worker's start or unwanted end. */
void status_writer_note(struct status_writer *writer, const struct machine *machine,
                        const struct machine_event *event);

/* What the master before, of a binary upgrade, has counted so far: it is counted here, once. */
void status_writer_inherit(struct status_writer *writer, const struct cadre__totals *totals);

/* After the machine has taken its events. */
void status_writer_update(struct status_writer *writer, const struct machine *machine,
                          uint64_t now_ns);

#endif
