/* SPDX-License-Identifier: MIT */
/*
 * What a module says of its document besides its tables (<cadre/openapi.h>): who made it, its tags,
 * where it is.
 */
#ifndef CADRE_API_OPENAPI_INFO_H
#define CADRE_API_OPENAPI_INFO_H

#include "base/json_out.h"
#include <cadre/module.h>
#include <cadre/openapi.h>

/* Checks it: what is wrong is added to `errors`, lines as of struct cadre__typed_ops. 0; -EINVAL;
 * -ENOMEM. */
CADRE_MUST_CHECK int cadre__openapi_info_check(const struct cadre_openapi *openapi,
                                               struct cadre__buf *errors);

/* What the API is called: a module without a title as it is in the conf, `name`. */
static inline const char *cadre__openapi_info_title(const struct cadre_module *module,
                                                    const char *name)
{
    return module->title != NULL ? module->title : name;
}

/* Writes the member `info`, with that title. */
void cadre__openapi_info_put(const struct cadre_module *module, const char *name,
                             struct cadre__json_out *out);

/* Writes the servers as items of an array. `openapi` may be NULL: there are none. */
void cadre__openapi_info_put_servers(const struct cadre_openapi *openapi,
                                     struct cadre__json_out *out);

/* Writes the members `tags` and `externalDocs`, where there are any. `openapi` may be NULL. */
void cadre__openapi_info_put_tags(const struct cadre_openapi *openapi, struct cadre__json_out *out);

/* Whether one of the servers has that URL. `openapi` may be NULL. */
bool cadre__openapi_info_has_server(const struct cadre_openapi *openapi, struct cadre_str url);

#endif
