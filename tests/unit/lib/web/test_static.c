/* SPDX-License-Identifier: MIT */
/*
 * Static files by the bundled module (modules/static, web/static*.c, web/beneath.c): what is served
 * and how, and that nothing else is, not even opened.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include "web/accept.h"
#include "web/beneath.h"
#include <cadre/response.h>
#include <cadre/static.h>
#include <cadre/test.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* --- a folder --- */

static char base[] = "/tmp/cadre-test-static-XXXXXX"; /* site/ and what is outside of it */

static const char *at(const char *name)
{
    static char paths[4][300];
    static unsigned n;
    char *path = paths[n++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", base, name);
    return path;
}

static void put(const char *name, const char *content)
{
    char fresh[320];
    int fd;

    snprintf(fresh, sizeof(fresh), "%s.new", at(name));
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    ck_assert_int_eq(rename(fresh, at(name)), 0);
}

static void make_base(void)
{
    ck_assert_ptr_nonnull(mkdtemp(base));
    ck_assert_int_eq(mkdir(at("site"), 0755), 0);
    ck_assert_int_eq(mkdir(at("site/docs"), 0755), 0);
    ck_assert_int_eq(mkdir(at("site/empty"), 0755), 0);
    ck_assert_int_eq(mkdir(at("site/.git"), 0755), 0);
    ck_assert_int_eq(mkdir(at("site/.well-known"), 0755), 0);
    put("secret", "SECRET");
    put("site/a.txt", "hello");
    put("site/a b%.txt", "odd");
    put("site/page.html", "<p>");
    put("site/docs/index.html", "<index>");
    put("site/docs/b.js", "js");
    put("site/.env", "SECRET");
    put("site/.git/config", "SECRET");
    put("site/.well-known/x", "known");
    ck_assert_int_eq(symlink("../secret", at("site/out")), 0);
    ck_assert_int_eq(symlink(at("secret"), at("site/out-absolute")), 0);
    ck_assert_int_eq(symlink("..", at("site/up")), 0);
    ck_assert_int_eq(symlink("/", at("site/root")), 0);
    ck_assert_int_eq(symlink("/proc/self/root", at("site/magic")), 0);
    ck_assert_int_eq(symlink("loop", at("site/loop")), 0);
    ck_assert_int_eq(symlink("a.txt", at("site/in")), 0);
    ck_assert_int_eq(symlink("../site/a.txt", at("site/out-and-in")), 0);
    ck_assert_int_eq(symlink(at("site/a.txt"), at("site/in-absolute")), 0);
    ck_assert_int_eq(symlink("docs", at("site/docs-link")), 0);
    ck_assert_int_eq(mkfifo(at("site/pipe"), 0644), 0);
}

static void remove_base(void)
{
    char command[100];

    snprintf(command, sizeof(command), "rm -rf %s", base);
    ck_assert_int_eq(system(command), 0);
}

/* The settings but for the directory. */
static struct cadre_test_client *serve(const char *one, const char *two, const char *three)
{
    static char directory[300];
    static const char *settings[5];

    snprintf(directory, sizeof(directory), "directory=%s", at("site"));
    settings[0] = directory;
    settings[1] = one;
    settings[2] = one != NULL ? two : NULL;
    settings[3] = two != NULL ? three : NULL;
    return cadre_test_serve(.file = STATIC, .mount = "/static", .settings = settings);
}

static const struct cadre_test_response *get(struct cadre_test_client *client, const char *target,
                                             const char *header)
{
    const char *const headers[] = {header, NULL};

    return cadre_test_request(client, .target = target, .headers = header != NULL ? headers : NULL,
                              .keep_redirects = true);
}

/* --- what is served --- */

START_TEST(files_are_served)
{
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    make_base();
    client = serve(NULL, NULL, NULL);
    res = get(client, "/static/a.txt", NULL);
    cadre_assert_status(res, 200);
    cadre_assert_body(res, "hello");
    cadre_assert_header(res, "content-type", "text/plain; charset=utf-8");
    cadre_assert_header(res, "accept-ranges", "bytes");
    cadre_assert_header(res, "content-length", "5");
    cadre_assert_header(res, "cache-control", NULL);
    cadre_assert_header(res, "vary", NULL);
    ck_assert_ptr_nonnull(cadre_test_header(res, "etag"));
    ck_assert_ptr_nonnull(cadre_test_header(res, "last-modified"));
    cadre_assert_body(get(client, "/static/a%20b%25.txt", NULL), "odd");
    cadre_assert_body(get(client, "/static/docs/b.js", NULL), "js");
    cadre_assert_body(get(client, "/static/docs%2Fb.js", NULL), "js");
    cadre_assert_body(get(client, "/static/.well-known/x", NULL), "known");
    cadre_assert_body(get(client, "/static/in", NULL), "hello");
    cadre_assert_body(get(client, "/static/in-absolute", NULL), "hello");
    cadre_assert_body(get(client, "/static/docs-link/b.js", NULL), "js");
    cadre_assert_body(get(client, "/static/out-and-in", NULL), "hello");
    res = cadre_test_request(client, .method = "HEAD", .target = "/static/a.txt");
    cadre_assert_status(res, 200);
    cadre_assert_header(res, "content-length", "5");
    cadre_assert_body(res, "");
    res = cadre_test_request(client, .method = "POST", .target = "/static/a.txt");
    cadre_assert_status(res, 405);
    cadre_assert_header(res, "allow", "GET, HEAD, OPTIONS");
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

/* Each is 404 and opens nothing outside. */
static const char *const forbidden[] = {
    "..",
    "../secret",
    "../site/a.txt",
    "docs/../a.txt",
    "docs/../../secret",
    "./a.txt",
    ".",
    "docs/./b.js",
    "/secret",
    "//secret",
    "docs//b.js",
    "%2e%2e/secret",
    "%2e%2e%2fsecret",
    "..%2fsecret",
    ".%2e/secret",
    "%2E%2E/secret",
    "docs/%2e%2e/%2e%2e/secret",
    "%252e%252e/secret",
    "%252e%252e%252fsecret",
    "..%252fsecret",
    "%c0%ae%c0%ae/secret", /* overlong UTF-8 of ".." */
    "%c0%ae%c0%ae%c0%afsecret",
    "%e0%80%ae%e0%80%ae/secret",
    "%f0%80%80%ae%f0%80%80%ae/secret",
    "%uff0e%uff0e/secret",
    "%ef%bc%8e%ef%bc%8e/secret", /* full-width dots */
    "..%5csecret",
    "..\\secret",
    "%5c..%5csecret",
    "..;/secret",
    "...",
    "..../secret",
    "a.txt/",
    "a.txt/../../secret",
    "a.txt/.",
    "out",
    "out-absolute",
    "up/secret",
    "root/etc/passwd",
    "root/proc/self/environ",
    "magic/etc/passwd",
    "loop",
    "pipe",
    "socket",
    ".env",
    "%2eenv",
    ".git/config",
    "docs/../.env",
    ".well-known/../.env",
    "docs",
    "docs/",
    "empty/",
    "",
    "none",
    "none/none",
    "a.txt%20",
    "a.txt.",
    "A.TXT",
    "~root",
    "a.txt::$DATA",
    "file:///etc/passwd",
    "http://127.0.0.1/",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "%09a.txt",
    "a.txt%0a",
    "con",
};

static int watch_outside(void)
{
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    ck_assert_int_ge(watch, 0);
    ck_assert_int_ge(inotify_add_watch(watch, at("secret"), IN_OPEN | IN_ACCESS), 0);
    ck_assert_int_ge(inotify_add_watch(watch, at("site/.env"), IN_OPEN | IN_ACCESS), 0);
    ck_assert_int_ge(inotify_add_watch(watch, at("site/.git/config"), IN_OPEN | IN_ACCESS), 0);
    ck_assert_int_ge(inotify_add_watch(watch, at("site/pipe"), IN_OPEN | IN_ACCESS), 0);
    ck_assert_int_ge(inotify_add_watch(watch, "/etc/passwd", IN_OPEN | IN_ACCESS), 0);
    return watch;
}

START_TEST(nothing_else_is_served_nor_opened)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), watch;
    struct cadre_test_client *client;
    char event[4096];

    make_base();
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", at("site/socket"));
    ck_assert_int_eq(bind(sock, (const struct sockaddr *)&address, sizeof(address)), 0);
    client = serve(_i == 1 ? "precompressed=true" : NULL, NULL, NULL);
    watch = watch_outside();
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        const struct cadre_test_response *res;
        char target[200];

        snprintf(target, sizeof(target), "/static/%s", forbidden[i]);
        res = get(client, target, NULL);
        /* 0: the protocol would have none of it */
        ck_assert_msg(cadre_test_status(res) == 404 || cadre_test_status(res) == 0, "%s: %d %s",
                      target, cadre_test_status(res), cadre_test_text(res));
        ck_assert_ptr_null(strstr(cadre_test_text(res), "SECRET"));
    }
    ck_assert_int_eq(read(watch, event, sizeof(event)), -1);
    ck_assert_int_eq(errno, EAGAIN);
    close(watch);
    close(sock);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(a_name_that_is_too_long_is_not_there)
{
    struct cadre_test_client *client;
    static char target[6000];

    make_base();
    client = serve(NULL, NULL, NULL);
    memset(target, 'x', sizeof(target) - 1);
    memcpy(target, "/static/", 8);
    cadre_assert_status(get(client, target, NULL), 404);
    target[8 + 256] = '\0';
    cadre_assert_status(get(client, target, NULL), 404);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(more_is_served_where_the_settings_say_so)
{
    struct cadre_test_client *client;

    make_base();
    client = serve("hidden=true", "follow_links=true", NULL);
    cadre_assert_body(get(client, "/static/.env", NULL), "SECRET");
    cadre_assert_body(get(client, "/static/out", NULL), "SECRET");
    cadre_assert_body(get(client, "/static/up/secret", NULL), "SECRET");
    cadre_assert_status(get(client, "/static/../secret", NULL), 404);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(what_may_not_be_read_is_403)
{
    struct cadre_test_client *client;

    make_base();
    ck_assert_int_eq(chmod(base, 0755), 0);
    ck_assert_int_eq(chmod(at("site/a.txt"), 0), 0);
    client = serve(NULL, NULL, NULL);
    if (getuid() == 0) /* who may read all: as somebody else */
        ck_assert_int_eq(seteuid(65534), 0);
    cadre_assert_status(get(client, "/static/a.txt", NULL), 403);
    cadre_assert_status(get(client, "/static/page.html", NULL), 200);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

/* --- html --- */

START_TEST(folders_have_an_index_where_the_settings_say_so)
{
    struct cadre_test_client *client;
    const struct cadre_test_response *res;

    make_base();
    client = serve("html=true", NULL, NULL);
    res = get(client, "/static/docs/", NULL);
    cadre_assert_body(res, "<index>");
    cadre_assert_header(res, "content-type", "text/html; charset=utf-8");
    res = get(client, "/static/docs?a=b%20c", NULL);
    cadre_assert_status(res, 307);
    cadre_assert_header(res, "location", "/static/docs/?a=b%20c");
    cadre_assert_status(get(client, "/static/empty/", NULL), 404);
    cadre_assert_status(get(client, "/static/empty", NULL), 404);
    cadre_assert_status(get(client, "/static/", NULL), 404);
    cadre_assert_body(get(client, "/static/none", NULL), "Not Found");
    put("site/404.html", "<gone>");
    put("site/index.html", "<home>");
    res = get(client, "/static/none", "range: bytes=0-0");
    cadre_assert_status(res, 404);
    cadre_assert_body(res, "<gone>");
    cadre_assert_body(get(client, "/static/", NULL), "<home>");
    cadre_assert_body(get(client, "/static/.env", NULL), "<gone>");
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

/* --- conditions, ranges, codings --- */

START_TEST(conditions_and_ranges_are_heeded)
{
    struct cadre_test_client *client;
    const struct cadre_test_response *res;
    char header[200];

    make_base();
    /* From memory, and from the file. */
    client = serve(_i == 0 ? "cache_small=64k" : "cache_small=0", "cache_control=max-age=60", NULL);
    res = get(client, "/static/a.txt", "range: bytes=1-2");
    cadre_assert_status(res, 206);
    cadre_assert_body(res, "el");
    cadre_assert_header(res, "content-range", "bytes 1-2/5");
    cadre_assert_header(res, "cache-control", "max-age=60");
    res = get(client, "/static/a.txt", "range: bytes=0-0,-1");
    cadre_assert_status(res, 206);
    cadre_assert_body_has(res, "content-range: bytes 0-0/5\r\n\r\nh\r\n--");
    cadre_assert_body_has(res, "content-range: bytes 4-4/5\r\n\r\no\r\n--");
    cadre_assert_status(get(client, "/static/a.txt", "range: bytes=5-"), 416);
    snprintf(header, sizeof(header), "if-none-match: %s", cadre_test_header(res, "etag"));
    res = get(client, "/static/a.txt", header);
    cadre_assert_status(res, 304);
    cadre_assert_body(res, "");
    cadre_assert_header(res, "cache-control", "max-age=60");
    cadre_assert_header(res, "content-type", NULL);
    ck_assert_ptr_nonnull(cadre_test_header(res, "etag"));
    cadre_assert_status(get(client, "/static/a.txt", "if-match: \"x\""), 412);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(precompressed_files_stand_for_plain_ones)
{
    static const struct {
        const char *accept, *coding, *body;
    } rows[] = {
        {"accept-encoding: gzip", "gzip", "gz"},
        {"accept-encoding: gzip, br", "br", "b"},
        {"accept-encoding: gzip;q=1, br;q=0.5", "gzip", "gz"},
        {"accept-encoding: br;q=0", NULL, "plain"},
        {"accept-encoding: *", "br", "b"},
        {"accept-encoding: identity, gzip;q=0.5", NULL, "plain"},
        {"accept-encoding: gzip;q=x", NULL, "plain"},
        {"accept-encoding: deflate", NULL, "plain"},
        {NULL, NULL, "plain"},
    };
    struct cadre_test_client *client;
    const struct cadre_test_response *res;
    char plain_etag[100];

    make_base();
    put("site/x.css", "plain");
    put("site/x.css.gz", "gz");
    put("site/x.css.br", "b");
    client = serve("precompressed=true", "check_interval=0", NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        res = get(client, "/static/x.css", rows[i].accept);
        cadre_assert_body(res, rows[i].body);
        cadre_assert_header(res, "content-encoding", rows[i].coding);
        cadre_assert_header(res, "vary", "accept-encoding");
        cadre_assert_header(res, "content-type", "text/css; charset=utf-8");
    }
    snprintf(plain_etag, sizeof(plain_etag), "%s", cadre_test_header(res, "etag"));
    res = get(client, "/static/x.css", "accept-encoding: br");
    ck_assert_str_ne(cadre_test_header(res, "etag"), plain_etag);
    /* One that is gone is not used any more. */
    ck_assert_int_eq(unlink(at("site/x.css.br")), 0);
    cadre_assert_body(get(client, "/static/x.css", "accept-encoding: br, gzip"), "gz");
    cadre_assert_header(get(client, "/static/a.txt", "accept-encoding: br"), "vary", NULL);
    ck_assert_int_eq(unlink(at("site/x.css")), 0);
    cadre_assert_status(get(client, "/static/x.css", "accept-encoding: gzip"), 404);
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

/* --- an answer of its own --- */

/* What most ask for goes out by a head that was made before; it says what any other says. */
START_TEST(all_ways_say_the_same)
{
    static const char *const names[] = {"content-type",  "etag",          "last-modified",
                                        "accept-ranges", "vary",          "content-encoding",
                                        "cache-control", "content-length"};
    static const char *const wants[] = {"x-none: 1", "accept-encoding: gzip", "accept-encoding: br",
                                        "accept-encoding: identity"};
    struct cadre_test_client *client;

    make_base();
    put("site/a.txt.gz", "gz");
    client = serve(_i == 0 ? "cache_small=64k" : "cache_small=0", "cache_control=max-age=60",
                   "precompressed=true");
    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
        const char *const headers[] = {wants[i], NULL}, *const harmless[] = {wants[i], "range: -",
                                                                             NULL};
        char said[8][80];
        const struct cadre_test_response *res =
            cadre_test_request(client, .target = "/static/a.txt", .headers = headers);

        cadre_assert_body(res, i == 1 ? "gz" : "hello");
        for (size_t n = 0; n < 8; n++)
            snprintf(said[n], sizeof(said[n]), "%s", cadre_test_header(res, names[n]) ?: "-");
        res = cadre_test_request(client, .target = "/static/a.txt", .headers = harmless);
        cadre_assert_body(res, i == 1 ? "gz" : "hello");
        for (size_t n = 0; n < 8; n++)
            ck_assert_str_eq(cadre_test_header(res, names[n]) ?: "-", said[n]);
    }
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

static struct cadre_static *own_files;

/* The file is kept by nobody, and is asked about once it has been sent. */
static int respond_and_look(struct cadre_request *req)
{
    int r = cadre_static_respond(own_files, req, "a.txt");
    const char *etag = cadre_response_header(req, "etag");

    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(cadre_response_status(req), 200);
    ck_assert_ptr_nonnull(etag);
    ck_assert_uint_eq(strspn(etag, "\"0123456789abcdef-"), strlen(etag));
    ck_assert_uint_gt(strlen(etag), 10);
    ck_assert_int_eq(cadre_header_set(req, "x-late", "1"), -EALREADY);
    return 0;
}

/* What a handler has set goes out too. */
static int add_and_respond(struct cadre_request *req)
{
    ck_assert_int_eq(cadre_header_set(req, "x-own", "1"), 0);
    ck_assert_int_eq(cadre_header_set(req, "etag", "\"mine\""), 0);
    return cadre_static_respond(own_files, req, "a.txt");
}

START_TEST(a_handler_sees_what_was_said)
{
    static const struct cadre_route routes[] = {
        CADRE_GET("/plain", respond_and_look), CADRE_GET("/sync", respond_and_look, .sync = true),
        CADRE_GET("/own", add_and_respond), CADRE_ROUTES_END};
    static const struct cadre_module module = {.routes = routes};
    const char *directories[] = {NULL, NULL};
    struct cadre_static_options options = {.directories = directories, .max_files = SIZE_MAX};
    const struct cadre_test_response *res;
    struct cadre_test_client *client;
    char why[200];

    make_base();
    directories[0] = at("site");
    ck_assert_int_eq(cadre_static_new(&options, why, sizeof(why), &own_files), 0);
    client = cadre_test_serve(.module = &module);
    cadre_assert_body(get(client, "/plain", NULL), "hello");
    cadre_assert_body(get(client, "/sync", NULL), "hello");
    res = get(client, "/own", NULL);
    cadre_assert_body(res, "hello");
    cadre_assert_header(res, "x-own", "1");
    cadre_assert_header(res, "etag", "\"mine\"");
    ck_assert_int_eq(cadre_test_close(client), 0);
    cadre_static_free(own_files);
    remove_base();
}
END_TEST

/* --- what is kept --- */

START_TEST(changes_are_seen)
{
    struct cadre_test_client *client;
    const struct cadre_test_response *res;
    char etag[100];

    make_base();
    client = serve("check_interval=0", _i == 0 ? "cache_small=64k" : "cache_small=0", NULL);
    res = get(client, "/static/a.txt", NULL);
    cadre_assert_body(res, "hello");
    snprintf(etag, sizeof(etag), "%s", cadre_test_header(res, "etag"));
    put("site/a.txt", "HELLO"); /* as long */
    res = get(client, "/static/a.txt", NULL);
    cadre_assert_body(res, "HELLO");
    ck_assert_str_ne(cadre_test_header(res, "etag"), etag);
    ck_assert_int_eq(truncate(at("site/a.txt"), 2), 0); /* in place */
    cadre_assert_body(get(client, "/static/a.txt", NULL), "HE");
    ck_assert_int_eq(unlink(at("site/a.txt")), 0);
    cadre_assert_status(get(client, "/static/a.txt", NULL), 404);
    ck_assert_int_eq(symlink("../secret", at("site/a.txt")), 0);
    cadre_assert_status(get(client, "/static/a.txt", NULL), 404);
    put("site/a.txt", "again");
    cadre_assert_body(get(client, "/static/a.txt", NULL), "again");
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(what_is_kept_is_looked_at_in_intervals)
{
    struct cadre_test_client *client;

    make_base();
    client = serve("check_interval=1h", NULL, NULL);
    cadre_assert_body(get(client, "/static/a.txt", NULL), "hello");
    put("site/a.txt", "other");
    cadre_assert_body(get(client, "/static/a.txt", NULL), "hello");
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

START_TEST(few_files_are_kept_at_a_time)
{
    struct cadre_test_client *client;
    char name[30], target[40], body[10];

    make_base();
    client = serve("cache_files=3", _i == 0 ? "cache_memory=16m" : "cache_memory=8", NULL);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "site/%d", i);
        snprintf(body, sizeof(body), "no. %d", i);
        put(name, body);
    }
    for (int i = 0; i < 100; i++) {
        snprintf(target, sizeof(target), "/static/%d", i * 7 % 10);
        snprintf(body, sizeof(body), "no. %d", i * 7 % 10);
        cadre_assert_body(get(client, target, NULL), body);
    }
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_base();
}
END_TEST

/* --- parts --- */

START_TEST(a_kernel_without_openat2_does_as_well)
{
    static const struct {
        const char *path;
        int error;
    } rows[] = {
        {"a.txt", 0},          {"docs/b.js", 0},         {"in", 0},
        {"in-absolute", 0},    {"docs-link/b.js", 0},    {"docs", 0},
        {"out", -EXDEV},       {"out-absolute", -EXDEV}, {"up/secret", -EXDEV},
        {"root/etc", -EXDEV},  {"loop", -ELOOP},         {"none", -ENOENT},
        {"a.txt/x", -ENOTDIR}, {"../secret", -EXDEV},    {"a.txt/", -ENOTDIR},
    };
    struct cadre__beneath beneath;
    struct stat st;
    int fd, r;

    make_base();
    ck_assert_int_eq(cadre__beneath_open(&beneath, at("site"), false), 0);
    for (int walking = 0; walking < 2; walking++) {
        beneath.by_walking = walking == 1;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            r = cadre__beneath_look(&beneath, rows[i].path, &st, &fd);
            ck_assert_msg(r == rows[i].error, "%s: %d", rows[i].path, r);
            if (r < 0)
                continue;
            r = cadre__beneath_read(&beneath, rows[i].path, &st, fd);
            ck_assert_int_eq(r >= 0, S_ISREG(st.st_mode));
            close(fd);
            if (r >= 0)
                close(r);
        }
    }
    cadre__beneath_close(&beneath);
    ck_assert_int_eq(cadre__beneath_open(&beneath, at("none"), false), -ENOENT);
    ck_assert_int_eq(cadre__beneath_open(&beneath, at("secret"), false), -ENOTDIR);
    remove_base();
}
END_TEST

START_TEST(a_setting_that_is_wrong_is_told)
{
    static const char *const rows[][2] = {
        {"directory=/nonexistent", "cannot open the directory \"/nonexistent\": "},
        {"html=true", "no directory is set"},
        {"directory=/tmp", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const settings[] = {rows[i][0], NULL};
        const struct cadre_test_module module = {.file = STATIC, .settings = settings};
        const struct cadre_test_app app = {.modules = &module, .n_modules = 1};
        struct cadre_test_client *client = NULL;
        char why[1000] = "";
        int r = cadre_test_open(&app, why, sizeof(why), &client);

        ck_assert_int_eq(r == 0, rows[i][1][0] == '\0');
        ck_assert_msg(strstr(why, rows[i][1]) != NULL, "%s", why);
        ck_assert_int_eq(cadre_test_close(client), 0);
    }
}
END_TEST

START_TEST(weights_of_codings_are_read)
{
    static const struct {
        const char *field;
        unsigned weight; /* of "br" */
    } rows[] = {
        {"br", 1000},
        {"BR", 1000},
        {"gzip", 0},
        {"", 0},
        {"*", 1000},
        {"*;q=0.1", 100},
        {"*, br;q=0", 0},
        {"br;q=0, *", 0},
        {"br;q=1", 1000},
        {"br;q=1.000", 1000},
        {"br;q=1.001", 0},
        {"br;q=0.123", 123},
        {"br;q=0.1234", 0},
        {"br ; q=0.5", 500},
        {"br;Q=0.5", 500},
        {"br;q=.5", 0},
        {"br;q=", 0},
        {"br;x=y;q=0.3", 300},
        {",,br", 1000},
        {"brr, b", 0},
        {"gzip;q=0, br", 1000},
        {"br;q=2", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(cadre__accept_encoding(cadre_str_from(rows[i].field), "br") == rows[i].weight,
                      "%s", rows[i].field);
}
END_TEST

UNIT_MAIN("web/static", UNIT_CASE(files_are_served),
          UNIT_LOOP(nothing_else_is_served_nor_opened, 2),
          UNIT_CASE(a_name_that_is_too_long_is_not_there),
          UNIT_CASE(more_is_served_where_the_settings_say_so),
          UNIT_CASE(what_may_not_be_read_is_403),
          UNIT_CASE(folders_have_an_index_where_the_settings_say_so),
          UNIT_LOOP(conditions_and_ranges_are_heeded, 2),
          UNIT_CASE(precompressed_files_stand_for_plain_ones), UNIT_LOOP(all_ways_say_the_same, 2),
          UNIT_CASE(a_handler_sees_what_was_said), UNIT_LOOP(changes_are_seen, 2),
          UNIT_CASE(what_is_kept_is_looked_at_in_intervals),
          UNIT_LOOP(few_files_are_kept_at_a_time, 2),
          UNIT_CASE(a_kernel_without_openat2_does_as_well),
          UNIT_CASE(a_setting_that_is_wrong_is_told), UNIT_CASE(weights_of_codings_are_read))
