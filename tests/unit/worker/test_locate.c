/* SPDX-License-Identifier: MIT */
/*
 * Tests of worker/locate: addresses become objects and addresses within them.
 */
#include "config.h"

#include "worker/locate.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "tests/unit/unit.h"

static struct cadre__backtrace trace;

START_TEST(code_of_the_program_and_of_a_library_is_found)
{
    void *frames[] = {(void *)(uintptr_t)locate_frames, (void *)(uintptr_t)&gnu_get_libc_version};
    struct link_map *map;
    Dl_info info;

    locate_init();
    locate_frames(frames, 2, true, &trace);
    ck_assert_uint_eq(trace.n_frames, 2);
    ck_assert_uint_eq(trace.n_objects, 2);
    ck_assert_ptr_nonnull(strstr(trace.objects[0].path, "test_locate"));
    ck_assert_ptr_nonnull(strstr(trace.objects[1].path, "libc.so"));
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_int_ne(dladdr1(frames[i], &info, (void **)&map, RTLD_DL_LINKMAP), 0);
        ck_assert_uint_eq(trace.frames[i].object, i);
        ck_assert_uint_eq(trace.frames[i].address, (uintptr_t)frames[i] - map->l_addr);
    }
    ck_assert_uint_eq(trace.frames[0].flags, CADRE__FRAME_EXACT);
    ck_assert_uint_eq(trace.frames[1].flags, 0);
}
END_TEST

/* Debian's libc has one; ours is whatever the linker makes. */
START_TEST(an_object_has_its_build_id)
{
    void *frames[] = {(void *)(uintptr_t)&gnu_get_libc_version};
    bool any = false;

    locate_frames(frames, 1, false, &trace);
    ck_assert_uint_eq(trace.objects[0].build_id_len, CADRE__BUILD_ID_BYTES_MAX);
    for (size_t i = 0; i < CADRE__BUILD_ID_BYTES_MAX; i++)
        any = any || trace.objects[0].build_id[i] != 0;
    ck_assert(any);
}
END_TEST

START_TEST(an_object_is_listed_once)
{
    void *frames[] = {(void *)(uintptr_t)&gnu_get_libc_version, (void *)(uintptr_t)locate_init,
                      (void *)(uintptr_t)&getauxval, (void *)(uintptr_t)locate_frames};

    locate_frames(frames, 4, false, &trace);
    ck_assert_uint_eq(trace.n_objects, 2);
    ck_assert_uint_eq(trace.frames[0].object, trace.frames[2].object);
    ck_assert_uint_eq(trace.frames[1].object, trace.frames[3].object);
}
END_TEST

START_TEST(what_is_remembered_of_an_object_is_told)
{
    void *frames[] = {(void *)(uintptr_t)&gnu_get_libc_version, (void *)(uintptr_t)locate_frames};
    const struct cadre__file_id file = {.dev = 1, .ino = 2, .size = 3, .mtime_ns = 4};
    char path[] = "/modules/shop.so";

    ck_assert_int_eq(locate_remember((void *)(uintptr_t)0x10, "x", &file), -ENOENT);
    ck_assert_int_eq(locate_remember(frames[0], path, &file), 0);
    path[1] = 'x'; /* copied */
    locate_init();
    locate_frames(frames, 2, true, &trace);
    ck_assert_uint_eq(trace.n_objects, 2);
    ck_assert_str_eq(trace.objects[0].path, "/modules/shop.so");
    ck_assert(cadre__file_id_is(&trace.objects[0].file, &file));
    ck_assert_uint_eq(trace.objects[0].build_id_len, CADRE__BUILD_ID_BYTES_MAX);
    ck_assert_uint_eq(trace.objects[1].file.ino, 0);
}
END_TEST

START_TEST(an_address_of_nothing_stays_as_it_is)
{
    void *frames[] = {NULL, (void *)(uintptr_t)0x10};

    locate_frames(frames, 2, true, &trace);
    ck_assert_uint_eq(trace.n_objects, 0);
    ck_assert_uint_eq(trace.frames[1].object, CADRE__BACKTRACE_NO_OBJECT);
    ck_assert_uint_eq(trace.frames[1].address, 0x10);
}
END_TEST

START_TEST(more_frames_than_there_is_room_for_are_cut)
{
    void *frames[CADRE__BACKTRACE_FRAMES + 9];

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
        frames[i] = (void *)(uintptr_t)&gnu_get_libc_version;
    locate_frames(frames, sizeof(frames) / sizeof(frames[0]), true, &trace);
    ck_assert_uint_eq(trace.n_frames, CADRE__BACKTRACE_FRAMES);
    locate_frames(frames, 0, true, &trace);
    ck_assert_uint_eq(trace.n_frames, 0);
}
END_TEST

UNIT_MAIN("worker/locate", UNIT_CASE(code_of_the_program_and_of_a_library_is_found),
          UNIT_CASE(an_object_has_its_build_id), UNIT_CASE(an_object_is_listed_once),
          UNIT_CASE(what_is_remembered_of_an_object_is_told),
          UNIT_CASE(an_address_of_nothing_stays_as_it_is),
          UNIT_CASE(more_frames_than_there_is_room_for_are_cut))
