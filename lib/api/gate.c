/* SPDX-License-Identifier: MIT */
/*
 * The channel of a request that has dependencies of the function's scope: before the response
 * begins they are released (api/call.h). All else goes through to the protocol's own. It is in the
 * way of such requests only.
 */
#include "api/call.h"

#include <errno.h>

static const struct cadre__api_gate *gate_of(const struct cadre__channel *channel)
{
    return (const struct cadre__api_gate *)(const void *)channel;
}

static int receive(struct cadre__channel *channel, struct cadre__event *ret)
{
    struct cadre__channel *inner = gate_of(channel)->inner;

    return inner->ops->receive(inner, ret);
}

/* What does not begin the response; of a WebSocket, whose handler goes on behind the accept, what
 * does not close it. */
static bool is_before_end(enum cadre__event_type type)
{
    return type == CADRE__EVENT_HTTP_RESPONSE_INTERIM || type == CADRE__EVENT_WEBSOCKET_ACCEPT ||
           type == CADRE__EVENT_WEBSOCKET_SEND;
}

static int send(struct cadre__channel *channel, const struct cadre__event *event)
{
    const struct cadre__api_gate *gate = gate_of(channel);
    struct cadre__channel *inner = gate->inner;

    if (!is_before_end(event->type))
        cadre__api_release(gate->call, CADRE_SCOPE_FUNCTION, gate->call->error);
    return inner->ops->send(inner, event);
}

static bool is_disconnected(const struct cadre__channel *channel)
{
    const struct cadre__channel *inner = gate_of(channel)->inner;

    return inner->ops->is_disconnected(inner);
}

static void cancel_on_disconnect(struct cadre__channel *channel)
{
    struct cadre__channel *inner = gate_of(channel)->inner;

    if (inner->ops->cancel_on_disconnect != NULL)
        inner->ops->cancel_on_disconnect(inner);
}

static struct cadre_str client_address(struct cadre__channel *channel)
{
    const struct cadre__api_gate *gate = gate_of(channel);

    return cadre__channel_client_address(gate->inner, gate->call->req->scope);
}

static int detach(struct cadre__channel *channel)
{
    struct cadre__channel *inner = gate_of(channel)->inner;

    return inner->ops->detach != NULL ? inner->ops->detach(inner) : 0;
}

static void detach_soon(struct cadre__channel *channel, struct cadre__detaching *detaching)
{
    struct cadre__channel *inner = gate_of(channel)->inner;

    if (inner->ops->detach_soon != NULL)
        inner->ops->detach_soon(inner, detaching);
}

static const struct cadre__channel_ops ops = {
    .receive = receive,
    .send = send,
    .is_disconnected = is_disconnected,
    .cancel_on_disconnect = cancel_on_disconnect,
    .client_address = client_address,
    .detach = detach,
    .detach_soon = detach_soon,
};

int cadre__api_gate_open(struct cadre__api_call *call)
{
    struct cadre_request *req = call->req;
    struct cadre__api_gate *gate = cadre__arena_alloc(req->arena, sizeof(*gate));

    if (gate == NULL)
        return -ENOMEM;
    gate->channel = *req->channel;
    gate->channel.ops = &ops;
    gate->inner = req->channel;
    gate->call = call;
    req->channel = &gate->channel;
    call->gate = gate;
    return 0;
}

void cadre__api_gate_close(struct cadre__api_call *call)
{
    if (call->gate != NULL)
        call->req->channel = call->gate->inner;
    call->gate = NULL;
}
