/* SPDX-License-Identifier: MIT */
/*
 * The request object: its life and the questions about the request's head (<cadre/request.h>).
 * Nothing here suspends; its ids are in web/request_names.c, the body in web/body.c, the response
 * in web/respond.c, the query in web/query.c.
 */
#include "web/request.h"

#include <assert.h>
#include <errno.h>

/* Chunks of a sync handler's own arena. */
#define HANDLER_CHUNK_BYTES 4096

__attribute__((used)) const char cadre__runtime_marker[] = "Cadre's runtime: one copy in a process";

/* Every call of a module comes by here, so the marker is in every copy. */
void cadre__request_check(const struct cadre_request *req)
{
    assert(req != NULL && req->magic == CADRE__REQUEST_MAGIC);
}

/* --- life --- */

void cadre__request_init(struct cadre_request *req, const struct cadre__scope *scope,
                         struct cadre__channel *channel)
{
    req->magic = CADRE__REQUEST_MAGIC;
    req->scope = scope;
    req->channel = channel;
    req->arena = channel->arena;
    req->mount = NULL;
    req->route = NULL;
    req->root_path = "";
    req->params = NULL;
    req->passage = NULL;
    req->body_phase = CADRE__BODY_UNREAD;
    req->body_error = 0;
    req->has_more_body = true;
    req->body = (struct cadre_str){"", 0};
    req->body_taken = 0;
    req->query_params = NULL;
    req->n_query_params = 0;
    req->has_query_params = false;
    req->id = NULL;
    req->tracestate = NULL;
    req->has_trace = false;
    req->phase = CADRE__REQUEST_OPEN;
    req->send_error = 0;
    req->status = 0;
    req->headers = req->headers_inline;
    req->n_headers = 0;
    req->size_headers = CADRE__REQUEST_HEADERS_INLINE;
    req->extras = NULL;
    req->typed = NULL;
    req->is_sync = false;
    req->has_handler_arena = false;
}

void cadre__request_done(struct cadre_request *req)
{
    cadre__request_check(req);
    if (req->has_handler_arena) {
        cadre__arena_done(&req->handler_arena);
        cadre__buf_done(&req->sync_body);
    }
    req->magic = 0;
}

int cadre__request_root_path(struct cadre_request *req)
{
    req->root_path = cadre__arena_printf(req->arena, "%.*s%s",
                                         CADRE_STR_ARGS(req->scope->root_path), req->mount->path);
    return req->root_path == NULL ? -ENOMEM : 0;
}

int cadre__request_set_route(struct cadre_request *req, const struct cadre__mount *mount,
                             const struct cadre__mount_route *route, const struct cadre_str *params)
{
    size_t n = route->pattern.n_params + route->host.n_params;
    int r = cadre__request_note_route(req, mount, route);

    if (r < 0)
        return r;
    if (n == 0)
        return 0;
    req->params = cadre__arena_alloc(req->arena, n * sizeof(*req->params));
    if (req->params == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        /* The last part of a path, or of a name, ends in NUL as it is. */
        if (params[i].len > 0 && params[i].ptr[params[i].len] == '\0')
            req->params[i] = params[i].ptr;
        else
            req->params[i] = cadre__arena_strndup(req->arena, params[i].ptr, params[i].len);
        if (req->params[i] == NULL)
            return -ENOMEM;
    }
    return 0;
}

void cadre__request_enter_sync(struct cadre_request *req)
{
    cadre__request_check(req);
    if (!req->has_handler_arena) {
        cadre__arena_init(&req->handler_arena, HANDLER_CHUNK_BYTES);
        cadre__buf_init(&req->sync_body);
        req->has_handler_arena = true;
    }
    req->arena = &req->handler_arena;
    req->is_sync = true;
}

void cadre__request_leave_sync(struct cadre_request *req)
{
    cadre__request_check(req);
    req->is_sync = false;
}

void cadre__request_discard(struct cadre_request *req)
{
    cadre__request_check(req);
    if (req->has_handler_arena)
        cadre__buf_clear(&req->sync_body);
    if (req->extras != NULL) {
        req->extras->n_trailers = 0;
        req->extras->background = NULL; /* freed with the request's memory */
        req->extras->files = NULL;
        req->extras->files_end = &req->extras->files;
    }
    req->phase = CADRE__REQUEST_OPEN;
    req->status = 0;
    req->n_headers = 0;
}

struct cadre__request_extras *cadre__request_extras(struct cadre_request *req)
{
    if (req->extras == NULL) {
        req->extras = cadre__arena_calloc(req->arena, sizeof(*req->extras));
        if (req->extras != NULL)
            req->extras->files_end = &req->extras->files;
    }
    return req->extras;
}

/* --- head --- */

const char *cadre_method(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->method.ptr;
}

const char *cadre_path(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->path.ptr;
}

const char *cadre_raw_path(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->raw_path.ptr;
}

const char *cadre_root_path(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->root_path;
}

const char *cadre_query(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->query.ptr != NULL ? req->scope->query.ptr : "";
}

const char *cadre_scheme(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->scheme.ptr;
}

const char *cadre_client_address(const struct cadre_request *req)
{
    cadre__request_check(req);
    return cadre__channel_client_address(req->channel, req->scope).ptr;
}

uint16_t cadre_client_port(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->scope->client.port;
}

const char *cadre_header(const struct cadre_request *req, const char *name)
{
    struct cadre_str wanted = cadre_str_from(name);

    cadre__request_check(req);
    for (size_t i = 0; i < req->scope->n_headers; i++) {
        if (cadre_str_eq_nocase(req->scope->headers[i].name, wanted))
            return req->scope->headers[i].value.ptr;
    }
    return NULL;
}

const char *cadre_header_nth(const struct cadre_request *req, const char *name, size_t index)
{
    struct cadre_str wanted = cadre_str_from(name);

    cadre__request_check(req);
    for (size_t i = 0; i < req->scope->n_headers; i++) {
        if (cadre_str_eq_nocase(req->scope->headers[i].name, wanted) && index-- == 0)
            return req->scope->headers[i].value.ptr;
    }
    return NULL;
}

bool cadre_header_at(const struct cadre_request *req, size_t index, const char **ret_name,
                     const char **ret_value)
{
    cadre__request_check(req);
    if (index >= req->scope->n_headers)
        return false;
    *ret_name = req->scope->headers[index].name.ptr;
    *ret_value = req->scope->headers[index].value.ptr;
    return true;
}

const struct cadre__pattern_segment *cadre__request_param(const struct cadre_request *req,
                                                          const char *name, const char **ret_value)
{
    const struct cadre__mount_route *route = req->route;
    size_t n_path = route != NULL ? route->pattern.n_params : 0;
    size_t n = route != NULL ? n_path + route->host.n_params : 0;

    for (size_t i = 0; i < n; i++) {
        const struct cadre__pattern_segment *param =
            i < n_path ? cadre__pattern_param(&route->pattern, i)
                       : cadre__pattern_param(&route->host, i - n_path);

        if (strcmp(param->name, name) != 0)
            continue;
        *ret_value = req->params[i];
        return param;
    }
    return NULL;
}

const char *cadre_path_param(const struct cadre_request *req, const char *name)
{
    const char *value;

    cadre__request_check(req);
    return cadre__request_param(req, name, &value) != NULL ? value : NULL;
}

bool cadre_is_disconnected(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->channel->ops->is_disconnected(req->channel);
}

/* --- module --- */

void *cadre_state(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->mount != NULL ? req->mount->state : NULL;
}

const void *cadre_server_state(const struct cadre_request *req, size_t *ret_len)
{
    cadre__request_check(req);
    if (req->mount == NULL) {
        *ret_len = 0;
        return NULL;
    }
    *ret_len = req->mount->server_state_len;
    return req->mount->server_state;
}

const struct cadre_conf *cadre_settings(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->mount != NULL ? req->mount->settings : NULL;
}

const void *cadre_settings_value(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->mount != NULL ? req->mount->settings_value : NULL;
}

const char *cadre_module_name(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->mount != NULL ? req->mount->name : "";
}

/* --- memory --- */

void *cadre_alloc(struct cadre_request *req, size_t size)
{
    cadre__request_check(req);
    return cadre__arena_alloc(req->arena, size);
}

char *cadre_strdup(struct cadre_request *req, const char *text)
{
    cadre__request_check(req);
    return cadre__arena_strndup(req->arena, text, strlen(text));
}

char *cadre_printf(struct cadre_request *req, const char *fmt, ...)
{
    va_list args;
    char *text;

    cadre__request_check(req);
    va_start(args, fmt);
    text = cadre__arena_vprintf(req->arena, NULL, fmt, args);
    va_end(args);
    return text;
}

int cadre_defer(struct cadre_request *req, void (*fn)(void *arg), void *arg)
{
    cadre__request_check(req);
    return cadre__arena_defer(req->arena, fn, arg);
}
