/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/notify against a socket that plays the service manager.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "master/notify.h"

static struct notify notify;
static int manager;

/* Plays the manager at an address, "/path" or "@name". */
static void listen_at(const char *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t len = strlen(address);

    memcpy(un.sun_path, address, len);
    if (address[0] == '@')
        un.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(manager, 0);
    ck_assert_int_eq(bind(manager, (struct sockaddr *)&un,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
                     0);
    setenv("NOTIFY_SOCKET", address, 1);
    ck_assert_int_eq(notify_open(&notify), 0);
}

static const char *received(void)
{
    static char text[4096];
    ssize_t n = recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    return text;
}

static void done(void)
{
    notify_close(&notify);
    close(manager);
}

START_TEST(messages_arrive_at_an_abstract_socket)
{
    char name[64];

    snprintf(name, sizeof(name), "@cadre-test-notify-%d", (int)getpid());
    listen_at(name);
    notify_ready(&notify);
    ck_assert_str_eq(received(), "READY=1");
    notify_reloading(&notify, UINT64_C(123456789));
    ck_assert_str_eq(received(), "RELOADING=1\nMONOTONIC_USEC=123456");
    notify_stopping(&notify, UINT64_C(45000000000));
    ck_assert_str_eq(received(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=45000000");
    notify_status(&notify, "4 of 4 workers serve");
    ck_assert_str_eq(received(), "STATUS=4 of 4 workers serve");
    done();
}
END_TEST

START_TEST(messages_arrive_at_a_path)
{
    char folder[] = "/tmp/cadre-test-XXXXXX", path[64];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/notify", folder);
    listen_at(path);
    notify_ready(&notify);
    ck_assert_str_eq(received(), "READY=1");
    done();
    unlink(path);
    rmdir(folder);
}
END_TEST

START_TEST(the_variable_is_taken_out_of_the_environment)
{
    listen_at("@cadre-test-notify-env");
    ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    done();
}
END_TEST

START_TEST(a_status_cannot_set_another_variable)
{
    listen_at("@cadre-test-notify-lines");
    notify_status(&notify, "reload failed: a\nMAINPID=1");
    ck_assert_str_eq(received(), "STATUS=reload failed: a MAINPID=1");
    done();
}
END_TEST

START_TEST(a_long_status_is_cut)
{
    char text[4096];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    listen_at("@cadre-test-notify-long");
    notify_status(&notify, text);
    ck_assert_uint_lt(strlen(received()), 1024);
    done();
}
END_TEST

/* The message that comes with a descriptor, which goes to *ret_fd. */
static const char *received_with(int *ret_fd)
{
    static char text[4096];
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec part = {.iov_base = text, .iov_len = sizeof(text) - 1};
    struct msghdr msg = {.msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = control,
                         .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(manager, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    ck_assert_ptr_nonnull(head);
    ck_assert_int_eq(head->cmsg_type, SCM_RIGHTS);
    memcpy(ret_fd, CMSG_DATA(head), sizeof(*ret_fd));
    return text;
}

START_TEST(a_descriptor_is_stored_and_dropped_by_its_name)
{
    struct stat ours, theirs;
    int fds[2], fd = -1;

    listen_at("@cadre-test-notify-store");
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(notify_store(&notify, fds[0], "cadre/listen/web"), 0);
    ck_assert_str_eq(received_with(&fd), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_int_eq(fstat(fds[0], &ours), 0);
    ck_assert_int_eq(fstat(fd, &theirs), 0);
    ck_assert_uint_eq(ours.st_ino, theirs.st_ino);
    notify_unstore(&notify, "cadre/listen/web");
    ck_assert_str_eq(received(), "FDSTOREREMOVE=1\nFDNAME=cadre/listen/web");
    close(fd);
    close(fds[0]);
    close(fds[1]);
    done();
}
END_TEST

START_TEST(a_barrier_is_over_when_the_manager_has_closed_it)
{
    int fd = -1;
    pid_t pid;

    listen_at("@cadre-test-notify-barrier");
    ck_assert_int_eq(notify_barrier(&notify, 1), -ETIMEDOUT);
    ck_assert_str_eq(received_with(&fd), "BARRIER=1");
    close(fd);
    pid = fork();
    if (pid == 0) {
        struct pollfd ready = {.fd = manager, .events = POLLIN};

        poll(&ready, 1, 30000);
        ck_assert_str_eq(received_with(&fd), "BARRIER=1");
        _exit(0);
    }
    ck_assert_int_eq(notify_barrier(&notify, 30000), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    done();
}
END_TEST

START_TEST(the_other_messages_are_as_the_manual_says)
{
    listen_at("@cadre-test-notify-others");
    ck_assert_str_eq(notify.text, "@cadre-test-notify-others");
    notify_extend(&notify, UINT64_C(65000000000));
    ck_assert_str_eq(received(), "EXTEND_TIMEOUT_USEC=65000000");
    notify_watchdog(&notify);
    ck_assert_str_eq(received(), "WATCHDOG=1");
    notify_main_pid(&notify, 4711);
    ck_assert_str_eq(received(), "MAINPID=4711");
    done();
}
END_TEST

START_TEST(without_a_manager_nothing_is_sent)
{
    unsetenv("NOTIFY_SOCKET");
    ck_assert_int_eq(notify_open(&notify), 0);
    ck_assert_int_eq(notify.fd, -1);
    notify_ready(&notify);
    ck_assert_int_eq(notify_store(&notify, 0, "x"), -ENOTCONN);
    ck_assert_int_eq(notify_barrier(&notify, 30000), -ENOTCONN);
    notify_close(&notify);
}
END_TEST

START_TEST(a_manager_that_has_gone_costs_nothing)
{
    listen_at("@cadre-test-notify-gone");
    close(manager);
    notify_ready(&notify);
    notify_close(&notify);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
    static const char *const bad[] = {"relative", "@", "/", "vsock:2:1234"};
    char long_path[200];

    for (size_t i = 0; i < 4; i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        ck_assert_int_eq(notify_open(&notify), -EINVAL);
        ck_assert_int_eq(notify.fd, -1);
        ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    }
    memset(long_path, '/', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    setenv("NOTIFY_SOCKET", long_path, 1);
    ck_assert_int_eq(notify_open(&notify), -EINVAL);
}
END_TEST

UNIT_MAIN("master/notify", UNIT_CASE(messages_arrive_at_an_abstract_socket),
          UNIT_CASE(messages_arrive_at_a_path),
          UNIT_CASE(the_variable_is_taken_out_of_the_environment),
          UNIT_CASE(a_status_cannot_set_another_variable), UNIT_CASE(a_long_status_is_cut),
          UNIT_CASE(a_descriptor_is_stored_and_dropped_by_its_name),
          UNIT_CASE(a_barrier_is_over_when_the_manager_has_closed_it),
          UNIT_CASE(the_other_messages_are_as_the_manual_says),
          UNIT_CASE(without_a_manager_nothing_is_sent),
          UNIT_CASE(a_manager_that_has_gone_costs_nothing),
          UNIT_CASE(what_is_no_address_is_refused))
