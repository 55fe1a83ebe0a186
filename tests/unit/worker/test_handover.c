/* SPDX-License-Identifier: MIT */
/*
 * Handing connections over: what is given and when, what comes back, what is taken. The test is
 * the master: it reads what the worker says and answers it; a second server is the other worker.
 */
#include "worker/handover.h"

#include "tests/unit/worker/harness.h"
#include "worker/acceptor.h"
#include "worker/drain.h"
#include "worker/master_link.h"

#define MS      CADRE__NSEC_PER_MSEC
#define REQUEST "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
/* As in handover.c: how many are on the way at a time. */
#define WINDOW 32

static const char addresses[][CADRE__MSG_ADDRESS_SIZE] = {"127.0.0.1:80", "unix:/run/x.sock"};
static const char addresses_moved[][CADRE__MSG_ADDRESS_SIZE] = {"unix:/run/x.sock", "127.0.0.1:80"};

static struct {
    struct harness *h;
    int master; /* its end */
    struct master_link link;
    struct handover giver, taker;
    struct server *other;
    struct cadre__score other_score;
} rig;

static uint64_t handler_ms; /* how long a handler sleeps; 0: answers at once */

static int app(void *arg, const struct cadre__scope *scope, struct cadre__channel *ch)
{
    const struct cadre__event start = {.type = CADRE__EVENT_HTTP_RESPONSE_START, .status = 200};
    const struct cadre__event body = {.type = CADRE__EVENT_HTTP_RESPONSE_BODY,
                                      .body = CADRE_STR("ok")};

    (void)arg;
    (void)scope;
    int r = handler_ms > 0 ? cadre_sleep(handler_ms) : 0;
    if (r == 0)
        r = cadre__channel_send_event(ch, &start);
    return r < 0 ? r : cadre__channel_send_event(ch, &body);
}

static void on_handed(void *arg, bool taken)
{
    (void)arg;
    handover_answered(&rig.giver, taken);
}

static void on_adopt(void *arg, const struct cadre__msg_handover *note, int fd)
{
    (void)arg;
    handover_adopt(&rig.giver, note, fd);
}

static void on_gone(void *arg)
{
    (void)arg;
    handover_lost(&rig.giver);
}

static const struct master_link_callbacks callbacks = {
    .on_adopt = on_adopt, .on_handed = on_handed, .on_gone = on_gone};

static void open_rig(struct harness *h)
{
    static const struct cadre__endpoint ends[2];
    const struct server_options options = {
        .loop = h->loop,
        .limits = &h->limits,
        .app_fn = app,
        .app = h,
        .listeners = ends,
        .n_listeners = 2,
        .score = &rig.other_score,
        .meter = &h->meter,
    };
    int pair[2];

    handler_ms = 0;
    rig.h = h;
    h->server->listeners = ends;
    h->server->n_listeners = 2;
    ck_assert_int_eq(server_new(&options, &rig.other), 0);
    ck_assert_int_eq(cadre__channel_pair(pair), 0);
    rig.master = pair[0];
    ck_assert_int_eq(master_link_open(&rig.link, h->loop, pair[1], &callbacks, NULL), 0);
    handover_init(&rig.giver, h->server, &rig.link, addresses);
    handover_init(&rig.taker, rig.other, &rig.link, addresses_moved);
}

static void close_rig(void)
{
    handover_end(&rig.giver);
    master_link_close(&rig.link);
    if (rig.master >= 0)
        close(rig.master);
    ck_assert(server_is_empty(rig.other));
    server_free(rig.other);
}

static void settle(void)
{
    for (int i = 0; i < HARNESS_QUIET; i++)
        harness_yield();
}

static void ask(int fd, struct answer *a)
{
    a->len = 0;
    harness_send(fd, REQUEST, sizeof(REQUEST) - 1);
    harness_drain(fd, a);
}

static bool says_close(const struct answer *a)
{
    return strstr(a->bytes, "connection: close") != NULL;
}

/* The next connection that the master is given; its descriptor. */
static int relay(struct cadre__msg_handover *ret)
{
    struct cadre__msg msg;
    int fd = -1;

    ck_assert_int_eq(cadre__channel_recv(rig.master, CADRE__FROM_CHILD, &msg, &fd), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_HANDOVER);
    ck_assert_int_ge(fd, 0);
    *ret = msg.handover;
    return fd;
}

static void expect_nothing_given(void)
{
    struct cadre__msg msg;
    int fd;

    ck_assert_int_eq(cadre__channel_recv(rig.master, CADRE__FROM_CHILD, &msg, &fd), -EAGAIN);
}

static void reply(bool taken)
{
    ck_assert_int_eq(cadre__channel_send_handed(rig.master, taken), 0);
    settle();
}

/* Hands all that is given to the other server. */
static unsigned relay_all(void)
{
    struct cadre__msg msg;
    unsigned n = 0;
    int fd = -1;

    while (cadre__channel_recv(rig.master, CADRE__FROM_CHILD, &msg, &fd) == 1) {
        handover_adopt(&rig.taker, &msg.handover, fd);
        ck_assert_int_eq(cadre__channel_send_handed(rig.master, true), 0);
        settle();
        n++;
    }
    return n;
}

static void script_idle(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note;

    open_rig(h);
    int client = harness_connect(h);
    ask(client, a);
    struct connection *c =
        CADRE__CONTAINER_OF(cadre__list_first(&h->server->connections), struct connection, link);
    c->peer = (struct connection_peer){.address = {192, 0, 2, 7}, .port = 4711, .family = AF_INET};
    ck_assert(handover_begin(&rig.giver));
    int fd = relay(&note);
    ck_assert_uint_eq(note.version, CADRE__HANDOVER_VERSION);
    ck_assert_uint_eq(note.flags, 0);
    ck_assert_uint_eq(note.peer_port, 4711);
    ck_assert_uint_eq(note.peer_family, AF_INET);
    ck_assert_mem_eq(note.peer_address, ((uint8_t[4]){192, 0, 2, 7}), 4);
    ck_assert_str_eq(note.listener, "127.0.0.1:80");

    /* What the client sends on the way is for the other one. */
    a->len = 0;
    harness_send(client, REQUEST, sizeof(REQUEST) - 1);
    harness_drain(client, a);
    ck_assert_uint_eq(a->len, 0);
    ck_assert_uint_eq(h->server->n_connections, 1); /* still ours as well */
    handover_adopt(&rig.taker, &note, fd);
    reply(true);
    ck_assert(server_is_empty(h->server));
    ck_assert_uint_eq(rig.giver.n_given, 1);
    harness_drain(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(!says_close(a));
    c = CADRE__CONTAINER_OF(cadre__list_first(&rig.other->connections), struct connection, link);
    ck_assert_uint_eq(c->listener, 1);
    ck_assert_uint_eq(c->peer.port, 4711);
    ask(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    close(client);
    settle();
    close_rig();
    free(a);
}

START_TEST(an_idle_connection_goes_on_with_another_worker)
{
    harness_run(app, NULL, script_idle);
}
END_TEST

static void script_fresh(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note;

    open_rig(h);
    int client = harness_connect(h);
    ck_assert(handover_begin(&rig.giver));
    int fd = relay(&note);
    ck_assert_uint_eq(note.flags, CADRE__HANDOVER_FRESH);
    handover_adopt(&rig.taker, &note, fd);
    reply(true);
    ck_assert(server_is_empty(h->server));
    /* Its time for a first request is that of a fresh one. */
    ck_assert_int_eq(cadre_sleep(h->limits.keepalive_timeout_ns / MS + 100), 0);
    ask(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    close(client);
    settle();
    close_rig();
    free(a);
}

START_TEST(a_connection_without_a_request_yet_goes_too)
{
    harness_run(app, NULL, script_fresh);
}
END_TEST

static void script_refused(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note;

    open_rig(h);
    int client = harness_connect(h);
    ask(client, a);
    ck_assert(handover_begin(&rig.giver));
    close(relay(&note));
    reply(false);
    expect_nothing_given(); /* nobody is asked twice */
    ck_assert_uint_eq(rig.giver.n_kept, 1);
    ask(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(says_close(a));
    ck_assert(a->closed);
    close(client);
    close_rig();
    free(a);
}

START_TEST(one_that_nobody_takes_is_answered_once_more)
{
    harness_run(app, NULL, script_refused);
}
END_TEST

static void script_refused_idle(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note;

    open_rig(h);
    int client = harness_connect(h);
    ask(client, a);
    ck_assert(handover_begin(&rig.giver));
    close(relay(&note));
    reply(false);
    ck_assert_int_eq(cadre_sleep(h->limits.keepalive_timeout_ns / MS + 100), 0);
    harness_drain(client, a);
    ck_assert(a->closed);
    close(client);
    close_rig();
    free(a);
}

START_TEST(one_that_nobody_takes_still_has_its_time_out)
{
    harness_run(app, NULL, script_refused_idle);
}
END_TEST

static void script_busy(struct harness *h)
{
    struct answer *a = answer_new();

    open_rig(h);
    int client = harness_connect(h);
    handler_ms = 1000;
    harness_send(client, REQUEST, sizeof(REQUEST) - 1);
    settle();
    ck_assert(handover_begin(&rig.giver));
    settle();
    expect_nothing_given();
    /* One that follows on its heels is read here, and answered here. */
    harness_send(client, REQUEST, sizeof(REQUEST) - 1);
    settle();
    ck_assert_int_eq(cadre_sleep(1100), 0);
    settle();
    expect_nothing_given();
    ck_assert_int_eq(cadre_sleep(1100), 0);
    harness_drain(client, a);
    ck_assert_ptr_nonnull(strstr(strstr(a->bytes, "200 OK") + 1, "200 OK"));
    ck_assert(!says_close(a));
    ck_assert_uint_eq(relay_all(), 1);
    ck_assert(server_is_empty(h->server));
    handler_ms = 0;
    ask(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    close(client);
    settle();
    close_rig();
    free(a);
}

START_TEST(a_busy_one_is_answered_first)
{
    harness_run(app, NULL, script_busy);
}
END_TEST

static void script_half(struct harness *h)
{
    struct answer *a = answer_new();

    open_rig(h);
    int client = harness_connect(h);
    harness_send(client, REQUEST, 10);
    settle();
    ck_assert(handover_begin(&rig.giver));
    settle();
    expect_nothing_given();
    harness_send(client, &REQUEST[10], sizeof(REQUEST) - 1 - 10);
    harness_drain(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(!says_close(a));
    ck_assert_uint_eq(relay_all(), 1);
    close(client);
    settle();
    close_rig();
    free(a);
}

START_TEST(one_with_bytes_read_is_busy)
{
    harness_run(app, NULL, script_half);
}
END_TEST

static void script_many(struct harness *h)
{
    int clients[3 * WINDOW];
    struct answer *a = answer_new();
    struct cadre__msg_handover note;

    open_rig(h);
    for (int i = 0; i < 3 * WINDOW; i++)
        clients[i] = harness_connect(h);
    ck_assert(handover_begin(&rig.giver));
    settle();
    int fd = relay(&note);
    for (int i = 1; i < WINDOW; i++)
        close(relay(&note));
    expect_nothing_given();
    /* Those that wait for their turn are in service. */
    ask(clients[2 * WINDOW], a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(!says_close(a));
    handover_adopt(&rig.taker, &note, fd);
    for (int i = 0; i < WINDOW; i++)
        reply(true);
    ck_assert_uint_eq(relay_all(), 2 * WINDOW);
    ck_assert(server_is_empty(h->server));
    ck_assert_uint_eq(rig.giver.n_given, 3 * WINDOW);
    for (int i = 0; i < 3 * WINDOW; i++)
        close(clients[i]);
    settle();
    close_rig();
    free(a);
}

START_TEST(a_window_of_them_is_on_the_way)
{
    harness_run(app, NULL, script_many);
}
END_TEST

static void script_full(struct harness *h)
{
    struct answer *a = answer_new();

    open_rig(h);
    rig.other->limits.max_connections = 1;
    int one = harness_connect(h), two = harness_connect(h);
    ask(one, a);
    ask(two, a);
    ck_assert(handover_begin(&rig.giver));
    ck_assert_uint_eq(relay_all(), 2);
    ask(one, a);
    ck_assert(!says_close(a));
    ask(two, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(says_close(a));
    ck_assert(a->closed);
    close(one);
    close(two);
    settle();
    close_rig();
    free(a);
}

START_TEST(a_worker_at_its_limit_answers_once_more)
{
    harness_run(app, NULL, script_full);
}
END_TEST

static void script_limits(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note;
    int fd[3];

    open_rig(h);
    h->server->limits.keepalive_requests = rig.other->limits.keepalive_requests = 3;
    rig.other->limits.max_per_client = 1;
    for (int i = 0; i < 3; i++) {
        fd[i] = harness_connect(h);
        struct connection *c =
            CADRE__CONTAINER_OF(cadre__list_last(&h->server->connections), struct connection, link);
        c->peer = (struct connection_peer){.address = {192, 0, 2, 7}, .family = AF_INET};
    }
    ask(fd[0], a);
    ck_assert(handover_begin(&rig.giver));
    int passed = relay(&note);
    ck_assert_uint_eq(note.n_requests, 1);
    handover_adopt(&rig.taker, &note, passed);
    reply(true);
    ck_assert_uint_eq(relay_all(), 2);
    /* Its third request is its last, wherever it made the others. */
    ask(fd[0], a);
    ck_assert(!says_close(a));
    ask(fd[0], a);
    ck_assert(says_close(a) && a->closed);
    /* All three came from one client, which has its limit of connections to make, not to keep. */
    a->closed = false;
    for (int i = 1; i < 3; i++) {
        ask(fd[i], a);
        ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
        ck_assert(!says_close(a));
    }
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    settle();
    ck_assert_uint_eq(rig.other->clients.n_clients, 0);
    close_rig();
    free(a);
}

START_TEST(limits_of_a_connection_and_of_a_client_go_along)
{
    harness_run(app, NULL, script_limits);
}
END_TEST

static void script_unknown(struct harness *h)
{
    struct answer *a = answer_new();
    struct cadre__msg_handover note = {.version = CADRE__HANDOVER_VERSION, .listener = "[::1]:80"};
    int ends[2];

    open_rig(h);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    handover_adopt(&rig.taker, &note, ends[1]);
    harness_drain(ends[0], a);
    ck_assert(a->closed);
    close(ends[0]);
    close_rig();
    free(a);
}

START_TEST(one_of_an_unknown_listener_is_closed)
{
    harness_run(app, NULL, script_unknown);
}
END_TEST

static void script_deaf(struct harness *h)
{
    struct answer *a = answer_new();

    open_rig(h);
    int client = harness_connect(h);
    ask(client, a);
    while (cadre__channel_send_plain(rig.link.fd, CADRE__MSG_READY) == 0)
        ;
    ck_assert(handover_begin(&rig.giver));
    ask(client, a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    ck_assert(says_close(a));
    close(client);
    close_rig();
    free(a);
}

START_TEST(a_master_that_does_not_listen_loses_nothing)
{
    harness_run(app, NULL, script_deaf);
}
END_TEST

static void script_lost(struct harness *h)
{
    struct answer *a = answer_new();

    open_rig(h);
    int on_the_way = harness_connect(h);
    ck_assert(handover_begin(&rig.giver));
    ck_assert_uint_eq(rig.giver.n_lent, 1);
    close(rig.master); /* with the message unread */
    rig.master = -1;
    settle();
    ck_assert_uint_eq(rig.giver.n_lent, 0);
    ck_assert(server_is_empty(h->server));
    harness_drain(on_the_way, a);
    ck_assert(a->closed);
    handover_end(&rig.giver);
    ck_assert(!handover_begin(&rig.giver));
    close(on_the_way);
    close_rig();
    free(a);
}

START_TEST(a_master_that_dies_takes_along_what_is_on_the_way)
{
    harness_run(app, NULL, script_lost);
}
END_TEST

static void script_pass(struct harness *h)
{
    struct cadre__msg_handover note;
    struct cadre__msg msg = {.type = CADRE__MSG_ADOPT};
    struct answer *a = answer_new();
    int ends[2];

    open_rig(h);
    ck_assert(handover_begin(&rig.giver));
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    msg.handover = (struct cadre__msg_handover){
        .version = CADRE__HANDOVER_VERSION, .peer_port = 9, .listener = "unix:/run/x.sock"};
    ck_assert_int_eq(cadre__channel_send(rig.master, &msg, ends[1]), 0);
    close(ends[1]);
    settle();
    /* One that gives its own away gives this one away. */
    int fd = relay(&note);
    ck_assert_uint_eq(note.peer_port, 9);
    ck_assert_str_eq(note.listener, "unix:/run/x.sock");
    reply(true);
    ck_assert(server_is_empty(h->server));
    /* One that serves no more sends it on as it came. */
    handover_pass_on(&rig.link, &note, fd);
    fd = relay(&note);
    ck_assert_str_eq(note.listener, "unix:/run/x.sock");
    reply(true); /* the answer is nobody's */
    handover_adopt(&rig.taker, &note, fd);
    ask(ends[0], a);
    ck_assert_ptr_nonnull(strstr(a->bytes, "200 OK"));
    close(ends[0]);
    settle();
    close_rig();
    free(a);
}

START_TEST(what_comes_too_late_is_passed_on)
{
    harness_run(app, NULL, script_pass);
}
END_TEST

/* --- within a drain --- */

static struct drain drain;
static bool drained;

static void on_closed(void *arg)
{
    (void)arg;
    drain_on_work_ended(&drain);
}

static void on_drained(void *arg, uint32_t left_behind)
{
    (void)arg;
    ck_assert_uint_eq(left_behind, 0);
    drained = true;
}

static struct acceptor *open_drain(struct harness *h)
{
    const struct acceptor_options options = {.server = h->server};
    struct acceptor *acceptor;

    open_rig(h);
    drained = false;
    ck_assert_int_eq(acceptor_new(&options, &acceptor), 0);
    drain_init(&drain, h->server, acceptor, &rig.giver, 1000 * MS, on_drained, NULL);
    h->server->on_connection_closed = on_closed;
    return acceptor;
}

static void script_drain(struct harness *h)
{
    struct acceptor *acceptor = open_drain(h);
    struct cadre__msg_handover note;

    int client = harness_connect(h);
    drain_begin(&drain, CADRE__DRAIN_RELOAD, 30000 * MS);
    settle();
    int fd = relay(&note);
    ck_assert(!drained); /* until it is known to be in good hands */
    handover_adopt(&rig.taker, &note, fd);
    reply(true);
    ck_assert(drained);
    close(client);
    settle();
    close_rig();
    acceptor_free(acceptor);
}

START_TEST(a_drain_ends_when_all_are_handed_over)
{
    harness_run(app, NULL, script_drain);
}
END_TEST

static void script_stricter(struct harness *h)
{
    struct acceptor *acceptor = open_drain(h);
    struct answer *a = answer_new();
    struct cadre__msg_handover note;
    enum cadre__drain_mode mode = *(const enum cadre__drain_mode *)h->data;

    int idle = harness_connect(h), fresh = harness_connect(h), waits[WINDOW];
    ask(idle, a);
    for (int i = 0; i < WINDOW; i++) {
        waits[i] = harness_connect(h);
        ask(waits[i], a);
    }
    drain_begin(&drain, CADRE__DRAIN_RELOAD, 30000 * MS);
    drain_begin(&drain, mode, 30000 * MS);
    settle();
    ck_assert(!drained);
    for (int i = 0; i < WINDOW; i++) {
        close(relay(&note));
        reply(false);
    }
    expect_nothing_given(); /* what did not fit into the window was closed */
    ck_assert_int_eq(cadre_sleep(1), 0);
    settle();
    ck_assert(drained);
    harness_drain(fresh, a);
    ck_assert(a->closed);
    close(idle);
    close(fresh);
    for (int i = 0; i < WINDOW; i++)
        close(waits[i]);
    close_rig();
    acceptor_free(acceptor);
    free(a);
}

START_TEST(what_comes_back_to_a_worker_that_stops_is_closed)
{
    enum cadre__drain_mode modes[] = {CADRE__DRAIN_STOP, CADRE__DRAIN_FAST};

    harness_run(app, &modes[_i], script_stricter);
}
END_TEST

UNIT_MAIN("worker/handover", UNIT_CASE(an_idle_connection_goes_on_with_another_worker),
          UNIT_CASE(a_connection_without_a_request_yet_goes_too),
          UNIT_CASE(one_that_nobody_takes_is_answered_once_more),
          UNIT_CASE(one_that_nobody_takes_still_has_its_time_out),
          UNIT_CASE(a_busy_one_is_answered_first), UNIT_CASE(one_with_bytes_read_is_busy),
          UNIT_CASE(a_window_of_them_is_on_the_way),
          UNIT_CASE(a_worker_at_its_limit_answers_once_more),
          UNIT_CASE(limits_of_a_connection_and_of_a_client_go_along),
          UNIT_CASE(one_of_an_unknown_listener_is_closed),
          UNIT_CASE(a_master_that_does_not_listen_loses_nothing),
          UNIT_CASE(a_master_that_dies_takes_along_what_is_on_the_way),
          UNIT_CASE(what_comes_too_late_is_passed_on),
          UNIT_CASE(a_drain_ends_when_all_are_handed_over),
          UNIT_LOOP(what_comes_back_to_a_worker_that_stops_is_closed, 2))
