/* SPDX-License-Identifier: MIT */
/*
 * The datagrams of sd_notify(3); see notify.h. The protocol: lines NAME=value in one datagram to
 * the UNIX socket of $NOTIFY_SOCKET, whose first byte '/' is a path and '@' an abstract name.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "base/log.h"
#include "master/notify.h"

#define NOTIFY_VARIABLE "NOTIFY_SOCKET"
/* A manager that does not read may hold us up for so long, once a message. */
#define NOTIFY_WAIT_US 200000

static int parse_address(struct notify *notify, const char *text)
{
    size_t len = strlen(text);

    if ((text[0] != '/' && text[0] != '@') || text[1] == '\0' ||
        len >= sizeof(notify->addr.sun_path))
        return -EINVAL;
    memset(&notify->addr, 0, sizeof(notify->addr));
    notify->addr.sun_family = AF_UNIX;
    memcpy(notify->addr.sun_path, text, len);
    if (text[0] == '@')
        notify->addr.sun_path[0] = '\0';
    /* An abstract name ends with its length, a path with its NUL. */
    notify->addr_len =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (text[0] == '/' ? 1 : 0));
    return 0;
}

int notify_open(struct notify *notify)
{
    const struct timeval wait = {.tv_usec = NOTIFY_WAIT_US};
    const char *text = getenv(NOTIFY_VARIABLE);
    int r;

    notify->fd = -1;
    if (text == NULL || *text == '\0')
        return 0;
    r = parse_address(notify, text);
    unsetenv(NOTIFY_VARIABLE);
    if (r < 0)
        return r;
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify->fd < 0)
        return -errno;
    if (setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0) {
        r = -errno;
        notify_close(notify);
        return r;
    }
    return 0;
}

void notify_close(struct notify *notify)
{
    cadre__fd_close(&notify->fd);
}

static void send_text(const struct notify *notify, const char *text, size_t len)
{
    ssize_t n;

    if (notify->fd < 0)
        return;
    do
        n = sendto(notify->fd, text, len, MSG_NOSIGNAL, (const struct sockaddr *)&notify->addr,
                   notify->addr_len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        cadre__log(CADRE_LOG_DEBUG, "cannot tell the service manager: %s", cadre_strerror(errno));
}

static void send_string(const struct notify *notify, const char *text)
{
    send_text(notify, text, strlen(text));
}

void notify_ready(const struct notify *notify)
{
    send_string(notify, "READY=1");
}

void notify_reloading(const struct notify *notify, uint64_t now_ns)
{
    char text[64];

    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(now_ns / 1000));
    send_string(notify, text);
}

void notify_stopping(const struct notify *notify, uint64_t timeout_ns)
{
    char text[64];

    snprintf(text, sizeof(text), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%llu",
             (unsigned long long)(timeout_ns / 1000));
    send_string(notify, text);
}

void notify_status(const struct notify *notify, const char *text)
{
    char line[512];
    int len = snprintf(line, sizeof(line), "STATUS=%s", text);

    /* A line end would begin another variable. */
    for (char *p = line; *p != '\0'; p++)
        if (*p == '\n')
            *p = ' ';
    send_text(notify, line, len < 0 ? 0 : strlen(line));
}
