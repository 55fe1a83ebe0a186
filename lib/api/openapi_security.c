/* SPDX-License-Identifier: MIT */
/*
 * Security schemes in the OpenAPI document (https://spec.openapis.org/oas/v3.1.0#security-scheme-
 * object): which there are, and which of them an operation asks for.
 */
#include "config.h"

#include "api/openapi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/plan.h"
#include "api/security.h"
#include "base/unique.h"

/* --- which there are --- */

void cadre__schemes_done(struct cadre__schemes *schemes)
{
    for (size_t i = 0; i < schemes->n; i++)
        free(schemes->all[i].name);
    free(schemes->all);
    *schemes = (struct cadre__schemes){0};
}

static const char *name_of(const struct cadre__schemes *schemes,
                           const struct cadre_security_scheme *scheme)
{
    for (size_t i = 0; i < schemes->n; i++) {
        if (schemes->all[i].scheme == scheme)
            return schemes->all[i].name;
    }
    return NULL;
}

static bool is_taken(const void *schemes_, const char *name)
{
    const struct cadre__schemes *schemes = schemes_;

    for (size_t i = 0; i < schemes->n; i++) {
        if (strcmp(schemes->all[i].name, name) == 0)
            return true;
    }
    return false;
}

static int add_scheme(struct cadre__schemes *schemes, const struct cadre_security_scheme *scheme)
{
    const char *own = cadre__security_scheme_name(scheme);
    struct cadre__named_scheme *grown;
    struct cadre__buf name;

    if (name_of(schemes, scheme) != NULL)
        return 0;
    grown = reallocarray(schemes->all, schemes->n + 1, sizeof(*grown));
    if (grown == NULL)
        return -ENOMEM;
    schemes->all = grown;
    cadre__buf_init(&name);
    cadre__schema_name_part(cadre_str_from(own), &name);
    cadre__unique_name(&name, is_taken, schemes);
    grown[schemes->n] = (struct cadre__named_scheme){scheme, cadre__buf_take(&name)};
    if (grown[schemes->n].name == NULL)
        return -ENOMEM;
    schemes->n++;
    return 0;
}

int cadre__schemes_add(struct cadre__schemes *schemes, const struct cadre__operation *operation)
{
    const struct cadre__api_plan *plan = operation->route->plan;
    int r = 0;

    for (size_t i = 0; r == 0 && plan != NULL && i < plan->n_nodes; i++) {
        const struct cadre_security_scheme *scheme = plan->nodes[i].dependency->scheme;

        if (scheme != NULL)
            r = add_scheme(schemes, scheme);
    }
    return r;
}

static void put_flow(const struct cadre_security_scheme *scheme, struct cadre__json_out *out)
{
    const struct cadre_security_scope *scope = scheme->scopes;
    bool is_code = scheme->type == CADRE_SECURITY_OAUTH2_CODE;

    cadre__json_key(out, "flows");
    cadre__json_open(out, '{');
    cadre__json_key(out, is_code ? "authorizationCode" : "password");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "authorizationUrl", is_code ? scheme->authorization_url : NULL);
    cadre__json_put_text(out, "tokenUrl", scheme->token_url);
    cadre__json_put_text(out, "refreshUrl", scheme->refresh_url);
    cadre__json_key(out, "scopes");
    cadre__json_open(out, '{');
    for (; scope != NULL && scope->name != NULL; scope++) {
        cadre__json_key(out, scope->name);
        cadre__json_text(out, scope->description != NULL ? scope->description : "");
    }
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
    cadre__json_close(out, '}');
}

static void put_kind(const struct cadre_security_scheme *scheme, struct cadre__json_out *out)
{
    static const struct {
        const char *type, *scheme, *place;
    } kinds[CADRE_SECURITY_END] = {
        [CADRE_SECURITY_HTTP_BASIC] = {"http", "basic", NULL},
        [CADRE_SECURITY_HTTP_BEARER] = {"http", "bearer", NULL},
        [CADRE_SECURITY_HTTP_DIGEST] = {"http", "digest", NULL},
        [CADRE_SECURITY_API_KEY_HEADER] = {"apiKey", NULL, "header"},
        [CADRE_SECURITY_API_KEY_QUERY] = {"apiKey", NULL, "query"},
        [CADRE_SECURITY_API_KEY_COOKIE] = {"apiKey", NULL, "cookie"},
        [CADRE_SECURITY_OAUTH2_PASSWORD] = {"oauth2", NULL, NULL},
        [CADRE_SECURITY_OAUTH2_CODE] = {"oauth2", NULL, NULL},
        [CADRE_SECURITY_OPENID_CONNECT] = {"openIdConnect", NULL, NULL},
    };
    enum cadre_security_type type = scheme->type;

    cadre__json_put_text(out, "type", kinds[type].type);
    cadre__json_put_text(out, "description", scheme->description);
    cadre__json_put_text(out, "scheme", kinds[type].scheme);
    cadre__json_put_text(out, "in", kinds[type].place);
    if (kinds[type].place != NULL)
        cadre__json_put_text(out, "name", scheme->key_name);
    if (type == CADRE_SECURITY_HTTP_BEARER)
        cadre__json_put_text(out, "bearerFormat", scheme->bearer_format);
    if (type == CADRE_SECURITY_OAUTH2_PASSWORD || type == CADRE_SECURITY_OAUTH2_CODE)
        put_flow(scheme, out);
    if (type == CADRE_SECURITY_OPENID_CONNECT)
        cadre__json_put_text(out, "openIdConnectUrl", scheme->openid_url);
}

void cadre__schemes_put(const struct cadre__schemes *schemes, struct cadre__json_out *out)
{
    for (size_t i = 0; i < schemes->n; i++) {
        cadre__json_key(out, schemes->all[i].name);
        cadre__json_open(out, '{');
        put_kind(schemes->all[i].scheme, out);
        cadre__json_close(out, '}');
    }
}

/* --- which an operation asks for --- */

/* Whether a dependency by that scheme, among the first `n`, asks for it. */
static bool was_asked(const struct cadre__api_plan *plan, size_t n,
                      const struct cadre_security_scheme *scheme, const char *scope)
{
    for (size_t i = 0; i < n; i++) {
        const struct cadre_strings *scopes = &plan->nodes[i].scopes;

        for (size_t k = 0; plan->nodes[i].dependency->scheme == scheme && k < scopes->len; k++) {
            if (strcmp(scopes->items[k], scope) == 0)
                return true;
        }
    }
    return false;
}

/* The scopes that all dependencies by that scheme ask for, each once. */
static void put_scopes(const struct cadre__api_plan *plan,
                       const struct cadre_security_scheme *scheme, struct cadre__json_out *out)
{
    cadre__json_open(out, '[');
    for (size_t i = 0; i < plan->n_nodes; i++) {
        const struct cadre_strings *scopes = &plan->nodes[i].scopes; /* each once */

        for (size_t k = 0; plan->nodes[i].dependency->scheme == scheme && k < scopes->len; k++) {
            if (!was_asked(plan, i, scheme, scopes->items[k]))
                cadre__json_text(out, scopes->items[k]);
        }
    }
    cadre__json_close(out, ']');
}

/* Whether it is the first node of the plan that is that scheme. */
static bool is_first(const struct cadre__api_plan *plan, size_t node)
{
    for (size_t i = 0; i < node; i++) {
        if (plan->nodes[i].dependency->scheme == plan->nodes[node].dependency->scheme)
            return false;
    }
    return true;
}

/* One way in: all schemes that must be there, and one of the others (NULL: none). */
static void put_way(const struct cadre__api_plan *plan, const struct cadre__schemes *schemes,
                    const struct cadre_security_scheme *with, struct cadre__json_out *out)
{
    cadre__json_open(out, '{');
    for (size_t i = 0; i < plan->n_nodes; i++) {
        const struct cadre_security_scheme *scheme = plan->nodes[i].dependency->scheme;

        if (scheme == NULL || !is_first(plan, i) || (scheme->no_auto_error && scheme != with))
            continue;
        cadre__json_key(out, name_of(schemes, scheme));
        put_scopes(plan, scheme, out);
    }
    cadre__json_close(out, '}');
}

void cadre__operation_put_security(const struct cadre__operation *operation,
                                   const struct cadre__schemes *schemes,
                                   struct cadre__json_out *out)
{
    const struct cadre__api_plan *plan = operation->route->plan;
    bool has_any = false, has_optional = false;

    for (size_t i = 0; plan != NULL && i < plan->n_nodes; i++) {
        const struct cadre_security_scheme *scheme = plan->nodes[i].dependency->scheme;

        has_any |= scheme != NULL;
        has_optional |= scheme != NULL && scheme->no_auto_error;
    }
    if (!has_any)
        return;
    cadre__json_key(out, "security");
    cadre__json_open(out, '[');
    for (size_t i = 0; has_optional && i < plan->n_nodes; i++) {
        const struct cadre_security_scheme *scheme = plan->nodes[i].dependency->scheme;

        if (scheme != NULL && scheme->no_auto_error && is_first(plan, i))
            put_way(plan, schemes, scheme, out);
    }
    put_way(plan, schemes, NULL, out);
    cadre__json_close(out, ']');
}
