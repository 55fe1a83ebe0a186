/* SPDX-License-Identifier: MIT */
/*
 * The plan of a route's answers: `.response`, what of it is written, and `.responses` (api/plan.h).
 * While the process starts; does not log, says what is wrong in lines.
 */
#include "api/plan.h"

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

static int add_further(struct cadre__api_maker *maker)
{
    struct cadre__api_plan *plan = maker->plan;
    const struct cadre_response *rows = plan->row->responses;
    size_t n = 0;
    int r = 0;

    while (rows != NULL && rows[n].status != 0)
        n++;
    if (n == 0)
        return 0;
    plan->responses = cadre__arena_calloc(&plan->arena, n * sizeof(*plan->responses));
    if (plan->responses == NULL)
        return -ENOMEM;
    for (; r == 0 && plan->n_responses < n; plan->n_responses++) {
        const struct cadre_response *row = &rows[plan->n_responses];
        struct cadre__api_response *response = &plan->responses[plan->n_responses];

        if (row->status < 100 || row->status > 599)
            cadre__api_complain(maker, "response %d: a status has three digits, 100 to 599",
                                row->status);
        for (size_t i = 0; i < plan->n_responses; i++) {
            if (plan->responses[i].status == row->status)
                cadre__api_complain(maker, "response %d is there twice", row->status);
        }
        response->status = row->status;
        if (row->model != NULL)
            response->model = cadre__api_prepare(maker, row->model, &r);
    }
    return r;
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
