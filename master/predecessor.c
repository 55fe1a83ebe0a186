/* SPDX-License-Identifier: MIT */
/*
 * The new master's end of an upgrade; see predecessor.h.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/units.h"
#include "master/predecessor.h"

void predecessor_format(char *buf, size_t size, int fd, uint32_t generation)
{
    snprintf(buf, size, "%d:%lu", fd, (unsigned long)generation);
}

static bool parse(const char *text, int *ret_fd, uint32_t *ret_generation)
{
    const char *colon = strchr(text, ':');
    uint64_t fd, generation;
    char number[16];

    if (colon == NULL || (size_t)(colon - text) >= sizeof(number))
        return false;
    snprintf(number, sizeof(number), "%.*s", (int)(colon - text), text);
    if (cadre__parse_uint64(number, &fd) < 0 || cadre__parse_uint64(colon + 1, &generation) < 0)
        return false;
    if (fd < 3 || fd > INT32_MAX || generation == 0 || generation > UINT32_MAX - 1)
        return false;
    *ret_fd = (int)fd;
    *ret_generation = (uint32_t)generation;
    return true;
}

/* One of another upgrade, which a master has handed on that did not know it, is none. */
static void open_rates(struct predecessor *p)
{
    const char *text = getenv(PREDECESSOR_RATES_VARIABLE);
    uint32_t generation;
    int fd;

    if (text != NULL && p->fd >= 0 && parse(text, &fd, &generation) &&
        generation == p->generation && fd != p->fd && cadre__fd_cloexec(fd, true) == 0)
        p->rates_fd = fd;
    unsetenv(PREDECESSOR_RATES_VARIABLE);
}

static void open_channel(struct predecessor *p)
{
    const char *text = getenv(PREDECESSOR_VARIABLE);

    if (text == NULL)
        return;
    if (parse(text, &p->fd, &p->generation) && cadre__fd_cloexec(p->fd, true) == 0) {
        p->given = p->reports = false;
    } else {
        cadre__log(CADRE_LOG_WARNING, "%s=%s names no master to take over from",
                   PREDECESSOR_VARIABLE, text);
        p->fd = -1;
        p->generation = 0;
    }
    unsetenv(PREDECESSOR_VARIABLE);
}

void predecessor_open(struct predecessor *p)
{
    *p = (struct predecessor){.fd = -1, .rates_fd = -1, .given = true, .reports = true};
    open_channel(p);
    open_rates(p);
}

void predecessor_close(struct predecessor *p)
{
    if (p->event != NULL)
        event_free(p->event);
    p->event = NULL;
    cadre__fd_close(&p->fd);
    cadre__fd_close(&p->rates_fd);
}

static void give(struct predecessor *p)
{
    if (p->given)
        return;
    p->given = true;
    p->on_given(p->arg);
}

static void report(struct predecessor *p)
{
    if (p->reports)
        return;
    p->reports = true;
    p->on_reports(p->arg);
}

static void lost(struct predecessor *p)
{
    predecessor_close(p);
    if (!p->given)
        cadre__log(CADRE_LOG_WARNING, "the old master is gone before it gave the service away");
    give(p);
    report(p);
}

static void answer(struct predecessor *p, bool taken)
{
    const struct cadre__msg msg = {.type = CADRE__MSG_TAKEN, .handed.taken = taken};
    int r = cadre__channel_send(p->fd, &msg, -1);

    if (r < 0)
        lost(p);
}

static void heard(struct predecessor *p, const struct cadre__msg *msg, int fd)
{
    switch (msg->type) {
    case CADRE__MSG_ACCEPT:
        give(p);
        break;
    case CADRE__MSG_TOTALS:
        p->on_totals(p->arg, fd);
        if (p->given)
            report(p);
        break;
    case CADRE__MSG_ADOPT:
        answer(p, p->on_adopt(p->arg, &msg->handover, fd));
        break;
    default:
        cadre__log(CADRE_LOG_WARNING, "the old master said %s, which is no word of its",
                   cadre__msg_name(msg->type));
        break;
    }
}

/* A message came whose descriptor this process had no room for. */
static void heard_without_fd(struct predecessor *p, const struct cadre__msg *msg)
{
    if (msg->type == CADRE__MSG_ADOPT)
        answer(p, false);
    else if (p->given)
        report(p); /* what was counted comes again */
}

void predecessor_hear(struct predecessor *p)
{
    while (p->fd >= 0) {
        struct cadre__msg msg;
        int fd = -1;
        int r = cadre__channel_recv(p->fd, CADRE__FROM_MASTER, &msg, &fd);

        if (r == -EAGAIN || r == -EINTR)
            return;
        if (r == -EMFILE) {
            heard_without_fd(p, &msg);
            continue;
        }
        if (r <= 0) {
            lost(p);
            return;
        }
        heard(p, &msg, fd);
        cadre__fd_close(&fd);
    }
}

static void on_channel(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    predecessor_hear(arg);
}

int predecessor_watch(struct predecessor *p, struct event_base *base)
{
    if (p->fd < 0)
        return 0;
    p->event = event_new(base, p->fd, EV_READ | EV_PERSIST, on_channel, p);
    return p->event != NULL && event_add(p->event, NULL) == 0 ? 0 : -ENOMEM;
}

void predecessor_tell_ready(struct predecessor *p)
{
    if (p->fd < 0 || p->ready_told)
        return;
    p->ready_told = true;
    if (cadre__channel_send_plain(p->fd, CADRE__MSG_READY) < 0)
        lost(p);
}

void predecessor_tell_failed(struct predecessor *p, const char *why)
{
    if (p->fd < 0 || p->ready_told)
        return;
    if (cadre__channel_send_failed(p->fd, CADRE__PHASE_STARTUP, why) < 0)
        cadre__log(CADRE_LOG_DEBUG, "the old master cannot be told why this one failed");
}
