/* SPDX-License-Identifier: MIT */
/* Clients and their connections, as max_connections_per_client counts them. */
#include "worker/client_table.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/unit/unit.h"
#include "worker/connection.h"

static struct connection_peer v4(uint32_t n)
{
    struct connection_peer peer = {.family = AF_INET, .port = (uint16_t)n};

    memcpy(peer.address, &n, sizeof(n));
    return peer;
}

static struct connection_peer v6(const char *address)
{
    struct connection_peer peer = {.family = AF_INET6};

    memcpy(peer.address, address, 16);
    return peer;
}

START_TEST(each_client_has_a_count_of_its_own)
{
    struct client_table table;
    struct connection_peer a = v4(1), b = v4(2);

    client_table_init(&table);
    ck_assert_int_eq(client_table_add(&table, &a), 1);
    a.port = 99; /* another connection of the same client */
    ck_assert_int_eq(client_table_add(&table, &a), 2);
    ck_assert_int_eq(client_table_add(&table, &b), 1);
    client_table_drop(&table, &a);
    ck_assert_int_eq(client_table_add(&table, &a), 2);
    client_table_drop(&table, &a);
    client_table_drop(&table, &a);
    ck_assert_uint_eq(table.n_clients, 1);
    ck_assert_int_eq(client_table_add(&table, &a), 1);
    client_table_done(&table);
}
END_TEST

START_TEST(ipv6_clients_are_networks)
{
    struct client_table table;
    struct connection_peer a = v6("\x20\x01\x0d\xb8\0\0\0\1aaaaaaaa");
    struct connection_peer same = v6("\x20\x01\x0d\xb8\0\0\0\1bbbbbbbb");
    struct connection_peer other = v6("\x20\x01\x0d\xb8\0\0\0\2aaaaaaaa");
    struct connection_peer mapped = v6("\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1");
    struct connection_peer plain = {.family = AF_INET, .address = {127, 0, 0, 1}};

    client_table_init(&table);
    ck_assert_int_eq(client_table_add(&table, &a), 1);
    ck_assert_int_eq(client_table_add(&table, &same), 2);
    ck_assert_int_eq(client_table_add(&table, &other), 1);
    ck_assert_int_eq(client_table_add(&table, &mapped), 1);
    ck_assert_int_eq(client_table_add(&table, &plain), 2);
    client_table_done(&table);
}
END_TEST

START_TEST(who_has_no_address_is_not_counted)
{
    struct client_table table;
    struct connection_peer unix_peer = {.family = AF_UNIX}, unknown = {0};

    client_table_init(&table);
    ck_assert_int_eq(client_table_add(&table, &unix_peer), 0);
    ck_assert_int_eq(client_table_add(&table, &unknown), 0);
    client_table_drop(&table, &unknown);
    ck_assert_uint_eq(table.n_clients, 0);
    client_table_done(&table);
}
END_TEST

START_TEST(it_grows_and_forgets_nobody)
{
    struct client_table table;

    client_table_init(&table);
    for (int round = 1; round <= 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            struct connection_peer peer = v4(i);
            ck_assert_int_eq(client_table_add(&table, &peer), round);
        }
    }
    ck_assert_uint_eq(table.n_clients, 5000);
    for (uint32_t i = 0; i < 10000; i++) {
        struct connection_peer peer = v4(i % 5000);
        client_table_drop(&table, &peer);
    }
    ck_assert_uint_eq(table.n_clients, 0);
    client_table_done(&table);
}
END_TEST

UNIT_MAIN("worker/client_table", UNIT_CASE(each_client_has_a_count_of_its_own),
          UNIT_CASE(ipv6_clients_are_networks), UNIT_CASE(who_has_no_address_is_not_counted),
          UNIT_CASE(it_grows_and_forgets_nobody))
