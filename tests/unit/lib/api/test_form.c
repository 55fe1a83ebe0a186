/* SPDX-License-Identifier: MIT */
/* Parameters from forms and files (api/form.c), by the test client. */
#include "tests/unit/lib/api/typed_test.h"

struct login {
    const char *username, *password;
    struct cadre_opt_str scope;
    CADRE_LIST_OF(int) sizes;
    int page; /* of the query, besides */
};
static const struct cadre_field login_fields[] = {
    CADRE_FORM(struct login, username, .max_length = 8),
    CADRE_FORM(struct login, password, .alias = "pass word"),
    CADRE_FORM(struct login, scope),
    CADRE_LIST(struct login, sizes, CADRE_FROM_FORM, CADRE_DEFAULT_EMPTY),
    CADRE_QUERY(struct login, page, CADRE_DEFAULT(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(login_params, struct login, login_fields, .extra = CADRE_EXTRA_FORBID);

static int show_login(struct cadre_request *req)
{
    const struct login *p = cadre_params(req);

    return cadre_respondf(req, 200, "text/plain", "%s %s %s %zu %d", p->username, p->password,
                          p->scope.given == CADRE_GIVEN ? p->scope.value : "-", p->sizes.len,
                          p->page);
}

struct files {
    const char *note;
    const struct cadre_upload *photo;
    CADRE_LIST_OF(const struct cadre_upload *) more;
    struct cadre_bytes raw;
};
static const struct cadre_field files_fields[] = {
    CADRE_FILE(struct files, photo),
    CADRE_FORM(struct files, note, CADRE_DEFAULT("-")),
    CADRE_LIST(struct files, more, CADRE_FROM_FILE, CADRE_DEFAULT_EMPTY, .max_items = 2),
    CADRE_FILE(struct files, raw, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(files_params, struct files, files_fields);

static int show_files(struct cadre_request *req)
{
    const struct files *p = cadre_params(req);
    const char *more = "";

    for (size_t i = 0; i < p->more.len; i++)
        more = cadre_printf(req, "%s+%s", more, cadre_upload_filename(p->more.items[i]));
    return cadre_respondf(req, 200, "text/plain", "%s %llu %s %s %.*s", p->note,
                          (unsigned long long)cadre_upload_size(p->photo),
                          cadre_upload_type(p->photo), more, (int)p->raw.len,
                          p->raw.ptr != NULL ? (const char *)p->raw.ptr : "");
}

static const struct cadre_route routes[] = {
    CADRE_POST("/login", show_login, .params = &login_params),
    CADRE_POST("/sync", show_login, .params = &login_params, .sync = true),
    CADRE_POST("/files", show_files, .params = &files_params),
    CADRE_ROUTES_END,
};

#define MULTIPART          "multipart/form-data; boundary=b"
#define PART(head_, body_) "--b\r\ncontent-disposition: form-data; " head_ "\r\n\r\n" body_ "\r\n"
#define FILE_PART(name_, file_, body_)                                                             \
    "--b\r\ncontent-disposition: form-data; name=\"" name_ "\"; filename=\"" file_                 \
    "\"\r\ncontent-type: image/png\r\n\r\n" body_ "\r\n"
#define LAST "--b--\r\n"

static const struct typed_row rows[] = {
    {.target = "/login",
     .type = FORM,
     .body = "username=ann&pass+word=x%20y",
     .status = 200,
     .answer = "ann x y - 0 1"},
    {.target = "/sync?page=4",
     .type = FORM,
     .body = "username=ann&pass+word=x&scope=a&sizes=1&sizes=2",
     .status = 200,
     .answer = "ann x a 2 4"},
    {.target = "/login",
     .type = MULTIPART,
     .body = PART("name=\"username\"", "bob") PART("name=\"pass word\"", "\xc3\xa4") LAST,
     .status = 200,
     .answer = "bob \xc3\xa4 - 0 1"},
    /* an empty field is none */
    {.target = "/login",
     .type = FORM,
     .body = "username=&pass+word=x&scope=",
     .status = 422,
     .answer = MISSING("\"body\",\"username\"")},
    {.target = "/login",
     .type = FORM,
     .body = "username=a&username=&pass+word=x",
     .status = 422,
     .answer = MISSING("\"body\",\"username\"")},
    /* no form at all */
    {.target = "/login",
     .type = JSON,
     .body = "{\"username\":\"ann\"}",
     .status = 422,
     .answer = MISSING("\"body\",\"username\"") "," MISSING("\"body\",\"pass word\"")},
    {.method = "POST",
     .target = "/login",
     .status = 422,
     .answer = MISSING("\"body\",\"username\"") "," MISSING("\"body\",\"pass word\"")},
    /* wrong */
    {.target = "/login?page=x",
     .type = FORM,
     .body = "username=123456789&pass+word=x&sizes=a",
     .status = 422,
     .answer = NOT_INT("\"query\",\"page\"", "\"x\"") "," ISSUE_CTX(
         "string_too_long", "\"body\",\"username\"", "String should have at most 8 characters",
         "\"123456789\"", "{\"max_length\":8}") "," NOT_INT("\"body\",\"sizes\",0", "\"a\"")},
    {.target = "/login",
     .type = FORM,
     .body = "username=a&pass+word=x&extra=1",
     .status = 422,
     .answer =
         ISSUE("extra_forbidden", "\"body\",\"extra\"", "Extra inputs are not permitted", "\"1\"")},
    {.target = "/login",
     .type = "multipart/form-data",
     .body = "x",
     .status = 400,
     .answer = "{\"detail\":\"Missing boundary in multipart.\"}"},
    /* files */
    {.target = "/files",
     .type = MULTIPART,
     .body = FILE_PART("photo", "a.png", "12345") PART("name=\"note\"", "hi") LAST,
     .status = 200,
     .answer = "hi 5 image/png  "},
    {.target = "/files",
     .type = MULTIPART,
     .body = FILE_PART("photo", "a", "1") FILE_PART("more", "b", "2") FILE_PART("more", "c", "3")
         FILE_PART("raw", "d", "raw bytes") LAST,
     .status = 200,
     .answer = "- 1 image/png +b+c raw bytes"},
    {.target = "/files",
     .type = MULTIPART,
     .body = FILE_PART("photo", "a", "1") FILE_PART("more", "b", "2") FILE_PART("more", "c", "3")
         FILE_PART("more", "d", "4") LAST,
     .status = 422,
     .answer = ISSUE_CTX("too_long", "\"body\",\"more\"",
                         "List should have at most 2 items after validation, not 3", "[]",
                         "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}")},
    {.target = "/files",
     .type = MULTIPART,
     .body = PART("name=\"photo\"", "text") LAST,
     .status = 422,
     .answer = ISSUE_CTX("value_error", "\"body\",\"photo\"",
                         "Value error, Expected a file, received a text field", "\"text\"",
                         "{\"error\":{}}")},
    {.target = "/files",
     .type = MULTIPART,
     .body = PART("name=\"note\"", "x") LAST,
     .status = 422,
     .answer = MISSING("\"body\",\"photo\"")},
};

START_TEST(parameters_come_from_a_form)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

UNIT_MAIN("api/form", UNIT_LOOP(parameters_come_from_a_form, TYPED_COUNT(rows)))
