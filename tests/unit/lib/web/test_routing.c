/* SPDX-License-Identifier: MIT */
/* Routing as a module sees it, by the test client: order, types, mounts, hosts, slashes, links
 * (web/mount.c, mount_find.c, redirect.c, links.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "read_item item_id=7": which row it was, and what it got. */
static int answer(struct cadre_request *req, const char *row)
{
    static const char *const names[] = {"id", "org", "p", "x", "shop", "day"};
    char text[400];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", row);

    for (size_t i = 0; i < COUNT(names); i++) {
        const char *value = cadre_path_param(req, names[i]);

        if (value != NULL)
            len += (size_t)snprintf(text + len, sizeof(text) - len, " %s=%s", names[i], value);
    }
    return cadre_respond_text(req, 200, text);
}

#define ROW(name)                                                                                  \
    static int name(struct cadre_request *req)                                                     \
    {                                                                                              \
        return answer(req, #name);                                                                 \
    }

ROW(me)
ROW(user)
ROW(item)
ROW(item_text)
ROW(put_item)
ROW(files)
ROW(edit)
ROW(members)
ROW(member)
ROW(shop_home)
ROW(api)
ROW(any)
ROW(day)
ROW(slash)
ROW(mine)

static int values(struct cadre_request *req)
{
    uint8_t uuid[16];
    int64_t id;
    double x;
    int r = cadre_path_int(req, "id", &id);

    if (r == -ERANGE)
        return cadre_respond_text(req, 404, "too large");
    if (r < 0 || cadre_path_double(req, "x", &x) < 0 || cadre_path_uuid(req, "u", uuid) < 0)
        return -EINVAL;
    if (cadre_path_int(req, "x", &id) != -EINVAL || cadre_path_int(req, "none", &id) != -ENOENT ||
        cadre_path_value(req, "id", &id) != 0)
        return -EINVAL;
    return cadre_respondf(req, 200, "text/plain", "%lld %g %02x%02x", (long long)id, x, uuid[0],
                          uuid[15]);
}

/* A link by the query: ?name=...&a=...&b=...; `to` is "path" or "url". */
static int link_to(struct cadre_request *req)
{
    const char *name = cadre_query_param(req, "name"), *a = cadre_query_param(req, "a");
    const char *va = cadre_query_param(req, "va"), *b = cadre_query_param(req, "b");
    const char *vb = cadre_query_param(req, "vb"), *to = cadre_query_param(req, "to");
    const char *link = to != NULL && strcmp(to, "path") == 0
                           ? cadre_url_path_for(req, name, a, va, b, vb, (char *)NULL)
                           : cadre_url_for(req, name, a, va, b, vb, (char *)NULL);

    return cadre_respond_text(req, 200, link != NULL ? link : "NULL");
}

static bool is_day(const char *text, size_t len)
{
    (void)text;
    return len == 10 && text[4] == '-' && text[7] == '-';
}

static const struct cadre_converter converters[] = {{.name = "date", .match = is_day},
                                                    {.name = NULL}};

static const struct cadre_route member_routes[] = {
    CADRE_GET("/", members),
    CADRE_GET("/{id}", member),
    CADRE_ROUTES_END,
};

static const struct cadre_route org_routes[] = {
    CADRE_MOUNT("/members", member_routes, .name = "members"),
    CADRE_ROUTES_END,
};

static const struct cadre_route shop_routes[] = {
    CADRE_GET("/", shop_home),
    CADRE_GET("/x", api, .host = "api.example.com"),
    CADRE_ROUTES_END,
};

static const struct cadre_route routes[] = {
    CADRE_MOUNT("", shop_routes, .name = "shop", .host = "{shop}.example.com"),
    CADRE_GET("/users/me", me),
    CADRE_GET("/users/{id}", user),
    CADRE_GET("/items/{id:int}", item),
    CADRE_PUT("/items/{id:int}", put_item),
    CADRE_GET("/items/{id}", item_text),
    CADRE_GET("/files/{p:path}/edit", edit),
    CADRE_GET("/files/{p:path}", files),
    CADRE_MOUNT("/orgs/{org}", org_routes, .name = "org"),
    CADRE_ANY("/any/{p:path}", any),
    CADRE_GET("/day/{day:date}", day),
    CADRE_GET("/values/{id:int}/{x:float}/{u:uuid}", values),
    CADRE_GET("/slash/", slash),
    CADRE_GET("/link", link_to),
    CADRE_GET("/named", mine, .name = "other"),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes, .converters = converters};

static struct cadre_test_client *serve(const char *mount)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module, .mount = mount, .name = "web");
}

static const struct {
    const char *method, *target;
    int status;
    const char *text; /* the body; of 405 Allow, of 307 Location */
} asked[] = {
    {"GET", "/users/me", 200, "me"},
    {"GET", "/users/you", 200, "user id=you"},
    {"HEAD", "/users/you", 200, ""},
    {"GET", "/users/a%2Fb", 404, "Not Found"},
    {"GET", "/users/a%20b", 200, "user id=a b"},
    {"GET", "/items/7", 200, "item id=7"},
    {"PUT", "/items/7", 200, "put_item id=7"},
    {"GET", "/items/tea", 200, "item_text id=tea"},
    {"PUT", "/items/tea", 405, "GET, HEAD, OPTIONS"},
    {"POST", "/items/7", 405, "GET, HEAD, PUT, OPTIONS"},
    {"BREW", "/items/7", 405, "GET, HEAD, PUT, OPTIONS"},
    {"OPTIONS", "/items/7", 204, "GET, HEAD, PUT, OPTIONS"},
    {"GET", "/files/", 200, "files p="},
    {"GET", "/files/a/b.txt", 200, "files p=a/b.txt"},
    {"GET", "/files/a/edit", 200, "edit p=a"},
    {"GET", "/files", 307, "/files/"},
    {"GET", "/orgs/ex/members/", 200, "members org=ex"},
    {"GET", "/orgs/ex/members/7", 200, "member id=7 org=ex"},
    {"GET", "/orgs/ex/members", 307, "/orgs/ex/members/"},
    {"POST", "/orgs/ex/members?a=b%20c", 307, "/orgs/ex/members/?a=b%20c"},
    {"GET", "/users/me/?q", 307, "/users/me?q"},
    {"GET", "/users/a%20b/", 307, "/users/a%20b"},
    {"GET", "/users/me%2F", 404, "Not Found"},
    {"GET", "/users/me//", 404, "Not Found"},
    {"GET", "/slash", 307, "/slash/"},
    {"DELETE", "/any/x/y", 200, "any p=x/y"},
    {"BREW", "/any/", 200, "any p="},
    {"OPTIONS", "/any/", 200, "any p="},
    {"GET", "/day/2026-11-21", 200, "day day=2026-11-21"},
    {"GET", "/day/today", 404, "Not Found"},
    {"GET", "/values/7/1.5/123e4567-e89b-12d3-a456-4266141740ff", 200, "7 1.5 12ff"},
    {"GET", "/values/99999999999999999999/1.5/123e4567e89b12d3a4564266141740ff", 404, "too large"},
    {"GET", "http://tea.example.com/", 200, "shop_home shop=tea"},
    {"GET", "http://Tea.Example.com:81/", 200, "shop_home shop=Tea"},
    {"GET", "http://api.example.com/x", 200, "api"},
    {"GET", "http://tea.example.com/x", 404, "Not Found"},
    {"GET", "http://tea.example.com/users/me", 200, "me"},
    {"GET", "/", 404, "Not Found"},
    {"GET", "//evil/", 404, "Not Found"},
};

START_TEST(requests_get_to_their_rows)
{
    struct cadre_test_client *client = serve("/");
    const struct cadre_test_response *res = cadre_test_request(
        client, .method = asked[_i].method, .target = asked[_i].target, .keep_redirects = true);

    cadre_assert_status(res, asked[_i].status);
    if (asked[_i].status == 307)
        cadre_assert_header(res, "location", asked[_i].text);
    else if (asked[_i].status == 405 || asked[_i].status == 204)
        cadre_assert_header(res, "allow", asked[_i].text);
    else
        cadre_assert_body(res, asked[_i].text);
    cadre_test_close(client);
}
END_TEST

static const struct {
    const char *query, *link;
} links[] = {
    {"name=me&to=path", "/shop/users/me"},
    {"name=me", "http://testserver/shop/users/me"},
    {"name=web:me&to=path", "/shop/users/me"},
    {"name=user&a=id&va=a%20b%3F%25%C3%A4&to=path", "/shop/users/a%20b%3F%25%C3%A4"},
    {"name=item&a=id&va=7&to=path", "/shop/items/7"},
    {"name=item&a=id&va=tea&to=path", "NULL"},
    {"name=user&a=id&va=a/b&to=path", "NULL"},
    {"name=user&a=id&va=&to=path", "NULL"},
    {"name=user&to=path", "NULL"},
    {"name=user&a=id&va=1&b=x&vb=1", "NULL"},
    {"name=files&a=p&va=a/b%20c&to=path", "/shop/files/a/b%20c"},
    {"name=edit&a=p&va=a/b&to=path", "/shop/files/a/b/edit"},
    {"name=org:members:member&a=org&va=ex&b=id&vb=7&to=path", "/shop/orgs/ex/members/7"},
    {"name=shop:shop_home&a=shop&va=tea", "http://tea.example.com/shop/"},
    {"name=shop:shop_home&to=path", "/shop/"},
    {"name=shop:shop_home&a=shop&va=a.b", "NULL"},
    {"name=other&to=path", "/shop/named"},
    {"name=mine", "NULL"},
    {"name=none", "NULL"},
    {"name=nobody:me", "NULL"},
    {"name=day&a=day&va=2026-11-21&to=path", "/shop/day/2026-11-21"},
    {"name=day&a=day&va=today&to=path", "NULL"},
};

START_TEST(links_lead_back)
{
    struct cadre_test_client *client = serve("/shop");
    char target[300];

    snprintf(target, sizeof(target), "/shop/link?%s", links[_i].query);
    cadre_assert_body(cadre_test_get(client, target), links[_i].link);
    cadre_test_close(client);
}
END_TEST

/* A path that would be read as a host is not made. */
START_TEST(a_link_stays_on_its_host)
{
    static const struct cadre_route all[] = {
        CADRE_GET("/link", link_to),
        CADRE_GET("/{p:path}", files),
        CADRE_ROUTES_END,
    };
    static const struct cadre_module loose = {.routes = all};
    struct cadre_test_client *client = cadre_test_serve(.module = &loose);

    cadre_assert_body(cadre_test_get(client, "/link?name=files&a=p&va=/evil/&to=path"),
                      "/%2Fevil/");
    cadre_assert_body(cadre_test_get(client, "/%2Fevil/"), "files p=/evil/");
    cadre_test_close(client);
}
END_TEST

START_TEST(slashes_may_be_kept)
{
    static const struct cadre_module strict = {
        .routes = routes, .converters = converters, .flags = CADRE_KEEP_SLASHES};
    struct cadre_test_client *client = cadre_test_serve(.module = &strict, .mount = "/shop");

    cadre_assert_status(cadre_test_get(client, "/shop/users/me/"), 404);
    cadre_assert_status(cadre_test_get(client, "/shop/slash"), 404);
    cadre_assert_status(cadre_test_get(client, "/shop/slash/"), 200);
    cadre_test_close(client);
}
END_TEST

static const struct cadre_route endless[] = {CADRE_MOUNT("/x", endless), CADRE_ROUTES_END};
static const struct cadre_route no_slash[] = {CADRE_GET("x", me), CADRE_ROUTES_END};
static const struct cadre_route twice[] = {
    CADRE_GET("/{id}", me, .host = "{id}.test"), CADRE_GET("/a", me, .host = "A.test"),
    CADRE_GET("/a", me), CADRE_GET("/a", me, .host = "b.test"), CADRE_ROUTES_END};

START_TEST(bad_tables_are_refused)
{
    static const struct cadre_route prefix[] = {CADRE_MOUNT("x", member_routes), CADRE_ROUTES_END};
    static const struct cadre_route inner[] = {CADRE_MOUNT("/x", no_slash), CADRE_ROUTES_END};
    static const struct {
        const struct cadre_route *routes;
        const char *why;
    } rows[] = {
        {endless, "are mounted in one another too deeply: does one hold itself?"},
        {prefix, "the prefix of a mount does not begin with '/'"},
        {inner, "it does not begin with '/'"},
        {twice, "its path and its host have a parameter of the same name"},
        {twice, "host \"A.test\": 'A' is not of a host"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct cadre_module bad = {.routes = rows[i].routes};
        const struct cadre_test_module one = {.module = &bad};
        const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
        struct cadre_test_client *client = NULL;
        char why[1000];

        ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -EINVAL);
        ck_assert_msg(strstr(why, rows[i].why) != NULL, "%s", why);
    }
}
END_TEST

UNIT_MAIN("web/routing", UNIT_LOOP(requests_get_to_their_rows, COUNT(asked)),
          UNIT_LOOP(links_lead_back, COUNT(links)), UNIT_CASE(a_link_stays_on_its_host),
          UNIT_CASE(slashes_may_be_kept), UNIT_CASE(bad_tables_are_refused))
