/* SPDX-License-Identifier: MIT */
/*
 * Values of an answer as people read them. Pure; used by the client side of `cadre` alone.
 */
#ifndef CADRE_MASTER_CLIENT_TEXT_H
#define CADRE_MASTER_CLIENT_TEXT_H

#include <jansson.h>

#define CLIENT_TEXT_SIZE 32

/* A member of an object; 0 and "" where there is none, or of another type. */
json_int_t client_number(const json_t *object, const char *name);
double client_real(const json_t *object, const char *name);
const char *client_string(const json_t *object, const char *name);

/* "12s", "3m12s", "2h03m", "5d02h". Returns BUF, as all below. */
const char *client_age(double seconds, char buf[static CLIENT_TEXT_SIZE]);

/* "850us", "1.2ms", "35ms", "1.5s"; "-" for nothing. */
const char *client_span(double ms, char buf[static CLIENT_TEXT_SIZE]);

/* "12.5M"; "-" for nothing. */
const char *client_bytes(json_int_t n, char buf[static CLIENT_TEXT_SIZE]);

#endif
