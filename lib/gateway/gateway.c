/* SPDX-License-Identifier: MIT */
/*
 * The gateway's few functions: everything else of it is its contract, in gateway/gateway.h.
 * Allocates nothing, does not log.
 */
#include "gateway/gateway.h"

static const char *const event_names[] = {
    [CADRE__EVENT_HTTP_REQUEST] = "http.request",
    [CADRE__EVENT_HTTP_DISCONNECT] = "http.disconnect",
    [CADRE__EVENT_HTTP_RESPONSE_START] = "http.response.start",
    [CADRE__EVENT_HTTP_RESPONSE_BODY] = "http.response.body",
    [CADRE__EVENT_HTTP_RESPONSE] = "http.response",
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
