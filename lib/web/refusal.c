/* SPDX-License-Identifier: MIT */
/*
 * What a call has found wrong with what the client sent, noted for the answer that web/app.c gives
 * where the handler only hands the error on. Never suspends.
 */
#include "web/request.h"

int cadre__request_refuse(struct cadre_request *req, int error, int status, const char *text)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);

    if (extras != NULL)
        extras->refusal = (struct cadre__refusal){error, status, text};
    return error;
}

const struct cadre__refusal *cadre__request_refusal(const struct cadre_request *req, int error)
{
    if (req->extras == NULL || error == 0 || req->extras->refusal.error != error)
        return NULL;
    return &req->extras->refusal;
}

const char *cadre_refusal(const struct cadre_request *req)
{
    cadre__request_check(req);
    return req->extras != NULL && req->extras->refusal.text != NULL ? req->extras->refusal.text
                                                                    : "";
}
