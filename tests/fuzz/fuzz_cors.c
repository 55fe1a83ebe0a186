/* SPDX-License-Identifier: MIT */
/*
 * Origins of any text, with and without a preflight. Who may read is judged a second time, by hand:
 * an origin is let in where it is one of the list to the byte, or the whole of the pattern; nothing
 * else is ever echoed; and what depends on the origin says so.
 *
 * The input: the mount and how it is asked, and then, each on a line, Origin,
 * Access-Control-Request-Method and Access-Control-Request-Headers.
 */
#include "config.h"

#include "tests/fuzz/layered.h"
#include <stdio.h>

enum { LIST, PATTERN, ALL, SIGNED_IN, MOUNTS };

static const struct cadre_cors_options options[MOUNTS] = {
    [LIST] = {.allow_origins = CADRE_STRINGS("https://app.example.org", "null"),
              .allow_methods = CADRE_STRINGS("GET", "PUT"),
              .allow_headers = CADRE_STRINGS("X-Token")},
    [PATTERN] = {.allow_origin_regex = "https://[a-z]+\\.example\\.org(:8443)?"},
    [ALL] = {.allow_origins = CADRE_STRINGS("*"),
             .allow_methods = CADRE_STRINGS("*"),
             .allow_headers = CADRE_STRINGS("*")},
    [SIGNED_IN] = {.allow_origins = CADRE_STRINGS("*"), .allow_credentials = true},
};

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_ROUTES_END,
};

#define LAYERS(i)                                                                                  \
    (const struct cadre_middleware[])                                                              \
    {                                                                                              \
        CADRE_MIDDLEWARE_OF(cadre_cors, &options[i]), CADRE_MIDDLEWARE_END                         \
    }
#define MODULE(i) (&(const struct cadre_module){.routes = routes, .middleware = LAYERS(i)})

static const struct cadre_test_module modules[MOUNTS] = {
    {.module = MODULE(LIST), .name = "m0", .mount = "/m0"},
    {.module = MODULE(PATTERN), .name = "m1", .mount = "/m1"},
    {.module = MODULE(ALL), .name = "m2", .mount = "/m2"},
    {.module = MODULE(SIGNED_IN), .name = "m3", .mount = "/m3"},
};

/* The pattern, by hand. */
static bool fits_pattern(const char *origin)
{
    static const char scheme[] = "https://", domain[] = ".example.org";
    size_t len;

    if (strncmp(origin, scheme, sizeof(scheme) - 1) != 0)
        return false;
    origin += sizeof(scheme) - 1;
    len = strspn(origin, "abcdefghijklmnopqrstuvwxyz");
    if (len == 0 || strncmp(origin + len, domain, sizeof(domain) - 1) != 0)
        return false;
    origin += len + sizeof(domain) - 1;
    return *origin == '\0' || strcmp(origin, ":8443") == 0;
}

static bool may_read(int mount, const char *origin)
{
    switch (mount) {
    case LIST:
        return strcmp(origin, "https://app.example.org") == 0 || strcmp(origin, "null") == 0;
    case PATTERN:
        return fits_pattern(origin);
    default:
        return true;
    }
}

static void check_origin(int mount, const struct cadre_test_response *res, const char *origin)
{
    const char *allowed = cadre_test_header(res, "access-control-allow-origin");
    const char *vary = cadre_test_header(res, "vary");

    FUZZ_CHECK((allowed != NULL) == may_read(mount, origin));
    FUZZ_CHECK(allowed == NULL || strcmp(allowed, mount == ALL ? "*" : origin) == 0);
    FUZZ_CHECK((vary != NULL && strcmp(vary, "Origin") == 0) == (mount != ALL));
    FUZZ_CHECK((cadre_test_header(res, "access-control-allow-credentials") != NULL) ==
               (mount == SIGNED_IN));
}

static void ask(int mount, bool is_options, char *const lines[3])
{
    static const char *const names[] = {"origin", "access-control-request-method",
                                        "access-control-request-headers"};
    struct cadre_test_client *client = layered_client(modules, MOUNTS);
    char fields[3][2100], target[8];
    const char *headers[4] = {NULL};
    const struct cadre_test_response *res;
    size_t n = 0;
    int status;

    for (int i = 0; i < 3; i++) {
        if (lines[i] == NULL)
            continue;
        snprintf(fields[n], sizeof(fields[n]), "%s: %s", names[i], lines[i]);
        headers[n] = fields[n];
        n++;
    }
    snprintf(target, sizeof(target), "/m%d/", mount);
    res = cadre_test_request(client, .method = is_options ? "OPTIONS" : "GET", .target = target,
                             .headers = headers);
    status = cadre_test_status(res);
    check_origin(mount, res, lines[0]);
    if (!is_options || lines[1] == NULL) {
        FUZZ_CHECK(status == (is_options ? 204 : 200));
        return;
    }
    FUZZ_CHECK(status == 200 || status == 400);
    FUZZ_CHECK((strstr(cadre_test_text(res), "origin") == NULL) == may_read(mount, lines[0]));
    FUZZ_CHECK((status == 200) == (strcmp(cadre_test_text(res), "OK") == 0));
    if (status == 200 && mount != ALL)
        FUZZ_CHECK(strcmp(lines[1], "GET") == 0 || (mount == LIST && strcmp(lines[1], "PUT") == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[3] = {NULL}, *copy, *rest;
    bool is_good = true;

    if (size < 2 || size > 2000 || memchr(data, '\0', size) != NULL)
        return 0;
    copy = strndup((const char *)data + 1, size - 1);
    FUZZ_CHECK(copy != NULL);
    rest = copy;
    for (int i = 0; i < 3; i++) {
        lines[i] = strsep(&rest, "\n");
        is_good = is_good && (lines[i] == NULL || layered_is_value(lines[i], strlen(lines[i])));
    }
    if (is_good)
        ask(data[0] % MOUNTS, (data[0] & 16) != 0, lines);
    free(copy);
    return 0;
}
