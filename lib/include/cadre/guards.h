/* SPDX-License-Identifier: MIT */
/*
 * <cadre/guards.h>: middleware that lets requests in, or not, and says so.
 *
 *     static const struct cadre_trusted_hosts_options hosts = {
 *         .hosts = CADRE_STRINGS("example.org", "*.example.org"),
 *     };
 *     static const struct cadre_middleware middleware[] = {
 *         CADRE_MIDDLEWARE_OF(cadre_trusted_hosts, &hosts),
 *         CADRE_MIDDLEWARE_OF(cadre_https_redirect, NULL),
 *         CADRE_MIDDLEWARE_OF(cadre_security_headers, NULL),
 *         CADRE_MIDDLEWARE_END
 *     };
 */
#ifndef CADRE_GUARDS_H
#define CADRE_GUARDS_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/*
 * Requests for other hosts than these are answered 400 "Invalid host header": so no link that is
 * made out of the Host field leads elsewhere. As Starlette's TrustedHostMiddleware, but that case
 * has no say, as in names of hosts.
 */
struct cadre_trusted_hosts_options {
    /* "example.org"; "*.example.org", which is all below it, not itself; "*": any. Without port; an
     * address of IPv6 in brackets */
    struct cadre_strings hosts CADRE_OPTIONAL;
    /* a host that is not among them is not sent to the one with "www." before it, where that is */
    bool no_www_redirect CADRE_OPTIONAL;
};

/* Its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_trusted_hosts;

/*
 * Requests of scheme http go to the same URL with https, and ws to wss: 307. Behind a proxy that
 * does TLS the scheme is that of X-Forwarded-Proto, of those in the conf's `trusted_proxies`. A
 * port of 80 or 443 is dropped, another one stays. No options.
 */
extern CADRE_API const struct cadre_middleware_type cadre_https_redirect;

/*
 * Who may come, by address: the first list that names it decides, `deny` before `allow`; where
 * there is an `allow`, all others may not. Refused: 403. Each is an address, a network
 * ("10.0.0.0/8", "2001:db8::/32"), "unix" for whoever comes by a UNIX socket, or "*". The address
 * is that of the client behind the conf's `trusted_proxies`.
 */
struct cadre_networks_options {
    struct cadre_strings allow CADRE_OPTIONAL;
    struct cadre_strings deny CADRE_OPTIONAL;
};

/* Its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_networks;

/* In place of a field's default: it is not sent. */
#define CADRE_NO_HEADER ""

/*
 * Fields by which a browser is careful, on every response that does not set them itself. What is
 * left out has its default.
 */
struct cadre_security_headers_options {
    /* Strict-Transport-Security, on https alone; "max-age=31536000" */
    const char *strict_transport_security CADRE_OPTIONAL;
    const char *content_security_policy CADRE_OPTIONAL;    /* none: it depends on the pages */
    const char *content_type_options CADRE_OPTIONAL;       /* X-; "nosniff" */
    const char *frame_options CADRE_OPTIONAL;              /* X-; "DENY" */
    const char *referrer_policy CADRE_OPTIONAL;            /* "strict-origin-when-cross-origin" */
    const char *permissions_policy CADRE_OPTIONAL;         /* none */
    const char *cross_origin_opener_policy CADRE_OPTIONAL; /* "same-origin" */
};

/* Its options may be NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_security_headers;

/*
 * A time that what is inside has until its response begins: then it is cancelled and the answer is
 * 504 "Gateway Timeout". A response that has begun may take as long as it likes (`send_timeout` of
 * the conf is about slow clients). A sync handler cannot be ended: it goes on in its thread
 * (cadre_cancelled() tells it), its answer is dropped, and the 504 comes when it has returned:
 * until then the request, with all that layers keep in it, is that thread's.
 */
struct cadre_time_limit_options {
    uint64_t ms CADRE_OPTIONAL; /* above 0 */
};

/* Its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_time_limit;

/* Says the id of the request (cadre_request_id) in a field of the response. */
struct cadre_request_id_options {
    const char *header CADRE_OPTIONAL; /* "x-request-id" */
};

/* Its options may be NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_request_ids;

CADRE_END_DECLS

#endif
