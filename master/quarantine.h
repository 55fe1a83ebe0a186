/* SPDX-License-Identifier: MIT */
/*
 * Which handlers kill workers, and since when they are kept from running (directive quarantine).
 *
 * Counts the deaths that are attributed to a handler of a generation. So many within the window,
 * and the handler is barred in the shared area (ipc/quarantine.h): its requests are answered 503
 * with Retry-After. After the time of one window one request is let in; each one that kills doubles
 * that time, up to QUARANTINE_WAIT_MAX windows. A new generation begins with a clean sheet.
 *
 * Master only; never allocates after _new, never suspends; reads no clock.
 */
#ifndef CADRE_MASTER_QUARANTINE_H
#define CADRE_MASTER_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"

/* The longest wait for a probe, in windows. */
#define QUARANTINE_WAIT_MAX 32
/* Deaths of a handler that can be counted: the most that the conf may ask for. */
#define QUARANTINE_DEATHS_MAX 100

struct quarantine;

/* The directive's value. */
struct quarantine_rule {
    unsigned deaths; /* 0: off */
    uint64_t window_ns;
};

/* A death that is attributed to a handler. */
struct quarantine_death {
    uint32_t generation;
    uint32_t slot; /* of the worker that died */
    const char *module;
    const char *handler;
    uint64_t now_ns;
};

/* Makes it, with its shared area. 0; -ENOMEM or another negative errno. */
CADRE_MUST_CHECK int quarantine_new(struct quarantine **ret);
void quarantine_free(struct quarantine *q);

/* The area that workers inherit; borrowed. */
const struct cadre__shm *quarantine_area(const struct quarantine *q);

/* A worker has died of a handler. Logs it when that is barred now. */
void quarantine_note(struct quarantine *q, const struct quarantine_rule *rule,
                     const struct quarantine_death *death);

/* A worker has gone, of whatever: what it probed is free for the next probe. After the note. */
void quarantine_gone(struct quarantine *q, uint32_t slot, uint64_t now_ns);

/* This generation has taken over: all others' handlers are forgotten. */
void quarantine_adopt(struct quarantine *q, uint32_t generation);

#endif
