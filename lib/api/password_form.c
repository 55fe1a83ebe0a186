/* SPDX-License-Identifier: MIT */
/* The form of OAuth2's password flow, as a dependency: <cadre/security.h>. */
#include <cadre/dependency.h>
#include <cadre/form.h>
#include <cadre/params.h>
#include <cadre/request.h>
#include <cadre/security.h>
#include <errno.h>
#include <string.h>

/* What is sent, in the order of FastAPI's class; the list of scopes is made of it. */
static const struct cadre_field fields[] = {
    CADRE_FORM(struct cadre_password_form, grant_type, .optional = true, .pattern = "^password$"),
    CADRE_FORM(struct cadre_password_form, username),
    CADRE_FORM(struct cadre_password_form, password, .secret = true),
    CADRE_FORM(struct cadre_password_form, scope, CADRE_DEFAULT("")),
    CADRE_FORM(struct cadre_password_form, client_id, .optional = true),
    CADRE_FORM(struct cadre_password_form, client_secret, .optional = true, .secret = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cadre__password_form_model, struct cadre_password_form, fields);

#define SPACES " \t\r\n\v\f"

/* Cuts it at its spaces. 0; -ENOMEM. */
static int split(struct cadre_request *req, const char *scope, struct cadre_strings *ret)
{
    char *text = cadre_strdup(req, scope), *rest = text, *item;
    size_t most = strlen(scope) / 2 + 1;

    ret->len = 0;
    ret->items = cadre_alloc(req, most * sizeof(*ret->items));
    if (text == NULL || ret->items == NULL)
        return -ENOMEM;
    while ((item = strtok_r(rest, SPACES, &rest)) != NULL)
        ret->items[ret->len++] = item;
    return 0;
}

static int take_form(struct cadre_request *req, const void *params, void **ret)
{
    struct cadre_password_form *form = cadre_alloc(req, sizeof(*form));

    if (form == NULL)
        return -ENOMEM;
    memcpy(form, params, sizeof(*form));
    *ret = form;
    return split(req, form->scope, &form->scopes);
}

CADRE_DEPENDENCY(cadre_password_form, take_form, .params = &cadre__password_form_model);
