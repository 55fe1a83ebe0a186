/* SPDX-License-Identifier: MIT */
/*
 * Keeps handlers from running that the master has put into quarantine (ipc/quarantine.h), where
 * the conf asks for that; else there is no guard, and no request pays for it.
 *
 * On the loop; never suspends, allocates or blocks.
 */
#ifndef WORKER_QUARANTINE_GUARD_H
#define WORKER_QUARANTINE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/shm.h"
#include "web/app.h"

struct cadre__quarantine;
struct child;

struct quarantine_guard {
    struct cadre__shm area; /* fd -1 and no address: closed */
    struct cadre__quarantine *quarantine;
    uint32_t generation;
    uint32_t slot;
};

/* Attaches the area. False: the conf has no quarantine, or it cannot be had (logged). */
bool quarantine_guard_open(struct quarantine_guard *guard, const struct child *child);

/* A guard of zero bytes is taken. */
void quarantine_guard_close(struct quarantine_guard *guard);

/* See struct cadre__app_hooks. */
enum cadre__app_ticket quarantine_guard_admit(const struct quarantine_guard *guard,
                                              const char *module, const char *handler,
                                              unsigned *ret_wait_s);
void quarantine_guard_tried(const struct quarantine_guard *guard, const char *module,
                            const char *handler);

#endif
