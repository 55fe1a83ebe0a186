/* SPDX-License-Identifier: MIT */
/*
 * lib/async/local.c: task-local values. See local.h and <cadre/local.h>.
 *
 * The newest value of a key is in front of older ones. A value that nobody shares is changed in
 * place, so that setting one again and again takes no more memory.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cadre/local.h>

#include "async/coroutine_internal.h"
#include "async/local.h"
#include "async/loop_internal.h"

struct cadre__local_value {
    struct cadre__local_value *next; /* an older one, held */
    unsigned refs;
    bool copied; /* the value is a copy of ours, key->free is due */
    const struct cadre_local *key;
    void *value;
};

static _Thread_local const struct cadre__local_value *thread_values;

struct cadre__local_value *cadre__locals_ref(struct cadre__local_value *values)
{
    if (values)
        values->refs++;
    return values;
}

void cadre__locals_unref(struct cadre__local_value *values)
{
    while (values && --values->refs == 0) {
        struct cadre__local_value *next = values->next;

        if (values->copied && values->key->free)
            values->key->free(values->value);
        free(values);
        values = next;
    }
}

const struct cadre__local_value *cadre__coroutine_locals(const struct cadre__coroutine *co)
{
    return co->locals;
}

void cadre__locals_enter(const struct cadre__local_value *values)
{
    thread_values = values;
}

static const struct cadre__local_value *find(const struct cadre__local_value *values,
                                             const struct cadre_local *key)
{
    while (values && values->key != key)
        values = values->next;
    return values;
}

void *cadre_local_get(const struct cadre_local *key)
{
    const struct cadre__coroutine *co = cadre__coroutine_here();
    const struct cadre__local_value *found = find(co ? co->locals : thread_values, key);

    return found ? found->value : NULL;
}

/* The key's value, where the caller is the only one to see it; else NULL. */
static struct cadre__local_value *find_own(struct cadre__local_value *values,
                                           const struct cadre_local *key)
{
    while (values && values->refs == 1 && values->key != key)
        values = values->next;
    return values && values->refs == 1 && !values->copied ? values : NULL;
}

static struct cadre__local_value *make(const struct cadre_local *key, void *value,
                                       struct cadre__local_value *next)
{
    struct cadre__local_value *made = malloc(sizeof(*made));

    if (made)
        *made = (struct cadre__local_value){.next = next, .refs = 1, .key = key, .value = value};
    return made;
}

int cadre_local_set(const struct cadre_local *key, void *value)
{
    struct cadre__coroutine *co = cadre__coroutine_here();
    struct cadre__local_value *own;

    if (!co)
        return -EDEADLK;
    own = find_own(co->locals, key);
    if (own) {
        own->value = value;
        return 0;
    }
    own = make(key, value, co->locals);
    if (!own)
        return -ENOMEM;
    co->locals = own;
    return 0;
}

int cadre__locals_detach(const struct cadre__local_value *values, struct cadre__local_value **ret)
{
    struct cadre__local_value *copies = NULL;

    for (const struct cadre__local_value *it = values; it; it = it->next) {
        struct cadre__local_value *made;

        if (!it->key->detach || find(copies, it->key))
            continue;
        made = make(it->key, NULL, copies);
        if (!made)
            goto fail;
        copies = made;
        if (!it->value)
            continue;
        made->value = it->key->detach(it->value);
        if (!made->value)
            goto fail;
        made->copied = true;
    }
    *ret = copies;
    return 0;

fail:
    cadre__locals_unref(copies);
    return -ENOMEM;
}
