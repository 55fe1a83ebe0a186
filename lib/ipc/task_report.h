/* SPDX-License-Identifier: MIT */
/*
 * ipc/task_report: what the coroutines of a worker wait for, told on request.
 *
 * The master makes an area for one worker and one question and sends it with TASKS; the worker
 * fills it between two turns of its loop and answers TASKS_TOLD. A worker whose loop is held
 * answers late or never, and writes then into an area that nobody looks at.
 *
 * The master checks what it reads: numbers are bounded by the area, texts end and hold no control
 * bytes. Never blocks but for the kernel's memory, never suspends.
 */
#ifndef CADRE_IPC_TASK_REPORT_H
#define CADRE_IPC_TASK_REPORT_H

#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"

#define CADRE__TASK_REPORT_AREA  "tasks"
#define CADRE__TASK_REPORT_MAGIC UINT32_C(0x43645470) /* "CdTp" */
#define CADRE__TASK_REPORT_MAX   200                  /* tasks that are told of one worker */

enum cadre__task_state {
    CADRE__TASK_RUNS = 0,   /* has the processor, or waits for one that it resumed */
    CADRE__TASK_WAITS = 1,  /* in the call `where` */
    CADRE__TASK_IS_DUE = 2, /* that is over: it runs with the next turn */
    CADRE__TASK_STATES
};

/* One live coroutine. Texts are cut and end in NUL. */
struct cadre__task_row {
    char name[48];       /* its name; of a handler's, the handler */
    char where[32];      /* the call that it waits in, "cadre_sleep"; "" */
    char module[48];     /* that serves its request; "": it has none */
    char handler[64];    /* that it runs or was spawned for; "" */
    char request[160];   /* "GET /items HTTP/1.1"; "": it belongs to none */
    uint64_t age_ns;     /* since it was started */
    uint64_t waiting_ns; /* since it waits; 0 where it runs */
    uint32_t state;      /* enum cadre__task_state */
    uint32_t cancels;    /* how many times it was asked to end */
};

struct cadre__task_report {
    uint32_t magic;    /* CADRE__TASK_REPORT_MAGIC */
    uint32_t row_size; /* sizeof(struct cadre__task_row) */
    uint32_t n;        /* rows below: at most CADRE__TASK_REPORT_MAX, the oldest first */
    uint32_t total;    /* live coroutines */
    struct cadre__task_row row[CADRE__TASK_REPORT_MAX];
};

/* The master: makes an area, `shm` is the caller's. 0 or a negative errno. */
int cadre__task_report_create(struct cadre__shm *shm) CADRE_MUST_CHECK;

/* A worker: takes `fd` and maps the area, empty. 0; -EPROTO: it is none of this build; or another
 * negative errno; `fd` is closed then. */
int cadre__task_report_open(int fd, struct cadre__shm *shm,
                            struct cadre__task_report **ret) CADRE_MUST_CHECK;

/* The master: copies it out, checked. 0 or -EPROTO. */
int cadre__task_report_read(const struct cadre__shm *shm,
                            struct cadre__task_report *ret) CADRE_MUST_CHECK;

/* "running", "waiting", "due"; never NULL. */
const char *cadre__task_state_name(uint32_t state);

#endif
