/* SPDX-License-Identifier: MIT */
/*
 * The datagrams of sd_notify(3); see notify.h. The protocol: lines NAME=value in one datagram to
 * the UNIX socket of $NOTIFY_SOCKET, whose first byte '/' is a path and '@' an abstract name.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
    notify->text[0] = '\0';
    if (text == NULL || *text == '\0')
        return 0;
    r = parse_address(notify, text);
    if (r == 0)
        memcpy(notify->text, text, strlen(text) + 1);
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

/* Sends a message and, unless it is -1, a descriptor with it. 0 or a negative errno. */
static int send_with(const struct notify *notify, const char *text, size_t len, int fd)
{
    union {
        struct cmsghdr head; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)text, .iov_len = len};
    struct msghdr msg = {
        .msg_name = (void *)(uintptr_t)&notify->addr,
        .msg_namelen = notify->addr_len,
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    ssize_t n;

    if (notify->fd < 0)
        return -ENOTCONN;
    if (fd >= 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof(control.bytes);
        control.head = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    }
    do
        n = sendmsg(notify->fd, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

static void send_text(const struct notify *notify, const char *text, size_t len)
{
    int r = send_with(notify, text, len, -1);

    if (r < 0 && r != -ENOTCONN)
        cadre__log(CADRE_LOG_DEBUG, "cannot tell the service manager: %s", cadre_strerror(r));
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

void notify_extend(const struct notify *notify, uint64_t ns)
{
    char text[64];

    snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long)(ns / 1000));
    send_string(notify, text);
}

void notify_watchdog(const struct notify *notify)
{
    send_string(notify, "WATCHDOG=1");
}

void notify_main_pid(const struct notify *notify, pid_t pid)
{
    char text[32];

    snprintf(text, sizeof(text), "MAINPID=%ld", (long)pid);
    send_string(notify, text);
}

int notify_store(const struct notify *notify, int fd, const char *name)
{
    char text[320];
    int len = snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);

    return send_with(notify, text, (size_t)len, fd);
}

void notify_unstore(const struct notify *notify, const char *name)
{
    char text[320];

    snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
    send_string(notify, text);
}

/* Waits until nobody has the other end of a pipe any more. */
static int wait_for_end(int fd, int timeout_ms)
{
    struct pollfd end = {.fd = fd};
    int n;

    do
        n = poll(&end, 1, timeout_ms);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

int notify_barrier(const struct notify *notify, int timeout_ms)
{
    int pipe_fds[2], r;

    if (notify->fd < 0)
        return -ENOTCONN;
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -errno;
    r = send_with(notify, "BARRIER=1", strlen("BARRIER=1"), pipe_fds[1]);
    cadre__fd_close(&pipe_fds[1]);
    if (r == 0)
        r = wait_for_end(pipe_fds[0], timeout_ms);
    cadre__fd_close(&pipe_fds[0]);
    return r;
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
