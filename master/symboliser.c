/* SPDX-License-Identifier: MIT */
/*
 * The symboliser's process and its queue; see symboliser.h.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "base/log.h"
#include "master/shared_file.h"
#include "master/symboliser.h"
#include "master/trace_text.h"

#define EXIT_NOT_STARTED 127
/* Debug information is large, and broken files claim to be larger. */
#define MEMORY_MAX (UINT64_C(2) << 30)
#define CPU_MAX_S  30
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

struct question {
    struct cadre__list link;
    symboliser_fn fn;
    void *arg;
    struct shared_file *files[CADRE__BACKTRACE_OBJECTS]; /* that go with it; let go once sent */
    size_t n_files;
    struct cadre__symbols_question text;
};

struct symboliser {
    struct symboliser_options options;
    struct symboliser_rights rights;
    struct cadre__list queue; /* the first one is asked, where there is a process */
    unsigned n_queued;
    struct cadre__list files; /* of all that wait */
    uint32_t last_id;
    bool ending;

    /* the process; fd -1: none */
    pid_t pid; /* 0: none, or reaped */
    int fd;
    struct event readable;
    struct cadre__timer timer; /* for the answer, or for the end of idleness */
    struct cadre__symbols_answer answer;
};

static void ask_next(struct symboliser *s);

/* --- The process --- */

/* A sanitizer's shadow takes terabytes of addresses. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ADDRESSES_MAX RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ADDRESSES_MAX RLIM_INFINITY
#endif
#endif
#ifndef ADDRESSES_MAX
#define ADDRESSES_MAX MEMORY_MAX
#endif

static void set_limits(void)
{
    const struct rlimit memory = {.rlim_cur = ADDRESSES_MAX, .rlim_max = ADDRESSES_MAX};
    const struct rlimit cpu = {.rlim_cur = CPU_MAX_S, .rlim_max = CPU_MAX_S};
    const struct rlimit core = {.rlim_cur = 0, .rlim_max = 0};

    (void)!setrlimit(RLIMIT_AS, &memory);
    (void)!setrlimit(RLIMIT_CPU, &cpu);
    (void)!setrlimit(RLIMIT_CORE, &core);
}

/* In the child: ends in the program, which drops its rights before it reads anything. */
static _Noreturn void run(const struct symboliser *s, int fd)
{
    char title[] = "cadre: symboliser", uid[24] = "", gid[24] = "";
    char *argv[] = {title, NULL, NULL, NULL}, *environment[] = {NULL};
    struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        sigaction(signo, &act, NULL);
    act.sa_handler = SIG_IGN;
    sigaction(SIGINT, &act, NULL); /* of a terminal, to all: the master's */
    sigaction(SIGHUP, &act, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(fd, STDIN_FILENO) < 0)
        _exit(EXIT_NOT_STARTED);
    (void)!syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    set_limits();
    if (s->rights.change) {
        snprintf(uid, sizeof(uid), "%u", (unsigned)s->rights.uid);
        snprintf(gid, sizeof(gid), "%u", (unsigned)s->rights.gid);
        argv[1] = uid;
        argv[2] = gid;
    }
    syscall(SYS_execveat, s->options.program_fd, "", argv, environment, AT_EMPTY_PATH);
    _exit(EXIT_NOT_STARTED);
}

/* Ends the process, if there is one: at once, it holds nothing. */
static void end_process(struct symboliser *s)
{
    if (s->fd < 0)
        return;
    cadre__timer_stop(s->options.timers, &s->timer);
    event_del(&s->readable);
    cadre__fd_close(&s->fd);
    if (s->pid == 0) /* reaped by another */
        return;
    kill(s->pid, SIGKILL);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
}

static void on_readable(evutil_socket_t fd, short what, void *arg);

static int start_process(struct symboliser *s)
{
    sigset_t all, old;
    int pair[2];
    pid_t pid;
    int error;

    if (s->options.program_fd < 0)
        return -ENOENT;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    pid = fork();
    if (pid == 0)
        run(s, pair[1]);
    error = errno;
    sigprocmask(SIG_SETMASK, &old, NULL);
    cadre__fd_close(&pair[1]);
    if (pid < 0) {
        cadre__fd_close(&pair[0]);
        return -error;
    }
    s->pid = pid;
    s->fd = pair[0];
    event_assign(&s->readable, s->options.base, s->fd, EV_READ | EV_PERSIST, on_readable, s);
    if (event_add(&s->readable, NULL) == 0)
        return 0;
    end_process(s);
    return -ENOMEM;
}

/* --- The queue --- */

static void start_timer(struct symboliser *s, uint64_t after_ns)
{
    cadre__timer_start(s->options.timers, &s->timer,
                       cadre__deadline(cadre__clock_now(cadre__clock_system()), after_ns));
}

static void close_files(struct question *q)
{
    while (q->n_files > 0)
        shared_file_unref(q->files[--q->n_files]);
}

/* Takes the oldest question out and tells its asker. */
static void give(struct symboliser *s, const struct cadre__symbols_answer *answer)
{
    struct cadre__list *link = cadre__list_pop_front(&s->queue);
    struct question *q = CADRE__CONTAINER_OF(link, struct question, link);

    s->n_queued--;
    q->fn(q->arg, answer);
    close_files(q);
    free(q);
}

/* The process failed at the question in hand. */
static void give_up(struct symboliser *s, const char *why)
{
    cadre__log(CADRE_LOG_WARNING, "the symboliser %s: a backtrace has no lines of source", why);
    end_process(s);
    give(s, NULL);
    ask_next(s);
}

static bool send_question(struct symboliser *s, struct question *q)
{
    struct iovec part = {.iov_base = &q->text, .iov_len = sizeof(q->text)};
    struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CADRE__BACKTRACE_OBJECTS)];
    } control = {.bytes = {0}};
    ssize_t n;

    q->text.magic = CADRE__SYMBOLS_MAGIC;
    q->text.id = ++s->last_id;
    if (q->n_files > 0) {
        size_t len = q->n_files * sizeof(int);

        packet.msg_control = control.bytes;
        packet.msg_controllen = CMSG_SPACE(len);
        control.align.cmsg_level = SOL_SOCKET;
        control.align.cmsg_type = SCM_RIGHTS;
        control.align.cmsg_len = CMSG_LEN(len);
        for (size_t i = 0; i < q->n_files; i++)
            memcpy(CMSG_DATA(&control.align) + i * sizeof(int), &q->files[i]->fd, sizeof(int));
    }
    n = sendmsg(s->fd, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
    close_files(q);
    return n == (ssize_t)sizeof(q->text);
}

/* Asks the oldest question; none is asked now. */
static void ask_next(struct symboliser *s)
{
    while (!s->ending && !cadre__list_is_empty(&s->queue)) {
        struct question *q =
            CADRE__CONTAINER_OF(cadre__list_first(&s->queue), struct question, link);
        int r = s->fd < 0 ? start_process(s) : 0;

        if (r == 0 && send_question(s, q)) {
            start_timer(s, SYMBOLISER_ANSWER_NS);
            return;
        }
        if (r < 0 && r != -ENOENT)
            cadre__log(CADRE_LOG_WARNING, "the symboliser cannot be started: %s",
                       cadre_strerror(r));
        end_process(s);
        give(s, NULL);
    }
    if (s->fd >= 0)
        start_timer(s, SYMBOLISER_IDLE_NS);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct symboliser *s = arg;
    ssize_t n = recv(fd, &s->answer, sizeof(s->answer), MSG_DONTWAIT);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (cadre__list_is_empty(&s->queue)) { /* it has died, or talks unasked */
        end_process(s);
        return;
    }
    if (n <= 0) {
        give_up(s, "has died");
        return;
    }
    if (!trace_check_answer(&s->answer, (size_t)n) || s->answer.id != s->last_id) {
        give_up(s, "is mad");
        return;
    }
    give(s, &s->answer);
    ask_next(s);
}

static void on_timer(struct cadre__timer *timer)
{
    struct symboliser *s = CADRE__CONTAINER_OF(timer, struct symboliser, timer);

    if (cadre__list_is_empty(&s->queue))
        end_process(s);
    else
        give_up(s, "takes too long");
}

/* Where no descriptor is free for a copy, the file is looked for by its name. */
static void add_files(struct symboliser *s, struct question *q,
                      const struct symboliser_files *files)
{
    const struct cadre__backtrace *trace = &q->text.trace;

    for (uint32_t i = 0; i < trace->n_objects && i < CADRE__BACKTRACE_OBJECTS; i++) {
        for (unsigned j = 0; j < files->n; j++) {
            struct shared_file *file;

            if (!cadre__file_id_is(&files->pins[j].id, &trace->objects[i].file))
                continue;
            file = shared_file_ref(&s->files, &files->pins[j]);
            if (file != NULL) {
                q->files[q->n_files++] = file;
                q->text.files |= UINT32_C(1) << i;
            }
            break;
        }
    }
}

void symboliser_ask(struct symboliser *s, const struct cadre__backtrace *trace,
                    const struct symboliser_files *files, symboliser_fn fn, void *arg)
{
    bool first = cadre__list_is_empty(&s->queue);
    struct question *q;

    if (s->ending || s->n_queued >= SYMBOLISER_QUEUE_MAX || (q = calloc(1, sizeof(*q))) == NULL) {
        fn(arg, NULL);
        return;
    }
    q->fn = fn;
    q->arg = arg;
    q->text.trace = *trace;
    if (files != NULL)
        add_files(s, q, files);
    cadre__list_push_back(&s->queue, &q->link);
    s->n_queued++;
    if (first)
        ask_next(s);
}

/* --- Life --- */

struct symboliser *symboliser_new(const struct symboliser_options *options)
{
    struct symboliser *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->options = *options;
    s->fd = -1;
    cadre__list_init(&s->queue);
    cadre__list_init(&s->files);
    cadre__timer_init(&s->timer, on_timer);
    return s;
}

void symboliser_free(struct symboliser *s)
{
    if (s == NULL)
        return;
    s->ending = true;
    end_process(s);
    while (!cadre__list_is_empty(&s->queue))
        give(s, NULL);
    free(s);
}

void symboliser_set_rights(struct symboliser *s, const struct symboliser_rights *rights)
{
    s->rights = *rights;
}

void symboliser_reaped(struct symboliser *s, pid_t pid)
{
    if (s->pid == pid)
        s->pid = 0;
}

bool symboliser_is_asked(const struct symboliser *s)
{
    return !cadre__list_is_empty(&s->queue);
}
