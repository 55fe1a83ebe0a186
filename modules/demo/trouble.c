/* SPDX-License-Identifier: MIT */
/* What goes wrong in the demo: an error with a status, one without, and the end of a worker. */
#include "demo.h"

#include <errno.h>
#include <signal.h>

SHOWS_SOURCE(trouble);

/* An error with a status and words for the client. */
static int refuses(struct cadre_request *req)
{
    demo_of(req);
    return cadre_fail(req, 409, "somebody else was faster");
}

/* Any other error is a 500, and a line in the log that names this handler. */
static int fails(struct cadre_request *req)
{
    demo_of(req);
    return -EIO;
}

/* Kills the worker. The master logs where, and starts another. */
static int crash(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);

    if (!demo->settings->allow_crash)
        return cadre_error(req, 403,
                           "not allowed: set allow_crash = true in the module's settings, on a "
                           "machine of your own");
    raise(SIGSEGV);
    return -EINTR;
}

const struct cadre_route trouble_routes[] = {
    CADRE_GET("/refuses", refuses),
    CADRE_GET("/fails", fails),
    CADRE_GET("/crash", crash),
    CADRE_ROUTES_END,
};
