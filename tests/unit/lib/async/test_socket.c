/* SPDX-License-Identifier: MIT */
/*
 * Sockets and pipes: connecting, accepting, reading and writing, and all that can go wrong with
 * them.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cadre/socket.h>

#include "async/dns.h"

/* A listener on 127.0.0.1 and its port. */
static int listen_here(uint16_t *ret_port)
{
    struct cadre_address address;
    int fd = cadre_socket_listen("127.0.0.1", 0, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre_socket_address(fd, &address), 0);
    *ret_port = cadre_address_port(&address);
    return fd;
}

/* A connection: ret[0] has connected, ret[1] was accepted. */
static void open_connection(int ret[2])
{
    uint16_t port;
    int listener = listen_here(&port);

    ret[0] = cadre_socket_connect("127.0.0.1", port, CADRE_FOREVER);
    ck_assert_int_ge(ret[0], 0);
    ret[1] = cadre_socket_accept(listener, NULL);
    ck_assert_int_ge(ret[1], 0);
    cadre_fd_close(listener);
}

static void close_both(const int fds[2])
{
    cadre_fd_close(fds[0]);
    cadre_fd_close(fds[1]);
}

/* One call that another coroutine makes, and what came of it. */
struct waits {
    ssize_t (*call)(struct waits *);
    int fd;
    char buf[64];
    size_t size;
    ssize_t result;
    bool ended;
};

static void make_call(void *arg)
{
    struct waits *it = arg;

    it->result = it->call(it);
    it->ended = true;
}

static ssize_t call_read(struct waits *it)
{
    return cadre_fd_read(it->fd, it->buf, sizeof(it->buf));
}

static ssize_t call_accept(struct waits *it)
{
    return cadre_socket_accept(it->fd, NULL);
}

static ssize_t call_write(struct waits *it)
{
    return cadre_fd_write(it->fd, it->buf, sizeof(it->buf));
}

/* Fills the kernel's buffers, so that the next write waits. */
static void fill_up(int fd)
{
    char block[4096] = {0};

    while (write(fd, block, sizeof(block)) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
    while (write(fd, block, 1) > 0)
        ;
}

static int both_ways(void *arg)
{
    int fds[2];
    char buf[16];

    (void)arg;
    open_connection(fds);
    ck_assert_int_eq(cadre_fd_write(fds[0], "ping", 4), 4);
    ck_assert_int_eq(cadre_fd_read(fds[1], buf, sizeof(buf)), 4);
    ck_assert_int_eq(memcmp(buf, "ping", 4), 0);
    ck_assert_int_eq(cadre_fd_write(fds[1], "pong!", 5), 5);
    ck_assert_int_eq(cadre_fd_read(fds[0], buf, 3), 3);
    ck_assert_int_eq(cadre_fd_read(fds[0], buf, sizeof(buf)), 2);
    ck_assert_int_eq(cadre_fd_read(fds[0], buf, 0), 0);
    ck_assert_int_eq(cadre_fd_write(fds[0], buf, 0), 0);
    close_both(fds);
    return 0;
}

START_TEST(bytes_go_both_ways)
{
    io_run(both_ways, NULL);
}
END_TEST

static int parts(void *arg)
{
    int fds[2];
    char a[2], b[8];
    struct iovec out[] = {{.iov_base = (char[]){"abc"}, .iov_len = 3},
                          {.iov_base = (char[]){"de"}, .iov_len = 2}};
    struct iovec in[] = {{.iov_base = a, .iov_len = 2}, {.iov_base = b, .iov_len = 8}};

    (void)arg;
    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    ck_assert_int_eq(cadre_fd_writev(fds[0], out, 2), 5);
    ck_assert_int_eq(cadre_fd_readv(fds[1], in, 2), 5);
    ck_assert_int_eq(memcmp(a, "ab", 2), 0);
    ck_assert_int_eq(memcmp(b, "cde", 3), 0);
    close_both(fds);
    return 0;
}

START_TEST(several_pieces_go_in_one_call)
{
    io_run(parts, NULL);
}
END_TEST

static int read_waits(void *arg)
{
    struct waits reader = {.call = call_read};
    int fds[2];

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    reader.fd = fds[0];
    io_go(make_call, &reader);
    io_settle();
    ck_assert(!reader.ended);
    ck_assert_int_eq(cadre_fd_write(fds[1], "x", 1), 1);
    io_settle();
    ck_assert(reader.ended);
    ck_assert_int_eq(reader.result, 1);
    close_both(fds);
    return 0;
}

START_TEST(a_read_waits_for_bytes)
{
    io_run(read_waits, NULL);
}
END_TEST

static int births(void *arg)
{
    uint16_t port;
    int fds[7];
    int on = 0;
    socklen_t len = sizeof(on);

    (void)arg;
    fds[0] = listen_here(&port);
    fds[1] = cadre_socket_connect("127.0.0.1", port, 1000);
    fds[2] = cadre_socket_accept(fds[0], NULL);
    ck_assert_int_eq(cadre_pipe(&fds[3]), 0);
    ck_assert_int_eq(cadre_socket_pair(&fds[5]), 0);
    for (size_t i = 0; i < 7; i++) {
        ck_assert(io_is_cloexec(fds[i]));
        ck_assert(io_is_nonblock(fds[i]));
    }
    for (size_t i = 1; i < 3; i++) {
        ck_assert_int_eq(getsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
        ck_assert_int_ne(on, 0);
    }
    for (size_t i = 0; i < 7; i++)
        cadre_fd_close(fds[i]);
    return 0;
}

START_TEST(descriptors_are_born_close_on_exec_and_non_blocking)
{
    io_run(births, NULL);
}
END_TEST

static int closed_meanwhile(void *arg)
{
    struct waits reader = {.call = call_read}, writer = {.call = call_write};
    struct waits acceptor = {.call = call_accept};
    uint16_t port;
    int fds[2], in[2];

    (void)arg;
    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    ck_assert_int_eq(cadre_pipe(in), 0);
    fill_up(fds[0]);
    writer.fd = fds[0];
    reader.fd = in[0];
    acceptor.fd = listen_here(&port);
    io_go(make_call, &reader);
    io_go(make_call, &writer);
    io_go(make_call, &acceptor);
    io_settle();
    cadre_fd_close(fds[0]);
    cadre_fd_close(in[0]);
    cadre_fd_close(acceptor.fd);
    ck_assert(!reader.ended);
    io_settle();
    ck_assert_int_eq(reader.result, -EBADF);
    ck_assert_int_eq(writer.result, -EBADF);
    ck_assert_int_eq(acceptor.result, -EBADF);
    cadre_fd_close(fds[1]);
    cadre_fd_close(in[1]);
    cadre_fd_close(-1);
    return 0;
}

START_TEST(a_close_ends_the_waits_of_others)
{
    io_run(closed_meanwhile, NULL);
}
END_TEST

static int number_again(void *arg)
{
    struct waits reader = {.call = call_read};
    int fds[2], again[2];

    (void)arg;
    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    reader.fd = fds[0];
    io_go(make_call, &reader);
    io_settle();
    close_both(fds);
    ck_assert_int_eq(cadre_socket_pair(again), 0);
    ck_assert_int_eq(again[0], fds[0]);
    ck_assert_int_eq(cadre_fd_write(again[1], "x", 1), 1);
    io_settle();
    ck_assert_int_eq(reader.result, -EBADF);
    ck_assert_int_eq(cadre_fd_read(again[0], reader.buf, 8), 1);
    close_both(again);
    return 0;
}

START_TEST(who_waited_on_a_closed_descriptor_does_not_get_its_successors_bytes)
{
    io_run(number_again, NULL);
}
END_TEST

static int cancelled(void *arg)
{
    struct waits reader = {.call = call_read}, writer = {.call = call_write};
    struct waits acceptor = {.call = call_accept};
    struct cadre__coroutine *co[3];
    uint16_t port;
    int fds[2];

    (void)arg;
    ck_assert_int_eq(cadre_socket_pair(fds), 0);
    fill_up(fds[0]);
    reader.fd = writer.fd = fds[0];
    acceptor.fd = listen_here(&port);
    co[0] = io_go(make_call, &reader);
    co[1] = io_go(make_call, &writer);
    co[2] = io_go(make_call, &acceptor);
    io_settle();
    for (int i = 0; i < 3; i++)
        cadre__coroutine_cancel(co[i]);
    io_settle();
    ck_assert_int_eq(reader.result, -ECANCELED);
    ck_assert_int_eq(writer.result, -ECANCELED);
    ck_assert_int_eq(acceptor.result, -ECANCELED);
    ck_assert_int_eq(cadre_fd_write(fds[1], "kept", 4), 4);
    ck_assert_int_eq(cadre_fd_read(fds[0], reader.buf, 8), 4);
    close_both(fds);
    cadre_fd_close(acceptor.fd);
    return 0;
}

START_TEST(cancelled_waits_take_nothing)
{
    io_run(cancelled, NULL);
}
END_TEST

static int peer_closes(void *arg)
{
    struct waits reader = {.call = call_read};
    int fds[2];
    ssize_t n;

    (void)arg;
    ck_assert_ptr_eq(signal(SIGPIPE, SIG_DFL), SIG_DFL);
    open_connection(fds);
    reader.fd = fds[0];
    io_go(make_call, &reader);
    io_settle();
    cadre_fd_close(fds[1]);
    io_settle();
    ck_assert(reader.ended);
    ck_assert_int_eq(reader.result, 0);
    do
        n = cadre_fd_write(fds[0], "x", 1);
    while (n > 0);
    ck_assert(n == -EPIPE || n == -ECONNRESET);
    cadre_fd_close(fds[0]);
    return 0;
}

START_TEST(a_peer_that_closes_is_an_end_to_read_and_an_error_to_write)
{
    io_run(peer_closes, NULL);
}
END_TEST

static int peer_resets(void *arg)
{
    static const struct linger at_once = {.l_onoff = 1};
    int fds[2];
    char buf[8];

    (void)arg;
    open_connection(fds);
    ck_assert_int_eq(setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    cadre_fd_close(fds[1]);
    ck_assert_int_eq(cadre_fd_read(fds[0], buf, sizeof(buf)), -ECONNRESET);
    cadre_fd_close(fds[0]);
    return 0;
}

START_TEST(a_peer_that_resets_is_an_error)
{
    io_run(peer_resets, NULL);
}
END_TEST

static int half_open(void *arg)
{
    int fds[2];
    char buf[8];

    (void)arg;
    open_connection(fds);
    ck_assert_int_eq(cadre_fd_write(fds[0], "q", 1), 1);
    ck_assert_int_eq(cadre_socket_shutdown(fds[0], SHUT_WR), 0);
    ck_assert_int_eq(cadre_fd_read(fds[1], buf, sizeof(buf)), 1);
    ck_assert_int_eq(cadre_fd_read(fds[1], buf, sizeof(buf)), 0);
    ck_assert_int_eq(cadre_fd_write(fds[1], "answer", 6), 6);
    ck_assert_int_eq(cadre_fd_read(fds[0], buf, sizeof(buf)), 6);
    ck_assert_int_eq(cadre_fd_write(fds[0], "x", 1), -EPIPE);
    close_both(fds);
    ck_assert_int_eq(cadre_socket_shutdown(fds[0], SHUT_WR), -EBADF);
    return 0;
}

START_TEST(a_half_closed_connection_still_reads)
{
    io_run(half_open, NULL);
}
END_TEST

static int pipe_breaks(void *arg)
{
    int fds[2];
    sigset_t set;

    ck_assert_ptr_eq(signal(SIGPIPE, arg ? SIG_IGN : SIG_DFL), SIG_DFL);
    ck_assert_int_eq(cadre_pipe(fds), 0);
    cadre_fd_close(fds[0]);
    ck_assert_int_eq(cadre_fd_write(fds[1], "x", 1), -EPIPE);
    ck_assert_int_eq(sigpending(&set), 0);
    ck_assert(!sigismember(&set, SIGPIPE));
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert(!sigismember(&set, SIGPIPE));
    cadre_fd_close(fds[1]);
    return 0;
}

START_TEST(a_broken_pipe_raises_no_signal)
{
    io_run(pipe_breaks, _i == 0 ? NULL : &io_clock);
}
END_TEST

static int refused(void *arg)
{
    uint16_t port;
    int fd = listen_here(&port);

    (void)arg;
    cadre_fd_close(fd);
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", port, 1000), -ECONNREFUSED);
    return 0;
}

START_TEST(a_refused_connection_is_an_error)
{
    io_run(refused, NULL);
}
END_TEST

/* A listener that answers nobody any more: its queue is full. */
struct deaf {
    int listener;
    int clients[8];
};

static uint16_t open_deaf(struct deaf *deaf, const char *address, uint16_t port)
{
    struct cadre_address own;

    deaf->listener = cadre_socket_listen(address, port, 1);
    ck_assert_int_ge(deaf->listener, 0);
    ck_assert_int_eq(cadre_socket_address(deaf->listener, &own), 0);
    for (size_t i = 0; i < 8; i++) {
        deaf->clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(deaf->clients[i], 0);
        (void)connect(deaf->clients[i], &own.u.any, own.len);
    }
    return cadre_address_port(&own);
}

static void close_deaf(const struct deaf *deaf)
{
    for (size_t i = 0; i < 8; i++)
        cadre_fd_close(deaf->clients[i]);
    cadre_fd_close(deaf->listener);
}

static int slow_connect(void *arg)
{
    struct deaf deaf;
    uint16_t port = open_deaf(&deaf, "127.0.0.1", 0);

    (void)arg;
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", port, 3000), -ETIMEDOUT);
    ck_assert_uint_eq(io_elapsed_ms(), 3000);
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", port, 0), -ETIMEDOUT);
    close_deaf(&deaf);
    return 0;
}

START_TEST(a_connect_without_an_answer_times_out)
{
    io_run(slow_connect, NULL);
}
END_TEST

struct connects {
    const char *host;
    uint16_t port;
    int result;
    bool ended;
};

static void connect_there(void *arg)
{
    struct connects *it = arg;

    it->result = cadre_socket_connect(it->host, it->port, CADRE_FOREVER);
    it->ended = true;
}

static int cancelled_connect(void *arg)
{
    struct deaf deaf;
    struct connects it = {.host = "127.0.0.1", .port = open_deaf(&deaf, "127.0.0.1", 0)};
    struct cadre__coroutine *co = io_go(connect_there, &it);
    int open = unit_open_fds();

    (void)arg;
    cadre__coroutine_cancel(co);
    io_settle();
    ck_assert(it.ended);
    ck_assert_int_eq(it.result, -ECANCELED);
    ck_assert_int_eq(unit_open_fds(), open - 1);
    close_deaf(&deaf);
    return 0;
}

START_TEST(a_cancelled_connect_leaves_no_descriptor)
{
    io_run(cancelled_connect, NULL);
}
END_TEST

/* Files in which "two" is two addresses of this host. */
static char hosts_path[] = "/tmp/cadre-hosts-XXXXXX";

static void name_two(void)
{
    static const char text[] = "127.0.0.1 two\n127.0.0.2 two\n";
    int fd = mkstemp(hosts_path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    (void)close(fd);
    cadre__dns_set_files("/dev/null", hosts_path);
}

static int first_is_deaf(void *arg)
{
    struct deaf deaf;
    uint16_t port = open_deaf(&deaf, "127.0.0.1", 0);
    int second = cadre_socket_listen("127.0.0.2", port, 0);
    struct cadre_address own;
    char text[CADRE_ADDRESS_TEXT_MAX];
    int open;
    int fd;

    (void)arg;
    ck_assert_int_ge(second, 0);
    ck_assert_int_eq(cadre_resolve("two", 1, AF_INET, 1, &own, 1), 1);
    open = unit_open_fds(); /* the resolver's with them */
    fd = cadre_socket_connect("two", port, 5000);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(io_elapsed_ms(), 250);
    ck_assert_int_eq(getpeername(fd, &own.u.any, &(socklen_t){sizeof(own.u)}), 0);
    own.len = sizeof(own.u.in);
    ck_assert_int_eq(strncmp(cadre_address_format(&own, text, sizeof(text)), "127.0.0.2:", 10), 0);
    ck_assert_int_eq(unit_open_fds(), open + 1);
    cadre_fd_close(fd);
    cadre_fd_close(second);
    close_deaf(&deaf);
    return 0;
}

START_TEST(the_next_address_is_tried_after_250_ms)
{
    name_two();
    io_run(first_is_deaf, NULL);
    ck_assert_int_eq(unlink(hosts_path), 0);
}
END_TEST

static int first_refuses(void *arg)
{
    uint16_t port;
    int only = cadre_socket_listen("127.0.0.2", 0, 0);
    struct cadre_address own;
    int fd;

    (void)arg;
    ck_assert_int_eq(cadre_socket_address(only, &own), 0);
    port = cadre_address_port(&own);
    fd = cadre_socket_connect("two", port, 5000);
    ck_assert_int_ge(fd, 0);
    ck_assert_uint_eq(io_elapsed_ms(), 0);
    cadre_fd_close(fd);
    cadre_fd_close(only);
    ck_assert_int_eq(cadre_socket_connect("two", port, 5000), -ECONNREFUSED);
    ck_assert_uint_eq(io_elapsed_ms(), 0);
    return 0;
}

START_TEST(the_next_address_is_tried_at_once_when_one_refuses)
{
    name_two();
    io_run(first_refuses, NULL);
    ck_assert_int_eq(unlink(hosts_path), 0);
}
END_TEST

static int no_descriptors(void *arg)
{
    struct rlimit limit, none;
    uint16_t port;
    int listener = listen_here(&port);
    int client = cadre_socket_connect("127.0.0.1", port, 1000);
    int fds[2];
    int fd;

    (void)arg;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(cadre_socket_accept(listener, NULL), -EMFILE);
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", port, 1000), -EMFILE);
    ck_assert_int_eq(cadre_socket_listen("127.0.0.1", 0, 0), -EMFILE);
    ck_assert_int_eq(cadre_pipe(fds), -EMFILE);
    ck_assert_int_eq(cadre_socket_pair(fds), -EMFILE);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    fd = cadre_socket_accept(listener, NULL);
    ck_assert_int_ge(fd, 0);
    cadre_fd_close(fd);
    cadre_fd_close(client);
    cadre_fd_close(listener);
    return 0;
}

START_TEST(no_free_descriptor_is_an_error_and_loses_no_connection)
{
    if (io_limits_hold())
        io_run(no_descriptors, NULL);
}
END_TEST

static int unix_sockets(void *arg)
{
    char folder[] = "/tmp/cadre-unix-XXXXXX";
    char path[64];
    char long_path[200];
    struct cadre_address peer;
    const char *at = arg;
    int listener, fds[2];

    if (!at) {
        ck_assert_ptr_nonnull(mkdtemp(folder));
        (void)snprintf(path, sizeof(path), "%s/s", folder);
        at = path;
    }
    ck_assert_int_eq(cadre_socket_connect_unix(at), arg ? -ECONNREFUSED : -ENOENT);
    listener = cadre_socket_listen_unix(at, 0);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(cadre_socket_listen_unix(at, 0), -EADDRINUSE);
    fds[0] = cadre_socket_connect_unix(at);
    ck_assert_int_ge(fds[0], 0);
    fds[1] = cadre_socket_accept(listener, &peer);
    ck_assert_int_ge(fds[1], 0);
    ck_assert_int_eq(peer.u.any.sa_family, AF_UNIX);
    ck_assert_int_eq(cadre_fd_write(fds[0], "x", 1), 1);
    ck_assert_int_eq(cadre_fd_read(fds[1], long_path, 8), 1);
    close_both(fds);
    cadre_fd_close(listener);
    memset(long_path, 'a', sizeof(long_path));
    long_path[sizeof(long_path) - 1] = '\0';
    ck_assert_int_eq(cadre_socket_connect_unix(long_path), -ENAMETOOLONG);
    ck_assert_int_eq(cadre_socket_listen_unix("", 0), -EINVAL);
    if (!arg) {
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(rmdir(folder), 0);
    }
    return 0;
}

START_TEST(unix_sockets_have_paths_or_abstract_names)
{
    io_run(unix_sockets, _i == 0 ? NULL : (char[]){"@cadre-test-socket"});
}
END_TEST

static int no_sockets(void *arg)
{
    int fds[2];
    char byte = 0;
    int file = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    ck_assert_int_eq(cadre_socket_accept(fds[0], NULL), -ENOTSOCK);
    ck_assert_int_eq(cadre_socket_shutdown(fds[0], SHUT_WR), -ENOTSOCK);
    ck_assert_int_eq(cadre_socket_listen("localhost", 0, 0), -EINVAL);
    ck_assert_int_eq(cadre_fd_read(-1, &byte, 1), -EBADF);
    ck_assert_int_eq(cadre_fd_write(9999, &byte, 1), -EBADF);
    ck_assert_int_eq(cadre_fd_read(fds[1], &byte, 1), -EBADF);
    (void)close(file);
    close_both(fds);
    return 0;
}

START_TEST(what_is_no_socket_is_an_error)
{
    io_run(no_sockets, NULL);
}
END_TEST

static void read_slowly(void *arg)
{
    int fd = *(int *)arg;
    char buf[10000];

    while (cadre_fd_read(fd, buf, sizeof(buf)) > 0)
        ;
    cadre_fd_close(fd);
}

static int write_much(void *arg)
{
    static char data[3 << 20];
    int fds[2];
    size_t done = 0;

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    io_go(read_slowly, &fds[0]);
    ck_assert_int_eq(cadre_fd_write_all(fds[1], data, sizeof(data), &done), 0);
    ck_assert_uint_eq(done, sizeof(data));
    cadre_fd_close(fds[1]);
    io_settle();
    return 0;
}

START_TEST(write_all_waits_for_room)
{
    io_run(write_much, NULL);
}
END_TEST

struct all {
    int fd;
    char data[1 << 20];
    size_t done;
    int result;
};

static void write_in_vain(void *arg)
{
    struct all *all = arg;

    all->result = cadre_fd_write_all(all->fd, all->data, sizeof(all->data), &all->done);
}

static int cancelled_write_all(void *arg)
{
    static struct all all;
    struct cadre__coroutine *co;
    int fds[2];

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    all.fd = fds[1];
    co = io_go(write_in_vain, &all);
    cadre__coroutine_cancel(co);
    io_settle();
    ck_assert_int_eq(all.result, -ECANCELED);
    ck_assert_uint_gt(all.done, 0);
    ck_assert_uint_lt(all.done, sizeof(all.data));
    close_both(fds);
    return 0;
}

START_TEST(a_cancelled_write_all_tells_how_much_went)
{
    io_run(cancelled_write_all, NULL);
}
END_TEST

static bool stop_ticks;
static unsigned ticks;

static void tick(void *arg)
{
    (void)arg;
    while (!stop_ticks && cadre_yield() == 0)
        ticks++;
}

static int never_waits(void *arg)
{
    int fds[2];
    char byte = 0;

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    io_go(tick, NULL);
    for (int i = 0; i < 2000; i++) {
        ck_assert_int_eq(cadre_fd_write(fds[1], &byte, 1), 1);
        ck_assert_int_eq(cadre_fd_read(fds[0], &byte, 1), 1);
    }
    ck_assert_uint_ge(ticks, 10);
    stop_ticks = true;
    io_settle();
    close_both(fds);
    return 0;
}

START_TEST(one_that_never_waits_lets_others_run)
{
    io_run(never_waits, NULL);
}
END_TEST

START_TEST(off_any_coroutine_nothing_waits)
{
    struct cadre__loop *loop;
    char byte;

    ck_assert_int_eq(cadre_fd_read(0, &byte, 1), -EDEADLK);
    ck_assert_int_eq(cadre_socket_connect("127.0.0.1", 1, 0), -EDEADLK);
    ck_assert_int_eq(cadre__loop_new(NULL, &loop), 0);
    ck_assert_int_eq(cadre_socket_accept(0, NULL), -EDEADLK);
    cadre__loop_free(loop);
}
END_TEST

static const struct {
    const char *text;
    uint16_t port;
    const char *formatted; /* NULL: is no address */
} addresses[] = {
    {"127.0.0.1", 80, "127.0.0.1:80"},
    {"0.0.0.0", 0, "0.0.0.0:0"},
    {"::1", 443, "[::1]:443"},
    {"[::1]", 443, "[::1]:443"},
    {"::", 0, "[::]:0"},
    {"fe80::1%lo", 1, "[fe80::1%lo]:1"},
    {"localhost", 1, NULL},
    {"", 1, NULL},
    {"127.0.0.1.2", 1, NULL},
    {"1", 1, NULL},
    {"[::1", 1, NULL},
    {"fe80::1%nosuch", 1, NULL},
    {"256.0.0.1", 1, NULL},
    {"127.0.0.1 ", 1, NULL},
    {":::1", 1, NULL},
};

START_TEST(numeric_addresses_are_read_and_written)
{
    struct cadre_address address;
    char text[CADRE_ADDRESS_TEXT_MAX];
    int r = cadre_address_parse(addresses[_i].text, addresses[_i].port, &address);

    if (!addresses[_i].formatted) {
        ck_assert_int_eq(r, -EINVAL);
        return;
    }
    ck_assert_int_eq(r, 0);
    ck_assert_str_eq(cadre_address_format(&address, text, sizeof(text)), addresses[_i].formatted);
    ck_assert_uint_eq(cadre_address_port(&address), addresses[_i].port);
    (void)cadre_address_format(&address, text, 4);
    ck_assert_uint_eq(strlen(text), 3);
    ck_assert_int_eq(strncmp(text, addresses[_i].formatted, 3), 0);
}
END_TEST

UNIT_MAIN(
    "async/socket", UNIT_CASE(bytes_go_both_ways), UNIT_CASE(several_pieces_go_in_one_call),
    UNIT_CASE(a_read_waits_for_bytes),
    UNIT_CASE(descriptors_are_born_close_on_exec_and_non_blocking),
    UNIT_CASE(a_close_ends_the_waits_of_others),
    UNIT_CASE(who_waited_on_a_closed_descriptor_does_not_get_its_successors_bytes),
    UNIT_CASE(cancelled_waits_take_nothing),
    UNIT_CASE(a_peer_that_closes_is_an_end_to_read_and_an_error_to_write),
    UNIT_CASE(a_peer_that_resets_is_an_error), UNIT_CASE(a_half_closed_connection_still_reads),
    UNIT_LOOP(a_broken_pipe_raises_no_signal, 2), UNIT_CASE(a_refused_connection_is_an_error),
    UNIT_CASE(a_connect_without_an_answer_times_out),
    UNIT_CASE(a_cancelled_connect_leaves_no_descriptor),
    UNIT_CASE(the_next_address_is_tried_after_250_ms),
    UNIT_CASE(the_next_address_is_tried_at_once_when_one_refuses),
    UNIT_CASE(no_free_descriptor_is_an_error_and_loses_no_connection),
    UNIT_LOOP(unix_sockets_have_paths_or_abstract_names, 2),
    UNIT_CASE(what_is_no_socket_is_an_error), UNIT_CASE(write_all_waits_for_room),
    UNIT_CASE(a_cancelled_write_all_tells_how_much_went),
    UNIT_CASE(one_that_never_waits_lets_others_run), UNIT_CASE(off_any_coroutine_nothing_waits),
    UNIT_LOOP(numeric_addresses_are_read_and_written, sizeof(addresses) / sizeof(addresses[0])))
