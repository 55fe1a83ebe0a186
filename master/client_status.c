/* SPDX-License-Identifier: MIT */
/*
 * The status as text; see client_status.h.
 */
#include "config.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/latency.h"
#include "master/client_status.h"
#include "master/client_tasks.h"
#include "master/client_text.h"

/* --- What lies between two answers --- */

/* The object of the same process in the answer before; NULL: it is new. */
static const json_t *same_process(const json_t *before, const json_t *worker)
{
    const json_t *list = json_object_get(before, "workers");
    const json_t *other;
    size_t i;

    json_array_foreach(list, i, other)
    {
        if (client_number(other, "pid") == client_number(worker, "pid") &&
            client_number(other, "generation") == client_number(worker, "generation"))
            return other;
    }
    return NULL;
}

/* The quantile of what was counted between two answers, in ms. */
static double quantile(const json_t *object, const json_t *before, unsigned per_mille)
{
    const json_t *now = json_object_get(json_object_get(object, "latency"), "buckets");
    const json_t *then = json_object_get(json_object_get(before, "latency"), "buckets");
    uint64_t count[CADRE__LATENCY_BUCKETS];

    if (json_array_size(now) != CADRE__LATENCY_BUCKETS)
        return client_real(json_object_get(object, "latency"),
                           per_mille == 500 ? "p50_ms" : "p99_ms");
    for (size_t i = 0; i < CADRE__LATENCY_BUCKETS; i++)
        count[i] = (uint64_t)(json_integer_value(json_array_get(now, i)) -
                              json_integer_value(json_array_get(then, i)));
    return (double)cadre__latency_quantile(count, per_mille) / 1e6;
}

/* Requests a second since the answer before; a negative number: that cannot be told. */
static double rate(const json_t *object, const json_t *before, double seconds)
{
    if (before == NULL || seconds <= 0)
        return -1;
    return (double)(client_number(object, "requests") - client_number(before, "requests")) /
           seconds;
}

/* --- Parts --- */

static void print_head(FILE *out, const json_t *status)
{
    const json_t *reload = json_object_get(status, "last_reload");
    char text[CLIENT_TEXT_SIZE];

    fprintf(out, "cadre %s, pid %lld, %s, up %s\n", client_string(status, "version"),
            (long long)client_number(status, "pid"), client_string(status, "state"),
            client_age(client_real(status, "uptime_s"), text));
    fprintf(out, "%s\n", client_string(status, "status"));
    fprintf(out, "conf %s\n", client_string(status, "conf"));
    if (json_is_object(reload))
        fprintf(out, "last reload %s %s ago%s%s\n",
                json_is_true(json_object_get(reload, "ok")) ? "done" : "failed",
                client_age(client_real(reload, "ago_s"), text),
                *client_string(reload, "reason") ? ": " : "", client_string(reload, "reason"));
}

/* Told where there is more than one. */
static void print_generations(FILE *out, const json_t *status)
{
    const json_t *list = json_object_get(status, "generations");
    const json_t *g;
    size_t i;

    if (json_array_size(list) < 2)
        return;
    fprintf(out, "\n%-10s  %-8s  %7s  %7s  %5s  %9s  %s\n", "GENERATION", "STATE", "AGE", "SERVING",
            "CONNS", "IN FLIGHT", "ENDS IN");
    json_array_foreach(list, i, g)
    {
        char old[CLIENT_TEXT_SIZE], ends[CLIENT_TEXT_SIZE] = "-", serving[CLIENT_TEXT_SIZE];

        if (json_is_number(json_object_get(g, "deadline_s")))
            client_age(client_real(g, "deadline_s"), ends);
        snprintf(serving, sizeof(serving), "%lld/%lld", (long long)client_number(g, "serving"),
                 (long long)client_number(g, "workers"));
        fprintf(out, "%-10lld  %-8s  %7s  %7s  %5lld  %9lld  %s\n",
                (long long)client_number(g, "id"), client_string(g, "state"),
                client_age(client_real(g, "age_s"), old), serving,
                (long long)client_number(g, "connections"),
                (long long)client_number(g, "in_flight"), ends);
    }
}

static void print_totals(FILE *out, const json_t *status, const json_t *before)
{
    const json_t *totals = json_object_get(status, "totals");
    const json_t *totals_before = json_object_get(before, "totals");
    double seconds = client_real(status, "uptime_s") - client_real(before, "uptime_s");
    double each = rate(totals, totals_before, seconds);
    char p50[CLIENT_TEXT_SIZE], p99[CLIENT_TEXT_SIZE];

    fputc('\n', out);
    if (each >= 0)
        fprintf(out, "%.0f requests/s, ", each);
    fprintf(out, "%lld requests, %lld lost, %lld connections, %lld in flight, p50 %s, p99 %s\n",
            (long long)client_number(totals, "requests"), (long long)client_number(totals, "lost"),
            (long long)client_number(status, "connections"),
            (long long)client_number(status, "in_flight"),
            client_span(quantile(totals, totals_before, 500), p50),
            client_span(quantile(totals, totals_before, 990), p99));
}

/* What it is at: the handler that holds its loop, what it starts, when it starts again and why. */
static void print_doing(FILE *out, const json_t *worker)
{
    char text[CLIENT_TEXT_SIZE];

    if (*client_string(worker, "phase"))
        fprintf(out, "%s", client_string(worker, "phase"));
    else if (*client_string(worker, "handler") && client_real(worker, "held_ms") >= 1)
        fprintf(out, "%s for %s", client_string(worker, "handler"),
                client_span(client_real(worker, "held_ms"), text));
    else if (json_is_true(json_object_get(worker, "gated")))
        fprintf(out, "does not accept: it is full");
    if (json_is_true(json_object_get(worker, "crash_loop")))
        fprintf(out, "crash loop, ");
    if (json_is_number(json_object_get(worker, "starts_in_s")))
        fprintf(out, "starts again in %.1fs", client_real(worker, "starts_in_s"));
    if (client_number(worker, "failures") > 0 && *client_string(worker, "reason"))
        fprintf(out, ": %s", client_string(worker, "reason"));
}

static void print_worker(FILE *out, const json_t *worker, const json_t *before, double seconds,
                         bool rates)
{
    const json_t *earlier = same_process(before, worker);
    char up[CLIENT_TEXT_SIZE] = "-", p50[CLIENT_TEXT_SIZE], p99[CLIENT_TEXT_SIZE],
         rss[CLIENT_TEXT_SIZE], lag[CLIENT_TEXT_SIZE];
    char requests[CLIENT_TEXT_SIZE] = "-";
    double each = rate(worker, earlier, seconds);

    if (json_is_number(json_object_get(worker, "uptime_s")))
        client_age(client_real(worker, "uptime_s"), up);
    if (rates && each >= 0)
        snprintf(requests, sizeof(requests), "%.0f", each);
    else if (!rates)
        snprintf(requests, sizeof(requests), "%lld", (long long)client_number(worker, "requests"));
    fprintf(out, "%6lld  %3lld  %8lld  %-8s  %7s  %10s  %6lld  %9lld  %6s  %6s  %7s  %6s  ",
            (long long)client_number(worker, "number"),
            (long long)client_number(worker, "generation"), (long long)client_number(worker, "pid"),
            client_string(worker, "state"), up, requests,
            (long long)client_number(worker, "connections"),
            (long long)client_number(worker, "in_flight"),
            client_span(quantile(worker, earlier, 500), p50),
            client_span(quantile(worker, earlier, 990), p99),
            client_bytes(client_number(worker, "rss_bytes"), rss),
            client_span(client_real(worker, "loop_lag_ms"), lag));
    print_doing(out, worker);
    fputc('\n', out);
}

static void print_workers(FILE *out, const json_t *status, const json_t *before, bool rates)
{
    double seconds = client_real(status, "uptime_s") - client_real(before, "uptime_s");
    const json_t *worker;
    size_t i;

    fprintf(out, "\n%6s  %3s  %8s  %-8s  %7s  %10s  %6s  %9s  %6s  %6s  %7s  %6s  %s\n", "WORKER",
            "GEN", "PID", "STATE", "UP", rates ? "REQUESTS/S" : "REQUESTS", "CONNS", "IN FLIGHT",
            "P50", "P99", "RSS", "LAG", "AT");
    json_array_foreach(json_object_get(status, "workers"), i, worker)
    {
        print_worker(out, worker, before, seconds, rates);
    }
}

/* Handlers that are kept from running. */
static void print_quarantine(FILE *out, const json_t *status)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(status, "quarantine"), i, entry)
    {
        char when[CLIENT_TEXT_SIZE];

        fprintf(out, "quarantine: module \"%s\", handler %s: %lld requests refused, ",
                client_string(entry, "module"), client_string(entry, "handler"),
                (long long)client_number(entry, "refused"));
        if (json_is_true(json_object_get(entry, "tried")))
            fputs("one is tried\n", out);
        else
            fprintf(out, "the next is tried in %s\n",
                    client_age(client_real(entry, "retry_s"), when));
    }
}

void client_status_print(FILE *out, const json_t *status)
{
    print_head(out, status);
    print_quarantine(out, status);
    print_generations(out, status);
    print_workers(out, status, NULL, false);
    print_totals(out, status, NULL);
    client_tasks_print(out, status);
}

void client_status_watch(FILE *out, const json_t *status, const json_t *before, bool clear)
{
    if (clear)
        fputs("\033[H\033[J", out);
    print_head(out, status);
    print_quarantine(out, status);
    print_generations(out, status);
    print_workers(out, status, before, true);
    print_totals(out, status, before);
    client_tasks_print(out, status);
    if (!clear)
        fputc('\n', out);
}
