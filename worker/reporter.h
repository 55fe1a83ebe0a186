/* SPDX-License-Identifier: MIT */
/*
 * The reporter: the process that tells how the server is, on the conf's status_listen.
 *
 * It loads no module and holds nothing of an application, so that it answers while every worker is
 * stuck, starting or dead: a server (worker/server.h) with the pages of worker/report_app.h on a
 * loop of its own. One a generation, as long as that generation has processes; what it tells is of
 * the whole server. It maps all areas read-only but for its own record on the scoreboard.
 */
#ifndef WORKER_REPORTER_H
#define WORKER_REPORTER_H

struct child;

/* Runs until the master says that it is over. Returns the exit code of the process. */
int reporter_run(struct child *child);

#endif
