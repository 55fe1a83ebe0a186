/* SPDX-License-Identifier: MIT */
/*
 * ipc/scoreboard: what each worker does right now, for all to see.
 *
 * A shared area ("scoreboard") of one record a slot. A worker writes its own record, the master
 * its identity and state; everybody reads: the master for silence and status, the workers for the
 * evening gate. All is written with plain atomic stores on cache lines of that slot alone, and no
 * system call. Every process of a server sees room for CADRE__SLOTS_MAX slots; pages of slots
 * that were never used take no memory.
 *
 * What a record says may be wrong after its process went mad: use it, trust it with nothing.
 * Never blocks, allocates or suspends; any thread.
 */
#ifndef CADRE_IPC_SCOREBOARD_H
#define CADRE_IPC_SCOREBOARD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"

#define CADRE__SCOREBOARD_AREA  "scoreboard"
#define CADRE__SCOREBOARD_MAGIC UINT32_C(0x43645363) /* "CdSc" */
#define CADRE__SLOTS_MAX        1024
#define CADRE__SCORE_TEXT_SIZE  64

enum cadre__score_state {
    CADRE__SCORE_FREE = 0,      /* no process */
    CADRE__SCORE_STARTING = 1,  /* from fork to ready */
    CADRE__SCORE_READY = 2,     /* its lifespans have started up; it does not accept yet */
    CADRE__SCORE_ACCEPTING = 3, /* serves */
    CADRE__SCORE_DRAINING = 4,  /* finishes what it has */
    CADRE__SCORE_STOPPING = 5,  /* its lifespans shut down */
};

/* A short text that one writes while others read. A reader can see a mix of two texts, never
 * more than CADRE__SCORE_TEXT_SIZE - 1 bytes. */
struct cadre__score_text {
    _Atomic uint64_t word[CADRE__SCORE_TEXT_SIZE / 8];
};

struct cadre__score {
    /* Identity. Written by the master; `state` by the worker too, once it runs. */
    _Alignas(64) _Atomic uint32_t state; /* enum cadre__score_state */
    _Atomic uint32_t pid;                /* 0 when free */
    _Atomic uint32_t generation;
    _Atomic uint32_t index;       /* the worker's number */
    _Atomic uint64_t born_ns;     /* when it was forked, monotonic */
    _Atomic uint32_t kind;        /* enum cadre__child_kind */
    _Atomic uint32_t reserved[9]; /* 0 */

    /* Hot: written by the worker each turn of its loop. */
    _Alignas(64) _Atomic uint64_t turn_ns; /* when the current turn began, monotonic */
    _Atomic uint32_t waiting;              /* 1 while the loop waits: not stuck however long */
    _Atomic uint32_t connections;          /* open ones */
    _Atomic uint32_t in_flight;            /* requests in handlers */
    _Atomic uint32_t gated;                /* 1 while it does not accept (limit, EMFILE) */
    _Atomic uint64_t accepted;             /* connections so far */
    _Atomic uint64_t requests;             /* answered so far */
    _Atomic uint64_t lag_ns;               /* the longest turn of the last seconds */
    _Atomic uint64_t hot_reserved[2];      /* 0 */

    /* Cold: what it is at. Written by the worker. */
    struct cadre__score_text phase;   /* "startup of module shop"; "" when there is none */
    struct cadre__score_text handler; /* "shop:read_item": the one that holds the loop */
};

_Static_assert(sizeof(struct cadre__score) == 256, "a record is four cache lines");
_Static_assert(offsetof(struct cadre__score, turn_ns) == 64, "hot fields have a line of their own");
_Static_assert(offsetof(struct cadre__score, phase) == 128, "cold fields too");

struct cadre__scoreboard {
    uint32_t magic;              /* CADRE__SCOREBOARD_MAGIC */
    uint32_t slots;              /* CADRE__SLOTS_MAX */
    uint32_t score_size;         /* sizeof(struct cadre__score) */
    _Atomic uint32_t high_water; /* one above the highest slot ever used; written by the master */
    _Alignas(256) struct cadre__score slot[CADRE__SLOTS_MAX];
};

/* Makes and lays out the area: `shm` is the caller's, and the board lives as long as it does. 0 or
 * a negative errno. */
int cadre__scoreboard_create(struct cadre__shm *shm,
                             struct cadre__scoreboard **ret) CADRE_MUST_CHECK;

/* Looks at an area that is attached. -EPROTO where it is no scoreboard of this build. */
int cadre__scoreboard_open(const struct cadre__shm *shm,
                           struct cadre__scoreboard **ret) CADRE_MUST_CHECK;

/* How many slots a walk has to look at: high_water, but never more than CADRE__SLOTS_MAX. */
static inline uint32_t cadre__scoreboard_slots(const struct cadre__scoreboard *board)
{
    uint32_t n = atomic_load_explicit(&board->high_water, memory_order_acquire);
    return n > CADRE__SLOTS_MAX ? CADRE__SLOTS_MAX : n;
}

/* The master, before it forks: clears the record of `slot` (< CADRE__SLOTS_MAX) and writes who
 * will live there, in state STARTING. The pid follows after the fork. */
struct cadre__score *cadre__scoreboard_claim(struct cadre__scoreboard *board, uint32_t slot,
                                             uint32_t kind, uint32_t generation, uint32_t index,
                                             uint64_t born_ns);

/* The master, after it reaped: the slot is free again. What was counted stays readable until the
 * next claim. */
void cadre__scoreboard_release(struct cadre__scoreboard *board, uint32_t slot);

/* Writes a text, cut at 63 bytes; NULL is "". */
void cadre__score_set_text(struct cadre__score_text *dst, const char *text);

/* Reads it into `buf`; always ends in NUL. Control bytes become '?'. Returns `buf`. */
const char *cadre__score_get_text(const struct cadre__score_text *src,
                                  char buf[static CADRE__SCORE_TEXT_SIZE]);

/* "free", "starting" and so on, for messages; never NULL. */
const char *cadre__score_state_name(uint32_t state);

#endif
