/* SPDX-License-Identifier: MIT */
/* tests/fuzz/http1_messages.h says what this is. */
#include "tests/fuzz/http1_messages.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "gateway/field.h"
#include "tests/fuzz/fuzz.h"
#include "worker/http1_body.h"
#include "worker/http1_parser.h"
#include "worker/http1_target.h"

/* What a stream is at. */
struct stream {
    const uint8_t *data;
    size_t size, at; /* `at`: bytes that came */
    piece_fn fn;
    void *arg;
    char *in; /* bytes that came and are not consumed, memory of just their size and the zeros */
    size_t len;
    struct http1_parser parser;
    struct http1_field fields[FIELDS_MAX];
};

static void *must(void *memory)
{
    if (!memory)
        FUZZ_FAIL("out of memory");
    return memory;
}

static char *copy(const char *from, size_t len)
{
    char *to = must(malloc(len > 0 ? len : 1));

    if (len > 0)
        memcpy(to, from, len);
    return to;
}

/* Memory for that many bytes, with the zeros behind them that the parser wants. */
static char *room_for(size_t len)
{
    char *memory = must(malloc(len + HTTP1_PARSER_PAD));

    memset(memory + len, 0, HTTP1_PARSER_PAD);
    return memory;
}

/* The next piece comes; false where there is none. */
static bool more(struct stream *s)
{
    size_t left = s->size - s->at;

    if (left == 0)
        return false;

    size_t n = s->fn(s->arg, left);
    if (n > left)
        n = left;

    char *grown = room_for(s->len + n);
    if (s->len > 0)
        memcpy(grown, s->in, s->len);
    memcpy(grown + s->len, s->data + s->at, n);
    free(s->in);
    s->in = grown;
    s->len += n;
    s->at += n;
    return true;
}

/* Consumes n bytes of what came. */
static void drop(struct stream *s, size_t n)
{
    FUZZ_CHECK(n <= s->len);

    char *rest = room_for(s->len - n);
    memcpy(rest, s->in + n, s->len - n);
    free(s->in);
    s->in = rest;
    s->len -= n;
}

static struct piece piece_of(const struct message *m, uint32_t at, uint32_t len)
{
    FUZZ_CHECK((size_t)at + len <= m->head_len);
    return (struct piece){m->head + at, len};
}

static void refuse(struct message *m, enum message_end end, int status, const char *reason)
{
    FUZZ_CHECK(status >= 400 && status < 600);
    FUZZ_CHECK(reason != NULL && strchr(reason, '\n') == NULL);
    m->end = end;
    m->status = status;
    m->reason = reason;
}

static struct cadre_str str(struct piece p)
{
    return (struct cadre_str){p.ptr, p.len};
}

/* Form and path of the target, as worker/http1_request.c judges them. False: refused. */
static bool read_target(const struct http1_parser *p, struct message *m)
{
    struct http1_target target;
    const char *reason = NULL;
    int status = http1_target_parse(str(m->method), str(m->target), &target, &reason);

    if (status != 0) {
        refuse(m, MESSAGE_REFUSED, status, reason);
        return false;
    }
    if (target.authority.len > 0 && p->meaning.host_field != UINT32_MAX &&
        !http1_authority_is_host(target.authority, str(m->values[p->meaning.host_field]))) {
        refuse(m, MESSAGE_REFUSED, 400, "different hosts");
        return false;
    }
    m->path = must(malloc(target.path.len > 0 ? target.path.len : 1));
    int len = http1_path_decode(target.path, m->path);
    if (len < 0) {
        refuse(m, MESSAGE_REFUSED, 400, "malformed percent-encoding");
        return false;
    }
    FUZZ_CHECK((size_t)len <= target.path.len);
    m->path_len = (size_t)len;
    return true;
}

/* Takes over what the parser found. */
static void take_head(struct stream *s, struct message *m)
{
    const struct http1_parser *p = &s->parser;

    m->head_len = http1_parser_head_len(p);
    FUZZ_CHECK(m->head_len <= s->len && m->head_len <= p->limits.head_max);
    m->head = copy(s->in, m->head_len);
    m->method = piece_of(m, p->method_at, p->method_len);
    m->target = piece_of(m, p->target_at, p->target_len);
    m->n_fields = p->n_fields;
    FUZZ_CHECK(m->n_fields <= FIELDS_MAX);
    for (size_t i = 0; i < m->n_fields; i++) {
        const struct http1_field *f = &s->fields[i];
        struct cadre_str known = cadre__field_name((enum cadre__field)f->known);

        if (f->known != CADRE__FIELD_NONE) {
            FUZZ_CHECK(f->name_len == known.len &&
                       strncasecmp(m->head + f->name_at, known.ptr, known.len) == 0);
            memcpy(m->head + f->name_at, known.ptr, known.len);
        }
        m->names[i] = piece_of(m, f->name_at, f->name_len);
        m->values[i] = piece_of(m, s->fields[i].value_at, s->fields[i].value_len);
    }
    m->version = p->version;
    m->keep_alive = p->meaning.keep_alive;
    m->expect_continue = p->meaning.expect_continue;
    m->chunked = p->meaning.chunked;
    m->has_length = p->meaning.has_length;
    m->length = p->meaning.length;
    drop(s, m->head_len);
}

/* False: the head is not there, or refused. */
static bool read_head(struct stream *s, struct message *m)
{
    enum http1_step step = HTTP1_MORE;

    http1_parser_reset(&s->parser);
    if (s->len > 0)
        step = http1_parser_feed(&s->parser, s->in, s->len);
    while (step == HTTP1_MORE && more(s))
        step = http1_parser_feed(&s->parser, s->in, s->len);
    if (step == HTTP1_MORE) {
        m->end = MESSAGE_HEAD_OPEN;
        return false;
    }
    if (step == HTTP1_BAD) {
        refuse(m, MESSAGE_REFUSED, s->parser.status, s->parser.reason);
        return false;
    }
    take_head(s, m);
    return read_target(&s->parser, m);
}

static void keep_data(struct message *m, const struct http1_body_piece *piece)
{
    if (piece->len == 0)
        return;
    FUZZ_CHECK(m->body_len + piece->len <= MESSAGE_BODY);

    char *grown = must(realloc(m->body, m->body_len + piece->len));
    memcpy(grown + m->body_len, piece->data, piece->len);
    m->body = grown;
    m->body_len += piece->len;
}

static void read_body(struct stream *s, struct message *m)
{
    const struct http1_body_limits chunks = {
        .data = MESSAGE_BODY, .extensions = 8192, .trailers = 8192};
    struct http1_body body;
    enum http1_body_step step;

    if (m->chunked)
        http1_body_init_chunked(&body, &chunks);
    else if (m->has_length)
        http1_body_init_length(&body, m->length);
    else
        http1_body_init_none(&body);
    for (;;) {
        struct http1_body_piece piece;

        step = http1_body_decode(&body, s->in, s->len, &piece);
        FUZZ_CHECK(piece.used <= s->len && piece.len <= piece.used);
        if (step == HTTP1_BODY_BAD)
            break;
        FUZZ_CHECK(piece.len == 0 ||
                   (piece.data >= s->in && piece.data + piece.len <= s->in + piece.used));
        keep_data(m, &piece);
        FUZZ_CHECK(step == HTTP1_BODY_END || piece.used == s->len);
        drop(s, piece.used);
        if (step == HTTP1_BODY_END || !more(s))
            break;
    }
    FUZZ_CHECK(http1_body_is_done(&body) == (step == HTTP1_BODY_END));
    m->end = step == HTTP1_BODY_END ? MESSAGE_WHOLE : MESSAGE_BODY_OPEN;
    if (step == HTTP1_BODY_BAD)
        refuse(m, MESSAGE_BODY_WRONG, body.error == -EMSGSIZE ? 413 : 400, body.reason);
}

struct messages *messages_read(const uint8_t *data, size_t size,
                               const struct messages_limits *limits, piece_fn fn, void *arg)
{
    const struct http1_limits inner = {.head_max = limits->head_max,
                                       .line_max = limits->line_max,
                                       .fields_max = limits->fields_max};
    struct messages *all = must(calloc(1, sizeof(*all)));
    struct stream *s = must(calloc(1, sizeof(*s)));

    s->data = data;
    s->size = size;
    s->fn = fn;
    s->arg = arg;
    s->in = room_for(0);
    http1_parser_init(&s->parser, &inner, s->fields);
    s->parser.memo = limits->memo;
    while (all->n < MESSAGES_MAX) {
        struct message *m = &all->list[all->n++];

        if (!read_head(s, m))
            break;
        read_body(s, m);
        if (m->end != MESSAGE_WHOLE || !m->keep_alive)
            break;
    }
    free(s->in);
    free(s);
    return all;
}

void messages_free(struct messages *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->list[i].head);
        free(m->list[i].path);
        free(m->list[i].body);
    }
    free(m);
}

static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void compare(const struct message *a, const struct message *b)
{
    FUZZ_CHECK(a->end == b->end);
    FUZZ_CHECK(a->status == b->status);
    FUZZ_CHECK(a->reason == b->reason || (a->reason && b->reason && !strcmp(a->reason, b->reason)));
    if (a->end == MESSAGE_HEAD_OPEN || a->end == MESSAGE_REFUSED)
        return;
    FUZZ_CHECK(same(a->head, a->head_len, b->head, b->head_len));
    FUZZ_CHECK(same(a->method.ptr, a->method.len, b->method.ptr, b->method.len));
    FUZZ_CHECK(same(a->target.ptr, a->target.len, b->target.ptr, b->target.len));
    FUZZ_CHECK(a->n_fields == b->n_fields);
    for (size_t i = 0; i < a->n_fields; i++) {
        FUZZ_CHECK(a->names[i].ptr - a->head == b->names[i].ptr - b->head);
        FUZZ_CHECK(a->names[i].len == b->names[i].len);
        FUZZ_CHECK(a->values[i].ptr - a->head == b->values[i].ptr - b->head);
        FUZZ_CHECK(a->values[i].len == b->values[i].len);
    }
    FUZZ_CHECK(a->version == b->version);
    FUZZ_CHECK(a->keep_alive == b->keep_alive && a->expect_continue == b->expect_continue);
    FUZZ_CHECK(a->chunked == b->chunked && a->has_length == b->has_length);
    FUZZ_CHECK(a->length == b->length);
    FUZZ_CHECK(same(a->path, a->path_len, b->path, b->path_len));
    if (a->end != MESSAGE_BODY_WRONG)
        FUZZ_CHECK(same(a->body, a->body_len, b->body, b->body_len));
}

void messages_compare(const struct messages *a, const struct messages *b, const char *how)
{
    if (a->n != b->n)
        FUZZ_FAIL("%zu messages in one piece, %zu %s", a->n, b->n, how);
    for (size_t i = 0; i < a->n; i++)
        compare(&a->list[i], &b->list[i]);
}
