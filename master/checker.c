/* SPDX-License-Identifier: MIT */
/*
 * Runs the checker child; see checker.h. A plain loop on poll(2): there is one child, and nothing
 * else to do meanwhile.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/shm.h"
#include "base/units.h"
#include "conf/server_conf.h"
#include "conf/tree.h"
#include "ipc/channel.h"
#include "ipc/scoreboard.h"
#include "master/checker.h"
#include "master/environment.h"
#include "master/signals.h"
#include "master/spawn.h"

/* Beyond its own limit, so that it can say itself what took so long. */
#define CHECKER_MARGIN_NS (2 * CADRE__NSEC_PER_SEC)

struct checker {
    const struct check_request *request;
    struct spawned child;
    struct cadre__shm score_area;
    struct cadre__scoreboard *board;
    uint64_t deadline_ns;
    unsigned findings;
};

static void say(struct checker *c, const char *text)
{
    char line[CADRE__MSG_TEXT_SIZE + 2];
    int fd = c->request->report_fd >= 0 ? c->request->report_fd : STDERR_FILENO;
    int len = snprintf(line, sizeof(line), "%s\n", text);

    c->findings++;
    /* What comes from a module's conf may hold anything; a terminal must not. */
    for (char *p = line; *p != '\0' && p[1] != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    if (len > 0)
        (void)!cadre__write_all(fd, line, strlen(line));
}

/* Reads what it said. False: it has closed its channel, or broken it. */
static bool hear(struct checker *c)
{
    struct cadre__msg msg;
    int fd = -1, r;

    while ((r = cadre__channel_recv(c->child.channel_fd, CADRE__FROM_CHILD, &msg, &fd)) == 1) {
        cadre__fd_close(&fd);
        if (msg.type == CADRE__MSG_REPORT)
            say(c, msg.report.text);
        else if (msg.type == CADRE__MSG_FAILED)
            say(c, msg.failed.text);
        else if (msg.type == CADRE__MSG_ROUTE && c->request->on_route != NULL)
            c->request->on_route(c->request->arg, &msg.route);
        else if (msg.type == CADRE__MSG_DOCUMENT && c->request->on_document != NULL)
            c->request->on_document(c->request->arg, &msg.document);
    }
    if (r == -EPROTO)
        say(c, "the check of the modules sent what no child of ours sends");
    return r == -EAGAIN;
}

/* Waits for its end, and hears it. False: its time is up. */
static bool wait_for_end(struct checker *c)
{
    struct pollfd fds[2] = {{.fd = c->child.channel_fd, .events = POLLIN},
                            {.fd = c->child.pid_fd, .events = POLLIN}};

    for (;;) {
        uint64_t now = cadre__clock_now(cadre__clock_system());
        uint64_t left_ms = (c->deadline_ns - now) / CADRE__NSEC_PER_MSEC + 1;

        if (now >= c->deadline_ns)
            return false;
        if (poll(fds, 2, left_ms > INT_MAX ? INT_MAX : (int)left_ms) < 0)
            continue;
        if (fds[0].revents != 0 && !hear(c))
            fds[0].fd = -1;
        if (fds[1].revents != 0 || (fds[0].fd < 0 && c->child.pid_fd < 0)) {
            if (fds[0].fd >= 0)
                hear(c);
            return true;
        }
    }
}

/* The place where it was, as ", in loading of module shop"; or "". */
static const char *place(const struct checker *c, char *buf, size_t size)
{
    char text[CADRE__SCORE_TEXT_SIZE];

    cadre__score_get_text(&c->board->slot[0].phase, text);
    snprintf(buf, size, "%s%s", text[0] != '\0' ? ", in " : "", text);
    return buf;
}

static void say_late(struct checker *c)
{
    char line[256], time[CADRE__UNITS_TEXT_SIZE], at[96];

    snprintf(line, sizeof(line), "the check of the modules took longer than %s (startup_timeout)%s",
             cadre__format_duration(c->request->conf->startup_timeout_ns, time),
             place(c, at, sizeof(at)));
    say(c, line);
}

/* Judges how it ended. Returns the exit code. */
static int judge(struct checker *c, int status)
{
    char line[256], name[32], at[96];

    if (WIFSIGNALED(status))
        snprintf(line, sizeof(line),
                 "the check of the modules was killed by signal %d (%s)%s: a module does what it "
                 "must not when it is loaded",
                 WTERMSIG(status), signal_name(WTERMSIG(status), name, sizeof(name)),
                 place(c, at, sizeof(at)));
    else if (place(c, at, sizeof(at))[0] != '\0') /* it is in no place once it is through */
        snprintf(line, sizeof(line),
                 "the check of the modules ended in the midst, with exit status %d%s: a module "
                 "calls exit when it is loaded",
                 WEXITSTATUS(status), at);
    else if (WEXITSTATUS(status) != 0 && c->findings == 0)
        snprintf(line, sizeof(line), "the check of the modules exited with status %d",
                 WEXITSTATUS(status));
    else
        return WEXITSTATUS(status) == 0 && c->findings == 0 ? 0 : 1;
    say(c, line);
    return 1;
}

static int reap(const struct checker *c)
{
    int status = 0;

    while (waitpid(c->child.pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int watch(struct checker *c)
{
    uint64_t limit = c->request->conf->startup_timeout_ns;

    c->deadline_ns = limit == 0 ? CADRE__NEVER
                                : cadre__deadline(cadre__clock_now(cadre__clock_system()),
                                                  cadre__deadline(limit, CHECKER_MARGIN_NS));
    if (wait_for_end(c))
        return judge(c, reap(c));
    say_late(c);
    kill(c->child.pid, SIGKILL);
    reap(c);
    return 1;
}

static int start(struct checker *c, int conf_fd, char **environment, char *why, size_t why_size)
{
    const struct check_request *request = c->request;
    struct cadre__heritage heritage;
    struct spawn_request spawn = {.heritage = &heritage,
                                  .worker_fd = request->worker_fd,
                                  .conf = request->conf,
                                  .environment = environment};
    int r;

    cadre__heritage_init(&heritage);
    heritage.kind = CADRE__CHILD_CHECKER;
    if (request->on_route != NULL)
        heritage.flags |= CADRE__HERITAGE_ROUTES;
    if (request->on_document != NULL)
        heritage.flags |= CADRE__HERITAGE_OPENAPI;
    heritage.master_pid = getpid();
    heritage.boot_ns = cadre__clock_now(cadre__clock_system());
    heritage.conf_fd = conf_fd;
    r = cadre__heritage_add_shm(&heritage, &c->score_area);
    if (r < 0) {
        snprintf(why, why_size, "%s", cadre_strerror(r));
        return r;
    }
    cadre__scoreboard_claim(c->board, 0, heritage.kind, 0, 0, heritage.boot_ns);
    return spawn_child(&spawn, &c->child, why, why_size);
}

int checker_run(const struct check_request *request)
{
    struct checker c = {
        .request = request, .child = {.pid_fd = -1, .channel_fd = -1}, .score_area = {.fd = -1}};
    char why[256] = "out of memory", line[320];
    char **environment = NULL;
    int conf_fd = -1, code = 1;
    int r = cadre__scoreboard_create(&c.score_area, &c.board);

    if (r == 0)
        r = conf_fd = cadre__conf_tree_seal(request->tree);
    if (r < 0) {
        snprintf(why, sizeof(why), "%s", cadre_strerror(r));
    } else {
        environment = environment_new(environ, request->conf->inherit_environment,
                                      &request->conf->environment);
        r = environment != NULL ? start(&c, conf_fd, environment, why, sizeof(why)) : -ENOMEM;
    }
    if (r < 0) {
        snprintf(line, sizeof(line), "the modules cannot be checked: %s", why);
        say(&c, line);
    } else {
        code = watch(&c);
    }
    cadre__fd_close(&c.child.pid_fd);
    cadre__fd_close(&c.child.channel_fd);
    cadre__fd_close(&conf_fd);
    environment_free(environment);
    cadre__shm_done(&c.score_area);
    return code;
}
