/* SPDX-License-Identifier: MIT */
/* The order of events of a WebSocket: gateway/websocket.h. */
#include "gateway/websocket.h"

#include "base/str.h"
#include "gateway/field_list.h"
#include <errno.h>
#include <string.h>

void cadre__websocket_order_init(struct cadre__websocket_order *order,
                                 const struct cadre__scope *scope)
{
    *order = (struct cadre__websocket_order){.phase = CADRE__WEBSOCKET_CONNECTING, .scope = scope};
    cadre__response_init(&order->denial, scope->method);
}

bool cadre__websocket_code_is_valid(int code)
{
    return (code >= CADRE_WS_NORMAL && code <= CADRE_WS_UNSUPPORTED_DATA) ||
           (code >= CADRE_WS_INVALID_DATA && code <= CADRE_WS_BAD_GATEWAY) ||
           (code >= 3000 && code <= 4999);
}

/* --- lists in fields --- */

struct cadre_str cadre__websocket_next_offer(struct cadre__websocket_offers *offers)
{
    const struct cadre__scope *scope = offers->scope;
    struct cadre_str offer;

    while (!cadre__list_next(&offers->list, &offer)) {
        if (offers->n_seen == scope->n_headers)
            return CADRE_STR("");
        if (cadre_str_eq(scope->headers[offers->n_seen].name, CADRE_STR("sec-websocket-protocol")))
            offers->list = scope->headers[offers->n_seen].value;
        offers->n_seen++;
    }
    return offer;
}

bool cadre__websocket_offers(const struct cadre__scope *scope, struct cadre_str name)
{
    struct cadre__websocket_offers offers = {.scope = scope};
    struct cadre_str offer;

    while ((offer = cadre__websocket_next_offer(&offers)).len > 0) {
        if (cadre_str_eq(offer, name))
            return true;
    }
    return false;
}

bool cadre__websocket_is_asked_for(const struct cadre__scope *scope)
{
    const struct cadre__header *upgrade = cadre__scope_header(scope, CADRE_STR("upgrade"));

    return upgrade != NULL && cadre_str_eq(scope->method, CADRE_STR("GET")) &&
           cadre__list_has_nocase(upgrade->value, CADRE_STR("websocket"));
}

/* --- checks --- */

static int refuse(struct cadre__websocket_order *order, const char *why)
{
    order->refusal = why;
    return -EINVAL;
}

/* What the application may say in the answer to the handshake. */
static const char *check_fields(const struct cadre__event *event)
{
    for (size_t i = 0; i < event->n_headers; i++) {
        const struct cadre__header *header = &event->headers[i];

        if (!cadre__header_name_is_valid(header->name))
            return "a field's name is no lower-case token";
        if (!cadre__header_value_is_valid(header->value))
            return "a field's value holds control bytes";
        if (cadre__header_is_hop_by_hop(header->name) ||
            cadre_str_eq(header->name, CADRE_STR("content-length")))
            return "a field is the protocol's own";
        if (header->name.len > 14 && memcmp(header->name.ptr, "sec-websocket-", 14) == 0)
            return "a field is of the handshake, which is the protocol's; a subprotocol is the "
                   "accept's";
    }
    return NULL;
}

static int check_accept(struct cadre__websocket_order *order, const struct cadre__event *event)
{
    const char *wrong = check_fields(event);

    if (order->phase != CADRE__WEBSOCKET_CONNECTING)
        return refuse(order, "the handshake was answered already");
    if (wrong != NULL)
        return refuse(order, wrong);
    if (event->body.len > 0 && !cadre__websocket_offers(order->scope, event->body))
        return refuse(order, "the client does not offer that subprotocol");
    order->phase = CADRE__WEBSOCKET_OPEN;
    return 0;
}

static int check_send(struct cadre__websocket_order *order, const struct cadre__event *event)
{
    if (order->phase != CADRE__WEBSOCKET_OPEN)
        return refuse(order, "a message comes before the accept");
    if (event->is_text && !cadre__utf8_is_valid(event->body))
        return refuse(order, "a text is not UTF-8: send it as bytes");
    return 0;
}

/* Before the accept the reason goes to nobody over a wire: it may be as long as it likes. */
static int check_close(struct cadre__websocket_order *order, const struct cadre__event *event)
{
    bool is_open = order->phase == CADRE__WEBSOCKET_OPEN;
    const char *wrong = check_fields(event);

    if (order->phase == CADRE__WEBSOCKET_DENYING)
        return refuse(order, "a close comes in the midst of a response");
    if (!cadre__websocket_code_is_valid(event->status))
        return refuse(order, "the close code is none that may be sent: 1000 to 1003, 1007 to 1014 "
                             "or 3000 to 4999");
    if (is_open && event->body.len > CADRE__WEBSOCKET_REASON_MAX)
        return refuse(order, "the reason of a close is longer than 123 bytes");
    if (!cadre__utf8_is_valid(event->body))
        return refuse(order, "the reason of a close is not UTF-8");
    if (event->n_headers > 0 && is_open)
        return refuse(order, "a close has fields behind the accept");
    if (wrong != NULL)
        return refuse(order, wrong);
    order->phase = CADRE__WEBSOCKET_CLOSED;
    return 0;
}

static int check_denial(struct cadre__websocket_order *order, const struct cadre__event *event)
{
    int r;

    if (order->phase == CADRE__WEBSOCKET_OPEN)
        return refuse(order, "a response comes behind the accept");
    r = cadre__response_check(&order->denial, event);
    if (r < 0) {
        order->refusal = order->denial.refusal;
        return r;
    }
    if (order->denial.phase == CADRE__RESPONSE_COMPLETE)
        order->phase = CADRE__WEBSOCKET_CLOSED;
    else if (order->denial.phase != CADRE__RESPONSE_IDLE)
        order->phase = CADRE__WEBSOCKET_DENYING;
    return 0;
}

int cadre__websocket_check(struct cadre__websocket_order *order, const struct cadre__event *event)
{
    order->refusal = NULL;
    if (order->phase == CADRE__WEBSOCKET_CLOSED)
        return -EALREADY;
    switch (event->type) {
    case CADRE__EVENT_WEBSOCKET_ACCEPT:
        return check_accept(order, event);
    case CADRE__EVENT_WEBSOCKET_SEND:
        return check_send(order, event);
    case CADRE__EVENT_WEBSOCKET_CLOSE:
        return check_close(order, event);
    case CADRE__EVENT_HTTP_RESPONSE_START:
    case CADRE__EVENT_HTTP_RESPONSE_BODY:
    case CADRE__EVENT_HTTP_RESPONSE:
    case CADRE__EVENT_HTTP_RESPONSE_FILE:
    case CADRE__EVENT_HTTP_RESPONSE_TRAILERS:
    case CADRE__EVENT_HTTP_RESPONSE_INTERIM:
        return check_denial(order, event);
    case CADRE__EVENT_HTTP_REQUEST:
    case CADRE__EVENT_HTTP_DISCONNECT:
    case CADRE__EVENT_WEBSOCKET_CONNECT:
    case CADRE__EVENT_WEBSOCKET_RECEIVE:
    case CADRE__EVENT_WEBSOCKET_DISCONNECT:
        break;
    }
    return refuse(order, "an event of this type is not sent");
}
