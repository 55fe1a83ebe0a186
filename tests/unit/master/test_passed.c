/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/passed: real sockets, put at the descriptors that the protocol names.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "master/listener.h"
#include "master/passed.h"
#include "master/queue_group.h"

static struct passed passed;
static struct cadre__conf_errors errs;
static unsigned began;

static struct cadre__listen_conf tcp(const char *name, const char *address, unsigned port)
{
    struct cadre__listen_conf conf = {
        .name = name, .address = address, .backlog = 16, .file = "cadre.conf", .line = 3};
    struct sockaddr_in *in = (void *)&conf.sockaddr;

    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)port);
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    conf.sockaddr_len = sizeof(*in);
    return conf;
}

static struct cadre__listen_conf named(const char *name, const char *address)
{
    return (struct cadre__listen_conf){
        .name = name, .address = address, .backlog = 16, .file = "cadre.conf", .line = 3};
}

/* A TCP socket that listens at a free port; which goes to *port. */
static int listening(unsigned *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, len), 0);
    ck_assert_int_eq(listen(fd, 7), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

/* Keeps the descriptors of the protocol free of Check's own. */
__attribute__((constructor)) static void reserve(void)
{
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) < 10)
        ;
}

/* Puts FD where the protocol wants number INDEX. */
static void pass_at(int fd, int index)
{
    ck_assert_int_eq(dup2(fd, 3 + index), 3 + index);
    if (fd != 3 + index)
        close(fd);
}

static void pass(int n, const char *names)
{
    char text[32];

    snprintf(text, sizeof(text), "%d", (int)getpid());
    setenv("LISTEN_PID", text, 1);
    snprintf(text, sizeof(text), "%d", n);
    setenv("LISTEN_FDS", text, 1);
    if (names != NULL)
        setenv("LISTEN_FDNAMES", names, 1);
    ck_assert_int_eq(passed_init(&passed), 0);
    ck_assert_ptr_null(getenv("LISTEN_PID"));
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
}

static int bind_all(struct listener_set *set, struct cadre__listen_conf *list, size_t n,
                    const struct listener_set *old)
{
    const struct cadre__server_conf conf = {.listen = list, .n_listen = n};

    return listener_set_bind(set, &conf, old, &passed, &errs);
}

static void on_listening(const struct listener_entry *entry, void *arg)
{
    (void)entry;
    (void)arg;
    began++;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(what_is_meant_for_another_process_is_not_taken)
{
    setenv("LISTEN_PID", "1", 1);
    setenv("LISTEN_FDS", "1", 1);
    ck_assert_int_eq(passed_init(&passed), 0);
    ck_assert_uint_eq(passed.n, 0);
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    passed_done(&passed);
}
END_TEST

START_TEST(no_number_of_descriptors_is_none)
{
    static const char *const bad[] = {"", "-1", "x", "1x", "99999999999999999999"};
    char pid[32];

    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", bad[i], 1);
        ck_assert_int_eq(passed_init(&passed), 0);
        ck_assert_uint_eq(passed.n, 0);
    }
}
END_TEST

START_TEST(a_socket_is_found_by_its_name)
{
    unsigned port, other;
    struct cadre__listen_conf list[] = {named("a", "systemd:web"), named("b", "systemd:web")};
    struct cadre__listen_conf more = named("c", "systemd:web");

    pass_at(listening(&port), 0);
    pass_at(listening(&other), 1);
    pass(2, "web:web");
    ck_assert_uint_eq(passed.n, 2);
    ck_assert_int_ne(fcntl(3, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_ne(fcntl(3, F_GETFL) & O_NONBLOCK, 0);
    struct listener_set set;
    ck_assert_int_eq(bind_all(&set, list, 2, NULL), 0);
    ck_assert_int_eq(set.entries[0].listener->fd, 3);
    ck_assert_int_eq(set.entries[1].listener->fd, 4); /* one name, two sockets: in order */
    ck_assert_ptr_null(passed_find(&passed, &more));
    ck_assert_int_eq(listener_set_listen(&set, on_listening, NULL, &errs), 0);
    ck_assert_uint_eq(began, 2);
    listener_set_close(&set);
    ck_assert(is_open(3) && is_open(4)); /* they are the service manager's */
    ck_assert_ptr_nonnull(passed_find(&passed, &more));
    passed_done(&passed);
    ck_assert(is_open(3) && is_open(4));
}
END_TEST

START_TEST(a_socket_is_found_by_its_address)
{
    unsigned port;
    struct listener_set set, next;

    pass_at(listening(&port), 0);
    pass(1, NULL);
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1:x", port)};
    struct cadre__listen_conf any[] = {tcp("web", "127.0.0.1:0", 0)};
    ck_assert_ptr_null(passed_find(&passed, any));
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(set.entries[0].listener->fd, 3);
    ck_assert_ptr_nonnull(set.entries[0].listener->passed);
    ck_assert_int_eq(bind_all(&next, list, 1, &set), 0); /* a reload shares it */
    ck_assert_ptr_eq(next.entries[0].listener, set.entries[0].listener);
    listener_set_close(&set);
    listener_set_close(&next);
    ck_assert(is_open(3));
    passed_done(&passed);
}
END_TEST

START_TEST(the_backlog_of_the_unit_stays)
{
    unsigned port;
    struct listener_set set;
    struct cadre__listen_conf list[] = {named("web", "systemd:web")};

    pass_at(listening(&port), 0);
    pass(1, "web");
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(listener_set_listen(&set, on_listening, NULL, &errs), 0);
    ck_assert_int_eq(set.entries[0].listener->backlog, 0); /* never told one */
    listener_set_close(&set);
    passed_done(&passed);
}
END_TEST

START_TEST(a_name_that_was_not_passed_is_an_error_that_lists_those_that_were)
{
    unsigned port;
    struct listener_set set;
    struct cadre__listen_conf list[] = {named("web", "systemd:http")};
    char text[1024];

    pass_at(listening(&port), 0);
    pass(1, "web");
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), -EINVAL);
    cadre__conf_errors_format(&errs, 0, text, sizeof(text));
    ck_assert_msg(strstr(text, "cadre.conf:3: listen \"web\": systemd passed no socket of the name "
                               "\"http\"") != NULL &&
                      strstr(text, "it passed \"web\"") != NULL,
                  "%s", text);
    cadre__conf_errors_done(&errs);
    passed_done(&passed);
}
END_TEST

START_TEST(what_is_no_listening_socket_is_left_alone)
{
    unsigned port;
    struct cadre__listen_conf list[] = {named("web", "systemd:web")};

    pass_at(socket(AF_INET, SOCK_DGRAM, 0), 0);
    pass_at(socket(AF_INET, SOCK_STREAM, 0), 1);
    pass_at(open("/dev/null", O_RDONLY), 2);
    pass_at(listening(&port), 3);
    pass(4, "web:web:web:web");
    ck_assert_uint_eq(passed.n, 1);
    ck_assert_int_eq(passed_find(&passed, list)->fd, 6);
    passed_done(&passed);
    for (int fd = 3; fd <= 6; fd++)
        ck_assert(is_open(fd));
}
END_TEST

START_TEST(one_of_ours_is_ours_again)
{
    unsigned port;
    struct listener_set set;
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1:0", 0)};
    struct cadre__listen_conf other[] = {tcp("admin", "127.0.0.1:0", 0)};
    struct cadre__listen_conf unit[] = {named("web", "systemd:web")};

    pass_at(listening(&port), 0);
    pass(1, "cadre/listen/web");
    ck_assert_ptr_null(passed_find(&passed, other));
    ck_assert_ptr_null(passed_find(&passed, unit));
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0); /* port 0, and the name is the same */
    ck_assert_int_eq(set.entries[0].listener->fd, 3);
    ck_assert_ptr_null(set.entries[0].listener->passed);
    listener_set_close(&set);
    ck_assert(!is_open(3));
    passed_done(&passed);
}
END_TEST

START_TEST(one_of_ours_that_nobody_wants_is_closed)
{
    unsigned port;

    pass_at(listening(&port), 0);
    pass(1, "cadre/listen/web");
    passed_settle(&passed);
    ck_assert(!is_open(3));
    ck_assert_uint_eq(passed.n, 1); /* so that it can be forgotten by the service manager */
    passed_done(&passed);
}
END_TEST

START_TEST(one_of_ours_that_comes_twice_is_taken_once)
{
    unsigned port;

    pass_at(listening(&port), 0);
    ck_assert_int_eq(dup2(3, 4), 4);
    pass_at(listening(&port), 2);
    pass(3, "cadre/listen/web:cadre/listen/web:cadre/listen/more");
    ck_assert(is_open(3));
    ck_assert(!is_open(4));
    ck_assert(is_open(5));
    passed_done(&passed);
}
END_TEST

/* Another socket at PORT, as a queue of a listener with reuse_port is. */
static int queue_at(int first, unsigned port)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;

    ck_assert_int_eq(setsockopt(first, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    ck_assert_int_eq(listen(fd, 7), 0);
    return fd;
}

START_TEST(queues_of_ours_are_taken_in_their_order)
{
    struct listener_set set;
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1:0", 0),
                                        tcp("more", "127.0.0.1:0", 0)};
    struct cadre__server_conf conf = {.listen = list, .n_listen = 2};
    const struct queue_group *group;
    unsigned port, other;
    int web = listening(&port);

    list[0].reuse_port = _i == 0; /* where it is off now they are closed later, not lost */
    pass_at(queue_at(web, port), 1);
    pass_at(queue_at(web, port), 3);
    pass_at(web, 0);
    pass_at(listening(&other), 2);
    pass(4, "cadre/listen/web:cadre/listen/web:cadre/listen/more:cadre/listen/web");
    cadre__conf_errors_init(&errs);
    ck_assert_int_eq(listener_set_bind(&set, &conf, NULL, &passed, &errs), 0);
    passed_settle(&passed);
    group = set.entries[0].listener->group;
    ck_assert_ptr_nonnull(group);
    ck_assert_uint_eq(group->n, 3);
    ck_assert_int_eq(group->queues[0]->fd, 3);
    ck_assert_int_eq(group->queues[1]->fd, 4);
    ck_assert_int_eq(group->queues[2]->fd, 6);
    ck_assert_int_eq(set.entries[1].listener->fd, 5);
    ck_assert_ptr_null(set.entries[1].listener->group);
    listener_set_close(&set);
    for (int fd = 3; fd <= 6; fd++)
        ck_assert(!is_open(fd));
    passed_done(&passed);
}
END_TEST

START_TEST(a_unix_socket_of_ours_keeps_its_file)
{
    char folder[] = "/tmp/cadre-test-XXXXXX", address[160];
    struct listener_set set;
    struct cadre__listen_conf list[] = {named("web", address)};
    struct sockaddr_un *un = (void *)&list[0].sockaddr;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert_ptr_nonnull(mkdtemp(folder));
    un->sun_family = AF_UNIX;
    snprintf(un->sun_path, sizeof(un->sun_path), "%s/s", folder);
    snprintf(address, sizeof(address), "unix:%s/s", folder);
    list[0].sockaddr_len = sizeof(*un);
    list[0].mode = 0600;
    ck_assert_int_eq(bind(fd, (struct sockaddr *)un, sizeof(*un)), 0);
    ck_assert_int_eq(listen(fd, 5), 0);
    pass_at(fd, 0);
    pass(1, "cadre/listen/web");
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(set.entries[0].listener->fd, 3);
    ck_assert_int_eq(listener_set_listen(&set, on_listening, NULL, &errs), 0);
    listener_set_keep_files(&set);
    listener_set_close(&set);
    ck_assert_int_eq(access(un->sun_path, F_OK), 0);
    ck_assert_int_eq(unlink(un->sun_path), 0);
    rmdir(folder);
    passed_done(&passed);
}
END_TEST

START_TEST(a_unix_socket_of_ours_whose_file_is_gone_is_of_no_use)
{
    char folder[] = "/tmp/cadre-test-XXXXXX";
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(un.sun_path, sizeof(un.sun_path), "%s/s", folder);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
    ck_assert_int_eq(listen(fd, 5), 0);
    unlink(un.sun_path);
    rmdir(folder);
    pass_at(fd, 0);
    pass(1, "cadre/listen/web");
    ck_assert_uint_eq(passed.n, 1);
    ck_assert_int_eq(passed.list[0].fd, -1);
    ck_assert(!is_open(3));
    passed_done(&passed);
}
END_TEST

UNIT_MAIN("master/passed", UNIT_CASE(what_is_meant_for_another_process_is_not_taken),
          UNIT_CASE(no_number_of_descriptors_is_none), UNIT_CASE(a_socket_is_found_by_its_name),
          UNIT_CASE(a_socket_is_found_by_its_address), UNIT_CASE(the_backlog_of_the_unit_stays),
          UNIT_CASE(a_name_that_was_not_passed_is_an_error_that_lists_those_that_were),
          UNIT_CASE(what_is_no_listening_socket_is_left_alone),
          UNIT_CASE(one_of_ours_is_ours_again), UNIT_CASE(one_of_ours_that_nobody_wants_is_closed),
          UNIT_CASE(one_of_ours_that_comes_twice_is_taken_once),
          UNIT_LOOP(queues_of_ours_are_taken_in_their_order, 2),
          UNIT_CASE(a_unix_socket_of_ours_keeps_its_file),
          UNIT_CASE(a_unix_socket_of_ours_whose_file_is_gone_is_of_no_use))
