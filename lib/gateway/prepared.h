/* SPDX-License-Identifier: MIT */
/*
 * A head that many responses share: its status and fields, checked once and put into the lines that
 * go over a wire of text. An application that answers alike again and again, by the same file for
 * instance, keeps one and names it in its events: a protocol of text then copies the lines as they
 * are, any other reads the fields, as of any event.
 *
 * It allocates, and does nothing else; any thread, one at a time.
 */
#ifndef CADRE_GATEWAY_PREPARED_H
#define CADRE_GATEWAY_PREPARED_H

#include "gateway/gateway.h"

/* All 0: there is none. Not changed once it is made. */
struct cadre__prepared {
    int status;
    /* heap, with all that they point to, which ends in NUL; nobody writes there */
    struct cadre__header *headers;
    size_t n_headers;
    struct cadre_str lines; /* "HTTP/1.1 200 OK" CR LF, "name: value" CR LF; no empty line behind */
};

/*
 * Makes one, with copies of the fields. 0; -ENOMEM; -EINVAL: the status is none of a response with
 * a body, a field is not valid, or is one that a protocol has to look at itself (a length, a date,
 * the connection ...).
 */
CADRE_MUST_CHECK int cadre__prepared_make(struct cadre__prepared *ret, int status,
                                          const struct cadre__header *headers, size_t n_headers);

/* Frees what it holds; all 0 again. */
void cadre__prepared_done(struct cadre__prepared *prepared);

#endif
