/* SPDX-License-Identifier: MIT */
/*
 * The place of a request in a trace: W3C Trace Context, level 1
 * (https://www.w3.org/TR/trace-context-1/).
 *
 * Where a client sends a traceparent that may be taken (the conf's trace_context) and is right to
 * the letter, its trace goes on and the request becomes a span in it; else a trace begins here. The
 * ids of our own are made as those of gateway/request_id.h: a function of the server's key and the
 * request's number, so that nothing is paid for before somebody asks.
 *
 * Pure, any thread while the scope lives, never suspends.
 */
#ifndef CADRE_GATEWAY_TRACE_CONTEXT_H
#define CADRE_GATEWAY_TRACE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>
#include <cadre/str.h>

struct cadre__arena;
struct cadre__scope;

/* A request in its trace; texts in lower-case hexadecimal. */
struct cadre__trace {
    char trace_id[33];
    char span_id[17];   /* of this request: the parent of what it asks of others */
    char parent_id[17]; /* of the client's; "" where the trace begins here */
    bool is_sampled;    /* somebody before us records this trace */
};

/* What cadre__traceparent_format writes, with its NUL. */
#define CADRE__TRACEPARENT_SIZE 56

/* Fills in the trace of a request. */
void cadre__trace_of(const struct cadre__scope *scope, struct cadre__trace *ret);

/*
 * Reads a traceparent (§3.2) but for the span_id. Of a later version what version 00 has is taken,
 * as §4.3 wants it. False, and nothing is written, where a trace must begin anew.
 */
CADRE_MUST_CHECK bool cadre__traceparent_parse(struct cadre_str text, struct cadre__trace *ret);

/* Writes the traceparent for what this request asks of others: version 00, and of the flags only
 * `sampled`. */
void cadre__traceparent_format(const struct cadre__trace *trace, char out[CADRE__TRACEPARENT_SIZE]);

/*
 * The tracestate to pass on, several fields joined (§3.3): absent where there is none, where the
 * trace begins here, and where it breaks the grammar, holds a key twice, or more than 32 members.
 * In memory of the arena; ends in NUL. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__tracestate_of(const struct cadre__scope *scope,
                                          struct cadre__arena *arena, struct cadre_str *ret);

/* Whether one tracestate, joined, keeps to all of that. */
bool cadre__tracestate_is_valid(struct cadre_str text);

#endif
