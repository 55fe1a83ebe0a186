/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket's handler by a script: each byte is a call of the handler's, and where that reaches
 * the channel the next bytes say what the peer, or the wire, makes of it: a message of any kind, a
 * close, a break, a cancel, a drain of the worker.
 *
 * What must hold, by the rules written down a second time in struct model: a call that has no place
 * is refused and sends nothing; what is sent comes in the order of gateway/websocket.h; a message
 * comes as it was given; and whatever the handler did, its socket is answered and closed once, or
 * the peer has left, or the application has said by an error that it could not.
 */
#include <errno.h>
#include <string.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/websocket.h"
#include "tests/fuzz/fuzz.h"
#include "web/app.h"
#include "web/draining.h"
#include <cadre.h>
#include <jansson.h>

/* What the handler has come to, as a handler's author knows it. */
struct model {
    bool accepted, answered; /* answered: by the accept, a response, or a refusal */
    bool half_answered;      /* a response has begun */
    bool closed;             /* by the handler */
    bool gone;               /* the peer, and the handler was told */
    bool end_told;
    bool drains;
};

struct fuzz {
    struct cadre__channel channel;
    struct cadre__arena arena;
    const uint8_t *at, *end; /* of the script */
    struct model model;

    /* the channel */
    struct cadre__websocket_order order;
    bool connect_given, has_left;
    int left_code;
    size_t n_receives, n_sends; /* of the call at hand */
    int receive_result, send_result;
    struct cadre__event received; /* the last one */
    char message[64];
    bool lost; /* a send failed for want of memory: what was to go out did not */
};

static uint8_t next_byte(struct fuzz *f)
{
    return f->at < f->end ? *f->at++ : 0;
}

/* --- the channel --- */

enum peer { PEER_TEXT, PEER_BYTES, PEER_JSON, PEER_CLOSES, PEER_LEAVES, PEER_CANCELS, N_PEER };

static int give_message(struct fuzz *f, enum peer kind, struct cadre__event *ret)
{
    size_t len = next_byte(f) % sizeof(f->message);

    memset(f->message, kind == PEER_TEXT ? 't' : '\xff', sizeof(f->message));
    if (kind == PEER_JSON)
        len = (size_t)snprintf(f->message, sizeof(f->message), "{\"n\":%d}", next_byte(f));
    if (len == sizeof(f->message))
        len--;
    f->message[len] = '\0';
    *ret = (struct cadre__event){.type = CADRE__EVENT_WEBSOCKET_RECEIVE,
                                 .is_text = kind != PEER_BYTES,
                                 .body = {f->message, len}};
    return 0;
}

static int give_next(struct fuzz *f, struct cadre__event *ret)
{
    enum peer peer = f->has_left ? PEER_LEAVES : (enum peer)(next_byte(f) % N_PEER);

    if (!f->connect_given && !f->has_left && peer < PEER_CLOSES) {
        f->connect_given = true;
        *ret = (struct cadre__event){.type = CADRE__EVENT_WEBSOCKET_CONNECT};
        return 0;
    }
    switch (peer) {
    case PEER_TEXT:
    case PEER_BYTES:
    case PEER_JSON:
        return give_message(f, peer, ret);
    case PEER_CANCELS:
        return -ECANCELED;
    case PEER_CLOSES:
        f->left_code = 4000 + next_byte(f);
        break;
    case PEER_LEAVES:
    case N_PEER:
        f->left_code = f->has_left ? f->left_code : 1006;
        break;
    }
    f->has_left = true;
    *ret = (struct cadre__event){
        .type = CADRE__EVENT_WEBSOCKET_DISCONNECT, .status = f->left_code, .body = CADRE_STR("")};
    return 0;
}

static int receive(struct cadre__channel *channel, struct cadre__event *ret)
{
    struct fuzz *f = (struct fuzz *)(void *)channel;

    f->n_receives++;
    f->receive_result = give_next(f, ret);
    f->received = *ret;
    return f->receive_result;
}

static int send_event(struct cadre__channel *channel, const struct cadre__event *event)
{
    struct fuzz *f = (struct fuzz *)(void *)channel;
    uint8_t wire;

    f->n_sends++;
    f->send_result = f->has_left ? -EPIPE : cadre__websocket_check(&f->order, event);
    if (f->send_result < 0)
        return f->send_result;
    wire = next_byte(f) % 16;
    if (wire == 1) {
        f->has_left = true;
        f->left_code = 1006;
        f->send_result = -EPIPE;
    } else if (wire == 2) {
        f->lost = true;
        f->send_result = -ENOMEM;
    }
    return f->send_result;
}

static bool is_disconnected(const struct cadre__channel *channel)
{
    return ((const struct fuzz *)(const void *)channel)->has_left;
}

static const struct cadre__channel_ops ops = {
    .receive = receive, .send = send_event, .is_disconnected = is_disconnected};

/* --- calls of the handler, each with what it is to come to --- */

static void begin(struct fuzz *f)
{
    f->n_receives = f->n_sends = 0;
    f->receive_result = f->send_result = 0;
}

/* A call that has no place here: nothing has reached the channel. */
static void check_refused(const struct fuzz *f, int r, int expected)
{
    if (r != expected)
        FUZZ_FAIL("%d, not %d", r, expected);
    FUZZ_CHECK(f->n_receives == 0 && f->n_sends == 0);
}

static int accept_it(struct fuzz *f, struct cadre_request *req, const char *subprotocol)
{
    struct model *m = &f->model;
    bool connected = f->connect_given;
    int r;

    begin(f);
    r = cadre_websocket_accept(req, subprotocol);
    if (m->answered || m->half_answered) {
        check_refused(f, r, -EALREADY);
        return r;
    }
    if (subprotocol != NULL && strcmp(subprotocol, "offered") != 0) {
        check_refused(f, r, -EINVAL);
        return r;
    }
    FUZZ_CHECK(f->n_receives == !connected);
    if (f->n_sends == 0) {
        FUZZ_CHECK(r == (f->receive_result < 0 ? f->receive_result : -EPIPE));
        m->gone |= f->receive_result == 0;
        return r;
    }
    FUZZ_CHECK(f->n_sends == 1 && r == f->send_result);
    m->gone |= r == -EPIPE;
    if (r == 0)
        m->accepted = m->answered = true;
    return r;
}

/* Whether a call behind the accept has its place, and else what it is to return. */
static int expect_open(const struct model *m)
{
    if (m->accepted || m->closed)
        return 0;
    return m->answered || m->half_answered ? -EALREADY : -ENOTCONN;
}

static void check_message(const struct fuzz *f, bool is_text, struct cadre_str data)
{
    FUZZ_CHECK(is_text == f->received.is_text && cadre_str_eq(data, f->received.body));
}

/* What receiving comes to, but for what is made of a message. */
static int expect_received(struct fuzz *f, int *ret_expected)
{
    struct model *m = &f->model;

    if (f->n_receives == 0) {
        FUZZ_CHECK(m->closed || m->drains);
        m->end_told = true;
        *ret_expected = 0;
    } else if (f->receive_result < 0) {
        *ret_expected = f->receive_result;
    } else if (f->received.type == CADRE__EVENT_WEBSOCKET_DISCONNECT) {
        m->gone = m->end_told = true;
        *ret_expected = 0;
    } else {
        *ret_expected = 1;
    }
    return *ret_expected;
}

enum wanted { ANY, TEXT, BYTES, JSON };

static int call_receive(struct cadre_request *req, enum wanted wanted,
                        struct cadre_websocket_message *ret, struct json_t **ret_json)
{
    int r;

    switch (wanted) {
    case TEXT:
        ret->is_text = true;
        return cadre_websocket_receive_text(req, &ret->data);
    case BYTES:
        ret->is_text = false;
        return cadre_websocket_receive_bytes(req, &ret->data);
    case JSON:
        r = cadre_websocket_receive_json(req, ret_json);
        return r;
    case ANY:
        break;
    }
    return cadre_websocket_receive(req, ret);
}

static bool is_wanted(const struct fuzz *f, enum wanted wanted)
{
    json_t *json;

    if (wanted == TEXT || wanted == BYTES)
        return f->received.is_text == (wanted == TEXT);
    if (wanted == ANY)
        return true;
    json = json_loadb(f->received.body.ptr, f->received.body.len,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    json_decref(json);
    return json != NULL;
}

static int receive_one(struct fuzz *f, struct cadre_request *req, enum wanted wanted)
{
    struct cadre_websocket_message message = {0};
    struct json_t *json = NULL;
    int refused = expect_open(&f->model), expected, r;

    if (refused == 0 && f->model.end_told)
        refused = -EALREADY;
    begin(f);
    r = call_receive(req, wanted, &message, &json);
    if (refused < 0) {
        check_refused(f, r, refused);
        return r;
    }
    FUZZ_CHECK(f->n_sends == 0 && f->n_receives <= 1);
    if (expect_received(f, &expected) > 0 && !is_wanted(f, wanted))
        expected = -EBADMSG;
    FUZZ_CHECK(r == expected);
    if (r > 0 && wanted != JSON)
        check_message(f, message.is_text, message.data);
    FUZZ_CHECK((wanted == JSON && r > 0) == (json != NULL));
    return r;
}

static int send_one(struct fuzz *f, struct cadre_request *req, const char *text, bool is_text)
{
    const struct cadre_websocket_message message = {.is_text = is_text,
                                                    .data = cadre_str_from(text)};
    struct model *m = &f->model;
    int refused = expect_open(m), r;

    if (refused == 0 && m->closed)
        refused = -EALREADY;
    else if (refused == 0 && m->gone)
        refused = -EPIPE;
    begin(f);
    r = cadre_websocket_send(req, &message);
    if (refused < 0) {
        check_refused(f, r, refused);
        return r;
    }
    FUZZ_CHECK(f->n_sends == 1 && f->n_receives == 0 && r == f->send_result);
    FUZZ_CHECK(f->has_left || f->lost || (r == -EINVAL) == (is_text && text[0] == '\xff'));
    m->gone |= r == -EPIPE;
    return r;
}

static int close_it(struct fuzz *f, struct cadre_request *req, int code)
{
    struct model *m = &f->model;
    int r, refused = m->closed || (m->answered && !m->accepted) || m->half_answered ? -EALREADY
                     : m->gone                                                      ? -EPIPE
                                                                                    : 0;

    begin(f);
    r = cadre_websocket_close(req, code, "so");
    if (refused < 0) {
        check_refused(f, r, refused);
        return r;
    }
    FUZZ_CHECK(f->n_sends == 1 && r == f->send_result);
    FUZZ_CHECK(f->has_left || f->lost || (r == -EINVAL) == !cadre__websocket_code_is_valid(code));
    m->gone |= r == -EPIPE;
    if (r == 0)
        m->closed = m->answered = true;
    return r;
}

/* A response in place of the accept: all of it, or its beginning. */
static int respond(struct fuzz *f, struct cadre_request *req, bool whole)
{
    struct model *m = &f->model;
    bool was = m->answered || m->half_answered;
    int r;

    begin(f);
    r = whole ? cadre_respond_text(req, 401, "who are you?") : cadre_start(req, 429);
    if (was) {
        check_refused(f, r, -EALREADY);
        return r;
    }
    FUZZ_CHECK(f->n_sends == 1 && r == f->send_result);
    m->answered |= r == 0 && whole;
    m->half_answered |= r == 0 && !whole;
    return r;
}

/* --- the script --- */

enum step {
    RETURN,
    ACCEPT,
    ACCEPT_OFFERED,
    ACCEPT_OTHER,
    RECEIVE,
    RECEIVE_TEXT,
    RECEIVE_BYTES,
    RECEIVE_JSON,
    SEND_TEXT,
    SEND_BAD_TEXT,
    SEND_BYTES,
    CLOSE,
    CLOSE_BADLY,
    RESPOND,
    BEGIN_RESPONSE,
    DRAIN,
    FAIL,
    FAIL_HTTP,
    FAIL_OTHERWISE,
    RETURN_LAST,
    SET_FIELD,
    N_STEPS,
};

static struct fuzz *now;
static int last;

/* A step that ends the handler: true, and *ret is what it returns. */
static bool ends(struct fuzz *f, struct cadre_request *req, enum step step, int *ret)
{
    switch (step) {
    case RETURN:
        *ret = 0;
        return true;
    case FAIL:
        *ret = cadre_websocket_fail(req, 4000 + next_byte(f), "because");
        FUZZ_CHECK(*ret == -CADRE_EWEBSOCKET);
        return true;
    case FAIL_HTTP:
        *ret = cadre_fail(req, 404, "no");
        return true;
    case FAIL_OTHERWISE:
        *ret = -EIO;
        return true;
    case RETURN_LAST:
        *ret = last;
        return true;
    default:
        return false;
    }
}

static int act(struct fuzz *f, struct cadre_request *req, enum step step)
{
    switch (step) {
    case ACCEPT:
        return accept_it(f, req, NULL);
    case ACCEPT_OFFERED:
        return accept_it(f, req, "offered");
    case ACCEPT_OTHER:
        return accept_it(f, req, "other");
    case RECEIVE:
    case RECEIVE_TEXT:
    case RECEIVE_BYTES:
    case RECEIVE_JSON:
        return receive_one(f, req, (enum wanted)(step - RECEIVE));
    case SEND_TEXT:
        return send_one(f, req, "a text", true);
    case SEND_BAD_TEXT:
        return send_one(f, req, "\xff", true);
    case SEND_BYTES:
        return send_one(f, req, "\xff", false);
    case CLOSE:
        return close_it(f, req, 4000 + next_byte(f));
    case CLOSE_BADLY:
        return close_it(f, req, 1004 + next_byte(f) % 3);
    case RESPOND:
        return respond(f, req, true);
    case BEGIN_RESPONSE:
        return respond(f, req, false);
    case DRAIN:
        f->model.drains = true;
        cadre__draining_set(true);
        return 0;
    case SET_FIELD:
        return cadre_header_set(req, "x-field", "1");
    default:
        return 0;
    }
}

static int handler(struct cadre_request *req)
{
    struct fuzz *f = now;
    int ret;

    last = 0;
    while (f->at < f->end) {
        enum step step = (enum step)(next_byte(f) % N_STEPS);

        if (ends(f, req, step, &ret))
            return ret;
        last = act(f, req, step);
    }
    return 0;
}

static const struct cadre_route routes[] = {CADRE_WEBSOCKET("/x", handler), CADRE_ROUTES_END};

/* --- one socket --- */

static int run(void *app)
{
    static const struct cadre__header offers[] = {
        {CADRE_STR_INIT("sec-websocket-protocol"), CADRE_STR_INIT("other-one, offered")}};
    const struct cadre__scope scope = {
        .type = CADRE__SCOPE_WEBSOCKET,
        .http_version = 11,
        .method = CADRE_STR("GET"),
        .scheme = CADRE_STR("ws"),
        .path = CADRE_STR("/x"),
        .raw_path = CADRE_STR("/x"),
        .query = CADRE_STR(""),
        .root_path = CADRE_STR(""),
        .headers = offers,
        .n_headers = 1,
    };
    int r;

    cadre__websocket_order_init(&now->order, &scope);
    r = cadre__app_call(app, &scope, &now->channel);
    /* What is left open, or half answered, the protocol ends by the application's result. */
    if (now->order.phase != CADRE__WEBSOCKET_CLOSED && !now->has_left && !now->lost)
        FUZZ_CHECK(r < 0);
    cadre__draining_set(false);
    return 0;
}

static struct cadre__app *make_app(void)
{
    const struct cadre__mount_options options = {.name = "fuzz", .path = "/", .routes = routes};
    struct cadre__app *app;
    char why[500] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    FUZZ_CHECK(cadre__app_new(NULL, &app) == 0);
    FUZZ_CHECK(cadre__app_mount(app, &options, why, sizeof(why), NULL) == 0);
    return app;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cadre__app *app;
    static struct cadre__loop *loop;
    static struct cadre__test_clock clock;
    const struct cadre__loop_options options = {.test_clock = &clock};
    struct fuzz f = {.at = data, .end = data + (size < 400 ? size : 400)};

    if (app == NULL) {
        app = make_app();
        cadre__test_clock_init(&clock, 1);
        FUZZ_CHECK(cadre__loop_new(&options, &loop) == 0);
    }
    f.channel.ops = &ops;
    f.channel.arena = &f.arena;
    cadre__arena_init(&f.arena, 1024);
    now = &f;
    FUZZ_CHECK(cadre__loop_run_main(loop, run, app) == 0);
    cadre__arena_done(&f.arena);
    return 0;
}
