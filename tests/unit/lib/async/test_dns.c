/* SPDX-License-Identifier: MIT */
/*
 * Names to addresses, against a small name server of our own on the loopback.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cadre/dns.h>
#include <cadre/socket.h>

#include "async/dns.h"
#include "async/fd_wait.h"

/* --- the name server --- */

enum { RCODE_OK = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, TYPE_A = 1, TYPE_AAAA = 28 };

struct entry {
    const char *name; /* as it is asked for */
    int rcode;        /* -1: no answer at all */
    const char *in[3];
    const char *in6[3];
};

static const struct entry entries[] = {
    {.name = "one.test", .in = {"10.0.0.1"}},
    {.name = "six.test", .in6 = {"fd00::6"}},
    {.name = "both.test", .in = {"10.0.0.1", "10.0.0.2"}, .in6 = {"fd00::1"}},
    {.name = "none.test", .rcode = RCODE_NXDOMAIN},
    {.name = "empty.test"},
    {.name = "broken.test", .rcode = RCODE_SERVFAIL},
    {.name = "silent.test", .rcode = -1},
};

static char resolv_conf[] = "/tmp/cadre-resolv-XXXXXX";
static char hosts[] = "/tmp/cadre-hosts-XXXXXX";
static unsigned asked;

static void write_file(char *path, const char *text)
{
    int fd = mkostemp(path, O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fd);
}

/* The name in a question as text; returns the bytes of it, or 0. */
static size_t name_of(const uint8_t *at, const uint8_t *end, char *ret, size_t size)
{
    const uint8_t *begin = at;
    size_t len = 0;

    while (at<end && * at> 0) {
        size_t label = *at++;

        if (label > (size_t)(end - at) || len + label + 2 > size)
            return 0;
        if (len > 0)
            ret[len++] = '.';
        for (size_t i = 0; i < label;
             i++) /* evdns asks in wild case (draft-vixie-dnsext-dns0x20) */
            ret[len++] = (char)(at[i] >= 'A' && at[i] <= 'Z' ? at[i] + 32 : at[i]);
        at += label;
    }
    ret[len] = '\0';
    return at < end ? (size_t)(at + 1 - begin) : 0;
}

static size_t add_records(uint8_t *at, const char *const *addresses, int family, unsigned *ret_n)
{
    size_t len = family == AF_INET ? 4 : 16;
    uint8_t *begin = at;

    for (int i = 0; i < 3 && addresses[i]; i++) {
        const uint8_t head[] = {0xc0, 12, 0, family == AF_INET ? TYPE_A : TYPE_AAAA,
                                0,    1,  0, 0,
                                0,    60, 0, (uint8_t)len};

        memcpy(at, head, sizeof(head));
        ck_assert_int_eq(inet_pton(family, addresses[i], at + sizeof(head)), 1);
        at += sizeof(head) + len;
        ++*ret_n;
    }
    return (size_t)(at - begin);
}

/* Makes the answer of a question, in place; returns its length, 0: none. */
static size_t answer(uint8_t *packet, size_t len)
{
    const struct entry *entry = NULL;
    char name[256];
    size_t name_len;
    uint8_t type;
    unsigned n = 0;
    size_t at;

    if (len < 12)
        return 0;
    name_len = name_of(packet + 12, packet + len, name, sizeof(name));
    at = 12 + name_len + 4;
    if (name_len == 0 || at > len)
        return 0;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        if (strcmp(entries[i].name, name) == 0)
            entry = &entries[i];
    asked++;
    if (entry && entry->rcode < 0)
        return 0;
    type = packet[12 + name_len + 1];
    packet[2] = 0x85;
    packet[3] = (uint8_t)(0x80 | (entry ? entry->rcode : RCODE_NXDOMAIN));
    packet[8] = packet[9] = packet[10] = packet[11] = 0;
    if (entry)
        at += add_records(packet + at, type == TYPE_A ? entry->in : entry->in6,
                          type == TYPE_A ? AF_INET : AF_INET6, &n);
    packet[7] = (uint8_t)n;
    return at;
}

static void serve(void *arg)
{
    int fd = *(int *)arg;

    while (cadre__fd_wait(fd, CADRE__IO_READ, CADRE__NEVER, "serve") > 0) {
        uint8_t packet[1024];
        struct cadre_address peer = {.len = sizeof(peer.u)};
        ssize_t n = recvfrom(fd, packet, 512, 0, &peer.u.any, &peer.len);
        size_t len = n > 0 ? answer(packet, (size_t)n) : 0;

        if (len > 0)
            ck_assert_int_eq(sendto(fd, packet, len, 0, &peer.u.any, peer.len), (ssize_t)len);
    }
    (void)close(fd);
}

/* Starts the server and has the resolver ask it. */
static void start_server(void)
{
    static int fd;
    struct cadre_address address;
    char text[64];

    fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre_address_parse("127.0.0.1", 0, &address), 0);
    ck_assert_int_eq(bind(fd, &address.u.any, address.len), 0);
    ck_assert_int_eq(cadre_socket_address(fd, &address), 0);
    (void)snprintf(text, sizeof(text), "nameserver 127.0.0.1:%u\n", cadre_address_port(&address));
    write_file(resolv_conf, text);
    write_file(hosts, "10.1.1.1 box box.example\nfd00::11 box\n127.0.0.1 localhost\n");
    cadre__dns_set_files(resolv_conf, hosts);
    io_go(serve, &fd);
}

static void stop_server(void)
{
    ck_assert_int_eq(unlink(resolv_conf), 0);
    ck_assert_int_eq(unlink(hosts), 0);
}

/* --- cases --- */

static void assert_address(const struct cadre_address *address, const char *should)
{
    char text[CADRE_ADDRESS_TEXT_MAX];

    ck_assert_str_eq(cadre_address_format(address, text, sizeof(text)), should);
}

static int numeric(void *arg)
{
    struct cadre_address got[4];

    (void)arg;
    ck_assert_int_eq(cadre_resolve("127.0.0.1", 80, AF_UNSPEC, 0, got, 4), 1);
    assert_address(got, "127.0.0.1:80");
    ck_assert_int_eq(cadre_resolve("::1", 80, AF_INET6, 0, got, 4), 1);
    assert_address(got, "[::1]:80");
    ck_assert_int_eq(cadre_resolve("::1", 80, AF_INET, 0, got, 4), -ENOENT);
    ck_assert(!cadre__dns_is_open());
    ck_assert_int_eq(cadre_resolve("::1", 80, AF_UNIX, 0, got, 4), -EAFNOSUPPORT);
    ck_assert_int_eq(cadre_resolve("::1", 80, AF_UNSPEC, 0, got, 0), -EINVAL);
    ck_assert_int_eq(cadre_resolve("", 80, AF_UNSPEC, 0, got, 4), -EINVAL);
    return 0;
}

START_TEST(a_numeric_address_needs_no_resolver)
{
    io_run(numeric, NULL);
}
END_TEST

static const struct {
    const char *name;
    int family;
    int result;
    const char *addresses[3];
} questions[] = {
    {"one.test", AF_UNSPEC, 1, {"10.0.0.1:7"}},
    {"one.test", AF_INET6, -ENOENT, {NULL}},
    {"six.test", AF_UNSPEC, 1, {"[fd00::6]:7"}},
    {"both.test", AF_UNSPEC, 3, {"[fd00::1]:7", "10.0.0.1:7", "10.0.0.2:7"}},
    {"both.test", AF_INET, 2, {"10.0.0.1:7", "10.0.0.2:7"}},
    {"none.test", AF_UNSPEC, -ENOENT, {NULL}},
    {"broken.test", AF_UNSPEC, -EAGAIN, {NULL}},
    {"empty.test", AF_UNSPEC, -ENOENT, {NULL}},
    {"box", AF_UNSPEC, 2, {"[fd00::11]:7", "10.1.1.1:7"}},
    {"box.example", AF_INET, 1, {"10.1.1.1:7"}},
    {"localhost", AF_INET, 1, {"127.0.0.1:7"}},
};

static int ask(void *arg)
{
    struct cadre_address got[4];
    int i = *(int *)arg;

    start_server();
    ck_assert_int_eq(
        cadre_resolve(questions[i].name, 7, questions[i].family, CADRE_FOREVER, got, 4),
        questions[i].result);
    for (int k = 0; k < questions[i].result; k++)
        assert_address(&got[k], questions[i].addresses[k]);
    ck_assert(cadre__dns_is_open());
    stop_server();
    return 0;
}

START_TEST(names_are_found_in_files_and_with_servers)
{
    int i = _i;

    io_run_real(ask, &i);
    ck_assert(!cadre__dns_is_open());
}
END_TEST

static int no_server(void *arg)
{
    struct cadre_address got;
    const char *name = arg;

    start_server();
    ck_assert_int_eq(cadre_resolve(name, 7, AF_INET, 2000, &got, 1), -ETIMEDOUT);
    ck_assert_uint_eq(io_elapsed_ms(), 2000);
    ck_assert_uint_gt(asked, 0);
    stop_server();
    return 0;
}

START_TEST(a_silent_server_times_out)
{
    io_run(no_server, (char[]){"silent.test"});
}
END_TEST

struct resolves {
    const char *name;
    int result;
    bool ended;
    struct cadre_address got[4];
};

static void resolve_it(void *arg)
{
    struct resolves *it = arg;

    it->result = cadre_resolve(it->name, 1, AF_UNSPEC, CADRE_FOREVER, it->got, 4);
    it->ended = true;
}

static int cancelled(void *arg)
{
    struct resolves it = {.name = "silent.test"};
    struct resolves other = {.name = "both.test"};
    struct cadre__coroutine *co;

    (void)arg;
    start_server();
    co = io_go(resolve_it, &it);
    io_go(resolve_it, &other);
    ck_assert(!it.ended);
    cadre__coroutine_cancel(co);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert(it.ended);
    ck_assert_int_eq(it.result, -ECANCELED);
    while (!other.ended)
        io_settle();
    ck_assert_int_eq(other.result, 3);
    stop_server();
    return 0;
}

START_TEST(a_cancelled_question_ends_at_once_and_harms_no_other)
{
    io_run(cancelled, NULL);
}
END_TEST

static int left_behind(void *arg)
{
    static struct resolves it[3] = {
        {.name = "silent.test"}, {.name = "silent.test"}, {.name = "one.test"}};

    (void)arg;
    start_server();
    for (int i = 0; i < 3; i++)
        io_go(resolve_it, &it[i]);
    stop_server();
    return 0;
}

START_TEST(the_loop_may_end_while_names_are_asked_for)
{
    io_run(left_behind, NULL);
    ck_assert(!cadre__dns_is_open());
}
END_TEST

static int goes_away(void *arg)
{
    struct cadre_address got[4];
    int before;

    (void)arg;
    start_server();
    before = unit_open_fds();
    ck_assert_int_eq(cadre_resolve("box", 7, AF_INET, 0, got, 4), 1);
    ck_assert_int_eq(cadre_sleep(59000), 0);
    ck_assert(cadre__dns_is_open());
    ck_assert_int_eq(cadre_resolve("box", 7, AF_INET, 0, got, 4), 1);
    ck_assert_int_eq(cadre_sleep(59000), 0);
    ck_assert(cadre__dns_is_open());
    ck_assert_int_gt(unit_open_fds(), before);
    ck_assert_int_eq(cadre_sleep(2000), 0);
    ck_assert(!cadre__dns_is_open());
    ck_assert_int_eq(unit_open_fds(), before);
    ck_assert_int_eq(unlink(hosts), 0); /* what is new in the files is seen then */
    (void)strcpy(hosts + strlen(hosts) - 6, "XXXXXX");
    write_file(hosts, "10.1.1.2 box\n");
    ck_assert_int_eq(cadre_resolve("box", 7, AF_INET, 0, got, 4), 1);
    assert_address(got, "10.1.1.2:7");
    stop_server();
    return 0;
}

START_TEST(the_resolver_goes_away_after_a_minute)
{
    io_run(goes_away, NULL);
}
END_TEST

static int no_files(void *arg)
{
    struct cadre_address got[4];

    (void)arg;
    cadre__dns_set_files("/nonexistent/resolv.conf", "/nonexistent/hosts");
    ck_assert_int_eq(cadre_resolve("localhost", 7, AF_INET, 0, got, 4), 1);
    assert_address(got, "127.0.0.1:7");
    return 0;
}

START_TEST(without_files_localhost_is_known)
{
    io_run(no_files, NULL);
}
END_TEST

static int sockets(void *arg)
{
    struct cadre_address got[4];
    char link[64], target[64];

    (void)arg;
    start_server();
    ck_assert_int_eq(cadre_resolve("box", 7, AF_INET, 0, got, 4), 1);
    for (int fd = 3; fd < 64; fd++) {
        ssize_t n;

        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, target, sizeof(target) - 1);
        if (n > 0 && strncmp(target, "socket:", 7) == 0)
            ck_assert(io_is_cloexec(fd));
    }
    stop_server();
    return 0;
}

START_TEST(no_child_inherits_the_resolvers_sockets)
{
    io_run(sockets, NULL);
}
END_TEST

UNIT_MAIN("async/dns", UNIT_CASE(a_numeric_address_needs_no_resolver),
          UNIT_LOOP(names_are_found_in_files_and_with_servers,
                    sizeof(questions) / sizeof(questions[0])),
          UNIT_CASE(a_silent_server_times_out),
          UNIT_CASE(a_cancelled_question_ends_at_once_and_harms_no_other),
          UNIT_CASE(the_loop_may_end_while_names_are_asked_for),
          UNIT_CASE(the_resolver_goes_away_after_a_minute),
          UNIT_CASE(without_files_localhost_is_known),
          UNIT_CASE(no_child_inherits_the_resolvers_sockets))
