/* SPDX-License-Identifier: MIT */
/*
 * Tests of worker/quarantine_guard: who is admitted, and what the refused are told.
 */
#include "config.h"

#include "worker/quarantine_guard.h"

#include "base/clock.h"
#include "conf/server_conf.h"
#include "ipc/quarantine.h"
#include "tests/unit/unit.h"
#include "worker/child.h"

static struct cadre__shm shm;
static struct cadre__quarantine *quarantine; /* as the master sees it */
static struct cadre__server_conf conf = {.quarantine = "5 in 60s"};
static struct child child = {.conf = &conf};
static struct quarantine_guard guard;

static bool make(void)
{
    ck_assert_int_eq(cadre__quarantine_create(&shm, &quarantine), 0);
    cadre__heritage_init(&child.heritage);
    child.heritage.slot = 3;
    child.heritage.generation = 2;
    ck_assert_int_eq(cadre__heritage_add_shm(&child.heritage, &shm), 0);
    return quarantine_guard_open(&guard, &child);
}

static enum cadre__app_ticket ask(const char *handler, unsigned *ret_wait_s)
{
    *ret_wait_s = 0;
    return quarantine_guard_admit(&guard, "shop", handler, ret_wait_s);
}

static void bar(uint64_t in_s)
{
    uint64_t now = cadre__clock_now(cadre__clock_system());

    ck_assert_ptr_nonnull(
        cadre__quarantine_bar(quarantine, 2, "shop", "buy", now + in_s * CADRE__NSEC_PER_SEC));
}

START_TEST(without_the_directive_there_is_no_guard)
{
    conf.quarantine = "off";
    ck_assert(!make());
    quarantine_guard_close(&guard);
}
END_TEST

START_TEST(without_an_area_there_is_no_guard)
{
    cadre__heritage_init(&child.heritage);
    ck_assert(!quarantine_guard_open(&guard, &child));
    quarantine_guard_close(&guard);
}
END_TEST

START_TEST(a_handler_that_is_barred_is_refused_with_its_wait)
{
    unsigned wait_s;

    ck_assert(make());
    ck_assert_int_eq(ask("buy", &wait_s), CADRE__APP_ADMITTED);
    bar(1000);
    ck_assert_int_eq(ask("buy", &wait_s), CADRE__APP_REFUSED);
    ck_assert_uint_ge(wait_s, 990);
    ck_assert_uint_le(wait_s, 1000);
    ck_assert_int_eq(ask("sell", &wait_s), CADRE__APP_ADMITTED);
    quarantine_guard_close(&guard);
}
END_TEST

START_TEST(one_is_tried_and_the_others_wait_a_second)
{
    unsigned wait_s;

    ck_assert(make());
    bar(0);
    ck_assert_int_eq(ask("buy", &wait_s), CADRE__APP_TRIED);
    ck_assert_int_eq(ask("buy", &wait_s), CADRE__APP_REFUSED);
    ck_assert_uint_eq(wait_s, 1);
    quarantine_guard_tried(&guard, "shop", "buy");
    ck_assert_int_eq(ask("buy", &wait_s), CADRE__APP_ADMITTED);
    quarantine_guard_close(&guard);
}
END_TEST

UNIT_MAIN("worker/quarantine_guard", UNIT_CASE(without_the_directive_there_is_no_guard),
          UNIT_CASE(without_an_area_there_is_no_guard),
          UNIT_CASE(a_handler_that_is_barred_is_refused_with_its_wait),
          UNIT_CASE(one_is_tried_and_the_others_wait_a_second))
