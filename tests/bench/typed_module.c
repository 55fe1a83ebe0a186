/* SPDX-License-Identifier: MIT */
/* Cadre's side of tests/bench/typed.py: a plain hello, a typed GET, and a body of ten fields. */
#include <cadre.h>

static int plaintext(struct cadre_request *req)
{
    return cadre_respond_bytes(req, 200, "text/plain", "Hello, World!", 13);
}

struct query {
    int64_t item_id;
    int limit;
    const char *q;
};
static const struct cadre_field query_fields[] = {
    CADRE_PATH(struct query, item_id, CADRE_GE(1)),
    CADRE_QUERY(struct query, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
    CADRE_QUERY(struct query, q, .max_length = 50),
    CADRE_FIELDS_END,
};
CADRE_MODEL(query_params, struct query, query_fields);

static const struct cadre_field found_fields[] = {
    CADRE_FIELD(struct query, item_id),
    CADRE_FIELD(struct query, limit),
    CADRE_FIELD(struct query, q),
    CADRE_FIELDS_END,
};
CADRE_MODEL(found_model, struct query, found_fields);

static int read_item(struct cadre_request *req)
{
    return cadre_respond(req, &found_model, cadre_params(req));
}

struct order {
    const char *name, *street, *city, *country, *email, *note;
    int64_t id, quantity;
    double price;
    bool express;
};
static const struct cadre_field order_fields[] = {
    CADRE_FIELD(struct order, id, CADRE_GE(1)),
    CADRE_FIELD(struct order, name, .min_length = 1, .max_length = 80),
    CADRE_FIELD(struct order, street, .max_length = 80),
    CADRE_FIELD(struct order, city, .max_length = 80),
    CADRE_FIELD(struct order, country, .min_length = 2, .max_length = 2),
    CADRE_FIELD(struct order, email, .max_length = 80),
    CADRE_FIELD(struct order, quantity, CADRE_GE(1), CADRE_LE(1000)),
    CADRE_FIELD(struct order, price, CADRE_GT(0)),
    CADRE_FIELD(struct order, express),
    CADRE_FIELD(struct order, note, .max_length = 400),
    CADRE_FIELDS_END,
};
CADRE_MODEL(order_model, struct order, order_fields);

static int echo_order(struct cadre_request *req)
{
    return cadre_respond(req, &order_model, cadre_body_value(req));
}

static const struct cadre_route routes[] = {
    CADRE_GET("/plaintext", plaintext),
    CADRE_GET("/items/{item_id}", read_item, .params = &query_params),
    CADRE_POST("/orders", echo_order, .body = &order_model),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {.title = "Typed", .routes = routes};
