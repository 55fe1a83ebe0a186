/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing of traceparent and tracestate. gateway/trace_context.h has the contract; the
 * sections that are named here are those of W3C Trace Context, level 1.
 */
#include "gateway/trace_context.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"

/* --- traceparent: 00-<trace-id>-<parent-id>-<flags> --- */

#define TRACE_AT    3
#define TRACE_LEN   32
#define PARENT_AT   36
#define PARENT_LEN  16
#define FLAGS_AT    53
#define PARENT_SIZE (FLAGS_AT + 2)

/* The members of a tracestate (§3.3.1.1), and the lengths of a key and of its halves. */
#define MEMBERS_MAX 32
#define KEY_MAX     256
#define TENANT_MAX  241
#define SYSTEM_MAX  14
#define VALUE_MAX   256

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The value of a lower-case hexadecimal digit, or -1. */
static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether all are digits; *ret_any_set: and one of them is not 0. */
static bool are_hex(const char *at, size_t len, bool *ret_any_set)
{
    *ret_any_set = false;
    for (size_t i = 0; i < len; i++) {
        if (hex(at[i]) < 0)
            return false;
        if (at[i] != '0')
            *ret_any_set = true;
    }
    return true;
}

/* §3.2.2.1: version ff is forbidden, 00 ends with its flags, a later one may go on (§4.3). */
static bool version_fits(const char *at, size_t len)
{
    bool is_later;

    if (!are_hex(at, 2, &is_later) || memcmp(at, "ff", 2) == 0)
        return false;
    return len == PARENT_SIZE || (is_later && at[PARENT_SIZE] == '-');
}

bool cadre__traceparent_parse(struct cadre_str text, struct cadre__trace *ret)
{
    const char *at = text.ptr;
    bool has_trace, has_parent, has_flags;

    if (text.len < PARENT_SIZE || !version_fits(at, text.len))
        return false;
    if (at[TRACE_AT - 1] != '-' || at[PARENT_AT - 1] != '-' || at[FLAGS_AT - 1] != '-')
        return false;
    if (!are_hex(at + TRACE_AT, TRACE_LEN, &has_trace) ||
        !are_hex(at + PARENT_AT, PARENT_LEN, &has_parent) || !are_hex(at + FLAGS_AT, 2, &has_flags))
        return false;
    if (!has_trace || !has_parent)
        return false;
    memcpy(ret->trace_id, at + TRACE_AT, TRACE_LEN);
    ret->trace_id[TRACE_LEN] = '\0';
    memcpy(ret->parent_id, at + PARENT_AT, PARENT_LEN);
    ret->parent_id[PARENT_LEN] = '\0';
    ret->is_sampled = (hex(at[FLAGS_AT + 1]) & 1) != 0;
    return true;
}

void cadre__traceparent_format(const struct cadre__trace *trace, char out[CADRE__TRACEPARENT_SIZE])
{
    memcpy(out, "00-", TRACE_AT);
    memcpy(out + TRACE_AT, trace->trace_id, TRACE_LEN);
    out[PARENT_AT - 1] = '-';
    memcpy(out + PARENT_AT, trace->span_id, PARENT_LEN);
    memcpy(out + FLAGS_AT - 1, trace->is_sampled ? "-01" : "-00", 4);
}

/* --- the trace of a request --- */

/* The client's, if it is the only one: of several none can be right (§3.2 allows one). */
static bool take_trace(const struct cadre__scope *scope, struct cadre__trace *ret)
{
    const struct cadre__header *found = NULL;

    if (!scope->ids || !cadre__ids_may_take(scope, scope->ids->trace_context))
        return false;
    for (size_t i = 0; i < scope->n_headers; i++) {
        if (cadre__field_know(scope->headers[i].name) != CADRE__FIELD_TRACEPARENT)
            continue;
        if (found)
            return false;
        found = &scope->headers[i];
    }
    return found && cadre__traceparent_parse(found->value, ret);
}

void cadre__trace_of(const struct cadre__scope *scope, struct cadre__trace *ret)
{
    *ret = (struct cadre__trace){0};
    if (!take_trace(scope, ret)) {
        cadre__ids_make(scope, CADRE__IDS_TRACE_ID, ret->trace_id);
        cadre__ids_make(scope, CADRE__IDS_TRACE_ID_END, ret->trace_id + TRACE_LEN / 2);
    }
    cadre__ids_make(scope, CADRE__IDS_SPAN_ID, ret->span_id);
}

/* --- tracestate --- */

/* The length of a piece of a key that begins with a letter, or a digit where that may be; 0: it is
 * none. */
static size_t key_piece(struct cadre_str s, bool may_begin_with_digit)
{
    size_t len = 0;

    if (s.len == 0 || !(is_lower(s.ptr[0]) || (may_begin_with_digit && is_digit(s.ptr[0]))))
        return 0;
    while (len < s.len && (is_lower(s.ptr[len]) || is_digit(s.ptr[len]) ||
                           (s.ptr[len] != '\0' && strchr("_-*/", s.ptr[len]))))
        len++;
    return len;
}

/* §3.3.1.3.1: a name, or tenant@system. */
static bool is_key(struct cadre_str key)
{
    const char *at_sign = key.len > 0 ? memchr(key.ptr, '@', key.len) : NULL;

    if (!at_sign)
        return key.len <= KEY_MAX && key.len > 0 && key_piece(key, false) == key.len;

    struct cadre_str tenant = {key.ptr, (size_t)(at_sign - key.ptr)};
    struct cadre_str system = {at_sign + 1, key.len - tenant.len - 1};

    return tenant.len > 0 && tenant.len <= TENANT_MAX && key_piece(tenant, true) == tenant.len &&
           system.len > 0 && system.len <= SYSTEM_MAX && key_piece(system, false) == system.len;
}

/* §3.3.1.3.2: printable ASCII without comma and equals sign, no space at its end. */
static bool is_value(struct cadre_str value)
{
    if (value.len == 0 || value.len > VALUE_MAX || value.ptr[value.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (c < ' ' || c > '~' || c == ',' || c == '=')
            return false;
    }
    return true;
}

static struct cadre_str trim(struct cadre_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Takes what is in front of the next comma off `rest`. */
static struct cadre_str next_member(struct cadre_str *rest)
{
    const char *comma = rest->len > 0 ? memchr(rest->ptr, ',', rest->len) : NULL;
    size_t len = comma ? (size_t)(comma - rest->ptr) : rest->len;
    struct cadre_str member = {rest->ptr, len};

    rest->ptr += comma ? len + 1 : len;
    rest->len -= comma ? len + 1 : len;
    return trim(member);
}

static bool has_key(const struct cadre_str *keys, size_t n, struct cadre_str key)
{
    for (size_t i = 0; i < n; i++) {
        if (cadre_str_eq(keys[i], key))
            return true;
    }
    return false;
}

bool cadre__tracestate_is_valid(struct cadre_str text)
{
    struct cadre_str keys[MEMBERS_MAX];
    size_t n = 0;

    while (text.len > 0) {
        struct cadre_str member = next_member(&text);
        if (member.len == 0)
            continue; /* empty members are allowed (§3.3.1.2) */

        const char *equals = memchr(member.ptr, '=', member.len);
        if (!equals || n == MEMBERS_MAX)
            return false;

        struct cadre_str key = {member.ptr, (size_t)(equals - member.ptr)};
        struct cadre_str value = {equals + 1, member.len - key.len - 1};

        if (!is_key(key) || !is_value(value) || has_key(keys, n, key))
            return false;
        keys[n++] = key;
    }
    return n > 0;
}

/* How many fields of that name there are, and their lengths together. */
static size_t count_states(const struct cadre__scope *scope, size_t *ret_len)
{
    size_t n = 0;

    *ret_len = 0;
    for (size_t i = 0; i < scope->n_headers; i++) {
        if (cadre__field_know(scope->headers[i].name) != CADRE__FIELD_TRACESTATE)
            continue;
        *ret_len += scope->headers[i].value.len;
        n++;
    }
    return n;
}

/* All fields of that name, in their order, with commas between (RFC 9110 §5.3). */
static int join(const struct cadre__scope *scope, struct cadre__arena *arena, struct cadre_str *ret)
{
    size_t len;
    size_t n = count_states(scope, &len);
    char *all;

    *ret = (struct cadre_str){NULL, 0};
    if (n == 0)
        return 0;
    all = cadre__arena_alloc(arena, len + n);
    if (!all)
        return -ENOMEM;
    ret->ptr = all;
    ret->len = len + n - 1;
    for (size_t i = 0; i < scope->n_headers; i++) {
        const struct cadre__header *h = &scope->headers[i];

        if (cadre__field_know(h->name) != CADRE__FIELD_TRACESTATE)
            continue;
        memcpy(all, h->value.ptr, h->value.len);
        all += h->value.len;
        *all++ = ',';
    }
    all[-1] = '\0';
    return 0;
}

int cadre__tracestate_of(const struct cadre__scope *scope, struct cadre__arena *arena,
                         struct cadre_str *ret)
{
    struct cadre__trace trace;
    struct cadre_str joined = {NULL, 0};

    if (take_trace(scope, &trace)) {
        int r = join(scope, arena, &joined);
        if (r < 0)
            return r;
    }
    *ret = joined.ptr && cadre__tracestate_is_valid(joined) ? joined : (struct cadre_str){NULL, 0};
    return 0;
}
