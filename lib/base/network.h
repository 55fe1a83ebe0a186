/* SPDX-License-Identifier: MIT */
/*
 * base/network: sets of addresses as a conf names them: "10.0.0.0/8", "2001:db8::/32",
 * "192.0.2.7", "unix" (whoever comes by a UNIX socket) and "*" (anybody).
 *
 * An IPv4 address that an IPv6 socket reports in its mapped form (RFC 4291 §2.5.5.2) is the IPv4
 * address. Pure; any thread.
 */
#ifndef CADRE_BASE_NETWORK_H
#define CADRE_BASE_NETWORK_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stdint.h>

struct cadre__network {
    uint8_t address[16]; /* IPv4: the first four; bits behind the prefix are 0 */
    uint8_t bits;        /* of the prefix */
    uint8_t family;      /* AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC: anybody */
};

/* Reads one. 0; -EINVAL: it is none of these, or has bits behind its prefix ("10.0.0.1/8"). */
CADRE_MUST_CHECK int cadre__network_parse(const char *text, struct cadre__network *ret);

/* Whether an address of that family (AF_INET: the first four bytes; AF_UNIX: none) is in it. A
 * client of an unknown family, 0, is in "*" alone. */
bool cadre__network_has(const struct cadre__network *network, int family,
                        const uint8_t address[16]);

#endif
