/* SPDX-License-Identifier: MIT */
/*
 * Pattern, line and file together. worker/access_log.h has the contract.
 */
#include "worker/access_log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"

static void on_flush(struct cadre__timer *timer);

/* Without a place among the counters lines are lost uncounted. */
static struct cadre__counter define_counter(struct cadre__counters *counters)
{
    struct cadre__counter counter = {NULL};

    if (counters && cadre__counter_define(counters, ACCESS_LOG_LOST,
                                          "Lines of the access log that could not be written.",
                                          CADRE__COUNTER_COUNTER, &counter) < 0)
        counter.value = NULL;
    return counter;
}

int access_log_new(const struct access_log_options *options, struct access_log **ret)
{
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE];
    struct access_log *log = calloc(1, sizeof(*log));
    int fd = options->fd;

    if (!log) {
        cadre__fd_close(&fd);
        return -ENOMEM;
    }
    log->loop = options->loop;
    log->flush_ns = options->flush_ns;
    log->file.fd = -1;
    cadre__timer_init(&log->flush, on_flush);
    access_line_init(&log->context, options->worker, (int)getpid());
    int r = cadre__access_format_parse(options->format, options->json, &log->format, why);
    if (r == 0)
        r = access_file_init(&log->file, fd, options->buffer, define_counter(options->counters));
    else
        cadre__fd_close(&fd);
    if (r < 0) {
        access_log_free(log);
        return r;
    }
    *ret = log;
    return 0;
}

void access_log_free(struct access_log *log)
{
    if (!log)
        return;
    cadre__loop_timer_stop(log->loop, &log->flush);
    access_file_done(&log->file, cadre__loop_now(log->loop));
    cadre__access_format_done(&log->format);
    free(log);
}

/* What waits is written in time; what could not be, when it is to be tried again. */
static void watch(struct access_log *log)
{
    const struct access_file *file = &log->file;
    uint64_t deadline_ns = file->error < 0
                               ? file->retry_ns
                               : cadre__deadline(cadre__loop_now(log->loop), log->flush_ns);

    if (file->len == 0)
        return;
    if (!cadre__timer_is_armed(&log->flush) || log->flush.deadline_ns > deadline_ns)
        cadre__timer_start(cadre__loop_timers(log->loop), &log->flush, deadline_ns);
}

static void on_flush(struct cadre__timer *timer)
{
    struct access_log *log = CADRE__CONTAINER_OF(timer, struct access_log, flush);

    (void)access_file_flush(&log->file, cadre__loop_now(log->loop));
    watch(log);
}

void access_log_add(struct access_log *log, const struct access_entry *entry)
{
    uint64_t now_ns = cadre__loop_now(log->loop);
    char *room = access_file_reserve(&log->file, now_ns);

    if (!room)
        return;
    access_line_set_time(&log->context, cadre__clock_wall_ms());
    access_file_commit(&log->file,
                       access_line_format(&log->format, &log->context, entry, room,
                                          access_file_line_max(&log->file)),
                       now_ns);
    watch(log);
}

int access_log_reopen(struct access_log *log, int fd)
{
    return access_file_reopen(&log->file, fd, cadre__loop_now(log->loop));
}
