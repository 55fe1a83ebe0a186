/* SPDX-License-Identifier: MIT */
/*
 * Parameters into groups, and who has a say when (api/fill.c): each group is validated for itself,
 * the whole when all of it is right. What single values come to is in test_params.c.
 */
#include "tests/unit/lib/api/typed_test.h"

struct span {
    int from, to;
};
static int check_span(struct cadre_validation *validation, void *value)
{
    const struct span *span = value;

    return span->from > span->to ? cadre_invalid(validation, "backwards") : 0;
}
static const struct cadre_field span_fields[] = {
    CADRE_FIELD(struct span, from, CADRE_DEFAULT(0)),
    CADRE_FIELD(struct span, to, CADRE_DEFAULT(9)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(span_model, struct span, span_fields, .after = check_span);
CADRE_MODEL(closed_model, struct span, span_fields, .after = check_span,
            .extra = CADRE_EXTRA_FORBID);

struct all {
    struct span query, header, cookie;
    int n;
};
static int check_all(struct cadre_validation *validation, void *value)
{
    const struct all *all = value;

    return all->n > all->query.to ? cadre_invalid(validation, "n is out of the span") : 0;
}
static const struct cadre_field all_fields[] = {
    CADRE_NESTED(struct all, query, span_model, CADRE_FROM_QUERY),
    CADRE_NESTED(struct all, header, span_model, CADRE_FROM_HEADER),
    CADRE_NESTED(struct all, cookie, closed_model, CADRE_FROM_COOKIE),
    CADRE_QUERY(struct all, n, CADRE_DEFAULT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(all_params, struct all, all_fields, .after = check_all);

static int show_all(struct cadre_request *req)
{
    const struct all *all = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d-%d %d-%d %d-%d %d", all->query.from,
                          all->query.to, all->header.from, all->header.to, all->cookie.from,
                          all->cookie.to, all->n);
}

struct sent {
    struct span form;
    struct span query;
};
static const struct cadre_field sent_fields[] = {
    CADRE_NESTED(struct sent, form, closed_model, CADRE_FROM_FORM),
    CADRE_NESTED(struct sent, query, span_model, CADRE_FROM_QUERY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(sent_params, struct sent, sent_fields);

static int show_sent(struct cadre_request *req)
{
    const struct sent *sent = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d-%d %d-%d", sent->form.from, sent->form.to,
                          sent->query.from, sent->query.to);
}

/* A validator that fails for reasons of its own. */
static int check_broken(struct cadre_validation *validation, void *value)
{
    (void)validation;
    (void)value;
    return -EIO;
}
CADRE_MODEL(broken_model, struct span, span_fields, .after = check_broken);
struct broken {
    struct span query;
};
static const struct cadre_field broken_fields[] = {
    CADRE_NESTED(struct broken, query, broken_model, CADRE_FROM_QUERY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(broken_params, struct broken, broken_fields);

struct lists {
    CADRE_LIST_OF(int) few, header;
    CADRE_LIST_OF(const char *) unlike;
    CADRE_LIST_OF(const char *) set;
    CADRE_LIST_OF(int) each;
    CADRE_LIST_OF(int) form;
};
static const struct cadre_field lists_fields[] = {
    CADRE_LIST(struct lists, few, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .max_items = 2),
    CADRE_LIST(struct lists, unlike, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .unique = true),
    CADRE_LIST(struct lists, set, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .set = true,
               .max_items = 2, CADRE_EACH(.max_length = 3)),
    CADRE_LIST(struct lists, each, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, CADRE_EACH(CADRE_GT(0))),
    CADRE_LIST(struct lists, header, CADRE_FROM_HEADER, CADRE_DEFAULT_EMPTY, .min_items = 2),
    CADRE_LIST(struct lists, form, CADRE_FROM_FORM, CADRE_DEFAULT_EMPTY, .max_items = 1),
    CADRE_FIELDS_END,
};
CADRE_MODEL(lists_params, struct lists, lists_fields);

static int show_lists(struct cadre_request *req)
{
    return cadre_respond(req, &lists_params, cadre_params(req));
}

static const struct cadre_route routes[] = {
    CADRE_POST("/lists", show_lists, .respond_flags = CADRE_WRITE_EXCLUDE_DEFAULTS,
               .params = &lists_params),
    CADRE_GET("/all", show_all, .params = &all_params),
    CADRE_POST("/sent", show_sent, .params = &sent_params),
    CADRE_GET("/broken", show_all, .params = &broken_params),
    CADRE_ROUTES_END,
};

#define BACKWARDS(source_)                                                                         \
    ISSUE_CTX("value_error", source_, "Value error, backwards", "null", "{\"error\":{}}")

#define FORM_TOO_LONG                                                                              \
    ISSUE_CTX("too_long", "\"body\",\"form\"",                                                     \
              "List should have at most 1 item after validation, not 2", "[\"5\",\"x\"]",          \
              "{\"field_type\":\"List\",\"max_length\":1,\"actual_length\":2}")

static const struct typed_row rows[] = {
    {.target = "/all", .status = 200, .answer = "0-9 0-9 0-9 0"},
    {.target = "/all?from=1&to=2&n=2",
     .headers = {"from: 3", "to: 4", "cookie: from=5; to=6"},
     .status = 200,
     .answer = "1-2 3-4 5-6 2"},
    /* each for itself */
    {.target = "/all?from=2&to=1", .status = 422, .answer = BACKWARDS("\"query\"")},
    {.target = "/all?from=2&to=1&n=5",
     .headers = {"from: 20", "cookie: from=20"},
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," BACKWARDS("\"header\"") "," BACKWARDS("\"cookie\"")},
    {.target = "/all?from=x&to=-1",
     .headers = {"from: 20"},
     .status = 422,
     .answer = NOT_INT("\"query\",\"from\"", "\"x\"") "," BACKWARDS("\"header\"")},
    {.target = "/all?from=20&n=x",
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," NOT_INT("\"query\",\"n\"", "\"x\"")},
    /* a name that is not known is wrong with its group alone */
    {.target = "/all?from=20",
     .headers = {"cookie: from=20; other=1"},
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," ISSUE("extra_forbidden", "\"cookie\",\"other\"",
                                                "Extra inputs are not permitted", "\"1\"")},
    /* the whole comes last */
    {.target = "/all?n=10",
     .status = 422,
     .answer = ISSUE_CTX("value_error", "", "Value error, n is out of the span", "null",
                         "{\"error\":{}}")},
    {.target = "/all?n=10",
     .headers = {"to: -1"},
     .status = 422,
     .answer = BACKWARDS("\"header\"")},
    /* forms */
    {.target = "/sent?to=3", .type = FORM, .body = "from=1", .status = 200, .answer = "1-9 0-3"},
    {.target = "/sent?to=-1",
     .type = FORM,
     .body = "from=10",
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," BACKWARDS("\"body\"")},
    {.target = "/sent?to=-1",
     .type = FORM,
     .body = "from=x&to=-2",
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," NOT_INT("\"body\",\"from\"", "\"x\"")},
    {.target = "/sent?to=-1",
     .type = FORM,
     .body = "from=10&x=1",
     .status = 422,
     .answer = BACKWARDS("\"query\"") "," ISSUE("extra_forbidden", "\"body\",\"x\"",
                                                "Extra inputs are not permitted", "\"1\"")},
    /* lists: all in order, of a set each once; an empty value is an item */
    {.target = "/lists?few=2&unlike=b&set=x&few=1&unlike=a&set=y&set=x&each=7",
     .type = FORM,
     .body = "form=5",
     .headers = {"header: 1", "header: 2"},
     .status = 200,
     .answer = "{\"few\":[2,1],\"unlike\":[\"b\",\"a\"],\"set\":[\"x\",\"y\"],\"each\":[7],"
               "\"header\":[1,2],\"form\":[5]}"},
    {.target = "/lists", .type = FORM, .body = "", .status = 200, .answer = "{}"},
    {.target = "/lists",
     .type = FORM,
     .body = "form=",
     .status = 422,
     .answer = NOT_INT("\"body\",\"form\",0", "\"\"")},
    {.target = "/lists?unlike=&set&set=",
     .type = FORM,
     .body = "",
     .status = 200,
     .answer = "{\"unlike\":[\"\"],\"set\":[\"\"]}"},
    {.target = "/lists?few=&each=1&each=0&each=x&each=2",
     .type = FORM,
     .body = "form=5&form=x",
     .status = 422,
     .answer = NOT_INT("\"query\",\"few\",0", "\"\"") "," ISSUE_CTX(
         "greater_than", "\"query\",\"each\",1", "Input should be greater than 0", "\"0\"",
         "{\"gt\":0}") "," NOT_INT("\"query\",\"each\",2", "\"x\"") "," FORM_TOO_LONG},
    {.target = "/lists?set=a&set=b&set=c&set=b",
     .type = FORM,
     .body = "",
     .status = 422,
     .answer = ISSUE_CTX("too_long", "\"query\",\"set\"",
                         "Set should have at most 2 items after validation, not more",
                         "[\"a\",\"b\",\"c\",\"b\"]",
                         "{\"field_type\":\"Set\",\"max_length\":2,\"actual_length\":null}")},
    {.target = "/lists?set=long&set=a&set=b&set=c",
     .type = FORM,
     .body = "",
     .status = 422,
     .answer = ISSUE_CTX("too_long", "\"query\",\"set\"",
                         "Set should have at most 2 items after validation, not more",
                         "[\"long\",\"a\",\"b\",\"c\"]",
                         "{\"field_type\":\"Set\",\"max_length\":2,\"actual_length\":null}")},
    {.target = "/lists?set=a&set=long&set=b&set=a",
     .type = FORM,
     .body = "",
     .status = 422,
     .answer =
         ISSUE_CTX("string_too_long", "\"query\",\"set\",1",
                   "String should have at most 3 characters", "\"long\"", "{\"max_length\":3}")},
    /* of a list that is too long nothing else is said */
    {.target = "/lists?few=x&few=1&few=2",
     .type = FORM,
     .body = "",
     .status = 422,
     .answer = ISSUE_CTX("too_long", "\"query\",\"few\"",
                         "List should have at most 2 items after validation, not 3",
                         "[\"x\",\"1\",\"2\"]",
                         "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}")},
    /* what is wrong with a list as a whole shows all of it */
    {.target = "/lists?few=1&unlike=a&few=+2&few=3&unlike=%22&unlike=a",
     .headers = {"header: 7"},
     .type = FORM,
     .body = "form=1&form=2",
     .status = 422,
     .answer = ISSUE_CTX("too_long", "\"query\",\"few\"", "List should have at most 2 items after validation, not 3", "[\"1\",\" 2\",\"3\"]", "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}") "," ISSUE(
         "unique_items", "\"query\",\"unlike\"", "List items should be unique",
         "[\"a\",\"\\\"\",\"a\"]") "," ISSUE_CTX("too_short", "\"header\",\"header\"",
                                                 "List should have at least 2 items after validation, not 1",
                                                 "[\"7\"]",
                                                 "{\"field_type\":\"List\",\"min_length\":2,\"actual_length\":1}") "," ISSUE_CTX("too_long",
                                                                                                                                 "\"body\",\"form\"",
                                                                                                                                 "List should have at most 1 item after validation, not 2",
                                                                                                                                 "[\"1\",\"2\"]",
                                                                                                                                 "{\"field_type\":\"List\",\"max_length\":1,\"actual_length\":2}")},
    {.target = "/broken", .status = 500, .answer = "Internal Server Error"},
};

START_TEST(each_group_is_validated_for_itself)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

UNIT_MAIN("api/fill", UNIT_LOOP(each_group_is_validated_for_itself, TYPED_COUNT(rows)))
