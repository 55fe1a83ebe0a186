/* SPDX-License-Identifier: MIT */
/*
 * ipc/totals: gathered, written, read. See totals.h.
 */
#include "config.h"

#include "ipc/totals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shm.h"
#include "base/str.h"
#include "ipc/scoreboard.h"
#include "ipc/snapshot.h"

#define HEAD "cadre-totals 1"
/* More counters than any area holds. */
#define COUNTERS_MAX 65536
/* More reports of crashes than any master keeps. */
#define CRASHES_MAX 1000

/* The lines "NAME VALUE" and, where there is more than one, "NAME INDEX VALUE". */
static const struct row {
    const char *name;
    size_t offset; /* in struct cadre__totals */
    unsigned n;
} rows[] = {
#define ROW(name, member, n)                                                                       \
    {                                                                                              \
        name, offsetof(struct cadre__totals, member), n                                            \
    }
    ROW("starts", starts, 1),
    ROW("deaths", deaths, CADRE__DEATHS),
    ROW("lost", lost, 1),
    ROW("reloads_done", reloads_done, 1),
    ROW("reloads_failed", reloads_failed, 1),
    ROW("responses", traffic.responses, 6),
    ROW("cut_off", traffic.lost, 1),
    ROW("accepted", traffic.accepted, 1),
    ROW("time_ns", traffic.time_ns, 1),
    ROW("latency", traffic.latency, CADRE__LATENCY_BUCKETS),
#undef ROW
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* --- Taking --- */

static int add_histogram(struct cadre__totals *t, const struct cadre__histogram_info *info)
{
    void *grown = realloc(t->histograms, (t->n_histograms + 1) * sizeof(*t->histograms));

    if (!grown)
        return -ENOMEM;
    t->histograms = grown;
    t->histograms[t->n_histograms++] = *info;
    return 0;
}

static int take_counters(const struct cadre__counters *counters, struct cadre__totals *t)
{
    uint32_t n = cadre__counters_count(counters);

    t->counters = calloc(n + 1, sizeof(*t->counters));
    if (!t->counters)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        struct cadre__totals_counter *c = &t->counters[t->n_counters];
        struct cadre__histogram_info histogram;

        if (cadre__histogram_read(counters, i, &histogram) == 0 && add_histogram(t, &histogram) < 0)
            return -ENOMEM;
        if (cadre__counters_info(counters, i, &c->info) < 0 ||
            c->info.kind != CADRE__COUNTER_COUNTER)
            continue;
        c->value = cadre__counters_sum(counters, i);
        t->n_counters++;
    }
    return 0;
}

int cadre__totals_take(const struct cadre__snapshot_sources *sources, struct cadre__totals *ret)
{
    uint32_t slots = cadre__scoreboard_slots(sources->board);
    struct cadre__status_server server;
    struct cadre__totals t = {0};
    int r = take_counters(sources->counters, &t);

    if (r < 0) {
        cadre__totals_done(&t);
        return r;
    }
    (void)cadre__status_read_server(sources->status, &server);
    t.starts = server.starts;
    memcpy(t.deaths, server.deaths, sizeof(t.deaths));
    t.lost = server.lost;
    t.reloads_done = server.reloads_done;
    t.reloads_failed = server.reloads_failed;
    cadre__traffic_add_inherited(sources->traffic, &t.traffic);
    for (uint32_t slot = 0; slot < slots; slot++)
        cadre__traffic_add(sources->traffic, slot, &t.traffic);
    *ret = t;
    return 0;
}

int cadre__totals_add_crash(struct cadre__totals *t, const char *json)
{
    size_t len = strlen(json);
    void *grown;
    char *copy;

    if (t->n_crashes == CRASHES_MAX || len < 2 || json[0] != '{' || json[len - 1] != '}' ||
        strchr(json, '\n'))
        return 0;
    grown = realloc(t->crashes, (t->n_crashes + 1) * sizeof(*t->crashes));
    if (!grown)
        return -ENOMEM;
    t->crashes = grown;
    copy = strdup(json);
    if (!copy)
        return -ENOMEM;
    t->crashes[t->n_crashes++] = copy;
    return 0;
}

void cadre__totals_done(struct cadre__totals *totals)
{
    for (size_t i = 0; i < totals->n_crashes; i++)
        free(totals->crashes[i]);
    free(totals->crashes);
    free(totals->counters);
    free(totals->histograms);
    *totals = (struct cadre__totals){0};
}

/* --- Writing --- */

/* What follows is one line, whatever a module wrote. */
static void write_help(const char *text, FILE *out)
{
    for (const char *c = text; *c != '\0'; c++)
        fputc(*c == '\n' ? ' ' : *c, out);
    fputc('\n', out);
}

static void write_histogram(const struct cadre__histogram_info *h, FILE *out)
{
    fprintf(out, "histogram %s %" PRIu32, h->name, h->n_bounds);
    for (uint32_t i = 0; i < h->n_bounds; i++)
        fprintf(out, " %.17g %" PRIu64, h->bounds[i], h->counts[i]);
    fprintf(out, " %" PRIu64 " %.17g ", h->counts[h->n_bounds], h->sum);
    write_help(h->help, out);
}

static void write_text(const struct cadre__totals *t, FILE *out)
{
    fputs(HEAD "\n", out);
    for (const struct row *row = rows; row < rows + N_ROWS; row++) {
        const uint64_t *values = (const uint64_t *)(const void *)((const char *)t + row->offset);

        for (unsigned i = 0; i < row->n; i++) {
            if (values[i] == 0)
                continue;
            fputs(row->name, out);
            if (row->n > 1)
                fprintf(out, " %u", i);
            fprintf(out, " %" PRIu64 "\n", values[i]);
        }
    }
    for (size_t i = 0; i < t->n_counters; i++) {
        fprintf(out, "counter %s %" PRIu64 " ", t->counters[i].info.name, t->counters[i].value);
        write_help(t->counters[i].info.help, out);
    }
    for (size_t i = 0; i < t->n_histograms; i++)
        write_histogram(&t->histograms[i], out);
    for (size_t i = 0; i < t->n_crashes; i++)
        fprintf(out, "crash %s\n", t->crashes[i]);
}

int cadre__totals_seal(const struct cadre__totals *totals)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int r;

    if (!out)
        return -ENOMEM;
    write_text(totals, out);
    r = fclose(out) == 0 ? cadre__memfd_sealed("cadre-totals", text, len) : -ENOMEM;
    free(text);
    return r;
}

/* --- Reading --- */

/* A number at *TEXT and the space or the end behind it. */
static bool take_number(const char **text, uint64_t *ret)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *ret = strtoull(*text, &end, 10);
    if (errno != 0 || (*end != ' ' && *end != '\0'))
        return false;
    *text = *end == ' ' ? end + 1 : end;
    return true;
}

/* What follows WORD and a space; NULL: LINE does not begin with them. */
static const char *after(const char *line, const char *word)
{
    size_t len = strlen(word);

    return strncmp(line, word, len) == 0 && line[len] == ' ' ? line + len + 1 : NULL;
}

/* The same for a real number. */
static bool take_real(const char **text, double *ret)
{
    char *end;

    *ret = strtod(*text, &end);
    if (end == *text || (*end != ' ' && *end != '\0'))
        return false;
    *text = *end == ' ' ? end + 1 : end;
    return true;
}

/* A name at *TEXT and the space behind it. */
static bool take_name(const char **text, char name[static CADRE__COUNTER_NAME_SIZE])
{
    const char *space = strchr(*text, ' ');

    if (!space || space - *text >= CADRE__COUNTER_NAME_SIZE)
        return false;
    memcpy(name, *text, (size_t)(space - *text));
    name[space - *text] = '\0';
    *text = space + 1;
    return true;
}

static int read_histogram(const char *text, struct cadre__totals *t)
{
    struct cadre__histogram_info h = {.n_bounds = 0};
    uint64_t n;

    if (t->n_histograms == COUNTERS_MAX || !take_name(&text, h.name) || !take_number(&text, &n))
        return -EPROTO;
    if (n > CADRE__HISTOGRAM_BOUNDS_MAX) /* the other build may have more */
        return 0;
    h.n_bounds = (uint32_t)n;
    for (uint32_t i = 0; i < h.n_bounds; i++)
        if (!take_real(&text, &h.bounds[i]) || !take_number(&text, &h.counts[i]))
            return -EPROTO;
    if (!take_number(&text, &h.counts[h.n_bounds]) || !take_real(&text, &h.sum))
        return -EPROTO;
    cadre__str_copy(h.help, sizeof(h.help), text);
    return add_histogram(t, &h);
}

static int read_counter(const char *text, struct cadre__totals *t)
{
    struct cadre__totals_counter c = {.info.kind = CADRE__COUNTER_COUNTER};
    void *grown;

    if (t->n_counters == COUNTERS_MAX || !take_name(&text, c.info.name))
        return -EPROTO;
    if (!take_number(&text, &c.value))
        return -EPROTO;
    cadre__str_copy(c.info.help, sizeof(c.info.help), text);
    grown = realloc(t->counters, (t->n_counters + 1) * sizeof(*t->counters));
    if (!grown)
        return -ENOMEM;
    t->counters = grown;
    t->counters[t->n_counters++] = c;
    return 0;
}

static int read_row(const struct row *row, const char *text, struct cadre__totals *t)
{
    uint64_t *values = (uint64_t *)(void *)((char *)t + row->offset);
    uint64_t i = 0, value;

    if ((row->n > 1 && !take_number(&text, &i)) || !take_number(&text, &value))
        return -EPROTO;
    if (i < row->n) /* the other build may know more */
        values[i] = value;
    return 0;
}

static int read_line(const char *line, struct cadre__totals *t)
{
    const char *text = after(line, "counter");

    if (text)
        return read_counter(text, t);
    text = after(line, "histogram");
    if (text)
        return read_histogram(text, t);
    text = after(line, "crash");
    if (text)
        return cadre__totals_add_crash(t, text);
    for (const struct row *row = rows; row < rows + N_ROWS; row++) {
        text = after(line, row->name);
        if (text)
            return read_row(row, text, t);
    }
    return 0;
}

static int read_text(char *text, struct cadre__totals *t)
{
    char *rest = NULL;
    const char *line = strtok_r(text, "\n", &rest);
    int r = line && strcmp(line, HEAD) == 0 ? 0 : -EPROTO;

    while (r == 0 && (line = strtok_r(NULL, "\n", &rest)) != NULL)
        r = read_line(line, t);
    for (unsigned i = 0; i < 6; i++)
        t->traffic.requests += t->traffic.responses[i];
    return r;
}

int cadre__totals_read(int fd, struct cadre__totals *ret)
{
    struct cadre__totals t = {0};
    const void *data;
    size_t len;
    char *text;
    int r = cadre__memfd_map(fd, &data, &len);

    if (r < 0)
        return r;
    text = strndup(data, len);
    cadre__memfd_unmap(data, len);
    if (!text)
        return -ENOMEM;
    r = read_text(text, &t);
    free(text);
    if (r < 0)
        cadre__totals_done(&t);
    else
        *ret = t;
    return r;
}
