/* SPDX-License-Identifier: MIT */
/*
 * Crash reports for people; see client_crashes.h.
 */
#include "config.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/units.h"
#include "master/client_crashes.h"
#include "master/client_text.h"

/* "NAME TEXT" in a line of its own, where there is a text. */
static void print_line(FILE *out, const char *name, const char *value)
{
    if (*value != '\0')
        fprintf(out, "    %-9s%s\n", name, value);
}

static void print_frames(FILE *out, const json_t *report)
{
    const json_t *frame;
    size_t i;

    json_array_foreach(json_object_get(report, "frames"), i, frame)
    {
        fprintf(out, "    #%-8zu", i);
        if (*client_string(frame, "function") != '\0')
            fprintf(out, "%s ", client_string(frame, "function"));
        if (*client_string(frame, "file") != '\0')
            fprintf(out, "at %s:%lld ", client_string(frame, "file"),
                    (long long)client_number(frame, "line"));
        fprintf(out, "%s%s+%s%s\n", *client_string(frame, "function") != '\0' ? "(" : "",
                client_string(frame, "object"), client_string(frame, "address"),
                *client_string(frame, "function") != '\0' ? ")" : "");
    }
}

static void print_threads(FILE *out, const json_t *report)
{
    const json_t *thread;
    size_t i;

    json_array_foreach(json_object_get(report, "threads"), i, thread)
    {
        const char *module = client_string(thread, "module");

        fprintf(out, "    %-9s%s: %s%s%s\n", i == 0 ? "threads" : "", client_string(thread, "name"),
                module, *module != '\0' ? ":" : "", client_string(thread, "handler"));
    }
}

static void print_report(FILE *out, const json_t *report)
{
    char time[CADRE__UNITS_TEXT_SIZE];
    json_int_t rss = client_number(report, "peak_rss_kib"),
               requests = client_number(report, "requests");

    fprintf(out, "%s  %s (pid %lld) of generation %lld: %s\n", client_string(report, "time"),
            client_string(report, "process"), (long long)client_number(report, "pid"),
            (long long)client_number(report, "generation"), client_string(report, "cause"));
    print_line(out, "killed", client_string(report, "reason"));
    print_line(out, "at", client_string(report, "at"));
    print_line(out, "module", client_string(report, "module"));
    print_line(out, "handler", client_string(report, "handler"));
    print_line(out, "task", client_string(report, "task"));
    print_line(out, "request", client_string(report, "request"));
    print_line(out, "thread", client_string(report, "thread"));
    print_line(out, "in", client_string(report, "place"));
    fprintf(out, "    %-9s%lld request%s in %s, peak RSS %lld.%lld MiB%s\n", "served",
            (long long)requests, requests == 1 ? "" : "s",
            cadre__format_duration(
                (uint64_t)client_number(report, "uptime_ms") * CADRE__NSEC_PER_MSEC, time),
            (long long)(rss / 1024), (long long)(rss % 1024 * 10 / 1024),
            client_number(report, "oom_kills") > 0 ? ", killed for want of memory" : "");
    print_threads(out, report);
    print_frames(out, report);
}

void client_crashes_print(FILE *out, const json_t *answer)
{
    const json_t *list = json_object_get(answer, "crashes");
    const json_t *report;
    size_t i;

    if (json_array_size(list) == 0)
        fputs("no crash is known\n", out);
    json_array_foreach(list, i, report)
    {
        if (i > 0)
            fputc('\n', out);
        print_report(out, report);
    }
}
