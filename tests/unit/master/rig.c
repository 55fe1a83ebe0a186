/* SPDX-License-Identifier: MIT */
/*
 * The rig for the state machine; see rig.h.
 */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/master/rig.h"

struct rig *rig_new(unsigned workers, bool terminal)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    ck_assert_ptr_nonnull(rig);
    rig->m = machine_new(terminal);
    rig->out = machine_actions_new(MACHINE_SLOTS_MAX);
    ck_assert_ptr_nonnull(rig->m);
    ck_assert_ptr_nonnull(rig->out);
    rig->now_ns = 1000 * RIG_SEC;
    rig->last_pid = 1000;
    rig->plan = (struct machine_plan){
        .workers = workers,
        .surge = 4,
        .max_generations = 4,
        .startup_ns = 60 * RIG_SEC,
        .graceful_ns = 30 * RIG_SEC,
        .shutdown_ns = 10 * RIG_SEC,
        .restart_delay_ns = 100 * RIG_MSEC,
        .restart_delay_max_ns = 30 * RIG_SEC,
    };
    return rig;
}

void rig_free(struct rig *rig)
{
    machine_actions_free(rig->out);
    machine_free(rig->m);
    free(rig);
}

/* --- What must hold --- */

static unsigned count_alive(const struct rig *rig, uint32_t generation, enum cadre__child_kind kind)
{
    unsigned n = 0;

    for (uint32_t slot = 0; slot < rig->used; slot++)
        n += rig->children[slot].alive && rig->children[slot].generation == generation &&
             rig->children[slot].kind == kind;
    return n;
}

static void do_spawn(struct rig *rig, const struct machine_action *a)
{
    struct rig_child *c = &rig->children[a->slot];
    const struct machine_child *seat = &rig->m->children[a->slot];

    ck_assert_msg(!c->alive, "a second process for slot %u", a->slot);
    ck_assert_msg(!rig->stopping, "a start after the stop");
    ck_assert_uint_eq(seat->generation, a->generation);
    memset(c, 0, sizeof(*c));
    if (a->slot >= rig->used)
        rig->used = a->slot + 1;
    c->alive = true;
    c->generation = a->generation;
    c->index = seat->index;
    c->kind = seat->kind;
    c->pid = ++rig->last_pid;
    if (c->kind == CADRE__CHILD_STEWARD)
        ck_assert_msg(count_alive(rig, a->generation, CADRE__CHILD_STEWARD) == 1,
                      "two stewards of generation %u", a->generation);
    for (uint32_t slot = 0; slot < rig->used; slot++)
        ck_assert_msg(slot == a->slot || !rig->children[slot].alive ||
                          rig->children[slot].generation != c->generation ||
                          rig->children[slot].kind != c->kind ||
                          rig->children[slot].index != c->index || rig->m->children[slot].leaving ||
                          seat->role == ROLE_RELIEF || rig->m->children[slot].role == ROLE_RELIEF,
                      "two children have one place");
}

static void do_drain(struct rig *rig, const struct machine_action *a)
{
    struct rig_child *c = &rig->children[a->slot];

    ck_assert_msg(!c->draining || a->drain > c->drain, "drained again, and no faster");
    if (c->kind == CADRE__CHILD_STEWARD)
        ck_assert_msg(count_alive(rig, c->generation, CADRE__CHILD_WORKER) == 0,
                      "the steward is to leave before its workers have");
    c->draining = true;
    c->drain = a->drain;
    c->drain_timeout_ns = a->timeout_ns;
}

/* Whether a seat of G is one of those that are to serve: it does, or it has died and comes again.
 */
static bool is_counted(const struct rig *rig, const struct machine_generation *g, uint32_t slot)
{
    const struct machine_child *seat = &rig->m->children[slot];

    return seat->state != CHILD_NONE && seat->generation == g->id && !seat->leaving &&
           seat->kind == CADRE__CHILD_WORKER && seat->role == ROLE_SERVES;
}

/* Nobody who serves is told to leave before the others can serve. */
static void check_take_over(const struct rig *rig, const struct machine_action *a)
{
    const struct machine_generation *g = NULL;
    unsigned serving = 0;

    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (rig->m->generations[i].state == GENERATION_CURRENT)
            g = &rig->m->generations[i];
    if (a->drain != DRAIN_RELOAD || !rig->children[a->slot].accepted || rig->m->succeeded)
        return;
    ck_assert_ptr_nonnull(g);
    for (uint32_t slot = 0; slot < rig->m->high_water; slot++)
        serving += slot != a->slot && is_counted(rig, g, slot);
    ck_assert_uint_ge(serving, g->target);
}

static void do_accept(struct rig *rig, const struct machine_action *a)
{
    struct rig_child *c = &rig->children[a->slot];

    ck_assert(c->ready && !c->accepted && !c->draining);
    if (c->kind != CADRE__CHILD_REPORTER) { /* that one has a socket of its own */
        ck_assert_msg(rig->listening, "accept before the sockets listen");
        ck_assert_uint_eq(c->kind, CADRE__CHILD_WORKER);
    }
    c->accepted = true;
}

/* One action: it must fit what the child is, and changes it. */
static void check_action(struct rig *rig, const struct machine_action *a)
{
    struct rig_child *c = &rig->children[a->slot];

    switch (a->type) {
    case ACTION_SPAWN:
        do_spawn(rig, a);
        return;
    case ACTION_START:
        ck_assert(c->alive && c->loaded && !c->started && !c->draining);
        c->started = true;
        return;
    case ACTION_ACCEPT:
        ck_assert(c->alive);
        do_accept(rig, a);
        return;
    case ACTION_DRAIN:
        ck_assert(c->alive);
        check_take_over(rig, a);
        do_drain(rig, a);
        return;
    case ACTION_KILL:
        ck_assert_msg(c->alive, "a signal to slot %u, which has no process", a->slot);
        c->signo = a->signo;
        return;
    case ACTION_FORGET:
        ck_assert(c->alive && c->signo == SIGKILL);
        c->alive = false;
        c->forgotten = true;
        return;
    case ACTION_LISTEN:
        ck_assert(!rig->listen_asked);
        rig->listen_asked = true;
        return;
    case ACTION_LOAD_CONF:
        ck_assert(!rig->load_asked);
        rig->load_asked = true;
        return;
    case ACTION_ADOPT:
        rig->adopted = a->generation;
        return;
    case ACTION_RETIRE:
        ck_assert_uint_eq(count_alive(rig, a->generation, CADRE__CHILD_WORKER), 0);
        ck_assert_uint_eq(count_alive(rig, a->generation, CADRE__CHILD_STEWARD), 0);
        return;
    case ACTION_READY:
        rig->ready_count++;
        return;
    case ACTION_UPGRADE:
        ck_assert(!rig->upgrade_asked);
        rig->upgrade_asked = true;
        return;
    case ACTION_UPGRADE_ABORT:
        rig->upgrade_asked = false;
        return;
    case ACTION_UPGRADE_ENDED:
        rig->upgrades_ended++;
        return;
    case ACTION_GIVE:
        ck_assert_msg(!rig->stopping, "a server that stops is given away");
        rig->given = true;
        rig->stopping = true; /* nobody is started any more */
        return;
    case ACTION_STOPPING:
        ck_assert(!rig->stopping);
        rig->stopping = true;
        return;
    case ACTION_LOG:
        if (a->level >= CADRE_LOG_ERROR)
            snprintf(rig->last_error, sizeof(rig->last_error), "%s", a->text);
        return;
    case ACTION_EXIT:
        ck_assert(!rig->exited);
        ck_assert_uint_eq(rig_alive(rig), 0);
        rig->exited = true;
        rig->exit_code = a->code;
        snprintf(rig->exit_text, sizeof(rig->exit_text), "%s", a->text);
        return;
    default:
        return;
    }
}

/* How many may start at a time, before a generation has taken over. */
static void check_surge(const struct rig *rig)
{
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++) {
        const struct machine_generation *g = &rig->m->generations[i];
        unsigned starting = 0;

        if (g->state != GENERATION_STARTING)
            continue;
        for (uint32_t slot = 0; slot < rig->used; slot++) {
            const struct rig_child *c = &rig->children[slot];

            starting += c->alive && c->generation == g->id && c->kind == CADRE__CHILD_WORKER &&
                        !c->ready && !c->drained && c->signo == 0;
            ck_assert_msg(!c->alive || c->generation != g->id || !c->accepted ||
                              c->kind == CADRE__CHILD_REPORTER,
                          "a generation that has not taken over accepts");
        }
        ck_assert_uint_le(starting, g->plan.surge);
        if (!g->pilot_ready)
            ck_assert_uint_le(starting, 1);
    }
}

static void check_state(const struct rig *rig)
{
    unsigned current = 0, starting = 0;

    ck_assert_uint_eq(rig->out->lost, 0);
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++) {
        current += rig->m->generations[i].state == GENERATION_CURRENT;
        starting += rig->m->generations[i].state == GENERATION_STARTING;
    }
    ck_assert_uint_le(current, 1);
    ck_assert_uint_le(starting, 1);
    if (rig->m->state == MACHINE_SERVING || rig->m->state == MACHINE_RELOADING ||
        rig->m->state == MACHINE_UPGRADING)
        ck_assert_uint_eq(current, 1);
    for (uint32_t slot = 0; slot < rig->used; slot++) {
        const struct machine_child *seat = &rig->m->children[slot];
        bool process = seat->state != CHILD_NONE && seat->state != CHILD_WAITING;

        ck_assert_msg(process == rig->children[slot].alive, "slot %u: the machine is mistaken",
                      slot);
        ck_assert(seat->state == CHILD_NONE || slot < rig->m->high_water);
    }
    check_surge(rig);
}

/* --- Feeding --- */

void rig_feed(struct rig *rig, struct machine_event event)
{
    event.now_ns = rig->now_ns;
    event.random = rig->random;
    machine_actions_clear(rig->out);
    machine_step(rig->m, &event, rig->out);
    for (size_t i = 0; i < rig->out->count; i++)
        check_action(rig, &rig->out->list[i]);
    check_state(rig);
}

void rig_tell(struct rig *rig, enum machine_event_type type, uint32_t slot)
{
    struct rig_child *c = &rig->children[slot];
    struct machine_event event = {.type = type, .slot = slot};

    switch (type) {
    case EVENT_SPAWNED:
        c->answered = true;
        event.pid = c->pid;
        break;
    case EVENT_LOADED:
        c->loaded = true;
        event.wants_steward = rig->wants_steward;
        break;
    case EVENT_READY:
    case EVENT_SERVING:
        c->ready = true;
        break;
    case EVENT_DRAINED:
        c->drained = true;
        break;
    case EVENT_SPAWN_FAILED:
        c->alive = false;
        event.text = "cannot start a process: Resource temporarily unavailable";
        break;
    default:
        break;
    }
    rig_feed(rig, event);
}

void rig_signal(struct rig *rig, int signo)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_SIGNAL, .signo = signo});
}

void rig_fail(struct rig *rig, uint32_t slot, const char *text)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_FAILED, .slot = slot, .text = text});
}

void rig_exit(struct rig *rig, uint32_t slot, int wait_status)
{
    ck_assert(rig->children[slot].alive);
    rig->children[slot].alive = false;
    rig_feed(rig, (struct machine_event){
                      .type = EVENT_EXITED, .slot = slot, .wait_status = wait_status});
}

void rig_advance(struct rig *rig, uint64_t by_ns)
{
    uint64_t end = rig->now_ns + by_ns;

    for (;;) {
        uint64_t deadline = machine_deadline(rig->m);

        if (deadline > end)
            break;
        if (deadline > rig->now_ns)
            rig->now_ns = deadline;
        rig_feed(rig, (struct machine_event){.type = EVENT_TIMER});
        ck_assert_msg(machine_deadline(rig->m) > rig->now_ns, "the timer spins");
    }
    rig->now_ns = end;
}

static bool settle_server(struct rig *rig)
{
    if (rig->listen_asked) {
        rig->listen_asked = false;
        rig->listening = true;
        rig_feed(rig, (struct machine_event){.type = EVENT_LISTENED});
        return true;
    }
    if (rig->load_asked) {
        rig->load_asked = false;
        rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
        return true;
    }
    return false;
}

static bool settle_child(struct rig *rig, uint32_t slot)
{
    struct rig_child *c = &rig->children[slot];

    if (!c->alive)
        return false;
    if (!c->answered)
        rig_tell(rig, EVENT_SPAWNED, slot);
    else if (c->signo != 0)
        rig_exit(rig, slot, c->signo);
    else if (c->draining && !c->drained)
        rig_tell(rig, EVENT_DRAINED, slot);
    else if (c->drained) /* told to, or by itself */
        rig_exit(rig, slot, 0);
    else if (!c->loaded)
        rig_tell(rig, EVENT_LOADED, slot);
    else if (c->started && !c->ready)
        rig_tell(rig, c->kind == CADRE__CHILD_STEWARD ? EVENT_SERVING : EVENT_READY, slot);
    else
        return false;
    return true;
}

void rig_settle(struct rig *rig)
{
    bool again = true;

    while (again && !rig->exited) {
        again = settle_server(rig);
        for (uint32_t slot = 0; slot < rig->m->high_water; slot++)
            again = settle_child(rig, slot) || again;
    }
}

void rig_serve(struct rig *rig)
{
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
    rig_settle(rig);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    ck_assert_uint_eq(rig_serving(rig), rig->plan.workers);
}

/* --- Looking --- */

static uint32_t find(const struct rig *rig, uint32_t generation, enum cadre__child_kind kind,
                     uint32_t index)
{
    for (uint32_t slot = 0; slot < rig->used; slot++) {
        const struct rig_child *c = &rig->children[slot];

        if (c->alive && c->generation == generation && c->kind == kind && c->index == index)
            return slot;
    }
    return NO_SLOT;
}

uint32_t rig_worker(const struct rig *rig, uint32_t generation, uint32_t index)
{
    return find(rig, generation, CADRE__CHILD_WORKER, index);
}

uint32_t rig_steward(const struct rig *rig, uint32_t generation)
{
    return find(rig, generation, CADRE__CHILD_STEWARD, 0);
}

uint32_t rig_reporter(const struct rig *rig, uint32_t generation)
{
    return find(rig, generation, CADRE__CHILD_REPORTER, 0);
}

unsigned rig_alive(const struct rig *rig)
{
    unsigned n = 0;

    for (uint32_t slot = 0; slot < rig->used; slot++)
        n += rig->children[slot].alive;
    return n;
}

unsigned rig_serving(const struct rig *rig)
{
    unsigned n = 0;

    for (uint32_t slot = 0; slot < rig->used; slot++)
        n += rig->children[slot].alive && rig->children[slot].accepted &&
             rig->children[slot].kind == CADRE__CHILD_WORKER && !rig->children[slot].draining &&
             rig->children[slot].signo == 0;
    return n;
}

unsigned rig_count(const struct rig *rig, enum machine_action_type type)
{
    unsigned n = 0;

    for (size_t i = 0; i < rig->out->count; i++)
        n += rig->out->list[i].type == type;
    return n;
}

const struct machine_action *rig_action(const struct rig *rig, enum machine_action_type type)
{
    for (size_t i = 0; i < rig->out->count; i++)
        if (rig->out->list[i].type == type)
            return &rig->out->list[i];
    return NULL;
}

bool rig_said(const struct rig *rig, const char *text)
{
    for (size_t i = 0; i < rig->out->count; i++)
        if (strstr(rig->out->list[i].text, text) != NULL)
            return true;
    return false;
}

/* --- Situations --- */

const char *rig_situation_name(enum rig_situation situation)
{
    static const char *const names[RIG_SITUATIONS] = {
        [RIG_STARTING] = "starting",     [RIG_SERVING] = "serving",
        [RIG_RELOADING] = "reloading",   [RIG_DRAINING] = "draining",
        [RIG_UPGRADING] = "upgrading",   [RIG_STOPPING] = "stopping",
        [RIG_TAKEN_OVER] = "taken over",
    };

    return names[situation];
}

void rig_take_over(struct rig *rig)
{
    rig->upgrade_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_READY, .pid = 4711});
}

static void begin_reload(struct rig *rig)
{
    rig_signal(rig, SIGHUP);
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
}

/* Up to the moment in which the old generation drains. */
static void reload_until_draining(struct rig *rig)
{
    begin_reload(rig);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t slot = rig_worker(rig, 2, i);

        ck_assert_uint_ne(slot, NO_SLOT);
        rig_tell(rig, EVENT_SPAWNED, slot);
        rig_tell(rig, EVENT_LOADED, slot);
        rig_tell(rig, EVENT_READY, slot);
    }
    rig->listen_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_LISTENED});
    ck_assert_uint_ne(rig_worker(rig, 1, 0), NO_SLOT);
}

void rig_bring(struct rig *rig, enum rig_situation situation)
{
    static const enum machine_state states[RIG_SITUATIONS] = {
        [RIG_STARTING] = MACHINE_BOOTING,    [RIG_SERVING] = MACHINE_SERVING,
        [RIG_RELOADING] = MACHINE_RELOADING, [RIG_DRAINING] = MACHINE_SERVING,
        [RIG_UPGRADING] = MACHINE_UPGRADING, [RIG_STOPPING] = MACHINE_STOPPING,
        [RIG_TAKEN_OVER] = MACHINE_STOPPING,
    };

    if (situation == RIG_STARTING) {
        rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
        rig_tell(rig, EVENT_SPAWNED, 0);
        rig_tell(rig, EVENT_LOADED, 0);
    } else {
        rig_serve(rig);
    }
    if (situation == RIG_RELOADING)
        begin_reload(rig);
    else if (situation == RIG_DRAINING)
        reload_until_draining(rig);
    else if (situation == RIG_STOPPING)
        rig_signal(rig, SIGTERM);
    else if (situation == RIG_UPGRADING || situation == RIG_TAKEN_OVER)
        rig_signal(rig, SIGUSR2);
    if (situation == RIG_TAKEN_OVER)
        rig_take_over(rig);
    ck_assert_int_eq(rig->m->state, states[situation]);
}
