/* SPDX-License-Identifier: MIT */
/*
 * base/str: a growing text buffer, and the nearest word for messages like "did you mean".
 *
 * The buffer keeps its first error: after a failed allocation or a reached limit all that follows
 * is dropped, and one look at `error` at the end is enough. What it holds always ends in NUL.
 * It allocates from the heap, never blocks, never suspends; one thread at a time.
 */
#ifndef CADRE_BASE_STR_H
#define CADRE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>
#include <cadre/str.h>

struct cadre__buf {
    char *data;  /* owned; NULL before the first byte; ends in NUL, which len does not count */
    size_t len;  /* bytes held */
    size_t size; /* bytes allocated */
    int error;   /* 0, or the first negative errno; sticky */
};

/* Makes an empty buffer, which holds no memory. All bytes zero is an empty buffer too. */
void cadre__buf_init(struct cadre__buf *buf);

/* Frees the memory and leaves an empty buffer without an error. */
void cadre__buf_done(struct cadre__buf *buf);

/* Forgets what it holds and its error, keeps the memory. */
void cadre__buf_clear(struct cadre__buf *buf);

/* Makes room for `more` further bytes (and the NUL). 0, or the sticky error: -ENOMEM. */
int cadre__buf_reserve(struct cadre__buf *buf, size_t more);

/* Appends `len` bytes. `bytes` may not point into the buffer. 0, or the sticky error. */
int cadre__buf_append(struct cadre__buf *buf, const void *bytes, size_t len);

/* Appends a C string. 0, or the sticky error. */
int cadre__buf_puts(struct cadre__buf *buf, const char *text);

/* Appends one byte. 0, or the sticky error. */
int cadre__buf_putc(struct cadre__buf *buf, char byte);

/* Appends formatted text. 0, or the sticky error. */
int cadre__buf_printf(struct cadre__buf *buf, const char *fmt, ...) CADRE_PRINTF(2, 3);
int cadre__buf_vprintf(struct cadre__buf *buf, const char *fmt, va_list args) CADRE_PRINTF(2, 0);

/* Appends formatted text as a line of its own: behind a '\n' where something is there already. What
 * is below 0x20 in it becomes '?', so that it stays one line, whatever it quotes. Errors are the
 * buffer's. */
void cadre__buf_line(struct cadre__buf *buf, const char *fmt, ...) CADRE_PRINTF(2, 3);
void cadre__buf_vline(struct cadre__buf *buf, const char *fmt, va_list args) CADRE_PRINTF(2, 0);

/* Hands the text over to the caller, who frees it, and leaves an empty buffer. NULL after an
 * error (the buffer is then empty too). An empty buffer gives an allocated "". */
char *cadre__buf_take(struct cadre__buf *buf) CADRE_MUST_CHECK;

/* What it holds, borrowed until the next call. */
static inline struct cadre_str cadre__buf_str(const struct cadre__buf *buf)
{
    return (struct cadre_str){buf->data ? buf->data : "", buf->len};
}

/* What it holds as a C string, borrowed until the next call; never NULL. */
static inline const char *cadre__buf_text(const struct cadre__buf *buf)
{
    return buf->data ? buf->data : "";
}

/* The name nearest to `word` by edit distance (insert, drop, change or swap of neighbours are one
 * step each, case is ignored), the first of equals; NULL where none is near enough to be what was
 * meant: more than a third of the word's length, but one step is always near enough from three
 * letters on. `names` ends in NULL. Names and words of more than 64 bytes are never near. Any
 * thread. */
const char *cadre__str_nearest(const char *word, const char *const *names);

/* The length of the well-formed sequence of UTF-8 at the beginning of a text that is not empty
 * (Unicode 15, table 3-7): 1 to 4; 0: there is none. */
size_t cadre__utf8_sequence_len(struct cadre_str text);

/* Whether all of a text is well-formed UTF-8; an empty one is. */
bool cadre__utf8_is_valid(struct cadre_str text);

/* Copies `text` into `dst` of `size` bytes (> 0), always ends it in NUL, and zeroes the rest, so
 * that the struct around it has no stale byte. Whether it fitted. */
bool cadre__str_copy(char *dst, size_t size, const char *text);

#endif
