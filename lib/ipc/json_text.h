/* SPDX-License-Identifier: MIT */
/*
 * ipc/json_text: texts of anybody as values of jansson, which takes UTF-8 only.
 *
 * What a module, a client or a file's name brought along may be any bytes, and a text that was cut
 * to its room may end within a sequence. A byte that is not part of UTF-8 becomes U+FFFD. Any
 * process; allocates; never suspends.
 */
#ifndef CADRE_IPC_JSON_TEXT_H
#define CADRE_IPC_JSON_TEXT_H

#include <cadre/macros.h>

struct json_t;

/* A JSON string, the caller's reference. NULL: out of memory. */
CADRE_MUST_CHECK struct json_t *cadre__json_of_text(const char *text);

/* The same; null of a text that is empty. */
CADRE_MUST_CHECK struct json_t *cadre__json_of_text_or_null(const char *text);

#endif
