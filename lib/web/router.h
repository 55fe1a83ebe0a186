/* SPDX-License-Identifier: MIT */
/*
 * The search for the route of a path, over all patterns of a module.
 *
 * Patterns without parameters are in a hash table of whole paths, which is what most requests find
 * (web/mount.h). All others are in one radix tree: edges of literal text, split by their first
 * byte, and edges of a parameter, by its type and the text behind it. Each position of a path is
 * looked at once for each node that it leads to, so that a search is bounded by the nodes, whatever
 * the path is, and on a table of any size by the few that share its beginning.
 *
 * Routes have numbers, in order of declaration, from 1: of all that match the least is taken. A
 * branch that holds only greater ones than what was found is not entered.
 *
 * Filled while the process starts, constant while it serves. A search allocates nothing and never
 * suspends.
 */
#ifndef CADRE_WEB_ROUTER_H
#define CADRE_WEB_ROUTER_H

#include <stdint.h>

#include "base/arena.h"
#include "web/pattern.h"
#include <cadre/macros.h>

struct cadre__router_node;

/* Caller's memory. */
struct cadre__router {
    struct cadre__arena arena;
    struct cadre__router_node *root; /* NULL: empty */
};

/* Whether the route of that number takes the request, whose path matches. */
typedef bool (*cadre__router_accept_fn)(void *arg, uint32_t number);

void cadre__router_init(struct cadre__router *router);
void cadre__router_done(struct cadre__router *router);

/* Adds a pattern of a path; it and its text are borrowed for the router's life. Numbers grow. 0;
 * -ENOMEM. */
CADRE_MUST_CHECK int cadre__router_add(struct cadre__router *router,
                                       const struct cadre__pattern *pattern, uint32_t number);

/*
 * The least number below `below` whose pattern matches and which `accept` takes; 0: none. Then
 * params holds what its parameters matched, borrowed from path. accept is called in no particular
 * order; each(arg, number, ...) that always says no sees all that match where below is UINT32_MAX.
 */
uint32_t cadre__router_find(const struct cadre__router *router, struct cadre_str path,
                            uint32_t below, cadre__router_accept_fn accept, void *arg,
                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX]);

#endif
