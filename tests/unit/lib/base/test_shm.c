/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/shm.
 */
#include "config.h"

#include "base/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/unit.h"

START_TEST(an_area_is_zero_shared_and_named)
{
    struct cadre__shm a, b;
    char link[64], target[64] = "";
    ck_assert_int_eq(cadre__shm_create(&a, "scoreboard", 10000), 0);
    ck_assert_str_eq(a.name, "scoreboard");
    ck_assert_uint_eq(a.size, 10000);
    ck_assert_int_eq(fcntl(a.fd, F_GETFD), FD_CLOEXEC);
    for (size_t i = 0; i < a.size; i++) {
        if (((char *)a.addr)[i] != 0)
            ck_abort_msg("byte %zu is not zero", i);
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", a.fd);
    ck_assert_int_gt(readlink(link, target, sizeof(target) - 1), 0);
    ck_assert_ptr_nonnull(strstr(target, "scoreboard"));
    ck_assert_int_eq(cadre__shm_attach(&b, "scoreboard", dup(a.fd), false), 0);
    ck_assert_uint_eq(b.size, a.size);
    strcpy(a.addr, "seen");
    ck_assert_str_eq(b.addr, "seen");
    cadre__shm_done(&a);
    ck_assert_str_eq(b.addr, "seen");
    cadre__shm_done(&b);
    cadre__shm_done(&b);
    cadre__shm_done(NULL);
    ck_assert_int_eq(b.fd, -1);
    ck_assert_ptr_null(b.addr);
}
END_TEST

START_TEST(a_child_writes_and_the_parent_reads)
{
    struct cadre__shm area;
    ck_assert_int_eq(cadre__shm_create(&area, "x", 4096), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct cadre__shm mine;
        if (cadre__shm_attach(&mine, "x", dup(area.fd), true) < 0)
            _exit(1);
        strcpy(mine.addr, "from the child");
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(area.addr, "from the child");
    cadre__shm_done(&area);
}
END_TEST

START_TEST(nobody_can_cut_an_area_under_another_one)
{
    struct cadre__shm area;
    ck_assert_int_eq(cadre__shm_create(&area, "x", 8192), 0);
    ck_assert_int_eq(ftruncate(area.fd, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(ftruncate(area.fd, 1 << 20), -1);
    cadre__shm_done(&area);
}
END_TEST

START_TEST(writing_to_a_mapping_for_reading_is_caught)
{
    struct cadre__shm a, b;
    ck_assert_int_eq(cadre__shm_create(&a, "x", 4096), 0);
    ck_assert_int_eq(cadre__shm_attach(&b, "x", dup(a.fd), false), 0);
    ck_assert(!b.writable);
    signal(SIGSEGV, SIG_DFL); /* whatever a sanitizer would say */
    *(volatile char *)b.addr = 1;
}
END_TEST

START_TEST(names_and_sizes_are_checked)
{
    struct cadre__shm area;
    ck_assert_int_eq(cadre__shm_create(&area, "", 10), -EINVAL);
    ck_assert_int_eq(cadre__shm_create(&area, "x", 0), -EINVAL);
    ck_assert_int_eq(cadre__shm_create(&area, "x", SIZE_MAX), -EINVAL);
    ck_assert_int_eq(cadre__shm_create(&area, "123456789012345678901234", 10), -EINVAL);
    ck_assert_int_eq(area.fd, -1);
    ck_assert_int_eq(cadre__shm_create(&area, "12345678901234567890123", 10), 0);
    cadre__shm_done(&area);
    ck_assert_int_lt(cadre__shm_create(&area, "x", SIZE_MAX / 4), 0); /* no address space */
    ck_assert_int_eq(area.fd, -1);
}
END_TEST

START_TEST(what_is_no_area_is_refused_and_stays_the_callers)
{
    struct cadre__shm area;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int unsealed = memfd_create("unsealed", MFD_CLOEXEC);
    int empty = cadre__memfd_sealed("empty", "", 0);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    const int bad[] = {null, unsealed, empty, ends[0]};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_int_eq(cadre__shm_attach(&area, "x", bad[i], false), -EINVAL);
        ck_assert_int_eq(area.fd, -1);
        ck_assert_int_ge(fcntl(bad[i], F_GETFD), 0);
    }
    ck_assert_int_eq(cadre__shm_attach(&area, "x", -1, false), -EBADF);
}
END_TEST

START_TEST(a_sealed_memfd_holds_a_copy_that_nobody_changes)
{
    char text[] = "resolved conf";
    const void *data;
    size_t len;
    int fd = cadre__memfd_sealed("conf", text, sizeof(text));
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    text[0] = 'X';
    ck_assert_int_eq(cadre__memfd_map(fd, &data, &len), 0);
    ck_assert_uint_eq(len, sizeof(text));
    ck_assert_str_eq(data, "resolved conf");
    ck_assert_int_eq(pwrite(fd, "X", 1, 0), -1);
    ck_assert_int_eq(ftruncate(fd, 0), -1);
    ck_assert_ptr_eq(mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, 0), -1);
    cadre__fd_close(&fd);
    ck_assert_str_eq(data, "resolved conf");
    cadre__memfd_unmap(data, len);
}
END_TEST

START_TEST(large_and_empty_memfds_map_too)
{
    static char large[3000000];
    const void *data;
    size_t len = 1;
    memset(large, 'x', sizeof(large));
    int fd = cadre__memfd_sealed("large", large, sizeof(large));
    ck_assert_int_eq(cadre__memfd_map(fd, &data, &len), 0);
    ck_assert_uint_eq(len, sizeof(large));
    ck_assert_int_eq(memcmp(data, large, len), 0);
    cadre__memfd_unmap(data, len);
    cadre__fd_close(&fd);
    fd = cadre__memfd_sealed("empty", NULL, 0);
    ck_assert_int_eq(cadre__memfd_map(fd, &data, &len), 0);
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_nonnull(data);
    cadre__memfd_unmap(data, len);
    cadre__fd_close(&fd);
}
END_TEST

START_TEST(a_memfd_that_can_still_change_is_not_mapped)
{
    struct cadre__shm area;
    const void *data;
    size_t len;
    ck_assert_int_eq(cadre__shm_create(&area, "x", 4096), 0);
    ck_assert_int_eq(cadre__memfd_map(area.fd, &data, &len), -EINVAL);
    ck_assert_int_eq(cadre__memfd_map(-1, &data, &len), -EBADF);
    cadre__shm_done(&area);
}
END_TEST

UNIT_MAIN("base/shm", UNIT_CASE(an_area_is_zero_shared_and_named),
          UNIT_CASE(a_child_writes_and_the_parent_reads),
          UNIT_CASE(nobody_can_cut_an_area_under_another_one),
          UNIT_SIGNAL(writing_to_a_mapping_for_reading_is_caught, SIGSEGV),
          UNIT_CASE(names_and_sizes_are_checked),
          UNIT_CASE(what_is_no_area_is_refused_and_stays_the_callers),
          UNIT_CASE(a_sealed_memfd_holds_a_copy_that_nobody_changes),
          UNIT_CASE(large_and_empty_memfds_map_too),
          UNIT_CASE(a_memfd_that_can_still_change_is_not_mapped))
