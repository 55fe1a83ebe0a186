/* SPDX-License-Identifier: MIT */
/*
 * The order of a response's events, checked in one place for all protocols: interim responses, if
 * any; one start, then body events (bytes, or parts of files), the last of which has more_body
 * unset, then trailers where the start said so; or one event that is start and body. Also the
 * declared length against what is sent, and the fields against the grammar, so that no handler can
 * split a response.
 *
 * A protocol keeps one struct cadre__response for a request and asks it before it acts on an event.
 * It does no I/O, does not log and never suspends.
 */
#ifndef CADRE_GATEWAY_RESPONSE_H
#define CADRE_GATEWAY_RESPONSE_H

#include "gateway/gateway.h"

enum cadre__response_phase {
    CADRE__RESPONSE_IDLE,     /* nothing sent: the status can still be chosen */
    CADRE__RESPONSE_STARTED,  /* the start was sent, the body not to its end */
    CADRE__RESPONSE_TRAILERS, /* the body was sent, the trailers were not */
    CADRE__RESPONSE_COMPLETE,
};

/* Caller's memory; zero it by cadre__response_init for each request. */
struct cadre__response {
    enum cadre__response_phase phase;
    int status;          /* of the start event */
    bool is_head;        /* the request was HEAD: no body on the wire */
    bool has_length;     /* the application declared content-length */
    bool said_close;     /* its connection field lists close */
    bool more_trailers;  /* the start promised trailers */
    uint8_t kinds;       /* enum cadre__field_kind, of all its fields */
    size_t fields_size;  /* bytes of its fields on a wire of text: "name: value" CR LF each; after
                            a check of trailers or of an interim response, of theirs */
    uint64_t length;     /* declared */
    uint64_t sent;       /* bytes of body so far */
    const char *refusal; /* why the last check failed: static text for the log, or NULL */
};

/* Prepares for the response to a request of that method. */
static inline void cadre__response_init(struct cadre__response *response, struct cadre_str method)
{
    *response = (struct cadre__response){.is_head = cadre_str_eq(method, CADRE_STR("HEAD"))};
}

/*
 * Checks one event and takes note of it. 0: act on it. -EINVAL: it does not fit here, or a header
 * or the status is not valid, or the body disagrees with the declared content-length;
 * response->refusal says why and nothing was noted. -EALREADY: the response is complete; the event
 * is to be ignored.
 */
CADRE_MUST_CHECK int cadre__response_check(struct cadre__response *response,
                                           const struct cadre__event *event);

/* True when this response has no body on the wire: HEAD, 204, 304. After the start only. */
static inline bool cadre__response_is_bodiless(const struct cadre__response *response)
{
    return response->is_head || response->status == 204 || response->status == 304;
}

/* A field name is a token (RFC 9110 §5.6.2); here it must be lower-case too. */
bool cadre__header_name_is_valid(struct cadre_str name);

/* No control bytes but HTAB, so no CR, LF or NUL (RFC 9110 §5.5). */
bool cadre__header_value_is_valid(struct cadre_str value);

/* Whether a trailer may have that name: a lower-case token, and none of the fields that frame,
 * route, authenticate, describe or control a message (RFC 9110 §6.5.1). */
bool cadre__header_name_is_trailer(struct cadre_str name);

/* connection, keep-alive, transfer-encoding and such: the protocol's own (RFC 9110 §7.6.1). */
bool cadre__header_is_hop_by_hop(struct cadre_str name);

#endif
