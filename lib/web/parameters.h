/* SPDX-License-Identifier: MIT */
/*
 * Values with parameters, `form-data; name="a"; filename="b"` (RFC 9110 §5.6.6), read leniently as
 * clients write them. Pure; any thread; in linear time.
 */
#ifndef CADRE_WEB_PARAMETERS_H
#define CADRE_WEB_PARAMETERS_H

#include <cadre/str.h>

/* What is before the first ';', without white space around it. */
struct cadre_str cadre__parameters_value(struct cadre_str field);

/*
 * The value of the first parameter of that name, case ignored, decoded into `out`, which has room
 * for the field's length and a NUL: of a quoted one the inside, where a backslash is taken off
 * before '"' and '\' alone, since others are a part of a path that old browsers send. Its length;
 * false: there is none.
 */
bool cadre__parameters_find(struct cadre_str field, const char *name, char *out, size_t *ret_len);

#endif
