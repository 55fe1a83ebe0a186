/* SPDX-License-Identifier: MIT */
/*
 * <cadre/request.h>: what a handler asks of its request.
 *
 * All strings end in NUL and live until the handler has returned, as does all memory of
 * cadre_alloc. A request belongs to the handler that was called with it: no other thread and no
 * other coroutine may use it at the same time. Functions that "may suspend" let other requests run
 * meanwhile; in a sync handler they return at once, since the body is there already.
 *
 * What returns NULL (or false) where memory is out has set errno to ENOMEM then. Where NULL can
 * also mean that there is nothing of that name, errno is 0 for that:
 *
 *     const char *page = cadre_query_param(req, "page");
 *     if (page == NULL && errno != 0)
 *         return -errno;
 */
#ifndef CADRE_REQUEST_H
#define CADRE_REQUEST_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

CADRE_BEGIN_DECLS

struct cadre_conf;
struct cadre_request;
struct json_t; /* jansson's, by <jansson.h>, which a module that uses it includes itself */

/* --- the head; never suspends --- */

/* "GET". HEAD stays HEAD, also where the handler for GET answers it. */
CADRE_API const char *cadre_method(const struct cadre_request *req);

/* The whole path, percent-decoded, with that of the mount: "/shop/items/7". */
CADRE_API const char *cadre_path(const struct cadre_request *req);

/* The path as it was sent. */
CADRE_API const char *cadre_raw_path(const struct cadre_request *req);

/* The mount of the module: "/shop", and "" for "/". Links begin with it. */
CADRE_API const char *cadre_root_path(const struct cadre_request *req);

/* The query as it was sent, without '?'; "" without one. */
CADRE_API const char *cadre_query(const struct cadre_request *req);

/* "http" or "https". */
CADRE_API const char *cadre_scheme(const struct cadre_request *req);

/*
 * The host that was asked for, with its port if it was given: the Host field, "example.org:8080",
 * where that is one, else the address and port at which the server listens. Made at each call;
 * NULL: ENOMEM.
 */
CADRE_API const char *cadre_host(struct cadre_request *req);

/* The whole URL of the request, "http://example.org/shop/items/7?verbose", path and query as they
 * were sent. NULL: ENOMEM. */
CADRE_API const char *cadre_url(struct cadre_request *req);

/* The URL of the module's mount, "http://example.org/shop/". NULL: ENOMEM. */
CADRE_API const char *cadre_base_url(struct cadre_request *req);

/* The client's address, "" if unknown, and port, 0 for a UNIX socket. */
CADRE_API const char *cadre_client_address(const struct cadre_request *req);
CADRE_API uint16_t cadre_client_port(const struct cadre_request *req);

/* The value of the first header field of that name, case ignored; NULL without one. */
CADRE_API const char *cadre_header(const struct cadre_request *req, const char *name);

/* The same of that name's field number `index`, from 0, of which there may be several. */
CADRE_API const char *cadre_header_nth(const struct cadre_request *req, const char *name,
                                       size_t index);

/*
 * The header field at that index, from 0, in the order in which they came; names are lower-case.
 * False behind the last one.
 */
CADRE_API bool cadre_header_at(const struct cadre_request *req, size_t index, const char **ret_name,
                               const char **ret_value);

/* What `{name}` of the route matched, percent-decoded; NULL: the route has no such name. */
CADRE_API const char *cadre_path_param(const struct cadre_request *req, const char *name);

/*
 * The value of a query parameter, '+' and %XX decoded (but %00, which stays as it is); of several
 * the last one; "" for one without a value; NULL without one (errno 0), or ENOMEM.
 */
CADRE_API const char *cadre_query_param(struct cadre_request *req, const char *name);

/* Of several of that name the one at that index, from 0, in their order; else as above. */
CADRE_API const char *cadre_query_param_nth(struct cadre_request *req, const char *name,
                                            size_t index);

/* The query parameter at that index, from 0, decoded. False behind the last one (errno 0), or
 * ENOMEM. */
CADRE_API bool cadre_query_param_at(struct cadre_request *req, size_t index, const char **ret_name,
                                    const char **ret_value);

/*
 * The value of a cookie (RFC 6265 §4.2), without quotes around it, whose escapes are taken back;
 * of several the last one. One that has no name has the name "". NULL without one (errno 0), or
 * ENOMEM.
 */
CADRE_API const char *cadre_cookie(struct cadre_request *req, const char *name);

/* The cookie at that index, from 0, as they came. False behind the last one (errno 0), or ENOMEM.
 */
CADRE_API bool cadre_cookie_at(struct cadre_request *req, size_t index, const char **ret_name,
                               const char **ret_value);

/* --- its names, in log lines and for others; made at the first call; never suspends --- */

/*
 * The id of the request: the client's X-Request-ID where the conf's `request_id` takes it, else 32
 * hexadecimal digits of its own, which no other request has. Its log lines hold it (request_id=).
 */
CADRE_API const char *cadre_request_id(struct cadre_request *req);

/*
 * The traceparent to send along with what this request asks of other servers (W3C Trace Context):
 * "00-" trace id "-" span id "-" flags. The trace is the client's where the conf's `trace_context`
 * takes it, else it begins here, not sampled.
 */
CADRE_API const char *cadre_traceparent(struct cadre_request *req);

/* The tracestate to send along, as the client's; "" without one (errno 0), or for ENOMEM. */
CADRE_API const char *cadre_tracestate(struct cadre_request *req);

/* The ids in it: 32 hexadecimal digits of the trace, 16 of this request in it, and 16 of the client
 * that asked, "" where the trace begins here. */
CADRE_API const char *cadre_trace_id(struct cadre_request *req);
CADRE_API const char *cadre_span_id(struct cadre_request *req);
CADRE_API const char *cadre_parent_span_id(struct cadre_request *req);

/* Whether somebody before us records this trace: then we should, too. */
CADRE_API bool cadre_trace_is_sampled(struct cadre_request *req);

/* --- the body --- */

/*
 * The whole body, received before it returns; *ret stays valid until the handler has returned, is
 * followed by a NUL byte, and a second call gives it again. May suspend. 0; -EMSGSIZE: above
 * max_body_size; -ETIMEDOUT: it came too slowly; -EBADMSG: broken framing; -EPIPE: the client left;
 * -EALREADY: cadre_read took a part of it; -ECANCELED; -ENOMEM. A handler that returns one of the
 * first three without a response gets 413, 408, 400 sent.
 */
CADRE_API CADRE_MUST_CHECK int cadre_body(struct cadre_request *req, struct cadre_str *ret);

/*
 * The whole body as a JSON document, by jansson: *ret is the request's, freed when the handler has
 * returned (json_incref() it to keep it longer). The content type is not looked at. Doubled names
 * in an object and documents nested more than 100 deep are refused. Include <jansson.h> to look
 * into it; nothing needs to be linked. May suspend. Errors as of cadre_body, and -EBADMSG: it is no
 * JSON; a handler that returns that without a response gets 400 sent, with the line and column.
 */
CADRE_API CADRE_MUST_CHECK int cadre_json(struct cadre_request *req, struct json_t **ret);

/*
 * What a call found wrong with what the client sent, "Too many files. Maximum number of files is
 * 1000.": the text that is sent when the handler returns that call's error. "" without one. Never
 * suspends.
 */
CADRE_API const char *cadre_refusal(const struct cadre_request *req);

/*
 * The next bytes of the body, at least 1 and at most size (which is not 0); 0 at its end. May
 * suspend. Errors as of cadre_body. After cadre_body it reads from the body that is there.
 */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_read(struct cadre_request *req, void *buf, size_t size);

/*
 * The value of the first trailer of that name, case ignored: a field that came behind the body
 * (RFC 9110 §6.5). NULL without one, and until the body was read to its end. Never suspends.
 * Trailers are kept apart from the header; those that could change what the header says about the
 * message (content-length, host, authorization ...) are left out.
 */
CADRE_API const char *cadre_trailer(const struct cadre_request *req, const char *name);

/* The trailer at that index, from 0, as by cadre_header_at. */
CADRE_API bool cadre_trailer_at(const struct cadre_request *req, size_t index,
                                const char **ret_name, const char **ret_value);

/* Whether the client reads trailers of the response: it has sent `TE: trailers`, on HTTP/1.1 or
 * later. Never suspends. */
CADRE_API bool cadre_accepts_trailers(const struct cadre_request *req);

/* True once the client is known to have left. Never suspends. */
CADRE_API bool cadre_is_disconnected(const struct cadre_request *req);

/* --- the module --- */

/* What the module's lifespan handed to cadre_serving in this worker; NULL without a lifespan. */
CADRE_API void *cadre_state(const struct cadre_request *req);

/*
 * What the module's server lifespan published, read-only and 16-byte aligned, the same in all
 * workers of the generation; NULL and 0 without one.
 */
CADRE_API const void *cadre_server_state(const struct cadre_request *req, size_t *ret_len);

/* The `settings` of the module in the conf; an empty group when it has none (<cadre/conf.h>). */
CADRE_API const struct cadre_conf *cadre_settings(const struct cadre_request *req);

/* The same as the struct of the module's `.settings` (<cadre/module.h>), read-only, as long as the
 * process lives; NULL: it has no such model. */
CADRE_API const void *cadre_settings_value(const struct cadre_request *req);

/* The name of the module in the conf. */
CADRE_API const char *cadre_module_name(const struct cadre_request *req);

/* --- what belongs to the request; never suspends --- */

/*
 * Keeps a pointer with the request under a name, for what runs later on it: middleware for
 * handlers, dependencies for each other (Starlette's request.state). One of the same name is
 * replaced. The name is borrowed until the request ends, what the pointer is to has to live as
 * long; memory of cadre_alloc() does. Of one thread at a time, as the request is. 0; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_request_set(struct cadre_request *req, const char *name,
                                                 void *value);

/* What was kept under that name, or NULL. */
CADRE_API void *cadre_request_get(const struct cadre_request *req, const char *name);

/* --- memory; never suspends --- */

/* Memory of the request: 16-byte aligned, not cleared, gone when the handler has returned. NULL:
 * ENOMEM. */
CADRE_API void *cadre_alloc(struct cadre_request *req, size_t size);

/* A copy of the string, or a formatted one, in memory of the request. NULL: ENOMEM. */
CADRE_API char *cadre_strdup(struct cadre_request *req, const char *text);
CADRE_API CADRE_PRINTF(2, 3) char *cadre_printf(struct cadre_request *req, const char *fmt, ...);

/*
 * The text as a JSON string, with its quotes; what is not UTF-8 becomes U+FFFD. In memory of the
 * request; NULL: ENOMEM.
 */
CADRE_API const char *cadre_json_quote(struct cadre_request *req, const char *text);

/*
 * Calls fn(arg) when the request ends, on any outcome, the last one deferred first: its handler and
 * middleware have returned, its dependencies are released. fn must not suspend and not use the
 * request. 0; -ENOMEM: fn was not noted and will not be called.
 */
CADRE_API CADRE_MUST_CHECK int cadre_defer(struct cadre_request *req, void (*fn)(void *arg),
                                           void *arg);

CADRE_END_DECLS

#endif
