/* SPDX-License-Identifier: MIT */
/* What a client accepts, with what weight (RFC 9110 §12.4, §12.5.3). Pure; any thread. */
#ifndef CADRE_WEB_ACCEPT_H
#define CADRE_WEB_ACCEPT_H

#include <cadre/str.h>

/*
 * The weight that the value of Accept-Encoding gives to a coding ("br"), in thousandths: that of
 * its own element, case ignored, else that of "*"; 0: not acceptable, as where neither is there.
 * An element whose weight is none has 0.
 */
unsigned cadre__accept_encoding(struct cadre_str field, const char *coding);

#endif
