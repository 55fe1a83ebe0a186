/* SPDX-License-Identifier: MIT */
/*
 * Prefixes of addresses, by inet_pton(3). base/network.h has the contract.
 */
#include "base/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* Digits to their end, up to `max`. */
static int parse_bits(const char *text, unsigned max, uint8_t *ret)
{
    unsigned bits = 0;

    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        bits = bits * 10 + (unsigned)(*text - '0');
        if (bits > max)
            return -EINVAL;
    }
    *ret = (uint8_t)bits;
    return 0;
}

static bool bit_at(const uint8_t *address, unsigned i)
{
    return (address[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* "::ffff:10.0.0.0/104" is "10.0.0.0/8". */
static void unmap(struct cadre__network *network)
{
    if (network->family != AF_INET6 || network->bits < 96 ||
        memcmp(network->address, mapped, sizeof(mapped)) != 0)
        return;
    memmove(network->address, network->address + sizeof(mapped), 4);
    memset(network->address + 4, 0, sizeof(mapped));
    network->family = AF_INET;
    network->bits = (uint8_t)(network->bits - 96);
}

int cadre__network_parse(const char *text, struct cadre__network *ret)
{
    struct cadre__network network = {0};
    char address[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "/");
    unsigned max;

    if (strcmp(text, "*") == 0 || strcmp(text, "unix") == 0) {
        *ret = (struct cadre__network){.family = text[0] == '*' ? AF_UNSPEC : AF_UNIX};
        return 0;
    }
    if (len >= sizeof(address))
        return -EINVAL;
    memcpy(address, text, len);
    address[len] = '\0';
    network.family = memchr(address, ':', len) != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(network.family, address, network.address) != 1)
        return -EINVAL;
    max = network.family == AF_INET ? 32 : 128;
    network.bits = (uint8_t)max;
    if (text[len] == '/' && parse_bits(text + len + 1, max, &network.bits) < 0)
        return -EINVAL;
    for (unsigned i = network.bits; i < max; i++) {
        if (bit_at(network.address, i))
            return -EINVAL;
    }
    unmap(&network);
    *ret = network;
    return 0;
}

bool cadre__network_has(const struct cadre__network *network, int family, const uint8_t address[16])
{
    unsigned whole = network->bits / 8;

    if (network->family == AF_UNSPEC)
        return true;
    if (family == AF_INET6 && memcmp(address, mapped, sizeof(mapped)) == 0) {
        family = AF_INET;
        address += sizeof(mapped);
    }
    if (family != network->family)
        return false;
    if (memcmp(address, network->address, whole) != 0)
        return false;
    for (unsigned i = whole * 8; i < network->bits; i++) {
        if (bit_at(address, i) != bit_at(network->address, i))
            return false;
    }
    return true;
}
