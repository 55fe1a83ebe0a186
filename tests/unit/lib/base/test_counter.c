/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/counter: adding from threads and processes, sums that never go back while slots
 * die and are folded, and an area that a mad process has scribbled over. The source is compiled in:
 * one case has to die with the lock.
 */
#include "base/counter.c"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define SLOTS    4
#define CAPACITY 32

static struct cadre__shm shm;
static struct cadre__counters master;

static void make_area(void)
{
    ck_assert_int_eq(
        cadre__shm_create(&shm, CADRE__COUNTERS_AREA, cadre__counters_size(SLOTS, CAPACITY)), 0);
    ck_assert_int_eq(cadre__counters_create(&master, &shm, SLOTS, CAPACITY), 0);
}

static struct cadre__counters attach(uint32_t slot)
{
    struct cadre__counters counters;
    ck_assert_int_eq(cadre__counters_attach(&counters, &shm, slot), 0);
    return counters;
}

static struct cadre__counter define(struct cadre__counters *counters, const char *name,
                                    enum cadre__counter_kind kind)
{
    struct cadre__counter counter = {0};
    ck_assert_int_eq(cadre__counter_define(counters, name, "help", kind, &counter), 0);
    return counter;
}

START_TEST(a_name_is_one_row_for_all_slots)
{
    make_area();
    struct cadre__counters a = attach(0), b = attach(3);
    struct cadre__counter requests_a = define(&a, "requests_total", CADRE__COUNTER_COUNTER);
    struct cadre__counter other = define(&b, "other_total", CADRE__COUNTER_COUNTER);
    struct cadre__counter requests_b = define(&b, "requests_total", CADRE__COUNTER_COUNTER);
    cadre__counter_add(requests_a, 5);
    cadre__counter_add(requests_b, 7);
    cadre__counter_add(other, 1);
    ck_assert_uint_eq(cadre__counters_count(&master), 2);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 12);
    ck_assert_uint_eq(cadre__counters_sum(&master, 1), 1);
    ck_assert_uint_eq(cadre__counters_sum(&master, 2), 0);
    struct cadre__counter_info info;
    ck_assert_int_eq(cadre__counters_info(&master, 1, &info), 0);
    ck_assert_str_eq(info.name, "other_total");
    ck_assert_str_eq(info.help, "help");
    ck_assert_int_eq(info.kind, CADRE__COUNTER_COUNTER);
    ck_assert_int_eq(cadre__counters_info(&master, 2, &info), -ENOENT);
}
END_TEST

START_TEST(slots_do_not_share_cache_lines)
{
    make_area();
    struct cadre__counters a = attach(0), b = attach(1);
    uintptr_t last = 0;
    for (int i = 0; i < CAPACITY; i++) {
        char name[] = {(char)('a' + i / 26), (char)('a' + i % 26), 0};
        last = (uintptr_t)define(&a, name, CADRE__COUNTER_COUNTER).value;
    }
    uintptr_t first = (uintptr_t)define(&b, "aa", CADRE__COUNTER_COUNTER).value;
    ck_assert_uint_ne(first / 64, last / 64);
    ck_assert_uint_eq(first % 64, 0);
}
END_TEST

START_TEST(a_sum_takes_no_memory_for_slots_that_were_never_used)
{
    struct stat st;
    size_t size = cadre__counters_size(1024, 512);
    ck_assert_int_eq(cadre__shm_create(&shm, "large", size), 0);
    ck_assert_int_eq(cadre__counters_create(&master, &shm, 1024, 512), 0);
    struct cadre__counters a = attach(2);
    cadre__counter_add(define(&a, "total", CADRE__COUNTER_COUNTER), 9);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 9);
    ck_assert_int_eq(fstat(shm.fd, &st), 0);
    ck_assert_uint_lt((size_t)st.st_blocks * 512, 40000);
    ck_assert_uint_gt(size, 4000000);
}
END_TEST

START_TEST(a_counter_that_was_not_defined_counts_nothing)
{
    struct cadre__counter nothing = {0};
    cadre__counter_add(nothing, 1);
    cadre__gauge_add(nothing, -1);
    cadre__gauge_set(nothing, 5);
}
END_TEST

static const struct {
    const char *name;
    int r;
} names[] = {
    {"requests_total", 0},
    {"_x:9", 0},
    {":x", 0},
    {"A", 0},
    {"a23456789012345678901234567890123456789012345678901234567890123", 0},
    {"a234567890123456789012345678901234567890123456789012345678901234", -EINVAL},
    {"", -EINVAL},
    {"9x", -EINVAL},
    {"a b", -EINVAL},
    {"a-b", -EINVAL},
    {"a\n", -EINVAL},
    {"\xc3\xbc", -EINVAL},
};

START_TEST(names_are_those_of_prometheus)
{
    make_area();
    struct cadre__counters a = attach(0);
    struct cadre__counter counter = {0};
    ck_assert_int_eq(
        cadre__counter_define(&a, names[_i].name, NULL, CADRE__COUNTER_COUNTER, &counter),
        names[_i].r);
    ck_assert_int_eq(counter.value != NULL, names[_i].r == 0);
}
END_TEST

START_TEST(definitions_that_clash_are_refused)
{
    make_area();
    struct cadre__counters a = attach(0), reader = attach(CADRE__COUNTERS_NO_SLOT);
    struct cadre__counter counter = {0};
    define(&a, "x", CADRE__COUNTER_COUNTER);
    ck_assert_int_eq(cadre__counter_define(&a, "x", "", CADRE__COUNTER_GAUGE, &counter), -EEXIST);
    ck_assert_int_eq(cadre__counter_define(&a, "y", "", (enum cadre__counter_kind)9, &counter),
                     -EINVAL);
    ck_assert_int_eq(cadre__counter_define(&reader, "y", "", CADRE__COUNTER_GAUGE, &counter),
                     -EACCES);
    for (int i = 1; i < CAPACITY; i++) {
        char name[] = {'n', (char)('a' + i / 26), (char)('a' + i % 26), 0};
        define(&a, name, CADRE__COUNTER_GAUGE);
    }
    ck_assert_int_eq(cadre__counter_define(&a, "y", "", CADRE__COUNTER_GAUGE, &counter), -ENOSPC);
    define(&a, "x", CADRE__COUNTER_COUNTER); /* known ones are still found */
    ck_assert_uint_eq(cadre__counters_count(&a), CAPACITY);
    ck_assert_ptr_null(counter.value);
}
END_TEST

START_TEST(a_counter_outlives_its_process_and_a_gauge_does_not)
{
    make_area();
    struct cadre__counters a = attach(1), b = attach(2);
    struct cadre__counter total_a = define(&a, "total", CADRE__COUNTER_COUNTER);
    struct cadre__counter total_b = define(&b, "total", CADRE__COUNTER_COUNTER);
    struct cadre__counter open_a = define(&a, "open", CADRE__COUNTER_GAUGE);
    struct cadre__counter open_b = define(&b, "open", CADRE__COUNTER_GAUGE);
    cadre__counter_add(total_a, 10);
    cadre__counter_add(total_b, 100);
    cadre__gauge_set(open_a, 3);
    cadre__gauge_add(open_b, 4);
    cadre__gauge_add(open_b, -5);
    ck_assert_int_eq((int64_t)cadre__counters_sum(&master, 1), 2);
    cadre__counters_forget_gauges(&master, 1);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 110);
    ck_assert_int_eq((int64_t)cadre__counters_sum(&master, 1), -1);
    /* The slot's next process goes on from there. */
    ck_assert_int_eq(cadre__counters_attach(&a, &shm, 1), 0);
    total_a = define(&a, "total", CADRE__COUNTER_COUNTER);
    cadre__counter_add(total_a, 1);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 111);
    cadre__counters_forget_gauges(&master, 1);
    cadre__counters_forget_gauges(&master, 1);
    cadre__counters_forget_gauges(&master, 99);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 111);
}
END_TEST

START_TEST(attaching_checks_what_it_is_given)
{
    struct cadre__counters counters;
    struct cadre__shm small, readonly;
    make_area();
    ck_assert_int_eq(cadre__counters_attach(&counters, &shm, SLOTS), -EINVAL);
    ck_assert_int_eq(cadre__shm_attach(&readonly, "counters", dup(shm.fd), false), 0);
    ck_assert_int_eq(cadre__counters_attach(&counters, &readonly, 0), -EACCES);
    ck_assert_int_eq(cadre__counters_attach(&counters, &readonly, CADRE__COUNTERS_NO_SLOT), 0);
    ck_assert_uint_eq(cadre__counters_sum(&counters, 0), 0);
    ck_assert_int_eq(cadre__counters_create(&counters, &readonly, SLOTS, CAPACITY), -EINVAL);
    ck_assert_int_eq(cadre__counters_create(&counters, &shm, SLOTS + 1, CAPACITY), -EINVAL);
    ck_assert_int_eq(cadre__counters_create(&counters, &shm, 0, CAPACITY), -EINVAL);
    ck_assert_int_eq(cadre__counters_create(&counters, &shm, SLOTS, 0), -EINVAL);
    ck_assert_int_eq(cadre__shm_create(&small, "small", 100000), 0);
    ck_assert_int_eq(cadre__counters_attach(&counters, &small, 0), -EPROTO);
    /* Sizes that do not fit into the mapping. */
    uint32_t *head = shm.addr;
    const uint32_t kept[4] = {head[0], head[1], head[2], head[3]};
    for (int i = 0; i < 4; i++) {
        head[i] = UINT32_MAX;
        ck_assert_int_eq(cadre__counters_attach(&counters, &shm, 0), -EPROTO);
        head[i] = kept[i];
    }
    ck_assert_int_eq(cadre__counters_attach(&counters, &shm, 0), 0);
}
END_TEST

START_TEST(a_scribbled_area_gives_wrong_numbers_and_no_more)
{
    struct cadre__counter_info info;
    make_area();
    struct cadre__counters a = attach(0);
    define(&a, "x", CADRE__COUNTER_COUNTER);
    for (int byte = 0x00; byte <= 0xff; byte += 0x55) {
        memset(shm.addr, byte, shm.size);
        uint32_t count = cadre__counters_count(&master);
        ck_assert_uint_le(count, CAPACITY);
        for (uint32_t i = 0; i <= count; i++) {
            ck_assert_int_lt(cadre__counters_info(&master, i, &info), 0);
            cadre__counters_sum(&master, i);
        }
        for (uint32_t slot = 0; slot <= SLOTS; slot++)
            cadre__counters_forget_gauges(&master, slot);
    }
}
END_TEST

/* ---- at once ---- */

#define N_ADDS 200000

static void *add_many(void *arg)
{
    struct cadre__counter counter = *(struct cadre__counter *)arg;
    for (int i = 0; i < N_ADDS; i++)
        cadre__counter_add(counter, 1);
    return NULL;
}

START_TEST(no_add_of_any_thread_is_lost)
{
    make_area();
    struct cadre__counters a = attach(0), b = attach(1);
    struct cadre__counter counter[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        counter[i] = define(i % 2 ? &a : &b, "total", CADRE__COUNTER_COUNTER);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, add_many, &counter[i]), 0);
    }
    uint64_t before = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t now = cadre__counters_sum(&master, 0);
        if (now < before)
            ck_abort_msg("went back from %llu to %llu", (unsigned long long)before,
                         (unsigned long long)now);
        before = now;
    }
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 4 * N_ADDS);
}
END_TEST

static atomic_bool stop;

static void *watch_sum(void *arg)
{
    uint64_t before = 0;
    while (!atomic_load(&stop)) {
        uint64_t now = cadre__counters_sum(&master, 0);
        if (now < before)
            return arg;
        before = now;
    }
    return NULL;
}

START_TEST(a_sum_never_goes_back_while_processes_go)
{
    make_area();
    pthread_t watcher[2];
    void *went_back;
    struct cadre__counters slot[SLOTS];
    struct cadre__counter counter[SLOTS];
    for (uint32_t i = 0; i < SLOTS; i++) {
        slot[i] = attach(i);
        counter[i] = define(&slot[i], "total", CADRE__COUNTER_COUNTER);
    }
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&watcher[i], NULL, watch_sum, &stop), 0);
    for (uint32_t i = 0; i < 100000; i++) {
        cadre__counter_add(counter[i % SLOTS], 1000);
        cadre__counters_forget_gauges(&master, (i + 1) % SLOTS);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(watcher[i], &went_back);
        ck_assert_ptr_null(went_back);
    }
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 100000000);
}
END_TEST

START_TEST(processes_that_die_leave_their_counts_and_a_working_registry)
{
    make_area();
    struct cadre__counters mine = attach(0);
    define(&mine, "total", CADRE__COUNTER_COUNTER);
    uint64_t expected = 0;
    for (int round = 0; round < 100; round++) {
        int ends[2];
        char byte;
        ck_assert_int_eq(pipe(ends), 0);
        pid_t pid = fork();
        if (pid == 0) {
            struct cadre__counters its = attach(1);
            struct cadre__counter total = define(&its, "total", CADRE__COUNTER_COUNTER);
            cadre__counter_add(total, 3);
            if (write(ends[1], "x", 1) != 1)
                _exit(1);
            /* Mostly in the lock when it is killed. */
            for (;;)
                define(&its, "a_name_that_is_compared_for_a_while", CADRE__COUNTER_COUNTER);
        }
        expected += 3;
        ck_assert_int_eq(read(ends[0], &byte, 1), 1);
        kill(pid, SIGKILL);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        close(ends[0]);
        close(ends[1]);
        cadre__counters_forget_gauges(&master, 1);
        ck_assert_uint_eq(cadre__counters_sum(&master, 0), expected);
        char name[] = {'r', (char)('a' + round / 26), (char)('a' + round % 26), 0};
        if (round < CAPACITY - 2)
            define(&mine, name, CADRE__COUNTER_GAUGE);
        else
            define(&mine, "total", CADRE__COUNTER_COUNTER);
    }
}
END_TEST

START_TEST(a_process_that_dies_with_the_lock_leaves_nothing_half_done)
{
    make_area();
    struct cadre__counters mine = attach(0);
    define(&mine, "first", CADRE__COUNTER_COUNTER);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(&mine.area->lock);
        strcpy(mine.area->row[1].name, "half_");
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_uint_eq(cadre__counters_count(&master), 1);
    for (int i = 0; i < 2; i++) {
        cadre__counter_add(define(&mine, "second", CADRE__COUNTER_COUNTER), 1);
        ck_assert_uint_eq(cadre__counters_count(&master), 2);
    }
    struct cadre__counter_info info;
    ck_assert_int_eq(cadre__counters_info(&master, 1, &info), 0);
    ck_assert_str_eq(info.name, "second");
    ck_assert_uint_eq(cadre__counters_sum(&master, 1), 2);
}
END_TEST

static pthread_barrier_t barrier;

static void *define_all(void *arg)
{
    struct cadre__counters *counters = arg;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < CAPACITY; i++) {
        char name[] = {'n', (char)('a' + i / 26), (char)('a' + i % 26), 0};
        cadre__counter_add(define(counters, name, CADRE__COUNTER_COUNTER), 1);
    }
    return NULL;
}

START_TEST(defining_at_once_makes_each_row_once)
{
    make_area();
    struct cadre__counters slot[SLOTS];
    pthread_t thread[SLOTS];
    pthread_barrier_init(&barrier, NULL, SLOTS);
    for (uint32_t i = 0; i < SLOTS; i++) {
        slot[i] = attach(i);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, define_all, &slot[i]), 0);
    }
    for (int i = 0; i < SLOTS; i++)
        pthread_join(thread[i], NULL);
    ck_assert_uint_eq(cadre__counters_count(&master), CAPACITY);
    for (uint32_t i = 0; i < CAPACITY; i++)
        ck_assert_uint_eq(cadre__counters_sum(&master, i), SLOTS);
}
END_TEST

START_TEST(what_was_inherited_is_part_of_the_sum)
{
    struct cadre__counter_info orders = {"orders_total", "Orders.", CADRE__COUNTER_COUNTER};
    struct cadre__counter_info open_now = {"open", "", CADRE__COUNTER_GAUGE};
    struct cadre__counter_info bad = {"9x", "", CADRE__COUNTER_COUNTER};

    make_area();
    struct cadre__counters mine = attach(SLOTS - 1);
    ck_assert_int_eq(cadre__counter_inherit(&master, &orders, 5, false), -ENOENT);
    ck_assert_int_eq(cadre__counter_inherit(&master, &orders, 5, true), 0);
    cadre__counter_add(define(&mine, "orders_total", CADRE__COUNTER_COUNTER), 2);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 7);
    ck_assert_int_eq(cadre__counter_inherit(&master, &orders, 8, false), 0);
    ck_assert_int_eq(cadre__counter_inherit(&master, &orders, 6, false), 0);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 10);
    define(&mine, "open", CADRE__COUNTER_GAUGE);
    ck_assert_int_eq(cadre__counter_inherit(&master, &open_now, 1, true), -EINVAL);
    open_now.kind = CADRE__COUNTER_COUNTER;
    ck_assert_int_eq(cadre__counter_inherit(&master, &open_now, 1, true), -EEXIST);
    ck_assert_int_eq(cadre__counter_inherit(&master, &bad, 1, true), -EINVAL);
    cadre__counters_forget_gauges(&master, SLOTS - 1);
    ck_assert_uint_eq(cadre__counters_sum(&master, 0), 10);
}
END_TEST

UNIT_MAIN("base/counter", UNIT_CASE(what_was_inherited_is_part_of_the_sum),
          UNIT_CASE(a_name_is_one_row_for_all_slots), UNIT_CASE(slots_do_not_share_cache_lines),
          UNIT_CASE(a_sum_takes_no_memory_for_slots_that_were_never_used),
          UNIT_CASE(a_counter_that_was_not_defined_counts_nothing),
          UNIT_LOOP(names_are_those_of_prometheus, sizeof(names) / sizeof(names[0])),
          UNIT_CASE(definitions_that_clash_are_refused),
          UNIT_CASE(a_counter_outlives_its_process_and_a_gauge_does_not),
          UNIT_CASE(attaching_checks_what_it_is_given),
          UNIT_CASE(a_scribbled_area_gives_wrong_numbers_and_no_more),
          UNIT_CASE(no_add_of_any_thread_is_lost),
          UNIT_CASE(a_sum_never_goes_back_while_processes_go),
          UNIT_CASE(processes_that_die_leave_their_counts_and_a_working_registry),
          UNIT_CASE(a_process_that_dies_with_the_lock_leaves_nothing_half_done),
          UNIT_CASE(defining_at_once_makes_each_row_once))
