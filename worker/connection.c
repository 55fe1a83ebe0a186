/* SPDX-License-Identifier: MIT */
/*
 * Opening, watching and ending a connection. Runs on the worker's loop, never suspends; the only
 * allocation is the struct itself, which is recycled. worker/connection.h has the contract.
 */
#include "config.h"

#include "worker/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "worker/meter.h"
#include "worker/protocol.h"
#include "worker/proxy_protocol.h"
#include "worker/score.h"
#include "worker/server.h"

/* How many reads one that lingers gets in a turn. */
#define LINGER_READS 16

/* Structs kept for the next connections. */
#define FREE_MAX 256

static void on_io(int events, void *arg);

/* --- memory --- */

static struct connection *take_struct(struct server *server)
{
    struct cadre__list *link = cadre__list_pop_front(&server->free_connections);

    if (!link)
        return malloc(sizeof(struct connection));
    server->n_free_connections--;
    return CADRE__CONTAINER_OF(link, struct connection, link);
}

static void give_struct(struct connection *c)
{
    struct server *server = c->server;

    if (server->n_free_connections >= FREE_MAX) {
        free(c);
        return;
    }
    cadre__list_push_front(&server->free_connections, &c->link);
    server->n_free_connections++;
}

void connection_pool_done(struct server *server)
{
    struct cadre__list *link;

    while ((link = cadre__list_pop_front(&server->free_connections)))
        free(CADRE__CONTAINER_OF(link, struct connection, link));
    server->n_free_connections = 0;
}

/* --- life --- */

static void set_peer(struct connection_peer *peer, const struct sockaddr *from)
{
    *peer = (struct connection_peer){0};
    if (!from)
        return;
    peer->family = (uint8_t)from->sa_family;
    if (from->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof(in));
        memcpy(peer->address, &in.sin_addr, 4);
        peer->port = ntohs(in.sin_port);
    } else if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, from, sizeof(in6));
        memcpy(peer->address, &in6.sin6_addr, 16);
        peer->port = ntohs(in6.sin6_port);
    }
}

/* A FRESH or IDLE one waits for what comes next, from now on. */
static int wait_for_client(struct connection *c)
{
    struct server *server = c->server;

    int r = connection_resume(c);
    if (r == 0)
        wait_list_put(c->state == CONNECTION_FRESH ? &server->fresh : &server->idle, c);
    return r;
}

/* Counts it for its client's address. One that is handed over comes in spite of the limit. */
static int count_client(struct connection *c, bool limited)
{
    struct server *server = c->server;

    if (server->limits.max_per_client == 0)
        return 0;
    int n = client_table_add(&server->clients, &c->peer);
    if (n < 0)
        return n;
    c->counted = n > 0;
    return limited && (uint32_t)n > server->limits.max_per_client ? -EUSERS : 0;
}

static void discount_client(struct connection *c)
{
    if (c->counted)
        client_table_drop(&c->server->clients, &c->peer);
    c->counted = false;
}

/* All but waiting for its bytes. */
static int open_as(struct server *server, int fd, const struct connection_past *past, bool limited,
                   struct connection **ret)
{
    struct connection *c = take_struct(server);
    if (!c)
        return -ENOMEM;

    c->server = server;
    c->busy = NULL;
    c->fd = fd;
    c->listener = past->listener;
    c->state = past->fresh ? CONNECTION_FRESH : CONNECTION_IDLE;
    c->reading = false;
    c->watching = false;
    c->last = false;
    c->counted = false;
    c->n_requests = past->n_requests;
    c->wants_proxy = past->wants_proxy;
    c->trusted = forwarded_is_trusted(&server->forwarded, &past->peer);
    c->peer = past->peer;
    cadre__list_init(&c->link);
    cadre__list_init(&c->wait_link);
    cadre__io_init(&c->io, server->loop, fd, on_io, c);

    int r = count_client(c, limited);
    if (r < 0) {
        discount_client(c);
        give_struct(c);
        return r;
    }
    cadre__list_push_back(&server->connections, &c->link);
    c->serial = ++server->last_serial;
    server->n_connections++;
    score_set32(&server->score->connections, server->n_connections);
    *ret = c;
    return 0;
}

/* Waits for the bytes of one that was opened; where that cannot be, nothing is left of it but the
 * descriptor, which is the caller's again. */
static int wait_or_forget(struct connection *c)
{
    struct server *server = c->server;

    int r = wait_for_client(c);
    if (r >= 0)
        return 0;
    discount_client(c);
    cadre__list_remove(&c->link);
    server->n_connections--;
    score_set32(&server->score->connections, server->n_connections);
    give_struct(c);
    return r;
}

static int open_fresh(struct server *server, int fd, const struct sockaddr *from, unsigned listener,
                      struct connection **ret)
{
    struct connection_past past = {.listener = (uint16_t)listener, .fresh = true};

    past.wants_proxy = server->proxy_protocol && server->proxy_protocol[listener];
    set_peer(&past.peer, from);
    return open_as(server, fd, &past, true, ret);
}

static void count_accepted(struct server *server)
{
    server->n_accepted++;
    score_set64(&server->score->accepted, server->n_accepted);
    cadre__traffic_count(&server->meter->counts->accepted, 1);
}

int connection_open(struct server *server, int fd, const struct sockaddr *from, unsigned listener,
                    struct connection **ret)
{
    struct connection *c;

    int r = open_fresh(server, fd, from, listener, &c);
    if (r == 0)
        r = wait_or_forget(c);
    if (r < 0)
        return r;
    count_accepted(server);
    *ret = c;
    return 0;
}

int connection_serve(struct server *server, int fd, const struct sockaddr *from, unsigned listener,
                     bool *ret_spoken)
{
    struct connection *c;

    int r = open_fresh(server, fd, from, listener, &c);
    if (r < 0)
        return r;
    bool spoken = !c->wants_proxy && server->protocol->on_fresh(c);
    if (!spoken)
        r = wait_or_forget(c);
    if (r < 0)
        return r;
    count_accepted(server);
    *ret_spoken = spoken;
    return 0;
}

int connection_adopt(struct server *server, int fd, const struct connection_past *past,
                     struct connection **ret)
{
    bool full = server->n_connections >= server->limits.max_connections;
    struct connection *c;

    int r = open_as(server, fd, past, false, &c);
    if (r == 0)
        r = wait_or_forget(c);
    if (r < 0)
        return r;
    c->last = full;
    *ret = c;
    return 0;
}

void connection_lend(struct connection *c)
{
    connection_pause(c);
    wait_list_remove(c);
    cadre__list_remove(&c->link);
}

int connection_take_back(struct connection *c)
{
    c->last = true;
    cadre__list_push_back(&c->server->connections, &c->link);
    return wait_for_client(c);
}

int connection_become_idle(struct connection *c)
{
    c->state = CONNECTION_IDLE;
    return wait_for_client(c);
}

static void close_descriptor(struct connection *c)
{
    struct server *server = c->server;

    c->state = CONNECTION_CLOSED;
    connection_pause(c);
    wait_list_remove(c);
    discount_client(c);
    cadre__fd_close(&c->fd);
    server->n_connections--;
    score_set32(&server->score->connections, server->n_connections);
}

static void tell_closed(struct server *server)
{
    if (server->on_connection_closed)
        server->on_connection_closed(server->arg);
}

void connection_hang_up(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED)
        return;
    close_descriptor(c);
    tell_closed(c->server);
}

void connection_reset(struct connection *c)
{
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (c->fd >= 0)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    connection_hang_up(c);
}

void connection_free(struct connection *c)
{
    struct server *server = c->server;

    if (c->state != CONNECTION_CLOSED)
        close_descriptor(c);
    cadre__list_remove(&c->link);
    give_struct(c);
    tell_closed(server);
}

void connection_linger(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED || shutdown(c->fd, SHUT_WR) < 0 || connection_resume(c) < 0) {
        connection_free(c);
        return;
    }
    c->state = CONNECTION_LINGERING;
    wait_list_put(&c->server->lingering, c);
}

/* Throws away what came; true while more may come. */
static bool linger_on(struct connection *c)
{
    char rest[4096];

    for (int i = 0; i < LINGER_READS; i++) {
        ssize_t n = read(c->fd, rest, sizeof(rest));
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
    }
    return true;
}

/* --- the PROXY protocol --- */

/* Not for each: a port scanner would fill the log. */
#define TELL_PROXY_NS (60 * CADRE__NSEC_PER_SEC)

static void refuse_proxy(struct connection *c, const char *why)
{
    struct server *server = c->server;
    uint64_t now_ns = cadre__loop_now(server->loop);
    char from[CONNECTION_PEER_TEXT];

    if (server->told_proxy_ns == 0 || now_ns - server->told_proxy_ns >= TELL_PROXY_NS) {
        server->told_proxy_ns = now_ns;
        connection_peer_format(&c->peer, from);
        cadre__log(CADRE_LOG_WARNING,
                   "a connection from %s is closed: its PROXY header is refused, %s (see "
                   "proxy_protocol and trusted_proxies)",
                   from[0] ? from : "a UNIX socket", why);
    }
    connection_reset(c);
    connection_free(c);
}

/* It waits in the kernel until it is whole: wakes us when one byte more is there. */
static bool wait_for_more(struct connection *c, size_t len)
{
    int more = (int)len + 1;

    return c->peer.family != AF_UNIX &&
           setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &more, sizeof(more)) == 0;
}

/* The client is who the proxy says; what is known of the proxy is forgotten. */
static int become_client(struct connection *c, const struct connection_peer *client)
{
    discount_client(c);
    c->peer = *client;
    c->trusted = forwarded_is_trusted(&c->server->forwarded, client);
    return count_client(c, true);
}

static void read_proxy_header(struct connection *c)
{
    char data[PROXY_HEADER_MAX];
    struct proxy_header header;
    const int one = 1;

    if (!c->trusted) {
        refuse_proxy(c, "its sender is no trusted proxy");
        return;
    }
    ssize_t n = recv(c->fd, data, sizeof(data), MSG_PEEK);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        connection_free(c);
        return;
    }
    int len = proxy_header_parse(data, (size_t)n, &header);
    if (len < 0) {
        refuse_proxy(c, header.reason);
        return;
    }
    if (len == 0) {
        if (!wait_for_more(c, (size_t)n))
            refuse_proxy(c, "it does not come as one piece");
        return;
    }
    c->wants_proxy = false;
    (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof(one));
    if (read(c->fd, data, (size_t)len) != len ||
        (header.has_client && become_client(c, &header.client) < 0))
        connection_free(c);
}

/* --- events --- */

/* Something has come: bytes, which stay where they are, or the end. The event does not tell these
 * apart where there is an error as well. */
static void look_for_end(struct connection *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};

    if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLRDHUP | POLLHUP | POLLERR)))
        return;
    connection_pause(c);
    c->server->protocol->on_left(c, (p.revents & (POLLHUP | POLLERR)) != 0);
}

static void on_io(int events, void *arg)
{
    struct connection *c = arg;

    (void)events;
    if (c->watching)
        look_for_end(c);
    else if (c->wants_proxy)
        read_proxy_header(c);
    else if (c->state != CONNECTION_LINGERING)
        c->server->protocol->on_readable(c);
    else if (!linger_on(c))
        connection_free(c);
}

void connection_pause(struct connection *c)
{
    if (!c->reading && !c->watching)
        return;
    cadre__io_stop(&c->io);
    c->reading = c->watching = false;
}

int connection_resume(struct connection *c)
{
    if (c->reading)
        return 0;
    c->watching = false;
    int r = cadre__io_start(&c->io, CADRE__IO_READ, true);
    if (r == 0)
        c->reading = true;
    return r;
}

/* By edge: level-triggered, the bytes that wait would be told again and again, and an error that is
 * not waited for as well. */
void connection_watch(struct connection *c)
{
    const int events = CADRE__IO_READ | CADRE__IO_CLOSED | CADRE__IO_EDGE;

    if (c->watching)
        return;
    c->reading = false;
    c->watching = cadre__io_start(&c->io, events, true) == 0;
}

/* --- addresses --- */

static char *put_byte(char *at, unsigned n)
{
    if (n >= 100)
        *at++ = (char)('0' + n / 100);
    if (n >= 10)
        *at++ = (char)('0' + n / 10 % 10);
    *at++ = (char)('0' + n % 10);
    return at;
}

size_t connection_peer_format(const struct connection_peer *peer, char out[CONNECTION_PEER_TEXT])
{
    char *at = out;

    if (peer->family == AF_INET) {
        for (int i = 0; i < 4; i++) {
            at = put_byte(at, peer->address[i]);
            *at++ = '.';
        }
        at--;
    } else if (peer->family == AF_INET6) {
        /* An IPv4 client of a socket for both shows as what it is. */
        static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
        if (memcmp(peer->address, mapped, sizeof(mapped)) == 0) {
            struct connection_peer v4 = {.family = AF_INET};
            memcpy(v4.address, peer->address + 12, 4);
            return connection_peer_format(&v4, out);
        }
        if (inet_ntop(AF_INET6, peer->address, out, CONNECTION_PEER_TEXT))
            at = out + strlen(out);
    }
    *at = '\0';
    return (size_t)(at - out);
}
