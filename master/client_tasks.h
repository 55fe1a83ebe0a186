/* SPDX-License-Identifier: MIT */
/*
 * `cadre status --tasks` for people: what the tasks of each worker wait for, as text. Pure but for
 * printing; used by the client side of `cadre` alone.
 */
#ifndef CADRE_MASTER_CLIENT_TASKS_H
#define CADRE_MASTER_CLIENT_TASKS_H

#include <stdio.h>

struct json_t;

/* Prints the tasks of each worker of a status answer; nothing where they were not asked for. */
void client_tasks_print(FILE *out, const struct json_t *status);

#endif
