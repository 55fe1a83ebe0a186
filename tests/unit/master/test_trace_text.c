/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/trace_text: backtraces for people, and who is to blame.
 */
#include "config.h"

#include "master/trace_text.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

enum { WORKER, LIBC, SHOP };

static struct cadre__backtrace trace;
static struct cadre__symbols_answer answer;

/* A frame in each object, as a handler that calls libc leaves them: the innermost first. */
static void make_trace(void)
{
    static const char *const paths[] = {"/usr/libexec/cadre/cadre-worker", "/lib/libc.so.6",
                                        "/srv/shop.so"};
    static const uint32_t objects[] = {LIBC, SHOP, WORKER, CADRE__BACKTRACE_NO_OBJECT};

    trace = (struct cadre__backtrace){.n_objects = 3, .n_frames = 4};
    for (int i = 0; i < 3; i++)
        (void)snprintf(trace.objects[i].path, sizeof(trace.objects[i].path), "%s", paths[i]);
    for (uint32_t i = 0; i < 4; i++)
        trace.frames[i] =
            (struct cadre__backtrace_frame){.address = 0x10 * (i + 1), .object = objects[i]};
    answer = (struct cadre__symbols_answer){.magic = CADRE__SYMBOLS_MAGIC};
}

static void add(uint32_t frame, const char *function, const char *file, uint32_t line)
{
    struct cadre__symbol *symbol = &answer.symbols[answer.n++];

    symbol->frame = frame;
    symbol->line = line;
    (void)snprintf(symbol->function, sizeof(symbol->function), "%s", function);
    (void)snprintf(symbol->file, sizeof(symbol->file), "%s", file);
}

static const char *text(const struct cadre__symbols_answer *symbols, size_t size)
{
    static char buf[1024];
    size_t len = trace_text(&trace, symbols, buf, size);

    ck_assert_uint_eq(len, strlen(buf));
    return buf;
}

static const char *blame(const struct cadre__symbols_answer *symbols)
{
    static char buf[256];

    return trace_blame(&trace, symbols, buf, sizeof(buf)) ? buf : "nobody";
}

START_TEST(without_symbols_there_are_objects_and_addresses)
{
    make_trace();
    ck_assert_str_eq(text(NULL, 1024), "libc.so.6+0x10, shop.so+0x20, cadre-worker+0x30, 0x40");
    ck_assert_str_eq(blame(NULL), "shop.so+0x20");
}
END_TEST

START_TEST(symbols_are_told_as_far_as_they_are_known)
{
    make_trace();
    add(0, "memcpy", "", 0);
    add(1, "copy", "shop.h", 9); /* inlined into the next */
    add(1, "read_item", "shop.c", 31);
    add(2, "", "app.c", 140);
    ck_assert_str_eq(text(&answer, 1024), "memcpy in libc.so.6, copy at shop.h:9, "
                                          "read_item at shop.c:31, app.c:140, 0x40");
    ck_assert_str_eq(blame(&answer), "copy at shop.h:9");
}
END_TEST

START_TEST(a_frame_is_whole_or_not_there)
{
    make_trace();
    ck_assert_str_eq(text(NULL, 28), "libc.so.6+0x10");
    ck_assert_str_eq(text(NULL, 29), "libc.so.6+0x10, shop.so+0x20");
    ck_assert_str_eq(text(NULL, 5), "");
    ck_assert_uint_eq(trace_text(&trace, NULL, NULL, 0), 0);
}
END_TEST

START_TEST(a_line_is_worth_more_than_a_nearer_frame)
{
    make_trace();
    trace.frames[3].object = SHOP;
    add(3, "outer", "shop.c", 50);
    ck_assert_str_eq(blame(&answer), "outer at shop.c:50");
}
END_TEST

START_TEST(cadre_itself_is_blamed_last_and_libc_never)
{
    make_trace();
    trace.frames[1].object = LIBC;
    add(0, "abort", "abort.c", 1);
    ck_assert_str_eq(blame(&answer), "cadre-worker+0x30");
    trace.n_frames = 2;
    ck_assert_str_eq(blame(&answer), "nobody");
    trace.n_frames = 0;
    ck_assert_str_eq(blame(&answer), "nobody");
    ck_assert_str_eq(text(&answer, 1024), "");
}
END_TEST

START_TEST(symbols_of_a_frame_are_those_in_a_row)
{
    uint32_t n = 7;

    make_trace();
    add(1, "a", "a.c", 1);
    add(1, "b", "b.c", 2);
    add(2, "c", "c.c", 3);
    add(1, "d", "d.c", 4);
    ck_assert_ptr_eq(trace_symbols(&answer, 1, &n), &answer.symbols[0]);
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_null(trace_symbols(&answer, 0, &n));
    ck_assert_uint_eq(n, 0);
    ck_assert_ptr_null(trace_symbols(NULL, 1, &n));
}
END_TEST

START_TEST(an_answer_is_made_safe_or_refused)
{
    size_t size = CADRE__SYMBOLS_ANSWER_SIZE(1);

    make_trace();
    add(0, "evil\n\x1b[31m", "a.c", 1);
    memset(answer.symbols[0].file, 'x', sizeof(answer.symbols[0].file));
    ck_assert(trace_check_answer(&answer, size));
    ck_assert_str_eq(answer.symbols[0].function, "evil??[31m");
    ck_assert_uint_eq(strlen(answer.symbols[0].file), sizeof(answer.symbols[0].file) - 1);
    ck_assert(!trace_check_answer(&answer, size - 1));
    ck_assert(!trace_check_answer(&answer, 3));
    answer.n = CADRE__SYMBOLS_MAX + 1;
    ck_assert(!trace_check_answer(&answer, CADRE__SYMBOLS_ANSWER_SIZE(answer.n)));
    answer.n = 1;
    answer.magic++;
    ck_assert(!trace_check_answer(&answer, size));
}
END_TEST

UNIT_MAIN("master/trace_text", UNIT_CASE(without_symbols_there_are_objects_and_addresses),
          UNIT_CASE(symbols_are_told_as_far_as_they_are_known),
          UNIT_CASE(a_frame_is_whole_or_not_there),
          UNIT_CASE(a_line_is_worth_more_than_a_nearer_frame),
          UNIT_CASE(cadre_itself_is_blamed_last_and_libc_never),
          UNIT_CASE(symbols_of_a_frame_are_those_in_a_row),
          UNIT_CASE(an_answer_is_made_safe_or_refused))
