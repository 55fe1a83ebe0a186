/* SPDX-License-Identifier: MIT */
/*
 * Two ways through a request head. Lines that are there as a whole and have nothing odd about them
 * are taken line by line (take_line, take_fields). Whatever else there is, a line in pieces or a
 * byte that does not belong, goes through the states, which begin that line anew and judge it: so
 * each refusal is made in one place, and a byte is judged twice at most.
 *
 * Each state that takes a run of bytes (method, target, name, value) scans to the run's end in one
 * loop over the table of character classes; the rest take a byte at a time. A field is looked at
 * when its line is complete.
 *
 * No I/O, no allocation, no suspension. worker/http1_parser.h has the contract.
 */
#include "worker/http1_parser.h"

#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "gateway/field.h"
#include "worker/http1_chars.h"
#include "worker/http1_memo.h"
#include "worker/http1_scan.h"

enum state {
    START = 0,   /* before the request line; empty lines are passed over */
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
    http1_parser_set_room(p, fields, limits->fields_max);
    p->memo = NULL;
    p->good_host_len = 0;
    http1_parser_reset(p);
}

void http1_parser_set_room(struct http1_parser *p, struct http1_field *fields, uint32_t room)
{
    p->fields = fields;
    p->room = room;
}

void http1_parser_reset(struct http1_parser *p)
{
    cadre__zero(&p->pos, sizeof(*p) - offsetof(struct http1_parser, pos));
    p->meaning.host_field = UINT32_MAX;
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
 * elements are passed over. False at the end. No quoted string hides a comma: the lists that are
 * looked at here are of tokens, or refused. */
static bool next_element(const char **at, const char *end, const char **ret, size_t *ret_len)
{
    const char *s = *at;

    while (s < end && (*s == ' ' || *s == '\t' || *s == ','))
        s++;
    if (s == end)
        return false;

    const char *from = s;
    while (s < end && *s != ',')
        s++;
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

bool http1_is_host(const char *s, size_t len)
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

/* Most clients of a server name it alike. */
static inline bool is_good_host(const struct http1_parser *p, const char *value, size_t len)
{
    return len == p->good_host_len && cadre__same_bytes(value, p->good_host, len);
}

static enum http1_step take_host(struct http1_parser *p, const char *value, size_t len)
{
    if (p->meaning.n_hosts++ > 0)
        return bad(p, 400, "more than one Host field");
    if (!is_good_host(p, value, len)) {
        if (!http1_is_host(value, len))
            return bad(p, 400, "malformed Host field");
        if (len <= sizeof(p->good_host)) {
            memcpy(p->good_host, value, len);
            p->good_host_len = (uint32_t)len;
        }
    }
    p->meaning.host_field = p->n_fields;
    return HTTP1_MORE;
}

static enum http1_step take_length(struct http1_parser *p, const char *value, size_t len)
{
    uint64_t n = 0;

    if (p->meaning.has_length)
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
    p->meaning.has_length = true;
    p->meaning.length = n;
    return HTTP1_MORE;
}

static enum http1_step take_codings(struct http1_parser *p, const char *value, size_t len)
{
    const char *at = value, *end = value + len, *word;
    size_t word_len;
    bool any = false;

    while (next_element(&at, end, &word, &word_len)) {
        any = true;
        if (p->meaning.codings == CODING_CHUNKED || p->meaning.codings == CODING_OTHER_CHUNKED)
            return bad(p, 400, "a transfer coding after chunked");
        if (is_word(word, word_len, "chunked"))
            p->meaning.codings =
                p->meaning.codings == CODING_NONE ? CODING_CHUNKED : CODING_OTHER_CHUNKED;
        else
            p->meaning.codings = CODING_OTHER_LAST;
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
            p->meaning.said_close = true;
        else if (is_word(word, word_len, "keep-alive"))
            p->meaning.said_keep_alive = true;
    }
    return HTTP1_MORE;
}

static enum http1_step take_expect(struct http1_parser *p, const char *value, size_t len)
{
    if (p->version < 11)
        return HTTP1_MORE; /* RFC 9110 §10.1.1: ignored on HTTP/1.0 */
    if (!is_word(value, len, "100-continue"))
        return bad(p, 417, "an expectation other than 100-continue");
    p->meaning.expect_continue = true;
    return HTTP1_MORE;
}

/* The fields that say how the message is framed and routed. */
static enum http1_step take_field(struct http1_parser *p, enum cadre__field known,
                                  const char *value, size_t len)
{
    switch (known) {
    case CADRE__FIELD_HOST:
        return take_host(p, value, len);
    case CADRE__FIELD_EXPECT:
        return take_expect(p, value, len);
    case CADRE__FIELD_CONNECTION:
        return take_connection(p, value, len);
    case CADRE__FIELD_CONTENT_LENGTH:
        return take_length(p, value, len);
    case CADRE__FIELD_TRANSFER_ENCODING:
        return take_codings(p, value, len);
    default:
        p->meaning.has_forwarded = true;
        return HTTP1_MORE;
    }
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

/* The fields that take_field() looks at. */
static const bool is_taken[CADRE__FIELD_COUNT] = {
    [CADRE__FIELD_HOST] = true,
    [CADRE__FIELD_EXPECT] = true,
    [CADRE__FIELD_CONNECTION] = true,
    [CADRE__FIELD_CONTENT_LENGTH] = true,
    [CADRE__FIELD_TRANSFER_ENCODING] = true,
    [CADRE__FIELD_FORWARDED] = true,
    [CADRE__FIELD_X_FORWARDED_FOR] = true,
    [CADRE__FIELD_X_FORWARDED_HOST] = true,
    [CADRE__FIELD_X_FORWARDED_PORT] = true,
    [CADRE__FIELD_X_FORWARDED_PROTO] = true,
};

/* A target ends before `end`: where is its path's end? */
static void end_target(struct http1_parser *p, const char *head, uint32_t end)
{
    const char *target = head + p->mark;
    const char *query = memchr(target, '?', end - p->mark);

    p->target_at = p->mark;
    p->target_len = end - p->mark;
    p->path_len = query ? (uint32_t)(query - target) : p->target_len;
    p->target_is_encoded = memchr(target, '%', p->target_len) != NULL;
}

/* A field whose value ends before `end`, but for white space. The name is noted already. */
static inline enum http1_step end_field(struct http1_parser *p, struct http1_field *f,
                                        const char *head, uint32_t value_at, uint32_t end)
{
    while (end > value_at && (head[end - 1] == ' ' || head[end - 1] == '\t'))
        end--;
    f->value_at = value_at;
    f->value_len = end - value_at;
    if (is_taken[f->known] &&
        take_field(p, (enum cadre__field)f->known, head + value_at, f->value_len) == HTTP1_BAD)
        return HTTP1_BAD;
    p->n_fields++;
    return HTTP1_MORE;
}

/* All fields are there: do they agree (RFC 9112 §3.2, §6.1 and §6.3)? */
static enum http1_step end_head(struct http1_parser *p)
{
    if (p->version == 11 && p->meaning.n_hosts == 0)
        return bad(p, 400, "HTTP/1.1 without a Host field");
    if (p->meaning.codings != CODING_NONE) {
        if (p->meaning.has_length)
            return bad(p, 400, "Content-Length beside Transfer-Encoding");
        if (p->version == 10)
            return bad(p, 400, "Transfer-Encoding on HTTP/1.0");
        if (p->meaning.codings == CODING_OTHER_LAST)
            return bad(p, 400, "Transfer-Encoding does not end in chunked");
        if (p->meaning.codings == CODING_OTHER_CHUNKED)
            return bad(p, 501, "a transfer coding other than chunked");
        p->meaning.chunked = true;
    }
    p->meaning.keep_alive =
        !p->meaning.said_close && (p->version == 11 || p->meaning.said_keep_alive);
    p->state = DONE;
    return HTTP1_HEAD;
}

/* --- runs of bytes --- */

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

/* The head, or a line of it, is longer than its limit; by where that is, the target or the fields
 * are to blame. */
static enum http1_step too_long(struct http1_parser *p)
{
    bool is_line = p->pos - p->line_at >= p->limits.line_max;

    if (!p->line_is_field)
        return bad(p, 414, "the request line is too long");
    return bad(p, 431, is_line ? "a header is too long" : "the request head is too long");
}

/* The bytes up to `pos` are judged: is the line, or the head, too long? */
static inline bool is_too_long(const struct http1_parser *p)
{
    return p->pos - p->line_at > p->limits.line_max || p->pos > p->limits.head_max;
}

/* The same where the states have not looked beyond the limits: nothing more may come. */
static bool is_at_limit(const struct http1_parser *p)
{
    return p->pos - p->line_at >= p->limits.line_max || p->pos >= p->limits.head_max;
}

/* The next line begins at `pos`: one of a field. */
static inline void next_line(struct http1_parser *p)
{
    p->line_at = p->pos;
    p->line_is_field = true;
}

/* --- lines as a whole --- */

/*
 * These read on until something stops them, without asking where the bytes end: what stands behind
 * them (HTTP1_PARSER_PAD) is 0, which stops every run and belongs nowhere.
 */

static inline bool is_crlf(const char *s)
{
    return memcmp(s, "\r\n", 2) == 0;
}

/* The first byte at or behind s that is not of these kinds. */
static inline char *pass(char *s, unsigned kinds)
{
    while (http1_char_is(*s, kinds))
        s++;
    return s;
}

/* The end of the target that begins at s; notes its parts. */
static char *pass_target(struct http1_parser *p, char *s, const char *head)
{
    char *at = s, *end = pass(http1_scan_path(s), HTTP1_CHAR_PATH);
    bool is_encoded = false;

    while (*end == '%') {
        is_encoded = true;
        end = pass(end + 1, HTTP1_CHAR_PATH);
    }
    p->target_at = (uint32_t)(at - head);
    p->path_len = (uint32_t)(end - at);
    if (*end == '?') {
        at = end;
        end = pass(end + 1, HTTP1_CHAR_TARGET);
        is_encoded = is_encoded || memchr(at, '%', (size_t)(end - at)) != NULL;
    }
    p->target_is_encoded = is_encoded;
    p->target_len = (uint32_t)(end - head) - p->target_at;
    return end;
}

/* Takes a request line of HTTP/1.1 and returns what is behind it, or NULL where it is not complete
 * or odd: nothing is taken. */
static inline char *take_line(struct http1_parser *p, char *head)
{
    char *s = head + p->pos, *end;

    p->method_at = p->pos;
    end = cadre__load32(s) == cadre__load32("GET ") ? s + 3 : pass(s, HTTP1_CHAR_TOKEN);
    if (*end != ' ' || end == s || end - s > HTTP1_METHOD_MAX)
        return NULL;
    p->method_len = (uint32_t)(end - s);
    end = pass_target(p, end + 1, head);
    if (p->target_len == 0 || cadre__load64(end) != cadre__load64(" HTTP/1.") ||
        cadre__load32(end + 7) != cadre__load32(".1\r\n"))
        return NULL;
    p->version = 11;
    p->state = FIELD;
    return end + 11;
}

/* The end of the name that begins at s and is followed by a colon, or NULL. */
static char *pass_any_name(char *s, uint32_t *ret_known)
{
    char *end = s;

    for (;; end++) {
        unsigned kinds = http1_chars[(unsigned char)*end];

        if (kinds & HTTP1_CHAR_UPPER)
            *end = (char)(*end | 0x20);
        else if (!(kinds & HTTP1_CHAR_TOKEN))
            break;
    }
    if (*end != ':' || end == s)
        return NULL;
    *ret_known = cadre__field_find(s, (size_t)(end - s));
    return end;
}

#ifdef __SSE2__
/* The first n bytes of sixteen, n from 0 to 16: what begins at 16 - n. */
static const unsigned char first_bytes[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* The same, at once for a name of up to 15 bytes that is known: made lower-case, and compared with
 * the one known name that it can be. */
static inline char *pass_name(char *s, uint32_t *ret_known)
{
    __m128i *at = (__m128i *)(void *)s;
    __m128i v = _mm_loadu_si128(at);
    unsigned colons = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(':')));

    if (colons <= 1)
        return pass_any_name(s, ret_known);

    uint32_t n = (uint32_t)__builtin_ctz(colons);
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)(first_bytes + 16 - n));
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
                                  _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
    __m128i bits = _mm_and_si128(_mm_and_si128(upper, first), _mm_set1_epi8(0x20));

    v = _mm_or_si128(v, bits);
    enum cadre__field guess = n > 0 ? cadre__field_guess_folded(s, n) : CADRE__FIELD_NONE;
    const struct cadre__field_row *row = &cadre__fields[guess];
    __m128i same = _mm_cmpeq_epi8(_mm_and_si128(v, first),
                                  _mm_loadu_si128((const __m128i *)(const void *)row->text));

    if (_mm_movemask_epi8(same) != 0xffff || row->len != n)
        return pass_any_name(s, ret_known);
    _mm_storeu_si128(at, v);
    *ret_known = guess;
    return s + n;
}
#else
static inline char *pass_name(char *s, uint32_t *ret_known)
{
    return pass_any_name(s, ret_known);
}
#endif

/* Takes fields as long as they are complete and not odd. */
static inline enum http1_step take_fields(struct http1_parser *p, char *head, char *s)
{
    struct http1_field *f = p->fields + p->n_fields, *last = p->fields + p->room;

    while (*s != '\r') {
        char *at, *end;

        if (f == last || !(end = pass_name(s, &f->known)))
            break;
        f->name_at = (uint32_t)(s - head);
        f->name_len = (uint32_t)(end - s);
        at = end[1] == ' ' ? end + 2 : end + 1;
        while (*at == ' ' || *at == '\t')
            at++;
        end = http1_scan_value(at);
        while (http1_char_is(*end, HTTP1_CHAR_VALUE))
            end = http1_scan_value(end + 1);
        if (!is_crlf(end))
            break;
        s = end + 2;
        while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        f->value_at = (uint32_t)(at - head);
        f->value_len = (uint32_t)(end - at);
        if (is_taken[f->known] &&
            take_field(p, (enum cadre__field)f->known, at, f->value_len) == HTTP1_BAD)
            return HTTP1_BAD;
        f++;
        p->n_fields++;
        p->pos = (uint32_t)(s - head);
        if (is_too_long(p))
            return too_long(p);
        p->line_at = p->pos;
    }
    if (!is_crlf(s))
        return HTTP1_MORE;
    p->pos = (uint32_t)(s - head) + 2;
    return end_head(p);
}

/* The fields of a head that is likely to be there as a whole. Those in the memo kept all limits but
 * that of the whole head, which http1_parser_feed() looks at. */
static inline enum http1_step take_same_fields(struct http1_parser *p, char *head, size_t len)
{
    struct http1_memo *memo = p->memo;
    uint32_t from = p->pos;

    if (!memo || !http1_memo_is_tried(memo))
        return take_fields(p, head, head + from);
    if (http1_memo_take(memo, p, head + from, len - from)) {
        p->state = DONE;
        return HTTP1_HEAD;
    }
    http1_memo_note(memo, head + from, len - from);

    enum http1_step step = take_fields(p, head, head + from);
    if (step == HTTP1_HEAD)
        http1_memo_keep(memo, p, head, from);
    return step;
}

/* All that can be taken by whole lines. HTTP1_MORE: the rest is for the states. */
static inline enum http1_step take_lines(struct http1_parser *p, char *head, size_t len)
{
    char *s = head + p->pos;

    if (p->state != START)
        return take_fields(p, head, s);
    if (!(s = take_line(p, head)))
        return HTTP1_MORE;
    p->pos = (uint32_t)(s - head);
    if (is_too_long(p))
        return too_long(p);
    next_line(p);
    return p->pos < len ? take_same_fields(p, head, len) : HTTP1_MORE;
}

/* --- bytes that are refused --- */

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

/* The line ends before `end`. */
static enum http1_step end_line(struct http1_parser *p, uint32_t end)
{
    p->pos = end;
    p->state = FIELD;
    next_line(p);
    return HTTP1_MORE;
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
        p->line_at = ++i;
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
        end_target(p, head, i);
        p->mark = ++i;
        p->state = VERSION;
        break;
    case VERSION:
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
        return end_line(p, i + 1);
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
        if (p->n_fields == p->room)
            return HTTP1_FULL;
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
        p->fields[p->n_fields].known = cadre__field_find(head + p->mark, i - p->mark);
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
        if (end_field(p, &p->fields[p->n_fields], head, p->mark, i) == HTTP1_BAD)
            return HTTP1_BAD;
        i++;
        p->state = VALUE_LF;
        if (i == len)
            break;
        /* fall through */
    case VALUE_LF:
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        return end_line(p, i + 1);
    default: /* END_LF */
        if (head[i] != '\n')
            return bad(p, 400, "a bare CR");
        p->pos = i + 1;
        return end_head(p);
    }
    p->pos = i;
    return HTTP1_MORE;
}

/* How far the states may look: to the end of what is there, or of what the limits allow. */
static uint32_t allowed(const struct http1_parser *p, size_t len)
{
    uint32_t end = len < p->limits.head_max ? (uint32_t)len : p->limits.head_max;

    return end - p->line_at < p->limits.line_max ? end : p->line_at + p->limits.line_max;
}

enum http1_step http1_parser_feed(struct http1_parser *p, char *head, size_t len)
{
    enum http1_step step = HTTP1_MORE;
    uint32_t end;

    if ((p->state == START || p->state == FIELD) && p->pos < len) {
        step = take_lines(p, head, len);
        if (step == HTTP1_HEAD && p->pos <= p->limits.head_max)
            return step;
        /* It may have looked beyond a limit. Who refuses, and why, are the states. */
        if (step != HTTP1_MORE)
            http1_parser_reset(p);
        step = HTTP1_MORE;
    }
    while (step == HTTP1_MORE && p->pos < (end = allowed(p, len)))
        step = p->state < FIELD ? feed_line(p, head, end) : feed_fields(p, head, end);
    if (step == HTTP1_MORE && is_at_limit(p))
        return too_long(p);
    return step;
}
