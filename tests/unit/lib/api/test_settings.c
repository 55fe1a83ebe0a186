/* SPDX-License-Identifier: MIT */
/* Settings by a model: from the conf and the environment, and what is wrong with them
 * (api/settings.c). */
#include "tests/unit/lib/api/typed_test.h"

#include "api/settings.h"
#include "conf/tree.h"

struct cache {
    int size;
    bool shared;
};
static const struct cadre_field cache_fields[] = {
    CADRE_FIELD(struct cache, size, CADRE_DEFAULT(64), CADRE_GT(0)),
    CADRE_FIELD(struct cache, shared, CADRE_DEFAULT(false)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cache_model, struct cache, cache_fields);

struct shop {
    const char *currency;
    double rate;
    int64_t limit;
    struct cache cache;
    CADRE_LIST_OF(const char *) names;
    CADRE_MAP_OF(int) prices;
    CADRE_LIST_OF(int) ports; /* JSON in a text */
};
static const struct cadre_field shop_fields[] = {
    CADRE_FIELD(struct shop, currency, .min_length = 3, .max_length = 3),
    CADRE_FIELD(struct shop, rate, CADRE_DEFAULT(1.5)),
    CADRE_FIELD(struct shop, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
    CADRE_NESTED(struct shop, cache, cache_model, CADRE_DEFAULT_EMPTY),
    CADRE_LIST(struct shop, names, CADRE_DEFAULT_EMPTY),
    CADRE_MAP(struct shop, prices, CADRE_DEFAULT_EMPTY),
    CADRE_LIST(struct shop, ports, CADRE_DEFAULT_EMPTY, .json = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(shop_model, struct shop, shop_fields);

/* --- the conf and the environment of a case --- */

static const char *variables[4]; /* "NAME=value" */

static const char *find_variable(const char *name)
{
    for (size_t i = 0; i < 4 && variables[i] != NULL; i++) {
        if (strncmp(variables[i], name, strlen(name)) == 0 && variables[i][strlen(name)] == '=')
            return variables[i] + strlen(name) + 1;
    }
    return NULL;
}

static char told[1000];

static void on_wrong(void *arg, const struct cadre_conf *at, const char *text)
{
    size_t len = strlen(told);

    (void)arg;
    snprintf(told + len, sizeof(told) - len, "%s: %s\n", at != NULL ? cadre_conf_name(at) : "-",
             text);
}

enum { WITH_CURRENCY = 1, WITH_WRONG = 2, WITH_UNKNOWN = 4, WITH_ALL = 8 };

static struct cadre__conf_tree *make_conf(unsigned what)
{
    struct cadre__conf_builder *builder = cadre__conf_builder_new("");
    struct cadre__conf_tree *tree = NULL;

    ck_assert_ptr_nonnull(builder);
    if (what & WITH_CURRENCY)
        cadre__conf_builder_string(builder, "currency", "EUR", NULL);
    if (what & WITH_WRONG) {
        cadre__conf_builder_string(builder, "currency", "EURO", NULL);
        cadre__conf_builder_int(builder, "limit", 101, NULL);
        cadre__conf_builder_open(builder, CADRE_CONF_GROUP, "cache", NULL);
        cadre__conf_builder_string(builder, "size", "much", NULL);
        cadre__conf_builder_close(builder);
    }
    if (what & WITH_UNKNOWN) {
        cadre__conf_builder_string(builder, "curency", "EUR", NULL);
        cadre__conf_builder_open(builder, CADRE_CONF_GROUP, "cache", NULL);
        cadre__conf_builder_int(builder, "colour", 7, NULL);
        cadre__conf_builder_close(builder);
    }
    if (what & WITH_ALL) {
        cadre__conf_builder_string(builder, "limit", "99", NULL);
        cadre__conf_builder_float(builder, "rate", 0.1, NULL);
        cadre__conf_builder_open(builder, CADRE_CONF_GROUP, "cache", NULL);
        cadre__conf_builder_int(builder, "size", 5, NULL);
        cadre__conf_builder_bool(builder, "shared", true, NULL);
        cadre__conf_builder_close(builder);
        cadre__conf_builder_open(builder, CADRE_CONF_ARRAY, "names", NULL);
        cadre__conf_builder_string(builder, "", "a\"b", NULL);
        cadre__conf_builder_string(builder, "", "c", NULL);
        cadre__conf_builder_close(builder);
        cadre__conf_builder_open(builder, CADRE_CONF_GROUP, "prices", NULL);
        cadre__conf_builder_int(builder, "tea", 3, NULL);
        cadre__conf_builder_close(builder);
    }
    ck_assert_int_eq(cadre__conf_builder_finish(builder, &tree), 0);
    return tree;
}

static void show(const struct shop *shop, char *text, size_t size)
{
    int n = snprintf(text, size, "%s %g %d %d %s", shop->currency, shop->rate, (int)shop->limit,
                     shop->cache.size, shop->cache.shared ? "shared" : "own");

    for (size_t i = 0; i < shop->names.len; i++)
        n += snprintf(text + n, size - (size_t)n, " %s", shop->names.items[i]);
    for (size_t i = 0; i < shop->prices.len; i++)
        n += snprintf(text + n, size - (size_t)n, " %s=%d", shop->prices.items[i].key,
                      shop->prices.items[i].value);
    for (size_t i = 0; i < shop->ports.len; i++)
        n += snprintf(text + n, size - (size_t)n, " :%d", shop->ports.items[i]);
}

static const struct {
    unsigned conf;
    const char *variables[4];
    const char *settings; /* NULL: wrong */
    const char *told;
} rows[] = {
    {WITH_CURRENCY, {NULL}, "EUR 1.5 10 64 own", ""},
    {WITH_CURRENCY | WITH_ALL, {NULL}, "EUR 0.1 99 5 shared a\"b c tea=3", ""},
    {0, {NULL}, NULL, "-: setting \"currency\": Field required\n"},
    {WITH_WRONG,
     {NULL},
     NULL,
     "currency: setting \"currency\": String should have at most 3 characters\n"
     "limit: setting \"limit\": Input should be less than or equal to 100\n"
     "size: setting \"cache.size\": Input should be a valid integer, unable to parse string as an "
     "integer\n"},
    {WITH_CURRENCY | WITH_UNKNOWN,
     {NULL},
     NULL,
     "curency: unknown setting \"curency\": did you mean \"currency\"?\n"
     "colour: unknown setting \"colour\": it knows size, shared\n"},
    /* the environment goes before the conf */
    {WITH_CURRENCY, {"SHOP_CURRENCY=USD", "SHOP_LIMIT=7"}, "USD 1.5 7 64 own", ""},
    {0, {"SHOP_CURRENCY=USD", "CURRENCY=X"}, "USD 1.5 10 64 own", ""},
    {WITH_CURRENCY, {"SHOP_CACHE__SIZE=3"}, "EUR 1.5 10 3 own", ""},
    {WITH_CURRENCY | WITH_ALL,
     {"SHOP_CACHE__SIZE=3", "SHOP_NAMES=[\"x\"]"},
     "EUR 0.1 99 3 shared x tea=3",
     ""},
    {WITH_CURRENCY,
     {"SHOP_LIMIT=many", "SHOP_CACHE__SIZE=0"},
     NULL,
     "-: setting \"limit\", from the environment variable SHOP_LIMIT: Input should be a valid "
     "integer, unable to parse string as an integer\n"
     "-: setting \"cache.size\", from the environment variable SHOP_CACHE__SIZE: Input should be "
     "greater than 0\n"},
    /* lists, maps and models are JSON there, each for itself */
    {WITH_CURRENCY,
     {"SHOP_NAMES= [\"x\" , \"y\"]\n", "SHOP_PRICES={\"tea\":3}", "SHOP_CACHE={\"size\":7}"},
     "EUR 1.5 10 7 own x y tea=3",
     ""},
    {WITH_CURRENCY,
     {"SHOP_NAMES=x"},
     NULL,
     "-: setting \"names\", from the environment variable SHOP_NAMES: it is not JSON: Expecting "
     "value, at character 0; write it like [\"a\", \"b\"]\n"},
    {WITH_CURRENCY,
     {"SHOP_NAMES=[\"x\"], \"limit\": 3", "SHOP_PRICES=", "SHOP_CACHE={\"size\": 0}}",
      "SHOP_LIMIT=x"},
     NULL,
     "-: setting \"cache\", from the environment variable SHOP_CACHE: it is not JSON: Extra data, at "
     "character 11; write it like {\"name\": \"value\"}\n"
     "-: setting \"names\", from the environment variable SHOP_NAMES: it is not JSON: Extra data, at "
     "character 5; write it like [\"a\", \"b\"]\n"
     "-: setting \"prices\", from the environment variable SHOP_PRICES: it is not JSON: Expecting "
     "value, at character 0; write it like {\"name\": \"value\"}\n"
     "-: setting \"limit\", from the environment variable SHOP_LIMIT: Input should be a valid "
     "integer, unable to parse string as an integer\n"},
    {WITH_CURRENCY,
     {"SHOP_NAMES=[\"\xff\"]"},
     NULL,
     "-: setting \"names\", from the environment variable SHOP_NAMES: it is not JSON: it is not "
     "UTF-8, at character 0; write it like [\"a\", \"b\"]\n"},
    {WITH_CURRENCY, {"SHOP_PORTS=[80, 443]"}, "EUR 1.5 10 64 own :80 :443", ""},
    {WITH_CURRENCY,
     {"SHOP_PORTS=[80"},
     NULL,
     "-: setting \"ports\", from the environment variable SHOP_PORTS: Invalid JSON: Expecting ',' "
     "delimiter at character 3\n"},
    {WITH_CURRENCY,
     {"SHOP_PRICES=[1]"},
     NULL,
     "-: setting \"prices\", from the environment variable SHOP_PRICES: Input should be a valid "
     "dictionary\n"},
};

START_TEST(settings_are_a_struct_or_all_that_is_wrong)
{
    struct cadre__conf_tree *tree = make_conf(rows[_i].conf);
    const struct cadre__settings_source source = {.model = &shop_model,
                                                  .conf = cadre__conf_tree_root(tree),
                                                  .env_prefix = "SHOP_",
                                                  .getenv = find_variable};
    struct cadre__arena arena;
    const void *settings = NULL;
    char text[500];
    int r;

    cadre__arena_init(&arena, 1024);
    memcpy(variables, rows[_i].variables, sizeof(variables));
    r = cadre__settings_make(&source, &arena, on_wrong, NULL, &settings);
    ck_assert_str_eq(told, rows[_i].told);
    ck_assert_int_eq(r, rows[_i].settings != NULL ? 0 : -EINVAL);
    if (r == 0) {
        show(settings, text, sizeof(text));
        ck_assert_str_eq(text, rows[_i].settings);
    }
    cadre__arena_done(&arena);
    cadre__conf_tree_free(tree);
}
END_TEST

/* --- in a module --- */

static int tell(struct cadre_request *req)
{
    const struct shop *shop = cadre_settings_value(req);

    return cadre_respondf(req, 200, "text/plain", "%s %d %s", shop->currency, (int)shop->limit,
                          (const char *)cadre_state(req));
}

static int lifespan(struct cadre_lifespan *ls)
{
    const struct shop *shop = cadre_lifespan_settings_value(ls);

    return cadre_serving(ls, (void *)(uintptr_t)shop->currency);
}

static const struct cadre_route routes[] = {CADRE_GET("/", tell), CADRE_ROUTES_END};
static const struct cadre_module module = {
    .routes = routes, .lifespan = lifespan, .settings = &shop_model, .settings_env = "CADRE_T_"};

START_TEST(a_module_has_them_in_lifespans_and_handlers)
{
    static const char *const list[] = {"currency=EUR", "limit=3", NULL};
    struct cadre_test_client *client;

    ck_assert_int_eq(setenv("CADRE_T_LIMIT", "4", 1), 0);
    client = cadre_test_serve(.module = &module, .settings = list);
    cadre_assert_body(cadre_test_get(client, "/"), "EUR 4 EUR");
    cadre_test_close(client);
}
END_TEST

START_TEST(wrong_settings_keep_a_module_from_starting)
{
    static const char *const list[] = {"currency=E", NULL};
    const struct cadre_test_module one = {.module = &module, .settings = list};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char why[300];

    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    ck_assert_str_eq(why, "module \"test\": setting \"currency\": String should have at least 3 "
                          "characters");
}
END_TEST

UNIT_MAIN("api/settings", UNIT_LOOP(settings_are_a_struct_or_all_that_is_wrong, TYPED_COUNT(rows)),
          UNIT_CASE(a_module_has_them_in_lifespans_and_handlers),
          UNIT_CASE(wrong_settings_keep_a_module_from_starting))
