/* SPDX-License-Identifier: MIT */
/* What a module says of its document: checked and written (api/openapi_info.h). */
#include "config.h"

#include "api/openapi_info.h"

#include <errno.h>
#include <string.h>

#include "model/url.h"

/* --- checking --- */

/* An absolute URL; NULL is none, and right. `what` is where it stands. */
static void check_url(struct cadre__buf *errors, const char *what, const char *url)
{
    struct cadre__buf parsed;
    const char *wrong;

    if (url == NULL)
        return;
    cadre__buf_init(&parsed);
    wrong = cadre__url_parse(cadre_str_from(url), &parsed);
    if (wrong != NULL)
        cadre__buf_line(errors, "openapi: %s \"%.100s\" is not a URL: %s; write \"https://...\"",
                        what, url, wrong);
    else if (parsed.error < 0)
        errors->error = parsed.error;
    cadre__buf_done(&parsed);
}

static void check_link(struct cadre__buf *errors, const char *what,
                       const struct cadre_openapi_link *link)
{
    check_url(errors, what, link->url);
    if (link->url == NULL && link->description != NULL)
        cadre__buf_line(errors, "openapi: %s has a description and no URL", what);
}

static void check_contact(struct cadre__buf *errors, const struct cadre_openapi_contact *contact)
{
    const char *at = contact->email != NULL ? strchr(contact->email, '@') : NULL;

    check_url(errors, "contact.url", contact->url);
    if (contact->email != NULL && (at == NULL || at == contact->email || at[1] == '\0'))
        cadre__buf_line(errors, "openapi: contact.email \"%.100s\" is not an email address",
                        contact->email);
}

static void check_license(struct cadre__buf *errors, const struct cadre_openapi_license *license)
{
    check_url(errors, "license.url", license->url);
    if (license->name == NULL && (license->url != NULL || license->identifier != NULL))
        cadre__buf_line(errors, "openapi: the license has no name");
    if (license->url != NULL && license->identifier != NULL)
        cadre__buf_line(errors, "openapi: the license has both a URL and an identifier: take one");
}

static void check_tags(struct cadre__buf *errors, const struct cadre_openapi_tag *tags)
{
    for (size_t i = 0; tags != NULL && tags[i].name != NULL; i++) {
        size_t k = 0;

        check_link(errors, "external_docs of a tag", &tags[i].external_docs);
        while (strcmp(tags[k].name, tags[i].name) != 0)
            k++;
        if (k < i)
            cadre__buf_line(errors, "openapi: tag \"%.100s\" is there twice", tags[i].name);
    }
}

static bool is_listed(const char *const *list, const char *text)
{
    for (; list != NULL && *list != NULL; list++) {
        if (strcmp(*list, text) == 0)
            return true;
    }
    return false;
}

/* Whether the URL holds the name in braces. */
static bool names(const char *url, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = url; (at = strchr(at, '{')) != NULL; at++) {
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '}')
            return true;
    }
    return false;
}

/* Whether a variable before `end` (NULL: any) has that name. */
static bool has_variable(const struct cadre_openapi_server *server, const char *name, size_t len,
                         const struct cadre_openapi_variable *end)
{
    const struct cadre_openapi_variable *variable = server->variables;

    for (; variable != NULL && variable != end && variable->name != NULL; variable++) {
        if (strlen(variable->name) == len && strncmp(variable->name, name, len) == 0)
            return true;
    }
    return false;
}

static void check_variables(struct cadre__buf *errors, const struct cadre_openapi_server *server)
{
    const struct cadre_openapi_variable *variable = server->variables;

    for (; variable != NULL && variable->name != NULL; variable++) {
        if (has_variable(server, variable->name, strlen(variable->name), variable))
            cadre__buf_line(errors,
                            "openapi: variable \"%.60s\" of server \"%.100s\" is there twice",
                            variable->name, server->url);
        if (!names(server->url, variable->name))
            cadre__buf_line(errors, "openapi: server \"%.100s\" has no {%.60s} in its URL",
                            server->url, variable->name);
        if (variable->value == NULL)
            cadre__buf_line(errors, "openapi: variable \"%.60s\" of server \"%.100s\" has no value",
                            variable->name, server->url);
        else if (variable->values != NULL && !is_listed(variable->values, variable->value))
            cadre__buf_line(
                errors,
                "openapi: variable \"%.60s\" of server \"%.100s\": \"%.60s\" is none of its "
                "values",
                variable->name, server->url, variable->value);
    }
}

static void check_server(struct cadre__buf *errors, const struct cadre_openapi_server *server)
{
    const char *at = server->url;

    check_variables(errors, server);
    for (const char *c = at; *c != '\0'; c++) {
        if ((unsigned char)*c <= 0x20 || *c == 0x7f) {
            cadre__buf_line(errors,
                            "openapi: server \"%.100s\" has a space or a control character in its "
                            "URL",
                            server->url);
            return;
        }
    }
    while ((at = strpbrk(at, "{}")) != NULL) {
        size_t len = *at == '{' ? strcspn(at + 1, "{}") : 0;

        if (*at == '}' || at[1 + len] != '}') {
            cadre__buf_line(errors, "openapi: server \"%.100s\": its braces are no pairs",
                            server->url);
            return;
        }
        if (!has_variable(server, at + 1, len, NULL))
            cadre__buf_line(errors, "openapi: server \"%.100s\": {%.*s} is none of its variables",
                            server->url, (int)len, at + 1);
        at += len + 2;
    }
}

int cadre__openapi_info_check(const struct cadre_openapi *openapi, struct cadre__buf *errors)
{
    size_t len = errors->len;

    if (openapi == NULL)
        return 0;
    if (openapi->size != sizeof(*openapi)) {
        cadre__buf_line(errors,
                        "openapi: it was not made by CADRE_OPENAPI, or with other headers: build "
                        "it anew");
        return errors->error < 0 ? errors->error : -EINVAL;
    }
    check_url(errors, "terms_of_service", openapi->terms_of_service);
    check_contact(errors, &openapi->contact);
    check_license(errors, &openapi->license);
    check_link(errors, "external_docs", &openapi->external_docs);
    check_tags(errors, openapi->tags);
    for (const struct cadre_openapi_server *server = openapi->servers;
         server != NULL && server->url != NULL; server++)
        check_server(errors, server);
    if (errors->error < 0)
        return errors->error;
    return errors->len > len ? -EINVAL : 0;
}

/* --- writing --- */

static void put_contact(const struct cadre_openapi_contact *contact, struct cadre__json_out *out)
{
    if (contact->name == NULL && contact->url == NULL && contact->email == NULL)
        return;
    cadre__json_key(out, "contact");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", contact->name);
    cadre__json_put_text(out, "url", contact->url);
    cadre__json_put_text(out, "email", contact->email);
    cadre__json_close(out, '}');
}

static void put_license(const struct cadre_openapi_license *license, struct cadre__json_out *out)
{
    if (license->name == NULL)
        return;
    cadre__json_key(out, "license");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "name", license->name);
    cadre__json_put_text(out, "identifier", license->identifier);
    cadre__json_put_text(out, "url", license->url);
    cadre__json_close(out, '}');
}

void cadre__openapi_info_put(const struct cadre_module *module, const char *name,
                             struct cadre__json_out *out)
{
    const struct cadre_openapi *openapi = module->openapi;

    cadre__json_key(out, "info");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "title", cadre__openapi_info_title(module, name));
    if (openapi != NULL)
        cadre__json_put_text(out, "summary", openapi->summary);
    cadre__json_put_text(out, "description", module->description);
    if (openapi != NULL) {
        cadre__json_put_text(out, "termsOfService", openapi->terms_of_service);
        put_contact(&openapi->contact, out);
        put_license(&openapi->license, out);
    }
    cadre__json_put_text(out, "version", module->version != NULL ? module->version : "0.1.0");
    cadre__json_close(out, '}');
}

static void put_variables(const struct cadre_openapi_variable *variable,
                          struct cadre__json_out *out)
{
    cadre__json_key(out, "variables");
    cadre__json_open(out, '{');
    for (; variable->name != NULL; variable++) {
        cadre__json_key(out, variable->name);
        cadre__json_open(out, '{');
        cadre__json_put_text(out, "default", variable->value);
        cadre__json_put_text(out, "description", variable->description);
        if (variable->values != NULL) {
            cadre__json_key(out, "enum");
            cadre__json_open(out, '[');
            for (const char *const *value = variable->values; *value != NULL; value++)
                cadre__json_text(out, *value);
            cadre__json_close(out, ']');
        }
        cadre__json_close(out, '}');
    }
    cadre__json_close(out, '}');
}

void cadre__openapi_info_put_servers(const struct cadre_openapi *openapi,
                                     struct cadre__json_out *out)
{
    const struct cadre_openapi_server *server = openapi != NULL ? openapi->servers : NULL;

    for (; server != NULL && server->url != NULL; server++) {
        cadre__json_open(out, '{');
        cadre__json_put_text(out, "url", server->url);
        cadre__json_put_text(out, "description", server->description);
        if (server->variables != NULL && server->variables->name != NULL)
            put_variables(server->variables, out);
        cadre__json_close(out, '}');
    }
}

static void put_link(const struct cadre_openapi_link *link, struct cadre__json_out *out)
{
    if (link->url == NULL)
        return;
    cadre__json_key(out, "externalDocs");
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "description", link->description);
    cadre__json_put_text(out, "url", link->url);
    cadre__json_close(out, '}');
}

void cadre__openapi_info_put_tags(const struct cadre_openapi *openapi, struct cadre__json_out *out)
{
    const struct cadre_openapi_tag *tag = openapi != NULL ? openapi->tags : NULL;

    if (tag != NULL && tag->name != NULL) {
        cadre__json_key(out, "tags");
        cadre__json_open(out, '[');
        for (; tag->name != NULL; tag++) {
            cadre__json_open(out, '{');
            cadre__json_put_text(out, "name", tag->name);
            cadre__json_put_text(out, "description", tag->description);
            put_link(&tag->external_docs, out);
            cadre__json_close(out, '}');
        }
        cadre__json_close(out, ']');
    }
    if (openapi != NULL)
        put_link(&openapi->external_docs, out);
}

bool cadre__openapi_info_has_server(const struct cadre_openapi *openapi, struct cadre_str url)
{
    const struct cadre_openapi_server *server = openapi != NULL ? openapi->servers : NULL;

    while (server != NULL && server->url != NULL && !cadre_str_eq(cadre_str_from(server->url), url))
        server++;
    return server != NULL && server->url != NULL;
}
