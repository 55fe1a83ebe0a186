/* SPDX-License-Identifier: MIT */
/* Lists as header fields hold them, "a, b" (RFC 9110 §5.6.1). Pure; any thread. */
#ifndef CADRE_GATEWAY_FIELD_LIST_H
#define CADRE_GATEWAY_FIELD_LIST_H

#include <cadre/str.h>
#include <stdbool.h>

/* Cuts the first element off a list, without the white space around it; empty ones are skipped.
 * False: there is none. */
bool cadre__list_next(struct cadre_str *list, struct cadre_str *ret);

/* Whether a list holds that element. */
bool cadre__list_has(struct cadre_str list, struct cadre_str item);
bool cadre__list_has_nocase(struct cadre_str list, struct cadre_str item);

#endif
