/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/quarantine: how many deaths bar a handler, for how long, and what ends it.
 */
#include "config.h"

#include "master/quarantine.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ipc/quarantine.h"
#include "tests/unit/unit.h"

#define SECOND CADRE__NSEC_PER_SEC
#define START  (1000 * SECOND)

static struct quarantine *q;
static struct cadre__quarantine *area; /* as a worker sees it */
static const struct quarantine_rule rule = {.deaths = 3, .window_ns = 60 * SECOND};

static void make(void)
{
    ck_assert_int_eq(quarantine_new(&q), 0);
    ck_assert_int_eq(cadre__quarantine_open(quarantine_area(q), &area), 0);
}

static void die(uint32_t generation, const char *handler, uint64_t at)
{
    const struct quarantine_death death = {.generation = generation,
                                           .slot = 1,
                                           .module = "shop",
                                           .handler = handler,
                                           .now_ns = START + at * SECOND};

    quarantine_note(q, &rule, &death);
    quarantine_gone(q, 1, death.now_ns);
}

static enum cadre__quarantine_ticket ask(uint32_t generation, const char *handler, uint64_t at)
{
    uint64_t wait;

    return cadre__quarantine_ask(area, generation, 1, "shop", handler, START + at * SECOND, &wait);
}

static unsigned barred(void)
{
    struct cadre__quarantine_view view[CADRE__QUARANTINE_MAX];

    return cadre__quarantine_list(area, view, CADRE__QUARANTINE_MAX);
}

START_TEST(so_many_deaths_within_the_window_bar_a_handler)
{
    make();
    die(1, "buy", 0);
    die(1, "buy", 30);
    ck_assert_uint_eq(barred(), 0);
    die(1, "buy", 60);
    ck_assert_uint_eq(barred(), 1);
    ck_assert_int_eq(ask(1, "buy", 61), CADRE__QUARANTINE_REFUSE);
    ck_assert_int_eq(ask(1, "sell", 61), CADRE__QUARANTINE_PASS);
}
END_TEST

START_TEST(deaths_that_are_too_long_ago_do_not_count)
{
    make();
    for (uint64_t at = 0; at < 3000; at += 31)
        die(1, "buy", at);
    ck_assert_uint_eq(barred(), 0);
}
END_TEST

START_TEST(each_handler_has_its_own_count)
{
    make();
    for (uint64_t at = 0; at < 2; at++) {
        die(1, "buy", at);
        die(1, "sell", at);
        die(2, "buy", at);
    }
    ck_assert_uint_eq(barred(), 0);
    die(2, "buy", 3);
    ck_assert_uint_eq(barred(), 1);
}
END_TEST

START_TEST(a_death_without_a_handler_bars_nobody)
{
    make();
    for (uint64_t at = 0; at < 9; at++)
        die(1, "", at);
    ck_assert_uint_eq(barred(), 0);
}
END_TEST

START_TEST(a_rule_that_is_off_counts_nothing)
{
    const struct quarantine_rule off = {.deaths = 0};
    const struct quarantine_death death = {
        .generation = 1, .module = "shop", .handler = "buy", .now_ns = START};

    make();
    for (int i = 0; i < 9; i++)
        quarantine_note(q, &off, &death);
    ck_assert_uint_eq(barred(), 0);
}
END_TEST

/* The wait is the window, and doubles with each probe that kills, up to 32 windows. */
START_TEST(each_probe_that_kills_doubles_the_wait)
{
    uint64_t at = 0, wait = 60;

    make();
    for (int i = 0; i < 3; i++)
        die(1, "buy", at);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(ask(1, "buy", at + wait - 1), CADRE__QUARANTINE_REFUSE);
        at += wait;
        ck_assert_int_eq(ask(1, "buy", at), CADRE__QUARANTINE_PROBE);
        die(1, "buy", at);
        wait = wait * 2 > 32 * 60 ? 32 * 60 : wait * 2;
    }
}
END_TEST

START_TEST(one_that_came_through_begins_anew)
{
    make();
    for (int i = 0; i < 3; i++)
        die(1, "buy", 0);
    ck_assert_int_eq(ask(1, "buy", 60), CADRE__QUARANTINE_PROBE);
    cadre__quarantine_probed(area, 1, 1, "shop", "buy");
    ck_assert_uint_eq(barred(), 0);
    die(1, "buy", 61);
    die(1, "buy", 62);
    ck_assert_uint_eq(barred(), 0);
    die(1, "buy", 63);
    ck_assert_int_eq(ask(1, "buy", 63 + 59), CADRE__QUARANTINE_REFUSE);
    ck_assert_int_eq(ask(1, "buy", 63 + 60), CADRE__QUARANTINE_PROBE);
}
END_TEST

START_TEST(a_prober_that_dies_of_another_thing_leaves_the_probe)
{
    make();
    for (int i = 0; i < 3; i++)
        die(1, "buy", 0);
    ck_assert_int_eq(ask(1, "buy", 60), CADRE__QUARANTINE_PROBE);
    quarantine_gone(q, 1, START + 61 * SECOND);
    ck_assert_int_eq(ask(1, "buy", 61), CADRE__QUARANTINE_PROBE);
}
END_TEST

START_TEST(a_new_generation_has_a_clean_sheet)
{
    make();
    for (int i = 0; i < 3; i++)
        die(1, "buy", 0);
    die(2, "buy", 1);
    die(2, "buy", 1);
    quarantine_adopt(q, 2);
    ck_assert_uint_eq(barred(), 0);
    ck_assert_int_eq(ask(1, "buy", 2), CADRE__QUARANTINE_PASS);
    die(2, "buy", 2);
    ck_assert_uint_eq(barred(), 1);
}
END_TEST

START_TEST(many_handlers_are_remembered_and_then_the_oldest_forgotten)
{
    char name[32];

    make();
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof(name), "handler_%u", i);
        die(1, name, i);
        die(1, name, i);
    }
    die(1, "handler_99", 101);
    die(1, "handler_0", 101);
    ck_assert_uint_eq(barred(), 1);
}
END_TEST

UNIT_MAIN("master/quarantine", UNIT_CASE(so_many_deaths_within_the_window_bar_a_handler),
          UNIT_CASE(deaths_that_are_too_long_ago_do_not_count),
          UNIT_CASE(each_handler_has_its_own_count),
          UNIT_CASE(a_death_without_a_handler_bars_nobody),
          UNIT_CASE(a_rule_that_is_off_counts_nothing),
          UNIT_CASE(each_probe_that_kills_doubles_the_wait),
          UNIT_CASE(one_that_came_through_begins_anew),
          UNIT_CASE(a_prober_that_dies_of_another_thing_leaves_the_probe),
          UNIT_CASE(a_new_generation_has_a_clean_sheet),
          UNIT_CASE(many_handlers_are_remembered_and_then_the_oldest_forgotten))
