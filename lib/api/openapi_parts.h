/* SPDX-License-Identifier: MIT */
/*
 * What the files that write an operation share (openapi_operation.c, openapi_params.c,
 * openapi_body.c): the sets of parameters of a route.
 */
#ifndef CADRE_API_OPENAPI_PARTS_H
#define CADRE_API_OPENAPI_PARTS_H

#include "api/openapi.h"
#include "api/plan.h"

/* NULL: the route declares nothing. */
static inline const struct cadre__api_plan *cadre__operation_plan(
    const struct cadre__operation *operation)
{
    return operation->route->plan;
}

/* The sets of parameters of a route: its own, then those of its dependencies. NULL behind the last
 * one. */
const struct cadre__api_params *cadre__operation_set(const struct cadre__api_plan *plan,
                                                     size_t index);

/* Whether a member is left out, if it is not of the path. */
static inline bool cadre__operation_hides(const struct cadre__member *member)
{
    return member->type.rules->hidden;
}

/* openapi_params.c: writes `parameters`, where there are any. */
void cadre__operation_put_params(const struct cadre__operation *operation,
                                 const struct cadre__schemas *schemas, struct cadre__json_out *out);

/* openapi_body.c: writes `requestBody`, where there is one. Its schema is added, where it is made
 * of several values. */
void cadre__operation_put_body(const struct cadre__operation *operation,
                               struct cadre__schemas *schemas, struct cadre__json_out *out);

#endif
