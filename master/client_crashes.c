/* SPDX-License-Identifier: MIT */
/*
 * Crash reports for people; see client_crashes.h.
 */
#include "config.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/units.h"
#include "master/client_crashes.h"

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value != NULL ? value : "";
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

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
        if (*text(frame, "function") != '\0')
            fprintf(out, "%s ", text(frame, "function"));
        if (*text(frame, "file") != '\0')
            fprintf(out, "at %s:%lld ", text(frame, "file"), (long long)number(frame, "line"));
        fprintf(out, "%s%s+%s%s\n", *text(frame, "function") != '\0' ? "(" : "",
                text(frame, "object"), text(frame, "address"),
                *text(frame, "function") != '\0' ? ")" : "");
    }
}

static void print_threads(FILE *out, const json_t *report)
{
    const json_t *thread;
    size_t i;

    json_array_foreach(json_object_get(report, "threads"), i, thread)
    {
        const char *module = text(thread, "module");

        fprintf(out, "    %-9s%s: %s%s%s\n", i == 0 ? "threads" : "", text(thread, "name"), module,
                *module != '\0' ? ":" : "", text(thread, "handler"));
    }
}

static void print_report(FILE *out, const json_t *report)
{
    char time[CADRE__UNITS_TEXT_SIZE];
    json_int_t rss = number(report, "peak_rss_kib"), requests = number(report, "requests");

    fprintf(out, "%s  %s (pid %lld) of generation %lld: %s\n", text(report, "time"),
            text(report, "process"), (long long)number(report, "pid"),
            (long long)number(report, "generation"), text(report, "cause"));
    print_line(out, "killed", text(report, "reason"));
    print_line(out, "at", text(report, "at"));
    print_line(out, "module", text(report, "module"));
    print_line(out, "handler", text(report, "handler"));
    print_line(out, "task", text(report, "task"));
    print_line(out, "request", text(report, "request"));
    print_line(out, "thread", text(report, "thread"));
    print_line(out, "in", text(report, "place"));
    fprintf(
        out, "    %-9s%lld request%s in %s, peak RSS %lld.%lld MiB%s\n", "served",
        (long long)requests, requests == 1 ? "" : "s",
        cadre__format_duration((uint64_t)number(report, "uptime_ms") * CADRE__NSEC_PER_MSEC, time),
        (long long)(rss / 1024), (long long)(rss % 1024 * 10 / 1024),
        number(report, "oom_kills") > 0 ? ", killed for want of memory" : "");
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
