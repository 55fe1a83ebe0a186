/* SPDX-License-Identifier: MIT */
/*
 * Starts and hears the new master of an upgrade; see successor.h.
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "base/log.h"
#include "master/listener.h"
#include "master/passed.h"
#include "master/predecessor.h"
#include "master/queue_group.h"
#include "master/signals.h"
#include "master/successor.h"

#define EXIT_NOT_STARTED 127
/* Descriptors that are passed begin here, sd_listen_fds(3). */
#define FIRST_FD 3
/* Room for the names of all that is passed. */
#define NAMES_SIZE (PASSED_MAX * 64)
/* So many are on the way at a time: less than any channel holds. */
#define WINDOW 8
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* A connection that is being relayed. */
struct relay {
    struct cadre__list link;
    uint32_t slot;
    pid_t pid;
    int fd; /* -1: nothing is sent for it, it is refused in its turn */
    struct cadre__msg_handover note;
};

struct successor {
    struct successor_options options; /* only what outlives the start */
    pid_t pid;
    int channel_fd; /* -1: it has gone */
    struct event event;
    bool reported;              /* it serves, or it failed */
    bool given;                 /* it is the server */
    struct cadre__list sent;    /* of struct relay, oldest first */
    struct cadre__list waiting; /* the same */
    unsigned n_sent;
    char why[CADRE__MSG_TEXT_SIZE]; /* what it said of its failure; "" */
};

/* --- Starting it --- */

/* What is passed: descriptors and their names, as the new one shall find them. */
struct gifts {
    int fds[PASSED_MAX];
    size_t n;
    char names[NAMES_SIZE];
    size_t names_len;
};

static bool add_gift(struct gifts *gifts, int fd, const char *name)
{
    size_t room = sizeof(gifts->names) - gifts->names_len;
    int len =
        snprintf(gifts->names + gifts->names_len, room, "%s%s", gifts->n > 0 ? ":" : "", name);

    if (gifts->n == PASSED_MAX || len < 0 || (size_t)len >= room)
        return false;
    gifts->fds[gifts->n++] = fd;
    gifts->names_len += (size_t)len;
    return true;
}

/* The other queues of a listener with reuse_port, in the kernel's order. */
static bool add_queues(struct gifts *gifts, const struct queue_group *group, const char *name)
{
    bool fits = true;

    for (size_t i = 1; group != NULL && i < group->n; i++)
        fits = fits && add_gift(gifts, group->queues[i]->fd, name);
    return fits;
}

/* All that listens, and what the service manager passed and nobody uses yet. */
static bool gather(struct gifts *gifts, const struct successor_options *options)
{
    const struct listener_set *set = options->listeners;
    bool fits = true;

    for (size_t i = 0; i < set->n; i++) {
        char name[PASSED_NAME_SIZE];

        if (set->entries[i].listener->passed != NULL)
            continue;
        passed_store_name(set->entries[i].conf->name, name);
        fits = fits && add_gift(gifts, set->entries[i].listener->fd, name);
        fits = fits && add_queues(gifts, set->entries[i].listener->group, name);
    }
    for (size_t i = 0; i < options->passed->n; i++) {
        const struct passed_socket *p = &options->passed->list[i];

        if (!p->ours && p->fd >= 0)
            fits = fits && add_gift(gifts, p->fd, p->name);
    }
    return fits;
}

static void reset_signals(void)
{
    struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        sigaction(signo, &act, NULL); /* fails for SIGKILL, SIGSTOP and libc's own */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts the descriptors where they are looked for, behind them the channel, and the area of rate
 * limits where there is one; all else is closed by the exec. The number of the channel, or a
 * negative errno. */
static int place_fds(const struct gifts *gifts, int channel_fd, int rates_fd)
{
    int fds[PASSED_MAX + 2], n = (int)gifts->n, above;

    memcpy(fds, gifts->fds, gifts->n * sizeof(fds[0]));
    fds[n++] = channel_fd;
    if (rates_fd >= 0)
        fds[n++] = rates_fd;
    above = FIRST_FD + n;
    for (int i = 0; i < n; i++) {
        fds[i] = fcntl(fds[i], F_DUPFD, above);
        if (fds[i] < 0)
            return -errno;
    }
    for (int i = 0; i < n; i++)
        if (dup2(fds[i], FIRST_FD + i) < 0)
            return -errno;
    if (syscall(SYS_close_range, (unsigned)above, UINT_MAX, CLOSE_RANGE_CLOEXEC) < 0)
        for (int i = 0; i < n; i++)
            close(fds[i]);
    return FIRST_FD + (int)gifts->n;
}

static int set_number(const char *name, uint64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    return setenv(name, text, 1) < 0 ? -errno : 0;
}

/* The variables of the protocols; all others are as they were. */
static int set_variables(const struct successor_options *options, const struct gifts *gifts,
                         int channel_fd)
{
    char text[64];
    int r = set_number("LISTEN_PID", (uint64_t)getpid());

    if (r == 0)
        r = set_number("LISTEN_FDS", gifts->n);
    if (r == 0 && setenv("LISTEN_FDNAMES", gifts->names, 1) < 0)
        r = -errno;
    if (r == 0 && options->notify_socket[0] != '\0' &&
        setenv("NOTIFY_SOCKET", options->notify_socket, 1) < 0)
        r = -errno;
    if (r == 0 && options->watchdog_ns != 0)
        r = set_number("WATCHDOG_USEC", options->watchdog_ns / CADRE__NSEC_PER_USEC);
    predecessor_format(text, sizeof(text), channel_fd, options->generation);
    if (r == 0 && setenv(PREDECESSOR_VARIABLE, text, 1) < 0)
        r = -errno;
    predecessor_format(text, sizeof(text), channel_fd + 1, options->generation);
    if (r == 0 && options->rates_fd >= 0 && setenv(PREDECESSOR_RATES_VARIABLE, text, 1) < 0)
        r = -errno;
    return r;
}

static _Noreturn void run(const struct successor_options *options, const struct gifts *gifts,
                          int channel_fd)
{
    char text[512];
    int r, fd;

    reset_signals();
    fd = place_fds(gifts, channel_fd, options->rates_fd);
    r = fd < 0 ? fd : set_variables(options, gifts, fd);
    if (r == 0) {
        execv(options->program, options->argv);
        r = -errno;
    }
    snprintf(text, sizeof(text), "cannot run \"%s\": %s", options->program, cadre_strerror(r));
    if (cadre__channel_send_failed(fd >= 0 ? fd : channel_fd, CADRE__PHASE_BOOT, text) < 0)
        fprintf(stderr, "cadre: %s\n", text);
    _exit(EXIT_NOT_STARTED);
}

/* Forks with all signals blocked: a handler of ours must not run in the child. */
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

static void on_channel(evutil_socket_t unused, short what, void *arg);

static int start(struct successor *s, const struct successor_options *options,
                 const struct gifts *gifts)
{
    int channel[2] = {-1, -1};
    int r = cadre__channel_pair(channel);

    if (r < 0)
        return r;
    s->pid = fork_quietly();
    if (s->pid == 0)
        run(options, gifts, channel[1]);
    r = s->pid < 0 ? -errno : 0;
    cadre__fd_close(&channel[1]);
    if (r < 0) {
        cadre__fd_close(&channel[0]);
        return r;
    }
    s->channel_fd = channel[0];
    event_assign(&s->event, s->options.base, s->channel_fd, EV_READ | EV_PERSIST, on_channel, s);
    event_add(&s->event, NULL);
    return 0;
}

int successor_start(const struct successor_options *options, struct successor **ret, char *why,
                    size_t why_size)
{
    struct successor *s = calloc(1, sizeof(*s));
    struct gifts *gifts = calloc(1, sizeof(*gifts));
    int r = s == NULL || gifts == NULL ? -ENOMEM : 0;

    if (r == 0 && !gather(gifts, options))
        r = -E2BIG;
    if (r == 0) {
        s->options = *options;
        s->channel_fd = -1;
        cadre__list_init(&s->sent);
        cadre__list_init(&s->waiting);
        r = start(s, options, gifts);
    }
    free(gifts);
    if (r < 0) {
        snprintf(why, why_size, "cannot start a new master: %s", cadre_strerror(r));
        free(s);
        return r;
    }
    *ret = s;
    return 0;
}

/* --- Relaying --- */

static void answer(struct successor *s, struct relay *relay, bool taken)
{
    s->options.on_answer(s->options.arg, relay->slot, relay->pid, taken);
    cadre__fd_close(&relay->fd);
    free(relay);
}

static struct relay *pop(struct cadre__list *list)
{
    struct cadre__list *link = cadre__list_pop_front(list);

    return link != NULL ? CADRE__CONTAINER_OF(link, struct relay, link) : NULL;
}

/* Sends what may be on the way; what cannot be sent is refused once its turn comes. */
static void pump(struct successor *s)
{
    while (s->n_sent < WINDOW) {
        struct relay *relay = pop(&s->waiting);
        struct cadre__msg msg = {.type = CADRE__MSG_ADOPT};
        int r = -EPIPE;

        if (relay == NULL)
            return;
        msg.handover = relay->note;
        if (relay->fd >= 0 && s->channel_fd >= 0)
            r = cadre__channel_send(s->channel_fd, &msg, relay->fd);
        if (r < 0)
            cadre__fd_close(&relay->fd);
        if (r < 0 && s->n_sent == 0) {
            answer(s, relay, false);
            continue;
        }
        cadre__list_push_back(&s->sent, &relay->link);
        s->n_sent++;
    }
}

/* Refuses those at the front that were never sent. */
static void settle(struct successor *s)
{
    while (!cadre__list_is_empty(&s->sent)) {
        struct relay *relay = CADRE__CONTAINER_OF(s->sent.next, struct relay, link);

        if (relay->fd >= 0)
            return;
        s->n_sent--;
        answer(s, pop(&s->sent), false);
    }
}

static void heard_taken(struct successor *s, bool taken)
{
    struct relay *relay = pop(&s->sent);

    if (relay == NULL)
        return;
    s->n_sent--;
    answer(s, relay, taken);
    settle(s);
    pump(s);
}

static void close_channel(struct successor *s)
{
    if (s->channel_fd < 0)
        return;
    event_del(&s->event);
    cadre__fd_close(&s->channel_fd);
}

/* It has gone: what was sent may be lost with it, what waits is refused. */
static void refuse_all(struct successor *s)
{
    struct relay *relay;

    while ((relay = pop(&s->sent)) != NULL)
        answer(s, relay, relay->fd >= 0);
    s->n_sent = 0;
    while ((relay = pop(&s->waiting)) != NULL)
        answer(s, relay, false);
}

bool successor_adopt(struct successor *s, uint32_t slot, pid_t pid,
                     const struct cadre__msg_handover *note, int fd)
{
    struct relay *relay;

    if (s->channel_fd < 0)
        return false;
    relay = calloc(1, sizeof(*relay));
    if (relay == NULL) { /* answers keep their order: nothing may be pending behind a refusal */
        cadre__log(CADRE_LOG_ERROR, "out of memory: no more connections go to the new master");
        close_channel(s);
        refuse_all(s);
        return false;
    }
    relay->slot = slot;
    relay->pid = pid;
    relay->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD) : -1;
    if (note != NULL)
        relay->note = *note;
    cadre__list_push_back(&s->waiting, &relay->link);
    pump(s);
    return true;
}

/* --- What is heard --- */

/* Its channel is closed, so it has ended or does so now. */
static void bury(struct successor *s, char *how, size_t how_size)
{
    char name[32];
    int status = 0;
    pid_t pid;

    kill(s->pid, SIGKILL);
    do
        pid = waitpid(s->pid, &status, 0);
    while (pid < 0 && errno == EINTR);
    if (pid < 0)
        snprintf(how, how_size, "the new master has gone");
    else if (WIFSIGNALED(status))
        snprintf(how, how_size, "the new master was killed by signal %d (%s)", WTERMSIG(status),
                 signal_name(WTERMSIG(status), name, sizeof(name)));
    else
        snprintf(how, how_size, "the new master exited with status %d", WEXITSTATUS(status));
    s->pid = 0;
}

static void lost(struct successor *s)
{
    char how[128];

    close_channel(s);
    if (s->given) {
        refuse_all(s);
        return;
    }
    bury(s, how, sizeof(how));
    if (s->reported)
        return;
    s->reported = true;
    s->options.on_failed(s->options.arg, s->why[0] != '\0' ? s->why : how);
}

static void heard(struct successor *s, const struct cadre__msg *msg)
{
    switch (msg->type) {
    case CADRE__MSG_READY:
        if (s->reported)
            return;
        s->reported = true;
        s->options.on_ready(s->options.arg, s->pid);
        return;
    case CADRE__MSG_FAILED: /* it ends by itself */
        snprintf(s->why, sizeof(s->why), "%s", msg->failed.text);
        return;
    case CADRE__MSG_TAKEN:
        heard_taken(s, msg->handed.taken != 0);
        return;
    default:
        cadre__log(CADRE_LOG_WARNING, "the new master said %s, which is no word of its",
                   cadre__msg_name(msg->type));
        return;
    }
}

static void on_channel(evutil_socket_t unused, short what, void *arg)
{
    struct successor *s = arg;

    (void)unused;
    (void)what;
    while (s->channel_fd >= 0) {
        struct cadre__msg msg;
        int fd = -1;
        int r = cadre__channel_recv(s->channel_fd, CADRE__FROM_CHILD, &msg, &fd);

        if (r == -EAGAIN || r == -EINTR)
            return;
        if (r <= 0) {
            if (r < 0 && s->why[0] == '\0')
                snprintf(s->why, sizeof(s->why), "the new master broke the protocol: %s",
                         cadre_strerror(r));
            lost(s); /* may free it */
            return;
        }
        cadre__fd_close(&fd);
        heard(s, &msg); /* never frees it: the supervisor waits for that */
    }
}

/* --- Life --- */

pid_t successor_pid(const struct successor *s)
{
    return s->pid;
}

bool successor_tell_totals(struct successor *s, int fd)
{
    const struct cadre__msg msg = {.type = CADRE__MSG_TOTALS};

    return s->channel_fd >= 0 && cadre__channel_send(s->channel_fd, &msg, fd) == 0;
}

bool successor_give(struct successor *s)
{
    s->given = true;
    if (s->channel_fd < 0)
        return false;
    if (cadre__channel_send_plain(s->channel_fd, CADRE__MSG_ACCEPT) == 0)
        return true;
    close_channel(s);
    return false;
}

void successor_free(struct successor *s)
{
    char how[128];

    if (s == NULL)
        return;
    close_channel(s);
    refuse_all(s);
    if (!s->given && s->pid > 0)
        bury(s, how, sizeof(how));
    free(s);
}
