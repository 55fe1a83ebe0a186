/* SPDX-License-Identifier: MIT */
/*
 * Where the control socket of a server is, and whether there is one.
 *
 * The folder is the conf's runtime_dir; else $RUNTIME_DIRECTORY, which systemd sets for a service
 * with RuntimeDirectory=; else /run/cadre. There is no socket where that folder is missing or not
 * writable, or holds the socket of another server: one line of the log says so, and the server
 * runs without. Master only; used by the client side of `cadre` too. May block on the file system.
 */
#ifndef CADRE_MASTER_CONTROL_POINT_H
#define CADRE_MASTER_CONTROL_POINT_H

#include <stddef.h>

#include "master/control_commands.h"

struct cadre__timers;
struct control;
struct event_base;

#define CONTROL_PATH_SIZE 256
/* Sockets that were moved away from, with clients that wait for an answer. */
#define CONTROL_LEAVING_MAX 4

struct control_point {
    struct event_base *base;
    struct cadre__timers *timers;
    struct control_host host;
    struct control *control;                      /* NULL: there is none */
    struct control *leaving[CONTROL_LEAVING_MAX]; /* the oldest first; NULL behind the last */
    /* why there is none: what was tried last, so that a reload does not say it again */
    int error;
    char refused[CONTROL_PATH_SIZE];
};

/* `base` and `timers` are borrowed, `host` is copied. */
void control_point_init(struct control_point *point, struct event_base *base,
                        struct cadre__timers *timers, const struct control_host *host);

/* Opens the socket that `runtime_dir` (NULL: not set) leads to, in the place of the one that is
 * open, whose clients still get their answers; nothing where that is the one. Logs what comes of
 * it. */
void control_point_open(struct control_point *point, const char *runtime_dir);

/* Looks at all who wait for something to have come about. */
void control_point_settle(struct control_point *point);

/* An upgrade has ended without effect, and why. */
void control_point_upgrade_failed(struct control_point *point, const char *reason);

void control_point_close(struct control_point *point);

/* The path of the socket that `runtime_dir` leads to; "" where it is "off". Returns BUF. */
const char *control_point_path(const char *runtime_dir, char *buf, size_t size);

#endif
