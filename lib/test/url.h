/* SPDX-License-Identifier: MIT */
/*
 * URLs for the test client: taken apart, and resolved against another one (RFC 3986 §5.2).
 *
 * Only http and https. Texts come from the caller's arena. Never suspends, does not log.
 */
#ifndef CADRE_LIB_TEST_URL_H
#define CADRE_LIB_TEST_URL_H

#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/str.h>

struct cadre__arena;

/* All end in NUL. */
struct cadre__test_url {
    struct cadre_str scheme; /* "http" or "https" */
    struct cadre_str host;   /* "[::1]" keeps its brackets */
    uint16_t port;           /* of the scheme where it is not said */
    struct cadre_str path;   /* as it is sent; begins with '/', or is "*" */
    struct cadre_str query;  /* without '?' */
    bool has_query;
};

/* Resolves `text` against base (NULL: it must have a scheme and a host). A fragment is dropped.
 * 0; -EINVAL: no such URL; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_url_resolve(struct cadre__arena *arena,
                                             const struct cadre__test_url *base, const char *text,
                                             struct cadre__test_url *ret);

/* The whole of it, in the arena; NULL: ENOMEM. */
char *cadre__test_url_format(struct cadre__arena *arena, const struct cadre__test_url *url);

/* "host", or "host:port" where the port is not the scheme's: a Host field. NULL: ENOMEM. */
char *cadre__test_url_authority(struct cadre__arena *arena, const struct cadre__test_url *url);

/* Decodes percent-encoding as a server does. 0; -EINVAL: broken, or a NUL; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_url_decode(struct cadre__arena *arena, struct cadre_str path,
                                            struct cadre_str *ret);

#endif
