/* SPDX-License-Identifier: MIT */
/*
 * ipc/task_report: lays out the area and reads it. See task_report.h.
 */
#include "config.h"

#include "ipc/task_report.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "ipc/backtrace.h"

int cadre__task_report_create(struct cadre__shm *shm)
{
    struct cadre__task_report *report;
    int r = cadre__shm_create(shm, CADRE__TASK_REPORT_AREA, sizeof(*report));

    if (r < 0)
        return r;
    report = shm->addr;
    report->row_size = sizeof(report->row[0]);
    report->magic = CADRE__TASK_REPORT_MAGIC;
    return 0;
}

int cadre__task_report_open(int fd, struct cadre__shm *shm, struct cadre__task_report **ret)
{
    const struct cadre__task_report *report;
    int r = cadre__shm_attach(shm, CADRE__TASK_REPORT_AREA, fd, true);

    if (r < 0) {
        cadre__fd_close(&fd);
        return r;
    }
    report = shm->addr;
    if (shm->size < sizeof(*report) || report->magic != CADRE__TASK_REPORT_MAGIC ||
        report->row_size != sizeof(report->row[0])) {
        cadre__shm_done(shm);
        return -EPROTO;
    }
    *ret = shm->addr;
    return 0;
}

int cadre__task_report_read(const struct cadre__shm *shm, struct cadre__task_report *ret)
{
    memcpy(ret, shm->addr, sizeof(*ret));
    if (ret->n > CADRE__TASK_REPORT_MAX || ret->total < ret->n)
        return -EPROTO;
    for (uint32_t i = 0; i < ret->n; i++) {
        struct cadre__task_row *row = &ret->row[i];

        if (row->state >= CADRE__TASK_STATES)
            return -EPROTO;
        cadre__text_check(row->name, sizeof(row->name));
        cadre__text_check(row->where, sizeof(row->where));
        cadre__text_check(row->module, sizeof(row->module));
        cadre__text_check(row->handler, sizeof(row->handler));
        cadre__text_check(row->request, sizeof(row->request));
    }
    return 0;
}

const char *cadre__task_state_name(uint32_t state)
{
    static const char *const names[CADRE__TASK_STATES] = {
        [CADRE__TASK_RUNS] = "running",
        [CADRE__TASK_WAITS] = "waiting",
        [CADRE__TASK_IS_DUE] = "due",
    };
    return state < CADRE__TASK_STATES ? names[state] : "unknown";
}
