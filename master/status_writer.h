/* SPDX-License-Identifier: MIT */
/*
 * Writes what the state machine knows into the shared area that the reporter and `cadre status`
 * read (ipc/status.h), and counts what became of workers and reloads.
 *
 * Master only, on the loop's thread; never blocks, never suspends. Only what has changed is
 * written, so it may be called after each event.
 */
#ifndef CADRE_MASTER_STATUS_WRITER_H
#define CADRE_MASTER_STATUS_WRITER_H

#include <stdint.h>

#include "ipc/status.h"
#include "master/machine.h"

struct status_writer {
    struct cadre__status_area *area; /* borrowed */
    const struct cadre__scoreboard *board;
    struct cadre__status_server server; /* as written last */
    uint32_t high_water;                /* seats that are written are below */
    uint32_t reloads_ended;             /* of the machine, as seen last */
};

/* `area` and `board` are borrowed for the writer's life, `conf_path` for the call. */
void status_writer_init(struct status_writer *writer, struct cadre__status_area *area,
                        const struct cadre__scoreboard *board, const char *conf_path,
                        uint64_t now_ns);

/* Before an event goes to the machine: counts a worker's start or unwanted end. */
void status_writer_note(struct status_writer *writer, const struct machine *machine,
                        const struct machine_event *event);

/* After the machine has taken its events. */
void status_writer_update(struct status_writer *writer, const struct machine *machine,
                          uint64_t now_ns);

#endif
