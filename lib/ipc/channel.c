/* SPDX-License-Identifier: MIT */
/*
 * ipc/channel: the table of messages, sending and receiving.
 *
 * On the wire: a head of 8 bytes (magic, type, length of what follows) and the payload, one packet
 * a message. A text travels up to and with its NUL. The receiver takes descriptors only where the
 * table has them and closes all that came with anything malformed.
 */
#include "config.h"

#include "ipc/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fd.h"

#define HEAD_MAGIC UINT16_C(0x4d43) /* "CM" */

/* Room for more descriptors than are ever right, so that a wrong number is seen, not cut. */
#define FDS_MAX 16

struct head {
    uint16_t magic;
    uint16_t type; /* enum cadre__msg_type */
    uint32_t len;  /* of the payload, in bytes */
};

enum fd_rule { FD_NONE, FD_MAY, FD_MUST };

struct row {
    const char *name; /* NULL: no such message */
    enum cadre__msg_from from;
    enum fd_rule fd;
    uint32_t min, max; /* bytes of the payload */
    uint32_t text;     /* where a text begins in the payload; 0 with max == min: there is none */
    bool has_text;
};

#define PLAIN(message)                                                                             \
    .min = sizeof(struct cadre__msg_##message), .max = sizeof(struct cadre__msg_##message)
#define TEXT(message)                                                                              \
    .min = offsetof(struct cadre__msg_##message, text) + 1,                                        \
    .max = sizeof(struct cadre__msg_##message),                                                    \
    .text = offsetof(struct cadre__msg_##message, text), .has_text = true

static const struct row rows[CADRE__MSG_TYPES] = {
    [CADRE__MSG_LOADED] = {"LOADED", CADRE__FROM_CHILD, FD_NONE, PLAIN(loaded)},
    [CADRE__MSG_READY] = {"READY", CADRE__FROM_CHILD, FD_NONE},
    [CADRE__MSG_SERVING] = {"SERVING", CADRE__FROM_CHILD, FD_MAY, PLAIN(serving)},
    [CADRE__MSG_FAILED] = {"FAILED", CADRE__FROM_CHILD, FD_NONE, TEXT(failed)},
    [CADRE__MSG_DRAINED] = {"DRAINED", CADRE__FROM_CHILD, FD_NONE},
    [CADRE__MSG_REPORT] = {"REPORT", CADRE__FROM_CHILD, FD_NONE, TEXT(report)},
    [CADRE__MSG_ROUTE] = {"ROUTE", CADRE__FROM_CHILD, FD_NONE, TEXT(route)},
    [CADRE__MSG_MISSED] = {"MISSED", CADRE__FROM_CHILD, FD_NONE, PLAIN(missed)},
    [CADRE__MSG_HANDOVER] = {"HANDOVER", CADRE__FROM_CHILD, FD_MUST, PLAIN(handover)},
    [CADRE__MSG_DOCUMENT] = {"DOCUMENT", CADRE__FROM_CHILD, FD_NONE, TEXT(document)},
    [CADRE__MSG_MODULE] = {"MODULE", CADRE__FROM_CHILD, FD_MUST, PLAIN(module)},
    [CADRE__MSG_WORN] = {"WORN", CADRE__FROM_CHILD, FD_NONE, PLAIN(worn)},
    [CADRE__MSG_STALL] = {"STALL", CADRE__FROM_CHILD, FD_NONE, PLAIN(stall)},
    [CADRE__MSG_TAKEN] = {"TAKEN", CADRE__FROM_CHILD, FD_NONE, PLAIN(handed)},
    [CADRE__MSG_TASKS_TOLD] = {"TASKS_TOLD", CADRE__FROM_CHILD, FD_NONE, PLAIN(tasks)},
    [CADRE__MSG_START] = {"START", CADRE__FROM_MASTER, FD_MAY},
    [CADRE__MSG_ACCEPT] = {"ACCEPT", CADRE__FROM_MASTER, FD_NONE},
    [CADRE__MSG_DRAIN] = {"DRAIN", CADRE__FROM_MASTER, FD_NONE, PLAIN(drain)},
    [CADRE__MSG_LOG] = {"LOG", CADRE__FROM_MASTER, FD_MUST},
    [CADRE__MSG_ACCESS_LOG] = {"ACCESS_LOG", CADRE__FROM_MASTER, FD_MUST},
    [CADRE__MSG_ADOPT] = {"ADOPT", CADRE__FROM_MASTER, FD_MUST, PLAIN(handover)},
    [CADRE__MSG_QUEUE] = {"QUEUE", CADRE__FROM_MASTER, FD_MUST, PLAIN(queue)},
    [CADRE__MSG_LEAVE] = {"LEAVE", CADRE__FROM_MASTER, FD_NONE, PLAIN(queue)},
    [CADRE__MSG_TOTALS] = {"TOTALS", CADRE__FROM_MASTER, FD_MUST},
    [CADRE__MSG_HANDED] = {"HANDED", CADRE__FROM_MASTER, FD_NONE, PLAIN(handed)},
    [CADRE__MSG_TASKS] = {"TASKS", CADRE__FROM_MASTER, FD_MUST, PLAIN(tasks)},
};

/* The payload of every type begins here. */
#define PAYLOAD_AT   offsetof(struct cadre__msg, loaded)
#define PAYLOAD_SIZE (sizeof(struct cadre__msg) - PAYLOAD_AT)

static char *payload_of(struct cadre__msg *msg)
{
    return (char *)msg + PAYLOAD_AT;
}

static const struct row *find_row(uint32_t type)
{
    return type < CADRE__MSG_TYPES && rows[type].name ? &rows[type] : NULL;
}

const char *cadre__msg_name(uint32_t type)
{
    const struct row *row = find_row(type);
    return row ? row->name : "unknown";
}

const char *cadre__child_phase_name(uint32_t phase)
{
    static const char *const names[CADRE__PHASES] = {
        [CADRE__PHASE_BOOT] = "boot",         [CADRE__PHASE_MODULES] = "loading modules",
        [CADRE__PHASE_STARTUP] = "startup",   [CADRE__PHASE_SERVING] = "serving",
        [CADRE__PHASE_SHUTDOWN] = "shutdown", [CADRE__PHASE_STALE] = "loading modules again",
    };
    return phase < CADRE__PHASES ? names[phase] : "unknown";
}

int cadre__channel_pair(int ret[2])
{
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0)
        return -errno;
    ret[0] = fd[0];
    ret[1] = fd[1];
    return 0;
}

static bool fd_is_allowed(const struct row *row, bool has_fd)
{
    return has_fd ? row->fd != FD_NONE : row->fd != FD_MUST;
}

/* ---- sending ---- */

/* How many bytes of the payload travel. */
static size_t payload_len(const struct row *row, const char *payload)
{
    if (!row->has_text)
        return row->max;
    size_t len = row->text + strnlen(payload + row->text, row->max - row->text) + 1;
    return len > row->max ? row->max : len;
}

int cadre__channel_send(int fd, const struct cadre__msg *msg, int pass_fd)
{
    const struct row *row = find_row(msg->type);
    if (!row || !fd_is_allowed(row, pass_fd >= 0))
        return -EINVAL;
    struct cadre__msg copy = *msg;
    char *payload = payload_of(&copy);
    size_t len = payload_len(row, payload);
    if (row->has_text)
        payload[len - 1] = '\0';
    struct head head = {.magic = HEAD_MAGIC, .type = (uint16_t)msg->type, .len = (uint32_t)len};
    struct iovec iov[] = {{&head, sizeof(head)}, {payload, len}};
    struct msghdr packet = {.msg_iov = iov, .msg_iovlen = 2};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    if (pass_fd >= 0) {
        packet.msg_control = control.bytes;
        packet.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&packet);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(cmsg), &pass_fd, sizeof(int));
    }
    ssize_t n;
    do
        n = sendmsg(fd, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return 0;
    /* A peer that died with messages unread resets the socket: it has gone all the same. */
    return errno == ECONNRESET ? -EPIPE : -errno;
}

int cadre__channel_send_plain(int fd, enum cadre__msg_type type)
{
    struct cadre__msg msg = {.type = type};
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_loaded(int fd, uint32_t modules, bool wants_server_lifespan)
{
    struct cadre__msg msg = {.type = CADRE__MSG_LOADED, .loaded = {modules, wants_server_lifespan}};
    return cadre__channel_send(fd, &msg, -1);
}

/* Copies as much of `text` as fits. */
static void set_text(char *dst, const char *text)
{
    size_t len = strnlen(text, CADRE__MSG_TEXT_SIZE - 1);
    memcpy(dst, text, len);
    dst[len] = '\0';
}

int cadre__channel_send_failed(int fd, enum cadre__child_phase phase, const char *text)
{
    struct cadre__msg msg = {.type = CADRE__MSG_FAILED, .failed.phase = phase};
    set_text(msg.failed.text, text);
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_report(int fd, const char *text)
{
    struct cadre__msg msg = {.type = CADRE__MSG_REPORT};
    set_text(msg.report.text, text);
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_route(int fd, const char *text, uint32_t line, uint32_t flags)
{
    struct cadre__msg msg = {.type = CADRE__MSG_ROUTE, .route = {.line = line, .flags = flags}};
    set_text(msg.route.text, text);
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_document(int fd, uint32_t module, const char *text)
{
    struct cadre__msg msg = {.type = CADRE__MSG_DOCUMENT, .document.module = module};
    set_text(msg.document.text, text);
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_drain(int fd, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    struct cadre__msg msg = {.type = CADRE__MSG_DRAIN,
                             .drain = {.mode = mode, .timeout_ns = timeout_ns}};
    return cadre__channel_send(fd, &msg, -1);
}

int cadre__channel_send_handed(int fd, bool taken)
{
    struct cadre__msg msg = {.type = CADRE__MSG_HANDED, .handed.taken = taken};
    return cadre__channel_send(fd, &msg, -1);
}

/* ---- receiving ---- */

/* Takes the descriptors out of a packet: the first into *ret_fd (-1: none), others are closed.
 * How many there were. */
static unsigned take_fds(struct msghdr *packet, int *ret_fd)
{
    unsigned count = 0;
    *ret_fd = -1;
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(packet); cmsg; cmsg = CMSG_NXTHDR(packet, cmsg)) {
        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++, count++) {
            int fd;
            memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(int));
            if (count == 0)
                *ret_fd = fd;
            else
                cadre__fd_close(&fd);
        }
    }
    return count;
}

static bool handover_is_good(const struct cadre__msg_handover *note)
{
    return note->version == CADRE__HANDOVER_VERSION &&
           (note->flags & ~CADRE__HANDOVER_FLAGS) == 0 &&
           memchr(note->listener, '\0', sizeof(note->listener)) != NULL;
}

/* Whether values that have a range are in it. */
static bool values_are_good(const struct cadre__msg *msg)
{
    switch (msg->type) {
    case CADRE__MSG_LOADED:
        return msg->loaded.wants_server_lifespan <= 1;
    case CADRE__MSG_FAILED:
        return msg->failed.phase < CADRE__PHASES;
    case CADRE__MSG_DRAIN:
        return msg->drain.mode >= CADRE__DRAIN_RELOAD && msg->drain.mode <= CADRE__DRAIN_FAST;
    case CADRE__MSG_HANDOVER:
    case CADRE__MSG_ADOPT:
        return handover_is_good(&msg->handover);
    case CADRE__MSG_HANDED:
        return msg->handed.taken <= 1;
    case CADRE__MSG_QUEUE:
    case CADRE__MSG_LEAVE:
        return msg->queue.listener < CADRE__MSG_LISTENERS_MAX && msg->queue.own <= 1;
    case CADRE__MSG_MISSED:
        return msg->missed.listener < CADRE__MSG_LISTENERS_MAX;
    default:
        return true;
    }
}

/* Whether a packet of `held` bytes is a message that `from` sends. */
static bool is_well_formed(const struct head *head, size_t held, enum cadre__msg_from from,
                           bool has_fd, const struct cadre__msg *msg)
{
    if (held < sizeof(*head) || head->magic != HEAD_MAGIC || held - sizeof(*head) != head->len)
        return false;
    const struct row *row = find_row(head->type);
    if (!row || row->from != from || !fd_is_allowed(row, has_fd) || head->len < row->min ||
        head->len > row->max)
        return false;
    if (row->has_text) {
        /* The NUL is the last byte, and the only one. */
        const char *text = (const char *)msg + PAYLOAD_AT + row->text;
        size_t size = head->len - row->text;
        if (memchr(text, '\0', size) != text + size - 1)
            return false;
    }
    return values_are_good(msg);
}

int cadre__channel_recv(int fd, enum cadre__msg_from from, struct cadre__msg *ret, int *ret_fd)
{
    struct head head = {0};
    struct cadre__msg msg;
    memset(&msg, 0, sizeof(msg));
    struct iovec iov[] = {{&head, sizeof(head)}, {payload_of(&msg), PAYLOAD_SIZE}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    struct msghdr packet = {.msg_iov = iov,
                            .msg_iovlen = 2,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof(control.bytes)};
    /* A peer that goes with messages unread resets the socket. That is told once, before what it
     * sent last, which is still there to be read: so ask again. */
    ssize_t n;
    do
        n = recvmsg(fd, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    if (n < 0)
        return -errno;
    int passed;
    unsigned count = take_fds(&packet, &passed);
    if (n == 0 && count == 0)
        return 0;
    /* Cut before the room was used up: the system had no descriptor to give. The sender is not to
     * blame for that. */
    msg.type = (enum cadre__msg_type)head.type;
    if ((packet.msg_flags & MSG_CTRUNC) && count < FDS_MAX) {
        cadre__fd_close(&passed);
        if (!is_well_formed(&head, (size_t)n, from, true, &msg))
            return -EPROTO;
        *ret = msg;
        return -EMFILE;
    }
    if (count > 1 || (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
        !is_well_formed(&head, (size_t)n, from, count == 1, &msg)) {
        cadre__fd_close(&passed);
        return -EPROTO;
    }
    *ret = msg;
    *ret_fd = passed;
    return 1;
}
