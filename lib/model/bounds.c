/* SPDX-License-Identifier: MIT */
/*
 * model/bounds: the bounds as rows of a table, in the order in which they are checked.
 */
#include "config.h"

#include "model/bounds.h"

#include <errno.h>
#include <stddef.h>

#include "model/number.h"

static const struct row {
    size_t offset;    /* of the constant in struct cadre_field */
    const char *type; /* of the issue */
    const char *key;  /* in its ctx */
    const char *words;
    int side;      /* the sign of an order that is wrong */
    bool or_equal; /* an equal one is wrong, too */
} rows[] = {
    {offsetof(struct cadre_field, le), "less_than_equal", "le", "less than or equal to", 1, false},
    {offsetof(struct cadre_field, lt), "less_than", "lt", "less than", 1, true},
    {offsetof(struct cadre_field, ge), "greater_than_equal", "ge", "greater than or equal to", -1,
     false},
    {offsetof(struct cadre_field, gt), "greater_than", "gt", "greater than", -1, true},
};

int cadre__bound_issue(struct cadre_validation *validation, const struct cadre_input *input,
                       const char *type, const char *key, const char *words,
                       const struct cadre_constant *bound, bool as_real)
{
    char text[32], number[32];
    char *ctx = cadre__arena_printf(validation->arena, "{\"%s\":%s}", key,
                                    cadre__constant_to_text(bound, as_real, number));
    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, type, input, ctx, "Input should be %s %s", words,
                        cadre__constant_to_text(bound, false, text));
}

int cadre__bounds_check(struct cadre_validation *validation, const struct cadre_field *rules,
                        const struct cadre_input *input, cadre__order_fn order, const void *number,
                        bool as_real)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cadre_constant *bound = (const void *)((const char *)rules + rows[i].offset);
        if (bound->type == CADRE_CONSTANT_NONE)
            continue;
        int found = order(number, bound);
        if (found == rows[i].side || (found == 0 && rows[i].or_equal) || found == CADRE__UNORDERED)
            return cadre__bound_issue(validation, input, rows[i].type, rows[i].key, rows[i].words,
                                      bound, as_real);
    }
    return 0;
}
