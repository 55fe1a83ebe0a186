/* SPDX-License-Identifier: MIT */
/*
 * <cadre/process.h>: other programs, as asyncio's subprocesses.
 *
 * A child is told of by a pidfd: nothing here touches SIGCHLD or other children of the process.
 * It gets its three standard streams and no other descriptor, all signals as at a program's start
 * (none ignored, none blocked), and the folder and environment that the options name.
 *
 * A struct cadre_process belongs to its caller and to the loop's thread. Calls marked "may
 * suspend" can also return -ECANCELED and -EDEADLK; neither a cancel nor a time-out harms the
 * child: whoever wants that kills it. Time limits are in milliseconds; CADRE_FOREVER is none.
 *
 * A return code is the exit status, 0 to 255, or the negated number of the signal that killed the
 * child: -9 for SIGKILL.
 */
#ifndef CADRE_PROCESS_H
#define CADRE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>
#include <cadre/str.h>
#include <cadre/task.h>

CADRE_BEGIN_DECLS

struct cadre_process;
struct cadre_stream;

/* Where a standard stream of the child goes. */
enum cadre_process_stdio {
    CADRE_PROCESS_NULL = 0, /* /dev/null */
    CADRE_PROCESS_PIPE,     /* a pipe, whose other end is a stream of the process */
    CADRE_PROCESS_INHERIT,  /* that of the caller */
    CADRE_PROCESS_FD,       /* the descriptor that the options name */
    CADRE_PROCESS_STDOUT,   /* for the standard error: where the standard output goes */
};

struct cadre_process_options {
    enum cadre_process_stdio std_in, std_out, std_err; /* 0: /dev/null */
    int in_fd, out_fd, err_fd;      /* for CADRE_PROCESS_FD; borrowed for the call */
    const char *folder;             /* working directory; NULL: the caller's */
    const char *const *environment; /* "NAME=value", ends in NULL; NULL: the caller's */
    bool new_session;               /* a session and process group of its own (setsid) */
};

/* What a program that was run to its end left. */
struct cadre_process_result {
    int code;  /* the return code */
    char *out; /* standard output, NUL behind it; malloc()ed; NULL without a pipe */
    char *err; /* standard error, the same */
    size_t out_len, err_len;
};

/*
 * Starts the program argv[0], looked for in PATH where it has no '/'; `argv` ends in NULL.
 * `options` may be NULL. Returns 0 once the program runs: what is in its way is an error here and
 * not an exit status: -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -ENOTDIR (the folder too), -EMFILE,
 * -EAGAIN (too many processes), -ENOMEM, -EINVAL (options that contradict). Never suspends; holds
 * the loop for as long as the kernel needs to start a program.
 */
CADRE_API CADRE_MUST_CHECK int cadre_process_spawn(const char *const *argv,
                                                   const struct cadre_process_options *options,
                                                   struct cadre_process **ret);

/* The same for a line that /bin/sh reads. Never put into it what a client sent. */
CADRE_API CADRE_MUST_CHECK int cadre_process_shell(const char *line,
                                                   const struct cadre_process_options *options,
                                                   struct cadre_process **ret);

/* Its number. Still the child's own after its end, until the return code was fetched. */
CADRE_API pid_t cadre_process_pid(const struct cadre_process *process);

/*
 * Our ends of the pipes: _stdin is written, the others are read; NULL where that is no pipe.
 * Borrowed: they go with the process. Close _stdin to let the child see the end of its input.
 */
CADRE_API struct cadre_stream *cadre_process_stdin(struct cadre_process *process);
CADRE_API struct cadre_stream *cadre_process_stdout(struct cadre_process *process);
CADRE_API struct cadre_stream *cadre_process_stderr(struct cadre_process *process);

/* Has it ended, as far as the loop knows? Then *ret_code, unless NULL, is its return code. Never
 * suspends. */
CADRE_API bool cadre_process_has_ended(const struct cadre_process *process, int *ret_code);

/*
 * Waits for its end, at most for `timeout_ms`; any number of coroutines, any number of times.
 * Returns 0, and the return code in *ret_code; -ETIMEDOUT: it goes on; -ECHILD: somebody else has
 * taken its end (SIGCHLD is ignored, for example), the code is lost. May suspend. A child whose
 * output nobody reads may never end: see cadre_process_communicate().
 */
CADRE_API CADRE_MUST_CHECK int cadre_process_wait(struct cadre_process *process,
                                                  uint64_t timeout_ms, int *ret_code);

/*
 * Writes `input` to its standard input and closes that, reads standard output and error to their
 * ends, all at the same time, and waits for its end. Input that it does not want (-EPIPE) is no
 * error. At most `max_bytes` of either output. Returns 0 with *ret filled, which the caller gives
 * to cadre_process_result_done(). May suspend.
 * Errors: -ETIMEDOUT; -EMSGSIZE: more output than that; -EINVAL: input and no pipe for it; -ECHILD,
 * -ENOMEM. Then what was read is lost, and the child goes on.
 */
CADRE_API CADRE_MUST_CHECK int cadre_process_communicate(struct cadre_process *process,
                                                         struct cadre_str input, size_t max_bytes,
                                                         uint64_t timeout_ms,
                                                         struct cadre_process_result *ret);

/* Sends a signal. -ESRCH: it has ended. Never hits another process. Never suspends. */
CADRE_API CADRE_MUST_CHECK int cadre_process_send_signal(struct cadre_process *process, int signo);
/* SIGTERM, and SIGKILL; nothing where it has ended. */
CADRE_API void cadre_process_terminate(struct cadre_process *process);
CADRE_API void cadre_process_kill(struct cadre_process *process);

/*
 * Frees it, with its streams; no coroutine may be in a call on it. A child that goes on is killed,
 * and its end taken in the background. Never suspends. NULL is taken.
 */
CADRE_API void cadre_process_free(struct cadre_process *process);

/*
 * Runs a program to its end: spawn with pipes for what `options` leaves at 0, communicate, free.
 * When cancelled, out of time or over `max_bytes` the child is killed and gone on return. May
 * suspend. Errors of spawn and communicate; an exit status other than 0 is none.
 */
CADRE_API CADRE_MUST_CHECK int cadre_process_run(const char *const *argv,
                                                 const struct cadre_process_options *options,
                                                 struct cadre_str input, size_t max_bytes,
                                                 uint64_t timeout_ms,
                                                 struct cadre_process_result *ret);

/* Frees the output and leaves an empty result. Never suspends. */
CADRE_API void cadre_process_result_done(struct cadre_process_result *result);

CADRE_END_DECLS

#endif
