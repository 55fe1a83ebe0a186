/* SPDX-License-Identifier: MIT */
/*
 * From a parsed head to the scope of the gateway. No I/O, no suspension; what the scope needs
 * beyond the head's own bytes comes from the request's arena.
 *
 * Strings of a scope end in NUL: the byte behind each is one that the grammar put there (a space, a
 * colon, a CR), and is overwritten in place.
 */
#include "worker/http1.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "gateway/field.h"
#include "worker/http1_target.h"
#include "worker/server.h"

/* A chunked body with more data than this gets a large block of its own. */
#define HTTP1_CHUNKED_SMALL 2048

/* What a large block has room for. */
#define LARGE_ROOM ((size_t)(BUFFER_LARGE - HTTP1_PARSER_PAD))

static char *head_of(struct http1 *h)
{
    return h->in.data + h->in.start;
}

static struct cadre_str text(char *head, uint32_t at, uint32_t len)
{
    head[at + len] = '\0';
    return (struct cadre_str){head + at, len};
}

_Static_assert(sizeof(struct http1_field) == sizeof(struct cadre__header) &&
                   _Alignof(struct http1_field) >= _Alignof(struct cadre__header),
               "each field becomes a header where it lies");

static void fill_headers(struct http1 *h, char *head)
{
    struct cadre__scope *scope = &h->scope;
    uint32_t n = h->parser.n_fields;

    scope->headers = (const struct cadre__header *)(const void *)h->parser.fields;
    scope->n_headers = n;
    for (uint32_t i = 0; i < n; i++) {
        const struct http1_field f = h->parser.fields[i];
        const struct cadre__header header = {
            .name = f.known != CADRE__FIELD_NONE ? cadre__field_name((enum cadre__field)f.known)
                                                 : text(head, f.name_at, f.name_len),
            .value = text(head, f.value_at, f.value_len),
        };

        memcpy(&h->parser.fields[i], &header, sizeof(header));
    }
}

/* A path or query that is followed by '?' or a space ends in NUL by now; others are copied. */
static int decode_path(struct http1 *h, const struct http1_target *target, const char **ret_reason)
{
    struct cadre__scope *scope = &h->scope;
    char *decoded = cadre__arena_alloc(&h->arena, target->path.len + 1);
    if (!decoded)
        return 503;
    int len = http1_path_decode(target->path, decoded);
    if (len < 0) {
        *ret_reason = "malformed percent-encoding in the path";
        return 400;
    }
    decoded[len] = '\0';
    scope->path = (struct cadre_str){decoded, (size_t)len};
    return 0;
}

static int fill_path(struct http1 *h, const struct http1_target *target, const char **ret_reason)
{
    struct cadre__scope *scope = &h->scope;

    scope->raw_path = scope->path = target->path;
    scope->query = target->query.len > 0 ? target->query : CADRE_STR("");
    return target->path_is_encoded ? decode_path(h, target, ret_reason) : 0;
}

/* "/path?query" without a percent sign: all is known from the parser. */
static bool is_plain(const struct http1_parser *p, const char *head, struct cadre_str method)
{
    return head[p->target_at] == '/' && !p->target_is_encoded &&
           !cadre__same_text(method, CADRE_STR("CONNECT"));
}

static void fill_plain(struct http1 *h, char *head)
{
    const struct http1_parser *p = &h->parser;
    struct cadre__scope *scope = &h->scope;

    scope->raw_path = scope->path = text(head, p->target_at, p->path_len);
    scope->query = CADRE_STR("");
    if (p->path_len < p->target_len)
        scope->query = text(head, p->target_at + p->path_len + 1, p->target_len - p->path_len - 1);
}

static int fill_target(struct http1 *h, char *head, const char **ret_reason)
{
    const struct http1_parser *p = &h->parser;
    struct http1_target target;

    if (is_plain(p, head, h->scope.method)) {
        fill_plain(h, head);
        return 0;
    }

    struct cadre_str target_text = text(head, p->target_at, p->target_len);
    int status = http1_target_parse(h->scope.method, target_text, &target, ret_reason);
    if (status != 0)
        return status;
    if (target.authority.len > 0 && p->meaning.host_field != UINT32_MAX) {
        const struct http1_field *f = &p->fields[p->meaning.host_field];
        struct cadre_str host = {head + f->value_at, f->value_len};
        if (!http1_authority_is_host(target.authority, host)) {
            *ret_reason = "the request target and the Host field name different hosts";
            return 400;
        }
    }
    status = fill_path(h, &target, ret_reason);
    if (status == 0 && target.path.ptr + target.path.len < target_text.ptr + target_text.len &&
        target.path.ptr >= target_text.ptr)
        head[p->target_at + (uint32_t)(target.path.ptr - target_text.ptr) + target.path.len] = '\0';
    return status;
}

static int fill_ends(struct http1 *h)
{
    const struct server *server = h->server;
    struct cadre__scope *scope = &h->scope;

    scope->client.address = (struct cadre_str){NULL, 0}; /* asked of the channel */
    scope->client.port = h->conn->peer.port;
    if (h->conn->listener < server->n_listeners)
        scope->server = server->listeners[h->conn->listener];
    else
        scope->server = (struct cadre__endpoint){.address = CADRE_STR("")};
    scope->scheme = CADRE_STR("http");
    scope->is_trusted = h->conn->trusted;
    if (h->parser.meaning.has_forwarded && h->conn->trusted)
        return forwarded_apply(&server->forwarded, &h->arena, scope);
    return 0;
}

static int prepare_body(struct http1 *h, const char **ret_reason)
{
    const struct http1_parser *p = &h->parser;
    uint64_t max = h->server->limits.max_body_size;

    if (p->meaning.chunked) {
        const struct http1_body_limits limits = {.data = max,
                                                 .extensions =
                                                     h->server->limits.max_extensions_size,
                                                 .trailers = h->server->limits.max_trailers_size};
        http1_body_init_chunked(&h->body, &limits);
    } else if (p->meaning.has_length && p->meaning.length > max) {
        http1_body_init_none(&h->body);
        *ret_reason = "the body is larger than max_body_size allows";
        return 413;
    } else if (p->meaning.has_length) {
        http1_body_init_length(&h->body, p->meaning.length);
    } else {
        http1_body_init_none(&h->body);
    }
    return 0;
}

/* How large a block the rest of the body wants; 0: what it has is enough. */
static size_t wanted_room(const struct http1 *h)
{
    uint64_t left = http1_body_left(&h->body);

    if (http1_body_is_done(&h->body) || h->floor == 0)
        return 0;
    if (h->parser.meaning.chunked)
        return h->body.total > HTTP1_CHUNKED_SMALL || h->in.size - h->floor < HTTP1_CHUNKED_SMALL
                   ? LARGE_ROOM
                   : 0;
    if (left + HTTP1_PARSER_PAD <= h->in.size - h->in.start)
        return 0;
    return left < LARGE_ROOM ? (size_t)left : LARGE_ROOM;
}

int http1_request_make_room(struct http1 *h)
{
    size_t wanted = wanted_room(h);
    struct buffer own;

    if (wanted == 0)
        return 0;
    if (wanted < buffer_len(&h->in))
        wanted = buffer_len(&h->in);
    int r = buffer_take(&own, &h->server->buffers, wanted + HTTP1_PARSER_PAD);
    if (r < 0)
        return r;
    own.end = (uint32_t)buffer_len(&h->in);
    if (own.end > 0)
        memcpy(own.data, h->in.data + h->in.start, own.end);
    h->head = h->in;
    h->in = own;
    h->floor = 0;
    http1_pad(h);
    return 0;
}

int http1_request_prepare(struct http1 *h, const char **ret_reason)
{
    struct server *server = h->server;
    struct cadre__scope *scope = &h->scope;
    const struct http1_parser *p = &h->parser;
    char *head = head_of(h);

    *ret_reason = NULL;
    scope->http_version = p->version;
    scope->method = text(head, p->method_at, p->method_len);
    scope->number = ++server->last_number;
    h->is_head = cadre__same_text(scope->method, CADRE_STR("HEAD"));

    int status = fill_target(h, head, ret_reason);
    if (status == 0) {
        fill_headers(h, head);
        status = fill_ends(h) < 0 ? 503 : 0;
    }
    if (status != 0) {
        h->log.no_scope = true;
        scope->n_headers = 0; /* those of the request before */
        return status;
    }
    status = prepare_body(h, ret_reason);
    if (status != 0)
        return status;

    h->in.start += (uint32_t)http1_parser_head_len(p);
    h->floor = h->in.start;
    if (http1_body_is_done(&h->body))
        return 0;
    return http1_request_make_room(h) < 0 ? 503 : 0;
}
