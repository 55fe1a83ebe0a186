/* SPDX-License-Identifier: MIT */
/*
 * The table of scalar values (tests/unit/lib/model/scalar_cases.h) end to end, by the test client:
 * each case as a parameter of each source that can carry it, and as a member of a JSON body, with
 * the exact value or the exact 422.
 */
#include "config.h"

#include "tests/unit/lib/api/typed_test.h"

#include "api/call.h"
#include "tests/unit/lib/model/every.h"
#include "tests/unit/lib/model/scalar_cases.h"
#include "tests/unit/lib/model/show.h"

#define N_FIELDS (sizeof(every_fields) / sizeof(every_fields[0]) - 1)

/* --- a route for each field, with one parameter --- */

struct one_field {
    struct cadre_field fields[2];
    struct cadre_model model;
    const struct cadre__plan *plan;
    char pattern[100];
};

static int show(struct cadre_request *req)
{
    const struct cadre__api_params *params = cadre__api_call_of(req)->plan->params;
    const struct cadre__member *member = &params->plan->members[0];
    char text[512];

    print_value(&member->type, (const char *)cadre_params(req) + member->offset, text,
                sizeof(text));
    return cadre_respond_text(req, 200, text);
}

/* Routes "/i64", or "/i64/{i64:path}". */
static struct cadre_test_client *open_fields(enum cadre_source source)
{
    static struct one_field all[N_FIELDS]; /* as tables are: for as long as the process lives */
    static struct cadre_route routes[N_FIELDS + 1];

    for (size_t i = 0; i < N_FIELDS; i++) {
        struct one_field *one = &all[i];
        const char *name = every_fields[i].name;

        one->fields[0] = every_fields[i];
        one->fields[0].source = (unsigned char)source;
        one->fields[0].keep_underscores = true;
        one->fields[0].embed = true;
        one->model = every_model;
        one->model.fields = one->fields;
        one->model.plan = &one->plan;
        if (source == CADRE_IN_PATH)
            snprintf(one->pattern, sizeof(one->pattern), "/%s/{%s:path}", name, name);
        else
            snprintf(one->pattern, sizeof(one->pattern), "/%s", name);
        routes[i] = (struct cadre_route){
            .method = "*", .pattern = one->pattern, .handler = show, .params = &one->model};
    }
    return typed_open(routes);
}

/* --- a case as a request --- */

static bool is_plain(struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= 0x20 || (unsigned char)text.ptr[i] >= 0x7f ||
            strchr("\";,\\", text.ptr[i]) != NULL)
            return false;
    }
    return true;
}

/* Whether the source can carry the text as it is. */
static bool can_carry(enum cadre_source source, const struct scalar_case *row,
                      const struct cadre_input *input)
{
    /* Any JSON is kept as it was sent, white space and all. */
    if (source == CADRE_IN_BODY && strcmp(row->field, "any") == 0 && strchr(row->json, ' ') != NULL)
        return false;
    /* These hang on what time it is. */
    if (strstr(row->field, "_past") != NULL || strstr(row->field, "_future") != NULL)
        return false;
    if (source == CADRE_IN_BODY)
        return true;
    if (input->type != CADRE_INPUT_STRING || memchr(input->text.ptr, '\0', input->text.len) != NULL)
        return false;
    if (source == CADRE_IN_FORM)
        return input->text.len > 0; /* an empty field is none */
    if (source == CADRE_IN_HEADER || source == CADRE_IN_COOKIE)
        return is_plain(input->text);
    return true;
}

static void encode(struct cadre__buf *out, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++)
        cadre__buf_printf(out, "%%%02x", (unsigned char)text.ptr[i]);
}

static const struct cadre_test_response *ask(struct cadre_test_client *client,
                                             enum cadre_source source,
                                             const struct scalar_case *row, struct cadre_str text)
{
    const char *headers[2] = {NULL, NULL};
    struct cadre_test_request request = {.headers = headers};
    struct cadre__buf target, value;
    const struct cadre_test_response *res;

    cadre__buf_init(&target);
    cadre__buf_init(&value);
    cadre__buf_printf(&target, "/%s", row->field);
    switch (source) {
    case CADRE_IN_PATH:
        cadre__buf_putc(&target, '/');
        encode(&target, text);
        break;
    case CADRE_IN_QUERY:
        cadre__buf_printf(&target, "?%s=", row->field);
        encode(&target, text);
        break;
    case CADRE_IN_HEADER:
        cadre__buf_printf(&value, "%s: %.*s", row->field, CADRE_STR_ARGS(text));
        headers[0] = cadre__buf_text(&value);
        break;
    case CADRE_IN_COOKIE:
        cadre__buf_printf(&value, "cookie: %s=%.*s", row->field, CADRE_STR_ARGS(text));
        headers[0] = cadre__buf_text(&value);
        break;
    case CADRE_IN_FORM:
        cadre__buf_printf(&value, "%s=", row->field);
        encode(&value, text);
        request.type = FORM;
        break;
    default:
        cadre__buf_printf(&value, "{\"%s\": %s}", row->field, row->json);
        request.type = JSON;
        break;
    }
    request.target = cadre__buf_text(&target);
    if (request.type != NULL) {
        request.method = "POST";
        request.text = cadre__buf_text(&value);
    }
    res = cadre_test_send(client, &request);
    cadre__buf_done(&target);
    cadre__buf_done(&value);
    return res;
}

static void expect_issue(const struct scalar_case *row, const char *source,
                         const struct cadre_input *input, struct cadre__buf *out)
{
    cadre__buf_printf(out,
                      "{\"detail\":[{\"type\":\"%s\",\"loc\":[\"%s\",\"%s\"],\"msg\":", row->type,
                      source, row->field);
    cadre__json_write_string(out, cadre_str_from(row->msg));
    cadre__buf_puts(out, ",\"input\":");
    cadre__json_write_input(out, input);
    if (row->ctx != NULL)
        cadre__buf_printf(out, ",\"ctx\":%s", row->ctx);
    cadre__buf_puts(out, "}]}");
}

static const struct {
    enum cadre_source source;
    const char *name;
    size_t at_least; /* so many cases */
} sources[] = {
    {CADRE_IN_PATH, "path", 250},     {CADRE_IN_QUERY, "query", 250},
    {CADRE_IN_HEADER, "header", 150}, {CADRE_IN_COOKIE, "cookie", 150},
    {CADRE_IN_FORM, "body", 250},     {CADRE_IN_BODY, "body", 400},
};

START_TEST(each_case_has_its_value_or_its_422_from_each_source)
{
    struct cadre_test_client *client = open_fields(sources[_i].source);
    struct cadre__arena arena;
    size_t n = 0;

    cadre__arena_init(&arena, 1024);
    for (size_t i = 0; i < N_SCALAR_CASES; i++) {
        const struct scalar_case *row = &scalar_cases[i];
        const struct cadre_input input = input_of(&arena, row->json);
        const struct cadre_test_response *res;
        struct cadre__buf wanted;

        if (!can_carry(sources[_i].source, row, &input))
            continue;
        n++;
        res = ask(client, sources[_i].source, row, input.text);
        cadre__buf_init(&wanted);
        if (row->value != NULL)
            cadre__buf_puts(&wanted, row->value);
        else
            expect_issue(row, sources[_i].name, &input, &wanted);
        ck_assert_msg(cadre_test_status(res) == (row->value != NULL ? 200 : 422) &&
                          strcmp(cadre_test_text(res), cadre__buf_text(&wanted)) == 0,
                      "%s %s by %s:\nfound  %d %s %s\nwanted %s", row->field, row->json,
                      sources[_i].name, cadre_test_status(res), cadre_test_text(res),
                      cadre_test_failure(res), cadre__buf_text(&wanted));
        cadre__buf_done(&wanted);
        cadre_test_forget(client);
        if (sources[_i].source == CADRE_IN_COOKIE)
            cadre_test_clear_cookies(client);
    }
    ck_assert_msg(n >= sources[_i].at_least, "only %zu cases", n);
    cadre_test_close(client);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("api/scalars",
          UNIT_LOOP(each_case_has_its_value_or_its_422_from_each_source, TYPED_COUNT(sources)))
