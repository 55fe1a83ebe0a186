/* SPDX-License-Identifier: MIT */
/*
 * Cookies as text: the field Cookie of a request, and Set-Cookie of a response (RFC 6265, with
 * SameSite of its revision, and Partitioned). Pure; any thread; in linear time.
 */
#ifndef CADRE_WEB_COOKIE_H
#define CADRE_WEB_COOKIE_H

#include "base/str.h"
#include <cadre/response.h>

/* A cookie of the request, its quotes taken off. */
struct cadre__cookie_pair {
    const char *name;
    const char *value;
};

/* How many cookies the field's value has at most. */
size_t cadre__cookie_count(struct cadre_str text);

/*
 * Cuts the value of a field Cookie, in place: at each ';', at the first '=' of each piece; spaces
 * and tabs around are dropped, a value in double quotes is taken out of them with its escapes (\"
 * and \ooo) undone. A piece without '=' is a value whose name is "". Text ends in NUL, and lives as
 * long as the pairs, for which there is room. How many there are.
 */
size_t cadre__cookie_split(char *text, struct cadre__cookie_pair *pairs);

/*
 * Writes the value of a field Set-Cookie. 0; -EINVAL: no browser would take it so, *ret_why says
 * why in static words; or the buffer's error.
 */
CADRE_MUST_CHECK int cadre__cookie_format(struct cadre__buf *buf,
                                          const struct cadre_set_cookie *cookie,
                                          const char **ret_why);

#endif
