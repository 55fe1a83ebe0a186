/* SPDX-License-Identifier: MIT */
/*
 * A request's first line from its scope. worker/request_line.h has the contract.
 */
#include "config.h"

#include "worker/request_line.h"

#include "web/request.h"
#include "worker/short_text.h"

const struct cadre_request *request_of_data(const void *data)
{
    const struct cadre_request *req = data;

    return req != NULL && req->magic == CADRE__REQUEST_MAGIC ? req : NULL;
}

const char *request_module(const struct cadre_request *req)
{
    return req->mount != NULL ? req->mount->name : NULL;
}

void request_line_write(const struct cadre_request *req, char *buf, size_t size)
{
    struct short_text line = {.data = buf, .size = size};
    const struct cadre__scope *scope = req->scope;

    buf[0] = '\0';
    short_text_put_str(&line, scope->method);
    short_text_put(&line, " ", 1);
    short_text_put_str(&line, scope->raw_path);
    if (scope->query.len > 0)
        short_text_put(&line, "?", 1);
    short_text_put_str(&line, scope->query);
    short_text_put(&line, " HTTP/", 6);
    short_text_put_number(&line, (size_t)scope->http_version / 10);
    short_text_put(&line, ".", 1);
    short_text_put_number(&line, (size_t)scope->http_version % 10);
}
