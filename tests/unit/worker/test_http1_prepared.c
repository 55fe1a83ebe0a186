/* SPDX-License-Identifier: MIT */
/*
 * Answers by a head that was made before (gateway/prepared.h): on the wire they are, byte by byte,
 * those of the same fields without it, whatever the client asked and however the body comes.
 */
#include "config.h"

#include "gateway/prepared.h"

#include "tests/unit/worker/harness.h"
#include <stdlib.h>
#include <sys/mman.h>

static const struct cadre__header fields[] = {
    {CADRE_STR_INIT("content-type"), CADRE_STR_INIT("text/plain")},
    {CADRE_STR_INIT("x-own"), CADRE_STR_INIT("a value")},
};

static struct cadre__prepared head;
static bool prepared;         /* the next answers are by it */
static struct cadre_str body; /* of whole answers; without ptr: a part of the file */
static struct cadre__file_part part;

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    struct cadre__event event = {.type = body.ptr ? CADRE__EVENT_HTTP_RESPONSE
                                                  : CADRE__EVENT_HTTP_RESPONSE_START,
                                 .status = 200,
                                 .headers = fields,
                                 .n_headers = 2,
                                 .body = body,
                                 .prepared = prepared ? &head : NULL};
    const struct cadre__event file = {.type = CADRE__EVENT_HTTP_RESPONSE_FILE, .file = &part};
    int r = cadre__channel_send_event(channel, &event);

    (void)arg;
    (void)scope;
    return r < 0 || body.ptr ? r : cadre__channel_send_event(channel, &file);
}

/* Each request's is another. */
static void blank_ids(char *text)
{
    static const char name[] = "\r\nx-request-id: ";

    while ((text = strstr(text, name)) != NULL) {
        text += strlen(name);
        memset(text, '#', strcspn(text, "\r"));
    }
}

static struct answer *ask(struct harness *h, const char *request)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    harness_send(fd, request, strlen(request));
    harness_drain(fd, a);
    answer_drop_dates(a);
    blank_ids(a->bytes);
    close(fd);
    harness_yield();
    return a;
}

static const char *const requests[] = {
    "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nx-request-id: mine\r\n\r\n",
};

static void compare(struct harness *h)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct answer *plain, *same;

        prepared = false;
        plain = ask(h, requests[i]);
        ck_assert_ptr_nonnull(strstr(plain->bytes, "\r\nx-own: a value\r\n"));
        prepared = true;
        same = ask(h, requests[i]);
        ck_assert_msg(plain->len == same->len && memcmp(plain->bytes, same->bytes, same->len) == 0,
                      "%s\n%s\n%s", requests[i], plain->bytes, same->bytes);
        ck_assert_int_eq(plain->closed, same->closed);
        free(plain);
        free(same);
    }
}

static void script(struct harness *h)
{
    static char large[100000];
    const struct cadre_str bodies[] = {CADRE_STR(""), CADRE_STR("hello"), {large, sizeof(large)}};

    memset(large, 'x', sizeof(large));
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        body = bodies[i];
        compare(h);
    }
    body = (struct cadre_str){NULL, 0};
    part = (struct cadre__file_part){.fd = memfd_create("part", MFD_CLOEXEC)};
    ck_assert_int_eq(write(part.fd, large, 9000), 9000);
    for (size_t len = 0; len <= 9000; len += 4500) {
        part.len = len;
        compare(h);
    }
    close(part.fd);
}

/* With the fields that the server adds, and without. */
START_TEST(an_answer_is_that_of_its_fields)
{
    struct server_limits limits = harness_limits();

    limits.request_id_header = _i & 1;
    limits.server_header = _i & 2;
    ck_assert_int_eq(cadre__prepared_make(&head, 200, fields, 2), 0);
    harness_run_with(limits, app, NULL, script);
    cadre__prepared_done(&head);
}
END_TEST

UNIT_MAIN("worker/http1_prepared", UNIT_LOOP(an_answer_is_that_of_its_fields, 4))
