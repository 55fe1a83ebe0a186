/* SPDX-License-Identifier: MIT */
/*
 * JSON documents of no fixed shape, by jansson: the body of a request, and an answer. The documents
 * are jansson's own memory, bound to the request's.
 */
#include "web/request.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

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
    json = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
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
