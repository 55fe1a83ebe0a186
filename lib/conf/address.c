/* SPDX-License-Identifier: MIT */
/*
 * conf/address: parses and compares the addresses of listeners. See the header.
 */
#include "conf/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/units.h"

#define UNIX_PREFIX    "unix:"
#define SYSTEMD_PREFIX "systemd:"
/* The longest name that systemd gives a socket: sd_notify(3), FDNAME. */
#define SYSTEMD_NAME_MAX 255

static int parse_unix(const char *path, const char *folder, struct sockaddr_storage *ret,
                      socklen_t *ret_len, char *why)
{
    struct sockaddr_un *un = (struct sockaddr_un *)ret;
    int n;

    if (path[0] == '\0' || path[strlen(path) - 1] == '/') {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE, "names no file; write \"unix:/run/cadre/web.sock\"");
        return -EINVAL;
    }
    if (path[0] == '@') {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE,
                 "is an abstract socket, which any user could take; write a path");
        return -EINVAL;
    }
    while (path[0] == '.' && path[1] == '/')
        path += 2 + strspn(path + 2, "/");
    un->sun_family = AF_UNIX;
    if (path[0] == '/')
        n = snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
    else
        n = snprintf(un->sun_path, sizeof(un->sun_path), "%s%s%s", folder,
                     folder[0] == '/' && folder[1] == '\0' ? "" : "/", path);
    if (n < 0 || (size_t)n >= sizeof(un->sun_path)) {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE,
                 "is a path of %d bytes; a UNIX socket's path has at most %zu", n,
                 sizeof(un->sun_path) - 1);
        return -EINVAL;
    }
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n + 1);
    return 0;
}

static int parse_port(const char *text, in_port_t *ret, char *why)
{
    uint64_t port;

    if (cadre__parse_uint64(text, &port) < 0 || port > UINT16_MAX) {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE, "has a bad port: expected a number from 0 to 65535");
        return -EINVAL;
    }
    *ret = htons((uint16_t)port);
    return 0;
}

static int parse_ipv6(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len, char *why)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
    const char *close = strchr(text, ']');
    char host[INET6_ADDRSTRLEN];

    if (close == NULL || close[1] != ':') {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE, "has no port; write \"[::1]:8080\"");
        return -EINVAL;
    }
    if (snprintf(host, sizeof(host), "%.*s", (int)(close - text - 1), text + 1) >=
            (int)sizeof(host) ||
        inet_pton(AF_INET6, host, &in6->sin6_addr) != 1) {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE,
                 "has no IPv6 address in its brackets; write \"[::1]:8080\"");
        return -EINVAL;
    }
    in6->sin6_family = AF_INET6;
    *ret_len = sizeof(*in6);
    return parse_port(close + 2, &in6->sin6_port, why);
}

static int parse_ipv4(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len, char *why)
{
    struct sockaddr_in *in = (struct sockaddr_in *)ret;
    const char *colon = strrchr(text, ':');
    char host[INET6_ADDRSTRLEN];
    int n;

    if (colon == NULL) {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE, "has no port; write \"127.0.0.1:8080\"");
        return -EINVAL;
    }
    if (strchr(text, ':') != colon) {
        snprintf(why, CADRE__ADDRESS_WHY_SIZE,
                 "is no IPv4 address; write an IPv6 one in brackets, \"[::1]:8080\"");
        return -EINVAL;
    }
    n = snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
    if (n >= (int)sizeof(host) || (n > 0 && inet_pton(AF_INET, host, &in->sin_addr) != 1)) {
        snprintf(
            why, CADRE__ADDRESS_WHY_SIZE,
            "has no IP address; write one in numbers, \"127.0.0.1:8080\", or \":8080\" for all");
        return -EINVAL;
    }
    in->sin_family = AF_INET;
    *ret_len = sizeof(*in);
    return parse_port(colon + 1, &in->sin_port, why);
}

const char *cadre__address_socket_name(const char *text)
{
    size_t len = strlen(SYSTEMD_PREFIX);

    return text != NULL && strncmp(text, SYSTEMD_PREFIX, len) == 0 ? text + len : NULL;
}

/* The name of a socket that systemd passes. */
static int parse_name(const char *name, char *why)
{
    size_t len = strlen(name);
    bool fits = len > 0 && len <= SYSTEMD_NAME_MAX;

    for (size_t i = 0; i < len; i++)
        fits = fits && name[i] > ' ' && name[i] <= '~' && name[i] != ':';
    if (fits)
        return 0;
    snprintf(why, CADRE__ADDRESS_WHY_SIZE,
             "names no socket of systemd; write \"systemd:web\" for FileDescriptorName=web");
    return -EINVAL;
}

int cadre__address_parse(const char *text, const char *folder, struct sockaddr_storage *ret,
                         socklen_t *ret_len, char why[static CADRE__ADDRESS_WHY_SIZE])
{
    memset(ret, 0, sizeof(*ret));
    *ret_len = 0;
    if (cadre__address_socket_name(text) != NULL)
        return parse_name(cadre__address_socket_name(text), why);
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return parse_unix(text + strlen(UNIX_PREFIX), folder, ret, ret_len, why);
    if (text[0] == '[')
        return parse_ipv6(text, ret, ret_len, why);
    return parse_ipv4(text, ret, ret_len, why);
}

/* --- collisions --- */

/* An IP address as IPv6, IPv4 ones mapped. */
struct endpoint {
    struct in6_addr addr;
    in_port_t port;
    bool v4;   /* takes IPv4 clients only */
    bool any;  /* the wildcard */
    bool dual; /* the IPv6 wildcard that takes IPv4 clients too */
};

static struct endpoint endpoint_of(const struct sockaddr_storage *ss, bool ipv6_only)
{
    struct endpoint e = {0};

    if (ss->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

        memcpy(&e.addr.s6_addr[12], &in->sin_addr, sizeof(in->sin_addr));
        e.port = in->sin_port;
        e.v4 = true;
        e.any = in->sin_addr.s_addr == htonl(INADDR_ANY);
    } else {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

        e.addr = in6->sin6_addr;
        e.port = in6->sin6_port;
        e.any = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
        e.dual = e.any && !ipv6_only;
    }
    return e;
}

bool cadre__address_collides(const struct sockaddr_storage *a, bool a_ipv6_only,
                             const struct sockaddr_storage *b, bool b_ipv6_only)
{
    struct endpoint x, y;

    if (a->ss_family == AF_UNIX || b->ss_family == AF_UNIX)
        return a->ss_family == b->ss_family &&
               strcmp(((const struct sockaddr_un *)a)->sun_path,
                      ((const struct sockaddr_un *)b)->sun_path) == 0;
    x = endpoint_of(a, a_ipv6_only);
    y = endpoint_of(b, b_ipv6_only);
    if (x.port != y.port || x.port == 0)
        return false;
    if (x.v4 != y.v4)
        return x.dual || y.dual;
    return x.any || y.any || memcmp(&x.addr, &y.addr, sizeof(x.addr)) == 0;
}
