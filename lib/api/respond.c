/* SPDX-License-Identifier: MIT */
/*
 * Answers by a model (<cadre/typed.h>): checked by the route's response model, written straight
 * from the struct.
 */
#include "api/call.h"

#include "model/json_read.h"
#include "model/json_write.h"
#include <cadre/error.h>
#include <cadre/respond.h>
#include <errno.h>

/* Room for most answers: so they take one piece of memory. */
#define ANSWER_BYTES 1000

/* What is answered: `n` structs of a model, one after another. */
struct answer {
    struct cadre_request *req;
    const struct cadre__api_plan *plan; /* of the route; NULL: it declares nothing */
    const struct cadre__plan *model;
    const void *values;
    size_t n;
    bool is_list;
    struct cadre__buf text;
};

static unsigned flags_of(const struct answer *answer)
{
    return answer->plan != NULL ? answer->plan->respond_flags : 0;
}

/* --- checking --- */

/* The place as people write it, "[2].price". */
static void write_place(struct cadre__buf *out, const struct cadre__issue *issue)
{
    for (uint32_t i = 0; i < issue->n_loc; i++) {
        if (issue->loc[i].name.ptr == NULL)
            cadre__buf_printf(out, "[%zu]", issue->loc[i].index);
        else
            cadre__buf_printf(out, "%s%.*s", i > 0 ? "." : "", CADRE_STR_ARGS(issue->loc[i].name));
    }
}

static int refuse(const struct answer *answer, struct cadre__issues *issues)
{
    struct cadre__buf place;

    cadre__issues_sort(issues);
    cadre__buf_init(&place);
    write_place(&place, issues->first);
    cadre_log(CADRE_LOG_ERROR, answer->req,
              "the response is not as model \"%s\" says: \"%s\": %s%s",
              answer->plan->response->name, cadre__buf_text(&place), issues->first->msg,
              issues->n > 1 ? ", and more" : "");
    cadre__buf_done(&place);
    return -CADRE_ERESPONSE;
}

/* A value of another model, as one of the response's: what that does not know is left out. */
static int filter(struct answer *answer, struct cadre_validation *validation, const void *value,
                  void *ret)
{
    struct cadre__buf text;
    const char *kept = NULL;
    size_t len = 0;
    int r;

    cadre__buf_init(&text);
    r = cadre__json_write(answer->model, value, 0, validation->arena, &text);
    if (r == 0) {
        len = text.len;
        kept = cadre__arena_strndup(validation->arena, cadre__buf_text(&text), len);
        r = kept == NULL ? -ENOMEM : 0;
    }
    cadre__buf_done(&text);
    if (r < 0)
        return r;
    r = cadre__json_read_model(validation, answer->plan->response, (struct cadre_str){kept, len},
                               NULL, ret);
    return r == -EBADMSG || r == -EILSEQ ? CADRE__INVALID : r;
}

/* Checks one value; *value is what goes out in its place. */
static int check(struct answer *answer, struct cadre_validation *validation, const void **value)
{
    const struct cadre__plan *response = answer->plan->response;
    void *filtered;
    int r;

    if (response == answer->model)
        return cadre__verify(validation, response, *value);
    filtered = cadre__arena_calloc(validation->arena, response->size);
    if (filtered == NULL)
        return -ENOMEM;
    r = filter(answer, validation, *value, filtered);
    *value = filtered;
    return r;
}

/* --- writing --- */

static int write_one(struct answer *answer, size_t index)
{
    struct cadre_validation validation = {.arena = answer->req->arena};
    struct cadre__loc loc = {.index = index};
    const void *value = (const char *)answer->values + index * answer->model->size;
    const struct cadre__plan *model = answer->model;
    int r = 0;

    if (answer->plan != NULL && answer->plan->response != NULL) {
        validation.loc = answer->is_list ? &loc : NULL;
        r = check(answer, &validation, &value);
        model = answer->plan->response;
    }
    if (r == CADRE__INVALID)
        return refuse(answer, &validation.issues);
    return r < 0 ? r
                 : cadre__json_write(model, value, flags_of(answer), answer->req->arena,
                                     &answer->text);
}

static int write_all(struct answer *answer)
{
    int r = 0;

    if (answer->values == NULL && !answer->is_list)
        return cadre__buf_puts(&answer->text, "null");
    if (answer->is_list)
        cadre__buf_putc(&answer->text, '[');
    for (size_t i = 0; i < answer->n && r == 0; i++) {
        if (i > 0)
            cadre__buf_putc(&answer->text, ',');
        r = write_one(answer, i);
    }
    if (answer->is_list)
        cadre__buf_putc(&answer->text, ']');
    return r < 0 ? r : answer->text.error;
}

static int send(struct answer *answer, int status)
{
    int r;

    if (status == 204 || status == 304)
        return cadre_respond_empty(answer->req, status);
    cadre__buf_init(&answer->text);
    r = cadre__buf_reserve(&answer->text, ANSWER_BYTES);
    if (r == 0)
        r = write_all(answer);
    if (r == 0)
        r = cadre_respond_bytes(answer->req, status, "application/json",
                                cadre__buf_text(&answer->text), answer->text.len);
    cadre__buf_done(&answer->text);
    return r;
}

static int respond(struct cadre_request *req, int status, const struct cadre_model *model,
                   struct answer answer)
{
    const struct cadre__api_call *call;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    answer.req = req;
    answer.plan = call != NULL ? call->plan : NULL;
    answer.model = cadre__plan_of(model);
    if (answer.model == NULL)
        return -EINVAL;
    if (status == 0)
        status = answer.plan != NULL ? answer.plan->status : 200;
    return send(&answer, status);
}

int cadre_respond(struct cadre_request *req, const struct cadre_model *model, const void *value)
{
    return respond(req, 0, model, (struct answer){.values = value, .n = 1});
}

int cadre_respond_as(struct cadre_request *req, int status, const struct cadre_model *model,
                     const void *value)
{
    return respond(req, status, model, (struct answer){.values = value, .n = 1});
}

int cadre_respond_list(struct cadre_request *req, const struct cadre_model *model,
                       const void *values, size_t n)
{
    return respond(req, 0, model, (struct answer){.values = values, .n = n, .is_list = true});
}
