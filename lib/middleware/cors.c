/* SPDX-License-Identifier: MIT */
/*
 * CORS (<cadre/cors.h>): lists are joined once, at set-up; a request without Origin costs the
 * look-up of that field.
 */
#include "config.h"

#include "base/str.h"
#include "middleware/text.h"
#include "model/regex.h"
#include <cadre/cors.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const safe_headers[] = {"Accept", "Accept-Language", "Content-Language",
                                           "Content-Type"};
static const char all_methods[] = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

struct cors {
    const struct cadre_cors_options *options; /* borrowed */
    struct cadre__regex *origin_regex;        /* NULL: none */
    bool allows_all_origins;
    bool allows_all_headers;
    bool names_origin; /* in place of "*": it depends on who asks */
    char *methods;     /* joined by ", " */
    char *headers;
    char *exposed; /* NULL: none */
    char max_age[12];
};

/* --- set-up --- */

static void cors_done(void *self)
{
    struct cors *cors = self;

    if (cors == NULL)
        return;
    cadre__regex_free(cors->origin_regex);
    free(cors->methods);
    free(cors->headers);
    free(cors->exposed);
    free(cors);
}

/* Blanks, control bytes, and what is no ASCII: browsers send hosts as "xn--...". */
static bool has_blank(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
            return true;
    }
    return false;
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* How browsers write it (RFC 6454 §6.2): any other spelling would match nobody. */
static int check_spelling(const struct cadre_middleware_setup *setup, const char *origin)
{
    bool is_usual = (strncmp(origin, "http://", 7) == 0 && ends_in(origin, ":80")) ||
                    (strncmp(origin, "https://", 8) == 0 && ends_in(origin, ":443"));

    if (!is_usual && strpbrk(origin, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL)
        return 0;
    snprintf(setup->why, setup->why_size, "allow_origins: \"%s\": browsers %s", origin,
             is_usual ? "leave the scheme's own port out: do so too"
                      : "write it in small letters: do so too");
    return -EINVAL;
}

/* Names of fields or methods, "*" among them. */
static int check_tokens(const struct cadre_middleware_setup *setup, const char *option,
                        const char *what, const struct cadre_strings *names)
{
    for (size_t i = 0; i < names->len; i++) {
        if (cadre__is_token(names->items[i]))
            continue;
        snprintf(setup->why, setup->why_size,
                 "%s: \"%s\" is not the name of a %s: write one in each string, without blanks",
                 option, names->items[i], what);
        return -EINVAL;
    }
    return 0;
}

static int check_origin(const struct cadre_middleware_setup *setup, const char *origin)
{
    const char *host = strstr(origin, "://");

    if (strcmp(origin, "*") == 0 || strcmp(origin, "null") == 0)
        return 0;
    if (host == NULL || host == origin || host[3] == '\0' || strpbrk(host + 3, "/?#*") != NULL ||
        has_blank(origin)) {
        snprintf(
            setup->why, setup->why_size,
            "allow_origins: \"%s\" is not an origin: write scheme and host, and the port where "
            "it is not the scheme's, \"https://app.example.org\", or \"*\"",
            origin);
        return -EINVAL;
    }
    return check_spelling(setup, origin);
}

static int check(const struct cadre_middleware_setup *setup,
                 const struct cadre_cors_options *options)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < options->allow_origins.len; i++)
        r = check_origin(setup, options->allow_origins.items[i]);
    if (r == 0)
        r = check_tokens(setup, "allow_methods", "method", &options->allow_methods);
    if (r == 0)
        r = check_tokens(setup, "allow_headers", "field", &options->allow_headers);
    if (r == 0)
        r = check_tokens(setup, "expose_headers", "field", &options->expose_headers);
    return r;
}

static int join_headers(const struct cadre_strings *own, char **ret)
{
    const size_t n_safe = sizeof(safe_headers) / sizeof(safe_headers[0]);
    const char **all = calloc(n_safe + own->len, sizeof(*all));
    size_t n = 0;

    if (all == NULL)
        return -ENOMEM;
    for (; n < n_safe; n++)
        all[n] = safe_headers[n];
    for (size_t i = 0; i < own->len; i++) {
        if (!cadre__strings_have_nocase(&(struct cadre_strings){all, n},
                                        cadre_str_from(own->items[i])))
            all[n++] = own->items[i];
    }
    *ret = cadre__strings_join(&(struct cadre_strings){all, n});
    free(all);
    return *ret != NULL ? 0 : -ENOMEM;
}

static int compile_regex(struct cors *cors, const struct cadre_middleware_setup *setup)
{
    char why[200];
    int r = cadre__regex_new(cors->options->allow_origin_regex, CADRE__REGEX_WHOLE, why,
                             sizeof(why), &cors->origin_regex);

    if (r == -EINVAL)
        snprintf(setup->why, setup->why_size, "allow_origin_regex: %s", why);
    return r;
}

static int fill(struct cors *cors, const struct cadre_middleware_setup *setup)
{
    static const char *default_methods[] = {"GET"};
    const struct cadre_cors_options *options = cors->options;
    struct cadre_strings methods = options->allow_methods;
    int r = check(setup, options);

    if (r == 0 && options->allow_origin_regex != NULL)
        r = compile_regex(cors, setup);
    if (r < 0)
        return r;
    if (methods.len == 0)
        methods = (struct cadre_strings){default_methods, 1};
    cors->allows_all_origins = cadre__strings_have(&options->allow_origins, CADRE_STR("*"));
    cors->allows_all_headers = cadre__strings_have(&options->allow_headers, CADRE_STR("*"));
    cors->names_origin = !cors->allows_all_origins || options->allow_credentials;
    cors->methods = cadre__strings_have(&methods, CADRE_STR("*")) ? strdup(all_methods)
                                                                  : cadre__strings_join(&methods);
    if (cors->methods == NULL)
        return -ENOMEM;
    if (options->expose_headers.len > 0) {
        cors->exposed = cadre__strings_join(&options->expose_headers);
        if (cors->exposed == NULL)
            return -ENOMEM;
    }
    snprintf(cors->max_age, sizeof(cors->max_age), "%u",
             options->max_age_s == 0            ? 600
             : options->max_age_s == UINT32_MAX ? 0
                                                : options->max_age_s);
    return join_headers(&options->allow_headers, &cors->headers);
}

static int cors_setup(const struct cadre_middleware_setup *setup, const void *options,
                      void **ret_self)
{
    struct cors *cors;
    int r;

    if (options == NULL) {
        snprintf(setup->why, setup->why_size,
                 "it has no options: say at least which allow_origins there are");
        return -EINVAL;
    }
    cors = calloc(1, sizeof(*cors));
    if (cors == NULL)
        return -ENOMEM;
    cors->options = options;
    r = fill(cors, setup);
    if (r < 0) {
        cors_done(cors);
        return r;
    }
    *ret_self = cors;
    return 0;
}

/* --- requests --- */

static bool allows_origin(const struct cors *cors, const char *origin)
{
    struct cadre_str text = cadre_str_from(origin);

    return cors->allows_all_origins || cadre__strings_have(&cors->options->allow_origins, text) ||
           (cors->origin_regex != NULL && cadre__regex_matches(cors->origin_regex, text) == 1);
}

static int set_flag(struct cadre_request *req, const char *name, bool is_set)
{
    return is_set ? cadre_header_set(req, name, "true") : 0;
}

/* Before a response: who may read it. */
static int on_response(struct cadre_request *req, void *self)
{
    const struct cors *cors = self;
    const char *origin = cadre_header(req, "origin");
    int r = set_flag(req, "access-control-allow-credentials", cors->options->allow_credentials);

    if (r == 0 && cors->exposed != NULL)
        r = cadre_header_set(req, "access-control-expose-headers", cors->exposed);
    if (r < 0)
        return r;
    if (!cors->names_origin)
        return cadre_header_set(req, "access-control-allow-origin", "*");
    /* Also where it is refused: a cache must not give that to those who are allowed (Fetch §3.2.5).
     */
    r = cadre_vary(req, "Origin");
    if (r == 0 && allows_origin(cors, origin))
        r = cadre_header_set(req, "access-control-allow-origin", origin);
    return r;
}

/* The same of a request that is not of a script: what a cache keeps of it is not for scripts. */
static int vary_response(struct cadre_request *req, void *self)
{
    (void)self;
    return cadre_vary(req, "Origin");
}

/* Whether all fields of the list that was asked for are allowed. */
static bool allows_headers(const struct cors *cors, const char *asked)
{
    struct cadre_str list = cadre_str_from(asked), name;

    while (cadre__list_next(&list, &name)) {
        if (!cadre__list_has_nocase(cadre_str_from(cors->headers), name))
            return false;
    }
    return true;
}

/* Writes what is refused, "origin, method". */
static void check_preflight(const struct cors *cors, struct cadre_request *req, const char *origin,
                            char *failures, size_t size)
{
    const char *headers = cadre_header(req, "access-control-request-headers");
    const char *method = cadre_header(req, "access-control-request-method");
    const bool fails[] = {
        !allows_origin(cors, origin),
        !cadre__list_has(cadre_str_from(cors->methods), cadre_str_from(method)),
        headers != NULL && !cors->allows_all_headers && !allows_headers(cors, headers),
        cadre_header(req, "access-control-request-private-network") != NULL &&
            !cors->options->allow_private_network,
    };
    static const char *const names[] = {"origin", "method", "headers", "private-network"};
    size_t len = 0;

    failures[0] = '\0';
    for (size_t i = 0; i < sizeof(fails) / sizeof(fails[0]); i++) {
        if (fails[i])
            len +=
                (size_t)snprintf(failures + len, size - len, "%s%s", len > 0 ? ", " : "", names[i]);
    }
}

static int set_preflight(const struct cors *cors, struct cadre_request *req, const char *origin)
{
    const char *asked = cadre_header(req, "access-control-request-headers");
    int r = 0;

    if (!cors->names_origin)
        r = cadre_header_set(req, "access-control-allow-origin", "*");
    else if (allows_origin(cors, origin))
        r = cadre_header_set(req, "access-control-allow-origin", origin);
    if (r == 0 && cors->names_origin)
        r = cadre_vary(req, "Origin");
    if (r == 0)
        r = cadre_header_set(req, "access-control-allow-methods", cors->methods);
    if (r == 0)
        r = cadre_header_set(req, "access-control-max-age", cors->max_age);
    if (r == 0 && (!cors->allows_all_headers || asked != NULL))
        r = cadre_header_set(req, "access-control-allow-headers",
                             cors->allows_all_headers ? asked : cors->headers);
    if (r == 0)
        r = set_flag(req, "access-control-allow-credentials", cors->options->allow_credentials);
    if (r == 0 && cadre_header(req, "access-control-request-private-network") != NULL)
        r = set_flag(req, "access-control-allow-private-network",
                     cors->options->allow_private_network);
    return r;
}

static int preflight(const struct cors *cors, struct cadre_request *req, const char *origin)
{
    char failures[64];
    int r = set_preflight(cors, req, origin);

    if (r < 0)
        return r;
    check_preflight(cors, req, origin, failures, sizeof(failures));
    if (failures[0] == '\0')
        return cadre_respond_text(req, 200, "OK");
    return cadre_respondf(req, 400, "text/plain", "Disallowed CORS %s", failures);
}

static int cors_call(struct cadre_request *req, void *self)
{
    const struct cors *cors = self;
    const char *origin = cadre_header(req, "origin");
    int r = 0;

    if (origin != NULL && strcmp(cadre_method(req), "OPTIONS") == 0 &&
        cadre_header(req, "access-control-request-method") != NULL)
        return preflight(cors, req, origin);
    if (origin != NULL)
        r = cadre_on_response(req, on_response, self);
    else if (cors->names_origin)
        r = cadre_on_response(req, vary_response, self);
    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_cors = {
    .name = "cors",
    .setup = cors_setup,
    .call = cors_call,
    .done = cors_done,
};
