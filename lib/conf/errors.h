/* SPDX-License-Identifier: MIT */
/*
 * conf/errors: what is wrong with a conf, as a growing list.
 *
 * All steps of reading a conf (load, bind, checks) add to one list and go on, so that one run
 * reports everything. The list is sorted into file order before it is shown: by the order in
 * which the files were first read, then by line. Used in the master and, for modules' conf,
 * in the checker. Nothing here logs; whoever asked for the conf shows the list.
 */
#ifndef CADRE__CONF_ERRORS_H
#define CADRE__CONF_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>

struct cadre__conf_error {
    char *file;     /* path as the user knows it; "" when the place is the command line */
    unsigned line;  /* from 1; 0: the file as a whole */
    unsigned rank;  /* in which order its file was first named; set by the list */
    unsigned order; /* in which order it was added; keeps equal places stable */
    char *text;     /* what, what was expected, how to mend; no full stop */
};

/* Caller's memory; zeroed is a valid empty list. Not thread-safe. */
struct cadre__conf_errors {
    struct cadre__conf_error *list; /* heap */
    size_t n;
    size_t size;
    bool out_of_memory; /* an error could not be kept; _count is then at least 1 */
    char **files;       /* in order of first mention, see _file */
    size_t n_files;
};

void cadre__conf_errors_init(struct cadre__conf_errors *errs);
void cadre__conf_errors_done(struct cadre__conf_errors *errs);

/* Tells that FILE is read now: its errors sort after those of files told earlier. */
void cadre__conf_errors_file(struct cadre__conf_errors *errs, const char *file);

/*
 * Adds one error. FILE is copied; NULL or "" is the command line, which is shown as
 * "command line: text". Out of memory is kept as a flag, never lost.
 */
void cadre__conf_errors_add(struct cadre__conf_errors *errs, const char *file, unsigned line,
                            const char *fmt, ...) CADRE_PRINTF(4, 5);

/* How many errors there are; 0 means that the conf is good. */
size_t cadre__conf_errors_count(const struct cadre__conf_errors *errs);

/* Brings the list into file order. */
void cadre__conf_errors_sort(struct cadre__conf_errors *errs);

/*
 * Writes error number INDEX as one line without newline, "file:line: text", to BUF, cut to SIZE
 * and always ended by NUL. Returns the full length as snprintf does.
 */
int cadre__conf_errors_format(const struct cadre__conf_errors *errs, size_t index, char *buf,
                              size_t size);

#endif
