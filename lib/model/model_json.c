/* SPDX-License-Identifier: MIT */
/*
 * model/model_json: <cadre/model_json.h>, for authors of modules.
 */
#include "config.h"

#include <cadre/model_json.h>

#include <errno.h>
#include <string.h>

#include "model/json_read.h"
#include "model/json_write.h"

static struct cadre__arena *inner(struct cadre_arena *arena)
{
    return (struct cadre__arena *)(void *)arena;
}

/* The issues as text in the arena; -EINVAL, or -ENOMEM. */
static int tell_problems(struct cadre_validation *validation, const char **ret)
{
    struct cadre__buf buf;
    const char *text = NULL;

    if (!ret)
        return -EINVAL;
    cadre__buf_init(&buf);
    if (cadre__issues_write(&validation->issues, &buf) == 0)
        text = cadre__arena_strndup(validation->arena, buf.data, buf.len);
    cadre__buf_done(&buf);
    if (!text)
        return -ENOMEM;
    *ret = text;
    return -EINVAL;
}

int cadre_model_from_json(const struct cadre_model *model, struct cadre_str json,
                          struct cadre_arena *arena, void *object, const char **ret_problems)
{
    const struct cadre__plan *plan = cadre__plan_of(model);
    struct cadre_validation validation = {.arena = inner(arena)};

    if (!plan)
        return -ENOEXEC;
    memset(object, 0, plan->size);
    int r = cadre__json_read_model(&validation, plan, json, NULL, object);
    return r == CADRE__INVALID || r == -EBADMSG || r == -EINVAL
               ? tell_problems(&validation, ret_problems)
               : r;
}

int cadre_model_to_json(const struct cadre_model *model, const void *object, unsigned flags,
                        struct cadre_arena *arena, struct cadre_str *ret)
{
    const struct cadre__plan *plan = cadre__plan_of(model);
    struct cadre__buf buf;

    if (!plan)
        return -ENOEXEC;
    cadre__buf_init(&buf);
    int r = cadre__json_write(plan, object, flags, inner(arena), &buf);
    if (r == 0) {
        const char *text = cadre__arena_strndup(inner(arena), buf.data, buf.len);
        if (text)
            *ret = (struct cadre_str){text, buf.len};
        else
            r = -ENOMEM;
    }
    cadre__buf_done(&buf);
    return r;
}
