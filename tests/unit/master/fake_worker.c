/* SPDX-License-Identifier: MIT */
/*
 * A child that only talks: speaks the protocol of ipc/, serves nothing, and misbehaves as $FAKE
 * says. The supervisor's tests start it in the place of cadre-worker.
 *
 *     good       does all in order
 *     wants      as good, and wants a steward; the steward publishes "state"
 *     failing    says FAILED instead of LOADED
 *     mute       exits with 5 and says nothing
 *     crashing   dies by SIGSEGV once it is ready, if it is not of index 0
 *     liar       sends what is no message once it accepts
 *     silent     accepts, and its loop never turns
 *     stubborn   hears no DRAIN and no SIGTERM
 *     unshut     its shutdown fails
 *     forgetful  has no descriptor free for the first log that it is sent
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/shm.h"
#include "ipc/channel.h"
#include "ipc/heritage.h"
#include "ipc/scoreboard.h"

static struct cadre__heritage heritage;
static const char *mode = "good";

static bool is(const char *name)
{
    return strcmp(mode, name) == 0;
}

static void must(int r, const char *what)
{
    if (r >= 0)
        return;
    cadre__log(CADRE_LOG_ERROR, "fake: %s failed: %d", what, r);
    _exit(99);
}

/* Waits for the next message. */
static struct cadre__msg wait_for_message(int *ret_fd)
{
    struct pollfd fd = {.fd = heritage.channel_fd, .events = POLLIN};
    struct cadre__msg msg;

    for (;;) {
        int r = cadre__channel_recv(heritage.channel_fd, CADRE__FROM_MASTER, &msg, ret_fd);

        if (r == 1)
            return msg;
        if (r == 0) {
            cadre__log(CADRE_LOG_NOTICE, "fake: the master is gone");
            _exit(0);
        }
        poll(&fd, 1, -1);
    }
}

static void tell(enum cadre__msg_type type)
{
    must(cadre__channel_send_plain(heritage.channel_fd, type), cadre__msg_name(type));
}

static void read_state(int fd)
{
    const void *data;
    size_t len;

    if (fd < 0)
        return;
    must(cadre__memfd_map(fd, &data, &len), "map");
    cadre__log(CADRE_LOG_NOTICE, "fake: state %.*s", (int)len, (const char *)data);
}

static void publish(void)
{
    struct cadre__msg msg = {.type = CADRE__MSG_SERVING, .serving = {.len = 5}};
    int fd = cadre__memfd_sealed("state", "state", 5);

    must(fd, "seal");
    must(cadre__channel_send(heritage.channel_fd, &msg, fd), "SERVING");
}

/* Stands still in a turn of its loop that began long ago. */
static void fall_silent(void)
{
    const struct cadre__heritage_shm *area =
        cadre__heritage_find_shm(&heritage, CADRE__SCOREBOARD_AREA);
    struct cadre__scoreboard *board;
    struct cadre__shm shm;
    struct cadre__score *score;

    if (area == NULL)
        _exit(99);
    must(cadre__shm_attach(&shm, area->name, area->fd, true), "attach");
    must(cadre__scoreboard_open(&shm, &board), "open");
    score = &board->slot[heritage.slot];
    cadre__score_set_text(&score->handler, "fake:stuck");
    atomic_store(&score->turn_ns, heritage.boot_ns);
    atomic_store(&score->waiting, 0);
}

static void begin(void)
{
    if (is("failing")) {
        must(cadre__channel_send_failed(heritage.channel_fd, CADRE__PHASE_MODULES,
                                        "module \"fake\": no luck"),
             "FAILED");
        _exit(1);
    }
    if (is("mute"))
        _exit(5);
    must(cadre__channel_send_loaded(heritage.channel_fd, 1, is("wants")), "LOADED");
}

/* Serving has begun. */
static void misbehave(void)
{
    if (is("silent"))
        fall_silent();
    if (is("liar"))
        (void)!send(heritage.channel_fd, "lies", 4, 0);
    if (is("stubborn"))
        for (;;)
            pause();
}

/* Hands over a connection that came by `listener`, and waits for what becomes of it. */
static void hand_over(const char *listener)
{
    struct cadre__msg msg = {.type = CADRE__MSG_HANDOVER};
    int fd = memfd_create("connection", MFD_CLOEXEC);

    msg.handover.version = CADRE__HANDOVER_VERSION;
    msg.handover.peer_port = 4711;
    snprintf(msg.handover.listener, sizeof(msg.handover.listener), "%s", listener);
    must(fd, "memfd_create");
    must(cadre__channel_send(heritage.channel_fd, &msg, fd), "HANDOVER");
    do
        msg = wait_for_message(&fd);
    while (msg.type != CADRE__MSG_HANDED);
    cadre__log(CADRE_LOG_NOTICE, "fake: handed to %s: %u", listener, msg.handed.taken);
}

static void adopt(const struct cadre__msg *msg, int fd)
{
    cadre__log(CADRE_LOG_NOTICE, "fake: adopts %s from port %u in generation %u: %d",
               msg->handover.listener, msg->handover.peer_port, heritage.generation, fd >= 0);
    cadre__fd_close(&fd);
}

static _Noreturn void drain(const struct cadre__msg *msg)
{
    cadre__log(CADRE_LOG_NOTICE, "fake: drain %u", msg->drain.mode);
    if (is("giving") && heritage.kind == CADRE__CHILD_WORKER) {
        hand_over(heritage.listener[0].address);
        hand_over("nowhere");
    }
    tell(CADRE__MSG_DRAINED);
    if (is("unshut"))
        must(cadre__channel_send_failed(heritage.channel_fd, CADRE__PHASE_SHUTDOWN,
                                        "module \"fake\": cannot save"),
             "FAILED");
    _exit(0);
}

static void start(int fd)
{
    bool steward = heritage.kind == CADRE__CHILD_STEWARD;

    read_state(fd);
    if (steward)
        publish();
    else
        tell(CADRE__MSG_READY);
    if (!steward && is("crashing") && heritage.index != 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
}

static void take_log(int fd)
{
    static bool missed;

    if (is("forgetful") && !missed) {
        const struct cadre__msg msg = {.type = CADRE__MSG_MISSED, .missed.type = CADRE__MSG_LOG};

        missed = true;
        cadre__fd_close(&fd);
        must(cadre__channel_send(heritage.channel_fd, &msg, -1), "MISSED");
        return;
    }
    must(cadre__log_set_fd(fd), "log");
    cadre__log(CADRE_LOG_NOTICE, "fake: has the log");
}

int main(int argc, char **argv)
{
    struct cadre__log_options log = {.level = CADRE_LOG_DEBUG};
    char why[256], role[32];
    int fd = -1;

    if (argc != 3 || cadre__heritage_take(atoi(argv[2]), &heritage, why, sizeof(why)) < 0)
        return 98;
    if (getenv("FAKE") != NULL)
        mode = getenv("FAKE");
    if (is("stubborn"))
        signal(SIGTERM, SIG_IGN);
    snprintf(role, sizeof(role), "%s %u", cadre__child_kind_name(heritage.kind),
             heritage.index + 1);
    log.fd = heritage.log_fd;
    log.role = role;
    must(cadre__log_open(&log), "log");
    begin();
    for (;;) {
        struct cadre__msg msg = wait_for_message(&fd);

        if (msg.type == CADRE__MSG_START)
            start(fd);
        else if (msg.type == CADRE__MSG_ACCEPT)
            misbehave();
        else if (msg.type == CADRE__MSG_ADOPT)
            adopt(&msg, fd);
        else if (msg.type == CADRE__MSG_DRAIN)
            drain(&msg);
        else if (msg.type == CADRE__MSG_LOG)
            take_log(fd);
    }
}
