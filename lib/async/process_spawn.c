/* SPDX-License-Identifier: MIT */
/*
 * lib/async/process_spawn.c: starting a child. Runs on the loop, never suspends.
 *
 * posix_spawn() tells by its result what kept the program from being run, and copies no page
 * tables. Descriptors for the child are all above 2 before it sorts them onto 0, 1 and 2, so that
 * none is overwritten before it was used.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/process.h>
#include <cadre/stream.h>

#include "async/loop.h"
#include "async/process_internal.h"
#include "base/fd.h"

/* What one start needs, until it is done. */
struct start {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int theirs[3]; /* the child's ends, all above 2; -1: none */
    int ours[3];   /* our ends of pipes; -1: none */
    int spare;     /* keeps a descriptor free for the pidfd */
};

/* A pipe whose end for us alone is non-blocking; the child's is above 2. */
static int open_pipe(struct start *start, int i)
{
    bool reads = i == 0; /* the child does */
    int ends[2];
    int r;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    start->ours[i] = ends[reads ? 1 : 0];
    r = cadre__fd_dup(ends[reads ? 0 : 1]);
    cadre__fd_close(&ends[reads ? 0 : 1]);
    if (r < 0)
        return r;
    start->theirs[i] = r;
    return cadre__fd_nonblock(start->ours[i], true);
}

static int open_null(struct start *start, int i)
{
    int fd = open(_PATH_DEVNULL, (i == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    start->theirs[i] = cadre__fd_dup(fd);
    cadre__fd_close(&fd);
    return start->theirs[i] < 0 ? start->theirs[i] : 0;
}

static int dup_of(struct start *start, int i, int fd)
{
    int r = cadre__fd_dup(fd);

    if (r < 0)
        return r;
    start->theirs[i] = r;
    return 0;
}

/* Gets what becomes standard stream `i` of the child. */
static int open_stdio(struct start *start, int i, enum cadre_process_stdio what, int fd)
{
    int r;

    switch (what) {
    case CADRE_PROCESS_NULL:
        return open_null(start, i);
    case CADRE_PROCESS_PIPE:
        return open_pipe(start, i);
    case CADRE_PROCESS_INHERIT:
        r = dup_of(start, i, i);
        return r == -EBADF ? 0 : r; /* we have none; neither has the child */
    case CADRE_PROCESS_FD:
        return dup_of(start, i, fd);
    case CADRE_PROCESS_STDOUT:
        return i == 2 && start->theirs[1] >= 0 ? dup_of(start, 2, start->theirs[1]) : -EINVAL;
    }
    return -EINVAL;
}

static int describe(struct start *start, const struct cadre_process_options *options)
{
    sigset_t set;
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    int r = 0;

    for (int i = 0; i < 3 && r == 0; i++)
        if (start->theirs[i] >= 0)
            r = posix_spawn_file_actions_adddup2(&start->actions, start->theirs[i], i);
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
    if (r == 0) /* what others in this process opened without close-on-exec */
        r = posix_spawn_file_actions_addclosefrom_np(&start->actions, 3);
#endif
    if (r == 0 && options->folder)
        r = posix_spawn_file_actions_addchdir_np(&start->actions, options->folder);
    if (options->new_session)
        flags |= POSIX_SPAWN_SETSID;
    (void)sigfillset(&set);
    (void)posix_spawnattr_setsigdefault(&start->attributes, &set);
    (void)sigemptyset(&set);
    (void)posix_spawnattr_setsigmask(&start->attributes, &set);
    (void)posix_spawnattr_setflags(&start->attributes, flags);
    return -r;
}

static int prepare(struct start *start, const struct cadre_process_options *options)
{
    int r;

    for (int i = 0; i < 3; i++)
        start->theirs[i] = start->ours[i] = -1;
    start->spare = open("/", O_PATH | O_CLOEXEC);
    if (start->spare < 0)
        return -errno;
    if ((r = open_stdio(start, 0, options->std_in, options->in_fd)) < 0 ||
        (r = open_stdio(start, 1, options->std_out, options->out_fd)) < 0 ||
        (r = open_stdio(start, 2, options->std_err, options->err_fd)) < 0)
        return r;
    return describe(start, options);
}

static void done(struct start *start)
{
    for (int i = 0; i < 3; i++) {
        cadre__fd_close(&start->theirs[i]);
        cadre__fd_close(&start->ours[i]);
    }
    cadre__fd_close(&start->spare);
    (void)posix_spawn_file_actions_destroy(&start->actions);
    (void)posix_spawnattr_destroy(&start->attributes);
}

/* Ends a child that was started and cannot be looked after. */
static void undo(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* Makes the streams of our ends; takes them. */
static int open_streams(struct start *start, struct cadre_process *process)
{
    for (int i = 0; i < 3; i++) {
        int fd = cadre__fd_take(&start->ours[i]);
        int r;

        if (fd < 0)
            continue;
        r = cadre_stream_open_pair(i == 0 ? -1 : fd, i == 0 ? fd : -1, NULL, &process->streams[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int run(struct start *start, const char *const *argv,
               const struct cadre_process_options *options, struct cadre_process *process)
{
    /* posix_spawn() does not write to the strings, it only has no const. */
    char *const *args = (char *const *)(uintptr_t)argv;
    char *const *env =
        options->environment ? (char *const *)(uintptr_t)options->environment : environ;
    pid_t pid;
    int pidfd;
    int r;

    /* What can fail here fails before the program runs. */
    if ((r = open_streams(start, process)) < 0)
        return r;
    r = posix_spawnp(&pid, args[0], &start->actions, &start->attributes, args, env);
    if (r != 0)
        return -r;
    cadre__fd_close(&start->spare);
    pidfd = pidfd_open(pid, 0);
    r = pidfd < 0 ? -errno : cadre__process_adopt(process, pid, pidfd);
    if (r < 0) {
        undo(pid);
        cadre__fd_close(&pidfd);
    }
    return r;
}

int cadre_process_spawn(const char *const *argv, const struct cadre_process_options *options,
                        struct cadre_process **ret)
{
    static const struct cadre_process_options defaults;
    struct cadre_process *process;
    struct start start = {0};
    int r;

    if (!cadre__loop_current())
        return -EDEADLK;
    process = calloc(1, sizeof(*process));
    if (!process)
        return -ENOMEM;
    if (!options)
        options = &defaults;
    (void)posix_spawn_file_actions_init(&start.actions);
    (void)posix_spawnattr_init(&start.attributes);
    if ((r = prepare(&start, options)) == 0)
        r = run(&start, argv, options, process);
    done(&start);
    if (r < 0) {
        for (int i = 0; i < 3; i++)
            cadre_stream_free(process->streams[i]);
        free(process);
        return r;
    }
    *ret = process;
    return 0;
}

int cadre_process_shell(const char *line, const struct cadre_process_options *options,
                        struct cadre_process **ret)
{
    const char *const argv[] = {_PATH_BSHELL, "-c", line, NULL};

    return cadre_process_spawn(argv, options, ret);
}
