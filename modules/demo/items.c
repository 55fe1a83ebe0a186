/* SPDX-License-Identifier: MIT */
/*
 * The demo's typed API: items that are created, read, listed, changed and deleted. The rows of the
 * table below are what is checked, what is documented on the module's /docs, and what the handlers
 * get; they run in threads, for the store blocks (item.h).
 */
#include "database.h"
#include "demo.h"
#include "failure.h"
#include "item.h"

#include <errno.h>

SHOWS_SOURCE(items);

/* --- models --- */

CADRE_ENUM_TYPE(categories, enum category, {"tool", CATEGORY_TOOL}, {"food", CATEGORY_FOOD},
                {"book", CATEGORY_BOOK});
CADRE_ENUM_TYPE(orders, enum item_order, {"newest", ORDER_NEWEST}, {"name", ORDER_NAME},
                {"cheapest", ORDER_CHEAPEST}, {"dearest", ORDER_DEAREST});

#define NAME_RULES        .min_length = 1, .max_length = 80, .strip = true
#define DESCRIPTION_RULES .max_length = 1000
#define PRICE_RULES       CADRE_GT(0), CADRE_LE(1000000), .description = "In euro"

/* What a client says of an item. */
#define ITEM_FIELDS                                                                                \
    CADRE_FIELD(struct item, name, NAME_RULES),                                                    \
        CADRE_FIELD(struct item, description, .optional = true, DESCRIPTION_RULES),                \
        CADRE_FIELD(struct item, price, PRICE_RULES),                                              \
        CADRE_ENUM(struct item, category, categories, CADRE_DEFAULT(CATEGORY_TOOL)),               \
        CADRE_FIELD(struct item, in_stock, CADRE_DEFAULT(true))

static const char *const examples[] = {"{\"name\":\"Kettle\",\"price\":39.9,\"category\":\"tool\"}",
                                       NULL};

static const struct cadre_field new_fields[] = {ITEM_FIELDS, CADRE_FIELDS_END};
CADRE_MODEL(new_item_model, struct item, new_fields, .name = "NewItem", .examples = examples);

static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, id),      ITEM_FIELDS,      CADRE_FIELD(struct item, created),
    CADRE_FIELD(struct item, changed), CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields, .name = "Item");

static const struct cadre_field change_fields[] = {
    CADRE_FIELD(struct item_change, name, .not_null = true, NAME_RULES),
    CADRE_FIELD(struct item_change, description, DESCRIPTION_RULES),
    CADRE_FIELD(struct item_change, price, .not_null = true, PRICE_RULES),
    CADRE_OPT_ENUM(struct item_change, category, categories, .not_null = true),
    CADRE_FIELD(struct item_change, in_stock, .not_null = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(change_model, struct item_change, change_fields, .name = "ItemChange",
            .description = "What is not given stays as it is.");

static const struct cadre_field page_fields[] = {
    CADRE_LIST_NESTED(struct item_page, items, item_model),
    CADRE_FIELD(struct item_page, total,
                .description = "How many there are, without offset and limit"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct item_page, page_fields, .name = "ItemPage");

struct problem {
    const char *detail;
};
static const struct cadre_field problem_fields[] = {
    CADRE_FIELD(struct problem, detail),
    CADRE_FIELDS_END,
};
CADRE_MODEL(problem_model, struct problem, problem_fields, .name = "Problem");

/* --- parameters --- */

static int check_prices(struct cadre_validation *validation, void *value)
{
    const struct item_filter *filter = value;

    if (filter->min_price.given == CADRE_GIVEN && filter->max_price.given == CADRE_GIVEN &&
        filter->min_price.value > filter->max_price.value)
        return cadre_invalid(validation, "min_price is above max_price: nothing can be between");
    return 0;
}

static const struct cadre_field filter_fields[] = {
    CADRE_QUERY(struct item_filter, q, .max_length = 80, .description = "A part of the name"),
    CADRE_OPT_ENUM(struct item_filter, category, categories, CADRE_FROM_QUERY),
    CADRE_QUERY(struct item_filter, min_price, CADRE_GE(0)),
    CADRE_QUERY(struct item_filter, max_price, CADRE_GE(0)),
    CADRE_QUERY(struct item_filter, in_stock),
    CADRE_ENUM(struct item_filter, order, orders, CADRE_FROM_QUERY, CADRE_DEFAULT(ORDER_NEWEST)),
    CADRE_QUERY(struct item_filter, offset, CADRE_DEFAULT(0), CADRE_GE(0)),
    CADRE_QUERY(struct item_filter, limit, CADRE_DEFAULT(20), CADRE_GE(1), CADRE_LE(100)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(filter_params, struct item_filter, filter_fields, .after = check_prices);

struct which {
    int64_t item_id;
};
static const struct cadre_field which_fields[] = {
    CADRE_PATH(struct which, item_id, CADRE_GE(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(which_params, struct which, which_fields);

static int64_t item_id(const struct cadre_request *req)
{
    return ((const struct which *)cadre_params(req))->item_id;
}

/* --- who may delete --- */

static CADRE_API_KEY_HEADER(api_key, "X-API-Key",
                            .description = "The setting `api_key` of the module; `let-me-in` in "
                                           "`conf/demo.conf`.");

/* Has the request bring the key that the conf says. */
static int check_key(struct cadre_request *req, const void *params, void **ret)
{
    const struct demo_settings *settings = cadre_settings_value(req);
    const char *key = cadre_dependency_value(req, &api_key);

    (void)params;
    (void)ret;
    if (settings->api_key == NULL)
        return cadre_fail(req, 403, "nobody may: the module's settings have no api_key");
    return cadre_secret_equal(key, settings->api_key) ? 0 : cadre_fail(req, 403, "Wrong API key");
}
static CADRE_DEPENDENCY(with_key, check_key, .dependencies = CADRE_DEPENDENCIES(&api_key));

/* --- handlers: in threads, so they leave alone what belongs to the loop --- */

static struct store *store_of(struct cadre_request *req)
{
    const struct demo *demo = cadre_state(req);

    return demo->store;
}

static int64_t most_items(const struct cadre_request *req)
{
    return ((const struct demo_settings *)cadre_settings_value(req))->max_items;
}

/* Those that match, a part at a time. */
static int list_items(struct cadre_request *req)
{
    struct item_page page;
    int r = item_list(store_of(req), req, cadre_params(req), &page);

    return r < 0 ? fail_request(req, r) : cadre_respond(req, &page_model, &page);
}

/* What the body says is right by now: it was checked before this runs. */
static int create_item(struct cadre_request *req)
{
    struct item item;
    const char *url;
    int r = item_add(store_of(req), req, cadre_body_value(req), most_items(req), &item);

    if (r < 0)
        return fail_request(req, r);
    url = cadre_url_path_for(req, "read_item", "item_id",
                             cadre_printf(req, "%lld", (long long)item.id), (char *)NULL);
    r = url == NULL ? -ENOMEM : cadre_header_set(req, "location", url);
    return r < 0 ? r : cadre_respond(req, &item_model, &item);
}

/* One of them. */
static int read_item(struct cadre_request *req)
{
    struct item item;
    int r = item_find(store_of(req), req, item_id(req), &item);

    return r < 0 ? fail_request(req, r) : cadre_respond(req, &item_model, &item);
}

static int answer_changed(struct cadre_request *req, const struct item_change *change)
{
    struct item item;
    int r = item_change(store_of(req), req, item_id(req), change, &item);

    return r < 0 ? fail_request(req, r) : cadre_respond(req, &item_model, &item);
}

/* All of it anew. */
static int replace_item(struct cadre_request *req)
{
    const struct item *item = cadre_body_value(req);
    const struct item_change change = {
        .name = {item->name, CADRE_GIVEN},
        .description = {item->description, item->description != NULL ? CADRE_GIVEN : CADRE_NULL},
        .price = {item->price, CADRE_GIVEN},
        .category = {item->category, CADRE_GIVEN},
        .in_stock = {item->in_stock, CADRE_GIVEN},
    };

    return answer_changed(req, &change);
}

/* What is given. */
static int change_item(struct cadre_request *req)
{
    return answer_changed(req, cadre_body_value(req));
}

/* For those who have the key. */
static int delete_item(struct cadre_request *req)
{
    int r = item_remove(store_of(req), item_id(req));

    return r < 0 ? fail_request(req, r) : cadre_respond_empty(req, 204);
}

/* --- routes --- */

#define FAILS(status_, why_)                                                                       \
    {                                                                                              \
        .status = (status_), .description = (why_), .model = &problem_model                        \
    }
#define NO_SUCH_ITEM FAILS(404, "There is no such item")
#define BUSY         FAILS(503, "Others write for too long; Retry-After says when to ask again")
#define FULL         FAILS(507, "The disk is full, or there are as many items as there may be")

static const struct cadre_route routes[] = {
    CADRE_GET("/items", list_items, .sync = true, .params = &filter_params, .response = &page_model,
              .responses = CADRE_RESPONSES(BUSY)),
    CADRE_POST("/items", create_item, .sync = true, .body = &new_item_model,
               .response = &item_model, .status = 201, .responses = CADRE_RESPONSES(BUSY, FULL)),
    CADRE_GET("/items/{item_id}", read_item, .sync = true, .params = &which_params,
              .response = &item_model, .responses = CADRE_RESPONSES(NO_SUCH_ITEM, BUSY)),
    CADRE_PUT("/items/{item_id}", replace_item, .sync = true, .params = &which_params,
              .body = &new_item_model, .response = &item_model,
              .responses = CADRE_RESPONSES(NO_SUCH_ITEM, BUSY, FULL)),
    CADRE_PATCH("/items/{item_id}", change_item, .sync = true, .params = &which_params,
                .body = &change_model, .response = &item_model,
                .responses = CADRE_RESPONSES(NO_SUCH_ITEM, BUSY, FULL)),
    CADRE_DELETE("/items/{item_id}", delete_item, .sync = true, .params = &which_params,
                 .dependencies = CADRE_DEPENDENCIES(&with_key), .status = 204,
                 .description = "Needs the API key.",
                 .responses =
                     CADRE_RESPONSES(FAILS(401, "There is no key"), FAILS(403, "The key is wrong"),
                                     NO_SUCH_ITEM, BUSY, FULL)),
    CADRE_ROUTES_END,
};

const struct cadre_route items_routes[] = {
    CADRE_MOUNT("/api", routes, .tags = CADRE_TAGS("items")),
    CADRE_ROUTES_END,
};
