/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/channel: every message goes through as it is, everything malformed is -EPROTO, and
 * no descriptor is left open whatever comes in. The malformed packets are made by hand here, so
 * the form on the wire is written down twice.
 */
#include "config.h"

#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/fds.h"

static int fd[2]; /* the master's end, the child's end */

static void make_pair(void)
{
    ck_assert_int_eq(cadre__channel_pair(fd), 0);
}

static int any_fd(void)
{
    int any = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(any, 0);
    return any;
}

START_TEST(a_pair_is_cloexec_and_does_not_block)
{
    struct cadre__msg msg;
    int passed;
    make_pair();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(fcntl(fd[i], F_GETFD), FD_CLOEXEC);
        ck_assert_int_ne(fcntl(fd[i], F_GETFL) & O_NONBLOCK, 0);
    }
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), -EAGAIN);
}
END_TEST

static const struct good {
    enum cadre__msg_from from;
    struct cadre__msg msg;
    bool pass;
} good[] = {
    {CADRE__FROM_CHILD, {CADRE__MSG_LOADED, .loaded = {3, 1}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_LOADED, .loaded = {0, 0}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_READY}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_SERVING, .serving = {UINT64_C(5) << 33}}, true},
    {CADRE__FROM_CHILD, {CADRE__MSG_SERVING, .serving = {0}}, false},
    {CADRE__FROM_CHILD,
     {CADRE__MSG_FAILED, .failed = {CADRE__PHASE_STARTUP, "no database"}},
     false},
    {CADRE__FROM_CHILD, {CADRE__MSG_FAILED, .failed = {CADRE__PHASE_BOOT, ""}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_DRAINED}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_WORN, .worn = {500}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_MODULE, .module = {3, 0, {1, 2, 3, -4}}}, true},
    {CADRE__FROM_MASTER, {CADRE__MSG_TOTALS}, true},
    {CADRE__FROM_CHILD, {CADRE__MSG_TAKEN, .handed = {1}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_REPORT, .report = {"shop.so: no such file"}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_ROUTE, .route = {7, CADRE__ROUTE_SYNC, "shop\tGET"}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_DOCUMENT, .document = {7, 0, "{\"openapi\":"}}, false},
    {CADRE__FROM_CHILD,
     {CADRE__MSG_STALL, .stall = {7, 0, "handler x", {1, 1, {{"/x.so", 1, {9}}}, {{16, 0, 1}}}}},
     false},
    {CADRE__FROM_MASTER, {CADRE__MSG_START}, false},
    {CADRE__FROM_MASTER, {CADRE__MSG_START}, true},
    {CADRE__FROM_MASTER, {CADRE__MSG_ACCEPT}, false},
    {CADRE__FROM_MASTER, {CADRE__MSG_DRAIN, .drain = {CADRE__DRAIN_RELOAD, 0, 30000000000}}, false},
    {CADRE__FROM_MASTER, {CADRE__MSG_DRAIN, .drain = {CADRE__DRAIN_FAST, 0, UINT64_MAX}}, false},
    {CADRE__FROM_MASTER, {CADRE__MSG_LOG}, true},
    {CADRE__FROM_CHILD,
     {CADRE__MSG_HANDOVER,
      .handover = {1, CADRE__HANDOVER_FRESH, 3, 4, 2, 0, {127, 0, 0, 1}, "a:1"}},
     true},
    {CADRE__FROM_MASTER,
     {CADRE__MSG_ADOPT, .handover = {1, CADRE__HANDOVER_WANTS_PROXY, 0, 0, 0, 0, {0}, "unix:/x"}},
     true},
    {CADRE__FROM_MASTER, {CADRE__MSG_HANDED, .handed = {1}}, false},
    {CADRE__FROM_CHILD, {CADRE__MSG_MISSED, .missed = {CADRE__MSG_QUEUE, 63, 7, 0}}, false},
    {CADRE__FROM_MASTER, {CADRE__MSG_QUEUE, .queue = {63, 7, 1, 0}}, true},
    {CADRE__FROM_MASTER, {CADRE__MSG_LEAVE, .queue = {0, 7, 0, 0}}, false},
};

static void assert_same(const struct cadre__msg *a, const struct cadre__msg *b)
{
    ck_assert_int_eq(a->type, b->type);
    switch (a->type) {
    case CADRE__MSG_FAILED:
        ck_assert_uint_eq(a->failed.phase, b->failed.phase);
        ck_assert_str_eq(a->failed.text, b->failed.text);
        break;
    case CADRE__MSG_REPORT:
        ck_assert_str_eq(a->report.text, b->report.text);
        break;
    case CADRE__MSG_ROUTE:
        ck_assert_uint_eq(a->route.line, b->route.line);
        ck_assert_uint_eq(a->route.flags, b->route.flags);
        ck_assert_str_eq(a->route.text, b->route.text);
        break;
    case CADRE__MSG_DOCUMENT:
        ck_assert_uint_eq(a->document.module, b->document.module);
        ck_assert_str_eq(a->document.text, b->document.text);
        break;
    case CADRE__MSG_LOADED:
        ck_assert_mem_eq(&a->loaded, &b->loaded, sizeof(a->loaded));
        break;
    case CADRE__MSG_SERVING:
        ck_assert_mem_eq(&a->serving, &b->serving, sizeof(a->serving));
        break;
    case CADRE__MSG_HANDOVER:
    case CADRE__MSG_ADOPT:
        ck_assert_mem_eq(&a->handover, &b->handover, sizeof(a->handover));
        break;
    case CADRE__MSG_QUEUE:
    case CADRE__MSG_LEAVE:
        ck_assert_mem_eq(&a->queue, &b->queue, sizeof(a->queue));
        break;
    case CADRE__MSG_MISSED:
        ck_assert_mem_eq(&a->missed, &b->missed, sizeof(a->missed));
        break;
    case CADRE__MSG_HANDED:
        ck_assert_uint_eq(a->handed.taken, b->handed.taken);
        break;
    case CADRE__MSG_STALL:
        ck_assert_mem_eq(&a->stall, &b->stall, sizeof(a->stall));
        break;
    case CADRE__MSG_DRAIN:
        ck_assert_mem_eq(&a->drain, &b->drain, sizeof(a->drain));
        break;
    default:
        break;
    }
}

START_TEST(every_message_arrives_as_it_was_sent)
{
    const struct good *g = &good[_i];
    make_pair();
    int to = fd[g->from == CADRE__FROM_CHILD], at = fd[g->from != CADRE__FROM_CHILD];
    int pass = g->pass ? any_fd() : -1, passed = -2;
    struct cadre__msg msg;
    int before = unit_open_fds();
    ck_assert_int_eq(cadre__channel_send(to, &g->msg, pass), 0);
    ck_assert_int_eq(cadre__channel_recv(at, g->from, &msg, &passed), 1);
    assert_same(&g->msg, &msg);
    if (g->pass) {
        struct stat a, b;
        ck_assert_int_ne(passed, pass);
        ck_assert_int_eq(fcntl(passed, F_GETFD), FD_CLOEXEC);
        ck_assert_int_eq(fstat(pass, &a), 0);
        ck_assert_int_eq(fstat(passed, &b), 0);
        ck_assert_uint_eq(a.st_rdev, b.st_rdev);
        close(passed);
    } else {
        ck_assert_int_eq(passed, -1);
    }
    ck_assert_int_eq(unit_open_fds(), before);
    ck_assert_int_eq(cadre__channel_recv(at, g->from, &msg, &passed), -EAGAIN);
    ck_assert_str_ne(cadre__msg_name(g->msg.type), "unknown");
}
END_TEST

START_TEST(what_only_the_other_side_says_is_malformed)
{
    const struct good *g = &good[_i];
    enum cadre__msg_from wrong =
        g->from == CADRE__FROM_CHILD ? CADRE__FROM_MASTER : CADRE__FROM_CHILD;
    make_pair();
    int pass = g->pass ? any_fd() : -1, passed = -2;
    struct cadre__msg msg;
    int before = unit_open_fds();
    ck_assert_int_eq(cadre__channel_send(fd[1], &g->msg, pass), 0);
    ck_assert_int_eq(cadre__channel_recv(fd[0], wrong, &msg, &passed), -EPROTO);
    ck_assert_int_eq(passed, -2);
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

START_TEST(the_senders_fill_in_messages)
{
    struct cadre__msg msg;
    int passed;
    make_pair();
    ck_assert_int_eq(cadre__channel_send_plain(fd[1], CADRE__MSG_READY), 0);
    ck_assert_int_eq(cadre__channel_send_loaded(fd[1], 2, true), 0);
    ck_assert_int_eq(cadre__channel_send_failed(fd[1], CADRE__PHASE_MODULES, "why"), 0);
    ck_assert_int_eq(cadre__channel_send_report(fd[1], "what"), 0);
    ck_assert_int_eq(cadre__channel_send_drain(fd[0], CADRE__DRAIN_STOP, 7), 0);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_READY);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_uint_eq(msg.loaded.modules, 2);
    ck_assert_uint_eq(msg.loaded.wants_server_lifespan, 1);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_uint_eq(msg.failed.phase, CADRE__PHASE_MODULES);
    ck_assert_str_eq(msg.failed.text, "why");
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_str_eq(msg.report.text, "what");
    ck_assert_int_eq(cadre__channel_recv(fd[1], CADRE__FROM_MASTER, &msg, &passed), 1);
    ck_assert_uint_eq(msg.drain.mode, CADRE__DRAIN_STOP);
    ck_assert_uint_eq(msg.drain.timeout_ns, 7);
}
END_TEST

START_TEST(a_text_too_long_is_cut)
{
    static char large[3 * CADRE__MSG_TEXT_SIZE];
    static struct cadre__msg msg;
    int passed;
    make_pair();
    memset(large, 'x', sizeof(large) - 1);
    ck_assert_int_eq(cadre__channel_send_report(fd[1], large), 0);
    ck_assert_int_eq(cadre__channel_send_failed(fd[1], CADRE__PHASE_BOOT, large), 0);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_uint_eq(strlen(msg.report.text), CADRE__MSG_TEXT_SIZE - 1);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_uint_eq(strlen(msg.failed.text), CADRE__MSG_TEXT_SIZE - 1);
    /* A struct without a NUL in it, from a careless caller. */
    msg.type = CADRE__MSG_REPORT;
    memset(msg.report.text, 'y', sizeof(msg.report.text));
    ck_assert_int_eq(cadre__channel_send(fd[1], &msg, -1), 0);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_uint_eq(strlen(msg.report.text), CADRE__MSG_TEXT_SIZE - 1);
}
END_TEST

START_TEST(what_the_table_does_not_know_is_not_sent)
{
    make_pair();
    const int types[] = {0, CADRE__MSG_TYPES, 1000, -1};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct cadre__msg msg = {.type = (enum cadre__msg_type)types[i]};
        ck_assert_int_eq(cadre__channel_send(fd[0], &msg, -1), -EINVAL);
        ck_assert_str_eq(cadre__msg_name((uint32_t)types[i]), "unknown");
    }
    struct cadre__msg ready = {.type = CADRE__MSG_READY}, log = {.type = CADRE__MSG_LOG};
    ck_assert_int_eq(cadre__channel_send(fd[1], &ready, any_fd()), -EINVAL);
    ck_assert_int_eq(cadre__channel_send(fd[0], &log, -1), -EINVAL);
    int bad = any_fd();
    close(bad);
    ck_assert_int_eq(cadre__channel_send(fd[0], &log, bad), -EBADF);
}
END_TEST

/* ---- malformed packets ---- */

struct wire_head {
    uint16_t magic, type;
    uint32_t len;
};

#define MAGIC 0x4d43

static const struct bad {
    const char *what;
    struct wire_head head;
    const char *payload;
    size_t payload_len;
    unsigned n_fds;
} bad[] = {
    {"another magic", {0x1234, CADRE__MSG_READY, 0}, "", 0, 0},
    {"type 0", {MAGIC, 0, 0}, "", 0, 0},
    {"an unknown type", {MAGIC, 8, 0}, "", 0, 0},
    {"a type far beyond", {MAGIC, 0xffff, 0}, "", 0, 0},
    {"a length that is not the packet's", {MAGIC, CADRE__MSG_READY, 1}, "", 0, 0},
    {"bytes behind the payload", {MAGIC, CADRE__MSG_READY, 0}, "x", 1, 0},
    {"a payload where there is none", {MAGIC, CADRE__MSG_READY, 1}, "x", 1, 0},
    {"too short a payload", {MAGIC, CADRE__MSG_LOADED, 4}, "\1\0\0\0", 4, 0},
    {"too long a payload", {MAGIC, CADRE__MSG_LOADED, 9}, "\1\0\0\0\0\0\0\0\0", 9, 0},
    {"a truth that is none", {MAGIC, CADRE__MSG_LOADED, 8}, "\1\0\0\0\2\0\0\0", 8, 0},
    {"a length of 2^32-1", {MAGIC, CADRE__MSG_REPORT, UINT32_MAX}, "x", 2, 0},
    {"a text without its NUL", {MAGIC, CADRE__MSG_REPORT, 3}, "abc", 3, 0},
    {"a text with a NUL inside", {MAGIC, CADRE__MSG_REPORT, 4}, "a\0b", 4, 0},
    {"no text at all", {MAGIC, CADRE__MSG_REPORT, 0}, "", 0, 0},
    {"a phase that is none", {MAGIC, CADRE__MSG_FAILED, 6}, "\x63\0\0\0x", 6, 0},
    {"a failure without its text", {MAGIC, CADRE__MSG_FAILED, 4}, "\1\0\0\0", 4, 0},
    {"a descriptor where there is none", {MAGIC, CADRE__MSG_READY, 0}, "", 0, 1},
    {"an answer that is none", {MAGIC, CADRE__MSG_HANDED, 4}, "\2\0\0\0", 4, 0},
    {"a handover without its note", {MAGIC, CADRE__MSG_HANDOVER, 0}, "", 0, 1},
    {"two descriptors", {MAGIC, CADRE__MSG_SERVING, 8}, "\0\0\0\0\0\0\0\0", 8, 2},
    {"sixteen descriptors", {MAGIC, CADRE__MSG_SERVING, 8}, "\0\0\0\0\0\0\0\0", 8, 16},
    {"forty descriptors", {MAGIC, CADRE__MSG_SERVING, 8}, "\0\0\0\0\0\0\0\0", 8, 40},
    {"descriptors with an unknown type", {MAGIC, 9, 0}, "", 0, 3},
};

/* Sends `len` bytes with so many descriptors. */
static void send_raw(const void *bytes, size_t len, unsigned n_fds)
{
    int fds[64];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(fds))];
    } control = {0};
    struct iovec iov = {(void *)(uintptr_t)bytes, len};
    struct msghdr packet = {.msg_iov = &iov, .msg_iovlen = 1};
    for (unsigned i = 0; i < n_fds; i++)
        fds[i] = any_fd();
    if (n_fds > 0) {
        packet.msg_control = control.bytes;
        packet.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&packet);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
    }
    ck_assert_int_eq(sendmsg(fd[1], &packet, 0), (ssize_t)len);
    for (unsigned i = 0; i < n_fds; i++)
        close(fds[i]);
}

static int receive(enum cadre__msg_from from)
{
    static struct cadre__msg msg;
    int passed = -2;
    int r = cadre__channel_recv(fd[0], from, &msg, &passed);
    if (r != 1)
        ck_assert_int_eq(passed, -2);
    else if (passed >= 0)
        close(passed);
    return r;
}

START_TEST(malformed_messages_are_refused_and_leak_nothing)
{
    char packet[64];
    make_pair();
    int before = unit_open_fds();
    memcpy(packet, &bad[_i].head, sizeof(struct wire_head));
    memcpy(packet + sizeof(struct wire_head), bad[_i].payload, bad[_i].payload_len);
    send_raw(packet, sizeof(struct wire_head) + bad[_i].payload_len, bad[_i].n_fds);
    ck_assert_msg(receive(CADRE__FROM_CHILD) == -EPROTO, "%s", bad[_i].what);
    ck_assert_int_eq(unit_open_fds(), before);
    /* The channel itself goes on. */
    ck_assert_int_eq(cadre__channel_send_plain(fd[1], CADRE__MSG_READY), 0);
    ck_assert_int_eq(receive(CADRE__FROM_CHILD), 1);
}
END_TEST

START_TEST(every_truncation_of_a_message_is_refused)
{
    struct {
        struct wire_head head;
        struct cadre__msg_drain drain;
    } packet = {{MAGIC, CADRE__MSG_DRAIN, sizeof(packet.drain)}, {CADRE__DRAIN_STOP, 0, 1}};
    make_pair();
    for (size_t len = 1; len < sizeof(packet); len++) {
        send_raw(&packet, len, 0);
        ck_assert_int_eq(receive(CADRE__FROM_MASTER), -EPROTO);
    }
    send_raw(&packet, sizeof(packet), 0);
    ck_assert_int_eq(receive(CADRE__FROM_MASTER), 1);
    for (uint32_t mode = 0; mode < 10; mode++) {
        packet.drain.mode = mode;
        send_raw(&packet, sizeof(packet), 0);
        ck_assert_int_eq(receive(CADRE__FROM_MASTER),
                         mode >= CADRE__DRAIN_RELOAD && mode <= CADRE__DRAIN_FAST ? 1 : -EPROTO);
    }
}
END_TEST

START_TEST(a_packet_larger_than_any_message_is_refused)
{
    static char packet[100000];
    struct wire_head head = {MAGIC, CADRE__MSG_REPORT, sizeof(packet) - sizeof(head)};
    make_pair();
    memset(packet, 'x', sizeof(packet));
    memcpy(packet, &head, sizeof(head));
    packet[sizeof(packet) - 1] = '\0';
    send_raw(packet, sizeof(packet), 1);
    int before = unit_open_fds();
    ck_assert_int_eq(receive(CADRE__FROM_CHILD), -EPROTO);
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

START_TEST(random_bytes_are_refused_or_well_formed)
{
    unsigned char packet[80];
    uint64_t state = 42;
    make_pair();
    int before = unit_open_fds();
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof(packet); i++) {
            state = state * UINT64_C(6364136223846793005) + 1;
            packet[i] = (unsigned char)(state >> 56);
        }
        size_t len = 8 + state % 70;
        struct wire_head head = {MAGIC, (uint16_t)(packet[2] % 24), (uint32_t)(len - sizeof(head))};
        if (round % 4)
            memcpy(packet, &head, sizeof(head));
        if (round % 8 == 1)
            memset(packet + 8, round % 3, sizeof(packet) - 8);
        send_raw(packet, len, round % 5 == 0);
        int r = receive(round % 2 ? CADRE__FROM_CHILD : CADRE__FROM_MASTER);
        if (r != 1 && r != -EPROTO)
            ck_abort_msg("round %d: %d", round, r);
    }
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

START_TEST(a_receiver_without_free_descriptors_blames_nobody)
{
    struct cadre__msg log = {.type = CADRE__MSG_LOG}, msg;
    struct rlimit limit;
    int passed = -2, any = any_fd();
    make_pair();
    ck_assert_int_eq(cadre__channel_send(fd[0], &log, any), 0);
    ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_ACCEPT), 0);
    int before = unit_open_fds();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t kept = limit.rlim_cur;
    limit.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int r = cadre__channel_recv(fd[1], CADRE__FROM_MASTER, &msg, &passed);
    enum cadre__msg_type lost = msg.type;
    int next = cadre__channel_recv(fd[1], CADRE__FROM_MASTER, &msg, &passed);
    limit.rlim_cur = kept;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(r, -EMFILE);
    ck_assert_int_eq(lost, CADRE__MSG_LOG);
    ck_assert_int_eq(next, 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_ACCEPT);
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

START_TEST(a_note_of_a_connection_is_checked)
{
    static const struct cadre__msg_handover good_note = {.version = CADRE__HANDOVER_VERSION};
    struct cadre__msg msg = {.type = CADRE__MSG_HANDOVER}, got;
    int passed, any = any_fd();
    make_pair();
    for (int i = 0; i < 3; i++) {
        msg.handover = good_note;
        if (i == 0)
            msg.handover.version++;
        else if (i == 1)
            msg.handover.flags = CADRE__HANDOVER_FLAGS + 1;
        else
            memset(msg.handover.listener, 'x', sizeof(msg.handover.listener));
        int before = unit_open_fds();
        ck_assert_int_eq(cadre__channel_send(fd[1], &msg, any), 0);
        ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &got, &passed), -EPROTO);
        ck_assert_int_eq(unit_open_fds(), before);
    }
}
END_TEST

/* ---- peers that go, and peers that do not read ---- */

START_TEST(a_peer_that_has_gone_reads_as_zero_after_its_last_words)
{
    struct cadre__msg msg;
    int passed;
    make_pair();
    ck_assert_int_eq(cadre__channel_send_failed(fd[1], CADRE__PHASE_STARTUP, "last words"), 0);
    close(fd[1]);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_str_eq(msg.failed.text, "last words");
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 0);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 0);
}
END_TEST

START_TEST(last_words_arrive_though_the_peer_left_messages_unread)
{
    struct cadre__msg msg;
    int passed;
    make_pair();
    ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_START), 0);
    ck_assert_int_eq(cadre__channel_send_failed(fd[1], CADRE__PHASE_STARTUP, "last words"), 0);
    close(fd[1]); /* START unread: the socket is reset */
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_str_eq(msg.failed.text, "last words");
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 0);
}
END_TEST

START_TEST(sending_to_a_peer_that_has_gone_is_an_error_and_no_signal)
{
    signal(SIGPIPE, SIG_DFL);
    make_pair();
    if (_i == 1)
        ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_START), 0);
    close(fd[1]);
    ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_ACCEPT), -EPIPE);
    ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_ACCEPT), -EPIPE);
}
END_TEST

START_TEST(a_peer_that_does_not_read_blocks_nobody)
{
    struct cadre__msg msg;
    int r, passed, sent = 0, received = 0;
    make_pair();
    while ((r = cadre__channel_send_report(fd[1], "a finding")) == 0)
        ck_assert_int_lt(++sent, 100000);
    ck_assert_int_eq(r, -EAGAIN);
    while ((r = cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed)) == 1)
        received++;
    ck_assert_int_eq(r, -EAGAIN);
    ck_assert_int_eq(received, sent);
    ck_assert_int_eq(cadre__channel_send_report(fd[1], "again"), 0);
}
END_TEST

START_TEST(a_killed_child_reads_as_gone)
{
    struct cadre__msg msg;
    int passed;
    make_pair();
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        if (cadre__channel_send_plain(fd[1], CADRE__MSG_READY) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    close(fd[1]);
    while (cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed) == -EAGAIN)
        ;
    ck_assert_int_eq(cadre__channel_send_plain(fd[0], CADRE__MSG_START), 0);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_eq(cadre__channel_recv(fd[0], CADRE__FROM_CHILD, &msg, &passed), 0);
}
END_TEST

START_TEST(phases_have_names)
{
    for (uint32_t phase = 0; phase < CADRE__PHASES; phase++)
        ck_assert_str_ne(cadre__child_phase_name(phase), "unknown");
    ck_assert_str_eq(cadre__child_phase_name(CADRE__PHASES), "unknown");
    ck_assert_str_eq(cadre__child_phase_name(CADRE__PHASE_STARTUP), "startup");
}
END_TEST

UNIT_MAIN("ipc/channel", UNIT_CASE(a_pair_is_cloexec_and_does_not_block),
          UNIT_LOOP(every_message_arrives_as_it_was_sent, sizeof(good) / sizeof(good[0])),
          UNIT_LOOP(what_only_the_other_side_says_is_malformed, sizeof(good) / sizeof(good[0])),
          UNIT_CASE(the_senders_fill_in_messages), UNIT_CASE(a_text_too_long_is_cut),
          UNIT_CASE(what_the_table_does_not_know_is_not_sent),
          UNIT_LOOP(malformed_messages_are_refused_and_leak_nothing, sizeof(bad) / sizeof(bad[0])),
          UNIT_CASE(every_truncation_of_a_message_is_refused),
          UNIT_CASE(a_packet_larger_than_any_message_is_refused),
          UNIT_CASE(random_bytes_are_refused_or_well_formed),
          UNIT_CASE(a_note_of_a_connection_is_checked),
          UNIT_CASE(a_receiver_without_free_descriptors_blames_nobody),
          UNIT_CASE(a_peer_that_has_gone_reads_as_zero_after_its_last_words),
          UNIT_CASE(last_words_arrive_though_the_peer_left_messages_unread),
          UNIT_LOOP(sending_to_a_peer_that_has_gone_is_an_error_and_no_signal, 2),
          UNIT_CASE(a_peer_that_does_not_read_blocks_nobody),
          UNIT_CASE(a_killed_child_reads_as_gone), UNIT_CASE(phases_have_names))
