/* SPDX-License-Identifier: MIT */
/* What a module says of its document besides its tables: checked and written. */
#include "config.h"

#include "tests/unit/lib/api/openapi_test.h"

#include <errno.h>

#include "api/openapi_info.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct cadre_module full = {
    .title = "Shop",
    .description = "All we have",
    .openapi = CADRE_OPENAPI(
            .summary = "A shop", .terms_of_service = "https://example.com/terms",
            .contact = {.name = "We", .url = "https://example.com", .email = "we@example.com"},
            .license = {.name = "MIT", .identifier = "MIT"},
            .external_docs = {"https://docs.example.com", "The book"},
            .tags = CADRE_OPENAPI_TAGS(
                {"items", "All \"that\" is\nfor sale"}, {"bare"},
                {"orders", .external_docs = {"https://docs.example.com/orders"}}),
            .servers = CADRE_OPENAPI_SERVERS(
                {"https://{region}.example.com/{version}", "All",
                 CADRE_OPENAPI_VARIABLES({"region", "eu", "Where", CADRE_NAMES("eu", "us")},
                                         {"version", "v1"})},
                {"/v2"}))};

static const struct {
    const char *member, *is;
} written[] = {
    {"info", "{\"title\":\"Shop\",\"summary\":\"A shop\",\"description\":\"All we have\","
             "\"termsOfService\":\"https://example.com/terms\",\"contact\":{\"name\":\"We\","
             "\"url\":\"https://example.com\",\"email\":\"we@example.com\"},"
             "\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"},\"version\":\"0.1.0\"}"},
    {"tags", "[{\"name\":\"items\",\"description\":\"All \\\"that\\\" is\\nfor sale\"},"
             "{\"name\":\"bare\"},{\"name\":\"orders\",\"externalDocs\":{\"url\":"
             "\"https://docs.example.com/orders\"}}]"},
    {"externalDocs", "{\"url\":\"https://docs.example.com\",\"description\":\"The book\"}"},
    {"servers", "[{\"url\":\"https://{region}.example.com/{version}\",\"description\":\"All\","
                "\"variables\":{\"region\":{\"default\":\"eu\",\"description\":\"Where\","
                "\"enum\":[\"eu\",\"us\"]},\"version\":{\"default\":\"v1\"}}},{\"url\":\"/v2\"}]"},
};

START_TEST(a_document_says_what_its_module_does)
{
    struct cadre__buf errors;
    json_t *json = openapi_parsed(&full, "");

    cadre__buf_init(&errors);
    ck_assert_int_eq(cadre__openapi_info_check(full.openapi, &errors), 0);
    ck_assert_uint_eq(errors.len, 0);
    openapi_check(json_object_get(json, written[_i].member), written[_i].is);
    json_decref(json);
}
END_TEST

static const struct cadre_module elsewhere = {
    .openapi = CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/shop"}, {"/v2"}))};
static const struct cadre_module nowhere_else = {
    .openapi = CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/v2"}), .no_root_server = true)};
static const struct cadre_module only_here = {.openapi = CADRE_OPENAPI(.no_root_server = true)};

static const struct {
    const struct cadre_module *module;
    const char *root, *is; /* NULL: none */
} servers[] = {
    {&elsewhere, "", "[{\"url\":\"/shop\"},{\"url\":\"/v2\"}]"},
    {&elsewhere, "/proxy", "[{\"url\":\"/proxy\"},{\"url\":\"/shop\"},{\"url\":\"/v2\"}]"},
    {&elsewhere, "/shop", "[{\"url\":\"/shop\"},{\"url\":\"/v2\"}]"},
    {&nowhere_else, "/shop", "[{\"url\":\"/v2\"}]"},
    {&only_here, "/shop", "[{\"url\":\"/shop\"}]"}, /* there would be no way to it */
    {&only_here, "", NULL},
};

START_TEST(servers_stand_behind_the_root)
{
    json_t *json = openapi_parsed(servers[_i].module, servers[_i].root);

    if (servers[_i].is == NULL)
        ck_assert_ptr_null(json_object_get(json, "servers"));
    else
        openapi_check(json_object_get(json, "servers"), servers[_i].is);
    json_decref(json);
}
END_TEST

static const struct {
    const struct cadre_openapi *openapi;
    const char *why;
} wrong[] = {
    {&(const struct cadre_openapi){.summary = "x"},
     "openapi: it was not made by CADRE_OPENAPI, or with other headers: build it anew"},
    {CADRE_OPENAPI(.terms_of_service = "terms.html"),
     "openapi: terms_of_service \"terms.html\" is not a URL: relative URL without a base; write "
     "\"https://...\""},
    {CADRE_OPENAPI(.contact = {.url = "https://"}),
     "openapi: contact.url \"https://\" is not a URL: empty host; write \"https://...\""},
    {CADRE_OPENAPI(.contact = {.email = "we"}),
     "openapi: contact.email \"we\" is not an email address"},
    {CADRE_OPENAPI(.license = {.identifier = "MIT"}), "openapi: the license has no name"},
    {CADRE_OPENAPI(.license = {"MIT", "MIT", "https://example.com"}),
     "openapi: the license has both a URL and an identifier: take one"},
    {CADRE_OPENAPI(.external_docs = {.description = "The book"}),
     "openapi: external_docs has a description and no URL"},
    {CADRE_OPENAPI(.tags = CADRE_OPENAPI_TAGS({"a"}, {"b"}, {"a"})),
     "openapi: tag \"a\" is there twice"},
    {CADRE_OPENAPI(.tags = CADRE_OPENAPI_TAGS({"a", .external_docs = {"x"}})),
     "openapi: external_docs of a tag \"x\" is not a URL: relative URL without a base; write "
     "\"https://...\""},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/a b"})),
     "openapi: server \"/a b\" has a space or a control character in its URL"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/a\n\x1b"})),
     "openapi: server \"/a??\" has a space or a control character in its URL"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/{a"})),
     "openapi: server \"/{a\": its braces are no pairs"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/a}"})),
     "openapi: server \"/a}\": its braces are no pairs"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/{a{b}}"})),
     "openapi: server \"/{a{b}}\": its braces are no pairs"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS({"/{ab}"})),
     "openapi: server \"/{ab}\": {ab} is none of its variables"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS(
                       {"/", .variables = CADRE_OPENAPI_VARIABLES({"a", "1"})})),
     "openapi: server \"/\" has no {a} in its URL"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS(
                       {"/{a}", .variables = CADRE_OPENAPI_VARIABLES({"a", "1"}, {"a", "2"})})),
     "openapi: variable \"a\" of server \"/{a}\" is there twice"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS(
                       {"/{a}", .variables = CADRE_OPENAPI_VARIABLES({"a"})})),
     "openapi: variable \"a\" of server \"/{a}\" has no value"},
    {CADRE_OPENAPI(.servers = CADRE_OPENAPI_SERVERS(
                       {"/{a}", .variables = CADRE_OPENAPI_VARIABLES(
                                    {"a", "1", .values = CADRE_NAMES("2")})})),
     "openapi: variable \"a\" of server \"/{a}\": \"1\" is none of its values"},
    {CADRE_OPENAPI(.license = {.identifier = "MIT"}, .tags = CADRE_OPENAPI_TAGS({"a"}, {"a"})),
     "openapi: the license has no name\nopenapi: tag \"a\" is there twice"},
};

START_TEST(what_is_wrong_is_told)
{
    struct cadre__buf errors;

    cadre__buf_init(&errors);
    ck_assert_int_eq(cadre__openapi_info_check(wrong[_i].openapi, &errors), -EINVAL);
    ck_assert_str_eq(cadre__buf_text(&errors), wrong[_i].why);
    cadre__buf_done(&errors);
}
END_TEST

UNIT_MAIN("api/openapi_info", UNIT_LOOP(a_document_says_what_its_module_does, COUNT(written)),
          UNIT_LOOP(servers_stand_behind_the_root, COUNT(servers)),
          UNIT_LOOP(what_is_wrong_is_told, COUNT(wrong)))
