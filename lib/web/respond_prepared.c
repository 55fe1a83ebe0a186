/* SPDX-License-Identifier: MIT */
/* Answers whose head was made before: gateway/prepared.h, by web/static.c. On the loop. */
#include "web/request.h"

#include "gateway/prepared.h"

/* What cadre_response_header tells. Nothing is written there: the fields can be set no more once
 * the response has begun, and forget_head undoes it where it did not. */
static void note_head(struct cadre_request *req, const struct cadre__prepared *prepared)
{
    req->status = prepared->status;
    req->headers = prepared->headers;
    req->n_headers = req->size_headers = prepared->n_headers;
}

static void forget_head(struct cadre_request *req)
{
    req->headers = req->headers_inline;
    req->n_headers = 0;
    req->size_headers = CADRE__REQUEST_HEADERS_INLINE;
}

int cadre__request_respond_prepared(struct cadre_request *req,
                                    const struct cadre__prepared *prepared, struct cadre_str body,
                                    const struct cadre__file_part *part)
{
    const struct cadre__event event = {
        .type = body.ptr != NULL ? CADRE__EVENT_HTTP_RESPONSE : CADRE__EVENT_HTTP_RESPONSE_START,
        .status = prepared->status,
        .headers = prepared->headers,
        .n_headers = prepared->n_headers,
        .prepared = prepared,
        .body = body,
    };
    int r;

    note_head(req, prepared);
    r = cadre__request_send_event(req, &event);
    if (r < 0) {
        forget_head(req);
        return r;
    }
    req->phase = body.ptr != NULL ? CADRE__REQUEST_COMPLETE : CADRE__REQUEST_STARTED;
    return body.ptr != NULL ? 0 : cadre__request_send_file(req, part, false);
}
