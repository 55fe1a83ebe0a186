/* SPDX-License-Identifier: MIT */
/*
 * model/json_writer: what the files of the JSON writer share (json_write*.c).
 *
 * The writer has the room behind the buffer's text for itself: `at` is where the next byte goes.
 * Whoever writes asks for room first.
 */
#ifndef CADRE_MODEL_JSON_WRITER_H
#define CADRE_MODEL_JSON_WRITER_H

#include <cadre/str.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/plan.h"
#include "model/selection.h"

struct cadre__writer {
    char *at;        /* the next byte */
    const char *end; /* of the room */
    struct cadre__buf *out;
    struct cadre__arena *arena;
    unsigned flags; /* enum cadre_write_flags, and CADRE__WRITE_SELECTED */
    unsigned depth; /* models around us */
    const struct cadre__selection *selection; /* of the model at hand; NULL: all of it */
};

/* Some model has a selection. */
#define CADRE__WRITE_SELECTED (1u << 31)

/* Makes room for so many bytes where there is not enough. 0, -ENOMEM. */
CADRE_MUST_CHECK int cadre__writer_grow(struct cadre__writer *writer, size_t n);

/* Room for so many bytes. 0, -ENOMEM. */
CADRE_MUST_CHECK static inline int cadre__writer_need(struct cadre__writer *writer, size_t n)
{
    if (__builtin_expect((size_t)(writer->end - writer->at) >= n, 1))
        return 0;
    return cadre__writer_grow(writer, n);
}

/* Writes bytes for which there is room. */
static inline void cadre__writer_put(struct cadre__writer *writer, const char *bytes, size_t n)
{
    memcpy(writer->at, bytes, n);
    writer->at += n;
}

/* Writes what is no model, list, map or union. 0, -ENOMEM; -EINVAL: an enum without a name. */
CADRE_MUST_CHECK int cadre__write_scalar(struct cadre__writer *writer,
                                         const struct cadre__type *type, const void *value);

/* Writes a string with its quotes. 0, -ENOMEM. */
CADRE_MUST_CHECK int cadre__write_string(struct cadre__writer *writer, struct cadre_str text);

/* Writes JSON as it is. 0, -ENOMEM. */
CADRE_MUST_CHECK int cadre__write_raw(struct cadre__writer *writer, struct cadre_str json);

#endif
