/* SPDX-License-Identifier: MIT */
/*
 * <cadre/response.h>: how a handler answers.
 *
 * Either whole, by one call of cadre_respond_*, or streamed: cadre_start, cadre_write as often as
 * needed, cadre_end. Header fields are set before. All of these may suspend while the client reads
 * slowly. The data is taken when they return. In a sync handler they fill a buffer that is sent
 * when the handler returns.
 *
 * Errors of all that send: -EALREADY: there was a response already; -EINVAL: a status outside
 * 200..599 or bytes beyond a declared content-length; -EPIPE: the client has left; -ETIMEDOUT: it
 * read too slowly; -ECANCELED; -ENOMEM. A handler hands them on: `return cadre_respond_text(...)`.
 */
#ifndef CADRE_RESPONSE_H
#define CADRE_RESPONSE_H

#include <cadre/macros.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/*
 * Sets a header field of the response, and replaces fields of that name; cadre_header_add keeps
 * them. Name and value are copied. Never suspends. 0; -EINVAL: not a header name, a value with
 * control bytes, or a field that is the server's own (connection, transfer-encoding ...);
 * -EALREADY: the response has begun; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_header_set(struct cadre_request *req, const char *name,
                                                const char *value);
CADRE_API CADRE_MUST_CHECK int cadre_header_add(struct cadre_request *req, const char *name,
                                                const char *value);

/* --- whole responses --- */

/* Sends text/plain; charset=utf-8. */
CADRE_API int cadre_respond_text(struct cadre_request *req, int status, const char *text);

/*
 * Sends len bytes of that content type; to a text/ type without a charset utf-8 is added. With a
 * type of NULL that of cadre_header_set, or none.
 */
CADRE_API int cadre_respond_bytes(struct cadre_request *req, int status, const char *type,
                                  const void *ptr, size_t len);

/* Sends a formatted body of that content type. Strings go into JSON by cadre_json_quote. */
CADRE_API CADRE_PRINTF(4, 5) int cadre_respondf(struct cadre_request *req, int status,
                                                const char *type, const char *fmt, ...);

/* Sends {"detail": "..."} as application/json, the form in which Cadre's typed API says errors. */
CADRE_API int cadre_error(struct cadre_request *req, int status, const char *detail);

/* Sends no body. */
CADRE_API int cadre_respond_empty(struct cadre_request *req, int status);

/* --- streamed responses --- */

/* Begins: status and header fields are settled. With content-length set, that many bytes must
 * follow. */
CADRE_API CADRE_MUST_CHECK int cadre_start(struct cadre_request *req, int status);

/* Sends the next bytes of the body. -EINVAL also without cadre_start. */
CADRE_API CADRE_MUST_CHECK int cadre_write(struct cadre_request *req, const void *ptr, size_t len);

/* Ends the body. */
CADRE_API CADRE_MUST_CHECK int cadre_end(struct cadre_request *req);

CADRE_END_DECLS

#endif
