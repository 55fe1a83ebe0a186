/* SPDX-License-Identifier: MIT */
/*
 * How the calls of the test client wait: for something to happen on an exchange, and for its
 * application to end. No call waits for ever, whatever the application does: one that waits for
 * what cannot come, one that goes on without end, one that does not end when it is cancelled.
 */
#ifndef CADRE_LIB_TEST_WAIT_H
#define CADRE_LIB_TEST_WAIT_H

#include <cadre/macros.h>
#include <stdint.h>

struct cadre__test_exchange;

/* When a call that begins now gives up: a moment of the loop's clock. */
uint64_t cadre__test_wait_until(const struct cadre__test_exchange *ex);

/*
 * Waits until something has happened. May suspend. 0; -ETIMEDOUT: that moment has come; -ECANCELED:
 * a scope around the caller was cancelled; -EDEADLK: nothing can happen any more, or the caller's
 * task was cancelled.
 */
CADRE_MUST_CHECK int cadre__test_wait(struct cadre__test_exchange *ex, uint64_t until_ns);

/* What such an error means, for people: static text. */
const char *cadre__test_wait_text(int error);

/* Waits until the application has ended. Where that cannot come, or takes too long, the response
 * says so, and the application is cancelled and waited for. May suspend. 0, or the error. */
int cadre__test_wait_end(struct cadre__test_exchange *ex);

/* Cancels the application, unless it has ended, and waits for its end. One that goes on all the
 * same, however often it is cancelled, ends the process. May suspend; is not cancelled itself. */
void cadre__test_wait_cancelled(struct cadre__test_exchange *ex);

#endif
