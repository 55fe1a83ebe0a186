/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/machine by long random lives: children that start, fail, die, hang, lie and
 * leave at any moment, signals at any moment. The rig checks what must hold at every step: no
 * action on a slot without a process, no second steward, no more starts at a time than allowed,
 * nobody drained for a reload before the others serve. Here: it ends after SIGTERM, always.
 */
#include "config.h"

#include <signal.h>

#include "tests/unit/unit.h"

#include "tests/unit/master/rig.h"

#define LIVES 200
#define STEPS 1500

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % below;
}

/* A living child, or NO_SLOT. */
static uint32_t any_child(const struct rig *rig)
{
    uint32_t from;

    if (rig->m->high_water == 0)
        return NO_SLOT;
    from = draw(rig->m->high_water);
    for (uint32_t i = 0; i < rig->m->high_water; i++) {
        uint32_t slot = (from + i) % rig->m->high_water;

        if (rig->children[slot].alive)
            return slot;
    }
    return NO_SLOT;
}

/* The next thing that a child in good order does. */
static void go_on(struct rig *rig, uint32_t slot)
{
    struct rig_child *c = &rig->children[slot];

    if (!c->answered)
        rig_tell(rig, EVENT_SPAWNED, slot);
    else if (c->signo == SIGKILL || c->signo == SIGABRT)
        rig_exit(rig, slot, c->signo);
    else if (c->draining && !c->drained && draw(4) != 0)
        rig_tell(rig, EVENT_DRAINED, slot);
    else if (c->draining || c->drained)
        rig_exit(rig, slot, 0);
    else if (!c->loaded)
        rig_tell(rig, EVENT_LOADED, slot);
    else if (c->started && !c->ready)
        rig_tell(rig, c->kind == CADRE__CHILD_STEWARD ? EVENT_SERVING : EVENT_READY, slot);
}

static void misbehave(struct rig *rig, uint32_t slot)
{
    switch (draw(8)) {
    case 0:
        if (!rig->children[slot].answered)
            rig_tell(rig, EVENT_SPAWN_FAILED, slot);
        break;
    case 1:
        rig_exit(rig, slot, SIGSEGV);
        break;
    case 2:
        rig_exit(rig, slot, (int)draw(3) << 8);
        break;
    case 3:
        rig_fail(rig, slot, "random reason");
        break;
    case 4:
        rig_feed(rig, (struct machine_event){.type = EVENT_BROKEN, .slot = slot});
        break;
    case 5:
        rig_feed(rig, (struct machine_event){
                          .type = EVENT_SILENT, .slot = slot, .silent_ns = 31 * RIG_SEC});
        break;
    case 6: /* drains though nobody told it */
        rig->children[slot].drained = true;
        rig_feed(rig, (struct machine_event){.type = EVENT_DRAINED, .slot = slot});
        break;
    default: /* says something that does not fit, unless it would be taken for the truth */
        if (rig->children[slot].loaded)
            rig_feed(rig, (struct machine_event){
                              .type = EVENT_LOADED, .slot = slot, .wants_steward = draw(2) == 0});
        break;
    }
}

static void refuse_upgrade(struct rig *rig)
{
    if (!rig->upgrade_asked)
        return;
    rig->upgrade_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_UPGRADE_FAILED, .text = "bad"});
}

static void answer_server(struct rig *rig)
{
    if (draw(4) == 0)
        refuse_upgrade(rig);
    if (rig->listen_asked) {
        const char *error = draw(10) == 0 ? "no address" : NULL;

        rig->listen_asked = false;
        rig->listening |= error == NULL;
        rig_feed(rig, (struct machine_event){.type = EVENT_LISTENED, .text = error});
    }
    if (rig->load_asked) {
        rig->load_asked = false;
        rig->plan.workers = 1 + draw(6);
        if (draw(5) == 0)
            rig_feed(rig, (struct machine_event){.type = EVENT_CONF_BAD, .text = "bad"});
        else
            rig_feed(rig, (struct machine_event){.type = EVENT_CONF_OK, .plan = &rig->plan});
    }
}

static void random_step(struct rig *rig, uint32_t trouble)
{
    static const int harmless[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTIN, SIGTTOU, SIGWINCH};
    uint32_t slot = any_child(rig), what = draw(100);

    rig->random = draw(UINT32_MAX);
    rig->wants_steward = draw(20) == 0 ? !rig->wants_steward : rig->wants_steward;
    answer_server(rig);
    if (what < trouble && slot != NO_SLOT && rig->children[slot].alive)
        misbehave(rig, slot);
    else if (what < 89 && slot != NO_SLOT && rig->children[slot].alive)
        go_on(rig, slot);
    else if (what < 90 && slot != NO_SLOT && rig->children[slot].alive)
        rig_tell(rig, EVENT_LOST, slot);
    else if (what < 91 && slot != NO_SLOT)
        rig_feed(rig, (struct machine_event){.type = EVENT_WORN, .slot = slot, .text = "worn"});
    else if (what < 93)
        rig_signal(rig, harmless[draw(7)]);
    else
        rig_advance(rig, (uint64_t)draw(4000) * RIG_MSEC);
}

/* After SIGTERM it ends, whether its children obey or not. */
static void check_end(struct rig *rig)
{
    bool obedient = draw(2) == 0;

    if (!rig->exited && !rig->stopping)
        rig_signal(rig, SIGTERM);
    if (obedient) {
        rig_settle(rig);
        ck_assert_msg(rig->exited, "all children left, the server did not");
        return;
    }
    answer_server(rig); /* what the master asks itself is always answered */
    rig_advance(rig, 600 * RIG_SEC);
    ck_assert_msg(rig->exited, "it waits for ever for children that hang");
}

START_TEST(a_random_life_keeps_to_the_rules_and_ends)
{
    struct rig *rig;

    seed = ((uint64_t)_i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    rig = rig_new(1 + draw(8), draw(2) == 0);
    rig->plan.surge = 1 + draw(4);
    rig->plan.spares = draw(3);
    rig->plan.max_age_ns = draw(3) == 0 ? (1 + draw(20)) * RIG_SEC : 0;
    rig->plan.max_generations = 1 + draw(4);
    rig->plan.restart_limit = draw(4) == 0 ? 1 + draw(5) : 0;
    rig->wants_steward = draw(2) == 0;
    rig_feed(rig, (struct machine_event){.type = EVENT_BOOT, .plan = &rig->plan});
    for (int i = 0; i < STEPS && !rig->exited; i++)
        random_step(rig, draw(8) == 0 ? 30 : 3);
    check_end(rig);
    rig_free(rig);
}
END_TEST

START_TEST(a_server_left_alone_after_trouble_is_whole_again)
{
    struct rig *rig;

    seed = ((uint64_t)_i + 1) * UINT64_C(0xD1B54A32D192ED03);
    rig = rig_new(1 + draw(6), false);
    rig->plan.spares = draw(3);
    rig->wants_steward = draw(2) == 0;
    rig_serve(rig);
    for (int i = 0; i < STEPS; i++)
        random_step(rig, 10);
    ck_assert(!rig->stopping);
    /* All waits end within restart_delay_max; all hangs within the limits. */
    for (int i = 0; i < 120; i++) {
        rig_settle(rig);
        refuse_upgrade(rig);
        rig_advance(rig, RIG_SEC);
    }
    rig_settle(rig);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (rig->m->generations[i].state == GENERATION_CURRENT)
            ck_assert_uint_eq(rig_serving(rig), rig->m->generations[i].target);
        else
            ck_assert_int_eq(rig->m->generations[i].state, GENERATION_NONE);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/machine_random", UNIT_LOOP(a_random_life_keeps_to_the_rules_and_ends, LIVES),
          UNIT_LOOP(a_server_left_alone_after_trouble_is_whole_again, 100))
