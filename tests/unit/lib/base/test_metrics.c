/* SPDX-License-Identifier: MIT */
/*
 * Counters and gauges of modules: with a server's area, and without one.
 */
#include "config.h"

#include "base/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "tests/unit/unit.h"
#include <cadre/metrics.h>

START_TEST(without_a_server_they_count_too)
{
    struct cadre_counter *counter, *again;
    struct cadre_gauge *gauge;

    ck_assert_int_eq(cadre_counter_new("shop_orders_total", "Orders.", &counter), 0);
    cadre_counter_add(counter, 3);
    ck_assert_int_eq(cadre_counter_new("shop_orders_total", "Orders.", &again), 0);
    ck_assert_ptr_eq(counter, again);
    cadre_counter_add(again, 1);
    ck_assert_uint_eq(cadre_counter_value(counter), 4);
    ck_assert_int_eq(cadre_gauge_new("shop_open", "Open orders.", &gauge), 0);
    cadre_gauge_set(gauge, 2);
    cadre_gauge_add(gauge, -5);
    ck_assert_int_eq(cadre_gauge_value(gauge), -3);
}
END_TEST

START_TEST(what_is_wrong_is_refused_and_null_counts_nothing)
{
    struct cadre_counter *counter = NULL;
    struct cadre_gauge *gauge = NULL;

    ck_assert_int_eq(cadre_counter_new("shop-orders", "", &counter), -EINVAL);
    ck_assert_ptr_null(counter);
    ck_assert_int_eq(cadre_counter_new("shop_orders", NULL, &counter), 0);
    ck_assert_int_eq(cadre_gauge_new("shop_orders", NULL, &gauge), -EEXIST);
    cadre_counter_add(NULL, 1);
    cadre_gauge_add(NULL, 1);
    cadre_gauge_set(NULL, 1);
    ck_assert_uint_eq(cadre_counter_value(NULL), 0);
    ck_assert_int_eq(cadre_gauge_value(NULL), 0);
}
END_TEST

START_TEST(the_names_of_cadre_itself_are_refused)
{
    struct cadre_counter *counter;
    struct cadre_gauge *gauge;
    struct cadre_histogram *histogram;

    ck_assert_int_eq(cadre_counter_new("cadre_requests_total", "", &counter), -EINVAL);
    ck_assert_int_eq(cadre_gauge_new("cadre_ready", "", &gauge), -EINVAL);
    ck_assert_int_eq(cadre_histogram_new("cadre_request_duration_seconds", "", NULL, 0, &histogram),
                     -EINVAL);
    ck_assert_int_eq(cadre_gauge_new("cadres_ready", "", &gauge), 0);
}
END_TEST

START_TEST(histograms_count_without_a_server_too)
{
    static const double bounds[] = {1, 10};
    struct cadre_histogram *a, *b, *c;

    ck_assert_int_eq(cadre_histogram_new("shop_items", "Items.", bounds, 2, &a), 0);
    ck_assert_int_eq(cadre_histogram_new("shop_items", "Items.", bounds, 2, &b), 0);
    ck_assert_ptr_eq(a, b);
    ck_assert_int_eq(cadre_histogram_new("shop_seconds", NULL, NULL, 0, &c), 0);
    ck_assert_ptr_ne(a, c);
    cadre_histogram_add(a, 3);
    cadre_histogram_add(b, 30.5);
    cadre_histogram_add(c, 0.001);
    ck_assert_uint_eq(cadre_histogram_count(a), 2);
    ck_assert(cadre_histogram_sum(a) > 33.4 && cadre_histogram_sum(a) < 33.6);
    ck_assert_uint_eq(cadre_histogram_count(c), 1);
    ck_assert_int_eq(cadre_histogram_new("shop_items", NULL, NULL, 0, &b), -EEXIST);
    ck_assert_int_eq(cadre_histogram_new("shop items", NULL, NULL, 0, &b), -EINVAL);
    ck_assert_ptr_eq(a, b);
    cadre_histogram_add(NULL, 1);
    ck_assert_uint_eq(cadre_histogram_count(NULL), 0);
    ck_assert(cadre_histogram_sum(NULL) <= 0);
}
END_TEST

START_TEST(the_area_has_room_for_so_many)
{
    struct cadre_counter *counter;
    char name[32];
    int r = 0;

    for (int i = 0; i < 300 && r == 0; i++) {
        snprintf(name, sizeof(name), "count_%d", i);
        r = cadre_counter_new(name, "", &counter);
    }
    ck_assert_int_eq(r, -ENOSPC);
}
END_TEST

START_TEST(in_a_server_the_sum_is_told)
{
    struct cadre__counters mine, other;
    struct cadre__shm shm;
    struct cadre_counter *counter;
    char *text = NULL;
    size_t len;
    FILE *out;

    ck_assert_int_eq(cadre__shm_create(&shm, "counters", cadre__counters_size(4, 16)), 0);
    ck_assert_int_eq(cadre__counters_create(&mine, &shm, 4, 16), 0);
    ck_assert_int_eq(cadre__counters_attach(&mine, &shm, 1), 0);
    ck_assert_int_eq(cadre__counters_attach(&other, &shm, 2), 0);
    cadre__metrics_use(&mine);
    ck_assert_int_eq(cadre_counter_new("shop_orders_total", "Orders\nof \\ all.", &counter), 0);
    cadre_counter_add(counter, 3);
    cadre__metrics_use(&other);
    ck_assert_int_eq(cadre_counter_new("shop_orders_total", "", &counter), 0);
    cadre_counter_add(counter, 4);
    out = open_memstream(&text, &len);
    cadre__counters_format(&mine, out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text, "# HELP shop_orders_total Orders\\nof \\\\ all.\n"
                           "# TYPE shop_orders_total counter\nshop_orders_total 7\n");
    free(text);
    cadre__metrics_use(NULL);
    cadre__shm_done(&shm);
}
END_TEST

UNIT_MAIN("base/metrics", UNIT_CASE(the_names_of_cadre_itself_are_refused),
          UNIT_CASE(histograms_count_without_a_server_too),
          UNIT_CASE(without_a_server_they_count_too),
          UNIT_CASE(what_is_wrong_is_refused_and_null_counts_nothing),
          UNIT_CASE(the_area_has_room_for_so_many), UNIT_CASE(in_a_server_the_sum_is_told))
