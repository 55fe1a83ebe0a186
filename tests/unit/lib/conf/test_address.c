/* SPDX-License-Identifier: MIT */
/* Addresses of listeners: what is taken, what is refused and why, which collide. */
#include "conf/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "tests/unit/unit.h"

static const struct {
    const char *text;
    const char *shown; /* the parsed address, as written by show() */
} good[] = {
    {"127.0.0.1:8080", "4 127.0.0.1 8080"},
    {"0.0.0.0:0", "4 0.0.0.0 0"},
    {":80", "4 0.0.0.0 80"},
    {"[::1]:65535", "6 ::1 65535"},
    {"[::]:80", "6 :: 80"},
    {"[2001:db8::8]:80", "6 2001:db8::8 80"},
    {"unix:/run/x.sock", "unix /run/x.sock"},
    {"unix:x.sock", "unix /srv/x.sock"},
    {"unix:.//./x.sock", "unix /srv/x.sock"},
    {"unix:a:80", "unix /srv/a:80"},
    {"systemd:web", "passed"},
    {"systemd:cadre.socket", "passed"},
};

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"127.0.0.1", "has no port; write \"127.0.0.1:8080\""},
    {"8080", "has no port; write \"127.0.0.1:8080\""},
    {"127.0.0.1:", "has a bad port: expected a number from 0 to 65535"},
    {"127.0.0.1:65536", "has a bad port: expected a number from 0 to 65535"},
    {"127.0.0.1:-1", "has a bad port: expected a number from 0 to 65535"},
    {"127.0.0.1:80x", "has a bad port: expected a number from 0 to 65535"},
    {"127.0.0.1:http", "has a bad port: expected a number from 0 to 65535"},
    {"localhost:80", "has no IP address; write one in numbers, \"127.0.0.1:8080\", or \":8080\" "
                     "for all"},
    {"*:80", "has no IP address; write one in numbers, \"127.0.0.1:8080\", or \":8080\" for all"},
    {"1.2.3:80", "has no IP address; write one in numbers, \"127.0.0.1:8080\", or \":8080\" for "
                 "all"},
    {"256.0.0.1:80", "has no IP address; write one in numbers, \"127.0.0.1:8080\", or \":8080\" "
                     "for all"},
    {"::1:80", "is no IPv4 address; write an IPv6 one in brackets, \"[::1]:8080\""},
    {"[::1]", "has no port; write \"[::1]:8080\""},
    {"[::1", "has no port; write \"[::1]:8080\""},
    {"[::1]80", "has no port; write \"[::1]:8080\""},
    {"[]:80", "has no IPv6 address in its brackets; write \"[::1]:8080\""},
    {"[127.0.0.1]:80", "has no IPv6 address in its brackets; write \"[::1]:8080\""},
    {"[::1]:", "has a bad port: expected a number from 0 to 65535"},
    {"unix:", "names no file; write \"unix:/run/cadre/web.sock\""},
    {"unix:/run/", "names no file; write \"unix:/run/cadre/web.sock\""},
    {"systemd:", "names no socket of systemd; write \"systemd:web\" for FileDescriptorName=web"},
    {"systemd:a:b", "names no socket of systemd; write \"systemd:web\" for FileDescriptorName=web"},
    {"systemd:a b", "names no socket of systemd; write \"systemd:web\" for FileDescriptorName=web"},
    {"unix:@x", "is an abstract socket, which any user could take; write a path"},
};

static const char *show(const struct sockaddr_storage *ss)
{
    static char text[256];
    char host[INET6_ADDRSTRLEN];
    const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

    if (ss->ss_family == AF_UNSPEC)
        snprintf(text, sizeof(text), "passed");
    else if (ss->ss_family == AF_INET)
        snprintf(text, sizeof(text), "4 %s %d",
                 inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)), ntohs(in->sin_port));
    else if (ss->ss_family == AF_INET6)
        snprintf(text, sizeof(text), "6 %s %d",
                 inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)), ntohs(in6->sin6_port));
    else
        snprintf(text, sizeof(text), "unix %s", ((const struct sockaddr_un *)ss)->sun_path);
    return text;
}

START_TEST(a_good_address_is_parsed)
{
    struct sockaddr_storage ss;
    socklen_t len;
    char why[CADRE__ADDRESS_WHY_SIZE] = "";

    ck_assert_msg(cadre__address_parse(good[_i].text, "/srv", &ss, &len, why) == 0, "%s: %s",
                  good[_i].text, why);
    ck_assert_str_eq(show(&ss), good[_i].shown);
    if (ss.ss_family == AF_UNSPEC)
        ck_assert_uint_eq(len, 0);
    else
        ck_assert_uint_gt(len, sizeof(sa_family_t));
    ck_assert_uint_le(len, sizeof(ss));
}
END_TEST

START_TEST(a_bad_address_is_refused_with_its_reason)
{
    struct sockaddr_storage ss;
    socklen_t len;
    char why[CADRE__ADDRESS_WHY_SIZE] = "";

    ck_assert_int_eq(cadre__address_parse(bad[_i].text, "/srv", &ss, &len, why), -EINVAL);
    ck_assert_str_eq(why, bad[_i].why);
}
END_TEST

START_TEST(only_an_address_of_systemd_has_a_socket_name)
{
    ck_assert_str_eq(cadre__address_socket_name("systemd:web"), "web");
    ck_assert_ptr_null(cadre__address_socket_name("127.0.0.1:80"));
    ck_assert_ptr_null(cadre__address_socket_name(NULL));
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_refused)
{
    struct sockaddr_storage ss;
    socklen_t len;
    char why[CADRE__ADDRESS_WHY_SIZE] = "";
    char text[256] = "unix:/";

    memset(text + 6, 'x', 106);
    ck_assert_int_eq(cadre__address_parse(text, "/srv", &ss, &len, why), 0);
    text[6 + 106] = 'x';
    ck_assert_int_eq(cadre__address_parse(text, "/srv", &ss, &len, why), -EINVAL);
    ck_assert_str_eq(why, "is a path of 108 bytes; a UNIX socket's path has at most 107");
}
END_TEST

static const struct {
    const char *a, *b;
    bool a_only, b_only; /* ipv6_only */
    bool collide;
} pairs[] = {
    {"127.0.0.1:80", "127.0.0.1:80", true, true, true},
    {"127.0.0.1:80", "127.0.0.1:81", true, true, false},
    {"127.0.0.1:80", "127.0.0.2:80", true, true, false},
    {"127.0.0.1:80", ":80", true, true, true},
    {":80", "127.0.0.1:80", true, true, true},
    {":0", ":0", true, true, false},
    {"[::1]:80", "[::1]:80", true, true, true},
    {"[::]:80", "[::1]:80", true, true, true},
    {"[::]:80", ":80", true, true, false},
    {"[::]:80", ":80", false, true, true},
    {"127.0.0.1:80", "[::]:80", true, false, true},
    {"127.0.0.1:80", "[::1]:80", true, false, false},
    {"unix:/a", "unix:/a", true, true, true},
    {"unix:/a", "unix:/b", true, true, false},
    {"unix:/a", ":80", true, true, false},
};

START_TEST(addresses_collide_where_one_includes_the_other)
{
    struct sockaddr_storage a, b;
    socklen_t len;
    char why[CADRE__ADDRESS_WHY_SIZE];

    ck_assert_int_eq(cadre__address_parse(pairs[_i].a, "/", &a, &len, why), 0);
    ck_assert_int_eq(cadre__address_parse(pairs[_i].b, "/", &b, &len, why), 0);
    ck_assert_int_eq(cadre__address_collides(&a, pairs[_i].a_only, &b, pairs[_i].b_only),
                     pairs[_i].collide);
    ck_assert_int_eq(cadre__address_collides(&b, pairs[_i].b_only, &a, pairs[_i].a_only),
                     pairs[_i].collide);
}
END_TEST

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

UNIT_MAIN("conf/address", UNIT_LOOP(a_good_address_is_parsed, COUNT(good)),
          UNIT_LOOP(a_bad_address_is_refused_with_its_reason, COUNT(bad)),
          UNIT_CASE(only_an_address_of_systemd_has_a_socket_name),
          UNIT_CASE(a_path_that_no_socket_can_have_is_refused),
          UNIT_LOOP(addresses_collide_where_one_includes_the_other, COUNT(pairs)))
