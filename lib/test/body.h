/* SPDX-License-Identifier: MIT */
/* Bodies that the test client makes: JSON, forms, files (<cadre/test.h>). */
#ifndef CADRE_LIB_TEST_BODY_H
#define CADRE_LIB_TEST_BODY_H

#include <cadre/macros.h>

struct cadre__arena;
struct cadre_test_request;

/*
 * The request with what its `json`, `form` and `files` make as its body and type, in *ret; what it
 * has besides is the same. Memory of the arena. 0; -EINVAL with *ret_why: it is not one body, or a
 * field is not "name=value"; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__test_body_make(struct cadre__arena *arena,
                                           const struct cadre_test_request *request,
                                           struct cadre_test_request *ret, const char **ret_why);

#endif
