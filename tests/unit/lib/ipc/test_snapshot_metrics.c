/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/snapshot_metrics: lines of the text format. A real parser reads them in
 * tests/e2e/86_status.py.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ipc/snapshot.h"
#include "tests/unit/lib/ipc/areas.h"
#include "tests/unit/unit.h"

static struct areas areas;
static char *text;

static void make(void)
{
    const struct cadre__status_server server = areas_server();

    areas_make(&areas);
    cadre__status_write_server(areas.status, &server);
}

static void tell(void)
{
    struct cadre__snapshot snapshot = areas_take(&areas);
    size_t len;

    free(text);
    text = cadre__snapshot_metrics(&snapshot, &len);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(strlen(text), len);
    cadre__snapshot_done(&snapshot);
}

static void done(void)
{
    free(text);
    text = NULL;
    areas_done(&areas);
}

/* Whether a line is there, whole. */
static void has(const char *line)
{
    char with_ends[256];

    snprintf(with_ends, sizeof(with_ends), "\n%s\n", line);
    ck_assert_msg(strstr(text, with_ends) != NULL, "no line %s in\n%s", line, text);
}

START_TEST(the_server_is_told)
{
    make();
    areas_add_worker(&areas, 0, 3, 0);
    tell();
    has("cadre_info{version=\"1.2.3\"} 1");
    has("cadre_start_time_seconds 1700000000.000");
    has("cadre_ready 1");
    has("cadre_generation 3");
    has("cadre_workers{state=\"wanted\"} 2");
    has("cadre_quarantined_handlers 0");
    has("cadre_worker_uptime_seconds{worker=\"1\",generation=\"3\"} 60");
    ck_assert_ptr_nonnull(cadre__quarantine_bar(areas.quarantine, 3, "shop", "buy", 1));
    tell();
    has("cadre_quarantined_handlers 1");
    done();
}
END_TEST

START_TEST(a_label_is_escaped)
{
    struct cadre__status_server server = areas_server();

    make();
    strcpy(server.version, "1\"2\\3");
    cadre__status_write_server(areas.status, &server);
    tell();
    has("cadre_info{version=\"1\\\"2\\\\3\"} 1");
    done();
}
END_TEST

START_TEST(each_family_is_described_once_before_its_samples)
{
    char name[128], type[160];
    unsigned n = 0;

    make();
    areas_add_worker(&areas, 0, 3, 0);
    areas_add_worker(&areas, 1, 3, 1);
    tell();
    for (const char *line = text; (line = strstr(line, "# HELP ")) != NULL; line++, n++) {
        ck_assert_int_eq(sscanf(line, "# HELP %127s", name), 1);
        snprintf(type, sizeof(type), "\n# TYPE %s ", name);
        ck_assert_ptr_nonnull(strstr(line, type));
        snprintf(type, sizeof(type), "# HELP %s ", name);
        ck_assert_ptr_null(strstr(line + 1, type));
    }
    ck_assert_uint_gt(n, 15);
    done();
}
END_TEST

START_TEST(buckets_are_cumulative_and_end_with_the_count)
{
    struct cadre__traffic_counts *now;
    unsigned long long value, before = 0;

    make();
    now = &areas.traffic->slot[0].now;
    areas_add_worker(&areas, 0, 3, 0);
    cadre__traffic_count(&now->responses[2], 6);
    cadre__traffic_count(&now->latency[cadre__latency_bucket(100)], 1);
    cadre__traffic_count(&now->latency[cadre__latency_bucket(20 * CADRE__NSEC_PER_USEC)], 2);
    cadre__traffic_count(&now->latency[cadre__latency_bucket(100 * CADRE__NSEC_PER_SEC)], 3);
    cadre__traffic_count(&now->time_ns, 3 * CADRE__NSEC_PER_SEC);
    tell();
    has("cadre_request_duration_seconds_bucket{le=\"1.6384e-05\"} 1");
    has("cadre_request_duration_seconds_bucket{le=\"3.2768e-05\"} 3");
    has("cadre_request_duration_seconds_bucket{le=\"+Inf\"} 6");
    has("cadre_request_duration_seconds_sum 3.000000000");
    has("cadre_request_duration_seconds_count 6");
    has("cadre_requests_total 6");
    has("cadre_responses_total{class=\"2xx\"} 6");
    for (const char *line = text; (line = strstr(line, "seconds_bucket{le=")) != NULL; line++) {
        ck_assert_int_eq(sscanf(strchr(line, '}'), "} %llu", &value), 1);
        ck_assert_uint_ge(value, before);
        before = value;
    }
    done();
}
END_TEST

START_TEST(modules_own_ones_follow)
{
    struct cadre__counter orders;

    make();
    ck_assert_int_eq(cadre__counter_define(&areas.counters, "shop_orders_total", "Orders.",
                                           CADRE__COUNTER_COUNTER, &orders),
                     0);
    cadre__counter_add(orders, 8);
    tell();
    has("# TYPE shop_orders_total counter");
    has("shop_orders_total 8");
    areas.sources.counters = NULL;
    tell();
    ck_assert_ptr_null(strstr(text, "shop_orders"));
    done();
}
END_TEST

UNIT_MAIN("ipc/snapshot_metrics", UNIT_CASE(the_server_is_told), UNIT_CASE(a_label_is_escaped),
          UNIT_CASE(each_family_is_described_once_before_its_samples),
          UNIT_CASE(buckets_are_cumulative_and_end_with_the_count),
          UNIT_CASE(modules_own_ones_follow))
