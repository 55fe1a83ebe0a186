/* SPDX-License-Identifier: MIT */
/*
 * The texts of addresses that cannot be listened on; see bind_error.h.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <cadre/error.h>

#include "master/bind_error.h"
#include "master/listener.h"
#include "master/socket_holder.h"

#define HINT_SIZE 256

static unsigned port_of(const struct sockaddr_storage *sockaddr)
{
    if (sockaddr->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)(const void *)sockaddr)->sin_port);
    if (sockaddr->ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)sockaddr)->sin6_port);
    return 0;
}

/* The listener of ours that stands in the way: same port, or same path. */
static const struct listener_entry *own_holder(const struct listener_set *own,
                                               const struct cadre__listen_conf *conf)
{
    unsigned port = port_of(&conf->sockaddr);

    for (size_t i = 0; own != NULL && i < own->n; i++) {
        const struct listener_entry *entry = &own->entries[i];

        if (entry->conf != conf && port != 0 && port == port_of(&entry->listener->sockaddr))
            return entry;
    }
    return NULL;
}

static void hint_in_use(const struct cadre__listen_conf *conf, const struct listener_set *own,
                        char *buf, size_t size)
{
    const struct listener_entry *entry = own_holder(own, conf);
    bool is_unix = conf->sockaddr.ss_family == AF_UNIX;
    char holder[96], command[64] = "";

    if (entry != NULL) {
        snprintf(buf, size,
                 "this server listens on %s (%s) already: to change that address for this one, "
                 "restart the server",
                 entry->listener->address, entry->conf->name);
        return;
    }
    if (socket_holder((const struct sockaddr *)&conf->sockaddr, holder, sizeof(holder)) != NULL) {
        snprintf(buf, size, "%s listens there: stop it, or choose another %s", holder,
                 is_unix ? "path" : "port");
        return;
    }
    if (is_unix)
        snprintf(command, sizeof(command), "ss -xlp");
    else
        snprintf(command, sizeof(command), "ss -ltnp 'sport = :%u'", port_of(&conf->sockaddr));
    snprintf(buf, size,
             "another program listens there (as root, `%s` shows which): stop it, or "
             "choose another %s",
             command, is_unix ? "path" : "port");
}

static void hint_denied(const struct cadre__listen_conf *conf, char *buf, size_t size)
{
    unsigned port = port_of(&conf->sockaddr);

    if (conf->sockaddr.ss_family == AF_UNIX)
        snprintf(buf, size,
                 "the server runs as uid %u: let it write to the folder, or choose "
                 "another path",
                 (unsigned)geteuid());
    else
        snprintf(buf, size,
                 "port %u needs root or the capability CAP_NET_BIND_SERVICE (systemd: "
                 "AmbientCapabilities=), or choose one from 1024 on",
                 port);
}

/* How to mend it; "" where there is nothing to say. */
static const char *hint(const struct cadre__listen_conf *conf, int error,
                        const struct listener_set *own, char *buf, size_t size)
{
    bool is_unix = conf->sockaddr.ss_family == AF_UNIX;

    switch (-error) {
    case EADDRINUSE:
        hint_in_use(conf, own, buf, size);
        return buf;
    case EACCES:
        hint_denied(conf, buf, size);
        return buf;
    case EPERM:
        return is_unix ? "only root may give the file to another user or group: leave out user "
                         "and group, or start the server as root"
                       : "";
    case EADDRNOTAVAIL:
        return "no interface of this machine has this address (`ip addr` lists them); 0.0.0.0 or "
               "[::] listen on all";
    case EAFNOSUPPORT:
        return is_unix ? "" : "the kernel has no such protocol: leave this address out";
    case EEXIST:
        return "there is a file of that name which is no socket: remove it, or choose another path";
    case ENOENT:
        return is_unix ? "its folder does not exist: create it (systemd: RuntimeDirectory=)" : "";
    case ENOTDIR:
        return "a part of its path is no folder";
    case EROFS:
        return "the file system is read-only there: choose another path (systemd: "
               "RuntimeDirectory=)";
    default:
        return "";
    }
}

void bind_error_add(struct cadre__conf_errors *errs, const struct cadre__listen_conf *conf,
                    int error, const struct listener_set *own)
{
    char buf[HINT_SIZE];
    const char *how = hint(conf, error, own, buf, sizeof(buf));

    cadre__conf_errors_add(errs, conf->file, conf->line,
                           "listen \"%s\": cannot listen on %s: %s%s%s", conf->name, conf->address,
                           cadre_strerror(error), *how ? "; " : "", how);
}
