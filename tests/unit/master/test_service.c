/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/service against a socket that plays the service manager. The timers turn by
 * hand; only their deadlines are real.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "master/listener.h"
#include "master/passed.h"
#include "master/service.h"

#define SEC CADRE__NSEC_PER_SEC

static struct service service;
static struct cadre__timers timers;
static int manager;
static bool well;
static uint64_t asked_limit_ns;

static bool is_well(void *arg, uint64_t limit_ns)
{
    asked_limit_ns = limit_ns;
    return *(bool *)arg;
}

static void set_up(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    char name[64];
    size_t len = (size_t)snprintf(name, sizeof(name), "@cadre-test-service-%d", (int)getpid());

    memcpy(un.sun_path + 1, name + 1, len - 1);
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(manager, (struct sockaddr *)&un,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    cadre__timers_init(&timers, cadre__clock_now(cadre__clock_system()));
    service_open(&service);
}

static void tear_down(void)
{
    close(manager); /* so nobody waits for its barrier */
    service_close(&service);
}

/* The next message; "" for none. A descriptor that comes with it is closed. */
static const char *received(void)
{
    static char text[1024];
    ssize_t n = recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void watchdog(const char *usec, long pid)
{
    char text[32];

    snprintf(text, sizeof(text), "%ld", pid);
    setenv("WATCHDOG_USEC", usec, 1);
    setenv("WATCHDOG_PID", text, 1);
}

/* Turns the timers to their next deadline. */
static void turn(void)
{
    uint64_t next;

    ck_assert(cadre__timers_next(&timers, &next));
    cadre__timers_advance(&timers, next);
}

START_TEST(the_watchdog_hears_twice_in_its_time_that_all_is_well)
{
    well = true;
    watchdog("20000000", (long)getpid());
    set_up();
    ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
    ck_assert_ptr_null(getenv("WATCHDOG_PID"));
    ck_assert_uint_eq(service.watchdog_ns, 10 * SEC);
    service_watch(&service, &timers, is_well, &well);
    ck_assert_str_eq(received(), "WATCHDOG=1");
    turn();
    ck_assert_str_eq(received(), "WATCHDOG=1");
    ck_assert_uint_eq(asked_limit_ns, 10 * SEC);
    tear_down();
}
END_TEST

START_TEST(the_watchdog_hears_nothing_while_the_workers_are_stuck)
{
    well = false;
    watchdog("20000000", (long)getpid());
    set_up();
    service_watch(&service, &timers, is_well, &well);
    ck_assert_str_eq(received(), "WATCHDOG=1"); /* the start itself */
    turn();
    ck_assert_str_eq(received(), "");
    well = true;
    turn();
    ck_assert_str_eq(received(), "WATCHDOG=1");
    tear_down();
}
END_TEST

START_TEST(a_day_of_the_watchdog_has_as_many_messages_as_it_should)
{
    unsigned heard = 0, asked = 0;
    uint64_t end;

    well = true;
    watchdog("30000000", (long)getpid());
    set_up();
    service_watch(&service, &timers, is_well, &well);
    received();
    end = service.watchdog.deadline_ns + 24 * 3600 * SEC - service.watchdog_ns;
    while (service.watchdog.deadline_ns <= end) {
        turn();
        asked++;
        heard += strcmp(received(), "WATCHDOG=1") == 0;
    }
    ck_assert_uint_eq(asked, 24 * 3600 / 15);
    ck_assert_uint_eq(heard, asked);
    tear_down();
}
END_TEST

START_TEST(a_watchdog_of_another_process_is_not_ours)
{
    watchdog("20000000", 1);
    set_up();
    service_watch(&service, &timers, is_well, &well);
    ck_assert_uint_eq(timers.count, 0);
    ck_assert_str_eq(received(), "");
    tear_down();
}
END_TEST

START_TEST(what_is_no_time_is_no_watchdog)
{
    watchdog("soon", (long)getpid());
    set_up();
    service_watch(&service, &timers, is_well, &well);
    ck_assert_uint_eq(timers.count, 0);
    tear_down();
}
END_TEST

START_TEST(more_time_is_asked_for_as_deadlines_move)
{
    set_up();
    service_wait(&service, true, 60 * SEC, 10 * SEC);
    ck_assert_str_eq(received(), "EXTEND_TIMEOUT_USEC=55000000");
    service_wait(&service, true, 60 * SEC, 11 * SEC);
    ck_assert_str_eq(received(), "");
    service_wait(&service, true, 60 * SEC + SEC / 2, 12 * SEC);
    ck_assert_str_eq(received(), "");
    service_wait(&service, true, 90 * SEC, 30 * SEC);
    ck_assert_str_eq(received(), "EXTEND_TIMEOUT_USEC=65000000");
    service_wait(&service, true, CADRE__NEVER, 31 * SEC);
    ck_assert_str_eq(received(), "");
    service_wait(&service, false, 60 * SEC, 40 * SEC);
    ck_assert_str_eq(received(), "");
    service_wait(&service, true, 60 * SEC, 50 * SEC); /* the next reload */
    ck_assert_str_eq(received(), "EXTEND_TIMEOUT_USEC=15000000");
    tear_down();
}
END_TEST

/* --- Sockets --- */

static struct listener listeners[4];
static struct cadre__listen_conf confs[4];
static struct listener_entry entries[4];

/* A set of N sockets of these names; a number says which socket it is. */
static struct listener_set set_of(size_t n, const char *const *names, const unsigned *sockets)
{
    for (size_t i = 0; i < n; i++) {
        struct listener *l = &listeners[sockets[i]];

        if (l->fd == 0)
            l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        confs[i] = (struct cadre__listen_conf){.name = names[i]};
        entries[i] = (struct listener_entry){.conf = &confs[i], .listener = l};
    }
    return (struct listener_set){.entries = entries, .n = n};
}

static void keep(size_t n, const char *const *names, const unsigned *sockets)
{
    static const struct passed none;
    const struct listener_set set = set_of(n, names, sockets);

    service_watch(&service, &timers, is_well, &well);
    service_keep(&service, &set, &none);
}

START_TEST(sockets_are_kept_once_and_dropped_when_the_conf_drops_them)
{
    set_up();
    ck_assert(!service_keeps(&service));
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/admin");
    ck_assert(service_keeps(&service));
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    ck_assert_str_eq(received(), "");
    keep(1, (const char *[]){"web"}, (unsigned[]){0});
    ck_assert_str_eq(received(), "FDSTOREREMOVE=1\nFDNAME=cadre/listen/admin");
    ck_assert_str_eq(received(), "");
    tear_down();
}
END_TEST

/* Its queue is filled until it takes no more; returns how many it has taken. */
static unsigned fill_manager(void)
{
    unsigned n = 0;

    while (sendto(service.notify.fd, "STATUS=busy", 11, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&service.notify.addr, service.notify.addr_len) >= 0)
        n++;
    return n;
}

static void empty_manager(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert_str_eq(received(), "STATUS=busy");
    ck_assert_str_eq(received(), "");
}

START_TEST(what_a_busy_manager_did_not_take_is_offered_again)
{
    unsigned n;

    set_up();
    n = fill_manager();
    ck_assert_uint_gt(n, 0);
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    empty_manager(n); /* they did not get through */
    turn();
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/admin");
    ck_assert(!cadre__timer_is_armed(&service.again));
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    ck_assert_str_eq(received(), ""); /* it has them now */
    tear_down();
}
END_TEST

START_TEST(a_manager_that_stays_busy_is_asked_ever_more_rarely)
{
    uint64_t waits[] = {1, 2, 4, 8, 16, 32, 60, 60};
    uint64_t before = cadre__clock_now(cadre__clock_system());
    unsigned n;

    set_up();
    n = fill_manager();
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        uint64_t deadline = service.again.deadline_ns;

        ck_assert(cadre__timer_is_armed(&service.again));
        ck_assert_uint_ge(deadline, before + waits[i] * SEC);
        before = cadre__clock_now(cadre__clock_system());
        ck_assert_uint_le(deadline, before + waits[i] * SEC);
        turn();
    }
    empty_manager(n);
    turn();
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    tear_down();
}
END_TEST

START_TEST(what_was_closed_meanwhile_is_not_offered_again)
{
    unsigned n;
    int other;

    set_up();
    n = fill_manager();
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    empty_manager(n);
    close(listeners[0].fd);
    other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* its number is another one's now */
    ck_assert_int_eq(other, listeners[0].fd);
    turn();
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/admin");
    ck_assert_str_eq(received(), "");
    tear_down();
}
END_TEST

START_TEST(what_a_busy_manager_did_not_take_goes_with_the_next_generation)
{
    unsigned n;

    set_up();
    n = fill_manager();
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    empty_manager(n);
    keep(2, (const char *[]){"web", "admin"}, (unsigned[]){0, 1});
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/admin");
    ck_assert(!cadre__timer_is_armed(&service.again));
    tear_down();
}
END_TEST

START_TEST(a_name_that_gets_another_socket_is_dropped_before_it_is_kept_anew)
{
    set_up();
    keep(1, (const char *[]){"web"}, (unsigned[]){0});
    received();
    keep(1, (const char *[]){"web"}, (unsigned[]){1});
    ck_assert_str_eq(received(), "FDSTOREREMOVE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "");
    tear_down();
}
END_TEST

START_TEST(sockets_of_a_unit_are_not_kept)
{
    static struct passed_socket units;

    listeners[0].passed = &units;
    set_up();
    keep(1, (const char *[]){"web"}, (unsigned[]){0});
    ck_assert_str_eq(received(), "");
    ck_assert(!service_keeps(&service));
    tear_down();
}
END_TEST

START_TEST(what_was_kept_and_is_not_wanted_any_more_is_dropped)
{
    struct passed_socket sockets[] = {{.fd = -1, .ours = true, .name = "old"},
                                      {.fd = -1, .ours = true, .taken = true, .name = "web"},
                                      {.fd = -1, .name = "unit"}};
    const struct passed passed = {.list = sockets, .n = 3};
    const struct listener_set set = set_of(1, (const char *[]){"web"}, (unsigned[]){0});

    set_up();
    service_watch(&service, &timers, is_well, &well);
    service_keep(&service, &set, &passed);
    ck_assert_str_eq(received(), "FDSTOREREMOVE=1\nFDNAME=cadre/listen/old");
    ck_assert_str_eq(received(), "FDSTORE=1\nFDNAME=cadre/listen/web");
    ck_assert_str_eq(received(), "");
    tear_down();
}
END_TEST

START_TEST(without_a_service_manager_nothing_happens)
{
    unsetenv("NOTIFY_SOCKET");
    watchdog("20000000", (long)getpid());
    cadre__timers_init(&timers, 0);
    service_open(&service);
    service_watch(&service, &timers, is_well, &well);
    ck_assert_uint_eq(timers.count, 0);
    service_wait(&service, true, 60 * SEC, 10 * SEC);
    keep(1, (const char *[]){"web"}, (unsigned[]){0});
    ck_assert(!service_keeps(&service));
    service_close(&service);
}
END_TEST

UNIT_MAIN("master/service", UNIT_CASE(the_watchdog_hears_twice_in_its_time_that_all_is_well),
          UNIT_CASE(the_watchdog_hears_nothing_while_the_workers_are_stuck),
          UNIT_CASE(a_day_of_the_watchdog_has_as_many_messages_as_it_should),
          UNIT_CASE(a_watchdog_of_another_process_is_not_ours),
          UNIT_CASE(what_is_no_time_is_no_watchdog),
          UNIT_CASE(more_time_is_asked_for_as_deadlines_move),
          UNIT_CASE(sockets_are_kept_once_and_dropped_when_the_conf_drops_them),
          UNIT_CASE(what_a_busy_manager_did_not_take_is_offered_again),
          UNIT_CASE(a_manager_that_stays_busy_is_asked_ever_more_rarely),
          UNIT_CASE(what_was_closed_meanwhile_is_not_offered_again),
          UNIT_CASE(what_a_busy_manager_did_not_take_goes_with_the_next_generation),
          UNIT_CASE(a_name_that_gets_another_socket_is_dropped_before_it_is_kept_anew),
          UNIT_CASE(sockets_of_a_unit_are_not_kept),
          UNIT_CASE(what_was_kept_and_is_not_wanted_any_more_is_dropped),
          UNIT_CASE(without_a_service_manager_nothing_happens))
