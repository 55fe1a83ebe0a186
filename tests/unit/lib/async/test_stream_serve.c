/* SPDX-License-Identifier: MIT */
/*
 * A server of streams: a task for each connection, its end, and its cancel.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cadre/socket.h>
#include <cadre/stream.h>

struct server {
    int fd;
    uint16_t port;
    void (*fn)(struct cadre_stream *stream, void *arg);
    int result;
    bool ended;
    int begun;    /* connections */
    int finished; /* of these, whose function has returned */
};

static void serve(void *arg)
{
    struct server *server = arg;

    server->result = cadre_stream_serve(server->fd, server->fn, server, NULL);
    server->ended = true;
}

static struct cadre__coroutine *start(struct server *server,
                                      void (*fn)(struct cadre_stream *stream, void *arg))
{
    struct cadre_address address;

    *server = (struct server){.fn = fn};
    server->fd = cadre_socket_listen("127.0.0.1", 0, 0);
    ck_assert_int_eq(cadre_socket_address(server->fd, &address), 0);
    server->port = cadre_address_port(&address);
    return io_go(serve, server);
}

static struct cadre_stream *connect_to(const struct server *server)
{
    struct cadre_stream *stream;

    ck_assert_int_eq(cadre_stream_connect("127.0.0.1", server->port, CADRE_FOREVER, &stream), 0);
    return stream;
}

static void echo_lines(struct cadre_stream *stream, void *arg)
{
    struct server *server = arg;
    struct cadre_str line;

    server->begun++;
    while (cadre_stream_read_line(stream, &line) == 0 && line.len > 0)
        if (cadre_stream_write(stream, line.ptr, line.len) < 0)
            break;
    server->finished++;
}

static int echoes(void *arg)
{
    struct server server;
    struct cadre_stream *clients[3];
    struct cadre_str line;

    (void)arg;
    (void)start(&server, echo_lines);
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(&server);
    for (int i = 2; i >= 0; i--) {
        ck_assert_int_eq(cadre_stream_write(clients[i], "hello\n", 6), 0);
        ck_assert_int_eq(cadre_stream_read_line(clients[i], &line), 0);
        ck_assert_uint_eq(line.len, 6);
    }
    ck_assert_int_eq(server.begun, 3);
    cadre_stream_free(clients[0]);
    cadre_fd_close(server.fd); /* stops accepting, and no more */
    io_settle();
    ck_assert_int_eq(server.finished, 1);
    ck_assert(!server.ended);
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", server.port, 1000), -ECONNREFUSED);
    ck_assert_int_eq(cadre_stream_write(clients[1], "still\n", 6), 0);
    ck_assert_int_eq(cadre_stream_read_line(clients[1], &line), 0);
    ck_assert_uint_eq(line.len, 6);
    cadre_stream_free(clients[1]);
    cadre_stream_free(clients[2]);
    io_settle();
    ck_assert(server.ended);
    ck_assert_int_eq(server.result, 0);
    ck_assert_int_eq(server.finished, 3);
    return 0;
}

START_TEST(each_connection_has_a_task_and_a_close_only_stops_accepting)
{
    io_run(echoes, NULL);
}
END_TEST

static int cancelled(void *arg)
{
    struct server server;
    struct cadre__coroutine *co = start(&server, echo_lines);
    struct cadre_stream *clients[2];
    char byte;

    (void)arg;
    for (int i = 0; i < 2; i++)
        clients[i] = connect_to(&server);
    io_settle();
    ck_assert_int_eq(server.begun, 2);
    cadre__coroutine_cancel(co);
    while (!server.ended)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(server.result, -ECANCELED);
    ck_assert_int_eq(server.finished, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(cadre_stream_read(clients[i], &byte, 1), 0);
        cadre_stream_free(clients[i]);
    }
    cadre_fd_close(server.fd);
    return 0;
}

START_TEST(a_cancelled_server_leaves_no_connection)
{
    io_run(cancelled, NULL);
}
END_TEST

static char much[1 << 20];

static void send_and_return(struct cadre_stream *stream, void *arg)
{
    struct server *server = arg;

    ck_assert_int_eq(cadre_stream_write_nowait(stream, much, sizeof(much)), 0);
    server->finished++;
}

static int kept_is_sent(void *arg)
{
    static char got[sizeof(much)];
    struct server server;
    struct cadre_stream *client;
    char byte;

    (void)arg;
    (void)start(&server, send_and_return);
    client = connect_to(&server);
    io_settle();
    ck_assert_int_eq(server.finished, 1);
    ck_assert_int_eq(cadre_stream_read_exact(client, got, sizeof(got), NULL), 0);
    ck_assert_int_eq(cadre_stream_read(client, &byte, 1), 0);
    cadre_stream_free(client);
    cadre_fd_close(server.fd);
    io_settle();
    ck_assert(server.ended);
    return 0;
}

START_TEST(what_is_kept_is_sent_after_the_function_has_returned)
{
    io_run(kept_is_sent, NULL);
}
END_TEST

static int shortage(void *arg)
{
    struct server server;
    struct cadre_stream *client;
    struct cadre_str line;
    struct rlimit limit, none;
    int next;

    (void)arg;
    (void)start(&server, echo_lines);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    next = dup(0); /* the lowest number that is free: the client gets it */
    (void)close(next);
    none.rlim_cur = (rlim_t)next + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    client = connect_to(&server);
    io_settle();
    ck_assert_int_eq(server.begun, 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(cadre_stream_write(client, "late\n", 5), 0);
    ck_assert_int_eq(cadre_stream_read_line(client, &line), 0);
    ck_assert_uint_eq(line.len, 5);
    ck_assert_uint_eq(io_elapsed_ms(), 1000);
    cadre_stream_free(client);
    cadre_fd_close(server.fd);
    io_settle();
    return 0;
}

START_TEST(a_server_without_descriptors_waits_for_some)
{
    if (io_limits_hold())
        io_run(shortage, NULL);
}
END_TEST

static int no_listener(void *arg)
{
    int fds[2];

    (void)arg;
    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    ck_assert_int_eq(cadre_stream_serve(fds[0], echo_lines, NULL, NULL), -EINVAL);
    ck_assert_int_eq(cadre_stream_serve(-1, echo_lines, NULL, NULL), -EBADF);
    cadre_fd_close(fds[0]);
    cadre_fd_close(fds[1]);
    return 0;
}

START_TEST(what_does_not_listen_is_an_error)
{
    io_run(no_listener, NULL);
}
END_TEST

UNIT_MAIN("async/stream_serve",
          UNIT_CASE(each_connection_has_a_task_and_a_close_only_stops_accepting),
          UNIT_CASE(a_cancelled_server_leaves_no_connection),
          UNIT_CASE(what_is_kept_is_sent_after_the_function_has_returned),
          UNIT_CASE(a_server_without_descriptors_waits_for_some),
          UNIT_CASE(what_does_not_listen_is_an_error))
