/* SPDX-License-Identifier: MIT */
/*
 * A parser of multipart bodies (RFC 2046 §5.1, RFC 7578): bytes in, steps out, however they are
 * cut. It does no I/O, never suspends and keeps nothing of the data, only the head of a part, up to
 * CADRE__MULTIPART_HEAD_MAX bytes. Time is linear in the input: a boundary holds no CR, so that
 * what looked like a delimiter and was none never has to be looked at again.
 *
 * Lines end in CR LF. What is before the first delimiter and behind the last one is skipped.
 * Next: web/form.c, which makes a form of it.
 */
#ifndef CADRE_WEB_MULTIPART_H
#define CADRE_WEB_MULTIPART_H

#include "base/str.h"
#include <stdint.h>

#define CADRE__MULTIPART_BOUNDARY_MAX 70 /* RFC 2046 §5.1.1 */
#define CADRE__MULTIPART_HEAD_MAX     8192

enum cadre__multipart_step {
    CADRE__MULTIPART_MORE,     /* the input is used up */
    CADRE__MULTIPART_PART,     /* a part begins; ret: its head */
    CADRE__MULTIPART_DATA,     /* ret: its next bytes, at least one */
    CADRE__MULTIPART_PART_END, /* it has ended */
    CADRE__MULTIPART_END,      /* so has the body; from here on always this */
    CADRE__MULTIPART_BAD,      /* it is none: why says so; from here on always this */
};

enum cadre__multipart_state {
    CADRE__MULTIPART_IN_PREAMBLE,
    CADRE__MULTIPART_IN_DATA,
    CADRE__MULTIPART_AT_DELIMITER, /* behind it */
    CADRE__MULTIPART_AT_PADDING,   /* white space on its line */
    CADRE__MULTIPART_AT_DASH,      /* '-' behind it */
    CADRE__MULTIPART_AT_CR,        /* CR behind it */
    CADRE__MULTIPART_IN_HEAD,
    CADRE__MULTIPART_DONE,
    CADRE__MULTIPART_FAILED,
};

struct cadre__multipart {
    enum cadre__multipart_state state;
    const char *why;      /* FAILED: a sentence for the client; static */
    size_t matched;       /* of the delimiter, by which the last input ended */
    size_t ghost;         /* of these, how many are no data in any case */
    size_t delimiter_len; /* of delimiter */
    char delimiter[4 + CADRE__MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
    struct cadre__buf head;                            /* of the part that begins */
};

/* Prepares for a body with that boundary. 0; -EINVAL: it is none. */
CADRE_MUST_CHECK int cadre__multipart_init(struct cadre__multipart *p, struct cadre_str boundary);
void cadre__multipart_done(struct cadre__multipart *p);

/*
 * The next step, which is taken off the front of *input. *ret is valid until the next call, while
 * the input is. MORE: give further bytes, or, if there are none, it was cut short.
 */
enum cadre__multipart_step cadre__multipart_next(struct cadre__multipart *p,
                                                 struct cadre_str *input, struct cadre_str *ret);

/*
 * Takes the next field off a head; the value without white space around it. 1: there is one; 0:
 * there is none; -EINVAL: the line is no field, and nor is one that goes on in the next line.
 */
CADRE_MUST_CHECK int cadre__multipart_field(struct cadre_str *head, struct cadre_str *ret_name,
                                            struct cadre_str *ret_value);

#endif
