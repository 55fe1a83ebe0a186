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
