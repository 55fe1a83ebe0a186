/* SPDX-License-Identifier: MIT */
/*
 * ipc/crash_record: what a child writes about its own death, for the master to read when it has
 * reaped it.
 *
 * A shared area ("crashes") of one record a slot. The thread that dies fills its record in a signal
 * handler, in stages, so that what goes wrong on the way costs only what comes after it. Pages of
 * records that were never written take no memory. The process was out of its mind while it wrote:
 * the master takes a copy by cadre__crash_take(), which checks everything, and trusts it with
 * nothing.
 *
 * Never allocates, blocks, logs or suspends.
 */
#ifndef CADRE_IPC_CRASH_RECORD_H
#define CADRE_IPC_CRASH_RECORD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/shm.h"
#include "ipc/backtrace.h"
#include "ipc/scoreboard.h"

#define CADRE__CRASHES_AREA      "crashes"
#define CADRE__CRASHES_MAGIC     UINT32_C(0x43644372) /* "CdCr" */
#define CADRE__CRASH_THREADS     40
#define CADRE__CRASH_REGISTERS   18
#define CADRE__CRASH_NAME_SIZE   96
#define CADRE__CRASH_LINE_SIZE   512
#define CADRE__CRASH_THREAD_SIZE 16

enum cadre__crash_stage {
    CADRE__CRASH_NONE = 0,    /* nothing was written */
    CADRE__CRASH_SIGNAL = 1,  /* the signal and the registers */
    CADRE__CRASH_SUBJECT = 2, /* who was at work, and for whom */
    CADRE__CRASH_TRACE = 3,   /* the backtrace */
    CADRE__CRASH_WHOLE = 4,   /* the other threads too */
};

/* What a thread was at; "" where that is unknown or none. */
struct cadre__crash_subject {
    char module[CADRE__CRASH_NAME_SIZE];  /* as the conf names it */
    char handler[CADRE__CRASH_NAME_SIZE]; /* that ran, or for which the task ran */
    char task[CADRE__CRASH_NAME_SIZE];    /* the coroutine, where its name is not the handler's */
    char request[CADRE__CRASH_LINE_SIZE]; /* "GET /items?id=7 HTTP/1.1", cut */
};

struct cadre__crash_thread {
    char name[CADRE__CRASH_THREAD_SIZE]; /* "pool thread 2" */
    char module[40];
    char handler[80]; /* or what else it ran; "": nothing */
};

struct cadre__crash_record {
    _Atomic uint32_t stage; /* enum cadre__crash_stage; written last in each stage */

    /* SIGNAL */
    uint32_t tid;
    int32_t signo;
    int32_t code;                          /* si_code */
    int32_t sender;                        /* the pid that sent it, where somebody did; 0 */
    uint32_t n_registers;                  /* in the order of the machine's ucontext */
    uint64_t address;                      /* si_addr, of a fault */
    uint64_t pc, sp;                       /* 0 where the machine is unknown */
    uint64_t stack_size;                   /* of the coroutine whose stack was too small; 0: no */
    char thread[CADRE__CRASH_THREAD_SIZE]; /* "loop", "pool thread 2", its own name */
    uint64_t registers[CADRE__CRASH_REGISTERS];

    /* SUBJECT */
    struct cadre__crash_subject subject;

    /* TRACE */
    struct cadre__backtrace trace;

    /* WHOLE: what the pool's threads were at */
    uint32_t n_threads;
    struct cadre__crash_thread threads[CADRE__CRASH_THREADS];
};

struct cadre__crashes {
    uint32_t magic;       /* CADRE__CRASHES_MAGIC */
    uint32_t slots;       /* CADRE__SLOTS_MAX */
    uint32_t record_size; /* sizeof(struct cadre__crash_record) */
    uint32_t reserved;    /* 0 */
    struct cadre__crash_record records[CADRE__SLOTS_MAX];
};

/* Makes and lays out the area: `shm` is the caller's, and the records live as long as it does. 0 or
 * a negative errno. */
int cadre__crashes_create(struct cadre__shm *shm, struct cadre__crashes **ret) CADRE_MUST_CHECK;

/* Looks at an area that is attached. -EPROTO where it is none of this build. */
int cadre__crashes_open(const struct cadre__shm *shm, struct cadre__crashes **ret) CADRE_MUST_CHECK;

/* The master, before it starts a process in `slot`: nothing is written yet. */
void cadre__crash_clear(struct cadre__crashes *crashes, uint32_t slot);

/* The master, after it reaped: copies what was written, checked and with the rest zero, and clears
 * it. False: nothing was. */
bool cadre__crash_take(struct cadre__crashes *crashes, uint32_t slot,
                       struct cadre__crash_record *ret);

/* The name of register number `i` of this machine; NULL: there is none. */
const char *cadre__crash_register_name(uint32_t i);

#endif
