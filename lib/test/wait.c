/* SPDX-License-Identifier: MIT */
/* How the calls of the test client wait: test/wait.h. */
#include "config.h"

#include "test/wait.h"

#include <cadre/scope.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"
#include "test/exchange.h"

/* An application that goes on is cancelled so often, with so much time on the clock between. */
#define CANCELS_MAX     100
#define CANCEL_AGAIN_MS 60000

uint64_t cadre__test_wait_until(const struct cadre__test_exchange *ex)
{
    return cadre__deadline(cadre__loop_clock(cadre__loop_current()), ex->timeout_ns);
}

int cadre__test_wait(struct cadre__test_exchange *ex, uint64_t until_ns)
{
    struct cadre__loop *loop = cadre__loop_current();
    struct cadre_scope scope;
    int r;

    cadre_fail_at(&scope, until_ns);
    if (until_ns != CADRE_NO_DEADLINE)
        cadre__loop_patience_begin(loop);
    r = cadre__test_exchange_wait(ex);
    if (until_ns != CADRE_NO_DEADLINE)
        cadre__loop_patience_end(loop);
    r = cadre_scope_end(&scope, r);
    if (r == 0 || r == -ETIMEDOUT)
        return r;
    return cadre_current_deadline() == 0 ? -ECANCELED : -EDEADLK;
}

const char *cadre__test_wait_text(int error)
{
    switch (error) {
    case -ETIMEDOUT:
        return "it takes longer than call_timeout_ms, on the test clock: what never ends is read "
               "by cadre_test_stream_read and left by cadre_test_stream_leave";
    case -ECANCELED:
        return "the test has cancelled it";
    default:
        return "nothing can happen any more: the handler waits for what cannot come";
    }
}

int cadre__test_wait_end(struct cadre__test_exchange *ex)
{
    uint64_t until_ns = cadre__test_wait_until(ex);
    int r = 0;

    while (r == 0 && !ex->done)
        r = cadre__test_wait(ex, until_ns);
    if (ex->done)
        return 0;
    cadre__test_response_fail(ex->res, "%s", cadre__test_wait_text(r));
    cadre__test_wait_cancelled(ex);
    return r;
}

/* Cancels once, and gives it a time to end. */
static void try_to_end(struct cadre__test_exchange *ex)
{
    struct cadre_scope scope;
    int r = 0;

    if (ex->co)
        cadre__coroutine_cancel(ex->co);
    cadre_move_on_after(&scope, CANCEL_AGAIN_MS);
    cadre_scope_set_shield(&scope, true);
    while (r == 0 && !ex->done)
        r = cadre__test_exchange_wait(ex);
    (void)!cadre_scope_end(&scope, r);
}

void cadre__test_wait_cancelled(struct cadre__test_exchange *ex)
{
    for (int i = 0; !ex->done; i++) {
        if (i == CANCELS_MAX) {
            cadre__log(CADRE_LOG_CRITICAL,
                       "the handler of \"%s\" goes on though it was cancelled %d times: it has to "
                       "return when what it waits in returns an error",
                       ex->res->url, CANCELS_MAX);
            abort();
        }
        try_to_end(ex);
    }
}
