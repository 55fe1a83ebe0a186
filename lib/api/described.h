/* SPDX-License-Identifier: MIT */
/*
 * Tables of rows that are described and never called: webhooks and callbacks (<cadre/openapi.h>).
 * Checked when the module is loaded, and made again for the document, which is seldom asked for.
 */
#ifndef CADRE_API_DESCRIBED_H
#define CADRE_API_DESCRIBED_H

#include "base/str.h"
#include "web/mount.h"

struct cadre__api_maker;

/* What a row has for the document alone, and `.openapi_extra` of any route, is checked while its
 * plan is made: complains of what is wrong. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__described_check_row(struct cadre__api_maker *maker);

/* What a table is. */
enum cadre__described_kind {
    CADRE__DESCRIBED_WEBHOOKS,  /* each stands in the document by its name */
    CADRE__DESCRIBED_CALLBACKS, /* by what it is called, then by its URL */
};

/* A table, ready to be written. */
struct cadre__described {
    struct cadre__mount_route *routes; /* heap; row, text, plan and is_deprecated alone are set */
    size_t n;
};

/*
 * Makes a table (NULL: none). 0; -EINVAL: `errors` has what is wrong, lines as of struct
 * cadre__typed_ops, each with its row, "shop.c:12: webhook \"POST new-item\": ..."; -ENOMEM. On an
 * error there is nothing to free. Rows are borrowed.
 */
CADRE_MUST_CHECK int cadre__described_new(const struct cadre_route *rows,
                                          enum cadre__described_kind kind,
                                          struct cadre__buf *errors, struct cadre__described *ret);
void cadre__described_done(struct cadre__described *described);

/* The name under which a callback stands in its operation. */
static inline const char *cadre__described_name(const struct cadre_route *row)
{
    return row->name != NULL ? row->name : row->handler_name != NULL ? row->handler_name : "";
}

#endif
