/* SPDX-License-Identifier: MIT */
/*
 * <cadre/middleware.h>: what stands around the routes of a module: an onion of layers, through
 * which each request goes inwards and its response outwards. The first of the table is the
 * outermost, as in Starlette.
 *
 *     static int stamp_response(struct cadre_request *req, void *arg)
 *     {
 *         return cadre_header_set(req, "x-shop", arg);
 *     }
 *
 *     static int stamp(struct cadre_request *req, void *self)
 *     {
 *         int r = cadre_on_response(req, stamp_response, self);
 *
 *         return r < 0 ? r : cadre_next(req);
 *     }
 *
 *     static const struct cadre_middleware middleware[] = {
 *         CADRE_MIDDLEWARE(stamp, .self = "7"),
 *         CADRE_MIDDLEWARE_END
 *     };
 *
 *     CADRE_MODULE = { ..., .middleware = middleware };
 *
 * A layer runs on the loop, in the request's coroutine, before the route is looked for: it sees
 * every request below the module's mount, also those that end in 404 or 405, and calls of
 * <cadre/path.h> find no parameters yet. It must not block; it may suspend. It either calls
 * cadre_next() once and returns what that returned, or answers itself (or returns an error, which
 * is answered as a handler's is). What the handler sends is sent at once: when cadre_next returns,
 * most responses are on their way. So that a layer can still say something about it there is
 * cadre_on_response(), which is called just before the response begins, and for the bytes of its
 * body cadre_on_send().
 *
 * Work behind the response and releases of dependencies (<cadre/background.h>,
 * <cadre/dependency.h>) come when the outermost layer has returned: layers may add work, and still
 * see the values, those of the function's scope in cadre_on_response().
 */
#ifndef CADRE_MIDDLEWARE_H
#define CADRE_MIDDLEWARE_H

#include <cadre/gateway.h>
#include <cadre/macros.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/*
 * A layer. `self` is the row's; of a type what its setup has made, or else the row's options, which
 * are not to be changed. What it returns is as of a handler
 * (<cadre/route.h>); a negative errno that cadre_next did not return is logged with the layer's
 * name.
 */
typedef int (*cadre_middleware_fn)(struct cadre_request *req, void *self);

/* Where a layer is set up, and what it may say about it. */
struct cadre_middleware_setup {
    const char *module; /* as the conf names it */
    const char *mount;  /* "/shop"; "" for the root */
    char *why;          /* for the reason of a refusal: what, and how to mend it; no full stop */
    size_t why_size;    /* of it, in bytes */
};

/* A kind of layer, for those that have options. One constant object for all of its rows. */
struct cadre_middleware_type {
    const char *name CADRE_OPTIONAL; /* "cors" */
    cadre_middleware_fn call CADRE_OPTIONAL;
    /*
     * Makes the `self` of a row out of its options, while the worker starts, before the lifespans,
     * and again where a conf is checked: it opens nothing that the world sees. 0, and *ret_self is
     * left NULL where the options are all that it needs; -EINVAL with a line in setup->why;
     * -ENOMEM.
     */
    int (*setup)(const struct cadre_middleware_setup *setup, const void *options,
                 void **ret_self) CADRE_OPTIONAL;
    /* Frees what setup has made, behind the last request. May be NULL. */
    void (*done)(void *self) CADRE_OPTIONAL;
};

/* A row of the table. All that it points to lives as long as the module. */
struct cadre_middleware {
    const char *name CADRE_OPTIONAL; /* for the log; NULL ends the table */
    cadre_middleware_fn call CADRE_OPTIONAL;
    void *self CADRE_OPTIONAL;
    const struct cadre_middleware_type *type CADRE_OPTIONAL; /* in place of call and self */
    const void *options CADRE_OPTIONAL;                      /* of the type */
    const char *file CADRE_OPTIONAL;                         /* where the row is written */
    unsigned line CADRE_OPTIONAL;
};

/* CADRE_MIDDLEWARE(call) or CADRE_MIDDLEWARE(call, .self = ...): a layer that is a function. */
#define CADRE_MIDDLEWARE(...) CADRE__LAYER(__VA_ARGS__, )
#define CADRE__LAYER(call_, ...)                                                                   \
    {                                                                                              \
        .name = #call_, .call = (call_), .file = __FILE__, .line = __LINE__, __VA_ARGS__           \
    }

/* A layer of a type, with its options or NULL. */
#define CADRE_MIDDLEWARE_OF(type_, options_)                                                       \
    {                                                                                              \
        .name = #type_, .type = &(type_), .options = (options_), .file = __FILE__,                 \
        .line = __LINE__                                                                           \
    }

/* The last row. */
#define CADRE_MIDDLEWARE_END                                                                       \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/*
 * Goes on inwards: to the next layer, at last to the route and its handler. Once for each layer.
 * May suspend. 0 or positive: there was a response, of the handler's or to its error, or it has
 * begun. A negative errno: there was none (-ECANCELED, -EPIPE and their like, as the handler
 * returned them; the layer may answer), or it was cut; to be returned by the layer. -EALREADY: the
 * layer has called it already; -EDEADLK: it is called by a handler.
 */
CADRE_API CADRE_MUST_CHECK int cadre_next(struct cadre_request *req);

/*
 * Called just before the response begins, on the loop, also where it is one of the server's own
 * (404, 500 ...): may change its header fields by <cadre/response.h> and look at its status by
 * cadre_response_status(). Must not answer, and not suspend. A negative errno is that of the call
 * that sends. Where that fails, for this or for what it was to send, and another answer is tried,
 * it is called again; the header fields that it had set are gone by then.
 */
typedef int (*cadre_on_response_fn)(struct cadre_request *req, void *arg);

/*
 * Has `fn` called when the response of that request begins: those asked for last first, so that
 * inner layers come before outer ones. Never suspends. 0; -EALREADY: it has begun; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_on_response(struct cadre_request *req, cadre_on_response_fn fn,
                                                 void *arg);

/*
 * The status of the response: that which is about to begin, in a function of cadre_on_response, or
 * has begun. 0: none yet. Never suspends.
 */
CADRE_API int cadre_response_status(const struct cadre_request *req);

/*
 * The first header field of that name among those set for the response, in any case of letters;
 * NULL: none. Borrowed until fields are set again. Never suspends.
 */
CADRE_API const char *cadre_response_header(const struct cadre_request *req, const char *name);

/* Drops the header fields of that name. Never suspends. 0, also where there is none; -EALREADY: the
 * response has begun; -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_header_remove(struct cadre_request *req, const char *name);

/*
 * Called for each message of the response on its way out (CADRE_HTTP_RESPONSE_START, whose fields
 * are those of cadre_response_header, and _BODY), inner layers first: it hands on what it likes by
 * cadre_pass(), the same, other ones, more or none. Of a response in one piece it sees a start and
 * a body; of parts of files the bytes. Interim responses and trailers go by. May suspend. A
 * negative errno is that of the call that sends.
 */
typedef int (*cadre_on_send_fn)(struct cadre_request *req, const struct cadre_message *message,
                                void *arg);

/* Has `fn` called for what is sent. Never suspends. Errors as of cadre_on_response. */
CADRE_API CADRE_MUST_CHECK int cadre_on_send(struct cadre_request *req, cadre_on_send_fn fn,
                                             void *arg);

/*
 * In such a function: hands a message on outwards. May suspend. Errors as of cadre_send; -EINVAL
 * also off such a function.
 */
CADRE_API CADRE_MUST_CHECK int cadre_pass(struct cadre_request *req,
                                          const struct cadre_message *message);

/*
 * In such a function: it wants no more of this response. What follows goes by it, at once and at no
 * cost; parts of files that no function looks at are sent by the kernel. A response that replaces
 * this one it sees again. Never suspends. 0; -EINVAL off such a function.
 */
CADRE_API CADRE_MUST_CHECK int cadre_pass_rest(struct cadre_request *req);

/* Called for each piece of the request's body that was received, which it may change in place or
 * replace: by memory that lives as long as the request, or until it is called again. A negative
 * errno is that of the call that reads. May suspend. */
typedef int (*cadre_on_receive_fn)(struct cadre_request *req, struct cadre_message *message,
                                   void *arg);

/* Has `fn` called for what is received: outer layers first. Never suspends. 0; -EALREADY: the body
 * was begun to be read; -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_on_receive(struct cadre_request *req, cadre_on_receive_fn fn,
                                                void *arg);

CADRE_END_DECLS

#endif
