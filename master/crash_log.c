/* SPDX-License-Identifier: MIT */
/*
 * The last crash reports; see crash_log.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "master/crash_log.h"

#define FILE_NAME "crashes.jsonl"
/* More than the reports that we write can have. */
#define FILE_MAX ((size_t)CRASH_LOG_MAX * 65536)
/* How a report begins: {"time":"2026-01-01T00:00:00.000Z" */
#define TIME_LEN 34

struct crash_log {
    char *folder; /* NULL: in memory only */
    bool told;    /* the log has a line about the folder */
    size_t n;
    char *reports[CRASH_LOG_MAX]; /* the oldest first */
};

struct crash_log *crash_log_new(void)
{
    return calloc(1, sizeof(struct crash_log));
}

void crash_log_free(struct crash_log *log)
{
    if (log == NULL)
        return;
    for (size_t i = 0; i < log->n; i++)
        free(log->reports[i]);
    free(log->folder);
    free(log);
}

static void complain(struct crash_log *log, const char *what, int error)
{
    if (!log->told)
        cadre__log(CADRE_LOG_WARNING,
                   "crash reports are not kept: cannot %s " FILE_NAME
                   " in state_dir \"%s\": %s; let the server's user write there, or set another",
                   what, log->folder, cadre_strerror(error));
    log->told = true;
}

/* --- the list --- */

static bool has(const struct crash_log *log, const char *json)
{
    for (size_t i = 0; i < log->n; i++)
        if (strcmp(log->reports[i], json) == 0)
            return true;
    return false;
}

/* Puts a report, which is taken, at a place; if need be the oldest goes. False: this one is it. */
static bool insert(struct crash_log *log, char *report, size_t at)
{
    if (log->n == CRASH_LOG_MAX) {
        if (at == 0) {
            free(report);
            return false;
        }
        free(log->reports[0]);
        memmove(log->reports, log->reports + 1, --log->n * sizeof(log->reports[0]));
        at--;
    }
    memmove(log->reports + at + 1, log->reports + at, (log->n - at) * sizeof(log->reports[0]));
    log->reports[at] = report;
    log->n++;
    return true;
}

/* --- reading --- */

/* Puts an older one in front, while there is room. */
static void take_up(struct crash_log *log, const char *line, size_t len)
{
    char *copy;

    if (log->n >= CRASH_LOG_MAX || len < 2 || line[0] != '{' || line[len - 1] != '}' ||
        memchr(line, '\0', len) != NULL)
        return;
    copy = strndup(line, len);
    if (copy == NULL || has(log, copy)) {
        free(copy);
        return;
    }
    (void)insert(log, copy, 0);
}

static void take_up_lines(struct crash_log *log, const char *text, size_t len)
{
    while (len > 0) {
        size_t end = len, begin;

        if (text[end - 1] == '\n')
            end--;
        begin = end;
        while (begin > 0 && text[begin - 1] != '\n')
            begin--;
        take_up(log, text + begin, end - begin);
        len = begin;
    }
}

static int open_file(const char *folder, int flags)
{
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd;

    if (dir < 0)
        return -errno;
    fd = openat(dir, FILE_NAME, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        fd = -errno;
    (void)close(dir);
    return fd;
}

static void read_file(struct crash_log *log)
{
    struct stat st;
    char *text;
    int fd = open_file(log->folder, O_RDONLY);

    if (fd < 0) {
        if (fd != -ENOENT)
            complain(log, "read", fd);
        return;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (size_t)st.st_size <= FILE_MAX && (text = malloc((size_t)st.st_size)) != NULL) {
        ssize_t len = cadre__read_all(fd, text, (size_t)st.st_size);

        if (len > 0)
            take_up_lines(log, text, (size_t)len);
        free(text);
    }
    (void)close(fd);
}

void crash_log_set_folder(struct crash_log *log, const char *folder)
{
    if (folder == NULL || folder[0] == '\0') {
        free(log->folder);
        log->folder = NULL;
        return;
    }
    if (log->folder != NULL && strcmp(log->folder, folder) == 0)
        return;
    free(log->folder);
    log->folder = strdup(folder);
    log->told = false;
    if (log->folder != NULL)
        read_file(log);
}

/* --- writing --- */

static int write_reports(const struct crash_log *log, int fd)
{
    int r = 0;

    for (size_t i = 0; i < log->n && r >= 0; i++) {
        r = cadre__write_all(fd, log->reports[i], strlen(log->reports[i]));
        if (r >= 0)
            r = cadre__write_all(fd, "\n", 1);
    }
    return r;
}

static int replace_file(const struct crash_log *log)
{
    static const char fresh[] = FILE_NAME ".new";
    int dir = open(log->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd, r;

    if (dir < 0)
        return -errno;
    (void)unlinkat(dir, fresh, 0);
    fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        r = -errno;
        goto out;
    }
    r = write_reports(log, fd);
    if (close(fd) < 0 && r >= 0)
        r = -errno;
    if (r >= 0 && renameat(dir, fresh, dir, FILE_NAME) < 0)
        r = -errno;
    if (r < 0)
        (void)unlinkat(dir, fresh, 0);
out:
    (void)close(dir);
    return r;
}

static void save(struct crash_log *log)
{
    int r;

    if (log->folder == NULL)
        return;
    r = replace_file(log);
    if (r < 0)
        complain(log, "write", r);
    else
        log->told = false;
}

int crash_log_add(struct crash_log *log, const char *json, size_t len)
{
    char *copy = strndup(json, len);

    if (copy == NULL)
        return -ENOMEM;
    (void)insert(log, copy, log->n);
    save(log);
    return 0;
}

int crash_log_inherit(struct crash_log *log, const char *json)
{
    size_t at = log->n;
    char *copy;

    if (has(log, json))
        return 0;
    copy = strdup(json);
    if (copy == NULL)
        return -ENOMEM;
    /* They begin with their time, all alike. */
    while (at > 0 && strncmp(log->reports[at - 1], json, TIME_LEN) > 0)
        at--;
    if (insert(log, copy, at)) /* else it comes again each second */
        save(log);
    return 0;
}

void crash_log_each(const struct crash_log *log,
                    void (*fn)(const char *json, size_t len, void *arg), void *arg)
{
    for (size_t i = 0; i < log->n; i++)
        fn(log->reports[i], strlen(log->reports[i]), arg);
}

void crash_log_json(const struct crash_log *log, struct cadre__buf *out)
{
    cadre__buf_putc(out, '[');
    for (size_t i = log->n; i > 0; i--) {
        cadre__buf_puts(out, log->reports[i - 1]);
        if (i > 1)
            cadre__buf_putc(out, ',');
    }
    cadre__buf_putc(out, ']');
}

size_t crash_log_count(const struct crash_log *log)
{
    return log->n;
}
