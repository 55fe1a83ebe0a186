/* SPDX-License-Identifier: MIT */
/*
 * The gateway's few functions: everything else of it is its contract, in gateway/gateway.h.
 * Allocates nothing, does not log.
 */
#include "gateway/gateway.h"

#include "gateway/field.h"
#include "gateway/field_list.h"

static const char *const event_names[] = {
    [CADRE__EVENT_HTTP_REQUEST] = "http.request",
    [CADRE__EVENT_HTTP_DISCONNECT] = "http.disconnect",
    [CADRE__EVENT_HTTP_RESPONSE_START] = "http.response.start",
    [CADRE__EVENT_HTTP_RESPONSE_BODY] = "http.response.body",
    [CADRE__EVENT_HTTP_RESPONSE] = "http.response",
    [CADRE__EVENT_HTTP_RESPONSE_FILE] = "http.response.zerocopysend",
    [CADRE__EVENT_HTTP_RESPONSE_TRAILERS] = "http.response.trailers",
    [CADRE__EVENT_HTTP_RESPONSE_INTERIM] = "http.response.interim",
    [CADRE__EVENT_WEBSOCKET_CONNECT] = "websocket.connect",
    [CADRE__EVENT_WEBSOCKET_RECEIVE] = "websocket.receive",
    [CADRE__EVENT_WEBSOCKET_DISCONNECT] = "websocket.disconnect",
    [CADRE__EVENT_WEBSOCKET_ACCEPT] = "websocket.accept",
    [CADRE__EVENT_WEBSOCKET_SEND] = "websocket.send",
    [CADRE__EVENT_WEBSOCKET_CLOSE] = "websocket.close",
};

struct cadre_str cadre__channel_client_address(struct cadre__channel *ch,
                                               const struct cadre__scope *scope)
{
    struct cadre_str address = scope->client.address;

    if (address.ptr == NULL && ch->ops->client_address != NULL)
        address = ch->ops->client_address(ch);
    return address.ptr != NULL ? address : CADRE_STR("");
}

const char *cadre__event_name(enum cadre__event_type type)
{
    size_t index = (size_t)type;

    if (index >= sizeof(event_names) / sizeof(event_names[0]))
        return "unknown";
    return event_names[index];
}

const struct cadre__header *cadre__scope_header(const struct cadre__scope *scope,
                                                struct cadre_str name)
{
    for (size_t i = 0; i < scope->n_headers; i++) {
        const struct cadre__header *header = &scope->headers[i];

        if (cadre_str_eq(header->name, name))
            return header;
    }
    return NULL;
}

bool cadre__scope_accepts_trailers(const struct cadre__scope *scope)
{
    if (scope->http_version < 11)
        return false;
    for (size_t i = 0; i < scope->n_headers; i++) {
        if (cadre__field_know(scope->headers[i].name) == CADRE__FIELD_TE &&
            cadre__list_has_nocase(scope->headers[i].value, CADRE_STR("trailers")))
            return true;
    }
    return false;
}

struct cadre_str cadre__scope_host(const struct cadre__scope *scope)
{
    const struct cadre__header *host = cadre__scope_header(scope, CADRE_STR("host"));

    return host != NULL ? host->value : CADRE_STR("");
}
