/* SPDX-License-Identifier: MIT */
/*
 * Runs the checker: the child that loads the modules for `cadre -t`, `cadre routes` and `cadre
 * openapi`, after dropping its rights, and reports what is wrong with them, or which routes and
 * documents they have.
 *
 * The conf itself has been checked by the caller. Runs in the master's program before any server
 * exists; blocks until the child is gone or its time is up.
 */
#ifndef CADRE_MASTER_CHECKER_H
#define CADRE_MASTER_CHECKER_H

#include <cadre/macros.h>

struct cadre__conf_tree;
struct cadre__msg_document;
struct cadre__msg_route;
struct cadre__server_conf;

struct check_request {
    const struct cadre__conf_tree *tree;   /* resolved conf; borrowed */
    const struct cadre__server_conf *conf; /* the same, bound; borrowed */
    int worker_fd;                         /* cadre-worker, opened O_PATH | O_CLOEXEC; borrowed */
    int report_fd;                         /* where findings go, one line each; -1: stderr */
    /* is told each route of modules that are good, module by module; NULL: they are not listed */
    void (*on_route)(void *arg, const struct cadre__msg_route *route);
    /* is told their OpenAPI documents, piece by piece; NULL: they are not made */
    void (*on_document)(void *arg, const struct cadre__msg_document *piece);
    void *arg; /* of both */
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
