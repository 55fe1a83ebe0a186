/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/snapshot_json: the members that docs/control.md promises, with their units.
 */
#include "config.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "ipc/snapshot.h"
#include "tests/unit/lib/ipc/areas.h"
#include "tests/unit/unit.h"

static struct areas areas;
static json_t *json;

static void make(void)
{
    const struct cadre__status_server server = areas_server();

    areas_make(&areas);
    cadre__status_write_server(areas.status, &server);
}

static void tell(bool buckets)
{
    struct cadre__snapshot snapshot = areas_take(&areas);

    json_decref(json);
    json = cadre__snapshot_json(&snapshot, buckets);
    ck_assert_ptr_nonnull(json);
    cadre__snapshot_done(&snapshot);
}

static void done(void)
{
    json_decref(json);
    json = NULL;
    areas_done(&areas);
}

/* The value at "workers.0.latency.p50_ms" and the like. */
static json_t *at(const char *path)
{
    char copy[128], *rest = copy, *word;
    json_t *value = json;

    snprintf(copy, sizeof(copy), "%s", path);
    while ((word = strsep(&rest, ".")) != NULL)
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(word))
                                     : json_object_get(value, word);
    ck_assert_msg(value != NULL, "there is no %s", path);
    return value;
}

static json_int_t number(const char *path)
{
    ck_assert_msg(json_is_integer(at(path)), "%s is no integer", path);
    return json_integer_value(at(path));
}

static double real(const char *path)
{
    ck_assert_msg(json_is_real(at(path)), "%s is no real number", path);
    return json_real_value(at(path));
}

static const char *string(const char *path)
{
    ck_assert_msg(json_is_string(at(path)), "%s is no string", path);
    return json_string_value(at(path));
}

START_TEST(the_server_is_told)
{
    make();
    tell(false);
    ck_assert_str_eq(string("version"), "1.2.3");
    ck_assert_str_eq(string("state"), "serving");
    ck_assert_str_eq(string("conf"), "/etc/cadre.conf");
    ck_assert_int_eq(number("pid"), 77);
    ck_assert_int_eq(number("started"), 1700000000);
    ck_assert(real("uptime_s") == 100);
    ck_assert_int_eq(number("generation"), 3);
    ck_assert_int_eq(number("workers_wanted"), 2);
    ck_assert_int_eq(number("workers_serving"), 2);
    ck_assert(json_is_null(at("last_reload")));
    ck_assert_str_eq(string("generations.0.state"), "current");
    ck_assert(real("generations.0.age_s") == 61);
    ck_assert(json_is_null(at("generations.0.deadline_s")));
    ck_assert_uint_eq(json_array_size(at("quarantine")), 0);
    ck_assert_uint_eq(json_array_size(at("workers")), 0);
    done();
}
END_TEST

START_TEST(a_reload_that_failed_has_its_reason)
{
    struct cadre__status_server server = areas_server();

    make();
    server.reload_ended_ns = AREAS_NOW - 1500 * CADRE__NSEC_PER_MSEC;
    server.reload_failed = 1;
    server.reloads_done = 4;
    server.reloads_failed = 1;
    strcpy(server.reload_reason, "cadre.conf:3: no such directive");
    cadre__status_write_server(areas.status, &server);
    tell(false);
    ck_assert(json_is_false(at("last_reload.ok")));
    ck_assert(real("last_reload.ago_s") == 1.5);
    ck_assert_str_eq(string("last_reload.reason"), "cadre.conf:3: no such directive");
    ck_assert_int_eq(number("totals.reloads"), 4);
    ck_assert_int_eq(number("totals.reloads_failed"), 1);
    done();
}
END_TEST

START_TEST(a_worker_is_told_with_its_times)
{
    struct cadre__score *score;

    make();
    score = areas_add_worker(&areas, 0, 3, 1);
    atomic_store(&score->connections, 5);
    atomic_store(&score->waiting, 0);
    atomic_store(&score->turn_ns, AREAS_NOW - 2500 * CADRE__NSEC_PER_USEC);
    cadre__score_set_text(&score->handler, "shop:hold");
    cadre__traffic_count(&areas.traffic->slot[0].now.responses[2], 3);
    cadre__traffic_count(&areas.traffic->slot[0].now.time_ns, 6 * CADRE__NSEC_PER_MSEC);
    cadre__traffic_count(
        &areas.traffic->slot[0].now.latency[cadre__latency_bucket(2 * CADRE__NSEC_PER_MSEC)], 3);
    tell(false);
    ck_assert_str_eq(string("workers.0.kind"), "worker");
    ck_assert_int_eq(number("workers.0.number"), 2);
    ck_assert_int_eq(number("workers.0.pid"), getpid());
    ck_assert(real("workers.0.uptime_s") == 60);
    ck_assert_int_eq(number("workers.0.connections"), 5);
    ck_assert_int_eq(number("workers.0.requests"), 3);
    ck_assert(real("workers.0.latency.mean_ms") == 2);
    ck_assert(real("workers.0.latency.p50_ms") >= 2 && real("workers.0.latency.p50_ms") < 2.3);
    ck_assert(real("workers.0.held_ms") == 2.5);
    ck_assert_str_eq(string("workers.0.handler"), "shop:hold");
    ck_assert(json_is_null(at("workers.0.phase")));
    ck_assert(json_is_null(at("workers.0.starts_in_s")));
    ck_assert(json_is_null(json_object_get(at("workers.0.latency"), "buckets")) ||
              json_object_get(at("workers.0.latency"), "buckets") == NULL);
    ck_assert_int_eq(number("generations.0.connections"), 5);
    ck_assert_int_eq(number("totals.responses.2xx"), 3);
    tell(true);
    ck_assert_uint_eq(json_array_size(at("workers.0.latency.buckets")), CADRE__LATENCY_BUCKETS);
    done();
}
END_TEST

static void make_waiting(struct cadre__status_seat *seat)
{
    strcpy(seat->state, "waiting");
    strcpy(seat->reason, "killed by signal 11");
    seat->pid = 0;
    seat->spawned_ns = 0;
    seat->failures = 6;
    seat->flags = CADRE__SEAT_CRASH_LOOP;
    seat->deadline_ns = AREAS_NOW + 3 * CADRE__NSEC_PER_SEC;
}

START_TEST(a_seat_that_waits_says_when_and_why)
{
    make();
    areas_add_worker(&areas, 0, 3, 0);
    areas_change_seat(&areas, 0, make_waiting);
    tell(false);
    ck_assert(json_is_null(at("workers.0.pid")));
    ck_assert(json_is_null(at("workers.0.uptime_s")));
    ck_assert(json_is_null(at("workers.0.latency.p50_ms")));
    ck_assert_str_eq(string("workers.0.state"), "waiting");
    ck_assert(real("workers.0.starts_in_s") == 3);
    ck_assert(json_is_null(at("workers.0.deadline_s")));
    ck_assert(json_is_true(at("workers.0.crash_loop")));
    ck_assert_int_eq(number("workers.0.failures"), 6);
    ck_assert_str_eq(string("workers.0.reason"), "killed by signal 11");
    done();
}
END_TEST

static void make_reporter(struct cadre__status_seat *seat)
{
    seat->kind = CADRE__CHILD_REPORTER;
    memcpy(seat->reason, "caf\xe9", 5);
}

START_TEST(other_kinds_are_apart_and_bytes_that_are_no_text_are_replaced)
{
    make();
    areas_add_worker(&areas, 0, 3, 0);
    areas_change_seat(&areas, 0, make_reporter);
    tell(true);
    ck_assert_uint_eq(json_array_size(at("workers")), 0);
    ck_assert_str_eq(string("others.0.kind"), "reporter");
    ck_assert_str_eq(string("others.0.reason"), "caf\xef\xbf\xbd");
    done();
}
END_TEST

START_TEST(the_quarantine_is_told)
{
    uint64_t wait_ns;

    make();
    ck_assert_ptr_nonnull(cadre__quarantine_bar(areas.quarantine, 3, "shop", "buy",
                                                AREAS_NOW + 2 * CADRE__NSEC_PER_SEC));
    ck_assert_int_eq(
        cadre__quarantine_ask(areas.quarantine, 3, 0, "shop", "buy", AREAS_NOW, &wait_ns),
        CADRE__QUARANTINE_REFUSE);
    tell(false);
    ck_assert_str_eq(string("quarantine.0.module"), "shop");
    ck_assert_str_eq(string("quarantine.0.handler"), "buy");
    ck_assert_int_eq(number("quarantine.0.generation"), 3);
    ck_assert(json_is_false(at("quarantine.0.tried")));
    ck_assert(real("quarantine.0.retry_s") == 2);
    ck_assert_int_eq(number("quarantine.0.refused"), 1);
    done();
}
END_TEST

UNIT_MAIN("ipc/snapshot_json", UNIT_CASE(the_server_is_told),
          UNIT_CASE(a_reload_that_failed_has_its_reason),
          UNIT_CASE(a_worker_is_told_with_its_times),
          UNIT_CASE(a_seat_that_waits_says_when_and_why),
          UNIT_CASE(other_kinds_are_apart_and_bytes_that_are_no_text_are_replaced),
          UNIT_CASE(the_quarantine_is_told))
