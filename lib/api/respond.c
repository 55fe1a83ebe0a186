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
    int status;
    const struct cadre__plan *model;    /* of the values */
    const struct cadre__plan *response; /* what they are checked by and written as; NULL: not */
    const struct cadre__selection *selection; /* of the model that is written; NULL: all */
    unsigned flags;
    const void *values;
    size_t n;
    bool is_list;
    bool wants_list; /* the route says that it is one */
    struct cadre__buf text;
};

/* --- checking --- */

static int refuse(const struct answer *answer, struct cadre__issues *issues)
{
    struct cadre__buf place;

    cadre__issues_sort(issues);
    cadre__buf_init(&place);
    cadre__issue_write_place(&place, issues->first);
    cadre_log(CADRE_LOG_ERROR, answer->req,
              "the response is not as model \"%s\" says: \"%s\": %s%s", answer->response->name,
              cadre__buf_text(&place), issues->first->msg, issues->n > 1 ? ", and more" : "");
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
    r = cadre__json_read_model(validation, answer->response, (struct cadre_str){kept, len}, NULL,
                               ret);
    if (r == -EILSEQ) /* of which the reader says nothing */
        return cadre__issue_text(validation, "json_invalid", NULL, NULL, "JSON in it is not UTF-8");
    return r == -EBADMSG ? CADRE__INVALID : r;
}

/* Checks one value; *value is what goes out in its place. */
static int check(struct answer *answer, struct cadre_validation *validation, const void **value)
{
    const struct cadre__plan *response = answer->response;
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

    if (answer->response != NULL) {
        validation.loc = answer->is_list ? &loc : NULL;
        r = check(answer, &validation, &value);
        model = answer->response;
    }
    if (r == CADRE__INVALID)
        return refuse(answer, &validation.issues);
    return r < 0 ? r
                 : cadre__json_write_selected(model, value, answer->flags, answer->selection,
                                              answer->req->arena, &answer->text);
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

/* RFC 9110 §15.3.5, §15.3.6, §15.4.5; 205 as well, whose body a protocol would send. */
static bool has_no_content(int status)
{
    return status == 204 || status == 205 || status == 304;
}

static int send(struct answer *answer)
{
    int r;

    if (has_no_content(answer->status))
        return cadre_respond_empty(answer->req, answer->status);
    cadre__buf_init(&answer->text);
    r = cadre__buf_reserve(&answer->text, ANSWER_BYTES);
    if (r == 0)
        r = write_all(answer);
    if (r == 0)
        r = cadre_respond_bytes(answer->req, answer->status, "application/json",
                                cadre__buf_text(&answer->text), answer->text.len);
    cadre__buf_done(&answer->text);
    return r;
}

/* --- by which model --- */

/* The one that `.responses` has for the status, or NULL. */
static const struct cadre__api_response *find_further(const struct cadre__api_plan *plan,
                                                      int status)
{
    for (size_t i = 0; i < plan->n_responses; i++) {
        if (plan->responses[i].status == status)
            return &plan->responses[i];
    }
    return NULL;
}

/* What the route says of an answer with that status. */
static void apply_plan(struct answer *answer, const struct cadre__api_plan *plan)
{
    const struct cadre__api_response *further = NULL;

    if (answer->status == 0)
        answer->status = plan->status;
    else if (plan->n_responses > 0)
        further = find_further(plan, answer->status);
    answer->flags |= plan->respond_flags;
    if (further != NULL) {
        answer->response = further->model;
    } else if (answer->status < 300 || answer->status == plan->status) {
        answer->response = plan->response;
        answer->selection = plan->selection;
        answer->wants_list = plan->response != NULL && plan->row->response_list;
    }
}

/* Fields that this answer alone names. */
static int select_fields(struct answer *answer, const struct cadre_respond_options *options)
{
    const struct cadre_selected selected = {options->include, options->exclude};
    const struct cadre__plan *model = answer->response != NULL ? answer->response : answer->model;
    struct cadre__buf why;
    int r;

    if (selected.include == NULL && selected.exclude == NULL)
        return 0;
    cadre__buf_init(&why);
    r = cadre__selection_make(model, &selected, answer->req->arena, &why, &answer->selection);
    if (r == -EINVAL)
        cadre_log(CADRE_LOG_ERROR, answer->req, "of the fields to be written, %s",
                  cadre__buf_text(&why));
    cadre__buf_done(&why);
    return r;
}

/* Whether a route that answers lists answers something else. */
static bool is_no_list(const struct answer *answer)
{
    if (answer->is_list || !answer->wants_list)
        return false;
    cadre_log(CADRE_LOG_ERROR, answer->req,
              "the response is no list of model \"%s\", as the route says: call "
              "cadre_respond_list, or take `.response_list` out",
              answer->response->name);
    return true;
}

/* Whether there is nothing to answer with where the route says that there is something. */
static bool is_missing(const struct answer *answer)
{
    if (answer->values != NULL || answer->is_list || answer->response == NULL ||
        has_no_content(answer->status))
        return false;
    cadre_log(CADRE_LOG_ERROR, answer->req,
              "the response is null, and no model \"%s\", as the route says: answer a value, or an "
              "error by cadre_fail",
              answer->response->name);
    return true;
}

static int respond(struct cadre_request *req, const struct cadre_model *model, struct answer answer,
                   const struct cadre_respond_options *options)
{
    const struct cadre__api_call *call;
    int r = 0;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    answer.req = req;
    answer.model = cadre__plan_of(model);
    if (answer.model == NULL)
        return -EINVAL;
    if (call != NULL)
        apply_plan(&answer, call->plan);
    else if (answer.status == 0)
        answer.status = 200;
    if (call != NULL && (is_no_list(&answer) || is_missing(&answer)))
        return -CADRE_ERESPONSE;
    if (options != NULL)
        r = select_fields(&answer, options);
    return r < 0 ? r : send(&answer);
}

int cadre_respond(struct cadre_request *req, const struct cadre_model *model, const void *value)
{
    return respond(req, model, (struct answer){.values = value, .n = 1}, NULL);
}

int cadre_respond_as(struct cadre_request *req, int status, const struct cadre_model *model,
                     const void *value)
{
    return respond(req, model, (struct answer){.status = status, .values = value, .n = 1}, NULL);
}

int cadre_respond_list(struct cadre_request *req, const struct cadre_model *model,
                       const void *values, size_t n)
{
    return respond(req, model, (struct answer){.values = values, .n = n, .is_list = true}, NULL);
}

int cadre_respond_with(struct cadre_request *req, const struct cadre_respond_options *options,
                       const struct cadre_model *model, const void *values)
{
    struct answer answer = {
        .status = options->status,
        .flags = options->flags,
        .values = values,
        .n = options->is_list ? options->n : 1,
        .is_list = options->is_list,
    };

    return respond(req, model, answer, options);
}
