/* SPDX-License-Identifier: MIT */
/* A representation as an answer: web/content.h. */
#include "web/content.h"

#include "base/clock.h"
#include "gateway/field.h"
#include "gateway/http_date.h"
#include "web/byte_range.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

/* --- what it says of itself --- */

size_t cadre__content_etag(const struct stat *st, char out[CADRE__CONTENT_ETAG_SIZE])
{
    uint64_t change =
        (uint64_t)st->st_mtim.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)st->st_mtim.tv_nsec;

    /* The inode tells files apart that were put in place by a rename with their times kept. */
    return (size_t)snprintf(out, CADRE__CONTENT_ETAG_SIZE, "\"%" PRIx64 "-%" PRIx64 "-%x\"", change,
                            (uint64_t)st->st_size, (unsigned)st->st_ino & 0xffffu);
}

void cadre__content_describe(struct cadre__content *content, const struct stat *st, uint64_t now_s,
                             char etag[CADRE__CONTENT_ETAG_SIZE], char date[30])
{
    struct cadre__validators *v = &content->validators;

    content->size = (uint64_t)st->st_size;
    v->etag = (struct cadre_str){etag, cadre__content_etag(st, etag)};
    v->has_modified = st->st_mtim.tv_sec >= 0 && (uint64_t)st->st_mtim.tv_sec <= now_s;
    content->last_modified = (struct cadre_str){NULL, 0};
    if (!v->has_modified)
        return;
    v->modified_s = (uint64_t)st->st_mtim.tv_sec;
    cadre__http_date_format(date, v->modified_s);
    content->last_modified = (struct cadre_str){date, CADRE__HTTP_DATE_LEN};
}

/* --- fields --- */

static const struct cadre__header *find_own(const struct cadre_request *req,
                                            enum cadre__field field)
{
    for (size_t i = 0; i < req->n_headers; i++) {
        if (cadre_str_eq(req->headers[i].name, cadre__field_name(field)))
            return &req->headers[i];
    }
    return NULL;
}

/* Adds a field, but where the handler has set one of that name. */
static int offer(struct cadre_request *req, enum cadre__field field, struct cadre_str value)
{
    if (value.ptr == NULL || find_own(req, field) != NULL)
        return 0;
    return cadre__request_push_header(req, cadre__field_name(field), value);
}

/* Fields that speak of the content, which a 304 does not have (RFC 9110 §15.4.5). */
static bool is_of_content(struct cadre_str name)
{
    return cadre_str_has_prefix(name, CADRE_STR("content-")) &&
           !cadre_str_eq(name, CADRE_STR("content-location")) &&
           !cadre_str_eq(name, CADRE_STR("content-security-policy"));
}

static void drop_content_fields(struct cadre_request *req)
{
    size_t kept = 0;

    for (size_t i = 0; i < req->n_headers; i++) {
        if (!is_of_content(req->headers[i].name))
            req->headers[kept++] = req->headers[i];
    }
    req->n_headers = kept;
}

static int add_content_range(struct cadre_request *req, const struct cadre__byte_range *range,
                             uint64_t size)
{
    const char *text =
        range == NULL ? cadre__arena_printf(req->arena, "bytes */%" PRIu64, size)
                      : cadre__arena_printf(req->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                                            range->offset, range->offset + range->len - 1, size);

    if (text == NULL)
        return -ENOMEM;
    return cadre__request_push_header(req, cadre__field_name(CADRE__FIELD_CONTENT_RANGE),
                                      cadre_str_from(text));
}

/* --- bodies --- */

static int respond_part(struct cadre_request *req, int status, const struct cadre__content *c,
                        uint64_t offset, uint64_t len)
{
    if (c->bytes != NULL)
        return cadre_respond_bytes(req, status, NULL, c->bytes + offset, (size_t)len);
    return cadre__request_respond_part(
        req, status, NULL, &(struct cadre__file_part){.fd = c->fd, .offset = offset, .len = len});
}

static int write_part(struct cadre_request *req, const struct cadre__content *c,
                      const struct cadre__byte_range *range)
{
    if (c->bytes != NULL)
        return cadre_write(req, c->bytes + range->offset, (size_t)range->len);
    return cadre_write_fd(req, c->fd, range->offset, range->len);
}

/* What stands in front of each part (RFC 9110 §14.6). */
#define PART_HEAD                                                                                  \
    "\r\n--%016" PRIx64 "\r\ncontent-type: %.*s\r\ncontent-range: bytes %" PRIu64 "-%" PRIu64      \
    "/%" PRIu64 "\r\n\r\n"
#define PARTS_END "\r\n--%016" PRIx64 "--\r\n"

static char *part_head(struct cadre_request *req, const struct cadre__content *c, uint64_t boundary,
                       struct cadre_str type, const struct cadre__byte_range *range)
{
    return cadre__arena_printf(req->arena, PART_HEAD, boundary, CADRE_STR_ARGS(type), range->offset,
                               range->offset + range->len - 1, c->size);
}

/* Several parts: multipart/byteranges, with its length known before. */
static int respond_parts(struct cadre_request *req, const struct cadre__content *c,
                         const struct cadre__byte_range *ranges, size_t n)
{
    const struct cadre__header *own = find_own(req, CADRE__FIELD_CONTENT_TYPE);
    struct cadre_str type = own != NULL ? own->value : c->type;
    const char *heads[CADRE__BYTE_RANGES_MAX];
    char number[24];
    uint64_t boundary = 0, total = 0;
    char *end;
    int r = 0;

    if (getrandom(&boundary, sizeof(boundary), GRND_NONBLOCK) != sizeof(boundary))
        boundary = req->scope->number * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < n; i++) {
        heads[i] = part_head(req, c, boundary, type, &ranges[i]);
        if (heads[i] == NULL)
            return -ENOMEM;
        total += strlen(heads[i]) + ranges[i].len;
    }
    end = cadre__arena_printf(req->arena, PARTS_END, boundary);
    if (end == NULL)
        return -ENOMEM;
    snprintf(number, sizeof(number), "%" PRIu64, total + strlen(end));
    r = cadre_header_set(req, "content-length", number);
    if (r == 0)
        r = cadre_header_set(
            req, "content-type",
            cadre_printf(req, "multipart/byteranges; boundary=%016" PRIx64, boundary));
    if (r == 0)
        r = cadre_start(req, 206);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = cadre_write(req, heads[i], strlen(heads[i]));
        if (r == 0)
            r = write_part(req, c, &ranges[i]);
    }
    if (r == 0)
        r = cadre_write(req, end, strlen(end));
    return r == 0 ? cadre_end(req) : r;
}

/* --- the answer --- */

/* Which parts are asked for, of a GET. */
static enum cadre__byte_ranges find_ranges(struct cadre_request *req,
                                           const struct cadre__content *c,
                                           const struct cadre__validators *v, uint64_t now_s,
                                           struct cadre__byte_range *ranges, size_t *ret_n)
{
    const struct cadre__header *range =
        cadre__scope_header(req->scope, cadre__field_name(CADRE__FIELD_RANGE));

    if (range == NULL || !cadre_str_eq(req->scope->method, CADRE_STR("GET")) ||
        !cadre__precondition_if_range(req->scope, v, now_s))
        return CADRE__RANGES_IGNORED;
    return cadre__byte_ranges_parse(range->value, c->size, ranges, ret_n);
}

static int respond_ranges(struct cadre_request *req, const struct cadre__content *c,
                          const struct cadre__validators *v, uint64_t now_s)
{
    struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX];
    size_t n = 0;
    int r;

    switch (find_ranges(req, c, v, now_s, ranges, &n)) {
    case CADRE__RANGES_IGNORED:
        return respond_part(req, 200, c, 0, c->size);
    case CADRE__RANGES_UNSATISFIABLE:
        drop_content_fields(req);
        r = add_content_range(req, NULL, c->size);
        return r < 0 ? r : cadre__request_respond_status(req, 416);
    case CADRE__RANGES_FOUND:
        break;
    }
    if (n > 1)
        return respond_parts(req, c, ranges, n);
    r = add_content_range(req, &ranges[0], c->size);
    return r < 0 ? r : respond_part(req, 206, c, ranges[0].offset, ranges[0].len);
}

bool cadre__content_is_asked_for_whole(const struct cadre__scope *scope)
{
    for (size_t i = 0; i < scope->n_headers; i++) {
        switch (cadre__field_know(scope->headers[i].name)) {
        case CADRE__FIELD_IF_MATCH:
        case CADRE__FIELD_IF_MODIFIED_SINCE:
        case CADRE__FIELD_IF_NONE_MATCH:
        case CADRE__FIELD_IF_RANGE:
        case CADRE__FIELD_IF_UNMODIFIED_SINCE:
        case CADRE__FIELD_RANGE:
            return false;
        default:
            break;
        }
    }
    return true;
}

static int respond_conditional(struct cadre_request *req, const struct cadre__content *c)
{
    const struct cadre__header *own = find_own(req, CADRE__FIELD_ETAG);
    struct cadre__validators v = c->validators;
    uint64_t now_s = cadre__clock_wall_ms() / 1000;

    if (own != NULL)
        v.etag = own->value;
    switch (cadre__precondition_judge(req->scope, &v, now_s)) {
    case CADRE__PRECONDITION_NOT_MODIFIED:
        drop_content_fields(req);
        return cadre_respond_empty(req, 304);
    case CADRE__PRECONDITION_FAILED:
        drop_content_fields(req);
        return cadre__request_respond_status(req, 412);
    case CADRE__PRECONDITION_HOLDS:
        break;
    }
    return respond_ranges(req, c, &v, now_s);
}

int cadre__content_respond(struct cadre_request *req, const struct cadre__content *c)
{
    bool is_ok = c->status == 200;
    int r = offer(req, CADRE__FIELD_CONTENT_TYPE, c->type);

    if (r == 0 && is_ok)
        r = offer(req, CADRE__FIELD_ACCEPT_RANGES, CADRE_STR("bytes"));
    if (r == 0)
        r = offer(req, CADRE__FIELD_ETAG, c->validators.etag);
    if (r == 0)
        r = offer(req, CADRE__FIELD_LAST_MODIFIED, c->last_modified);
    if (r < 0)
        return r;
    return is_ok && !cadre__content_is_asked_for_whole(req->scope)
               ? respond_conditional(req, c)
               : respond_part(req, c->status, c, 0, c->size);
}
