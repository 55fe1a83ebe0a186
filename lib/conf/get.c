/* SPDX-License-Identifier: MIT */
/*
 * conf/get: the typed getters of <cadre/conf.h>, for the settings of modules.
 *
 * Modules run in workers, so what is wrong is logged here, at error level, with the place in the
 * conf: the one exception to "lib does not log", because the message belongs to the file and
 * not to the caller. Any thread, never suspends, never allocates.
 */
#include <cadre/conf.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cadre/log.h>

#include "base/str.h"
#include "conf/tree.h"
#include "conf/value.h"

#define PLACE_SIZE 512
#define NS_PER_MS  1000000

/* The node that is asked for, or NULL where the fallback is. */
static const struct cadre_conf *wanted(const struct cadre_conf *node, const char *name)
{
    return name == NULL ? node : cadre_conf_get(node, name);
}

/* Logs "file:line: name: expected ..., found ..." and returns -EINVAL. */
static int refuse(const struct cadre_conf *node, const char *expected)
{
    char place[PLACE_SIZE];
    char found[CADRE__CONF_FOUND_SIZE];
    const char *name = cadre_conf_name(node);

    cadre_log(CADRE_LOG_ERROR, NULL, "%s: %s%sexpected %s, found %s",
              cadre__conf_place(node, place, sizeof(place)), name, name[0] ? ": " : "", expected,
              cadre__value_found(node, found));
    return -EINVAL;
}

int cadre_conf_string(const struct cadre_conf *node, const char *name, const char *fallback,
                      const char **ret)
{
    const struct cadre_conf *n = wanted(node, name);
    const char *text = n == NULL ? fallback : cadre__conf_text(n);

    if (n != NULL && text == NULL)
        return refuse(n, "a string");
    *ret = text;
    return 0;
}

int cadre_conf_int(const struct cadre_conf *node, const char *name, int64_t fallback, int64_t *ret)
{
    const struct cadre_conf *n = wanted(node, name);

    if (n == NULL)
        *ret = fallback;
    else if (cadre__value_int(n, ret) < 0)
        return refuse(n, "a whole number");
    return 0;
}

int cadre_conf_int_between(const struct cadre_conf *node, const char *name, int64_t fallback,
                           int64_t min, int64_t max, int64_t *ret)
{
    const struct cadre_conf *n = wanted(node, name);
    char expected[96];
    int64_t value;

    if (n == NULL) {
        *ret = fallback;
        return 0;
    }
    if (cadre__value_int(n, &value) < 0 || value < min || value > max) {
        snprintf(expected, sizeof(expected), "a whole number from %" PRId64 " to %" PRId64, min,
                 max);
        return refuse(n, expected);
    }
    *ret = value;
    return 0;
}

int cadre_conf_double(const struct cadre_conf *node, const char *name, double fallback, double *ret)
{
    const struct cadre_conf *n = wanted(node, name);

    if (n == NULL)
        *ret = fallback;
    else if (cadre__value_double(n, ret) < 0)
        return refuse(n, "a number");
    return 0;
}

int cadre_conf_bool(const struct cadre_conf *node, const char *name, bool fallback, bool *ret)
{
    const struct cadre_conf *n = wanted(node, name);

    if (n == NULL)
        *ret = fallback;
    else if (cadre__value_bool(n, ret) < 0)
        return refuse(n, "true or false");
    return 0;
}

int cadre_conf_size(const struct cadre_conf *node, const char *name, uint64_t fallback_bytes,
                    uint64_t *ret_bytes)
{
    const struct cadre_conf *n = wanted(node, name);

    if (n == NULL)
        *ret_bytes = fallback_bytes;
    else if (cadre__value_size(n, ret_bytes) < 0)
        return refuse(n, "a size (\"64k\", \"1m\", a number of bytes)");
    return 0;
}

int cadre_conf_duration_ms(const struct cadre_conf *node, const char *name, uint64_t fallback_ms,
                           uint64_t *ret_ms)
{
    const struct cadre_conf *n = wanted(node, name);
    uint64_t ns;

    if (n == NULL) {
        *ret_ms = fallback_ms;
        return 0;
    }
    if (cadre__value_duration(n, &ns) < 0)
        return refuse(n, "a duration (\"500ms\", \"30s\", a number of seconds)");
    *ret_ms = ns / NS_PER_MS + (ns % NS_PER_MS != 0);
    return 0;
}

int cadre_conf_only(const struct cadre_conf *node, const char *const *names)
{
    char place[PLACE_SIZE];
    int r = 0;

    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c)) {
        const char *name = cadre_conf_name(c);
        const char *near;
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], name) != 0)
            i++;
        if (names[i] != NULL)
            continue;
        near = cadre__str_nearest(name, names);
        cadre_log(CADRE_LOG_ERROR, NULL, "%s: unknown setting \"%s\"%s%s%s",
                  cadre__conf_place(c, place, sizeof(place)), name, near ? "; did you mean \"" : "",
                  near ? near : "", near ? "\"?" : "");
        r = -EINVAL;
    }
    return r;
}
