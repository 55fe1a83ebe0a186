/* SPDX-License-Identifier: MIT */
/*
 * Handlers that hold the loop: the watchdog of a worker (async/watchdog.h), and what the log says.
 *
 *     worker 1 (pid 7): module "shop": handler blocks has held the loop for 100ms and goes on, in
 *         hold at shop.c:12; stack: clock_nanosleep in libc.so.6, hold at shop.c:12, ...
 *     worker 1 (pid 7): module "shop": handler blocks held the loop for 4s
 *
 * The watchdog's thread tells the master, while the loop hangs; that looks the frames up and logs.
 * Where the master does not listen, this process logs itself, with objects and addresses.
 */
#ifndef WORKER_SLOW_H
#define WORKER_SLOW_H

#include <cadre/macros.h>

struct cadre__watchdog;
struct child;
struct cadre__loop;

struct slow_watch {
    const struct child *child;
    struct cadre__watchdog *watchdog; /* NULL: none */
    int fd;                           /* a copy of the channel to the master; -1: none */
};

/* Starts it as `slow_callback` of the conf says; 0 there: there is no watchdog. `channel_fd` is
 * borrowed, -1: none. `child` and *watch are borrowed until slow_unwatch(), before the loop goes.
 * Errors: -EAGAIN, -ENOMEM; then there is none. */
CADRE_MUST_CHECK int slow_watch(struct slow_watch *watch, const struct child *child,
                                struct cadre__loop *loop, int channel_fd);
void slow_unwatch(struct slow_watch *watch);

#endif
