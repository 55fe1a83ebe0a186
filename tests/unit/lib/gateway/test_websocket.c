/* SPDX-License-Identifier: MIT */
/* The order of events of a WebSocket (gateway/websocket.c). */
#include "tests/unit/unit.h"

#include "gateway/websocket.h"
#include <errno.h>

#define FIELD(name_, value_)                                                                       \
    {                                                                                              \
        CADRE_STR(name_), CADRE_STR(value_)                                                        \
    }

static const struct cadre__header offers[] = {
    FIELD("host", "testserver"),
    FIELD("sec-websocket-protocol", " ,a,\tb.c , ,"),
    FIELD("sec-websocket-protocol", "d"),
    FIELD("sec-websocket-protocol", ""),
};

static const struct cadre__scope scope = {
    .type = CADRE__SCOPE_WEBSOCKET, .method = {"GET", 3}, .headers = offers, .n_headers = 4};

/* --- single events --- */

#define ACCEPT CADRE__EVENT_WEBSOCKET_ACCEPT
#define SEND   CADRE__EVENT_WEBSOCKET_SEND
#define CLOSE  CADRE__EVENT_WEBSOCKET_CLOSE

static const struct cadre__header good_field[] = {FIELD("x-room", "7")};
static const struct cadre__header upper_field[] = {FIELD("X-Room", "7")};
static const struct cadre__header control_field[] = {FIELD("x-room", "7\r\nx: y")};
static const struct cadre__header own_field[] = {FIELD("sec-websocket-accept", "x")};
static const struct cadre__header upgrade_field[] = {FIELD("upgrade", "websocket")};
static const struct cadre__header length_field[] = {FIELD("content-length", "0")};

#define X10  "0123456789"
#define X120 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static const struct row {
    const char *what;
    struct cadre__event event;
    enum cadre__websocket_phase phase; /* in which it comes */
    int result;
    enum cadre__websocket_phase then;
} rows[] = {
    {"an accept", {.type = ACCEPT}, CADRE__WEBSOCKET_CONNECTING, 0, CADRE__WEBSOCKET_OPEN},
    {"with what is offered",
     {.type = ACCEPT, .body = {"b.c", 3}},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_OPEN},
    {"with what is not",
     {.type = ACCEPT, .body = {"B.C", 3}},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"with fields",
     {.type = ACCEPT, .headers = good_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_OPEN},
    {"with a name in upper case",
     {.type = ACCEPT, .headers = upper_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"with a value that splits",
     {.type = ACCEPT, .headers = control_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"with a field of the handshake",
     {.type = ACCEPT, .headers = own_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"with a field of the connection",
     {.type = ACCEPT, .headers = upgrade_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"with a length",
     {.type = ACCEPT, .headers = length_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"twice", {.type = ACCEPT}, CADRE__WEBSOCKET_OPEN, -EINVAL, CADRE__WEBSOCKET_OPEN},
    {"in a response",
     {.type = ACCEPT},
     CADRE__WEBSOCKET_DENYING,
     -EINVAL,
     CADRE__WEBSOCKET_DENYING},
    {"behind the close",
     {.type = ACCEPT},
     CADRE__WEBSOCKET_CLOSED,
     -EALREADY,
     CADRE__WEBSOCKET_CLOSED},

    {"a message too early",
     {.type = SEND},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"a text",
     {.type = SEND, .is_text = true, .body = {"\xc3\xbc", 2}},
     CADRE__WEBSOCKET_OPEN,
     0,
     CADRE__WEBSOCKET_OPEN},
    {"half a character",
     {.type = SEND, .is_text = true, .body = {"\xc3", 1}},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"that as bytes",
     {.type = SEND, .body = {"\xc3", 1}},
     CADRE__WEBSOCKET_OPEN,
     0,
     CADRE__WEBSOCKET_OPEN},
    {"a message in a response",
     {.type = SEND},
     CADRE__WEBSOCKET_DENYING,
     -EINVAL,
     CADRE__WEBSOCKET_DENYING},
    {"a message behind the close",
     {.type = SEND},
     CADRE__WEBSOCKET_CLOSED,
     -EALREADY,
     CADRE__WEBSOCKET_CLOSED},

    {"a close", {.type = CLOSE, .status = 1000}, CADRE__WEBSOCKET_OPEN, 0, CADRE__WEBSOCKET_CLOSED},
    {"a close without a code",
     {.type = CLOSE, .status = 1005},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"as long a reason as may be",
     {.type = CLOSE, .status = 1000, .body = {X120 "012", 123}},
     CADRE__WEBSOCKET_OPEN,
     0,
     CADRE__WEBSOCKET_CLOSED},
    {"a longer one",
     {.type = CLOSE, .status = 1000, .body = {X120 "0123", 124}},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"a reason that is no text",
     {.type = CLOSE, .status = 1000, .body = {"\xff", 1}},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"a close with fields",
     {.type = CLOSE, .status = 1000, .headers = good_field, .n_headers = 1},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"a refusal with fields and a long reason",
     {.type = CLOSE,
      .status = 1008,
      .body = {X120 "0123", 124},
      .headers = good_field,
      .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_CLOSED},
    {"a refusal with a bad field",
     {.type = CLOSE, .status = 1008, .headers = own_field, .n_headers = 1},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"a close in a response",
     {.type = CLOSE, .status = 1000},
     CADRE__WEBSOCKET_DENYING,
     -EINVAL,
     CADRE__WEBSOCKET_DENYING},
    {"a close twice",
     {.type = CLOSE, .status = 1000},
     CADRE__WEBSOCKET_CLOSED,
     -EALREADY,
     CADRE__WEBSOCKET_CLOSED},

    {"a whole response",
     {.type = CADRE__EVENT_HTTP_RESPONSE, .status = 401},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_CLOSED},
    {"the start of one",
     {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 401},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_DENYING},
    {"an interim one",
     {.type = CADRE__EVENT_HTTP_RESPONSE_INTERIM, .status = 103},
     CADRE__WEBSOCKET_CONNECTING,
     0,
     CADRE__WEBSOCKET_CONNECTING},
    {"one of a status that is none",
     {.type = CADRE__EVENT_HTTP_RESPONSE, .status = 101},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"a body without its start",
     {.type = CADRE__EVENT_HTTP_RESPONSE_BODY},
     CADRE__WEBSOCKET_CONNECTING,
     -EINVAL,
     CADRE__WEBSOCKET_CONNECTING},
    {"a response behind the accept",
     {.type = CADRE__EVENT_HTTP_RESPONSE, .status = 200},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},

    {"what is received",
     {.type = CADRE__EVENT_WEBSOCKET_RECEIVE},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
    {"a disconnect",
     {.type = CADRE__EVENT_WEBSOCKET_DISCONNECT},
     CADRE__WEBSOCKET_OPEN,
     -EINVAL,
     CADRE__WEBSOCKET_OPEN},
};

START_TEST(an_event_fits_or_leaves_no_trace)
{
    const struct row *row = &rows[_i];
    struct cadre__websocket_order order;
    int r;

    cadre__websocket_order_init(&order, &scope);
    ck_assert_int_eq(order.phase, CADRE__WEBSOCKET_CONNECTING);
    order.phase = row->phase;
    r = cadre__websocket_check(&order, &row->event);
    ck_assert_msg(r == row->result && order.phase == row->then, "%s: %d, phase %d: %s", row->what,
                  r, (int)order.phase, order.refusal != NULL ? order.refusal : "");
    ck_assert_msg((r == -EINVAL) == (order.refusal != NULL), "%s", row->what);
}
END_TEST

START_TEST(a_response_in_pieces_ends_the_handshake)
{
    const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 403};
    const struct cadre__event piece = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = {"no", 2}, .more_body = true};
    const struct cadre__event end = {.type = CADRE__EVENT_HTTP_RESPONSE_BODY};
    struct cadre__websocket_order order;

    cadre__websocket_order_init(&order, &scope);
    ck_assert_int_eq(cadre__websocket_check(&order, &start), 0);
    ck_assert_int_eq(cadre__websocket_check(&order, &start), -EINVAL);
    ck_assert_int_eq(cadre__websocket_check(&order, &piece), 0);
    ck_assert_int_eq(order.phase, CADRE__WEBSOCKET_DENYING);
    ck_assert_int_eq(cadre__websocket_check(&order, &end), 0);
    ck_assert_int_eq(order.phase, CADRE__WEBSOCKET_CLOSED);
    ck_assert_int_eq(cadre__websocket_check(&order, &end), -EALREADY);
}
END_TEST

START_TEST(codes_are_those_of_the_registry)
{
    static const int good[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                               1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999};
    static const int bad[] = {-1, 0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2999, 5000, 65536};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(cadre__websocket_code_is_valid(good[i]), "%d", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!cadre__websocket_code_is_valid(bad[i]), "%d", bad[i]);
}
END_TEST

START_TEST(offers_are_in_order_over_all_fields)
{
    static const char *const names[] = {"a", "b.c", "d"};
    struct cadre__websocket_offers at = {.scope = &scope};

    for (size_t i = 0; i < 3; i++) {
        struct cadre_str name = cadre__websocket_next_offer(&at);

        ck_assert(cadre_str_eq(name, cadre_str_from(names[i])));
        ck_assert(cadre__websocket_offers(&scope, name));
    }
    ck_assert_uint_eq(cadre__websocket_next_offer(&at).len, 0);
    ck_assert_uint_eq(cadre__websocket_next_offer(&at).len, 0);
    ck_assert(!cadre__websocket_offers(&scope, CADRE_STR("D")));
    ck_assert(!cadre__websocket_offers(&scope, CADRE_STR("b")));
    ck_assert(!cadre__websocket_offers(&scope, CADRE_STR("")));
}
END_TEST

/* Once for each of them it would take minutes. */
START_TEST(a_long_list_of_offers_is_passed_once)
{
    static char list[400000];
    const struct cadre__header fields[] = {
        {CADRE_STR("sec-websocket-protocol"), {list, sizeof(list)}}};
    const struct cadre__scope asking = {.headers = fields, .n_headers = 1};

    for (size_t i = 0; i < sizeof(list); i += 2)
        memcpy(list + i, "a,", 2);
    ck_assert(!cadre__websocket_offers(&asking, CADRE_STR("b")));
    list[sizeof(list) - 2] = 'b';
    ck_assert(cadre__websocket_offers(&asking, CADRE_STR("b")));
}
END_TEST

static const struct upgrade_row {
    const char *method, *value;
    bool asks;
} upgrade_rows[] = {
    {"GET", "websocket", true},   {"GET", "WebSocket", true}, {"GET", "h2c, websocket", true},
    {"POST", "websocket", false}, {"GET", "h2c", false},      {"GET", "websockets", false},
    {"GET", "", false},
};

START_TEST(a_request_may_ask_to_become_one)
{
    const struct upgrade_row *row = &upgrade_rows[_i];
    const struct cadre__header fields[] = {{CADRE_STR("upgrade"), cadre_str_from(row->value)}};
    struct cadre__scope asking = {
        .method = cadre_str_from(row->method), .headers = fields, .n_headers = 1};

    ck_assert(cadre__websocket_is_asked_for(&asking) == row->asks);
    asking.n_headers = 0;
    ck_assert(!cadre__websocket_is_asked_for(&asking));
}
END_TEST

UNIT_MAIN(
    "gateway/websocket",
    UNIT_LOOP(an_event_fits_or_leaves_no_trace, sizeof(rows) / sizeof(rows[0])),
    UNIT_CASE(a_response_in_pieces_ends_the_handshake), UNIT_CASE(codes_are_those_of_the_registry),
    UNIT_CASE(offers_are_in_order_over_all_fields), UNIT_CASE(a_long_list_of_offers_is_passed_once),
    UNIT_LOOP(a_request_may_ask_to_become_one, sizeof(upgrade_rows) / sizeof(upgrade_rows[0])))
