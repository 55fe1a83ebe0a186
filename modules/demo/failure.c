/* SPDX-License-Identifier: MIT */
/* Errors of the store in the words of HTTP: failure.h. */
#include "failure.h"
#include "demo.h"

#include <errno.h>

/* There are as many items as the conf allows. */
static int fail_full(struct cadre_request *req)
{
    const struct demo_settings *settings = cadre_settings_value(req);
    const char *detail =
        cadre_printf(req,
                     "There are %lld items, as many as there may be (`max_items` of the module's "
                     "settings): delete some first",
                     (long long)settings->max_items);

    return detail != NULL ? cadre_fail(req, 507, detail) : -ENOMEM;
}

static int fail_busy(struct cadre_request *req)
{
    int r = cadre_fail_header(req, "retry-after", "1");

    return r < 0 ? r : cadre_fail(req, 503, "Others write for too long: try again");
}

int fail_request(struct cadre_request *req, int error)
{
    switch (error) {
    case -ENOENT:
        return cadre_fail(req, 404, "There is no such item");
    case -EBUSY:
        return fail_busy(req);
    case -ENOSPC:
        return cadre_fail(req, 507, "The disk is full");
    case -EDQUOT:
        return fail_full(req);
    default:
        return error;
    }
}
