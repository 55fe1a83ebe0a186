/* SPDX-License-Identifier: MIT */
/* What the tests of documents share: the document of a table of routes, parsed, and its parts. */
#ifndef CADRE_TESTS_UNIT_API_OPENAPI_TEST_H
#define CADRE_TESTS_UNIT_API_OPENAPI_TEST_H

#include "tests/unit/unit.h"

#include <cadre.h>
#include <jansson.h>
#include <string.h>

#include "api/api.h"
#include "api/openapi.h"

static struct cadre__app *openapi_app;

static inline void openapi_close(void)
{
    cadre__app_free(openapi_app);
}

/* The document of a module, mounted at "/", until openapi_close(). */
static inline struct cadre__openapi openapi_of(const struct cadre_module *of)
{
    const struct cadre__mount_options options = {
        .name = "shop", .path = "/", .routes = of->routes, .typed = &cadre__api_ops};
    struct cadre__openapi openapi;
    struct cadre__mount *mount;
    char why[1000] = "";

    ck_assert_int_eq(cadre__app_new(NULL, &openapi_app), 0);
    ck_assert_msg(cadre__app_mount(openapi_app, &options, why, sizeof(why), &mount) == 0, "%s",
                  why);
    ck_assert_int_eq(cadre__openapi_make(mount, of, &openapi), 0);
    return openapi;
}

/* All of it, for clients with that root path, parsed: the caller's. */
static inline json_t *openapi_parsed(const struct cadre_module *of, const char *root)
{
    struct cadre__openapi openapi = openapi_of(of);
    struct cadre__buf buf;
    json_error_t error;
    json_t *json;

    cadre__buf_init(&buf);
    cadre__openapi_text(&openapi, cadre_str_from(root), &buf);
    json = json_loads(cadre__buf_text(&buf), JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json != NULL, "%s near %d in %s", error.text, error.position,
                  cadre__buf_text(&buf));
    cadre__buf_done(&buf);
    cadre__openapi_done(&openapi);
    openapi_close();
    return json;
}

/* What is there is what is wanted, whatever the order of names. */
static inline void openapi_check(const json_t *is, const char *wanted_text)
{
    json_error_t error;
    json_t *wanted = json_loads(wanted_text, JSON_DECODE_ANY, &error);
    char *text = json_dumps(is, JSON_ENCODE_ANY);

    ck_assert_msg(wanted != NULL, "%s at %d", error.text, error.position);
    ck_assert_msg(json_equal(wanted, is), "is     %s\nwanted %s", text, wanted_text);
    free(text);
    json_decref(wanted);
}

#endif
