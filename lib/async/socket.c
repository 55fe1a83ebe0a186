/* SPDX-License-Identifier: MIT */
/*
 * lib/async/socket.c: listening, accepting and half-closing: the part of <cadre/socket.h> that is
 * about one socket. Connecting is in connect.c, reading and writing in fd_io.c. Runs on the loop.
 */
#include "config.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>

#include <cadre/socket.h>

#include "async/address.h"
#include "async/fd_wait.h"
#include "base/fd.h"

enum { BACKLOG = 1024 };

static int set_option(int fd, int level, int option)
{
    static const int on = 1;

    return setsockopt(fd, level, option, &on, sizeof(on)) < 0 ? -errno : 0;
}

static int prepare(int fd, const struct cadre_address *address, int backlog)
{
    int r;

    if (cadre__address_is_tcp(address) && (r = set_option(fd, SOL_SOCKET, SO_REUSEADDR)) < 0)
        return r;
    if (address->u.any.sa_family == AF_INET6 && (r = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY)) < 0)
        return r;
    if (bind(fd, &address->u.any, address->len) < 0 ||
        listen(fd, backlog > 0 ? backlog : BACKLOG) < 0)
        return -errno;
    return 0;
}

static int listen_on(const struct cadre_address *address, int backlog)
{
    int fd = socket(address->u.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int r;

    if (fd < 0)
        return -errno;
    if ((r = prepare(fd, address, backlog)) < 0) {
        cadre__fd_close(&fd);
        return r;
    }
    return fd;
}

int cadre_socket_listen(const char *address, uint16_t port, int backlog)
{
    struct cadre_address parsed;
    int r = cadre_address_parse(address, port, &parsed);

    return r < 0 ? r : listen_on(&parsed, backlog);
}

int cadre_socket_listen_unix(const char *path, int backlog)
{
    struct cadre_address address;
    int r = cadre__address_unix(path, &address);

    return r < 0 ? r : listen_on(&address, backlog);
}

/* Has the connection ended, or its network failed, before it was accepted? accept(2) lists them. */
static bool is_lost_in_queue(int error)
{
    static const int lost[] = {ECONNABORTED, ENETDOWN,     EPROTO,      ENOPROTOOPT, EHOSTDOWN,
                               ENONET,       EHOSTUNREACH, ENETUNREACH, EINTR};

    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++)
        if (error == lost[i])
            return true;
    return false;
}

static int try_accept(int fd, struct cadre_address *ret_peer)
{
    struct cadre_address peer;
    int accepted;

    do {
        peer = (struct cadre_address){.len = sizeof(peer.u)};
        accepted = accept4(fd, &peer.u.any, &peer.len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (accepted < 0 && is_lost_in_queue(errno));
    if (accepted < 0)
        return -errno;
    if (cadre__address_is_tcp(&peer))
        (void)set_option(accepted, IPPROTO_TCP, TCP_NODELAY);
    if (ret_peer)
        *ret_peer = peer;
    return accepted;
}

int cadre_socket_accept(int fd, struct cadre_address *ret_peer)
{
    int r;

    if ((r = cadre__fd_enter("cadre_socket_accept")) < 0)
        return r;
    while ((r = try_accept(fd, ret_peer)) == -EAGAIN) {
        r = cadre__fd_wait(fd, CADRE__IO_READ, CADRE__NEVER, "cadre_socket_accept");
        if (r < 0)
            break;
    }
    return r;
}

int cadre_socket_address(int fd, struct cadre_address *ret)
{
    struct cadre_address address = {.len = sizeof(address.u)};

    if (getsockname(fd, &address.u.any, &address.len) < 0)
        return -errno;
    *ret = address;
    return 0;
}

int cadre_socket_shutdown(int fd, int how)
{
    return shutdown(fd, how) < 0 ? -errno : 0;
}

int cadre_socket_pair(int ret[2])
{
    int r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ret);

    return r < 0 ? -errno : 0;
}
