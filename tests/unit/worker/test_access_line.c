/* SPDX-License-Identifier: MIT */
/* Lines of the access log: values, what is missing, and what a client would like them to be. */
#include "worker/access_line.h"

#include <stdio.h>
#include <string.h>

#include "gateway/gateway.h"
#include "tests/unit/unit.h"

/* 2026-11-21T07:15:36.042Z */
#define NOW_MS UINT64_C(1795245336042)

static char line[70000];

static void use_utc(void)
{
    setenv("TZ", "UTC", 1);
}

/* The line by that pattern, without its end. */
static const char *format_as(const char *pattern, bool json, const struct access_entry *entry,
                             size_t size)
{
    struct cadre__access_format format;
    struct access_line_context context;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE] = "";

    ck_assert_msg(cadre__access_format_parse(pattern, json, &format, why) == 0, "%s", why);
    use_utc();
    access_line_init(&context, 3, 4711);
    access_line_set_time(&context, NOW_MS);
    size_t len = access_line_format(&format, &context, entry, line, size);
    cadre__access_format_done(&format);
    if (len == 0)
        return NULL;
    ck_assert_uint_le(len, size);
    ck_assert_int_eq(line[len - 1], '\n');
    line[len - 1] = '\0';
    ck_assert_uint_eq(strlen(line), len - 1);
    return line;
}

static const char *plain(const char *pattern, const struct access_entry *entry)
{
    return format_as(pattern, false, entry, sizeof(line));
}

static const char *json(const char *pattern, const struct access_entry *entry)
{
    return format_as(pattern, true, entry, sizeof(line));
}

static const struct cadre__header headers[] = {
    {CADRE_STR_INIT("host"), CADRE_STR_INIT("Shop.Example:8080")},
    {CADRE_STR_INIT("user-agent"), CADRE_STR_INIT("curl/8")},
    {CADRE_STR_INIT("user-agent"), CADRE_STR_INIT("second")},
};

static const struct cadre_str sent[] = {CADRE_STR_INIT("text/html"), {NULL, 0}};

static const struct cadre__scope scope = {
    .http_version = 11,
    .method = CADRE_STR_INIT("GET"),
    .scheme = CADRE_STR_INIT("http"),
    .path = CADRE_STR_INIT("/a b"),
    .query = CADRE_STR_INIT("x=1"),
    .headers = headers,
    .n_headers = 3,
    .server = {.address = CADRE_STR_INIT("::1"), .port = 80},
};

/* All that can be known. */
static struct access_entry whole_entry(void)
{
    return (struct access_entry){
        .scope = &scope,
        .remote_addr = CADRE_STR_INIT("192.0.2.7"),
        .remote_port = 5000,
        .method = CADRE_STR_INIT("GET"),
        .http_version = 11,
        .target = CADRE_STR_INIT("/a%20b\0x=1"),
        .status = 200,
        .complete = true,
        .bytes_sent = 1234,
        .body_bytes_sent = 1000,
        .request_length = 77,
        .request_ns = UINT64_C(12034567890),
        .queue_ns = UINT64_C(5999999),
        .sent = sent,
        .request_id = CADRE_STR_INIT("id-1"),
        .trace_id = CADRE_STR_INIT("trace-1"),
        .span_id = CADRE_STR_INIT("span-1"),
        .module = "shop",
        .route = "/{x}",
        .connection = 9,
        .connection_requests = 2,
    };
}

static const struct {
    const char *pattern;
    const char *whole;   /* of whole_entry() */
    const char *missing; /* of an empty one */
    const char *missing_json;
} rows[] = {
    {"$remote_addr", "192.0.2.7", "-", ""},
    {"$remote_port", "5000", "-", "null"},
    {"$remote_user", "-", "-", ""},
    {"$time_local", "21/Nov/2026:07:15:36 +0000", "21/Nov/2026:07:15:36 +0000",
     "21/Nov/2026:07:15:36 +0000"},
    {"$time_iso8601", "2026-11-21T07:15:36+00:00", "2026-11-21T07:15:36+00:00",
     "2026-11-21T07:15:36+00:00"},
    {"$msec", "1795245336.042", "1795245336.042", "1795245336.042"},
    {"$request", "GET /a%20b?x=1 HTTP/1.1", "-", ""},
    {"$request_method", "GET", "-", ""},
    {"$request_uri", "/a%20b?x=1", "-", ""},
    {"$uri", "/a b", "-", ""},
    {"$args", "x=1", "-", ""},
    {"$query_string", "x=1", "-", ""},
    {"$server_protocol", "HTTP/1.1", "-", ""},
    {"$scheme", "http", "-", ""},
    {"$host", "shop.example", "-", ""},
    {"$server_addr", "::1", "-", ""},
    {"$server_port", "80", "-", "null"},
    {"$status", "200", "0", "0"},
    {"$bytes_sent", "1234", "0", "0"},
    {"$body_bytes_sent", "1000", "0", "0"},
    {"$request_length", "77", "0", "0"},
    {"$request_time", "12.034", "0.000", "0.000"},
    {"$queue_time", "0.005", "-", "null"},
    {"$request_completion", "OK", "-", ""},
    {"$connection", "9", "0", "0"},
    {"$connection_requests", "2", "0", "0"},
    {"$worker", "3", "3", "3"},
    {"$pid", "4711", "4711", "4711"},
    {"$request_id", "id-1", "-", ""},
    {"$trace_id", "trace-1", "-", ""},
    {"$span_id", "span-1", "-", ""},
    {"$module", "shop", "-", ""},
    {"$route", "/{x}", "-", ""},
    {"$http_user_agent", "curl/8", "-", ""},
    {"$http_referer", "-", "-", ""},
    {"$sent_http_content_type", "text/html", "-", ""},
    {"$sent_http_a$sent_http_b", "text/html-", "--", ""},
};

START_TEST(each_variable_has_its_value_or_none)
{
    const struct access_entry whole = whole_entry();
    const struct access_entry empty = {.queue_ns = ACCESS_UNKNOWN};

    ck_assert_str_eq(plain(rows[_i].pattern, &whole), rows[_i].whole);
    ck_assert_str_eq(plain(rows[_i].pattern, &empty), rows[_i].missing);
    ck_assert_str_eq(json(rows[_i].pattern, &empty), rows[_i].missing_json);
}
END_TEST

START_TEST(every_variable_has_a_row)
{
    uint64_t seen = 1u << CADRE__ACCESS_TEXT;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cadre__access_format format;

        ck_assert_int_eq(cadre__access_format_parse(rows[i].pattern, false, &format, why), 0);
        seen |= format.uses;
        cadre__access_format_done(&format);
    }
    ck_assert_uint_eq(seen, (UINT64_C(1) << CADRE__ACCESS_WHATS) - 1);
}
END_TEST

static const struct {
    struct cadre_str value;
    const char *plain, *json;
} escapes[] = {
    {CADRE_STR_INIT("a b~"), "a b~", "a b~"},
    {CADRE_STR_INIT("\""), "\\x22", "\\\""},
    {CADRE_STR_INIT("\\"), "\\x5C", "\\\\"},
    {CADRE_STR_INIT("\r\n"), "\\x0D\\x0A", "\\r\\n"},
    {CADRE_STR_INIT("\t\b\f"), "\\x09\\x08\\x0C", "\\t\\b\\f"},
    {CADRE_STR_INIT("\0x"), "\\x00x", "\\u0000x"},
    {CADRE_STR_INIT("\033[31m"), "\\x1B[31m", "\\u001B[31m"},
    {CADRE_STR_INIT("\x7f"), "\\x7F", "\\u007F"},
    {CADRE_STR_INIT("\xc3\xa9"), "\\xC3\\xA9", "\xc3\xa9"},
    {CADRE_STR_INIT("\xe2\x82\xac!"), "\\xE2\\x82\\xAC!", "\xe2\x82\xac!"},
    {CADRE_STR_INIT("\xf0\x9f\x98\x80"), "\\xF0\\x9F\\x98\\x80", "\xf0\x9f\x98\x80"},
    /* no UTF-8: cut, overlong, a surrogate, beyond U+10FFFF, a tail alone */
    {CADRE_STR_INIT("\xc3"), "\\xC3", "\\u00C3"},
    {CADRE_STR_INIT("\xc3\""), "\\xC3\\x22", "\\u00C3\\\""},
    {CADRE_STR_INIT("\xe2\x82"), "\\xE2\\x82", "\\u00E2\\u0082"},
    {CADRE_STR_INIT("\xc0\x80"), "\\xC0\\x80", "\\u00C0\\u0080"},
    {CADRE_STR_INIT("\xe0\x80\x80"), "\\xE0\\x80\\x80", "\\u00E0\\u0080\\u0080"},
    {CADRE_STR_INIT("\xf0\x80\x80\x80"), "\\xF0\\x80\\x80\\x80", "\\u00F0\\u0080\\u0080\\u0080"},
    {CADRE_STR_INIT("\xed\xa0\x80"), "\\xED\\xA0\\x80", "\\u00ED\\u00A0\\u0080"},
    {CADRE_STR_INIT("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80", "\\u00F4\\u0090\\u0080\\u0080"},
    {CADRE_STR_INIT("\x80\xff"), "\\x80\\xFF", "\\u0080\\u00FF"},
};

START_TEST(values_are_escaped)
{
    const struct cadre__header header = {CADRE_STR_INIT("x"), escapes[_i].value};
    const struct cadre__scope one = {.headers = &header, .n_headers = 1};
    const struct access_entry entry = {.scope = &one};

    ck_assert_str_eq(plain("$http_x", &entry), escapes[_i].plain);
    ck_assert_str_eq(json("$http_x", &entry), escapes[_i].json);
}
END_TEST

static const struct {
    const char *host, *logged;
} hosts[] = {
    {"A.example", "a.example"}, {"a.example:80", "a.example"}, {"[::1]", "[::1]"},
    {"[::1]:8080", "[::1]"},    {"127.0.0.1:1", "127.0.0.1"},  {"", "-"},
};

START_TEST(a_host_has_no_port)
{
    const struct cadre__header header = {CADRE_STR_INIT("host"), cadre_str_from(hosts[_i].host)};
    const struct cadre__scope one = {.headers = &header, .n_headers = 1};
    const struct access_entry entry = {.scope = &one};

    ck_assert_str_eq(plain("$host", &entry), hosts[_i].logged);
}
END_TEST

START_TEST(what_was_not_parsed_is_as_it_came)
{
    const struct access_entry entry = {.request_line = CADRE_STR("GET /\"\x01 x"), .status = 400};

    ck_assert_str_eq(plain("\"$request\" $request_uri $status", &entry),
                     "\"GET /\\x22\\x01 x\" - 400");
}
END_TEST

START_TEST(a_year_has_its_zone)
{
    struct access_line_context context;

    setenv("TZ", "XXX-05:30", 1);
    access_line_init(&context, 1, 1);
    access_line_set_time(&context, NOW_MS);
    ck_assert_str_eq(context.local, "21/Nov/2026:12:45:36 +0530");
    ck_assert_str_eq(context.iso8601, "2026-11-21T12:45:36+05:30");
    access_line_set_time(&context, NOW_MS + 1000);
    ck_assert_str_eq(context.local, "21/Nov/2026:12:45:37 +0530");
}
END_TEST

/* Three long values and a short one, into rooms of all sizes. */
START_TEST(a_line_that_does_not_fit_is_cut_or_left_out)
{
    static char bytes[5000];
    const struct cadre__header header = {CADRE_STR_INIT("x"), {bytes, sizeof(bytes)}};
    const struct cadre__scope one = {
        .http_version = 11, .path = CADRE_STR_INIT("/"), .headers = &header, .n_headers = 1};
    const struct access_entry entry = {.scope = &one, .remote_addr = CADRE_STR_INIT("192.0.2.7")};
    bool was = false;

    memset(bytes, 0xff, sizeof(bytes));
    for (size_t size = 0; size < 65000; size += size < 600 ? 1 : 977) {
        memset(line, '#', sizeof(line));
        const char *text = format_as("$remote_addr $http_x $http_x $http_x END", _i, &entry, size);

        ck_assert_int_eq(line[size], '#');
        ck_assert(text || !was);
        was = text != NULL;
        if (!text)
            continue;
        ck_assert_int_eq(strncmp(text, "192.0.2.7 ", 10), 0);
        ck_assert_str_eq(text + strlen(text) - 4, " END");
        if (size >= 4096 && size < 15000 * 4) /* not much room is left unused */
            ck_assert_uint_gt(strlen(text), size / 2);
    }
    ck_assert(was);
}
END_TEST

UNIT_MAIN("worker/access_line",
          UNIT_LOOP(each_variable_has_its_value_or_none, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(every_variable_has_a_row),
          UNIT_LOOP(values_are_escaped, sizeof(escapes) / sizeof(escapes[0])),
          UNIT_LOOP(a_host_has_no_port, sizeof(hosts) / sizeof(hosts[0])),
          UNIT_CASE(what_was_not_parsed_is_as_it_came), UNIT_CASE(a_year_has_its_zone),
          UNIT_LOOP(a_line_that_does_not_fit_is_cut_or_left_out, 2))
