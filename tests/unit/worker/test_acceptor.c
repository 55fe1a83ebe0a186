/* SPDX-License-Identifier: MIT */
/*
 * Accepting from a real listener: batches, the gate, the limit of connections, running out of
 * descriptors; and the drain, which ends it.
 */
#include "worker/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/shm.h"
#include "tests/unit/worker/harness.h"
#include "worker/drain.h"

#define MS      CADRE__NSEC_PER_MSEC
#define REQUEST "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

struct rig {
    struct harness *h;
    int listener;
    struct sockaddr_in address;
    struct acceptor *acceptor;
    struct cadre__scoreboard *board;
    struct drain drain;
    bool drained;
    uint32_t left_behind;
};

static struct rig rig;
static uint64_t handler_ms;   /* how long a handler sleeps; 0: answers at once */
static int handler_stubborn;  /* how often it goes on in spite of being cancelled */
static int handler_cancelled; /* how often it was */

static int watches_refused; /* how many descriptors more cannot be watched */
static int watches_changed; /* how often what is watched was changed */

/* Also for libevent. */
__attribute__((visibility("default"))) int epoll_ctl(int epoll, int operation, int fd,
                                                     struct epoll_event *event)
{
    if (operation != EPOLL_CTL_DEL && watches_refused > 0) {
        watches_refused--;
        errno = ENOSPC;
        return -1;
    }
    watches_changed++;
    return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

static int answer(struct cadre__channel *ch)
{
    const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200};
    const struct cadre__event body = {.type = CADRE__EVENT_HTTP_RESPONSE_BODY,
                                      .body = CADRE_STR("ok")};
    int r = cadre__channel_send_event(ch, &start);

    return r < 0 ? r : cadre__channel_send_event(ch, &body);
}

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    (void)arg;
    (void)scope;
    if (handler_ms == 0)
        return answer(ch);
    for (;;) {
        int r = cadre_sleep(handler_ms);
        if (r == 0)
            return answer(ch);
        handler_cancelled++;
        if (handler_stubborn-- <= 0)
            return r;
    }
}

static void on_drained(void *arg, uint32_t left_behind)
{
    (void)arg;
    rig.drained = true;
    rig.left_behind = left_behind;
}

static void rig_open(struct harness *h, bool with_board)
{
    socklen_t len = sizeof(rig.address);

    rig = (struct rig){.h = h};
    rig.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(rig.listener, 0);
    rig.address.sin_family = AF_INET;
    rig.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(rig.listener, (struct sockaddr *)&rig.address, len), 0);
    ck_assert_int_eq(listen(rig.listener, 1000), 0);
    ck_assert_int_eq(getsockname(rig.listener, (struct sockaddr *)&rig.address, &len), 0);
    if (with_board) {
        struct cadre__shm shm;
        ck_assert_int_eq(cadre__scoreboard_create(&shm, &rig.board), 0);
        cadre__scoreboard_claim(rig.board, 0, 0, 1, 0, 0);
        cadre__scoreboard_claim(rig.board, 1, 0, 1, 1, 0);
        rig.board->slot[1].state = CADRE__SCORE_ACCEPTING;
        rig.board->slot[1].waiting = 1;
    }
    const struct acceptor_options options = {
        .server = h->server,
        .fds = &rig.listener,
        .n_fds = 1,
        .board = rig.board,
        .own_slot = 0,
    };
    ck_assert_int_eq(acceptor_new(&options, &rig.acceptor), 0);
    drain_init(&rig.drain, h->server, rig.acceptor, NULL, 1000 * MS, on_drained, NULL);
}

static void rig_close(void)
{
    acceptor_free(rig.acceptor);
    if (rig.listener >= 0)
        close(rig.listener);
}

static void on_closed(void *arg)
{
    (void)arg;
    acceptor_on_connection_closed(rig.acceptor);
    drain_on_work_ended(&rig.drain);
}

static int client(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    int r = connect(fd, (struct sockaddr *)&rig.address, sizeof(rig.address));
    ck_assert(r == 0 || errno == EINPROGRESS);
    return fd;
}

static void settle(void)
{
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

static void run_limited(uint32_t max_connections, void (*script)(struct harness *h))
{
    struct server_limits limits = harness_limits();

    limits.max_connections = max_connections;
    handler_ms = 0;
    handler_stubborn = 0;
    handler_cancelled = 0;
    harness_run_with(limits, app, NULL, script);
}

/* --- accepting --- */

static void script_batch(struct harness *h)
{
    int fds[50];

    rig_open(h, false);
    for (int i = 0; i < 50; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 0); /* not before it is started */
    acceptor_take_rest(rig.acceptor);               /* nor by a stop that comes before that */
    ck_assert_uint_eq(h->server->n_connections, 0);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 50);
    ck_assert_uint_eq(h->score.connections, 50);
    ck_assert_uint_eq(h->score.accepted, 50);
    for (int i = 0; i < 50; i++)
        close(fds[i]);
    settle();
    rig_close();
}

START_TEST(all_that_is_queued_is_accepted)
{
    run_limited(1000, script_batch);
}
END_TEST

static void script_spoken(struct harness *h)
{
    static const char last[] = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    /* Its request has come before it is accepted: it is served, and never watched. */
    int fd = client();
    harness_send(fd, last, sizeof(last) - 1);
    watches_changed = 0;
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 200 "));
    ck_assert(a->closed);
    ck_assert_int_eq(watches_changed, 0);
    ck_assert_uint_eq(h->score.accepted, 1);
    ck_assert_uint_eq(h->score.connections, 0);
    close(fd);
    /* One that has left before likewise. */
    fd = client();
    close(fd);
    settle();
    ck_assert_int_eq(watches_changed, 0);
    ck_assert_uint_eq(h->score.accepted, 2);
    ck_assert_uint_eq(h->score.connections, 0);
    /* One that is kept is watched afterwards. */
    fd = client();
    harness_send(fd, REQUEST, sizeof(REQUEST) - 1);
    a->len = 0;
    a->closed = false;
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 200 "));
    ck_assert(!a->closed);
    ck_assert_int_eq(watches_changed, 1);
    ck_assert_uint_eq(h->score.connections, 1);
    close(fd);
    settle();
    ck_assert_uint_eq(h->score.connections, 0);
    rig_close();
    free(a);
}

START_TEST(a_request_that_came_with_its_connection_is_served_at_once)
{
    run_limited(1000, script_spoken);
}
END_TEST

static void script_silent(struct harness *h)
{
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    int fd = client();
    settle();
    const struct connection *c =
        CADRE__CONTAINER_OF(cadre__list_first(&h->server->connections), struct connection, link);
    ck_assert_int_eq(c->state, CONNECTION_FRESH);
    ck_assert_ptr_null(c->busy);
    ck_assert(c->reading);
    /* It has the time of a first request, not that between two. */
    ck_assert_uint_le(c->deadline_ns, cadre__loop_now(h->loop) + h->server->limits.head_timeout_ns);
    ck_assert_uint_gt(h->server->limits.head_timeout_ns, h->server->limits.keepalive_timeout_ns);
    ck_assert_uint_gt(c->deadline_ns,
                      cadre__loop_now(h->loop) + h->server->limits.keepalive_timeout_ns);
    harness_send(fd, REQUEST, sizeof(REQUEST) - 1);
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 200 "));
    close(fd);
    settle();
    rig_close();
    free(a);
}

START_TEST(who_is_silent_at_first_is_waited_for)
{
    run_limited(1000, script_silent);
}
END_TEST

static void script_peer(struct harness *h)
{
    char text[CONNECTION_PEER_TEXT];

    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    int fd = client();
    struct sockaddr_in own;
    socklen_t len = sizeof(own);
    settle();
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &len), 0);
    const struct connection *c =
        CADRE__CONTAINER_OF(cadre__list_first(&h->server->connections), struct connection, link);
    ck_assert_uint_eq(connection_peer_format(&c->peer, text), 9);
    ck_assert_str_eq(text, "127.0.0.1");
    ck_assert_uint_eq(c->peer.port, ntohs(own.sin_port));
    close(fd);
    settle();
    rig_close();
}

START_TEST(the_client_is_known)
{
    run_limited(1000, script_peer);
}
END_TEST

START_TEST(addresses_are_formatted)
{
    static const struct {
        uint8_t family;
        const char *address;
        const char *text;
    } rows[] = {
        {AF_INET, "0.0.0.0", "0.0.0.0"},
        {AF_INET, "255.10.100.9", "255.10.100.9"},
        {AF_INET6, "::1", "::1"},
        {AF_INET6, "2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329"},
        {AF_INET6, "::ffff:192.0.2.1", "192.0.2.1"},
        {AF_UNIX, NULL, ""},
        {0, NULL, ""},
    };
    char text[CONNECTION_PEER_TEXT];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct connection_peer peer = {.family = rows[i].family};

        if (rows[i].address)
            ck_assert_int_eq(inet_pton(peer.family, rows[i].address, peer.address), 1);
        ck_assert_uint_eq(connection_peer_format(&peer, text), strlen(rows[i].text));
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

static void script_gate(struct harness *h)
{
    int fds[5];

    rig_open(h, true);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    /* The sibling has none: we take two, the others are for it. */
    for (int i = 0; i < 5; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_uint_eq(h->score.gated, 0);
    /* It does not take them; after 20 ms one is taken, and so on. */
    ck_assert_int_eq(cadre_sleep(15), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_int_eq(cadre_sleep(10), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 3);
    /* It hangs: the rest is ours at once. */
    rig.board->slot[1].waiting = 0;
    rig.board->slot[1].turn_ns = 0;
    ck_assert_int_eq(cadre_sleep(2), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 5);
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    settle();
    rig_close();
}

START_TEST(the_gate_leaves_connections_to_a_sibling)
{
    run_limited(1000, script_gate);
}
END_TEST

static void script_full(struct harness *h)
{
    int fds[5];

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    for (int i = 0; i < 5; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 3);
    ck_assert_uint_eq(h->score.gated, 1);
    ck_assert_int_eq(cadre_sleep(1000), 0);
    ck_assert_uint_eq(h->server->n_connections, 3);
    close(fds[0]);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 3); /* one went, one came */
    ck_assert_uint_eq(h->server->n_accepted, 4);
    close(fds[1]);
    settle();
    ck_assert_uint_eq(h->server->n_accepted, 5);
    close(fds[2]);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_uint_eq(h->score.gated, 0);
    close(fds[3]);
    close(fds[4]);
    settle();
    rig_close();
}

START_TEST(at_its_limit_it_waits_until_one_ends)
{
    run_limited(3, script_full);
}
END_TEST

/* Lets this process open `more` further descriptors. */
static void allow_descriptors(int more)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int next = dup(0);
    ck_assert_int_ge(next, 0);
    close(next);
    limit.rlim_cur = (rlim_t)(next + more);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void script_starved(struct harness *h)
{
    struct answer *a = answer_new();
    int fds[4];

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    for (int i = 0; i < 4; i++)
        fds[i] = client();
    allow_descriptors(2);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_uint_eq(h->score.gated, 1);
    /* The others were shed, so that they do not wait in vain. */
    harness_drain(fds[2], a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 503 "));
    ck_assert(a->closed);
    harness_drain(fds[3], a);
    close(fds[2]);
    close(fds[3]);
    /* One ends: it goes on. */
    close(fds[0]);
    settle();
    ck_assert_uint_eq(h->score.gated, 0);
    fds[0] = client();
    settle();
    ck_assert_uint_eq(h->server->n_accepted, 3);
    close(fds[0]);
    close(fds[1]);
    settle();
    rig_close();
    free(a);
}

START_TEST(without_descriptors_it_sheds_and_recovers)
{
    run_limited(1000, script_starved);
}
END_TEST

static void script_no_watches(struct harness *h)
{
    int fds[2];

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    /* The connection cannot be watched; nor, a while later, can the listener. */
    watches_refused = 3;
    fds[0] = client();
    settle();
    ck_assert_int_eq(watches_refused, 2);
    ck_assert_uint_eq(h->score.gated, 1);
    ck_assert_int_eq(cadre_sleep(350), 0);
    settle();
    ck_assert_int_eq(watches_refused, 0);
    ck_assert_uint_eq(h->score.gated, 0);
    fds[1] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 1);
    for (int i = 0; i < 2; i++)
        close(fds[i]);
    settle();
    rig_close();
}

START_TEST(a_listener_that_cannot_be_watched_is_tried_again)
{
    run_limited(1000, script_no_watches);
}
END_TEST

static void script_starved_with_sibling(struct harness *h)
{
    struct answer *a = answer_new();
    int fd;

    rig_open(h, true);
    rig.board->slot[1].connections = 100; /* it has its share: the gate is open for us */
    fd = client();
    allow_descriptors(0);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    settle();
    ck_assert_uint_eq(h->score.gated, 1);
    harness_drain(fd, a);
    ck_assert(!a->closed); /* the sibling may take it */
    /* After a while there are descriptors again. */
    allow_descriptors(10);
    ck_assert_int_eq(cadre_sleep(150), 0);
    settle();
    ck_assert_uint_eq(h->score.gated, 0);
    ck_assert_uint_eq(h->server->n_connections, 1);
    close(fd);
    settle();
    rig_close();
    free(a);
}

START_TEST(without_descriptors_a_sibling_is_left_the_queue)
{
    run_limited(1000, script_starved_with_sibling);
}
END_TEST

/* --- drain --- */

static void hello(int fd, struct answer *a)
{
    harness_send(fd, REQUEST, sizeof(REQUEST) - 1);
    harness_drain(fd, a);
}

static void script_reload(struct harness *h)
{
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    int idle = client(), later = client();
    hello(idle, a);
    hello(later, a);
    int queued = client();
    drain_begin(&rig.drain, CADRE__DRAIN_RELOAD, 30000 * MS);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2); /* the queue is left to siblings */
    ck_assert(!rig.drained);
    a->len = 0;
    hello(later, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "connection: close"));
    ck_assert(a->closed);
    ck_assert(!rig.drained);
    ck_assert_int_eq(cadre_sleep(5100), 0); /* keepalive_timeout */
    settle();
    ck_assert(rig.drained);
    ck_assert_uint_eq(rig.left_behind, 0);
    close(idle);
    close(later);
    close(queued);
    rig_close();
    free(a);
}

START_TEST(a_reload_lets_everything_finish)
{
    run_limited(1000, script_reload);
}
END_TEST

static void script_stop(struct harness *h)
{
    struct answer *a = answer_new(), *b = answer_new(), *c = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    int idle = client(), busy = client();
    hello(idle, a);
    handler_ms = 3000;
    harness_send(busy, REQUEST, sizeof(REQUEST) - 1);
    settle();
    int queued = client();
    ck_assert_int_eq(send(queued, REQUEST, sizeof(REQUEST) - 1, MSG_NOSIGNAL), sizeof(REQUEST) - 1);
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 30000 * MS);
    settle();
    harness_drain(idle, a);
    ck_assert(a->closed);
    ck_assert(!rig.drained);
    ck_assert_uint_eq(h->server->n_in_flight, 2);
    ck_assert_int_eq(cadre_sleep(3100), 0);
    harness_drain(busy, b);
    harness_drain(queued, c);
    ck_assert(b->closed && c->closed);
    ck_assert_ptr_nonnull(strstr(b->bytes, "200 OK"));
    ck_assert_ptr_nonnull(strstr(c->bytes, "200 OK"));
    settle();
    ck_assert(rig.drained);
    close(idle);
    close(busy);
    close(queued);
    rig_close();
    free(a);
    free(b);
    free(c);
}

START_TEST(a_stop_answers_what_was_accepted_and_queued)
{
    run_limited(1000, script_stop);
}
END_TEST

static void script_timeout(struct harness *h)
{
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    handler_ms = 100000;
    int fd = client();
    hello(fd, a);
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 2000 * MS);
    ck_assert_int_eq(cadre_sleep(1900), 0);
    ck_assert(!rig.drained);
    ck_assert_int_eq(cadre_sleep(200), 0);
    harness_drain(fd, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "HTTP/1.1 503 "));
    close(fd);
    settle();
    ck_assert(rig.drained);
    ck_assert_uint_eq(rig.left_behind, 0);
    ck_assert_int_eq(handler_cancelled, 1);
    rig_close();
    free(a);
}

START_TEST(past_its_timeout_the_rest_is_cancelled)
{
    run_limited(1000, script_timeout);
}
END_TEST

static void script_stubborn(struct harness *h)
{
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    handler_ms = 10000;
    handler_stubborn = 1;
    int fd = client();
    hello(fd, a);
    drain_begin(&rig.drain, CADRE__DRAIN_FAST, 0);
    ck_assert_int_eq(cadre_sleep(900), 0);
    ck_assert(!rig.drained);
    ck_assert_int_eq(cadre_sleep(200), 0);
    ck_assert(rig.drained);
    ck_assert_uint_eq(rig.left_behind, 1);
    ck_assert_int_eq(cadre_sleep(10000), 0);
    harness_drain(fd, a);
    close(fd);
    settle();
    rig_close();
    free(a);
}

START_TEST(a_handler_that_does_not_end_is_left_behind)
{
    run_limited(1000, script_stubborn);
}
END_TEST

/* Work behind responses: counted by who has it, as the worker does. */
static int n_cut;
static bool work_ends;

static void cut_work(void *arg)
{
    (void)arg;
    n_cut++;
}

static void script_work(struct harness *h)
{
    rig_open(h, false);
    rig.drain.on_cut = cut_work;
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    h->server->n_background = 2;
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 2000 * MS);
    ck_assert_int_eq(cadre_sleep(1900), 0);
    ck_assert_int_eq(n_cut, 0);
    ck_assert_int_eq(cadre_sleep(200), 0);
    ck_assert_int_eq(n_cut, 1);
    ck_assert(!rig.drained); /* not while it unwinds */
    h->server->n_background--;
    drain_on_work_ended(&rig.drain);
    settle();
    ck_assert(!rig.drained);
    if (work_ends)
        h->server->n_background--;
    drain_on_work_ended(&rig.drain);
    settle();
    ck_assert(rig.drained == work_ends);
    ck_assert_int_eq(cadre_sleep(2000), 0);
    ck_assert(rig.drained);
    ck_assert_uint_eq(rig.left_behind, work_ends ? 0 : 1);
    ck_assert_int_eq(n_cut, 1);
    rig_close();
}

START_TEST(work_behind_responses_is_cut_and_awaited)
{
    work_ends = _i == 0;
    n_cut = 0;
    run_limited(1000, script_work);
}
END_TEST

static void script_stricter(struct harness *h)
{
    struct answer *a = answer_new();

    h->server->on_connection_closed = on_closed;
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    int fd = client();
    hello(fd, a);
    drain_begin(&rig.drain, CADRE__DRAIN_RELOAD, 30000 * MS);
    settle();
    ck_assert(!rig.drained);
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 30000 * MS);
    settle();
    ck_assert(rig.drained);
    drain_begin(&rig.drain, CADRE__DRAIN_RELOAD, 30000 * MS); /* too late for anything */
    settle();
    close(fd);
    rig_close();
    free(a);
}

START_TEST(a_drain_can_become_stricter)
{
    run_limited(1000, script_stricter);
}
END_TEST

static void script_nothing(struct harness *h)
{
    rig_open(h, false);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 30000 * MS);
    ck_assert(!rig.drained); /* never from within */
    settle();
    ck_assert(rig.drained);
    rig_close();
}

START_TEST(with_nothing_open_a_drain_is_over_at_once)
{
    run_limited(1000, script_nothing);
}
END_TEST

/* --- queues --- */

/* The rig's listener, as a queue of its own: the acceptor gets a copy of its socket. */
static void rig_open_queued(struct harness *h)
{
    static const bool queued[] = {true};

    rig_open(h, true);
    acceptor_free(rig.acceptor);
    const struct acceptor_options options = {
        .server = h->server,
        .fds = &rig.listener,
        .queued = queued,
        .n_fds = 1,
        .board = rig.board,
        .own_slot = 0,
    };
    ck_assert_int_eq(acceptor_new(&options, &rig.acceptor), 0);
    drain_init(&rig.drain, h->server, rig.acceptor, NULL, 1000 * MS, on_drained, NULL);
    ck_assert_int_eq(acceptor_start(rig.acceptor), 0);
}

static int add_queue(bool own)
{
    int fd = dup(rig.listener);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(acceptor_add_queue(rig.acceptor, 0, 7, own, fd), 0);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void close_clients(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        close(fds[i]);
    settle();
}

static void script_own_queue(struct harness *h)
{
    int fds[5], queue;

    rig_open_queued(h);
    for (int i = 0; i < 5; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 0); /* its queues come later */
    queue = add_queue(true);
    settle();
    /* The sibling has none, and does not serve this queue: all are ours. */
    ck_assert_uint_eq(h->server->n_connections, 5);
    acceptor_drop_queue(rig.acceptor, 0, 7);
    ck_assert(!is_open(queue));
    close_clients(fds, 5);
    fds[0] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 0);
    close_clients(fds, 1);
    acceptor_drop_queue(rig.acceptor, 0, 7); /* it is not there */
    acceptor_drop_queue(rig.acceptor, 0, 8);
    rig_close();
}

START_TEST(the_gate_does_not_guard_an_own_queue)
{
    run_limited(1000, script_own_queue);
}
END_TEST

static void script_lent_queue(struct harness *h)
{
    int fds[5], other;

    rig_open_queued(h);
    add_queue(false);
    for (int i = 0; i < 5; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2); /* the others are for the sibling */
    /* From now on it is ours alone: at once, though the rest is left to siblings just now. */
    other = dup(rig.listener);
    ck_assert_int_eq(acceptor_add_queue(rig.acceptor, 0, 7, true, other), 0);
    ck_assert(!is_open(other)); /* it had one */
    settle();
    ck_assert_uint_eq(h->server->n_connections, 5);
    ck_assert_uint_eq(h->score.gated, 0);
    /* Lent again, it is not watched while the rest is left to siblings. */
    watches_changed = 0;
    ck_assert_int_eq(acceptor_add_queue(rig.acceptor, 0, 7, false, dup(rig.listener)), 0);
    ck_assert_int_eq(watches_changed, 1);
    close_clients(fds, 5);
    rig_close();
}

START_TEST(the_gate_guards_a_lent_queue)
{
    run_limited(1000, script_lent_queue);
}
END_TEST

static void script_closed_queue(struct harness *h)
{
    int fd;

    rig_open_queued(h);
    add_queue(true);
    settle();
    /* The master closes it for all, before we were told to leave it. */
    ck_assert_int_eq(shutdown(rig.listener, SHUT_RD), 0);
    watches_changed = 0;
    settle();
    ck_assert_int_eq(watches_changed, 1); /* it is watched no more */
    ck_assert_uint_eq(h->score.gated, 0); /* and nothing is wrong with us */
    acceptor_drop_queue(rig.acceptor, 0, 7);
    fd = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 0);
    close(fd);
    rig_close();
}

START_TEST(a_queue_that_the_master_has_closed_is_left)
{
    run_limited(1000, script_closed_queue);
}
END_TEST

static void script_full_queue(struct harness *h)
{
    int fds[4], other;

    h->server->on_connection_closed = on_closed;
    rig_open_queued(h);
    add_queue(true);
    for (int i = 0; i < 4; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_uint_eq(h->score.gated, 1);
    /* What is added meanwhile waits until there is room. */
    other = dup(rig.listener);
    ck_assert_int_eq(acceptor_add_queue(rig.acceptor, 0, 8, true, other), 0);
    settle();
    ck_assert_uint_eq(h->server->n_accepted, 2);
    close(fds[0]);
    close(fds[1]);
    settle();
    ck_assert_uint_eq(h->server->n_accepted, 4);
    close_clients(fds + 2, 2);
    rig_close();
}

START_TEST(at_its_limit_queues_wait_too)
{
    run_limited(2, script_full_queue);
}
END_TEST

static void script_unwatched_queue(struct harness *h)
{
    int fds[2];

    rig_open_queued(h);
    watches_refused = 1;
    add_queue(true);
    ck_assert_uint_eq(h->score.gated, 1); /* siblings serve it meanwhile */
    for (int i = 0; i < 2; i++)
        fds[i] = client();
    settle();
    ck_assert_uint_eq(h->server->n_connections, 0);
    ck_assert_int_eq(cadre_sleep(150), 0);
    settle();
    ck_assert_uint_eq(h->server->n_connections, 2);
    ck_assert_uint_eq(h->score.gated, 0);
    close_clients(fds, 2);
    rig_close();
}

START_TEST(a_queue_that_cannot_be_watched_is_tried_again)
{
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    run_limited(1000, script_unwatched_queue);
}
END_TEST

static void script_stopped_queue(struct harness *h)
{
    int fds[3], queue;

    rig_open_queued(h);
    queue = add_queue(true);
    settle();
    for (int i = 0; i < 3; i++)
        fds[i] = client();
    drain_begin(&rig.drain, CADRE__DRAIN_STOP, 30000 * MS);
    ck_assert_uint_eq(h->server->n_accepted, 3); /* they had been queued for us */
    ck_assert(!is_open(queue));
    settle();
    close_clients(fds, 3);
    rig_close();
}

START_TEST(a_stop_takes_what_the_queues_hold_and_closes_them)
{
    run_limited(1000, script_stopped_queue);
}
END_TEST

UNIT_MAIN("worker/acceptor", UNIT_CASE(all_that_is_queued_is_accepted),
          UNIT_CASE(a_request_that_came_with_its_connection_is_served_at_once),
          UNIT_CASE(who_is_silent_at_first_is_waited_for), UNIT_CASE(the_client_is_known),
          UNIT_CASE(addresses_are_formatted), UNIT_CASE(the_gate_leaves_connections_to_a_sibling),
          UNIT_CASE(at_its_limit_it_waits_until_one_ends),
          UNIT_CASE(without_descriptors_it_sheds_and_recovers),
          UNIT_CASE(without_descriptors_a_sibling_is_left_the_queue),
          UNIT_CASE(a_listener_that_cannot_be_watched_is_tried_again),
          UNIT_CASE(a_reload_lets_everything_finish),
          UNIT_CASE(a_stop_answers_what_was_accepted_and_queued),
          UNIT_CASE(past_its_timeout_the_rest_is_cancelled),
          UNIT_CASE(a_handler_that_does_not_end_is_left_behind),
          UNIT_LOOP(work_behind_responses_is_cut_and_awaited, 2),
          UNIT_CASE(a_drain_can_become_stricter),
          UNIT_CASE(with_nothing_open_a_drain_is_over_at_once),
          UNIT_CASE(the_gate_does_not_guard_an_own_queue), UNIT_CASE(the_gate_guards_a_lent_queue),
          UNIT_CASE(a_queue_that_the_master_has_closed_is_left),
          UNIT_CASE(at_its_limit_queues_wait_too),
          UNIT_CASE(a_queue_that_cannot_be_watched_is_tried_again),
          UNIT_CASE(a_stop_takes_what_the_queues_hold_and_closes_them))
