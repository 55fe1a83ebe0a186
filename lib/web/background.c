/* SPDX-License-Identifier: MIT */
/*
 * Work behind a response: <cadre/background.h>, web/background.h. The list is on the heap, since it
 * outlives the request; until it is started the request owns it.
 */
#include "web/background.h"

#include "async/coroutine.h"
#include "base/list.h"
#include "base/log.h"
#include "web/app.h"
#include "web/request.h"
#include <cadre/background.h>
#include <cadre/error.h>
#include <cadre/task.h>
#include <cadre/thread.h>
#include <errno.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    struct cadre_background task;
};

struct cadre__background {
    struct entry *first;
    struct entry **end;              /* where the next one goes */
    struct cadre__arena *arena;      /* whose end frees it, until it runs */
    struct cadre__behind behind;     /* once it runs */
    char id[CADRE__REQUEST_ID_SIZE]; /* of the request, for the log */
};

static void free_task(const struct cadre_background *task)
{
    if (task->free_arg != NULL)
        task->free_arg(task->arg);
}

static void free_tasks(struct cadre__background *list)
{
    while (list->first != NULL) {
        struct entry *entry = list->first;

        list->first = entry->next;
        free_task(&entry->task);
        free(entry);
    }
}

static void free_list(void *arg)
{
    free_tasks(arg);
    free(arg);
}

/* --- adding --- */

static struct cadre__background *list_of(struct cadre_request *req)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);
    struct cadre__background *list;

    if (extras == NULL || extras->background != NULL)
        return extras != NULL ? extras->background : NULL;
    list = calloc(1, sizeof(*list));
    if (list == NULL || cadre__arena_defer(req->arena, free_list, list) < 0) {
        free(list);
        return NULL;
    }
    list->end = &list->first;
    list->arena = req->arena; /* that of the request changes with the first thread */
    extras->background = list;
    return list;
}

int cadre_background_add(struct cadre_request *req, const struct cadre_background *task)
{
    struct cadre__background *list = NULL;
    struct entry *entry = NULL;

    cadre__request_check(req);
    if (task->fn != NULL) {
        list = list_of(req);
        entry = calloc(1, sizeof(*entry));
    }
    if (list == NULL || entry == NULL) {
        free(entry);
        free_task(task);
        return task->fn == NULL ? -EINVAL : -ENOMEM;
    }
    entry->task = *task;
    *list->end = entry;
    list->end = &entry->next;
    return 0;
}

/* --- running --- */

static void log_failure(const struct cadre__background *list, const struct cadre_background *task,
                        int error)
{
    const struct cadre_log_field id = cadre_log_str("request_id", cadre_str_from(list->id));

    cadre_log_fields(CADRE_LOG_ERROR, NULL, &id, 1, "background task \"%s\" failed: %s",
                     task->name != NULL ? task->name : "unnamed", cadre_strerror(error));
}

/* Whether the work was cut since its runner had had so many requests to end: apart from a task that
 * has failed with -ECANCELED by itself, as behind the cancel of something of its own. */
static bool is_cut(const struct cadre__background *list, unsigned cancels)
{
    const struct cadre__coroutine *co = list->behind.runner;

    return list->behind.cancelled || (co != NULL && (cadre__coroutine_cancels(co) > cancels ||
                                                     cadre__coroutine_is_in_cancelled_scope(co)));
}

int cadre__background_run(struct cadre__background *list, int r)
{
    struct cadre__coroutine *co = cadre__coroutine_current();
    unsigned cancels = co != NULL ? cadre__coroutine_cancels(co) : 0;
    int error = r;

    list->behind.runner = co;
    while (r == 0 && !is_cut(list, cancels) && list->first != NULL) {
        struct entry *entry = list->first;
        const struct cadre_background *task = &entry->task;
        int result = 0;

        if (error == 0 || task->always)
            result = task->sync ? cadre_to_thread(task->fn, task->arg) : task->fn(task->arg);
        if (result < 0 && !(result == -ECANCELED && is_cut(list, cancels)))
            log_failure(list, task, result);
        if (result < 0 && error == 0)
            error = result;
        list->first = entry->next;
        free_task(task);
        free(entry);
    }
    return is_cut(list, cancels) ? -ECANCELED : error;
}

/* In a task of nobody's. */
static int run_alone(void *arg)
{
    struct cadre__background *list = arg;
    int r;

    list->behind.runner = cadre__coroutine_current();
    r = list->behind.cancelled ? -ECANCELED : cadre_yield(); /* the response goes first */
    r = cadre__background_run(list, r);
    list->behind.runner = NULL;
    return r == -ECANCELED ? r : 0;
}

static void tell(const struct cadre__background_set *set, bool begins)
{
    if (set->hooks != NULL && set->hooks->on_background != NULL)
        set->hooks->on_background(set->hooks_arg, begins);
}

void cadre__behind_begin(struct cadre__behind *behind, struct cadre__background_set *set,
                         struct cadre__coroutine *runner)
{
    behind->set = set;
    behind->runner = runner;
    behind->cancelled = set->cancelled;
    cadre__list_push_back(&set->running, &behind->link);
    tell(set, true);
}

void cadre__behind_end(struct cadre__behind *behind)
{
    cadre__list_remove(&behind->link);
    tell(behind->set, false);
}

void cadre__background_end(struct cadre__background *list)
{
    free_tasks(list);
    cadre__behind_end(&list->behind);
    free(list);
}

static void end_alone(void *arg)
{
    cadre__background_end(arg);
}

void cadre__background_set_init(struct cadre__background_set *set,
                                const struct cadre__app_hooks *hooks, void *hooks_arg)
{
    cadre__list_init(&set->running);
    set->cancelled = false;
    set->hooks = hooks;
    set->hooks_arg = hooks_arg;
}

struct cadre__background *cadre__background_begin(struct cadre_request *req,
                                                  struct cadre__background_set *set)
{
    struct cadre__background *list = req->extras->background;

    cadre__arena_undefer(list->arena, free_list, list);
    req->extras->background = NULL;
    cadre__str_copy(list->id, sizeof(list->id), cadre_request_id(req));
    cadre__behind_begin(&list->behind, set, NULL);
    return list;
}

void cadre__background_start(struct cadre_request *req, struct cadre__background_set *set)
{
    struct cadre__background *list = cadre__background_begin(req, set);

    if (cadre_spawn_detached_named(run_alone, list, end_alone, "background") < 0)
        cadre_log(CADRE_LOG_ERROR, req, "there is no room for the tasks behind the response");
}

void cadre__background_cancel(struct cadre__background_set *set)
{
    set->cancelled = true;
    CADRE__LIST_FOREACH(link, &set->running)
    {
        struct cadre__behind *behind = CADRE__CONTAINER_OF(link, struct cadre__behind, link);

        behind->cancelled = true;
        if (behind->runner != NULL)
            cadre__coroutine_cancel(behind->runner);
    }
}
