/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/task_report: what a worker may write there, and what the master makes of it.
 */
#include "config.h"

#include "ipc/task_report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct cadre__shm ours, theirs;
static struct cadre__task_report *report;
static struct cadre__task_report seen;

static void make(void)
{
    int fd;

    ck_assert_int_eq(cadre__task_report_create(&ours), 0);
    fd = dup(ours.fd);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__task_report_open(fd, &theirs, &report), 0);
}

static void done(void)
{
    cadre__shm_done(&theirs);
    cadre__shm_done(&ours);
}

START_TEST(an_area_that_nobody_filled_is_empty)
{
    make();
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), 0);
    ck_assert_uint_eq(seen.n, 0);
    ck_assert_uint_eq(seen.total, 0);
    done();
}
END_TEST

START_TEST(what_one_writes_the_other_reads)
{
    make();
    report->row[0] = (struct cadre__task_row){
        .name = "read_item", .where = "cadre_sleep", .state = CADRE__TASK_WAITS, .waiting_ns = 7};
    report->n = 1;
    report->total = 3;
    cadre__shm_done(&theirs);
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), 0);
    ck_assert_uint_eq(seen.n, 1);
    ck_assert_uint_eq(seen.total, 3);
    ck_assert_str_eq(seen.row[0].name, "read_item");
    ck_assert_str_eq(seen.row[0].where, "cadre_sleep");
    ck_assert_uint_eq(seen.row[0].waiting_ns, 7);
    cadre__shm_done(&ours);
}
END_TEST

START_TEST(texts_end_and_hold_no_control_bytes)
{
    make();
    memset(report->row[0].name, 'x', sizeof(report->row[0].name));
    memcpy(report->row[0].request, "GET /\x1b[2J", 10);
    memcpy(report->row[0].where, "a\x7f\n", 4);
    report->n = report->total = 1;
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), 0);
    ck_assert_uint_eq(strlen(seen.row[0].name), sizeof(seen.row[0].name) - 1);
    ck_assert_str_eq(seen.row[0].request, "GET /?[2J");
    ck_assert_str_eq(seen.row[0].where, "a??");
    done();
}
END_TEST

START_TEST(numbers_that_cannot_be_are_refused)
{
    make();
    report->n = CADRE__TASK_REPORT_MAX + 1;
    report->total = UINT32_MAX;
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), -EPROTO);
    report->n = 2;
    report->total = 1;
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), -EPROTO);
    report->total = 2;
    report->row[1].state = CADRE__TASK_STATES;
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), -EPROTO);
    report->row[1].state = CADRE__TASK_IS_DUE;
    ck_assert_int_eq(cadre__task_report_read(&ours, &seen), 0);
    done();
}
END_TEST

START_TEST(what_is_no_area_of_this_build_is_refused_and_closed)
{
    struct cadre__shm other;
    int pipe_fd[2], fd;

    ck_assert_int_eq(pipe(pipe_fd), 0);
    ck_assert_int_lt(cadre__task_report_open(pipe_fd[0], &theirs, &report), 0);
    ck_assert_int_eq(fcntl(pipe_fd[0], F_GETFD), -1);
    close(pipe_fd[1]);

    ck_assert_int_eq(cadre__shm_create(&other, "tasks", 4096), 0);
    fd = dup(other.fd);
    ck_assert_int_eq(cadre__task_report_open(fd, &theirs, &report), -EPROTO);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    cadre__shm_done(&other);

    ck_assert_int_eq(cadre__shm_create(&other, "tasks", sizeof(*report)), 0);
    fd = dup(other.fd);
    ck_assert_int_eq(cadre__task_report_open(fd, &theirs, &report), -EPROTO);
    cadre__shm_done(&other);
}
END_TEST

START_TEST(states_have_names)
{
    ck_assert_str_eq(cadre__task_state_name(CADRE__TASK_RUNS), "running");
    ck_assert_str_eq(cadre__task_state_name(CADRE__TASK_WAITS), "waiting");
    ck_assert_str_eq(cadre__task_state_name(CADRE__TASK_IS_DUE), "due");
    ck_assert_str_eq(cadre__task_state_name(CADRE__TASK_STATES), "unknown");
}
END_TEST

UNIT_MAIN("ipc/task_report", UNIT_CASE(an_area_that_nobody_filled_is_empty),
          UNIT_CASE(what_one_writes_the_other_reads),
          UNIT_CASE(texts_end_and_hold_no_control_bytes),
          UNIT_CASE(numbers_that_cannot_be_are_refused),
          UNIT_CASE(what_is_no_area_of_this_build_is_refused_and_closed),
          UNIT_CASE(states_have_names))
