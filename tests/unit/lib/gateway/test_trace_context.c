/* SPDX-License-Identifier: MIT */
/* W3C Trace Context: what is taken, what is passed on. The cases are those of its test suite. */
#include "gateway/trace_context.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"
#include "tests/unit/unit.h"

#define TRACE  "12345678901234567890123456789012"
#define PARENT "1234567890123456"
#define GOOD   "00-" TRACE "-" PARENT "-01"

static bool parses(const char *text)
{
    struct cadre__trace trace = {0};
    bool ok = cadre__traceparent_parse(cadre_str_from(text), &trace);

    if (ok) {
        ck_assert_str_eq(trace.trace_id, TRACE);
        ck_assert_str_eq(trace.parent_id, PARENT);
    }
    return ok;
}

static const char *const good[] = {
    GOOD,
    "00-" TRACE "-" PARENT "-00",
    "00-" TRACE "-" PARENT "-ff",
    "cc-" TRACE "-" PARENT "-01",
    "cc-" TRACE "-" PARENT "-01-what-the-future-will-be-like",
    "01-" TRACE "-" PARENT "-01-",
    "fe-" TRACE "-" PARENT "-01",
};

static const char *const bad[] = {
    "",
    "00",
    "00-" TRACE "-" PARENT,
    "00-" TRACE "-" PARENT "-",
    "00-" TRACE "-" PARENT "-1",
    "00-" TRACE "-" PARENT "-01-",
    "00-" TRACE "-" PARENT "-01-more",
    "00-" TRACE "-" PARENT "-011",
    "00-" TRACE "-" PARENT "-01.",
    "cc-" TRACE "-" PARENT "-01.what",
    "cc-" TRACE "-" PARENT "-012",
    "ff-" TRACE "-" PARENT "-01",
    "FE-" TRACE "-" PARENT "-01",
    ".0-" TRACE "-" PARENT "-01",
    "0.-" TRACE "-" PARENT "-01",
    "000-" TRACE "-" PARENT "-01",
    "00-00000000000000000000000000000000-" PARENT "-01",
    "00-.2345678901234567890123456789012-" PARENT "-01",
    "00-1234567890123456789012345678901.-" PARENT "-01",
    "00-123456789012345678901234567890123-" PARENT "-01",
    "00-ABCDEF78901234567890123456789012-" PARENT "-01",
    "00-" TRACE "-0000000000000000-01",
    "00-" TRACE "-.234567890123456-01",
    "00-" TRACE "-123456789012345-01",
    "00-" TRACE "-12345678901234567-01",
    "00-" TRACE "-ABCDEF7890123456-01",
    "00-" TRACE "-" PARENT "-.1",
    "00-" TRACE "-" PARENT "-0.",
    "00-" TRACE "-" PARENT "-0A",
    "00_" TRACE "-" PARENT "-01",
    "00-" TRACE "_" PARENT "-01",
    "00-" TRACE "-" PARENT "_01",
    GOOD "," GOOD,
};

START_TEST(a_traceparent_that_is_right_is_taken)
{
    ck_assert_msg(parses(good[_i]), "%s", good[_i]);
}
END_TEST

START_TEST(any_other_is_not)
{
    ck_assert_msg(!parses(bad[_i]), "%s", bad[_i]);
}
END_TEST

START_TEST(only_the_sampled_flag_is_read)
{
    struct cadre__trace trace;

    ck_assert(cadre__traceparent_parse(CADRE_STR("00-" TRACE "-" PARENT "-fe"), &trace));
    ck_assert(!trace.is_sampled);
    ck_assert(cadre__traceparent_parse(CADRE_STR("00-" TRACE "-" PARENT "-ff"), &trace));
    ck_assert(trace.is_sampled);
}
END_TEST

/* --- requests --- */

static struct cadre__ids ids = {.trace_context = CADRE__IDS_FROM_TRUSTED};

static struct cadre__scope scope_of(const struct cadre__header *headers, size_t n)
{
    return (struct cadre__scope){
        .ids = &ids, .number = 3, .is_trusted = true, .headers = headers, .n_headers = n};
}

START_TEST(a_trace_goes_on_with_a_span_of_our_own)
{
    const struct cadre__header headers[] = {
        {CADRE_STR_INIT("traceparent"), CADRE_STR_INIT("cc-" TRACE "-" PARENT "-ff-x")}};
    struct cadre__scope scope = scope_of(headers, 1);
    struct cadre__trace trace;
    char out[CADRE__TRACEPARENT_SIZE], expected[CADRE__TRACEPARENT_SIZE];

    cadre__trace_of(&scope, &trace);
    ck_assert_str_eq(trace.trace_id, TRACE);
    ck_assert_str_eq(trace.parent_id, PARENT);
    ck_assert_str_ne(trace.span_id, PARENT);
    ck_assert_uint_eq(strlen(trace.span_id), 16);
    cadre__traceparent_format(&trace, out);
    snprintf(expected, sizeof(expected), "00-" TRACE "-%s-01", trace.span_id);
    ck_assert_str_eq(out, expected);
}
END_TEST

static void begins_here(struct cadre__scope scope)
{
    struct cadre__trace trace, again;
    char out[CADRE__TRACEPARENT_SIZE];
    bool taken;

    cadre__trace_of(&scope, &trace);
    ck_assert_str_ne(trace.trace_id, TRACE);
    ck_assert_uint_eq(strspn(trace.trace_id, "0123456789abcdef"), 32);
    ck_assert_uint_eq(strspn(trace.span_id, "0123456789abcdef"), 16);
    ck_assert_str_eq(trace.parent_id, "");
    ck_assert(!trace.is_sampled);
    cadre__traceparent_format(&trace, out);
    taken = cadre__traceparent_parse(cadre_str_from(out), &again);
    ck_assert(taken);
    ck_assert_str_eq(again.trace_id, trace.trace_id);
    ck_assert_str_eq(again.parent_id, trace.span_id);
}

START_TEST(without_a_traceparent_a_trace_begins)
{
    const struct cadre__header twice[] = {{CADRE_STR_INIT("traceparent"), CADRE_STR_INIT(GOOD)},
                                          {CADRE_STR_INIT("traceparent"), CADRE_STR_INIT(GOOD)}};
    const struct cadre__header wrong[] = {{CADRE_STR_INIT("traceparent"), CADRE_STR_INIT("00-1")}};
    struct cadre__scope stranger = scope_of(twice, 1), unnamed = scope_of(twice, 1);

    begins_here(scope_of(NULL, 0));
    begins_here(scope_of(twice, 2));
    begins_here(scope_of(wrong, 1));
    stranger.is_trusted = false;
    begins_here(stranger);
    unnamed.ids = NULL;
    begins_here(unnamed);
}
END_TEST

START_TEST(trace_and_request_have_ids_of_their_own)
{
    struct cadre__scope scope = scope_of(NULL, 0), next = scope_of(NULL, 0);
    struct cadre__trace a, b;
    char id[CADRE__REQUEST_ID_SIZE];

    next.number++;
    cadre__trace_of(&scope, &a);
    cadre__trace_of(&next, &b);
    cadre__request_id(&scope, id);
    ck_assert_str_ne(a.trace_id, b.trace_id);
    ck_assert_str_ne(a.span_id, b.span_id);
    ck_assert_str_ne(a.trace_id, id);
}
END_TEST

/* --- tracestate --- */

#define TEN   "abcdefghij"
#define FIFTY TEN TEN TEN TEN TEN
#define V250  FIFTY FIFTY FIFTY FIFTY FIFTY
#define V240  FIFTY FIFTY FIFTY FIFTY TEN TEN TEN TEN

static const char *const good_states[] = {
    "a=1",
    "foo=1,bar=2",
    "foo=1 ,\t bar=2",
    "foo=1,,bar=2,",
    "foo=a b",
    "foo= 1",
    "foo@bar=1",
    "0foo@b=1",
    "f0_-*/=1",
    V250 "abcdef=1",
    "a=" V250 "abcdef",
    V240 "a@b=1",
    "a@abcdefghijklmn=1",
};

static const char *const bad_states[] = {
    "",
    " ",
    ",",
    "foo",
    "foo=",
    "=1",
    "foo =1",
    "foo=1=2",
    "foo=1;bar=2",
    "FOO=1",
    "0foo=1",
    "_foo=1",
    "foo.bar=1",
    "foo@=1",
    "@foo=1",
    "foo@@bar=1",
    "foo@bar@baz=1",
    "foo@0bar=1",
    "a@abcdefghijklmno=1",
    V240 "ab@b=1",
    V250 "abcdefg=1",
    "a=" V250 "abcdefg",
    "foo=1,foo=2",
    "foo=1,bar=1,foo=1",
    "foo=\x01",
    "foo=\xc3\xa4",
};

static bool state_is_valid(const char *text)
{
    return cadre__tracestate_is_valid(cadre_str_from(text));
}

START_TEST(a_tracestate_that_is_right_is_passed_on)
{
    ck_assert_msg(state_is_valid(good_states[_i]), "%s", good_states[_i]);
}
END_TEST

START_TEST(any_other_tracestate_is_dropped)
{
    ck_assert_msg(!state_is_valid(bad_states[_i]), "%s", bad_states[_i]);
}
END_TEST

START_TEST(thirty_two_members_are_the_most)
{
    char text[512] = "";
    size_t len = 0;

    for (int i = 1; i <= 33; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%sk%d=1", i > 1 ? "," : "", i);
        ck_assert_int_eq(state_is_valid(text), i <= 32);
    }
}
END_TEST

START_TEST(several_tracestates_become_one)
{
    const struct cadre__header headers[] = {
        {CADRE_STR_INIT("tracestate"), CADRE_STR_INIT("a=1")},
        {CADRE_STR_INIT("traceparent"), CADRE_STR_INIT(GOOD)},
        {CADRE_STR_INIT("tracestate"), CADRE_STR_INIT("")},
        {CADRE_STR_INIT("tracestate"), CADRE_STR_INIT("b=2, c=3")},
    };
    struct cadre__scope scope = scope_of(headers, 4), stateless = scope_of(headers + 1, 1);
    struct cadre__scope parentless = scope_of(headers, 1);
    struct cadre__arena arena;
    struct cadre_str state;

    cadre__arena_init(&arena, 4096);
    ck_assert_int_eq(cadre__tracestate_of(&scope, &arena, &state), 0);
    ck_assert_str_eq(state.ptr, "a=1,,b=2, c=3");
    ck_assert_uint_eq(state.len, strlen(state.ptr));
    ck_assert_int_eq(cadre__tracestate_of(&stateless, &arena, &state), 0);
    ck_assert_ptr_null(state.ptr);
    ck_assert_int_eq(cadre__tracestate_of(&parentless, &arena, &state), 0);
    ck_assert_ptr_null(state.ptr);
    scope.is_trusted = false;
    ck_assert_int_eq(cadre__tracestate_of(&scope, &arena, &state), 0);
    ck_assert_ptr_null(state.ptr);
    cadre__arena_done(&arena);
}
END_TEST

#define N(list) (sizeof(list) / sizeof((list)[0]))

UNIT_MAIN("gateway/trace_context", UNIT_LOOP(a_traceparent_that_is_right_is_taken, N(good)),
          UNIT_LOOP(any_other_is_not, N(bad)), UNIT_CASE(only_the_sampled_flag_is_read),
          UNIT_CASE(a_trace_goes_on_with_a_span_of_our_own),
          UNIT_CASE(without_a_traceparent_a_trace_begins),
          UNIT_CASE(trace_and_request_have_ids_of_their_own),
          UNIT_LOOP(a_tracestate_that_is_right_is_passed_on, N(good_states)),
          UNIT_LOOP(any_other_tracestate_is_dropped, N(bad_states)),
          UNIT_CASE(thirty_two_members_are_the_most), UNIT_CASE(several_tracestates_become_one))
