/* SPDX-License-Identifier: MIT */
/*
 * The crew: processes, channels, scoreboard; see crew.h.
 *
 * A process is gone when it was reaped, not when its channel closes. What it said last is read
 * before its end is reported, so a reason always comes before an exit.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/shm.h"
#include "base/units.h"
#include "ipc/channel.h"
#include "ipc/crash_record.h"
#include "ipc/scoreboard.h"
#include "master/crash_report.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/kinds.h"
#include "master/oom.h"
#include "master/rss.h"
#include "master/spawn.h"

#define COUNTERS_CAPACITY 256
/* How often silence is looked for: a part of the limit, within bounds. */
#define SILENCE_PART   4
#define SILENCE_MIN_NS (100 * CADRE__NSEC_PER_MSEC)
#define SILENCE_MAX_NS (5 * CADRE__NSEC_PER_SEC)
/* A worker whose loop is in one turn for longer is passed over while others have room. */
#define STUCK_NS (20 * CADRE__NSEC_PER_MSEC)

/* How often memory is looked at, where it is limited. */
#define RSS_LOOK_NS (2 * CADRE__NSEC_PER_SEC)

_Static_assert(MACHINE_SLOTS_MAX == CADRE__SLOTS_MAX, "a slot is a record of the scoreboard");

struct process {
    struct crew *crew;
    uint32_t slot;
    uint32_t generation;
    enum cadre__child_kind kind;
    pid_t pid; /* 0: none */
    int pid_fd;
    int channel_fd;   /* -1: closed */
    uint64_t born_ns; /* when it was started */
    bool ready;
    bool told_no_fd;            /* the log has a line about it */
    uint64_t worker_timeout_ns; /* 0: none */
    uint64_t max_rss;           /* bytes; 0: none */
    struct event exit_event;    /* while pid_fd >= 0 */
    struct event channel_event; /* while channel_fd >= 0 */
};

struct crew {
    struct crew_options options;
    struct cadre__shm score_area;
    struct cadre__shm counter_area;
    struct cadre__shm crash_area;
    struct cadre__shm traffic_area;
    struct cadre__shm status_area;
    struct cadre__scoreboard *board;
    struct cadre__crashes *crashes;
    struct cadre__counters counters;
    struct cadre__traffic_area *traffic;
    struct cadre__status_area *status;
    struct oom oom;
    bool no_pid_fd; /* the kernel has none */
    uint32_t high_water;
    struct process processes[MACHINE_SLOTS_MAX];
};

static struct process *find(struct crew *crew, uint32_t slot)
{
    if (slot >= MACHINE_SLOTS_MAX || crew->processes[slot].pid == 0)
        return NULL;
    return &crew->processes[slot];
}

static void report(struct process *p, struct machine_event *event)
{
    event->slot = p->slot;
    p->crew->options.on_event(p->crew->options.arg, event);
}

static void report_type(struct process *p, enum machine_event_type type)
{
    struct machine_event event = {.type = type};

    report(p, &event);
}

static void set_state(struct process *p, enum cadre__score_state state)
{
    atomic_store_explicit(&p->crew->board->slot[p->slot].state, state, memory_order_relaxed);
}

static void close_channel(struct process *p)
{
    if (p->channel_fd < 0)
        return;
    event_del(&p->channel_event);
    cadre__fd_close(&p->channel_fd);
}

static void report_broken(struct process *p, const char *text)
{
    struct machine_event event = {.type = EVENT_BROKEN, .text = text};

    close_channel(p);
    report(p, &event);
}

/* --- What is heard --- */

static void heard_failed(struct process *p, const struct cadre__msg *msg)
{
    struct machine_event event = {.type = EVENT_FAILED, .text = msg->failed.text};

    report(p, &event);
}

static void heard_worn(struct process *p, const struct cadre__msg *msg)
{
    char text[96];
    struct machine_event event = {.type = EVENT_WORN, .text = text};

    if (p->kind != CADRE__CHILD_WORKER || !p->ready) {
        report_broken(p, "it broke the protocol with the master: WORN is a ready worker's");
        return;
    }
    snprintf(text, sizeof(text), "it has answered %llu requests (max_requests)",
             (unsigned long long)msg->worn.requests);
    report(p, &event);
}

static void heard_serving(struct process *p, int *fd)
{
    if (p->kind != CADRE__CHILD_STEWARD || *fd < 0) {
        report_broken(p, "it broke the protocol with the master: SERVING is the steward's");
        return;
    }
    p->ready = true;
    set_state(p, CADRE__SCORE_READY);
    p->crew->options.on_published(p->crew->options.arg, p->generation, cadre__fd_take(fd));
    report_type(p, EVENT_SERVING);
}

/* Tells a worker what became of the connection that it handed over. */
static void answer_handover(struct process *p, bool taken)
{
    int r;

    if (p->channel_fd < 0)
        return;
    r = cadre__channel_send_handed(p->channel_fd, taken);
    if (r < 0 && r != -EPIPE)
        report_broken(p, "it does not read what the master says");
}

static void hand_over(struct process *p, const struct cadre__msg_handover *note, int fd)
{
    enum crew_handover became =
        p->crew->options.on_handover(p->crew->options.arg, p->slot, note, fd);

    if (became != CREW_PENDING)
        answer_handover(p, became == CREW_TAKEN);
}

void crew_answer_handover(struct crew *crew, uint32_t slot, pid_t pid, bool taken)
{
    struct process *p = find(crew, slot);

    if (p != NULL && p->pid == pid)
        answer_handover(p, taken);
}

pid_t crew_pid(const struct crew *crew, uint32_t slot)
{
    return slot < MACHINE_SLOTS_MAX ? crew->processes[slot].pid : 0;
}

static void heard_handover(struct process *p, const struct cadre__msg *msg, int fd)
{
    if (p->kind != CADRE__CHILD_WORKER || !p->ready) {
        report_broken(p, "it broke the protocol with the master: HANDOVER is a ready worker's");
        return;
    }
    hand_over(p, &msg->handover, fd);
}

/* A descriptor came, and we have none to take it by. A worker keeps its connection. */
static void heard_without_fd(struct process *p)
{
    if (p->kind != CADRE__CHILD_WORKER) {
        report_broken(p, "the master has no descriptor free for what it sent");
        return;
    }
    if (!p->told_no_fd)
        cadre__log(CADRE_LOG_WARNING,
                   "the master has no descriptor free: connections of worker "
                   "process %d are not handed over",
                   (int)p->pid);
    p->told_no_fd = true;
    hand_over(p, NULL, -1);
}

static void heard(struct process *p, const struct cadre__msg *msg, int *fd)
{
    struct machine_event loaded = {.type = EVENT_LOADED};

    switch (msg->type) {
    case CADRE__MSG_LOADED:
        loaded.wants_steward = msg->loaded.wants_server_lifespan != 0;
        report(p, &loaded);
        break;
    case CADRE__MSG_READY:
        p->ready = true;
        set_state(p, CADRE__SCORE_READY);
        report_type(p, EVENT_READY);
        break;
    case CADRE__MSG_SERVING:
        heard_serving(p, fd);
        break;
    case CADRE__MSG_FAILED:
        heard_failed(p, msg);
        break;
    case CADRE__MSG_DRAINED:
        set_state(p, CADRE__SCORE_STOPPING);
        report_type(p, EVENT_DRAINED);
        break;
    case CADRE__MSG_WORN:
        heard_worn(p, msg);
        break;
    case CADRE__MSG_STALL:
        if (p->kind == CADRE__CHILD_WORKER)
            p->crew->options.on_stall(p->crew->options.arg, p->slot, p->pid, &msg->stall);
        break;
    case CADRE__MSG_HANDOVER:
        heard_handover(p, msg, *fd);
        break;
    default: /* a checker's REPORT: there are none in a server */
        break;
    }
}

/* Reads all that the child has said. */
static void hear(struct process *p)
{
    /* An event may lead to anything but the end of this process: that waits for its reaping. */
    while (p->channel_fd >= 0) {
        struct cadre__msg msg;
        int fd = -1;
        int r = cadre__channel_recv(p->channel_fd, CADRE__FROM_CHILD, &msg, &fd);

        if (r == -EAGAIN)
            return;
        if (r == 0) {
            close_channel(p);
            report_type(p, EVENT_LOST);
            return;
        }
        if (r == -EMFILE) { /* ours to blame */
            heard_without_fd(p);
            continue;
        }
        if (r < 0) {
            report_broken(p, "it broke the protocol with the master: it sent no message of ours");
            return;
        }
        heard(p, &msg, &fd);
        cadre__fd_close(&fd);
    }
}

static void on_channel(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    hear(arg);
}

/* --- Ends --- */

/* Where it was at its end: what it started or shut down, or the handler that had the loop. */
static const char *describe_place(const struct process *p, char buf[static CADRE__SCORE_TEXT_SIZE])
{
    const struct cadre__score *score = &p->crew->board->slot[p->slot];

    if (*cadre__score_get_text(&score->phase, buf) != '\0')
        return buf;
    if (p->ready && atomic_load_explicit(&score->waiting, memory_order_relaxed) == 0)
        return cadre__score_get_text(&score->handler, buf);
    buf[0] = '\0';
    return buf;
}

static void forget(struct process *p)
{
    struct crew *crew = p->crew;

    if (p->pid_fd >= 0)
        event_del(&p->exit_event);
    cadre__fd_close(&p->pid_fd);
    close_channel(p);
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

    hear(p);
    event.requests =
        atomic_load_explicit(&crew->board->slot[p->slot].requests, memory_order_relaxed);
    event.text = describe_place(p, place);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        oom_kills = oom_new_kills(&crew->oom);
    event.out_of_memory = oom_kills > 0;
    report_death(p, &event, oom_kills, (uint64_t)usage->ru_maxrss);
    forget(p);
    cadre__counters_forget_gauges(&crew->counters, p->slot);
    cadre__scoreboard_release(crew->board, p->slot);
    report(p, &event);
}

static void on_exit_event(evutil_socket_t fd, short what, void *arg)
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

/* --- Starts --- */

/* The status listener is the reporter's, the others are the workers'. */
static int add_listeners(struct cadre__heritage *heritage, const struct listener_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct listener_entry *entry = &set->entries[i];
        int r;

        if (entry->conf->is_status != (heritage->kind == CADRE__CHILD_REPORTER))
            continue;
        r = cadre__heritage_add_listener(heritage, entry->conf->name, entry->listener->fd,
                                         entry->listener->address);

        if (r < 0)
            return r;
    }
    return 0;
}

static int fill_heritage(const struct crew *crew, const struct crew_place *place,
                         const struct estate *estate, struct cadre__heritage *heritage)
{
    const struct kind *kind = kind_find(place->kind);
    int r = 0;

    cadre__heritage_init(heritage);
    heritage->kind = place->kind;
    heritage->slot = place->slot;
    heritage->index = place->index;
    heritage->generation = place->generation;
    heritage->master_pid = getpid();
    heritage->boot_ns = crew->options.boot_ns;
    heritage->conf_fd = estate->conf_fd;
    heritage->log_fd = estate->log_fd;
    if (place->kind == CADRE__CHILD_WORKER)
        heritage->access_fd = estate->access_fd;
    heritage->log_service = estate_log_service(estate);
    heritage->log_facility = (uint32_t)estate->conf->log_facility;
    if (cadre__log_is_journal(estate->log_fd))
        heritage->flags |= CADRE__HERITAGE_JOURNAL;
    if (crew->options.terminal)
        heritage->flags |= CADRE__HERITAGE_TERMINAL;
    if (kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->score_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->counter_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->crash_area);
    if (r == 0 && kind->areas)
        r = cadre__heritage_add_shm(heritage, &crew->traffic_area);
    if (r == 0 && place->kind == CADRE__CHILD_WORKER)
        r = cadre__heritage_add_shm(heritage, crew->options.quarantine_area);
    if (r == 0 && kind->status)
        r = cadre__heritage_add_shm(heritage, &crew->status_area);
    if (r == 0 && kind->listeners)
        r = add_listeners(heritage, &estate->listeners);
    return r;
}

static void watch(struct process *p, const struct spawned *spawned)
{
    struct crew *crew = p->crew;

    p->pid = spawned->pid;
    p->pid_fd = spawned->pid_fd;
    p->channel_fd = spawned->channel_fd;
    event_assign(&p->channel_event, crew->options.base, p->channel_fd, EV_READ | EV_PERSIST,
                 on_channel, p);
    event_add(&p->channel_event, NULL);
    if (p->pid_fd >= 0) {
        event_assign(&p->exit_event, crew->options.base, p->pid_fd, EV_READ | EV_PERSIST,
                     on_exit_event, p);
        event_add(&p->exit_event, NULL);
    }
    if (p->slot >= crew->high_water)
        crew->high_water = p->slot + 1;
}

int crew_start(struct crew *crew, const struct crew_place *place, const struct estate *estate,
               char *why, size_t why_size)
{
    struct process *p = &crew->processes[place->slot];
    struct cadre__heritage heritage;
    struct cadre__score *score;
    struct spawned spawned;
    struct spawn_request request = {
        .heritage = &heritage,
        .worker_fd = crew->options.worker_fd,
        .conf = estate->conf,
        .environment = estate->environment,
    };
    int r = fill_heritage(crew, place, estate, &heritage);

    if (r < 0) {
        snprintf(why, why_size, "cannot make a heritage: %s", cadre_strerror(r));
        return r;
    }
    score = cadre__scoreboard_claim(crew->board, place->slot, place->kind, place->generation,
                                    place->index, cadre__clock_now(cadre__clock_system()));
    cadre__crash_clear(crew->crashes, place->slot);
    cadre__traffic_claim(crew->traffic, place->slot);
    r = spawn_child(&request, &spawned, why, why_size);
    if (r < 0) {
        cadre__scoreboard_release(crew->board, place->slot);
        return r;
    }
    atomic_store_explicit(&score->pid, (uint32_t)spawned.pid, memory_order_relaxed);
    *p = (struct process){
        .crew = crew,
        .slot = place->slot,
        .generation = place->generation,
        .kind = place->kind,
        .born_ns = cadre__clock_now(cadre__clock_system()),
        .worker_timeout_ns =
            place->kind == CADRE__CHILD_WORKER ? estate->conf->worker_timeout_ns : 0,
        .max_rss = place->kind == CADRE__CHILD_WORKER ? estate->conf->max_rss : 0};
    watch(p, &spawned);
    return spawned.pid;
}

/* --- What is said --- */

/* What came of sending MSG: a child that has gone is reaped soon, one that is deaf is broken. */
static void sent(struct process *p, int r)
{
    if (r < 0 && r != -EPIPE && r != -ECONNRESET)
        report_broken(p, r == -EAGAIN ? "it does not read what the master says"
                                      : "the master cannot talk to it");
}

void crew_send_start(struct crew *crew, uint32_t slot, int state_fd)
{
    struct process *p = find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_START};

    if (p == NULL || p->channel_fd < 0)
        return;
    sent(p,
         cadre__channel_send(p->channel_fd, &msg, p->kind == CADRE__CHILD_STEWARD ? -1 : state_fd));
}

void crew_send_accept(struct crew *crew, uint32_t slot)
{
    struct process *p = find(crew, slot);

    if (p == NULL || p->channel_fd < 0)
        return;
    set_state(p, CADRE__SCORE_ACCEPTING);
    sent(p, cadre__channel_send_plain(p->channel_fd, CADRE__MSG_ACCEPT));
}

void crew_send_drain(struct crew *crew, uint32_t slot, enum machine_drain drain,
                     uint64_t timeout_ns)
{
    static const enum cadre__drain_mode modes[] = {
        [DRAIN_RELOAD] = CADRE__DRAIN_RELOAD,
        [DRAIN_STOP] = CADRE__DRAIN_STOP,
        [DRAIN_FAST] = CADRE__DRAIN_FAST,
    };
    struct process *p = find(crew, slot);

    if (p == NULL || p->channel_fd < 0)
        return;
    set_state(p, CADRE__SCORE_DRAINING);
    sent(p, cadre__channel_send_drain(p->channel_fd, modes[drain], timeout_ns));
}

void crew_send_log(struct crew *crew, uint32_t slot, int log_fd)
{
    struct process *p = find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_LOG};

    if (p != NULL && p->channel_fd >= 0)
        sent(p, cadre__channel_send(p->channel_fd, &msg, log_fd));
}

void crew_send_access_log(struct crew *crew, uint32_t slot, int access_fd)
{
    struct process *p = find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_ACCESS_LOG};

    if (p != NULL && p->channel_fd >= 0 && p->kind == CADRE__CHILD_WORKER)
        sent(p, cadre__channel_send(p->channel_fd, &msg, access_fd));
}

int crew_send_adopt(struct crew *crew, uint32_t slot, const struct cadre__msg_handover *note,
                    int fd)
{
    const struct process *p = find(crew, slot);
    const struct cadre__msg msg = {.type = CADRE__MSG_ADOPT, .handover = *note};

    return p == NULL || p->channel_fd < 0 ? -EPIPE : cadre__channel_send(p->channel_fd, &msg, fd);
}

void crew_kill(struct crew *crew, uint32_t slot, int signo)
{
    struct process *p = find(crew, slot);

    if (p == NULL)
        return;
    if (p->pid_fd >= 0 && syscall(SYS_pidfd_send_signal, p->pid_fd, signo, NULL, 0) == 0)
        return;
    /* Not reaped yet, so the number is still its own. */
    kill(p->pid, signo);
}

void crew_forget(struct crew *crew, uint32_t slot)
{
    struct process *p = find(crew, slot);

    if (p != NULL)
        forget(p);
}

bool crew_has(const struct crew *crew, uint32_t slot, uint32_t *ret_generation)
{
    if (slot >= MACHINE_SLOTS_MAX || crew->processes[slot].pid == 0)
        return false;
    *ret_generation = crew->processes[slot].generation;
    return true;
}

struct cadre__snapshot_sources crew_sources(const struct crew *crew)
{
    return (struct cadre__snapshot_sources){
        .board = crew->board,
        .traffic = crew->traffic,
        .status = crew->status,
        .counters = &crew->counters,
    };
}

struct cadre__status_area *crew_status_area(struct crew *crew)
{
    return crew->status;
}

/* --- Silence --- */

/* How long the loop of a worker has been in one turn; 0: it waits, or does not accept. */
static uint64_t silence(const struct process *p, uint64_t now_ns)
{
    const struct cadre__score *score = &p->crew->board->slot[p->slot];
    uint64_t turn_ns = atomic_load_explicit(&score->turn_ns, memory_order_relaxed);

    if (atomic_load_explicit(&score->state, memory_order_relaxed) != CADRE__SCORE_ACCEPTING ||
        atomic_load_explicit(&score->waiting, memory_order_relaxed) != 0)
        return 0;
    return turn_ns != 0 && turn_ns < now_ns ? now_ns - turn_ns : 0;
}

bool crew_has_room(const struct crew *crew, uint32_t slot, uint64_t now_ns)
{
    const struct process *p = slot < MACHINE_SLOTS_MAX ? &crew->processes[slot] : NULL;

    return p != NULL && p->pid != 0 &&
           atomic_load_explicit(&crew->board->slot[slot].gated, memory_order_relaxed) == 0 &&
           silence(p, now_ns) <= STUCK_NS;
}

bool crew_is_stuck(const struct crew *crew, uint64_t limit_ns, uint64_t now_ns)
{
    bool any = false;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        const struct process *p = &crew->processes[slot];

        if (p->pid == 0 || p->kind != CADRE__CHILD_WORKER ||
            atomic_load_explicit(&crew->board->slot[slot].state, memory_order_relaxed) !=
                CADRE__SCORE_ACCEPTING)
            continue;
        if (silence(p, now_ns) <= limit_ns)
            return false;
        any = true;
    }
    return any;
}

static void report_silent(struct process *p, uint64_t silent_ns)
{
    char place[CADRE__SCORE_TEXT_SIZE];
    struct machine_event event = {.type = EVENT_SILENT, .silent_ns = silent_ns};

    event.text = describe_place(p, place);
    report(p, &event);
}

uint64_t crew_check_silence(struct crew *crew, uint64_t now_ns)
{
    uint64_t least = UINT64_MAX;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        struct process *p = &crew->processes[slot];
        uint64_t silent_ns;

        if (p->pid == 0 || p->worker_timeout_ns == 0)
            continue;
        if (p->worker_timeout_ns < least)
            least = p->worker_timeout_ns;
        silent_ns = silence(p, now_ns);
        if (silent_ns > p->worker_timeout_ns)
            report_silent(p, silent_ns);
    }
    if (least == UINT64_MAX)
        return least;
    least /= SILENCE_PART;
    return least < SILENCE_MIN_NS   ? SILENCE_MIN_NS
           : least > SILENCE_MAX_NS ? SILENCE_MAX_NS
                                    : least;
}

/* --- Memory --- */

uint64_t crew_check_rss(struct crew *crew)
{
    uint64_t next = UINT64_MAX;

    for (uint32_t slot = 0; slot < crew->high_water; slot++) {
        struct process *p = &crew->processes[slot];
        char held[CADRE__UNITS_TEXT_SIZE], limit[CADRE__UNITS_TEXT_SIZE], text[96];
        struct machine_event event = {.type = EVENT_WORN, .text = text};
        uint64_t bytes;

        if (p->pid == 0 || p->max_rss == 0)
            continue;
        next = RSS_LOOK_NS;
        if (rss_read(p->pid, &bytes) < 0 || bytes <= p->max_rss)
            continue;
        snprintf(text, sizeof(text), "it holds %s of memory, more than %s (max_rss)",
                 cadre__format_size(bytes & ~UINT64_C(0xfffff), held),
                 cadre__format_size(p->max_rss, limit));
        report(p, &event);
    }
    return next;
}

/* --- Life --- */

static bool have_pid_fd(void)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0U);
    bool have = fd >= 0;

    cadre__fd_close(&fd);
    return have;
}

static int make_areas(struct crew *crew)
{
    int r = cadre__scoreboard_create(&crew->score_area, &crew->board);

    if (r == 0)
        r = cadre__crashes_create(&crew->crash_area, &crew->crashes);
    if (r < 0)
        return r;
    r = cadre__shm_create(&crew->counter_area, CADRE__COUNTERS_AREA,
                          cadre__counters_size(CADRE__SLOTS_MAX, COUNTERS_CAPACITY));
    if (r < 0)
        return r;
    r = cadre__counters_create(&crew->counters, &crew->counter_area, CADRE__SLOTS_MAX,
                               COUNTERS_CAPACITY);
    if (r == 0)
        r = cadre__traffic_create(&crew->traffic_area, &crew->traffic);
    return r == 0 ? cadre__status_create(&crew->status_area, &crew->status) : r;
}

int crew_new(const struct crew_options *options, struct crew **ret, char *why, size_t why_size)
{
    struct crew *crew = calloc(1, sizeof(*crew));
    int r = -ENOMEM;

    if (crew != NULL) {
        crew->options = *options;
        crew->score_area.fd = -1;
        crew->counter_area.fd = -1;
        crew->crash_area.fd = -1;
        crew->traffic_area.fd = -1;
        crew->status_area.fd = -1;
        oom_init(&crew->oom);
        crew->no_pid_fd = !have_pid_fd();
        r = make_areas(crew);
    }
    if (r < 0) {
        snprintf(why, why_size, "cannot make the shared areas: %s", cadre_strerror(r));
        crew_free(crew);
        return r;
    }
    *ret = crew;
    return 0;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++)
        if (crew->processes[slot].pid != 0)
            forget(&crew->processes[slot]);
    cadre__shm_done(&crew->crash_area);
    cadre__shm_done(&crew->status_area);
    cadre__shm_done(&crew->traffic_area);
    cadre__shm_done(&crew->counter_area);
    cadre__shm_done(&crew->score_area);
    free(crew);
}
