/* SPDX-License-Identifier: MIT */
/* The form of OAuth2's password flow (api/password_form.c), by the test client. */
#include "tests/unit/lib/api/typed_test.h"

static int give_token(struct cadre_request *req)
{
    const struct cadre_password_form *form = cadre_dependency_value(req, &cadre_password_form);
    const char *scopes = "";

    for (size_t i = 0; i < form->scopes.len; i++)
        scopes = cadre_printf(req, "%s<%s>", scopes, form->scopes.items[i]);
    return cadre_respondf(req, 200, "text/plain", "%s:%s %s %s [%s] %s %s", form->username,
                          form->password, form->grant_type != NULL ? form->grant_type : "-", scopes,
                          form->scope, form->client_id != NULL ? form->client_id : "-",
                          form->client_secret != NULL ? form->client_secret : "-");
}

static const struct cadre_route routes[] = {
    CADRE_POST("/token", give_token, .dependencies = CADRE_DEPENDENCIES(&cadre_password_form)),
    CADRE_ROUTES_END,
};

static const struct typed_row rows[] = {
    {.target = "/token",
     .type = FORM,
     .body = "username=ada&password=b%20c",
     .status = 200,
     .answer = "ada:b c -  [] - -"},
    {.target = "/token",
     .type = FORM,
     .body = "grant_type=password&username=a&password=b&scope=+items++me+&client_id=c"
             "&client_secret=d",
     .status = 200,
     .answer = "a:b password <items><me> [ items  me ] c d"},
    {.target = "/token",
     .type = FORM,
     .body = "username=&password=b",
     .status = 422,
     .answer = MISSING("\"body\",\"username\"")},
    {.target = "/token",
     .type = FORM,
     .body = "grant_type=refresh_token",
     .status = 422,
     .answer = ISSUE_CTX(
         "string_pattern_mismatch", "\"body\",\"grant_type\"",
         "String should match pattern '^password$'", "\"refresh_token\"",
         "{\"pattern\":\"^password$\"}") "," MISSING("\"body\",\"username\"") "," MISSING("\"body\",\"password\"")},
};

START_TEST(form_of_the_password_flow_is_read)
{
    typed_check(routes, &rows[_i]);
}
END_TEST

UNIT_MAIN("api/password_form", UNIT_LOOP(form_of_the_password_flow_is_read, TYPED_COUNT(rows)))
