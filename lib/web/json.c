/* SPDX-License-Identifier: MIT */
/*
 * JSON documents of no fixed shape, by jansson: the body of a request, and an answer. The documents
 * are jansson's own memory, bound to the request's.
 */
#include "web/json.h"

#include "web/request.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The bracket that is nested too deep; NULL: none is. In a text that is no JSON jansson stops
 * before what is counted wrongly here. */
static const char *find_too_deep(struct cadre_str text)
{
    const char *end = text.ptr + text.len;
    bool is_string = false;
    unsigned depth = 0;

    for (const char *at = text.ptr; at < end; at++) {
        if (*at == '"')
            is_string = !is_string;
        else if (is_string)
            at += *at == '\\';
        else if ((*at == '[' || *at == '{') && ++depth > CADRE__JSON_DOCUMENT_DEPTH)
            return at;
        else if ((*at == ']' || *at == '}') && depth > 0)
            depth--;
    }
    return NULL;
}

static void say_too_deep(const char *begin, const char *at, json_error_t *ret)
{
    *ret = (json_error_t){.line = 1, .column = 1};
    for (; begin < at; begin++) {
        ret->column = *begin == '\n' ? 1 : ret->column + 1;
        ret->line += *begin == '\n';
    }
    (void)snprintf(ret->text, sizeof(ret->text) - 1, "nested more than %d deep",
                   CADRE__JSON_DOCUMENT_DEPTH);
    ret->text[sizeof(ret->text) - 1] = (char)json_error_stack_overflow;
}

json_t *cadre__json_load(struct cadre_str text, json_error_t *ret_error)
{
    const char *deep = find_too_deep(text);

    if (deep == NULL)
        return json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, ret_error);
    say_too_deep(text.ptr, deep, ret_error);
    return NULL;
}

static void forget(void *arg)
{
    json_decref(arg);
}

int cadre_json(struct cadre_request *req, struct json_t **ret)
{
    json_error_t error;
    struct cadre_str body;
    json_t *json;
    char *text;
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    json = cadre__json_load(body, &error);
    if (json == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return -ENOMEM;
        text = cadre__arena_printf(req->arena, "The body is not JSON: line %d, column %d: %s",
                                   error.line, error.column, error.text);
        return text == NULL ? -ENOMEM : cadre__request_refuse(req, -EBADMSG, 400, text);
    }
    r = cadre__arena_defer(req->arena, forget, json);
    if (r < 0) {
        json_decref(json);
        return r;
    }
    *ret = json;
    return 0;
}

int cadre_respond_json(struct cadre_request *req, int status, const struct json_t *json)
{
    char *text;
    int r;

    cadre__request_check(req);
    if (json == NULL)
        return -EINVAL;
    /* Compact, names in their order, what is beyond ASCII as it is. */
    text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL)
        return -ENOMEM;
    r = cadre_respond_bytes(req, status, "application/json", text, strlen(text));
    free(text);
    return r;
}
