/* SPDX-License-Identifier: MIT */
/* Fields that make browsers careful (<cadre/guards.h>). */
#include "gateway/response.h"
#include <cadre/guards.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *option;
    size_t offset; /* of that */
    const char *initial;
    bool is_secure; /* on https alone */
} fields[] = {
#define FIELD(f) #f, offsetof(struct cadre_security_headers_options, f)
    {"strict-transport-security", FIELD(strict_transport_security), "max-age=31536000", true},
    {"content-security-policy", FIELD(content_security_policy), "", false},
    {"x-content-type-options", FIELD(content_type_options), "nosniff", false},
    {"x-frame-options", FIELD(frame_options), "DENY", false},
    {"referrer-policy", FIELD(referrer_policy), "strict-origin-when-cross-origin", false},
    {"permissions-policy", FIELD(permissions_policy), "", false},
    {"cross-origin-opener-policy", FIELD(cross_origin_opener_policy), "same-origin", false},
#undef FIELD
};

/* "": it is not sent. */
static const char *value_of(const void *options, size_t i)
{
    const char *value = NULL;

    if (options != NULL)
        memcpy(&value, (const char *)options + fields[i].offset, sizeof(value));
    return value != NULL ? value : fields[i].initial;
}

static int security_setup(const struct cadre_middleware_setup *setup, const void *options,
                          void **ret_self)
{
    (void)ret_self;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (cadre__header_value_is_valid(cadre_str_from(value_of(options, i))))
            continue;
        snprintf(setup->why, setup->why_size,
                 "%s: it holds a control byte, such as the end of a line: write it as one line",
                 fields[i].option);
        return -EINVAL;
    }
    return 0;
}

static int add_security(struct cadre_request *req, void *self)
{
    bool is_https = strcmp(cadre_scheme(req), "https") == 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *value = value_of(self, i);

        if (value[0] != '\0' && (is_https || !fields[i].is_secure) &&
            cadre_response_header(req, fields[i].name) == NULL)
            r = cadre_header_set(req, fields[i].name, value);
    }
    return r;
}

static int security_call(struct cadre_request *req, void *self)
{
    int r = cadre_on_response(req, add_security, self);

    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_security_headers = {
    .name = "security_headers",
    .setup = security_setup,
    .call = security_call,
};
