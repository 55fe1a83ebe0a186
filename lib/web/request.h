/* SPDX-License-Identifier: MIT */
/*
 * The request object that handlers see: one scope and channel, the route that was found, and how
 * far body and response are.
 *
 * It lives on the stack of web/app.c's call, one for each request; what it needs besides comes from
 * the request's arena. While a sync handler runs, the object belongs to its thread: then is_sync is
 * set, memory comes from an arena of its own (the other one's chunks are recycled on the loop's
 * thread), and what is sent goes into a buffer. Accessors are in web/request.c and
 * web/request_names.c, the body in web/body.c, the answers in web/respond.c, web/respond_fd.c
 * (parts of files) and web/interim.c (1xx), trailers of both in web/trailers.c; URLs in web/url.c,
 * cookies in web/cookies.c, JSON in web/json.c, forms in web/form.c; of a WebSocket in
 * web/websocket.c.
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
#include "web/urlencoded.h"
#include <cadre/form.h>
#include <cadre/request.h>
#include <cadre/response.h>

#define CADRE__REQUEST_MAGIC 0x43524551u /* "CREQ" */

struct cadre__cookie_pair;
struct cadre__passage;
struct cadre__request_value;
struct cadre__taps;
struct cadre__websocket;

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

/* What is wrong with what the client sent, found by a call of the handler. */
struct cadre__refusal {
    int error;        /* what the call returned; 0: none */
    int status;       /* to be answered when the handler returns that */
    const char *text; /* with this text; arena, or static */
};

/* Header fields of the answer to a failure. */
struct cadre__failure_header {
    struct cadre__header header;
    struct cadre__failure_header *next; /* arena */
};

/* A part of a file that a sync handler has sent. */
struct cadre__sync_file {
    struct cadre__sync_file *next; /* sent after it */
    struct cadre__file_part part;  /* its descriptor is the request's: a copy of the handler's */
    size_t at;                     /* bytes of sync_body go before it */
};

/* What few requests have. */
struct cadre__request_extras {
    struct cadre__refusal refusal;                 /* the last one */
    struct cadre__failure_header *failure_headers; /* of cadre_fail_header; arena */
    struct cadre__debug_trace *trace; /* where cadre_fail was called; arena; NULL: not noted */

    struct cadre_form *form; /* arena; NULL: not read yet */

    struct cadre__taps *taps; /* what middleware is told; arena; NULL: nothing */

    struct cadre__request_value *values; /* of cadre_request_set; arena; NULL: none */

    struct cadre__websocket *websocket; /* arena; NULL: it is none */

    struct cadre__background *background; /* heap; work behind the response; NULL: none */

    /* cookies, parsed at the first question */
    const struct cadre__cookie_pair *cookies; /* arena */
    size_t n_cookies;
    bool has_cookies; /* they were parsed */

    /* trailers of the request; they live as long as the scope */
    const struct cadre__header *received;
    size_t n_received;

    /* trailers of the response; one without value.ptr was declared and not set */
    struct cadre__header *trailers; /* arena */
    size_t n_trailers;
    size_t size_trailers;
    bool sends_trailers; /* by a message of cadre_send, behind the body */
    bool body_is_over;   /* its last piece was sent by cadre_send, and they follow */

    /* a sync handler runs: the parts of files, in order; arena */
    struct cadre__sync_file *files;
    struct cadre__sync_file **files_end; /* where the next one goes */
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
    const char **params; /* values in the order of the pattern, then of the host; arena */
    struct cadre__passage *passage; /* through the mount's middleware; NULL: there is none */

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
    int status;                    /* that has begun, or is about to; 0: none */
    struct cadre__header *headers; /* headers_inline, or arena */
    size_t n_headers;
    size_t size_headers;
    struct cadre__header headers_inline[CADRE__REQUEST_HEADERS_INLINE];

    struct cadre__request_extras *extras; /* arena; NULL: none */
    void *typed;                          /* what the typed API made for it; NULL: nothing */

    /* a sync handler runs: what it has sent so far */
    bool is_sync;
    bool has_handler_arena;
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

/* What a mount's paths are relative to, behind a proxy that has cut something off: sets root_path.
 * 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_root_path(struct cadre_request *req);

/* The handler's name, of a request whose route was found; of one without, the pattern. */
static inline const char *cadre__request_handler_name(const struct cadre_request *req)
{
    const char *name = req->route->row->handler_name;

    return name != NULL ? name : req->route->text;
}

/* Takes note of a route without parameters. 0; -ENOMEM. */
CADRE_MUST_CHECK static inline int cadre__request_note_route(struct cadre_request *req,
                                                             const struct cadre__mount *mount,
                                                             const struct cadre__mount_route *route)
{
    req->mount = mount;
    req->route = route;
    req->channel->module = mount->name;
    req->channel->route = route->text;
    req->root_path = mount->path;
    return req->scope->root_path.len > 0 ? cadre__request_root_path(req) : 0;
}

/* The same of any route; copies what its parameters matched. */
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

/* --- between the files of the request --- */

/* The parameter of that name and its value; NULL: the route has none. */
const struct cadre__pattern_segment *cadre__request_param(const struct cadre_request *req,
                                                          const char *name, const char **ret_value);

/* The extras, made at the first call; NULL: ENOMEM. */
struct cadre__request_extras *cadre__request_extras(struct cadre_request *req);

/* web/refusal.c: notes that the client's request is wrong, and returns `error`: a handler that
 * returns the same without a response gets that status and text sent. The text is borrowed for the
 * request's life. */
int cadre__request_refuse(struct cadre_request *req, int error, int status, const char *text);

/* What to answer to a handler that returned that error, or NULL. */
const struct cadre__refusal *cadre__request_refusal(const struct cadre_request *req, int error);

/* Whether the response has trailers: some were declared. */
static inline bool cadre__request_has_trailers(const struct cadre_request *req)
{
    return req->extras != NULL && req->extras->n_trailers > 0;
}

/* Whether middleware is told of something. */
static inline bool cadre__request_has_taps(const struct cadre_request *req)
{
    return req->extras != NULL && req->extras->taps != NULL;
}

/* Whether a sync handler has sent parts of files. */
static inline bool cadre__request_has_files(const struct cadre_request *req)
{
    return req->extras != NULL && req->extras->files != NULL;
}

/* A copy of a field that a response may have. Errors as of cadre_header_set. */
CADRE_MUST_CHECK int cadre__request_copy_header(struct cadre_request *req, const char *name,
                                                const char *value, struct cadre__header *ret);

/* A field's name, lower-case, in memory of the request or known; its value without white space at
 * its ends. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_copy_name(struct cadre_request *req, const char *name,
                                              struct cadre_str *ret);
CADRE_MUST_CHECK int cadre__request_copy_value(struct cadre_request *req, const char *value,
                                               struct cadre_str *ret);

/* Adds a header field whose strings live as long as the request. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_push_header(struct cadre_request *req, struct cadre_str name,
                                                struct cadre_str value);

/* Sets the content type of a whole response and drops a content-length that the protocol says
 * better. NULL: that of cadre_header_set. 0; -EALREADY: it has begun; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_set_type(struct cadre_request *req, int status,
                                             const char *type);

/* Send to the channel, or note what a sync handler sends; the last piece of the body brings the
 * trailers along. A file is never noted here. May suspend. Errors as of <cadre/response.h>. */
CADRE_MUST_CHECK int cadre__request_send_event(struct cadre_request *req,
                                               const struct cadre__event *event);
CADRE_MUST_CHECK int cadre__request_send_start(struct cadre_request *req, int status);
CADRE_MUST_CHECK int cadre__request_send_body(struct cadre_request *req, const void *ptr,
                                              size_t len, bool more);
CADRE_MUST_CHECK int cadre__request_send_file(struct cadre_request *req,
                                              const struct cadre__file_part *part, bool more);

/* web/respond_prepared.c: whether an answer may go out by a head that was made before: nothing else
 * wants to be said in it or to see it. */
static inline bool cadre__request_takes_prepared(const struct cadre_request *req)
{
    return req->n_headers == 0 && !req->is_sync && req->phase == CADRE__REQUEST_OPEN &&
           !cadre__request_has_taps(req) && !cadre__request_has_trailers(req);
}

/* Answers by that head, which has to live as long as the request, and `body`, or where that has no
 * ptr by the part of a file. Only where the request takes it. May suspend. Errors as of
 * <cadre/response.h>. */
CADRE_MUST_CHECK int cadre__request_respond_prepared(struct cadre_request *req,
                                                     const struct cadre__prepared *prepared,
                                                     struct cadre_str body,
                                                     const struct cadre__file_part *part);

/* web/respond_fd.c: answers by a part that is known to be in the file; the rest as of
 * cadre_respond_fd. */
CADRE_MUST_CHECK int cadre__request_respond_part(struct cadre_request *req, int status,
                                                 const char *type,
                                                 const struct cadre__file_part *part);

/* Sends what a sync handler has sent, with parts of files in it. May suspend. */
CADRE_MUST_CHECK int cadre__request_flush_files(struct cadre_request *req);

/*
 * web/body.c: the next piece of the body, from where it is, valid until the next call. 1; 0: the
 * body has ended; or an error as of cadre_body. Of a body that is whole, what cadre_read has left
 * of it. May suspend.
 */
CADRE_MUST_CHECK int cadre__request_next_piece(struct cadre_request *req, struct cadre_str *ret);

/* Takes the next event of the body into req->body; keeps the error for ever. May suspend. */
CADRE_MUST_CHECK int cadre__request_receive(struct cadre_request *req);

/* web/trailers.c: keeps those of the request. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_keep_trailers(struct cadre_request *req,
                                                  const struct cadre__header *trailers, size_t n);
/* Adds the field `trailer` that names those of the response. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__request_announce_trailers(struct cadre_request *req);
/* Sends those of them that were set. May suspend. */
CADRE_MUST_CHECK int cadre__request_send_trailers(struct cadre_request *req);

/*
 * web/app.c: runs fn(arg) in a thread of the pool, as a sync handler: receives the body first,
 * hands the request over, then sends what was answered. The coroutine has that name meanwhile. May
 * suspend. What fn returned; or an error of the body or the channel; -ECANCELED, also where fn has
 * run. 0 with a response of 503 where no thread was free in time.
 */
CADRE_MUST_CHECK int cadre__request_run_sync(struct cadre_request *req, const char *name,
                                             int (*fn)(void *arg), void *arg);

/*
 * Runs fn(arg) in one of the threads for cleanup (<cadre/thread.h>), also where the request was
 * cancelled. It answers nothing: body and response are left alone. May suspend. What fn returned;
 * -EAGAIN: it has not run, since no thread can be made.
 */
CADRE_MUST_CHECK int cadre__request_run_cleanup(struct cadre_request *req, const char *name,
                                                int (*fn)(void *arg), void *arg);

/* web/redirect.c: to the same path with a '/' more at its end, or less, the query kept: 307. May
 * suspend. */
CADRE_MUST_CHECK int cadre__request_redirect_slash(struct cadre_request *req);

/* Sends a response of the runtime's own: the reason of the status as text. May suspend. */
CADRE_MUST_CHECK int cadre__request_respond_status(struct cadre_request *req, int status);

#endif
