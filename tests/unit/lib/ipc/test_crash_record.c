/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/crash_record and ipc/backtrace: what a mad process may write, and what comes out.
 */
#include "config.h"

#include "ipc/crash_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct cadre__shm shm;
static struct cadre__crashes *crashes;
static struct cadre__crash_record out;

static void make(void)
{
    ck_assert_int_eq(cadre__crashes_create(&shm, &crashes), 0);
}

START_TEST(a_slot_without_a_crash_has_no_record)
{
    make();
    ck_assert(!cadre__crash_take(crashes, 3, &out));
    cadre__crash_clear(crashes, 3);
    ck_assert(!cadre__crash_take(crashes, CADRE__SLOTS_MAX - 1, &out));
}
END_TEST

START_TEST(a_record_is_taken_once)
{
    make();
    crashes->records[3].signo = 11;
    crashes->records[3].stage = CADRE__CRASH_SIGNAL;
    ck_assert(cadre__crash_take(crashes, 3, &out));
    ck_assert_int_eq(out.signo, 11);
    ck_assert(!cadre__crash_take(crashes, 3, &out));
}
END_TEST

/* All bytes set, as far as the stage says: later parts come out empty. */
START_TEST(only_what_was_finished_counts)
{
    struct cadre__crash_record *record;

    make();
    record = &crashes->records[0];
    memset(record, 'A', sizeof(*record));
    record->n_threads = 2;
    record->stage = (uint32_t)_i;
    if (_i == CADRE__CRASH_NONE) {
        ck_assert(!cadre__crash_take(crashes, 0, &out));
        return;
    }
    ck_assert(cadre__crash_take(crashes, 0, &out));
    ck_assert_uint_eq(out.subject.handler[0] == 'A', _i >= CADRE__CRASH_SUBJECT);
    ck_assert_uint_eq(out.trace.n_frames > 0, _i >= CADRE__CRASH_TRACE);
    ck_assert_uint_eq(out.n_threads, _i >= CADRE__CRASH_WHOLE ? 2 : 0);
}
END_TEST

/* Whatever is written: numbers stay within their arrays, texts end and hold no control bytes. */
START_TEST(random_bytes_come_out_harmless)
{
    make();
    srand(42);
    for (int round = 0; round < 200; round++) {
        unsigned char *bytes = (unsigned char *)&crashes->records[7];

        for (size_t i = 0; i < sizeof(struct cadre__crash_record); i++)
            bytes[i] = (unsigned char)rand();
        crashes->records[7].stage = CADRE__CRASH_WHOLE;
        ck_assert(cadre__crash_take(crashes, 7, &out));
        ck_assert_uint_le(out.n_registers, CADRE__CRASH_REGISTERS);
        ck_assert_uint_le(out.n_threads, CADRE__CRASH_THREADS);
        ck_assert_uint_le(out.trace.n_frames, CADRE__BACKTRACE_FRAMES);
        ck_assert_uint_le(out.trace.n_objects, CADRE__BACKTRACE_OBJECTS);
        for (uint32_t i = 0; i < out.trace.n_frames; i++)
            ck_assert(out.trace.frames[i].object == CADRE__BACKTRACE_NO_OBJECT ||
                      out.trace.frames[i].object < out.trace.n_objects);
        for (uint32_t i = 0; i < out.trace.n_objects; i++) {
            ck_assert_uint_lt(strlen(out.trace.objects[i].path), sizeof(out.trace.objects[i].path));
            ck_assert_uint_le(out.trace.objects[i].build_id_len, CADRE__BUILD_ID_BYTES_MAX);
        }
        ck_assert_uint_lt(strlen(out.subject.request), sizeof(out.subject.request));
        for (const char *c = out.subject.request; *c != '\0'; c++)
            ck_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
        for (uint32_t i = 0; i < out.n_threads; i++)
            ck_assert_uint_lt(strlen(out.threads[i].handler), sizeof(out.threads[i].handler));
    }
}
END_TEST

START_TEST(what_is_no_area_is_refused)
{
    struct cadre__shm other;
    struct cadre__crashes *found;

    make();
    ck_assert_int_eq(cadre__crashes_open(&shm, &found), 0);
    ck_assert_ptr_eq(found, crashes);
    crashes->record_size--;
    ck_assert_int_eq(cadre__crashes_open(&shm, &found), -EPROTO);
    ck_assert_int_eq(cadre__shm_create(&other, "other", 64), 0);
    ck_assert_int_eq(cadre__crashes_open(&other, &found), -EPROTO);
}
END_TEST

START_TEST(a_frame_has_the_name_of_its_file)
{
    const struct cadre__backtrace trace = {
        .n_objects = 2,
        .n_frames = 3,
        .objects = {{.path = "/usr/lib/libc.so.6"}, {.path = "shop.so"}},
        .frames = {{.object = 0, .address = 16, .flags = CADRE__FRAME_EXACT},
                   {.object = 1, .address = 16},
                   {.object = CADRE__BACKTRACE_NO_OBJECT}},
    };

    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[0]), "libc.so.6");
    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[1]), "shop.so");
    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[2]), "?");
    ck_assert_uint_eq(cadre__backtrace_lookup(&trace.frames[0]), 16);
    ck_assert_uint_eq(cadre__backtrace_lookup(&trace.frames[1]), 15);
    ck_assert_uint_eq(cadre__backtrace_lookup(&trace.frames[2]), 0);
}
END_TEST

UNIT_MAIN("ipc/crash_record", UNIT_CASE(a_slot_without_a_crash_has_no_record),
          UNIT_CASE(a_record_is_taken_once),
          UNIT_LOOP(only_what_was_finished_counts, CADRE__CRASH_WHOLE + 1),
          UNIT_CASE(random_bytes_come_out_harmless), UNIT_CASE(what_is_no_area_is_refused),
          UNIT_CASE(a_frame_has_the_name_of_its_file))
