/* SPDX-License-Identifier: MIT */
/*
 * The response of a request: header fields, whole and streamed answers (<cadre/response.h>). All
 * that lib/web sends goes by here. On the loop events go straight to the channel; in a sync handler
 * they are kept, and sent by cadre__request_flush_sync when it has returned.
 */
#include "config.h"

#include "web/request.h"
#include "web/taps.h"

#include "gateway/field.h"
#include "gateway/response.h"
#include "gateway/status.h"
#include <errno.h>
#include <stdio.h>
#include <strings.h>

/* --- header fields --- */

static void remove_header(struct cadre_request *req, struct cadre_str name)
{
    size_t kept = 0;

    for (size_t i = 0; i < req->n_headers; i++) {
        if (!cadre_str_eq(req->headers[i].name, name))
            req->headers[kept++] = req->headers[i];
    }
    req->n_headers = kept;
}

/* Adds a field whose strings live as long as the request. */
static inline int push_header(struct cadre_request *req, struct cadre_str name,
                              struct cadre_str value)
{
    if (req->n_headers == req->size_headers) {
        size_t size = req->size_headers * 2;
        struct cadre__header *grown = cadre__arena_alloc(req->arena, size * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        memcpy(grown, req->headers, req->n_headers * sizeof(*grown));
        req->headers = grown;
        req->size_headers = size;
    }
    req->headers[req->n_headers++] = (struct cadre__header){name, value};
    return 0;
}

int cadre__request_push_header(struct cadre_request *req, struct cadre_str name,
                               struct cadre_str value)
{
    return push_header(req, name, value);
}

int cadre__request_copy_name(struct cadre_request *req, const char *name, struct cadre_str *ret)
{
    enum cadre__field known;
    size_t len = strlen(name);
    char *copy = cadre__arena_strndup(req->arena, name, len);

    if (copy == NULL)
        return -ENOMEM;
    for (char *c = copy; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    known = cadre__field_find(copy, len);
    *ret = known != CADRE__FIELD_NONE ? cadre__field_name(known) : (struct cadre_str){copy, len};
    return 0;
}

/* Without the white space at its ends, which would not survive the wire. */
int cadre__request_copy_value(struct cadre_request *req, const char *value, struct cadre_str *ret)
{
    size_t len;

    value += strspn(value, " \t");
    len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    ret->ptr = cadre__arena_strndup(req->arena, value, len);
    ret->len = len;
    return ret->ptr != NULL ? 0 : -ENOMEM;
}

/* Until the response has begun; what stands between it and the client may still. */
static bool can_set_fields(const struct cadre_request *req)
{
    return req->phase == CADRE__REQUEST_OPEN || cadre__taps_are_open(req);
}

int cadre__request_copy_header(struct cadre_request *req, const char *name, const char *value,
                               struct cadre__header *ret)
{
    int r = cadre__request_copy_name(req, name, &ret->name);

    if (r < 0)
        return r;
    if (!cadre__header_name_is_valid(ret->name) || cadre__header_is_hop_by_hop(ret->name) ||
        !cadre__header_value_is_valid(cadre_str_from(value)))
        return -EINVAL;
    return cadre__request_copy_value(req, value, &ret->value);
}

static int put_header(struct cadre_request *req, const char *name, const char *value, bool replace)
{
    struct cadre__header header;
    int r;

    cadre__request_check(req);
    if (!can_set_fields(req))
        return -EALREADY;
    r = cadre__request_copy_header(req, name, value, &header);
    if (r < 0)
        return r;
    if (replace)
        remove_header(req, header.name);
    return push_header(req, header.name, header.value);
}

int cadre_header_set(struct cadre_request *req, const char *name, const char *value)
{
    return put_header(req, name, value, true);
}

int cadre_header_add(struct cadre_request *req, const char *name, const char *value)
{
    return put_header(req, name, value, false);
}

int cadre_header_remove(struct cadre_request *req, const char *name)
{
    struct cadre_str lower;
    int r;

    cadre__request_check(req);
    if (!can_set_fields(req))
        return -EALREADY;
    r = cadre__request_copy_name(req, name, &lower);
    if (r == 0)
        remove_header(req, lower);
    return r;
}

const char *cadre_response_header(const struct cadre_request *req, const char *name)
{
    struct cadre_str wanted = cadre_str_from(name);

    cadre__request_check(req);
    for (size_t i = 0; i < req->n_headers; i++) {
        if (cadre_str_eq_nocase(req->headers[i].name, wanted))
            return req->headers[i].value.ptr;
    }
    return NULL;
}

int cadre_response_status(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->status;
}

/* --- events --- */

int cadre__request_send_event(struct cadre_request *req, const struct cadre__event *event)
{
    int r = cadre__request_has_taps(req) ? cadre__taps_send(req, event)
                                         : cadre__channel_send_event(req->channel, event);

    if (r == -EPIPE || r == -ETIMEDOUT)
        req->send_error = r;
    return r;
}

/* Notes the status, and has middleware say what it wants to: of a sync handler, when that has
 * returned. */
static inline int begin(struct cadre_request *req, int status)
{
    if (status < 200 || status > 599)
        return -EINVAL;
    req->status = status;
    return !req->is_sync && cadre__request_has_taps(req) ? cadre__taps_begin(req) : 0;
}

/* The answer that was tried has failed: what cannot have begun leaves nothing behind. */
static int give_up(struct cadre_request *req, int error)
{
    bool may_have_begun = error == -EPIPE || error == -ETIMEDOUT || error == -ECANCELED;

    if (!may_have_begun && (!cadre__request_has_taps(req) || cadre__taps_undo(req)))
        req->status = 0;
    return error;
}

int cadre__request_send_start(struct cadre_request *req, int status)
{
    int r = begin(req, status);

    if (r == 0 && !req->is_sync) {
        bool has_trailers = cadre__request_has_trailers(req);

        if (has_trailers)
            r = cadre__request_announce_trailers(req);
        if (r == 0) {
            const struct cadre__event event = {
                .type = CADRE__EVENT_HTTP_RESPONSE_START,
                .status = status,
                .headers = req->headers,
                .n_headers = req->n_headers,
                .more_trailers = has_trailers,
            };

            r = cadre__request_send_event(req, &event);
        }
    }
    if (r < 0)
        return give_up(req, r);
    req->phase = CADRE__REQUEST_STARTED;
    return 0;
}

/* The last piece of the body is sent: what a sync handler has to say is sent when it returns. */
static int end_body(struct cadre_request *req)
{
    int r = 0;

    if (!req->is_sync && cadre__request_has_trailers(req))
        r = cadre__request_send_trailers(req);
    if (r == 0)
        req->phase = CADRE__REQUEST_COMPLETE;
    return r;
}

int cadre__request_send_body(struct cadre_request *req, const void *ptr, size_t len, bool more)
{
    struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY,
        .body = {ptr, len},
        .more_body = more,
    };
    int r;

    if (req->is_sync)
        r = len > 0 ? cadre__buf_append(&req->sync_body, ptr, len) : 0;
    else
        r = cadre__request_send_event(req, &event);
    return r < 0 || more ? r : end_body(req);
}

int cadre__request_send_file(struct cadre_request *req, const struct cadre__file_part *part,
                             bool more)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_FILE,
        .file = part,
        .more_body = more,
    };
    int r = cadre__request_send_event(req, &event);

    return r < 0 || more ? r : end_body(req);
}

/* --- whole responses --- */

/*
 * A value that is there until the response has started: at once, but in a sync handler, whose
 * response starts when it has returned.
 */
static struct cadre_str keep(struct cadre_request *req, struct cadre_str value)
{
    if (req->is_sync)
        value.ptr = cadre__arena_strndup(req->arena, value.ptr, value.len);
    return value;
}

static inline int push_kept(struct cadre_request *req, enum cadre__field field,
                            struct cadre_str value)
{
    struct cadre_str name = cadre__field_name(field), kept = keep(req, value);

    if (kept.ptr == NULL)
        return -ENOMEM;
    return push_header(req, name, kept);
}

/* Sends it all at once, or keeps it for when the sync handler has returned. */
static int send_whole(struct cadre_request *req, int status, const void *ptr, size_t len)
{
    int r;

    if (!req->is_sync && cadre__request_has_trailers(req)) {
        r = cadre__request_send_start(req, status);
        return r < 0 ? r : cadre__request_send_body(req, ptr, len, false);
    }
    r = begin(req, status);
    if (r < 0)
        return give_up(req, r);
    if (req->is_sync) {
        r = len > 0 ? cadre__buf_append(&req->sync_body, ptr, len) : 0;
    } else {
        const struct cadre__event event = {
            .type = CADRE__EVENT_HTTP_RESPONSE,
            .status = status,
            .body = {ptr, len},
            .headers = req->headers,
            .n_headers = req->n_headers,
        };

        r = cadre__request_send_event(req, &event);
    }
    if (r < 0)
        return give_up(req, r);
    req->phase = CADRE__REQUEST_COMPLETE;
    return 0;
}

static inline int set_type(struct cadre_request *req, int status, struct cadre_str type)
{
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    if (req->n_headers > 0) {
        if (type.ptr != NULL)
            remove_header(req, cadre__field_name(CADRE__FIELD_CONTENT_TYPE));
        /* The protocol says it, but for 204, which has none, and 304, which would speak of another
         * response's (RFC 9110 §8.6). */
        if (status != 304)
            remove_header(req, cadre__field_name(CADRE__FIELD_CONTENT_LENGTH));
    }
    return type.ptr != NULL ? push_kept(req, CADRE__FIELD_CONTENT_TYPE, type) : 0;
}

/* With that content type, or where its ptr is NULL with what was set. */
static inline int respond(struct cadre_request *req, int status, struct cadre_str type,
                          const void *ptr, size_t len)
{
    int r = set_type(req, status, type);

    return r < 0 ? r : send_whole(req, status, ptr, len);
}

/* "text/html" becomes "text/html; charset=utf-8". 0; -ENOMEM. */
static int complete_type(struct cadre_request *req, const char *type, struct cadre_str *ret)
{
    static const char charset[] = "; charset=utf-8";
    struct cadre_str given = cadre_str_from(type);
    char *copy;

    *ret = given;
    if (strncasecmp(type, "text/", 5) != 0 || strcasestr(type, "charset=") != NULL)
        return 0;
    copy = cadre__arena_alloc(req->arena, given.len + sizeof(charset));
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, given.ptr, given.len);
    memcpy(copy + given.len, charset, sizeof(charset));
    *ret = (struct cadre_str){copy, given.len + sizeof(charset) - 1};
    return 0;
}

int cadre__request_set_type(struct cadre_request *req, int status, const char *type)
{
    struct cadre_str full = {NULL, 0};
    int r = type != NULL ? complete_type(req, type, &full) : 0;

    return r < 0 ? r : set_type(req, status, full);
}

int cadre_respond_bytes(struct cadre_request *req, int status, const char *type, const void *ptr,
                        size_t len)
{
    struct cadre_str full = {NULL, 0};
    int r = 0;

    cadre__request_check(req);
    if (type != NULL)
        r = complete_type(req, type, &full);
    return r < 0 ? r : respond(req, status, full, ptr, len);
}

int cadre_respond_text(struct cadre_request *req, int status, const char *text)
{
    cadre__request_check(req);
    if (text == NULL)
        return -ENOMEM;
    return respond(req, status, CADRE_STR("text/plain; charset=utf-8"), text, strlen(text));
}

int cadre_respondf(struct cadre_request *req, int status, const char *type, const char *fmt, ...)
{
    va_list args;
    size_t len;
    char *text;

    cadre__request_check(req);
    va_start(args, fmt);
    text = cadre__arena_vprintf(req->arena, &len, fmt, args);
    va_end(args);
    if (text == NULL)
        return -ENOMEM;
    return cadre_respond_bytes(req, status, type, text, len);
}

int cadre_error(struct cadre_request *req, int status, const char *detail)
{
    const char *quoted = cadre_json_quote(req, detail);

    if (quoted == NULL)
        return -ENOMEM;
    return cadre_respondf(req, status, "application/json", "{\"detail\":%s}", quoted);
}

int cadre_respond_empty(struct cadre_request *req, int status)
{
    return cadre_respond_bytes(req, status, NULL, "", 0);
}

int cadre__request_respond_status(struct cadre_request *req, int status)
{
    return cadre_respond_text(req, status, cadre__status_reason(status));
}

int cadre__request_flush_sync(struct cadre_request *req)
{
    enum cadre__request_phase phase = req->phase;

    if (phase == CADRE__REQUEST_OPEN)
        return 0;
    req->phase = CADRE__REQUEST_OPEN;
    if (cadre__request_has_files(req))
        return cadre__request_flush_files(req);
    return send_whole(req, req->status, cadre__buf_text(&req->sync_body), req->sync_body.len);
}

/* --- streamed responses --- */

int cadre_start(struct cadre_request *req, int status)
{
    cadre__request_check(req);
    return req->phase == CADRE__REQUEST_OPEN ? cadre__request_send_start(req, status) : -EALREADY;
}

int cadre_write(struct cadre_request *req, const void *ptr, size_t len)
{
    cadre__request_check(req);
    if (req->phase == CADRE__REQUEST_OPEN)
        return -EINVAL;
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    return len > 0 ? cadre__request_send_body(req, ptr, len, true) : 0;
}

int cadre_end(struct cadre_request *req)
{
    cadre__request_check(req);
    if (req->phase == CADRE__REQUEST_OPEN)
        return -EINVAL;
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    return cadre__request_send_body(req, "", 0, false);
}
