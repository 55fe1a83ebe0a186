/* SPDX-License-Identifier: MIT */
/*
 * lib/async/process.c: waiting for a child, signals to it, and its end. Runs on the loop.
 *
 * The pidfd of a child is ready when it has ended; then we take its end (waitid), which also frees
 * its number. Signals go by the pidfd, so they never reach another process that got the number.
 * A child that is freed while it runs is killed, and a coroutine of its own takes its end.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <cadre/process.h>
#include <cadre/stream.h>

#include "async/coroutine.h"
#include "async/fd_wait.h"
#include "async/loop.h"
#include "async/process_internal.h"
#include "base/fd.h"

enum { KILLED_MS = 1000 }; /* how long a killed child may take to end, when the loop ends */

struct waiter {
    struct cadre__list link; /* in process->waiters */
    struct cadre__coroutine *co;
};

/* Takes its end, if it has one. */
static void take_end(struct cadre_process *process)
{
    siginfo_t info = {0};
    int r;

    do
        r = waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED | WNOHANG);
    while (r < 0 && errno == EINTR);
    if (r == 0 && info.si_pid == 0)
        return;
    process->ended = true;
    if (r < 0)
        process->error = -errno;
    else
        process->code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    cadre__io_stop(&process->io);
    cadre__fd_close(&process->pidfd);
}

static void on_end(int events, void *arg)
{
    struct cadre_process *process = arg;

    (void)events;
    take_end(process);
    if (!process->ended)
        return;
    CADRE__LIST_FOREACH(link, &process->waiters)
    (void)cadre__coroutine_wake(CADRE__CONTAINER_OF(link, struct waiter, link)->co, 0);
}

int cadre__process_adopt(struct cadre_process *process, pid_t pid, int pidfd)
{
    process->magic = CADRE__PROCESS_MAGIC;
    process->pid = pid;
    process->pidfd = pidfd;
    cadre__list_init(&process->waiters);
    cadre__io_init(&process->io, cadre__loop_current(), pidfd, on_end, process);
    return cadre__io_start(&process->io, CADRE__IO_READ, true);
}

int cadre__process_wait(struct cadre_process *process, uint64_t deadline_ns, int *ret_code,
                        const char *call)
{
    struct waiter waiter = {.co = cadre__coroutine_current()};
    int r = 0;

    if (!process->ended) {
        cadre__list_push_back(&process->waiters, &waiter.link);
        r = cadre__suspend_until(call, deadline_ns);
        cadre__list_remove(&waiter.link);
    }
    if (r == 0)
        r = process->error;
    if (r == 0 && ret_code)
        *ret_code = process->code;
    return r;
}

void cadre__process_wait_shielded(struct cadre_process *process, const char *call)
{
    struct waiter waiter = {.co = cadre__coroutine_current()};

    while (!process->ended) {
        cadre__list_push_back(&process->waiters, &waiter.link);
        (void)cadre__coroutine_suspend_shielded(call);
        cadre__list_remove(&waiter.link);
    }
}

int cadre_process_wait(struct cadre_process *process, uint64_t timeout_ms, int *ret_code)
{
    int r;

    assert(process->magic == CADRE__PROCESS_MAGIC);
    if ((r = cadre__fd_enter("cadre_process_wait")) < 0)
        return r;
    return cadre__process_wait(process, cadre__fd_deadline(timeout_ms), ret_code,
                               "cadre_process_wait");
}

pid_t cadre_process_pid(const struct cadre_process *process)
{
    return process->pid;
}

struct cadre_stream *cadre_process_stdin(struct cadre_process *process)
{
    return process->streams[0];
}

struct cadre_stream *cadre_process_stdout(struct cadre_process *process)
{
    return process->streams[1];
}

struct cadre_stream *cadre_process_stderr(struct cadre_process *process)
{
    return process->streams[2];
}

bool cadre_process_has_ended(const struct cadre_process *process, int *ret_code)
{
    if (process->ended && ret_code)
        *ret_code = process->code;
    return process->ended;
}

/* By its pidfd, so that it never hits another process. */
static int send_signal(const struct cadre_process *process, int signo)
{
    if (process->ended)
        return -ESRCH;
    return pidfd_send_signal(process->pidfd, signo, NULL, 0) < 0 ? -errno : 0;
}

int cadre_process_send_signal(struct cadre_process *process, int signo)
{
    return send_signal(process, signo);
}

void cadre_process_terminate(struct cadre_process *process)
{
    (void)send_signal(process, SIGTERM);
}

void cadre_process_kill(struct cadre_process *process)
{
    (void)send_signal(process, SIGKILL);
}

/* The coroutine of a child that was killed: takes its end and frees it. */
static void reap(void *arg)
{
    struct cadre_process *process = arg;

    while (!process->ended) {
        int r = cadre__fd_wait(process->pidfd, CADRE__IO_READ, CADRE__NEVER, "cadre_process_free");

        if (r < 0) { /* the loop ends, or memory is short */
            struct pollfd end = {.fd = process->pidfd, .events = POLLIN};

            (void)poll(&end, 1, KILLED_MS);
            take_end(process);
            break;
        }
        take_end(process);
    }
    cadre__fd_close(&process->pidfd);
    free(process);
}

void cadre_process_free(struct cadre_process *process)
{
    if (!process)
        return;
    assert(process->magic == CADRE__PROCESS_MAGIC && cadre__list_is_empty(&process->waiters));
    process->magic = 0;
    for (int i = 0; i < 3; i++)
        cadre_stream_free(process->streams[i]);
    cadre_process_kill(process);
    cadre__io_stop(&process->io);
    if (!process->ended)
        take_end(process);
    if (process->ended)
        free(process);
    else if (cadre__coroutine_start(cadre__loop_current(), reap, process, "reaper", NULL) < 0) {
        (void)waitid(P_PIDFD, (id_t)process->pidfd, &(siginfo_t){0}, WEXITED);
        cadre__fd_close(&process->pidfd);
        free(process);
    }
}
