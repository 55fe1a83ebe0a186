/* SPDX-License-Identifier: MIT */
/*
 * lib/async/address.h: what lib/async knows of addresses beyond <cadre/dns.h>.
 */
#ifndef CADRE_ASYNC_ADDRESS_H
#define CADRE_ASYNC_ADDRESS_H

#include <stdbool.h>

#include <cadre/dns.h>

/*
 * The address of a UNIX socket at `path`; '@' begins an abstract name. Errors: -EINVAL (empty),
 * -ENAMETOOLONG. Never suspends; any thread.
 */
CADRE_MUST_CHECK int cadre__address_unix(const char *path, struct cadre_address *ret);

/* Is it one of IPv4 or IPv6? */
bool cadre__address_is_tcp(const struct cadre_address *address);

#endif
