/* SPDX-License-Identifier: MIT */
/* Lists in header fields: gateway/field_list.h. */
#include "gateway/field_list.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool cadre__list_next(struct cadre_str *list, struct cadre_str *ret)
{
    while (list->len > 0) {
        const char *comma = memchr(list->ptr, ',', list->len);
        struct cadre_str item = {list->ptr,
                                 comma != NULL ? (size_t)(comma - list->ptr) : list->len};
        size_t cut = item.len + (comma != NULL);

        *list = (struct cadre_str){list->ptr + cut, list->len - cut};
        while (item.len > 0 && is_blank(item.ptr[0]))
            item = (struct cadre_str){item.ptr + 1, item.len - 1};
        while (item.len > 0 && is_blank(item.ptr[item.len - 1]))
            item.len--;
        if (item.len > 0) {
            *ret = item;
            return true;
        }
    }
    return false;
}

bool cadre__list_has(struct cadre_str list, struct cadre_str item)
{
    struct cadre_str found;

    while (cadre__list_next(&list, &found)) {
        if (cadre_str_eq(found, item))
            return true;
    }
    return false;
}

bool cadre__list_has_nocase(struct cadre_str list, struct cadre_str item)
{
    struct cadre_str found;

    while (cadre__list_next(&list, &found)) {
        if (cadre_str_eq_nocase(found, item))
            return true;
    }
    return false;
}
