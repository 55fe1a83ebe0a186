/* SPDX-License-Identifier: MIT */
/*
 * model/idna: names of domains beyond ASCII (IDNA 2008, RFC 5891, after the mapping of UTS #46).
 *
 * By libidn2, which is loaded when a model with a URL or an address of mail is prepared, and not
 * before: a worker without such a model does without its memory. Where Cadre was built without it,
 * or it is not installed, names are what they were: ASCII. Pure but for that; any thread.
 */
#ifndef CADRE_MODEL_IDNA_H
#define CADRE_MODEL_IDNA_H

#include <cadre/macros.h>
#include <cadre/str.h>

#include "base/str.h"

/* Loads the library. What it has is then there for the life of the process; more calls do nothing.
 * May block, one at a time. */
void cadre__idna_load(void);

/*
 * Writes a name behind what is in the buffer: as it is looked up ("xn--bcher-kva.example"), and as
 * people read it ("bücher.example"). The name is UTF-8 and borrowed; of one with a NUL character
 * or that is no UTF-8 there is no form.
 *
 * 0; -EINVAL: it is no name, of which *ret_why tells why (it lives for ever); -EOPNOTSUPP: the
 * library is not there; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__idna_to_ascii(struct cadre_str name, struct cadre__buf *out,
                                          const char **ret_why);
CADRE_MUST_CHECK int cadre__idna_to_unicode(struct cadre_str name, struct cadre__buf *out,
                                            const char **ret_why);

/* Whether a text is ASCII throughout. */
bool cadre__is_ascii(struct cadre_str text);

#endif
