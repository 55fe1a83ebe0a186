/* SPDX-License-Identifier: MIT */
/* What a request is called: by its handler, and in the lines of the log (web/request_names.c). */
#include "tests/unit/unit.h"

#include "tests/unit/lib/web/fake_channel.h"
#include "web/request.h"
#include <cadre/request.h>

#define TRACE  "12345678901234567890123456789012"
#define PARENT "1234567890123456"

static const struct cadre__ids ids = {.request_id = CADRE__IDS_FROM_ANYBODY,
                                      .trace_context = CADRE__IDS_FROM_ANYBODY};

struct frame {
    struct fake fake;
    struct cadre_request req;
};

static struct frame *frame_new(void)
{
    struct frame *f = calloc(1, sizeof(*f));

    ck_assert_ptr_nonnull(f);
    fake_init(&f->fake, "GET", "/x");
    f->fake.scope.ids = &ids;
    return f;
}

static struct cadre_request *begin(struct frame *f)
{
    cadre__request_init(&f->req, &f->fake.scope, &f->fake.channel);
    return &f->req;
}

static void frame_free(struct frame *f)
{
    cadre__request_done(&f->req);
    fake_done(&f->fake);
    free(f);
}

/* The fields of a log line, as it would hold them. */
static const char *described(const struct cadre_request *req)
{
    static char text[1024];
    struct cadre_log_field fields[CADRE__LOG_DESCRIBE_FIELDS];
    char buf[CADRE__LOG_DESCRIBE_SIZE];
    size_t n = cadre__request_describe(req, fields, buf);
    size_t len = 0;

    ck_assert_uint_le(n, CADRE__LOG_DESCRIBE_FIELDS);
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s=%.*s|", fields[i].key,
                                CADRE_STR_ARGS(fields[i].value.str));
    return text;
}

START_TEST(names_of_the_client_are_kept)
{
    struct frame *f = frame_new();

    fake_add_header(&f->fake, "x-request-id", "abc");
    fake_add_header(&f->fake, "traceparent", "00-" TRACE "-" PARENT "-01");
    fake_add_header(&f->fake, "tracestate", "a=1");

    struct cadre_request *req = begin(f);

    ck_assert_str_eq(cadre_request_id(req), "abc");
    ck_assert_str_eq(cadre_trace_id(req), TRACE);
    ck_assert_str_eq(cadre_parent_span_id(req), PARENT);
    ck_assert_uint_eq(strlen(cadre_span_id(req)), 16);
    ck_assert(cadre_trace_is_sampled(req));
    ck_assert_str_eq(cadre_tracestate(req), "a=1");
    frame_free(f);
}
END_TEST

START_TEST(a_name_is_the_same_whenever_it_is_asked_for)
{
    struct frame *f = frame_new();
    struct cadre_request *req = begin(f);
    const char *id = cadre_request_id(req);
    const char *traceparent = cadre_traceparent(req);
    char copy[CADRE__REQUEST_ID_SIZE];

    memcpy(copy, id, sizeof(copy));
    ck_assert_uint_eq(strlen(id), 32);
    ck_assert_uint_eq(strlen(traceparent), 55);
    ck_assert_mem_eq(traceparent + 3, cadre_trace_id(req), 32);
    ck_assert_mem_eq(traceparent + 36, cadre_span_id(req), 16);
    ck_assert_str_eq(traceparent + 52, "-00");
    ck_assert_str_eq(cadre_parent_span_id(req), "");
    ck_assert_str_eq(cadre_tracestate(req), "");
    ck_assert(!cadre_trace_is_sampled(req));
    ck_assert_ptr_eq(cadre_request_id(req), id);
    ck_assert_ptr_eq(cadre_traceparent(req), traceparent);
    ck_assert_str_eq(id, copy);
    frame_free(f);
}
END_TEST

START_TEST(lines_name_the_trace_where_there_is_a_use_for_it)
{
    struct frame *f = frame_new();
    char expected[256];
    struct cadre_request *req = begin(f);

    snprintf(expected, sizeof(expected), "request=GET /x|request_id=%s|", cadre_request_id(req));
    ck_assert_str_eq(described(req), expected);
    snprintf(expected, sizeof(expected), "request=GET /x|request_id=%s|trace_id=%s|",
             cadre_request_id(req), cadre_trace_id(req));
    ck_assert_str_eq(described(req), expected);
    cadre__request_done(req);

    fake_add_header(&f->fake, "traceparent", "00-" TRACE "-" PARENT "-01");
    fake_add_header(&f->fake, "x-request-id", "abc");
    ck_assert_str_eq(described(begin(f)), "request=GET /x|request_id=abc|trace_id=" TRACE "|");
    frame_free(f);
}
END_TEST

START_TEST(a_long_path_leaves_room_for_the_ids)
{
    struct frame *f = frame_new();

    memset(f->fake.path + 1, 'p', sizeof(f->fake.path) - 2);
    f->fake.scope.path = cadre_str_from(f->fake.path);
    fake_add_header(&f->fake, "x-request-id", "abc");
    fake_add_header(&f->fake, "traceparent", "00-" TRACE "-" PARENT "-01");
    ck_assert_ptr_nonnull(strstr(described(begin(f)), "ppp|request_id=abc|trace_id=" TRACE "|"));
    frame_free(f);
}
END_TEST

UNIT_MAIN("web/request_names", UNIT_CASE(names_of_the_client_are_kept),
          UNIT_CASE(a_name_is_the_same_whenever_it_is_asked_for),
          UNIT_CASE(lines_name_the_trace_where_there_is_a_use_for_it),
          UNIT_CASE(a_long_path_leaves_room_for_the_ids))
