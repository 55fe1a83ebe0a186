/* SPDX-License-Identifier: MIT */
/*
 * Parameters that hold JSON (`.json`), addresses, and tuples in bodies, by the test client: a
 * filter of a query, a model in a field of a form beside a file's place, a point of a body.
 */
#include "tests/unit/lib/api/typed_test.h"

#include "base/str.h"

struct point {
    double x, y;
};
static const struct cadre_field point_fields[] = {
    CADRE_FIELD(struct point, x, CADRE_GE(0)),
    CADRE_FIELD(struct point, y),
    CADRE_FIELDS_END,
};
CADRE_MODEL(point_model, struct point, point_fields);

struct place {
    const char *name;
    struct point at;
    CADRE_LIST_OF(struct point) path;
    struct cadre_ip host;
};
static const struct cadre_field place_fields[] = {
    CADRE_FIELD(struct place, name),
    CADRE_TUPLE(struct place, at, point_model),
    CADRE_LIST_TUPLE(struct place, path, point_model, CADRE_DEFAULT_EMPTY),
    CADRE_FIELD(struct place, host, CADRE_DEFAULT("::1")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(place_model, struct place, place_fields);

struct search {
    CADRE_LIST_OF(int) ids;
    struct place *near;
    struct cadre_any raw;
    struct cadre_ip from;
};
static const struct cadre_field search_fields[] = {
    CADRE_LIST(struct search, ids, CADRE_FROM_QUERY, .json = true, .max_items = 2,
               CADRE_DEFAULT_JSON("[7]")),
    CADRE_OPT_NESTED(struct search, near, place_model, CADRE_FROM_QUERY, .json = true),
    CADRE_FIELD(struct search, raw, CADRE_FROM_COOKIE, .json = true, .optional = true),
    CADRE_HEADER(struct search, from, .ip_version = 4, CADRE_DEFAULT("127.0.0.1")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(search_params, struct search, search_fields);

static int search(struct cadre_request *req)
{
    const struct search *p = cadre_params(req);
    char from[CADRE_VALUE_TEXT_MAX];
    const char *text;

    cadre_ip_format(&p->from, from);
    text = cadre_printf(req, "n=%zu first=%d near=%s raw=%s from=%s", p->ids.len,
                        p->ids.len > 0 ? p->ids.items[0] : 0, p->near ? p->near->name : "-",
                        p->raw.text ? p->raw.text : "-", from);
    return cadre_respond_text(req, 200, text);
}

struct upload {
    struct place place;
    const char *note;
};
static const struct cadre_field upload_fields[] = {
    CADRE_NESTED(struct upload, place, place_model, CADRE_FROM_FORM, .json = true),
    CADRE_FORM(struct upload, note, CADRE_DEFAULT("none")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(upload_params, struct upload, upload_fields);

static int upload(struct cadre_request *req)
{
    const struct upload *p = cadre_params(req);

    return cadre_respond(req, &place_model, &p->place);
}

static int keep(struct cadre_request *req)
{
    return cadre_respond(req, &place_model, cadre_body_value(req));
}

static const struct cadre_route routes[] = {
    CADRE_GET("/search", search, .params = &search_params),
    CADRE_POST("/upload", upload, .params = &upload_params),
    CADRE_POST("/places", keep, .body = &place_model, .response = &place_model),
    CADRE_ROUTES_END,
};

#define POINT_MISSING MISSING_IN("\"query\",\"near\",\"at\",1", "[1]")

static const struct typed_row rows[] = {
    {.target = "/search", .status = 200, .answer = "n=1 first=7 near=- raw=- from=127.0.0.1"},
    {.target = "/search?ids=[3,%224%22]&near=%7B%22name%22:%22a%22,%22at%22:[1,2]%7D",
     .headers = {"cookie: raw={\"a\":[1]}", "from: 10.0.0.1"},
     .status = 200,
     .answer = "n=2 first=3 near=a raw={\"a\":[1]} from=10.0.0.1"},
    {.target = "/search?ids=[]",
     .status = 200,
     .answer = "n=0 first=0 near=- raw=- from=127.0.0.1"},
    {.target = "/search?ids=[1,2,3]&near=%7B%22at%22:[1]%7D",
     .headers = {"from: ::1"},
     .status = 422,
     .answer = ISSUE_CTX(
         "too_long", "\"query\",\"ids\"",
         "List should have at most 2 items after validation, not 3", "[1,2,3]",
         "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}") "," MISSING_IN("\"query\",\"near\",\"name\"",
                                                                                          "{\"at\":[1]}") "," POINT_MISSING
                                                                                                          "," ISSUE(
                                                                                                              "ip_v4_address",
                                                                                                              "\"header\",\"from\"",
                                                                                                              "Input is not a valid IPv4 address",
                                                                                                              "\"::1\"")},
    {.target = "/search?ids=[1",
     .status = 422,
     .answer = ISSUE_CTX("json_invalid", "\"query\",\"ids\"",
                         "Invalid JSON: Expecting ',' delimiter at character 2", "\"[1\"",
                         "{\"error\":\"Expecting ',' delimiter at character 2\"}")},
    {.target = "/upload",
     .type = FORM,
     .body = "place=%7B%22name%22%3A%22b%22%2C%22at%22%3A%5B3%2C4.5%5D%7D&note=x",
     .status = 200,
     .answer = "{\"name\":\"b\",\"at\":[3.0,4.5],\"path\":[],\"host\":\"::1\"}"},
    {.target = "/upload",
     .type = FORM,
     .body = "note=x",
     .status = 422,
     .answer = MISSING("\"body\",\"place\"")},
    {.target = "/upload",
     .type = FORM,
     .body = "place=%5B%5D",
     .status = 422,
     .answer = ISSUE("model_attributes_type", "\"body\",\"place\"",
                     "Input should be a valid dictionary or object to extract fields from", "[]")},
    {.target = "/places",
     .type = JSON,
     .body = "{\"name\":\"c\",\"at\":[1,2],\"path\":[[0,\"1\"],[2,3]],\"host\":\"192.0.2.7\"}",
     .status = 200,
     .answer = "{\"name\":\"c\",\"at\":[1.0,2.0],\"path\":[[0.0,1.0],[2.0,3.0]],\"host\":"
               "\"192.0.2.7\"}"},
    {.target = "/places",
     .type = JSON,
     .body = "{\"name\":\"c\",\"at\":[-1,2,3],\"path\":[{}]}",
     .status = 422,
     .answer = ISSUE_CTX(
         "too_long", "\"body\",\"at\"", "Tuple should have at most 2 items after validation, not 3",
         "[-1,2,3]",
         "{\"field_type\":\"Tuple\",\"max_length\":2,\"actual_length\":3}") "," ISSUE("tuple_type",
                                                                                      "\"body\",\"path\",0",
                                                                                      "Input should be a valid tuple",
                                                                                      "{}")},
};

START_TEST(json_in_parameters_is_read_as_json)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

/* Of a name that comes so often that no more issues are made. */
START_TEST(what_is_wrong_is_no_empty_list)
{
    struct cadre_test_client *client = typed_open(routes);
    struct cadre_test_request request = {.method = "POST", .target = "/upload", .type = FORM};
    const struct cadre_test_response *res;
    struct cadre__buf body;

    cadre__buf_init(&body);
    cadre__buf_puts(&body, "place={\"at\":[1,2]");
    for (int i = 0; i < 20000; i++)
        cadre__buf_puts(&body, ",\"name\":1");
    cadre__buf_puts(&body, "}");
    request.text = cadre__buf_text(&body);
    res = cadre_test_send(client, &request);
    cadre_assert_status(res, 422);
    cadre_assert_json_at(res, "/detail/0/msg",
                         "\"Value error, 1 value is wrong that is not listed\"");
    cadre_test_close(client);
    cadre__buf_done(&body);
}
END_TEST

UNIT_MAIN("api/json_params", UNIT_LOOP(json_in_parameters_is_read_as_json, TYPED_COUNT(rows)),
          UNIT_CASE(what_is_wrong_is_no_empty_list))
