/* SPDX-License-Identifier: MIT */
/*
 * The command "status" of the control socket: how the server is, with what the tasks of its workers
 * wait for where that is asked for. docs/control.md has the answer. Master only; never blocks,
 * never suspends.
 */
#ifndef CADRE_MASTER_CONTROL_STATUS_H
#define CADRE_MASTER_CONTROL_STATUS_H

struct control_client;
struct control_host;

/* Answers CLIENT; with the word "tasks" when the workers have. `host` is borrowed until then. */
void control_run_status(const struct control_host *host, struct control_client *client,
                        char *const *words);

#endif
