/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/status: records that are read whole while they are written, and texts of a writer
 * that went mad.
 */
#include "config.h"

#include "ipc/status.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct cadre__shm shm;
static struct cadre__status_area *area;

static void make(void)
{
    ck_assert_int_eq(cadre__status_create(&shm, &area), 0);
}

START_TEST(what_was_written_is_read)
{
    struct cadre__status_server server = {.state = "serving", .pid = 7, .reloads_done = 3}, seen;
    struct cadre__status_seat seat = {.used = 1, .index = 4, .reason = "signal 11"}, found;
    struct cadre__status_area *again;

    make();
    ck_assert_int_eq(cadre__status_open(&shm, &again), 0);
    cadre__status_write_server(area, &server);
    cadre__status_write_seat(area, CADRE__SLOTS_MAX - 1, &seat);
    ck_assert(cadre__status_read_server(again, &seen));
    ck_assert_mem_eq(&seen, &server, sizeof(seen));
    ck_assert(cadre__status_read_seat(again, CADRE__SLOTS_MAX - 1, &found));
    ck_assert_mem_eq(&found, &seat, sizeof(found));
    ck_assert(cadre__status_read_seat(again, 0, &found));
    ck_assert_uint_eq(found.used, 0);
    ck_assert(cadre__status_read_seat(again, CADRE__SLOTS_MAX, &found)); /* there is no such slot */
    ck_assert_uint_eq(found.used, 0);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(an_area_of_another_build_is_refused)
{
    struct cadre__shm other;
    struct cadre__status_area *again;

    ck_assert_int_eq(cadre__shm_create(&other, "status", 4096), 0);
    ck_assert_int_eq(cadre__status_open(&other, &again), -EPROTO);
    cadre__shm_done(&other);
    make();
    *(uint32_t *)shm.addr ^= 1;
    ck_assert_int_eq(cadre__status_open(&shm, &again), -EPROTO);
    cadre__shm_done(&shm);
}
END_TEST

/* Writes records of which all numbers are alike, until it is killed. */
static _Noreturn void write_on(void)
{
    struct cadre__status_server server = {.state = "serving"};

    for (uint32_t i = 0;; i++) {
        server.pid = server.generation = server.workers = i;
        server.lost = i;
        cadre__status_write_server(area, &server);
    }
}

START_TEST(a_record_is_of_one_moment)
{
    struct cadre__status_server seen;
    unsigned whole = 0;
    pid_t pid;

    make();
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        write_on();
    for (unsigned i = 0; i < 20000 || (whole == 0 && i < 10000000); i++) {
        if (!cadre__status_read_server(area, &seen))
            continue;
        whole++;
        ck_assert_uint_eq(seen.generation, seen.pid);
        ck_assert_uint_eq(seen.workers, seen.pid);
        ck_assert_uint_eq(seen.lost, seen.pid);
    }
    ck_assert_uint_gt(whole, 0);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    /* Whatever it left half done: it is read, and the next writer mends it. */
    (void)cadre__status_read_server(area, &seen);
    cadre__status_write_server(area, &(struct cadre__status_server){.pid = 1});
    ck_assert(cadre__status_read_server(area, &seen));
    ck_assert_uint_eq(seen.pid, 1);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(texts_end_and_numbers_are_within_their_arrays)
{
    struct cadre__status_server server = {.n_generations = 4000}, seen;
    struct cadre__status_seat seat = {.used = 1}, found;

    make();
    memset(server.state, 'x', sizeof(server.state));
    memcpy(server.text, "a\x1b[2J\n", 7);
    memset(seat.reason, 'y', sizeof(seat.reason));
    cadre__status_write_server(area, &server);
    cadre__status_write_seat(area, 3, &seat);
    ck_assert(cadre__status_read_server(area, &seen));
    ck_assert_uint_eq(strlen(seen.state), sizeof(seen.state) - 1);
    ck_assert_str_eq(seen.text, "a?[2J?");
    ck_assert_uint_eq(seen.n_generations, CADRE__STATUS_GENERATIONS);
    ck_assert(cadre__status_read_seat(area, 3, &found));
    ck_assert_uint_eq(strlen(found.reason), sizeof(found.reason) - 1);
    cadre__shm_done(&shm);
}
END_TEST

START_TEST(phases_and_deaths_have_names)
{
    ck_assert_str_eq(cadre__generation_phase_name(CADRE__GENERATION_STARTING), "starting");
    ck_assert_str_eq(cadre__generation_phase_name(CADRE__GENERATION_CURRENT), "current");
    ck_assert_str_eq(cadre__generation_phase_name(CADRE__GENERATION_DRAINING), "draining");
    ck_assert_str_eq(cadre__generation_phase_name(0), "unknown");
    ck_assert_str_eq(cadre__generation_phase_name(99), "unknown");
    ck_assert_str_eq(cadre__death_name(CADRE__DEATH_EXIT), "exit");
    ck_assert_str_eq(cadre__death_name(CADRE__DEATH_MEMORY), "memory");
    ck_assert_str_eq(cadre__death_name(CADRE__DEATHS), "unknown");
}
END_TEST

UNIT_MAIN("ipc/status", UNIT_CASE(what_was_written_is_read),
          UNIT_CASE(an_area_of_another_build_is_refused), UNIT_CASE(a_record_is_of_one_moment),
          UNIT_CASE(texts_end_and_numbers_are_within_their_arrays),
          UNIT_CASE(phases_and_deaths_have_names))
