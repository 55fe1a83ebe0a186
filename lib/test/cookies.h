/* SPDX-License-Identifier: MIT */
/*
 * The test client's cookies: a jar by the rules of RFC 6265 §5 that matter within a test: domain,
 * path, Secure, Max-Age and Expires, replacement and order. There is no list of public suffixes.
 *
 * Max-Age counts on the loop's clock, so that a test clock ends a session; Expires is compared with
 * the time of day. Heap; never suspends, does not log.
 */
#ifndef CADRE_LIB_TEST_COOKIES_H
#define CADRE_LIB_TEST_COOKIES_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

struct cadre__arena;
struct cadre__test_cookie;
struct cadre__test_url;

/* All zeros is empty. */
struct cadre__test_cookies {
    struct cadre__test_cookie *first; /* the longest path first, of equals the oldest */
};

/* Takes one Set-Cookie field of a response from that URL; one that may not be set is ignored. 0;
 * -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_cookies_take(struct cadre__test_cookies *jar,
                                              const struct cadre__test_url *url, const char *field,
                                              uint64_t now_ns);

/* Sets one for the host of the URL and all its paths; value NULL: removes it. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_cookies_set(struct cadre__test_cookies *jar,
                                             const struct cadre__test_url *url, const char *name,
                                             const char *value);

/* The value of that name which goes to the URL; NULL without one. Borrowed until the next change.
 */
const char *cadre__test_cookies_get(struct cadre__test_cookies *jar,
                                    const struct cadre__test_url *url, const char *name,
                                    uint64_t now_ns);

/* The Cookie field for a request to the URL, in the arena; *ret is NULL where there are none. 0;
 * -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_cookies_field(struct cadre__test_cookies *jar,
                                               const struct cadre__test_url *url,
                                               struct cadre__arena *arena, uint64_t now_ns,
                                               const char **ret);

/* Removes all. */
void cadre__test_cookies_clear(struct cadre__test_cookies *jar);

#endif
