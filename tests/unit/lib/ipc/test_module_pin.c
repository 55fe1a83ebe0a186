/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/module_pin: a file is known again by its name and by its descriptor, and one that
 * was written to or replaced is another.
 */
#include "config.h"

#include "ipc/module_pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char path[] = "/tmp/cadre-pin-XXXXXX";
static int fd;
static struct cadre__file_id id;

static void set_up(void)
{
    const struct timespec times[2] = {{1000, 5}, {1000, 5}};

    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "one", 3), 3);
    ck_assert_int_eq(futimens(fd, times), 0);
    ck_assert_int_eq(cadre__file_id_of(fd, &id), 0);
}

static bool is_at_path(void)
{
    struct cadre__file_id now;

    ck_assert_int_eq(cadre__file_id_at(path, &now), 0);
    return cadre__file_id_is(&id, &now);
}

static bool is_behind_fd(void)
{
    struct cadre__file_id now;

    ck_assert_int_eq(cadre__file_id_of(fd, &now), 0);
    return cadre__file_id_is(&id, &now);
}

START_TEST(a_file_is_known_by_name_and_by_descriptor)
{
    set_up();
    ck_assert_uint_eq(id.size, 3);
    ck_assert_int_eq(id.mtime_ns, INT64_C(1000000000005));
    ck_assert(is_at_path());
    ck_assert_int_eq(chmod(path, 0755), 0);
    ck_assert(is_at_path());
    unlink(path);
    ck_assert(is_behind_fd());
}
END_TEST

START_TEST(one_that_was_replaced_is_behind_its_descriptor)
{
    char other[] = "/tmp/cadre-pin-XXXXXX";
    int another;

    set_up();
    another = mkstemp(other);
    ck_assert_int_eq(write(another, "two", 3), 3);
    ck_assert_int_eq(rename(other, path), 0);
    ck_assert(!is_at_path());
    ck_assert(is_behind_fd());
    unlink(path);
}
END_TEST

START_TEST(one_that_was_overwritten_is_another)
{
    set_up();
    ck_assert_int_eq(pwrite(fd, "two", 3, 0), 3);
    ck_assert(!is_at_path());
    ck_assert(!is_behind_fd());
    unlink(path);
}
END_TEST

START_TEST(what_is_not_there_is_an_error)
{
    struct cadre__file_id now;

    ck_assert_int_eq(cadre__file_id_at("/nowhere/x", &now), -ENOENT);
    ck_assert_int_eq(cadre__file_id_of(-1, &now), -EBADF);
}
END_TEST

UNIT_MAIN("ipc/module_pin", UNIT_CASE(a_file_is_known_by_name_and_by_descriptor),
          UNIT_CASE(one_that_was_replaced_is_behind_its_descriptor),
          UNIT_CASE(one_that_was_overwritten_is_another), UNIT_CASE(what_is_not_there_is_an_error))
