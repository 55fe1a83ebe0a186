/* SPDX-License-Identifier: MIT */
/*
 * Types of path parameters: {id:int}. The built-in ones, those of a module, and the check of its
 * table. Constant while the process serves; never suspends, does not log; any thread.
 */
#ifndef CADRE_WEB_CONVERTER_H
#define CADRE_WEB_CONVERTER_H

#include <cadre/route.h>
#include <stdint.h>

/* "str": its match is NULL, since all pieces of a path are of it. */
extern const struct cadre_converter cadre__converter_str;
/* "path": spans slashes. */
extern const struct cadre_converter cadre__converter_path;
extern const struct cadre_converter cadre__converter_int;
extern const struct cadre_converter cadre__converter_float;
extern const struct cadre_converter cadre__converter_uuid;

/* The type of that name: built-in, or of `own` (a table, or NULL). NULL: there is none. */
const struct cadre_converter *cadre__converter_find(const struct cadre_converter *own,
                                                    const char *name, size_t name_len);

/* Writes the known names into buf, "str, int, ..., date", for messages. Returns buf. */
const char *cadre__converter_names(const struct cadre_converter *own, char *buf, size_t size);

/* Checks a module's table: 0; -EINVAL with one line in why. */
CADRE_MUST_CHECK int cadre__converters_check(const struct cadre_converter *own, char *why,
                                             size_t why_size);

/* Whether the text is a value of the type. */
bool cadre__converter_takes(const struct cadre_converter *converter, const char *text, size_t len);

#endif
