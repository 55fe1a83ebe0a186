/* SPDX-License-Identifier: MIT */
/*
 * The status as the control socket answers it; see control_status.h.
 */
#include "config.h"

#include "master/control_status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ipc/snapshot.h"
#include "master/child.h"
#include "master/control.h"
#include "master/control_commands.h"
#include "master/machine.h"
#include "master/quarantine.h"
#include "master/task_inquiry.h"

struct quarantine_list {
    json_t *list;
    uint64_t now_ns;
};

static void add_barred(const struct quarantine_view *view, void *arg)
{
    const struct quarantine_list *q = arg;
    uint64_t wait_ns = view->retry_ns > q->now_ns ? view->retry_ns - q->now_ns : 0;

    json_array_append_new(q->list,
                          json_pack("{s:s, s:s, s:i, s:b, s:f, s:I}", "module", view->module,
                                    "handler", view->handler, "generation", (int)view->generation,
                                    "tried", (int)view->probed, "retry_s",
                                    (double)(wait_ns / CADRE__NSEC_PER_MSEC) / 1000.0, "refused",
                                    (json_int_t)view->refused));
}

/* The handlers that are kept from running. */
static json_t *list_quarantine(const struct control_host *host)
{
    struct quarantine_list q = {.list = json_array(), .now_ns = host->now()};

    if (q.list != NULL)
        quarantine_each(host->quarantine, add_barred, &q);
    return q.list;
}

/* NULL: no memory. */
static json_t *describe(const struct control_host *host, bool buckets)
{
    struct cadre__snapshot snapshot;
    json_t *answer = NULL;

    if (host->snapshot(host->arg, &snapshot) == 0) {
        answer = cadre__snapshot_json(&snapshot, buckets);
        cadre__snapshot_done(&snapshot);
    }
    if (answer != NULL) {
        json_object_set_new(answer, "quarantine", list_quarantine(host));
        json_object_set_new(answer, "ok", json_true());
    }
    return answer;
}

/* --- With tasks --- */

static void answer_tasks(const struct control_host *host, struct control_client *client,
                         uint32_t inquiry, bool buckets)
{
    json_t *answer = describe(host, buckets);

    if (answer != NULL)
        task_inquiry_add_to(host->tasks, inquiry, answer);
    control_answer(client, answer, false);
}

static void settle_tasks(void *arg, struct control_client *client, struct control_note *note)
{
    const struct control_host *host = arg;

    if (task_inquiry_is_over(host->tasks, note->wanted))
        answer_tasks(host, client, note->wanted, false);
}

static void settle_tasks_with_buckets(void *arg, struct control_client *client,
                                      struct control_note *note)
{
    const struct control_host *host = arg;

    if (task_inquiry_is_over(host->tasks, note->wanted))
        answer_tasks(host, client, note->wanted, true);
}

/* Workers that have a process. How many. */
static size_t list_workers(const struct machine *m, struct task_inquiry_target *targets)
{
    size_t n = 0;

    for (uint32_t slot = 0; slot < m->high_water; slot++) {
        const struct machine_child *c = &m->children[slot];

        if (c->kind != CADRE__CHILD_WORKER || !child_has_process(c))
            continue;
        targets[n++] = (struct task_inquiry_target){.slot = slot, .pid = (uint32_t)c->pid};
    }
    return n;
}

static void ask_workers(const struct control_host *host, struct control_client *client,
                        bool buckets)
{
    struct control_note *note = control_client_note(client);
    struct task_inquiry_target *targets;
    size_t n;

    targets = calloc((size_t)host->machine->high_water + 1, sizeof(*targets));
    n = targets != NULL ? list_workers(host->machine, targets) : 0;
    if (targets == NULL || task_inquiry_begin(host->tasks, targets, n, &note->wanted) < 0) {
        control_answer(client, NULL, false);
    } else {
        note->settle = buckets ? settle_tasks_with_buckets : settle_tasks;
        note->arg = (void *)(uintptr_t)host;
    }
    free(targets);
}

void control_run_status(const struct control_host *host, struct control_client *client,
                        char *const *words)
{
    bool buckets = control_has_word(words, "buckets");

    if (control_has_word(words, "tasks"))
        ask_workers(host, client, buckets);
    else
        control_answer(client, describe(host, buckets), false);
}
