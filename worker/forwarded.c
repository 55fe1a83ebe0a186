/* SPDX-License-Identifier: MIT */
/*
 * Reads the headers of proxies from their end. worker/forwarded.h has the contract.
 */
#include "config.h"

#include "worker/forwarded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "conf/server_conf.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "worker/connection.h"
#include "worker/http1_chars.h"

/* The longest name of a client that is no address. */
#define NAME_MAX_LEN 64

/* What one proxy says of whom it got the request from. */
struct hop {
    struct cadre_str node; /* an address with or without a port, or a name */
    struct cadre_str proto;
    struct cadre_str host;
};

/* A client, or a proxy, as an entry names it. */
struct node {
    struct connection_peer peer; /* family 0: a name */
    struct cadre_str name;
};

/* --- conf --- */

int forwarded_init(struct forwarded *f, const struct cadre__conf_strings *trusted,
                   const struct cadre__conf_strings *headers)
{
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {
        {"x-forwarded-for", FORWARDED_FOR},   {"x-forwarded-proto", FORWARDED_PROTO},
        {"x-forwarded-host", FORWARDED_HOST}, {"x-forwarded-port", FORWARDED_PORT},
        {"forwarded", FORWARDED_STANDARD},
    };

    *f = (struct forwarded){0};
    f->trusted = calloc(trusted->n + 1, sizeof(*f->trusted));
    if (!f->trusted)
        return -ENOMEM;
    for (size_t i = 0; i < trusted->n; i++) {
        if (cadre__network_parse(trusted->list[i], &f->trusted[f->n_trusted]) == 0)
            f->n_trusted++;
    }
    for (size_t i = 0; i < headers->n; i++) {
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            if (strcasecmp(headers->list[i], names[k].name) == 0)
                f->headers |= names[k].bit;
        }
    }
    return 0;
}

void forwarded_done(struct forwarded *f)
{
    free(f->trusted);
    *f = (struct forwarded){0};
}

bool forwarded_is_trusted(const struct forwarded *f, const struct connection_peer *peer)
{
    for (size_t i = 0; i < f->n_trusted; i++) {
        if (cadre__network_has(&f->trusted[i], peer->family, peer->address))
            return true;
    }
    return false;
}

/* --- entries --- */

static struct cadre_str trim(struct cadre_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = (struct cadre_str){s.ptr + 1, s.len - 1};
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool parse_port(struct cadre_str text, uint16_t *ret)
{
    unsigned port = 0;

    if (text.len == 0 || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        port = port * 10 + (unsigned)(text.ptr[i] - '0');
    }
    if (port > 65535)
        return false;
    *ret = (uint16_t)port;
    return true;
}

static bool parse_address(struct cadre_str text, int family, struct connection_peer *ret)
{
    char copy[INET6_ADDRSTRLEN];

    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(family, copy, ret->address) != 1)
        return false;
    ret->family = (uint8_t)family;
    return true;
}

static struct cadre_str behind(struct cadre_str s, size_t at)
{
    return (struct cadre_str){s.ptr + at, s.len - at};
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80". */
static bool parse_peer(struct cadre_str text, struct connection_peer *ret)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    const char *close = memchr(text.ptr, ']', text.len);

    *ret = (struct connection_peer){0};
    if (text.ptr[0] == '[') {
        size_t len = close ? (size_t)(close - text.ptr) : 0;

        if (len == 0 || !parse_address((struct cadre_str){text.ptr + 1, len - 1}, AF_INET6, ret))
            return false;
        text = behind(text, len + 1);
        return text.len == 0 || (text.ptr[0] == ':' && parse_port(behind(text, 1), &ret->port));
    }
    if (!colon)
        return parse_address(text, AF_INET, ret);
    size_t len = (size_t)(colon - text.ptr);
    if (parse_address((struct cadre_str){text.ptr, len}, AF_INET, ret))
        return parse_port(behind(text, len + 1), &ret->port);
    return parse_address(text, AF_INET6, ret);
}

static bool is_name(struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!http1_char_is(text.ptr[i], HTTP1_CHAR_TOKEN) && text.ptr[i] != ':')
            return false;
    }
    return text.len > 0 && text.len <= NAME_MAX_LEN;
}

/* What an entry names. What a log may not show is "unknown" (RFC 7239 §6.2), and so is nothing. */
static struct node parse_node(struct cadre_str text)
{
    struct node node = {.name = text};

    if (text.len > 0 && parse_peer(text, &node.peer))
        return node;
    node.peer = (struct connection_peer){0};
    if (!is_name(text))
        node.name = CADRE_STR("unknown");
    return node;
}

/* --- lists, from their end --- */

/* The fields of one name, read from the last element of the last one. */
struct reader {
    const struct cadre__scope *scope;
    enum cadre__field field;
    size_t at;             /* fields not yet read: this many from the first */
    struct cadre_str rest; /* of the one that is read */
};

/* Where the last element of a list begins: behind its last comma that is in no quoted string. A
 * string that nobody closes is none, or a client could hide what a proxy has added behind it. */
static size_t last_element(struct cadre_str list, bool has_strings)
{
    const char *comma = memrchr(list.ptr, ',', list.len);
    bool quoted = false;
    size_t begin = 0;

    for (size_t i = 0; has_strings && i < list.len; i++) {
        if (quoted && list.ptr[i] == '\\')
            i++;
        else if (list.ptr[i] == '"')
            quoted = !quoted;
        else if (!quoted && list.ptr[i] == ',')
            begin = i + 1;
    }
    if (has_strings && !quoted)
        return begin;
    return comma ? (size_t)(comma - list.ptr) + 1 : 0;
}

static bool read_element(struct reader *r, struct cadre_str *ret)
{
    for (;;) {
        while (r->rest.len == 0) {
            if (r->at == 0)
                return false;
            const struct cadre__header *h = &r->scope->headers[--r->at];
            if (cadre__field_of(h->name) == r->field)
                r->rest = h->value;
        }
        size_t begin = last_element(r->rest, r->field == CADRE__FIELD_FORWARDED);
        *ret = trim(behind(r->rest, begin));
        r->rest.len = begin > 0 ? begin - 1 : 0;
        if (ret->len > 0)
            return true;
    }
}

/* The last element of the fields of that name; "": there is none. */
static struct cadre_str last_value(const struct cadre__scope *scope, enum cadre__field field)
{
    struct reader r = {.scope = scope, .field = field, .at = scope->n_headers};
    struct cadre_str value;

    return read_element(&r, &value) ? value : CADRE_STR("");
}

/* A value of Forwarded, in place: the quotes and backslashes of a quoted string are taken off. */
static struct cadre_str unquote(struct cadre__arena *arena, struct cadre_str s)
{
    if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"')
        return s;
    char *text = cadre__arena_alloc(arena, s.len);
    size_t len = 0;

    if (!text)
        return CADRE_STR("");
    for (size_t i = 1; i + 1 < s.len; i++) {
        if (s.ptr[i] == '\\' && i + 2 < s.len)
            i++;
        text[len++] = s.ptr[i];
    }
    return (struct cadre_str){text, len};
}

/* Where the first pair of an element ends: at a semicolon that is in no quoted string. */
static size_t first_pair(struct cadre_str s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.len; i++) {
        if (quoted && s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '"')
            quoted = !quoted;
        else if (!quoted && s.ptr[i] == ';')
            return i;
    }
    return s.len;
}

/* "for=192.0.2.1;proto=https;host=\"a:80\"" (RFC 7239 §4). */
static struct hop parse_hop(struct cadre__arena *arena, struct cadre_str element)
{
    struct hop hop = {CADRE_STR_INIT(""), CADRE_STR_INIT(""), CADRE_STR_INIT("")};

    while (element.len > 0) {
        size_t end = first_pair(element);
        struct cadre_str pair = {element.ptr, end};
        const char *equals = memchr(pair.ptr, '=', pair.len);

        if (equals) {
            size_t len = (size_t)(equals - pair.ptr);
            struct cadre_str name = trim((struct cadre_str){pair.ptr, len});
            struct cadre_str value = unquote(arena, trim(behind(pair, len + 1)));

            if (name.len == 3 && strncasecmp(name.ptr, "for", 3) == 0)
                hop.node = value;
            else if (name.len == 5 && strncasecmp(name.ptr, "proto", 5) == 0)
                hop.proto = value;
            else if (name.len == 4 && strncasecmp(name.ptr, "host", 4) == 0)
                hop.host = value;
        }
        element = behind(element, end < element.len ? end + 1 : end);
    }
    return hop;
}

/* --- what comes of it --- */

/* The hop of the client; false: nobody says. */
static bool find_client(const struct forwarded *f, struct cadre__arena *arena,
                        const struct cadre__scope *scope, enum cadre__field field,
                        struct hop *ret_hop, struct node *ret)
{
    struct reader r = {.scope = scope, .field = field, .at = scope->n_headers};
    struct cadre_str element;
    bool found = false;

    while (read_element(&r, &element)) {
        struct hop hop = field == CADRE__FIELD_FORWARDED ? parse_hop(arena, element)
                                                         : (struct hop){.node = element};

        *ret_hop = hop;
        *ret = parse_node(hop.node);
        found = true;
        if (ret->peer.family == 0 || !forwarded_is_trusted(f, &ret->peer))
            break;
    }
    return found;
}

static int set_client(struct cadre__arena *arena, struct cadre__scope *scope,
                      const struct node *node)
{
    char text[CONNECTION_PEER_TEXT];
    struct cadre_str name = node->name;

    if (node->peer.family != 0)
        name = (struct cadre_str){text, connection_peer_format(&node->peer, text)};
    const char *copy = cadre__arena_strndup(arena, name.ptr, name.len);
    if (!copy)
        return -ENOMEM;
    scope->client = (struct cadre__endpoint){{copy, name.len}, node->peer.port};
    return 0;
}

static void set_scheme(struct cadre__scope *scope, struct cadre_str proto)
{
    if (cadre_str_eq_nocase(proto, CADRE_STR("https")) ||
        cadre_str_eq_nocase(proto, CADRE_STR("wss")))
        scope->scheme = CADRE_STR("https");
    else if (cadre_str_eq_nocase(proto, CADRE_STR("http")) ||
             cadre_str_eq_nocase(proto, CADRE_STR("ws")))
        scope->scheme = CADRE_STR("http");
}

/* "shop.example", "shop.example:8443", "[2001:db8::1]:80". */
static int set_host(struct cadre__arena *arena, struct cadre__scope *scope, struct cadre_str host)
{
    size_t len = host.len;
    uint16_t port = cadre_str_eq(scope->scheme, CADRE_STR("https")) ? 443 : 80;

    for (size_t i = 0; i < host.len; i++) {
        if (!http1_char_is(host.ptr[i], HTTP1_CHAR_HOST) && !strchr("[]:", host.ptr[i]))
            return 0;
    }
    for (size_t i = host.len; i > 0 && host.ptr[i - 1] != ']'; i--) {
        if (host.ptr[i - 1] != ':')
            continue;
        if (!parse_port(behind(host, i), &port))
            return 0;
        len = i - 1;
        break;
    }
    if (len == 0)
        return 0;
    const char *copy = cadre__arena_strndup(arena, host.ptr, len);
    if (!copy)
        return -ENOMEM;
    scope->server = (struct cadre__endpoint){{copy, len}, port};
    return 0;
}

int forwarded_apply(const struct forwarded *f, struct cadre__arena *arena,
                    struct cadre__scope *scope)
{
    struct hop hop = {CADRE_STR_INIT(""), CADRE_STR_INIT(""), CADRE_STR_INIT("")};
    struct node client;
    int r = 0;

    if (f->headers & FORWARDED_STANDARD &&
        find_client(f, arena, scope, CADRE__FIELD_FORWARDED, &hop, &client))
        r = set_client(arena, scope, &client);
    else if (f->headers & FORWARDED_FOR &&
             find_client(f, arena, scope, CADRE__FIELD_X_FORWARDED_FOR, &hop, &client))
        r = set_client(arena, scope, &client);
    if (r < 0)
        return r;
    if (f->headers & FORWARDED_PROTO && hop.proto.len == 0)
        hop.proto = last_value(scope, CADRE__FIELD_X_FORWARDED_PROTO);
    set_scheme(scope, hop.proto);
    if (f->headers & FORWARDED_HOST && hop.host.len == 0)
        hop.host = last_value(scope, CADRE__FIELD_X_FORWARDED_HOST);
    if (hop.host.len > 0)
        r = set_host(arena, scope, hop.host);
    if (r == 0 && f->headers & FORWARDED_PORT)
        (void)parse_port(last_value(scope, CADRE__FIELD_X_FORWARDED_PORT), &scope->server.port);
    return r;
}
