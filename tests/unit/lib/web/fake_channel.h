/* SPDX-License-Identifier: MIT */
/*
 * A protocol in memory, for tests of the app: a request is given as text, the response is kept. It
 * keeps to the gateway's contract, so it is an example of one: events are checked by
 * cadre__response_check, all strings of the scope end in NUL.
 */
#ifndef TESTS_UNIT_WEB_FAKE_CHANNEL_H
#define TESTS_UNIT_WEB_FAKE_CHANNEL_H

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/arena.h"
#include "base/str.h"
#include "gateway/gateway.h"
#include "gateway/response.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FAKE_HEADERS_MAX 64

struct fake {
    struct cadre__channel channel;
    struct cadre__arena arena;
    struct cadre__scope scope;

    /* the request */
    char path[512]; /* decoded */
    struct cadre__header request_headers[FAKE_HEADERS_MAX];
    const char *const *chunks; /* of the body, ended by NULL; NULL: an empty body */
    size_t at_chunk;
    int receive_error; /* given once the chunks are over, in place of the end */
    bool ended;        /* the last chunk was given */
    struct cadre__header request_trailers[FAKE_HEADERS_MAX]; /* come with it */
    size_t n_request_trailers;

    /* the response */
    struct cadre__response response;
    struct cadre__buf header;   /* "name: value\n" each */
    struct cadre__buf body;     /* bytes, and parts of files as "<len at offset: bytes>" */
    struct cadre__buf trailers; /* "name: value\n" each */
    struct cadre__buf interim;  /* "103 name: value\n" each */
    size_t n_sends;
    int send_error; /* given by send when n_sends reaches fail_at */
    size_t fail_at; /* 0: never */
    bool is_disconnected;
    int n_cancel_on_disconnect; /* how often the app has asked for it */
    int result;                 /* of the app */
};

static int fake_receive(struct cadre__channel *ch, struct cadre__event *ret)
{
    struct fake *fake = (struct fake *)ch;

    if (fake->ended) {
        *ret = (struct cadre__event){.type = CADRE__EVENT_HTTP_DISCONNECT};
        return 0;
    }
    *ret = (struct cadre__event){.type = CADRE__EVENT_HTTP_REQUEST, .body = CADRE_STR("")};
    if (fake->chunks != NULL && fake->chunks[fake->at_chunk] != NULL)
        ret->body = cadre_str_from(fake->chunks[fake->at_chunk++]);
    else if (fake->receive_error != 0)
        return fake->receive_error;
    ret->more_body =
        fake->receive_error != 0 || (fake->chunks != NULL && fake->chunks[fake->at_chunk] != NULL);
    fake->ended = !ret->more_body;
    if (fake->ended && fake->n_request_trailers > 0) {
        ret->headers = fake->request_trailers;
        ret->n_headers = fake->n_request_trailers;
    }
    return 0;
}

/* Where the fields of that event go. */
static struct cadre__buf *fake_fields(struct fake *fake, const struct cadre__event *event)
{
    if (event->type == CADRE__EVENT_HTTP_RESPONSE_TRAILERS)
        return &fake->trailers;
    if (event->type != CADRE__EVENT_HTTP_RESPONSE_INTERIM)
        return &fake->header;
    cadre__buf_printf(&fake->interim, "%d ", event->status);
    if (event->n_headers == 0)
        cadre__buf_puts(&fake->interim, "\n");
    return &fake->interim;
}

static int fake_send_file(struct fake *fake, const struct cadre__file_part *part)
{
    char *bytes = malloc(part->len + 1);
    ssize_t n = pread(part->fd, bytes, part->len, (off_t)part->offset);
    int r = n < 0 ? -errno : (uint64_t)n < part->len ? -EIO : 0;

    if (r == 0)
        cadre__buf_printf(&fake->body, "<%d at %d: %.*s>", (int)part->len, (int)part->offset,
                          (int)n, bytes);
    free(bytes);
    return r;
}

static int fake_send(struct cadre__channel *ch, const struct cadre__event *event)
{
    struct fake *fake = (struct fake *)ch;
    struct cadre__buf *fields;
    int r;

    if (++fake->n_sends == fake->fail_at)
        return fake->send_error;
    r = cadre__response_check(&fake->response, event);
    if (r < 0)
        return r;
    fields = fake_fields(fake, event);
    for (size_t i = 0; i < event->n_headers; i++)
        cadre__buf_printf(fields, "%.*s: %.*s\n", CADRE_STR_ARGS(event->headers[i].name),
                          CADRE_STR_ARGS(event->headers[i].value));
    if (event->type == CADRE__EVENT_HTTP_RESPONSE_FILE)
        return cadre__response_is_bodiless(&fake->response) ? 0 : fake_send_file(fake, event->file);
    if (event->type == CADRE__EVENT_HTTP_RESPONSE && !fake->response.has_length &&
        event->status != 204 && event->status != 304)
        cadre__buf_printf(&fake->header, "content-length: %zu\n", event->body.len);
    if (event->type != CADRE__EVENT_HTTP_RESPONSE_START && event->body.len > 0 &&
        !cadre__response_is_bodiless(&fake->response))
        cadre__buf_append(&fake->body, event->body.ptr, event->body.len);
    return 0;
}

static bool fake_is_disconnected(const struct cadre__channel *ch)
{
    return ((const struct fake *)ch)->is_disconnected;
}

static void fake_cancel_on_disconnect(struct cadre__channel *ch)
{
    ((struct fake *)ch)->n_cancel_on_disconnect++;
}

static const struct cadre__channel_ops fake_ops = {.receive = fake_receive,
                                                   .send = fake_send,
                                                   .is_disconnected = fake_is_disconnected,
                                                   .cancel_on_disconnect =
                                                       fake_cancel_on_disconnect};

/* Prepares a request; target is a decoded path with a query behind '?'. */
static inline void fake_init(struct fake *fake, const char *method, const char *target)
{
    const char *query = strchr(target, '?');

    *fake = (struct fake){.channel = {.ops = &fake_ops, .arena = &fake->arena}};
    cadre__arena_init(&fake->arena, 4096);
    snprintf(fake->path, sizeof(fake->path), "%.*s",
             query != NULL ? (int)(query - target) : (int)strlen(target), target);
    fake->scope = (struct cadre__scope){
        .type = CADRE__SCOPE_HTTP,
        .http_version = 11,
        .method = cadre_str_from(method),
        .scheme = CADRE_STR("http"),
        .path = cadre_str_from(fake->path),
        .raw_path = cadre_str_from(fake->path),
        .query = query != NULL ? cadre_str_from(query + 1) : CADRE_STR(""),
        .root_path = CADRE_STR(""),
        .headers = fake->request_headers,
        .client = {.address = CADRE_STR("127.0.0.1"), .port = 4711},
        .server = {.address = CADRE_STR("127.0.0.1"), .port = 8080},
        .number = 7,
    };
    cadre__response_init(&fake->response, fake->scope.method);
}

static inline void fake_add_header(struct fake *fake, const char *name, const char *value)
{
    fake->request_headers[fake->scope.n_headers++] =
        (struct cadre__header){cadre_str_from(name), cadre_str_from(value)};
}

/* The header of the response has that line, "allow: GET". */
static inline bool fake_has_line(const struct fake *fake, const char *line)
{
    char wanted[512];
    const char *text = cadre__buf_text(&fake->header);

    snprintf(wanted, sizeof(wanted), "%s\n", line);
    for (; (text = strstr(text, wanted)) != NULL; text++) {
        if (text == cadre__buf_text(&fake->header) || text[-1] == '\n')
            return true;
    }
    return false;
}

static inline void fake_done(struct fake *fake)
{
    cadre__buf_done(&fake->header);
    cadre__buf_done(&fake->body);
    cadre__buf_done(&fake->trailers);
    cadre__buf_done(&fake->interim);
    cadre__arena_done(&fake->arena);
}

#endif
