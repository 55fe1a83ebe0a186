/* SPDX-License-Identifier: MIT */
/*
 * ipc/heritage: all that a child inherits from the master, in one struct.
 *
 * The master fills it, seals it into a memfd and starts `cadre-worker --heritage FD`; the child
 * takes it before it does anything else. A descriptor that is not listed here is not inherited:
 * all are CLOEXEC in the master, between fork and exec the listed ones are let through
 * (cadre__heritage_pass), and taking makes them CLOEXEC again.
 *
 * The head (magic, layout, size, build id) never changes its place, so that a worker of other
 * sources can be refused with a message. Never suspends.
 */
#ifndef CADRE_IPC_HERITAGE_H
#define CADRE_IPC_HERITAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "base/build.h"
#include "base/shm.h"
#include "ipc/module_pin.h"

#define CADRE__HERITAGE_MAGIC  UINT32_C(0x43644865) /* "CdHe" */
#define CADRE__HERITAGE_LAYOUT 1
#define CADRE__SHM_MAX         8
#define CADRE__LISTEN_MAX      64
#define CADRE__PIN_MAX         64 /* modules whose files are pinned; the first of a conf */
#define CADRE__LISTEN_NAME     64
#define CADRE__LISTEN_ADDRESS  128

enum cadre__child_kind {
    CADRE__CHILD_WORKER = 0,   /* serves */
    CADRE__CHILD_STEWARD = 1,  /* runs the server lifespans of a generation */
    CADRE__CHILD_CHECKER = 2,  /* loads modules for `cadre -t` and reports */
    CADRE__CHILD_REPORTER = 3, /* tells how the server is (status_listen); loads no module */
    CADRE__CHILD_KINDS         /* how many there are */
};

enum cadre__heritage_flags {
    CADRE__HERITAGE_JOURNAL = 1 << 0,    /* log lines with journald's prefix */
    CADRE__HERITAGE_NO_MODULES = 1 << 1, /* checker: do not load modules */
    CADRE__HERITAGE_TERMINAL = 1 << 2,   /* the master runs on a terminal */
    CADRE__HERITAGE_ROUTES = 1 << 3,     /* checker: list the routes of good modules */
    CADRE__HERITAGE_OPENAPI = 1 << 4,    /* checker: tell their OpenAPI documents */
};

/* One shared area. */
struct cadre__heritage_shm {
    char name[CADRE__SHM_NAME_SIZE]; /* "" ends the list */
    int32_t fd;
    uint32_t reserved; /* 0 */
    uint64_t size;     /* in bytes */
};

/* One listening socket. */
struct cadre__heritage_listener {
    char name[CADRE__LISTEN_NAME]; /* of the conf's listen group */
    int32_t fd;
    uint32_t queued; /* 1: reuse_port; the master says later which queues to serve */
    char address[CADRE__LISTEN_ADDRESS]; /* as bound: "127.0.0.1:43211", "unix:/run/x.sock" */
};

struct cadre__heritage {
    /* The head: the same in every layout. Set by cadre__heritage_init. */
    uint32_t magic;                      /* CADRE__HERITAGE_MAGIC */
    uint32_t layout;                     /* CADRE__HERITAGE_LAYOUT */
    uint32_t size;                       /* of this struct */
    char build_id[CADRE__BUILD_ID_SIZE]; /* of the master */
    char version[31];                    /* of the master, for the message */

    /* Who the child is. */
    uint32_t kind;       /* enum cadre__child_kind */
    uint32_t slot;       /* in scoreboard and counters */
    uint32_t index;      /* a worker's number, 0 to workers - 1 */
    uint32_t generation; /* 1 for the first */
    uint32_t flags;      /* enum cadre__heritage_flags */
    int32_t master_pid;
    uint64_t boot_ns; /* when the master started, monotonic */

    /* What it gets. */
    int32_t channel_fd;    /* its end of the channel */
    int32_t conf_fd;       /* the resolved conf, a sealed memfd; -1: none */
    int32_t log_fd;        /* the log; 2 where that is standard error */
    uint32_t log_service;  /* enum cadre__log_service: whose socket log_fd is */
    uint32_t log_facility; /* for syslog */
    int32_t access_fd;     /* workers: the access log; -1: none */
    uint32_t n_shm;
    struct cadre__heritage_shm shm[CADRE__SHM_MAX];
    uint32_t n_listeners;
    struct cadre__heritage_listener listener[CADRE__LISTEN_MAX];
    uint32_t n_pins;                              /* 0: the generation has loaded nothing yet */
    struct cadre__module_pin pin[CADRE__PIN_MAX]; /* workers and stewards */
};

/* Zeroes all, writes the head, sets the descriptors to -1 (the log's to 2). */
void cadre__heritage_init(struct cadre__heritage *heritage);

/* Adds an area. -ENOSPC, -EINVAL (no name, no descriptor). The fd stays the caller's. */
int cadre__heritage_add_shm(struct cadre__heritage *heritage,
                            const struct cadre__shm *shm) CADRE_MUST_CHECK;

/* Adds a listener; `queued` as above. -ENOSPC; -ENAMETOOLONG where a text does not fit. The fd
 * stays the caller's. */
int cadre__heritage_add_listener(struct cadre__heritage *heritage, const char *name, int fd,
                                 const char *address, bool queued) CADRE_MUST_CHECK;

/* Adds the file of a module. -ENOSPC. The fd stays the caller's. */
int cadre__heritage_add_pin(struct cadre__heritage *heritage,
                            const struct cadre__module_pin *pin) CADRE_MUST_CHECK;

/* Seals it into a memfd, CLOEXEC. The descriptor or a negative errno. */
int cadre__heritage_seal(const struct cadre__heritage *heritage) CADRE_MUST_CHECK;

/* Between fork and exec: clears CLOEXEC on all listed descriptors and on `heritage_fd`, the
 * channel's end too. Async-signal-safe. 0 or a negative errno. */
int cadre__heritage_pass(const struct cadre__heritage *heritage, int heritage_fd) CADRE_MUST_CHECK;

/* In the child: reads and checks the heritage behind `fd`, makes all descriptors CLOEXEC and
 * closes `fd`. On failure nothing is closed, and `why` holds one line for the log. -EPROTO: no
 * heritage, or one of another build ("files on disk were upgraded: run `cadre upgrade`"); -EBADF
 * and other negative errnos: a descriptor that is not there. */
int cadre__heritage_take(int fd, struct cadre__heritage *ret, char *why,
                         size_t why_size) CADRE_MUST_CHECK;

/* The area `name`; NULL where it is not listed. Borrowed. */
const struct cadre__heritage_shm *cadre__heritage_find_shm(const struct cadre__heritage *heritage,
                                                           const char *name);

/* "worker", "steward", "checker", "reporter"; NULL for others. */
const char *cadre__child_kind_name(uint32_t kind);

#endif
