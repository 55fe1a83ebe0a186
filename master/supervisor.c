/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's life; see supervisor.h, and supervisor_state.h for its other files.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "conf/server_conf.h"
#include "master/control_point.h"
#include "master/crew.h"
#include "master/estate.h"
#include "master/event_queue.h"
#include "master/incidents.h"
#include "master/machine.h"
#include "master/passed.h"
#include "master/predecessor.h"
#include "master/quarantine.h"
#include "master/service.h"
#include "master/status_writer.h"
#include "master/successor.h"
#include "master/supervisor.h"
#include "master/supervisor_state.h"

#define PRIORITIES 2
/* So long the end waits for crash reports. */
#define LAST_WORDS_NS (2 * CADRE__NSEC_PER_SEC)

/* --- The feed --- */

/* Jitter need not be secret, only spread: xorshift64*. */
static uint32_t draw(struct supervisor *s)
{
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return (uint32_t)((s->random * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

void supervisor_answer(struct supervisor *s, const struct machine_event *event)
{
    if (!event_queue_push(s->answers, event))
        cadre__log(CADRE_LOG_CRITICAL, "an answer to the state machine is lost");
}

static void step(struct supervisor *s, struct machine_event *event)
{
    enum machine_state before = s->machine->state;

    event->now_ns = supervisor_now();
    event->random = draw(s);
    machine_actions_clear(s->actions);
    status_writer_note(&s->status, s->machine, event);
    machine_step(s->machine, event, s->actions);
    /* Whoever is told by an action that the server is ready finds it so on its pages. */
    if (s->machine->state != before)
        status_writer_update(&s->status, s->machine, supervisor_now());
    for (size_t i = 0; i < s->actions->count; i++)
        supervisor_carry_out(s, &s->actions->list[i]);
    if (s->actions->lost > 0)
        cadre__log(CADRE_LOG_CRITICAL, "%zu actions of the state machine are lost",
                   s->actions->lost);
}

static void rearm(struct supervisor *s)
{
    uint64_t deadline = machine_deadline(s->machine);

    if (deadline == CADRE__NEVER)
        cadre__timer_stop(&s->timers, &s->machine_timer);
    else
        cadre__timer_start(&s->timers, &s->machine_timer, deadline);
    service_wait(&s->service,
                 s->machine->state == MACHINE_BOOTING || s->machine->state == MACHINE_RELOADING ||
                     s->machine->state == MACHINE_UPGRADING,
                 deadline, supervisor_now());
}

/* Feeds one event and all answers that it leads to. */
void supervisor_feed(struct supervisor *s, struct machine_event *event)
{
    struct machine_event next;

    if (s->done) /* it only waits for its last words */
        return;
    if (s->feeding) { /* an action went wrong at once: a child that cannot be talked to */
        supervisor_answer(s, event);
        return;
    }
    s->feeding = true;
    step(s, event);
    while (event_queue_pop(s->answers, &next))
        step(s, &next);
    supervisor_settle_queues(s);
    s->feeding = false;
    rearm(s);
    status_writer_update(&s->status, s->machine, supervisor_now());
    control_point_settle(&s->control);
    supervisor_settle_totals(s);
    if (s->done)
        event_base_loopbreak(s->base);
}

static void on_machine_timer(struct cadre__timer *timer)
{
    struct supervisor *s = CADRE__CONTAINER_OF(timer, struct supervisor, machine_timer);
    struct machine_event event = {.type = EVENT_TIMER};

    supervisor_feed(s, &event);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    /* The timers run after each turn, in run(). */
    (void)fd;
    (void)what;
    (void)arg;
}

/* --- Control --- */

static void feed_command(void *arg, struct machine_event *event)
{
    supervisor_feed(arg, event);
}

static int take_snapshot(void *arg, struct cadre__snapshot *ret)
{
    const struct supervisor *s = arg;
    const struct cadre__snapshot_sources sources = crew_sources(s->crew);

    return cadre__snapshot_take(&sources, supervisor_now(), ret);
}

static int ask_tasks(void *arg, uint32_t slot, uint32_t id, int fd)
{
    const struct supervisor *s = arg;

    return crew_ask_tasks(s->crew, slot, id, fd);
}

static void on_tasks_over(void *arg)
{
    struct supervisor *s = arg;

    control_point_settle(&s->control);
}

static void init_tasks(struct supervisor *s)
{
    task_inquiries_init(&s->tasks, &(struct task_inquiries_options){.timers = &s->timers,
                                                                    .now = supervisor_now,
                                                                    .ask = ask_tasks,
                                                                    .on_over = on_tasks_over,
                                                                    .arg = s});
}

static void init_control(struct supervisor *s)
{
    control_point_init(&s->control, s->base, &s->timers,
                       &(struct control_host){.machine = s->machine,
                                              .crashes = incidents_crash_log(s->incidents),
                                              .tasks = &s->tasks,
                                              .feed = feed_command,
                                              .snapshot = take_snapshot,
                                              .now = supervisor_now,
                                              .arg = s});
}

/* --- Life --- */

/* Two descriptors for each child: as many as we may have. */
static void raise_own_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config == NULL)
        return NULL;
    if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
        base = event_base_new_with_config(config);
    event_config_free(config);
    if (base != NULL && event_base_priority_init(base, PRIORITIES) < 0) {
        event_base_free(base);
        return NULL;
    }
    return base;
}

/* Makes all that is there before a conf. 0 or the exit code, with its line logged. */
static int set_up(struct supervisor *s)
{
    char why[LINE_SIZE] = "out of memory";
    struct crew_options crew = {
        .worker_fd = s->options->worker_fd,
        .rates_fd = s->predecessor->rates_fd > 0 ? s->predecessor->rates_fd : 0,
        .boot_ns = supervisor_now(),
        .terminal = s->terminal,
    };
    struct symboliser_options symboliser = {.timers = &s->timers,
                                            .program_fd = s->options->symboliser_fd};
    int r;

    cadre__timers_init(&s->timers, supervisor_now());
    cadre__timer_init(&s->machine_timer, on_machine_timer);
    cadre__timer_init(&s->log_timer, supervisor_on_log_timer);
    cadre__timer_init(&s->totals_timer, supervisor_on_totals_timer);
    supervisor_init_crew(s, &crew);
    init_tasks(s);
    if (getrandom(&s->random, sizeof(s->random), GRND_NONBLOCK) != sizeof(s->random))
        s->random = supervisor_now();
    s->random |= 1;
    s->machine = machine_new(s->terminal);
    s->actions = machine_actions_new(MACHINE_SLOTS_MAX);
    s->answers = event_queue_new();
    s->base = make_base();
    crew.base = s->base;
    symboliser.base = s->base;
    supervisor_init_queues(s);
    r = quarantine_new(&s->quarantine);
    if (r < 0) {
        snprintf(why, sizeof(why), "cannot make the shared areas: %s", cadre_strerror(r));
        return supervisor_fail_start(why);
    }
    crew.quarantine_area = quarantine_area(s->quarantine);
    s->incidents = s->base != NULL ? incidents_new(&symboliser) : NULL;
    if (s->machine == NULL || s->actions == NULL || s->answers == NULL || s->incidents == NULL ||
        crew_new(&crew, &s->crew, why, sizeof(why)) < 0)
        return supervisor_fail_start(why);
    status_writer_init(&s->status, crew_status_area(s->crew), crew_sources(s->crew).board,
                       s->options->conf_path, crew.boot_ns);
    init_control(s);
    s->wake = evtimer_new(s->base, on_wake, s);
    if (s->wake == NULL || supervisor_catch_signals(s) < 0 || passed_init(&s->passed) < 0)
        return supervisor_fail_start("out of memory");
    if (predecessor_watch(s->predecessor, s->base) < 0)
        return supervisor_fail_start("out of memory");
    if (s->predecessor->given)
        service_watch(&s->service, &s->timers, supervisor_is_well, s);
    return 0;
}

static void tear_down(struct supervisor *s)
{
    control_point_close(&s->control);
    task_inquiries_done(&s->tasks);
    successor_free(s->successor); /* answers the crew's workers */
    crew_free(s->crew);
    incidents_free(s->incidents);
    predecessor_close(s->predecessor);
    quarantine_free(s->quarantine);
    while (s->estates != NULL) {
        struct estate *next = s->estates->next;

        estate_free(s->estates);
        s->estates = next;
    }
    queues_done(&s->queues);
    for (unsigned i = 0; i < SIGNALS_MAX; i++)
        if (s->signals[i] != NULL)
            event_free(s->signals[i]);
    if (s->wake != NULL)
        event_free(s->wake);
    if (s->base != NULL)
        event_base_free(s->base);
    event_queue_free(s->answers);
    machine_actions_free(s->actions);
    machine_free(s->machine);
    passed_done(&s->passed);
    service_close(&s->service);
}

/* Tells libevent when to wake us. */
static void set_wake(struct supervisor *s)
{
    uint64_t deadline, time = supervisor_now(), wait_us;
    struct timeval wait;

    if (!cadre__timers_next(&s->timers, &deadline)) {
        evtimer_del(s->wake);
        return;
    }
    wait_us = deadline > time ? (deadline - time) / CADRE__NSEC_PER_USEC + 1 : 1;
    wait.tv_sec = (time_t)(wait_us / 1000000);
    wait.tv_usec = (suseconds_t)(wait_us % 1000000);
    evtimer_add(s->wake, &wait);
}

static void on_last_words(struct cadre__timer *timer)
{
    (void)timer; /* it has woken us, that is all */
}

/* What a child died of is looked up while all others end. The log's last line says why the server
 * has ended, so it waits for that, for a while. */
static void say_last_words(struct supervisor *s)
{
    uint64_t deadline = cadre__deadline(supervisor_now(), LAST_WORDS_NS);
    struct cadre__timer timer;

    cadre__timer_init(&timer, on_last_words);
    cadre__timer_start(&s->timers, &timer, deadline);
    while (incidents_are_open(s->incidents) && cadre__timer_is_armed(&timer)) {
        set_wake(s);
        if (event_base_loop(s->base, EVLOOP_ONCE) < 0)
            break;
        cadre__timers_advance(&s->timers, supervisor_now());
    }
    cadre__timer_stop(&s->timers, &timer);
    supervisor_tell_totals(s);
    if (s->exit_text[0] != '\0')
        cadre__log(CADRE_LOG_ERROR, "%s", s->exit_text);
    else
        cadre__log(CADRE_LOG_NOTICE, "stopped");
}

static void run(struct supervisor *s)
{
    const struct machine_plan plan = estate_plan(s->estates);
    struct machine_event boot = {
        .type = EVENT_BOOT, .plan = &plan, .after = s->predecessor->generation};

    predecessor_hear(s->predecessor);
    supervisor_feed(s, &boot);
    if (boot.after != 0 && s->predecessor->reports) /* it has gone already */
        supervisor_on_reports(s);
    while (!s->done) {
        set_wake(s);
        if (event_base_loop(s->base, EVLOOP_ONCE) < 0)
            cadre__log(CADRE_LOG_CRITICAL, "the event loop failed: %s", cadre_strerror(errno));
        if (!s->done)
            cadre__timers_advance(&s->timers, supervisor_now());
    }
    say_last_words(s);
}

int supervisor_run(struct supervisor_options *options)
{
    struct supervisor s = {.options = options, .service.notify.fd = -1};
    int code;

    s.terminal_fd = isatty(STDIN_FILENO) ? STDIN_FILENO : STDERR_FILENO;
    s.terminal = isatty(s.terminal_fd);
    raise_own_limit();
    s.predecessor = options->predecessor;
    s.predecessor->on_given = supervisor_on_given;
    s.predecessor->on_reports = supervisor_on_reports;
    s.predecessor->on_totals = supervisor_on_totals;
    s.predecessor->on_adopt = supervisor_relay;
    s.predecessor->arg = &s;
    if (s.predecessor->given)
        service_open(&s.service);
    code = set_up(&s);
    if (code != 0) {
        cadre__server_conf_free(options->conf);
        cadre__conf_tree_free(options->tree);
    } else {
        code = supervisor_take_first_conf(&s, options->tree, options->conf);
    }
    options->conf = NULL;
    options->tree = NULL;
    if (code == 0) {
        run(&s);
        code = s.exit_code;
    }
    tear_down(&s);
    return code;
}
