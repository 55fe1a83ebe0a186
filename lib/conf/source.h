/* SPDX-License-Identifier: MIT */
/*
 * conf/source: the text of one conf file with its @include lines taken in, ready for libconfig.
 *
 * We read the files ourselves, for four reasons: libconfig ends the process when it cannot read
 * on; it loses the line after an included file; it wraps numbers beyond 32 bits; and its
 * "syntax error" says little. So a small scanner walks the text, takes @include in, remembers
 * for each line where it came from, marks big numbers as such, and reports what people get wrong
 * in words. What it lets through is for libconfig to judge. No globals; may block on files.
 */
#ifndef CADRE__CONF_SOURCE_H
#define CADRE__CONF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "conf/errors.h"

/* A name that was set twice comes to libconfig as "*", a number: the loader drops it. */
#define CADRE__SOURCE_DUPLICATE '*'

struct cadre__source_line {
    const char *file; /* in the arena */
    unsigned line;    /* from 1 */
};

struct cadre__source {
    struct cadre__buf text;
    struct cadre__source_line *lines; /* heap; [i] is where line i+1 of the text came from */
    size_t n_lines, lines_size;
};

/*
 * Reads PATH (kept by the caller as long as ARENA). Adds what is wrong to ERRS. 0: the text is
 * ready, there may be errors nevertheless (a missing @include, a name set twice); -EINVAL: it
 * cannot be parsed, ERRS says why; -ENOMEM. To be freed by _done in all cases.
 */
CADRE_MUST_CHECK int cadre__source_read(struct cadre__source *source, struct cadre__arena *arena,
                                        const char *path, struct cadre__conf_errors *errs);

/* The same for TEXT that is the value of a --set and stands in no file. */
CADRE_MUST_CHECK int cadre__source_take(struct cadre__source *source, struct cadre__arena *arena,
                                        const char *text, struct cadre__conf_errors *errs);

void cadre__source_done(struct cadre__source *source);

/* Where line LINE (from 1) of the text came from; the last one for a line beyond the end. */
struct cadre__source_line cadre__source_at(const struct cadre__source *source, unsigned line);

/* PATH relative to the folder of the file FILE; in the arena, or NULL: ENOMEM. */
CADRE_MUST_CHECK const char *cadre__source_beside(struct cadre__arena *arena, const char *file,
                                                  const char *path);

#endif
