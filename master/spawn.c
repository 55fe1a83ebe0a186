/* SPDX-License-Identifier: MIT */
/*
 * Starts children; see spawn.h.
 *
 * The master has one thread, so the child may use what it likes between fork and exec; it keeps
 * to plain system calls all the same. All signals are blocked over the fork: a handler of the
 * master that ran in the child would write into a pipe of the master's.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"
#include "master/kinds.h"
#include "master/signals.h"
#include "master/spawn.h"

#define EXIT_NOT_STARTED 127
/* Descriptors that a worker has besides its connections. */
#define NOFILE_SPARE 256
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* --- In the child, before exec --- */

static _Noreturn void give_up(int channel_fd, const char *fmt, ...) CADRE_PRINTF(2, 3);

static _Noreturn void give_up(int channel_fd, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (cadre__channel_send_failed(channel_fd, CADRE__PHASE_BOOT, text) < 0)
        fprintf(stderr, "cadre: cannot start a child: %s\n", text);
    _exit(EXIT_NOT_STARTED);
}

/*
 * Signals that a terminal or an operator sends to the whole group are the master's to act on, so
 * the child begins with them ignored. SIGTERM is its own.
 */
static void reset_signals(void)
{
    struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        sigaction(signo, &act, NULL); /* fails for SIGKILL, SIGSTOP and libc's own */
    act.sa_handler = SIG_IGN;
    for (const struct signal_row *row = signal_rows; row->signo != 0; row++)
        if (row->signo != SIGTERM)
            sigaction(row->signo, &act, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void read_from_nothing(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fd != STDIN_FILENO && dup2(fd, STDIN_FILENO) >= 0)
        close(fd);
}

/* Sets a soft limit, and raises the hard one where it is below. */
static int set_limit(int resource, rlim_t value)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) < 0)
        return -errno;
    limit.rlim_cur = value;
    if (limit.rlim_max != RLIM_INFINITY && (value == RLIM_INFINITY || limit.rlim_max < value))
        limit.rlim_max = value;
    return setrlimit(resource, &limit) < 0 ? -errno : 0;
}

/* As many descriptors as the connections need, as far as the hard limit goes. */
static void raise_nofile(int connections)
{
    struct rlimit limit;
    rlim_t need = (rlim_t)connections + NOFILE_SPARE;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= need)
        return;
    if (set_limit(RLIMIT_NOFILE, need) == 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)!setrlimit(RLIMIT_NOFILE, &limit);
}

static rlim_t limit_value(int64_t value)
{
    return value == CADRE__LIMIT_UNLIMITED ? RLIM_INFINITY : (rlim_t)value;
}

static void set_limits(const struct cadre__server_conf *conf, int channel_fd)
{
    int r;

    if (conf->limit_nofile == CADRE__LIMIT_AUTO) {
        raise_nofile(conf->worker_connections);
    } else {
        r = set_limit(RLIMIT_NOFILE, limit_value(conf->limit_nofile));
        if (r < 0)
            give_up(channel_fd,
                    "cannot set limit_nofile: %s; raise the limit of the server itself "
                    "(systemd: LimitNOFILE=) or lower limit_nofile",
                    cadre_strerror(r));
    }
    if (conf->limit_core == CADRE__LIMIT_KEEP)
        return;
    r = set_limit(RLIMIT_CORE, limit_value(conf->limit_core));
    if (r < 0)
        give_up(channel_fd,
                "cannot set limit_core: %s; raise the limit of the server itself (systemd: "
                "LimitCORE=) or lower limit_core",
                cadre_strerror(r));
}

static _Noreturn void run(const struct spawn_request *request,
                          const struct cadre__heritage *heritage, int heritage_fd)
{
    const struct cadre__server_conf *conf = request->conf;
    const struct kind *kind = kind_find(heritage->kind);
    char title[64], fd_text[16], option[] = "--heritage";
    char *const argv[] = {title, option, fd_text, NULL};
    int r;

    reset_signals();
    read_from_nothing();
    if (chdir(conf->working_directory) < 0)
        give_up(heritage->channel_fd, "cannot enter working_directory \"%s\": %s",
                conf->working_directory, cadre_strerror(errno));
    umask(conf->umask);
    set_limits(conf, heritage->channel_fd);
    /* Whatever was left open to the master itself goes no further. */
    (void)!syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    r = cadre__heritage_pass(heritage, heritage_fd);
    if (r < 0)
        give_up(heritage->channel_fd, "cannot hand on descriptors: %s", cadre_strerror(r));
    kind_title(kind, heritage->index, title, sizeof(title));
    snprintf(fd_text, sizeof(fd_text), "%d", heritage_fd);
    syscall(SYS_execveat, request->worker_fd, "", argv, request->environment, AT_EMPTY_PATH);
    give_up(heritage->channel_fd, "cannot run cadre-worker: %s", cadre_strerror(errno));
}

/* --- In the master --- */

static int open_pid(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0U); /* CLOEXEC by itself */

    return fd < 0 ? -errno : fd;
}

/* Forks with all signals blocked in both; the child unblocks them when its handlers are gone. */
static pid_t fork_quietly(void)
{
    sigset_t all, old;
    pid_t pid;
    int error;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    pid = fork();
    if (pid == 0)
        return 0;
    error = errno;
    sigprocmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return pid;
}

static int fail(char *why, size_t why_size, const char *what, int error)
{
    snprintf(why, why_size, "%s: %s", what, cadre_strerror(error));
    return error;
}

int spawn_child(const struct spawn_request *request, struct spawned *ret, char *why,
                size_t why_size)
{
    struct cadre__heritage heritage = *request->heritage;
    int channel[2] = {-1, -1};
    int heritage_fd = -1, pid_fd;
    pid_t pid;
    int r = cadre__channel_pair(channel);

    if (r < 0)
        return fail(why, why_size, "cannot make a channel", r);
    heritage.channel_fd = channel[1];
    heritage_fd = cadre__heritage_seal(&heritage);
    if (heritage_fd < 0) {
        r = fail(why, why_size, "cannot make a heritage", heritage_fd);
        goto fail;
    }
    pid = fork_quietly();
    if (pid == 0)
        run(request, &heritage, heritage_fd);
    if (pid < 0) {
        r = fail(why, why_size, "cannot start a process", -errno);
        goto fail;
    }
    pid_fd = open_pid(pid);
    /* ENOSYS, or EPERM of a sandbox: the reaper finds it by SIGCHLD. */
    if (pid_fd == -EMFILE || pid_fd == -ENFILE || pid_fd == -ENOMEM) {
        r = fail(why, why_size, "cannot watch a process", pid_fd);
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        goto fail;
    }
    cadre__fd_close(&channel[1]);
    cadre__fd_close(&heritage_fd);
    *ret =
        (struct spawned){.pid = pid, .pid_fd = pid_fd < 0 ? -1 : pid_fd, .channel_fd = channel[0]};
    return 0;

fail:
    cadre__fd_close(&heritage_fd);
    cadre__fd_close(&channel[0]);
    cadre__fd_close(&channel[1]);
    return r;
}
