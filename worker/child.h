/* SPDX-License-Identifier: MIT */
/*
 * What all children of the master have in common: heritage, log, conf, scoreboard, rights.
 *
 * child_open() is the first thing in a process: it takes the heritage, opens the log, maps and
 * binds the conf, attaches the scoreboard and drops rights, in this order. After it no right is
 * left that a module must not have. The kinds (worker.c, steward.c, checker.c) go on from there.
 */
#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

#include <cadre/macros.h>
#include <stddef.h>

#include "base/counter.h"
#include "base/shm.h"
#include "ipc/channel.h"
#include "ipc/heritage.h"
#include "ipc/scoreboard.h"
#include "ipc/traffic.h"

struct cadre__conf_tree;
struct cadre__loop;
struct cadre__server_conf;
struct module_set;

/* Exit codes of a child; the master goes by the messages. */
enum child_exit {
    CHILD_EXIT_OK = 0,
    CHILD_EXIT_CONF = 1,
    CHILD_EXIT_USAGE = 2,
    CHILD_EXIT_STARTUP = 3,
};

struct child {
    struct cadre__heritage heritage;
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
    struct cadre__shm board_shm;
    struct cadre__scoreboard *board; /* NULL: there is none */
    struct cadre__score *score;      /* this process's record; `own_score` where there is none */
    struct cadre__score own_score;
    struct cadre__shm traffic_shm;
    struct cadre__traffic_counts
        *traffic; /* this process's own; `own_traffic` where there is no area */
    struct cadre__traffic_counts own_traffic;
    struct cadre__shm counter_shm;
    struct cadre__counters
        counters; /* what modules count in; its area is NULL where there is none */
    struct cadre__shm rates_shm;
};

/* Takes the heritage behind `fd` and prepares the process. 0; else the reason was told to the
 * master (to standard error, where there is none) and the process must end. */
CADRE_MUST_CHECK int child_open(struct child *child, int fd);
void child_close(struct child *child);

/* A loop as the conf wants it. 0, or a negative errno. */
CADRE_MUST_CHECK int child_make_loop(const struct child *child, struct cadre__loop **ret);

/* Has this process report its crashes, see worker/crash.h; a line in the log where it cannot. */
void child_watch_crashes(const struct child *child, struct cadre__loop *loop);

/* Loads the modules of the conf, with what it is at in the scoreboard. 0; else `why` holds one
 * line; -ESTALE: a file is not any more what the generation has loaded. */
CADRE_MUST_CHECK int child_load_modules(struct child *child, struct module_set **ret, char *why,
                                        size_t why_size);

/* Says what the process is at, "startup of module shop"; NULL: nothing. For lifespans' on_phase and
 * the like: arg is the struct child. */
void child_set_phase(void *arg, const char *phase);

#endif
