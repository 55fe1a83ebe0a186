/* SPDX-License-Identifier: MIT */
/*
 * conf/address: where a listener listens, from text to a socket address.
 *
 * Numeric addresses only: a name could resolve to several addresses, or to others at the next
 * reload. Pure; never blocks, allocates or suspends.
 */
#ifndef CADRE__CONF_ADDRESS_H
#define CADRE__CONF_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cadre/macros.h>

/* Room for what is wrong with an address. */
#define CADRE__ADDRESS_WHY_SIZE 256

/*
 * Parses "127.0.0.1:80", "[::1]:80", ":80" (all IPv4 addresses), "unix:PATH" (a relative PATH is
 * relative to FOLDER), "systemd:NAME" (*RET_LEN is 0: only the one who passes the socket knows its
 * address). 0 with *RET and *RET_LEN set; -EINVAL with the reason in WHY, to be read after the
 * address in quotes.
 */
CADRE_MUST_CHECK int cadre__address_parse(const char *text, const char *folder,
                                          struct sockaddr_storage *ret, socklen_t *ret_len,
                                          char why[static CADRE__ADDRESS_WHY_SIZE]);

/* The NAME of "systemd:NAME", a socket that the service manager passes; NULL for other addresses
 * and for NULL. Borrowed from TEXT. */
const char *cadre__address_socket_name(const char *text);

/*
 * Whether two listeners cannot both be bound: the same address, or one that includes the other
 * (0.0.0.0:80 and 127.0.0.1:80). Port 0 never collides. IPV6_ONLY says it for each.
 */
bool cadre__address_collides(const struct sockaddr_storage *a, bool a_ipv6_only,
                             const struct sockaddr_storage *b, bool b_ipv6_only);

#endif
