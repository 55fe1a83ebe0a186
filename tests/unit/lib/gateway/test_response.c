/* SPDX-License-Identifier: MIT */
/* The order of a response's events, its length, and the grammar of its header (gateway/response.c).
 */
#include "tests/unit/unit.h"

#include "gateway/field.h"
#include "gateway/response.h"
#include <errno.h>

static struct cadre__response response_to(const char *method)
{
    struct cadre__response response;

    cadre__response_init(&response, cadre_str_from(method));
    return response;
}

static struct cadre__event start(int status, const struct cadre__header *headers, size_t n)
{
    return (struct cadre__event){.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                 .status = status,
                                 .headers = headers,
                                 .n_headers = n};
}

static struct cadre__event body(const char *text, bool more)
{
    return (struct cadre__event){
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = cadre_str_from(text), .more_body = more};
}

static int feed(struct cadre__response *response, struct cadre__event event)
{
    return cadre__response_check(response, &event);
}

START_TEST(start_then_body_completes)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(response.phase, CADRE__RESPONSE_IDLE);
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_STARTED);
    ck_assert_int_eq(feed(&response, body("one", true)), 0);
    ck_assert_int_eq(feed(&response, body("two", false)), 0);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert_uint_eq(response.sent, 6);
}
END_TEST

START_TEST(body_before_start_is_refused_with_a_reason)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, body("x", false)), -EINVAL);
    ck_assert_ptr_nonnull(response.refusal);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_IDLE);
}
END_TEST

START_TEST(second_start_is_refused)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("", false)), 0);
}
END_TEST

START_TEST(events_after_the_end_are_told_apart_from_wrong_ones)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, body("", false)), 0);
    ck_assert_int_eq(feed(&response, body("", false)), -EALREADY);
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), -EALREADY);
}
END_TEST

START_TEST(received_events_are_not_sent)
{
    struct cadre__response response = response_to("GET");
    struct cadre__event event = {.type = CADRE__EVENT_HTTP_REQUEST};

    ck_assert_int_eq(feed(&response, event), -EINVAL);
}
END_TEST

static const int bad_statuses[] = {-1, 0, 99, 100, 101, 199, 600, 1000};

START_TEST(status_outside_200_to_599_is_refused)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(bad_statuses[_i], NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, start(599, NULL, 0)), 0);
}
END_TEST

START_TEST(body_must_be_as_long_as_declared)
{
    struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("5")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, &length, 1)), 0);
    ck_assert_int_eq(feed(&response, body("toolong", false)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("abcd", false)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("abcd", true)), 0);
    ck_assert_int_eq(feed(&response, body("ef", true)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("e", false)), 0);
}
END_TEST

START_TEST(head_may_declare_a_length_and_send_nothing)
{
    struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("5")};
    struct cadre__response response = response_to("HEAD");

    ck_assert_int_eq(feed(&response, start(200, &length, 1)), 0);
    ck_assert(cadre__response_is_bodiless(&response));
    ck_assert_int_eq(feed(&response, body("", false)), 0);
}
END_TEST

START_TEST(no_content_and_not_modified_have_no_body)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(204, NULL, 0)), 0);
    ck_assert(cadre__response_is_bodiless(&response));
    response = response_to("GET");
    ck_assert_int_eq(feed(&response, start(304, NULL, 0)), 0);
    ck_assert(cadre__response_is_bodiless(&response));
    response = response_to("GET");
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert(!cadre__response_is_bodiless(&response));
}
END_TEST

static const char *const bad_lengths[] = {
    "", "-1", "+1", "1,1", "0x5", " 5", "5 ", "1e3", "9999999999999999999"};

START_TEST(content_length_must_be_one_number)
{
    struct cadre__header length = {CADRE_STR("content-length"), cadre_str_from(bad_lengths[_i])};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, &length, 1)), -EINVAL);
}
END_TEST

START_TEST(content_length_twice_is_refused)
{
    struct cadre__header lengths[] = {{CADRE_STR("content-length"), CADRE_STR("5")},
                                      {CADRE_STR("content-length"), CADRE_STR("5")}};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, lengths, 2)), -EINVAL);
}
END_TEST

static const char *const bad_values[] = {"a\r\nset-cookie: x", "a\nb", "a\rb", "\x01", "\x7f"};

START_TEST(response_splitting_is_refused)
{
    struct cadre__header header = {CADRE_STR("x-a"), cadre_str_from(bad_values[_i])};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, &header, 1)), -EINVAL);
    ck_assert_str_eq(response.refusal, "a header value holds control bytes");
}
END_TEST

START_TEST(nul_in_a_value_is_refused)
{
    struct cadre__header header = {CADRE_STR("x-a"), {"a\0b", 3}};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, &header, 1)), -EINVAL);
}
END_TEST

/* One byte of every value at every place of values of every length. */
START_TEST(each_byte_is_judged_wherever_it_stands)
{
    char text[27];

    for (size_t len = 1; len <= sizeof(text); len++) {
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                bool is_control = (byte < 0x20 && byte != '\t') || byte == 0x7f;

                memset(text, 'x', len);
                text[at] = (char)byte;
                ck_assert(cadre__header_value_is_valid((struct cadre_str){text, len}) !=
                          is_control);
            }
        }
    }
}
END_TEST

START_TEST(tab_and_bytes_above_ascii_are_fine_in_a_value)
{
    ck_assert(cadre__header_value_is_valid(CADRE_STR("a\tb \xc3\xa4")));
    ck_assert(cadre__header_value_is_valid(CADRE_STR("")));
}
END_TEST

static const char *const bad_names[] = {"", "A", "a b", "a:", "a\n", "ä", "(", "x\x7f"};

START_TEST(header_name_must_be_a_lower_case_token)
{
    ck_assert(!cadre__header_name_is_valid(cadre_str_from(bad_names[_i])));
    ck_assert(!cadre__header_name_is_valid((struct cadre_str){"a\0b", 3}));
    ck_assert(cadre__header_name_is_valid(CADRE_STR("x-a_1!#$%&'*+.^`|~")));
}
END_TEST

static struct cadre__event whole(int status, const struct cadre__header *headers, size_t n,
                                 const char *text)
{
    return (struct cadre__event){.type = CADRE__EVENT_HTTP_RESPONSE,
                                 .status = status,
                                 .headers = headers,
                                 .n_headers = n,
                                 .body = cadre_str_from(text)};
}

START_TEST(a_whole_response_is_start_and_end)
{
    const struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("3")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, whole(200, &length, 1, "four")), -EINVAL);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_IDLE);
    ck_assert_int_eq(feed(&response, whole(200, NULL, 0, "four")), 0);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert(!response.has_length);
    ck_assert_int_eq(feed(&response, whole(200, NULL, 0, "four")), -EALREADY);

    response = response_to("HEAD");
    ck_assert_int_eq(feed(&response, whole(200, &length, 1, "")), 0);
    response = response_to("GET");
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, whole(200, NULL, 0, "")), -EINVAL);
}
END_TEST

START_TEST(the_fields_are_counted)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("date"), CADRE_STR("today")},
        {CADRE_STR("x-a"), CADRE_STR("")},
    };
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, headers, 2)), 0);
    ck_assert_uint_eq(response.fields_size, sizeof("date: today\r\nx-a: \r\n") - 1);
    ck_assert_uint_eq(response.kinds, CADRE__FIELD_IS_DATE);
}
END_TEST

START_TEST(only_the_word_close_closes)
{
    static const struct {
        const char *value;
        bool closes;
    } rows[] = {
        {"close", true},    {"x, Close", true},  {"CLOSE,x", true},     {"closed", false},
        {"unclose", false}, {"close-it", false}, {"keep-alive", false}, {"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cadre__header header = {CADRE_STR("connection"),
                                             cadre_str_from(rows[i].value)};
        struct cadre__response response = response_to("GET");

        ck_assert_int_eq(feed(&response, start(200, &header, 1)), 0);
        ck_assert_msg(response.said_close == rows[i].closes, "%s", rows[i].value);
    }
}
END_TEST

START_TEST(values_are_checked_to_their_last_byte)
{
    char text[80];

    for (size_t len = 1; len < sizeof(text); len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, 'v', sizeof(text));
            text[at] = '\t';
            ck_assert(cadre__header_value_is_valid((struct cadre_str){text, len}));
            text[at] = '\n';
            ck_assert_msg(!cadre__header_value_is_valid((struct cadre_str){text, len}),
                          "a line feed at %zu of %zu", at, len);
            text[at] = '\x7f';
            ck_assert(!cadre__header_value_is_valid((struct cadre_str){text, len}));
            text[at] = '\xff';
            ck_assert(cadre__header_value_is_valid((struct cadre_str){text, len}));
        }
    }
}
END_TEST

START_TEST(hop_by_hop_fields_are_known)
{
    ck_assert(cadre__header_is_hop_by_hop(CADRE_STR("connection")));
    ck_assert(cadre__header_is_hop_by_hop(CADRE_STR("transfer-encoding")));
    ck_assert(cadre__header_is_hop_by_hop(CADRE_STR("upgrade")));
    ck_assert(!cadre__header_is_hop_by_hop(CADRE_STR("content-type")));
    ck_assert(!cadre__header_is_hop_by_hop(CADRE_STR("connectio")));
}
END_TEST

static struct cadre__event start_with_trailers(void)
{
    return (struct cadre__event){
        .type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200, .more_trailers = true};
}

static struct cadre__event trailers(const struct cadre__header *headers, size_t n)
{
    return (struct cadre__event){
        .type = CADRE__EVENT_HTTP_RESPONSE_TRAILERS, .headers = headers, .n_headers = n};
}

static struct cadre__event interim(int status, const struct cadre__header *headers, size_t n)
{
    return (struct cadre__event){.type = CADRE__EVENT_HTTP_RESPONSE_INTERIM,
                                 .status = status,
                                 .headers = headers,
                                 .n_headers = n};
}

static struct cadre__event file(const struct cadre__file_part *part, bool more)
{
    return (struct cadre__event){
        .type = CADRE__EVENT_HTTP_RESPONSE_FILE, .file = part, .more_body = more};
}

START_TEST(a_part_of_a_file_counts_as_body)
{
    const struct cadre__header length = {CADRE_STR("content-length"), CADRE_STR("10")};
    const struct cadre__file_part four = {.fd = 3, .len = 4}, huge = {.fd = 3, .len = INT64_MAX};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, file(&four, true)), -EINVAL);
    ck_assert_int_eq(feed(&response, start(200, &length, 1)), 0);
    ck_assert_int_eq(feed(&response, body("six...", true)), 0);
    ck_assert_int_eq(feed(&response, file(&huge, true)), -EINVAL);
    ck_assert_int_eq(feed(&response, file(&four, false)), 0);
    ck_assert_uint_eq(response.sent, 10);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_COMPLETE);

    response = response_to("GET");
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, file(&huge, true)), 0);
    ck_assert_int_eq(feed(&response, file(&huge, true)), 0);
    ck_assert_int_eq(feed(&response, file(&huge, true)), -EINVAL); /* more than can be counted */
}
END_TEST

static const struct cadre__file_part bad_parts[] = {
    {.fd = -1, .len = 1},
    {.fd = 3, .offset = (uint64_t)INT64_MAX + 1},
    {.fd = 3, .offset = INT64_MAX, .len = 1},
    {.fd = 3, .offset = 1, .len = UINT64_MAX},
};

START_TEST(a_part_of_no_file_is_refused)
{
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, file(&bad_parts[_i], false)), -EINVAL);
    ck_assert_int_eq(feed(&response, file(NULL, false)), -EINVAL);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_STARTED);
}
END_TEST

START_TEST(trailers_end_a_response_that_promised_them)
{
    const struct cadre__header sum = {CADRE_STR("x-sum"), CADRE_STR("42")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start_with_trailers()), 0);
    ck_assert_int_eq(feed(&response, trailers(&sum, 1)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("x", false)), 0);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_TRAILERS);
    ck_assert_int_eq(feed(&response, body("y", false)), -EINVAL);
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, trailers(&sum, 1)), 0);
    ck_assert_uint_eq(response.fields_size, sizeof("x-sum: 42\r\n") - 1);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert_int_eq(feed(&response, trailers(&sum, 1)), -EALREADY);

    response = response_to("GET");
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, body("x", true)), 0);
    ck_assert_int_eq(feed(&response, trailers(&sum, 1)), -EINVAL);
}
END_TEST

static const char *const no_trailers[] = {"content-length",
                                          "transfer-encoding",
                                          "host",
                                          "trailer",
                                          "te",
                                          "cache-control",
                                          "authorization",
                                          "set-cookie",
                                          "cookie",
                                          "content-type",
                                          "connection",
                                          "content-range",
                                          "if-none-match",
                                          "www-authenticate",
                                          "location",
                                          "X-Upper",
                                          "a b",
                                          "",
                                          "content-encoding",
                                          "x-forwarded-for",
                                          "vary"};

START_TEST(fields_of_a_header_are_no_trailers)
{
    const struct cadre__header field = {cadre_str_from(no_trailers[_i]), CADRE_STR("1")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start_with_trailers()), 0);
    ck_assert_int_eq(feed(&response, body("x", false)), 0);
    ck_assert_int_eq(feed(&response, trailers(&field, 1)), -EINVAL);
    ck_assert_ptr_nonnull(response.refusal);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_TRAILERS);
}
END_TEST

START_TEST(trailers_do_not_split_a_response)
{
    const struct cadre__header bad = {CADRE_STR("x-a"), CADRE_STR("1\r\n\r\nHTTP/1.1 200 OK")};
    const struct cadre__header good = {CADRE_STR("etag"), CADRE_STR("\"1\"")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, start_with_trailers()), 0);
    ck_assert_int_eq(feed(&response, body("x", false)), 0);
    ck_assert_int_eq(feed(&response, trailers(&bad, 1)), -EINVAL);
    ck_assert_int_eq(feed(&response, trailers(&good, 1)), 0);
}
END_TEST

START_TEST(interim_responses_come_before_the_start_and_leave_no_trace)
{
    const struct cadre__header fields[] = {{CADRE_STR("content-length"), CADRE_STR("7")},
                                           {CADRE_STR("connection"), CADRE_STR("x")}};
    const struct cadre__header bad = {CADRE_STR("link"), CADRE_STR("a\nb")};
    struct cadre__response response = response_to("GET");

    ck_assert_int_eq(feed(&response, interim(103, fields, 2)), 0);
    ck_assert_uint_eq(response.fields_size, sizeof("content-length: 7\r\nconnection: x\r\n") - 1);
    ck_assert_int_eq(feed(&response, interim(102, NULL, 0)), 0);
    ck_assert_int_eq(feed(&response, interim(103, fields, 2)), 0);
    ck_assert_int_eq(feed(&response, interim(103, &bad, 1)), -EINVAL);
    ck_assert_int_eq(feed(&response, interim(100, NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, interim(101, NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, interim(200, NULL, 0)), -EINVAL);
    ck_assert_int_eq(response.phase, CADRE__RESPONSE_IDLE);
    ck_assert_int_eq(feed(&response, start(200, NULL, 0)), 0);
    ck_assert(!response.has_length);
    ck_assert_uint_eq(response.kinds, 0);
    ck_assert_int_eq(feed(&response, interim(103, NULL, 0)), -EINVAL);
    ck_assert_int_eq(feed(&response, body("longer than seven", false)), 0);
}
END_TEST

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

UNIT_MAIN("gateway/response", UNIT_CASE(start_then_body_completes),
          UNIT_CASE(a_part_of_a_file_counts_as_body),
          UNIT_LOOP(a_part_of_no_file_is_refused, COUNT(bad_parts)),
          UNIT_CASE(trailers_end_a_response_that_promised_them),
          UNIT_LOOP(fields_of_a_header_are_no_trailers, COUNT(no_trailers)),
          UNIT_CASE(trailers_do_not_split_a_response),
          UNIT_CASE(interim_responses_come_before_the_start_and_leave_no_trace),
          UNIT_CASE(body_before_start_is_refused_with_a_reason), UNIT_CASE(second_start_is_refused),
          UNIT_CASE(events_after_the_end_are_told_apart_from_wrong_ones),
          UNIT_CASE(received_events_are_not_sent),
          UNIT_LOOP(status_outside_200_to_599_is_refused, COUNT(bad_statuses)),
          UNIT_CASE(body_must_be_as_long_as_declared),
          UNIT_CASE(head_may_declare_a_length_and_send_nothing),
          UNIT_CASE(no_content_and_not_modified_have_no_body),
          UNIT_LOOP(content_length_must_be_one_number, COUNT(bad_lengths)),
          UNIT_CASE(content_length_twice_is_refused),
          UNIT_LOOP(response_splitting_is_refused, COUNT(bad_values)),
          UNIT_CASE(nul_in_a_value_is_refused), UNIT_CASE(each_byte_is_judged_wherever_it_stands),
          UNIT_CASE(tab_and_bytes_above_ascii_are_fine_in_a_value),
          UNIT_LOOP(header_name_must_be_a_lower_case_token, COUNT(bad_names)),
          UNIT_CASE(hop_by_hop_fields_are_known), UNIT_CASE(a_whole_response_is_start_and_end),
          UNIT_CASE(the_fields_are_counted), UNIT_CASE(only_the_word_close_closes),
          UNIT_CASE(values_are_checked_to_their_last_byte))
