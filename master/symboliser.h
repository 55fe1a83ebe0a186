/* SPDX-License-Identifier: MIT */
/*
 * The symboliser as the master sees it: a process that turns frames into functions, files and
 * lines (worker/symboliser.c), started when something has to be looked up.
 *
 * It runs with the rights of the workers whose frames it looks at, never with the master's, in a
 * process of its own, since what it reads are the files that a crashed process has named. One
 * question is asked at a time; one that takes too long costs the process its life, and the next one
 * a start. It goes when nothing was asked for a while. Answers come in the order of the questions,
 * always, if need be without symbols: where the program is not there, or has died. Master only, on
 * the loop's thread; blocks for a fork, never suspends.
 */
#ifndef CADRE_MASTER_SYMBOLISER_H
#define CADRE_MASTER_SYMBOLISER_H

#include <stdbool.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "base/timer.h"
#include "ipc/symbols.h"

struct event_base;
struct symboliser;

/* A lookup takes so long at most. */
#define SYMBOLISER_ANSWER_NS (UINT64_C(5) * 1000000000)
/* So long without a question, and it goes. */
#define SYMBOLISER_IDLE_NS (UINT64_C(30) * 1000000000)
/* Questions that wait; more are answered without symbols. */
#define SYMBOLISER_QUEUE_MAX 64

struct symboliser_options {
    struct event_base *base;      /* borrowed */
    struct cadre__timers *timers; /* borrowed */
    int program_fd;               /* cadre-symboliser, O_PATH; borrowed; -1: there is none */
};

/* Whose rights it gets. */
struct symboliser_rights {
    bool change; /* false: those of the master */
    uid_t uid;
    gid_t gid;
};

/* What became of a question: valid for the call; `answer` is NULL without symbols. */
typedef void (*symboliser_fn)(void *arg, const struct cadre__symbols_answer *answer);

/* NULL: out of memory. */
struct symboliser *symboliser_new(const struct symboliser_options *options);

/* Answers what is open without symbols, and ends the process. NULL is taken. */
void symboliser_free(struct symboliser *s);

/* For the processes that are started from now on. */
void symboliser_set_rights(struct symboliser *s, const struct symboliser_rights *rights);

/* Modules whose files are open, so that they are looked at and not what has their names by now. */
struct symboliser_files {
    const struct cadre__module_pin *pins;
    unsigned n;
};

/* Asks for the symbols of `trace`, which is copied, and so are the descriptors among `files`
 * (NULL: none) that it needs: once for all questions that wait, until they are asked. `fn` is
 * called once, perhaps before this returns. */
void symboliser_ask(struct symboliser *s, const struct cadre__backtrace *trace,
                    const struct symboliser_files *files, symboliser_fn fn, void *arg);

/* Whether a question is open. */
bool symboliser_is_asked(const struct symboliser *s);

/* For whoever reaps all: a process was, which may have been this one. */
void symboliser_reaped(struct symboliser *s, pid_t pid);

#endif
