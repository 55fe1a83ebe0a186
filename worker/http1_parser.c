/* SPDX-License-Identifier: MIT */
/*
 * The states of a request head. Each state that takes a run of bytes (method, target, name,
 * value) scans to the run's end in one loop over the table of character classes; the rest take a
 * byte at a time. A field is looked at when its line is complete.
 *
 * No I/O, no allocation, no suspension. worker/http1_parser.h has the contract.
 */
#include "worker/http1_parser.h"

#include <string.h>
#include <strings.h>

#include "worker/http1_chars.h"

enum state {
    START,       /* before the request line; empty lines are passed over */
    START_LF,    /* the LF of such an empty line */
    METHOD,      /* in the method */
    TARGET,      /* in the target */
    VERSION,     /* in "HTTP/1.1" */
    LINE_LF,     /* the LF that ends the request line */
    FIELD,       /* at the first byte of a line of fields */
    NAME,        /* in a field's name */
    VALUE_BLANK, /* white space before the value */
    VALUE,       /* in the value */
    VALUE_LF,    /* the LF that ends a field */
    END_LF,      /* the LF that ends the head */
    DONE,
    REFUSED,
};

/* What the Transfer-Encoding fields have listed so far. */
enum coding {
    CODING_NONE,
    CODING_CHUNKED,       /* `chunked` alone, or last */
    CODING_OTHER_LAST,    /* a coding that we do not know comes last */
    CODING_OTHER_CHUNKED, /* unknown ones, then `chunked` */
};

#define VERSION_LEN 8 /* "HTTP/1.1" */

static enum http1_step bad(struct http1_parser *p, int status, const char *reason)
{
    p->state = REFUSED;
    p->status = status;
    p->reason = reason;
    return HTTP1_BAD;
}

void http1_parser_init(struct http1_parser *p, const struct http1_limits *limits,
                       struct http1_field *fields)
{
    p->limits = *limits;
    p->fields = fields;
    http1_parser_reset(p);
}

void http1_parser_reset(struct http1_parser *p)
{
    p->pos = 0;
    p->mark = 0;
    p->state = START;
    p->codings = CODING_NONE;
    p->n_hosts = 0;
    p->version = 0;
    p->has_length = false;
    p->chunked = false;
    p->keep_alive = false;
    p->expect_continue = false;
    p->said_close = false;
    p->said_keep_alive = false;
    p->n_fields = 0;
    p->host_field = UINT32_MAX;
    p->length = 0;
    p->status = 0;
    p->reason = NULL;
}

bool http1_parser_has_begun(const struct http1_parser *p)
{
    return p->state != START && p->state != START_LF;
}

bool http1_is_token(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!http1_char_is(s[i], HTTP1_CHAR_TOKEN))
            return false;
    }
    return len > 0;
}

bool http1_is_field_value(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!http1_char_is(s[i], HTTP1_CHAR_VALUE))
            return false;
    }
    return true;
}

static bool is_word(const char *s, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

/* Takes the next element of a comma-separated list (RFC 9110 §5.6.1), white space removed; empty
 * elements are passed over. False at the end. A quoted string hides its commas. */
static bool next_element(const char **at, const char *end, const char **ret, size_t *ret_len)
{
    const char *s = *at;

    while (s < end && (*s == ' ' || *s == '\t' || *s == ','))
        s++;
    if (s == end)
        return false;

    const char *from = s;
    bool quoted = false;
    for (; s < end && (quoted || *s != ','); s++) {
        if (quoted && *s == '\\' && s + 1 < end)
            s++;
        else if (*s == '"')
            quoted = !quoted;
    }
    *at = s;
    while (s > from && (s[-1] == ' ' || s[-1] == '\t'))
        s--;
    *ret = from;
    *ret_len = (size_t)(s - from);
    return true;
}

/* --- what single fields mean --- */

/* "[" address "]": its length, or 0. */
static size_t address_len(const char *s, size_t len)
{
    size_t i = 1;

    while (i < len && (http1_hex(s[i]) >= 0 || s[i] == ':' || s[i] == '.' || s[i] == 'v'))
        i++;
    return i < len && s[i] == ']' && i > 1 ? i + 1 : 0;
}

/* A reg-name: its length, or 0. */
static size_t name_len(const char *s, size_t len)
{
    size_t i = 0;

    for (; i < len && http1_char_is(s[i], HTTP1_CHAR_HOST); i++) {
        if (s[i] == '%' && (len - i < 3 || http1_hex(s[i + 1]) < 0 || http1_hex(s[i + 2]) < 0))
            return 0;
    }
    return i;
}

/* RFC 9112 §3.2: uri-host [":" port]; an empty one is allowed. */
static bool host_is_valid(const char *s, size_t len)
{
    if (len == 0)
        return true;

    size_t i = s[0] == '[' ? address_len(s, len) : name_len(s, len);
    if (i == 0)
        return false;
    if (i == len)
        return true;
    if (s[i] != ':' || len - i - 1 > 5)
        return false;

    unsigned port = 0;
    for (i++; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        port = port * 10 + (unsigned)(s[i] - '0');
    }
    return port <= 65535;
}

static enum http1_step take_host(struct http1_parser *p, const char *value, size_t len)
{
    if (p->n_hosts++ > 0)
        return bad(p, 400, "more than one Host field");
    if (!host_is_valid(value, len))
        return bad(p, 400, "malformed Host field");
    p->host_field = p->n_fields;
    return HTTP1_MORE;
}

static enum http1_step take_length(struct http1_parser *p, const char *value, size_t len)
{
    uint64_t n = 0;

    if (p->has_length)
        return bad(p, 400, "more than one Content-Length field");
    if (len == 0)
        return bad(p, 400, "empty Content-Length field");
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return bad(p, 400, "Content-Length is not a decimal number");
        unsigned digit = (unsigned)(value[i] - '0');
        if (n > ((uint64_t)INT64_MAX - digit) / 10)
            return bad(p, 400, "Content-Length is too large");
        n = n * 10 + digit;
    }
    p->has_length = true;
    p->length = n;
    return HTTP1_MORE;
}

static enum http1_step take_codings(struct http1_parser *p, const char *value, size_t len)
{
    const char *at = value, *end = value + len, *word;
    size_t word_len;
    bool any = false;

    while (next_element(&at, end, &word, &word_len)) {
        any = true;
        if (p->codings == CODING_CHUNKED || p->codings == CODING_OTHER_CHUNKED)
            return bad(p, 400, "a transfer coding after chunked");
        if (is_word(word, word_len, "chunked"))
            p->codings = p->codings == CODING_NONE ? CODING_CHUNKED : CODING_OTHER_CHUNKED;
        else
            p->codings = CODING_OTHER_LAST;
    }
    if (!any)
        return bad(p, 400, "empty Transfer-Encoding field");
    return HTTP1_MORE;
}

static enum http1_step take_connection(struct http1_parser *p, const char *value, size_t len)
{
    const char *at = value, *end = value + len, *word;
    size_t word_len;

    while (next_element(&at, end, &word, &word_len)) {
        if (is_word(word, word_len, "close"))
            p->said_close = true;
        else if (is_word(word, word_len, "keep-alive"))
            p->said_keep_alive = true;
    }
    return HTTP1_MORE;
}

static enum http1_step take_expect(struct http1_parser *p, const char *value, size_t len)
{
    if (p->version < 11)
        return HTTP1_MORE; /* RFC 9110 §10.1.1: ignored on HTTP/1.0 */
    if (!is_word(value, len, "100-continue"))
        return bad(p, 417, "an expectation other than 100-continue");
    p->expect_continue = true;
    return HTTP1_MORE;
}

/* The fields that say how the message is framed and routed. */
static enum http1_step take_field(struct http1_parser *p, const char *name, size_t name_len,
                                  const char *value, size_t len)
{
    switch (name_len) {
    case 4:
        if (memcmp(name, "host", 4) == 0)
            return take_host(p, value, len);
        break;
    case 6:
        if (memcmp(name, "expect", 6) == 0)
            return take_expect(p, value, len);
        break;
    case 10:
        if (memcmp(name, "connection", 10) == 0)
            return take_connection(p, value, len);
        break;
    case 14:
        if (memcmp(name, "content-length", 14) == 0)
            return take_length(p, value, len);
        break;
    case 17:
        if (memcmp(name, "transfer-encoding", 17) == 0)
            return take_codings(p, value, len);
        break;
    default:
        break;
    }
    return HTTP1_MORE;
}

/* --- the end of a line --- */

static enum http1_step end_version(struct http1_parser *p, const char *s)
{
    if (memcmp(s, "HTTP/", 5) != 0 || s[5] < '0' || s[5] > '9' || s[6] != '.' || s[7] < '0' ||
        s[7] > '9')
        return bad(p, 400, "malformed HTTP version");
    if (s[5] != '1' || s[7] > '1')
        return bad(p, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    p->version = s[7] == '1' ? 11 : 10;
    return HTTP1_MORE;
}

static enum http1_step end_field(struct http1_parser *p, const char *head, uint32_t end)
{
    struct http1_field *f = &p->fields[p->n_fields];

    while (end > p->mark && (head[end - 1] == ' ' || head[end - 1] == '\t'))
        end--;
    f->value_at = p->mark;
    f->value_len = end - p->mark;
    if (take_field(p, head + f->name_at, f->name_len, head + f->value_at, f->value_len) ==
        HTTP1_BAD)
        return HTTP1_BAD;
    p->n_fields++;
    return HTTP1_MORE;
}

/* All fields are there: do they agree (RFC 9112 §3.2, §6.1 and §6.3)? */
static enum http1_step end_head(struct http1_parser *p)
{
    if (p->version == 11 && p->n_hosts == 0)
        return bad(p, 400, "HTTP/1.1 without a Host field");
    if (p->codings != CODING_NONE) {
        if (p->has_length)
            return bad(p, 400, "Content-Length beside Transfer-Encoding");
        if (p->version == 10)
            return bad(p, 400, "Transfer-Encoding on HTTP/1.0");
        if (p->codings == CODING_OTHER_LAST)
            return bad(p, 400, "Transfer-Encoding does not end in chunked");
        if (p->codings == CODING_OTHER_CHUNKED)
            return bad(p, 501, "a transfer coding other than chunked");
        p->chunked = true;
    }
    p->keep_alive = !p->said_close && (p->version == 11 || p->said_keep_alive);
    p->state = DONE;
    return HTTP1_HEAD;
}

/* --- bytes --- */

/* The end of the run of bytes of these kinds that begins at i. */
static inline uint32_t run(const char *head, uint32_t i, uint32_t len, unsigned kinds)
{
    while (i < len && http1_char_is(head[i], kinds))
        i++;
    return i;
}

/* Like run() over a name, which becomes lower-case. */
static inline uint32_t run_name(char *head, uint32_t i, uint32_t len)
{
    for (; i < len; i++) {
        unsigned kinds = http1_chars[(unsigned char)head[i]];

        if (kinds & HTTP1_CHAR_UPPER)
            head[i] = (char)(head[i] | 0x20);
        else if (!(kinds & HTTP1_CHAR_TOKEN))
            break;
    }
    return i;
}

static enum http1_step bad_in_target(struct http1_parser *p, char c)
{
    if (c == '\r' || c == '\n')
        return bad(p, 400, "request line without an HTTP version");
    return bad(p, 400, "a byte in the request target that must be percent-encoded");
}

static enum http1_step bad_in_name(struct http1_parser *p, char c)
{
    if (c == ' ' || c == '\t')
        return bad(p, 400, "white space between a field's name and its colon");
    if (c == '\r' || c == '\n')
        return bad(p, 400, "a field without a colon");
    return bad(p, 400, "a byte in a field's name that is not allowed there");
}

static enum http1_step bad_at_field(struct http1_parser *p, char c)
{
    if (c == ' ' || c == '\t')
        return bad(p, 400, "a line that begins with white space (obsolete folding)");
    if (c == '\n')
        return bad(p, 400, "a line that ends in a bare LF");
    if (c == ':')
        return bad(p, 400, "a field without a name");
    return bad(p, 400, "a byte in a field's name that is not allowed there");
}

static enum http1_step bad_in_value(struct http1_parser *p, char c)
{
    if (c == '\n')
        return bad(p, 400, "a line that ends in a bare LF");
    return bad(p, 400, "a control byte in a field's value");
}

/* The head is longer than its limit; by how far it came, the target or the fields are to blame. */
static enum http1_step too_long(struct http1_parser *p)
{
    if (p->state <= VERSION)
        return bad(p, 414, "the request line is too long");
    return bad(p, 431, "the request head is too long");
}

/* The states of the request line. Takes at least one byte, or refuses. */
static enum http1_step feed_line(struct http1_parser *p, const char *head, uint32_t len)
{
    uint32_t i = p->pos;

    switch ((enum state)p->state) {
    case START:
        p->mark = i;
        if (head[i] == '\r')
            p->state = START_LF;
        else if (http1_char_is(head[i], HTTP1_CHAR_TOKEN))
            p->state = METHOD;
        else
            return bad(p, 400, "not an HTTP request");
        i++;
        break;
    case START_LF:
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        p->state = START;
        i++;
        break;
    case METHOD:
        i = run(head, i, len, HTTP1_CHAR_TOKEN);
        if (i - p->mark > HTTP1_METHOD_MAX)
            return bad(p, 501, "no method has so long a name");
        if (i == len)
            break;
        if (head[i] != ' ')
            return bad(p, 400, "not an HTTP request");
        p->method_at = p->mark;
        p->method_len = i - p->mark;
        p->mark = ++i;
        p->state = TARGET;
        break;
    case TARGET:
        i = run(head, i, len, HTTP1_CHAR_TARGET);
        if (i == len)
            break;
        if (head[i] != ' ' || i == p->mark)
            return bad_in_target(p, head[i]);
        p->target_at = p->mark;
        p->target_len = i - p->mark;
        p->mark = ++i;
        p->state = VERSION;
        break;
    case VERSION:
        if (i == p->mark && len - i >= 10 && memcmp(head + i, "HTTP/1.1\r\n", 10) == 0) {
            p->version = 11;
            p->state = FIELD;
            i += 10;
            break;
        }
        while (i < len && i - p->mark < VERSION_LEN && http1_char_is(head[i], HTTP1_CHAR_TARGET))
            i++;
        if (i == len && i - p->mark < VERSION_LEN)
            break;
        if (i - p->mark < VERSION_LEN)
            return bad(p, 400, "malformed HTTP version");
        if (i == len)
            break;
        if (head[i] != '\r')
            return bad(p, 400,
                       head[i] == '\n' ? "a line that ends in a bare LF"
                                       : "malformed HTTP version");
        if (end_version(p, head + p->mark) == HTTP1_BAD)
            return HTTP1_BAD;
        p->state = LINE_LF;
        i++;
        break;
    default: /* LINE_LF */
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        p->state = FIELD;
        i++;
        break;
    }
    p->pos = i;
    return HTTP1_MORE;
}

/* The states of the fields. Takes at least one byte, or refuses. */
static enum http1_step feed_fields(struct http1_parser *p, char *head, uint32_t len)
{
    uint32_t i = p->pos;

    switch ((enum state)p->state) {
    case FIELD:
        if (head[i] == '\r') {
            p->state = END_LF;
            i++;
            break;
        }
        if (!http1_char_is(head[i], HTTP1_CHAR_TOKEN))
            return bad_at_field(p, head[i]);
        if (p->n_fields == p->limits.fields_max)
            return bad(p, 431, "too many fields");
        p->mark = i;
        p->state = NAME;
        /* fall through */
    case NAME:
        i = run_name(head, i, len);
        if (i == len)
            break;
        if (head[i] != ':')
            return bad_in_name(p, head[i]);
        p->fields[p->n_fields].name_at = p->mark;
        p->fields[p->n_fields].name_len = i - p->mark;
        i++;
        p->state = VALUE_BLANK;
        /* fall through */
    case VALUE_BLANK:
        while (i < len && (head[i] == ' ' || head[i] == '\t'))
            i++;
        if (i == len)
            break;
        p->mark = i;
        p->state = VALUE;
        /* fall through */
    case VALUE:
        i = run(head, i, len, HTTP1_CHAR_VALUE);
        if (i == len)
            break;
        if (head[i] != '\r')
            return bad_in_value(p, head[i]);
        if (end_field(p, head, i) == HTTP1_BAD)
            return HTTP1_BAD;
        i++;
        p->state = VALUE_LF;
        if (i == len)
            break;
        /* fall through */
    case VALUE_LF:
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        p->state = FIELD;
        i++;
        break;
    default: /* END_LF */
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        p->pos = i + 1;
        return end_head(p);
    }
    p->pos = i;
    return HTTP1_MORE;
}

enum http1_step http1_parser_feed(struct http1_parser *p, char *head, size_t len)
{
    uint32_t limit = len < p->limits.head_max ? (uint32_t)len : p->limits.head_max;
    enum http1_step step = HTTP1_MORE;

    while (p->pos < limit && p->state < FIELD && step == HTTP1_MORE)
        step = feed_line(p, head, limit);
    while (p->pos < limit && step == HTTP1_MORE)
        step = feed_fields(p, head, limit);
    if (step == HTTP1_MORE && p->pos >= p->limits.head_max)
        return too_long(p);
    return step;
}
