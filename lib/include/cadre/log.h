/* SPDX-License-Identifier: MIT */
/*
 * <cadre/log.h>: lines for the server's log.
 *
 * A call writes one whole line with one write(2); lines of other threads and processes never
 * come in between. What the line holds is safe: control bytes (line ends too) come out as \n, \t or
 * \xNN, so that no input can forge a line. A line longer than 8 KiB is cut and ends in "...".
 * A log that cannot be written (full disk, closed pipe) costs the line, nothing else.
 *
 * All of this may be called from any thread, also outside of a request, and never suspends.
 */
#ifndef CADRE_LOG_H
#define CADRE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/str.h>

CADRE_BEGIN_DECLS

struct cadre_request;

enum cadre_log_level {
    CADRE_LOG_DEBUG,
    CADRE_LOG_INFO,
    CADRE_LOG_NOTICE,
    CADRE_LOG_WARNING,
    CADRE_LOG_ERROR,
    CADRE_LOG_CRITICAL
};

/* Logs one line. `req` names the request it is about, or is NULL. The text: lower case, no full
 * stop, no line end. Below the conf's log_level the call costs one load. */
CADRE_API void cadre_log(enum cadre_log_level level, const struct cadre_request *req,
                         const char *fmt, ...) CADRE_PRINTF(3, 4);

/* What a field holds. */
enum cadre_log_type {
    CADRE_LOG_TYPE_STR,
    CADRE_LOG_TYPE_INT,
    CADRE_LOG_TYPE_UINT,
    CADRE_LOG_TYPE_DOUBLE,
    CADRE_LOG_TYPE_BOOL
};

/* A named value behind the text of a line; make it with the functions below. */
struct cadre_log_field {
    const char *key;          /* borrowed; letters, digits, '_', '.', '-' */
    enum cadre_log_type type; /* which member of the union holds the value */
    union {
        struct cadre_str str; /* borrowed */
        int64_t i;
        uint64_t u; /* BOOL too */
        double d;
    } value;
};

/* A text value, a C string; NULL is logged as nothing at all. It is quoted where it is empty or
 * holds anything but visible ASCII, or one of = " \. */
static inline struct cadre_log_field cadre_log_text(const char *key, const char *text)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_STR, {{text, text ? strlen(text) : 0}}};
    return f;
}

/* A text value with a length. */
static inline struct cadre_log_field cadre_log_str(const char *key, struct cadre_str text)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_STR, {text}};
    return f;
}

/* A signed number. */
static inline struct cadre_log_field cadre_log_int(const char *key, int64_t number)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_INT, {{NULL, 0}}};
    f.value.i = number;
    return f;
}

/* An unsigned number. */
static inline struct cadre_log_field cadre_log_uint(const char *key, uint64_t number)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_UINT, {{NULL, 0}}};
    f.value.u = number;
    return f;
}

/* A floating-point number, logged with up to six significant digits. */
static inline struct cadre_log_field cadre_log_double(const char *key, double number)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_DOUBLE, {{NULL, 0}}};
    f.value.d = number;
    return f;
}

/* A truth, logged as true or false. */
static inline struct cadre_log_field cadre_log_bool(const char *key, bool truth)
{
    struct cadre_log_field f = {key, CADRE_LOG_TYPE_BOOL, {{NULL, 0}}};
    f.value.u = truth;
    return f;
}

/* Logs one line with `n` fields behind its text:
 *
 *     struct cadre_log_field f[] = {cadre_log_text("user", name), cadre_log_int("items", n)};
 *     cadre_log_fields(CADRE_LOG_INFO, req, f, 2, "order placed");
 *
 * gives `order placed user="Anna B" items=3`. */
CADRE_API void cadre_log_fields(enum cadre_log_level level, const struct cadre_request *req,
                                const struct cadre_log_field *fields, size_t n, const char *fmt,
                                ...) CADRE_PRINTF(5, 6);

CADRE_END_DECLS

#endif
