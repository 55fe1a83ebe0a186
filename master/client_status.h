/* SPDX-License-Identifier: MIT */
/*
 * `cadre status` for people: what a status answer says, as text. Pure but for printing; used by the
 * client side of `cadre` alone.
 */
#ifndef CADRE_MASTER_CLIENT_STATUS_H
#define CADRE_MASTER_CLIENT_STATUS_H

#include <stdbool.h>
#include <stdio.h>

struct json_t;

/* Prints how the server is. Numbers are those since its start, or its worker's. */
void client_status_print(FILE *out, const struct json_t *status);

/* Prints the table of --watch: rates and latencies are those between `before` (NULL: since the
 * start) and `status`, both with buckets. With `clear` it begins at the top of the terminal. */
void client_status_watch(FILE *out, const struct json_t *status, const struct json_t *before,
                         bool clear);

#endif
