/* SPDX-License-Identifier: MIT */
/*
 * base/log: a line from a signal handler. Everything here is async-signal-safe: no lock, no memory,
 * no locale.
 */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_state.h"

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
    const struct cadre__log_speaker who = cadre__log_the_speaker(cadre__the_log.role);
    struct iovec parts[2] = {
        {.iov_base = head,
         .iov_len = cadre__log_service_signal_head(cadre__log_the_service(),
                                                   cadre__log_priority(level), &who, head)},
        {.iov_base = line.data},
    };

    signal_put(&line, text, 512);
    line.data[line.len++] = '\n'; /* ends journald's field; syslog takes it off */
    parts[1].iov_len = line.len;
    (void)!cadre__log_service_send(atomic_load_explicit(&cadre__the_log.fd, memory_order_acquire),
                                   parts, 2);
}

void cadre__log_in_signal(enum cadre_log_level level, const char *text)
{
    struct signal_line line = {.data = "\n", .len = 1};
    const char priority[] = {'<', (char)('0' + cadre__log_priority(level)), '>', '\0'};
    int saved = errno;

    if (!cadre__log_is_on(level))
        return;
    if (cadre__log_the_service() != CADRE__LOG_NO_SERVICE) {
        signal_send(level, text);
        errno = saved;
        return;
    }
    if (atomic_load_explicit(&cadre__the_log.journal, memory_order_relaxed)) {
        signal_put(&line, priority, sizeof(priority));
    } else {
        signal_put_time(&line);
        signal_put(&line, cadre__log_level_name(level), 16);
        signal_put(&line, " ", 1);
    }
    if (cadre__the_log.role[0]) {
        signal_put(&line, cadre__the_log.role, sizeof(cadre__the_log.role));
        signal_put(&line, ": ", 2);
    }
    signal_put(&line, text, 512);
    line.data[line.len++] = '\n';
    size_t skip =
        atomic_exchange_explicit(&cadre__the_log.torn, false, memory_order_relaxed) ? 0 : 1;
    (void)cadre__log_write_once(atomic_load_explicit(&cadre__the_log.fd, memory_order_acquire),
                                line.data + skip, line.len - skip);
    errno = saved;
}
