/* SPDX-License-Identifier: MIT */
/* Whole files as answers (web/respond_file.c, content.c, media_type.c, disposition.c). */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

#include "web/disposition.h"
#include "web/media_type.h"
#include <fcntl.h>
#include <sys/stat.h>

#define LAST_MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

static char folder[] = "/tmp/cadre-test-file-XXXXXX";
static char path[100];
static struct cadre_file_options options;
static int result;

/* A file of ten digits, of 1994. */
static void make_file(const char *name)
{
    const struct timespec times[2] = {{784111777, 0}, {784111777, 0}};
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "0123456789", 10), 10);
    ck_assert_int_eq(futimens(fd, times), 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
    rmdir(folder);
}

static int send_file(struct cadre_request *req)
{
    char own[100];

    snprintf(own, sizeof(own), "%s", path); /* gone when a sync handler's answer is sent */
    result = cadre_respond_file(req, own, &options);
    return result < 0 ? cadre_respond_empty(req, 404) : result;
}

static void get(struct fake *fake, bool sync, const char *method, const char *name,
                const char *value)
{
    fake_init(fake, method, "/x");
    if (name != NULL)
        fake_add_header(fake, name, value);
    one_handler(send_file, sync, fake);
}

START_TEST(a_file_is_described)
{
    struct fake fake;
    struct stat st;
    char etag[100];

    make_file("a.html");
    get(&fake, _i == 1, "GET", NULL, NULL);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<10 at 0: 0123456789>");
    ck_assert(fake_has_line(&fake, "content-type: text/html; charset=utf-8"));
    ck_assert(fake_has_line(&fake, "accept-ranges: bytes"));
    ck_assert(fake_has_line(&fake, "last-modified: " LAST_MODIFIED));
    ck_assert_int_eq(stat(path, &st), 0);
    snprintf(etag, sizeof(etag), "etag: \"%llx-a-%x\"", 784111777000000000LL,
             (unsigned)st.st_ino & 0xffff);
    ck_assert(fake_has_line(&fake, etag));
    fake_done(&fake);
    remove_file();
}
END_TEST

static const struct {
    const char *method, *name, *value;
    int status;
    const char *line, *body; /* the line must be there */
} rows[] = {
    {"GET", "range", "bytes=2-4", 206, "content-range: bytes 2-4/10", "<3 at 2: 234>"},
    {"GET", "range", "bytes=-3", 206, "content-range: bytes 7-9/10", "<3 at 7: 789>"},
    {"GET", "range", "bytes=10-", 416, "content-range: bytes */10", "Range Not Satisfiable"},
    {"GET", "range", "bytes=4-2", 200, "accept-ranges: bytes", "<10 at 0: 0123456789>"},
    {"POST", "range", "bytes=2-4", 200, "accept-ranges: bytes", "<10 at 0: 0123456789>"},
    {"GET", "if-modified-since", LAST_MODIFIED, 304, "last-modified: " LAST_MODIFIED, ""},
    {"GET", "if-none-match", "*", 304, "last-modified: " LAST_MODIFIED, ""},
    {"GET", "if-match", "\"other\"", 412, "content-type: text/plain; charset=utf-8",
     "Precondition Failed"},
    {"GET", "if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT", 412,
     "content-type: text/plain; charset=utf-8", "Precondition Failed"},
};

START_TEST(conditions_and_ranges_are_heeded)
{
    struct fake fake;

    make_file("a.txt");
    for (int sync = 0; sync < 2; sync++) {
        get(&fake, sync == 1, rows[_i].method, rows[_i].name, rows[_i].value);
        ck_assert_int_eq(fake.response.status, rows[_i].status);
        ck_assert_str_eq(cadre__buf_text(&fake.body), rows[_i].body);
        ck_assert_msg(fake_has_line(&fake, rows[_i].line), "%s", cadre__buf_text(&fake.header));
        if (rows[_i].status == 304)
            ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "content-"));
        fake_done(&fake);
    }
    remove_file();
}
END_TEST

START_TEST(several_ranges_are_parts)
{
    struct fake fake;
    char wanted[500], boundary[17] = "";
    const char *type;
    int n;

    make_file("a.txt");
    get(&fake, _i == 1, "GET", "range", "bytes=7-8,1-2");
    ck_assert_int_eq(fake.response.status, 206);
    type = strstr(cadre__buf_text(&fake.header), "content-type: multipart/byteranges; boundary=");
    ck_assert_ptr_nonnull(type);
    memcpy(boundary, type + strlen("content-type: multipart/byteranges; boundary="), 16);
    n = snprintf(wanted, sizeof(wanted),
                 "\r\n--%s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes "
                 "7-8/10\r\n\r\n<2 at 7: 78>\r\n--%s\r\ncontent-type: text/plain; "
                 "charset=utf-8\r\ncontent-range: bytes 1-2/10\r\n\r\n<2 at 1: 12>\r\n--%s--\r\n",
                 boundary, boundary, boundary);
    ck_assert_str_eq(cadre__buf_text(&fake.body), wanted);
    /* The length that was declared is that of the bytes, which the gateway has counted. */
    ck_assert_uint_eq(fake.response.length, (uint64_t)n - 2 * strlen("<2 at 7: >"));
    ck_assert_uint_eq(fake.response.sent, fake.response.length);
    fake_done(&fake);
    remove_file();
}
END_TEST

START_TEST(a_range_counts_while_the_file_is_the_same)
{
    struct fake fake;

    make_file("a.txt");
    fake_init(&fake, "GET", "/x");
    fake_add_header(&fake, "range", "bytes=0-0");
    fake_add_header(&fake, "if-range", LAST_MODIFIED);
    one_handler(send_file, false, &fake);
    ck_assert_int_eq(fake.response.status, 206);
    fake_done(&fake);
    fake_init(&fake, "GET", "/x");
    fake_add_header(&fake, "range", "bytes=0-0");
    fake_add_header(&fake, "if-range", "\"other\"");
    one_handler(send_file, false, &fake);
    ck_assert_int_eq(fake.response.status, 200);
    fake_done(&fake);
    remove_file();
}
END_TEST

START_TEST(options_are_heeded)
{
    struct fake fake;

    make_file("a.txt");
    options = (struct cadre_file_options){.status = 404, .filename = "Übersicht.pdf", .show = true};
    get(&fake, false, "GET", "range", "bytes=0-0");
    ck_assert_int_eq(fake.response.status, 404);
    ck_assert(fake_has_line(&fake, "content-type: application/pdf"));
    ck_assert(fake_has_line(
        &fake,
        "content-disposition: inline; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf"));
    fake_done(&fake);
    options = (struct cadre_file_options){.type = "image/x", .status = 700};
    get(&fake, false, "GET", NULL, NULL);
    ck_assert_int_eq(result, -EINVAL);
    fake_done(&fake);
    remove_file();
}
END_TEST

static int own_fields(struct cadre_request *req)
{
    int r = cadre_header_set(req, "etag", "\"mine\"");

    if (r == 0)
        r = cadre_header_set(req, "content-type", "x/y");
    if (r == 0)
        r = cadre_header_set(req, "cache-control", "no-cache");
    return r < 0 ? r : cadre_respond_file(req, path, NULL);
}

START_TEST(fields_of_the_handler_stay)
{
    struct fake fake;

    make_file("a.txt");
    fake_init(&fake, "GET", "/x");
    one_handler(own_fields, false, &fake);
    ck_assert(fake_has_line(&fake, "etag: \"mine\""));
    ck_assert(fake_has_line(&fake, "content-type: x/y"));
    fake_done(&fake);
    fake_init(&fake, "GET", "/x");
    fake_add_header(&fake, "if-none-match", "\"mine\"");
    one_handler(own_fields, false, &fake);
    ck_assert_int_eq(fake.response.status, 304);
    ck_assert(fake_has_line(&fake, "cache-control: no-cache"));
    fake_done(&fake);
    remove_file();
}
END_TEST

START_TEST(what_is_no_file_is_told)
{
    static const struct {
        const char *path;
        int error;
    } wrong[] = {{"/nonexistent", -ENOENT}, {"/tmp", -EISDIR}, {"/dev/null", -EINVAL}};
    struct fake fake;

    for (size_t i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s", wrong[i / 2].path);
        get(&fake, i % 2 == 1, "GET", NULL, NULL);
        ck_assert_int_eq(result, wrong[i / 2].error);
        ck_assert_int_eq(fake.response.status, 404);
        fake_done(&fake);
    }
}
END_TEST

START_TEST(types_go_by_the_name)
{
    static const char *const names[][2] = {
        {"a.html", "text/html"},
        {"A.HTML", "text/html"},
        {"/x.y/a.tar.gz", "application/gzip"},
        {"a.js", "text/javascript"},
        {"a.7z", "application/x-7z-compressed"},
        {"a.zst", "application/zstd"},
        {"a.woff2", "font/woff2"},
        {"a", "application/octet-stream"},
        {".html", "application/octet-stream"},
        {"x.html/a", "application/octet-stream"},
        {"a.", "application/octet-stream"},
        {"a.unknown", "application/octet-stream"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_str_eq(cadre__media_type(names[i][0]), names[i][1]);
}
END_TEST

START_TEST(names_are_written_for_all_clients)
{
    static const char *const names[][2] = {
        {"report.pdf", "attachment; filename=\"report.pdf\""},
        {"a b\"c.pdf", "attachment; filename=\"a b\\\"c.pdf\""},
        {"\303\244", "attachment; filename=\"_\"; filename*=UTF-8''%C3%A4"},
        {"\342\202\254 %", "attachment; filename=\"_ %\"; filename*=UTF-8''%E2%82%AC%20%25"},
        {"../\\x\n", "attachment; filename=\".._"
                     "_x_\""},
        {"\377x", "attachment; filename=\"_x\"; filename*=UTF-8''_x"},
        {"\300\256", "attachment; filename=\"__\"; filename*=UTF-8''__"},
        {"", "attachment; filename=\"\""},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct cadre__buf buf;

        cadre__buf_init(&buf);
        ck_assert_int_eq(cadre__disposition_format(&buf, names[i][0], false), 0);
        ck_assert_str_eq(cadre__buf_text(&buf), names[i][1]);
        cadre__buf_done(&buf);
    }
}
END_TEST

UNIT_MAIN("web/respond_file", UNIT_LOOP(a_file_is_described, 2),
          UNIT_LOOP(conditions_and_ranges_are_heeded, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(several_ranges_are_parts, 2),
          UNIT_CASE(a_range_counts_while_the_file_is_the_same), UNIT_CASE(options_are_heeded),
          UNIT_CASE(fields_of_the_handler_stay), UNIT_CASE(what_is_no_file_is_told),
          UNIT_CASE(types_go_by_the_name), UNIT_CASE(names_are_written_for_all_clients))
