/* SPDX-License-Identifier: MIT */
/*
 * application/x-www-form-urlencoded, as the URL standard parses it: of queries and of forms.
 *
 * Pieces without a name and without a value are skipped, '+' is a space, a '%' that no two hex
 * digits follow is itself; %00 stays as it is, since texts here end in NUL. Pure; any thread; in
 * linear time.
 */
#ifndef CADRE_WEB_URLENCODED_H
#define CADRE_WEB_URLENCODED_H

#include <cadre/str.h>
#include <stddef.h>

/* A name and its value, decoded; each ends in NUL. */
struct cadre__query_param {
    const char *name;
    const char *value;
};

/* How many pairs the text has at most. */
size_t cadre__urlencoded_count(struct cadre_str text);

/* Decodes '+' and %XX in place; the new length, with a NUL behind, is at most the old one. */
size_t cadre__urlencoded_decode(char *text, size_t len);

/*
 * Cuts and decodes, in place: the text ends in NUL and holds none, and lives as long as the pairs,
 * for which there is room. How many there are.
 */
size_t cadre__urlencoded_split(char *text, struct cadre__query_param *pairs);

#endif
