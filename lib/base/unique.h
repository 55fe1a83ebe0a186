/* SPDX-License-Identifier: MIT */
/*
 * base/unique: a name that nobody else has, by a number behind it: "item", "item_2", "item_3".
 *
 * Never blocks, never suspends; one thread at a time.
 */
#ifndef CADRE_BASE_UNIQUE_H
#define CADRE_BASE_UNIQUE_H

#include "base/str.h"

/* Whether a name is somebody's. */
typedef bool (*cadre__is_taken_fn)(const void *arg, const char *name);

/* Leaves the text of the buffer as it is where it is free, else appends "_2", "_3" and so on, the
 * first that is free. Asks for each, so its time grows with the number of those that are taken.
 * Errors are the buffer's. */
void cadre__unique_name(struct cadre__buf *name, cadre__is_taken_fn is_taken, const void *arg);

#endif
