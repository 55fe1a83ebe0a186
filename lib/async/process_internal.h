/* SPDX-License-Identifier: MIT */
/*
 * lib/async/process_internal.h: the inside of a child process, for the files of lib/async alone:
 * process.c waits for it, process_spawn.c starts it, process_communicate.c speaks with it.
 */
#ifndef CADRE_ASYNC_PROCESS_INTERNAL_H
#define CADRE_ASYNC_PROCESS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "async/io.h"
#include "base/list.h"
#include <cadre/process.h>

enum { CADRE__PROCESS_MAGIC = 0x960ce551 };

struct cadre_process {
    uint32_t magic;
    pid_t pid;
    int pidfd;                       /* -1 once its end was taken */
    bool ended;                      /* `code` or `error` is known */
    int code;                        /* the return code */
    int error;                       /* 0, or -ECHILD: its end went to somebody else */
    struct cadre__io io;             /* watches pidfd until the end */
    struct cadre__list waiters;      /* coroutines (struct waiter) */
    struct cadre_stream *streams[3]; /* our ends of its standard streams, or NULL */
};

/*
 * Takes over a child that was just started: watches for its end. Takes `pidfd`. 0 or a negative
 * errno, and then nothing was taken.
 */
CADRE_MUST_CHECK int cadre__process_adopt(struct cadre_process *process, pid_t pid, int pidfd);

/* As cadre_process_wait(), for the public call of that name. May suspend. */
CADRE_MUST_CHECK int cadre__process_wait(struct cadre_process *process, uint64_t deadline_ns,
                                         int *ret_code, const char *call);

/* Waits for its end, cancelled or not. May suspend. */
void cadre__process_wait_shielded(struct cadre_process *process, const char *call);

#endif
