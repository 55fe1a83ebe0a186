/* SPDX-License-Identifier: MIT */
/*
 * The query of a request, application/x-www-form-urlencoded: parsed at the first question, into
 * the request's memory. Pieces without a name and without a value are skipped, '+' is a space, a
 * '%' that no two hex digits follow is itself; %00 stays as it is, since texts here end in NUL.
 */
#include "web/request.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes in place; the end is at or before the old one. */
static void decode(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++) {
        int high = text[0] == '%' ? hex_digit(text[1]) : -1;
        int low = high >= 0 ? hex_digit(text[2]) : -1;

        if (low >= 0 && (high | low) != 0) {
            *out++ = (char)(high << 4 | low);
            text += 2;
        } else {
            *out++ = *text == '+' ? ' ' : *text;
        }
    }
    *out = '\0';
}

static size_t count_pieces(struct cadre_str query)
{
    size_t n = 1;

    for (size_t i = 0; i < query.len; i++)
        n += query.ptr[i] == '&';
    return n;
}

/* Cuts `text` at each '&' and '=' and decodes both sides. */
static size_t split(char *text, struct cadre__query_param *params)
{
    size_t n = 0;

    while (text != NULL) {
        char *next = strchr(text, '&');
        char *value;

        if (next != NULL)
            *next++ = '\0';
        value = strchr(text, '=');
        if (value != NULL)
            *value++ = '\0';
        if (*text != '\0' || value != NULL) {
            decode(text);
            if (value != NULL)
                decode(value);
            params[n].name = text;
            params[n].value = value != NULL ? value : "";
            n++;
        }
        text = next;
    }
    return n;
}

static bool parse(struct cadre_request *req)
{
    struct cadre__query_param *params;
    char *text;

    if (req->has_query_params)
        return true;
    if (req->scope->query.len > 0) {
        text = cadre__arena_strndup(req->arena, req->scope->query.ptr, req->scope->query.len);
        params = cadre__arena_alloc(req->arena, count_pieces(req->scope->query) * sizeof(*params));
        if (text == NULL || params == NULL)
            return false;
        req->n_query_params = split(text, params);
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
    return NULL;
}

bool cadre_query_param_at(struct cadre_request *req, size_t index, const char **ret_name,
                          const char **ret_value)
{
    cadre__request_check(req);
    if (!parse(req) || index >= req->n_query_params)
        return false;
    *ret_name = req->query_params[index].name;
    *ret_value = req->query_params[index].value;
    return true;
}
