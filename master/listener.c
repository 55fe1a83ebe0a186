/* SPDX-License-Identifier: MIT */
/*
 * The listening sockets of the server; see listener.h. The files of UNIX sockets are in
 * unix_file.c, the texts of errors in bind_error.c.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "conf/address.h"
#include "master/bind_error.h"
#include "master/listener.h"
#include "master/passed.h"
#include "master/queue_group.h"
#include "master/unix_file.h"

const char *listener_format(const struct sockaddr *sockaddr, socklen_t len,
                            char buf[static LISTENER_ADDRESS_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr_in *in = (const void *)sockaddr;
    const struct sockaddr_in6 *in6 = (const void *)sockaddr;
    const struct sockaddr_un *un = (const void *)sockaddr;
    const size_t path_at = offsetof(struct sockaddr_un, sun_path);

    switch (sockaddr->sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        snprintf(buf, LISTENER_ADDRESS_SIZE, "%s:%u", host, ntohs(in->sin_port));
        break;
    case AF_INET6:
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
        snprintf(buf, LISTENER_ADDRESS_SIZE, "[%s]:%u", host, ntohs(in6->sin6_port));
        break;
    case AF_UNIX:
        if (len <= path_at)
            snprintf(buf, LISTENER_ADDRESS_SIZE, "unix:");
        else if (un->sun_path[0] == '\0')
            snprintf(buf, LISTENER_ADDRESS_SIZE, "unix:@%.*s", (int)(len - path_at - 1),
                     un->sun_path + 1);
        else
            snprintf(buf, LISTENER_ADDRESS_SIZE, "unix:%.*s", (int)(len - path_at), un->sun_path);
        break;
    default:
        snprintf(buf, LISTENER_ADDRESS_SIZE, "?");
        break;
    }
    return buf;
}

static bool same_address(const struct listener *l, const struct cadre__listen_conf *conf)
{
    const char *name = cadre__address_socket_name(conf->address);

    if (name != NULL)
        return l->passed != NULL && strcmp(l->passed->name, name) == 0;
    return l->sockaddr_len == conf->sockaddr_len &&
           memcmp(&l->sockaddr, &conf->sockaddr, l->sockaddr_len) == 0 &&
           (l->sockaddr.ss_family != AF_INET6 || l->ipv6_only == conf->ipv6_only) &&
           (l->path[0] == '\0' || unix_file_is(l->path, l->dev, l->ino));
}

/* --- Making one --- */

static void listener_free(struct listener *l)
{
    if (l == NULL)
        return;
    queue_group_free(l->group);
    if (l->path[0] != '\0')
        unix_file_remove(l->path, l->dev, l->ino);
    if (l->passed != NULL)
        l->passed->taken = false;
    else
        cadre__fd_close(&l->fd);
    free(l);
}

static void unref(struct listener *l)
{
    if (l != NULL && --l->refs == 0)
        listener_free(l);
}

static int set_options(int fd, const struct cadre__listen_conf *conf)
{
    const int on = 1, only = conf->ipv6_only;

    if (conf->sockaddr.ss_family == AF_UNIX)
        return 0;
    /* So that a restart need not wait for the connections of the last run. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return -errno;
    if (conf->sockaddr.ss_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) < 0)
        return -errno;
    return 0;
}

/* Binds the socket, and for a UNIX one makes its file. */
static int bind_socket(struct listener *l, const struct cadre__listen_conf *conf)
{
    const struct sockaddr_un *un = (const void *)&conf->sockaddr;

    if (conf->sockaddr.ss_family == AF_UNIX && un->sun_path[0] != '\0') {
        int r = unix_file_bind(l->fd, un, conf->mode, &conf->owner, &l->dev, &l->ino);

        if (r < 0)
            return r;
        snprintf(l->path, sizeof(l->path), "%s", un->sun_path);
        return 0;
    }
    return bind(l->fd, (const struct sockaddr *)&conf->sockaddr, conf->sockaddr_len) < 0 ? -errno
                                                                                         : 0;
}

static void name_socket(struct listener *l)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof(bound);

    if (getsockname(l->fd, (struct sockaddr *)&bound, &len) < 0) {
        memcpy(&bound, &l->sockaddr, l->sockaddr_len);
        len = l->sockaddr_len;
    }
    listener_format((const struct sockaddr *)&bound, len, l->address);
}

/* Knows the file of a socket of ours that an earlier run has bound. */
static void know_file(struct listener *l)
{
    const struct sockaddr_un *un = (const void *)&l->sockaddr;
    struct stat st;

    if (l->sockaddr.ss_family != AF_UNIX || un->sun_path[0] == '\0' || lstat(un->sun_path, &st) < 0)
        return;
    snprintf(l->path, sizeof(l->path), "%s", un->sun_path);
    l->dev = st.st_dev;
    l->ino = st.st_ino;
}

/* Takes a socket that was passed in. */
static void take_passed(struct listener *l, struct passed_socket *passed)
{
    l->fd = passed->fd;
    passed->taken = true;
    if (passed->ours) {
        know_file(l);
    } else {
        l->passed = passed;
    }
    if (l->sockaddr_len == 0) {
        memcpy(&l->sockaddr, &passed->sockaddr, sizeof(passed->sockaddr));
        l->sockaddr_len = passed->sockaddr_len;
        l->ipv6_only = passed->ipv6_only;
    }
    name_socket(l);
}

static int bind_new(struct listener *l, const struct cadre__listen_conf *conf)
{
    int r;

    l->fd = socket(conf->sockaddr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    r = l->fd < 0 ? -errno : set_options(l->fd, conf);
    if (r == 0)
        r = bind_socket(l, conf);
    if (r == 0)
        name_socket(l);
    return r;
}

/* Takes the queues that another master has made beside the listener's own socket, in the order in
 * which it passed them. 0 or -ENOMEM. */
static int take_queues(struct listener *l, const struct cadre__listen_conf *conf,
                       struct passed *passed)
{
    struct passed_socket *queue;

    if (l->passed != NULL || l->path[0] != '\0')
        return 0;
    while ((queue = passed_find(passed, conf)) != NULL && queue->ours) {
        int fd = queue->fd;

        if (l->group == NULL)
            l->group = queue_group_new(l->fd, conf->backlog);
        if (l->group == NULL)
            return -ENOMEM;
        queue->taken = true;
        if (queue_group_take(l->group, fd) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* -ENOENT: it is to be passed in, and is not. */
static int listener_new(const struct cadre__listen_conf *conf, struct passed *passed,
                        struct listener **ret)
{
    struct passed_socket *ready = passed_find(passed, conf);
    struct listener *l = calloc(1, sizeof(*l));
    int r = 0;

    if (l == NULL)
        return -ENOMEM;
    l->refs = 1;
    l->fd = -1;
    memcpy(&l->sockaddr, &conf->sockaddr, conf->sockaddr_len);
    l->sockaddr_len = conf->sockaddr_len;
    l->ipv6_only = conf->ipv6_only;
    if (ready != NULL) {
        take_passed(l, ready);
        r = take_queues(l, conf, passed);
    } else {
        r = cadre__address_socket_name(conf->address) != NULL ? -ENOENT : bind_new(l, conf);
    }
    if (r < 0) {
        listener_free(l);
        return r;
    }
    *ret = l;
    return 0;
}

/* What is wrong with a listener, with its place in the conf. */
static void add_error(struct cadre__conf_errors *errs, const struct cadre__listen_conf *conf,
                      int error, const struct listener_set *old, const struct passed *passed)
{
    const char *name = cadre__address_socket_name(conf->address);
    char hint[512];

    if (name == NULL || error != -ENOENT)
        bind_error_add(errs, conf, error, old);
    else
        cadre__conf_errors_add(errs, conf->file, conf->line,
                               "listen \"%s\": systemd passed no socket of the name \"%s\": %s",
                               conf->name, name, passed_hint(passed, hint, sizeof(hint)));
}

/* --- Sets --- */

static bool is_taken(const struct listener_set *set, const struct listener *l)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->entries[i].listener == l)
            return true;
    return false;
}

/* The listener of OLD that stays for an address: the one of the same name, else any. */
static struct listener *find_kept(const struct listener_set *set, const struct listener_set *old,
                                  const struct cadre__listen_conf *conf)
{
    struct listener *any = NULL;

    if (old == NULL)
        return NULL;
    for (size_t i = 0; i < old->n; i++) {
        struct listener_entry *entry = &old->entries[i];

        if (!same_address(entry->listener, conf) || is_taken(set, entry->listener))
            continue;
        if (strcmp(entry->conf->name, conf->name) == 0)
            return entry->listener;
        if (any == NULL)
            any = entry->listener;
    }
    return any;
}

int listener_set_bind(struct listener_set *set, const struct cadre__server_conf *conf,
                      const struct listener_set *old, struct passed *passed,
                      struct cadre__conf_errors *errs)
{
    size_t errors = cadre__conf_errors_count(errs);
    int r = 0;

    set->n = 0;
    set->entries = calloc(conf->n_listen + 1, sizeof(*set->entries));
    if (set->entries == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < conf->n_listen + (conf->status_listen.address != NULL); i++) {
        const struct cadre__listen_conf *listen_conf =
            i < conf->n_listen ? &conf->listen[i] : &conf->status_listen;
        struct listener *l = find_kept(set, old, listen_conf);

        r = 0;
        if (l != NULL)
            l->refs++;
        else
            r = listener_new(listen_conf, passed, &l);
        if (r < 0)
            add_error(errs, listen_conf, r, old, passed);
        else
            set->entries[set->n++] = (struct listener_entry){.conf = listen_conf, .listener = l};
    }
    if (cadre__conf_errors_count(errs) == errors)
        return 0;
    listener_set_close(set);
    return -EINVAL;
}

static int listen_on(struct listener_entry *entry)
{
    struct listener *l = entry->listener;

    if (l->passed != NULL)
        return 0;
    if (l->path[0] != '\0') {
        /* Another server may have taken the file between our bind and now. */
        if (!unix_file_is(l->path, l->dev, l->ino))
            return -EADDRINUSE;
        if (l->listening) {
            int r = unix_file_set_rights(l->path, entry->conf->mode, &entry->conf->owner);

            if (r < 0)
                return r;
        }
    }
    if (l->listening && l->backlog == entry->conf->backlog)
        return 0;
    if (listen(l->fd, entry->conf->backlog) < 0)
        return -errno;
    l->backlog = entry->conf->backlog;
    return 0;
}

static int listen_all(struct listener_set *set, bool early,
                      void (*on_listening)(const struct listener_entry *entry, void *arg),
                      void *arg, struct cadre__conf_errors *errs)
{
    bool failed = false;

    for (size_t i = 0; i < set->n; i++) {
        struct listener_entry *entry = &set->entries[i];
        int r;

        if (early && !entry->conf->is_status)
            continue;
        r = listen_on(entry);
        if (r < 0) {
            bind_error_add(errs, entry->conf, r, set);
            failed = true;
            continue;
        }
        if (!entry->listener->listening)
            on_listening(entry, arg);
        entry->listener->listening = true;
    }
    return failed ? -EINVAL : 0;
}

int listener_set_listen(struct listener_set *set,
                        void (*on_listening)(const struct listener_entry *entry, void *arg),
                        void *arg, struct cadre__conf_errors *errs)
{
    return listen_all(set, false, on_listening, arg, errs);
}

int listener_set_listen_early(struct listener_set *set,
                              void (*on_listening)(const struct listener_entry *entry, void *arg),
                              void *arg, struct cadre__conf_errors *errs)
{
    return listen_all(set, true, on_listening, arg, errs);
}

void listener_set_keep_files(struct listener_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        set->entries[i].listener->path[0] = '\0';
}

void listener_set_close(struct listener_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        unref(set->entries[i].listener);
    free(set->entries);
    set->entries = NULL;
    set->n = 0;
}
