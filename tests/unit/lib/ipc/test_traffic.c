/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/traffic: totals that outlive their process, and each process's own share.
 */
#include "config.h"

#include "ipc/traffic.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct cadre__shm shm;
static struct cadre__traffic_area *area;
static struct cadre__traffic_sum sum;

static void make(void)
{
    ck_assert_int_eq(cadre__traffic_create(&shm, &area), 0);
}

/* The process in `slot` answers n requests of 2 ms with status 2xx. */
static void serve(uint32_t slot, uint64_t n)
{
    struct cadre__traffic_counts *now = &area->slot[slot].now;

    cadre__traffic_count(&now->responses[2], n);
    cadre__traffic_count(&now->accepted, 1);
    cadre__traffic_count(&now->time_ns, n * 2000000);
    cadre__traffic_count(&now->latency[cadre__latency_bucket(2000000)], n);
}

static uint64_t total(uint32_t slot)
{
    memset(&sum, 0, sizeof(sum));
    cadre__traffic_add(area, slot, &sum);
    return sum.requests;
}

static uint64_t own(uint32_t slot)
{
    memset(&sum, 0, sizeof(sum));
    cadre__traffic_add_own(area, slot, &sum);
    return sum.requests;
}

START_TEST(a_slot_sums_up_all_its_processes)
{
    make();
    cadre__traffic_claim(area, 2);
    serve(2, 5);
    ck_assert_uint_eq(total(2), 5);
    ck_assert_uint_eq(own(2), 5);
    cadre__traffic_claim(area, 2); /* the next one */
    ck_assert_uint_eq(total(2), 5);
    ck_assert_uint_eq(own(2), 0);
    serve(2, 3);
    ck_assert_uint_eq(total(2), 8);
    ck_assert_uint_eq(own(2), 3);
    ck_assert_uint_eq(sum.accepted, 1);
    ck_assert_uint_eq(sum.time_ns, 6000000);
    ck_assert_uint_eq(sum.latency[cadre__latency_bucket(2000000)], 3);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(slots_add_up_and_classes_are_kept_apart)
{
    make();
    serve(0, 1);
    serve(1, 2);
    cadre__traffic_count(&area->slot[1].now.responses[0], 4);
    cadre__traffic_count(&area->slot[1].now.responses[5], 8);
    cadre__traffic_count(&area->slot[1].now.lost, 3);
    memset(&sum, 0, sizeof(sum));
    cadre__traffic_add(area, 0, &sum);
    cadre__traffic_add(area, 1, &sum);
    ck_assert_uint_eq(sum.requests, 15);
    ck_assert_uint_eq(sum.responses[2], 3);
    ck_assert_uint_eq(sum.responses[0], 4);
    ck_assert_uint_eq(sum.responses[5], 8);
    ck_assert_uint_eq(sum.lost, 3);
    ck_assert_uint_eq(total(0), 1);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(a_slot_that_there_is_not_has_nothing)
{
    make();
    ck_assert_uint_eq(total(CADRE__SLOTS_MAX), 0);
    ck_assert_uint_eq(own(CADRE__SLOTS_MAX), 0);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(an_area_of_another_build_is_refused)
{
    struct cadre__traffic_area *again;
    struct cadre__shm other;

    make();
    ck_assert_int_eq(cadre__traffic_open(&shm, &again), 0);
    ck_assert_ptr_eq(again, area);
    area->record_size++;
    ck_assert_int_eq(cadre__traffic_open(&shm, &again), -EPROTO);
    area->record_size--;
    area->magic = 0;
    ck_assert_int_eq(cadre__traffic_open(&shm, &again), -EPROTO);
    cadre__shm_done(&shm);
    ck_assert_int_eq(cadre__shm_create(&other, "traffic", 4096), 0);
    ck_assert_int_eq(cadre__traffic_open(&other, &again), -EPROTO);
    cadre__shm_done(&other);
}
END_TEST

UNIT_MAIN("ipc/traffic", UNIT_CASE(a_slot_sums_up_all_its_processes),
          UNIT_CASE(slots_add_up_and_classes_are_kept_apart),
          UNIT_CASE(a_slot_that_there_is_not_has_nothing),
          UNIT_CASE(an_area_of_another_build_is_refused))
