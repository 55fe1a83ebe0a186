/* SPDX-License-Identifier: MIT */
/*
 * base/log_line: a line of the log while it is made.
 *
 * Text that is not safe to show comes out as an escape: control characters (C0, DEL, C1), what is
 * not UTF-8, and the characters that break lines or turn the direction of writing. An escape or a
 * character is never cut in two. What does not fit ends the line: nothing more is taken.
 *
 * For base/log alone. Plain memory: never allocates, blocks or suspends.
 */
#ifndef CADRE_BASE_LOG_LINE_H
#define CADRE_BASE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/log.h>

#include "base/log.h"

/* Room kept for the "..." and the line end. */
#define CADRE__LOG_LINE_TAIL 4

struct cadre__log_line {
    char torn_end; /* a line end, for a torn line before this one; directly before data */
    char data[CADRE__LOG_LINE_MAX];
    size_t len;
    size_t max; /* at most sizeof(data) */
    bool cut;   /* takes nothing more */
};

_Static_assert(offsetof(struct cadre__log_line, data) == 1,
               "torn_end and data are written in one go");

/* Makes an empty line of at most `max` bytes. */
static inline void cadre__log_line_begin(struct cadre__log_line *line, size_t max)
{
    line->len = 0;
    line->max = max;
    line->cut = false;
}

/* Appends all `n` bytes or none. */
void cadre__log_line_put(struct cadre__log_line *line, const char *bytes, size_t n);

/* Appends a C string as it is, whole or not at all. */
void cadre__log_line_puts(struct cadre__log_line *line, const char *text);

/* Appends text of any origin; inside quotes the quote and the backslash are escaped too. */
void cadre__log_line_put_escaped(struct cadre__log_line *line, const char *text, size_t len,
                                 bool quoted);

/* Appends " key=value", quoted where it has to be; nothing for a text of NULL. */
void cadre__log_line_put_field(struct cadre__log_line *line, const struct cadre_log_field *field);

#endif
