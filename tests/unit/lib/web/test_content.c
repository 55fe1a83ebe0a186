/* SPDX-License-Identifier: MIT */
/* A representation as an answer (lib/web/content.c): what comes from memory and from a file alike,
 * by the order in which conditions and ranges are judged. */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

#include "web/content.h"
#include <cadre/path.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define DATE "Sun, 09 Sep 2001 01:46:40 GMT" /* 1000000000 */

static bool from_file;
static const char *own_etag, *own_type;
static int status;

static int answer(struct cadre_request *req)
{
    int fd = memfd_create("content", MFD_CLOEXEC), r = 0;
    struct cadre__content content = {
        .status = status,
        .type = CADRE_STR("text/plain"),
        .size = 10,
        .bytes = from_file ? NULL : "0123456789",
        .fd = from_file ? fd : -1,
        .validators = {.etag = CADRE_STR("\"v1\""), .has_modified = true, .modified_s = 1000000000},
        .last_modified = CADRE_STR(DATE),
    };

    ck_assert_int_eq(write(fd, "0123456789", 10), 10);
    if (own_etag != NULL)
        r = cadre_header_set(req, "etag", own_etag);
    if (r == 0 && own_type != NULL)
        r = cadre_header_set(req, "content-type", own_type);
    if (r == 0)
        r = cadre__content_respond(req, &content);
    close(fd);
    return r;
}

static const struct {
    const char *name, *value, *name2, *value2;
    int status;
    const char *body, *range;
} rows[] = {
    {NULL, NULL, NULL, NULL, 200, "0123456789", NULL},
    {"if-none-match", "\"v1\"", NULL, NULL, 304, "", NULL},
    {"if-none-match", "W/\"v1\"", NULL, NULL, 304, "", NULL},
    {"if-none-match", "*", NULL, NULL, 304, "", NULL},
    {"if-none-match", "\"v2\"", NULL, NULL, 200, "0123456789", NULL},
    {"if-modified-since", DATE, NULL, NULL, 304, "", NULL},
    {"if-modified-since", DATE, "if-none-match", "\"v2\"", 200, "0123456789", NULL},
    {"if-match", "\"v1\"", NULL, NULL, 200, "0123456789", NULL},
    {"if-match", "\"v2\"", NULL, NULL, 412, "Precondition Failed", NULL},
    {"if-match", "\"v2\"", "range", "bytes=0-1", 412, "Precondition Failed", NULL},
    {"if-unmodified-since", "Sun, 09 Sep 2001 01:46:39 GMT", NULL, NULL, 412, "Precondition Failed",
     NULL},
    {"range", "bytes=2-4", NULL, NULL, 206, "234", "bytes 2-4/10"},
    {"range", "bytes=-3", NULL, NULL, 206, "789", "bytes 7-9/10"},
    {"range", "bytes=8-", NULL, NULL, 206, "89", "bytes 8-9/10"},
    {"range", "bytes=10-", NULL, NULL, 416, "Range Not Satisfiable", "bytes */10"},
    {"range", "lines=1-2", NULL, NULL, 200, "0123456789", NULL},
    {"range", "bytes=2-4", "if-range", "\"v1\"", 206, "234", "bytes 2-4/10"},
    {"range", "bytes=2-4", "if-range", "\"v2\"", 200, "0123456789", NULL},
    {"range", "bytes=2-4", "if-range", DATE, 206, "234", "bytes 2-4/10"},
    {"range", "bytes=2-4", "if-none-match", "\"v1\"", 304, "", NULL},
};

static void ask(struct fake *fake, const char *name, const char *value, const char *name2,
                const char *value2)
{
    fake_init(fake, "GET", "/x");
    if (name != NULL)
        fake_add_header(fake, name, value);
    if (name2 != NULL)
        fake_add_header(fake, name2, value2);
    one_handler(answer, false, fake);
}

static void set_up(bool file)
{
    from_file = file;
    own_etag = own_type = NULL;
    status = 200;
}

START_TEST(conditions_and_ranges_are_judged_in_their_order)
{
    struct fake fake;
    char line[60], body[60];

    set_up(_i % 2 == 1);
    const size_t row = (size_t)_i / 2;

    ask(&fake, rows[row].name, rows[row].value, rows[row].name2, rows[row].value2);
    ck_assert_int_eq(fake.response.status, rows[row].status);
    snprintf(body, sizeof(body), "%s", rows[row].body);
    if (from_file && (rows[row].status == 200 || rows[row].status == 206))
        ck_assert_ptr_nonnull(strstr(cadre__buf_text(&fake.body), body));
    else
        ck_assert_str_eq(cadre__buf_text(&fake.body), body);
    if (rows[row].range != NULL) {
        snprintf(line, sizeof(line), "content-range: %s", rows[row].range);
        ck_assert_msg(fake_has_line(&fake, line), "%s", cadre__buf_text(&fake.header));
    } else {
        ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "content-range"));
    }
    if (rows[row].status == 200 || rows[row].status == 206 || rows[row].status == 304)
        ck_assert(fake_has_line(&fake, "etag: \"v1\""));
    if (rows[row].status == 304) /* nothing of what it does not send */
        ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "content-"));
    fake_done(&fake);
}
END_TEST

START_TEST(several_parts_have_a_head_each)
{
    const char *second;
    struct fake fake;

    set_up(_i == 1);
    ask(&fake, "range", "bytes=0-1,8-9", NULL, NULL);
    ck_assert_int_eq(fake.response.status, 206);
    second = strstr(cadre__buf_text(&fake.body), "content-range: bytes 8-9/10\r\n\r\n");
    ck_assert_ptr_nonnull(
        strstr(cadre__buf_text(&fake.body), "content-range: bytes 0-1/10\r\n\r\n"));
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&fake.header), "multipart/byteranges; boundary="));
    fake_done(&fake);
}
END_TEST

START_TEST(what_the_handler_has_set_counts)
{
    struct fake fake;

    set_up(false);
    own_etag = "\"mine\"";
    own_type = "text/mine";
    ask(&fake, "if-none-match", "\"mine\"", NULL, NULL);
    ck_assert_int_eq(fake.response.status, 304);
    fake_done(&fake);
    ask(&fake, "if-none-match", "\"v1\"", NULL, NULL);
    ck_assert_int_eq(fake.response.status, 200);
    ck_assert(fake_has_line(&fake, "etag: \"mine\""));
    ck_assert(fake_has_line(&fake, "content-type: text/mine"));
    fake_done(&fake);
}
END_TEST

START_TEST(with_another_status_nothing_is_judged)
{
    struct fake fake;

    set_up(_i == 1);
    status = 404;
    ask(&fake, "if-none-match", "*", "range", "bytes=0-1");
    ck_assert_int_eq(fake.response.status, 404);
    ck_assert_ptr_null(strstr(cadre__buf_text(&fake.header), "content-range"));
    fake_done(&fake);
}
END_TEST

START_TEST(tags_change_with_the_file)
{
    struct stat st = {.st_size = 10, .st_ino = 7, .st_mtim = {.tv_sec = 5, .tv_nsec = 6}}, other;
    char one[CADRE__CONTENT_ETAG_SIZE], two[CADRE__CONTENT_ETAG_SIZE];
    size_t len = cadre__content_etag(&st, one);

    ck_assert_uint_eq(len, strlen(one));
    ck_assert(one[0] == '"' && one[len - 1] == '"');
    for (int i = 0; i < 4; i++) {
        other = st;
        other.st_size += i == 0;
        other.st_ino += i == 1;
        other.st_mtim.tv_nsec += i == 2;
        other.st_mtim.tv_sec += i == 3;
        cadre__content_etag(&other, two);
        ck_assert_str_ne(one, two);
    }
}
END_TEST

START_TEST(a_time_to_come_is_not_said)
{
    struct stat st = {.st_size = 10, .st_mtim = {.tv_sec = 1000000000}};
    struct cadre__content content = {.status = 200};
    char etag[CADRE__CONTENT_ETAG_SIZE], date[30];

    cadre__content_describe(&content, &st, 1000000001, etag, date);
    ck_assert(cadre_str_eq(content.last_modified, CADRE_STR(DATE)));
    ck_assert_uint_eq(content.size, 10);
    content = (struct cadre__content){.status = 200};
    cadre__content_describe(&content, &st, 999999999, etag, date);
    ck_assert_ptr_null(content.last_modified.ptr);
}
END_TEST

UNIT_MAIN("web/content",
          UNIT_LOOP(conditions_and_ranges_are_judged_in_their_order,
                    2 * sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(several_parts_have_a_head_each, 2), UNIT_CASE(what_the_handler_has_set_counts),
          UNIT_LOOP(with_another_status_nothing_is_judged, 2), UNIT_CASE(tags_change_with_the_file),
          UNIT_CASE(a_time_to_come_is_not_said))
