/* SPDX-License-Identifier: MIT */
/*
 * Sockets that this process was started with; see passed.h.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/str.h"
#include "base/units.h"
#include "conf/address.h"
#include "master/listener.h"
#include "master/passed.h"

/* The first descriptor that is passed. */
#define FIRST_FD 3
/* Names of our own begin with this; a unit's name has no slash. */
#define STORE_PREFIX "cadre/listen/"

static const char *const variables[] = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
                                        "LISTEN_PIDFDID"};

/* How many descriptors are meant for this process. */
static size_t count_passed(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    uint64_t number;

    if (pid == NULL || fds == NULL || cadre__parse_uint64(pid, &number) < 0 ||
        number != (uint64_t)getpid() || cadre__parse_uint64(fds, &number) < 0)
        return 0;
    if (number <= PASSED_MAX)
        return (size_t)number;
    cadre__log(CADRE_LOG_WARNING, "LISTEN_FDS: of %s sockets that were passed %d are taken", fds,
               PASSED_MAX);
    return PASSED_MAX;
}

/* Copies the next name of a list into BUF; returns what follows it. */
static const char *next_name(const char *names, char buf[static PASSED_NAME_SIZE])
{
    size_t len = strcspn(names, ":");

    snprintf(buf, PASSED_NAME_SIZE, "%.*s", (int)(len < PASSED_NAME_SIZE ? len : 0), names);
    return names[len] == ':' ? names + len + 1 : names + len;
}

static int get_option(int fd, int level, int name, int *ret)
{
    socklen_t len = sizeof(*ret);

    return getsockopt(fd, level, name, ret, &len) < 0 ? -errno : 0;
}

/* Whether it can be served; else why not. */
static const char *fault_of(struct passed_socket *p)
{
    int type = 0, listening = 0, only = 0;

    if (get_option(p->fd, SOL_SOCKET, SO_TYPE, &type) < 0)
        return "is no socket";
    if (type != SOCK_STREAM)
        return "is no stream socket: its unit needs ListenStream=";
    if (get_option(p->fd, SOL_SOCKET, SO_ACCEPTCONN, &listening) < 0 || listening == 0)
        return "does not listen: its unit needs Accept=no";
    p->sockaddr_len = sizeof(p->sockaddr);
    if (getsockname(p->fd, (struct sockaddr *)&p->sockaddr, &p->sockaddr_len) < 0)
        return "has no address";
    if (p->sockaddr.ss_family != AF_INET && p->sockaddr.ss_family != AF_INET6 &&
        p->sockaddr.ss_family != AF_UNIX)
        return "is of a family that Cadre does not serve";
    if (p->sockaddr.ss_family == AF_INET6 &&
        get_option(p->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only) == 0)
        p->ipv6_only = only != 0;
    if (cadre__fd_nonblock(p->fd, true) < 0)
        return "cannot be set not to block";
    return NULL;
}

/* A UNIX socket of ours whose file is gone reaches nobody any more. */
static bool is_lost(const struct passed_socket *p)
{
    const struct sockaddr_un *un = (const void *)&p->sockaddr;
    struct stat st;

    return p->ours && p->sockaddr.ss_family == AF_UNIX && un->sun_path[0] != '\0' &&
           (lstat(un->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode));
}

/* Takes the descriptor of a name. False: it is none of ours, and cannot be served. */
static bool take(struct passed_socket *p, int fd, const char *name)
{
    size_t prefix = strlen(STORE_PREFIX);
    const char *fault;

    *p = (struct passed_socket){.fd = fd, .ours = strncmp(name, STORE_PREFIX, prefix) == 0};
    cadre__str_copy(p->name, sizeof(p->name), p->ours ? name + prefix : name);
    if (cadre__fd_cloexec(fd, true) < 0) {
        cadre__log(CADRE_LOG_WARNING, "descriptor %d, which LISTEN_FDS passes, is not open", fd);
        return false;
    }
    fault = fault_of(p);
    if (fault != NULL)
        cadre__log(CADRE_LOG_WARNING, "descriptor %d (\"%s\"), which was passed, %s", fd, name,
                   fault);
    if (p->ours && (fault != NULL || is_lost(p)))
        cadre__fd_close(&p->fd);
    return fault == NULL || p->ours;
}

/* One of ours that was passed twice is taken once: as two queues of a listener it would be closed
 * with one of them. */
static void drop_double(struct passed *passed)
{
    struct passed_socket *last = &passed->list[passed->n - 1];
    struct stat st;

    if (!last->ours || last->fd < 0 || fstat(last->fd, &st) < 0)
        return;
    last->ino = st.st_ino; /* all sockets are in one file system */
    for (size_t i = 0; i < passed->n - 1; i++)
        if (passed->list[i].ino == last->ino) {
            cadre__fd_close(&last->fd);
            return;
        }
}

int passed_init(struct passed *passed)
{
    size_t count = count_passed();
    const char *names = getenv("LISTEN_FDNAMES");
    int r = 0;

    *passed = (struct passed){0};
    if (count > 0)
        passed->list = calloc(count, sizeof(*passed->list));
    if (count > 0 && passed->list == NULL)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        char name[PASSED_NAME_SIZE] = "";

        if (names != NULL)
            names = next_name(names, name);
        if (!take(&passed->list[passed->n], FIRST_FD + (int)i, name))
            continue;
        passed->n++;
        drop_double(passed);
    }
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    return r;
}

/* Nobody would ever accept what a socket of ours queues. */
static void close_untaken(struct passed *passed)
{
    for (size_t i = 0; i < passed->n; i++)
        if (passed->list[i].ours && !passed->list[i].taken)
            cadre__fd_close(&passed->list[i].fd);
}

void passed_settle(struct passed *passed)
{
    char address[LISTENER_ADDRESS_SIZE];

    close_untaken(passed);
    for (size_t i = 0; i < passed->n; i++) {
        const struct passed_socket *p = &passed->list[i];

        if (!p->ours && !p->taken)
            cadre__log(
                CADRE_LOG_WARNING,
                "the socket \"%s\" (%s), which systemd passed, is in no listener: write "
                "address = \"systemd:%s\"",
                p->name,
                listener_format((const struct sockaddr *)&p->sockaddr, p->sockaddr_len, address),
                p->name);
    }
}

void passed_done(struct passed *passed)
{
    close_untaken(passed);
    free(passed->list);
    *passed = (struct passed){0};
}

/* --- Who takes which --- */

static bool is_port_0(const struct cadre__listen_conf *conf)
{
    const struct sockaddr_in *in = (const void *)&conf->sockaddr;
    const struct sockaddr_in6 *in6 = (const void *)&conf->sockaddr;

    return (conf->sockaddr.ss_family == AF_INET && in->sin_port == 0) ||
           (conf->sockaddr.ss_family == AF_INET6 && in6->sin6_port == 0);
}

static bool same_ip(const struct passed_socket *p, const struct cadre__listen_conf *conf,
                    bool any_port)
{
    const struct sockaddr_in *in = (const void *)&p->sockaddr,
                             *want = (const void *)&conf->sockaddr;
    const struct sockaddr_in6 *in6 = (const void *)&p->sockaddr,
                              *want6 = (const void *)&conf->sockaddr;

    if (conf->sockaddr.ss_family == AF_INET)
        return in->sin_addr.s_addr == want->sin_addr.s_addr &&
               (any_port || in->sin_port == want->sin_port);
    return memcmp(&in6->sin6_addr, &want6->sin6_addr, sizeof(in6->sin6_addr)) == 0 &&
           p->ipv6_only == conf->ipv6_only && (any_port || in6->sin6_port == want6->sin6_port);
}

/* Whether it is bound where the conf wants to listen. */
static bool is_there(const struct passed_socket *p, const struct cadre__listen_conf *conf)
{
    const struct sockaddr_un *un = (const void *)&p->sockaddr,
                             *want = (const void *)&conf->sockaddr;
    bool any_port = is_port_0(conf);

    if (p->sockaddr.ss_family != conf->sockaddr.ss_family)
        return false;
    if (conf->sockaddr.ss_family == AF_UNIX)
        return un->sun_path[0] != '\0' &&
               strncmp(un->sun_path, want->sun_path, sizeof(un->sun_path)) == 0;
    if (any_port && !(p->ours && strcmp(p->name, conf->name) == 0))
        return false;
    return same_ip(p, conf, any_port);
}

struct passed_socket *passed_find(struct passed *passed, const struct cadre__listen_conf *conf)
{
    const char *name = cadre__address_socket_name(conf->address);

    for (size_t i = 0; passed != NULL && i < passed->n; i++) {
        struct passed_socket *p = &passed->list[i];

        if (p->taken || p->fd < 0)
            continue;
        if (name != NULL ? !p->ours && strcmp(p->name, name) == 0 : is_there(p, conf))
            return p;
    }
    return NULL;
}

const char *passed_hint(const struct passed *passed, char *buf, size_t size)
{
    const char *between = "; it passed ";
    size_t len = (size_t)snprintf(
        buf, size, "the .socket unit names a socket by FileDescriptorName=, and starts the server");

    for (size_t i = 0; passed != NULL && i < passed->n && len < size; i++) {
        const struct passed_socket *p = &passed->list[i];

        if (p->ours)
            continue;
        len += (size_t)snprintf(buf + len, size - len, "%s\"%s\"%s", between, p->name,
                                p->taken ? " (taken)" : "");
        between = ", ";
    }
    return buf;
}

void passed_store_name(const char *listener, char buf[static PASSED_NAME_SIZE])
{
    snprintf(buf, PASSED_NAME_SIZE, STORE_PREFIX "%s", listener);
}
