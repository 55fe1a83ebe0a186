/* SPDX-License-Identifier: MIT */
/*
 * Finds the process behind a listening socket; see socket_holder.h. First the socket's inode in
 * /proc/net, then the process that has it open in /proc/PID/fd.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "master/socket_holder.h"

#define TCP_STATE_LISTEN 0x0A

/* The inode of a listening TCP socket on a port; 0: none. */
static unsigned long tcp_inode(const char *table, unsigned port)
{
    FILE *file = fopen(table, "re");
    unsigned long found = 0;
    char line[512];

    if (file == NULL)
        return 0;
    while (found == 0 && fgets(line, sizeof(line), file) != NULL) {
        unsigned local_port, state;
        unsigned long inode;

        /* sl local:port remote:port state tx:rx timer:when retransmit uid timeout inode */
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*d %*d %lu",
                   &local_port, &state, &inode) == 3 &&
            local_port == port && state == TCP_STATE_LISTEN)
            found = inode;
    }
    fclose(file);
    return found;
}

/* The inode of a UNIX socket bound to a path; 0: none. */
static unsigned long unix_inode(const char *path)
{
    FILE *file = fopen("/proc/net/unix", "re");
    unsigned long found = 0;
    char line[512];

    if (file == NULL)
        return 0;
    while (found == 0 && fgets(line, sizeof(line), file) != NULL) {
        unsigned long inode;
        int path_at = 0;

        line[strcspn(line, "\n")] = '\0';
        /* num: references protocol flags type state inode path */
        if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %n", &inode, &path_at) == 1 && path_at > 0 &&
            strcmp(line + path_at, path) == 0)
            found = inode;
    }
    fclose(file);
    return found;
}

/* Whether the process has the socket open. */
static bool has_socket(const char *pid, const char *link)
{
    char folder[64], name[96], target[64];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(folder, sizeof(folder), "/proc/%.20s/fd", pid);
    dir = opendir(folder);
    if (dir == NULL)
        return false;
    while (!found && (entry = readdir(dir)) != NULL) {
        ssize_t len;

        snprintf(name, sizeof(name), "%s/%.20s", folder, entry->d_name);
        len = readlink(name, target, sizeof(target) - 1);
        if (len <= 0)
            continue;
        target[len] = '\0';
        found = strcmp(target, link) == 0;
    }
    closedir(dir);
    return found;
}

static const char *describe(const char *pid, char *buf, size_t size)
{
    char path[64], name[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
    file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(name, sizeof(name), file) != NULL)
            name[strcspn(name, "\n")] = '\0';
        fclose(file);
    }
    snprintf(buf, size, "%s (pid %.20s)", name[0] != '\0' ? name : "a process", pid);
    return buf;
}

static const char *find_process(unsigned long inode, char *buf, size_t size)
{
    DIR *dir = opendir("/proc");
    const char *found = NULL;
    struct dirent *entry;
    char link[64];

    if (dir == NULL)
        return NULL;
    snprintf(link, sizeof(link), "socket:[%lu]", inode);
    while (found == NULL && (entry = readdir(dir)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]) && has_socket(entry->d_name, link))
            found = describe(entry->d_name, buf, size);
    closedir(dir);
    return found;
}

const char *socket_holder(const struct sockaddr *sockaddr, char *buf, size_t size)
{
    unsigned long inode;
    unsigned port;

    switch (sockaddr->sa_family) {
    case AF_INET:
        port = ntohs(((const struct sockaddr_in *)(const void *)sockaddr)->sin_port);
        break;
    case AF_INET6:
        port = ntohs(((const struct sockaddr_in6 *)(const void *)sockaddr)->sin6_port);
        break;
    case AF_UNIX:
        inode = unix_inode(((const struct sockaddr_un *)(const void *)sockaddr)->sun_path);
        return inode != 0 ? find_process(inode, buf, size) : NULL;
    default:
        return NULL;
    }
    inode = tcp_inode("/proc/net/tcp", port);
    if (inode == 0)
        inode = tcp_inode("/proc/net/tcp6", port);
    return inode != 0 ? find_process(inode, buf, size) : NULL;
}
