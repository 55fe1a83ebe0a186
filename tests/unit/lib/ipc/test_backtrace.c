/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/backtrace: what a process that dies may have written, made safe to look at.
 */
#include "config.h"

#include "ipc/backtrace.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct cadre__backtrace trace;

START_TEST(one_that_is_in_order_stays_as_it_is)
{
    struct cadre__backtrace before;

    trace.n_objects = 1;
    trace.n_frames = 2;
    strcpy(trace.objects[0].path, "/usr/lib/cadre/shop.so");
    trace.objects[0].build_id_len = CADRE__BUILD_ID_BYTES_MAX;
    trace.frames[0] = (struct cadre__backtrace_frame){.address = 7, .object = 0};
    trace.frames[1].object = CADRE__BACKTRACE_NO_OBJECT;
    before = trace;
    cadre__backtrace_check(&trace);
    ck_assert_mem_eq(&trace, &before, sizeof(trace));
    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[0]), "shop.so");
    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[1]), "?");
}
END_TEST

START_TEST(numbers_are_brought_within_their_arrays)
{
    memset(&trace, 0xff, sizeof(trace));
    cadre__backtrace_check(&trace);
    ck_assert_uint_eq(trace.n_objects, CADRE__BACKTRACE_OBJECTS);
    ck_assert_uint_eq(trace.n_frames, CADRE__BACKTRACE_FRAMES);
    for (uint32_t i = 0; i < trace.n_objects; i++) {
        ck_assert_uint_eq(trace.objects[i].build_id_len, CADRE__BUILD_ID_BYTES_MAX);
        ck_assert_uint_eq(strlen(trace.objects[i].path), sizeof(trace.objects[i].path) - 1);
    }
    for (uint32_t i = 0; i < trace.n_frames; i++)
        ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[i]), "?");
}
END_TEST

START_TEST(a_frame_of_an_object_that_is_not_told_has_none)
{
    trace.n_objects = 2;
    trace.n_frames = 2;
    trace.frames[0].object = 1;
    trace.frames[1].object = 2;
    cadre__backtrace_check(&trace);
    ck_assert_uint_eq(trace.frames[0].object, 1);
    ck_assert_uint_eq(trace.frames[1].object, CADRE__BACKTRACE_NO_OBJECT);
}
END_TEST

START_TEST(a_file_without_a_folder_is_its_own_name)
{
    trace.n_objects = 1;
    strcpy(trace.objects[0].path, "linux-vdso.so.1");
    ck_assert_str_eq(cadre__backtrace_file(&trace, &trace.frames[0]), "linux-vdso.so.1");
}
END_TEST

START_TEST(a_return_address_is_looked_up_one_before)
{
    struct cadre__backtrace_frame frame = {.address = 100};

    ck_assert_uint_eq(cadre__backtrace_lookup(&frame), 99);
    frame.flags = CADRE__FRAME_EXACT;
    ck_assert_uint_eq(cadre__backtrace_lookup(&frame), 100);
    frame = (struct cadre__backtrace_frame){.address = 0};
    ck_assert_uint_eq(cadre__backtrace_lookup(&frame), 0);
}
END_TEST

START_TEST(a_text_ends_and_obeys_no_terminal)
{
    char text[8] = {'a', '\n', 0x1b, 0x7f, (char)0xe9, 'b', 'c', 'd'};

    cadre__text_check(text, sizeof(text));
    ck_assert_str_eq(text, "a???\xe9"
                           "bc");
    text[0] = 'z';
    cadre__text_check(text, 0); /* there is none */
    ck_assert_int_eq(text[0], 'z');
    cadre__text_check(text, 1);
    ck_assert_str_eq(text, "");
}
END_TEST

UNIT_MAIN("ipc/backtrace", UNIT_CASE(one_that_is_in_order_stays_as_it_is),
          UNIT_CASE(numbers_are_brought_within_their_arrays),
          UNIT_CASE(a_frame_of_an_object_that_is_not_told_has_none),
          UNIT_CASE(a_file_without_a_folder_is_its_own_name),
          UNIT_CASE(a_return_address_is_looked_up_one_before),
          UNIT_CASE(a_text_ends_and_obeys_no_terminal))
