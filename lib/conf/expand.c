/* SPDX-License-Identifier: MIT */
/*
 * conf/expand: variables in strings. See the header for the grammar.
 */
#include "config.h"

#include "conf/expand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* How much of LEN bytes a message shows. */
static int shown(size_t len)
{
    return len > 64 ? 64 : (int)len;
}

/*
 * Expands the variable at AT, which points behind "${", into BUF. *END is set behind the "}".
 */
static int expand_one(struct cadre__arena *arena, struct cadre__buf *buf, const char *at,
                      const char **end, const char **variable, char *why)
{
    size_t len = strspn(at, NAME_CHARS);
    const char *close = strchr(at, '}');
    const char *value;
    char *name;

    if (close == NULL) {
        snprintf(why, CADRE__EXPAND_WHY_SIZE,
                 "\"${%.*s\" has no closing \"}\"; write \"$${\" for a plain \"${\"",
                 shown(strcspn(at, " \n")), at);
        return -EINVAL;
    }
    if (len == 0 || (at[0] >= '0' && at[0] <= '9') ||
        (at[len] != '}' && strncmp(at + len, ":-", 2) != 0)) {
        snprintf(why, CADRE__EXPAND_WHY_SIZE,
                 "\"${%.*s}\" is no variable: write ${NAME} or ${NAME:-default}",
                 shown((size_t)(close - at)), at);
        return -EINVAL;
    }
    name = cadre__arena_strndup(arena, at, len);
    if (name == NULL)
        return -ENOMEM;
    *end = close + 1;
    value = getenv(name);
    if (at[len] == ':' && (value == NULL || value[0] == '\0'))
        return cadre__buf_append(buf, at + len + 2, (size_t)(close - at) - len - 2);
    if (value == NULL) {
        snprintf(why, CADRE__EXPAND_WHY_SIZE,
                 "the environment variable \"%.*s\" is not set; set it, or write ${%.*s:-default}",
                 shown(len), name, shown(len), name);
        return -EINVAL;
    }
    if (*variable == NULL)
        *variable = name;
    return cadre__buf_puts(buf, value);
}

static int expand_into(struct cadre__arena *arena, struct cadre__buf *buf, const char *text,
                       const char **variable, char *why)
{
    while (*text != '\0') {
        const char *dollar = strchrnul(text, '$');
        int r;

        cadre__buf_append(buf, text, (size_t)(dollar - text));
        text = dollar;
        if (strncmp(text, "$${", 3) == 0) {
            cadre__buf_puts(buf, "${");
            text += 3;
        } else if (strncmp(text, "${", 2) == 0) {
            r = expand_one(arena, buf, text + 2, &text, variable, why);
            if (r < 0)
                return r;
        } else if (*text == '$') {
            cadre__buf_putc(buf, '$');
            text++;
        }
    }
    return buf->error;
}

int cadre__expand(struct cadre__arena *arena, const char *text, const char **ret,
                  const char **ret_variable, char why[static CADRE__EXPAND_WHY_SIZE])
{
    struct cadre__buf buf = {0};
    const char *variable = NULL;
    const char *copy;
    int r;

    if (strstr(text, "${") == NULL) {
        *ret = text;
        *ret_variable = NULL;
        return 0;
    }
    r = expand_into(arena, &buf, text, &variable, why);
    if (r == 0) {
        copy = cadre__arena_strndup(arena, cadre__buf_text(&buf), buf.len);
        if (copy == NULL) {
            r = -ENOMEM;
        } else {
            *ret = copy;
            *ret_variable = variable;
        }
    }
    cadre__buf_done(&buf);
    return r;
}

const char *cadre__unexpand(struct cadre__arena *arena, const char *text)
{
    struct cadre__buf buf = {0};
    const char *copy;

    if (strstr(text, "${") == NULL)
        return text;
    for (; *text != '\0'; text++) {
        if (strncmp(text, "${", 2) == 0)
            cadre__buf_putc(&buf, '$');
        cadre__buf_putc(&buf, *text);
    }
    copy = buf.error < 0 ? NULL : cadre__arena_strndup(arena, cadre__buf_text(&buf), buf.len);
    cadre__buf_done(&buf);
    return copy;
}
