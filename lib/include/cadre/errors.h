/* SPDX-License-Identifier: MIT */
/*
 * <cadre/errors.h>: requests that fail, and what they are answered.
 *
 *     static int not_found(struct cadre_request *req, const struct cadre_problem *problem)
 *     {
 *         return cadre_respondf(req, 404, "text/html", "<h1>%s</h1>", problem->detail);
 *     }
 *
 *     static const struct cadre_error_handler errors[] = {
 *         CADRE_ON_STATUS(404, not_found),
 *         CADRE_ON_ERROR(-EAGAIN, busy),
 *         CADRE_ERRORS_END
 *     };
 *
 *     CADRE_MODULE = { ..., .errors = errors };
 *
 * A handler fails with a status of its choice by `return cadre_fail(req, 404, "no such item")`, or
 * by any negative errno, which is 500. Then the first row for that error is called, else the first
 * for that status, else the first of CADRE_ON_STATUS(0, ...), which is for all. It also gets what
 * the runtime answers itself below the module's mount: 404, 405, and 400, 408, 413 for bodies.
 *
 * Without a row: what cadre_fail said as {"detail": "..."}; else the status's reason, as text, or
 * in the same form where the client's Accept asks for JSON (names it, and text or HTML not before
 * it). A 500 that no row for its error takes is logged. With `debug = true` in the conf it is a
 * page that shows the request, the handler and the error; never turn that on where strangers can
 * ask.
 *
 * Once a response has begun no other one is possible: it is cut, and no row is called.
 */
#ifndef CADRE_ERRORS_H
#define CADRE_ERRORS_H

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/* What went wrong. It and its strings live until the row's handler has returned. */
struct cadre_problem {
    int status;         /* that is to be answered: 404, 500 ... */
    int error;          /* what the handler returned, negative; 0: the runtime found no route */
    const char *detail; /* of cadre_fail; else the reason of the status, "Not Found" */
};

/*
 * Answers in the place of what failed, on the loop, in the request's coroutine; may suspend. What
 * the handler had set for its response is forgotten; Allow of 405 and what cadre_fail_header said
 * are set. Another status than the problem's may be answered. A negative errno, or no response:
 * logged, and answered as without the row.
 */
typedef int (*cadre_error_fn)(struct cadre_request *req, const struct cadre_problem *problem);

/* A row of the table. */
struct cadre_error_handler {
    cadre_error_fn handler CADRE_OPTIONAL;   /* NULL ends the table */
    const char *handler_name CADRE_OPTIONAL; /* for the log */
    int status CADRE_OPTIONAL;               /* 400..599; 0: any */
    int error CADRE_OPTIONAL;                /* a negative errno; 0: any, by its status */
};

#define CADRE_ON_STATUS(status_, handler_)                                                         \
    {                                                                                              \
        .handler = (handler_), .handler_name = #handler_, .status = (status_)                      \
    }
#define CADRE_ON_ERROR(error_, handler_)                                                           \
    {                                                                                              \
        .handler = (handler_), .handler_name = #handler_, .error = (error_)                        \
    }
#define CADRE_ERRORS_END                                                                           \
    {                                                                                              \
        .handler = NULL                                                                            \
    }

/*
 * Fails the request: `return cadre_fail(req, 404, "no such item")`. The detail is copied; NULL: the
 * reason of the status. Returns -CADRE_EHTTP, which the handler hands on; -EINVAL: the status is
 * not within 400..599; -ENOMEM. Never suspends.
 */
CADRE_API CADRE_MUST_CHECK int cadre_fail(struct cadre_request *req, int status,
                                          const char *detail);

/*
 * Sets a header field of the answer to a request that fails by cadre_fail, whoever gives it:
 * Retry-After of 503, WWW-Authenticate of 401; of several for one name the last. Before or after
 * cadre_fail; a request that does not fail forgets it. Never suspends. Errors as of
 * cadre_header_set
 * (<cadre/response.h>), but for -EALREADY.
 */
CADRE_API CADRE_MUST_CHECK int cadre_fail_header(struct cadre_request *req, const char *name,
                                                 const char *value);

CADRE_END_DECLS

#endif
