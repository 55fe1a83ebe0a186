/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/quarantine: who may run, who probes, and what becomes of a probe.
 */
#include "config.h"

#include "ipc/quarantine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct cadre__shm shm;
static struct cadre__quarantine *q;
static uint64_t wait_ns;

static void make(void)
{
    ck_assert_int_eq(cadre__quarantine_create(&shm, &q), 0);
}

static enum cadre__quarantine_ticket ask(uint32_t generation, uint32_t slot, const char *handler,
                                         uint64_t now_ns)
{
    wait_ns = 0;
    return cadre__quarantine_ask(q, generation, slot, "shop", handler, now_ns, &wait_ns);
}

START_TEST(nothing_is_barred_at_first)
{
    make();
    ck_assert(cadre__quarantine_is_empty(q));
    ck_assert_int_eq(ask(1, 0, "buy", 5), CADRE__QUARANTINE_PASS);
    cadre__quarantine_probed(q, 1, 0, "shop", "buy");
    cadre__quarantine_release(q, 0, 7);
}
END_TEST

START_TEST(a_barred_handler_is_refused_and_others_are_not)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert(!cadre__quarantine_is_empty(q));
    ck_assert_int_eq(ask(1, 0, "buy", 60), CADRE__QUARANTINE_REFUSE);
    ck_assert_uint_eq(wait_ns, 40);
    ck_assert_int_eq(ask(1, 0, "sell", 60), CADRE__QUARANTINE_PASS);
    ck_assert_int_eq(ask(2, 0, "buy", 60), CADRE__QUARANTINE_PASS);
    ck_assert_uint_eq(cadre__quarantine_find(q, 1, "shop", "buy")->refused, 1);
}
END_TEST

START_TEST(one_request_at_a_time_is_the_probe)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert_int_eq(ask(1, 3, "buy", 100), CADRE__QUARANTINE_PROBE);
    ck_assert(cadre__quarantine_is_probed(cadre__quarantine_find(q, 1, "shop", "buy")));
    ck_assert_int_eq(ask(1, 3, "buy", 200), CADRE__QUARANTINE_REFUSE);
    ck_assert_uint_eq(wait_ns, 0);
    ck_assert_int_eq(ask(1, 4, "buy", 200), CADRE__QUARANTINE_REFUSE);
    cadre__quarantine_probed(q, 1, 4, "shop", "buy"); /* not the one who probes */
    ck_assert_int_eq(ask(1, 4, "buy", 200), CADRE__QUARANTINE_REFUSE);
    cadre__quarantine_probed(q, 1, 3, "shop", "buy");
    ck_assert_int_eq(ask(1, 4, "buy", 200), CADRE__QUARANTINE_PASS);
    ck_assert_ptr_null(cadre__quarantine_find(q, 1, "shop", "buy"));
}
END_TEST

START_TEST(a_prober_that_goes_leaves_the_probe_to_another)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert_int_eq(ask(1, 3, "buy", 100), CADRE__QUARANTINE_PROBE);
    cadre__quarantine_release(q, 4, 300);
    ck_assert_int_eq(ask(1, 4, "buy", 300), CADRE__QUARANTINE_REFUSE);
    cadre__quarantine_release(q, 3, 300);
    ck_assert_int_eq(ask(1, 4, "buy", 299), CADRE__QUARANTINE_REFUSE);
    ck_assert_int_eq(ask(1, 4, "buy", 300), CADRE__QUARANTINE_PROBE);
}
END_TEST

START_TEST(a_probe_that_killed_is_barred_anew)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert_int_eq(ask(1, 3, "buy", 100), CADRE__QUARANTINE_PROBE);
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 500));
    cadre__quarantine_release(q, 3, 101);
    ck_assert_int_eq(ask(1, 3, "buy", 400), CADRE__QUARANTINE_REFUSE);
    ck_assert_uint_eq(wait_ns, 100);
}
END_TEST

START_TEST(another_generation_begins_with_none)
{
    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 2, "shop", "sell", 100));
    cadre__quarantine_keep(q, 2);
    ck_assert_ptr_null(cadre__quarantine_find(q, 1, "shop", "buy"));
    ck_assert_ptr_nonnull(cadre__quarantine_find(q, 2, "shop", "sell"));
    cadre__quarantine_keep(q, 3);
    ck_assert(cadre__quarantine_is_empty(q));
}
END_TEST

START_TEST(entries_are_limited_and_used_again)
{
    char name[32];

    make();
    for (int i = 0; i < CADRE__QUARANTINE_MAX; i++) {
        (void)snprintf(name, sizeof(name), "handler_%d", i);
        ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", name, 100));
    }
    ck_assert_ptr_null(cadre__quarantine_bar(q, 1, "shop", "one_more", 100));
    ck_assert_int_eq(ask(1, 0, "handler_7", 100), CADRE__QUARANTINE_PROBE);
    cadre__quarantine_probed(q, 1, 0, "shop", "handler_7");
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "one_more", 100));
}
END_TEST

START_TEST(a_long_name_is_cut_and_found)
{
    char name[2 * CADRE__QUARANTINE_NAME];

    make();
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", name, 100));
    ck_assert_int_eq(ask(1, 0, name, 50), CADRE__QUARANTINE_REFUSE);
}
END_TEST

START_TEST(what_is_no_area_is_refused)
{
    struct cadre__shm other;
    struct cadre__quarantine *found;

    make();
    ck_assert_int_eq(cadre__quarantine_open(&shm, &found), 0);
    ck_assert_ptr_eq(found, q);
    q->entry_size++;
    ck_assert_int_eq(cadre__quarantine_open(&shm, &found), -EPROTO);
    ck_assert_int_eq(cadre__shm_create(&other, "other", 64), 0);
    ck_assert_int_eq(cadre__quarantine_open(&other, &found), -EPROTO);
}
END_TEST

START_TEST(entries_are_listed_as_they_are)
{
    struct cadre__quarantine_view view[CADRE__QUARANTINE_MAX];

    make();
    ck_assert_uint_eq(cadre__quarantine_list(q, view, CADRE__QUARANTINE_MAX), 0);
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "buy", 100));
    ck_assert_ptr_nonnull(cadre__quarantine_bar(q, 1, "shop", "se\nll", 50));
    ck_assert_int_eq(ask(1, 0, "buy", 60), CADRE__QUARANTINE_REFUSE);
    ck_assert_int_eq(ask(1, 7, "se\nll", 60), CADRE__QUARANTINE_PROBE);
    ck_assert_uint_eq(cadre__quarantine_list(q, view, CADRE__QUARANTINE_MAX), 2);
    ck_assert_str_eq(view[0].module, "shop");
    ck_assert_str_eq(view[0].handler, "buy");
    ck_assert_uint_eq(view[0].generation, 1);
    ck_assert_uint_eq(view[0].refused, 1);
    ck_assert_uint_eq(view[0].retry_ns, 100);
    ck_assert(!view[0].probed);
    ck_assert_str_eq(view[1].handler, "se?ll");
    ck_assert(view[1].probed);
    ck_assert_uint_eq(cadre__quarantine_list(q, view, 1), 1);
    cadre__quarantine_keep(q, 2);
    ck_assert_uint_eq(cadre__quarantine_list(q, view, CADRE__QUARANTINE_MAX), 0);
}
END_TEST

UNIT_MAIN("ipc/quarantine", UNIT_CASE(entries_are_listed_as_they_are),
          UNIT_CASE(nothing_is_barred_at_first),
          UNIT_CASE(a_barred_handler_is_refused_and_others_are_not),
          UNIT_CASE(one_request_at_a_time_is_the_probe),
          UNIT_CASE(a_prober_that_goes_leaves_the_probe_to_another),
          UNIT_CASE(a_probe_that_killed_is_barred_anew),
          UNIT_CASE(another_generation_begins_with_none),
          UNIT_CASE(entries_are_limited_and_used_again), UNIT_CASE(a_long_name_is_cut_and_found),
          UNIT_CASE(what_is_no_area_is_refused))
