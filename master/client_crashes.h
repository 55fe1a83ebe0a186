/* SPDX-License-Identifier: MIT */
/*
 * What `cadre crashes` prints: each report for people, the newest first.
 *
 * The command line's side: runs in the program `cadre` that asks, not in the master.
 */
#ifndef CADRE_MASTER_CLIENT_CRASHES_H
#define CADRE_MASTER_CLIENT_CRASHES_H

#include <stdio.h>

struct json_t;

/* Prints the member "crashes" of an answer. */
void client_crashes_print(FILE *out, const struct json_t *answer);

#endif
