/* SPDX-License-Identifier: MIT */
/*
 * ipc/snapshot: the server at one moment, gathered from the shared areas.
 *
 * One struct for all who tell how the server is: the master's control socket and the reporter's
 * pages. Taken without asking any process, so it is there while every worker hangs. JSON
 * (snapshot_json.c) and the Prometheus text (snapshot_metrics.c) are made from it.
 *
 * Reads a file of /proc for each process, which does not wait for that process. Never suspends;
 * any process, any thread.
 */
#ifndef CADRE_IPC_SNAPSHOT_H
#define CADRE_IPC_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "ipc/quarantine.h"
#include "ipc/scoreboard.h"
#include "ipc/status.h"
#include "ipc/traffic.h"

/* A worker whose loop is in one turn for longer answers nobody. */
#define CADRE__SNAPSHOT_STUCK_NS (UINT64_C(1) * 1000000000)

struct cadre__counters;
struct json_t;

/* Where it is taken from; borrowed. */
struct cadre__snapshot_sources {
    const struct cadre__scoreboard *board;
    const struct cadre__traffic_area *traffic;
    const struct cadre__status_area *status;
    const struct cadre__counters *counters;
    const struct cadre__quarantine *quarantine; /* NULL: nothing is ever barred */
};

/* A seat and the process in it. */
struct cadre__snapshot_seat {
    uint32_t slot;
    struct cadre__status_seat seat;
    struct cadre__traffic_sum traffic; /* of this process; of the last one where there is none */
    uint32_t connections;
    uint32_t in_flight;
    bool gated;                           /* it does not accept: at a limit */
    uint64_t held_ns;                     /* so long has its loop been in one turn; 0: it waits */
    uint64_t lag_ns;                      /* the longest turn of late */
    char phase[CADRE__SCORE_TEXT_SIZE];   /* "startup of module shop"; "" */
    char handler[CADRE__SCORE_TEXT_SIZE]; /* "shop:read_item": that holds the loop; "" */
    uint64_t rss_bytes;                   /* 0: unknown */
};

struct cadre__snapshot {
    uint64_t now_ns; /* monotonic */
    struct cadre__status_server server;
    struct cadre__traffic_sum total; /* since the server started, over upgrades */
    uint32_t connections, in_flight; /* of all workers */
    size_t n_seats;
    struct cadre__snapshot_seat *seats; /* newest generation first, then by number, then by age */
    size_t n_barred;
    struct cadre__quarantine_view *barred; /* handlers that are kept from running, by name */
    struct cadre__snapshot_sources sources;
};

/* Takes one. 0 or -ENOMEM. */
int cadre__snapshot_take(const struct cadre__snapshot_sources *sources, uint64_t now_ns,
                         struct cadre__snapshot *ret) CADRE_MUST_CHECK;

void cadre__snapshot_done(struct cadre__snapshot *snapshot);

/* Whether requests are to be sent here: a worker accepts and is not stuck, and the server does not
 * stop. "", or why not, in a few words. */
const char *cadre__snapshot_not_ready(const struct cadre__snapshot *snapshot);

/* Whether the first generation has been up as a whole. "", or why not. */
const char *cadre__snapshot_not_started(const struct cadre__snapshot *snapshot);

/* As a JSON object, the caller's; NULL: ENOMEM. With `buckets` the counts of all latencies are in
 * it, so that who asks again can tell those in between. docs/control.md lists its members. */
struct json_t *cadre__snapshot_json(const struct cadre__snapshot *snapshot, bool buckets);

/* In the text format of Prometheus, version 0.0.4, the registry of counters included. The caller
 * frees it. NULL: ENOMEM. */
char *cadre__snapshot_metrics(const struct cadre__snapshot *snapshot, size_t *ret_len);

#endif
