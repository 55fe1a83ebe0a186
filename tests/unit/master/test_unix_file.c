/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/unix_file: whose file a socket's path is, and who may have it.
 */
#include "config.h"

#include "master/unix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char folder[64];
static struct sockaddr_un un = {.sun_family = AF_UNIX};
static const struct cadre__conf_owner nobody;
static dev_t dev;
static ino_t ino;

static void set_up(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/cadre-unix-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(un.sun_path, sizeof(un.sun_path), "%s/s.sock", folder);
}

static void tear_down(void)
{
    (void)unlink(un.sun_path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left in it */
}

static int make_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static int bind_here(int fd, mode_t mode)
{
    return unix_file_bind(fd, &un, mode, &nobody, &dev, &ino);
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    ck_assert_int_eq(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

START_TEST(the_file_has_its_mode_whatever_the_umask)
{
    int fd = make_socket();

    set_up();
    umask(0);
    ck_assert_int_eq(bind_here(fd, 0640), 0);
    ck_assert_uint_eq(mode_of(un.sun_path), 0640);
    ck_assert_uint_eq(umask(022), 0); /* as it was */
    ck_assert(unix_file_is(un.sun_path, dev, ino));
    ck_assert_int_eq(unix_file_set_rights(un.sun_path, 0600, &nobody), 0);
    ck_assert_uint_eq(mode_of(un.sun_path), 0600);
    unix_file_remove(un.sun_path, dev, ino);
    ck_assert_int_eq(access(un.sun_path, F_OK), -1);
    close(fd);
    tear_down();
}
END_TEST

START_TEST(one_on_which_nobody_listens_is_replaced)
{
    int old = make_socket(), fd = make_socket();
    dev_t old_dev;
    ino_t old_ino;

    set_up();
    ck_assert_int_eq(bind_here(old, 0600), 0);
    old_dev = dev;
    old_ino = ino;
    close(old);
    ck_assert_int_eq(bind_here(fd, 0600), 0);
    ck_assert(unix_file_is(un.sun_path, dev, ino));
    ck_assert_int_eq(listen(fd, 1), 0);
    /* Whoever was there before does not remove it. */
    if (old_ino != ino)
        unix_file_remove(un.sun_path, old_dev, old_ino);
    ck_assert_int_eq(access(un.sun_path, F_OK), 0);
    close(fd);
    tear_down();
}
END_TEST

START_TEST(one_on_which_somebody_listens_is_left)
{
    int other = make_socket(), fd = make_socket();
    ino_t other_ino;

    set_up();
    ck_assert_int_eq(bind_here(other, 0600), 0);
    ck_assert_int_eq(listen(other, 1), 0);
    other_ino = ino;
    ck_assert_int_eq(bind_here(fd, 0600), -EADDRINUSE);
    ck_assert(unix_file_is(un.sun_path, dev, other_ino));
    close(fd);
    close(other);
    tear_down();
}
END_TEST

START_TEST(what_is_no_socket_is_left)
{
    int fd = make_socket(), file;

    set_up();
    file = open(un.sun_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, "mine", 4), 4);
    close(file);
    ck_assert_int_eq(bind_here(fd, 0600), -EEXIST);
    file = open(un.sun_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(lseek(file, 0, SEEK_END), 4);
    close(file);
    close(fd);
    tear_down();
}
END_TEST

START_TEST(an_owner_that_cannot_be_set_leaves_nothing)
{
    const struct cadre__conf_owner root = {.have_uid = true, .uid = 0};
    int fd = make_socket();

    set_up();
    ck_assert_int_eq(chmod(folder, 0777), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(unix_file_bind(fd, &un, 0600, &root, &dev, &ino), -EPERM);
    ck_assert_int_eq(access(un.sun_path, F_OK), -1);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    close(fd);
    tear_down();
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_said_so)
{
    int fd = make_socket();

    (void)snprintf(un.sun_path, sizeof(un.sun_path), "/nowhere/at/all/s.sock");
    ck_assert_int_eq(bind_here(fd, 0600), -ENOENT);
    close(fd);
}
END_TEST

UNIT_MAIN("master/unix_file", UNIT_CASE(the_file_has_its_mode_whatever_the_umask),
          UNIT_CASE(one_on_which_nobody_listens_is_replaced),
          UNIT_CASE(one_on_which_somebody_listens_is_left), UNIT_CASE(what_is_no_socket_is_left),
          UNIT_CASE(an_owner_that_cannot_be_set_leaves_nothing),
          UNIT_CASE(a_folder_that_is_not_there_is_said_so))
