/* SPDX-License-Identifier: MIT */
/*
 * The plan of a route's answers: `.response`, what of it is written, and `.responses` (api/plan.h).
 * While the process starts; does not log, says what is wrong in lines.
 */
#include "api/plan.h"

#include "web/mount.h"
#include <errno.h>

/* `.respond_include` and `.respond_exclude`. */
static int add_selection(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    const struct cadre_selected selected = {plan->row->respond_include, plan->row->respond_exclude};
    struct cadre__buf why;
    int r;

    if (selected.include == NULL && selected.exclude == NULL)
        return 0;
    if (plan->row->response == NULL) {
        cadre__api_complain(maker,
                            "it names fields to be written, but no `.response` that has them");
        return 0;
    }
    if (plan->response == NULL)
        return 0; /* it is wrong, which was said */
    cadre__buf_init(&why);
    r = cadre__selection_make(plan->response, &selected, &plan->arena, &why, &plan->selection);
    if (r == -EINVAL) {
        cadre__api_complain(maker, "of the fields to be written, %s", cadre__buf_text(&why));
        r = 0;
    }
    cadre__buf_done(&why);
    return r;
}

static size_t count(const struct cadre_response *rows)
{
    size_t n = 0;

    while (rows != NULL && rows[n].status != 0)
        n++;
    return n;
}

static struct cadre__api_response *find(const struct cadre__api_plan *plan, int status)
{
    for (size_t i = 0; i < plan->n_responses; i++) {
        if (plan->responses[i].status == status)
            return &plan->responses[i];
    }
    return NULL;
}

/* Those of one row, which go before what is there of the same status and keep its place. */
static int add_rows(struct cadre__api_maker *maker, const struct cadre_response *rows)
{
    struct cadre__api_plan *plan = maker->plan;
    size_t n = count(rows);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct cadre__api_response *response = find(plan, rows[i].status);

        if (rows[i].status < 100 || rows[i].status > 599)
            cadre__api_complain(maker, "response %d: a status has three digits, 100 to 599",
                                rows[i].status);
        if (response != NULL && response->row >= rows && response->row < rows + n)
            cadre__api_complain(maker, "response %d is there twice", rows[i].status);
        if (response == NULL)
            response = &plan->responses[plan->n_responses++];
        *response = (struct cadre__api_response){.status = rows[i].status, .row = &rows[i]};
        if (rows[i].model != NULL)
            response->model = cadre__api_prepare(maker, rows[i].model, &r);
    }
    return r;
}

static int add_further(struct cadre__api_maker *maker)
{
    const struct cadre__typed_route *route = maker->route;
    struct cadre__api_plan *plan = maker->plan;
    size_t n = count(plan->row->responses);
    int r = 0;

    if (cadre__route_is_websocket(plan->row))
        return 0;
    for (size_t i = 0; i < route->n_mounts; i++)
        n += count(route->mounts[i]->responses);
    if (n == 0)
        return 0;
    plan->responses = cadre__arena_calloc(&plan->arena, n * sizeof(*plan->responses));
    if (plan->responses == NULL)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < route->n_mounts; i++)
        r = add_rows(maker, route->mounts[i]->responses);
    return r < 0 ? r : add_rows(maker, plan->row->responses);
}

int cadre__api_add_responses(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    const struct cadre_route *row = plan->row;
    int r = 0;

    plan->status = row->status != 0 ? row->status : 200;
    plan->respond_flags = row->respond_flags;
    if (row->response != NULL)
        plan->response = cadre__api_prepare(maker, row->response, &r);
    if (r == 0)
        r = add_selection(maker);
    return r < 0 ? r : add_further(maker);
}
