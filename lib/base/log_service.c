/* SPDX-License-Identifier: MIT */
/*
 * base/log_service: datagrams to syslog and journald.
 */
#include "config.h"

#include "base/log_service.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"

#define SYSLOG_PATH  "/dev/log"
#define JOURNAL_PATH "/run/systemd/journal/socket"
#define IDENTIFIER   "cadre"
/* How long a service that does not read holds a line up. */
#define WAIT_MS 100

/* The service of this process's log. */
static struct {
    struct sockaddr_un address; /* of the peer; set before any line is sent to it */
    socklen_t address_len;
    atomic_bool deaf; /* it did not take the last line in time */
} peer;

int cadre__log_service_open(enum cadre__log_service service, const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd;

    if (path == NULL)
        path = service == CADRE__LOG_SYSLOG ? SYSLOG_PATH : JOURNAL_PATH;
    if (!cadre__str_copy(un.sun_path, sizeof(un.sun_path), path))
        return -ENAMETOOLONG;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) < 0) {
        int error = errno;

        cadre__fd_close(&fd);
        return -error;
    }
    return fd;
}

void cadre__log_service_adopt(int fd)
{
    struct sockaddr_un un;
    socklen_t len = sizeof(un);

    if (getpeername(fd, (struct sockaddr *)&un, &len) < 0)
        return;
    peer.address = un;
    peer.address_len = len;
    atomic_store_explicit(&peer.deaf, false, memory_order_relaxed);
}

/* --- What stands before the text --- */

static size_t fit(int len)
{
    return len < 0 ? 0 : len < CADRE__LOG_SERVICE_HEAD ? (size_t)len : CADRE__LOG_SERVICE_HEAD - 1;
}

static const char *separator(const struct cadre__log_speaker *speaker)
{
    return *speaker->role != '\0' ? ": " : "";
}

static size_t journal_head(int priority, const struct cadre__log_speaker *speaker,
                           char buf[static CADRE__LOG_SERVICE_HEAD])
{
    size_t len = fit(snprintf(buf, CADRE__LOG_SERVICE_HEAD,
                              "PRIORITY=%d\nSYSLOG_IDENTIFIER=" IDENTIFIER "\n", priority));

    if (*speaker->role != '\0')
        len += fit(snprintf(buf + len, CADRE__LOG_SERVICE_HEAD - len, "CADRE_ROLE=%.63s\n",
                            speaker->role));
    if (speaker->generation != 0)
        len += fit(snprintf(buf + len, CADRE__LOG_SERVICE_HEAD - len, "CADRE_GENERATION=%u\n",
                            (unsigned)speaker->generation));
    len += fit(snprintf(buf + len, CADRE__LOG_SERVICE_HEAD - len, "MESSAGE=%.63s%s", speaker->role,
                        separator(speaker)));
    return len;
}

static size_t syslog_head(int priority, const struct cadre__log_speaker *speaker,
                          char buf[static CADRE__LOG_SERVICE_HEAD])
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm tm;

    /* The day of the month is padded with a blank, and the months are English everywhere. */
    localtime_r(&now, &tm);
    return fit(snprintf(
        buf, CADRE__LOG_SERVICE_HEAD, "<%u>%s %2d %02d:%02d:%02d " IDENTIFIER "[%ld]: %.63s%s",
        speaker->facility | (unsigned)priority, months[tm.tm_mon % 12], tm.tm_mday, tm.tm_hour,
        tm.tm_min, tm.tm_sec, (long)getpid(), speaker->role, separator(speaker)));
}

size_t cadre__log_service_head(enum cadre__log_service service, int priority,
                               const struct cadre__log_speaker *speaker,
                               char buf[static CADRE__LOG_SERVICE_HEAD])
{
    return service == CADRE__LOG_JOURNAL ? journal_head(priority, speaker, buf)
                                         : syslog_head(priority, speaker, buf);
}

/* Appends a text without a call that a signal handler may not make. */
static size_t append(char *buf, size_t len, const char *text)
{
    for (; *text != '\0' && len < CADRE__LOG_SERVICE_HEAD - 1; text++)
        buf[len++] = *text;
    return len;
}

/* Appends a number of at most five digits. */
static size_t append_number(char *buf, size_t len, unsigned number)
{
    char digits[8] = "";
    size_t n = sizeof(digits) - 1;

    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0 && n > 0);
    return append(buf, len, digits + n);
}

size_t cadre__log_service_signal_head(enum cadre__log_service service, int priority,
                                      const struct cadre__log_speaker *speaker,
                                      char buf[static CADRE__LOG_SERVICE_HEAD])
{
    size_t len = append(buf, 0, service == CADRE__LOG_JOURNAL ? "PRIORITY=" : "<");

    if (service == CADRE__LOG_JOURNAL) {
        len = append_number(buf, len, (unsigned)priority);
        len = append(buf, len, "\nSYSLOG_IDENTIFIER=" IDENTIFIER "\nMESSAGE=");
    } else {
        len = append_number(buf, len, speaker->facility | (unsigned)priority);
        len = append(buf, len, ">" IDENTIFIER ": ");
    }
    len = append(buf, len, speaker->role);
    return append(buf, len, separator(speaker));
}

void cadre__log_service_key(const char *key, char buf[static 65])
{
    size_t len = 6;

    memcpy(buf, "CADRE_", len);
    for (; *key != '\0' && len < 64; key++) {
        char c = *key;

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        buf[len++] = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
    }
    buf[len] = '\0';
}

/* --- Sending --- */

static int send_once(int fd, const struct iovec *parts, int n)
{
    const struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)parts,
                               .msg_iovlen = (size_t)n};
    ssize_t sent;

    do
        sent = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/* Waits for room, once in a row. False: there is none. */
static bool wait_for_room(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};

    if (atomic_exchange_explicit(&peer.deaf, true, memory_order_relaxed))
        return false;
    return poll(&room, 1, WAIT_MS) == 1;
}

int cadre__log_service_send(int fd, const struct iovec *parts, int n)
{
    int r = send_once(fd, parts, n);

    if ((r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET) && peer.address_len > 0 &&
        connect(fd, (const struct sockaddr *)&peer.address, peer.address_len) == 0)
        r = send_once(fd, parts, n);
    if (r == -EAGAIN && wait_for_room(fd))
        r = send_once(fd, parts, n);
    if (r == 0 && atomic_load_explicit(&peer.deaf, memory_order_relaxed))
        atomic_store_explicit(&peer.deaf, false, memory_order_relaxed);
    return r;
}
