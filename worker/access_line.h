/* SPDX-License-Identifier: MIT */
/*
 * One line of an access log: from what is known of a request to text.
 *
 * No protocol is known here: each fills a struct access_entry. Whatever a client sent is escaped,
 * so that a line is one line and a quoted value ends at its quote: by default as nginx does
 * (quotes, backslashes, control characters and all beyond ASCII as \xHH; "-" for what is missing),
 * or for JSON strings (UTF-8 stays, a byte that is none becomes \u00HH; nothing for what is
 * missing, null for a missing number).
 *
 * A line that does not fit has each long value cut, "..." behind it. No I/O, no allocation, never
 * suspends; any thread.
 */
#ifndef WORKER_ACCESS_LINE_H
#define WORKER_ACCESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/access_format.h"
#include <cadre/str.h>

struct cadre__scope;

/* A time or number that is not known. */
#define ACCESS_UNKNOWN UINT64_MAX

/* What is known of a request that is over. All is borrowed. */
struct access_entry {
    /* who asked, and what */
    const struct cadre__scope *scope; /* NULL: refused before there was one */
    struct cadre_str remote_addr;     /* empty: unknown; "unix:" */
    uint16_t remote_port;             /* 0: none */
    struct cadre_str request_line;    /* where no target is known: as far as it came; or empty */
    struct cadre_str method;          /* empty: unknown */
    int http_version;                 /* 10, 11, 20; 0: unknown */
    struct cadre_str target; /* as sent, but for NUL, which stands for '?'; empty: unknown */

    /* what came of it */
    int status;
    bool complete;                /* the answer was given whole */
    uint64_t bytes_sent;          /* of the answer, head and framing included */
    uint64_t body_bytes_sent;     /* its body */
    uint64_t request_length;      /* bytes of the request: head and body */
    uint64_t request_ns;          /* from its first byte to now */
    uint64_t queue_ns;            /* its wait in the kernel; ACCESS_UNKNOWN */
    const struct cadre_str *sent; /* values of the SENT_HTTP steps, by index; NULL: none */
    struct cadre_str request_id;  /* these three: empty where no line has them */
    struct cadre_str trace_id;
    struct cadre_str span_id;
    const char *module; /* NULL: none */
    const char *route;  /* NULL: none */

    /* the connection */
    uint64_t connection;          /* its number in this worker */
    uint64_t connection_requests; /* that it made, this one included */
};

/* Who logs, and the time as text, made anew once a second. */
struct access_line_context {
    unsigned worker; /* its number, from 1 */
    int pid;
    uint64_t wall_ms; /* of now, since 1970 UTC */
    int64_t second;   /* the texts are of */
    char local[80];   /* "21/Nov/2026:07:15:36 +0000" */
    char iso8601[40]; /* "2026-11-21T07:15:36+00:00" */
};

/* A context whose time is not set. */
void access_line_init(struct access_line_context *context, unsigned worker, int pid);

/* Sets the time. */
void access_line_set_time(struct access_line_context *context, uint64_t wall_ms);

/* Writes the line and its '\n' to `out`, at most `size` bytes. Its length; 0: it does not fit. */
size_t access_line_format(const struct cadre__access_format *format,
                          const struct access_line_context *context,
                          const struct access_entry *entry, char *out, size_t size);

#endif
