/* SPDX-License-Identifier: MIT */
/* Streams of JSON lines, by the test client (api/lines.c). */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>

struct item {
    const char *name;
    int64_t number;
    struct cadre_opt_str note;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name),
    CADRE_FIELD(struct item, number),
    CADRE_FIELD(struct item, note),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

static int count(struct cadre_request *req)
{
    struct item item = {.name = "a\nb", .number = 0};
    int r = cadre_lines_start(req);

    while (r == 0 && item.number++ < 3) {
        r = cadre_sleep(1000);
        r = r < 0 ? r : cadre_lines_write(req, &item_model, &item);
    }
    return r < 0 ? r : cadre_end(req);
}

/* JSON that is kept as the client has sent it. */
struct kept {
    struct cadre_any any;
    struct cadre_extra more;
};
static const struct cadre_field kept_fields[] = {
    CADRE_FIELD(struct kept, any),
    CADRE_FIELDS_END,
};
CADRE_MODEL(kept_model, struct kept, kept_fields, CADRE_EXTRA_INTO(struct kept, more));

static int give_back(struct cadre_request *req)
{
    const struct kept *kept = cadre_body_value(req);
    int r = cadre_lines_start(req);

    r = r < 0 ? r : cadre_lines_write(req, &kept_model, kept);
    return r < 0 ? r : cadre_end(req);
}

static int next_kept(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    unsigned *n = arg;

    *ret = (struct cadre_sse_event){.model = &kept_model, .value = cadre_body_value(req)};
    return (*n)++ == 0;
}

static int tell(struct cadre_request *req)
{
    unsigned n = 0;

    return cadre_sse(req, NULL, next_kept, &n);
}

static int none(struct cadre_request *req)
{
    int r = cadre_lines_start(req);

    return r < 0 ? r : cadre_end(req);
}

static int too_early(struct cadre_request *req)
{
    const struct item item = {.name = "x"};

    ck_assert_int_eq(cadre_lines_write(req, &item_model, &item), -EINVAL);
    return cadre_respond_text(req, 200, "early");
}

static int breaks(struct cadre_request *req)
{
    const struct item item = {.name = "x"};
    int r = cadre_lines_start(req);

    r = r < 0 ? r : cadre_lines_write(req, &item_model, &item);
    ck_assert_int_eq(cadre_lines_write(req, &item_model, NULL), -EINVAL);
    return r < 0 ? r : -EIO;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/count", count),
    CADRE_GET("/short", count, .respond_flags = CADRE_WRITE_EXCLUDE_NONE, .status = 206),
    CADRE_GET("/none", none),
    CADRE_GET("/early", too_early),
    CADRE_GET("/breaks", breaks),
    CADRE_POST("/kept", give_back, .body = &kept_model),
    CADRE_POST("/told", tell, .body = &kept_model),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

START_TEST(each_struct_is_a_line)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = cadre_test_get(client, "/count");

    cadre_assert_status(res, 200);
    cadre_assert_header(res, "content-type", "application/jsonl");
    cadre_assert_header(res, "content-length", NULL);
    cadre_assert_body(res, "{\"name\":\"a\\nb\",\"number\":1,\"note\":null}\n"
                           "{\"name\":\"a\\nb\",\"number\":2,\"note\":null}\n"
                           "{\"name\":\"a\\nb\",\"number\":3,\"note\":null}\n");
    res = cadre_test_get(client, "/none");
    cadre_assert_header(res, "content-type", "application/jsonl");
    cadre_assert_body(res, "");
    cadre_test_close(client);
}
END_TEST

START_TEST(the_route_says_status_and_flags)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_response *res = cadre_test_get(client, "/short");

    cadre_assert_status(res, 206);
    cadre_assert_body(res, "{\"name\":\"a\\nb\",\"number\":1}\n{\"name\":\"a\\nb\",\"number\":2}\n"
                           "{\"name\":\"a\\nb\",\"number\":3}\n");
    cadre_test_close(client);
}
END_TEST

START_TEST(lines_are_there_when_they_are_written)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    const struct cadre_test_request request = {.target = "/count"};
    struct cadre_test_stream *stream = cadre_test_stream_open(client, &request, false);
    char line[100];

    for (uint64_t i = 1; i <= 3; i++) {
        ck_assert_int_gt(cadre_test_stream_read(stream, line, sizeof(line)), 0);
        ck_assert_uint_eq(cadre_test_elapsed_ms(), i * 1000);
    }
    ck_assert_int_eq(cadre_test_stream_read(stream, line, sizeof(line)), 0);
    cadre_test_stream_end(stream);
    cadre_test_close(client);
}
END_TEST

START_TEST(json_of_several_lines_becomes_one)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);
    static const char sent[] = "{\"any\":[1,\n2,\r\n\"a\\nb\"],\"x\":{\n}}";

    cadre_assert_body(cadre_test_request(client, .method = "POST", .target = "/kept", .json = sent),
                      "{\"any\":[1, 2,  \"a\\nb\"],\"x\":{ }}\n");
    cadre_assert_body(cadre_test_request(client, .method = "POST", .target = "/told", .json = sent),
                      "data: {\"any\":[1, 2,  \"a\\nb\"],\"x\":{ }}\n\n");
    cadre_test_close(client);
}
END_TEST

START_TEST(what_goes_wrong_is_seen)
{
    struct cadre_test_client *client = cadre_test_serve(.module = &module);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre_assert_body(cadre_test_get(client, "/early"), "early");
    ck_assert(cadre_test_is_cut(cadre_test_get(client, "/breaks")));
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/lines", UNIT_CASE(each_struct_is_a_line), UNIT_CASE(the_route_says_status_and_flags),
          UNIT_CASE(lines_are_there_when_they_are_written),
          UNIT_CASE(json_of_several_lines_becomes_one), UNIT_CASE(what_goes_wrong_is_seen))
