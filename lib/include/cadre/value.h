/* SPDX-License-Identifier: MIT */
/*
 * <cadre/value.h>: the types that members of a model may have, beside those of C.
 *
 *     struct order {
 *         int64_t id;
 *         const char *customer;             // ends in NUL
 *         struct cadre_datetime placed;     // a type of its own: checked, and written as it should
 *         struct cadre_opt_str note;        // there or not, or null
 *         CADRE_LIST_OF(const char *) tags; // .items and .len
 *         CADRE_MAP_OF(double) prices;      // .items[i].key and .items[i].value, .len
 *     };
 *
 * All bytes zero is the value of an absent optional, of an empty list and of an empty map. What
 * such a value points to belongs to the arena it was read into. Nothing here suspends; any thread.
 */
#ifndef CADRE_VALUE_H
#define CADRE_VALUE_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/* --- values that have a form of their own in text --- */

/* A day of the Gregorian calendar: "2026-02-28". */
struct cadre_date {
    uint16_t year; /* 1..9999 */
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
};

/* A time of the day: "13:30:00.250000", with an offset "13:30:00+01:00". */
struct cadre_time {
    uint8_t hour;         /* 0..23 */
    uint8_t minute;       /* 0..59 */
    uint8_t second;       /* 0..59 */
    bool has_offset;      /* false: a local time, of no known zone */
    uint32_t microsecond; /* 0..999999 */
    int32_t offset_s;     /* from UTC, east is positive, below a day; 0 without one */
};

/* Both: "2026-02-28T13:30:00Z". */
struct cadre_datetime {
    struct cadre_date date;
    struct cadre_time time;
};

/* A length of time, up to 999,999,999 days either way: "P1DT2H". Minus a half second is -1 and
 * 500000. */
struct cadre_duration {
    int64_t seconds;       /* rounded down */
    uint32_t microseconds; /* 0..999999, added to them */
};

/* "123e4567-e89b-12d3-a456-426614174000". */
struct cadre_uuid {
    uint8_t bytes[16];
};

/* An address of the Internet Protocol: "192.0.2.1", "2001:db8::1". */
struct cadre_ip {
    uint8_t version;   /* 4 or 6 */
    uint8_t bytes[16]; /* in the order of the network; those of version 4 are the first four, the
                          others are 0 */
};

/* A decimal number of any length, kept as text: digits with at most one '.', and 'E' with an
 * exponent where it was given: "-12.50". */
struct cadre_decimal {
    const char *text;
};

/* An address of mail: one '@', a dotted domain, the domain in small letters. */
struct cadre_email {
    const char *text;
};

/* An absolute URL in the form in which browsers write it (https://url.spec.whatwg.org/): scheme and
 * host in small letters, with a path, "https://example.org/". */
struct cadre_uri {
    const char *text;
};

/* Any bytes; in JSON a string of UTF-8. */
struct cadre_bytes {
    const uint8_t *ptr; /* NULL: absent */
    size_t len;
};

/* Any JSON value, as text that was checked: json_loadb(any.text, any.len, JSON_DECODE_ANY, NULL)
 * of <jansson.h> gives a tree. */
struct cadre_any {
    const char *text; /* ends in NUL, which len does not count; NULL: absent */
    size_t len;
};

/* --- there or not --- */

/* What was given for an optional value. */
enum cadre_given {
    CADRE_ABSENT = 0, /* nothing; `value` is zero, or the default */
    CADRE_NULL = 1,   /* null; `value` is zero */
    CADRE_GIVEN = 2,  /* a value */
};

/* The type of an optional member: CADRE_OPT_OF(enum color) shade. Members of CADRE_FIELD have one
 * of the named types below. */
#define CADRE_OPT_OF(type)                                                                         \
    struct {                                                                                       \
        __typeof__(type) value;                                                                    \
        enum cadre_given given;                                                                    \
    }

#define CADRE__OPT(name, type)                                                                     \
    struct cadre_opt_##name {                                                                      \
        type value;                                                                                \
        enum cadre_given given;                                                                    \
    };

CADRE__OPT(bool, bool)
CADRE__OPT(int, int)
CADRE__OPT(uint, unsigned)
CADRE__OPT(int64, int64_t)
CADRE__OPT(uint64, uint64_t)
CADRE__OPT(double, double)
CADRE__OPT(str, const char *)
CADRE__OPT(bytes, struct cadre_bytes)
CADRE__OPT(date, struct cadre_date)
CADRE__OPT(time, struct cadre_time)
CADRE__OPT(datetime, struct cadre_datetime)
CADRE__OPT(duration, struct cadre_duration)
CADRE__OPT(uuid, struct cadre_uuid)
CADRE__OPT(ip, struct cadre_ip)
CADRE__OPT(decimal, struct cadre_decimal)
CADRE__OPT(email, struct cadre_email)
CADRE__OPT(uri, struct cadre_uri)
CADRE__OPT(any, struct cadre_any)

/* --- many --- */

/* The type of a list: CADRE_LIST_OF(int64_t) ids; ids.items[i] for i below ids.len. */
#define CADRE_LIST_OF(type)                                                                        \
    struct {                                                                                       \
        __typeof__(type) *items;                                                                   \
        size_t len;                                                                                \
    }

/* The type of a map from strings: prices.items[i].key, prices.items[i].value. In the order in which
 * the keys came; no two are the same. */
#define CADRE_MAP_OF(type)                                                                         \
    struct {                                                                                       \
        struct {                                                                                   \
            const char *key;                                                                       \
            __typeof__(type) value;                                                                \
        } * items;                                                                                 \
        size_t len;                                                                                \
    }

/* What a model that keeps unknown fields keeps them in. */
struct cadre_extra {
    struct cadre_extra_field {
        const char *key;
        struct cadre_any value;
    } * items;
    size_t len;
};

/* Which fields of a struct were given, by their index in the model's table; for models of up to 128
 * fields. */
struct cadre_fields_set {
    uint64_t bits[2];
};

/* Whether the field of that index was given. */
static inline bool cadre_is_set(const struct cadre_fields_set *set, unsigned index)
{
    return index < 128 && (set->bits[index / 64] >> (index % 64) & 1) != 0;
}

/* --- text of values --- */

/* Enough for each of the functions below, with the NUL. */
#define CADRE_VALUE_TEXT_MAX 64

/* Write the value as it stands in JSON, without quotes, and a NUL. Return the length. A datetime or
 * time with offset 0 ends in 'Z'; fractions have 6 digits, or are left out where they are 0; a
 * duration is of ISO 8601, "P1DT2H", "PT0S". */
CADRE_API size_t cadre_date_format(const struct cadre_date *date, char buf[CADRE_VALUE_TEXT_MAX]);
CADRE_API size_t cadre_time_format(const struct cadre_time *time, char buf[CADRE_VALUE_TEXT_MAX]);
CADRE_API size_t cadre_datetime_format(const struct cadre_datetime *datetime,
                                       char buf[CADRE_VALUE_TEXT_MAX]);
CADRE_API size_t cadre_duration_format(const struct cadre_duration *duration,
                                       char buf[CADRE_VALUE_TEXT_MAX]);
CADRE_API size_t cadre_uuid_format(const struct cadre_uuid *uuid, char buf[CADRE_VALUE_TEXT_MAX]);
/* By RFC 5952; "" of one that has no version. */
CADRE_API size_t cadre_ip_format(const struct cadre_ip *ip, char buf[CADRE_VALUE_TEXT_MAX]);

/* Seconds since 1970-01-01T00:00:00Z, rounded down; one without an offset counts as UTC. */
CADRE_API int64_t cadre_datetime_to_unix(const struct cadre_datetime *datetime);

/* The UTC time of so many seconds since 1970; 0, or -ERANGE beyond the years 1..9999. */
CADRE_API CADRE_MUST_CHECK int cadre_datetime_from_unix(int64_t seconds, uint32_t microseconds,
                                                        struct cadre_datetime *ret);

CADRE_END_DECLS

#endif
