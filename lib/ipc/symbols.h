/* SPDX-License-Identifier: MIT */
/*
 * ipc/symbols: what the master asks the symboliser, and what that answers.
 *
 * A pair of SOCK_SEQPACKET sockets, one packet a question and one an answer, in order. The
 * symboliser has its end as standard input. Both are of one build; the head says so. With a
 * question come the files of those objects that the master has open, which are what was loaded,
 * whatever has their names by now.
 */
#ifndef CADRE_IPC_SYMBOLS_H
#define CADRE_IPC_SYMBOLS_H

#include <stdint.h>

#include "ipc/backtrace.h"

#define CADRE__SYMBOLS_MAGIC UINT32_C(0x43645379) /* "CdSy" */
#define CADRE__SYMBOLS_MAX   64

/* A question: a backtrace. */
struct cadre__symbols_question {
    uint32_t magic; /* CADRE__SYMBOLS_MAGIC */
    uint32_t id;    /* comes back in the answer */
    uint32_t files; /* objects whose descriptors come along, in their order; one bit each */
    struct cadre__backtrace trace;
};

/* One place in the sources. A frame whose code is of functions that were inlined has several, the
 * innermost first. */
struct cadre__symbol {
    uint32_t frame;     /* its index */
    uint32_t line;      /* 0: unknown */
    char function[112]; /* "": unknown */
    char file[144];     /* as the compiler was given it; a long one has lost its beginning */
};

struct cadre__symbols_answer {
    uint32_t magic; /* CADRE__SYMBOLS_MAGIC */
    uint32_t id;
    uint32_t n;     /* of symbols, in order of the frames; only these travel */
    uint32_t stale; /* objects whose file was replaced since, one bit each: they have no symbols */
    struct cadre__symbol symbols[CADRE__SYMBOLS_MAX];
};

_Static_assert(CADRE__BACKTRACE_OBJECTS <= 32, "a bit for each object");

#define CADRE__SYMBOLS_ANSWER_SIZE(n)                                                              \
    (offsetof(struct cadre__symbols_answer, symbols) + (n) * sizeof(struct cadre__symbol))

#endif
