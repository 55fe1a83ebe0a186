/* SPDX-License-Identifier: MIT */
/* Unions without a discriminator as parameters, bodies and answers: the choice that fits best comes
 * in, and goes out as it is. */
#include "tests/unit/lib/api/typed_test.h"

enum key_kind { KEY_NUMBER, KEY_DAY, KEY_NAME, KEY_ITEM };
struct item {
    const char *name;
    int count;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct item, name),
    CADRE_FIELD(struct item, count, CADRE_DEFAULT(1), CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct item, item_fields);

struct key {
    enum key_kind kind;
    union {
        int64_t number;
        struct cadre_date day;
        const char *name;
        struct item item;
    };
};
static const struct cadre_choice number_or_day[] = {
    CADRE_CHOICE(struct key, "int", KEY_NUMBER, number, CADRE_GT(0)),
    CADRE_CHOICE(struct key, "date", KEY_DAY, day),
    CADRE_CHOICES_END,
};
CADRE_UNTAGGED_UNION_TYPE(keys, struct key, kind, number_or_day);
static const struct cadre_choice number_or_item[] = {
    CADRE_CHOICE(struct key, "int", KEY_NUMBER, number, CADRE_GT(0)),
    CADRE_CHOICE_NESTED(struct key, "item", KEY_ITEM, item, item_model),
    CADRE_CHOICE(struct key, "str", KEY_NAME, name),
    CADRE_CHOICES_END,
};
CADRE_UNTAGGED_UNION_TYPE(things, struct key, kind, number_or_item);

static const char *show(struct cadre_request *req, const struct key *key)
{
    char text[CADRE_VALUE_TEXT_MAX];

    if (key == NULL)
        return "none";
    switch (key->kind) {
    case KEY_NUMBER:
        return cadre_printf(req, "int %lld", (long long)key->number);
    case KEY_DAY:
        cadre_date_format(&key->day, text);
        return cadre_printf(req, "date %s", text);
    case KEY_NAME:
        return cadre_printf(req, "str %s", key->name);
    case KEY_ITEM:
        return cadre_printf(req, "item %s %d", key->item.name, key->item.count);
    }
    return "?";
}

/* --- parameters --- */

struct asked {
    struct key path, q, h;
    struct key *maybe;
    CADRE_LIST_OF(struct key) many;
};
static const struct cadre_field asked_fields[] = {
    CADRE_UNION(struct asked, path, keys, CADRE_FROM_PATH),
    CADRE_UNION(struct asked, q, keys, CADRE_FROM_QUERY, CADRE_DEFAULT_JSON("7")),
    CADRE_OPT_UNION(struct asked, maybe, keys, CADRE_FROM_QUERY),
    CADRE_LIST_UNION(struct asked, many, keys, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY),
    CADRE_UNION(struct asked, h, keys, CADRE_FROM_HEADER, CADRE_DEFAULT_JSON("\"2026-01-01\"")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(asked_params, struct asked, asked_fields);

static int show_asked(struct cadre_request *req)
{
    const struct asked *p = cadre_params(req);
    const char *many = "";

    for (size_t i = 0; i < p->many.len; i++)
        many = cadre_printf(req, "%s, %s", many, show(req, &p->many.items[i]));
    return cadre_respondf(req, 200, "text/plain", "%s, %s, %s, %s%s", show(req, &p->path),
                          show(req, &p->q), show(req, p->maybe), show(req, &p->h), many);
}

static int small(struct cadre_validation *validation, void *value)
{
    const struct key *key = value;

    return key->kind == KEY_NUMBER && key->number > 9
               ? cadre_invalid(validation, "%lld is large", (long long)key->number)
               : 0;
}
struct filled {
    struct key f;
    struct key *g;
};
static const struct cadre_field filled_fields[] = {
    CADRE_UNION(struct filled, f, keys, CADRE_FROM_FORM, .after = small),
    CADRE_OPT_UNION(struct filled, g, keys, CADRE_FROM_FORM, .after = small),
    CADRE_FIELDS_END,
};
CADRE_MODEL(filled_params, struct filled, filled_fields);

static int show_filled(struct cadre_request *req)
{
    const struct filled *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s, %s", show(req, &p->f), show(req, p->g));
}

/* --- bodies --- */

struct sent {
    struct key thing;
};
static const struct cadre_field sent_fields[] = {
    CADRE_UNION(struct sent, thing, things, CADRE_FROM_BODY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(sent_params, struct sent, sent_fields);

static int show_sent(struct cadre_request *req)
{
    const struct sent *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s", show(req, &p->thing));
}

/* What comes in goes out, but for an item that is named "odd". */
struct boxed {
    struct key thing;
    struct key *other;
};
static int trimmed(struct cadre_validation *validation, struct cadre_input *input)
{
    (void)validation;
    if (input->type == CADRE_INPUT_STRING && cadre_str_eq(input->text, CADRE_STR("one")))
        *input = (struct cadre_input){CADRE_INPUT_NUMBER, CADRE_STR("1")};
    return 0;
}
static const struct cadre_field boxed_fields[] = {
    CADRE_UNION(struct boxed, thing, things, .before = trimmed, .after = small),
    CADRE_OPT_UNION(struct boxed, other, things, .after = small),
    CADRE_FIELDS_END,
};
CADRE_MODEL(boxed_model, struct boxed, boxed_fields);

static int echo(struct cadre_request *req)
{
    const struct boxed *in = cadre_body_value(req);
    struct boxed out = *in;

    if (in->thing.kind == KEY_ITEM && strcmp(in->thing.item.name, "odd") == 0)
        out.thing.item.count = 0;
    if (in->thing.kind == KEY_ITEM && strcmp(in->thing.item.name, "gone") == 0)
        out.thing.kind = KEY_DAY;
    return cadre_respond(req, &boxed_model, &out);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/keys/{path}", show_asked, .params = &asked_params),
    CADRE_POST("/form", show_filled, .params = &filled_params),
    CADRE_POST("/thing", show_sent, .params = &sent_params),
    CADRE_POST("/box", echo, .body = &boxed_model, .response = &boxed_model),
    CADRE_ROUTES_END,
};

#define NO_DATE(loc_, input_, why_)                                                                \
    ISSUE_CTX("date_from_datetime_parsing", loc_,                                                  \
              "Input should be a valid date or datetime, " why_, input_,                           \
              "{\"error\":\"" why_ "\"}")
#define NEITHER(loc_)                                                                              \
    NOT_INT(loc_ ",\"int\"", "\"x\"") "," NO_DATE(loc_ ",\"date\"", "\"x\"", "input is too short")

static const struct typed_row rows[] = {
    {.target = "/keys/5", .status = 200, .answer = "int 5, int 7, none, date 2026-01-01"},
    {.target = "/keys/2026-02-03?q=2026-02-04&maybe=8&many=1&many=2026-02-05",
     .headers = {"h: 9"},
     .status = 200,
     .answer = "date 2026-02-03, date 2026-02-04, int 8, int 9, int 1, date 2026-02-05"},
    {.target = "/keys/x", .status = 422, .answer = NEITHER("\"path\",\"path\"")},
    {.target = "/keys/5?many=1&many=x", .status = 422, .answer = NEITHER("\"query\",\"many\",1")},
    {.target = "/keys/5?maybe=x", .status = 422, .answer = NEITHER("\"query\",\"maybe\"")},
    {.target = "/form", .type = FORM, .body = "f=9", .status = 200, .answer = "int 9, none"},
    {.target = "/form",
     .type = FORM,
     .body = "f=2026-01-02&g=3",
     .status = 200,
     .answer = "date 2026-01-02, int 3"},
    {.target = "/form",
     .type = FORM,
     .body = "f=10&g=11",
     .status = 422,
     .answer = ISSUE_CTX("value_error", "\"body\",\"f\"", "Value error, 10 is large", "\"10\"",
                         "{\"error\":{}}") "," ISSUE_CTX("value_error", "\"body\",\"g\"",
                                                         "Value error, 11 is large", "\"11\"",
                                                         "{\"error\":{}}")},
    {.target = "/thing", .type = JSON, .body = "5", .status = 200, .answer = "int 5"},
    {.target = "/thing", .type = JSON, .body = "\"5\"", .status = 200, .answer = "str 5"},
    {.target = "/thing",
     .type = JSON,
     .body = "{\"name\":\"tea\",\"count\":2}",
     .status = 200,
     .answer = "item tea 2"},
    {.target = "/thing",
     .type = JSON,
     .body = "[]",
     .status = 422,
     .answer = ISSUE("int_type", "\"body\",\"int\"", "Input should be a valid integer",
                     "[]") "," ISSUE("model_attributes_type", "\"body\",\"item\"",
                                     "Input should be a valid dictionary or object to extract "
                                     "fields from",
                                     "[]") "," ISSUE("string_type", "\"body\",\"str\"",
                                                     "Input should be a valid string", "[]")},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":{\"name\":\"tea\",\"count\":\"2\"},\"other\":\"b\"}",
     .status = 200,
     .answer = "{\"thing\":{\"name\":\"tea\",\"count\":2},\"other\":\"b\"}"},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":3}",
     .status = 200,
     .answer = "{\"thing\":3,\"other\":null}"},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":\"one\",\"other\":null}",
     .status = 200,
     .answer = "{\"thing\":1,\"other\":null}"},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":\"two\",\"other\":9}",
     .status = 200,
     .answer = "{\"thing\":\"two\",\"other\":9}"},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":10,\"other\":11}",
     .status = 422,
     .answer = ISSUE_CTX("value_error", "\"body\",\"thing\"", "Value error, 10 is large", "10",
                         "{\"error\":{}}") "," ISSUE_CTX("value_error", "\"body\",\"other\"",
                                                         "Value error, 11 is large", "11",
                                                         "{\"error\":{}}")},
    /* What goes out is checked as what it says that it is. */
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":{\"name\":\"odd\"}}",
     .status = 500,
     .answer = "Internal Server Error"},
    {.target = "/box",
     .type = JSON,
     .body = "{\"thing\":{\"name\":\"gone\"}}",
     .status = 500,
     .answer = "Internal Server Error"},
};

START_TEST(the_choice_that_fits_comes_in_and_goes_out)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

/* --- what cannot be --- */

static const struct cadre_field item_query_fields[] = {
    CADRE_UNION(struct sent, thing, things, CADRE_FROM_QUERY), CADRE_FIELDS_END};
CADRE_MODEL(item_query, struct sent, item_query_fields);

START_TEST(a_union_with_a_model_is_no_text)
{
    const struct cadre_route row = CADRE_GET("/", show_sent, .params = &item_query);

    typed_refused(row,
                  "parameter \"thing\" of model \"sent\", from query: it can be one value or a "
                  "list of values; files come from CADRE_FILE, all else from the body");
}
END_TEST

UNIT_MAIN("api/choice_params",
          UNIT_LOOP(the_choice_that_fits_comes_in_and_goes_out, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(a_union_with_a_model_is_no_text))
