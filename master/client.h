/* SPDX-License-Identifier: MIT */
/*
 * The client side of the control socket: `cadre status` and the other commands.
 *
 * Runs in the program `cadre` in the place of a server: one thread, may block, prints. Nothing of
 * the supervisor is used here.
 */
#ifndef CADRE_MASTER_CLIENT_H
#define CADRE_MASTER_CLIENT_H

#include <cadre/macros.h>

struct options;

#define CLIENT_EXIT_NO_SERVER 5 /* nobody answers, or the command was refused */

/*
 * Does the command of `options` with the server whose socket is at `path`; `hint` (or NULL) is said
 * where nobody answers there. Returns the exit code.
 */
int client_run(const struct options *options, const char *path, const char *hint);

#endif
