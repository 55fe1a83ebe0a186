/* SPDX-License-Identifier: MIT */
/*
 * What a trusted proxy says about its client: X-Forwarded-For, -Proto, -Host, -Port, and Forwarded
 * (RFC 7239).
 *
 * Only from a peer among trusted_proxies, and only in headers that forwarded_headers lists. The
 * client is the right-most address that is not a trusted proxy's, since what is left of it anybody
 * may have written; where all are trusted, the left-most. An entry that is no address ("unknown",
 * "_hidden") ends the search as an untrusted one: the client is called so. The headers stay as they
 * came, for whoever wants to look.
 *
 * No I/O, no suspension; what it makes comes from the request's arena.
 */
#ifndef WORKER_FORWARDED_H
#define WORKER_FORWARDED_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/network.h"

struct cadre__arena;
struct cadre__conf_strings;
struct cadre__scope;
struct connection_peer;

/* Which headers are taken, as bits. */
enum forwarded_header {
    FORWARDED_FOR = 1 << 0,
    FORWARDED_PROTO = 1 << 1,
    FORWARDED_HOST = 1 << 2,
    FORWARDED_PORT = 1 << 3,
    FORWARDED_STANDARD = 1 << 4, /* Forwarded */
};

struct forwarded {
    struct cadre__network *trusted; /* heap */
    size_t n_trusted;
    unsigned headers; /* enum forwarded_header */
};

/* Takes both from a conf, where they were checked. 0; -ENOMEM. */
CADRE_MUST_CHECK int forwarded_init(struct forwarded *f, const struct cadre__conf_strings *trusted,
                                    const struct cadre__conf_strings *headers);
void forwarded_done(struct forwarded *f);

/* Is that peer a trusted proxy? */
bool forwarded_is_trusted(const struct forwarded *f, const struct connection_peer *peer);

/* Sets client, scheme and server of the scope, whose headers are filled, as far as a trusted peer
 * tells them. 0; -ENOMEM: nothing has changed that matters. */
CADRE_MUST_CHECK int forwarded_apply(const struct forwarded *f, struct cadre__arena *arena,
                                     struct cadre__scope *scope);

#endif
