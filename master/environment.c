/* SPDX-License-Identifier: MIT */
/*
 * The environment of children; see environment.h.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/server_conf.h"
#include "master/environment.h"

/* What systemd says to the process that it started, and to nobody else. */
static const char *const private_names[] = {
    "NOTIFY_SOCKET",
    "LISTEN_PID",
    "LISTEN_PIDFDID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "MAINPID",
    "MANAGERPID",
    "MANAGERPIDFDID",
    "SYSTEMD_EXEC_PID",
    "FDSTORE",
    "MEMORY_PRESSURE_WATCH",
    "MEMORY_PRESSURE_WRITE",
};

/* What a child gets in any case. */
static const char *const basic_names[] = {"PATH", "LANG", "TZ"};

static bool is_one_of(const char *name, size_t len, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return true;
    return false;
}

bool environment_is_private(const char *name, size_t len)
{
    return is_one_of(name, len, private_names, sizeof(private_names) / sizeof(private_names[0]));
}

static bool is_basic(const char *name, size_t len)
{
    return is_one_of(name, len, basic_names, sizeof(basic_names) / sizeof(basic_names[0]));
}

static size_t name_len(const char *entry)
{
    return strcspn(entry, "=");
}

/* The entry of a name of LEN bytes, or NULL. */
static char **find(char *const *list, const char *name, size_t len)
{
    for (char *const *p = list; *p != NULL; p++)
        if (name_len(*p) == len && memcmp(*p, name, len) == 0)
            return (char **)(uintptr_t)p;
    return NULL;
}

/* Sets or adds ENTRY; LIST has room. False: out of memory. */
static bool put(char **list, size_t *n, const char *entry)
{
    char **old = find(list, entry, name_len(entry));
    char *copy = strdup(entry);

    if (copy == NULL)
        return false;
    if (old != NULL) {
        free(*old);
        *old = copy;
        return true;
    }
    list[(*n)++] = copy;
    list[*n] = NULL;
    return true;
}

static bool put_inherited(char **list, size_t *n, char *const *base, bool inherit)
{
    for (char *const *p = base; *p != NULL; p++) {
        size_t len = name_len(*p);

        if (environment_is_private(*p, len) || !(inherit || is_basic(*p, len)))
            continue;
        if (!put(list, n, *p))
            return false;
    }
    return true;
}

static bool put_entries(char **list, size_t *n, char *const *base,
                        const struct cadre__conf_strings *entries)
{
    for (size_t i = 0; i < entries->n; i++) {
        const char *entry = entries->list[i];

        if (strchr(entry, '=') == NULL) {
            char **own = find(base, entry, strlen(entry));

            if (own == NULL)
                continue;
            entry = *own;
        }
        if (!put(list, n, entry))
            return false;
    }
    return true;
}

char **environment_new(char *const *base, bool inherit, const struct cadre__conf_strings *entries)
{
    size_t size = entries->n + 1, n = 0;
    char **list;

    for (char *const *p = base; *p != NULL; p++)
        size++;
    list = calloc(size, sizeof(*list));
    if (list == NULL)
        return NULL;
    if (!put_inherited(list, &n, base, inherit) || !put_entries(list, &n, base, entries)) {
        environment_free(list);
        return NULL;
    }
    return list;
}

void environment_free(char **list)
{
    if (list == NULL)
        return;
    for (char **p = list; *p != NULL; p++)
        free(*p);
    free(list);
}
