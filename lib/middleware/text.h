/* SPDX-License-Identifier: MIT */
/* Lists of words, as options and header fields hold them ("a, b"). Pure; any thread. */
#ifndef CADRE_MIDDLEWARE_TEXT_H
#define CADRE_MIDDLEWARE_TEXT_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>

/* Whether that string is one of them. */
bool cadre__strings_have(const struct cadre_strings *strings, struct cadre_str text);
bool cadre__strings_have_nocase(const struct cadre_strings *strings, struct cadre_str text);

/* Joins them by ", ", on the heap. NULL: ENOMEM. */
CADRE_MUST_CHECK char *cadre__strings_join(const struct cadre_strings *strings);

/*
 * Cuts the first element off a list of a header field (RFC 9110 §5.6.1), without the white space
 * around it; empty ones are skipped. False: there is none.
 */
bool cadre__list_next(struct cadre_str *list, struct cadre_str *ret);

/* Whether it is a token (RFC 9110 §5.6.2), as names of fields and methods are, in any case of
 * letters. */
bool cadre__is_token(const char *text);

/* Whether such a list holds that element. */
bool cadre__list_has(struct cadre_str list, struct cadre_str item);
bool cadre__list_has_nocase(struct cadre_str list, struct cadre_str item);

#endif
