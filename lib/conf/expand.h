/* SPDX-License-Identifier: MIT */
/*
 * conf/expand: ${NAME} and ${NAME:-default} in the strings of the conf.
 *
 * Done by the loader in the master, on values and never on names or structure: what a variable
 * holds cannot add a directive. "$${" stands for "${"; any other "$" is plain. The default is
 * taken as it is, up to the first "}".
 */
#ifndef CADRE__CONF_EXPAND_H
#define CADRE__CONF_EXPAND_H

#include <stddef.h>

#include "base/arena.h"

/* Room for the reason of a failure. */
#define CADRE__EXPAND_WHY_SIZE 256

/*
 * Expands TEXT into the arena. 0 with *RET, which is TEXT itself where there was nothing to
 * expand, and *RET_VARIABLE the name of the first variable that the environment filled, or NULL.
 * -EINVAL with a reason in WHY: a variable is unset and has no default, or the form is wrong.
 * -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__expand(struct cadre__arena *arena, const char *text, const char **ret,
                                   const char **ret_variable,
                                   char why[static CADRE__EXPAND_WHY_SIZE]);

/* TEXT with "${" written as "$${", for the dump; TEXT itself where there is none; NULL: ENOMEM. */
CADRE_MUST_CHECK const char *cadre__unexpand(struct cadre__arena *arena, const char *text);

#endif
