/* SPDX-License-Identifier: MIT */
/*
 * The environment of children: what the conf says, without what systemd said to the master.
 *
 * Pure but for memory; made once for each generation, used between fork and exec. Master only.
 */
#ifndef CADRE_MASTER_ENVIRONMENT_H
#define CADRE_MASTER_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/macros.h>

struct cadre__conf_strings;

/*
 * Makes the list for execve(2) out of `base` (the master's own, "NAME=value", NULL at the end).
 * With `inherit` all of it, else only PATH, LANG and TZ; never what systemd addresses to its
 * direct child alone (NOTIFY_SOCKET, LISTEN_*, WATCHDOG_*, ...). Then come the conf's entries:
 * "NAME=value" sets, "NAME" passes on what `base` has. The last one for a name counts.
 *
 * The list owns its strings; environment_free. NULL: out of memory.
 */
char **environment_new(char *const *base, bool inherit, const struct cadre__conf_strings *entries);
void environment_free(char **list);

/* Whether NAME (not ended by NUL, LEN bytes) is addressed to the master alone. */
bool environment_is_private(const char *name, size_t len);

#endif
