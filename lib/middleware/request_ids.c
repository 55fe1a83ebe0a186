/* SPDX-License-Identifier: MIT */
/* The id of the request, told to the client (<cadre/guards.h>). */
#include "gateway/response.h"
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stdio.h>

static const char *header_of(const struct cadre_request_id_options *options)
{
    return options != NULL && options->header != NULL ? options->header : "x-request-id";
}

static int ids_setup(const struct cadre_middleware_setup *setup, const void *options,
                     void **ret_self)
{
    const char *header = header_of(options);

    (void)ret_self;
    /* what no trailer may be says something else, on which the connection depends */
    if (cadre__header_name_is_trailer(cadre_str_from(header)))
        return 0;
    snprintf(
        setup->why, setup->why_size,
        "header: \"%s\" is not the name of a field for it: write one in small letters that has "
        "no other meaning, \"x-request-id\"",
        header);
    return -EINVAL;
}

static int add_id(struct cadre_request *req, void *self)
{
    return cadre_header_set(req, header_of(self), cadre_request_id(req));
}

static int ids_call(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, add_id, self);

    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_request_ids = {
    .name = "request_ids",
    .setup = ids_setup,
    .call = ids_call,
};
