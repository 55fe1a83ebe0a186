/* SPDX-License-Identifier: MIT */
/*
 * Copies of modules' files: one a file, for as long as somebody needs it.
 */
#include "config.h"

#include "master/shared_file.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "tests/unit/fds.h"

static struct cadre__list files;

static struct cadre__module_pin pin_any(void)
{
    struct cadre__module_pin pin = {.fd = memfd_create("module", MFD_CLOEXEC)};

    ck_assert_int_ge(pin.fd, 0);
    ck_assert_int_eq(cadre__file_id_of(pin.fd, &pin.id), 0);
    return pin;
}

START_TEST(one_copy_is_shared_until_the_last_lets_go)
{
    struct cadre__module_pin pin = pin_any(), same = pin, other = pin_any();
    struct shared_file *a, *b, *c;
    int before = unit_open_fds();

    cadre__list_init(&files);
    a = shared_file_ref(&files, &pin);
    b = shared_file_ref(&files, &same);
    c = shared_file_ref(&files, &other);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    ck_assert_int_ne(a->fd, pin.fd);
    ck_assert_int_eq(fcntl(a->fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(unit_open_fds(), before + 2);
    shared_file_unref(a);
    ck_assert_int_eq(unit_open_fds(), before + 2);
    shared_file_unref(c);
    shared_file_unref(b);
    shared_file_unref(NULL);
    ck_assert_int_eq(unit_open_fds(), before);
    ck_assert(cadre__list_is_empty(&files));
    a = shared_file_ref(&files, &pin); /* anew */
    ck_assert_ptr_nonnull(a);
    shared_file_unref(a);
    cadre__fd_close(&pin.fd);
    cadre__fd_close(&other.fd);
}
END_TEST

START_TEST(what_cannot_be_copied_is_not_there)
{
    struct cadre__module_pin pin = {.fd = -1, .id = {.ino = 1}};

    cadre__list_init(&files);
    ck_assert_ptr_null(shared_file_ref(&files, &pin));
    ck_assert(cadre__list_is_empty(&files));
}
END_TEST

UNIT_MAIN("master/shared_file", UNIT_CASE(one_copy_is_shared_until_the_last_lets_go),
          UNIT_CASE(what_cannot_be_copied_is_not_there))
