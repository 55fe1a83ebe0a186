/* SPDX-License-Identifier: MIT */
/*
 * lib/async/address.c: addresses as text and as what the kernel wants. Plain computing: nothing
 * here looks up a name, waits or keeps anything.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cadre/dns.h>

#include "async/address.h"

static int parse_in6(const char *text, uint16_t port, struct cadre_address *ret)
{
    char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
    size_t len = strlen(text);
    char *zone;
    struct cadre_address address = {.len = sizeof(address.u.in6)};

    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    if (len >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';
    address.u.in6.sin6_family = AF_INET6;
    address.u.in6.sin6_port = htons(port);
    zone = strchr(host, '%');
    if (zone) {
        *zone++ = '\0';
        address.u.in6.sin6_scope_id = if_nametoindex(zone);
        if (address.u.in6.sin6_scope_id == 0)
            return -EINVAL;
    }
    if (inet_pton(AF_INET6, host, &address.u.in6.sin6_addr) != 1)
        return -EINVAL;
    *ret = address;
    return 0;
}

int cadre_address_parse(const char *text, uint16_t port, struct cadre_address *ret)
{
    struct cadre_address address = {.len = sizeof(address.u.in)};

    if (inet_pton(AF_INET, text, &address.u.in.sin_addr) != 1)
        return parse_in6(text, port, ret);
    address.u.in.sin_family = AF_INET;
    address.u.in.sin_port = htons(port);
    *ret = address;
    return 0;
}

int cadre__address_unix(const char *path, struct cadre_address *ret)
{
    struct cadre_address address = {0};
    size_t len = strlen(path);
    bool abstract = path[0] == '@';

    if (len == 0)
        return -EINVAL;
    if (len + !abstract > sizeof(address.u.un.sun_path))
        return -ENAMETOOLONG;
    address.u.un.sun_family = AF_UNIX;
    memcpy(address.u.un.sun_path, path, len);
    if (abstract)
        address.u.un.sun_path[0] = '\0';
    address.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + !abstract);
    *ret = address;
    return 0;
}

static void format_unix(const struct cadre_address *address, char *buf, size_t size)
{
    const struct sockaddr_un *un = &address->u.un;
    size_t len = address->len - offsetof(struct sockaddr_un, sun_path);

    if (address->len <= offsetof(struct sockaddr_un, sun_path))
        (void)snprintf(buf, size, "unix:");
    else if (un->sun_path[0] == '\0')
        (void)snprintf(buf, size, "unix:@%.*s", (int)len - 1, un->sun_path + 1);
    else
        (void)snprintf(buf, size, "unix:%.*s", (int)len, un->sun_path);
}

const char *cadre_address_format(const struct cadre_address *address, char *buf, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    char zone[IF_NAMESIZE];
    const struct sockaddr_in6 *in6 = &address->u.in6;

    if (size == 0)
        return buf;
    if (address->len < sizeof(sa_family_t)) {
        buf[0] = '\0';
    } else if (address->u.any.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &address->u.in.sin_addr, host, sizeof(host));
        (void)snprintf(buf, size, "%s:%u", host, ntohs(address->u.in.sin_port));
    } else if (address->u.any.sa_family == AF_INET6) {
        bool zoned = in6->sin6_scope_id != 0 && if_indextoname(in6->sin6_scope_id, zone);

        (void)inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
        (void)snprintf(buf, size, "[%s%s%s]:%u", host, zoned ? "%" : "", zoned ? zone : "",
                       ntohs(in6->sin6_port));
    } else if (address->u.any.sa_family == AF_UNIX) {
        format_unix(address, buf, size);
    } else {
        (void)snprintf(buf, size, "family %d", address->u.any.sa_family);
    }
    return buf;
}

uint16_t cadre_address_port(const struct cadre_address *address)
{
    if (address->len >= sizeof(struct sockaddr_in) && address->u.any.sa_family == AF_INET)
        return ntohs(address->u.in.sin_port);
    if (address->len >= sizeof(struct sockaddr_in6) && address->u.any.sa_family == AF_INET6)
        return ntohs(address->u.in6.sin6_port);
    return 0;
}

bool cadre__address_is_tcp(const struct cadre_address *address)
{
    return address->len > 0 &&
           (address->u.any.sa_family == AF_INET || address->u.any.sa_family == AF_INET6);
}
