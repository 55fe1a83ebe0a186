/* SPDX-License-Identifier: MIT */
/* What middleware is told of a request's traffic: web/taps.h. */
#include "config.h"

#include "web/taps.h"

#include "web/request.h"

#include <cadre/file.h>
#include <errno.h>
#include <sys/uio.h>

/* So much of a file is read at once for functions that want to see it. */
#define FILE_PIECE_BYTES 65536

/* A function of one of the three kinds. */
struct tap {
    union {
        cadre_on_response_fn on_response;
        cadre_on_send_fn on_send;
        cadre_on_receive_fn on_receive;
    };
    void *arg;
    bool is_done; /* of on_send: it wants no more of this response */
};

enum tap_kind { ON_RESPONSE, ON_SEND, ON_RECEIVE, TAP_KINDS };

/* Those of one kind, in the order in which they were asked for: outer ones first. */
struct tap_list {
    struct tap *taps; /* arena */
    size_t n;
    size_t size;
};

struct cadre__taps {
    struct tap_list lists[TAP_KINDS];

    /* the header fields before those of on_response were called */
    struct cadre__header *before; /* arena; NULL: room for none */
    size_t n_before;
    size_t size_before;

    /* while a message goes out */
    size_t at;          /* functions that it has yet to pass: cadre_pass calls the last of them */
    bool is_sending;    /* one of them runs */
    bool start_is_gone; /* the channel has it */
    bool is_whole;      /* the start waits for the body, to be sent with it */
    bool is_held;       /* it does */
    char *piece;        /* room for a part of a file; arena; NULL: none was sent */
};

static struct cadre__taps *taps_of(struct cadre_request *req)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);

    if (extras != NULL && extras->taps == NULL)
        extras->taps = cadre__arena_calloc(req->arena, sizeof(*extras->taps));
    return extras != NULL ? extras->taps : NULL;
}

/* While it is open: what it is about has not begun. */
static int add(struct cadre_request *req, bool is_open, enum tap_kind kind, struct tap tap)
{
    struct cadre__taps *taps;
    struct tap_list *list;

    cadre__request_check(req);
    if (!is_open)
        return -EALREADY;
    taps = taps_of(req);
    if (taps == NULL)
        return -ENOMEM;
    list = &taps->lists[kind];
    if (list->n == list->size) {
        size_t size = list->size * 2 + 4;
        struct tap *grown = cadre__arena_alloc(req->arena, size * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        if (list->n > 0)
            memcpy(grown, list->taps, list->n * sizeof(*grown));
        list->taps = grown;
        list->size = size;
    }
    list->taps[list->n++] = tap;
    return 0;
}

/* --- before the response --- */

int cadre_on_response(struct cadre_request *req, cadre_on_response_fn fn, void *arg)
{
    return add(req, req->phase == CADRE__REQUEST_OPEN, ON_RESPONSE,
               (struct tap){.on_response = fn, .arg = arg});
}

/* Keeps the header fields. 0; -ENOMEM. */
static int keep_fields(struct cadre_request *req, struct cadre__taps *taps)
{
    if (taps->size_before < req->n_headers) {
        taps->before = cadre__arena_alloc(req->arena, req->size_headers * sizeof(*taps->before));
        taps->size_before = taps->before != NULL ? req->size_headers : 0;
        if (taps->before == NULL)
            return -ENOMEM;
    }
    taps->n_before = req->n_headers;
    if (taps->n_before > 0)
        memcpy(taps->before, req->headers, taps->n_before * sizeof(*taps->before));
    return 0;
}

int cadre__taps_begin(struct cadre_request *req)
{
    struct cadre__taps *taps = req->extras->taps;
    const struct tap_list *list = &taps->lists[ON_RESPONSE];
    int r;

    if (list->n == 0)
        return 0;
    r = keep_fields(req, taps);
    if (r < 0)
        return r;
    for (size_t i = list->n; r >= 0 && i-- > 0;)
        r = list->taps[i].on_response(req, list->taps[i].arg);
    if (r < 0)
        cadre__taps_undo(req);
    return r < 0 ? r : 0;
}

bool cadre__taps_undo(struct cadre_request *req)
{
    const struct cadre__taps *taps = req->extras->taps;

    if (taps->start_is_gone)
        return false;
    if (taps->lists[ON_RESPONSE].n == 0)
        return true;
    req->n_headers = taps->n_before;
    if (taps->n_before > 0)
        memcpy(req->headers, taps->before, taps->n_before * sizeof(*taps->before));
    return true;
}

/* --- what is sent --- */

int cadre_on_send(struct cadre_request *req, cadre_on_send_fn fn, void *arg)
{
    return add(req, req->phase == CADRE__REQUEST_OPEN, ON_SEND,
               (struct tap){.on_send = fn, .arg = arg});
}

bool cadre__taps_are_open(const struct cadre_request *req)
{
    const struct cadre__taps *taps = req->extras != NULL ? req->extras->taps : NULL;

    return taps != NULL && taps->is_sending && !taps->start_is_gone;
}

static int send_to_channel(struct cadre_request *req, const struct cadre__event *event)
{
    struct cadre__taps *taps = req->extras->taps;
    int r = cadre__channel_send_event(req->channel, event);

    if (r == 0 && (event->type == CADRE__EVENT_HTTP_RESPONSE ||
                   event->type == CADRE__EVENT_HTTP_RESPONSE_START))
        taps->start_is_gone = true;
    return r;
}

static int send_start(struct cadre_request *req, int status)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_START,
        .status = status,
        .headers = req->headers,
        .n_headers = req->n_headers,
        .more_trailers = cadre__request_has_trailers(req),
    };

    req->extras->taps->is_held = false;
    return send_to_channel(req, &event);
}

static int send_body(struct cadre_request *req, const struct cadre_message *message)
{
    struct cadre__taps *taps = req->extras->taps;
    struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY,
        .body = message->body.ptr != NULL ? message->body : CADRE_STR(""),
        .more_body = message->more_body,
    };
    int r;

    if (taps->is_held && !message->more_body) {
        taps->is_held = false;
        event.type = CADRE__EVENT_HTTP_RESPONSE;
        event.status = req->status;
        event.headers = req->headers;
        event.n_headers = req->n_headers;
        return send_to_channel(req, &event);
    }
    r = taps->is_held ? send_start(req, req->status) : 0;
    return r < 0 ? r : send_to_channel(req, &event);
}

/* Outside of all functions. */
static int send_out(struct cadre_request *req, const struct cadre_message *message)
{
    struct cadre__taps *taps = req->extras->taps;

    switch (message->type) {
    case CADRE_HTTP_RESPONSE_START:
        if (taps->start_is_gone || taps->is_held)
            return -EALREADY;
        if (message->status < 200 || message->status > 599 || message->n_headers > 0)
            return -EINVAL;
        req->status = message->status;
        taps->is_held = taps->is_whole;
        return taps->is_held ? 0 : send_start(req, message->status);
    case CADRE_HTTP_RESPONSE_BODY:
        return taps->start_is_gone || taps->is_held ? send_body(req, message) : -EINVAL;
    default:
        return -EINVAL;
    }
}

int cadre_pass(struct cadre_request *req, const struct cadre_message *message)
{
    struct cadre__taps *taps;
    const struct tap *tap;
    size_t at;
    int r;

    cadre__request_check(req);
    taps = req->extras != NULL ? req->extras->taps : NULL;
    if (taps == NULL || !taps->is_sending)
        return -EINVAL;
    at = taps->at;
    while (taps->at > 0 && taps->lists[ON_SEND].taps[taps->at - 1].is_done)
        taps->at--;
    if (taps->at == 0) {
        r = send_out(req, message);
    } else {
        tap = &taps->lists[ON_SEND].taps[--taps->at];
        r = tap->on_send(req, message, tap->arg);
    }
    taps->at = at;
    return r < 0 ? r : 0;
}

/* While a function runs, `at` is its own index. */
int cadre_pass_rest(struct cadre_request *req)
{
    struct cadre__taps *taps;

    cadre__request_check(req);
    taps = req->extras != NULL ? req->extras->taps : NULL;
    if (taps == NULL || !taps->is_sending || taps->at >= taps->lists[ON_SEND].n)
        return -EINVAL;
    taps->lists[ON_SEND].taps[taps->at].is_done = true;
    return 0;
}

/* Whether some function is to see what comes. */
static bool is_watched(const struct cadre__taps *taps)
{
    const struct tap_list *list = &taps->lists[ON_SEND];

    for (size_t i = 0; i < list->n; i++) {
        if (!list->taps[i].is_done)
            return true;
    }
    return false;
}

static int pass_body(struct cadre_request *req, struct cadre_str piece, bool more)
{
    const struct cadre_message message = {
        .type = CADRE_HTTP_RESPONSE_BODY, .body = piece, .more_body = more};

    return cadre_pass(req, &message);
}

/* Some bytes of a file: at once where they are in memory, else by a thread. */
static ssize_t read_piece(int fd, void *buf, size_t size, uint64_t offset)
{
    const struct iovec iov = {.iov_base = buf, .iov_len = size};
    ssize_t n = preadv2(fd, &iov, 1, (off_t)offset, RWF_NOWAIT);

    return n > 0 ? n : cadre_file_pread(fd, buf, size, offset);
}

static int pass_file(struct cadre_request *req, const struct cadre__event *event)
{
    struct cadre__file_part left = *event->file;
    struct cadre__taps *taps = req->extras->taps;
    int r = 0;

    if (left.len == 0)
        return pass_body(req, CADRE_STR(""), event->more_body);
    if (taps->piece == NULL) /* one for all parts: a stream of them may be without end */
        taps->piece = cadre__arena_alloc(req->arena, FILE_PIECE_BYTES);
    if (taps->piece == NULL)
        return -ENOMEM;
    while (r == 0 && left.len > 0 && (is_watched(taps) || taps->is_held)) {
        size_t want = left.len < FILE_PIECE_BYTES ? (size_t)left.len : FILE_PIECE_BYTES;
        ssize_t n = read_piece(left.fd, taps->piece, want, left.offset);

        if (n <= 0)
            return n < 0 ? (int)n : -EIO;
        left.offset += (uint64_t)n;
        left.len -= (uint64_t)n;
        r = pass_body(req, (struct cadre_str){taps->piece, (size_t)n},
                      event->more_body || left.len > 0);
    }
    if (r == 0 && left.len > 0) { /* the rest by the protocol's own way */
        struct cadre__event rest = *event;

        rest.file = &left;
        r = cadre__channel_send_event(req->channel, &rest);
    }
    return r;
}

static int pass_start(struct cadre_request *req, int status)
{
    const struct cadre_message start = {.type = CADRE_HTTP_RESPONSE_START, .status = status};
    struct tap_list *list = &req->extras->taps->lists[ON_SEND];

    for (size_t i = 0; i < list->n; i++)
        list->taps[i].is_done = false;
    req->status = status;
    return cadre_pass(req, &start);
}

static int pass_event(struct cadre_request *req, const struct cadre__event *event)
{
    struct cadre__taps *taps = req->extras->taps;
    int r;

    switch (event->type) {
    case CADRE__EVENT_HTTP_RESPONSE:
        taps->is_whole = true;
        taps->is_held = false; /* an earlier answer, which this one replaces */
        r = pass_start(req, event->status);
        return r < 0 ? r : pass_body(req, event->body, false);
    case CADRE__EVENT_HTTP_RESPONSE_START:
        taps->is_whole = false;
        taps->is_held = false;
        return pass_start(req, event->status);
    case CADRE__EVENT_HTTP_RESPONSE_BODY:
        return pass_body(req, event->body, event->more_body);
    case CADRE__EVENT_HTTP_RESPONSE_FILE:
        return pass_file(req, event);
    default:
        return cadre__channel_send_event(req->channel, event);
    }
}

int cadre__taps_send(struct cadre_request *req, const struct cadre__event *event)
{
    struct cadre__taps *taps = req->extras->taps;
    int r;

    if (taps->lists[ON_SEND].n == 0 || taps->is_sending)
        return cadre__channel_send_event(req->channel, event);
    taps->at = taps->lists[ON_SEND].n;
    taps->is_sending = true;
    r = pass_event(req, event);
    taps->is_sending = false;
    return r;
}

/* --- what is received --- */

int cadre_on_receive(struct cadre_request *req, cadre_on_receive_fn fn, void *arg)
{
    return add(req, req->body_phase == CADRE__BODY_UNREAD, ON_RECEIVE,
               (struct tap){.on_receive = fn, .arg = arg});
}

int cadre__taps_receive(struct cadre_request *req)
{
    const struct tap_list *list = &req->extras->taps->lists[ON_RECEIVE];
    struct cadre_message message = {
        .type = CADRE_HTTP_REQUEST, .body = req->body, .more_body = req->has_more_body};
    int r = 0;

    for (size_t i = 0; r >= 0 && i < list->n; i++)
        r = list->taps[i].on_receive(req, &message, list->taps[i].arg);
    if (r < 0)
        return r;
    req->body = message.body.ptr != NULL ? message.body : CADRE_STR("");
    req->has_more_body = req->has_more_body && message.more_body;
    return 0;
}
