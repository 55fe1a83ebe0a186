/* SPDX-License-Identifier: MIT */
/*
 * What comes of a handler's return (web/outcome.h): the one place that gives up on a request, so
 * what a handler did wrong is logged here, once.
 */
#include "web/outcome.h"

#include "async/coroutine.h"
#include "web/errors.h"
#include "web/middleware.h"
#include "web/websocket.h"
#include <cadre/error.h>
#include <cadre/scope.h>
#include <errno.h>

/* The answer to a body that could not be received, or 0. */
static int body_error_status(const struct cadre_request *req, int error)
{
    if (req->body_phase != CADRE__BODY_FAILED || req->body_error != error)
        return 0;
    switch (error) {
    case -EMSGSIZE:
        return 413;
    case -ETIMEDOUT:
        return 408;
    case -EBADMSG:
        return 400;
    default:
        return 0;
    }
}

bool cadre__outcome_is_nobodys_fault(const struct cadre_request *req, int error)
{
    const struct cadre__coroutine *co = cadre__coroutine_current();

    if (error == -ECANCELED)
        return co == NULL || cadre__coroutine_cancels(co) > 0 || cadre_current_deadline() == 0;
    if (error == req->send_error)
        return true;
    return req->body_phase == CADRE__BODY_FAILED && error == req->body_error;
}

void cadre__outcome_log(const struct cadre_request *req, struct cadre__culprit culprit, int error)
{
    cadre_log(CADRE_LOG_ERROR, req, "module \"%s\": %s \"%s\" failed: %s", req->mount->name,
              culprit.kind, culprit.name, cadre_strerror(error));
}

/* In place of whatever the handler has left unsent. */
static int answer_problem(struct cadre_request *req, int status, int error, const char *detail)
{
    const struct cadre_problem problem = {.status = status, .error = error, .detail = detail};

    cadre__request_discard(req);
    return cadre__errors_answer(req, &problem);
}

/* A failure that nobody expects: who knows what it has left behind, so the connection ends. */
static int answer_failure(struct cadre_request *req, int error)
{
    const struct cadre_problem problem = {.status = 500, .error = error};
    int r;

    cadre__request_discard(req);
    r = cadre__request_push_header(req, CADRE_STR("connection"), CADRE_STR("close"));
    return r < 0 ? r : cadre__errors_answer(req, &problem);
}

static int finish_failed(struct cadre_request *req, struct cadre__culprit culprit, int error)
{
    const struct cadre__refusal *refusal = cadre__request_refusal(req, error);
    bool can_answer = req->phase == CADRE__REQUEST_OPEN;
    int status = body_error_status(req, error);
    const char *detail = NULL;

    if (status == 0 && refusal != NULL) {
        status = refusal->status;
        detail = refusal->text;
    }
    if (can_answer && status != 0)
        return answer_problem(req, status, error, detail);
    if (cadre__outcome_is_nobodys_fault(req, error))
        return error;
    if (can_answer && cadre__errors_expects(req->mount, error))
        return answer_problem(req, 500, error, NULL);
    cadre__outcome_log(req, culprit, error);
    return can_answer ? answer_failure(req, error) : error;
}

int cadre__outcome(struct cadre_request *req, struct cadre__culprit culprit, int result)
{
    if (cadre__websocket_has_outcome(req, result))
        return cadre__websocket_outcome(req, culprit, result);
    if (result < 0)
        return finish_failed(req, culprit, result);
    if (req->send_error < 0 && req->phase != CADRE__REQUEST_COMPLETE)
        return req->send_error; /* the handler did not look: the client is gone */
    switch (req->phase) {
    case CADRE__REQUEST_OPEN:
        cadre_log(CADRE_LOG_ERROR, req,
                  "module \"%s\": %s \"%s\" returned without a response: call %s or one of its "
                  "kind, or return an error",
                  req->mount->name, culprit.kind, culprit.name,
                  cadre_is_websocket(req) ? "cadre_websocket_accept" : "cadre_respond_text");
        return answer_failure(req, -EPROTO);
    case CADRE__REQUEST_STARTED:
        result = cadre_end(req);
        return result < 0 ? finish_failed(req, culprit, result) : 0;
    case CADRE__REQUEST_COMPLETE:
        break;
    }
    return 0;
}

int cadre__passage_outcome(const struct cadre__passage *passage, struct cadre_request *req,
                           int result)
{
    struct cadre__culprit culprit = {"middleware",
                                     passage->failed != NULL ? passage->failed : passage->turned};

    if (passage->has_arrived && passage->failed == NULL)
        return passage->outcome;
    if (result >= 0 && req->phase == CADRE__REQUEST_COMPLETE)
        return 0;
    return cadre__outcome(req, culprit, result);
}
