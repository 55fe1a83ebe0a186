/* SPDX-License-Identifier: MIT */
/*
 * conf/bind: what the parts of the binder share. Nobody else includes this.
 *
 * bind.c walks the tree and the table, bind_value.c turns a node into a field, check.c looks
 * for settings that contradict each other.
 */
#ifndef CADRE__CONF_BIND_H
#define CADRE__CONF_BIND_H

#include "base/arena.h"
#include "conf/directive.h"
#include "conf/server_conf.h"

/* More rows than the table will have. */
#define CADRE__DIRECTIVES_MAX 128

/* What a struct cadre__server_conf lies in: it and all that it points to. */
struct cadre__bound {
    struct cadre__server_conf conf; /* first: _free gets a pointer to it */
    struct cadre__arena arena;
    struct cadre__conf_tree *defaults; /* the table's default values, as nodes */
};

struct cadre__binder {
    const struct cadre__conf_tree *tree;
    struct cadre__bound *bound;
    struct cadre__conf_errors *errs;
    const char *folder;                 /* absolute; working_directory is relative to it */
    const char *directory;              /* absolute; all other paths are relative to it */
    bool failed[CADRE__DIRECTIVES_MAX]; /* by row: its value was refused */
    bool out_of_memory;
};

/*
 * Sets the field of D in BASE from NODE. WHERE goes before the directive's name in messages:
 * "" or "listen.web.". What is wrong is added to the errors and leaves the field alone, and the
 * row is marked as failed.
 */
void cadre__bind_value(struct cadre__binder *b, const struct cadre__directive *d, const char *where,
                       void *base, const struct cadre_conf *node);

/* PATH made absolute by FOLDER; in the arena, or NULL with out_of_memory set. */
const char *cadre__bind_path(struct cadre__binder *b, const char *folder, const char *path);

/*
 * Binds as cadre__server_conf_bind does, but gives a conf in spite of errors, in which what was
 * refused has its default (or nothing): for further checks, not for use. -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__bind_tree(const struct cadre__conf_tree *tree,
                                      struct cadre__server_conf **ret,
                                      struct cadre__conf_errors *errs);

/* Adds an error at the place of NODE. */
void cadre__bind_error(struct cadre__binder *b, const struct cadre_conf *node, const char *fmt, ...)
    CADRE_PRINTF(3, 4);

/* Finds settings that contradict each other, in a conf whose single values are good or default. */
void cadre__bind_check(struct cadre__binder *b);

#endif
