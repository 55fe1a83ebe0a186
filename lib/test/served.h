/* SPDX-License-Identifier: MIT */
/*
 * The application that a test client asks: its modules, their settings, mounts and lifespans, made
 * as the steward and a worker make them. Both scopes of lifespans run in this process.
 *
 * Next: web/app.h, web/lifespan.h.
 */
#ifndef CADRE_LIB_TEST_SERVED_H
#define CADRE_LIB_TEST_SERVED_H

#include <cadre/test.h>

struct cadre__app;
struct cadre__loop;
struct cadre__served;

/* Loads and mounts the modules. 0; errors as of cadre_test_open(), with why. */
CADRE_MUST_CHECK int cadre__served_new(const struct cadre_test_app *app, struct cadre__loop *loop,
                                       char *why, size_t why_size, struct cadre__served **ret);

/* The lifespans must be down, or never have started. */
void cadre__served_free(struct cadre__served *served);

/* Starts the lifespans. In a coroutine; may suspend. 0; -CADRE_ESTARTUP, with why; -ENOMEM. */
CADRE_MUST_CHECK int cadre__served_start(struct cadre__served *served, uint64_t timeout_ms,
                                         char *why, size_t why_size);

/* Waits until the work behind responses has ended. In a coroutine; may suspend. 0; -ECANCELED. */
CADRE_MUST_CHECK int cadre__served_join_background(struct cadre__served *served);

/* Cancels the work behind responses, waits for it, and shuts down what is up. In a coroutine; may
 * suspend. 0; the first error. */
int cadre__served_stop(struct cadre__served *served);

struct cadre__app *cadre__served_app(struct cadre__served *served);

#endif
