/* SPDX-License-Identifier: MIT */
/* Scopes that are asked of dependencies, by the test client (api/plan_scopes.c). */
#include "tests/unit/lib/api/typed_test.h"

static CADRE_OAUTH2_PASSWORD(oauth2, "token",
                             .scopes = CADRE_SECURITY_SCOPES({"items", "Read items"},
                                                             {"me", "Who one is"}));

static int answer(struct cadre_request *req, const char *text)
{
    return cadre_respond_text(req, 200, text);
}

static int n_users; /* how often one was looked for */

struct user_params {
    const char *token;
    const struct cadre_strings *asked;
};
static const struct cadre_field user_fields[] = {
    CADRE_DEPENDS(struct user_params, token, oauth2),
    CADRE_ASKED_SCOPES(struct user_params, asked),
    CADRE_FIELDS_END,
};
CADRE_MODEL(user_params, struct user_params, user_fields);

static const char *join(struct cadre_request *req, const struct cadre_strings *strings)
{
    const char *text = "";

    for (size_t i = 0; i < strings->len; i++)
        text = cadre_printf(req, "%s%s%s", text, i > 0 ? " " : "", strings->items[i]);
    return text;
}

/* The token holds the scopes that its bearer has: "me+items". */
static int find_user(struct cadre_request *req, const void *params_, void **ret)
{
    const struct user_params *params = params_;

    n_users++;
    if (strcmp(params->token, "unknown") == 0)
        return cadre_security_fail(req, 401, params->asked, "Could not validate credentials");
    for (size_t i = 0; i < params->asked->len; i++) {
        if (strstr(params->token, params->asked->items[i]) == NULL)
            return cadre_security_fail(req, 403, params->asked, NULL);
    }
    *ret = (void *)(uintptr_t)join(req, params->asked);
    return 0;
}
static CADRE_DEPENDENCY(user, find_user, .params = &user_params);

static int find_active(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    *ret = (void *)(uintptr_t) "active";
    return 0;
}
static CADRE_DEPENDENCY(active_user, find_active,
                        .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(user, "me")));
static CADRE_DEPENDENCY(items_user, find_active, .scopes = CADRE_STRINGS("items"),
                        .dependencies = CADRE_DEPENDENCIES(&user));

/* What the handler sees of both users that were looked for. */
struct both_params {
    const char *plain, *with;
    const struct cadre_strings *asked;
};
static const struct cadre_field both_fields[] = {
    CADRE_DEPENDS(struct both_params, plain, user),
    CADRE_DEPENDS(struct both_params, with, CADRE_WITH_SCOPES(user, "items", "me", "items")),
    CADRE_ASKED_SCOPES(struct both_params, asked),
    CADRE_FIELDS_END,
};
CADRE_MODEL(both_params, struct both_params, both_fields);

static int say_user_scopes(struct cadre_request *req)
{
    return answer(req, cadre_dependency_value(req, &user));
}

static int say_both(struct cadre_request *req)
{
    const struct both_params *p = cadre_params(req);

    return answer(req, cadre_printf(req, "[%s][%s][%zu]", p->plain, p->with, p->asked->len));
}

static const struct cadre_dependency user_of_items = {.size = sizeof(struct cadre_dependency),
                                                      .name = "user",
                                                      .of = &user,
                                                      .scopes = CADRE_STRINGS("items")};

static int say_stand_in(struct cadre_request *req)
{
    ck_assert_ptr_null(cadre_dependency_value(req, &items_user));
    return answer(req, cadre_dependency_value(req, &user_of_items));
}

static const struct cadre_route mounted[] = {
    CADRE_GET("/items", say_user_scopes,
              .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(active_user, "items"))),
    CADRE_ROUTES_END,
};

static const struct cadre_route scope_routes[] = {
    CADRE_GET("/none", say_user_scopes, .dependencies = CADRE_DEPENDENCIES(&user)),
    CADRE_GET("/me", say_user_scopes, .dependencies = CADRE_DEPENDENCIES(&active_user)),
    CADRE_GET("/own", say_user_scopes, .dependencies = CADRE_DEPENDENCIES(&items_user)),
    CADRE_GET("/both", say_both, .params = &both_params),
    /* the same scopes in another order, and one dependency twice: looked for once */
    CADRE_GET("/once", say_user_scopes,
              .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(user, "a", "b"),
                                                 &CADRE_WITH_SCOPES(user, "b", "a", "b"))),
    CADRE_GET("/stand-in", say_stand_in, .dependencies = CADRE_DEPENDENCIES(&user, &user_of_items)),
    CADRE_MOUNT("/mounted", mounted, .dependencies = CADRE_DEPENDENCIES(&user)),
    CADRE_ROUTES_END,
};

static const struct {
    const char *path, *token;
    int status;
    const char *answer, *challenge;
    int n_users;
} scope_rows[] = {
    {"/none", "x", 200, "", NULL, 1},
    {"/none", "unknown", 401, "{\"detail\":\"Could not validate credentials\"}", "Bearer", 1},
    {"/me", "me", 200, "me", NULL, 1},
    {"/me", "x", 403, "{\"detail\":\"Not enough permissions\"}",
     "Bearer error=\"insufficient_scope\", scope=\"me\"", 1},
    {"/me", "unknown", 401, "{\"detail\":\"Could not validate credentials\"}",
     "Bearer scope=\"me\"", 1},
    {"/own", "items", 200, "items", NULL, 1},
    {"/own", "me", 403, "{\"detail\":\"Not enough permissions\"}",
     "Bearer error=\"insufficient_scope\", scope=\"items\"", 1},
    {"/both", "me+items", 200, "[][items me][0]", NULL, 2},
    {"/once", "a+b", 200, "a b", NULL, 1},
    {"/stand-in", "items", 200, "items", NULL, 2},
    /* the mount's comes first, without scopes; then the route's, with those of the whole chain */
    {"/mounted/items", "me+items", 200, "", NULL, 2},
    {"/mounted/items", "me", 403, "{\"detail\":\"Not enough permissions\"}",
     "Bearer error=\"insufficient_scope\", scope=\"items me\"", 2},
};

START_TEST(scopes_are_collected_down_the_chain)
{
    const char *headers[] = {NULL, NULL};
    const struct cadre_test_request request = {.target = scope_rows[_i].path, .headers = headers};
    struct cadre_test_client *client = typed_open(scope_routes);
    char value[80];
    const struct cadre_test_response *res;

    snprintf(value, sizeof(value), "Authorization: Bearer %s", scope_rows[_i].token);
    headers[0] = value;
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, scope_rows[_i].status);
    cadre_assert_body(res, scope_rows[_i].answer);
    cadre_assert_header(res, "www-authenticate", scope_rows[_i].challenge);
    ck_assert_int_eq(n_users, scope_rows[_i].n_users);
    cadre_test_close(client);
}
END_TEST

static int pass_user(struct cadre_request *req, const void *params, void **ret)
{
    (void)params;
    *ret = (void *)(uintptr_t) "test user";
    return *ret == NULL ? cadre_fail(req, 401, NULL) : 0;
}
static CADRE_DEPENDENCY(test_user, pass_user);

START_TEST(override_takes_the_place_of_all_stand_ins)
{
    static const struct cadre_dependency_override overrides[] = {{.of = &user, .by = &test_user},
                                                                 {.by = NULL}};
    const struct cadre_module module = {.routes = scope_routes};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1, .overrides = overrides};
    struct cadre_test_client *client = NULL;
    char why[500] = "";

    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    cadre_assert_body(cadre_test_get(client, "/both"), "[test user][test user][0]");
    cadre_assert_body(cadre_test_get(client, "/mounted/items"), "test user");
    cadre_test_close(client);
}
END_TEST

static const char *const many[] = {
#define S8(x) x "0", x "1", x "2", x "3", x "4", x "5", x "6", x "7"
    S8("a"), S8("b"), S8("c"), S8("d"), S8("e"), S8("f"), S8("g"), S8("h"), "one-too-many"};

static const char *told; /* the scope that is asked */

static int fails_with(struct cadre_request *req)
{
    const struct cadre_strings scopes = {&told, 1};

    ck_assert_int_eq(cadre_security_fail(req, 403, &scopes, NULL), -EINVAL);
    return answer(req, "");
}

static int say_nothing(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

/* A module with these routes is refused; all that is said of it, until the next call. */
static const char *expect_refusal(const struct cadre_route *table, const char *why)
{
    static char found[4000];
    const struct cadre_module module = {.routes = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;

    found[0] = '\0';
    ck_assert_int_lt(cadre_test_open(&app, found, sizeof(found), &client), 0);
    ck_assert_msg(strstr(found, why) != NULL, "%s", found);
    return found;
}

START_TEST(too_many_scopes_are_refused_at_load)
{
    const struct cadre_dependency asks = {
        .size = sizeof(struct cadre_dependency),
        .name = "asks",
        .of = &user,
        .scopes = {(const char **)(uintptr_t)many, sizeof(many) / sizeof(many[0])}};
    const struct cadre_dependency *const needs[] = {&asks, NULL};
    const struct cadre_route table[] = {CADRE_GET("/", say_user_scopes, .dependencies = needs),
                                        CADRE_ROUTES_END};

    expect_refusal(table, "dependency \"asks\": more than 64 scopes are asked of it");
}
END_TEST

static const char *const no_scopes[] = {"", "a b", "a\"", "a\\", "a\n", "\x7f", "caf\xc3\xa9"};

START_TEST(what_is_no_scope_is_refused_at_load)
{
    const char *scope = no_scopes[_i];
    const struct cadre_dependency asks = {.size = sizeof(struct cadre_dependency),
                                          .name = "asks",
                                          .of = &user,
                                          .scopes = {&scope, 1}};
    const struct cadre_dependency *const needs[] = {&asks, NULL};
    const struct cadre_route table[] = {CADRE_GET("/", say_user_scopes, .dependencies = needs),
                                        CADRE_ROUTES_END};

    expect_refusal(table, "dependency \"asks\": scope \"");
}
END_TEST

START_TEST(what_is_no_scope_is_not_told_either)
{
    static const struct cadre_route table[] = {CADRE_GET("/", fails_with), CADRE_ROUTES_END};
    struct cadre_test_client *client = typed_open(table);

    told = no_scopes[_i];
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_close(client);
}
END_TEST

/* --- graphs with more ways than nodes --- */

enum { LEVELS = 15, WIDTH = 4 };

/* Each of a level needs all of the next one. */
struct lattice {
    struct cadre_dependency of[LEVELS][WIDTH];
    const struct cadre_dependency *next[LEVELS][WIDTH + 1]; /* of the level before it */
    const struct cadre_dependency *top[2];
};

static void lattice_make(struct lattice *lattice, bool no_cache)
{
    *lattice = (struct lattice){.top = {&lattice->of[0][0]}};
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < WIDTH; i++) {
            lattice->of[level][i] = (struct cadre_dependency){
                .size = sizeof(struct cadre_dependency),
                .name = "knot",
                .resolve = find_active,
                .no_cache = no_cache,
                .dependencies = level + 1 < LEVELS ? lattice->next[level + 1] : NULL};
            lattice->next[level][i] = &lattice->of[level][i];
        }
    }
}

START_TEST(each_is_looked_at_once)
{
    struct lattice lattice;
    const struct cadre_route table[] = {CADRE_GET("/", say_nothing, .dependencies = lattice.top),
                                        CADRE_ROUTES_END};
    struct cadre_test_client *client;

    lattice_make(&lattice, false);
    client = typed_open(table);
    cadre_assert_status(cadre_test_get(client, "/"), 204);
    cadre_test_close(client);
}
END_TEST

START_TEST(too_many_are_told_once)
{
    struct lattice lattice;
    const struct cadre_route table[] = {CADRE_GET("/", say_nothing, .dependencies = lattice.top),
                                        CADRE_ROUTES_END};

    lattice_make(&lattice, true);
    ck_assert_ptr_null(strchr(expect_refusal(table, "it has more than 64 dependencies"), '\n'));
}
END_TEST

UNIT_MAIN("api/plan_scopes",
          UNIT_LOOP(scopes_are_collected_down_the_chain, TYPED_COUNT(scope_rows)),
          UNIT_CASE(override_takes_the_place_of_all_stand_ins),
          UNIT_CASE(too_many_scopes_are_refused_at_load),
          UNIT_LOOP(what_is_no_scope_is_refused_at_load, TYPED_COUNT(no_scopes)),
          UNIT_LOOP(what_is_no_scope_is_not_told_either, TYPED_COUNT(no_scopes)),
          UNIT_CASE(each_is_looked_at_once), UNIT_CASE(too_many_are_told_once))
