/* SPDX-License-Identifier: MIT */
/*
 * What a route's row is made into when its module is mounted: flat tables, so that a request looks
 * up no names but its own.
 *
 * Made by api/plan.c (dependencies, with api/plan_scopes.c) and api/plan_params.c (parameters),
 * which check what they find: each contradiction is a line for people. Constant while the process
 * serves. Next: api/call.h (what a request does with it).
 */
#ifndef CADRE_API_PLAN_H
#define CADRE_API_PLAN_H

#include "api/api.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/plan.h"
#include "model/selection.h"
#include <cadre/typed.h>
#include <stdbool.h>
#include <stdint.h>

/* More in one route are refused. */
#define CADRE__API_NODES_MAX 64

/* More scopes that are asked of one dependency are refused. */
#define CADRE__API_SCOPES_MAX 64

/* A dependency that stands for another one, which does as well, and so on: no longer than so. */
#define CADRE__API_STAND_INS_MAX 8

/* Longer names of parameters are refused, in bytes. */
#define CADRE__API_NAME_MAX 255

/* The order of issues: of a set of parameters (as many as nodes, and the route's own), then of the
 * sources in it. */
#define CADRE__API_RANK(set, source) ((uint32_t)(set)*16 + (uint32_t)(source))

/* A struct that parameters go into: that of the route or dependency, or a group in it. */
struct cadre__api_group {
    const struct cadre__plan *plan;
    uint32_t offset;          /* in the whole struct */
    enum cadre_source source; /* of a group; NOTHING: it is the whole struct */
    bool forbids;             /* unknown names are issues */
};

/* A parameter: one value, or a list. */
struct cadre__api_param {
    struct cadre_str name;  /* as messages say it; ends in NUL */
    struct cadre_str match; /* as it is sent; of a header lower-case; ends in NUL */
    const struct cadre__member *member;
    uint32_t group;      /* of the params' groups */
    uint32_t offset;     /* of the member in the whole struct */
    uint32_t rank;       /* among those of its source */
    uint16_t path_index; /* of one of the path */
    bool is_list;
};

/* All of one source, in their order: a range of the table. */
struct cadre__api_range {
    uint32_t first, n;
};

/* How the JSON body goes into the struct. */
enum cadre__api_body {
    CADRE__API_NO_BODY,
    CADRE__API_WHOLE,    /* one value, body_member */
    CADRE__API_EMBEDDED, /* an object of several, body_plan */
};

/* A struct of parameters, of the route or of a dependency. */
struct cadre__api_params {
    const struct cadre__plan *plan;
    uint32_t set;              /* its place among the sets of the route: the rank of its issues */
    struct cadre__arena arena; /* of all that follows */
    struct cadre__api_group *groups; /* the first is the whole struct */
    size_t n_groups;
    struct cadre__api_param *params; /* ordered by source */
    size_t n_params;
    struct cadre__api_range range[CADRE_IN_BODY]; /* by source */

    /* members that dependencies make, or that are the scopes which are asked */
    struct cadre__api_link {
        uint32_t offset;
        uint16_t node; /* or CADRE__API_NO_NODE: the scopes */
    } * links;         /* heap */
    size_t n_links;

    /* of the body */
    enum cadre__api_body body;
    const struct cadre__member *body_member; /* WHOLE */
    const struct cadre__plan *body_plan;     /* EMBEDDED: those members alone, in the same struct */
    bool body_is_required;                   /* any of it */
};

/* In the place of a node's index: none. */
#define CADRE__API_NO_NODE UINT16_MAX

/* A dependency in its place. */
struct cadre__api_node {
    const struct cadre_dependency *of; /* as the module names it */
    const struct cadre_dependency
        *dependency;                  /* what runs: the same, or what a test has put there */
    struct cadre__api_params *params; /* heap; NULL: none */
    uint16_t *needs;                  /* heap; nodes before it */
    size_t n_needs;
    struct cadre_strings scopes; /* asked of it, each once, the outermost first; items: heap */
};

/* Where a dependency that stands for another, with scopes, has its node. */
struct cadre__api_stand_in {
    const struct cadre_dependency *dependency;
    uint16_t node;
};

/* What a further status is answered with. */
struct cadre__api_response {
    int status;
    const struct cadre_response *row; /* that says so, of the route or of a mount around it */
    const struct cadre__plan *model;  /* NULL: nothing is known of it */
};

/* Of a route. */
struct cadre__api_plan {
    const struct cadre_route *row;
    struct cadre__api_node *nodes; /* heap; each behind those that it needs */
    size_t n_nodes;
    struct cadre__api_stand_in *stand_ins; /* heap */
    size_t n_stand_ins;
    struct cadre__api_params *params;         /* heap; NULL: none */
    const struct cadre__plan *body;           /* of `.body`; NULL: none */
    const struct cadre__plan *response;       /* of `.response`; NULL: none */
    const struct cadre__selection *selection; /* what of that is written; NULL: all */
    struct cadre__arena arena;                /* of that and of the next */
    struct cadre__api_response *responses;    /* of `.responses`, of the mounts around it, too,
                                                 each status once; NULL: none */
    size_t n_responses;
    int status; /* of cadre_respond */
    unsigned respond_flags;
    bool reads_json;
    bool reads_form;
    bool has_sync; /* the handler or a dependency runs in a thread */
    bool has_function_scope;
};

/* What plans are made with. */
struct cadre__api_maker {
    const struct cadre__typed_route *route;
    struct cadre__buf *errors; /* lines */
    struct cadre__api_plan *plan;
    size_t n_bodies;                           /* members with the source body, in all sets */
    const char *scopes[CADRE__API_SCOPES_MAX]; /* asked so far, from the outermost on */
    size_t n_scopes;
    bool is_full;   /* they are too many, which was said */
    unsigned depth; /* of dependencies in dependencies */
    const struct cadre_dependency *stack[CADRE__API_NODES_MAX]; /* that are being added */
};

/* Adds a line to the errors. */
void cadre__api_complain(struct cadre__api_maker *maker, const char *fmt, ...) CADRE_PRINTF(2, 3);

/* What runs in its place: itself, or what a test has put there. */
const struct cadre_dependency *cadre__api_overridden(const struct cadre__api_maker *maker,
                                                     const struct cadre_dependency *of);

/*
 * api/plan_scopes.c: the scopes that are asked of a dependency. _ask adds its own to those that are
 * asked already, which the caller takes back by `n_scopes`; false: they are too many, or one is no
 * scope, which was said. _copy takes them as they are, to the heap: 0; -ENOMEM. _are tells whether
 * those are the same set.
 */
CADRE_MUST_CHECK bool cadre__api_scopes_ask(struct cadre__api_maker *maker,
                                            const struct cadre_dependency *dependency);
CADRE_MUST_CHECK int cadre__api_scopes_copy(const struct cadre__api_maker *maker,
                                            struct cadre_strings *ret);
bool cadre__api_scopes_are(const struct cadre__api_maker *maker,
                           const struct cadre_strings *scopes);

/* Whether scopes make a difference to it: it, or what it needs, is a scheme or looks at them. */
bool cadre__api_uses_scopes(const struct cadre__api_maker *maker,
                            const struct cadre_dependency *dependency);

/* Has the runtime know the model; NULL: it is wrong, which was said, or -ENOMEM in *ret_error. */
const struct cadre__plan *cadre__api_prepare(struct cadre__api_maker *maker,
                                             const struct cadre_model *model, int *ret_error);

/* api/plan_params.c: makes the parameters of a set, but for the links to dependencies. 0, also
 * where something is wrong, which was said, and *ret may be NULL then; -ENOMEM. */
CADRE_MUST_CHECK int cadre__api_params_new(struct cadre__api_maker *maker,
                                           const struct cadre_model *model,
                                           struct cadre__api_params **ret);
void cadre__api_params_free(struct cadre__api_params *params);

/* api/plan_response.c: what the answers are checked by, and what of them is written. As above. */
CADRE_MUST_CHECK int cadre__api_add_responses(struct cadre__api_maker *maker);

/* When all sets are there: decides how the body goes into this one. As above. */
CADRE_MUST_CHECK int cadre__api_params_settle(struct cadre__api_maker *maker,
                                              struct cadre__api_params *params);

#endif
