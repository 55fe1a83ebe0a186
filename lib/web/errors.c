/* SPDX-License-Identifier: MIT */
/* Answers to requests that failed: web/errors.h. */
#include "config.h"

#include "web/errors.h"

#include "async/coroutine.h"
#include "async/owner.h"
#include "gateway/status.h"
#include "web/accept.h"
#include <cadre/error.h>
#include <errno.h>
#include <stdio.h>

int cadre_fail(struct cadre_request *req, int status, const char *detail)
{
    char *text = NULL;

    cadre__request_check(req);
    if (status < 400 || status > 599)
        return -EINVAL;
    if (detail != NULL && (text = cadre_strdup(req, detail)) == NULL)
        return -ENOMEM;
    if (req->mount != NULL && req->mount->debug)
        cadre__debug_note(req);
    return cadre__request_refuse(req, -CADRE_EHTTP, status,
                                 text != NULL ? text : cadre__status_reason(status));
}

int cadre_fail_header(struct cadre_request *req, const char *name, const char *value)
{
    struct cadre__request_extras *extras;
    struct cadre__failure_header **at, *made;
    int r;

    cadre__request_check(req);
    extras = cadre__request_extras(req);
    made = cadre__arena_alloc(req->arena, sizeof(*made));
    if (extras == NULL || made == NULL)
        return -ENOMEM;
    r = cadre__request_copy_header(req, name, value, &made->header);
    if (r < 0)
        return r;
    for (at = &extras->failure_headers; *at != NULL; at = &(*at)->next) {
        if (cadre_str_eq((*at)->header.name, made->header.name))
            break;
    }
    made->next = *at != NULL ? (*at)->next : NULL;
    *at = made;
    return 0;
}

/* Has the answer to a problem have the fields that cadre_fail_header said. 0; -ENOMEM. */
static int put_failure_headers(struct cadre_request *req, const struct cadre_problem *problem)
{
    const struct cadre__failure_header *one;
    int r = 0;

    if (problem->error != -CADRE_EHTTP || req->extras == NULL)
        return 0;
    for (one = req->extras->failure_headers; one != NULL && r == 0; one = one->next)
        r = cadre__request_push_header(req, one->header.name, one->header.value);
    return r;
}

int cadre__errors_check(const struct cadre_error_handler *rows, char *why, size_t why_size)
{
    for (; rows != NULL && rows->handler != NULL; rows++) {
        const char *wrong = rows->error > 0 ? "its error is not negative: write -EIO"
                            : rows->status != 0 && (rows->status < 400 || rows->status > 599)
                                ? "its status is not within 400..599"
                                : NULL;

        if (wrong == NULL)
            continue;
        snprintf(why, why_size, "error handler \"%s\": %s",
                 rows->handler_name != NULL ? rows->handler_name : "?", wrong);
        return -EINVAL;
    }
    return 0;
}

bool cadre__errors_expects(const struct cadre__mount *mount, int error)
{
    const struct cadre_error_handler *row = mount != NULL ? mount->errors : NULL;

    for (; row != NULL && row->handler != NULL; row++) {
        if (row->error != 0 && row->error == error)
            return true;
    }
    return false;
}

/* That of the error, else that of the status, else that of all. */
static const struct cadre_error_handler *find_row(const struct cadre__mount *mount,
                                                  const struct cadre_problem *problem)
{
    const struct cadre_error_handler *row = mount != NULL ? mount->errors : NULL;
    const struct cadre_error_handler *of_status = NULL, *of_all = NULL;

    for (; row != NULL && row->handler != NULL; row++) {
        if (row->error != 0) {
            if (row->error == problem->error)
                return row;
        } else if (row->status == 0) {
            of_all = of_all != NULL ? of_all : row;
        } else if (row->status == problem->status) {
            of_status = of_status != NULL ? of_status : row;
        }
    }
    return of_status != NULL ? of_status : of_all;
}

static int answer_plainly(struct cadre_request *req, const struct cadre_problem *problem)
{
    const char *accept = cadre_header(req, "accept");
    int r;

    if (problem->status == 500 && problem->error < 0 && req->mount != NULL && req->mount->debug)
        return cadre__debug_page(req, problem);
    if (problem->error == -CADRE_EVALIDATION)
        return cadre_respond_bytes(req, problem->status, "application/json", problem->detail,
                                   strlen(problem->detail));
    if (problem->error == -CADRE_EHTTP)
        return cadre_error(req, problem->status, problem->detail);
    r = cadre_vary(req, "accept");
    if (r < 0)
        return r;
    if (accept != NULL && cadre__accept_asks_for_json(cadre_str_from(accept)))
        return cadre_error(req, problem->status, problem->detail);
    return cadre_respond_text(req, problem->status, problem->detail);
}

static int call_row(struct cadre_request *req, const struct cadre_error_handler *row,
                    const struct cadre_problem *problem)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    struct cadre__owner owner;
    int r;

    if (co != NULL && row->handler_name != NULL)
        cadre__coroutine_set_handler(co, row->handler_name);
    cadre__owner_begin(&owner);
    r = row->handler(req, problem);
    cadre__owner_end(&owner);
    if (r >= 0 && req->phase == CADRE__REQUEST_STARTED)
        r = cadre_end(req);
    return r;
}

int cadre__errors_answer(struct cadre_request *req, const struct cadre_problem *problem)
{
    const struct cadre_error_handler *row = find_row(req->mount, problem);
    struct cadre_problem told = *problem;
    int r = put_failure_headers(req, problem);

    if (r < 0)
        return r;
    if (told.detail == NULL)
        told.detail = cadre__status_reason(told.status);
    if (row == NULL)
        return answer_plainly(req, &told);
    r = call_row(req, row, &told);
    if (req->phase == CADRE__REQUEST_COMPLETE || req->phase == CADRE__REQUEST_STARTED)
        return r < 0 ? r : 0;
    if (r == -ECANCELED || (req->send_error < 0 && r == req->send_error))
        return r;
    cadre_log(CADRE_LOG_ERROR, req, "module \"%s\": error handler \"%s\" %s%s", req->mount->name,
              row->handler_name != NULL ? row->handler_name : "?",
              r < 0 ? "failed: " : "returned without a response", r < 0 ? cadre_strerror(r) : "");
    cadre__request_discard(req);
    r = put_failure_headers(req, problem);
    return r < 0 ? r : answer_plainly(req, &told);
}
