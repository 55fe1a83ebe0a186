/* SPDX-License-Identifier: MIT */
/* Sets of addresses as a conf names them. */
#include "base/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "tests/unit/unit.h"

static bool has(const char *text, const char *address)
{
    struct cadre__network network;
    uint8_t bytes[16] = {0};
    int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;

    ck_assert_int_eq(cadre__network_parse(text, &network), 0);
    ck_assert_int_eq(inet_pton(family, address, bytes), 1);
    return cadre__network_has(&network, family, bytes);
}

START_TEST(prefixes_match_to_their_last_bit)
{
    static const struct {
        const char *network, *inside, *outside;
    } rows[] = {
        {"10.0.0.0/8", "10.255.1.2", "11.0.0.0"},
        {"192.0.2.128/25", "192.0.2.129", "192.0.2.127"},
        {"192.0.2.7", "192.0.2.7", "192.0.2.6"},
        {"192.0.2.7/32", "::ffff:192.0.2.7", "::ffff:192.0.2.8"},
        {"::ffff:10.0.0.0/104", "10.1.1.1", "11.1.1.1"},
        {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
        {"fe80::/10", "febf::1", "fec0::1"},
        {"::1", "::1", "::2"},
        {"0.0.0.0/0", "255.1.2.3", "::1"},
        {"::/0", "2001::1", "1.2.3.4"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(has(rows[i].network, rows[i].inside), "%s", rows[i].network);
        ck_assert_msg(!has(rows[i].network, rows[i].outside), "%s", rows[i].network);
    }
}
END_TEST

START_TEST(words_stand_for_kinds_of_clients)
{
    struct cadre__network any, local;
    uint8_t none[16] = {0};

    ck_assert_int_eq(cadre__network_parse("*", &any), 0);
    ck_assert_int_eq(cadre__network_parse("unix", &local), 0);
    ck_assert(cadre__network_has(&any, AF_UNIX, none));
    ck_assert(cadre__network_has(&any, 0, none));
    ck_assert(cadre__network_has(&local, AF_UNIX, none));
    ck_assert(!cadre__network_has(&local, AF_INET, none));
    ck_assert(!cadre__network_has(&local, 0, none));
}
END_TEST

START_TEST(what_is_no_network_is_refused)
{
    static const char *const texts[] = {
        "",
        "localhost",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/8x",
        "10.0.0/8",
        "1.2.3.4:80",
        "2001:db8::1/32",
        "::/129",
        "[::1]",
        "10.0.0.0/-1",
        "10.0.0.0/ 8",
        "**",
        "UNIX",
    };
    struct cadre__network network;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(cadre__network_parse(texts[i], &network) == -EINVAL, "%s", texts[i]);
}
END_TEST

UNIT_MAIN("base/network", UNIT_CASE(prefixes_match_to_their_last_bit),
          UNIT_CASE(words_stand_for_kinds_of_clients), UNIT_CASE(what_is_no_network_is_refused))
