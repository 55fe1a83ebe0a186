/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/task_inquiry: workers that answer, that hang, that go, and what is said of each.
 */
#include "config.h"

#include "master/task_inquiry.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/timer.h"
#include "ipc/task_report.h"

#define WORKERS 3

static struct cadre__timers timers;
static struct task_inquiries inquiries;
static uint64_t time_ns = CADRE__NSEC_PER_SEC;
static int area[WORKERS]; /* each worker's end of its area */
static int refusal;       /* what asking the last worker says */
static unsigned n_over;
static uint32_t asked_id;
static json_t *status; /* as it was when the inquiry was over */

static const struct task_inquiry_target targets[WORKERS] = {
    {.slot = 0, .pid = 100}, {.slot = 1, .pid = 101}, {.slot = 2, .pid = 102}};

static uint64_t now(void)
{
    return time_ns;
}

static int ask(void *arg, uint32_t slot, uint32_t id, int fd)
{
    ck_assert_ptr_eq(arg, &timers);
    if (slot == WORKERS - 1 && refusal < 0)
        return refusal;
    asked_id = id;
    area[slot] = dup(fd);
    ck_assert_int_ge(area[slot], 0);
    return 0;
}

static void on_over(void *arg)
{
    (void)arg;
    n_over++;
    ck_assert(task_inquiry_is_over(&inquiries, asked_id));
    task_inquiry_add_to(&inquiries, asked_id, status);
}

static void begin(void)
{
    uint32_t id;

    cadre__timers_init(&timers, time_ns);
    task_inquiries_init(
        &inquiries,
        &(struct task_inquiries_options){
            .timers = &timers, .now = now, .ask = ask, .on_over = on_over, .arg = &timers});
    status = json_pack("{s:[{s:i,s:n,s:n,s:f},{s:i,s:n,s:s,s:f},{s:i,s:s,s:n,s:f},{s:n}]}",
                       "workers", "pid", 100, "phase", "handler", "held_ms", 0.0, "pid", 101,
                       "phase", "handler", "shop:hold", "held_ms", 3400.0, "pid", 102, "phase",
                       "startup of module shop", "handler", "held_ms", 0.0, "pid");
    ck_assert_ptr_nonnull(status);
    ck_assert_int_eq(task_inquiry_begin(&inquiries, targets, WORKERS, &id), 0);
    ck_assert_uint_eq(id, asked_id);
    ck_assert_uint_ne(id, 0);
    ck_assert_uint_eq(n_over, 0);
    ck_assert(!task_inquiry_is_over(&inquiries, id));
}

/* A worker fills its area with tasks and says so. */
static void tell(uint32_t slot, uint32_t n, uint32_t total, const char *name)
{
    struct cadre__task_report *report;
    struct cadre__shm shm;

    ck_assert_int_eq(cadre__task_report_open(cadre__fd_take(&area[slot]), &shm, &report), 0);
    report->n = n;
    report->total = total;
    for (uint32_t i = 0; i < n && i < CADRE__TASK_REPORT_MAX; i++) {
        struct cadre__task_row *row = &report->row[i];

        *row = (struct cadre__task_row){.where = "cadre_sleep",
                                        .state = CADRE__TASK_WAITS,
                                        .waiting_ns = 1500 * CADRE__NSEC_PER_MSEC,
                                        .age_ns = 2 * CADRE__NSEC_PER_SEC,
                                        .cancels = 1,
                                        .request = "GET /items HTTP/1.1"};
        memcpy(row->name, name, strlen(name));
    }
    cadre__shm_done(&shm);
    task_inquiries_told(&inquiries, slot, asked_id);
}

static void pass(uint64_t ns)
{
    time_ns += ns;
    cadre__timers_advance(&timers, time_ns);
}

static json_t *tasks_of(size_t worker)
{
    return json_object_get(json_array_get(json_object_get(status, "workers"), worker), "tasks");
}

static const char *error_of(size_t worker)
{
    const char *error = json_string_value(json_object_get(tasks_of(worker), "error"));

    return error != NULL ? error : "none";
}

static void done(void)
{
    task_inquiries_done(&inquiries);
    ck_assert_uint_eq(cadre__timers_count(&timers), 0);
    for (unsigned i = 0; i < WORKERS; i++)
        cadre__fd_close(&area[i]);
    json_decref(status);
}

START_TEST(it_is_over_when_all_have_answered)
{
    json_t *task;

    begin();
    tell(0, 1, 1, "read_item");
    tell(2, 0, 0, "");
    ck_assert_uint_eq(n_over, 0);
    tell(1, 2, 7, "fetch");
    ck_assert_uint_eq(n_over, 1);
    ck_assert_int_eq(json_integer_value(json_object_get(tasks_of(0), "total")), 1);
    ck_assert_str_eq(error_of(0), "none");
    ck_assert_int_eq(json_integer_value(json_object_get(tasks_of(1), "total")), 7);
    ck_assert_uint_eq(json_array_size(json_object_get(tasks_of(1), "list")), 2);
    task = json_array_get(json_object_get(tasks_of(0), "list"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(task, "name")), "read_item");
    ck_assert_str_eq(json_string_value(json_object_get(task, "state")), "waiting");
    ck_assert_str_eq(json_string_value(json_object_get(task, "where")), "cadre_sleep");
    ck_assert(json_number_value(json_object_get(task, "waiting_s")) == 1.5);
    ck_assert(json_number_value(json_object_get(task, "age_s")) == 2);
    ck_assert_int_eq(json_integer_value(json_object_get(task, "cancels")), 1);
    ck_assert(json_is_null(json_object_get(task, "module")));
    ck_assert_str_eq(json_string_value(json_object_get(task, "request")), "GET /items HTTP/1.1");
    ck_assert_str_eq(error_of(3), "it has no process");
    done();
}
END_TEST

START_TEST(one_that_hangs_holds_nobody_up_for_long)
{
    begin();
    tell(0, 1, 1, "read_item");
    pass(TASK_INQUIRY_NS - 1);
    ck_assert_uint_eq(n_over, 0);
    pass(2 * CADRE__NSEC_PER_MSEC);
    ck_assert_uint_eq(n_over, 1);
    ck_assert_str_eq(error_of(0), "none");
    ck_assert_str_eq(error_of(1), "it is stuck: shop:hold has held its loop for 3.4 s");
    ck_assert_str_eq(error_of(2), "no answer within 2 s: it is busy with startup of module shop");
    ck_assert(task_inquiry_is_over(&inquiries, asked_id));
    tell(1, 1, 1, "late"); /* nobody looks any more */
    ck_assert_uint_eq(n_over, 1);
    done();
}
END_TEST

START_TEST(one_that_dies_meanwhile_is_not_waited_for)
{
    begin();
    tell(0, 0, 0, "");
    task_inquiries_gone(&inquiries, 7); /* another */
    task_inquiries_gone(&inquiries, 1);
    tell(2, 0, 0, "");
    ck_assert_uint_eq(n_over, 1);
    done();
}
END_TEST

START_TEST(answers_are_told_apart_by_their_inquiry)
{
    uint32_t first, second;

    begin();
    first = asked_id;
    for (unsigned i = 0; i < WORKERS; i++)
        cadre__fd_close(&area[i]);
    ck_assert_int_eq(task_inquiry_begin(&inquiries, targets, WORKERS, &second), 0);
    ck_assert_uint_ne(first, second);
    for (uint32_t i = 0; i < WORKERS; i++)
        task_inquiries_told(&inquiries, i, second);
    ck_assert_uint_eq(n_over, 1);
    ck_assert(!task_inquiry_is_over(&inquiries, first));
    done(); /* with one that is open */
}
END_TEST

START_TEST(one_that_cannot_be_asked_is_named)
{
    refusal = -EAGAIN;
    begin();
    tell(0, 0, 0, "");
    tell(1, 0, 0, "");
    ck_assert_uint_eq(n_over, 1);
    ck_assert_str_ne(error_of(2), "none");
    done();
}
END_TEST

START_TEST(nobody_to_ask_is_over_with_the_next_timers)
{
    uint32_t id;

    begin();
    task_inquiries_done(&inquiries);
    ck_assert_int_eq(task_inquiry_begin(&inquiries, NULL, 0, &id), 0);
    asked_id = id;
    ck_assert_uint_eq(n_over, 0);
    pass(2 * CADRE__NSEC_PER_MSEC);
    ck_assert_uint_eq(n_over, 1);
    ck_assert_str_eq(error_of(0), "it was not asked");
    done();
}
END_TEST

START_TEST(nonsense_is_refused_and_bytes_that_are_no_text_are_replaced)
{
    const json_t *task;

    begin();
    tell(0, CADRE__TASK_REPORT_MAX + 1, CADRE__TASK_REPORT_MAX + 1, "x");
    tell(1, 1, 1, "caf\xe9");
    tell(2, 0, 0, "");
    ck_assert_str_eq(error_of(0), "what it told makes no sense");
    task = json_array_get(json_object_get(tasks_of(1), "list"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(task, "name")), "caf\xef\xbf\xbd");
    done();
}
END_TEST

UNIT_MAIN("master/task_inquiry", UNIT_CASE(it_is_over_when_all_have_answered),
          UNIT_CASE(one_that_hangs_holds_nobody_up_for_long),
          UNIT_CASE(one_that_dies_meanwhile_is_not_waited_for),
          UNIT_CASE(answers_are_told_apart_by_their_inquiry),
          UNIT_CASE(one_that_cannot_be_asked_is_named),
          UNIT_CASE(nobody_to_ask_is_over_with_the_next_timers),
          UNIT_CASE(nonsense_is_refused_and_bytes_that_are_no_text_are_replaced))
