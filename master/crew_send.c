/* SPDX-License-Identifier: MIT */
/*
 * What children are told, by message and by signal; see crew.h.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/scoreboard.h"
#include "master/crew.h"
#include "master/crew_process.h"

/* Questions that a worker may owe an answer to. One that hangs is asked no more: what it has to be
 * told needs the room. */
#define TASKS_ASKED_MAX 8

/* What came of sending MSG: a child that has gone is reaped soon, one that is deaf is broken. */
static void sent(struct process *p, int r)
{
    if (r < 0 && r != -EPIPE && r != -ECONNRESET)
        process_report_broken(p, r == -EAGAIN ? "it does not read what the master says"
                                              : "the master cannot talk to it");
}

void crew_send_start(struct crew *crew, uint32_t slot, int state_fd)
{
    struct process *p = crew_find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_START};

    if (p == NULL || p->channel_fd < 0)
        return;
    sent(p,
         cadre__channel_send(p->channel_fd, &msg, p->kind == CADRE__CHILD_STEWARD ? -1 : state_fd));
}

void crew_send_accept(struct crew *crew, uint32_t slot)
{
    struct process *p = crew_find(crew, slot);

    if (p == NULL || p->channel_fd < 0)
        return;
    process_set_state(p, CADRE__SCORE_ACCEPTING);
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
    struct process *p = crew_find(crew, slot);

    if (p == NULL || p->channel_fd < 0)
        return;
    process_set_state(p, CADRE__SCORE_DRAINING);
    sent(p, cadre__channel_send_drain(p->channel_fd, modes[drain], timeout_ns));
}

void crew_send_log(struct crew *crew, uint32_t slot, int log_fd)
{
    struct process *p = crew_find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_LOG};

    if (p != NULL && p->channel_fd >= 0)
        sent(p, cadre__channel_send(p->channel_fd, &msg, log_fd));
}

void crew_send_access_log(struct crew *crew, uint32_t slot, int access_fd)
{
    struct process *p = crew_find(crew, slot);
    struct cadre__msg msg = {.type = CADRE__MSG_ACCESS_LOG};

    if (p != NULL && p->channel_fd >= 0 && p->kind == CADRE__CHILD_WORKER)
        sent(p, cadre__channel_send(p->channel_fd, &msg, access_fd));
}

int crew_send_adopt(struct crew *crew, uint32_t slot, const struct cadre__msg_handover *note,
                    int fd)
{
    const struct process *p = crew_find(crew, slot);
    const struct cadre__msg msg = {.type = CADRE__MSG_ADOPT, .handover = *note};

    return p == NULL || p->channel_fd < 0 ? -EPIPE : cadre__channel_send(p->channel_fd, &msg, fd);
}

int crew_ask_tasks(struct crew *crew, uint32_t slot, uint32_t id, int fd)
{
    struct process *p = crew_find(crew, slot);
    const struct cadre__msg msg = {.type = CADRE__MSG_TASKS, .tasks.id = id};
    int r;

    if (p == NULL || p->channel_fd < 0 || p->kind != CADRE__CHILD_WORKER)
        return -EPIPE;
    if (p->tasks_asked >= TASKS_ASKED_MAX)
        return -EAGAIN;
    r = cadre__channel_send(p->channel_fd, &msg, fd);
    p->tasks_asked += r == 0;
    return r;
}

static bool tell_queue(struct crew *crew, uint32_t slot, enum cadre__msg_type type,
                       const struct cadre__msg_queue *queue, int fd)
{
    const struct process *p = crew_find(crew, slot);
    const struct cadre__msg msg = {.type = type, .queue = *queue};

    return p != NULL && p->channel_fd >= 0 && cadre__channel_send(p->channel_fd, &msg, fd) == 0;
}

bool crew_send_queue(struct crew *crew, uint32_t slot, const struct cadre__msg_queue *queue, int fd)
{
    return tell_queue(crew, slot, CADRE__MSG_QUEUE, queue, fd);
}

bool crew_send_leave(struct crew *crew, uint32_t slot, const struct cadre__msg_queue *queue)
{
    return tell_queue(crew, slot, CADRE__MSG_LEAVE, queue, -1);
}

void crew_kill(struct crew *crew, uint32_t slot, int signo)
{
    struct process *p = crew_find(crew, slot);

    if (p == NULL)
        return;
    if (p->pid_fd >= 0 && syscall(SYS_pidfd_send_signal, p->pid_fd, signo, NULL, 0) == 0)
        return;
    /* Not reaped yet, so the number is still its own. */
    kill(p->pid, signo);
}
