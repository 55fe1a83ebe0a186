/* SPDX-License-Identifier: MIT */
/*
 * The pages of the reporter, as an application behind the gateway: what is asked for on
 * status_listen. docs/status.md tells them to users.
 *
 *   GET /live         200 while the server lives
 *   GET /ready        200 while requests are to be sent here, else 503
 *   GET /startup      200 once the first generation was up as a whole, before that 503
 *   GET /metrics      the text format of Prometheus, version 0.0.4
 *   GET /status.json  all that `cadre status --json` says
 *
 * All is taken from the shared areas (ipc/snapshot.h), so no page waits for a worker.
 */
#ifndef WORKER_REPORT_APP_H
#define WORKER_REPORT_APP_H

#include "gateway/gateway.h"
#include "ipc/snapshot.h"

struct report_app {
    struct cadre__snapshot_sources sources; /* borrowed */
    uint64_t (*now)(void);                  /* monotonic, in ns */
};

/* A cadre__app_fn; `app` is a struct report_app. May suspend in send. */
int report_app_call(void *app, const struct cadre__scope *scope, struct cadre__channel *channel);

#endif
