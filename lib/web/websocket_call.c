/* SPDX-License-Identifier: MIT */
/*
 * The way of a handshake to its handler, and what comes of the socket behind it
 * (web/websocket.h).
 */
#include "web/websocket.h"

#include "gateway/websocket.h"
#include <cadre/error.h>
#include <cadre/worker.h>
#include <errno.h>

/* --- the route --- */

static const struct cadre__mount_route *find_route(const struct cadre_request *req,
                                                   const struct cadre__mount *mount,
                                                   struct cadre_str *params)
{
    struct cadre_str path = req->scope->path;
    const struct cadre__mount_query query = {
        .path = {path.ptr + mount->path_len, path.len - mount->path_len},
        .host = cadre__scope_host(req->scope),
    };

    return query.path.len > 0 ? cadre__mount_find_websocket(mount, &query, params) : NULL;
}

int cadre__websocket_route(struct cadre_request *req)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
    const struct cadre__mount_route *route =
        req->mount != NULL ? find_route(req, req->mount, params) : NULL;
    int r;

    if (route == NULL)
        return cadre__websocket_end(req, CADRE_WS_NORMAL, NULL);
    r = cadre__request_set_route(req, req->mount, route, params);
    return r < 0 ? r : 1;
}

bool cadre__websocket_is_missed(const struct cadre_request *req, const struct cadre__mount *mount)
{
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];

    return cadre__websocket_is_asked_for(req->scope) && find_route(req, mount, params) != NULL;
}

/* --- behind the handler --- */

static const struct cadre__websocket_failure *failure_of(const struct cadre__websocket *ws,
                                                         int result)
{
    return result < 0 && ws->failure.error == result ? &ws->failure : NULL;
}

bool cadre__websocket_has_outcome(const struct cadre_request *req, int result)
{
    const struct cadre__websocket *ws = cadre__websocket_of(req);

    if (ws == NULL)
        return false;
    return ws->state != CADRE__WEBSOCKET_HANDSHAKE ||
           (req->phase == CADRE__REQUEST_OPEN && failure_of(ws, result) != NULL);
}

/* The code of a socket that its handler has left open. */
static int code_of(int result)
{
    if (cadre_worker_is_draining() && (result >= 0 || result == -ECANCELED))
        return CADRE_WS_RESTART;
    if (result == -ECANCELED)
        return CADRE_WS_GOING_AWAY;
    return result >= 0 ? CADRE_WS_NORMAL : CADRE_WS_INTERNAL_ERROR;
}

int cadre__websocket_outcome(struct cadre_request *req, struct cadre__culprit culprit, int result)
{
    struct cadre__websocket *ws = cadre__websocket_of(req);
    const struct cadre__websocket_failure *failure = failure_of(ws, result);
    int r = 0;

    if (failure == NULL && result < 0 && !cadre__outcome_is_nobodys_fault(req, result))
        cadre__outcome_log(req, culprit, result);
    if (failure != NULL && req->extras->background != NULL)
        req->extras->background = NULL; /* freed with the request's memory */
    if (ws->state != CADRE__WEBSOCKET_OVER && !ws->has_left)
        r = cadre__websocket_end(req, failure != NULL ? failure->code : code_of(result),
                                 failure != NULL ? failure->reason : NULL);
    ws->state = CADRE__WEBSOCKET_OVER;
    req->phase = CADRE__REQUEST_COMPLETE;
    if (result < 0 && failure == NULL)
        return result;
    if (r == 0 || r == -EPIPE)
        req->send_error = 0; /* that a client has left is no failure of what it has had */
    return r == -EPIPE ? 0 : r;
}
