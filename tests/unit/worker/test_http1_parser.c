/* SPDX-License-Identifier: MIT */
/*
 * Heads of requests: what is taken and what is refused, each fed whole, byte by byte, and split at
 * each boundary, with the bytes moved in between.
 */
#include "worker/http1_parser.h"

#include <stdio.h>
#include <string.h>

#include "gateway/field.h"
#include "tests/unit/unit.h"
#include "worker/http1_memo.h"

#define FIELDS_MAX 8
#define HEAD_MAX   512

#define H           "Host: h\r\n"
#define GET(fields) "GET / HTTP/1.1\r\n" fields "\r\n"

static const struct row {
    const char *what;
    const char *head;
    int status;       /* 0: taken */
    const char *text; /* taken: what describe() makes of it; refused: the reason */
} rows[] = {
    {"the least there is", GET(H), 0, "GET / 11 keep [host=h]"},
    {"RFC 9112 §2.2: empty lines in front", "\r\n\r\n" GET(H), 0, "GET / 11 keep [host=h]"},
    {"RFC 9112 §3: any token is a method", "M-S!#$%&'*+.^_`|~9 / HTTP/1.1\r\n" H "\r\n", 0,
     "M-S!#$%&'*+.^_`|~9 / 11 keep [host=h]"},
    {"RFC 9110 §9.1: methods are case-sensitive", "get / HTTP/1.1\r\n" H "\r\n", 0,
     "get / 11 keep [host=h]"},
    {"a target with all that is printed",
     "GET /!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~ HTTP/1.1\r\n" H "\r\n", 0,
     "GET /!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~ 11 keep [host=h]"},
    {"RFC 9110 §5.1: names are made lower-case", GET(H "X-ABC-z_9: V\r\n"), 0,
     "GET / 11 keep [host=h][x-abc-z_9=V]"},
    {"RFC 9112 §5.1: white space around a value", GET(H "a:b\r\nc: \t d e \t\r\nf:\r\ng: \t\r\n"),
     0, "GET / 11 keep [host=h][a=b][c=d e][f=][g=]"},
    {"RFC 9110 §5.5: obs-text in a value", GET(H "a: \x80\xff\tb\r\n"), 0,
     "GET / 11 keep [host=h][a=\x80\xff\tb]"},
    {"fields of one name stay apart", GET(H "a: 1\r\nA: 2\r\n"), 0,
     "GET / 11 keep [host=h][a=1][a=2]"},
    {"as many fields as allowed", GET(H "b:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\n"), 0,
     "GET / 11 keep [host=h][b=][c=][d=][e=][f=][g=][h=]"},
    {"RFC 9112 §9.3: 1.0 is not kept", "GET / HTTP/1.0\r\n\r\n", 0, "GET / 10 "},
    {"1.0 is kept where it asks", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 0,
     "GET / 10 keep [connection=Keep-Alive]"},
    {"close wins", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 0,
     "GET / 10 [connection=keep-alive, close]"},
    {"1.1 is not kept where it says so", GET(H "Connection: foo ,\tCLOSE\r\n"), 0,
     "GET / 11 [host=h][connection=foo ,\tCLOSE]"},
    {"a word that only contains close", GET(H "Connection: closed, not-close\r\n"), 0,
     "GET / 11 keep [host=h][connection=closed, not-close]"},
    {"RFC 9110 §7.6.1: a quote hides no option", GET(H "Connection: \"a, close, b\"\r\n"), 0,
     "GET / 11 [host=h][connection=\"a, close, b\"]"},
    {"RFC 9112 §6.2: a length", GET(H "Content-Length: 0123\r\n"), 0,
     "GET / 11 keep length=123 [host=h][content-length=0123]"},
    {"the largest length", GET(H "Content-Length: 9223372036854775807\r\n"), 0,
     "GET / 11 keep length=9223372036854775807 [host=h][content-length=9223372036854775807]"},
    {"RFC 9112 §7.1: chunks", GET(H "Transfer-Encoding: Chunked\r\n"), 0,
     "GET / 11 keep chunked [host=h][transfer-encoding=Chunked]"},
    {"RFC 9110 §5.6.1: empty elements of a list", GET(H "Transfer-Encoding: , chunked ,\r\n"), 0,
     "GET / 11 keep chunked [host=h][transfer-encoding=, chunked ,]"},
    {"RFC 9110 §10.1.1: an expectation", GET(H "Expect: 100-Continue\r\n"), 0,
     "GET / 11 keep expect [host=h][expect=100-Continue]"},
    {"it is ignored on 1.0", "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", 0,
     "GET / 10 [expect=100-continue]"},
    {"RFC 9112 §3.2: an empty Host", GET("Host:\r\n"), 0, "GET / 11 keep [host=]"},
    {"a Host with a port", GET("Host: a-b.c_d~:65535\r\n"), 0,
     "GET / 11 keep [host=a-b.c_d~:65535]"},
    {"a Host that is an IPv6 address", GET("Host: [::1]:80\r\n"), 0,
     "GET / 11 keep [host=[::1]:80]"},
    {"a Host with an empty port", GET("Host: a:\r\n"), 0, "GET / 11 keep [host=a:]"},
    {"a percent-encoded Host", GET("Host: a%2Db\r\n"), 0, "GET / 11 keep [host=a%2Db]"},

    /* RFC 9112 §3: the request line */
    {"TLS", "\x16\x03\x01\x02", 400, "not an HTTP request"},
    {"a line that begins with a space", " GET / HTTP/1.1\r\n", 400, "not an HTTP request"},
    {"a bare LF in front", "\nGET / HTTP/1.1\r\n", 400, "not an HTTP request"},
    {"a bare CR in front", "\rGET / HTTP/1.1\r\n", 400, "a bare CR"},
    {"a method with a bad byte", "GE(T / HTTP/1.1\r\n", 400, "not an HTTP request"},
    {"a method alone", "GET\r\n", 400, "not an HTTP request"},
    {"a method ended by a tab", "GET\t/ HTTP/1.1\r\n", 400, "not an HTTP request"},
    {"a method of 33 letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n", 501,
     "no method has so long a name"},
    {"HTTP/0.9", "GET /\r\n", 400, "request line without an HTTP version"},
    {"two spaces", "GET  / HTTP/1.1\r\n", 400,
     "a byte in the request target that must be percent-encoded"},
    {"a target with a tab", "GET /\t HTTP/1.1\r\n", 400,
     "a byte in the request target that must be percent-encoded"},
    {"a target with a fragment", "GET /#a HTTP/1.1\r\n", 400,
     "a byte in the request target that must be percent-encoded"},
    {"a target with raw UTF-8", "GET /\xc3\xbc HTTP/1.1\r\n", 400,
     "a byte in the request target that must be percent-encoded"},
    {"a target with DEL", "GET /\x7f HTTP/1.1\r\n", 400,
     "a byte in the request target that must be percent-encoded"},
    {"a version in lower case", "GET / http/1.1\r\n", 400, "malformed HTTP version"},
    {"a version that is no number", "GET / HTTP/x.1\r\n", 400, "malformed HTTP version"},
    {"a version that is cut", "GET / HTTP/1\r\n", 400, "malformed HTTP version"},
    {"a version with more digits", "GET / HTTP/1.10\r\n", 400, "malformed HTTP version"},
    {"a space behind the version", "GET / HTTP/1.1 \r\n", 400, "malformed HTTP version"},
    {"another protocol", "GET / ICAP/1.0\r\n", 400, "malformed HTTP version"},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n", 505,
     "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    {"HTTP/0.9 by name", "GET / HTTP/0.9\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    {"a request line with a bare LF", "GET / HTTP/1.1\n", 400, "a line that ends in a bare LF"},
    {"a request line with a bare CR", "GET / HTTP/1.1\rX", 400, "a bare CR"},

    /* RFC 9112 §5: fields */
    {"a field with a bare LF", "GET / HTTP/1.1\r\nHost: h\n", 400, "a line that ends in a bare LF"},
    {"a field with a bare CR", "GET / HTTP/1.1\r\nHost: h\rX", 400, "a bare CR"},
    {"a head that ends in a bare LF", "GET / HTTP/1.1\r\n" H "\n", 400,
     "a line that ends in a bare LF"},
    {"a head that ends in a bare CR", "GET / HTTP/1.1\r\n" H "\rX", 400, "a bare CR"},
    {"folding", "GET / HTTP/1.1\r\n" H "a: b\r\n c\r\n", 400,
     "a line that begins with white space (obsolete folding)"},
    {"a first field that begins with a space", "GET / HTTP/1.1\r\n Host: h\r\n", 400,
     "a line that begins with white space (obsolete folding)"},
    {"a space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n", 400,
     "white space between a field's name and its colon"},
    {"a tab before the colon", "GET / HTTP/1.1\r\nHost\t: h\r\n", 400,
     "white space between a field's name and its colon"},
    {"a field without a name", "GET / HTTP/1.1\r\n: h\r\n", 400, "a field without a name"},
    {"a field without a colon", "GET / HTTP/1.1\r\nHost\r\n", 400, "a field without a colon"},
    {"a name with a bad byte", "GET / HTTP/1.1\r\nHo@st: h\r\n", 400,
     "a byte in a field's name that is not allowed there"},
    {"a name with obs-text", "GET / HTTP/1.1\r\n\x80: h\r\n", 400,
     "a byte in a field's name that is not allowed there"},
    {"a value with a control byte", "GET / HTTP/1.1\r\na: \x01\r\n", 400,
     "a control byte in a field's value"},
    {"a value with DEL", "GET / HTTP/1.1\r\na: b\x7f\r\n", 400,
     "a control byte in a field's value"},
    {"more fields than allowed", GET(H "b:\r\nc:\r\nd:\r\ne:\r\nf:\r\ng:\r\nh:\r\ni:\r\n"), 431,
     "too many fields"},

    /* RFC 9112 §3.2: Host */
    {"no Host on 1.1", GET("a: b\r\n"), 400, "HTTP/1.1 without a Host field"},
    {"two Hosts", GET(H H), 400, "more than one Host field"},
    {"two Hosts on 1.0", "GET / HTTP/1.0\r\n" H "Host: i\r\n\r\n", 400, "more than one Host field"},
    {"a Host with a space", GET("Host: a b\r\n"), 400, "malformed Host field"},
    {"a Host with a path", GET("Host: a/b\r\n"), 400, "malformed Host field"},
    {"a Host with a user", GET("Host: u@a\r\n"), 400, "malformed Host field"},
    {"two Hosts in one", GET("Host: a, b\r\n"), 400, "malformed Host field"},
    {"a Host with a bad port", GET("Host: a:8x\r\n"), 400, "malformed Host field"},
    {"a Host with a port too large", GET("Host: a:65536\r\n"), 400, "malformed Host field"},
    {"a Host that is a port", GET("Host: :80\r\n"), 400, "malformed Host field"},
    {"a Host with an open bracket", GET("Host: [::1\r\n"), 400, "malformed Host field"},
    {"a Host with a name in brackets", GET("Host: [local]\r\n"), 400, "malformed Host field"},
    {"a Host with bad percent-encoding", GET("Host: a%2\r\n"), 400, "malformed Host field"},

    /* RFC 9112 §6.1 to §6.3: framing */
    {"a length beside chunks", GET(H "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400,
     "Content-Length beside Transfer-Encoding"},
    {"chunks beside a length", GET(H "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400,
     "Content-Length beside Transfer-Encoding"},
    {"two lengths", GET(H "Content-Length: 1\r\nContent-Length: 2\r\n"), 400,
     "more than one Content-Length field"},
    {"the same length twice", GET(H "Content-Length: 1\r\nContent-Length: 1\r\n"), 400,
     "more than one Content-Length field"},
    {"a list of lengths", GET(H "Content-Length: 1, 1\r\n"), 400,
     "Content-Length is not a decimal number"},
    {"a length with a sign", GET(H "Content-Length: +1\r\n"), 400,
     "Content-Length is not a decimal number"},
    {"a negative length", GET(H "Content-Length: -1\r\n"), 400,
     "Content-Length is not a decimal number"},
    {"a hexadecimal length", GET(H "Content-Length: 0x1\r\n"), 400,
     "Content-Length is not a decimal number"},
    {"an empty length", GET(H "Content-Length: \r\n"), 400, "empty Content-Length field"},
    {"a length that overflows", GET(H "Content-Length: 9223372036854775808\r\n"), 400,
     "Content-Length is too large"},
    {"a length that overflows twice", GET(H "Content-Length: 99999999999999999999999\r\n"), 400,
     "Content-Length is too large"},
    {"chunked is not last", GET(H "Transfer-Encoding: chunked, gzip\r\n"), 400,
     "a transfer coding after chunked"},
    {"chunked twice", GET(H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
     "a transfer coding after chunked"},
    {"no chunked at all", GET(H "Transfer-Encoding: identity\r\n"), 400,
     "Transfer-Encoding does not end in chunked"},
    {"another coding below chunked",
     GET(H "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 501,
     "a transfer coding other than chunked"},
    {"chunked with a quoted look-alike", GET(H "Transfer-Encoding: \"chunked\"\r\n"), 400,
     "Transfer-Encoding does not end in chunked"},
    {"chunked with a vertical tab",
     GET(H "Transfer-Encoding: \x0b"
           "chunked\r\n"),
     400, "a control byte in a field's value"},
    {"an empty Transfer-Encoding", GET(H "Transfer-Encoding:\r\n"), 400,
     "empty Transfer-Encoding field"},
    {"chunks on 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     "Transfer-Encoding on HTTP/1.0"},
    {"another expectation", GET(H "Expect: 200-ok\r\n"), 417,
     "an expectation other than 100-continue"},
};

struct parse {
    struct http1_parser parser;
    struct http1_field fields[FIELDS_MAX];
    char head[2 * HEAD_MAX];
    size_t len;
};

static void begin(struct parse *p)
{
    const struct http1_limits limits = {
        .head_max = HEAD_MAX, .line_max = 4 * HEAD_MAX, .fields_max = FIELDS_MAX};

    memset(p, 0, sizeof(*p));
    http1_parser_init(&p->parser, &limits, p->fields);
}

/* Adds bytes; the head is in another place each time. */
static enum http1_step feed(struct parse *p, const char *bytes, size_t len)
{
    char *copy = calloc(1, p->len + len + HTTP1_PARSER_PAD);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, p->head, p->len);
    memcpy(copy + p->len, bytes, len);
    p->len += len;
    enum http1_step step;
    while ((step = http1_parser_feed(&p->parser, copy, p->len)) == HTTP1_FULL)
        http1_parser_set_room(&p->parser, p->fields, p->parser.room + 1);
    memcpy(p->head, copy, p->len);
    free(copy);
    return step;
}

static void describe(const struct parse *p, char *out, size_t size)
{
    const struct http1_parser *r = &p->parser;
    int n = snprintf(out, size, "%.*s %.*s %d %s%s%s", (int)r->method_len, p->head + r->method_at,
                     (int)r->target_len, p->head + r->target_at, r->version,
                     r->meaning.keep_alive ? "keep " : "", r->meaning.chunked ? "chunked " : "",
                     r->meaning.expect_continue ? "expect " : "");
    if (r->meaning.has_length)
        n += snprintf(out + n, size - (size_t)n, "length=%ju ", (uintmax_t)r->meaning.length);
    for (uint32_t i = 0; i < r->n_fields; i++) {
        const struct http1_field *f = &p->fields[i];
        struct cadre_str name = {p->head + f->name_at, f->name_len};
        if (f->known != CADRE__FIELD_NONE)
            name = cadre__field_name((enum cadre__field)f->known);
        n += snprintf(out + n, size - (size_t)n, "[%.*s=%.*s]", CADRE_STR_ARGS(name),
                      (int)f->value_len, p->head + f->value_at);
    }
}

static void check(const struct row *row, const struct parse *p, enum http1_step step)
{
    char text[2 * HEAD_MAX];

    if (row->status != 0) {
        ck_assert_msg(step == HTTP1_BAD, "%s: was not refused", row->what);
        ck_assert_msg(p->parser.status == row->status && strcmp(p->parser.reason, row->text) == 0,
                      "%s: %d %s", row->what, p->parser.status, p->parser.reason);
        return;
    }
    ck_assert_msg(step == HTTP1_HEAD, "%s: step %d, %s", row->what, step,
                  p->parser.reason ? p->parser.reason : "");
    ck_assert_uint_eq(http1_parser_head_len(&p->parser), strlen(row->head));
    describe(p, text, sizeof(text));
    ck_assert_msg(strcmp(text, row->text) == 0, "%s:\n%s\nexpected\n%s", row->what, text,
                  row->text);
}

START_TEST(heads_fed_whole)
{
    const struct row *row = &rows[_i];
    struct parse p;

    begin(&p);
    check(row, &p, feed(&p, row->head, strlen(row->head)));
}
END_TEST

/* Room for fields is made as it is needed. */
START_TEST(heads_fed_with_little_room)
{
    const struct row *row = &rows[_i];
    struct parse p;

    begin(&p);
    http1_parser_set_room(&p.parser, p.fields, 1);
    check(row, &p, feed(&p, row->head, strlen(row->head)));
    ck_assert_uint_le(p.parser.n_fields, p.parser.room);
    begin(&p);
    http1_parser_set_room(&p.parser, p.fields, 0);
    enum http1_step step = HTTP1_MORE;
    for (size_t i = 0; step == HTTP1_MORE && row->head[i] != '\0'; i++)
        step = feed(&p, &row->head[i], 1);
    check(row, &p, step);
}
END_TEST

/* What the memo holds means what it meant, wherever the fields begin. */
START_TEST(heads_fed_after_the_same)
{
    const struct row *row = &rows[_i];
    static struct http1_memo memo;
    struct parse p;

    memset(&memo, 0, sizeof(memo));
    for (int i = 0; i < 3; i++) {
        begin(&p);
        p.parser.memo = &memo;
        check(row, &p, feed(&p, row->head, strlen(row->head)));
    }
    if (memo.len == 0)
        return;
    ck_assert_uint_eq(memo.misses, 0);

    char longer[2 * HEAD_MAX], text[2 * HEAD_MAX];
    size_t from = strlen(row->head) - memo.len;
    int n =
        snprintf(longer, sizeof(longer), "DELETE /elsewhere HTTP/1.1\r\n%sGET /", row->head + from);
    begin(&p);
    p.parser.memo = &memo;
    ck_assert_int_eq(feed(&p, longer, (size_t)n), HTTP1_HEAD);
    ck_assert_uint_eq(http1_parser_head_len(&p.parser), (size_t)n - strlen("GET /"));
    ck_assert_uint_eq(memo.misses, 0);
    describe(&p, text, sizeof(text));
    ck_assert_str_eq(strstr(text, " 11 "), strstr(row->text, " 11 "));
}
END_TEST

START_TEST(heads_fed_byte_by_byte)
{
    const struct row *row = &rows[_i];
    enum http1_step step = HTTP1_MORE;
    struct parse p;

    begin(&p);
    for (size_t i = 0; i < strlen(row->head) && step == HTTP1_MORE; i++)
        step = feed(&p, row->head + i, 1);
    check(row, &p, step);
}
END_TEST

START_TEST(heads_split_at_each_boundary)
{
    const struct row *row = &rows[_i];
    size_t len = strlen(row->head);

    for (size_t at = 1; at < len; at++) {
        struct parse p;

        begin(&p);
        enum http1_step step = feed(&p, row->head, at);
        ck_assert_msg(step != HTTP1_HEAD, "%s: complete too early", row->what);
        if (step == HTTP1_MORE)
            step = feed(&p, row->head + at, len - at);
        check(row, &p, step);
    }
}
END_TEST

START_TEST(what_follows_a_head_is_not_touched)
{
    static const char bytes[] = GET(H) "GET / junk\n\n";
    struct parse p;

    begin(&p);
    ck_assert_int_eq(feed(&p, bytes, sizeof(bytes) - 1), HTTP1_HEAD);
    ck_assert_uint_eq(http1_parser_head_len(&p.parser), strlen(GET(H)));
}
END_TEST

START_TEST(a_reset_parser_takes_the_next_head)
{
    struct parse p;

    begin(&p);
    ck_assert_int_eq(feed(&p, GET(H "Content-Length: 5\r\nConnection: close\r\n"),
                          strlen(GET(H "Content-Length: 5\r\nConnection: close\r\n"))),
                     HTTP1_HEAD);
    http1_parser_reset(&p.parser);
    p.len = 0;
    ck_assert_int_eq(feed(&p, GET(H), strlen(GET(H))), HTTP1_HEAD);
    ck_assert(!p.parser.meaning.has_length && !p.parser.meaning.said_close &&
              p.parser.meaning.keep_alive);
    ck_assert_uint_eq(p.parser.n_fields, 1);
}
END_TEST

/* A byte of each value, in each place where some are taken and some are refused. */
START_TEST(every_byte_is_judged_in_every_place)
{
    static const struct {
        const char *before, *after, *good;
        bool high; /* bytes from 0x80 are good too */
    } places[] = {
        {"G", " / HTTP/1.1\r\n" H "\r\n",
         "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", false},
        {"GET / HTTP/1.1\r\n" H "a", ":b\r\n\r\n",
         "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:", false},
        {"GET / HTTP/1.1\r\n" H "a: b", "c\r\n\r\n",
         "\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
         "abcdefghijklmnopqrstuvwxyz{|}~",
         true},
        {"GET /", "x HTTP/1.1\r\n" H "\r\n",
         "!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
         "abcdefghijklmnopqrstuvwxyz{|}~",
         false},
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (int byte = 0; byte < 256; byte++) {
            bool good =
                byte >= 0x80 ? places[i].high : byte != 0 && strchr(places[i].good, byte) != NULL;
            char c = (char)byte;
            struct parse p;

            begin(&p);
            enum http1_step step = feed(&p, places[i].before, strlen(places[i].before));
            ck_assert_int_eq(step, HTTP1_MORE);
            step = feed(&p, &c, 1);
            if (step == HTTP1_MORE)
                step = feed(&p, places[i].after, strlen(places[i].after));
            ck_assert_msg((step == HTTP1_HEAD) == good, "place %zu, byte %02x", i, byte);
        }
    }
}
END_TEST

static enum http1_step feed_long(struct parse *p, const char *begin_with, size_t len)
{
    char bytes[2 * HEAD_MAX];
    size_t n = strlen(begin_with);

    memcpy(bytes, begin_with, n);
    memset(bytes + n, 'a', len - n);
    return feed(p, bytes, len);
}

START_TEST(a_head_is_limited_however_it_comes)
{
    struct parse p;

    begin(&p);
    ck_assert_int_eq(feed_long(&p, "GET /", HEAD_MAX - 1), HTTP1_MORE);
    ck_assert_int_eq(feed(&p, "a", 1), HTTP1_BAD);
    ck_assert_int_eq(p.parser.status, 414);

    begin(&p);
    ck_assert_int_eq(feed_long(&p, "GET / HTTP/1.1\r\n" H "a: ", HEAD_MAX - 1), HTTP1_MORE);
    ck_assert_int_eq(feed(&p, "a", 1), HTTP1_BAD);
    ck_assert_int_eq(p.parser.status, 431);

    begin(&p);
    ck_assert_int_eq(feed_long(&p, "GET / HTTP/1.1\r\n" H "a: ", 2 * HEAD_MAX - 100), HTTP1_BAD);
    ck_assert_int_eq(p.parser.status, 431);

    /* Just within the limit. */
    begin(&p);
    ck_assert_int_eq(feed_long(&p, "GET / HTTP/1.1\r\n" H "a: ", HEAD_MAX - 4), HTTP1_MORE);
    ck_assert_int_eq(feed(&p, "\r\n\r\n", 4), HTTP1_HEAD);
}
END_TEST

START_TEST(a_request_has_begun_with_its_first_letter)
{
    struct parse p;

    begin(&p);
    ck_assert(!http1_parser_has_begun(&p.parser));
    ck_assert_int_eq(feed(&p, "\r\n", 2), HTTP1_MORE);
    ck_assert(!http1_parser_has_begun(&p.parser));
    ck_assert_int_eq(feed(&p, "G", 1), HTTP1_MORE);
    ck_assert(http1_parser_has_begun(&p.parser));
}
END_TEST

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* A head with a line of `len` bytes in it, fed whole and byte by byte; the status that refuses it.
 */
static int status_of_line(const char *before, size_t len, const char *after)
{
    int statuses[2];
    char head[HEAD_MAX];
    size_t at = strlen(before), n;

    memcpy(head, before, at);
    n = (size_t)snprintf(NULL, 0, "%s", after);
    memset(head + at, 'a', len - at - n);
    memcpy(head + len - n, after, n);
    for (int whole = 0; whole < 2; whole++) {
        enum http1_step step = HTTP1_MORE;
        struct parse p;

        begin(&p);
        p.parser.limits.line_max = 64;
        for (size_t i = 0; i < len && step == HTTP1_MORE; i += whole ? len : 1)
            step = feed(&p, head + i, whole ? len : 1);
        statuses[whole] = step == HTTP1_BAD ? p.parser.status : 0;
    }
    ck_assert_int_eq(statuses[0], statuses[1]);
    return statuses[0];
}

START_TEST(a_line_has_a_limit_of_its_own)
{
    ck_assert_int_eq(status_of_line("GET /", 64, " HTTP/1.1\r\n"), 0);
    ck_assert_int_eq(status_of_line("GET /", 65, " HTTP/1.1\r\n"), 414);
    ck_assert_int_eq(status_of_line("GET /", 65, ""), 414);
    ck_assert_int_eq(status_of_line("GET / HTTP/1.1\r\na: ", 16 + 64, "\r\n"), 0);
    ck_assert_int_eq(status_of_line("GET / HTTP/1.1\r\na: ", 16 + 65, "\r\n"), 431);
    ck_assert_int_eq(status_of_line("GET / HTTP/1.1\r\nb: c\r\na: ", 22 + 64, "\r\n"), 0);
    ck_assert_int_eq(status_of_line("GET / HTTP/1.1\r\nb: c\r\na: ", 22 + 65, ""), 431);
}
END_TEST

UNIT_MAIN("worker/http1_parser", UNIT_LOOP(heads_fed_whole, N_ROWS),
          UNIT_LOOP(heads_fed_with_little_room, N_ROWS),
          UNIT_LOOP(heads_fed_after_the_same, N_ROWS), UNIT_LOOP(heads_fed_byte_by_byte, N_ROWS),
          UNIT_LOOP(heads_split_at_each_boundary, N_ROWS), UNIT_CASE(a_line_has_a_limit_of_its_own),
          UNIT_CASE(what_follows_a_head_is_not_touched),
          UNIT_CASE(a_reset_parser_takes_the_next_head),
          UNIT_CASE(every_byte_is_judged_in_every_place),
          UNIT_CASE(a_head_is_limited_however_it_comes),
          UNIT_CASE(a_request_has_begun_with_its_first_letter))
