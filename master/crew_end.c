/* SPDX-License-Identifier: MIT */
/*
 * The ends of children; see crew.h.
 *
 * A process is gone when it was reaped, not when its channel closes. What it said last is read
 * before its end is reported, so a reason always comes before an exit.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/fd.h"
#include "base/log.h"
#include "ipc/crash_record.h"
#include "ipc/scoreboard.h"
#include "master/crash_report.h"
#include "master/crew.h"
#include "master/crew_process.h"
#include "master/oom.h"

/* Where it was at its end: what it started or shut down, or the handler that had the loop. */
const char *process_place(const struct process *p, char buf[static CADRE__SCORE_TEXT_SIZE])
{
    const struct cadre__score *score = &p->crew->board->slot[p->slot];

    if (*cadre__score_get_text(&score->phase, buf) != '\0')
        return buf;
    if (p->ready && atomic_load_explicit(&score->waiting, memory_order_relaxed) == 0)
        return cadre__score_get_text(&score->handler, buf);
    buf[0] = '\0';
    return buf;
}

void process_forget(struct process *p)
{
    struct crew *crew = p->crew;

    if (p->pid_fd >= 0)
        event_del(&p->exit_event);
    cadre__fd_close(&p->pid_fd);
    process_close_channel(p);
    p->pid = 0;
    while (crew->high_water > 0 && crew->processes[crew->high_water - 1].pid == 0)
        crew->high_water--;
}

static uint64_t real_time(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)time.tv_nsec;
}

/* A death that needs one has a report, of what the child wrote itself and of what is known here. */
static void report_death(struct process *p, const struct machine_event *event, uint64_t oom_kills,
                         uint64_t rss_kib)
{
    struct crew *crew = p->crew;
    const struct cadre__score *score = &crew->board->slot[p->slot];
    struct crash_report *r;

    if (!crash_report_is_one(event->wait_status))
        return;
    r = calloc(1, sizeof(*r));
    if (r == NULL)
        return;
    r->kind = p->kind;
    r->slot = p->slot;
    r->generation = p->generation;
    r->index = atomic_load_explicit(&score->index, memory_order_relaxed);
    r->pid = p->pid;
    r->when_ns = real_time();
    r->uptime_ns = cadre__clock_now(cadre__clock_system()) - p->born_ns;
    r->requests = event->requests;
    r->rss_kib = rss_kib;
    r->oom_kills = oom_kills;
    r->wait_status = event->wait_status;
    snprintf(r->place, sizeof(r->place), "%s", event->text);
    r->has_record = cadre__crash_take(crew->crashes, p->slot, &r->record);
    crew->options.on_death(crew->options.arg, r);
}

static void ended(struct process *p, int status, const struct rusage *usage)
{
    struct crew *crew = p->crew;
    char place[CADRE__SCORE_TEXT_SIZE];
    struct machine_event event = {.type = EVENT_EXITED, .wait_status = status};
    uint64_t oom_kills = 0;

    process_hear_last(p);
    event.requests =
        atomic_load_explicit(&crew->board->slot[p->slot].requests, memory_order_relaxed);
    event.text = process_place(p, place);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        oom_kills = oom_new_kills(&crew->oom);
    event.out_of_memory = oom_kills > 0;
    report_death(p, &event, oom_kills, (uint64_t)usage->ru_maxrss);
    process_forget(p);
    cadre__counters_forget_gauges(&crew->counters, p->slot);
    cadre__scoreboard_release(crew->board, p->slot);
    process_report(p, &event);
}

void process_on_exit(evutil_socket_t fd, short what, void *arg)
{
    struct process *p = arg;
    struct rusage usage = {.ru_maxrss = 0};
    int status;
    pid_t pid;

    (void)fd;
    (void)what;
    do
        pid = wait4(p->pid, &status, WNOHANG, &usage);
    while (pid < 0 && errno == EINTR);
    if (pid == p->pid)
        ended(p, status, &usage);
    else if (pid < 0) /* reaped by somebody else: it is gone all the same */
        ended(p, 0, &usage);
}

void crew_reap(struct crew *crew)
{
    struct rusage usage;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        struct process *known = NULL;

        for (uint32_t slot = 0; slot < crew->high_water && known == NULL; slot++)
            if (crew->processes[slot].pid == pid)
                known = &crew->processes[slot];
        if (known != NULL) {
            ended(known, status, &usage);
        } else {
            cadre__log(CADRE_LOG_DEBUG, "process %d, which is none of ours, has ended", (int)pid);
            crew->options.on_stranger(crew->options.arg, pid);
        }
    }
}

bool crew_needs_sigchld(const struct crew *crew)
{
    return crew->no_pid_fd || getpid() == 1;
}
