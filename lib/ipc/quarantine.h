/* SPDX-License-Identifier: MIT */
/*
 * ipc/quarantine: handlers that are kept from running since they killed workers.
 *
 * A shared area ("quarantine") of a few entries. The master bars a handler of a generation; the
 * workers of that generation refuse its requests until a moment comes, then one of them takes the
 * entry for one request, the probe. A probe that comes through clears the entry; one that kills its
 * worker has the master bar it again, for longer.
 *
 *     FREE --master--> BARRED --a worker, after retry_ns--> PROBED --the handler returned--> FREE
 *                        ^------------master: the prober died------------'
 *
 * One test of a word where nothing is barred. Never blocks, allocates, logs or suspends.
 */
#ifndef CADRE_IPC_QUARANTINE_H
#define CADRE_IPC_QUARANTINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"

#define CADRE__QUARANTINE_AREA  "quarantine"
#define CADRE__QUARANTINE_MAGIC UINT32_C(0x43645175) /* "CdQu" */
#define CADRE__QUARANTINE_MAX   32
#define CADRE__QUARANTINE_NAME  96

enum cadre__quarantine_state {
    CADRE__QUARANTINE_FREE = 0,
    CADRE__QUARANTINE_BARRED = 1,
    CADRE__QUARANTINE_PROBED = 2,
};

struct cadre__quarantine_entry {
    /* written by the master while FREE, published by `state` */
    char module[CADRE__QUARANTINE_NAME];  /* as the conf names it */
    char handler[CADRE__QUARANTINE_NAME]; /* cut */
    uint32_t generation;                  /* whose workers it binds */

    _Atomic uint32_t state;    /* enum cadre__quarantine_state; PROBED: the slot of the worker that
                                  probes, times 256, added */
    _Atomic uint64_t retry_ns; /* monotonic: when the next probe may be, while BARRED */
    _Atomic uint64_t refused;  /* requests so far */
};

struct cadre__quarantine {
    uint32_t magic;      /* CADRE__QUARANTINE_MAGIC */
    uint32_t entry_size; /* sizeof(struct cadre__quarantine_entry) */
    _Atomic uint32_t n;  /* entries below are perhaps in use; 0: none */
    struct cadre__quarantine_entry entries[CADRE__QUARANTINE_MAX];
};

/* Makes and lays out the area: `shm` is the caller's, and the entries live as long as it does. 0 or
 * a negative errno. */
int cadre__quarantine_create(struct cadre__shm *shm,
                             struct cadre__quarantine **ret) CADRE_MUST_CHECK;

/* Looks at an area that is attached. -EPROTO where it is none of this build. */
int cadre__quarantine_open(const struct cadre__shm *shm,
                           struct cadre__quarantine **ret) CADRE_MUST_CHECK;

/* An entry, copied out. */
struct cadre__quarantine_view {
    char module[CADRE__QUARANTINE_NAME];
    char handler[CADRE__QUARANTINE_NAME];
    uint32_t generation;
    bool probed;       /* one request is let through now */
    uint64_t retry_ns; /* monotonic: when the next one is */
    uint64_t refused;  /* requests so far */
};

/* Copies the entries that are barred or probed, at most `max`. How many. Any process, also one that
 * maps the area for reading; an entry that changes meanwhile is of before, of after, or of both. */
uint32_t cadre__quarantine_list(const struct cadre__quarantine *q,
                                struct cadre__quarantine_view *ret, uint32_t max);

/* --- the master --- */

/* Bars a handler; one that is barred or probed already gets the new `retry_ns`. NULL: no entry is
 * free. */
struct cadre__quarantine_entry *cadre__quarantine_bar(struct cadre__quarantine *q,
                                                      uint32_t generation, const char *module,
                                                      const char *handler, uint64_t retry_ns);

/* The entry of a handler that is barred or probed; NULL: none. */
struct cadre__quarantine_entry *cadre__quarantine_find(struct cadre__quarantine *q,
                                                       uint32_t generation, const char *module,
                                                       const char *handler);

/* Whether a request is let through now, to see. */
bool cadre__quarantine_is_probed(const struct cadre__quarantine_entry *entry);

/* The worker in `slot` has died: what it probed is open for the next probe, from `retry_ns` on. */
void cadre__quarantine_release(struct cadre__quarantine *q, uint32_t slot, uint64_t retry_ns);

/* Clears the entries of all generations but `generation`. */
void cadre__quarantine_keep(struct cadre__quarantine *q, uint32_t generation);

/* --- a worker --- */

enum cadre__quarantine_ticket {
    CADRE__QUARANTINE_PASS,   /* it may run */
    CADRE__QUARANTINE_PROBE,  /* it may run, as the probe: cadre__quarantine_probed() follows */
    CADRE__QUARANTINE_REFUSE, /* it may not */
};

/* Whether nothing is barred: what most requests want to know. */
static inline bool cadre__quarantine_is_empty(const struct cadre__quarantine *q)
{
    return atomic_load_explicit(&q->n, memory_order_relaxed) == 0;
}

/* May a handler run? On REFUSE *ret_wait_ns is how long until the next probe, 0: one is on. */
enum cadre__quarantine_ticket cadre__quarantine_ask(struct cadre__quarantine *q,
                                                    uint32_t generation, uint32_t slot,
                                                    const char *module, const char *handler,
                                                    uint64_t now_ns, uint64_t *ret_wait_ns);

/* The probe has come through. */
void cadre__quarantine_probed(struct cadre__quarantine *q, uint32_t generation, uint32_t slot,
                              const char *module, const char *handler);

#endif
