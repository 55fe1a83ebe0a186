/* SPDX-License-Identifier: MIT */
/* Tests of api/pages and api/docs: which rows a documented module has besides, and what stands in
 * the pages. */
#include "config.h"

#include "tests/unit/lib/api/typed_test.h"

#include "api/api.h"
#include "web/mount.h"

#include <fcntl.h>
#include <sys/stat.h>

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static const struct cadre_route rows[] = {CADRE_GET("/hello", hello), CADRE_ROUTES_END};

static struct cadre_test_client *open_module(const struct cadre_module *module, const char *mount)
{
    const struct cadre_test_module one = {.module = module, .mount = mount};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[2000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

static const char *body_of(struct cadre_test_client *client, const char *target, int status)
{
    const struct cadre_test_response *response = cadre_test_get(client, target);

    ck_assert_int_eq(cadre_test_status(response), status);
    return cadre_test_body(response).ptr;
}

#define HAS(text_, part_)                                                                          \
    ck_assert_msg(strstr(text_, part_) != NULL, "\"%s\" is not in\n%s", part_, text_)

/* A folder of files for the pages, in place of what is installed. */
static void make_files(void)
{
    static char dir[] = "/tmp/cadre-test-pages-XXXXXX";
    char path[100];
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/show.js", dir);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    ck_assert_int_eq(write(fd, "show();", 7), 7);
    close(fd);
    ck_assert_int_eq(setenv("CADRE_PAGES_DIR", dir, 1), 0);
}

static void remove_files(void)
{
    char path[100];

    snprintf(path, sizeof(path), "%s/show.js", getenv("CADRE_PAGES_DIR"));
    unlink(path);
    rmdir(getenv("CADRE_PAGES_DIR"));
}

START_TEST(pages_link_what_they_need_from_where_they_are)
{
    static const struct {
        const char *docs, *page, *asset, *document, *redirect;
    } cases[] = {
        {NULL, "/docs", "docs/assets/", "openapi.json", "docs/oauth2-redirect"},
        {"/a/b/docs", "/a/b/docs", "docs/assets/", "../../openapi.json", "docs/oauth2-redirect"},
        {"/a/docs/", "/a/docs/", "assets/", "../../openapi.json", "oauth2-redirect"},
        {"/", "/", "assets/", "openapi.json", "oauth2-redirect"},
    };
    const struct cadre_module module = {
        .title = "A <\"shop\"> & more", .routes = rows, .docs_url = cases[_i].docs};
    struct cadre_test_client *client = open_module(&module, "/shop");
    const struct cadre_test_response *response;
    char target[100], want[200];

    make_files();
    snprintf(target, sizeof(target), "/shop%s", cases[_i].page);
    response = cadre_test_get(client, target);
    ck_assert_int_eq(cadre_test_status(response), 200);
    ck_assert_str_eq(cadre_test_header(response, "content-type"), "text/html; charset=utf-8");
    HAS(cadre_test_header(response, "content-security-policy"), "script-src 'self';");
    HAS(cadre_test_body(response).ptr,
        "<title>A &lt;&quot;shop&quot;&gt; &amp; more - Swagger UI</title>");
    snprintf(want, sizeof(want), "<script src=\"%sswagger-ui-bundle.js\"></script>",
             cases[_i].asset);
    HAS(cadre_test_body(response).ptr, want);
    snprintf(want, sizeof(want), "data-document=\"%s\" data-redirect=\"%s\"", cases[_i].document,
             cases[_i].redirect);
    HAS(cadre_test_body(response).ptr, want);
    ck_assert_ptr_null(strstr(cadre_test_body(response).ptr, "://"));
    /* What it links is there. */
    snprintf(target, sizeof(target), "/shop%.*s%sshow.js",
             (int)(strrchr(cases[_i].page, '/') + 1 - cases[_i].page), cases[_i].page,
             cases[_i].asset);
    ck_assert_str_eq(body_of(client, target, 200), "show();");
    snprintf(target, sizeof(target), "/shop%.*s%s",
             (int)(strrchr(cases[_i].page, '/') + 1 - cases[_i].page), cases[_i].page,
             cases[_i].redirect);
    HAS(body_of(client, target, 200), "<script src=\"assets/oauth2-redirect.js\"></script>");
    cadre_test_close(client);
    remove_files();
}
END_TEST

START_TEST(redoc_has_a_page_too)
{
    const struct cadre_module module = {.routes = rows, .openapi_url = "/v1/api.json"};
    struct cadre_test_client *client = open_module(&module, "/");
    const char *page = body_of(client, "/redoc", 200);

    HAS(page, "<title>test - ReDoc</title>");
    HAS(page, "<script src=\"redoc/assets/redoc.standalone.js\"></script>");
    HAS(page, "<div id=\"redoc\" data-document=\"v1/api.json\"");
    cadre_test_close(client);
}
END_TEST

static int own(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "my own");
}

static const struct cadre_route own_rows[] = {CADRE_GET("/docs", own), CADRE_GET("/redoc", own),
                                              CADRE_GET("/hello", hello), CADRE_ROUTES_END};
static const struct cadre_route any_rows[] = {CADRE_GET("/{path:path}", own), CADRE_ROUTES_END};
static const struct cadre_route hidden_inner[] = {CADRE_GET("/x", hello), CADRE_ROUTES_END};
static const struct cadre_route hidden_rows[] = {
    CADRE_GET("/hello", hello, .not_in_schema = true),
    CADRE_MOUNT("/in", hidden_inner, .not_in_schema = true), CADRE_ROUTES_END};

static const struct cadre_route socket_rows[] = {CADRE_WEBSOCKET("/x", hello), CADRE_ROUTES_END};

START_TEST(what_the_module_says_goes_before)
{
    const struct cadre_module modules[] = {{.routes = own_rows},
                                           {.routes = any_rows},
                                           {.routes = hidden_rows},
                                           {.routes = socket_rows}};
    struct cadre_test_client *client = open_module(&modules[0], "/");

    ck_assert_str_eq(body_of(client, "/docs", 200), "my own");
    ck_assert_str_eq(body_of(client, "/redoc", 200), "my own");
    cadre_test_close(client);
    client = open_module(&modules[1], "/");
    ck_assert_str_eq(body_of(client, "/docs", 200), "my own");
    cadre_test_close(client);
    for (size_t i = 2; i < 4; i++) { /* nothing is documented */
        client = open_module(&modules[i], "/");
        body_of(client, "/docs", 404);
        body_of(client, "/redoc", 404);
        body_of(client, "/openapi.json", 404);
        cadre_test_close(client);
    }
}
END_TEST

START_TEST(a_place_that_is_given_goes_before_the_routes)
{
    const struct cadre_module any = {.routes = any_rows, .docs_url = "/docs"};
    const struct cadre_module twice = {.routes = own_rows, .docs_url = "/docs"};
    const struct cadre_test_module one = {.module = &twice};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = open_module(&any, "/");
    char why[2000] = "";

    HAS(body_of(client, "/docs", 200), "swagger-ui-bundle.js");
    ck_assert_str_eq(body_of(client, "/redoc", 200), "my own");
    cadre_test_close(client);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
    HAS(why,
        "route \"GET /docs\": the module has its documentation on that path: remove the route, "
        "or give openapi_url, docs_url or redoc_url another path");
}
END_TEST

START_TEST(each_can_be_turned_off)
{
    const struct cadre_module modules[] = {{.routes = rows, .docs_url = ""},
                                           {.routes = rows, .redoc_url = ""},
                                           {.routes = rows, .openapi_url = ""}};
    static const int docs[] = {404, 200, 404}, redoc[] = {200, 404, 404};

    for (size_t i = 0; i < 3; i++) {
        struct cadre_test_client *client = open_module(&modules[i], "/");

        body_of(client, "/docs", docs[i]);
        body_of(client, "/docs/oauth2-redirect", docs[i]);
        body_of(client, "/redoc", redoc[i]);
        cadre_test_close(client);
    }
}
END_TEST

/* What is before a ':' would be a scheme to the browser. */
START_TEST(a_link_with_a_colon_is_no_scheme)
{
    const struct cadre_module module = {.routes = rows,
                                        .openapi_url = "/v:1/api.json",
                                        .docs_url = "/he:lp",
                                        .redoc_url = "/a/b:c"};
    struct cadre_test_client *client = open_module(&module, "/");
    const char *page = body_of(client, "/he:lp", 200);

    HAS(page, "<script src=\"./he:lp/assets/show.js\"></script>");
    HAS(page, "data-document=\"./v:1/api.json\" data-redirect=\"./he:lp/oauth2-redirect\"");
    page = body_of(client, "/a/b:c", 200);
    HAS(page, "<script src=\"./b:c/assets/show.js\"></script>");
    HAS(page, "data-document=\"../v:1/api.json\"");
    body_of(client, "/v:1/api.json", 200);
    cadre_test_close(client);
}
END_TEST

/* Opens a module that is to be refused. */
static void open_refused(const struct cadre_module *module, char *why, size_t why_size)
{
    const struct cadre_test_module one = {.module = module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre_test_open(&app, why, why_size, &client), -EINVAL);
}

#define OTHER_PATH "give one of them another path, or turn it off by \"\" (\"off\" in the conf)"
static const struct {
    struct cadre_module module;
    const char *why;
} same_places[] = {
    {{.routes = rows, .docs_url = "/x", .redoc_url = "/x"},
     "docs_url and redoc_url are both \"/x\": " OTHER_PATH},
    {{.routes = rows, .openapi_url = "/x", .docs_url = "/x"},
     "openapi_url and docs_url are both \"/x\": " OTHER_PATH},
    {{.routes = rows, .openapi_url = "/docs"},
     "openapi_url and docs_url are both \"/docs\": " OTHER_PATH},
    {{.routes = rows, .redoc_url = "/docs"},
     "docs_url and redoc_url are both \"/docs\": " OTHER_PATH},
    {{.routes = rows, .docs_url = "/x/", .redoc_url = "/x"},
     "docs_url needs \"/x/assets/favicon-32x32.png\" for itself, which redoc_url is, or needs, too: " OTHER_PATH},
    {{.routes = rows, .openapi_url = "/docs/oauth2-redirect"},
     "docs_url needs \"/docs/oauth2-redirect\" for itself, which openapi_url is, or needs, too: " OTHER_PATH},
    {{.routes = rows, .docs_url = "/redoc/assets/show.js"},
     "redoc_url needs \"/redoc/assets/show.js\" for itself, which docs_url is, or needs, too: " OTHER_PATH},
};

START_TEST(two_at_one_place_are_refused)
{
    char why[2000] = "";

    open_refused(&same_places[_i].module, why, sizeof(why));
    ck_assert_str_eq(why, same_places[_i].why);
}
END_TEST

START_TEST(what_is_off_is_at_no_place)
{
    const struct cadre_module modules[] = {
        {.routes = rows, .openapi_url = "", .docs_url = "/x", .redoc_url = "/x"},
        {.routes = rows, .docs_url = "", .redoc_url = "/docs"}};

    for (size_t i = 0; i < 2; i++) {
        struct cadre_test_client *client = open_module(&modules[i], "/");

        body_of(client, "/docs", i == 0 ? 404 : 200);
        cadre_test_close(client);
    }
}
END_TEST

#define AS "; write it as \"/name\", or \"\" (\"off\" in the conf) to have none"
START_TEST(a_place_that_is_none_is_refused)
{
    static const char *const odd[] = {"/a//b", "/a/../b", "/./b", "/a\\b", "/a b", "/a?b", "/a#b"};
    const struct cadre_module module = {.routes = rows,
                                        .openapi_url = "openapi.json",
                                        .docs_url = "/{docs}",
                                        .redoc_url = "/to%20read"};
    char why[2000] = "";

    open_refused(&module, why, sizeof(why));
    ck_assert_str_eq(why,
                     "openapi_url \"openapi.json\" is not a path below the mount: it does not "
                     "begin with '/'" AS "\n"
                     "docs_url \"/{docs}\" is not a path below the mount: it holds a character "
                     "that has no place there" AS "\n"
                     "redoc_url \"/to%20read\" is not a path below the mount: it holds a "
                     "character that has no place there" AS);
    for (size_t i = 0; i < TYPED_COUNT(odd); i++) {
        const struct cadre_module one = {.routes = rows, .docs_url = odd[i]};

        open_refused(&one, why, sizeof(why));
        HAS(why, "is not a path below the mount: it holds ");
    }
}
END_TEST

START_TEST(files_that_are_not_there_are_404)
{
    const struct cadre_module module = {.routes = rows};
    struct cadre_test_client *client = open_module(&module, "/");

    ck_assert_int_eq(setenv("CADRE_PAGES_DIR", "/nonexistent", 1), 0);
    HAS(body_of(client, "/docs/assets/show.js", 404), "not installed");
    HAS(body_of(client, "/docs/assets/show.js", 404), "not installed");
    body_of(client, "/docs", 200);
    cadre_test_close(client);
    make_files();
    client = open_module(&module, "/");
    body_of(client, "/docs/assets/none.js", 404);
    body_of(client, "/docs/assets/..%2Fshow.js", 404);
    cadre_test_close(client);
    remove_files();
}
END_TEST

/* A request for a literal path looks at no pattern, wherever the pages are. */
START_TEST(routes_are_found_as_quickly_as_without_pages)
{
    const struct cadre_module module = {
        .openapi_url = "/v1.json", .docs_url = "/help", .redoc_url = "/read", .routes = rows};
    const struct cadre__mount_options options = {
        .name = "shop", .path = "/", .routes = rows, .typed = &cadre__api_ops, .module = &module};
    struct cadre__mount *mount;
    char why[200] = "";

    ck_assert_msg(cadre__mount_new(&options, why, sizeof(why), &mount) == 0, "%s", why);
    ck_assert_ptr_nonnull(cadre__mount_find_literal(mount, CADRE_STR("GET"), CADRE_STR("/hello")));
    ck_assert_ptr_nonnull(cadre__mount_find_literal(mount, CADRE_STR("GET"), CADRE_STR("/help")));
    cadre__mount_free(mount);
}
END_TEST

UNIT_MAIN("api/pages", UNIT_LOOP(pages_link_what_they_need_from_where_they_are, 4),
          UNIT_CASE(redoc_has_a_page_too), UNIT_CASE(what_the_module_says_goes_before),
          UNIT_CASE(a_place_that_is_given_goes_before_the_routes),
          UNIT_CASE(each_can_be_turned_off), UNIT_CASE(a_link_with_a_colon_is_no_scheme),
          UNIT_LOOP(two_at_one_place_are_refused, TYPED_COUNT(same_places)),
          UNIT_CASE(what_is_off_is_at_no_place), UNIT_CASE(a_place_that_is_none_is_refused),
          UNIT_CASE(files_that_are_not_there_are_404),
          UNIT_CASE(routes_are_found_as_quickly_as_without_pages))
