/* SPDX-License-Identifier: MIT */
/*
 * Finds the place of the control socket; see control_point.h.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "master/control.h"
#include "master/control_point.h"
#include <cadre/error.h>

const char *control_point_path(const char *runtime_dir, char *buf, size_t size)
{
    const char *folder = runtime_dir;
    int len;

    if (folder != NULL && strcmp(folder, "off") == 0) {
        buf[0] = '\0';
        return buf;
    }
    if (folder == NULL)
        folder = getenv("RUNTIME_DIRECTORY");
    if (folder == NULL || folder[0] != '/')
        folder = CONTROL_PATH_DEFAULT;
    /* systemd separates several by colons: the first one is ours. */
    len = runtime_dir != NULL ? (int)strlen(folder) : (int)strcspn(folder, ":");
    snprintf(buf, size, "%.*s/" CONTROL_FILE, len, folder);
    return buf;
}

void control_point_init(struct control_point *point, struct event_base *base,
                        struct cadre__timers *timers, const struct control_host *host)
{
    *point = (struct control_point){.base = base, .timers = timers, .host = *host};
}

static void on_line(void *arg, struct control_client *client, char *line)
{
    const struct control_point *point = arg;

    control_command(&point->host, client, line);
}

/* Why there is no socket: in words for what is to be mended. */
static const char *explain(int error)
{
    switch (error) {
    case -EADDRINUSE:
        return "another server listens there; give this one a runtime_dir of its own";
    case -EEXIST:
        return "what is there is no socket";
    case -ENOENT:
        return "there is no such folder; systemd makes it (RuntimeDirectory=), or set runtime_dir";
    default:
        return cadre_strerror(error);
    }
}

/* Forgets one that was moved away from. */
static void forget(struct control_point *point, unsigned i)
{
    control_close(point->leaving[i]);
    for (; i + 1 < CONTROL_LEAVING_MAX; i++)
        point->leaving[i] = point->leaving[i + 1];
    point->leaving[CONTROL_LEAVING_MAX - 1] = NULL;
}

/* The present one goes: who has asked by it is answered still, the reload's own asker too. */
static void retire(struct control_point *point)
{
    unsigned i = 0;

    if (point->control == NULL)
        return;
    if (point->leaving[CONTROL_LEAVING_MAX - 1] != NULL)
        forget(point, 0);
    while (point->leaving[i] != NULL)
        i++;
    control_retire(point->control);
    point->leaving[i] = point->control;
    point->control = NULL;
}

void control_point_open(struct control_point *point, const char *runtime_dir)
{
    char path[CONTROL_PATH_SIZE];
    struct control *control;
    int r;
    const struct control_options options = {
        .base = point->base,
        .timers = point->timers,
        .now = point->host.now,
        .path = control_point_path(runtime_dir, path, sizeof(path)),
        .on_line = on_line,
        .arg = point,
    };

    /* One whose file somebody has removed is made anew. */
    if (point->control != NULL && strcmp(control_path(point->control), path) == 0 &&
        control_is_there(point->control))
        return;
    if (path[0] == '\0') {
        retire(point);
        return;
    }
    if (runtime_dir != NULL && mkdir(runtime_dir, 0755) < 0 && errno != EEXIST)
        cadre__log(CADRE_LOG_DEBUG, "runtime_dir \"%s\" cannot be made: %s", runtime_dir,
                   cadre_strerror(-errno));
    r = control_open(&options, &control);
    if (r < 0) {
        if (point->error != r || strcmp(point->refused, path) != 0)
            cadre__log(CADRE_LOG_INFO, "no control socket at %s: %s", path, explain(r));
        point->error = r;
        memcpy(point->refused, path, sizeof(path));
        return;
    }
    point->error = 0;
    retire(point);
    point->control = control;
    cadre__log(CADRE_LOG_INFO, "control socket at %s", path);
}

void control_point_settle(struct control_point *point)
{
    if (point->control != NULL)
        control_settle(point->control);
    for (unsigned i = 0; i < CONTROL_LEAVING_MAX && point->leaving[i] != NULL;) {
        control_settle(point->leaving[i]);
        if (control_is_idle(point->leaving[i]))
            forget(point, i);
        else
            i++;
    }
}

void control_point_upgrade_failed(struct control_point *point, const char *reason)
{
    snprintf(point->host.upgrade_reason, sizeof(point->host.upgrade_reason), "%s", reason);
    point->host.upgrades_failed++;
}

void control_point_close(struct control_point *point)
{
    while (point->leaving[0] != NULL)
        forget(point, 0);
    control_close(point->control);
    point->control = NULL;
}
