/* SPDX-License-Identifier: MIT */
/*
 * conf/value: a node as a number, a truth, a size, a duration; and as text for messages.
 *
 * Shared by the public getters and the binder, so that a module's settings and our directives
 * read alike. A string that holds a number is that number: strings carry units, and ${NAME}
 * gives nothing but strings. Never allocates, logs or suspends.
 */
#ifndef CADRE__CONF_VALUE_H
#define CADRE__CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/conf.h>

/* Room for what _found writes: a long string is cut. */
#define CADRE__CONF_FOUND_SIZE 128

/* All: 0 with *RET set; -EINVAL: not such a value; -ERANGE: beyond what the type holds. */
CADRE_MUST_CHECK int cadre__value_int(const struct cadre_conf *node, int64_t *ret);
CADRE_MUST_CHECK int cadre__value_double(const struct cadre_conf *node, double *ret);
CADRE_MUST_CHECK int cadre__value_bool(const struct cadre_conf *node, bool *ret);
CADRE_MUST_CHECK int cadre__value_size(const struct cadre_conf *node, uint64_t *ret_bytes);
CADRE_MUST_CHECK int cadre__value_duration(const struct cadre_conf *node, uint64_t *ret_ns);

/* Octal digits in a string, "0660": at most MAX. */
CADRE_MUST_CHECK int cadre__value_mode(const struct cadre_conf *node, unsigned max, unsigned *ret);

/* What a node holds, for "found ...": `"text"`, 42, true, a group. Returns BUF. */
const char *cadre__value_found(const struct cadre_conf *node,
                               char buf[static CADRE__CONF_FOUND_SIZE]);

/* TEXT in quotes as the conf writes it, cut with "..." where it does not fit. Returns BUF. */
const char *cadre__value_quoted(const char *text, char *buf, size_t size);

#endif
