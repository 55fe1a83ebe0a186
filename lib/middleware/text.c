/* SPDX-License-Identifier: MIT */
/* Lists of words: middleware/text.h. */
#include "middleware/text.h"

#include <stdlib.h>
#include <string.h>

bool cadre__strings_have(const struct cadre_strings *strings, struct cadre_str text)
{
    for (size_t i = 0; i < strings->len; i++) {
        if (cadre_str_eq(cadre_str_from(strings->items[i]), text))
            return true;
    }
    return false;
}

bool cadre__strings_have_nocase(const struct cadre_strings *strings, struct cadre_str text)
{
    for (size_t i = 0; i < strings->len; i++) {
        if (cadre_str_eq_nocase(cadre_str_from(strings->items[i]), text))
            return true;
    }
    return false;
}

char *cadre__strings_join(const struct cadre_strings *strings)
{
    size_t size = 1;
    char *joined, *end;

    for (size_t i = 0; i < strings->len; i++)
        size += strlen(strings->items[i]) + 2;
    joined = malloc(size);
    end = joined;
    for (size_t i = 0; joined != NULL && i < strings->len; i++) {
        if (i > 0)
            end = stpcpy(end, ", ");
        end = stpcpy(end, strings->items[i]);
    }
    if (joined != NULL)
        *end = '\0';
    return joined;
}

bool cadre__is_token(const char *text)
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";
    size_t len = strspn(text, bytes);

    return len > 0 && text[len] == '\0';
}

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
