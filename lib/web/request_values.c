/* SPDX-License-Identifier: MIT */
/*
 * Pointers that are kept with a request by name (<cadre/request.h>). There are few, so they are a
 * list, looked through from the last one that was added.
 */
#include "web/request.h"

#include <errno.h>

struct cadre__request_value {
    struct cadre__request_value *next;
    const char *name; /* borrowed */
    void *value;
};

static struct cadre__request_value *find(const struct cadre_request *req, const char *name)
{
    struct cadre__request_value *found = req->extras != NULL ? req->extras->values : NULL;

    while (found != NULL && found->name != name && strcmp(found->name, name) != 0)
        found = found->next;
    return found;
}

int cadre_request_set(struct cadre_request *req, const char *name, void *value)
{
    struct cadre__request_extras *extras;
    struct cadre__request_value *kept;

    cadre__request_check(req);
    kept = find(req, name);
    if (kept != NULL) {
        kept->value = value;
        return 0;
    }
    extras = cadre__request_extras(req);
    kept = extras != NULL ? cadre__arena_alloc(req->arena, sizeof(*kept)) : NULL;
    if (kept == NULL)
        return -ENOMEM;
    *kept = (struct cadre__request_value){.next = extras->values, .name = name, .value = value};
    extras->values = kept;
    return 0;
}

void *cadre_request_get(const struct cadre_request *req, const char *name)
{
    const struct cadre__request_value *kept;

    cadre__request_check(req);
    kept = find(req, name);
    return kept != NULL ? kept->value : NULL;
}
