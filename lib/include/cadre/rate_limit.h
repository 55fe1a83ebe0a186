/* SPDX-License-Identifier: MIT */
/*
 * <cadre/rate_limit.h>: middleware that lets each client, or whatever else a request is counted
 * for, do only so much in a time.
 *
 *     static const struct cadre_rate_limit_options uploads = {
 *         .requests = 10, .per_ms = 60000,
 *     };
 *     ...
 *         CADRE_MIDDLEWARE_OF(cadre_rate_limit, &uploads),
 *
 * Counted by token buckets (the generic cell rate algorithm, ITU-T I.371), in memory that all
 * workers of the server share: the limit is the server's, however many workers there are. It goes
 * on over a worker's death and a reload, where a key never owes more than the new burst; and
 * over a binary upgrade, unless that changes `rate_limit_keys`. A server that is started begins
 * with full buckets. What one key may do is exact. How many keys are known at a time is
 * `rate_limit_keys` of the conf; beyond it the one that is nearest to a full bucket is forgotten.
 *
 * A request that is too much is answered 429 "Too Many Requests" with Retry-After, in whole seconds
 * (RFC 9110 §10.2.3), and costs nothing else. With `.headers` each response says where its client
 * stands, by RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10):
 *
 *     ratelimit-policy: "uploads";q=10;w=60
 *     ratelimit: "uploads";r=7;t=18
 */
#ifndef CADRE_RATE_LIMIT_H
#define CADRE_RATE_LIMIT_H

#include <cadre/macros.h>
#include <cadre/middleware.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/* What requests are counted for. */
enum cadre_rate_key {
    CADRE_RATE_CLIENT, /* the client's address, behind the conf's `trusted_proxies` */
    CADRE_RATE_HEADER, /* the value of a header field; without it, the client's address */
    CADRE_RATE_ALL,    /* all together */
};

/*
 * A key of one's own: sets *ret to the bytes that it is, which live until the request is answered;
 * left as it is, absent, the request is not counted. On the loop, before the route is looked for;
 * may suspend. 0, or a negative errno, which is answered as a handler's is.
 */
typedef int (*cadre_rate_key_fn)(struct cadre_request *req, struct cadre_str *ret);

/* What is left out is as said. */
struct cadre_rate_limit_options {
    /* how many requests in `per_ms`, on the long run; 1 .. 1000000000 */
    uint32_t requests CADRE_OPTIONAL;
    uint64_t per_ms CADRE_OPTIONAL; /* 1000 */
    /* how many may come at once after a pause: the size of the bucket; as many as `requests` */
    uint32_t burst CADRE_OPTIONAL;
    enum cadre_rate_key key CADRE_OPTIONAL;
    const char *header CADRE_OPTIONAL;       /* of CADRE_RATE_HEADER: its name */
    cadre_rate_key_fn key_fn CADRE_OPTIONAL; /* in place of `key` */
    /* so many bits of an address are the client: one has a whole network of IPv6 to itself */
    uint8_t ipv4_bits CADRE_OPTIONAL; /* 32 */
    uint8_t ipv6_bits CADRE_OPTIONAL; /* 64 */
    bool headers CADRE_OPTIONAL;      /* responses say how much is left */
    /*
     * Of the limit: lower-case letters, digits, '-', '_', '.'; "default". Two limits of a module
     * that are alike in name, kind of key and per_ms count together; they have to be alike in the
     * rest too, or else the module is refused.
     */
    const char *name CADRE_OPTIONAL;
};

/* The type; its options are never NULL. */
extern CADRE_API const struct cadre_middleware_type cadre_rate_limit;

CADRE_END_DECLS

#endif
