/* SPDX-License-Identifier: MIT */
/* What the row of a table in a table may say: web/mount_row.h. */
#include "web/mount_row.h"

#include "base/str.h"
#include <stddef.h>

/* Fields about one route. A field that is not here means something on a mount, too: it is of all
 * routes in it. */
#define FIELD(name_)                                                                               \
    {                                                                                              \
        .name = #name_, .offset = offsetof(struct cadre_route, name_),                             \
        .size = sizeof(((struct cadre_route *)0)->name_)                                           \
    }

static const struct {
    const char *name;
    size_t offset, size;
} of_one_route[] = {
    FIELD(handler),
    FIELD(sync),
    FIELD(cancel_on_disconnect),
    FIELD(params),
    FIELD(body),
    FIELD(response),
    FIELD(response_list),
    FIELD(status),
    FIELD(respond_flags),
    FIELD(summary),
    FIELD(description),
    FIELD(operation_id),
    FIELD(respond_include),
    FIELD(respond_exclude),
    FIELD(openapi_extra),
    FIELD(callbacks),
};

static bool is_set(const struct cadre_route *row, size_t offset, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)row + offset;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return true;
    }
    return false;
}

bool cadre__mount_row_check(const struct cadre_route *row, struct cadre__buf *why)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof(of_one_route) / sizeof(of_one_route[0]); i++) {
        if (is_set(row, of_one_route[i].offset, of_one_route[i].size))
            cadre__buf_printf(why, "%s`.%s`", n++ > 0 ? ", " : "", of_one_route[i].name);
    }
    if (n > 0)
        cadre__buf_printf(why,
                          " of a mount would mean nothing: remove %s, or give %s to the rows of "
                          "its table",
                          n == 1 ? "it" : "them", n == 1 ? "it" : "them");
    return n == 0;
}
