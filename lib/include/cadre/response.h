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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;
struct json_t; /* jansson's, by <jansson.h> */

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

/*
 * Says that the response depends on a field of the request, "accept-encoding": adds it to the field
 * `vary` where it does not stand there yet, so that caches keep responses apart. Never suspends.
 * Errors as of cadre_header_set.
 */
CADRE_API CADRE_MUST_CHECK int cadre_vary(struct cadre_request *req, const char *name);

/* --- cookies --- */

/* Whether a browser sends a cookie along with a request that another site has caused. */
enum cadre_same_site {
    CADRE_SAME_SITE_LAX,    /* only when the user follows a link */
    CADRE_SAME_SITE_STRICT, /* never */
    CADRE_SAME_SITE_NONE,   /* always; the cookie has to be secure */
    CADRE_SAME_SITE_UNSET,  /* as the browser thinks */
};

/* A cookie of the response (RFC 6265). What is left out is the default, and is not sent. */
struct cadre_set_cookie {
    const char *name CADRE_OPTIONAL;   /* a token */
    const char *value CADRE_OPTIONAL;  /* any bytes: what is not plain goes in quotes, escaped */
    const char *path CADRE_OPTIONAL;   /* NULL: "/"; "": without, for the request's folder */
    const char *domain CADRE_OPTIONAL; /* NULL: this host alone, without its subdomains */
    int64_t max_age_s CADRE_OPTIONAL;  /* 0: until the browser ends; below 0: it goes at once */
    int64_t expires_s CADRE_OPTIONAL;  /* since 1970, for old browsers; 0: not sent */
    enum cadre_same_site same_site CADRE_OPTIONAL; /* sent as "lax" when left out */
    bool secure CADRE_OPTIONAL;                    /* only over TLS */
    bool http_only CADRE_OPTIONAL;                 /* not for scripts */
    bool partitioned CADRE_OPTIONAL;               /* one for each site that embeds this one */
};

/*
 * Adds a cookie to the response: cadre_cookie_set(req, &(struct cadre_set_cookie){.name = "id",
 * .value = "7"}). All is copied. Never suspends. Errors as of cadre_header_add; -EINVAL also for a
 * cookie that browsers refuse: a name that is no token; SameSite=None, partitioned or a name that
 * begins with __Secure- or __Host- without secure; __Host- with a domain or another path; ';' or
 * control characters in path or domain. Which of these it is, is logged at level debug.
 */
CADRE_API CADRE_MUST_CHECK int cadre_cookie_set(struct cadre_request *req,
                                                const struct cadre_set_cookie *cookie);

/* Has the browser forget a cookie, which it finds by name, path and domain: these must be the same
 * as when it was set, and secure where the name asks for it. Errors as of cadre_cookie_set. */
CADRE_API CADRE_MUST_CHECK int cadre_cookie_delete(struct cadre_request *req,
                                                   const struct cadre_set_cookie *cookie);

/* --- whole responses --- */

/* Sends text/plain; charset=utf-8. A text of NULL, as of a call that had no memory for it, is
 * -ENOMEM. */
CADRE_API int cadre_respond_text(struct cadre_request *req, int status, const char *text);

/* Sends text/html; charset=utf-8. NULL as above. */
CADRE_API int cadre_respond_html(struct cadre_request *req, int status, const char *html);

/*
 * Sends a JSON document of jansson's as application/json: compact, UTF-8 as it is, names in their
 * order. The document stays the caller's. -EINVAL: it is NULL, as jansson's constructors return
 * for what is no JSON (NaN, text that is not UTF-8).
 */
CADRE_API int cadre_respond_json(struct cadre_request *req, int status, const struct json_t *json);

/*
 * Sends the client to another URL, absolute or not, by an empty response of status 301, 302, 303
 * (by GET), 307 or 308 (by the same method; for ever). What no URL holds, spaces and bytes beyond
 * ASCII, is percent-encoded; the rest stays as it is. -EINVAL: another status, or control bytes; a
 * url of NULL: -ENOMEM.
 */
CADRE_API int cadre_redirect(struct cadre_request *req, int status, const char *url);

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

/* --- files --- */

/* In place of a length: all up to the end of the file. */
#define CADRE_TO_END UINT64_MAX

/*
 * Sends `len` bytes of a regular file from `offset` on, straight from the page cache to the client
 * (sendfile(2)) where the protocol can. Status, range and fields are the handler's to choose: 206
 * and content-range for a part, if it wants. To HEAD the length alone is sent.
 *
 * The descriptor stays the caller's, who may close it as soon as this returns, also in a sync
 * handler, where the bytes are sent when that has returned. Its position stays as it is.
 *
 * Also -ENODATA: the file ends before; -EISDIR, -EBADF ...: nothing was sent, another answer can
 * be. -EIO: it became shorter while it was sent, or cannot be read: the connection is cut, so that
 * the client sees that something is missing.
 */
CADRE_API int cadre_respond_fd(struct cadre_request *req, int status, const char *type, int fd,
                               uint64_t offset, uint64_t len);

/* How a file is answered. What is left out is as said. */
struct cadre_file_options {
    int status CADRE_OPTIONAL;       /* 0: 200; with another, conditions and ranges have no say */
    const char *type CADRE_OPTIONAL; /* NULL: by the name of the file, or of `filename` */
    const char *filename CADRE_OPTIONAL; /* NULL: none; else the client is to save it as that */
    bool show CADRE_OPTIONAL;            /* with a filename: it may show it in place of saving it */
};

/*
 * Sends a file: with its type, entity tag and Last-Modified; 304 or 412 where the request's
 * conditions say so; of a GET the parts that it asks for, 206, or 416 where there are none (RFC
 * 9110 §13, §14); Content-Disposition for a filename (RFC 6266, with RFC 8187 beyond ASCII). Fields
 * that the handler has set (cache-control, etag, content-type) stay. options may be NULL.
 *
 * The file is opened in a thread. May suspend. Also -ENOENT, -EACCES and such: nothing was sent,
 * another answer can be; -EISDIR: it is a folder; -EINVAL: it is no regular file.
 */
CADRE_API int cadre_respond_file(struct cadre_request *req, const char *path,
                                 const struct cadre_file_options *options);

/* --- streamed responses --- */

/* Begins: status and header fields are settled. With content-length set, that many bytes must
 * follow. */
CADRE_API CADRE_MUST_CHECK int cadre_start(struct cadre_request *req, int status);

/* Sends the next bytes of the body. -EINVAL also without cadre_start. */
CADRE_API CADRE_MUST_CHECK int cadre_write(struct cadre_request *req, const void *ptr, size_t len);

/* Sends a part of a file as the next bytes of the body, as cadre_respond_fd. -EINVAL also without
 * cadre_start. */
CADRE_API CADRE_MUST_CHECK int cadre_write_fd(struct cadre_request *req, int fd, uint64_t offset,
                                              uint64_t len);

/* Ends the body. */
CADRE_API CADRE_MUST_CHECK int cadre_end(struct cadre_request *req);

/* --- interim responses: before the response begins --- */

/*
 * Tells the client which links the response will have, while it is still being made (103 Early
 * Hints, RFC 8297): "</style.css>; rel=preload; as=style". Several go in one call, with commas, or
 * in several. Leaves at once; nothing of it is kept for the response itself. May suspend.
 *
 * Browsers take hints for pages only (`sec-fetch-mode: navigate`), and old clients may stumble over
 * any: send them to who can use them. To HTTP/1.0, and from a sync handler, nothing is sent.
 *
 * 0; -EALREADY: the response has begun; -EINVAL: control bytes; -EPIPE; -ECANCELED; -ENOMEM.
 */
CADRE_API int cadre_early_hints(struct cadre_request *req, const char *links);

/* Sends an interim response of any status within 102..199, with one header field, or none where
 * `name` is NULL. The same rules and errors; -EINVAL also for another status (100 is sent when the
 * handler reads a body that the client holds back) or a field as in cadre_header_set. */
CADRE_API int cadre_interim(struct cadre_request *req, int status, const char *name,
                            const char *value);

/* --- trailers: fields behind the body --- */

/*
 * Declares a trailer, whose value is set while the body is made: a checksum, how long it took. It
 * is announced by the field `trailer`. Never suspends. 0; -EINVAL: not a field name, or a field
 * that has to stand in front of a body (content-length, set-cookie, cache-control ...: RFC 9110
 * §6.5.1); -EALREADY: the response has begun; -ENOMEM.
 *
 * Trailers are sent to clients that ask for them (cadre_accepts_trailers), and with HTTP/1.1 only
 * where no content-length was set, since they need chunks. All others get the response without.
 */
CADRE_API CADRE_MUST_CHECK int cadre_trailer_declare(struct cadre_request *req, const char *name);

/*
 * Sets the value of a trailer, until the body has ended; before the response begins it also
 * declares it. One that was declared and not set is not sent. Never suspends. 0; -EINVAL: as
 * above, control bytes in the value, or the response has begun and it was not declared; -EALREADY:
 * the body has ended; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_trailer_set(struct cadre_request *req, const char *name,
                                                 const char *value);

CADRE_END_DECLS

#endif
