/* SPDX-License-Identifier: MIT */
/* What a client of the demo is told of what the store could not do: failure.c. */
#ifndef MODULES_DEMO_FAILURE_H
#define MODULES_DEMO_FAILURE_H

#include <cadre.h>

/*
 * Fails the request for an error of the store (store.h, item.h), and returns what its handler or
 * dependency is to return: 404 for -ENOENT, 503 with Retry-After for -EBUSY, 507 (RFC 4918 §11.5)
 * for -ENOSPC and -EDQUOT. All else stays what it is: 500, and a line in the log. Any thread; never
 * suspends.
 */
CADRE_MUST_CHECK int fail_request(struct cadre_request *req, int error);

#endif
