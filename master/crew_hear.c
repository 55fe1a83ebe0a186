/* SPDX-License-Identifier: MIT */
/*
 * What children say on their channels, made events of the state machine; see crew.h.
 *
 * A child that breaks the protocol is reported as broken; whatever it sends, the master goes on.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/fd.h"
#include "base/log.h"
#include "ipc/channel.h"
#include "master/crew.h"
#include "master/crew_process.h"

/* Messages of a child that one turn of the loop hears. The others are heard in the next: whatever
 * a child floods us with, all else has its turn. */
#define HEAR_TURN_MAX 64
/* More than the channel of a child that has ended holds: its socket's buffer has room for some
 * hundred. A process that it has left behind may go on writing there. */
#define HEAR_LAST_MAX 4096

static void heard_failed(struct process *p, const struct cadre__msg *msg)
{
    struct machine_event event = {.type = EVENT_FAILED,
                                  .text = msg->failed.text,
                                  .stale = msg->failed.phase == CADRE__PHASE_STALE};

    process_report(p, &event);
}

static void heard_worn(struct process *p, const struct cadre__msg *msg)
{
    char text[96];
    struct machine_event event = {.type = EVENT_WORN, .text = text};

    if (p->kind != CADRE__CHILD_WORKER || !p->ready) {
        process_report_broken(p, "it broke the protocol with the master: WORN is a ready worker's");
        return;
    }
    snprintf(text, sizeof(text), "it has answered %llu requests (max_requests)",
             (unsigned long long)msg->worn.requests);
    process_report(p, &event);
}

static void heard_serving(struct process *p, int *fd)
{
    if (p->kind != CADRE__CHILD_STEWARD || *fd < 0) {
        process_report_broken(p, "it broke the protocol with the master: SERVING is the steward's");
        return;
    }
    p->ready = true;
    process_set_state(p, CADRE__SCORE_READY);
    p->crew->options.on_published(p->crew->options.arg, p->generation, cadre__fd_take(fd));
    process_report_type(p, EVENT_SERVING);
}

static void heard_module(struct process *p, const struct cadre__msg *msg, int *fd)
{
    const struct cadre__module_pin pin = {
        .module = msg->module.module, .fd = *fd, .id = msg->module.id};

    if (p->kind != CADRE__CHILD_WORKER || p->ready) {
        process_report_broken(p, "it broke the protocol with the master: MODULE is a worker's that "
                                 "starts");
        return;
    }
    (void)cadre__fd_take(fd);
    p->crew->options.on_module(p->crew->options.arg, p->generation, &pin);
}

/* Tells a worker what became of the connection that it handed over. */
static void answer_handover(struct process *p, bool taken)
{
    int r;

    if (p->channel_fd < 0)
        return;
    r = cadre__channel_send_handed(p->channel_fd, taken);
    if (r < 0 && r != -EPIPE)
        process_report_broken(p, "it does not read what the master says");
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
    struct process *p = crew_find(crew, slot);

    if (p != NULL && p->pid == pid)
        answer_handover(p, taken);
}

static void heard_handover(struct process *p, const struct cadre__msg *msg, int fd)
{
    if (p->kind != CADRE__CHILD_WORKER || !p->ready) {
        process_report_broken(
            p, "it broke the protocol with the master: HANDOVER is a ready worker's");
        return;
    }
    hand_over(p, &msg->handover, fd);
}

/* A descriptor came, and we have none to take it by. A worker keeps its connection; a module that
 * is not kept open is loaded by its name again. */
static void heard_without_fd(struct process *p, const struct cadre__msg *msg)
{
    if (p->kind != CADRE__CHILD_WORKER) {
        process_report_broken(p, "the master has no descriptor free for what it sent");
        return;
    }
    if (msg->type == CADRE__MSG_MODULE) {
        cadre__log(CADRE_LOG_WARNING,
                   "the master has no descriptor free: a module of worker process %d is not kept "
                   "open; workers that start later load what is on disk then",
                   (int)p->pid);
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

/* Logs are sent to all kinds of children, the rest to workers. */
static void heard_missed(struct process *p, const struct cadre__msg *msg)
{
    bool is_log = msg->missed.type == CADRE__MSG_LOG || msg->missed.type == CADRE__MSG_ACCESS_LOG;

    if (p->kind != CADRE__CHILD_WORKER && !is_log)
        return;
    if (msg->missed.type == CADRE__MSG_START) {
        process_report_broken(p, "it had no descriptor free for what its generation's server "
                                 "lifespan published: raise limit_nofile");
        return;
    }
    if (msg->missed.type == CADRE__MSG_TASKS)
        p->tasks_asked -= p->tasks_asked > 0;
    p->crew->options.on_missed(p->crew->options.arg, p->slot, &msg->missed);
}

static void heard(struct process *p, const struct cadre__msg *msg, int *fd)
{
    struct machine_event loaded = {.type = EVENT_LOADED};

    switch (msg->type) {
    case CADRE__MSG_LOADED:
        loaded.wants_steward = msg->loaded.wants_server_lifespan != 0;
        process_report(p, &loaded);
        break;
    case CADRE__MSG_READY:
        p->ready = true;
        process_set_state(p, CADRE__SCORE_READY);
        process_report_type(p, EVENT_READY);
        break;
    case CADRE__MSG_SERVING:
        heard_serving(p, fd);
        break;
    case CADRE__MSG_FAILED:
        heard_failed(p, msg);
        break;
    case CADRE__MSG_DRAINED:
        process_set_state(p, CADRE__SCORE_STOPPING);
        process_report_type(p, EVENT_DRAINED);
        break;
    case CADRE__MSG_WORN:
        heard_worn(p, msg);
        break;
    case CADRE__MSG_STALL:
        if (p->kind == CADRE__CHILD_WORKER)
            p->crew->options.on_stall(p->crew->options.arg, p->slot, p->pid, &msg->stall);
        break;
    case CADRE__MSG_TASKS_TOLD:
        p->tasks_asked -= p->tasks_asked > 0;
        p->crew->options.on_tasks_told(p->crew->options.arg, p->slot, msg->tasks.id);
        break;
    case CADRE__MSG_MISSED:
        heard_missed(p, msg);
        break;
    case CADRE__MSG_MODULE:
        heard_module(p, msg, fd);
        break;
    case CADRE__MSG_HANDOVER:
        heard_handover(p, msg, *fd);
        break;
    default: /* a checker's REPORT: there are none in a server */
        break;
    }
}

/* Reads a message. False: there is none now, or never again. */
static bool hear_one(struct process *p)
{
    struct cadre__msg msg;
    int fd = -1;
    int r = cadre__channel_recv(p->channel_fd, CADRE__FROM_CHILD, &msg, &fd);

    if (r == -EAGAIN)
        return false;
    if (r == 0) {
        process_close_channel(p);
        process_report_type(p, EVENT_LOST);
        return false;
    }
    if (r == -EMFILE) { /* ours to blame */
        heard_without_fd(p, &msg);
        return true;
    }
    if (r < 0) {
        process_report_broken(p,
                              "it broke the protocol with the master: it sent no message of ours");
        return false;
    }
    heard(p, &msg, &fd);
    cadre__fd_close(&fd);
    return true;
}

/* An event may lead to anything but the end of this process: that waits for its reaping. */
static void hear(struct process *p, unsigned max)
{
    while (max-- > 0 && p->channel_fd >= 0 && hear_one(p))
        ;
}

void process_hear_last(struct process *p)
{
    hear(p, HEAR_LAST_MAX);
}

void process_on_channel(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    hear(arg, HEAR_TURN_MAX);
}
