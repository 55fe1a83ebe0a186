/* SPDX-License-Identifier: MIT */
/*
 * conf/access_format: the pattern of an access log's line, read once.
 *
 * A pattern is text with $variables; their names are nginx's where nginx has such a variable. The
 * names "common", "combined" and "json" stand for patterns of their own. `$name` ends where a
 * letter, digit or underscore does; `${name}` says where it ends itself (in a conf, which takes
 * "${" for an environment variable, it is written `$${name}`); `$$` is a plain dollar sign.
 *
 * The conf's check reads it for its mistakes, each worker to log by it (worker/access_line.h). One
 * allocation, no I/O, never suspends; any thread.
 */
#ifndef CADRE__CONF_ACCESS_FORMAT_H
#define CADRE__CONF_ACCESS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/str.h>

/* Limits of a pattern: its bytes, and how many variables it may have. */
#define CADRE__ACCESS_FORMAT_MAX    2048
#define CADRE__ACCESS_VARIABLES_MAX 64

/* Room for the reason of a failure. */
#define CADRE__ACCESS_FORMAT_WHY_SIZE 256

/* What a step of a line is. All but the first are variables; the table in access_format.c has
 * their names. */
enum cadre__access_what {
    CADRE__ACCESS_TEXT, /* as it is */
    CADRE__ACCESS_REMOTE_ADDR,
    CADRE__ACCESS_REMOTE_PORT,
    CADRE__ACCESS_REMOTE_USER,
    CADRE__ACCESS_TIME_LOCAL,
    CADRE__ACCESS_TIME_ISO8601,
    CADRE__ACCESS_MSEC,
    CADRE__ACCESS_REQUEST,
    CADRE__ACCESS_REQUEST_METHOD,
    CADRE__ACCESS_REQUEST_URI,
    CADRE__ACCESS_URI,
    CADRE__ACCESS_ARGS,
    CADRE__ACCESS_SERVER_PROTOCOL,
    CADRE__ACCESS_SCHEME,
    CADRE__ACCESS_HOST,
    CADRE__ACCESS_SERVER_ADDR,
    CADRE__ACCESS_SERVER_PORT,
    CADRE__ACCESS_STATUS,
    CADRE__ACCESS_BODY_BYTES_SENT,
    CADRE__ACCESS_BYTES_SENT,
    CADRE__ACCESS_REQUEST_LENGTH,
    CADRE__ACCESS_REQUEST_TIME,
    CADRE__ACCESS_REQUEST_COMPLETION,
    CADRE__ACCESS_QUEUE_TIME,
    CADRE__ACCESS_CONNECTION,
    CADRE__ACCESS_CONNECTION_REQUESTS,
    CADRE__ACCESS_WORKER,
    CADRE__ACCESS_PID,
    CADRE__ACCESS_REQUEST_ID,
    CADRE__ACCESS_TRACE_ID,
    CADRE__ACCESS_SPAN_ID,
    CADRE__ACCESS_MODULE,
    CADRE__ACCESS_ROUTE,
    CADRE__ACCESS_HTTP,      /* a header field of the request */
    CADRE__ACCESS_SENT_HTTP, /* one of the response */
    CADRE__ACCESS_WHATS
};

struct cadre__access_step {
    enum cadre__access_what what;
    struct cadre_str text; /* TEXT: what is written; HTTP, SENT_HTTP: the field's name, lower-case,
                              with '-' for '_'; else empty. Points into the format. */
    size_t index;          /* SENT_HTTP: 0 for the first such step and so on; else 0 */
};

struct cadre__access_format {
    struct cadre__access_step *steps; /* owned */
    size_t n_steps;
    size_t n_sent;   /* SENT_HTTP steps */
    size_t text_len; /* bytes of all TEXT steps */
    uint64_t uses;   /* bit N is set where enum value N is among the steps */
    bool json;       /* values are escaped for JSON strings */
};

/*
 * Reads `text`, a name or a pattern; `json` asks for JSON's escapes, which the name "json" has
 * anyhow. 0 with *ret, to be given to _done; -EINVAL with one line in `why`; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__access_format_parse(const char *text, bool json,
                                                struct cadre__access_format *ret,
                                                char why[static CADRE__ACCESS_FORMAT_WHY_SIZE]);

/* Frees the steps. All bytes zero is allowed. */
void cadre__access_format_done(struct cadre__access_format *format);

/* Whether a line has that variable. */
static inline bool cadre__access_format_uses(const struct cadre__access_format *format,
                                             enum cadre__access_what what)
{
    return (format->uses >> what & 1) != 0;
}

#endif
