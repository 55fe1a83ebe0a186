/* SPDX-License-Identifier: MIT */
/*
 * Which rows of its own Cadre adds to a documented module (api/docs.c), and where. What they answer
 * is in test_pages.c and test_openapi_serve.c.
 */
#include "tests/unit/unit.h"

#include <cadre.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/docs.h"
#include "base/str.h"
#include "web/mount.h"

static int run(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

static const struct cadre_route plain[] = {CADRE_GET("/x", run), CADRE_ROUTES_END};
static const struct cadre_route hidden[] = {CADRE_GET("/x", run, .not_in_schema = true),
                                            CADRE_WEBSOCKET("/socket", run), CADRE_ROUTES_END};
static const struct cadre_route below[] = {CADRE_MOUNT("/in", plain), CADRE_ROUTES_END};
static const struct cadre_route hidden_below[] = {CADRE_MOUNT("/in", plain, .not_in_schema = true),
                                                  CADRE_ROUTES_END};

static struct cadre__buf errors;
static struct cadre__own_rows own;
static void *docs;

static int make(const struct cadre_module *module)
{
    const struct cadre__mount_options options = {
        .name = "shop", .path = "/", .routes = module->routes, .module = module};

    cadre__buf_init(&errors);
    own = (struct cadre__own_rows){NULL, NULL};
    docs = NULL;
    return cadre__docs_new(&options, &errors, &own, &docs);
}

static void done(void)
{
    cadre__docs_free(docs);
    cadre__buf_done(&errors);
}

/* The patterns of the rows that are no assets, in their order. */
static const char *list(const struct cadre_route *rows)
{
    static char text[500];

    text[0] = '\0';
    for (; rows != NULL && rows->method != NULL; rows++) {
        ck_assert_str_eq(rows->method, "GET");
        ck_assert(rows->not_in_schema);
        ck_assert_ptr_nonnull(rows->handler);
        if (strstr(rows->pattern, "/assets/") == NULL)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", rows->pattern);
    }
    return text;
}

static const struct {
    struct cadre_module module;
    const char *before, *behind;
} rows[] = {
    {{.routes = plain}, "", "/openapi.json /docs /docs/oauth2-redirect /redoc "},
    {{.routes = below}, "", "/openapi.json /docs /docs/oauth2-redirect /redoc "},
    /* Where the module says the place, its own routes do not take it away. */
    {{.routes = plain, .docs_url = "/help"},
     "/help /help/oauth2-redirect ",
     "/openapi.json /redoc "},
    {{.routes = plain, .openapi_url = "/api.json", .redoc_url = "/read/"},
     "/api.json /read/ ",
     "/docs /docs/oauth2-redirect "},
    {{.routes = plain, .docs_url = ""}, "", "/openapi.json /redoc "},
    {{.routes = plain, .redoc_url = "", .docs_url = ""}, "", "/openapi.json "},
    /* Without the document there is nothing to be shown. */
    {{.routes = plain, .openapi_url = "", .docs_url = "/help"}, "", ""},
};

START_TEST(a_documented_module_has_its_rows)
{
    ck_assert_int_eq(make(&rows[_i].module), 0);
    ck_assert_ptr_nonnull(docs);
    ck_assert_str_eq(list(own.before), rows[_i].before);
    ck_assert_str_eq(list(own.behind), rows[_i].behind);
    ck_assert_uint_eq(errors.len, 0);
    done();
}
END_TEST

START_TEST(one_without_anything_to_tell_has_none)
{
    static const struct cadre_module modules[] = {
        {.routes = NULL}, {.routes = hidden}, {.routes = hidden_below}};

    ck_assert_int_eq(make(&modules[_i]), 0);
    ck_assert_ptr_null(docs);
    ck_assert_ptr_null(own.before);
    ck_assert_ptr_null(own.behind);
    done();
}
END_TEST

static const struct {
    struct cadre_module module;
    const char *why;
} refused[] = {
    {{.routes = plain, .openapi_url = "api.json"}, "openapi_url \"api.json\" is not a path"},
    {{.routes = plain, .docs_url = "/a/../b"}, "docs_url \"/a/../b\" is not a path"},
    {{.routes = plain, .docs_url = "/same", .redoc_url = "/same"},
     "docs_url and redoc_url are both \"/same\""},
    {{.routes = plain, .docs_url = "/openapi.json"},
     "openapi_url and docs_url are both \"/openapi.json\""},
    {{.routes = plain, .docs_url = "/d", .redoc_url = "/d/oauth2-redirect"},
     "docs_url needs \"/d/oauth2-redirect\" for itself"},
};

START_TEST(places_that_cannot_be_are_refused)
{
    ck_assert_int_eq(make(&refused[_i].module), -EINVAL);
    ck_assert_msg(strstr(cadre__buf_text(&errors), refused[_i].why) != NULL, "%s",
                  cadre__buf_text(&errors));
    ck_assert_ptr_null(docs);
    done();
}
END_TEST

START_TEST(there_is_room_for_all_rows)
{
    const struct cadre_module module = {
        .routes = plain, .openapi_url = "/a", .docs_url = "/b", .redoc_url = "/c"};
    size_t n = 0;

    ck_assert_int_eq(make(&module), 0);
    while (own.before[n].method != NULL)
        n++;
    ck_assert_uint_eq(n, CADRE__DOCS_ROWS);
    done();
}
END_TEST

UNIT_MAIN("api/docs", UNIT_LOOP(a_documented_module_has_its_rows, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(one_without_anything_to_tell_has_none, 3),
          UNIT_LOOP(places_that_cannot_be_are_refused, sizeof(refused) / sizeof(refused[0])),
          UNIT_CASE(there_is_room_for_all_rows))
