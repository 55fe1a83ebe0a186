/* SPDX-License-Identifier: MIT */
/* What a client accepts, with what weight (RFC 9110 §12.4, §12.5.3). Pure; any thread. */
#ifndef CADRE_WEB_ACCEPT_H
#define CADRE_WEB_ACCEPT_H

#include <cadre/str.h>
#include <stdbool.h>

/*
 * The weight that the value of Accept-Encoding gives to a coding ("br"), in thousandths: that of
 * its own element, case ignored, else that of "*"; 0: not acceptable, as where neither is there.
 * An element whose weight is none has 0.
 */
unsigned cadre__accept_encoding(struct cadre_str field, const char *coding);

/*
 * Whether the value of Accept asks for JSON rather than for text or a page: it names
 * application/json, or a type that ends in +json, with a weight that is not 0 and not below that of
 * text/plain and text/html. A client that takes anything, or says nothing, does not ask for it.
 */
bool cadre__accept_asks_for_json(struct cadre_str field);

#endif
