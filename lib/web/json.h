/* SPDX-License-Identifier: MIT */
/* JSON documents as clients send them, in bodies and messages. */
#ifndef CADRE_WEB_JSON_H
#define CADRE_WEB_JSON_H

#include <cadre/macros.h>
#include <cadre/str.h>

struct json_error_t; /* jansson's, by <jansson.h> */
struct json_t;

/* Arrays and objects may be nested so deep. jansson calls itself for each: on x86-64 it takes 80
 * bytes of the caller's stack to read one, and 280 to write it; of the 64 KiB of a coroutine not
 * more than 28. */
#define CADRE__JSON_DOCUMENT_DEPTH 100

/* Reads one document of any type; a name that an object has twice is refused. NULL: *ret_error says
 * what is wrong and where, or that memory is out (json_error_code). Never suspends. */
CADRE_MUST_CHECK struct json_t *cadre__json_load(struct cadre_str text,
                                                 struct json_error_t *ret_error);

#endif
