/* SPDX-License-Identifier: MIT */
/*
 * The row of a table in a table (CADRE_MOUNT): what it may say, since much of struct cadre_route is
 * about one route. While the process starts; for web/mount.c.
 */
#ifndef CADRE_WEB_MOUNT_ROW_H
#define CADRE_WEB_MOUNT_ROW_H

#include <cadre/route.h>
#include <stdbool.h>

struct cadre__buf;

/* Whether the row of a mount says only what means something there; else one line for people of all
 * fields that do not is added to `why`. Never suspends. */
bool cadre__mount_row_check(const struct cadre_route *row, struct cadre__buf *why);

#endif
