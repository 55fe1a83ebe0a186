/* SPDX-License-Identifier: MIT */
/* Limits of requests, by the test client and its clock (lib/middleware/rate_limit.c). */
#include "tests/unit/lib/middleware/layered.h"

#include "middleware/rate_limit.h"
#include <cadre/test_clock.h>
#include <stdio.h>

static unsigned n_handled;

static int hello(struct cadre_request *req)
{
    n_handled++;
    return cadre_respond_text(req, 200, "hello");
}

static int chat(struct cadre_request *req)
{
    return cadre_websocket_accept(req, NULL);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_WEBSOCKET("/chat", chat),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *client_of(const struct cadre_rate_limit_options *options,
                                           const char *address)
{
    const struct cadre_test_app app = {.client_address = address};

    return layered_open(routes, &cadre_rate_limit, options, &app);
}

static const struct cadre_rate_limit_options few = {.requests = 3, .per_ms = 60000};

START_TEST(beyond_the_limit_it_is_429_with_retry_after)
{
    struct cadre_test_client *client = client_of(&few, NULL);
    const struct cadre_test_response *res;

    for (int i = 0; i < 3; i++)
        cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_test_advance(500);
    res = cadre_test_get(client, "/");
    cadre_assert_status(res, 429);
    cadre_assert_body(res, "Too Many Requests");
    cadre_assert_header(res, "retry-after", "20"); /* 19.5, whole seconds, not too early */
    cadre_assert_header(res, "ratelimit", NULL);
    ck_assert_uint_eq(n_handled, 3);
    /* What was too much costs nothing: after that time one is granted. */
    cadre_test_advance(19500);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/"), 429);
    /* Also where there is no route. */
    cadre_assert_status(cadre_test_get(client, "/none"), 429);
    cadre_test_close(client);
}
END_TEST

START_TEST(the_clock_fills_the_bucket_and_not_more)
{
    static const struct cadre_rate_limit_options options = {.requests = 10, .burst = 2};
    struct cadre_test_client *client = client_of(&options, NULL);

    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_header(cadre_test_get(client, "/"), "retry-after", "1");
    cadre_test_advance(100);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/"), 429);
    cadre_test_advance(60000);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/"), 200);
    cadre_assert_status(cadre_test_get(client, "/"), 429);
    cadre_test_close(client);
}
END_TEST

START_TEST(responses_say_how_much_is_left)
{
    static const struct cadre_rate_limit_options options = {
        .requests = 2, .per_ms = 60000, .headers = true, .name = "uploads"};
    struct cadre_test_client *client = client_of(&options, NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_header(res, "ratelimit-policy", "\"uploads\";q=2;w=60");
    cadre_assert_header(res, "ratelimit", "\"uploads\";r=1;t=30");
    res = cadre_test_get(client, "/none");
    cadre_assert_status(res, 404);
    cadre_assert_header(res, "ratelimit", "\"uploads\";r=0;t=30");
    res = cadre_test_get(client, "/");
    cadre_assert_status(res, 429);
    cadre_assert_header(res, "ratelimit", "\"uploads\";r=0;t=30");
    cadre_assert_header(res, "ratelimit-policy", "\"uploads\";q=2;w=60");
    cadre_assert_header(res, "retry-after", "30");
    cadre_test_close(client);
}
END_TEST

static const struct cadre_rate_limit_options one = {.requests = 1, .per_ms = 60000};
static const struct cadre_rate_limit_options one_of_network = {
    .requests = 1, .per_ms = 60000, .ipv4_bits = 24, .ipv6_bits = 48};

/* Two clients of one server, and whether they are the same to a limit. */
static const struct {
    const struct cadre_rate_limit_options *options;
    const char *first, *second;
    bool is_same;
} pairs[] = {
    {&one, "192.0.2.1", "192.0.2.2", false},
    {&one, "192.0.2.1", "::ffff:192.0.2.1", true},
    {&one, "2001:db8::1", "2001:db8::2", true},
    {&one, "2001:db8::1", "2001:db8:0:1::1", false},
    {&one, "unix", "unix", true},
    {&one, "unix", "192.0.2.1", false},
    {&one, "unix", "117.110.105.120", false}, /* the bytes of "unix" */
    {&one_of_network, "192.0.2.1", "192.0.2.200", true},
    {&one_of_network, "192.0.2.1", "::ffff:192.0.2.200", true},
    {&one_of_network, "192.0.2.1", "192.0.3.1", false},
    {&one_of_network, "2001:db8::1", "2001:db8:0:1::1", true},
    {&one_of_network, "2001:db8::1", "2001:db8:1::1", false},
};

START_TEST(a_client_is_its_network)
{
    struct cadre_test_client *first = client_of(pairs[_i].options, pairs[_i].first);
    struct cadre_test_client *second = client_of(pairs[_i].options, pairs[_i].second);

    cadre_assert_status(cadre_test_get(first, "/"), 200);
    cadre_assert_status(cadre_test_get(first, "/"), 429);
    cadre_assert_status(cadre_test_get(second, "/"), pairs[_i].is_same ? 429 : 200);
    cadre_test_close(first);
    cadre_test_close(second);
}
END_TEST

static int status_with(struct cadre_test_client *client, const char *field)
{
    const char *const headers[] = {field, NULL};

    return cadre_test_status(cadre_test_request(client, .target = "/", .headers = headers));
}

START_TEST(a_header_field_may_be_the_key)
{
    static const struct cadre_rate_limit_options options = {
        .requests = 1, .per_ms = 60000, .key = CADRE_RATE_HEADER, .header = "X-API-Key"};
    struct cadre_test_client *client = client_of(&options, NULL);

    ck_assert_int_eq(status_with(client, "x-api-key: ada"), 200);
    ck_assert_int_eq(status_with(client, "x-api-key: ada"), 429);
    ck_assert_int_eq(status_with(client, "X-Api-Key: bob"), 200);
    ck_assert_int_eq(status_with(client, "x-other: ada"), 200);
    ck_assert_int_eq(status_with(client, "x-other: bob"), 429); /* by address */
    cadre_test_close(client);
}
END_TEST

/* 97.98.99.100 has the bytes of "abcd". */
START_TEST(no_header_field_counts_for_an_address)
{
    static const struct cadre_rate_limit_options options = {
        .requests = 1, .per_ms = 60000, .key = CADRE_RATE_HEADER, .header = "x-api-key"};
    struct cadre_test_client *client = client_of(&options, "97.98.99.100");

    ck_assert_int_eq(status_with(client, "x-api-key: abcd"), 200);
    ck_assert_int_eq(status_with(client, "x-api-key: abcd"), 429);
    ck_assert_int_eq(status_with(client, "x-other: 1"), 200);
    ck_assert_int_eq(status_with(client, "x-other: 1"), 429);
    cadre_test_close(client);
}
END_TEST

START_TEST(all_may_count_together)
{
    static const struct cadre_rate_limit_options options = {
        .requests = 2, .per_ms = 60000, .key = CADRE_RATE_ALL};
    struct cadre_test_client *first = client_of(&options, "192.0.2.1");
    struct cadre_test_client *second = client_of(&options, "192.0.2.2");

    cadre_assert_status(cadre_test_get(first, "/"), 200);
    cadre_assert_status(cadre_test_get(second, "/"), 200);
    cadre_assert_status(cadre_test_get(first, "/"), 429);
    cadre_test_close(first);
    cadre_test_close(second);
}
END_TEST

static int by_user(struct cadre_request *req, struct cadre_str *ret)
{
    const char *user = cadre_header(req, "x-user");

    if (user != NULL && strcmp(user, "broken") == 0)
        return -EIO;
    if (user != NULL)
        *ret = cadre_str_from(user);
    return 0;
}

START_TEST(a_function_may_say_whom_it_is_for)
{
    static const struct cadre_rate_limit_options options = {
        .requests = 1, .per_ms = 60000, .key_fn = by_user};
    struct cadre_test_client *client = client_of(&options, NULL);

    ck_assert_int_eq(status_with(client, "x-user: ada"), 200);
    ck_assert_int_eq(status_with(client, "x-user: ada"), 429);
    ck_assert_int_eq(status_with(client, "x-user: bob"), 200);
    ck_assert_int_eq(status_with(client, "x-user:"), 200);
    ck_assert_int_eq(status_with(client, "x-user:"), 429);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(status_with(client, "x-none: 1"), 200);
    ck_assert_int_eq(status_with(client, "x-user: broken"), 500);
    cadre_test_close(client);
}
END_TEST

START_TEST(handshakes_of_websockets_count)
{
    struct cadre_test_client *client = client_of(&one, NULL);

    for (int i = 0; i < 2; i++) {
        struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/chat");
        const struct cadre_test_response *res = cadre_test_websocket_response(ws);

        cadre_assert_status(res, i == 0 ? 101 : 429);
        cadre_assert_header(res, "retry-after", i == 0 ? NULL : "60");
        cadre_test_websocket_end(ws);
    }
    cadre_test_close(client);
}
END_TEST

START_TEST(a_server_that_begins_anew_has_full_buckets)
{
    for (int i = 0; i < 2; i++) {
        struct cadre_test_client *client = client_of(&one, NULL);

        cadre_assert_status(cadre_test_get(client, "/"), 200);
        cadre_assert_status(cadre_test_get(client, "/"), 429);
        cadre_test_close(client);
    }
}
END_TEST

/* As workers do, one after the other. */
START_TEST(what_counts_in_an_area_stays_there)
{
    const size_t size = cadre__rates_size(64);
    void *memory = aligned_alloc(64, size);
    struct cadre__rates rates;

    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, size);
    ck_assert_int_eq(cadre__rates_create(memory, size), 0);
    ck_assert_int_eq(cadre__rates_open(&rates, memory, size), 0);
    cadre__rate_limit_use(&rates);
    for (int i = 0; i < 2; i++) {
        struct cadre_test_client *client = client_of(&one, NULL);

        cadre_assert_status(cadre_test_get(client, "/"), i == 0 ? 200 : 429);
        cadre_test_close(client);
    }
    cadre__rate_limit_use(NULL);
    free(memory);
}
END_TEST

static const struct layered_refusal wrong[] = {
    {NULL, "it has no options"},
    {&(const struct cadre_rate_limit_options){.requests = 0}, "requests: say how many"},
    {&(const struct cadre_rate_limit_options){.requests = 2000000000}, "requests: say how many"},
    {&(const struct cadre_rate_limit_options){.requests = 1, .key = CADRE_RATE_HEADER},
     "header: say which header field"},
    {&(const struct cadre_rate_limit_options){.requests = 1, .header = "x-api-key"},
     "header: requests are counted for it only with key = \"header\""},
    {&(const struct cadre_rate_limit_options){
         .requests = 1, .key = CADRE_RATE_HEADER, .header = "x api key"},
     "header: \"x api key\" is not the name of a header field"},
    {&(const struct cadre_rate_limit_options){
         .requests = 1, .key = CADRE_RATE_HEADER, .header = "x-api-key:"},
     "header: \"x-api-key:\""},
    {&(const struct cadre_rate_limit_options){.requests = 1, .ipv4_bits = 33}, "ipv4_bits"},
    {&(const struct cadre_rate_limit_options){.requests = 1, .ipv6_bits = 129}, "ipv6_bits"},
    {&(const struct cadre_rate_limit_options){.requests = 1, .name = "a\"b"}, "name: \"a\"b\""},
    {&(const struct cadre_rate_limit_options){.requests = 1, .per_ms = UINT64_MAX}, "per_ms"},
    {&(const struct cadre_rate_limit_options){
         .requests = 1, .per_ms = UINT64_C(86400000) * 366, .burst = 40},
     "burst: so many take longer than 36 years"},
};

START_TEST(limits_that_make_no_sense_are_refused)
{
    layered_refused(&cadre_rate_limit, wrong[_i].options, wrong[_i].what);
}
END_TEST

static int by_all(struct cadre_request *req, struct cadre_str *ret)
{
    (void)req;
    *ret = CADRE_STR("all");
    return 0;
}

/* A limit beside {.requests = 3, .key_fn = by_user}, and in what it differs; NULL: it may stand
 * there. */
static const struct {
    struct cadre_rate_limit_options options;
    const char *what;
} beside[] = {
    {{.requests = 3, .key_fn = by_user}, NULL},
    {{.requests = 3, .burst = 3, .key_fn = by_user}, NULL},
    {{.requests = 3, .per_ms = 5000, .key_fn = by_user}, NULL},
    {{.requests = 9, .key_fn = by_all, .name = "all"}, NULL},
    {{.requests = 4}, NULL},
    {{.requests = 3, .key_fn = by_all},
     "name: \"default\" is another limit of \"test\" too, with "
     "which it would count together, but their key_fn differ"},
    {{.requests = 4, .key_fn = by_user}, "their requests differ"},
    {{.requests = 3, .burst = 9, .key_fn = by_user}, "their burst differ"},
    {{.requests = 3, .key_fn = by_user, .ipv4_bits = 24}, "their ipv4_bits differ"},
    {{.requests = 3, .key_fn = by_user, .ipv6_bits = 48}, "their ipv6_bits differ"},
};

START_TEST(limits_that_count_together_are_alike)
{
    static const struct cadre_rate_limit_options users = {.requests = 3, .key_fn = by_user};
    const struct cadre_middleware table[] = {
        CADRE_MIDDLEWARE_OF(cadre_rate_limit, &users),
        CADRE_MIDDLEWARE_OF(cadre_rate_limit, &beside[_i].options), CADRE_MIDDLEWARE_END};
    const struct cadre_module module = {.routes = routes, .middleware = table};
    const struct cadre_test_module one_module = {.module = &module, .name = "test"};
    const struct cadre_test_app app = {.modules = &one_module, .n_modules = 1};
    struct cadre_test_client *client;
    char why[300] = "";
    int r = cadre_test_open(&app, why, sizeof(why), &client);

    if (beside[_i].what == NULL) {
        ck_assert_msg(r == 0, "%s", why);
        cadre_test_close(client);
    } else {
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_msg(strstr(why, beside[_i].what) != NULL, "%s", why);
    }
}
END_TEST

UNIT_MAIN("middleware/rate_limit", UNIT_CASE(beyond_the_limit_it_is_429_with_retry_after),
          UNIT_CASE(the_clock_fills_the_bucket_and_not_more),
          UNIT_CASE(responses_say_how_much_is_left),
          UNIT_LOOP(a_client_is_its_network, sizeof(pairs) / sizeof(pairs[0])),
          UNIT_CASE(a_header_field_may_be_the_key),
          UNIT_CASE(no_header_field_counts_for_an_address), UNIT_CASE(all_may_count_together),
          UNIT_CASE(a_function_may_say_whom_it_is_for), UNIT_CASE(handshakes_of_websockets_count),
          UNIT_CASE(a_server_that_begins_anew_has_full_buckets),
          UNIT_CASE(what_counts_in_an_area_stays_there),
          UNIT_LOOP(limits_that_count_together_are_alike, sizeof(beside) / sizeof(beside[0])),
          UNIT_LOOP(limits_that_make_no_sense_are_refused, sizeof(wrong) / sizeof(wrong[0])))
