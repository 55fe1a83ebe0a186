/* SPDX-License-Identifier: MIT */
/*
 * lib/async/task_list.c: the list of live coroutines as modules see it. See <cadre/task_list.h>.
 */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>

#include <cadre/task_list.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"

struct listing {
    void (*fn)(const struct cadre_task_info *info, void *arg);
    void *arg;
    uint64_t now_ns;
};

static void list_one(const struct cadre__coroutine_info *info, void *arg)
{
    const struct listing *listing = arg;
    bool runs = info->state == CADRE__COROUTINE_RUNNING || !info->where;
    const struct cadre_task_info public = {
        .name = info->name,
        .where = runs ? NULL : info->where,
        .since_ns = runs ? 0 : info->since_ns,
        .waiting_ns = runs ? 0 : listing->now_ns - info->since_ns,
        .cancels = info->cancels,
    };

    listing->fn(&public, listing->arg);
}

size_t cadre_tasks(void (*fn)(const struct cadre_task_info *info, void *arg), void *arg)
{
    const struct cadre__loop *loop = cadre__loop_current();

    if (!loop)
        return 0;
    if (fn) {
        struct listing listing = {.fn = fn, .arg = arg, .now_ns = cadre__loop_now(loop)};

        cadre__coroutine_each(loop, list_one, &listing);
    }
    return cadre__coroutine_count(loop);
}

static void log_one(const struct cadre_task_info *info, void *arg)
{
    (void)arg;
    if (info->where)
        cadre__log(CADRE_LOG_NOTICE, "task \"%s\" has been in %s for %" PRIu64 " ms%s", info->name,
                   info->where, info->waiting_ns / CADRE__NSEC_PER_MSEC,
                   info->cancels > 0 ? ", and was cancelled" : "");
    else
        cadre__log(CADRE_LOG_NOTICE, "task \"%s\" runs%s", info->name,
                   info->cancels > 0 ? ", and was cancelled" : "");
}

void cadre_tasks_log(void)
{
    (void)cadre_tasks(log_one, NULL);
}
