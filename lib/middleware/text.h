/* SPDX-License-Identifier: MIT */
/* Lists of words, as options hold them; in header fields: gateway/field_list.h. Pure; any thread.
 */
#ifndef CADRE_MIDDLEWARE_TEXT_H
#define CADRE_MIDDLEWARE_TEXT_H

#include "gateway/field_list.h"
#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>

/* Whether that string is one of them. */
bool cadre__strings_have(const struct cadre_strings *strings, struct cadre_str text);
bool cadre__strings_have_nocase(const struct cadre_strings *strings, struct cadre_str text);

/* Joins them by ", ", on the heap. NULL: ENOMEM. */
CADRE_MUST_CHECK char *cadre__strings_join(const struct cadre_strings *strings);

/* Whether it is a token (RFC 9110 §5.6.2), as names of fields and methods are, in any case of
 * letters. */
bool cadre__is_token(const char *text);

#endif
