/* SPDX-License-Identifier: MIT */
/* What proxies say about their clients, and whose word is taken. */
#include "worker/forwarded.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "conf/server_conf.h"
#include "gateway/field.h"
#include "gateway/gateway.h"
#include "tests/unit/unit.h"
#include "worker/connection.h"

#define X "x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port"

static const struct row {
    const char *what;
    const char *headers; /* taken: names, apart by spaces */
    const char *fields;  /* "name: value" each, apart by newlines */
    const char *ends;    /* client, scheme and server as they come out */
} rows[] = {
    {"nothing is said", X, "host: h", "10.0.0.9 1 http here 80"},
    {"one entry", X, "x-forwarded-for: 192.0.2.1", "192.0.2.1 0 http here 80"},
    {"an entry with a port", X, "x-forwarded-for: 192.0.2.1:4711", "192.0.2.1 4711 http here 80"},
    {"IPv6", X, "x-forwarded-for: 2001:DB8::1", "2001:db8::1 0 http here 80"},
    {"IPv6 in brackets", X, "x-forwarded-for: [2001:db8::1]", "2001:db8::1 0 http here 80"},
    {"IPv6 with a port", X, "x-forwarded-for: [2001:db8::1]:4711", "2001:db8::1 4711 http here 80"},
    {"a mapped address is IPv4", X, "x-forwarded-for: ::ffff:192.0.2.1",
     "192.0.2.1 0 http here 80"},
    {"the right-most that is not trusted", X,
     "x-forwarded-for: 6.6.6.6, 192.0.2.1, 10.1.2.3, 10.1.2.4", "192.0.2.1 0 http here 80"},
    {"over several fields", X,
     "x-forwarded-for: 6.6.6.6\nx-forwarded-for: 192.0.2.1\nx-forwarded-for: 10.1.2.3",
     "192.0.2.1 0 http here 80"},
    {"all trusted: the left-most", X, "x-forwarded-for: 10.3.3.3, 10.1.2.3",
     "10.3.3.3 0 http here 80"},
    {"empty entries are passed over", X, "x-forwarded-for: 192.0.2.1, ,10.1.2.3,",
     "192.0.2.1 0 http here 80"},
    {"a name ends the search", X, "x-forwarded-for: 192.0.2.1, unknown, 10.1.2.3",
     "unknown 0 http here 80"},
    {"what no log may show ends it too", X, "x-forwarded-for: 192.0.2.1, a\"b, 10.1.2.3",
     "unknown 0 http here 80"},
    {"a quote hides no comma there", X, "x-forwarded-for: \", 192.0.2.1",
     "192.0.2.1 0 http here 80"},
    {"a port that is none", X, "x-forwarded-for: 192.0.2.1:99999",
     "192.0.2.1:99999 0 http here 80"},
    {"a scheme", X, "x-forwarded-proto: https", "10.0.0.9 1 https here 80"},
    {"the last one", X, "x-forwarded-proto: http, HTTPS", "10.0.0.9 1 https here 80"},
    {"the one of a WebSocket", X, "x-forwarded-proto: wss", "10.0.0.9 1 https here 80"},
    {"an unknown scheme is none", X, "x-forwarded-proto: javascript", "10.0.0.9 1 http here 80"},
    {"a host", X, "x-forwarded-host: shop.example\nx-forwarded-proto: https",
     "10.0.0.9 1 https shop.example 443"},
    {"a host with a port", X, "x-forwarded-host: shop.example:8443",
     "10.0.0.9 1 http shop.example 8443"},
    {"an IPv6 host", X, "x-forwarded-host: [::1]:8443", "10.0.0.9 1 http [::1] 8443"},
    {"a port for itself", X, "x-forwarded-host: shop.example\nx-forwarded-port: 8443",
     "10.0.0.9 1 http shop.example 8443"},
    {"a bad host is none", X, "x-forwarded-host: sh op/", "10.0.0.9 1 http here 80"},
    {"a bad port is none", X, "x-forwarded-port: 80x", "10.0.0.9 1 http here 80"},
    {"what is not listed is not taken", "x-forwarded-for",
     "x-forwarded-proto: https\nx-forwarded-host: a\nx-forwarded-port: 1\n"
     "forwarded: for=6.6.6.6",
     "10.0.0.9 1 http here 80"},
    {"RFC 7239 §4", "forwarded",
     "forwarded: for=192.0.2.1;proto=https;by=203.0.113.43;host=shop.example",
     "192.0.2.1 0 https shop.example 443"},
    {"RFC 7239 §4: quoted, in any case", "forwarded",
     "forwarded: For=\"[2001:db8:cafe::17]:4711\" ; Proto=HTTPS",
     "2001:db8:cafe::17 4711 https here 80"},
    {"RFC 7239 §4: the hop of the client tells the rest", "forwarded",
     "forwarded: for=6.6.6.6;proto=http, for=192.0.2.1;proto=https;host=a\n"
     "forwarded: for=10.1.2.3;proto=http;host=b",
     "192.0.2.1 0 https a 443"},
    {"RFC 7239 §6.2: unknown", "forwarded", "forwarded: for=unknown", "unknown 0 http here 80"},
    {"RFC 7239 §6.3: obfuscated", "forwarded", "forwarded: for=_hidden", "_hidden 0 http here 80"},
    {"a comma and a semicolon in quotes", "forwarded", "forwarded: for=192.0.2.1;host=\"a,b;c\"",
     "192.0.2.1 0 http a,b;c 80"},
    {"nor one that nobody closes", "forwarded", "forwarded: for=\"x, for=192.0.2.1",
     "192.0.2.1 0 http here 80"},
    {"nor a comma behind a backslash", "forwarded", "forwarded: \"\\, for=192.0.2.1",
     "192.0.2.1 0 http here 80"},
    {"X-Forwarded-For beside it is not looked at", "forwarded",
     "x-forwarded-for: 6.6.6.6\nforwarded: for=192.0.2.1", "192.0.2.1 0 http here 80"},
};

#define WORDS_MAX 8

struct words {
    char text[256];
    const char *list[WORDS_MAX + 1];
    struct cadre__conf_strings strings;
};

static void split(struct words *w, const char *text)
{
    snprintf(w->text, sizeof(w->text), "%s", text);
    w->strings = (struct cadre__conf_strings){.list = w->list};
    for (char *at = strtok(w->text, " "); at; at = strtok(NULL, " "))
        w->list[w->strings.n++] = at;
}

/* Header fields out of lines, known names as the parser gives them. */
static size_t fill(struct cadre__header *headers, char *text)
{
    size_t n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *colon = strchr(line, ':');
        size_t len = (size_t)(colon - line);
        enum cadre__field field = cadre__field_find(line, len);

        headers[n++] = (struct cadre__header){cadre__field_name(field), cadre_str_from(colon + 2)};
    }
    return n;
}

START_TEST(what_is_said_is_taken)
{
    const struct row *row = &rows[_i];
    struct words trusted, names;
    struct cadre__header headers[8];
    struct cadre__arena arena;
    struct forwarded f;
    char fields[512], ends[256];

    split(&trusted, "10.0.0.0/8");
    split(&names, row->headers);
    snprintf(fields, sizeof(fields), "%s", row->fields);
    ck_assert_int_eq(forwarded_init(&f, &trusted.strings, &names.strings), 0);
    cadre__arena_init(&arena, 1024);
    struct cadre__scope scope = {
        .scheme = CADRE_STR("http"),
        .headers = headers,
        .n_headers = fill(headers, fields),
        .client = {CADRE_STR("10.0.0.9"), 1},
        .server = {CADRE_STR("here"), 80},
    };
    ck_assert_int_eq(forwarded_apply(&f, &arena, &scope), 0);
    snprintf(ends, sizeof(ends), "%s %u %s %s %u", scope.client.address.ptr, scope.client.port,
             scope.scheme.ptr, scope.server.address.ptr, scope.server.port);
    ck_assert_msg(strcmp(ends, row->ends) == 0, "%s: %s, expected %s", row->what, ends, row->ends);
    cadre__arena_done(&arena);
    forwarded_done(&f);
}
END_TEST

START_TEST(some_peers_are_trusted)
{
    const struct connection_peer proxy = {.family = AF_INET, .address = {10, 9, 8, 7}};
    const struct connection_peer other = {.family = AF_INET, .address = {11, 9, 8, 7}};
    const struct connection_peer local = {.family = AF_UNIX};
    struct forwarded f, none = {0};
    struct words trusted, names;

    split(&trusted, "10.0.0.0/8 unix");
    split(&names, X);
    ck_assert_int_eq(forwarded_init(&f, &trusted.strings, &names.strings), 0);
    ck_assert(forwarded_is_trusted(&f, &proxy));
    ck_assert(forwarded_is_trusted(&f, &local));
    ck_assert(!forwarded_is_trusted(&f, &other));
    ck_assert(!forwarded_is_trusted(&none, &proxy));
    forwarded_done(&f);
}
END_TEST

UNIT_MAIN("worker/forwarded", UNIT_LOOP(what_is_said_is_taken, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(some_peers_are_trusted))
