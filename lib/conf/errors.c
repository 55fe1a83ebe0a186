/* SPDX-License-Identifier: MIT */
/*
 * conf/errors: the list of what is wrong with a conf.
 *
 * Plain heap memory, no logging, no I/O. Errors are few; sorting and the search for a file's
 * rank are linear on purpose. See the header for who uses it.
 */
#include "config.h"

#include "conf/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The command line comes after all files. */
#define RANK_COMMAND_LINE 0x7fffffffu

void cadre__conf_errors_init(struct cadre__conf_errors *errs)
{
    memset(errs, 0, sizeof(*errs));
}

void cadre__conf_errors_done(struct cadre__conf_errors *errs)
{
    for (size_t i = 0; i < errs->n; i++) {
        free(errs->list[i].file);
        free(errs->list[i].text);
    }
    for (size_t i = 0; i < errs->n_files; i++)
        free(errs->files[i]);
    free(errs->list);
    free(errs->files);
    memset(errs, 0, sizeof(*errs));
}

static unsigned file_rank(const struct cadre__conf_errors *errs, const char *file)
{
    if (file[0] == '\0')
        return RANK_COMMAND_LINE;
    for (size_t i = 0; i < errs->n_files; i++)
        if (strcmp(errs->files[i], file) == 0)
            return (unsigned)i;
    return RANK_COMMAND_LINE - 1;
}

void cadre__conf_errors_file(struct cadre__conf_errors *errs, const char *file)
{
    char **files;

    if (file_rank(errs, file) < RANK_COMMAND_LINE - 1)
        return;
    files = realloc(errs->files, (errs->n_files + 1) * sizeof(*files));
    if (files == NULL)
        return;
    errs->files = files;
    files[errs->n_files] = strdup(file);
    if (files[errs->n_files] != NULL)
        errs->n_files++;
}

/* Room for one more entry, zeroed. */
static struct cadre__conf_error *next_entry(struct cadre__conf_errors *errs)
{
    if (errs->n == errs->size) {
        size_t size = errs->size == 0 ? 8 : errs->size * 2;
        struct cadre__conf_error *list = realloc(errs->list, size * sizeof(*list));

        if (list == NULL)
            return NULL;
        errs->list = list;
        errs->size = size;
    }
    memset(&errs->list[errs->n], 0, sizeof(errs->list[errs->n]));
    return &errs->list[errs->n];
}

void cadre__conf_errors_add(struct cadre__conf_errors *errs, const char *file, unsigned line,
                            const char *fmt, ...)
{
    struct cadre__conf_error *e = next_entry(errs);
    va_list args;
    int n;

    if (e == NULL) {
        errs->out_of_memory = true;
        return;
    }
    va_start(args, fmt);
    n = vasprintf(&e->text, fmt, args);
    va_end(args);
    if (n < 0) {
        errs->out_of_memory = true;
        return;
    }
    e->file = strdup(file == NULL ? "" : file);
    if (e->file == NULL) {
        free(e->text);
        errs->out_of_memory = true;
        return;
    }
    e->line = line;
    e->order = (unsigned)errs->n;
    errs->n++;
}

size_t cadre__conf_errors_count(const struct cadre__conf_errors *errs)
{
    return errs->n == 0 && errs->out_of_memory ? 1 : errs->n;
}

static int compare(const void *va, const void *vb)
{
    const struct cadre__conf_error *a = va;
    const struct cadre__conf_error *b = vb;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

void cadre__conf_errors_sort(struct cadre__conf_errors *errs)
{
    for (size_t i = 0; i < errs->n; i++)
        errs->list[i].rank = file_rank(errs, errs->list[i].file);
    if (errs->n > 1)
        qsort(errs->list, errs->n, sizeof(*errs->list), compare);
}

int cadre__conf_errors_format(const struct cadre__conf_errors *errs, size_t index, char *buf,
                              size_t size)
{
    const struct cadre__conf_error *e;

    if (index >= errs->n)
        return snprintf(buf, size, "out of memory while the conf was read");
    e = &errs->list[index];
    if (e->file[0] == '\0')
        return snprintf(buf, size, "command line: %s", e->text);
    if (e->line == 0)
        return snprintf(buf, size, "%s: %s", e->file, e->text);
    return snprintf(buf, size, "%s:%u: %s", e->file, e->line, e->text);
}
