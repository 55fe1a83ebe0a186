/* SPDX-License-Identifier: MIT */
/* 500 routes with parameters and models, for tests/bench/openapi.py and bench_openapi.c. */
#include <cadre.h>

struct item {
    const char *name;
    double price;
    struct cadre_opt_str note;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name, .min_length = 1, .max_length = 80),
    CADRE_FIELD(struct item, price, CADRE_GT(0), .description = "In euro"),
    CADRE_FIELD(struct item, note),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

struct ask {
    int64_t item_id;
    int limit;
    struct cadre_opt_str q;
};
static const struct cadre_field ask_fields[] = {
    CADRE_PATH(struct ask, item_id, CADRE_GE(1)),
    CADRE_QUERY(struct ask, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
    CADRE_QUERY(struct ask, q, .max_length = 50),
    CADRE_FIELDS_END,
};
CADRE_MODEL(ask_params, struct ask, ask_fields);

static int read_thing(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "thing");
}

/* clang-format off */
#define ONE(x)     CADRE_GET("/things/" #x "/{item_id}", read_thing, .name = "read_thing_" #x, \
                             .params = &ask_params, .response = &item_model, \
                             .summary = "Read a thing of the kind " #x),
#define TEN(x)     ONE(x##0) ONE(x##1) ONE(x##2) ONE(x##3) ONE(x##4) \
                   ONE(x##5) ONE(x##6) ONE(x##7) ONE(x##8) ONE(x##9)
#define HUNDRED(x) TEN(x##0) TEN(x##1) TEN(x##2) TEN(x##3) TEN(x##4) \
                   TEN(x##5) TEN(x##6) TEN(x##7) TEN(x##8) TEN(x##9)
/* clang-format on */

static const struct cadre_route routes[] = {
    HUNDRED(1) HUNDRED(2) HUNDRED(3) HUNDRED(4) HUNDRED(5) CADRE_ROUTES_END,
};

CADRE_MODULE = {.title = "500 routes", .version = "1.0.0", .routes = routes};
