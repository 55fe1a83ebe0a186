/* SPDX-License-Identifier: MIT */
/* A time until the response begins (<cadre/guards.h>). */
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <cadre/scope.h>
#include <errno.h>
#include <stdio.h>

static int limit_setup(const struct cadre_middleware_setup *setup, const void *options,
                       void **ret_self)
{
    const struct cadre_time_limit_options *limit = options;

    if (limit == NULL || limit->ms == 0) {
        snprintf(setup->why, setup->why_size, "ms: say how many milliseconds there are, above 0");
        return -EINVAL;
    }
    (void)ret_self;
    return 0;
}

/* The response begins: it may take its time. `arg` is to the scope, or to NULL behind its end. */
static int end_limit(struct cadre_request *req, void *arg)
{
    struct cadre_scope **scope = arg;

    (void)req;
    if (*scope != NULL)
        cadre_scope_set_deadline(*scope, CADRE_NO_DEADLINE);
    return 0;
}

static int limit_call(struct cadre_request *req, void *self)
{
    const struct cadre_time_limit_options *limit = self;
    struct cadre_scope scope, **known = cadre_alloc(req, sizeof(struct cadre_scope *));
    bool is_late;
    int r;

    if (known == NULL)
        return -ENOMEM;
    *known = &scope;
    cadre_fail_after(&scope, limit->ms);
    r = cadre_on_response(req, end_limit, known);
    if (r == 0)
        r = cadre_next(req);
    is_late = cadre_scope_expired(&scope);
    r = cadre_scope_end(&scope, r);
    *known = NULL;
    if (r < 0 && is_late && cadre_response_status(req) == 0)
        return cadre_respond_text(req, 504, "Gateway Timeout");
    return r;
}

const struct cadre_middleware_type cadre_time_limit = {
    .name = "time_limit",
    .setup = limit_setup,
    .call = limit_call,
};
