/* SPDX-License-Identifier: MIT */
/*
 * base/log: makes lines and writes them.
 *
 * The descriptor is the log's own copy and keeps its number when the log is reopened (dup3), so a
 * thread that is about to write can never hit a number that has come to mean something else.
 * Settings are atomics, but for the role, which a lock guards. The two buffers of a line belong to
 * the thread: a coroutine's stack is small, and nothing here suspends.
 *
 * Text that is not safe to show comes out as an escape: control characters (C0, DEL, C1), what is
 * not UTF-8, and the characters that break lines or turn the direction of writing. An escape
 * or a character is never cut in two.
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
#include "base/str.h"

#define ROLE_SIZE 64

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

/* The one log of the process. */
static struct {
    _Atomic int fd; /* our copy; before the first open standard error */
    _Atomic int level;
    atomic_bool journal;       /* lines begin with "<6>" */
    atomic_bool can_pipe;      /* a write may raise SIGPIPE */
    atomic_bool torn;          /* the last line was written in part: its end is missing */
    _Atomic int service;       /* enum cadre__log_service */
    _Atomic unsigned facility; /* for syslog */
    _Atomic uint32_t generation;
    _Atomic uint32_t line_max; /* bytes of a line, its end included */
    _Atomic uint64_t lost;
    _Atomic(cadre__log_describe_fn) describe;
    pthread_mutex_t lock; /* guards the role, and changes of fd */
    char role[ROLE_SIZE]; /* "": none */
} the_log = {
    .fd = STDERR_FILENO,
    .level = CADRE_LOG_INFO,
    .can_pipe = true,
    .line_max = CADRE__LOG_LINE_MAX,
    .lock = PTHREAD_MUTEX_INITIALIZER,
};

/* ---- a line ---- */

/* Room kept for the "..." and the line end. */
#define TAIL 4

struct line {
    char torn_end; /* a line end, for a torn line before this one; directly before data */
    char data[CADRE__LOG_LINE_MAX];
    size_t len;
    size_t max; /* at most sizeof(data) */
    bool cut;   /* takes nothing more */
};

_Static_assert(offsetof(struct line, data) == 1, "torn_end and data are written in one go");

/* Appends all `n` bytes or none. */
static void put(struct line *line, const char *bytes, size_t n)
{
    if (line->cut || n > line->max - TAIL - line->len) {
        line->cut = true;
        return;
    }
    memcpy(line->data + line->len, bytes, n);
    line->len += n;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* The length of the character at `s`, or 0 where it is no UTF-8 or is better not shown raw. */
static size_t safe_char(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
        return 0;
    uint32_t code = s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    bool shady =
        code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return shady ? 0 : n;
}

/* Appends text of any origin; inside quotes the quote and the backslash are escaped too. */
static void put_escaped(struct line *line, const char *text, size_t len, bool quoted)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + len;
    while (s < end && !line->cut) {
        size_t n = safe_char(s, (size_t)(end - s));
        char escape[8] = "";
        if (n == 1 && quoted && (*s == '"' || *s == '\\'))
            snprintf(escape, sizeof(escape), "\\%c", *s);
        else if (n > 0)
            put(line, (const char *)s, n);
        else if (*s == '\n' || *s == '\r' || *s == '\t')
            snprintf(escape, sizeof(escape), "\\%c", *s == '\n' ? 'n' : *s == '\r' ? 'r' : 't');
        else
            snprintf(escape, sizeof(escape), "\\x%02x", *s);
        if (escape[0])
            put_text(line, escape);
        s += n ? n : 1;
    }
}

static bool needs_quotes(struct cadre_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c <= ' ' || c > '~' || c == '=' || c == '"' || c == '\\')
            return true;
    }
    return value.len == 0;
}

static void put_value(struct line *line, struct cadre_str value)
{
    bool quoted = needs_quotes(value);
    if (quoted)
        put(line, "\"", 1);
    put_escaped(line, value.ptr, value.len, quoted);
    if (quoted)
        put(line, "\"", 1);
}

static void put_key(struct line *line, const char *key)
{
    put(line, " ", 1);
    for (; *key; key++) {
        bool ok = (*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') ||
                  (*key >= '0' && *key <= '9') || *key == '_' || *key == '.' || *key == '-';
        put(line, ok ? key : "_", 1);
    }
    put(line, "=", 1);
}

static void put_field(struct line *line, const struct cadre_log_field *field)
{
    char number[40] = "";
    if (!field->key || (field->type == CADRE_LOG_TYPE_STR && !field->value.str.ptr))
        return;
    put_key(line, field->key);
    switch (field->type) {
    case CADRE_LOG_TYPE_STR:
        put_value(line, field->value.str);
        return;
    case CADRE_LOG_TYPE_INT:
        snprintf(number, sizeof(number), "%lld", (long long)field->value.i);
        break;
    case CADRE_LOG_TYPE_UINT:
        snprintf(number, sizeof(number), "%llu", (unsigned long long)field->value.u);
        break;
    case CADRE_LOG_TYPE_DOUBLE:
        snprintf(number, sizeof(number), "%.6g", field->value.d);
        break;
    case CADRE_LOG_TYPE_BOOL:
        snprintf(number, sizeof(number), "%s", field->value.u ? "true" : "false");
        break;
    }
    put_text(line, number);
}

static enum cadre__log_service the_service(void)
{
    return (enum cadre__log_service)atomic_load_explicit(&the_log.service, memory_order_relaxed);
}

/* Who we are, for a service; `role` is a copy or, in a signal handler, the log's own. */
static struct cadre__log_speaker speaker(const char *role)
{
    return (struct cadre__log_speaker){
        .role = role,
        .generation = atomic_load_explicit(&the_log.generation, memory_order_relaxed),
        .facility = atomic_load_explicit(&the_log.facility, memory_order_relaxed),
    };
}

static void copy_role(char role[static ROLE_SIZE])
{
    pthread_mutex_lock(&the_log.lock);
    memcpy(role, the_log.role, ROLE_SIZE);
    pthread_mutex_unlock(&the_log.lock);
}

static void put_service_head(struct line *line, enum cadre_log_level level)
{
    char role[ROLE_SIZE], head[CADRE__LOG_SERVICE_HEAD];

    copy_role(role);
    const struct cadre__log_speaker who = speaker(role);
    put(line, head,
        cadre__log_service_head(the_service(), levels[level].priority - '0', &who, head));
}

/* "2026-11-20T23:01:02.123Z info " or "<6>", then "worker 1: ". */
static void put_head(struct line *line, enum cadre_log_level level)
{
    if (the_service() != CADRE__LOG_NO_SERVICE) {
        put_service_head(line, level);
        return;
    }
    char head[64] = {'<', levels[level].priority, '>', '\0'};
    if (!atomic_load_explicit(&the_log.journal, memory_order_relaxed)) {
        uint64_t ms = cadre__clock_wall_ms();
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        size_t len = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(head + len, sizeof(head) - len, ".%03uZ %s ", (unsigned)(ms % 1000),
                 levels[level].name);
    }
    put_text(line, head);
    char role[ROLE_SIZE];
    copy_role(role);
    if (!role[0])
        return;
    put_escaped(line, role, strlen(role), false);
    put(line, ": ", 2);
}

/* A field as journald's own: a line "CADRE_KEY=value". */
static void put_native(struct line *line, const struct cadre_log_field *field)
{
    size_t before = line->len;
    char key[65];

    put(line, "\n", 1);
    put_field(line, field);
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
    put_text(line, key);
    put(line, "=", 1);
    put(line, raw, len);
}

/* The fields that name a request, as text or, into `native`, as journald's own. */
static void put_request(struct line *line, const struct cadre_request *req, struct line *native)
{
    cadre__log_describe_fn describe = atomic_load_explicit(&the_log.describe, memory_order_acquire);
    if (!req || !describe)
        return;
    struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS];
    char buf[CADRE__LOG_DESCRIBE_SIZE];
    size_t n = describe(req, fields, buf);
    for (size_t i = 0; i < n && i < CADRE__LOG_DESCRIBE_FIELDS; i++) {
        if (native)
            put_native(native, &fields[i]);
        else
            put_field(line, &fields[i]);
    }
}

/* The generation is the last field; journald has it as one of its own. */
static void put_generation(struct line *line)
{
    uint32_t generation = atomic_load_explicit(&the_log.generation, memory_order_relaxed);
    char text[32];

    if (generation == 0 || the_service() == CADRE__LOG_JOURNAL)
        return;
    snprintf(text, sizeof(text), " generation=%u", (unsigned)generation);
    put_text(line, text);
}

/* ---- writing ---- */

/* write(), over EINTR. */
static ssize_t write_once(int fd, const char *bytes, size_t len)
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
        return write_once(fd, bytes, len);
    sigset_t sigpipe, before, pending;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    ssize_t n = write_once(fd, bytes, len);
    if (n < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE)) {
        const struct timespec at_once = {0};
        while (sigtimedwait(&sigpipe, NULL, &at_once) < 0 && errno == EINTR)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}

static void write_line(struct line *line)
{
    if (line->cut) {
        memcpy(line->data + line->len, "...", 3);
        line->len += 3;
    }
    line->data[line->len++] = '\n';
    const char *bytes = line->data;
    size_t len = line->len;
    if (atomic_exchange_explicit(&the_log.torn, false, memory_order_relaxed)) {
        line->torn_end = '\n';
        bytes = &line->torn_end;
        len++;
    }
    int fd = atomic_load_explicit(&the_log.fd, memory_order_acquire);
    ssize_t n = atomic_load_explicit(&the_log.can_pipe, memory_order_relaxed)
                    ? write_without_sigpipe(fd, bytes, len)
                    : write_once(fd, bytes, len);
    if (n == (ssize_t)len)
        return;
    atomic_fetch_add_explicit(&the_log.lost, 1, memory_order_relaxed);
    if (n > 0 || (n < 0 && len > line->len))
        atomic_store_explicit(&the_log.torn, true, memory_order_relaxed);
}

/* One datagram: the line and, for journald, its fields. */
static void send_line(struct line *line, struct line *fields)
{
    const struct iovec parts[] = {
        {.iov_base = line->data, .iov_len = line->len},
        {.iov_base = (void *)(uintptr_t) "...", .iov_len = line->cut ? 3 : 0},
        {.iov_base = fields->data, .iov_len = fields->len},
        {.iov_base = (void *)(uintptr_t) "\n",
         .iov_len = the_service() == CADRE__LOG_JOURNAL ? 1 : 0},
    };
    int fd = atomic_load_explicit(&the_log.fd, memory_order_acquire);

    if (cadre__log_service_send(fd, parts, sizeof(parts) / sizeof(parts[0])) < 0)
        atomic_fetch_add_explicit(&the_log.lost, 1, memory_order_relaxed);
}

static void send_with_fields(struct line *line, const struct cadre_request *req,
                             const struct cadre_log_field *fields, size_t n)
{
    static _Thread_local struct line native;

    native.len = 0;
    native.cut = false;
    native.max = sizeof(native.data);
    if (the_service() == CADRE__LOG_JOURNAL) {
        put_request(NULL, req, &native);
        for (size_t i = 0; i < n; i++)
            put_native(&native, &fields[i]);
    }
    send_line(line, &native);
}

bool cadre__log_is_on(enum cadre_log_level level)
{
    return (int)level >= atomic_load_explicit(&the_log.level, memory_order_relaxed);
}

void cadre__vlog_fields(enum cadre_log_level level, const struct cadre_request *req,
                        const struct cadre_log_field *fields, size_t n, const char *fmt,
                        va_list args)
{
    static _Thread_local struct line line;
    static _Thread_local char text[CADRE__LOG_LINE_MAX];
    if (!cadre__log_is_on(level))
        return;
    int saved = errno;
    if ((size_t)level >= N_LEVELS)
        level = CADRE_LOG_CRITICAL;
    line.len = 0;
    line.cut = false;
    line.max = atomic_load_explicit(&the_log.line_max, memory_order_relaxed);
    put_head(&line, level);
    errno = saved; /* for %m */
    int len = vsnprintf(text, sizeof(text), fmt, args);
    if (len > 0)
        put_escaped(&line, text, strlen(text), false);
    put_request(&line, req, NULL);
    for (size_t i = 0; i < n; i++)
        put_field(&line, &fields[i]);
    put_generation(&line);
    if (the_service() == CADRE__LOG_NO_SERVICE)
        write_line(&line);
    else
        send_with_fields(&line, req, fields, n);
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
    return atomic_load_explicit(&the_log.lost, memory_order_relaxed);
}

/* ---- in a signal handler ---- */

/* A line on the handler's own stack; the first byte is kept for the end of a torn line. */
struct signal_line {
    char data[1024];
    size_t len;
};

static void signal_put(struct signal_line *line, const char *text, size_t max)
{
    for (; *text && max > 0 && line->len < sizeof(line->data) - 1; text++, max--)
        line->data[line->len++] = (char)(*text >= ' ' && *text <= '~' ? *text : '?');
}

/* `number` in so many digits, with `end` behind it. */
static void signal_put_digits(struct signal_line *line, uint64_t number, int digits, char end)
{
    char text[24] = "";

    text[digits] = end;
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        text[i] = (char)('0' + number % 10);
    signal_put(line, text, sizeof(text));
}

/* "2026-11-20T23:01:02.123Z ": gmtime_r() may take a lock. Days to a date: Howard Hinnant's
 * algorithm, http://howardhinnant.github.io/date_algorithms.html#civil_from_days */
static void signal_put_time(struct signal_line *line)
{
    uint64_t ms = cadre__clock_wall_ms(), second = ms / 1000 % 86400;
    uint64_t days = ms / 86400000 + 719468, era = days / 146097, day = days % 146097;
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint64_t in_year = day - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * in_year + 2) / 153;

    signal_put_digits(line, year + era * 400 + (month >= 10), 4, '-');
    signal_put_digits(line, month < 10 ? month + 3 : month - 9, 2, '-');
    signal_put_digits(line, in_year - (153 * month + 2) / 5 + 1, 2, 'T');
    signal_put_digits(line, second / 3600, 2, ':');
    signal_put_digits(line, second / 60 % 60, 2, ':');
    signal_put_digits(line, second % 60, 2, '.');
    signal_put_digits(line, ms % 1000, 3, 'Z');
    signal_put(line, " ", 1);
}

static void signal_send(enum cadre_log_level level, const char *text)
{
    struct signal_line line = {.len = 0};
    char head[CADRE__LOG_SERVICE_HEAD];
    const struct cadre__log_speaker who = speaker(the_log.role);
    struct iovec parts[2] = {
        {.iov_base = head,
         .iov_len = cadre__log_service_signal_head(the_service(), levels[level].priority - '0',
                                                   &who, head)},
        {.iov_base = line.data},
    };

    signal_put(&line, text, 512);
    line.data[line.len++] = '\n'; /* ends journald's field; syslog takes it off */
    parts[1].iov_len = line.len;
    (void)!cadre__log_service_send(atomic_load_explicit(&the_log.fd, memory_order_acquire), parts,
                                   2);
}

void cadre__log_in_signal(enum cadre_log_level level, const char *text)
{
    struct signal_line line = {.data = "\n", .len = 1};
    const char priority[] = {'<', levels[level].priority, '>', '\0'};
    int saved = errno;

    if (!cadre__log_is_on(level))
        return;
    if (the_service() != CADRE__LOG_NO_SERVICE) {
        signal_send(level, text);
        errno = saved;
        return;
    }
    if (atomic_load_explicit(&the_log.journal, memory_order_relaxed)) {
        signal_put(&line, priority, sizeof(priority));
    } else {
        signal_put_time(&line);
        signal_put(&line, levels[level].name, 16);
        signal_put(&line, " ", 1);
    }
    if (the_log.role[0]) {
        signal_put(&line, the_log.role, sizeof(the_log.role));
        signal_put(&line, ": ", 2);
    }
    signal_put(&line, text, 512);
    line.data[line.len++] = '\n';
    size_t skip = atomic_exchange_explicit(&the_log.torn, false, memory_order_relaxed) ? 0 : 1;
    (void)write_once(atomic_load_explicit(&the_log.fd, memory_order_acquire), line.data + skip,
                     line.len - skip);
    errno = saved;
}

/* ---- settings ---- */

/* Puts a copy of `fd` where lines go. Under the lock. */
static int adopt_fd(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    int ours = atomic_load_explicit(&the_log.fd, memory_order_relaxed);
    if (fd != ours || ours <= STDERR_FILENO) {
        int copy = ours > STDERR_FILENO ? dup3(fd, ours, O_CLOEXEC)
                                        : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (copy < 0)
            return -errno;
        atomic_store_explicit(&the_log.fd, copy, memory_order_release);
    }
    atomic_store_explicit(&the_log.can_pipe, !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode),
                          memory_order_relaxed);
    atomic_store_explicit(
        &the_log.line_max,
        S_ISFIFO(st.st_mode) && PIPE_BUF < CADRE__LOG_LINE_MAX ? PIPE_BUF : CADRE__LOG_LINE_MAX,
        memory_order_relaxed);
    atomic_store_explicit(&the_log.torn, false, memory_order_relaxed);
    if (S_ISSOCK(st.st_mode))
        cadre__log_service_adopt(fd);
    return 0;
}

int cadre__log_set_fd(int fd)
{
    pthread_mutex_lock(&the_log.lock);
    int r = adopt_fd(fd);
    pthread_mutex_unlock(&the_log.lock);
    return r;
}

int cadre__log_open(const struct cadre__log_options *options)
{
    int r = cadre__log_set_fd(options->fd);
    if (r < 0)
        return r;
    atomic_store_explicit(&the_log.journal, options->journal_prefix, memory_order_relaxed);
    atomic_store_explicit(&the_log.facility, options->facility, memory_order_relaxed);
    atomic_store_explicit(&the_log.generation, options->generation, memory_order_relaxed);
    atomic_store_explicit(&the_log.service, (int)options->service, memory_order_relaxed);
    cadre__log_set_level(options->level);
    cadre__log_set_role(options->role);
    return 0;
}

void cadre__log_set_level(enum cadre_log_level level)
{
    atomic_store_explicit(&the_log.level, (int)level, memory_order_relaxed);
}

void cadre__log_set_role(const char *role)
{
    pthread_mutex_lock(&the_log.lock);
    cadre__str_copy(the_log.role, sizeof(the_log.role), role ? role : "");
    pthread_mutex_unlock(&the_log.lock);
}

void cadre__log_set_request_describer(cadre__log_describe_fn fn)
{
    atomic_store_explicit(&the_log.describe, fn, memory_order_release);
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
