/* SPDX-License-Identifier: MIT */
/*
 * The query of a request: parsed at the first question, into the request's memory, by
 * web/urlencoded.h.
 */
#include "web/request.h"

#include <errno.h>

/* False: errno says so. */
static bool parse(struct cadre_request *req)
{
    struct cadre__query_param *params;
    char *text;

    if (req->has_query_params)
        return true;
    if (req->scope->query.len > 0) {
        text = cadre__arena_strndup(req->arena, req->scope->query.ptr, req->scope->query.len);
        params = cadre__arena_alloc(req->arena,
                                    cadre__urlencoded_count(req->scope->query) * sizeof(*params));
        if (text == NULL || params == NULL)
            return false;
        req->n_query_params = cadre__urlencoded_split(text, params);
        req->query_params = params;
    }
    req->has_query_params = true;
    return true;
}

const char *cadre_query_param(struct cadre_request *req, const char *name)
{
    cadre__request_check(req);
    if (!parse(req))
        return NULL;
    for (size_t i = req->n_query_params; i-- > 0;) {
        if (strcmp(req->query_params[i].name, name) == 0)
            return req->query_params[i].value;
    }
    errno = 0;
    return NULL;
}

const char *cadre_query_param_nth(struct cadre_request *req, const char *name, size_t index)
{
    cadre__request_check(req);
    if (!parse(req))
        return NULL;
    for (size_t i = 0; i < req->n_query_params; i++) {
        if (strcmp(req->query_params[i].name, name) == 0 && index-- == 0)
            return req->query_params[i].value;
    }
    errno = 0;
    return NULL;
}

bool cadre_query_param_at(struct cadre_request *req, size_t index, const char **ret_name,
                          const char **ret_value)
{
    cadre__request_check(req);
    if (!parse(req))
        return false;
    if (index >= req->n_query_params) {
        errno = 0;
        return false;
    }
    *ret_name = req->query_params[index].name;
    *ret_value = req->query_params[index].value;
    return true;
}
