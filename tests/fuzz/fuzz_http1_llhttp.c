/* SPDX-License-Identifier: MIT */
/*
 * Our parser beside llhttp, which node serves with: each request that we accept, llhttp (built
 * strict, no leniency) accepts as well, and it means the same: method, target, version, fields,
 * body, where it ends, and whether the connection goes on. So no front made of the one and no back
 * made of the other can be told different things.
 *
 * The other way round nothing is asked: we refuse much that llhttp takes. Where we accept what
 * llhttp does not, or differ in meaning, that is a row of tests/fuzz/README.md and a function
 * named differs_* here.
 */
#include <llhttp.h>
#include <string.h>
#include <strings.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/http1_messages.h"

/* A run of bytes that grows. */
struct text {
    char *ptr;
    size_t len;
};

/* What llhttp makes of one request. */
struct theirs {
    struct text target, body;
    struct text names[FIELDS_MAX + 1], values[FIELDS_MAX + 1];
    size_t n_fields;
    bool in_value; /* the last bytes of a field were of its value */
    bool has_head, is_whole;
    bool framing_trailer; /* a trailer has a name that says something in a head */
    bool keep_alive;
    int method, version;
};

struct stream {
    llhttp_t parser; /* first: callbacks are given it */
    struct theirs list[MESSAGES_MAX];
    const char *begin; /* the stream's first byte */
    size_t n;          /* begun */
    bool overflow;     /* more than there is room for: no more is compared */
};

static int add(struct text *text, const char *at, size_t len)
{
    char *grown = realloc(text->ptr, text->len + len + 1);

    if (!grown)
        FUZZ_FAIL("out of memory");
    memcpy(grown + text->len, at, len);
    text->ptr = grown;
    text->len += len;
    return 0;
}

static struct stream *stream_of(llhttp_t *parser)
{
    return (struct stream *)(void *)parser;
}

static struct theirs *last(llhttp_t *parser)
{
    struct stream *s = stream_of(parser);

    FUZZ_CHECK(s->n > 0);
    return &s->list[s->n - 1];
}

static int on_begin(llhttp_t *parser)
{
    struct stream *s = stream_of(parser);

    if (s->n == MESSAGES_MAX) {
        s->overflow = true;
        return -1;
    }
    s->n++;
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    return add(&last(parser)->target, at, len);
}

/* Fields behind the body are trailers. */
static int on_trailer_name(struct theirs *m, const char *at, size_t len)
{
    static const char *const names[] = {"connection", "proxy-connection", "content-length",
                                        "transfer-encoding", "upgrade"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (len == strlen(names[i]) && strncasecmp(at, names[i], len) == 0)
            m->framing_trailer = true;
    }
    return 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
    struct theirs *m = last(parser);

    if (m->has_head)
        return on_trailer_name(m, at, len);
    if (m->in_value)
        m->n_fields++;
    m->in_value = false;
    if (m->n_fields >= FIELDS_MAX) {
        stream_of(parser)->overflow = true;
        return -1;
    }
    return add(&m->names[m->n_fields], at, len);
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct theirs *m = last(parser);

    if (m->has_head)
        return 0;
    m->in_value = true;
    return add(&m->values[m->n_fields], at, len);
}

static int on_value_complete(llhttp_t *parser)
{
    last(parser)->in_value = true;
    return 0;
}

static int on_head(llhttp_t *parser)
{
    struct theirs *m = last(parser);

    if (m->in_value)
        m->n_fields++;
    m->in_value = false;
    m->has_head = true;
    m->method = llhttp_get_method(parser);
    m->version = llhttp_get_http_major(parser) * 10 + llhttp_get_http_minor(parser);
    m->keep_alive = llhttp_should_keep_alive(parser) != 0;
    return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    return add(&last(parser)->body, at, len);
}

static int on_end(llhttp_t *parser)
{
    last(parser)->is_whole = true;
    return 0;
}

/* Gives llhttp the whole stream. What it says is an upgrade goes on as HTTP, as with us: an
 * Upgrade that is not taken up is ignored (RFC 9110 §7.8). */
static llhttp_errno_t run(struct stream *s, const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    llhttp_errno_t error = llhttp_execute(&s->parser, at, size);

    while (error == HPE_PAUSED_UPGRADE) {
        at = llhttp_get_error_pos(&s->parser);
        llhttp_resume_after_upgrade(&s->parser);
        error = llhttp_execute(&s->parser, at, (size_t)(end - at));
    }
    return error;
}

static bool is(struct piece p, const struct text *text)
{
    return p.len == text->len && (p.len == 0 || memcmp(p.ptr, text->ptr, p.len) == 0);
}

static bool is_nocase(struct piece p, const struct text *text)
{
    return p.len == text->len && (p.len == 0 || strncasecmp(p.ptr, text->ptr, p.len) == 0);
}

/* White space behind a value is not of it (RFC 9112 §5.1); llhttp leaves it to the caller. */
static bool is_trimmed(struct piece p, struct text text)
{
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return is(p, &text);
}

/* --- what we accept and llhttp does not: see README.md ------------------------------------------
 */

/* RFC 9110 §9.1: any token may be a method; llhttp knows those of its list. */
static bool differs_by_method(const struct message *m)
{
#define XX(number, name, string)                                                                   \
    if (m->method.len == strlen(#string) && memcmp(m->method.ptr, #string, m->method.len) == 0)    \
        return false;
    HTTP_METHOD_MAP(XX)
#undef XX
    return true;
}

static bool has_field(const struct message *m, const char *name)
{
    for (size_t i = 0; i < m->n_fields; i++) {
        if (m->names[i].len == strlen(name) && memcmp(m->names[i].ptr, name, strlen(name)) == 0)
            return true;
    }
    return false;
}

/* RFC 9112 §C.2.2: Proxy-Connection means nothing; to llhttp it is another Connection. */
static bool differs_by_proxy_connection(const struct message *m)
{
    return has_field(m, "proxy-connection");
}

static bool differs(const struct message *m)
{
    return differs_by_method(m) || differs_by_proxy_connection(m);
}

/* RFC 9110 §5.6.3: optional white space is spaces and tabs; llhttp takes no tab behind a value. */
static bool has_tab_behind(const struct message *m, const char *name)
{
    for (size_t i = 0; i < m->n_fields; i++) {
        const struct piece value = m->values[i];

        if (m->names[i].len == strlen(name) && memcmp(m->names[i].ptr, name, strlen(name)) == 0 &&
            memchr(value.ptr + value.len, '\t', strcspn(value.ptr + value.len, "\r")) != NULL)
            return true;
    }
    return false;
}

static bool differs_by_tab(const struct message *m, llhttp_errno_t error)
{
    return m->has_length && error == HPE_INVALID_CONTENT_LENGTH &&
           has_tab_behind(m, "content-length");
}

/* RFC 9112 §9.3: close ends the connection, whatever else is said; on HTTP/1.0 llhttp looks for
 * keep-alive alone. A tab hides either word from it. */
static bool differs_by_close(const struct message *m, const struct theirs *t)
{
    return has_tab_behind(m, "connection") || (m->version == 10 && !m->keep_alive && t->keep_alive);
}

/* RFC 9110 §5.6.1: a list may have white space and empty elements; llhttp refuses a
 * Transfer-Encoding that has them behind `chunked`. */
static bool differs_by_list(const struct message *m, llhttp_errno_t error)
{
    if (!m->chunked || error != HPE_INVALID_TRANSFER_ENCODING)
        return false;
    for (size_t i = 0; i < m->n_fields; i++) {
        if (m->names[i].len == 17 && memcmp(m->names[i].ptr, "transfer-encoding", 17) == 0 &&
            strncasecmp(m->values[i].ptr, "chunked\r\n", 9) != 0)
            return true;
    }
    return false;
}

/* RFC 9112 §7.1.1: a recipient passes over extensions; llhttp takes some forms of them only. */
static bool differs_by_extension(const struct message *m, const struct stream *s,
                                 llhttp_errno_t error)
{
    if (!m->chunked || (error != HPE_INVALID_CHUNK_SIZE && error != HPE_STRICT))
        return false;

    const char *at = llhttp_get_error_pos(&s->parser);
    while (at > s->begin && at[-1] != '\n' && at[-1] != ';')
        at--;
    return at > s->begin && at[-1] == ';';
}

/* --- the comparison -----------------------------------------------------------------------------
 */

static void compare_head(const struct message *m, const struct theirs *t)
{
    const struct text method = {.ptr = (char *)(uintptr_t)llhttp_method_name(t->method),
                                .len = strlen(llhttp_method_name(t->method))};

    FUZZ_CHECK(is(m->method, &method));
    FUZZ_CHECK(is(m->target, &t->target));
    FUZZ_CHECK(m->version == t->version);
    FUZZ_CHECK(m->n_fields == t->n_fields);
    for (size_t i = 0; i < m->n_fields; i++) {
        FUZZ_CHECK(is_nocase(m->names[i], &t->names[i]));
        FUZZ_CHECK(is_trimmed(m->values[i], t->values[i]));
    }
    FUZZ_CHECK(m->keep_alive == t->keep_alive || differs_by_close(m, t));
}

/* False: the two have parted, by a known difference. */
static bool compare(const struct message *m, const struct stream *s, size_t i, llhttp_errno_t error)
{
    const struct theirs *t = &s->list[i];
    const struct piece body = {m->body, m->body_len};

    if (differs(m) || differs_by_list(m, error) || differs_by_tab(m, error))
        return false;
    if (i >= s->n || !t->has_head)
        FUZZ_FAIL("message %zu: we accept the head, llhttp says %s: %s", i,
                  llhttp_errno_name(error), llhttp_get_error_reason(&s->parser));
    compare_head(m, t);
    if (m->end == MESSAGE_BODY_WRONG || (!t->is_whole && differs_by_extension(m, s, error)))
        return false;
    if (t->framing_trailer) {
        /* RFC 9110 §6.5.1: trailers say nothing of framing; llhttp takes them for fields. */
        FUZZ_CHECK(is(body, &t->body));
        return false;
    }
    if (m->end == MESSAGE_WHOLE && !t->is_whole)
        FUZZ_FAIL("message %zu: we accept the body, llhttp says %s: %s", i,
                  llhttp_errno_name(error), llhttp_get_error_reason(&s->parser));
    if (m->end == MESSAGE_BODY_OPEN)
        FUZZ_CHECK(!t->is_whole && error == HPE_OK);
    FUZZ_CHECK(is(body, &t->body));
    /* A known difference; what follows is a message to the one that keeps the connection alone. */
    return m->keep_alive == t->keep_alive;
}

static size_t all(void *arg, size_t left)
{
    (void)arg;
    return left;
}

static void free_stream(struct stream *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct theirs *t = &s->list[i];

        free(t->target.ptr);
        free(t->body.ptr);
        for (size_t j = 0; j <= FIELDS_MAX; j++) {
            free(t->names[j].ptr);
            free(t->values[j].ptr);
        }
    }
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct messages_limits limits = {
        .head_max = 16384, .line_max = 8192, .fields_max = FIELDS_MAX};
    llhttp_settings_t settings;

    if (size > MESSAGE_BODY)
        return 0;

    struct messages *ours = messages_read(data, size, &limits, all, NULL);
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        FUZZ_FAIL("out of memory");
    llhttp_settings_init(&settings);
    settings.on_message_begin = on_begin;
    settings.on_url = on_url;
    settings.on_header_field = on_name;
    settings.on_header_value = on_value;
    settings.on_header_value_complete = on_value_complete;
    settings.on_headers_complete = on_head;
    settings.on_body = on_body;
    settings.on_message_complete = on_end;
    s->begin = (const char *)data;
    llhttp_init(&s->parser, HTTP_REQUEST, &settings);
    llhttp_errno_t error = run(s, data, size);

    for (size_t i = 0; i < ours->n && !s->overflow; i++) {
        const struct message *m = &ours->list[i];

        if (m->end == MESSAGE_HEAD_OPEN || m->end == MESSAGE_REFUSED || !compare(m, s, i, error))
            break;
    }
    messages_free(ours);
    free_stream(s);
    return 0;
}
