/* SPDX-License-Identifier: MIT */
/*
 * A response that the test client has received. It has an arena and buffers of its own, is filled
 * by test/exchange.c and freed by the client. What tests see of it is in <cadre/test.h>.
 */
#ifndef CADRE_LIB_TEST_RESPONSE_H
#define CADRE_LIB_TEST_RESPONSE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"
#include "gateway/gateway.h"
#include <cadre/test.h>

/* Fields, in the response's arena. */
struct cadre__test_fields {
    struct cadre__header *list;
    size_t n;
};

/* An interim response. */
struct cadre__test_interim {
    struct cadre__test_interim *next;
    int status;
    struct cadre__test_fields fields;
};

struct cadre_test_response {
    struct cadre__list link; /* in the client's */
    struct cadre__arena arena;
    const char *method; /* of the request, for messages */
    const char *url;
    unsigned redirects;
    int status; /* 0: none */
    int result; /* of the application */
    bool is_cut;
    bool is_done;        /* nobody waits for it any more: it may be forgotten */
    const char *failure; /* "" without */
    struct cadre__test_fields header, trailers;
    struct cadre__test_interim *interims, **interims_end;
    struct cadre__buf body;
    struct json_t *json; /* of the body, once it was asked for; the arena drops it */
};

/* Makes an empty one for a request. NULL: ENOMEM. */
struct cadre_test_response *cadre__test_response_new(const char *method, const char *url);
void cadre__test_response_free(struct cadre_test_response *res);

/* Notes why there is none, or not all of it: formatted; the first one stays. */
void cadre__test_response_fail(struct cadre_test_response *res, const char *fmt, ...)
    CADRE_PRINTF(2, 3);

/* Copies fields into the arena of the response. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__test_fields_copy(struct cadre__arena *arena,
                                             const struct cadre__header *from, size_t n,
                                             struct cadre__test_fields *ret);

/* The value of the first one of that name, case ignored; NULL without one. */
const char *cadre__test_fields_find(const struct cadre__test_fields *fields, const char *name);

#endif
