/* SPDX-License-Identifier: MIT */
/*
 * Fills a task report from the list of coroutines. worker/task_teller.h has the contract.
 */
#include "config.h"

#include "worker/task_teller.h"

#include <stdbool.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/log.h"
#include "ipc/task_report.h"
#include "worker/master_link.h"
#include "worker/request_line.h"
#include "worker/short_text.h"
#include <cadre/error.h>

struct listing {
    struct cadre__task_report *report;
    uint64_t now_ns;
};

static uint32_t state_of(const struct cadre__coroutine_info *info)
{
    switch (info->state) {
    case CADRE__COROUTINE_RUNNING:
        return CADRE__TASK_RUNS;
    case CADRE__COROUTINE_SUSPENDED:
        return CADRE__TASK_WAITS;
    case CADRE__COROUTINE_WAKING:
        break;
    }
    return CADRE__TASK_IS_DUE;
}

static bool list_one(const struct cadre__coroutine_info *info, void *arg)
{
    const struct listing *listing = arg;
    struct cadre__task_row *row = &listing->report->row[listing->report->n++];
    const struct cadre_request *req = request_of_data(info->data);

    row->state = state_of(info);
    row->cancels = info->cancels;
    row->age_ns = listing->now_ns - info->born_ns;
    if (info->where != NULL)
        row->waiting_ns = listing->now_ns - info->since_ns;
    short_text_copy(row->name, sizeof(row->name), info->name);
    short_text_copy(row->where, sizeof(row->where), info->where);
    short_text_copy(row->handler, sizeof(row->handler), info->handler);
    if (req != NULL) {
        short_text_copy(row->module, sizeof(row->module), request_module(req));
        request_line_write(req, row->request, sizeof(row->request));
    }
    return listing->report->n < CADRE__TASK_REPORT_MAX;
}

void task_teller_answer(struct master_link *link, const struct cadre__loop *loop, uint32_t id,
                        int fd)
{
    const struct cadre__msg told = {.type = CADRE__MSG_TASKS_TOLD, .tasks.id = id};
    struct listing listing = {.now_ns = cadre__loop_now(loop)};
    struct cadre__shm shm;
    int r = cadre__task_report_open(fd, &shm, &listing.report);

    if (r < 0) {
        cadre__log(CADRE_LOG_WARNING, "the master cannot be told of the tasks: %s",
                   cadre_strerror(r));
        master_link_tell_missed(link,
                                &(struct cadre__msg){.type = CADRE__MSG_TASKS, .tasks.id = id});
        return;
    }
    cadre__coroutine_oldest(loop, list_one, &listing);
    listing.report->total = (uint32_t)cadre__coroutine_count(loop);
    if (listing.report->total < listing.report->n)
        listing.report->total = listing.report->n;
    cadre__shm_done(&shm);
    master_link_tell(link, &told, -1);
}
