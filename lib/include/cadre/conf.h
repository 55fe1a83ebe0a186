/* SPDX-License-Identifier: MIT */
/*
 * <cadre/conf.h>: how a module reads its settings.
 *
 * A `struct cadre_conf` is one node of the conf: a scalar, or a group, list or array of nodes.
 * A module gets the group that stands under `settings` in its section of cadre.conf; a module
 * that has no settings in the conf gets an empty group, never NULL. The tree is read-only, is
 * the same in all workers of a generation, and lives as long as the process. ${NAME} and
 * includes are already expanded.
 *
 * The typed getters know defaults and units: an absent setting gives the default, a setting of
 * a wrong type or out of range is logged at error level as "file:line: ..." and gives -EINVAL,
 * so that a lifespan may simply return what it got. A number in quotes is a number, because
 * ${NAME} gives only strings.
 *
 * All functions: any thread, never suspend, never allocate.
 */
#ifndef CADRE_CONF_H
#define CADRE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* One node of the conf. Opaque, borrowed, valid for the life of the process. */
struct cadre_conf;

/* What a node holds. */
enum cadre_conf_type {
    CADRE_CONF_GROUP,  /* { name = value ... }: children have names */
    CADRE_CONF_LIST,   /* ( value, ... ): children of any types, no names */
    CADRE_CONF_ARRAY,  /* [ scalar, ... ]: scalars of one type, no names */
    CADRE_CONF_STRING, /* "text" */
    CADRE_CONF_INT,    /* a whole number of 64 bits */
    CADRE_CONF_FLOAT,  /* a number with a point or an exponent */
    CADRE_CONF_BOOL,   /* true or false */
};

/* The child NAME of the group NODE, or NULL when there is none or NODE is NULL or no group. */
CADRE_API const struct cadre_conf *cadre_conf_get(const struct cadre_conf *node, const char *name);

/* The child number INDEX (from 0) of a group, list or array, or NULL. O(INDEX). */
CADRE_API const struct cadre_conf *cadre_conf_at(const struct cadre_conf *node, size_t index);

/* How many children NODE has; 0 for a scalar and for NULL. */
CADRE_API size_t cadre_conf_count(const struct cadre_conf *node);

/* The node's own name; "" for elements of lists and arrays. */
CADRE_API const char *cadre_conf_name(const struct cadre_conf *node);

CADRE_API enum cadre_conf_type cadre_conf_type(const struct cadre_conf *node);

/* Where the node was written: a path, or "" for the command line; and a line from 1, or 0. */
CADRE_API const char *cadre_conf_file(const struct cadre_conf *node);
CADRE_API unsigned cadre_conf_line(const struct cadre_conf *node);

/*
 * The child NAME of the group NODE as a value, or FALLBACK when there is none. With NAME NULL
 * the value of NODE itself, for elements of lists.
 *
 * 0: *RET is set. -EINVAL: the value does not fit, logged with its place; *RET is untouched.
 * Strings are borrowed from the conf, FALLBACK from the caller.
 */
CADRE_API CADRE_MUST_CHECK int cadre_conf_string(const struct cadre_conf *node, const char *name,
                                                 const char *fallback, const char **ret);
CADRE_API CADRE_MUST_CHECK int cadre_conf_int(const struct cadre_conf *node, const char *name,
                                              int64_t fallback, int64_t *ret);
CADRE_API CADRE_MUST_CHECK int cadre_conf_double(const struct cadre_conf *node, const char *name,
                                                 double fallback, double *ret);
CADRE_API CADRE_MUST_CHECK int cadre_conf_bool(const struct cadre_conf *node, const char *name,
                                               bool fallback, bool *ret);

/* A size in bytes: a whole number, or a string with a unit ("64k", "1m", "2g"; powers of 1024). */
CADRE_API CADRE_MUST_CHECK int cadre_conf_size(const struct cadre_conf *node, const char *name,
                                               uint64_t fallback_bytes, uint64_t *ret_bytes);

/*
 * A duration in milliseconds: a string with a unit ("500ms", "30s", "5m", "1h30m", "1d"), or a
 * bare number of seconds. A fraction of a millisecond is rounded up.
 */
CADRE_API CADRE_MUST_CHECK int cadre_conf_duration_ms(const struct cadre_conf *node,
                                                      const char *name, uint64_t fallback_ms,
                                                      uint64_t *ret_ms);

/*
 * As cadre_conf_int, and the value must lie in MIN..MAX; the message names the range. The
 * fallback is not checked.
 */
CADRE_API CADRE_MUST_CHECK int cadre_conf_int_between(const struct cadre_conf *node,
                                                      const char *name, int64_t fallback,
                                                      int64_t min, int64_t max, int64_t *ret);

/*
 * Checks that the group NODE has no other children than NAMES (ended by NULL). Each unknown
 * one is logged with its place and the nearest known name. 0, or -EINVAL.
 */
CADRE_API CADRE_MUST_CHECK int cadre_conf_only(const struct cadre_conf *node,
                                               const char *const *names);

CADRE_END_DECLS

#endif
