/* SPDX-License-Identifier: MIT */
/* Bodies that the test client makes (lib/test/body.c), read back by a module. */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre.h>
#include <cadre/test.h>

/* The type, then fields and files, a line each. */
static int tell(struct cadre_request *req)
{
    const char *name, *text = cadre_printf(req, "%.19s\n", cadre_header(req, "content-type"));
    const struct cadre_upload *upload;
    const struct cadre_form *form;
    struct cadre_str value;
    int r = cadre_form_read(req, &form);

    for (size_t i = 0; r == 0 && cadre_form_field_at(form, i, &name, &value); i++)
        text = cadre_printf(req, "%s%s=%s\n", text, name, value.ptr);
    for (size_t i = 0; r == 0 && (upload = cadre_form_file_at(form, i)) != NULL; i++) {
        char bytes[100];
        ssize_t n = cadre_upload_read(upload, bytes, sizeof(bytes), 0);

        text =
            cadre_printf(req, "%s%s:%s:%s:%.*s\n", text, cadre_upload_field(upload),
                         cadre_upload_filename(upload), cadre_upload_type(upload), (int)n, bytes);
    }
    return r < 0 ? r : cadre_respond_text(req, 200, text);
}

static int echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_body(req, &body);

    return r < 0 ? r
                 : cadre_respond_bytes(req, 200, cadre_header(req, "content-type"), body.ptr,
                                       body.len);
}

static const struct cadre_route routes[] = {
    CADRE_POST("/tell", tell),
    CADRE_POST("/echo", echo),
    CADRE_ROUTES_END,
};

static const struct cadre_module module = {.routes = routes};

static struct cadre_test_client *serve(void)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    return cadre_test_serve(.module = &module);
}

static const char *const fields[] = {"a=1", "b c=x y&z=\xc3\xa4+%41", "empty=", "q\"q=r\"s", NULL};

START_TEST(json_has_its_type)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = "POST", .target = "/echo", .json = "{\"a\":1}");

    cadre_assert_header(res, "content-type", "application/json");
    cadre_assert_json(res, "{\"a\": 1}");
    res = cadre_test_request(client, .method = "POST", .target = "/echo", .json = "{}",
                             .type = "application/problem+json");
    cadre_assert_header(res, "content-type", "application/problem+json");
    cadre_test_close(client);
}
END_TEST

START_TEST(a_form_is_encoded)
{
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = "POST", .target = "/echo", .form = fields);

    cadre_assert_header(res, "content-type", "application/x-www-form-urlencoded");
    cadre_assert_body(res, "a=1&b+c=x+y%26z%3D%C3%A4%2B%2541&empty=&q%22q=r%22s");
    res = cadre_test_request(client, .method = "POST", .target = "/tell", .form = fields);
    cadre_assert_body(res, "application/x-www-f\na=1\nb c=x y&z=\xc3\xa4+%41\nempty=\nq\"q=r\"s\n");
    cadre_test_close(client);
}
END_TEST

START_TEST(files_go_in_parts)
{
    static const struct cadre_test_file files[] = {
        {.field = "f", .filename = "o.txt", .type = "text/plain", .text = "one"},
        {.field = "f", .body = "cadre-test-boundary-1", .body_len = 21},
        {.field = "empty"},
        {.field = NULL},
    };
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res = cadre_test_request(
        client, .method = "POST", .target = "/tell", .form = fields, .files = files);

    cadre_assert_body(res, "multipart/form-data\n"
                           "a=1\nb c=x y&z=\xc3\xa4+%41\nempty=\n"
                           "q%22q=r\"s\n" /* as browsers write names, and nobody reads them */
                           "f:o.txt:text/plain:one\n"
                           "f:f:application/octet-stream:cadre-test-boundary-1\n"
                           "empty:empty:application/octet-stream:\n");
    res = cadre_test_request(client, .method = "POST", .target = "/echo", .files = files,
                             .form = fields);
    cadre_assert_header(res, "content-type", "multipart/form-data; boundary=cadre-test-boundary-2");
    cadre_test_close(client);
}
END_TEST

START_TEST(what_is_no_body_is_told)
{
    static const char *const no_value[] = {"a", NULL};
    struct cadre_test_client *client = serve();
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = "POST", .target = "/echo", .json = "1", .text = "2");

    ck_assert_int_eq(cadre_test_status(res), 0);
    ck_assert_str_eq(cadre_test_failure(res),
                     "the request is wrong: it has several bodies: give one of text, body, "
                     "read_body, json, and form or files");
    res = cadre_test_request(client, .method = "POST", .target = "/echo", .form = no_value);
    ck_assert_str_eq(cadre_test_failure(res),
                     "the request is wrong: a field of its form is not \"name=value\"");
    cadre_test_close(client);
}
END_TEST

UNIT_MAIN("test/body", UNIT_CASE(json_has_its_type), UNIT_CASE(a_form_is_encoded),
          UNIT_CASE(files_go_in_parts), UNIT_CASE(what_is_no_body_is_told))
