/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/heritage: what is sealed is what is taken, and nothing damaged or of another build
 * gets through, each with a line that says why.
 */
#include "config.h"

#include "ipc/heritage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/unit.h"

static struct cadre__heritage heritage, taken;
static char why[256];

static int any_fd(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

/* One with a bit of everything. */
static void fill(void)
{
    struct cadre__shm shm;
    cadre__heritage_init(&heritage);
    heritage.kind = CADRE__CHILD_STEWARD;
    heritage.slot = 3;
    heritage.index = 2;
    heritage.generation = 7;
    heritage.flags = CADRE__HERITAGE_JOURNAL;
    heritage.master_pid = getpid();
    heritage.boot_ns = 123456789;
    heritage.channel_fd = any_fd();
    heritage.conf_fd = any_fd();
    heritage.log_fd = any_fd();
    ck_assert_int_eq(cadre__shm_create(&shm, "scoreboard", 4096), 0);
    ck_assert_int_eq(cadre__heritage_add_shm(&heritage, &shm), 0);
    ck_assert_int_eq(
        cadre__heritage_add_listener(&heritage, "web", any_fd(), "127.0.0.1:80", false), 0);
    ck_assert_int_eq(cadre__heritage_add_listener(&heritage, "sock", any_fd(), "unix:/x", false),
                     0);
}

static void add_pin(void)
{
    struct cadre__module_pin pin = {.module = 3};

    pin.fd = any_fd();
    ck_assert_int_eq(cadre__file_id_of(pin.fd, &pin.id), 0);
    ck_assert_int_eq(cadre__heritage_add_pin(&heritage, &pin), 0);
}

static int take(void)
{
    memset(why, 0, sizeof(why));
    memset(&taken, 0xee, sizeof(taken));
    int fd = cadre__heritage_seal(&heritage);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    int r = cadre__heritage_take(fd, &taken, why, sizeof(why));
    /* Closed where it was taken, the caller's where not. */
    ck_assert_int_eq(fcntl(fd, F_GETFD) >= 0, r < 0);
    if (r < 0) {
        ck_assert_str_ne(why, "");
        ck_assert_uint_eq(*(unsigned char *)&taken, 0xee);
        close(fd);
    }
    return r;
}

START_TEST(what_is_sealed_is_what_is_taken)
{
    fill();
    add_pin();
    ck_assert_int_eq(take(), 0);
    ck_assert_uint_eq(taken.pin[0].module, 3);
    ck_assert_mem_eq(&heritage, &taken, sizeof(heritage));
    const struct cadre__heritage_shm *shm = cadre__heritage_find_shm(&taken, "scoreboard");
    ck_assert_ptr_nonnull(shm);
    ck_assert_uint_eq(shm->size, 4096);
    ck_assert_ptr_null(cadre__heritage_find_shm(&taken, "other"));
    ck_assert_str_eq(taken.listener[1].name, "sock");
    ck_assert_str_eq(taken.listener[1].address, "unix:/x");
}
END_TEST

START_TEST(standard_error_and_no_conf_are_fine)
{
    cadre__heritage_init(&heritage);
    heritage.channel_fd = any_fd();
    ck_assert_int_eq(heritage.log_fd, 2);
    ck_assert_int_eq(fcntl(2, F_SETFD, 0), 0);
    ck_assert_int_eq(take(), 0);
    ck_assert_int_eq(taken.conf_fd, -1);
    ck_assert_int_eq(fcntl(2, F_GETFD), 0); /* not made CLOEXEC */
}
END_TEST

START_TEST(no_more_pins_than_there_is_room_for)
{
    cadre__heritage_init(&heritage);
    for (int i = 0; i < CADRE__PIN_MAX; i++)
        add_pin();
    ck_assert_int_eq(cadre__heritage_add_pin(&heritage, &heritage.pin[0]), -ENOSPC);
}
END_TEST

START_TEST(only_what_is_listed_survives_an_exec)
{
    fill();
    int unlisted = any_fd(), fd = cadre__heritage_seal(&heritage);
    int listed[] = {heritage.channel_fd,
                    heritage.conf_fd,
                    heritage.log_fd,
                    heritage.shm[0].fd,
                    heritage.listener[0].fd,
                    heritage.listener[1].fd,
                    fd};
    ck_assert_int_eq(cadre__heritage_pass(&heritage, fd), 0);
    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
        ck_assert_int_eq(fcntl(listed[i], F_GETFD), 0);
    ck_assert_int_eq(fcntl(unlisted, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), 0);
    for (size_t i = 0; i + 1 < sizeof(listed) / sizeof(listed[0]); i++)
        ck_assert_int_eq(fcntl(listed[i], F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(passing_a_descriptor_that_is_not_open_fails)
{
    fill();
    close(heritage.conf_fd);
    ck_assert_int_eq(cadre__heritage_pass(&heritage, 0), -EBADF);
    fill();
    ck_assert_int_eq(cadre__heritage_pass(&heritage, 999), -EBADF);
}
END_TEST

START_TEST(another_build_is_told_to_upgrade)
{
    fill();
    heritage.build_id[5] ^= 1;
    ck_assert_int_eq(take(), -EPROTO);
    ck_assert_ptr_nonnull(strstr(why, "files on disk were upgraded: run `cadre upgrade`"));
    ck_assert_ptr_nonnull(strstr(why, PACKAGE_VERSION));
    ck_assert_ptr_null(strchr(why, '\n'));
}
END_TEST

START_TEST(another_build_is_told_so_whatever_comes_behind_the_head)
{
    fill();
    heritage.build_id[5] ^= 1;
    strcpy(heritage.version, "9.9.9");
    heritage.layout = 99;
    heritage.size = 12;
    memset((char *)&heritage + offsetof(struct cadre__heritage, kind), 0xff,
           sizeof(heritage) - offsetof(struct cadre__heritage, kind));
    ck_assert_int_eq(take(), -EPROTO);
    ck_assert_ptr_nonnull(strstr(why, "cadre upgrade"));
    ck_assert_ptr_nonnull(strstr(why, "9.9.9"));
    /* Shorter than ours, longer than ours. */
    static char longer[sizeof(struct cadre__heritage) + 1000];
    memcpy(longer, &heritage, sizeof(heritage));
    const size_t sizes[] = {offsetof(struct cadre__heritage, kind), 500, sizeof(longer)};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int fd = cadre__memfd_sealed("x", longer, sizes[i]);
        why[0] = '\0';
        ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), -EPROTO);
        ck_assert_ptr_nonnull(strstr(why, "cadre upgrade"));
        close(fd);
    }
}
END_TEST

START_TEST(texts_of_a_head_that_do_not_end_are_not_read_beyond)
{
    fill();
    memset(heritage.build_id, 'a', sizeof(heritage.build_id));
    memset(heritage.version, 'b', sizeof(heritage.version));
    ck_assert_int_eq(take(), -EPROTO);
}
END_TEST

static void bad_magic(void)
{
    heritage.magic++;
}
static void bad_layout(void)
{
    heritage.layout++;
}
static void bad_size(void)
{
    heritage.size--;
}
static void bad_kind(void)
{
    heritage.kind = CADRE__CHILD_KINDS;
}
static void no_channel(void)
{
    heritage.channel_fd = -1;
}
static void too_many_areas(void)
{
    heritage.n_shm = CADRE__SHM_MAX + 1;
}
static void too_many_listeners(void)
{
    heritage.n_listeners = UINT32_MAX;
}
static void area_without_fd(void)
{
    heritage.shm[0].fd = -1;
}
static void endless_area_name(void)
{
    memset(heritage.shm[0].name, 'x', sizeof(heritage.shm[0].name));
}
static void endless_listener_name(void)
{
    memset(heritage.listener[0].name, 'x', sizeof(heritage.listener[0].name));
}
static void endless_address(void)
{
    memset(heritage.listener[1].address, 'x', sizeof(heritage.listener[1].address));
}
static void listener_without_fd(void)
{
    heritage.listener[1].fd = -1;
}
static void closed_channel(void)
{
    close(heritage.channel_fd);
}
static void closed_listener(void)
{
    close(heritage.listener[1].fd);
}
static void too_many_pins(void)
{
    heritage.n_pins = CADRE__PIN_MAX + 1;
}
static void pin_without_fd(void)
{
    heritage.n_pins = 1;
    heritage.pin[0].fd = -1;
}
static void closed_pin(void)
{
    close(heritage.pin[0].fd);
}
static void closed_area(void)
{
    close(heritage.shm[0].fd);
}

static const struct {
    void (*damage)(void);
    int r;
    const char *why;
} damages[] = {
    {bad_magic, -EPROTO, "started by cadre, not by hand"},
    {bad_layout, -EPROTO, "damaged"},
    {bad_size, -EPROTO, "damaged"},
    {bad_kind, -EPROTO, "bad kind"},
    {no_channel, -EPROTO, "bad channel"},
    {too_many_areas, -EPROTO, "number of shared areas"},
    {too_many_listeners, -EPROTO, "number of listeners"},
    {area_without_fd, -EPROTO, "bad shared area"},
    {endless_area_name, -EPROTO, "bad shared area"},
    {endless_listener_name, -EPROTO, "bad listener"},
    {endless_address, -EPROTO, "bad listener"},
    {listener_without_fd, -EPROTO, "bad listener"},
    {closed_channel, -EBADF, "Bad file descriptor"},
    {closed_listener, -EBADF, "Bad file descriptor"},
    {too_many_pins, -EPROTO, "number of modules"},
    {pin_without_fd, -EPROTO, "bad module"},
    {closed_pin, -EBADF, "Bad file descriptor"},
    {closed_area, -EBADF, "Bad file descriptor"},
};

START_TEST(damage_is_refused_with_its_reason)
{
    fill();
    add_pin();
    /* Sealed before what is closed is reused by the seal itself. */
    if (damages[_i].r == -EBADF) {
        int fd = cadre__heritage_seal(&heritage);
        damages[_i].damage();
        ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), damages[_i].r);
    } else {
        damages[_i].damage();
        ck_assert_int_eq(take(), damages[_i].r);
    }
    ck_assert_msg(strstr(why, damages[_i].why) != NULL, "\"%s\"", why);
}
END_TEST

START_TEST(what_is_no_heritage_is_refused)
{
    int ends[2];
    char text[] = "hello";
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(cadre__heritage_take(ends[0], &taken, why, sizeof(why)), -ESPIPE);
    ck_assert_int_eq(cadre__heritage_take(999, &taken, why, sizeof(why)), -EBADF);
    int fd = cadre__memfd_sealed("x", text, sizeof(text));
    ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), -EPROTO);
    fd = cadre__memfd_sealed("x", text, 0);
    ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), -EPROTO);
    ck_assert_ptr_nonnull(strstr(why, "by hand"));
}
END_TEST

START_TEST(every_length_but_the_right_one_is_refused)
{
    static char bytes[sizeof(struct cadre__heritage) + 16];
    fill();
    memcpy(bytes, &heritage, sizeof(heritage));
    for (size_t len = 0; len < sizeof(bytes); len += len < 200 ? 1 : 97) {
        if (len == sizeof(heritage))
            continue;
        int fd = cadre__memfd_sealed("x", bytes, len);
        if (cadre__heritage_take(fd, &taken, why, sizeof(why)) != -EPROTO)
            ck_abort_msg("%zu bytes were taken", len);
        close(fd);
    }
    int fd = cadre__memfd_sealed("x", bytes, sizeof(heritage) + 1);
    ck_assert_int_eq(cadre__heritage_take(fd, &taken, why, sizeof(why)), -EPROTO);
}
END_TEST

START_TEST(what_does_not_fit_is_not_added)
{
    struct cadre__shm shm = {.name = "x", .fd = 1, .size = 10}, none = {.name = "x", .fd = -1};
    char name[CADRE__LISTEN_NAME + 1], address[CADRE__LISTEN_ADDRESS + 1];
    memset(name, 'n', sizeof(name) - 1);
    memset(address, 'a', sizeof(address) - 1);
    name[sizeof(name) - 1] = address[sizeof(address) - 1] = '\0';
    cadre__heritage_init(&heritage);
    ck_assert_int_eq(cadre__heritage_add_listener(&heritage, name, 1, "x", false), -ENAMETOOLONG);
    ck_assert_int_eq(cadre__heritage_add_listener(&heritage, "x", 1, address, false),
                     -ENAMETOOLONG);
    ck_assert_uint_eq(heritage.n_listeners, 0);
    ck_assert_int_eq(cadre__heritage_add_shm(&heritage, &none), -EINVAL);
    for (int i = 0; i < CADRE__LISTEN_MAX; i++)
        ck_assert_int_eq(cadre__heritage_add_listener(&heritage, "x", 1, "y", false), 0);
    ck_assert_int_eq(cadre__heritage_add_listener(&heritage, "x", 1, "y", false), -ENOSPC);
    for (int i = 0; i < CADRE__SHM_MAX; i++)
        ck_assert_int_eq(cadre__heritage_add_shm(&heritage, &shm), 0);
    ck_assert_int_eq(cadre__heritage_add_shm(&heritage, &shm), -ENOSPC);
}
END_TEST

START_TEST(kinds_have_names)
{
    ck_assert_str_eq(cadre__child_kind_name(CADRE__CHILD_WORKER), "worker");
    ck_assert_str_eq(cadre__child_kind_name(CADRE__CHILD_CHECKER), "checker");
    ck_assert_ptr_null(cadre__child_kind_name(CADRE__CHILD_KINDS));
}
END_TEST

UNIT_MAIN("ipc/heritage", UNIT_CASE(what_is_sealed_is_what_is_taken),
          UNIT_CASE(standard_error_and_no_conf_are_fine),
          UNIT_CASE(no_more_pins_than_there_is_room_for),
          UNIT_CASE(only_what_is_listed_survives_an_exec),
          UNIT_CASE(passing_a_descriptor_that_is_not_open_fails),
          UNIT_CASE(another_build_is_told_to_upgrade),
          UNIT_CASE(another_build_is_told_so_whatever_comes_behind_the_head),
          UNIT_CASE(texts_of_a_head_that_do_not_end_are_not_read_beyond),
          UNIT_LOOP(damage_is_refused_with_its_reason, sizeof(damages) / sizeof(damages[0])),
          UNIT_CASE(what_is_no_heritage_is_refused),
          UNIT_CASE(every_length_but_the_right_one_is_refused),
          UNIT_CASE(what_does_not_fit_is_not_added), UNIT_CASE(kinds_have_names))
