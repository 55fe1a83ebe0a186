/* SPDX-License-Identifier: MIT */
/* Cookies in the demo: a counter that the browser keeps. */
#include "demo.h"

#include <errno.h>
#include <stdlib.h>

SHOWS_SOURCE(cookies);

/* Counts a browser's visits. What comes in a cookie is the client's word: never trust it. */
static int visits(struct cadre_request *req)
{
    const char *text = cadre_cookie(req, "visits");
    long n = text != NULL ? strtol(text, NULL, 10) : 0;
    const struct cadre_set_cookie cookie = {
        .name = "visits",
        .value = cadre_printf(req, "%ld", n > 0 && n < 1000000 ? n + 1 : 1),
        .max_age_s = 3600,
        .http_only = true,
    };
    int r;

    demo_of(req);
    if (cookie.value == NULL)
        return -ENOMEM;
    r = cadre_cookie_set(req, &cookie);
    return r < 0 ? r : cadre_respondf(req, 200, "text/plain", "visit number %s\n", cookie.value);
}

/* Has the browser forget it, and leads it back. */
static int forget(struct cadre_request *req)
{
    int r = cadre_cookie_delete(req, &(const struct cadre_set_cookie){.name = "visits"});

    demo_of(req);
    return r < 0 ? r : cadre_redirect(req, 303, cadre_url_path_for(req, "visits", (char *)NULL));
}

const struct cadre_route cookies_routes[] = {
    CADRE_GET("/visits", visits),
    CADRE_POST("/visits/forget", forget),
    CADRE_ROUTES_END,
};
