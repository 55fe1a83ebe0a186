/* SPDX-License-Identifier: MIT */
/*
 * ipc/snapshot: as JSON. docs/control.md lists the members; what is there stays, more may come.
 */
#include "config.h"

#include <jansson.h>
#include <stdint.h>

#include "base/build.h"
#include "base/clock.h"
#include "ipc/heritage.h"
#include "ipc/json_text.h"
#include "ipc/snapshot.h"

/* Seconds, to the millisecond. */
static json_t *seconds(uint64_t ns)
{
    uint64_t ms = ns / CADRE__NSEC_PER_MSEC;

    return json_real((double)ms / 1000.0);
}

/* Milliseconds, to the microsecond. */
static json_t *milliseconds(uint64_t ns)
{
    uint64_t us = ns / CADRE__NSEC_PER_USEC;

    return json_real((double)us / 1000.0);
}

static uint64_t since(const struct cadre__snapshot *snapshot, uint64_t ns)
{
    return ns != 0 && ns < snapshot->now_ns ? snapshot->now_ns - ns : 0;
}

static json_t *until(const struct cadre__snapshot *snapshot, uint64_t ns)
{
    if (ns == 0 || ns == CADRE__NEVER)
        return json_null();
    return seconds(ns > snapshot->now_ns ? ns - snapshot->now_ns : 0);
}

/* Of no request there is none. */
static json_t *milliseconds_of(const struct cadre__traffic_sum *sum, uint64_t ns)
{
    return sum->requests > 0 ? milliseconds(ns) : json_null();
}

static json_t *latency(const struct cadre__traffic_sum *sum, bool buckets)
{
    uint64_t p50_ns = cadre__latency_quantile(sum->latency, 500);
    uint64_t p99_ns = cadre__latency_quantile(sum->latency, 990);
    uint64_t mean_ns = sum->requests > 0 ? sum->time_ns / sum->requests : 0;
    json_t *list,
        *object = json_pack("{s:o, s:o, s:o}", "p50_ms", milliseconds_of(sum, p50_ns), "p99_ms",
                            milliseconds_of(sum, p99_ns), "mean_ms", milliseconds_of(sum, mean_ns));

    if (!object || !buckets)
        return object;
    list = json_array();
    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        json_array_append_new(list, json_integer((json_int_t)sum->latency[i]));
    json_object_set_new(object, "buckets", list);
    return object;
}

static json_t *responses(const struct cadre__traffic_sum *sum)
{
    static const char *const names[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    json_t *object = json_object();

    for (unsigned i = 0; i < 6; i++)
        json_object_set_new(object, names[i], json_integer((json_int_t)sum->responses[i]));
    return object;
}

static json_t *totals(const struct cadre__snapshot *snapshot, bool buckets)
{
    const struct cadre__traffic_sum *sum = &snapshot->total;
    uint64_t lost = sum->lost + snapshot->server.lost;
    json_t *deaths = json_object();

    for (unsigned i = 0; i < CADRE__DEATHS; i++)
        json_object_set_new(deaths, cadre__death_name(i),
                            json_integer((json_int_t)snapshot->server.deaths[i]));
    return json_pack("{s:I, s:I, s:I, s:o, s:o, s:I, s:o, s:I, s:I}", "requests",
                     (json_int_t)sum->requests, "lost", (json_int_t)lost, "accepted",
                     (json_int_t)sum->accepted, "responses", responses(sum), "latency",
                     latency(sum, buckets), "worker_starts", (json_int_t)snapshot->server.starts,
                     "worker_deaths", deaths, "reloads", (json_int_t)snapshot->server.reloads_done,
                     "reloads_failed", (json_int_t)snapshot->server.reloads_failed);
}

static json_t *process(const struct cadre__snapshot *snapshot, const struct cadre__snapshot_seat *s,
                       bool buckets)
{
    const struct cadre__status_seat *seat = &s->seat;
    const char *kind = cadre__child_kind_name(seat->kind);
    bool lives = seat->pid != 0;

    return json_pack(
        "{s:s, s:i, s:i, s:o, s:o, s:o, s:b, s:b, s:b, s:i, s:b, s:o, s:o, s:i, s:i, s:b, s:I, s:I, s:I, "
        "s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
        "kind", kind ? kind : "unknown", "number", (int)seat->index + 1, "generation",
        (int)seat->generation, "pid", lives ? json_integer(seat->pid) : json_null(), "state",
        cadre__json_of_text(seat->state), "uptime_s",
        lives ? seconds(since(snapshot, seat->spawned_ns)) : json_null(), "leaving",
        (seat->flags & CADRE__SEAT_LEAVING) != 0, "spare", (seat->flags & CADRE__SEAT_SPARE) != 0,
        "recycled", (seat->flags & CADRE__SEAT_WORN) != 0, "failures", (int)seat->failures,
        "crash_loop", (seat->flags & CADRE__SEAT_CRASH_LOOP) != 0, "starts_in_s",
        lives ? json_null() : until(snapshot, seat->deadline_ns), "deadline_s",
        lives ? until(snapshot, seat->deadline_ns) : json_null(), "connections",
        (int)s->connections, "in_flight", (int)s->in_flight, "gated", (int)s->gated, "requests",
        (json_int_t)s->traffic.requests, "accepted", (json_int_t)s->traffic.accepted, "lost",
        (json_int_t)s->traffic.lost, "rss_bytes", (json_int_t)s->rss_bytes, "latency",
        latency(&s->traffic, buckets), "loop_lag_ms", milliseconds(s->lag_ns), "held_ms",
        milliseconds(s->held_ns), "handler", cadre__json_of_text_or_null(s->handler), "phase",
        cadre__json_of_text_or_null(s->phase), "reason", cadre__json_of_text_or_null(seat->reason));
}

/* What its processes still have in hand, of one generation. */
static void hold(const struct cadre__snapshot *snapshot, uint32_t generation, json_t *object)
{
    json_int_t connections = 0, in_flight = 0;

    for (size_t i = 0; i < snapshot->n_seats; i++) {
        const struct cadre__snapshot_seat *s = &snapshot->seats[i];

        if (s->seat.generation != generation || s->seat.kind != CADRE__CHILD_WORKER)
            continue;
        connections += s->connections;
        in_flight += s->in_flight;
    }
    json_object_set_new(object, "connections", json_integer(connections));
    json_object_set_new(object, "in_flight", json_integer(in_flight));
}

static json_t *generation(const struct cadre__snapshot *snapshot,
                          const struct cadre__status_generation *g)
{
    json_t *object = json_pack("{s:i, s:s, s:o, s:i, s:i, s:i, s:i, s:o}", "id", (int)g->id,
                               "state", cadre__generation_phase_name(g->phase), "age_s",
                               seconds(since(snapshot, g->born_ns)), "workers", (int)g->workers,
                               "serving", (int)g->serving, "ready", (int)g->ready, "processes",
                               (int)g->processes, "deadline_s", until(snapshot, g->deadline_ns));

    if (object)
        hold(snapshot, g->id, object);
    return object;
}

static json_t *last_reload(const struct cadre__snapshot *snapshot)
{
    const struct cadre__status_server *server = &snapshot->server;

    if (server->reload_ended_ns == 0)
        return json_null();
    return json_pack("{s:b, s:o, s:o}", "ok", server->reload_failed == 0, "ago_s",
                     seconds(since(snapshot, server->reload_ended_ns)), "reason",
                     cadre__json_of_text_or_null(server->reload_reason));
}

static json_t *barred(const struct cadre__snapshot *snapshot,
                      const struct cadre__quarantine_view *view)
{
    return json_pack(
        "{s:o, s:o, s:i, s:b, s:o, s:I}", "module", cadre__json_of_text(view->module), "handler",
        cadre__json_of_text(view->handler), "generation", (int)view->generation, "tried",
        (int)view->probed, "retry_s",
        seconds(view->retry_ns > snapshot->now_ns ? view->retry_ns - snapshot->now_ns : 0),
        "refused", (json_int_t)view->refused);
}

struct json_t *cadre__snapshot_json(const struct cadre__snapshot *snapshot, bool buckets)
{
    const struct cadre__status_server *server = &snapshot->server;
    json_t *generations = json_array(), *workers = json_array(), *others = json_array();
    json_t *quarantine = json_array();

    for (uint32_t i = 0; i < server->n_generations; i++)
        json_array_append_new(generations, generation(snapshot, &server->generations[i]));
    for (size_t i = 0; i < snapshot->n_seats; i++) {
        bool worker = snapshot->seats[i].seat.kind == CADRE__CHILD_WORKER;

        json_array_append_new(worker ? workers : others,
                              process(snapshot, &snapshot->seats[i], buckets && worker));
    }
    for (size_t i = 0; i < snapshot->n_barred; i++)
        json_array_append_new(quarantine, barred(snapshot, &snapshot->barred[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:i, s:o, s:I, s:o, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o, "
        "s:o, s:o, s:o}",
        "version", cadre__json_of_text(server->version), "state",
        cadre__json_of_text(server->state), "status", cadre__json_of_text(server->text), "pid",
        (int)server->pid, "conf", cadre__json_of_text(server->conf_path), "started",
        (json_int_t)(server->started_unix_ns / CADRE__NSEC_PER_SEC), "uptime_s",
        seconds(since(snapshot, server->started_ns)), "generation", (int)server->generation,
        "workers_wanted", (int)server->workers, "workers_serving", (int)server->serving,
        "connections", (int)snapshot->connections, "in_flight", (int)snapshot->in_flight,
        "last_reload", last_reload(snapshot), "generations", generations, "workers", workers,
        "others", others, "quarantine", quarantine, "totals", totals(snapshot, buckets));
}
