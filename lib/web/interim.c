/* SPDX-License-Identifier: MIT */
/*
 * Interim responses (<cadre/response.h>): they go to the channel at once, and leave no trace in the
 * request. From a sync handler nothing can be sent before it returns, so they are dropped there.
 */
#include "web/request.h"

#include "gateway/response.h"
#include <errno.h>

int cadre_interim(struct cadre_request *req, int status, const char *name, const char *value)
{
    struct cadre__header field;
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_INTERIM,
        .status = status,
        .headers = &field,
        .n_headers = name != NULL ? 1 : 0,
    };
    int r;

    cadre__request_check(req);
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    if (status < 102 || status > 199)
        return -EINVAL;
    if (name != NULL) {
        r = cadre__request_copy_name(req, name, &field.name);
        if (r == 0)
            r = cadre__request_copy_value(req, value, &field.value);
        if (r < 0)
            return r;
        if (!cadre__header_name_is_valid(field.name) || cadre__header_is_hop_by_hop(field.name) ||
            !cadre__header_value_is_valid(field.value))
            return -EINVAL;
    }
    return req->is_sync ? 0 : cadre__request_send_event(req, &event);
}

int cadre_early_hints(struct cadre_request *req, const char *links)
{
    return cadre_interim(req, 103, "link", links);
}
