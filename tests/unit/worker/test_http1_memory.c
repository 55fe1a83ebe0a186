/* SPDX-License-Identifier: MIT */
/*
 * Memory on a connection: none is allocated in steady state, and where it is refused only the
 * request at hand is lost. The heap of this program is counted and can be told to fail; under
 * AddressSanitizer and ThreadSanitizer, which have heaps of their own, only the exchanges run.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/bytes.h"
#define HARNESS_CHECK(what) ((what) ? (void)0 : abort()) /* ck_assert allocates */
#include "tests/unit/worker/harness.h"
#include "worker/http1_memo.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_HEAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_HEAP 0
#else
#define OWN_HEAP 1
#endif
#else
#define OWN_HEAP 1
#endif

static long allocations; /* so far */
static long fail_from;   /* allocations from this number on fail; 0: none */
static long fail_to;     /* up to this one */

#if OWN_HEAP
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t m);
void *__libc_realloc(void *p, size_t n);

static bool is_refused(void)
{
    allocations++;
    if (fail_from == 0 || allocations < fail_from || allocations > fail_to)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return is_refused() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t m)
{
    return is_refused() ? NULL : __libc_calloc(n, m);
}

void *realloc(void *p, size_t n)
{
    return is_refused() ? NULL : __libc_realloc(p, n);
}
#endif

/* --- the application --- */

static int start(struct cadre__channel *ch)
{
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200};

    return cadre__channel_send_event(ch, &event);
}

static int body(struct cadre__channel *ch, const char *bytes, size_t len, bool more)
{
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_BODY, .body = {bytes, len}, .more_body = more};

    return cadre__channel_send_event(ch, &event);
}

/* Reads all, awaits a while, answers with much. */
static int busy(struct cadre__channel *ch)
{
    static const char large[200000];
    struct cadre__event event;
    int r;

    do {
        r = cadre__channel_receive_event(ch, &event);
        if (r < 0)
            return r;
    } while (event.more_body);
    char *own = cadre__arena_alloc(ch->arena, 20000);
    if (!own)
        return -ENOMEM;
    memset(own, 'x', 20000);
    r = cadre_sleep(1);
    if (r == 0)
        r = start(ch);
    if (r == 0)
        r = body(ch, own, 10000, true);
    if (r == 0)
        r = body(ch, own, 20000, true);
    return r < 0 ? r : body(ch, large, sizeof(large), false);
}

static size_t early_len; /* of the one field of its response */

/* Begins its answer, and reads all before it goes on. */
static int early(struct cadre__channel *ch)
{
    static char value[BUFFER_SMALL];
    struct cadre__header header = {.name = CADRE_STR("x"), .value = {value, early_len}};
    const struct cadre__event event = {.type = CADRE__EVENT_HTTP_RESPONSE_START,
                                       .status = 200,
                                       .headers = &header,
                                       .n_headers = 1};
    struct cadre__event got;

    memset(value, 'v', sizeof(value));
    int r = cadre__channel_send_event(ch, &event);
    do {
        if (r >= 0)
            r = cadre__channel_receive_event(ch, &got);
    } while (r >= 0 && got.more_body);
    return r < 0 ? r : body(ch, "late", 4, false);
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    (void)arg;
    if (cadre__same_text(scope->path, CADRE_STR("/early")))
        return early(ch);
    if (scope->path.len > 1)
        return busy(ch);
    if (!cadre__arena_alloc(ch->arena, 100))
        return -ENOMEM;
    int r = start(ch);
    return r < 0 ? r : body(ch, "hello", 5, false);
}

#define HELLO "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n"

static void hello(int fd, struct answer *a)
{
    a->len = 0;
    harness_send(fd, HELLO, sizeof(HELLO) - 1);
    for (int i = 0; i < HARNESS_QUIET && !harness_read(fd, a); i++)
        harness_yield();
    harness_yield();
    HARNESS_CHECK(strstr(a->bytes, "hello") != NULL);
}

static void script_steady(struct harness *h)
{
    struct answer *a = answer_new();
    int fd = harness_connect(h);

    for (int i = 0; i < 10; i++)
        hello(fd, a);
    long before = allocations;
    for (int i = 0; i < 1000; i++)
        hello(fd, a);
    ck_assert_int_eq(allocations - before, 0);
    close(fd);
    harness_yield();
    harness_yield();
    free(a);
}

START_TEST(a_kept_connection_allocates_nothing)
{
    harness_run(app, NULL, script_steady);
}
END_TEST

static void script_one_each(struct harness *h)
{
    struct answer *a = answer_new();

    for (int i = 0; i < 10; i++) {
        int fd = harness_connect(h);
        hello(fd, a);
        close(fd);
        harness_yield();
    }
    long before = allocations;
    for (int i = 0; i < 100; i++) {
        int fd = harness_connect(h);
        hello(fd, a);
        close(fd);
        harness_yield();
    }
    ck_assert_int_eq(allocations - before, 0);
    harness_yield();
    free(a);
}

START_TEST(a_connection_per_request_allocates_nothing)
{
    harness_run(app, NULL, script_one_each);
}
END_TEST

/* A request with a head beyond a small block, more fields than most, and a body beyond a large
 * block. */
static size_t large_request(char *out, size_t size, const char *path)
{
    size_t n = (size_t)snprintf(out, size,
                                "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n", path);

    for (int i = 0; i < HTTP1_MEMO_FIELDS; i++)
        n += (size_t)snprintf(out + n, size - n, "F: v\r\n");
    n += (size_t)snprintf(out + n, size - n, "X: ");
    memset(out + n, 'x', 6000);
    n += 6000;
    memcpy(out + n, "\r\n\r\n", 4);
    n += 4;
    memset(out + n, 'b', 100000);
    return n + 100000;
}

struct refusal {
    const char *path;
    long nth;
    long count;   /* how many in a row are refused */
    bool reached; /* so many allocations happened */
};

/* Everything that a client may do meanwhile must end in some way. */
static void script_refused(struct harness *h)
{
    struct refusal *refusal = h->data;
    static char request[120000];
    size_t len = large_request(request, sizeof(request), refusal->path);
    struct answer *a = answer_new();
    int fd = -1, ends[2];
    struct connection *c;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    fd = ends[0];
    long before = allocations;
    fail_from = before + refusal->nth;
    fail_to = fail_from + refusal->count - 1;
    if (connection_open(h->server, ends[1], NULL, 0, &c) < 0) {
        close(ends[1]);
    } else {
        harness_send(fd, request, len);
        for (int i = 0; i < 5 && !a->closed; i++) {
            harness_drain(fd, a);
            HARNESS_CHECK(cadre_sleep(1) == 0);
        }
    }
    refusal->reached = allocations >= fail_from;
    fail_from = 0;
    close(fd);
    ck_assert_int_eq(cadre_sleep(3000), 0); /* lingering ends too */

    /* What went wrong was that request's matter alone. */
    fd = harness_connect(h);
    hello(fd, a);
    close(fd);
    harness_yield();
    harness_yield();
    free(a);
}

START_TEST(memory_refused_costs_that_request_alone)
{
    for (long count = 1; count <= 1000; count *= 1000) {
        struct refusal refusal = {.path = "/busy", .nth = 1, .count = count, .reached = OWN_HEAP};

        for (; refusal.reached && refusal.nth < 500; refusal.nth++)
            harness_run(app, &refusal, script_refused);
        ck_assert_int_lt(refusal.nth, 500);
    }
    struct refusal none = {.path = "/busy", .nth = 1000000, .count = 1};
    harness_run(app, &none, script_refused);
}
END_TEST

/* Where the head of the response has to grow by its last line. */
START_TEST(memory_refused_ends_an_answer_that_has_begun)
{
    for (early_len = BUFFER_SMALL - 256; early_len < BUFFER_SMALL - 128; early_len += 4) {
        struct refusal refusal = {.path = "/early", .nth = 1, .count = 1, .reached = OWN_HEAP};

        for (; refusal.reached && refusal.nth < 500; refusal.nth++)
            harness_run(app, &refusal, script_refused);
        ck_assert_int_lt(refusal.nth, 500);
    }
}
END_TEST

UNIT_MAIN("worker/http1 (memory)", UNIT_CASE(a_kept_connection_allocates_nothing),
          UNIT_CASE(a_connection_per_request_allocates_nothing),
          UNIT_CASE(memory_refused_costs_that_request_alone),
          UNIT_CASE(memory_refused_ends_an_answer_that_has_begun))
