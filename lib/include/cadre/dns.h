/* SPDX-License-Identifier: MIT */
/*
 * <cadre/dns.h>: addresses, and names made into addresses.
 *
 * Names are looked up in /etc/hosts and with the name servers of /etc/resolv.conf, without a
 * thread and without blocking the loop. The resolver is made when the first name is looked up and
 * goes away when none was for a minute; so a change of these files takes effect then.
 *
 * An address is a plain value that holds no resources. Time limits are in milliseconds;
 * CADRE_FOREVER is none.
 */
#ifndef CADRE_DNS_H
#define CADRE_DNS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cadre/macros.h>
#include <cadre/task.h>

CADRE_BEGIN_DECLS

/* An address of any kind that a socket can have here. */
struct cadre_address {
    socklen_t len; /* bytes of the address that count; 0: none */
    union {
        struct sockaddr any;     /* any.sa_family says which one it is */
        struct sockaddr_in in;   /* AF_INET */
        struct sockaddr_in6 in6; /* AF_INET6 */
        struct sockaddr_un un;   /* AF_UNIX */
    } u;
};

/* Room for any address as text. */
#define CADRE_ADDRESS_TEXT_MAX 128

/*
 * Reads a numeric address, "127.0.0.1", "::1" or "[::1]" ("fe80::1%eth0" too), with `port`. No
 * name is looked up. Returns 0, or -EINVAL: it is none. Never suspends; any thread.
 */
CADRE_API CADRE_MUST_CHECK int cadre_address_parse(const char *text, uint16_t port,
                                                   struct cadre_address *ret);

/*
 * Writes the address as "127.0.0.1:80", "[::1]:80", "unix:/run/x.sock" ("unix:@name" for an
 * abstract one, "unix:" for one without a name), cut to `size` bytes with the NUL; returns `buf`.
 * Never suspends; any thread.
 */
CADRE_API const char *cadre_address_format(const struct cadre_address *address, char *buf,
                                           size_t size);

/* The port of an address, 0 for one that has none. Never suspends; any thread. */
CADRE_API uint16_t cadre_address_port(const struct cadre_address *address);

/*
 * Finds the addresses of `host`: a numeric address, a name of /etc/hosts, or a name that the name
 * servers know. `family` is AF_UNSPEC, AF_INET or AF_INET6. At most `max` of them go to `ret`, of
 * both families in turn, IPv6 first, each with `port`; returns how many, at least 1. May suspend,
 * but for a numeric address; `timeout_ms` bounds the whole (the name servers' own patience does in
 * any case: about 15 s each).
 * Errors: -ENOENT (no such name, or it has no address of that family), -EAGAIN (the name servers
 * do not answer, or failed: later it may work), -ETIMEDOUT, -EINVAL (`max` is 0, or `host` cannot
 * be a name), -EAFNOSUPPORT, -ENOMEM, -ECANCELED, -EDEADLK.
 */
CADRE_API CADRE_MUST_CHECK int cadre_resolve(const char *host, uint16_t port, int family,
                                             uint64_t timeout_ms, struct cadre_address *ret,
                                             size_t max);

CADRE_END_DECLS

#endif
