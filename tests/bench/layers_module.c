/* SPDX-License-Identifier: MIT */
/* A plaintext hello behind LAYERS layers that do nothing: Cadre's side of tests/bench/layers.py. */
#include <cadre.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_bytes(req, 200, "text/plain", "Hello, World!", 13);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/hello", hello),
    CADRE_ROUTES_END,
};

#if LAYERS > 0
static int nothing(struct cadre_request *req, void *self)
{
    (void)self;
    return cadre_next(req);
}

static const struct cadre_middleware layers[LAYERS + 1] = {
    [0 ... LAYERS - 1] = CADRE_MIDDLEWARE(nothing),
    CADRE_MIDDLEWARE_END,
};
#endif

CADRE_MODULE = {
    .title = "Layers",
    .version = "1",
    .routes = routes,
#if LAYERS > 0
    .middleware = layers,
#endif
};
