/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/histogram: which bucket counts a value, sums over slots and over an upgrade, and
 * definitions that clash.
 */
#include "config.h"

#include "base/histogram.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/counter_area.h"
#include "tests/unit/unit.h"

#define SLOTS    4
#define CAPACITY 32

static struct cadre__shm shm;
static struct cadre__counters master;
static const double bounds[] = {-1, 0.1, 2.5};

static void make(void)
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

static struct cadre__histogram define(uint32_t slot, const char *name)
{
    struct cadre__counters counters = attach(slot);
    struct cadre__histogram h = {.values = NULL};

    ck_assert_int_eq(cadre__histogram_define(&counters, name, "Help.", bounds, 3, &h), 0);
    return h;
}

static struct cadre__histogram_info read_row(uint32_t i)
{
    struct cadre__histogram_info info;

    ck_assert_int_eq(cadre__histogram_read(&master, i, &info), 0);
    return info;
}

/* As text, without the two lines of HELP and TYPE. */
static const char *format(const struct cadre__histogram_info *info)
{
    static char text[1024];
    FILE *out = fmemopen(text, sizeof(text), "w");
    const char *line = text;

    cadre__histogram_format(info, out);
    fclose(out);
    for (int i = 0; i < 2; i++)
        line = strchr(line, '\n') + 1;
    return line;
}

START_TEST(a_value_is_in_the_first_bucket_whose_bound_is_not_below)
{
    static const struct {
        double value;
        unsigned bucket;
    } rows[] = {{-5, 0}, {-1, 0}, {-0.5, 1}, {0.1, 1}, {0.2, 2}, {2.5, 2}, {2.6, 3}, {1e300, 3}};
    struct cadre__histogram h;

    make();
    h = define(0, "x");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t before = read_row(0).counts[rows[i].bucket];

        cadre__histogram_add(h, bounds, 3, rows[i].value);
        ck_assert_uint_eq(read_row(0).counts[rows[i].bucket], before + 1);
    }
    ck_assert_uint_eq(cadre__histogram_count(h, 3), 8);
}
END_TEST

START_TEST(what_is_no_finite_number_is_not_counted)
{
    struct cadre__histogram h, none = {.values = NULL};

    make();
    h = define(0, "x");
    cadre__histogram_add(h, bounds, 3, (double)NAN);
    cadre__histogram_add(h, bounds, 3, (double)INFINITY);
    cadre__histogram_add(h, bounds, 3, -(double)INFINITY);
    cadre__histogram_add(none, bounds, 3, 1);
    ck_assert_uint_eq(cadre__histogram_count(h, 3), 0);
    ck_assert(cadre__histogram_sum(h) >= 0 && cadre__histogram_sum(h) <= 0);
    ck_assert_uint_eq(cadre__histogram_count(none, 3), 0);
    ck_assert(cadre__histogram_sum(none) <= 0);
}
END_TEST

START_TEST(slots_are_summed_up_and_it_outlives_its_process)
{
    struct cadre__histogram a, b;
    struct cadre__histogram_info info;

    make();
    a = define(0, "x");
    b = define(3, "x");
    ck_assert_uint_eq(cadre__counters_count(&master), 5); /* one of three bounds */
    cadre__histogram_add(a, bounds, 3, 0.5);
    cadre__histogram_add(b, bounds, 3, 0.25);
    cadre__histogram_add(b, bounds, 3, 7);
    cadre__counters_forget_gauges(&master, 3);
    info = read_row(0);
    ck_assert_uint_eq(info.n_bounds, 3);
    ck_assert_uint_eq(info.counts[2], 2);
    ck_assert_uint_eq(info.counts[3], 1);
    ck_assert(fabs(info.sum - 7.75) < 1e-12);
    ck_assert_uint_eq(cadre__histogram_count(b, 3), 2);
    ck_assert(fabs(cadre__histogram_sum(b) - 7.25) < 1e-12);
}
END_TEST

START_TEST(it_is_told_as_prometheus_wants_it)
{
    struct cadre__histogram h;
    struct cadre__histogram_info info;

    make();
    h = define(1, "x_seconds");
    cadre__histogram_add(h, bounds, 3, 0.05);
    cadre__histogram_add(h, bounds, 3, 1);
    cadre__histogram_add(h, bounds, 3, 4);
    info = read_row(0);
    ck_assert_str_eq(format(&info), "x_seconds_bucket{le=\"-1\"} 0\n"
                                    "x_seconds_bucket{le=\"0.1\"} 1\n"
                                    "x_seconds_bucket{le=\"2.5\"} 2\n"
                                    "x_seconds_bucket{le=\"+Inf\"} 3\n"
                                    "x_seconds_sum 5.05\n"
                                    "x_seconds_count 3\n");
}
END_TEST

START_TEST(the_registry_tells_counters_and_histograms_in_order)
{
    struct cadre__counters counters;
    struct cadre__counter counter;
    struct cadre__counter_info info;
    struct cadre__histogram_info histogram;
    char *text = NULL;
    size_t len;
    FILE *out;

    make();
    counters = attach(0);
    (void)define(0, "x");
    ck_assert_int_eq(
        cadre__counter_define(&counters, "after_total", "", CADRE__COUNTER_COUNTER, &counter), 0);
    ck_assert_int_eq(cadre__counters_info(&master, 0, &info), -ENOENT);
    ck_assert_int_eq(cadre__counters_info(&master, 1, &info), -ENOENT);
    ck_assert_int_eq(cadre__counters_info(&master, 5, &info), 0);
    ck_assert_int_eq(cadre__histogram_read(&master, 1, &histogram), -ENOENT);
    ck_assert_int_eq(cadre__histogram_read(&master, 5, &histogram), -ENOENT);
    ck_assert_int_eq(cadre__histogram_read(&master, 99, &histogram), -ENOENT);
    out = open_memstream(&text, &len);
    cadre__counters_format(&master, out);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "# HELP x Help.\n# TYPE x histogram\n"));
    ck_assert_ptr_nonnull(strstr(text, "x_count 0\n# HELP after_total \n"));
    free(text);
}
END_TEST

static const double falls[] = {2, 1}, same[] = {1, 1}, nan_bound[] = {(double)NAN},
                    endless[] = {1, (double)INFINITY}, other[] = {-1, 0.1, 2.75};

START_TEST(what_is_wrong_is_refused)
{
    struct cadre__counters counters;
    struct cadre__counter counter;
    struct cadre__histogram h;
    double many[CADRE__HISTOGRAM_BOUNDS_MAX + 1];

    make();
    counters = attach(0);
#define DEFINE(name, list, n) cadre__histogram_define(&counters, name, "", list, n, &h)
    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
        many[i] = (double)i;
    ck_assert_int_eq(DEFINE("bad-name", bounds, 3), -EINVAL);
    ck_assert_int_eq(DEFINE("x", falls, 2), -EINVAL);
    ck_assert_int_eq(DEFINE("x", same, 2), -EINVAL);
    ck_assert_int_eq(DEFINE("x", nan_bound, 1), -EINVAL);
    ck_assert_int_eq(DEFINE("x", endless, 2), -EINVAL);
    ck_assert_int_eq(DEFINE("x", many, CADRE__HISTOGRAM_BOUNDS_MAX + 1), -EINVAL);
    ck_assert_int_eq(DEFINE("x", many, CADRE__HISTOGRAM_BOUNDS_MAX), -ENOSPC);
    ck_assert_uint_eq(cadre__counters_count(&master), 0);
    ck_assert_int_eq(DEFINE("none", NULL, 0), 0);
    ck_assert_int_eq(DEFINE("x", bounds, 3), 0);
    ck_assert_int_eq(DEFINE("x", bounds, 2), -EEXIST);
    ck_assert_int_eq(DEFINE("x", other, 3), -EEXIST);
    ck_assert_int_eq(cadre__counter_define(&counters, "x", "", CADRE__COUNTER_COUNTER, &counter),
                     -EEXIST);
    ck_assert_int_eq(cadre__histogram_define(&master, "y", "", bounds, 3, &h), -EACCES);
#undef DEFINE
}
END_TEST

START_TEST(names_that_its_samples_have_are_taken)
{
    static const char *const taken[] = {"x_bucket", "x_sum", "x_count"};
    struct cadre__counters counters;
    struct cadre__counter counter;
    struct cadre__histogram h;

    make();
    counters = attach(0);
    (void)define(0, "x");
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(
            cadre__counter_define(&counters, taken[i], "", CADRE__COUNTER_GAUGE, &counter),
            -EEXIST);
    ck_assert_int_eq(
        cadre__counter_define(&counters, "x_counts", "", CADRE__COUNTER_GAUGE, &counter), 0);
    ck_assert_int_eq(
        cadre__counter_define(&counters, "y_sum", "", CADRE__COUNTER_COUNTER, &counter), 0);
    ck_assert_int_eq(cadre__histogram_define(&counters, "y", "", bounds, 3, &h), -EEXIST);
    ck_assert_int_eq(cadre__histogram_define(&counters, "x_sum", "", bounds, 3, &h), -EEXIST);
}
END_TEST

START_TEST(what_an_earlier_server_counted_is_part_of_it)
{
    struct cadre__histogram_info info = {
        .name = "x", .help = "Help.", .n_bounds = 3, .counts = {0, 4, 0, 1}, .sum = 9.5};
    struct cadre__histogram h;

    make();
    memcpy(info.bounds, bounds, sizeof(bounds));
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, false), -ENOENT);
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, true), 0);
    h = define(2, "x");
    cadre__histogram_add(h, bounds, 3, 0.05);
    ck_assert_uint_eq(read_row(0).counts[1], 5);
    ck_assert_uint_eq(read_row(0).counts[3], 1);
    ck_assert(fabs(read_row(0).sum - 9.55) < 1e-12);
    ck_assert_uint_eq(cadre__histogram_count(h, 3), 1); /* its own */
    info.counts[1] = 6;                                 /* it went on, in the place of the 4 */
    info.sum = 10;
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, false), 0);
    ck_assert_uint_eq(read_row(0).counts[1], 7);
    ck_assert(fabs(read_row(0).sum - 10.05) < 1e-12);
    info.sum = 11; /* a value that was counted, and is added up only now */
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, false), 0);
    ck_assert(fabs(read_row(0).sum - 11.05) < 1e-12);
    info.counts[1] = 2; /* never back */
    info.sum = 3;
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, false), 0);
    ck_assert_uint_eq(read_row(0).counts[1], 7);
    ck_assert(fabs(read_row(0).sum - 11.05) < 1e-12);
    info.bounds[0] = -2;
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, true), -EEXIST);
    info.sum = (double)NAN;
    ck_assert_int_eq(cadre__histogram_inherit(&master, &info, true), -EINVAL);
}
END_TEST

START_TEST(a_scribbled_row_is_refused)
{
    struct cadre__histogram_info info;

    make();
    (void)define(0, "x");
    master.area->row[0].parts = 40;
    ck_assert_int_eq(cadre__histogram_read(&master, 0, &info), -EPROTO);
    master.area->row[0].parts = 0;
    ck_assert_int_eq(cadre__histogram_read(&master, 0, &info), -EPROTO);
    master.area->row[0].parts = 4;
    master.area->row[2].bound = -7;
    ck_assert_int_eq(cadre__histogram_read(&master, 0, &info), -EPROTO);
    master.area->row[2].bound = 0.1;
    ck_assert_int_eq(cadre__histogram_read(&master, 0, &info), 0);
    memset(master.area->row[0].name, 'x', sizeof(master.area->row[0].name));
    ck_assert_int_eq(cadre__histogram_read(&master, 0, &info), -EPROTO);
}
END_TEST

enum { THREADS = 4, ROUNDS = 20000 };

static void *add_on(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        cadre__histogram_add(*(struct cadre__histogram *)arg, bounds, 3, 1);
    return NULL;
}

START_TEST(no_add_of_any_thread_is_lost)
{
    struct cadre__histogram h;
    pthread_t threads[THREADS];

    make();
    h = define(0, "x");
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_on, &h), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(cadre__histogram_count(h, 3), THREADS * ROUNDS);
    ck_assert(fabs(cadre__histogram_sum(h) - THREADS * ROUNDS) < 1e-6);
}
END_TEST

UNIT_MAIN("base/histogram", UNIT_CASE(a_value_is_in_the_first_bucket_whose_bound_is_not_below),
          UNIT_CASE(what_is_no_finite_number_is_not_counted),
          UNIT_CASE(slots_are_summed_up_and_it_outlives_its_process),
          UNIT_CASE(it_is_told_as_prometheus_wants_it),
          UNIT_CASE(the_registry_tells_counters_and_histograms_in_order),
          UNIT_CASE(what_is_wrong_is_refused), UNIT_CASE(names_that_its_samples_have_are_taken),
          UNIT_CASE(what_an_earlier_server_counted_is_part_of_it),
          UNIT_CASE(a_scribbled_row_is_refused), UNIT_CASE(no_add_of_any_thread_is_lost))
