/* SPDX-License-Identifier: MIT */
/*
 * ipc/snapshot: as the text format of Prometheus, version 0.0.4.
 *
 * Each family is written once, with HELP and TYPE before its samples, as the format wants. What
 * modules count themselves follows, in the order in which it was defined.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "ipc/heritage.h"
#include "ipc/snapshot.h"

/* The latencies that are told: a bucket at each power of two of nanoseconds from this on. */
#define FIRST_TOLD_BIT 14

static double in_seconds(uint64_t ns)
{
    return (double)ns / (double)CADRE__NSEC_PER_SEC;
}

static void begin(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    begin(out, name, type, help);
    fprintf(out, "%s %" PRIu64 "\n", name, value);
}

/* A label's value: backslash, quote and line feed are escaped. */
static void put_label(FILE *out, const char *value)
{
    for (const char *c = value; *c; c++) {
        if (*c == '\\' || *c == '"')
            fputc('\\', out);
        if (*c == '\n')
            fputs("\\n", out);
        else
            fputc(*c, out);
    }
}

static void put_server(FILE *out, const struct cadre__snapshot *snapshot)
{
    const struct cadre__status_server *server = &snapshot->server;

    begin(out, "cadre_info", "gauge", "The version of the master.");
    fputs("cadre_info{version=\"", out);
    put_label(out, server->version);
    fputs("\"} 1\n", out);
    begin(out, "cadre_start_time_seconds", "gauge",
          "When the master started, in seconds since 1970.");
    fprintf(out, "cadre_start_time_seconds %.3f\n", in_seconds(server->started_unix_ns));
    one(out, "cadre_ready", "gauge", "1 while requests are to be sent here.",
        *cadre__snapshot_not_ready(snapshot) == '\0');
    one(out, "cadre_generation", "gauge", "The number of the current generation.",
        server->generation);
    one(out, "cadre_generations", "gauge", "Generations that have processes.",
        server->n_generations);
    one(out, "cadre_quarantined_handlers", "gauge",
        "Handlers that are kept from running since workers died of them.", snapshot->n_barred);
    begin(out, "cadre_workers", "gauge", "Workers of the current generation.");
    fprintf(out, "cadre_workers{state=\"wanted\"} %u\ncadre_workers{state=\"serving\"} %u\n",
            server->workers, server->serving);
    begin(out, "cadre_reloads_total", "counter", "Reloads, by their result.");
    fprintf(out,
            "cadre_reloads_total{result=\"done\"} %" PRIu64
            "\ncadre_reloads_total{result=\"failed\"} %" PRIu64 "\n",
            server->reloads_done, server->reloads_failed);
    one(out, "cadre_worker_starts_total", "counter", "Worker processes that were started.",
        server->starts);
    begin(out, "cadre_worker_deaths_total", "counter",
          "Worker processes that ended without being told to, by the cause.");
    for (unsigned i = 0; i < CADRE__DEATHS; i++)
        fprintf(out, "cadre_worker_deaths_total{cause=\"%s\"} %" PRIu64 "\n", cadre__death_name(i),
                server->deaths[i]);
}

static void put_latency(FILE *out, const struct cadre__traffic_sum *sum)
{
    uint64_t below = 0, total = 0;
    unsigned bit = FIRST_TOLD_BIT;

    begin(out, "cadre_request_duration_seconds", "histogram",
          "Time from a request's head to the end of its answer.");
    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        total += sum->latency[i];
    for (unsigned i = 0; i < CADRE__LATENCY_BUCKETS - 1; i++) {
        below += sum->latency[i];
        if (cadre__latency_end(i) != UINT64_C(1) << bit)
            continue;
        fprintf(out, "cadre_request_duration_seconds_bucket{le=\"%.9g\"} %" PRIu64 "\n",
                in_seconds(UINT64_C(1) << bit), below);
        bit++;
    }
    fprintf(out,
            "cadre_request_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64
            "\ncadre_request_duration_seconds_sum %.9f"
            "\ncadre_request_duration_seconds_count %" PRIu64 "\n",
            total, in_seconds(sum->time_ns), total);
}

static void put_traffic(FILE *out, const struct cadre__snapshot *snapshot)
{
    static const char *const classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    const struct cadre__traffic_sum *sum = &snapshot->total;

    one(out, "cadre_requests_total", "counter", "Requests that handlers were called for.",
        sum->requests);
    begin(out, "cadre_responses_total", "counter",
          "The same, by the class of the answer's status; none where no answer was sent.");
    for (unsigned i = 0; i < 6; i++)
        fprintf(out, "cadre_responses_total{class=\"%s\"} %" PRIu64 "\n", classes[i],
                sum->responses[i]);
    one(out, "cadre_requests_lost_total", "counter",
        "Requests that were cut off: cancelled at the end of a drain, or in hand of a worker that "
        "died.",
        sum->lost + snapshot->server.lost);
    one(out, "cadre_connections_accepted_total", "counter", "Connections that workers took.",
        sum->accepted);
    one(out, "cadre_connections", "gauge", "Connections that are open.", snapshot->connections);
    one(out, "cadre_requests_in_flight", "gauge", "Requests in handlers.", snapshot->in_flight);
    put_latency(out, sum);
}

/* One family with a sample for each worker that has a process. */
static void put_workers(FILE *out, const struct cadre__snapshot *snapshot, const char *name,
                        const char *help,
                        double (*value)(const struct cadre__snapshot *,
                                        const struct cadre__snapshot_seat *))
{
    begin(out, name, "gauge", help);
    for (size_t i = 0; i < snapshot->n_seats; i++) {
        const struct cadre__snapshot_seat *s = &snapshot->seats[i];

        if (s->seat.kind != CADRE__CHILD_WORKER || s->seat.pid == 0)
            continue;
        fprintf(out, "%s{worker=\"%u\",generation=\"%u\"} %.9g\n", name, s->seat.index + 1,
                s->seat.generation, value(snapshot, s));
    }
}

static double lag_of(const struct cadre__snapshot *snapshot, const struct cadre__snapshot_seat *s)
{
    (void)snapshot;
    return in_seconds(s->lag_ns);
}

static double rss_of(const struct cadre__snapshot *snapshot, const struct cadre__snapshot_seat *s)
{
    (void)snapshot;
    return (double)s->rss_bytes;
}

static double uptime_of(const struct cadre__snapshot *snapshot,
                        const struct cadre__snapshot_seat *s)
{
    return s->seat.spawned_ns < snapshot->now_ns ? in_seconds(snapshot->now_ns - s->seat.spawned_ns)
                                                 : 0;
}

static double connections_of(const struct cadre__snapshot *snapshot,
                             const struct cadre__snapshot_seat *s)
{
    (void)snapshot;
    return s->connections;
}

char *cadre__snapshot_metrics(const struct cadre__snapshot *snapshot, size_t *ret_len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_len);
    bool failed;

    if (!out)
        return NULL;
    put_server(out, snapshot);
    put_traffic(out, snapshot);
    put_workers(out, snapshot, "cadre_worker_connections", "Connections that are open in a worker.",
                connections_of);
    put_workers(out, snapshot, "cadre_worker_loop_lag_seconds",
                "The longest turn of a worker's loop of late.", lag_of);
    put_workers(out, snapshot, "cadre_worker_resident_bytes", "Resident memory of a worker.",
                rss_of);
    put_workers(out, snapshot, "cadre_worker_uptime_seconds", "Since a worker was started.",
                uptime_of);
    if (snapshot->sources.counters)
        cadre__counters_format(snapshot->sources.counters, out);
    failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
