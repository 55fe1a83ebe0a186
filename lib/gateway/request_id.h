/* SPDX-License-Identifier: MIT */
/*
 * The id of a request: the X-Request-ID that came with it, or one of our own.
 *
 * One of our own is a function of the server's key and the request's number. So nothing is made,
 * stored or paid for before somebody asks, and who asks twice gets the same. Without the key
 * nobody can tell one id from another, and keys of two processes differ, so do their ids.
 *
 * Whose X-Request-ID is taken is the conf's choice (request_id): a client that names its request
 * itself can give it the name of another's. Of what is taken each byte is safe in a log line, a
 * header field and JSON. The header itself stays as it came.
 *
 * The same key and number give the ids of a trace (gateway/trace_context.h). All of this is pure,
 * may be called from any thread while the scope lives, and never suspends.
 */
#ifndef CADRE_GATEWAY_REQUEST_ID_H
#define CADRE_GATEWAY_REQUEST_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include <cadre/macros.h>
#include <cadre/str.h>

struct cadre__scope;

/* Whose word is taken about ids. */
enum cadre__ids_from {
    CADRE__IDS_FROM_NOBODY,  /* all are our own */
    CADRE__IDS_FROM_TRUSTED, /* peers among trusted_proxies */
    CADRE__IDS_FROM_ANYBODY,
};

/* How the requests of a server are named. Set once; scopes borrow it. */
struct cadre__ids {
    struct cadre__siphash_key key;
    enum cadre__ids_from request_id;    /* X-Request-ID */
    enum cadre__ids_from trace_context; /* traceparent, tracestate */
};

/* The longest X-Request-ID that is taken, and what one of our own needs with its NUL: 32
 * hexadecimal digits, 128 bits. */
#define CADRE__REQUEST_ID_MAX  128
#define CADRE__REQUEST_ID_SIZE 33

/* Whether a text can be taken: 1 to CADRE__REQUEST_ID_MAX letters, digits and "-._~+/=:@". */
bool cadre__request_id_is_valid(struct cadre_str text);

/*
 * The id of a request: the value of its X-Request-ID where that may be taken, is valid and is the
 * only one; else one of our own, which is written to `buf`. It ends in NUL and lives as long as
 * scope and buf.
 */
struct cadre_str cadre__request_id(const struct cadre__scope *scope,
                                   char buf[CADRE__REQUEST_ID_SIZE]);

/* --- for gateway/trace_context.h --- */

/* What the numbers that belong to one request are for. */
enum cadre__ids_use {
    CADRE__IDS_REQUEST_ID, /* this and the next */
    CADRE__IDS_REQUEST_ID_END,
    CADRE__IDS_TRACE_ID, /* this and the next */
    CADRE__IDS_TRACE_ID_END,
    CADRE__IDS_SPAN_ID,
};

/* Writes 16 lower-case hexadecimal digits for that use, without NUL; never all 0. */
void cadre__ids_make(const struct cadre__scope *scope, enum cadre__ids_use use, char out[16]);

/* Whether what this peer says may be taken. */
bool cadre__ids_may_take(const struct cadre__scope *scope, enum cadre__ids_from from);

#endif
