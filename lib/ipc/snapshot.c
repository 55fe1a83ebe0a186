/* SPDX-License-Identifier: MIT */
/*
 * ipc/snapshot: gathers. See snapshot.h.
 */
#include "config.h"

#include "ipc/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "ipc/heritage.h"

/* Resident memory of a process, as /proc/PID/statm says; 0: unknown. */
static uint64_t resident(uint32_t pid)
{
    char path[40], text[128];
    unsigned long long pages = 0;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%u/statm", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof(text) - 1);
    cadre__fd_close(&fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    if (sscanf(text, "%*u %llu", &pages) != 1)
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

static void read_score(const struct cadre__score *score, uint64_t now_ns,
                       struct cadre__snapshot_seat *s)
{
    uint64_t turn_ns = LOAD(score->turn_ns);

    s->connections = LOAD(score->connections);
    s->in_flight = LOAD(score->in_flight);
    s->gated = LOAD(score->gated) != 0;
    s->lag_ns = LOAD(score->lag_ns);
    (void)cadre__score_get_text(&score->phase, s->phase);
    if (LOAD(score->waiting) == 0 && turn_ns != 0 && turn_ns < now_ns) {
        s->held_ns = now_ns - turn_ns;
        (void)cadre__score_get_text(&score->handler, s->handler);
        if (s->held_ns > s->lag_ns)
            s->lag_ns = s->held_ns;
    }
}

/* Fills a seat. False: the slot is free. */
static bool read_seat(const struct cadre__snapshot *snapshot, uint32_t slot,
                      struct cadre__snapshot_seat *ret)
{
    const struct cadre__snapshot_sources *from = &snapshot->sources;

    *ret = (struct cadre__snapshot_seat){.slot = slot};
    (void)cadre__status_read_seat(from->status, slot, &ret->seat);
    if (!ret->seat.used)
        return false;
    cadre__traffic_add_own(from->traffic, slot, &ret->traffic);
    if (ret->seat.pid != 0) {
        read_score(&from->board->slot[slot], snapshot->now_ns, ret);
        ret->rss_bytes = resident(ret->seat.pid);
    }
    return true;
}

/* The newest generation first, in it by number; of one number the older one first. */
static int compare_seats(const void *a, const void *b)
{
    const struct cadre__status_seat *x = &((const struct cadre__snapshot_seat *)a)->seat;
    const struct cadre__status_seat *y = &((const struct cadre__snapshot_seat *)b)->seat;

    if (x->generation != y->generation)
        return x->generation > y->generation ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    if (x->spawned_ns != y->spawned_ns)
        return x->spawned_ns < y->spawned_ns ? -1 : 1;
    return ((const struct cadre__snapshot_seat *)a)->slot <
                   ((const struct cadre__snapshot_seat *)b)->slot
               ? -1
               : 1;
}

static int compare_barred(const void *a, const void *b)
{
    const struct cadre__quarantine_view *x = a, *y = b;
    int r = strcmp(x->module, y->module);

    return r != 0 ? r : strcmp(x->handler, y->handler);
}

/* 0 or -ENOMEM. */
static int read_quarantine(struct cadre__snapshot *snapshot)
{
    const struct cadre__quarantine *q = snapshot->sources.quarantine;

    if (!q || cadre__quarantine_is_empty(q))
        return 0;
    snapshot->barred = calloc(CADRE__QUARANTINE_MAX, sizeof(*snapshot->barred));
    if (!snapshot->barred)
        return -ENOMEM;
    snapshot->n_barred = cadre__quarantine_list(q, snapshot->barred, CADRE__QUARANTINE_MAX);
    qsort(snapshot->barred, snapshot->n_barred, sizeof(*snapshot->barred), compare_barred);
    return 0;
}

int cadre__snapshot_take(const struct cadre__snapshot_sources *sources, uint64_t now_ns,
                         struct cadre__snapshot *ret)
{
    uint32_t slots = cadre__scoreboard_slots(sources->board);
    struct cadre__snapshot snapshot = {.now_ns = now_ns, .sources = *sources};

    snapshot.seats = calloc((size_t)slots + 1, sizeof(*snapshot.seats));
    if (!snapshot.seats || read_quarantine(&snapshot) < 0) {
        cadre__snapshot_done(&snapshot);
        return -ENOMEM;
    }
    (void)cadre__status_read_server(sources->status, &snapshot.server);
    cadre__traffic_add_inherited(sources->traffic, &snapshot.total);
    for (uint32_t slot = 0; slot < slots; slot++) {
        struct cadre__snapshot_seat *seat = &snapshot.seats[snapshot.n_seats];

        cadre__traffic_add(sources->traffic, slot, &snapshot.total);
        if (!read_seat(&snapshot, slot, seat))
            continue;
        snapshot.n_seats++;
        if (seat->seat.kind != CADRE__CHILD_WORKER)
            continue;
        snapshot.connections += seat->connections;
        snapshot.in_flight += seat->in_flight;
    }
    qsort(snapshot.seats, snapshot.n_seats, sizeof(*snapshot.seats), compare_seats);
    *ret = snapshot;
    return 0;
}

void cadre__snapshot_done(struct cadre__snapshot *snapshot)
{
    free(snapshot->seats);
    free(snapshot->barred);
    snapshot->seats = NULL;
    snapshot->barred = NULL;
    snapshot->n_seats = snapshot->n_barred = 0;
}

const char *cadre__snapshot_not_ready(const struct cadre__snapshot *snapshot)
{
    if (snapshot->server.stopping)
        return "the server stops";
    if (snapshot->server.serving == 0)
        return snapshot->server.started ? "no worker serves" : "the server starts";
    for (size_t i = 0; i < snapshot->n_seats; i++) {
        const struct cadre__snapshot_seat *s = &snapshot->seats[i];

        if (s->seat.kind == CADRE__CHILD_WORKER && strcmp(s->seat.state, "serving") == 0 &&
            s->held_ns < CADRE__SNAPSHOT_STUCK_NS)
            return "";
    }
    return "every worker is stuck";
}

const char *cadre__snapshot_not_started(const struct cadre__snapshot *snapshot)
{
    return snapshot->server.started ? "" : "the server starts";
}
