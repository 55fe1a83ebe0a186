/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/control: the socket, its clients and their limits. What is asked there is
 * test_control_commands.c. Time is turned by hand: no test waits for a limit.
 */
#include "config.h"

#include "master/control.h"

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/timer.h"

static char folder[] = "/tmp/cadre-unit-XXXXXX";
static char path[sizeof(folder) + 16];
static struct event_base *base;
static struct cadre__timers timers;
static struct control *control;
static struct control_client *asking; /* the last one whose line came */
static char line[CONTROL_LINE_MAX];
static unsigned n_lines;

static uint64_t passed_ns; /* by hand */

static uint64_t now(void)
{
    return cadre__clock_now(cadre__clock_system()) + passed_ns;
}

static void on_line(void *arg, struct control_client *client, char *text)
{
    ck_assert_ptr_eq(arg, &timers);
    asking = client;
    snprintf(line, sizeof(line), "%s", text);
    n_lines++;
}

static int open_control(struct control **ret)
{
    const struct control_options options = {.base = base,
                                            .timers = &timers,
                                            .now = now,
                                            .path = path,
                                            .on_line = on_line,
                                            .arg = &timers};

    return control_open(&options, ret);
}

static void make(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/" CONTROL_FILE, folder);
    base = event_base_new();
    cadre__timers_init(&timers, now());
    ck_assert_int_eq(open_control(&control), 0);
}

static void done(void)
{
    control_close(control);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_uint_eq(cadre__timers_count(&timers), 0);
    event_base_free(base);
    rmdir(folder);
}

/* Lets the master do what there is to do. */
static void turn(void)
{
    for (int i = 0; i < 5; i++)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static void pass(uint64_t ns)
{
    turn();
    passed_ns += ns;
    cadre__timers_advance(&timers, now());
    turn();
}

/* Connects; the master has not noticed it yet. */
static int join_quietly(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    ck_assert_int_ge(fd, 0);
    memcpy(address.sun_path, path, strlen(path) + 1);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static int join(void)
{
    int fd = join_quietly();

    turn();
    return fd;
}

static void say(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    turn();
}

/* What has come: a text, "" where it was closed, "nothing". */
static const char *hear(int fd)
{
    static char text[4096];
    ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

    if (n < 0)
        return errno == EAGAIN ? "nothing" : "";
    text[n] = '\0';
    return text;
}

START_TEST(a_line_is_asked_and_its_answer_ends_the_connection)
{
    int fd;

    make();
    fd = join();
    say(fd, "sta");
    ck_assert_uint_eq(n_lines, 0);
    say(fd, "tus tasks\r\n");
    ck_assert_uint_eq(n_lines, 1);
    ck_assert_str_eq(line, "status tasks");
    control_answer(asking, json_pack("{s:b}", "ok", 1), false);
    turn();
    ck_assert_str_eq(hear(fd), "{\"ok\":true}\n");
    ck_assert_str_eq(hear(fd), "");
    close(fd);
    done();
}
END_TEST

START_TEST(one_that_stays_is_left_open_until_the_end)
{
    int fd;

    make();
    fd = join();
    say(fd, "stop\n");
    control_answer(asking, json_pack("{s:b}", "ok", 1), true);
    turn();
    ck_assert_str_eq(hear(fd), "{\"ok\":true}\n");
    pass(2 * CONTROL_TIMEOUT_NS);
    ck_assert_str_eq(hear(fd), "nothing");
    done();
    ck_assert_str_eq(hear(fd), "");
    close(fd);
}
END_TEST

START_TEST(one_without_a_line_is_closed_in_time)
{
    int fd;

    make();
    fd = join();
    say(fd, "half a li");
    pass(CONTROL_TIMEOUT_NS / 2);
    ck_assert_str_eq(hear(fd), "nothing");
    pass(CONTROL_TIMEOUT_NS + CADRE__NSEC_PER_SEC);
    ck_assert_str_eq(hear(fd), "");
    ck_assert_uint_eq(n_lines, 0);
    close(fd);
    done();
}
END_TEST

START_TEST(one_that_is_asked_about_may_take_its_time)
{
    int fd;

    make();
    fd = join();
    say(fd, "reload\n");
    pass(100 * CONTROL_TIMEOUT_NS);
    ck_assert_str_eq(hear(fd), "nothing");
    control_refuse(asking, "the server %s", "stops");
    turn();
    ck_assert_str_eq(hear(fd), "{\"ok\":false,\"error\":\"the server stops\"}\n");
    close(fd);
    done();
}
END_TEST

START_TEST(one_that_does_not_take_its_answer_is_closed_in_time)
{
    size_t size = 8u << 20;
    char *big = malloc(size);
    int fd;

    make();
    memset(big, 'x', size - 1);
    big[size - 1] = '\0';
    fd = join();
    say(fd, "status\n");
    control_answer(asking, json_pack("{s:s}", "big", big), false);
    turn();
    pass(CONTROL_TIMEOUT_NS + CADRE__NSEC_PER_SEC);
    for (int i = 0; i < 10000 && strcmp(hear(fd), "") != 0; i++)
        turn();
    ck_assert_str_eq(hear(fd), ""); /* not all of it came */
    free(big);
    close(fd);
    done();
}
END_TEST

START_TEST(a_line_too_long_is_refused)
{
    char text[CONTROL_LINE_MAX + 1];
    int fd;

    make();
    memset(text, 'x', sizeof(text));
    text[CONTROL_LINE_MAX - 1] = '\0'; /* 511 bytes without an end */
    fd = join();
    say(fd, text);
    ck_assert_ptr_nonnull(strstr(hear(fd), "one line of at most 511 bytes"));
    ck_assert_uint_eq(n_lines, 0);
    close(fd);
    text[CONTROL_LINE_MAX - 2] = '\n'; /* 511 with it */
    fd = join();
    say(fd, text);
    ck_assert_uint_eq(n_lines, 1);
    close(fd);
    turn();
    done();
}
END_TEST

START_TEST(who_only_holds_a_connection_keeps_nobody_out)
{
    int fds[CONTROL_CLIENTS_MAX], more;

    make();
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
        fds[i] = join();
    say(fds[0], "reload\n");
    more = join(); /* the others have only just come */
    ck_assert_ptr_nonnull(strstr(hear(more), "too many others"));
    close(more);
    pass(2 * CADRE__NSEC_PER_SEC);
    more = join();
    ck_assert_str_eq(hear(fds[0]), "nothing");
    ck_assert_str_eq(hear(fds[1]), ""); /* the oldest that has not asked */
    ck_assert_str_eq(hear(fds[2]), "nothing");
    say(more, "status\n");
    ck_assert_uint_eq(n_lines, 2);
    close(more);
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
        close(fds[i]);
    turn();
    ck_assert(control_is_idle(control));
    done();
}
END_TEST

START_TEST(so_many_clients_that_wait_and_no_more)
{
    int fds[CONTROL_CLIENTS_MAX], more;

    make();
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        fds[i] = join();
        say(fds[i], "reload\n");
    }
    more = join();
    ck_assert_ptr_nonnull(strstr(hear(more), "\"error\":\"too many others wait"));
    ck_assert_str_eq(hear(more), "");
    close(more);
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        ck_assert_str_eq(hear(fds[i]), "nothing");
        close(fds[i]);
    }
    turn();
    more = join();
    say(more, "status\n");
    ck_assert_uint_eq(n_lines, CONTROL_CLIENTS_MAX + 1);
    close(more);
    turn();
    done();
}
END_TEST

START_TEST(one_that_has_said_all_still_gets_its_answer)
{
    int fd;

    make();
    fd = join();
    say(fd, "reload\n");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    ck_assert_str_eq(hear(fd), "nothing");
    control_answer(asking, json_pack("{s:b}", "ok", 1), false);
    turn();
    ck_assert_str_eq(hear(fd), "{\"ok\":true}\n");
    ck_assert_str_eq(hear(fd), "");
    close(fd);
    fd = join();
    say(fd, "reload\n");
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    turn();
    close(fd); /* it waits no longer */
    turn();
    control_answer(asking, json_pack("{s:b}", "ok", 1), false);
    ck_assert(control_is_idle(control));
    done();
}
END_TEST

START_TEST(one_that_sends_on_and_on_is_closed)
{
    char text[1024];
    int fd;

    make();
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fd = join();
    say(fd, "reload\n");
    say(fd, "a word more\n");
    ck_assert_str_eq(hear(fd), "nothing");
    for (int i = 0; i < 5 && !control_is_idle(control); i++)
        say(fd, text);
    ck_assert(control_is_idle(control));
    ck_assert_str_eq(hear(fd), "");
    close(fd);
    done();
}
END_TEST

START_TEST(without_descriptors_one_is_heard_at_a_time)
{
    struct rlimit all, none;
    int a, b, next;

    make();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
    a = join_quietly();
    b = join_quietly();
    next = dup(0);
    close(next);
    none = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = all.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    turn();
    say(a, "status\n");
    ck_assert_uint_eq(n_lines, 1);
    say(b, "status\n");
    ck_assert_uint_eq(n_lines, 1);
    control_answer(asking, json_pack("{s:b}", "ok", 1), false);
    turn();
    ck_assert_str_eq(hear(a), "{\"ok\":true}\n");
    pass(2 * CADRE__NSEC_PER_SEC); /* it is looked again */
    ck_assert_uint_eq(n_lines, 2);
    control_answer(asking, json_pack("{s:b}", "ok", 1), false);
    turn();
    ck_assert_str_eq(hear(b), "{\"ok\":true}\n");
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
    ck_assert(control_is_idle(control));
    close(a);
    close(b);
    done();
}
END_TEST

static unsigned n_settled;

static void settle(void *arg, struct control_client *client, struct control_note *note)
{
    ck_assert_ptr_eq(arg, &n_settled);
    ck_assert_ptr_eq(note, control_client_note(client));
    if (++n_settled == 2)
        control_answer(client, json_pack("{s:i}", "n", 2), false);
}

START_TEST(who_waits_is_looked_at_until_it_is_answered_or_gone)
{
    int fd, other;

    make();
    fd = join();
    say(fd, "reload\n");
    *control_client_note(asking) = (struct control_note){.settle = settle, .arg = &n_settled};
    control_settle(control);
    ck_assert_str_eq(hear(fd), "nothing");
    control_settle(control);
    control_settle(control);
    ck_assert_uint_eq(n_settled, 2);
    turn();
    ck_assert_str_eq(hear(fd), "{\"n\":2}\n");
    close(fd);
    other = join();
    say(other, "reload\n");
    *control_client_note(asking) = (struct control_note){.settle = settle, .arg = &n_settled};
    close(other);
    turn();
    control_settle(control);
    ck_assert_uint_eq(n_settled, 2);
    done();
}
END_TEST

START_TEST(the_file_is_the_owners_and_one_servers_alone)
{
    struct control *second;
    struct stat st;

    make();
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert(S_ISSOCK(st.st_mode));
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_str_eq(control_path(control), path);
    ck_assert_int_eq(open_control(&second), -EADDRINUSE);
    done();
}
END_TEST

UNIT_MAIN("master/control", UNIT_CASE(a_line_is_asked_and_its_answer_ends_the_connection),
          UNIT_CASE(one_that_stays_is_left_open_until_the_end),
          UNIT_CASE(one_without_a_line_is_closed_in_time),
          UNIT_CASE(one_that_is_asked_about_may_take_its_time),
          UNIT_CASE(one_that_does_not_take_its_answer_is_closed_in_time),
          UNIT_CASE(a_line_too_long_is_refused),
          UNIT_CASE(who_only_holds_a_connection_keeps_nobody_out),
          UNIT_CASE(so_many_clients_that_wait_and_no_more),
          UNIT_CASE(one_that_has_said_all_still_gets_its_answer),
          UNIT_CASE(one_that_sends_on_and_on_is_closed),
          UNIT_CASE(without_descriptors_one_is_heard_at_a_time),
          UNIT_CASE(who_waits_is_looked_at_until_it_is_answered_or_gone),
          UNIT_CASE(the_file_is_the_owners_and_one_servers_alone))
