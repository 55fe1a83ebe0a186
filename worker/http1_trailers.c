/* SPDX-License-Identifier: MIT */
/* Gathering the trailers of a request; worker/http1_trailers.h has the contract. */
#include "worker/http1_trailers.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "gateway/response.h"

/* Room at first; most trailers fit. */
#define FIRST_SIZE 256

static int grow(struct http1_trailers *t, struct cadre__arena *arena, size_t more)
{
    size_t size = t->size > 0 ? t->size : FIRST_SIZE;

    while (size < t->len + more)
        size *= 2;
    if (size == t->size)
        return 0;

    char *bytes = cadre__arena_alloc(arena, size);
    if (!bytes)
        return -ENOMEM;
    if (t->len > 0)
        memcpy(bytes, t->bytes, t->len);
    t->bytes = bytes;
    t->size = size;
    return 0;
}

int http1_trailers_add(struct http1_trailers **trailers, struct cadre__arena *arena,
                       const char *bytes, size_t len)
{
    struct http1_trailers *t = *trailers;

    if (len == 0)
        return 0;
    if (!t) {
        if (bytes[0] == '\r')
            return 0; /* the empty line: there are none */
        t = cadre__arena_calloc(arena, sizeof(*t));
        if (!t)
            return -ENOMEM;
        *trailers = t;
    }
    int r = grow(t, arena, len);
    if (r < 0)
        return r;
    memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
    return 0;
}

static size_t count_lines(const struct http1_trailers *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->len; i++)
        n += t->bytes[i] == '\n';
    return n;
}

static struct cadre_str take_name(char *from, char *colon)
{
    struct cadre_str name = {from, (size_t)(colon - from)};

    for (char *c = from; c < colon; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    }
    *colon = '\0';

    enum cadre__field known = cadre__field_find(name.ptr, name.len);
    return known != CADRE__FIELD_NONE ? cadre__field_name(known) : name;
}

/* The value between the colon and the line's CR. */
static struct cadre_str take_value(char *from, char *end)
{
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return (struct cadre_str){from, (size_t)(end - from)};
}

int http1_trailers_finish(struct http1_trailers *t, struct cadre__arena *arena,
                          const struct cadre__header **ret, size_t *ret_n)
{
    struct cadre__header *fields = cadre__arena_alloc(arena, count_lines(t) * sizeof(*fields));
    char *at = t->bytes, *end = t->bytes + t->len, *colon, *cr;
    size_t n = 0;

    if (!fields)
        return -ENOMEM;
    while (at < end && *at != '\r' && (cr = memchr(at, '\r', (size_t)(end - at)))) {
        colon = memchr(at, ':', (size_t)(cr - at));
        fields[n].name = take_name(at, colon);
        fields[n].value = take_value(colon + 1, cr);
        if (cadre__header_name_is_trailer(fields[n].name))
            n++;
        at = cr + 2;
    }
    *ret = fields;
    *ret_n = n;
    return 0;
}
