/* SPDX-License-Identifier: MIT */
/*
 * The kinds of children, as a table: what each is called and what it gets.
 *
 * What a kind does is in the worker's program; when it starts and how it is restarted is in the
 * state machine. A new kind (reporter, job, symboliser) is a row here. Master only.
 */
#ifndef CADRE_MASTER_KINDS_H
#define CADRE_MASTER_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/heritage.h"

struct kind {
    enum cadre__child_kind kind;
    const char *title; /* argv[0], as `ps` shows it */
    bool numbered;     /* there are several: the title gets a number, from 1 */
    bool listeners;    /* inherits the listening sockets */
    bool modules;      /* loads the generation's modules: inherits their files */
    bool areas;        /* inherits the shared areas: scoreboard, counters, traffic, crashes */
    bool status;       /* inherits the master's status too */
};

/* The row of a kind; NULL for no kind. */
const struct kind *kind_find(enum cadre__child_kind kind);

/* Writes the title of number `index` (from 0) of a kind. Returns BUF. */
const char *kind_title(const struct kind *kind, uint32_t index, char *buf, size_t size);

#endif
