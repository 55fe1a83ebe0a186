/* SPDX-License-Identifier: MIT */
/*
 * Tasks as text; see client_tasks.h.
 */
#include "config.h"

#include "master/client_tasks.h"

#include <stdint.h>

#include "master/client_text.h"

static void print_task(FILE *out, const json_t *task)
{
    char waits[CLIENT_TEXT_SIZE], old[CLIENT_TEXT_SIZE];
    double waiting_s = client_real(task, "waiting_s");
    const char *request = client_string(task, "request");
    const char *handler = client_string(task, "handler");

    fprintf(out, "  %-24s  %-7s  %-24s  %6s  %6s  ", client_string(task, "name"),
            client_string(task, "state"),
            *client_string(task, "where") ? client_string(task, "where") : "-",
            waiting_s < 60 ? client_span(waiting_s * 1000, waits) : client_age(waiting_s, waits),
            client_age(client_real(task, "age_s"), old));
    if (client_number(task, "cancels") > 0)
        fputs("cancelled ", out);
    if (*request)
        fprintf(out, "%s: %s", client_string(task, "module"), request);
    else if (*handler)
        fprintf(out, "of handler %s", handler);
    else
        fputc('-', out);
    fputc('\n', out);
}

static void print_worker(FILE *out, const json_t *worker)
{
    const json_t *tasks = json_object_get(worker, "tasks"), *task;
    const json_t *list = json_object_get(tasks, "list");
    json_int_t total = client_number(tasks, "total");
    size_t i;

    fprintf(out, "\nworker %lld, generation %lld, %s: ", (long long)client_number(worker, "number"),
            (long long)client_number(worker, "generation"), client_string(worker, "state"));
    if (*client_string(tasks, "error")) {
        fprintf(out, "%s\n", client_string(tasks, "error"));
        return;
    }
    fprintf(out, "%lld task%s", (long long)total, total == 1 ? "" : "s");
    if (total > (json_int_t)json_array_size(list))
        fprintf(out, ", the oldest %zu", json_array_size(list));
    fputc('\n', out);
    if (json_array_size(list) > 0)
        fprintf(out, "  %-24s  %-7s  %-24s  %6s  %6s  %s\n", "TASK", "STATE", "IN", "FOR", "AGE",
                "REQUEST");
    json_array_foreach(list, i, task)
    {
        print_task(out, task);
    }
}

void client_tasks_print(FILE *out, const json_t *status)
{
    const json_t *worker;
    size_t i;

    json_array_foreach(json_object_get(status, "workers"), i, worker)
    {
        if (json_object_get(worker, "tasks") != NULL)
            print_worker(out, worker);
    }
}
