/* SPDX-License-Identifier: MIT */
/*
 * Handlers that hold the loop: the watchdog of a worker (async/watchdog.h), and what the log says.
 *
 *     module "shop": handler blocks has held the loop for 100ms and goes on, in libc.so.6+0xd5a17
 * ... module "shop": handler blocks held the loop for 4s
 *
 * The lines come from the watchdog's thread, so that the first one is there while the loop hangs.
 */
#ifndef WORKER_SLOW_H
#define WORKER_SLOW_H

#include <cadre/macros.h>

struct cadre__watchdog;
struct child;
struct cadre__loop;

/* Starts it as `slow_callback` of the conf says; 0 there: `*ret` is NULL. cadre__watchdog_stop()
 * ends it, before the loop goes. `child` is borrowed until then. Errors: -EAGAIN, -ENOMEM. */
CADRE_MUST_CHECK int slow_watch(const struct child *child, struct cadre__loop *loop,
                                struct cadre__watchdog **ret);

#endif
