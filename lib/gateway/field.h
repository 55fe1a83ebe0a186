/* SPDX-License-Identifier: MIT */
/*
 * Names of header fields that are known: small integers, and one table of their texts.
 *
 * A name is known by its text (cadre__field_find), and then by its address: whoever has found one
 * lets the name point into the table (cadre__field_name), and cadre__field_of tells its integer
 * from the pointer alone. So a known name is judged once: it is a lower-case token, and it is what
 * it says. What points elsewhere, equal text or not, is merely not known yet.
 *
 * Constant data; any thread.
 */
#ifndef CADRE_GATEWAY_FIELD_H
#define CADRE_GATEWAY_FIELD_H

#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cadre__field {
    CADRE__FIELD_NONE, /* not known */
    CADRE__FIELD_ACCEPT,
    CADRE__FIELD_ACCEPT_CHARSET,
    CADRE__FIELD_ACCEPT_ENCODING,
    CADRE__FIELD_ACCEPT_LANGUAGE,
    CADRE__FIELD_ACCEPT_RANGES,
    CADRE__FIELD_ACCESS_CONTROL_ALLOW_ORIGIN,
    CADRE__FIELD_AGE,
    CADRE__FIELD_ALLOW,
    CADRE__FIELD_AUTHORIZATION,
    CADRE__FIELD_CACHE_CONTROL,
    CADRE__FIELD_CONNECTION,
    CADRE__FIELD_CONTENT_DISPOSITION,
    CADRE__FIELD_CONTENT_ENCODING,
    CADRE__FIELD_CONTENT_LANGUAGE,
    CADRE__FIELD_CONTENT_LENGTH,
    CADRE__FIELD_CONTENT_LOCATION,
    CADRE__FIELD_CONTENT_RANGE,
    CADRE__FIELD_CONTENT_SECURITY_POLICY,
    CADRE__FIELD_CONTENT_TYPE,
    CADRE__FIELD_COOKIE,
    CADRE__FIELD_DATE,
    CADRE__FIELD_DNT,
    CADRE__FIELD_ETAG,
    CADRE__FIELD_EXPECT,
    CADRE__FIELD_EXPIRES,
    CADRE__FIELD_FORWARDED,
    CADRE__FIELD_FROM,
    CADRE__FIELD_HOST,
    CADRE__FIELD_IF_MATCH,
    CADRE__FIELD_IF_MODIFIED_SINCE,
    CADRE__FIELD_IF_NONE_MATCH,
    CADRE__FIELD_IF_RANGE,
    CADRE__FIELD_IF_UNMODIFIED_SINCE,
    CADRE__FIELD_KEEP_ALIVE,
    CADRE__FIELD_LAST_MODIFIED,
    CADRE__FIELD_LINK,
    CADRE__FIELD_LOCATION,
    CADRE__FIELD_MAX_FORWARDS,
    CADRE__FIELD_ORIGIN,
    CADRE__FIELD_PRAGMA,
    CADRE__FIELD_PRIORITY,
    CADRE__FIELD_PROXY_AUTHENTICATE,
    CADRE__FIELD_PROXY_AUTHORIZATION,
    CADRE__FIELD_PROXY_CONNECTION,
    CADRE__FIELD_RANGE,
    CADRE__FIELD_REFERER,
    CADRE__FIELD_RETRY_AFTER,
    CADRE__FIELD_SEC_CH_UA,
    CADRE__FIELD_SEC_CH_UA_MOBILE,
    CADRE__FIELD_SEC_CH_UA_PLATFORM,
    CADRE__FIELD_SEC_FETCH_DEST,
    CADRE__FIELD_SEC_FETCH_MODE,
    CADRE__FIELD_SEC_FETCH_SITE,
    CADRE__FIELD_SEC_FETCH_USER,
    CADRE__FIELD_SERVER,
    CADRE__FIELD_SET_COOKIE,
    CADRE__FIELD_STRICT_TRANSPORT_SECURITY,
    CADRE__FIELD_TE,
    CADRE__FIELD_TRACEPARENT,
    CADRE__FIELD_TRACESTATE,
    CADRE__FIELD_TRAILER,
    CADRE__FIELD_TRANSFER_ENCODING,
    CADRE__FIELD_UPGRADE,
    CADRE__FIELD_UPGRADE_INSECURE_REQUESTS,
    CADRE__FIELD_USER_AGENT,
    CADRE__FIELD_VARY,
    CADRE__FIELD_VIA,
    CADRE__FIELD_WWW_AUTHENTICATE,
    CADRE__FIELD_X_FORWARDED_FOR,
    CADRE__FIELD_X_FORWARDED_HOST,
    CADRE__FIELD_X_FORWARDED_PORT,
    CADRE__FIELD_X_FORWARDED_PROTO,
    CADRE__FIELD_X_REAL_IP,
    CADRE__FIELD_X_REQUEST_ID,
    CADRE__FIELD_COUNT
};

/* No known name is longer. */
#define CADRE__FIELD_NAME_MAX 30

/* A name, NUL up to its end: 32 bytes, so that it can be compared and copied as a whole. */
struct cadre__field_row {
    char text[CADRE__FIELD_NAME_MAX + 1];
    uint8_t len; /* of text */
};

_Static_assert(sizeof(struct cadre__field_row) == 32, "rows are found by shifting");

extern const struct cadre__field_row cadre__fields[CADRE__FIELD_COUNT];

/* For each hash the one known name that has it, or 0. */
extern const uint8_t cadre__field_by_hash[256];

/* The hash of a name, by its length and its first, a middle and its last byte: no two known names
 * share one. */
#define CADRE__FIELD_HASH(len, first, middle, last)                                                \
    (((len)*15u + (first)*7u + (middle)*59u + (last)*49u) & 255u)

/* The only known name that a lower-case text of that length (1 or more) can be. */
static inline enum cadre__field cadre__field_guess(const char *text, size_t len)
{
    return (enum cadre__field)cadre__field_by_hash[CADRE__FIELD_HASH(
        (unsigned)len, (unsigned char)text[0], (unsigned char)text[len * 3 / 4],
        (unsigned char)text[len - 1])];
}

/* The same for a text in any case; of what is no token it may say anything. */
static inline enum cadre__field cadre__field_guess_folded(const char *text, size_t len)
{
    return (enum cadre__field)cadre__field_by_hash[CADRE__FIELD_HASH(
        (unsigned)len, (unsigned char)text[0] | 0x20u, (unsigned char)text[len * 3 / 4] | 0x20u,
        (unsigned char)text[len - 1] | 0x20u)];
}

/* Which known name the lower-case text is, or CADRE__FIELD_NONE. */
static inline enum cadre__field cadre__field_find(const char *text, size_t len)
{
    if (len == 0)
        return CADRE__FIELD_NONE;

    enum cadre__field field = cadre__field_guess(text, len);
    const struct cadre__field_row *row = &cadre__fields[field];

    return row->len == len && memcmp(row->text, text, len) == 0 ? field : CADRE__FIELD_NONE;
}

/* The text of a known name; it lives for ever. */
static inline struct cadre_str cadre__field_name(enum cadre__field field)
{
    return (struct cadre_str){cadre__fields[field].text, cadre__fields[field].len};
}

/* The known name that points into the table, or CADRE__FIELD_NONE for any other text. */
static inline enum cadre__field cadre__field_of(struct cadre_str name)
{
    uintptr_t offset = (uintptr_t)name.ptr - (uintptr_t)cadre__fields;

    if (offset >= sizeof(cadre__fields) || offset % sizeof(cadre__fields[0]) != 0)
        return CADRE__FIELD_NONE;

    enum cadre__field field = (enum cadre__field)(offset / sizeof(cadre__fields[0]));

    return cadre__fields[field].len == name.len ? field : CADRE__FIELD_NONE;
}

/* The same, or what the text says. */
static inline enum cadre__field cadre__field_know(struct cadre_str name)
{
    enum cadre__field field = cadre__field_of(name);

    return field != CADRE__FIELD_NONE ? field : cadre__field_find(name.ptr, name.len);
}

/* What a protocol must know of a field in a response, as bits. */
enum cadre__field_kind {
    CADRE__FIELD_IS_HOP_BY_HOP = 1 << 0, /* about a connection, no message (RFC 9110 §7.6.1) */
    CADRE__FIELD_IS_CONNECTION = 1 << 1,
    CADRE__FIELD_IS_LENGTH = 1 << 2,
    CADRE__FIELD_IS_DATE = 1 << 3,
    CADRE__FIELD_IS_SERVER = 1 << 4,
    CADRE__FIELD_IS_REQUEST_ID = 1 << 5,
    CADRE__FIELD_IS_TRAILER = 1 << 6, /* announces trailers */
};

/* Of each field; of most none. */
extern const uint8_t cadre__field_kinds[CADRE__FIELD_COUNT];

/* Whether it is about a connection, not about a message (RFC 9110 §7.6.1). */
static inline bool cadre__field_is_hop_by_hop(enum cadre__field field)
{
    return (cadre__field_kinds[field] & CADRE__FIELD_IS_HOP_BY_HOP) != 0;
}

/* Those that mean something only in front of a body: they frame it, route, authenticate, describe
 * or control it (RFC 9110 §6.5.1, listed in RFC 7230 §4.1.2). */
extern const bool cadre__fields_not_in_trailers[CADRE__FIELD_COUNT];

#endif
