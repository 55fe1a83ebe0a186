/* SPDX-License-Identifier: MIT */
/*
 * Request targets: the four forms (RFC 9112 §3.2), and percent-decoding of paths.
 */
#include "worker/http1_target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct row {
    const char *method, *target;
    int status;
    const char *text; /* "path|query|authority", or the reason */
} rows[] = {
    {"GET", "/", 0, "/||"},
    {"GET", "/a/b", 0, "/a/b||"},
    {"GET", "/a?b", 0, "/a|b|"},
    {"GET", "/a?", 0, "/a||"},
    {"GET", "/?a?b", 0, "/|a?b|"},
    {"GET", "//a//b", 0, "//a//b||"},
    {"GET", "/a%20b?c%20d", 0, "/a%20b|c%20d| encoded"},
    {"GET", "/a?c%20d", 0, "/a|c%20d|"},
    {"GET", "http://h", 0, "/||h"},
    {"GET", "HTTP://h:80/a?b", 0, "/a|b|h:80"},
    {"GET", "https://h/", 0, "/||h"},
    {"GET", "http://h?b", 0, "/|b|h"},
    {"OPTIONS", "*", 0, "*||"},
    {"OPTIONS", "/", 0, "/||"},
    {"GET", "*", 400, "the target * is for OPTIONS only"},
    {"OPTIONS", "**", 400, "the request target is neither a path nor an http URL"},
    {"GET", "a", 400, "the request target is neither a path nor an http URL"},
    {"GET", "?a", 400, "the request target is neither a path nor an http URL"},
    {"GET", "ftp://h/", 400, "the request target is neither a path nor an http URL"},
    {"GET", "http:/h/", 400, "the request target is neither a path nor an http URL"},
    {"GET", "http:///a", 400, "malformed authority in the request target"},
    {"GET", "http://u@h/", 400, "malformed authority in the request target"},
    {"GET", "http://a>b/", 400, "malformed authority in the request target"},
    {"GET", "http://:80/", 400, "malformed authority in the request target"},
    {"GET", "http://h:x/", 400, "malformed authority in the request target"},
    {"GET", "http://[::1/", 400, "malformed authority in the request target"},
    {"CONNECT", "h:443", 501, "CONNECT is for proxies; this is none"},
    {"CONNECT", "/", 501, "CONNECT is for proxies; this is none"},
};

START_TEST(targets_are_taken_apart)
{
    const struct row *row = &rows[_i];
    struct http1_target t;
    const char *reason = NULL;
    char text[256];

    int status =
        http1_target_parse(cadre_str_from(row->method), cadre_str_from(row->target), &t, &reason);
    ck_assert_int_eq(status, row->status);
    if (status != 0) {
        ck_assert_str_eq(reason, row->text);
        return;
    }
    snprintf(text, sizeof(text), "%.*s|%.*s|%.*s%s", CADRE_STR_ARGS(t.path),
             CADRE_STR_ARGS(t.query), CADRE_STR_ARGS(t.authority),
             t.path_is_encoded ? " encoded" : "");
    ck_assert_str_eq(text, row->text);
}
END_TEST

static const struct {
    const char *path;
    const char *decoded; /* NULL: refused */
} paths[] = {
    {"/", "/"},           {"/a%20b", "/a b"},       {"/%2F%2f", "///"},
    {"/%25", "/%"},       {"/%C3%BC", "/\xc3\xbc"}, {"/%7e", "/~"},
    {"/%0d%0a", "/\r\n"}, {"/%ff", "/\xff"},        {"/%", NULL},
    {"/%2", NULL},        {"/%2g", NULL},           {"/%g2", NULL},
    {"/%00", NULL},       {"/%%20", NULL},          {"/a%", NULL},
    {"/% 2", NULL},
};

START_TEST(paths_are_decoded)
{
    char *out = malloc(strlen(paths[_i].path));

    ck_assert_ptr_nonnull(out);
    int len = http1_path_decode(cadre_str_from(paths[_i].path), out);
    if (!paths[_i].decoded) {
        ck_assert_int_eq(len, -EINVAL);
    } else {
        ck_assert_int_eq(len, strlen(paths[_i].decoded));
        ck_assert_mem_eq(out, paths[_i].decoded, len);
    }
    free(out);
}
END_TEST

START_TEST(an_authority_is_compared_without_case)
{
    ck_assert(http1_authority_is_host(CADRE_STR("H:80"), CADRE_STR("h:80")));
    ck_assert(!http1_authority_is_host(CADRE_STR("h"), CADRE_STR("h:80")));
    ck_assert(!http1_authority_is_host(CADRE_STR("h"), CADRE_STR("i")));
}
END_TEST

UNIT_MAIN("worker/http1_target", UNIT_LOOP(targets_are_taken_apart, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(paths_are_decoded, sizeof(paths) / sizeof(paths[0])),
          UNIT_CASE(an_authority_is_compared_without_case))
