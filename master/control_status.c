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

#include "ipc/snapshot.h"
#include "master/child.h"
#include "master/control.h"
#include "master/control_commands.h"
#include "master/machine.h"
#include "master/task_inquiry.h"

/* NULL: no memory. */
static json_t *describe(const struct control_host *host, bool buckets)
{
    struct cadre__snapshot snapshot;
    json_t *answer = NULL;

    if (host->snapshot(host->arg, &snapshot) == 0) {
        answer = cadre__snapshot_json(&snapshot, buckets);
        cadre__snapshot_done(&snapshot);
    }
    if (answer != NULL)
        json_object_set_new(answer, "ok", json_true());
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
