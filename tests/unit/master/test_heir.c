/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/heir: who gets a connection, in the states that a server goes through. The
 * machine is the rig's.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "master/heir.h"
#include "tests/unit/master/rig.h"

/* Brings a server of three workers, which serve, into a situation. */
static void nothing(struct rig *rig)
{
    (void)rig;
}

static void one_gives(struct rig *rig)
{
    heir_leaves(rig->m, rig_worker(rig, 1, 1));
}

static void all_give(struct rig *rig)
{
    for (uint32_t i = 0; i < 3; i++)
        heir_leaves(rig->m, rig_worker(rig, 1, i));
}

static void one_is_dead(struct rig *rig)
{
    rig_exit(rig, rig_worker(rig, 1, 2), SIGSEGV);
}

static void one_came_back(struct rig *rig)
{
    one_gives(rig);
    rig_exit(rig, rig_worker(rig, 1, 1), 0);
    rig_settle(rig);
}

static void one_drained(struct rig *rig)
{
    rig_tell(rig, EVENT_DRAINED, rig_worker(rig, 1, 0));
}

static void next_is_starting(struct rig *rig)
{
    rig_signal(rig, SIGHUP);
}

static void next_took_over(struct rig *rig)
{
    rig->plan.workers = 2;
    rig_signal(rig, SIGHUP);
    rig_settle(rig);
}

static void stops(struct rig *rig)
{
    rig_signal(rig, SIGTERM);
}

static void nobody_knows_this_slot(struct rig *rig)
{
    heir_leaves(rig->m, MACHINE_SLOTS_MAX);
    heir_leaves(rig->m, HEIR_NONE);
}

static const struct situation {
    const char *name;
    void (*bring)(struct rig *rig);
    uint32_t generation; /* of the heirs */
    const char *heirs;   /* the numbers of its workers that take turns */
} situations[] = {
    {"all serve", nothing, 1, "012"},
    {"one gives its own away", one_gives, 1, "02"},
    {"all give theirs away", all_give, 1, ""},
    {"one is dead", one_is_dead, 1, "01"},
    {"one gave and was replaced", one_came_back, 1, "012"},
    {"one has drained by itself", one_drained, 1, "12"},
    {"the next generation starts", next_is_starting, 1, "012"},
    {"the next generation has taken over", next_took_over, 2, "01"},
    {"the server stops", stops, 1, ""},
    {"no such slot", nobody_knows_this_slot, 1, "012"},
};

START_TEST(workers_of_the_current_generation_take_turns)
{
    const struct situation *s = &situations[_i];
    struct rig *rig = rig_new(3, false);
    unsigned turns[3] = {0}, n = (unsigned)strlen(s->heirs), found = 0;

    rig_serve(rig);
    s->bring(rig);
    ck_assert_msg(heir_count(rig->m) == n, "%s: %u", s->name, heir_count(rig->m));
    for (unsigned i = 0; i < 4 * n; i++) {
        uint32_t slot = heir_next(rig->m);
        const struct machine_child *c;

        ck_assert_msg(slot < MACHINE_SLOTS_MAX, "%s", s->name);
        c = &rig->m->children[slot];
        ck_assert_msg(c->generation == s->generation, "%s", s->name);
        ck_assert_msg(strchr(s->heirs, (int)('0' + c->index)) != NULL, "%s: %u", s->name, c->index);
        turns[c->index]++;
    }
    for (uint32_t slot = 0; slot < MACHINE_SLOTS_MAX; slot++) {
        const struct machine_child *c = &rig->m->children[slot];
        bool is_one = c->state != CHILD_NONE && c->kind == CADRE__CHILD_WORKER &&
                      c->generation == s->generation &&
                      strchr(s->heirs, (int)('0' + c->index)) != NULL;

        ck_assert_msg(!heir_is(rig->m, slot) || is_one, "%s: slot %u", s->name, slot);
        found += heir_is(rig->m, slot);
    }
    ck_assert_msg(found == n, "%s: %u", s->name, found);
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(turns[s->heirs[i] - '0'] == 4, "%s", s->name);
    if (n == 0)
        ck_assert_uint_eq(heir_next(rig->m), HEIR_NONE);
    rig_free(rig);
}
END_TEST

START_TEST(a_steward_is_no_heir)
{
    struct rig *rig = rig_new(1, false);

    rig->wants_steward = true;
    rig_serve(rig);
    ck_assert_uint_eq(heir_count(rig->m), 1);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(heir_next(rig->m), rig_worker(rig, 1, 0));
    rig_free(rig);
}
END_TEST

START_TEST(before_the_boot_there_is_none)
{
    struct rig *rig = rig_new(1, false);

    ck_assert_uint_eq(heir_count(rig->m), 0);
    ck_assert_uint_eq(heir_next(rig->m), HEIR_NONE);
    rig_free(rig);
}
END_TEST

UNIT_MAIN("master/heir",
          UNIT_LOOP(workers_of_the_current_generation_take_turns,
                    sizeof(situations) / sizeof(situations[0])),
          UNIT_CASE(a_steward_is_no_heir), UNIT_CASE(before_the_boot_there_is_none))
