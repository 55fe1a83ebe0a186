/* SPDX-License-Identifier: MIT */
/*
 * By what a request is known to others: its id, its place in a trace, and its log lines.
 *
 * The ids come from the gateway, which can tell them at any time; what a handler has asked for is
 * kept in the request, so that its text lives as long. Nothing here suspends.
 */
#include "web/request.h"

#include <errno.h>
#include <stdio.h>

/* Of a log line's buffer, what method and path get. */
#define DESCRIBE_LINE 256

_Static_assert(CADRE__LOG_DESCRIBE_SIZE >=
                   DESCRIBE_LINE + CADRE__REQUEST_ID_SIZE + sizeof(struct cadre__trace),
               "a log line's buffer holds all names");

const char *cadre_request_id(struct cadre_request *req)
{
    cadre__request_check(req);
    if (req->id == NULL)
        req->id = cadre__request_id(req->scope, req->own_id).ptr;
    return req->id;
}

static const struct cadre__trace *trace_of(struct cadre_request *req)
{
    cadre__request_check(req);
    if (!req->has_trace) {
        cadre__trace_of(req->scope, &req->trace);
        cadre__traceparent_format(&req->trace, req->traceparent);
        req->has_trace = true;
    }
    return &req->trace;
}

const char *cadre_traceparent(struct cadre_request *req)
{
    (void)trace_of(req);
    return req->traceparent;
}

const char *cadre_tracestate(struct cadre_request *req)
{
    struct cadre_str state;

    cadre__request_check(req);
    if (req->tracestate == NULL) {
        if (cadre__tracestate_of(req->scope, req->arena, &state) < 0)
            return ""; /* errno is ENOMEM */
        req->tracestate = state.ptr != NULL ? state.ptr : "";
    }
    if (req->tracestate[0] == '\0')
        errno = 0;
    return req->tracestate;
}

const char *cadre_trace_id(struct cadre_request *req)
{
    return trace_of(req)->trace_id;
}

const char *cadre_span_id(struct cadre_request *req)
{
    return trace_of(req)->span_id;
}

const char *cadre_parent_span_id(struct cadre_request *req)
{
    return trace_of(req)->parent_id;
}

bool cadre_trace_is_sampled(struct cadre_request *req)
{
    return trace_of(req)->is_sampled;
}

size_t cadre__request_describe(const struct cadre_request *req,
                               struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS],
                               char buf[CADRE__LOG_DESCRIBE_SIZE])
{
    struct cadre__trace trace;
    char *own_id = buf + DESCRIBE_LINE;
    char *trace_id = own_id + CADRE__REQUEST_ID_SIZE;
    size_t n = 0;

    cadre__request_check(req);
    snprintf(buf, DESCRIBE_LINE, "%.*s %.*s", CADRE_STR_ARGS(req->scope->method),
             CADRE_STR_ARGS(req->scope->path));
    fields[n++] = cadre_log_text("request", buf);
    fields[n++] = cadre_log_str("request_id", cadre__request_id(req->scope, own_id));
    cadre__trace_of(req->scope, &trace);
    if (req->has_trace || trace.parent_id[0] != '\0') {
        memcpy(trace_id, trace.trace_id, sizeof(trace.trace_id));
        fields[n++] = cadre_log_text("trace_id", trace_id);
    }
    return n;
}
