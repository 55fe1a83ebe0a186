/* SPDX-License-Identifier: MIT */
/*
 * The head of an HTTP/1.x request: bytes in, steps out.
 *
 * The parser reads no socket, allocates nothing and never suspends. It is given the head from its
 * first byte, as one contiguous piece that grows from call to call and may have moved in between:
 * it keeps offsets, no pointers. Each byte is judged once. Names of fields that are not known
 * (gateway/field.h) are made lower-case in place, because that is how the application sees them;
 * the others may be.
 *
 * It is strict (RFC 9112, RFC 9110 §5 to §7). What request smuggling lives on is refused: a bare
 * LF or CR, obsolete folding, a space before the colon, control bytes, two lengths or two hosts, a
 * length beside a transfer coding, a transfer coding that does not end in `chunked`, signs and
 * overflows. Each refusal has a status and one line of text for the client.
 *
 * What comes after the head is the business of worker/http1_body.h; what the target means, of
 * worker/http1_target.h.
 */
#ifndef WORKER_HTTP1_PARSER_H
#define WORKER_HTTP1_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A method longer than any that exists is refused by 501 (RFC 9112 §3). */
#define HTTP1_METHOD_MAX 32

/* So many bytes behind those that are fed are 0: they stop whatever reads on. */
#define HTTP1_PARSER_PAD 16

/* A Host up to this length is remembered. */
#define HTTP1_GOOD_HOST_MAX 64

struct http1_memo;

enum http1_step {
    HTTP1_MORE, /* all bytes are judged and good; the head goes on */
    HTTP1_HEAD, /* the head is complete: http1_parser_head_len() bytes long */
    HTTP1_BAD,  /* refused: .status and .reason say why; feed nothing more */
    HTTP1_FULL, /* there are more fields than room for them: http1_parser_set_room(), feed again */
};

/* One field: offsets from the first byte of the head. Once the head is complete a field's memory
 * serves for its struct cadre__header: so much room each. */
struct http1_field {
    _Alignas(8) uint32_t name_at;
    uint32_t name_len;
    uint32_t value_at;
    uint32_t value_len; /* without white space at either end */
    uint32_t known;     /* enum cadre__field */
    uint32_t unused[3];
};

/* Limits and the caller's memory for fields: all borrowed, set once. */
struct http1_limits {
    uint32_t head_max;   /* bytes from the first of the request line to the last CRLF */
    uint32_t line_max;   /* bytes of one line, its CRLF included */
    uint32_t fields_max; /* fields of a head */
};

/* What the fields of a head say about its message. */
struct http1_meaning {
    uint64_t length;      /* of Content-Length */
    uint32_t host_field;  /* index of Host among the fields, or UINT32_MAX */
    uint16_t n_hosts;     /* Host fields seen */
    uint8_t codings;      /* what Transfer-Encoding lists: enum coding in the .c file */
    bool has_length;      /* Content-Length was given */
    bool chunked;         /* the body comes in chunks */
    bool keep_alive;      /* the client wants the connection kept: version and Connection */
    bool expect_continue; /* Expect: 100-continue on HTTP/1.1 */
    bool said_close;      /* Connection has `close` */
    bool said_keep_alive; /* Connection has `keep-alive` */
    bool has_forwarded;   /* a proxy, or somebody, speaks for the client: worker/forwarded.h */
};

struct http1_parser {
    /* set at init */
    struct http1_limits limits;
    struct http1_field *fields; /* caller's */
    uint32_t room;              /* for so many of them; at most limits.fields_max */
    struct http1_memo *memo;    /* caller's, or NULL, and may be changed between heads */

    /* the Host that was good last, of whatever connection: most are the same */
    char good_host[HTTP1_GOOD_HOST_MAX];
    uint32_t good_host_len;

    /* where it is; from here to the end all is 0 when it begins, but for meaning.host_field */
    uint32_t pos;     /* bytes judged */
    uint32_t mark;    /* where the current element began */
    uint32_t line_at; /* where the current line began */
    uint8_t state;    /* enum state in the .c file */
    bool line_is_field;

    /* the request line: valid once HTTP1_HEAD came */
    bool target_is_encoded;         /* it has a percent sign */
    uint8_t version;                /* 10 or 11 */
    uint32_t method_at, method_len; /* as soon as it is known; its length is 0 before */
    uint32_t target_at, target_len;
    uint32_t path_len; /* bytes of the target before its first '?' */

    /* the fields: valid once HTTP1_HEAD came */
    uint32_t n_fields;
    struct http1_meaning meaning;

    /* why it was refused */
    int status;         /* 400, 414, 417, 431, 501 or 505 */
    const char *reason; /* one line without end, static */
};

/* Makes a parser for the first head of a connection, without a memo; there is room for
 * limits->fields_max fields. Never fails. */
void http1_parser_init(struct http1_parser *p, const struct http1_limits *limits,
                       struct http1_field *fields);

/* Says that the fields are in other memory, the same that were there before, with room for so many:
 * at least HTTP1_MEMO_FIELDS where there is a memo, at most limits.fields_max. */
void http1_parser_set_room(struct http1_parser *p, struct http1_field *fields, uint32_t room);

/* Makes it ready for the next head; limits and field memory stay. */
void http1_parser_reset(struct http1_parser *p);

/* Judges the bytes that came since the last call. `head` is the head's first byte and `len` the
 * bytes now there, old ones included, with HTTP1_PARSER_PAD zeros behind; the caller keeps the
 * bytes that were judged as they are after the call. Empty lines before a request line are passed
 * over (RFC 9112 §2.2) and belong to the head. */
enum http1_step http1_parser_feed(struct http1_parser *p, char *head, size_t len);

/* The bytes that the head takes, its last CRLF included; valid after HTTP1_HEAD. */
static inline size_t http1_parser_head_len(const struct http1_parser *p)
{
    return p->pos;
}

/* True once a byte of a request came (empty lines do not count). */
bool http1_parser_has_begun(const struct http1_parser *p);

/* Character classes that the body decoder and the response writer share. */
bool http1_is_token(const char *s, size_t len);
bool http1_is_field_value(const char *s, size_t len); /* no NUL, CR, LF or other control byte */

/* RFC 9112 §3.2: uri-host [":" port], as Host and the authority of a target have it. An empty one
 * is allowed. */
bool http1_is_host(const char *s, size_t len);

#endif
