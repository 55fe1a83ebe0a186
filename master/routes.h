/* SPDX-License-Identifier: MIT */
/*
 * `cadre routes`: all routes of a conf, as a table for people or as JSON.
 *
 * The checker loads the modules and tells the routes (master/checker.h); here they are kept until
 * all are known, and printed. Runs in the master's program, where no server is started.
 */
#ifndef CADRE_MASTER_ROUTES_H
#define CADRE_MASTER_ROUTES_H

#include <stdbool.h>
#include <stdio.h>

#include <cadre/macros.h>

struct cadre__msg_route;
struct route_list;

/* An empty list; NULL: ENOMEM. */
struct route_list *route_list_new(void);
void route_list_free(struct route_list *list);

/* Adds a route, whose text is copied: the on_route of struct check_request, `list` is a struct
 * route_list. What cannot be kept makes the list incomplete. */
void route_list_add(void *list, const struct cadre__msg_route *route);

/* Prints them in the order in which they came: a table; or JSON, a list of objects. 0; -ENOMEM: the
 * list is not complete, and nothing was printed; -EIO: it cannot be written. */
CADRE_MUST_CHECK int route_list_print(const struct route_list *list, bool json, FILE *out);

#endif
