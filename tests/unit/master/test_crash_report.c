/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/crash_report and master/trace_text: what people read of a crash, and what
 * programs do.
 */
#include "config.h"

#include "master/crash_report.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "master/trace_text.h"
#include "tests/unit/unit.h"

static const struct cadre__backtrace trace = {
    .n_objects = 3,
    .n_frames = 4,
    .objects = {{.path = "/lib/libc.so.6"},
                {.path = "/srv/shop.so", .build_id_len = 2, .build_id = {0xab, 0x01}},
                {.path = "/usr/libexec/cadre/cadre-worker"}},
    .frames = {{.object = 0, .address = 0x10},
               {.object = 1, .address = 0x20},
               {.object = 2, .address = 0x30},
               {.object = CADRE__BACKTRACE_NO_OBJECT, .address = 0x40}},
};

static const struct cadre__symbols_answer answer = {
    .magic = CADRE__SYMBOLS_MAGIC,
    .n = 4,
    .symbols = {{.frame = 0, .function = "memcpy", .file = "memcpy.S", .line = 7},
                {.frame = 1, .function = "copy", .file = "shop.h", .line = 3},
                {.frame = 1, .function = "buy", .file = "shop.c", .line = 12},
                {.frame = 2, .function = "run"}},
};

static struct crash_report report(int wait_status)
{
    return (struct crash_report){
        .kind = CADRE__CHILD_WORKER,
        .generation = 2,
        .index = 0,
        .pid = 77,
        .when_ns = UINT64_C(1795253862123) * CADRE__NSEC_PER_MSEC,
        .uptime_ns = 12345 * CADRE__NSEC_PER_MSEC,
        .requests = 5,
        .rss_kib = 2048,
        .wait_status = wait_status,
    };
}

static const char *cause(const struct crash_report *r)
{
    static char buf[192];

    return crash_report_cause(r, buf, sizeof(buf));
}

static const char *json(const struct crash_report *r, const struct cadre__symbols_answer *symbols)
{
    static struct cadre__buf buf;

    cadre__buf_clear(&buf);
    crash_report_json(r, symbols, &buf);
    ck_assert_int_eq(buf.error, 0);
    return buf.data;
}

START_TEST(signals_and_errors_are_crashes)
{
    ck_assert(crash_report_is_one(SIGSEGV));
    ck_assert(crash_report_is_one(SIGKILL));
    ck_assert(crash_report_is_one(3 << 8));
    ck_assert(!crash_report_is_one(0));
}
END_TEST

START_TEST(the_cause_says_what_went_wrong)
{
    struct crash_report r = report(SIGSEGV);

    ck_assert_str_eq(cause(&r), "SIGSEGV");
    r.has_record = true;
    r.record.signo = SIGSEGV;
    r.record.code = SEGV_MAPERR;
    r.record.address = 0x10;
    ck_assert_str_eq(cause(&r), "SIGSEGV (no memory at that address) at 0x10");
    r.record.code = SI_KERNEL;
    ck_assert_str_eq(cause(&r), "SIGSEGV (an address that no memory can have)");
    r.record.stack_size = 65536;
    ck_assert_str_eq(cause(&r), "SIGSEGV (stack overflow, its stack has 64 KiB)");
    r.record.stack_size = 0;
    r.record.code = SI_USER;
    r.record.sender = 12;
    ck_assert_str_eq(cause(&r), "SIGSEGV (sent by process 12)");
    r.record.sender = 77;
    ck_assert_str_eq(cause(&r), "SIGSEGV");
    r = report(7 << 8);
    ck_assert_str_eq(cause(&r), "exit status 7");
}
END_TEST

START_TEST(frames_read_as_functions_files_and_lines)
{
    char text[256];

    (void)trace_text(&trace, &answer, text, sizeof(text));
    ck_assert_str_eq(text, "memcpy at memcpy.S:7, copy at shop.h:3, buy at shop.c:12, "
                           "run in cadre-worker, 0x40");
    (void)trace_text(&trace, NULL, text, sizeof(text));
    ck_assert_str_eq(text, "libc.so.6+0x10, shop.so+0x20, cadre-worker+0x30, 0x40");
}
END_TEST

/* Whatever the room, what is there is whole. */
START_TEST(a_frame_is_whole_or_not_there)
{
    char text[256];

    for (size_t size = 0; size <= 80; size++) {
        size_t len = trace_text(&trace, NULL, text, size);

        ck_assert(len == 0 || len < size);
        ck_assert(len == 0 || len == 14 || len == 28 || len == 47 || len == 53);
    }
}
END_TEST

START_TEST(the_blame_is_on_the_module)
{
    struct cadre__symbols_answer some = answer;
    struct cadre__backtrace own = trace;
    char text[64];

    ck_assert(trace_blame(&trace, &answer, text, sizeof(text)));
    ck_assert_str_eq(text, "copy at shop.h:3");
    ck_assert(trace_blame(&trace, NULL, text, sizeof(text)));
    ck_assert_str_eq(text, "shop.so+0x20");
    some.symbols[1].line = 0;
    some.symbols[1].file[0] = '\0';
    ck_assert(trace_blame(&trace, &some, text, sizeof(text)));
    ck_assert_str_eq(text, "copy in shop.so");
    own.frames[1].object = 2;
    ck_assert(trace_blame(&own, NULL, text, sizeof(text)));
    ck_assert_str_eq(text, "cadre-worker+0x20");
    own.n_frames = 1;
    ck_assert(!trace_blame(&own, NULL, text, sizeof(text)));
}
END_TEST

START_TEST(an_answer_is_checked)
{
    struct cadre__symbols_answer a = answer;

    ck_assert(trace_check_answer(&a, CADRE__SYMBOLS_ANSWER_SIZE(4)));
    ck_assert(!trace_check_answer(&a, CADRE__SYMBOLS_ANSWER_SIZE(3)));
    ck_assert(!trace_check_answer(&a, 3));
    a.n = CADRE__SYMBOLS_MAX + 1;
    ck_assert(!trace_check_answer(&a, sizeof(a)));
    a = answer;
    a.magic++;
    ck_assert(!trace_check_answer(&a, CADRE__SYMBOLS_ANSWER_SIZE(4)));
    a = answer;
    memset(a.symbols[0].function, '\n', sizeof(a.symbols[0].function));
    ck_assert(trace_check_answer(&a, CADRE__SYMBOLS_ANSWER_SIZE(4)));
    ck_assert_uint_eq(strspn(a.symbols[0].function, "?"), sizeof(a.symbols[0].function) - 1);
}
END_TEST

START_TEST(a_death_without_a_record_is_short)
{
    struct crash_report r = report(SIGKILL);

    r.oom_kills = 1;
    ck_assert_str_eq(json(&r, NULL),
                     "{\"time\":\"2026-11-21T09:37:42.123Z\",\"process\":\"worker 1\",\"pid\":77,"
                     "\"generation\":2,\"cause\":\"SIGKILL\",\"signal\":\"SIGKILL\",\"requests\":5,"
                     "\"uptime_ms\":12345,\"peak_rss_kib\":2048,\"oom_kills\":1}");
}
END_TEST

START_TEST(a_record_is_told_whole)
{
    struct crash_report r = report(SIGSEGV);
    const char *text;

    r.has_record = true;
    r.record.signo = SIGSEGV;
    r.record.code = SEGV_MAPERR;
    (void)snprintf(r.record.thread, sizeof(r.record.thread), "loop");
    (void)snprintf(r.record.subject.module, sizeof(r.record.subject.module), "shop");
    (void)snprintf(r.record.subject.handler, sizeof(r.record.subject.handler), "buy");
    (void)snprintf(r.record.subject.request, sizeof(r.record.subject.request),
                   "GET /\"\\\xc3\xa4\xff HTTP/1.1");
    r.record.trace = trace;
    r.record.n_threads = 1;
    (void)snprintf(r.record.threads[0].name, sizeof(r.record.threads[0].name), "pool thread 1");
    text = json(&r, &answer);
    ck_assert_ptr_nonnull(strstr(text,
                                 "\"address\":\"0x0\",\"thread\":\"loop\",\"module\":\"shop\","
                                 "\"handler\":\"buy\","));
    ck_assert_ptr_nonnull(
        strstr(text, "\"request\":\"GET /\\\"\\\\\xc3\xa4\xef\xbf\xbd HTTP/1.1\","));
    ck_assert_ptr_nonnull(strstr(text, "\"at\":\"copy at shop.h:3\""));
    ck_assert_ptr_nonnull(
        strstr(text, "{\"address\":\"0x20\",\"object\":\"/srv/shop.so\",\"build_id\":\"ab01\","
                     "\"function\":\"buy\",\"file\":\"shop.c\",\"line\":12}"));
    ck_assert_ptr_nonnull(strstr(text, "\"threads\":[{\"name\":\"pool thread 1\"}]"));
    ck_assert_ptr_null(strchr(text, '\n'));
}
END_TEST

UNIT_MAIN("master/crash_report", UNIT_CASE(signals_and_errors_are_crashes),
          UNIT_CASE(the_cause_says_what_went_wrong),
          UNIT_CASE(frames_read_as_functions_files_and_lines),
          UNIT_CASE(a_frame_is_whole_or_not_there), UNIT_CASE(the_blame_is_on_the_module),
          UNIT_CASE(an_answer_is_checked), UNIT_CASE(a_death_without_a_record_is_short),
          UNIT_CASE(a_record_is_told_whole))
