/* SPDX-License-Identifier: MIT */
/* base/unique: names that are free. */
#include "config.h"

#include "base/unique.h"

void cadre__unique_name(struct cadre__buf *name, cadre__is_taken_fn is_taken, const void *arg)
{
    size_t len = name->len;

    for (unsigned i = 2; name->error == 0 && is_taken(arg, cadre__buf_text(name)); i++) {
        name->len = len;
        cadre__buf_printf(name, "_%u", i);
    }
}
