/* SPDX-License-Identifier: MIT */
/*
 * Conditional requests (RFC 9110 §13): whether what a client has, or thinks that there is, is what
 * there is. Pure; any thread.
 */
#ifndef CADRE_WEB_PRECONDITION_H
#define CADRE_WEB_PRECONDITION_H

#include "gateway/gateway.h"

/* What tells one state of a representation from another. */
struct cadre__validators {
    struct cadre_str etag; /* with its quotes, "W/" in front of a weak one; absent: none */
    bool has_modified;
    uint64_t modified_s; /* its Last-Modified, since 1970 */
};

enum cadre__precondition {
    CADRE__PRECONDITION_HOLDS,        /* go on */
    CADRE__PRECONDITION_NOT_MODIFIED, /* 304 */
    CADRE__PRECONDITION_FAILED,       /* 412 */
};

/*
 * Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in the order and with
 * the precedence of §13.2.2. A date that is none is passed over. now_s is what a client's year of
 * two digits is compared with.
 */
enum cadre__precondition cadre__precondition_judge(const struct cadre__scope *scope,
                                                   const struct cadre__validators *validators,
                                                   uint64_t now_s);

/*
 * Whether If-Range lets Range count (§13.1.5): there is none, or it holds the entity tag, a strong
 * one, or the very date, which has to be a second old, since one that is not may stand for two
 * states.
 */
bool cadre__precondition_if_range(const struct cadre__scope *scope,
                                  const struct cadre__validators *validators, uint64_t now_s);

#endif
