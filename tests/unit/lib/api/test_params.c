/* SPDX-License-Identifier: MIT */
/*
 * Parameters of path, query, header and cookie, by the test client (api/fill.c, query.c,
 * plan_params.c): where they come from, what is there and what is not, the order of issues. How
 * values are converted is the subject of test_scalars.c.
 */
#include "tests/unit/lib/api/typed_test.h"

/* --- all sources in one struct --- */

struct all {
    int64_t item_id;
    int limit;
    struct cadre_opt_str q;
    CADRE_LIST_OF(const char *) tags;
    CADRE_LIST_OF(int) sizes;
    int x_rate;
    CADRE_LIST_OF(const char *) x_many;
    struct cadre_opt_str session;
};

static const struct cadre_field all_fields[] = {
    CADRE_COOKIE(struct all, session, .max_length = 5),
    CADRE_QUERY(struct all, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
    CADRE_QUERY(struct all, q, .min_length = 1),
    CADRE_LIST(struct all, tags, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .max_items = 3),
    CADRE_LIST(struct all, sizes, CADRE_FROM_QUERY, .optional = true, CADRE_EACH(CADRE_GT(0))),
    CADRE_HEADER(struct all, x_rate, CADRE_DEFAULT(1)),
    CADRE_LIST(struct all, x_many, CADRE_FROM_HEADER, CADRE_DEFAULT_EMPTY),
    CADRE_PATH(struct all, item_id, CADRE_GE(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(all_params, struct all, all_fields);

static void put(struct cadre_request *req, const char **text, const char *name, const char *value)
{
    *text = cadre_printf(req, "%s%s=%s ", *text, name, value);
}

static int show_all(struct cadre_request *req)
{
    const struct all *p = cadre_params(req);
    const char *text = "";
    int r;

    text =
        cadre_printf(req, "id=%lld limit=%d rate=%d ", (long long)p->item_id, p->limit, p->x_rate);
    if (p->q.given == CADRE_GIVEN)
        put(req, &text, "q", p->q.value);
    for (size_t i = 0; i < p->tags.len; i++)
        put(req, &text, "tag", p->tags.items[i]);
    for (size_t i = 0; i < p->sizes.len; i++)
        put(req, &text, "size", cadre_printf(req, "%d", p->sizes.items[i]));
    for (size_t i = 0; i < p->x_many.len; i++)
        put(req, &text, "many", p->x_many.items[i]);
    if (p->session.given == CADRE_GIVEN)
        put(req, &text, "session", p->session.value);
    r = cadre_respond_text(req, 200, text);
    return r;
}

/* --- names --- */

struct named {
    int a, b;
    const char *user_agent, *x_raw, *x_own;
    enum { SLOW, FAST } pace;
};
CADRE_ENUM_TYPE(paces, __typeof__(((struct named *)0)->pace), {"slow", SLOW}, {"fast", FAST});

static const struct cadre_field named_fields[] = {
    CADRE_QUERY(struct named, a, .alias = "item-query"),
    CADRE_QUERY(struct named, b, .alias = "b b&\xc3\xa4", CADRE_DEFAULT(2)),
    CADRE_HEADER(struct named, user_agent),
    CADRE_HEADER(struct named, x_raw, .keep_underscores = true, CADRE_DEFAULT("-")),
    CADRE_HEADER(struct named, x_own, .alias = "X-Own", CADRE_DEFAULT("-")),
    CADRE_ENUM(struct named, pace, paces, CADRE_FROM_QUERY, CADRE_DEFAULT(FAST)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(named_params, struct named, named_fields);

static int show_named(struct cadre_request *req)
{
    const struct named *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d %s %s %s %d", p->a, p->b, p->user_agent,
                          p->x_raw, p->x_own, (int)p->pace);
}

/* --- all of it required, and wrong at once --- */

struct many {
    int p, q, h, c;
    struct cadre_opt_int n;
};
static const struct cadre_field many_fields[] = {
    CADRE_COOKIE(struct many, c),
    CADRE_HEADER(struct many, h),
    CADRE_QUERY(struct many, n, .required = true),
    CADRE_QUERY(struct many, q),
    CADRE_PATH(struct many, p),
    CADRE_FIELDS_END,
};
CADRE_MODEL(many_params, struct many, many_fields);

static int show_many(struct cadre_request *req)
{
    const struct many *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d %d %d %d", p->p, p->q, p->h, p->c,
                          p->n.value);
}

/* --- groups, and names that are not known --- */

struct page {
    int limit, offset;
};
static int check_page(struct cadre_validation *validation, void *value)
{
    const struct page *page = value;

    return page->limit + page->offset > 1000 ? cadre_invalid(validation, "too far") : 0;
}
static const struct cadre_field page_fields[] = {
    CADRE_FIELD(struct page, limit, CADRE_DEFAULT(100), CADRE_GT(0)),
    CADRE_FIELD(struct page, offset, CADRE_DEFAULT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct page, page_fields, .extra = CADRE_EXTRA_FORBID, .after = check_page);

struct grouped {
    struct page page;
    struct cadre_opt_str agent;
};
static const struct cadre_field grouped_fields[] = {
    CADRE_NESTED(struct grouped, page, page_model, CADRE_FROM_QUERY),
    CADRE_HEADER(struct grouped, agent),
    CADRE_FIELDS_END,
};
CADRE_MODEL(grouped_params, struct grouped, grouped_fields);

static int show_grouped(struct cadre_request *req)
{
    const struct grouped *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d", p->page.limit, p->page.offset);
}

struct strict {
    int a;
};
static const struct cadre_field strict_fields[] = {
    CADRE_QUERY(struct strict, a, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(strict_params, struct strict, strict_fields, .extra = CADRE_EXTRA_FORBID);

static int show_strict(struct cadre_request *req)
{
    const struct strict *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d", p->a);
}

struct kept {
    struct page page;
};
static const struct cadre_field kept_fields[] = {
    CADRE_NESTED(struct kept, page, page_model, CADRE_FROM_COOKIE),
    CADRE_FIELDS_END,
};
CADRE_MODEL(kept_params, struct kept, kept_fields);

static int show_kept(struct cadre_request *req)
{
    const struct kept *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d", p->page.limit, p->page.offset);
}

/* A dependency with parameters of its own, and another group. */
struct counted {
    int n;
};
static const struct cadre_field counted_fields[] = {
    CADRE_QUERY(struct counted, n, CADRE_DEFAULT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(counted_params, struct counted, counted_fields);

static int make_count(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    *ret = (void *)(uintptr_t)params;
    return 0;
}
static CADRE_DEPENDENCY(count_of, make_count, .params = &counted_params);

struct backed {
    struct page page;
    struct counted *count;
};
static int check_backed(struct cadre_validation *validation, void *value)
{
    const struct backed *backed = value;

    return backed->count->n > 9 ? cadre_invalid(validation, "too many") : 0;
}
static const struct cadre_field backed_fields[] = {
    CADRE_NESTED(struct backed, page, page_model, CADRE_FROM_COOKIE),
    CADRE_DEPENDS(struct backed, count, count_of),
    CADRE_FIELDS_END,
};
CADRE_MODEL(backed_params, struct backed, backed_fields, .after = check_backed);

static int show_backed(struct cadre_request *req)
{
    const struct backed *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%d %d", p->page.limit, p->count->n);
}

/* --- texts --- */

struct texts {
    const char *q, *p, *h, *c;
};
static const struct cadre_field texts_fields[] = {
    CADRE_QUERY(struct texts, q, CADRE_DEFAULT("")),
    CADRE_HEADER(struct texts, h, CADRE_DEFAULT("")),
    CADRE_COOKIE(struct texts, c, CADRE_DEFAULT("")),
    CADRE_PATH(struct texts, p),
    CADRE_FIELDS_END,
};
CADRE_MODEL(texts_params, struct texts, texts_fields);

static int show_texts(struct cadre_request *req)
{
    const struct texts *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s|%s|%s|%s", p->p, p->q, p->h, p->c);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/all/{item_id}", show_all, .params = &all_params),
    CADRE_GET("/sync/{item_id}", show_all, .params = &all_params, .sync = true),
    CADRE_GET("/named", show_named, .params = &named_params),
    CADRE_GET("/many/{p}", show_many, .params = &many_params),
    CADRE_GET("/page", show_grouped, .params = &grouped_params),
    CADRE_GET("/strict", show_strict, .params = &strict_params),
    CADRE_GET("/kept", show_kept, .params = &kept_params),
    CADRE_GET("/both", show_kept, .params = &kept_params,
              .dependencies = CADRE_DEPENDENCIES(&count_of)),
    CADRE_GET("/backed", show_backed, .params = &backed_params),
    CADRE_GET("/texts/{p:path}", show_texts, .params = &texts_params),
    CADRE_ROUTES_END,
};

#define LE100(input_)                                                                              \
    ISSUE_CTX("less_than_equal", "\"query\",\"limit\"",                                            \
              "Input should be less than or equal to 100", input_, "{\"le\":100}")

static const struct typed_row rows[] = {
    /* what is not given */
    {.target = "/all/7", .status = 200, .answer = "id=7 limit=10 rate=1 "},
    {.target = "/sync/7?limit=3", .status = 200, .answer = "id=7 limit=3 rate=1 "},
    {.target = "/all/7?limit=3&q=tea", .status = 200, .answer = "id=7 limit=3 rate=1 q=tea "},
    {.target = "/all/7?q=",
     .status = 422,
     .answer = ISSUE_CTX("string_too_short", "\"query\",\"q\"",
                         "String should have at least 1 character", "\"\"", "{\"min_length\":1}")},
    {.target = "/all/7?limit=", .status = 422, .answer = NOT_INT("\"query\",\"limit\"", "\"\"")},
    {.target = "/all/7?limit", .status = 422, .answer = NOT_INT("\"query\",\"limit\"", "\"\"")},
    {.target = "/all/7?limit=101", .status = 422, .answer = LE100("\"101\"")},
    {.target = "/all/7?LIMIT=5", .status = 200, .answer = "id=7 limit=10 rate=1 "},
    {.target = "/all/7?other=5&&=5&", .status = 200, .answer = "id=7 limit=10 rate=1 "},
    /* of several the last; a list takes all */
    {.target = "/all/7?limit=1&limit=2&limit=3", .status = 200, .answer = "id=7 limit=3 rate=1 "},
    {.target = "/all/7?limit=x&limit=3", .status = 200, .answer = "id=7 limit=3 rate=1 "},
    {.target = "/all/7?limit=3&limit=x",
     .status = 422,
     .answer = NOT_INT("\"query\",\"limit\"", "\"x\"")},
    {.target = "/all/7?tags=a&limit=1&tags=b",
     .status = 200,
     .answer = "id=7 limit=1 rate=1 tag=a tag=b "},
    {.target = "/all/7?tags=", .status = 200, .answer = "id=7 limit=10 rate=1 tag= "},
    {.target = "/all/7?sizes=1&sizes=2",
     .status = 200,
     .answer = "id=7 limit=10 rate=1 size=1 size=2 "},
    {.target = "/all/7?sizes=", .status = 422, .answer = NOT_INT("\"query\",\"sizes\",0", "\"\"")},
    {.target = "/all/7?sizes=1&sizes=x&sizes=-1&sizes=y",
     .status = 422,
     .answer = NOT_INT("\"query\",\"sizes\",1", "\"x\"") "," ISSUE_CTX(
         "greater_than", "\"query\",\"sizes\",2", "Input should be greater than 0", "\"-1\"",
         "{\"gt\":0}") "," NOT_INT("\"query\",\"sizes\",3", "\"y\"")},
    /* path */
    {.target = "/all/x", .status = 422, .answer = NOT_INT("\"path\",\"item_id\"", "\"x\"")},
    {.target = "/all/0",
     .status = 422,
     .answer = ISSUE_CTX("greater_than_equal", "\"path\",\"item_id\"",
                         "Input should be greater than or equal to 1", "\"0\"", "{\"ge\":1}")},
    {.target = "/all/%31%32", .status = 200, .answer = "id=12 limit=10 rate=1 "},
    {.target = "/all/99999999999999999999",
     .status = 422,
     .answer = ISSUE("int_parsing_size", "\"path\",\"item_id\"",
                     "Unable to parse input string as an integer, exceeded maximum size",
                     "\"99999999999999999999\"")},
    /* headers */
    {.target = "/all/7",
     .headers = {"X-Rate: 5"},
     .status = 200,
     .answer = "id=7 limit=10 rate=5 "},
    {.target = "/all/7",
     .headers = {"x_rate: 5"},
     .status = 200,
     .answer = "id=7 limit=10 rate=1 "},
    {.target = "/all/7",
     .headers = {"x-rate: 5", "x-rate: 6"},
     .status = 200,
     .answer = "id=7 limit=10 rate=5 "},
    {.target = "/all/7",
     .headers = {"x-rate: x"},
     .status = 422,
     .answer = NOT_INT("\"header\",\"x-rate\"", "\"x\"")},
    {.target = "/all/7",
     .headers = {"x-many: a", "x-many: b, c"},
     .status = 200,
     .answer = "id=7 limit=10 rate=1 many=a many=b, c "},
    /* cookies */
    {.target = "/all/7",
     .headers = {"cookie: session=abc; other=1"},
     .status = 200,
     .answer = "id=7 limit=10 rate=1 session=abc "},
    {.target = "/all/7",
     .headers = {"cookie: session=a; session=b"},
     .status = 200,
     .answer = "id=7 limit=10 rate=1 session=b "},
    {.target = "/all/7",
     .headers = {"cookie: session=abcdef"},
     .status = 422,
     .answer =
         ISSUE_CTX("string_too_long", "\"cookie\",\"session\"",
                   "String should have at most 5 characters", "\"abcdef\"", "{\"max_length\":5}")},
    /* names */
    {.target = "/named?item-query=1",
     .headers = {"user-agent: x"},
     .status = 200,
     .answer = "1 2 x - - 1"},
    {.target = "/named?a=1",
     .headers = {"user-agent: x"},
     .status = 422,
     .answer = MISSING("\"query\",\"item-query\"")},
    {.target = "/named?item%2Dquery=1&b+b%26%c3%A4=4&pace=slow",
     .headers = {"user-agent: x"},
     .status = 200,
     .answer = "1 4 x - - 0"},
    {.target = "/named?item-query=1",
     .headers = {"user-agent: x", "x_raw: r", "x-own: o"},
     .status = 200,
     .answer = "1 2 x r o 1"},
    {.target = "/named?item-query=1&pace=warp",
     .headers = {"user-agent: x"},
     .status = 422,
     .answer = ISSUE_CTX("enum", "\"query\",\"pace\"", "Input should be 'slow' or 'fast'",
                         "\"warp\"", "{\"expected\":\"'slow' or 'fast'\"}")},
    /* all that is wrong, in order: path, query, header, cookie; the table's within each */
    {.target = "/many/x",
     .status = 422,
     .answer = NOT_INT("\"path\",\"p\"", "\"x\"") "," MISSING("\"query\",\"n\"") "," MISSING(
         "\"query\",\"q\"") "," MISSING("\"header\",\"h\"") "," MISSING("\"cookie\",\"c\"")},
    {.target = "/many/x?q=y&n=2",
     .headers = {"h: z", "cookie: c=w"},
     .status = 422,
     .answer =
         NOT_INT("\"path\",\"p\"", "\"x\"") "," NOT_INT("\"query\",\"q\"", "\"y\"") "," NOT_INT(
             "\"header\",\"h\"", "\"z\"") "," NOT_INT("\"cookie\",\"c\"", "\"w\"")},
    {.target = "/many/1?q=2&n=5",
     .headers = {"h: 3", "cookie: c=4"},
     .status = 200,
     .answer = "1 2 3 4 5"},
    /* groups */
    {.target = "/page", .status = 200, .answer = "100 0"},
    {.target = "/page?offset=5&limit=7", .status = 200, .answer = "7 5"},
    {.target = "/page?limit=0",
     .status = 422,
     .answer = ISSUE_CTX("greater_than", "\"query\",\"limit\"", "Input should be greater than 0",
                         "\"0\"", "{\"gt\":0}")},
    {.target = "/kept", .headers = {"cookie: limit=7; offset=5"}, .status = 200, .answer = "7 5"},
    {.target = "/kept",
     .headers = {"cookie: limit=7; of%66set=5"},
     .status = 422,
     .answer = ISSUE("extra_forbidden", "\"cookie\",\"of%66set\"", "Extra inputs are not permitted",
                     "\"5\"")},
    {.target = "/page?limit=3&tool=plumbus&x=%C3%A4",
     .status = 422,
     .answer = ISSUE("extra_forbidden", "\"query\",\"tool\"", "Extra inputs are not permitted",
                     "\"plumbus\"") "," ISSUE("extra_forbidden", "\"query\",\"x\"",
                                              "Extra inputs are not permitted", "\"\xc3\xa4\"")},
    {.target = "/page?limit=999&offset=2",
     .status = 422,
     .answer =
         ISSUE_CTX("value_error", "\"query\"", "Value error, too far", "null", "{\"error\":{}}")},
    /* what is wrong elsewhere keeps no model from its say, unless that needs it */
    {.target = "/both?n=x",
     .headers = {"cookie: limit=999; offset=2"},
     .status = 422,
     .answer = NOT_INT("\"query\",\"n\"", "\"x\"") "," ISSUE_CTX(
         "value_error", "\"cookie\"", "Value error, too far", "null", "{\"error\":{}}")},
    {.target = "/backed?n=3", .status = 200, .answer = "100 3"},
    {.target = "/backed?n=x", .status = 422, .answer = NOT_INT("\"query\",\"n\"", "\"x\"")},
    {.target = "/backed?n=10",
     .status = 422,
     .answer = ISSUE_CTX("value_error", "", "Value error, too many", "null", "{\"error\":{}}")},
    {.target = "/strict?a=3", .status = 200, .answer = "3"},
    {.target = "/strict?a=x&b=3",
     .status = 422,
     .answer = NOT_INT("\"query\",\"a\"", "\"x\"") "," ISSUE(
         "extra_forbidden", "\"query\",\"b\"", "Extra inputs are not permitted", "\"3\"")},
    /* texts */
    {.target = "/texts/a/b/?q=a+b%20%2B", .status = 200, .answer = "a/b/|a b +||"},
    {.target = "/texts/x?q=%C3%A4%F0%9F%8D%B5",
     .status = 200,
     .answer = "x|\xc3\xa4\xf0\x9f\x8d\xb5||"},
    {.target = "/texts/x?q=a%ffb%C3",
     .status = 200,
     .answer = "x|a\xef\xbf\xbd"
               "b\xef\xbf\xbd||"},
    {.target = "/texts/x?q=100%", .status = 200, .answer = "x|100%||"},
    {.target = "/texts/x?q=a=b==", .status = 200, .answer = "x|a=b==||"},
    {.target = "/texts/x", .headers = {"h: caf\xe9"}, .status = 200, .answer = "x||caf\xc3\xa9|"},
    {.target = "/texts/x", .headers = {"cookie: c=\"a b\""}, .status = 200, .answer = "x|||a b"},
};

START_TEST(parameters_come_from_where_they_are_declared)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

START_TEST(a_long_list_and_a_long_query_are_all_there)
{
    struct cadre_test_client *client = typed_open(routes);
    char target[6000] = "/all/7?tags=a";
    size_t len = strlen(target);

    for (int i = 0; i < 400; i++)
        len += (size_t)snprintf(target + len, sizeof(target) - len, "&sizes=%d", i + 1);
    const struct cadre_test_response *res = cadre_test_get(client, target);
    cadre_assert_status(res, 200);
    cadre_assert_body_has(res, "tag=a size=1 size=2 ");
    cadre_assert_body_has(res, " size=400 ");
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("api/params", UNIT_LOOP(parameters_come_from_where_they_are_declared, TYPED_COUNT(rows)),
          UNIT_CASE(a_long_list_and_a_long_query_are_all_there))
