/* SPDX-License-Identifier: MIT */
/*
 * Runs the checker: the child that loads the modules for `cadre -t`, after dropping its rights,
 * and reports what is wrong with them.
 *
 * The conf itself has been checked by the caller. Runs in the master's program before any server
 * exists; blocks until the child is gone or its time is up.
 */
#ifndef CADRE_MASTER_CHECKER_H
#define CADRE_MASTER_CHECKER_H

#include <cadre/macros.h>

struct cadre__conf_tree;
struct cadre__server_conf;

struct check_request {
    const struct cadre__conf_tree *tree;   /* resolved conf; borrowed */
    const struct cadre__server_conf *conf; /* the same, bound; borrowed */
    int worker_fd;                         /* cadre-worker, opened O_PATH | O_CLOEXEC; borrowed */
    int report_fd;                         /* where findings go, one line each; -1: stderr */
};

/*
 * Starts the checker, relays its findings, one line each, and waits for its end. A checker that
 * does not end within startup_timeout is killed. Whatever goes wrong is told in one line that
 * names the module where it is known.
 *
 * Returns the exit code of the program: 0 when all modules are good, 1 when not.
 */
int checker_run(const struct check_request *request);

#endif
