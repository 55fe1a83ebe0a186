/* SPDX-License-Identifier: MIT */
/* Tests of lib/model/issues.c: places, order, the body of a 422. */
#include "config.h"

#include <string.h>

#include "model/issues.h"
#include "tests/unit/unit.h"

static struct cadre__arena arena;
static struct cadre_validation validation;

static void begin(void)
{
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
}

static void ends_as(const char *wanted)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__issues_write(&validation.issues, &out), 0);
    ck_assert_str_eq(cadre__buf_text(&out), wanted);
    cadre__buf_done(&out);
    cadre__arena_done(&arena);
}

static void add_at(const struct cadre__loc *loc, const char *msg)
{
    validation.loc = loc;
    ck_assert_int_eq(cadre__issue_text(&validation, "t", NULL, NULL, msg), CADRE__INVALID);
    validation.loc = NULL;
}

#define NAME(text_, up_, rank_)                                                                    \
    {                                                                                              \
        .up = (up_), .name = CADRE_STR_INIT(text_), .rank = (rank_)                                \
    }

START_TEST(no_issue_is_an_empty_list)
{
    begin();
    ck_assert(cadre__issues_is_empty(&validation.issues));
    ends_as("{\"detail\":[]}");
}
END_TEST

START_TEST(an_issue_has_type_loc_msg_input_and_ctx_in_that_order)
{
    struct cadre__loc body = NAME("body", NULL, 5), items = NAME("items", &body, 0);
    struct cadre__loc index = {.up = &items, .index = 3, .rank = 3};
    struct cadre_input input = {CADRE_INPUT_NUMBER, CADRE_STR_INIT("-1")};

    begin();
    validation.loc = &index;
    ck_assert_int_eq(cadre__issue(&validation, "greater_than", &input, "{\"gt\":0}",
                                  "Input should be greater than %d", 0),
                     CADRE__INVALID);
    ck_assert(!cadre__issues_is_empty(&validation.issues));
    ends_as("{\"detail\":[{\"type\":\"greater_than\",\"loc\":[\"body\",\"items\",3],\"msg\":"
            "\"Input should be greater than 0\",\"input\":-1,\"ctx\":{\"gt\":0}}]}");
}
END_TEST

START_TEST(missing_extra_and_broken_json_have_their_forms)
{
    struct cadre__loc body = NAME("body", NULL, 0), name = NAME("name", &body, 0);
    struct cadre__loc more = NAME("more", &body, 9);
    struct cadre_input object = {CADRE_INPUT_OBJECT, CADRE_STR_INIT("{ \"a\" : [ 1 , \" b \" ] }")};
    struct cadre_input one = {CADRE_INPUT_STRING, CADRE_STR_INIT("x")};

    begin();
    validation.loc = &more;
    ck_assert_int_eq(cadre__issue_extra(&validation, &one), CADRE__INVALID);
    validation.loc = &name;
    ck_assert_int_eq(cadre__issue_missing(&validation, &object), CADRE__INVALID);
    ck_assert_int_eq(cadre__issue_missing(&validation, NULL), CADRE__INVALID);
    validation.loc = &body;
    ck_assert_int_eq(cadre__issue_json(&validation, 17, "Expecting value"), CADRE__INVALID);
    ck_assert_ptr_eq(validation.loc, &body);
    ends_as("{\"detail\":["
            "{\"type\":\"missing\",\"loc\":[\"body\",\"name\"],\"msg\":\"Field required\","
            "\"input\":{\"a\":[1,\" b \"]}},"
            "{\"type\":\"missing\",\"loc\":[\"body\",\"name\"],\"msg\":\"Field required\","
            "\"input\":null},"
            "{\"type\":\"json_invalid\",\"loc\":[\"body\",17],\"msg\":\"JSON decode error\","
            "\"input\":{},\"ctx\":{\"error\":\"Expecting value\"}},"
            "{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"more\"],\"msg\":\"Extra inputs are "
            "not permitted\",\"input\":\"x\"}]}");
}
END_TEST

START_TEST(issues_come_in_the_order_of_declaration)
{
    struct cadre__loc query = NAME("query", NULL, 1), body = NAME("body", NULL, 4);
    struct cadre__loc b1 = NAME("b", &body, 1), a0 = NAME("a", &body, 0);
    struct cadre__loc item2 = {.up = &a0, .index = 2, .rank = 2};
    struct cadre__loc item10 = {.up = &a0, .index = 10, .rank = 10};
    struct cadre__loc q = NAME("q", &query, 7);

    begin();
    add_at(&b1, "5");
    add_at(&item10, "4");
    add_at(&b1, "6");
    add_at(&q, "1");
    add_at(&item2, "3");
    add_at(&a0, "2");
    cadre__issues_sort(&validation.issues);
    char order[16] = "";
    for (const struct cadre__issue *issue = validation.issues.first; issue; issue = issue->next)
        strcat(order, issue->msg);
    ck_assert_str_eq(order, "123456");
    ck_assert_str_eq(validation.issues.last->msg, "6");
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(thousands_of_issues_are_sorted_and_stay_in_their_order)
{
    begin();
    validation.max_issues = 5000;
    for (unsigned i = 0; i < 5000; i++) {
        struct cadre__loc loc = NAME("x", NULL, (i * 7919) % 50);
        add_at(&loc, "m");
    }
    cadre__issues_sort(&validation.issues);
    const struct cadre__issue *issue = validation.issues.first;
    unsigned n = 1;
    for (; issue->next; issue = issue->next, n++) {
        const struct cadre__issue *next = issue->next;
        ck_assert(issue->loc[0].rank < next->loc[0].rank ||
                  (issue->loc[0].rank == next->loc[0].rank && issue->number < next->number));
    }
    ck_assert_uint_eq(n, 5000);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(what_is_above_the_limit_is_counted_alone)
{
    struct cadre__loc loc = NAME("x", NULL, 0);

    begin();
    validation.loc = &loc;
    for (int i = 0; i < CADRE__ISSUES_MAX + 7; i++)
        ck_assert_int_eq(cadre__issue(&validation, "t", NULL, NULL, "%d", i), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, CADRE__ISSUES_MAX);
    ck_assert_uint_eq(validation.issues.dropped, 7);
    cadre__arena_done(&arena);
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    const char *json;
} strings[] = {
    {"", 0, "\"\""},
    {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
    {"\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\""},
    {"\0\x1f\x7f", 3, "\"\\u0000\\u001f\x7f\""},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"\xff", 1, "\"\xef\xbf\xbd\""},
    {"a\xc3", 2, "\"a\xef\xbf\xbd\""},
    {"\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xf4\x90\x80\x80", 4, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
};

START_TEST(any_bytes_become_a_string_of_json)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    cadre__json_write_string(&out, (struct cadre_str){strings[_i].bytes, strings[_i].len});
    ck_assert_str_eq(cadre__buf_text(&out), strings[_i].json);
    cadre__buf_done(&out);
}
END_TEST

/* ---- values that are replaced ---- */

static struct cadre__issue_span span_of(const char *const *msgs, size_t n)
{
    struct cadre__issue_mark mark = cadre__issues_mark(&validation.issues);
    struct cadre__issue_span span;

    for (size_t i = 0; i < n; i++)
        add_at(NULL, msgs[i]);
    ck_assert(cadre__issues_since(&validation.issues, &mark, &span) == (n > 0));
    return span;
}

/* The messages that there are, in the order in which they came, both ways. */
static void are(const char *wanted)
{
    char forth[64] = "", back[64] = "";
    size_t n = 0;

    for (const struct cadre__issue *at = validation.issues.first; at; at = at->next, n++)
        strcat(forth, at->msg);
    for (const struct cadre__issue *at = validation.issues.last; at; at = at->prev)
        memmove(back + 1, back, strlen(back) + 1), back[0] = at->msg[0];
    ck_assert_str_eq(forth, wanted);
    ck_assert_str_eq(back, wanted);
    ck_assert_uint_eq(validation.issues.n, n);
}

START_TEST(issues_of_a_value_are_taken_out)
{
    static const char *const msgs[] = {"a", "b", "c", "d", "e", "f"};

    begin();
    span_of(msgs, 0);
    struct cadre__issue_span first = span_of(msgs, 2), second = span_of(msgs + 2, 1),
                             third = span_of(msgs + 3, 2), last = span_of(msgs + 5, 1);
    are("abcdef");
    cadre__issues_cut(&validation.issues, &second);
    are("abdef");
    cadre__issues_cut(&validation.issues, &first);
    are("def");
    cadre__issues_cut(&validation.issues, &last);
    are("de");
    cadre__issues_cut(&validation.issues, &third);
    are("");
    ck_assert(cadre__issues_is_empty(&validation.issues));
    span_of(msgs, 1);
    are("a");
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(issues_above_the_limit_are_taken_out_too)
{
    static const char *const msgs[] = {"a", "b", "c", "d"};

    begin();
    validation.max_issues = 2;
    struct cadre__issue_span some = span_of(msgs, 3), none = span_of(msgs + 3, 1);
    ck_assert_uint_eq(validation.issues.dropped, 2);
    cadre__issues_cut(&validation.issues, &some);
    are("");
    ck_assert_uint_eq(validation.issues.dropped, 1);
    ck_assert(!cadre__issues_is_empty(&validation.issues));
    ck_assert_int_eq(cadre__issue_dropped(&validation), CADRE__INVALID);
    ck_assert_str_eq(validation.issues.first->msg,
                     "Value error, 1 value is wrong that is not listed");
    cadre__issues_cut(&validation.issues, &none);
    ck_assert_uint_eq(validation.issues.dropped, 0);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(what_is_made_has_a_limit)
{
    static const char *const msgs[] = {"a", "b"};

    begin();
    validation.max_issues = 2;
    for (unsigned i = 0; i < 2 * CADRE__ISSUES_MADE_FACTOR; i++) {
        struct cadre__issue_span span = span_of(msgs, 2);
        cadre__issues_cut(&validation.issues, &span);
    }
    ck_assert(cadre__issues_is_empty(&validation.issues));
    ck_assert_uint_eq(validation.issues.made, 2 * CADRE__ISSUES_MADE_FACTOR);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(issues_go_back_to_a_mark)
{
    static const char *const msgs[] = {"a", "b", "c"};

    begin();
    struct cadre__issue_mark start = cadre__issues_mark(&validation.issues);
    span_of(msgs, 1);
    struct cadre__issue_mark mark = cadre__issues_mark(&validation.issues);
    span_of(msgs + 1, 2);
    cadre__issues_rewind(&validation.issues, &mark);
    are("a");
    cadre__issues_rewind(&validation.issues, &start);
    are("");
    span_of(msgs, 2);
    are("ab");
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/issues", UNIT_CASE(no_issue_is_an_empty_list),
          UNIT_CASE(an_issue_has_type_loc_msg_input_and_ctx_in_that_order),
          UNIT_CASE(missing_extra_and_broken_json_have_their_forms),
          UNIT_CASE(issues_come_in_the_order_of_declaration),
          UNIT_CASE(thousands_of_issues_are_sorted_and_stay_in_their_order),
          UNIT_CASE(what_is_above_the_limit_is_counted_alone),
          UNIT_LOOP(any_bytes_become_a_string_of_json, sizeof(strings) / sizeof(strings[0])),
          UNIT_CASE(issues_of_a_value_are_taken_out),
          UNIT_CASE(issues_above_the_limit_are_taken_out_too), UNIT_CASE(what_is_made_has_a_limit),
          UNIT_CASE(issues_go_back_to_a_mark))
