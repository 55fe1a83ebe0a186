/* SPDX-License-Identifier: MIT */
/*
 * base/log: makes lines and writes them.
 *
 * The descriptor is the log's own copy and keeps its number when the log is reopened (dup3), so a
 * thread that is about to write can never hit a number that has come to mean something else.
 * Settings are atomics, but for the role, which a lock guards. The two buffers of a line belong to
 * the thread: a coroutine's stack is small, and nothing here suspends.
 * How a line is made of its pieces is base/log_line; a line from a signal handler is log_signal.c.
 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_line.h"
#include "base/log_state.h"
#include "base/str.h"

static const struct {
    const char *name;
    char priority; /* syslog's */
} levels[] = {
    [CADRE_LOG_DEBUG] = {"debug", '7'},   [CADRE_LOG_INFO] = {"info", '6'},
    [CADRE_LOG_NOTICE] = {"notice", '5'}, [CADRE_LOG_WARNING] = {"warning", '4'},
    [CADRE_LOG_ERROR] = {"error", '3'},   [CADRE_LOG_CRITICAL] = {"critical", '2'},
};

#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

const char *const cadre__log_level_names[] = {"debug", "info",     "notice", "warning",
                                              "error", "critical", NULL};

_Static_assert(sizeof(cadre__log_level_names) / sizeof(cadre__log_level_names[0]) == N_LEVELS + 1,
               "every level has a name");

struct cadre__log_state cadre__the_log = {
    .fd = STDERR_FILENO,
    .level = CADRE_LOG_INFO,
    .can_pipe = true,
    .line_max = CADRE__LOG_LINE_MAX,
    .lock = PTHREAD_MUTEX_INITIALIZER,
};

enum cadre__log_service cadre__log_the_service(void)
{
    return (enum cadre__log_service)atomic_load_explicit(&cadre__the_log.service,
                                                         memory_order_relaxed);
}

struct cadre__log_speaker cadre__log_the_speaker(const char *role)
{
    return (struct cadre__log_speaker){
        .role = role,
        .generation = atomic_load_explicit(&cadre__the_log.generation, memory_order_relaxed),
        .facility = atomic_load_explicit(&cadre__the_log.facility, memory_order_relaxed),
    };
}

static void copy_role(char role[static CADRE__LOG_ROLE_SIZE])
{
    pthread_mutex_lock(&cadre__the_log.lock);
    memcpy(role, cadre__the_log.role, CADRE__LOG_ROLE_SIZE);
    pthread_mutex_unlock(&cadre__the_log.lock);
}

static void put_service_head(struct cadre__log_line *line, enum cadre_log_level level)
{
    char role[CADRE__LOG_ROLE_SIZE], head[CADRE__LOG_SERVICE_HEAD];

    copy_role(role);
    const struct cadre__log_speaker who = cadre__log_the_speaker(role);
    cadre__log_line_put(line, head,
                        cadre__log_service_head(cadre__log_the_service(),
                                                levels[level].priority - '0', &who, head));
}

/* "2026-11-20T23:01:02.123Z info " or "<6>", then "worker 1: ". */
static void put_head(struct cadre__log_line *line, enum cadre_log_level level)
{
    if (cadre__log_the_service() != CADRE__LOG_NO_SERVICE) {
        put_service_head(line, level);
        return;
    }
    char head[64] = {'<', levels[level].priority, '>', '\0'};
    if (!atomic_load_explicit(&cadre__the_log.journal, memory_order_relaxed)) {
        uint64_t ms = cadre__clock_wall_ms();
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        size_t len = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(head + len, sizeof(head) - len, ".%03uZ %s ", (unsigned)(ms % 1000),
                 levels[level].name);
    }
    cadre__log_line_puts(line, head);
    char role[CADRE__LOG_ROLE_SIZE];
    copy_role(role);
    if (!role[0])
        return;
    cadre__log_line_put_escaped(line, role, strlen(role), false);
    cadre__log_line_put(line, ": ", 2);
}

/* A field as journald's own: a line "CADRE_KEY=value". */
static void put_native(struct cadre__log_line *line, const struct cadre_log_field *field)
{
    size_t before = line->len;
    char key[65];

    cadre__log_line_put(line, "\n", 1);
    cadre__log_line_put_field(line, field);
    if (line->cut || line->len == before + 1) {
        line->len = before;
        return;
    }
    /* " key=" goes, and the quotes, which only a line of text needs. */
    char *value = memchr(line->data + before, '=', line->len - before);
    size_t len = (size_t)(line->data + line->len - ++value);
    char raw[CADRE__LOG_DESCRIBE_SIZE];
    if (len >= 2 && value[0] == '"') {
        value++;
        len -= 2;
    }
    len = len < sizeof(raw) ? len : sizeof(raw);
    memcpy(raw, value, len);
    cadre__log_service_key(field->key, key);
    line->len = before + 1;
    cadre__log_line_puts(line, key);
    cadre__log_line_put(line, "=", 1);
    cadre__log_line_put(line, raw, len);
}

/* The fields that name a request, as text or, into `native`, as journald's own. */
static void put_request(struct cadre__log_line *line, const struct cadre_request *req,
                        struct cadre__log_line *native)
{
    cadre__log_describe_fn describe =
        atomic_load_explicit(&cadre__the_log.describe, memory_order_acquire);
    if (!req || !describe)
        return;
    struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS];
    char buf[CADRE__LOG_DESCRIBE_SIZE];
    size_t n = describe(req, fields, buf);
    for (size_t i = 0; i < n && i < CADRE__LOG_DESCRIBE_FIELDS; i++) {
        if (native)
            put_native(native, &fields[i]);
        else
            cadre__log_line_put_field(line, &fields[i]);
    }
}

/* The generation is the last field; journald has it as one of its own. */
static void put_generation(struct cadre__log_line *line)
{
    uint32_t generation = atomic_load_explicit(&cadre__the_log.generation, memory_order_relaxed);
    char text[32];

    if (generation == 0 || cadre__log_the_service() == CADRE__LOG_JOURNAL)
        return;
    snprintf(text, sizeof(text), " generation=%u", (unsigned)generation);
    cadre__log_line_puts(line, text);
}

/* ---- writing ---- */

ssize_t cadre__log_write_once(int fd, const char *bytes, size_t len)
{
    ssize_t n;
    do
        n = write(fd, bytes, len);
    while (n < 0 && errno == EINTR);
    return n;
}

/* The same, where a reader who has gone must not kill a process that left SIGPIPE at its default.
 */
static ssize_t write_without_sigpipe(int fd, const char *bytes, size_t len)
{
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler != SIG_DFL)
        return cadre__log_write_once(fd, bytes, len);
    sigset_t sigpipe, before, pending;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    ssize_t n = cadre__log_write_once(fd, bytes, len);
    if (n < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE)) {
        const struct timespec at_once = {0};
        while (sigtimedwait(&sigpipe, NULL, &at_once) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}

static void lose(void)
{
    atomic_fetch_add_explicit(&cadre__the_log.lost, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cadre__the_log.untold, 1, memory_order_relaxed);
}

/* False: it is lost, or a part of it. */
static bool write_line(struct cadre__log_line *line)
{
    if (line->cut) {
        memcpy(line->data + line->len, "...", 3);
        line->len += 3;
    }
    line->data[line->len++] = '\n';
    const char *bytes = line->data;
    size_t len = line->len;
    if (atomic_exchange_explicit(&cadre__the_log.torn, false, memory_order_relaxed)) {
        line->torn_end = '\n';
        bytes = &line->torn_end;
        len++;
    }
    int fd = atomic_load_explicit(&cadre__the_log.fd, memory_order_acquire);
    ssize_t n = atomic_load_explicit(&cadre__the_log.can_pipe, memory_order_relaxed)
                    ? write_without_sigpipe(fd, bytes, len)
                    : cadre__log_write_once(fd, bytes, len);
    if (n == (ssize_t)len)
        return true;
    lose();
    if (n > 0 || (n < 0 && len > line->len))
        atomic_store_explicit(&cadre__the_log.torn, true, memory_order_relaxed);
    return false;
}

/* One datagram: the line and, for journald, its fields. False: it is lost. */
static bool send_line(struct cadre__log_line *line, struct cadre__log_line *fields)
{
    const struct iovec parts[] = {
        {.iov_base = line->data, .iov_len = line->len},
        {.iov_base = (void *)(uintptr_t) "...", .iov_len = line->cut ? 3 : 0},
        {.iov_base = fields->data, .iov_len = fields->len},
        {.iov_base = (void *)(uintptr_t) "\n",
         .iov_len = cadre__log_the_service() == CADRE__LOG_JOURNAL ? 1 : 0},
    };
    int fd = atomic_load_explicit(&cadre__the_log.fd, memory_order_acquire);

    if (cadre__log_service_send(fd, parts, sizeof(parts) / sizeof(parts[0])) >= 0)
        return true;
    lose();
    return false;
}

static bool send_with_fields(struct cadre__log_line *line, const struct cadre_request *req,
                             const struct cadre_log_field *fields, size_t n)
{
    static _Thread_local struct cadre__log_line native;

    cadre__log_line_begin(&native, sizeof(native.data));
    if (cadre__log_the_service() == CADRE__LOG_JOURNAL) {
        put_request(NULL, req, &native);
        for (size_t i = 0; i < n; i++)
            put_native(&native, &fields[i]);
    }
    return send_line(line, &native);
}

/* A line came through after others that did not. */
static void tell_lost(void)
{
    uint64_t n = atomic_exchange_explicit(&cadre__the_log.untold, 0, memory_order_relaxed);
    uint64_t before = cadre__log_lost();

    if (n == 0) /* another thread was quicker */
        return;
    cadre__log(CADRE_LOG_WARNING, "%llu %s of this process before the last one could not be logged",
               (unsigned long long)n, n == 1 ? "line" : "lines");
    if (cadre__log_lost() != before)
        atomic_fetch_add_explicit(&cadre__the_log.untold, n, memory_order_relaxed);
}

bool cadre__log_is_on(enum cadre_log_level level)
{
    return (int)level >= atomic_load_explicit(&cadre__the_log.level, memory_order_relaxed);
}

void cadre__vlog_fields(enum cadre_log_level level, const struct cadre_request *req,
                        const struct cadre_log_field *fields, size_t n, const char *fmt,
                        va_list args)
{
    static _Thread_local struct cadre__log_line line;
    static _Thread_local char text[CADRE__LOG_LINE_MAX];
    if (!cadre__log_is_on(level))
        return;
    int saved = errno;
    if ((size_t)level >= N_LEVELS)
        level = CADRE_LOG_CRITICAL;
    cadre__log_line_begin(&line,
                          atomic_load_explicit(&cadre__the_log.line_max, memory_order_relaxed));
    put_head(&line, level);
    errno = saved; /* for %m */
    int len = vsnprintf(text, sizeof(text), fmt, args);
    if (len > 0)
        cadre__log_line_put_escaped(&line, text, strlen(text), false);
    put_request(&line, req, NULL);
    for (size_t i = 0; i < n; i++)
        cadre__log_line_put_field(&line, &fields[i]);
    put_generation(&line);
    bool written = cadre__log_the_service() == CADRE__LOG_NO_SERVICE
                       ? write_line(&line)
                       : send_with_fields(&line, req, fields, n);
    if (written && atomic_load_explicit(&cadre__the_log.untold, memory_order_relaxed) != 0)
        tell_lost();
    errno = saved;
}

void cadre_log(enum cadre_log_level level, const struct cadre_request *req, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cadre__vlog_fields(level, req, NULL, 0, fmt, args);
    va_end(args);
}

void cadre_log_fields(enum cadre_log_level level, const struct cadre_request *req,
                      const struct cadre_log_field *fields, size_t n, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cadre__vlog_fields(level, req, fields, n, fmt, args);
    va_end(args);
}

void cadre__log(enum cadre_log_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cadre__vlog_fields(level, NULL, NULL, 0, fmt, args);
    va_end(args);
}

void cadre__vlog(enum cadre_log_level level, const char *fmt, va_list args)
{
    cadre__vlog_fields(level, NULL, NULL, 0, fmt, args);
}

uint64_t cadre__log_lost(void)
{
    return atomic_load_explicit(&cadre__the_log.lost, memory_order_relaxed);
}

/* ---- settings ---- */

/* Puts a copy of `fd` where lines go. Under the lock. */
static int adopt_fd(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    int ours = atomic_load_explicit(&cadre__the_log.fd, memory_order_relaxed);
    if (fd != ours || ours <= STDERR_FILENO) {
        int copy = ours > STDERR_FILENO ? dup3(fd, ours, O_CLOEXEC)
                                        : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (copy < 0)
            return -errno;
        atomic_store_explicit(&cadre__the_log.fd, copy, memory_order_release);
    }
    atomic_store_explicit(&cadre__the_log.can_pipe, !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode),
                          memory_order_relaxed);
    atomic_store_explicit(
        &cadre__the_log.line_max,
        S_ISFIFO(st.st_mode) && PIPE_BUF < CADRE__LOG_LINE_MAX ? PIPE_BUF : CADRE__LOG_LINE_MAX,
        memory_order_relaxed);
    atomic_store_explicit(&cadre__the_log.torn, false, memory_order_relaxed);
    if (S_ISSOCK(st.st_mode))
        cadre__log_service_adopt(fd);
    return 0;
}

int cadre__log_set_fd(int fd)
{
    pthread_mutex_lock(&cadre__the_log.lock);
    int r = adopt_fd(fd);
    pthread_mutex_unlock(&cadre__the_log.lock);
    return r;
}

int cadre__log_open(const struct cadre__log_options *options)
{
    int r = cadre__log_set_fd(options->fd);
    if (r < 0)
        return r;
    atomic_store_explicit(&cadre__the_log.journal, options->journal_prefix, memory_order_relaxed);
    atomic_store_explicit(&cadre__the_log.facility, options->facility, memory_order_relaxed);
    atomic_store_explicit(&cadre__the_log.generation, options->generation, memory_order_relaxed);
    atomic_store_explicit(&cadre__the_log.service, (int)options->service, memory_order_relaxed);
    cadre__log_set_level(options->level);
    cadre__log_set_role(options->role);
    return 0;
}

void cadre__log_set_level(enum cadre_log_level level)
{
    atomic_store_explicit(&cadre__the_log.level, (int)level, memory_order_relaxed);
}

void cadre__log_set_role(const char *role)
{
    pthread_mutex_lock(&cadre__the_log.lock);
    cadre__str_copy(cadre__the_log.role, sizeof(cadre__the_log.role), role ? role : "");
    pthread_mutex_unlock(&cadre__the_log.lock);
}

void cadre__log_set_request_describer(cadre__log_describe_fn fn)
{
    atomic_store_explicit(&cadre__the_log.describe, fn, memory_order_release);
}

int cadre__log_level_parse(const char *name, enum cadre_log_level *ret)
{
    for (size_t i = 0; i < N_LEVELS; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *ret = (enum cadre_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

int cadre__log_priority(enum cadre_log_level level)
{
    return levels[(size_t)level < N_LEVELS ? level : CADRE_LOG_CRITICAL].priority - '0';
}

const char *cadre__log_level_name(enum cadre_log_level level)
{
    return (size_t)level < N_LEVELS ? levels[level].name : "unknown";
}

bool cadre__log_is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    unsigned long long device, inode;
    char end;
    if (!stream || fstat(fd, &st) < 0)
        return false;
    if (sscanf(stream, "%llu:%llu%c", &device, &inode, &end) != 2)
        return false;
    return st.st_dev == device && st.st_ino == inode;
}
