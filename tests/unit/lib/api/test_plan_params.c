/* SPDX-License-Identifier: MIT */
/*
 * Tables of parameters that contradict themselves, and names as they are sent (api/plan_params.c).
 * What comes of right ones is in test_params.c, test_form.c and test_body.c.
 */
#include "tests/unit/lib/api/typed_test.h"

static int answer(struct cadre_request *req)
{
    return cadre_respond_empty(req, 204);
}

struct page {
    int limit, offset;
};
static const struct cadre_field page_fields[] = {
    CADRE_FIELD(struct page, limit),
    CADRE_FIELD(struct page, offset),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct page, page_fields);

#define TEN       "0123456789"
#define FIFTY     TEN TEN TEN TEN TEN
#define LONG_NAME FIFTY FIFTY FIFTY FIFTY FIFTY "123456" /* 256 bytes */

struct wrong {
    int a;
    CADRE_LIST_OF(int) list;
    struct page page;
    struct page *pointer;
    const struct cadre_upload *file;
    CADRE_MAP_OF(int) map;
};

#define WRONG(name_, ...)                                                                          \
    static const struct cadre_field name_##_fields[] = {__VA_ARGS__, CADRE_FIELDS_END};            \
    CADRE_MODEL(name_, struct wrong, name_##_fields);
WRONG(no_source, CADRE_FIELD(struct wrong, a))
WRONG(not_in_path, CADRE_PATH(struct wrong, a))
WRONG(list_of_path, CADRE_LIST(struct wrong, list, CADRE_FROM_PATH))
WRONG(list_of_cookie, CADRE_LIST(struct wrong, list, CADRE_FROM_COOKIE))
WRONG(map_of_query, CADRE_MAP(struct wrong, map, CADRE_FROM_QUERY))
WRONG(file_of_query, CADRE_FIELD(struct wrong, file, CADRE_FROM_QUERY))
WRONG(int_of_file, CADRE_FIELD(struct wrong, a, CADRE_FROM_FILE))
WRONG(group_behind_pointer, CADRE_OPT_NESTED(struct wrong, pointer, page_model, CADRE_FROM_QUERY))
WRONG(body_is_file, CADRE_FIELD(struct wrong, file, CADRE_FROM_BODY))
WRONG(almost_in_path, CADRE_PATH(struct wrong, a, .alias = "itm_id"))
WRONG(tuple_of_query, CADRE_TUPLE(struct wrong, page, page_model, CADRE_FROM_QUERY))
WRONG(long_name, CADRE_QUERY(struct wrong, a, .alias = LONG_NAME))
WRONG(form_and_body, CADRE_FORM(struct wrong, a), CADRE_BODY(struct wrong, page, page_model))

struct keeping {
    int a;
    struct cadre_extra rest;
};
static const struct cadre_field keeping_fields[] = {
    CADRE_QUERY(struct keeping, a),
    CADRE_FIELDS_END,
};
CADRE_MODEL(keeping, struct keeping, keeping_fields, CADRE_EXTRA_INTO(struct keeping, rest));

static const struct {
    const struct cadre_model *params;
    const char *why;
} wrongs[] = {
    {&no_source, "parameter \"a\" of model \"wrong\", from nothing: it has no source: say which by "
                 "CADRE_QUERY or one of its kin"},
    {&not_in_path, "parameter \"a\" is not in the route's path: write {a} there"},
    {&list_of_path, "parameter \"list\" of model \"wrong\", from path: a part of a path is one "
                    "value: no list, no model, no file"},
    {&list_of_cookie,
     "parameter \"list\" of model \"wrong\", from cookie: a cookie is one value: no "
     "list, no file"},
    {&map_of_query,
     "parameter \"map\" of model \"wrong\", from query: it can be one value or a list "
     "of values; files come from CADRE_FILE, all else from the body"},
    {&file_of_query, "parameter \"file\" of model \"wrong\", from query: it can be one value or a "
                     "list of values; files come from CADRE_FILE, all else from the body"},
    {&int_of_file, "parameter \"a\" of model \"wrong\", from file: a file is a const struct "
                   "cadre_upload *, a list of them, or struct cadre_bytes"},
    {&group_behind_pointer, "parameter \"pointer\" of model \"wrong\", from query: a group of "
                            "parameters is in the struct itself, not behind a pointer"},
    {&body_is_file, "parameter \"file\" of model \"wrong\", from body: JSON holds no files: take "
                    "CADRE_FILE"},
    {&almost_in_path, "parameter \"itm_id\" is not in the route's path; did you mean \"item_id\"?"},
    {&tuple_of_query, "parameter \"page\" of model \"wrong\", from query: it can be one value or a "
                      "list of values; files come from CADRE_FILE, all else from the body"},
    {&long_name, "parameter \"a\" of model \"wrong\", from query: its name is too long"},
    {&keeping, "model \"keeping\": parameters keep no unknown names: leave CADRE_EXTRA_INTO out"},
    {&form_and_body, "it reads both a form and a JSON body: a request has one of them"},
};

START_TEST(a_wrong_table_is_refused_with_the_place)
{
    const struct cadre_route row = CADRE_GET("/x/{item_id}", answer, .params = wrongs[_i].params);

    typed_refused(row, wrongs[_i].why);
}
END_TEST

/* --- names as they are sent --- */

struct names {
    int plain_name, kept_name, aliased, in_group;
    struct group {
        int deep_name;
    } group;
};
static const struct cadre_field group_fields[] = {
    CADRE_FIELD(struct group, deep_name, CADRE_DEFAULT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(group_model, struct group, group_fields);
static const struct cadre_field names_fields[] = {
    CADRE_HEADER(struct names, plain_name, CADRE_DEFAULT(0)),
    CADRE_HEADER(struct names, kept_name, CADRE_DEFAULT(0), .keep_underscores = true),
    CADRE_HEADER(struct names, aliased, CADRE_DEFAULT(0), .alias = "X_Odd"),
    CADRE_NESTED(struct names, group, group_model, CADRE_FROM_HEADER),
    CADRE_FIELDS_END,
};
CADRE_MODEL(names_params, struct names, names_fields);

static int show_names(struct cadre_request *req)
{
    const struct names *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d %d %d", p->plain_name, p->kept_name,
                          p->aliased, p->group.deep_name);
}

/* JSON in a text: any type. */
struct texts {
    CADRE_LIST_OF(int) list;
    struct page page;
    struct page header;
};
static const struct cadre_field texts_fields[] = {
    CADRE_LIST(struct texts, list, CADRE_FROM_QUERY, .json = true),
    CADRE_NESTED(struct texts, page, page_model, CADRE_FROM_COOKIE, .json = true),
    CADRE_NESTED(struct texts, header, page_model, CADRE_FROM_HEADER, .json = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(texts_params, struct texts, texts_fields);

static int show_texts(struct cadre_request *req)
{
    const struct texts *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%zu %d %d %d", p->list.len, p->list.items[0],
                          p->page.offset, p->header.limit);
}

struct host {
    const char *shop;
    int item;
};
static const struct cadre_field host_fields[] = {
    CADRE_PATH(struct host, shop),
    CADRE_PATH(struct host, item),
    CADRE_FIELDS_END,
};
CADRE_MODEL(host_params, struct host, host_fields);

static int show_host(struct cadre_request *req)
{
    const struct host *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s %d", p->shop, p->item);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/names", show_names, .params = &names_params),
    CADRE_GET("/texts", show_texts, .params = &texts_params),
    CADRE_GET("/items/{item}", show_host, .params = &host_params, .host = "{shop}.example.org"),
    CADRE_ROUTES_END,
};

static const struct typed_row rows[] = {
    {.target = "/names",
     .headers = {"Plain-Name: 1", "KEPT_NAME: 2", "x_odd: 3", "deep-name: 4"},
     .status = 200,
     .answer = "1 2 3 4"},
    {.target = "/names",
     .headers = {"plain_name: 1", "kept-name: 2", "x-odd: 3", "deep_name: 4"},
     .status = 200,
     .answer = "0 0 0 0"},
    {.target = "/names",
     .headers = {"plain-name: a", "x_odd: b", "kept_name: c", "deep-name: d"},
     .status = 422,
     .answer = NOT_INT("\"header\",\"plain-name\"", "\"a\"") "," NOT_INT(
         "\"header\",\"kept_name\"",
         "\"c\"") "," NOT_INT("\"header\",\"X_Odd\"",
                              "\"b\"") "," NOT_INT("\"header\",\"deep_name\"", "\"d\"")},
    /* what is JSON in a text */
    {.target = "/texts?list=%5B4%2c5%5d",
     .headers = {"cookie: page={\"limit\":1}", "header: {\"limit\":3,\"offset\":4}"},
     .status = 422,
     .answer = MISSING_IN("\"cookie\",\"page\",\"offset\"", "{\"limit\":1}")},
    {.target = "/texts?list=4",
     .headers = {"cookie: page=x", "header: {}x"},
     .status = 422,
     .answer = ISSUE("list_type", "\"query\",\"list\"", "Input should be a valid list", "4") "," ISSUE_CTX(
         "json_invalid", "\"header\",\"header\"", "Invalid JSON: Extra data at character 2",
         "\"{}x\"",
         "{\"error\":\"Extra data at character 2\"}") "," ISSUE_CTX("json_invalid",
                                                                    "\"cookie\",\"page\"",
                                                                    "Invalid JSON: Expecting value at character 0",
                                                                    "\"x\"",
                                                                    "{\"error\":\"Expecting value at character 0\"}")},
    {.target = "/items/7", .headers = {"host: tea.example.org"}, .status = 200, .answer = "tea 7"},
    {.target = "/items/x",
     .headers = {"host: tea.example.org"},
     .status = 422,
     .answer = NOT_INT("\"path\",\"item\"", "\"x\"")},
};

START_TEST(names_are_found_as_they_are_sent)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

UNIT_MAIN("api/plan_params",
          UNIT_LOOP(a_wrong_table_is_refused_with_the_place, TYPED_COUNT(wrongs)),
          UNIT_LOOP(names_are_found_as_they_are_sent, TYPED_COUNT(rows)))
