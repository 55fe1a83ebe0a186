/* SPDX-License-Identifier: MIT */
/*
 * The machine's state, written out; see status_writer.h.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/build.h"
#include "base/clock.h"
#include "base/str.h"
#include "master/child.h"
#include "master/status_writer.h"

void status_writer_init(struct status_writer *writer, struct cadre__status_area *area,
                        const struct cadre__scoreboard *board, const char *conf_path,
                        uint64_t now_ns)
{
    struct timespec wall;

    *writer = (struct status_writer){.area = area, .board = board};
    clock_gettime(CLOCK_REALTIME, &wall);
    writer->server.started_unix_ns =
        (uint64_t)wall.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)wall.tv_nsec;
    writer->server.started_ns = now_ns;
    writer->server.pid = (uint32_t)getpid();
    cadre__str_copy(writer->server.version, sizeof(writer->server.version), cadre__version());
    cadre__str_copy(writer->server.conf_path, sizeof(writer->server.conf_path), conf_path);
    cadre__str_copy(writer->server.state, sizeof(writer->server.state), "starting");
    cadre__status_write_server(area, &writer->server);
}

/* --- Counts --- */

static enum cadre__death classify(const struct machine_child *c, const struct machine_event *event)
{
    if (event->out_of_memory)
        return CADRE__DEATH_MEMORY;
    if (c->state == CHILD_DYING && !c->failed && c->accepted)
        return CADRE__DEATH_SILENT;
    if (!c->ready)
        return CADRE__DEATH_STARTUP;
    return WIFSIGNALED(event->wait_status) ? CADRE__DEATH_SIGNAL : CADRE__DEATH_EXIT;
}

void status_writer_note(struct status_writer *writer, const struct machine *machine,
                        const struct machine_event *event)
{
    const struct machine_child *c =
        event->slot < MACHINE_SLOTS_MAX ? &machine->children[event->slot] : NULL;

    if (c == NULL || c->kind != CADRE__CHILD_WORKER || c->state == CHILD_NONE)
        return;
    if (event->type == EVENT_SPAWNED)
        writer->server.starts++;
    if (event->type != EVENT_EXITED || !child_has_process(c))
        return;
    /* What it had in hand went with it, unless it was counted when it was cancelled. */
    if (WIFSIGNALED(event->wait_status))
        writer->server.lost +=
            atomic_load_explicit(&writer->board->slot[event->slot].in_flight, memory_order_relaxed);
    if (!c->leaving)
        writer->server.deaths[classify(c, event)]++;
}

/* Adds what is more than was told last. */
static void go_on(uint64_t *count, uint64_t has, uint64_t *had)
{
    if (has <= *had)
        return;
    *count += has - *had;
    *had = has;
}

void status_writer_inherit(struct status_writer *writer, const struct cadre__totals *totals)
{
    struct cadre__status_server *server = &writer->server;
    struct status_counts *had = &writer->inherited;

    go_on(&server->starts, totals->starts, &had->starts);
    go_on(&server->lost, totals->lost, &had->lost);
    go_on(&server->reloads_done, totals->reloads_done, &had->reloads_done);
    go_on(&server->reloads_failed, totals->reloads_failed, &had->reloads_failed);
    for (unsigned i = 0; i < CADRE__DEATHS; i++)
        go_on(&server->deaths[i], totals->deaths[i], &had->deaths[i]);
    cadre__status_write_server(writer->area, server);
}

/* --- The server --- */

static const char *server_state(const struct machine *m)
{
    static const char *const names[MACHINE_STATES] = {
        [MACHINE_NEW] = "starting",        [MACHINE_BOOTING] = "starting",
        [MACHINE_SERVING] = "serving",     [MACHINE_RELOADING] = "reloading",
        [MACHINE_UPGRADING] = "upgrading", [MACHINE_STOPPING] = "stopping",
        [MACHINE_STOPPED] = "stopped",
    };

    return (unsigned)m->state < MACHINE_STATES ? names[m->state] : "unknown";
}

static uint32_t phase_of(enum generation_state state)
{
    switch (state) {
    case GENERATION_STARTING:
        return CADRE__GENERATION_STARTING;
    case GENERATION_CURRENT:
        return CADRE__GENERATION_CURRENT;
    case GENERATION_DRAINING:
        return CADRE__GENERATION_DRAINING;
    case GENERATION_NONE:
        break;
    }
    return 0;
}

static struct cadre__status_generation describe_generation(const struct machine *m,
                                                           const struct machine_generation *g)
{
    struct cadre__status_generation out = {
        .id = g->id, .born_ns = g->since_ns, .phase = phase_of(g->state), .workers = g->target};

    for (uint32_t slot = 0; slot < m->high_water; slot++) {
        const struct machine_child *c = &m->children[slot];

        if (c->state == CHILD_NONE || c->generation != g->id)
            continue;
        out.processes += child_has_process(c);
        if (c->kind == CADRE__CHILD_WORKER && !c->leaving) {
            out.serving += c->state == CHILD_SERVING;
            out.ready += c->state == CHILD_READY;
        }
        if (g->state == GENERATION_DRAINING && c->deadline_ns > out.deadline_ns)
            out.deadline_ns = c->deadline_ns;
    }
    return out;
}

/* Newest first; the list holds the newest ones. */
static void insert_generation(struct cadre__status_server *server,
                              const struct cadre__status_generation *g)
{
    uint32_t at = 0;

    while (at < server->n_generations && server->generations[at].id > g->id)
        at++;
    if (at == CADRE__STATUS_GENERATIONS)
        return;
    if (server->n_generations < CADRE__STATUS_GENERATIONS)
        server->n_generations++;
    memmove(&server->generations[at + 1], &server->generations[at],
            (server->n_generations - at - 1) * sizeof(*g));
    server->generations[at] = *g;
}

static void describe_generations(struct cadre__status_server *server, const struct machine *m)
{
    server->n_generations = 0;
    server->generation = server->workers = server->serving = 0;
    memset(server->generations, 0, sizeof(server->generations));
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++) {
        const struct machine_generation *g = &m->generations[i];
        struct cadre__status_generation out;

        if (g->state == GENERATION_NONE)
            continue;
        out = describe_generation(m, g);
        insert_generation(server, &out);
        if (g->state == GENERATION_CURRENT) {
            server->generation = g->id;
            server->workers = out.workers;
            server->serving = out.serving;
        }
    }
}

static void describe_reloads(struct status_writer *writer, const struct machine *m, uint64_t now_ns)
{
    struct cadre__status_server *server = &writer->server;

    if (writer->reloads_ended == m->reloads_ended)
        return;
    writer->reloads_ended = m->reloads_ended;
    server->reload_ended_ns = now_ns;
    server->reload_failed = m->reload_reason[0] != '\0';
    if (server->reload_failed)
        server->reloads_failed++;
    else
        server->reloads_done++;
    memset(server->reload_reason, 0, sizeof(server->reload_reason));
    cadre__str_copy(server->reload_reason, sizeof(server->reload_reason), m->reload_reason);
}

/* --- Seats --- */

static const char *seat_state(enum child_state state)
{
    static const char *const names[CHILD_STATES] = {
        [CHILD_NONE] = "free",       [CHILD_WAITING] = "waiting",   [CHILD_LOADING] = "loading",
        [CHILD_LOADED] = "loaded",   [CHILD_STARTING] = "starting", [CHILD_READY] = "ready",
        [CHILD_SERVING] = "serving", [CHILD_DRAINING] = "draining", [CHILD_ENDING] = "stopping",
        [CHILD_DYING] = "dying",
    };

    return (unsigned)state < CHILD_STATES && names[state] != NULL ? names[state] : "unknown";
}

static void describe_seat(const struct machine_child *c, struct cadre__status_seat *seat)
{
    memset(seat, 0, sizeof(*seat));
    if (c->state == CHILD_NONE)
        return;
    seat->used = 1;
    seat->kind = (uint32_t)c->kind;
    seat->generation = c->generation;
    seat->index = c->index;
    seat->failures = c->failures;
    if (c->failures >= MACHINE_CRASH_LOOP && !c->accepted)
        seat->flags |= CADRE__SEAT_CRASH_LOOP;
    if (c->leaving)
        seat->flags |= CADRE__SEAT_LEAVING;
    if (child_has_process(c)) {
        seat->pid = (uint32_t)c->pid;
        seat->spawned_ns = c->spawned_ns;
    }
    if (c->kind == CADRE__CHILD_WORKER && c->role == ROLE_SPARE)
        seat->flags |= CADRE__SEAT_SPARE;
    if (c->worn)
        seat->flags |= CADRE__SEAT_WORN;
    seat->deadline_ns = c->deadline_ns;
    cadre__str_copy(seat->state, sizeof(seat->state), seat_state(c->state));
    cadre__str_copy(seat->reason, sizeof(seat->reason),
                    c->reason[0] == '\0' && c->failures > 0 ? c->trouble : c->reason);
}

static void write_seats(struct status_writer *writer, const struct machine *m)
{
    uint32_t top = m->high_water > writer->high_water ? m->high_water : writer->high_water;

    for (uint32_t slot = 0; slot < top; slot++) {
        struct cadre__status_seat seat, before;

        describe_seat(&m->children[slot], &seat);
        (void)cadre__status_read_seat(writer->area, slot, &before);
        if (memcmp(&seat, &before, sizeof(seat)) != 0)
            cadre__status_write_seat(writer->area, slot, &seat);
    }
    writer->high_water = m->high_water;
}

void status_writer_update(struct status_writer *writer, const struct machine *machine,
                          uint64_t now_ns)
{
    struct cadre__status_server *server = &writer->server;

    if (machine->succeeded) { /* another master is the server: that it leaves is nobody's concern */
        cadre__status_write_server(writer->area, server);
        return;
    }
    memset(server->state, 0, sizeof(server->state));
    memset(server->text, 0, sizeof(server->text));
    cadre__str_copy(server->state, sizeof(server->state), server_state(machine));
    cadre__str_copy(server->text, sizeof(server->text), machine->status);
    server->started |= machine->state == MACHINE_SERVING || machine->state == MACHINE_RELOADING ||
                       machine->state == MACHINE_UPGRADING;
    server->stopping = machine->state == MACHINE_STOPPING || machine->state == MACHINE_STOPPED;
    describe_generations(server, machine);
    describe_reloads(writer, machine, now_ns);
    cadre__status_write_server(writer->area, server);
    write_seats(writer, machine);
}
