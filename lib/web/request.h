/* SPDX-License-Identifier: MIT */
/*
 * The request object that handlers see: one scope and channel, the route that was found, and how
 * far body and response are.
 *
 * It lives on the stack of web/app.c's call, one for each request; what it needs besides comes from
 * the request's arena. While a sync handler runs, the object belongs to its thread: then is_sync is
 * set, memory comes from an arena of its own (the other one's chunks are recycled on the loop's
 * thread), and what is sent goes into a buffer. Accessors are in web/request.c and
 * web/request_names.c, the body in web/body.c, the answers in web/respond.c.
 */
#ifndef CADRE_WEB_REQUEST_H
#define CADRE_WEB_REQUEST_H

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"
#include "gateway/trace_context.h"
#include "web/mount.h"
#include <cadre/request.h>
#include <cadre/response.h>

#define CADRE__REQUEST_MAGIC 0x43524551u /* "CREQ" */

/* So many header fields of a response need no memory of their own. */
#define CADRE__REQUEST_HEADERS_INLINE 8

enum cadre__request_phase {
    CADRE__REQUEST_OPEN,     /* nothing was sent */
    CADRE__REQUEST_STARTED,  /* the start was sent */
    CADRE__REQUEST_COMPLETE, /* all was sent */
};

enum cadre__body_phase {
    CADRE__BODY_UNREAD,   /* no event was received */
    CADRE__BODY_STREAMED, /* cadre_read has taken a part */
    CADRE__BODY_WHOLE,    /* it is in `body` */
    CADRE__BODY_FAILED,   /* body_error says why, for ever */
};

/* A parameter of the query, decoded. */
struct cadre__query_param {
    const char *name;
    const char *value;
};

struct cadre_request {
    uint32_t magic;

    /* set when the request begins */
    const struct cadre__scope *scope;
    struct cadre__channel *channel;
    struct cadre__arena *arena; /* where memory comes from */

    /* set when the route is found; NULL and empty before */
    const struct cadre__mount *mount;
    const struct cadre__mount_route *route;
    const char *root_path;
    const char **params; /* values in the order of the pattern; arena */

    /* body */
    enum cadre__body_phase body_phase;
    int body_error;        /* of the channel */
    bool has_more_body;    /* the channel has more events; while STREAMED */
    struct cadre_str body; /* WHOLE: all; STREAMED: what is left of the last event */
    size_t body_taken;     /* WHOLE: how much of it cadre_read has given */

    /* query, parsed at the first question */
    const struct cadre__query_param *query_params; /* arena */
    size_t n_query_params;
    bool has_query_params; /* it was parsed */

    /* names, each made at the first question */
    const char *id;         /* NULL: not yet */
    const char *tracestate; /* NULL: not yet; arena */
    bool has_trace;         /* trace and traceparent are set */
    char own_id[CADRE__REQUEST_ID_SIZE];
    char traceparent[CADRE__TRACEPARENT_SIZE];
    struct cadre__trace trace;

    /* response */
    enum cadre__request_phase phase;
    int send_error;                /* of the channel, the last one; the client's doing */
    struct cadre__header *headers; /* headers_inline, or arena */
    size_t n_headers;
    size_t size_headers;
    struct cadre__header headers_inline[CADRE__REQUEST_HEADERS_INLINE];

    /* a sync handler runs: what it has sent so far */
    bool is_sync;
    bool has_handler_arena;
    int sync_status;
    struct cadre__buf sync_body;
    struct cadre__arena handler_arena;
};

/*
 * A text that is in every copy of the runtime: the loader refuses a module that holds it, also
 * where the copy's symbols are hidden.
 */
extern const char cadre__runtime_marker[];

/* Asserts that req is a request that lives. */
void cadre__request_check(const struct cadre_request *req);

/* Begins a request. The names are borrowed for its life. */
void cadre__request_init(struct cadre_request *req, const struct cadre__scope *scope,
                         struct cadre__channel *channel);

/* Runs what a sync handler has deferred and frees its memory. */
void cadre__request_done(struct cadre_request *req);

/*
 * Takes note of the route and copies what its parameters matched. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__request_set_route(struct cadre_request *req,
                                              const struct cadre__mount *mount,
                                              const struct cadre__mount_route *route,
                                              const struct cadre_str *params);

/* The fields of log lines, request="GET /path" request_id=..., and trace_id= where the client has
 * sent one or the handler has asked for it: a cadre__log_describe_fn. Any thread. */
size_t cadre__request_describe(const struct cadre_request *req,
                               struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS],
                               char buf[CADRE__LOG_DESCRIBE_SIZE]);

/*
 * Hands the request over to a sync handler: from here until _leave_sync only its thread touches it.
 * The body must be WHOLE or FAILED. _leave_sync comes back.
 */
void cadre__request_enter_sync(struct cadre_request *req);
void cadre__request_leave_sync(struct cadre_request *req);

/* Forgets header fields, and what a sync handler has answered: for an answer in place of it. Not
 * after anything was sent. */
void cadre__request_discard(struct cadre_request *req);

/* Sends what a sync handler has answered, if anything. May suspend. Errors as of the channel. */
CADRE_MUST_CHECK int cadre__request_flush_sync(struct cadre_request *req);

/* Sends a response of the runtime's own: the reason of the status as text. May suspend. */
CADRE_MUST_CHECK int cadre__request_respond_status(struct cadre_request *req, int status);

#endif
