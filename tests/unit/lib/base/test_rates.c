/* SPDX-License-Identifier: MIT */
/* Token buckets in memory that processes share. */
#include "base/rates.h"

#include "tests/unit/unit.h"

#include "base/clock.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MS CADRE__NSEC_PER_MSEC

/* Memory that forked processes share. */
static struct cadre__rates make(uint32_t keys)
{
    size_t size = cadre__rates_size(keys);
    void *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct cadre__rates rates;

    ck_assert_ptr_ne(addr, MAP_FAILED);
    ck_assert_int_eq(cadre__rates_open(&rates, addr, size), -EPROTO);
    ck_assert_int_eq(cadre__rates_create(addr, size), 0);
    ck_assert_int_eq(cadre__rates_open(&rates, addr, size), 0);
    return rates;
}

static bool take(const struct cadre__rates *rates, const struct cadre__rate *rate, const char *key,
                 uint64_t now_ns)
{
    struct cadre__rate_answer answer;

    cadre__rates_take(rates, rate, cadre_str_from(key), now_ns, &answer);
    return answer.granted;
}

START_TEST(a_bucket_is_emptied_and_fills_again)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate rate = {.id = 1, .interval_ns = 100 * MS, .burst = 3};
    struct cadre__rate_answer answer;

    cadre__rates_take(&rates, &rate, CADRE_STR("a"), 1000 * MS, &answer);
    ck_assert(answer.granted && answer.left == 2 && answer.wait_ns == 0);
    ck_assert_uint_eq(answer.full_ns, 100 * MS);
    ck_assert(take(&rates, &rate, "a", 1000 * MS));
    cadre__rates_take(&rates, &rate, CADRE_STR("a"), 1000 * MS, &answer);
    ck_assert(answer.granted && answer.left == 0);
    ck_assert_uint_eq(answer.wait_ns, 100 * MS);
    ck_assert_uint_eq(answer.full_ns, 300 * MS);

    cadre__rates_take(&rates, &rate, CADRE_STR("a"), 1040 * MS, &answer);
    ck_assert(!answer.granted && answer.left == 0);
    ck_assert_uint_eq(answer.wait_ns, 60 * MS);
    ck_assert_uint_eq(answer.full_ns, 260 * MS);
    ck_assert(!take(&rates, &rate, "a", 1099 * MS));
    ck_assert(take(&rates, &rate, "a", 1100 * MS));
    ck_assert(!take(&rates, &rate, "a", 1100 * MS));

    /* A long pause fills it, and no more. */
    for (int i = 0; i < 3; i++)
        ck_assert(take(&rates, &rate, "a", 100000 * MS));
    ck_assert(!take(&rates, &rate, "a", 100000 * MS));
}
END_TEST

START_TEST(keys_and_limits_do_not_meet)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate one = {
        .id = cadre__rates_id(&rates, CADRE_STR("one")), .interval_ns = MS, .burst = 1};
    struct cadre__rate two = one;

    two.id = cadre__rates_id(&rates, CADRE_STR("two"));
    ck_assert_uint_ne(one.id, two.id);
    ck_assert(take(&rates, &one, "a", 5 * MS));
    ck_assert(!take(&rates, &one, "a", 5 * MS));
    ck_assert(take(&rates, &one, "b", 5 * MS));
    ck_assert(take(&rates, &one, "", 5 * MS));
    ck_assert(take(&rates, &two, "a", 5 * MS));
    ck_assert(!take(&rates, &two, "a", 5 * MS));
}
END_TEST

/* As a reload does: what was used of a wider bucket empties a narrower one, and no more. */
START_TEST(a_limit_that_becomes_narrower_is_owed_no_more_than_its_burst)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate wide = {.id = 1, .interval_ns = 1000 * MS, .burst = 100};
    const struct cadre__rate narrow = {.id = 1, .interval_ns = 10 * MS, .burst = 2};
    struct cadre__rate_answer answer;

    for (int i = 0; i < 100; i++)
        ck_assert(take(&rates, &wide, "a", 5 * MS));
    cadre__rates_take(&rates, &narrow, CADRE_STR("a"), 6 * MS, &answer);
    ck_assert(!answer.granted && answer.left == 0);
    ck_assert_uint_eq(answer.full_ns, 20 * MS);
    ck_assert_uint_eq(answer.wait_ns, 10 * MS);
    ck_assert(!take(&rates, &narrow, "a", 16 * MS - 1));
    ck_assert(take(&rates, &narrow, "a", 16 * MS));
    ck_assert(!take(&rates, &narrow, "a", 16 * MS));
    ck_assert(take(&rates, &narrow, "a", 26 * MS));
}
END_TEST

START_TEST(an_hour_at_ten_times_the_rate_grants_the_rate)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate rate = {.id = 1, .interval_ns = MS, .burst = 10};
    uint64_t granted = 0;

    for (uint64_t i = 0; i < 36000; i++) /* one each 100 ms would be an hour; 10 a token here */
        granted += take(&rates, &rate, "a", MS + i * MS / 10);
    ck_assert_uint_ge(granted, 3600);
    ck_assert_uint_le(granted, 3610);
}
END_TEST

/* More keys than there is room for: nobody is refused for it, and the busiest is not forgotten. */
START_TEST(a_full_table_forgets_those_with_the_fullest_buckets)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate rate = {.id = 1, .interval_ns = 1000 * MS, .burst = 5};
    char key[16];

    for (int i = 0; i < 5; i++)
        ck_assert(take(&rates, &rate, "busy", MS));
    for (int i = 0; i < 10000; i++) {
        snprintf(key, sizeof(key), "%d", i);
        ck_assert(take(&rates, &rate, key, MS));
    }
    ck_assert(!take(&rates, &rate, "busy", MS));
}
END_TEST

START_TEST(sizes_have_room_for_so_many)
{
    char memory[64] = "";

    ck_assert_uint_ge(cadre__rates_size(1), 16);
    ck_assert_uint_ge(cadre__rates_size(65536), 65536 * 16);
    ck_assert_uint_le(cadre__rates_size(65536), 65536 * 16 + 4096);
    ck_assert_int_eq(cadre__rates_create(memory, sizeof(memory)), -EINVAL);
    ck_assert_int_eq(cadre__rates_create(memory, 0), -EINVAL);
}
END_TEST

/* Memory of a smaller size than it says. */
START_TEST(an_area_that_lies_is_refused)
{
    const size_t size = cadre__rates_size(1024);
    void *addr = aligned_alloc(64, size);
    struct cadre__rates rates;

    ck_assert_ptr_nonnull(addr);
    memset(addr, 0, size);
    ck_assert_int_eq(cadre__rates_create(addr, size), 0);
    ck_assert_int_eq(cadre__rates_open(&rates, addr, size - 1), -EPROTO);
    ck_assert_int_eq(cadre__rates_open(&rates, addr, 16), -EPROTO);
    ck_assert_int_eq(cadre__rates_open(&rates, addr, size), 0);
    free(addr);
}
END_TEST

#define PROCESSES 4
#define TRIES     20000

/* Takes of a bucket that does not fill, and says how many it got. */
static void hammer(const struct cadre__rates *rates, atomic_uint *granted)
{
    const struct cadre__rate rate = {
        .id = 1, .interval_ns = UINT64_C(1000000) * MS, .burst = PROCESSES * TRIES / 8};
    char key[16];

    for (unsigned i = 0; i < TRIES; i++) {
        snprintf(key, sizeof(key), "%u", i % 4);
        if (take(rates, &rate, key, MS))
            atomic_fetch_add(&granted[i % 4], 1);
    }
}

/* Four keys, each asked for twice as often as it may: what is granted is exact. */
START_TEST(processes_that_take_at_once_get_no_token_twice)
{
    const struct cadre__rates rates = make(64);
    atomic_uint *granted =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[PROCESSES];

    ck_assert_ptr_ne(granted, MAP_FAILED);
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            hammer(&rates, granted);
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;

        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(atomic_load(&granted[i]), PROCESSES * TRIES / 8);
}
END_TEST

/* One that dies in the middle of it leaves what the others can use. */
START_TEST(a_process_that_is_killed_holds_nobody_up)
{
    const struct cadre__rates rates = make(64);
    const struct cadre__rate rate = {.id = 1, .interval_ns = 1, .burst = 2};
    atomic_uint *granted =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(granted, MAP_FAILED);
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();
        char key[16];

        if (pid == 0) {
            for (unsigned n = 0;; n++) {
                snprintf(key, sizeof(key), "%u", n % 200);
                take(&rates, &rate, key, MS + n);
                atomic_store(granted, n);
            }
        }
        while (atomic_load(granted) < 1000)
            sched_yield();
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        atomic_store(granted, 0);
        for (unsigned n = 0; n < 200; n++) {
            snprintf(key, sizeof(key), "%u", n);
            ck_assert(take(&rates, &rate, key, 60000 * MS + (unsigned)i * MS));
        }
    }
}
END_TEST

/* Uses eight keys, which is all that one set holds, without an end: each time by 1000 seconds. */
static void run_up_debts(const struct cadre__rates *rates, atomic_uint *rounds)
{
    const struct cadre__rate rate = {
        .id = 1, .interval_ns = UINT64_C(1000000) * MS, .burst = 1000000};
    char key[16];

    for (unsigned i = 0;; i++) {
        snprintf(key, sizeof(key), "%u", i % 8);
        take(rates, &rate, key, MS);
        atomic_store(rounds, i);
    }
}

/*
 * New keys take the places of those while they are in use. What meets there may count one request
 * of another key to a new one, for each of the others; never all that the other key has used.
 */
START_TEST(a_new_key_does_not_begin_with_the_debt_of_the_one_whose_place_it_takes)
{
    const struct cadre__rates rates = make(8);
    const struct cadre__rate rate = {.id = 2, .interval_ns = UINT64_C(1000000) * MS, .burst = 4};
    atomic_uint *rounds =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[2];
    char key[16];

    ck_assert_ptr_ne(rounds, MAP_FAILED);
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0)
            run_up_debts(&rates, rounds);
    }
    while (atomic_load(rounds) < 1000)
        sched_yield();
    for (unsigned i = 0; i < 30000; i++) {
        snprintf(key, sizeof(key), "%u", i);
        ck_assert_msg(take(&rates, &rate, key, MS), "key %u", i);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(kill(pids[i], SIGKILL), 0);
        ck_assert_int_eq(waitpid(pids[i], NULL, 0), pids[i]);
    }
}
END_TEST

UNIT_MAIN("base/rates", UNIT_CASE(a_bucket_is_emptied_and_fills_again),
          UNIT_CASE(keys_and_limits_do_not_meet),
          UNIT_CASE(a_limit_that_becomes_narrower_is_owed_no_more_than_its_burst),
          UNIT_CASE(an_hour_at_ten_times_the_rate_grants_the_rate),
          UNIT_CASE(a_full_table_forgets_those_with_the_fullest_buckets),
          UNIT_CASE(sizes_have_room_for_so_many), UNIT_CASE(an_area_that_lies_is_refused),
          UNIT_CASE(processes_that_take_at_once_get_no_token_twice),
          UNIT_CASE(a_process_that_is_killed_holds_nobody_up),
          UNIT_CASE(a_new_key_does_not_begin_with_the_debt_of_the_one_whose_place_it_takes))
