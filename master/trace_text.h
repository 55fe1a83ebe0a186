/* SPDX-License-Identifier: MIT */
/*
 * Backtraces as people read them: with functions, files and lines where the symboliser knew them,
 * else with objects and addresses as addr2line(1) takes them.
 *
 *     hold at probe.c:107, block at probe.c:196, run_async at app.c:140, libc.so.6+0x28000
 *
 * Master only; allocates nothing, never suspends. `answer` is NULL where there is none.
 */
#ifndef CADRE_MASTER_TRACE_TEXT_H
#define CADRE_MASTER_TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/backtrace.h"
#include "ipc/symbols.h"

/* Writes the frames, a frame whole or not at all. Returns the length. */
size_t trace_text(const struct cadre__backtrace *trace, const struct cadre__symbols_answer *answer,
                  char *buf, size_t size);

/* Writes where to look first, "hold at probe.c:107": the innermost place with a line that is
 * neither of the C library nor of Cadre itself; without one the innermost frame that is not of
 * these, as far as it is known. False: there is nothing to blame, nothing is written. */
bool trace_blame(const struct cadre__backtrace *trace, const struct cadre__symbols_answer *answer,
                 char *buf, size_t size);

/* The first symbol of frame number `frame`, and how many it has in a row; NULL: none. */
const struct cadre__symbol *trace_symbols(const struct cadre__symbols_answer *answer,
                                          uint32_t frame, uint32_t *ret_n);

/* Makes what the symboliser has written safe to look at; `size` is what came. False: it is no
 * answer. */
bool trace_check_answer(struct cadre__symbols_answer *answer, size_t size);

#endif
