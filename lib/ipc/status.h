/* SPDX-License-Identifier: MIT */
/*
 * ipc/status: what the master knows of the server, for the reporter and for `cadre status`.
 *
 * A shared area ("status"): one record of the server, one of each seat (a slot: what the state
 * machine knows of a worker, also while no process sits there). The master writes, others read;
 * each record is guarded by a sequence number, so that a reader sees all of one state of it. What
 * workers say of themselves is on the scoreboard and in the traffic area.
 *
 * Never blocks, allocates or suspends; reading is for any process and thread.
 */
#ifndef CADRE_IPC_STATUS_H
#define CADRE_IPC_STATUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"
#include "ipc/scoreboard.h"

#define CADRE__STATUS_AREA        "status"
#define CADRE__STATUS_MAGIC       UINT32_C(0x43645374) /* "CdSt" */
#define CADRE__STATUS_GENERATIONS 16                   /* that are told; the newest */

enum cadre__generation_phase {
    CADRE__GENERATION_STARTING = 1,
    CADRE__GENERATION_CURRENT = 2,
    CADRE__GENERATION_DRAINING = 3,
};

struct cadre__status_generation {
    uint32_t id;
    uint32_t phase;       /* enum cadre__generation_phase; 0: the entry is empty */
    uint32_t workers;     /* as its conf wants them */
    uint32_t serving;     /* that accept */
    uint32_t ready;       /* that wait to accept */
    uint32_t processes;   /* that it has, its steward among them */
    uint64_t born_ns;     /* monotonic */
    uint64_t deadline_ns; /* when the last of it is killed; 0: not draining, or no limit */
};

/* Why a process ended that was not told to. */
enum cadre__death {
    CADRE__DEATH_EXIT,    /* it exited by itself */
    CADRE__DEATH_SIGNAL,  /* a signal killed it */
    CADRE__DEATH_SILENT,  /* its loop stood still for longer than worker_timeout */
    CADRE__DEATH_MEMORY,  /* the kernel killed for memory in its cgroup */
    CADRE__DEATH_STARTUP, /* it failed to start */
    CADRE__DEATHS
};

/* What the server is at. Times are monotonic, in ns, but for `started_unix_ns`. */
struct cadre__status_server {
    char state[16];           /* "starting", "serving", "reloading", "stopping" */
    char text[384];           /* as systemd is told; one line */
    char version[32];         /* of the master */
    char conf_path[256];      /* cut */
    uint64_t started_unix_ns; /* when the master started, since 1970 */
    uint64_t started_ns;      /* the same, monotonic */
    uint32_t pid;             /* of the master */
    uint32_t generation;      /* the current one; 0: none yet */
    uint32_t workers;         /* that it is to have */
    uint32_t serving;         /* that accept */
    uint32_t started;         /* 1: the first generation has been up as a whole */
    uint32_t stopping;        /* 1: the server leaves */
    uint64_t reloads_done;    /* how many took effect */
    uint64_t reloads_failed;  /* how many did not */
    uint64_t reload_ended_ns; /* the last one, either way; 0: there was none */
    uint32_t reload_failed;   /* 1: that one failed */
    uint32_t n_generations;   /* in the list below */
    char reload_reason[512];  /* why it failed; "" */
    uint64_t starts;          /* of workers: processes that were started */
    uint64_t deaths[CADRE__DEATHS];
    uint64_t lost; /* requests that workers had in hand when they died */
    struct cadre__status_generation generations[CADRE__STATUS_GENERATIONS]; /* newest first */
};

enum cadre__seat_flags {
    CADRE__SEAT_CRASH_LOOP = 1 << 0, /* it fails again and again */
    CADRE__SEAT_LEAVING = 1 << 1,    /* was told to go: is not replaced */
    CADRE__SEAT_SPARE = 1 << 2,      /* stands by for one that dies */
    CADRE__SEAT_WORN = 1 << 3,       /* is to be recycled */
};

/* One seat. */
struct cadre__status_seat {
    uint32_t used; /* 0: the slot is free, nothing else is valid */
    uint32_t kind; /* enum cadre__child_kind */
    uint32_t generation;
    uint32_t index;       /* a worker's number, from 0 */
    uint32_t pid;         /* 0: no process sits there */
    uint32_t failures;    /* in a row */
    uint32_t flags;       /* enum cadre__seat_flags */
    uint32_t reserved;    /* 0 */
    char state[16];       /* "waiting", "loading", "starting", "ready", "serving", "draining" ... */
    uint64_t spawned_ns;  /* when its process was started; 0: there is none */
    uint64_t deadline_ns; /* without a process: when it is started again; else when it has to have
                             left or started; 0: no such time */
    char reason[256];     /* why the last process ended, or is about to; "" */
};

struct cadre__status_area; /* as it lies in shared memory; see status.c */

/* Makes and lays out the area: `shm` is the caller's. 0 or a negative errno. */
int cadre__status_create(struct cadre__shm *shm, struct cadre__status_area **ret) CADRE_MUST_CHECK;

/* Looks at an area that is attached. -EPROTO where it is none of this build. */
int cadre__status_open(const struct cadre__shm *shm,
                       struct cadre__status_area **ret) CADRE_MUST_CHECK;

/* The master alone: writes a record. */
void cadre__status_write_server(struct cadre__status_area *area,
                                const struct cadre__status_server *server);
void cadre__status_write_seat(struct cadre__status_area *area, uint32_t slot,
                              const struct cadre__status_seat *seat);

/* Reads a record. False: it was being written all the while, as when the master died in the midst;
 * `*ret` is then as new as it can be. Texts end in NUL in any case. */
bool cadre__status_read_server(const struct cadre__status_area *area,
                               struct cadre__status_server *ret);
bool cadre__status_read_seat(const struct cadre__status_area *area, uint32_t slot,
                             struct cadre__status_seat *ret);

/* "starting", "current", "draining"; never NULL. */
const char *cadre__generation_phase_name(uint32_t phase);

/* "exit", "signal", "silent", "memory", "startup"; never NULL. */
const char *cadre__death_name(unsigned death);

#endif
