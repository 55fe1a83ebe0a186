/* SPDX-License-Identifier: MIT */
/* What the tests of the typed API share: a request as a row of a table, and its exact answer. */
#ifndef CADRE_TESTS_UNIT_API_TYPED_TEST_H
#define CADRE_TESTS_UNIT_API_TYPED_TEST_H

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One request. A member that is left out has the client's default. */
struct typed_row {
    const char *method, *target;
    const char *headers[4];
    const char *type, *body; /* of the body */
    int status;
    const char *answer; /* to the byte; of a 422: the list in {"detail":...} */
};

/* One issue, and several. */
#define ISSUE(type_, loc_, msg_, input_)                                                           \
    "{\"type\":\"" type_ "\",\"loc\":[" loc_ "],\"msg\":\"" msg_ "\",\"input\":" input_ "}"
#define ISSUE_CTX(type_, loc_, msg_, input_, ctx_)                                                 \
    "{\"type\":\"" type_ "\",\"loc\":[" loc_ "],\"msg\":\"" msg_ "\",\"input\":" input_            \
    ",\"ctx\":" ctx_ "}"
#define MISSING(loc_)         ISSUE("missing", loc_, "Field required", "null")
#define MISSING_IN(loc_, in_) ISSUE("missing", loc_, "Field required", in_)
#define NOT_INT(loc_, input_)                                                                      \
    ISSUE("int_parsing", loc_,                                                                     \
          "Input should be a valid integer, unable to parse string as an integer", input_)

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

static inline struct cadre_test_client *typed_open(const struct cadre_route *routes)
{
    const struct cadre_module module = {.routes = routes};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[2000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

/* Sends the row's request and looks at the answer. */
static inline void typed_check(const struct cadre_route *routes, const struct typed_row *row)
{
    struct cadre_test_client *client = typed_open(routes);
    const struct cadre_test_request request = {
        .method = row->method != NULL ? row->method
                  : row->body != NULL ? "POST"
                                      : "GET",
        .target = row->target,
        .headers = row->headers,
        .type = row->type,
        .text = row->body,
    };
    const struct cadre_test_response *res = cadre_test_send(client, &request);
    char expected[4000];

    if (row->status == 422)
        snprintf(expected, sizeof(expected), "{\"detail\":[%s]}", row->answer);
    else
        snprintf(expected, sizeof(expected), "%s", row->answer);
    cadre_assert_status(res, row->status);
    if (row->status == 422)
        cadre_assert_header(res, "content-type", "application/json");
    cadre_assert_body(res, expected);
    cadre_test_close(client);
}

/* Serves a module of one row, which is refused, with these words behind its place. */
static inline void typed_refused(struct cadre_route row, const char *why)
{
    const struct cadre_route table[] = {row, CADRE_ROUTES_END};
    const struct cadre_module module = {.routes = table};
    const struct cadre_test_module one = {.module = &module};
    const struct cadre_test_app app = {.modules = &one, .n_modules = 1};
    struct cadre_test_client *client;
    char found[1000] = "", expected[1000];

    snprintf(expected, sizeof(expected), "%s:%u: route \"%s %s\": %s", row.file, row.line,
             row.method, row.pattern, why);
    ck_assert_int_eq(cadre_test_open(&app, found, sizeof(found), &client), -EINVAL);
    ck_assert_str_eq(found, expected);
}

#define TYPED_COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#endif
