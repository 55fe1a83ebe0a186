/* SPDX-License-Identifier: MIT */
/*
 * <cadre/test.h>: a client that asks modules in the same process: no server, no socket, no waiting.
 *
 *     #include <cadre/test.h>
 *     #include <check.h>
 *
 *     START_TEST(an_item_is_found)
 *     {
 *         struct cadre_test_client *client = cadre_test_serve(.file = "shop.so");
 *         const struct cadre_test_response *res = cadre_test_get(client, "/items/7");
 *
 *         cadre_assert_status(res, 200);
 *         cadre_assert_header(res, "content-type", "application/json");
 *         cadre_assert_body(res, "{\"name\":\"tea\"}");
 *         cadre_test_close(client);
 *     }
 *     END_TEST
 *
 * The client loads the module (or takes its descriptor, where the test is linked with its source),
 * mounts it, runs its lifespans, the server's first, and hands it requests through the gateway as
 * a worker does; what is different is that nothing goes over a wire. It keeps cookies and follows
 * redirects. Closing it runs the shutdowns.
 *
 * Time: all runs on a loop with a test clock (<cadre/test_clock.h>), so that a handler which sleeps
 * for an hour answers at once; cadre_test_elapsed_ms() tells how long it took. Several clients of a
 * thread share the clock. A handler that waits for something that cannot come any more is an error
 * (-EDEADLK), not a test that hangs; so is one that goes on without end (-ETIMEDOUT behind
 * call_timeout_ms), and one that does not return though it was cancelled again and again ends the
 * process with a line that names it. A call that a scope of the test's has cancelled returns
 * -ECANCELED.
 *
 * All calls come from one thread, from anywhere in a test; they run the loop until they have what
 * they ask for. Within cadre_test_run(), or any other coroutine, they suspend in its stead, so that
 * several requests may be under way at a time. Handlers may not call them.
 *
 * Assertions are made for Check; with another frame define CADRE_TEST_FAIL before the include.
 * Programs that test a module link with cadre-test.pc.
 */
#ifndef CADRE_TEST_H
#define CADRE_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/dependency.h>
#include <cadre/macros.h>
#include <cadre/module.h>
#include <cadre/str.h>
#include <cadre/test_clock.h>

CADRE_BEGIN_DECLS

struct cadre_test_client;
struct cadre_test_response;
struct cadre_test_stream;
struct cadre_test_websocket;
struct cadre_websocket_message; /* <cadre/websocket.h> */
struct json_t;                  /* jansson's, by <jansson.h> */

/* --- the application --- */

/* One module: a section of `module` in cadre.conf. One of the first three is given. */
struct cadre_test_module {
    const char *file CADRE_OPTIONAL;                                 /* "shop.so": it is loaded */
    const struct cadre_module_descriptor *descriptor CADRE_OPTIONAL; /* &cadre_module, linked in */
    const struct cadre_module *module CADRE_OPTIONAL;                /* or what it points to */

    const char *name CADRE_OPTIONAL;  /* in the conf; "test" */
    const char *mount CADRE_OPTIONAL; /* "/" */
    /* settings, "currency=EUR", "shop.open=true", ended by NULL; each is a string of the conf, as
     * one that ${NAME} gave. NULL: none */
    const char *const *settings CADRE_OPTIONAL;
};

/* An application and its client. A member that is 0 has its default; all is borrowed until
 * cadre_test_open() has returned, but what a descriptor or module points to for the client's life.
 */
struct cadre_test_app {
    const struct cadre_test_module *modules CADRE_OPTIONAL; /* start in this order */
    size_t n_modules CADRE_OPTIONAL;
    const char *base_url CADRE_OPTIONAL;        /* "http://testserver" */
    const char *root_path CADRE_OPTIONAL;       /* what a proxy has cut off; "" */
    const char *client_address CADRE_OPTIONAL;  /* "127.0.0.1" */
    bool keep_redirects CADRE_OPTIONAL;         /* they are not followed */
    bool debug CADRE_OPTIONAL;                  /* as in the conf */
    bool no_lifespans CADRE_OPTIONAL;           /* they do not run; states are NULL */
    uint64_t startup_timeout_ms CADRE_OPTIONAL; /* of the lifespans; 30 s, on the test clock */
    size_t window_bytes CADRE_OPTIONAL;         /* of a stream: what is sent ahead; 64 KiB */
    struct cadre_test_options runtime CADRE_OPTIONAL; /* of the loop, where it is made */
    /* what is resolved in place of the modules' dependencies, ended by a row without `by`; for the
     * client's life: <cadre/dependency.h>. NULL: none */
    const struct cadre_dependency_override *overrides CADRE_OPTIONAL;
    /* of WebSockets: bytes of a message that a client may send, above it is closed by 1009; 16 MiB;
     * messages each way that are not received yet, before who sends waits; 32 */
    size_t websocket_max_message CADRE_OPTIONAL;
    size_t websocket_max_queue CADRE_OPTIONAL;
    /* how long a call waits for an answer, a message or a handler's end, on the test clock; 1 day:
     * then it is given up, and what it waited for cancelled */
    uint64_t call_timeout_ms CADRE_OPTIONAL;
    /* of a response's body, also one that is read as a stream; 256 MiB: then the client leaves */
    size_t max_body_bytes CADRE_OPTIONAL;
};

/*
 * Starts the application. 0, and *ret is to be closed; else why says why in one line or several:
 *   -ENOENT, -ELIBACC  the file is not there, or cannot be loaded
 *   -EPROTO            it is no module, or one for another version
 *   -EINVAL            a mount, a route, a setting is wrong
 *   -CADRE_ESTARTUP    a lifespan failed
 *   -EBUSY             the thread has a loop that is not one for tests
 *   -ENOMEM, -EMFILE, -EAGAIN
 */
CADRE_API CADRE_MUST_CHECK int cadre_test_open(const struct cadre_test_app *app, char *why,
                                               size_t why_size, struct cadre_test_client **ret);

/*
 * Ends it: requests that still run, and work behind responses, are cancelled and awaited, the
 * lifespans shut down, all memory goes, responses too. Streams and WebSockets are to be ended
 * before. 0; the error of the first shutdown that
 * failed, which is logged. NULL is taken.
 */
CADRE_API int cadre_test_close(struct cadre_test_client *client);

/* The server is about to end, as by a reload: cadre_worker_is_draining() from now on, and streams
 * of events end. Of all clients of the process, until one is opened. */
CADRE_API void cadre_test_drain(struct cadre_test_client *client);

/* --- requests --- */

/* A file of a form. */
struct cadre_test_file {
    const char *field CADRE_OPTIONAL;    /* its name in the form; NULL ends the list */
    const char *filename CADRE_OPTIONAL; /* its own name; NULL: that of the field */
    const char *type CADRE_OPTIONAL;     /* "application/octet-stream" */
    const char *text CADRE_OPTIONAL;     /* what is in it, a string; or */
    const void *body CADRE_OPTIONAL;     /* that many bytes; NULL: nothing */
    size_t body_len CADRE_OPTIONAL;
};

/* A request. A member that is 0 has its default; all is borrowed until it was answered. */
struct cadre_test_request {
    const char *method CADRE_OPTIONAL; /* "GET" */
    /* "/items?page=2", relative to the base URL, or "http://other/items" */
    const char *target CADRE_OPTIONAL;
    /* "name: value", ended by NULL. host, user-agent, accept and cookie are added where they are
     * not among them, content-length where there is a body. */
    const char *const *headers CADRE_OPTIONAL;
    const char *type CADRE_OPTIONAL; /* of the body: a content-type field */

    const char *text CADRE_OPTIONAL; /* the body, a string; or */
    const void *body CADRE_OPTIONAL; /* the body, that many bytes; or */
    size_t body_len CADRE_OPTIONAL;
    /* what makes it, piece by piece (chunked on a wire): at most `size` bytes, 0 at the end, a
     * negative errno: the client leaves in its midst. May suspend. */
    ssize_t (*read_body)(void *arg, void *buf, size_t size) CADRE_OPTIONAL;
    void *arg CADRE_OPTIONAL;
    size_t piece_bytes CADRE_OPTIONAL; /* it comes in pieces of so many bytes; all at once, or 16
                                          KiB of read_body */
    const char *const *trailers CADRE_OPTIONAL; /* behind the body; as headers */

    int http_version CADRE_OPTIONAL;    /* 10, 11 or 20; 11 */
    bool keep_redirects CADRE_OPTIONAL; /* they are not followed */

    /* in place of text, body and read_body, with the type where none is given: */
    const char *json CADRE_OPTIONAL;        /* JSON; or */
    const char *const *form CADRE_OPTIONAL; /* "name=value", not encoded, ended by NULL: a form; and
                                               or without it */
    const struct cadre_test_file *files CADRE_OPTIONAL; /* files of a form, which is multipart then;
                                                           ended by one without a field */
    /* of a WebSocket: those that are offered, the best first, ended by NULL */
    const char *const *subprotocols CADRE_OPTIONAL;
};

/*
 * Sends a request and waits until it is answered to the end, and the handler has returned. Never
 * NULL: a request that could not be sent is a response with status 0 and the reason in
 * cadre_test_failure(). May suspend. The response lives as long as the client. Work behind the
 * response (<cadre/background.h>) goes on, and so do releases of dependencies that suspend or run
 * in threads: see cadre_test_join_background().
 */
CADRE_API const struct cadre_test_response *cadre_test_send(
    struct cadre_test_client *client, const struct cadre_test_request *request);

/* Common ones. */
CADRE_API const struct cadre_test_response *cadre_test_get(struct cadre_test_client *client,
                                                           const char *target);
CADRE_API const struct cadre_test_response *cadre_test_post(struct cadre_test_client *client,
                                                            const char *target, const char *type,
                                                            const char *body);

/* cadre_test_request(client, .method = "PUT", .target = "/items/7", .text = "tea"): a request made
 * in place. C only. */
#define cadre_test_request(client, ...)                                                            \
    cadre_test_send((client), &(const struct cadre_test_request){__VA_ARGS__})

/*
 * Waits until the work behind all responses so far has ended, releases among it. May suspend. 0;
 * -EDEADLK: it waits for what cannot come any more, or the caller was cancelled.
 */
CADRE_API CADRE_MUST_CHECK int cadre_test_join_background(struct cadre_test_client *client);

/* Frees all responses so far, but for those of streams and WebSockets that were not ended. */
CADRE_API void cadre_test_forget(struct cadre_test_client *client);

/* --- responses; never suspends --- */

/* 200; 0: there is none, cadre_test_failure() says why. */
CADRE_API int cadre_test_status(const struct cadre_test_response *res);

/* Why there is no response, or not all of it, "" otherwise: for people. */
CADRE_API const char *cadre_test_failure(const struct cadre_test_response *res);

/* What the application made of it: 0; a negative errno, after which a worker would answer 500 (so
 * does the client), or cut the connection. */
CADRE_API int cadre_test_result(const struct cadre_test_response *res);

/* Was it cut off: the application failed after its beginning, so that a client would see that
 * something is missing? */
CADRE_API bool cadre_test_is_cut(const struct cadre_test_response *res);

/* The first field of that name, case ignored, or NULL; the field at that index from 0, false behind
 * the last one. */
CADRE_API const char *cadre_test_header(const struct cadre_test_response *res, const char *name);
CADRE_API bool cadre_test_header_at(const struct cadre_test_response *res, size_t index,
                                    const char **ret_name, const char **ret_value);

/* Its body, also as text: followed by a NUL byte. */
CADRE_API struct cadre_str cadre_test_body(const struct cadre_test_response *res);
CADRE_API const char *cadre_test_text(const struct cadre_test_response *res);

/* Its body as a JSON document of jansson's, which the response owns; NULL: it is none. */
CADRE_API struct json_t *cadre_test_json(const struct cadre_test_response *res);

/* The first trailer of that name, or NULL. */
CADRE_API const char *cadre_test_trailer(const struct cadre_test_response *res, const char *name);

/* Of the interim response at that index, from 0: its status, 0 behind the last one; the first field
 * of that name, or NULL. */
CADRE_API int cadre_test_interim_status(const struct cadre_test_response *res, size_t index);
CADRE_API const char *cadre_test_interim_header(const struct cadre_test_response *res, size_t index,
                                                const char *name);

/* The URL that was asked for in the end, and how many redirects led there. */
CADRE_API const char *cadre_test_url(const struct cadre_test_response *res);
CADRE_API unsigned cadre_test_redirects(const struct cadre_test_response *res);

/* --- streams: a request and its response under way --- */

/*
 * Begins a request. A body that is given is sent; with neither text, body nor read_body it is
 * what cadre_test_stream_write sends, if `writes` says so. Never NULL. May suspend. Redirects are
 * not followed. The stream lives until its end.
 */
CADRE_API struct cadre_test_stream *cadre_test_stream_open(struct cadre_test_client *client,
                                                           const struct cadre_test_request *request,
                                                           bool writes);

/* Waits for the response's beginning, and gives it: its body grows as it is read. May suspend. The
 * response lives as long as the client. */
CADRE_API const struct cadre_test_response *cadre_test_stream_head(
    struct cadre_test_stream *stream);

/* The next bytes of the response, at least 1 and at most `size`; 0 at its end; -EPIPE: it was cut;
 * -EDEADLK: nothing more can come; -ETIMEDOUT: call_timeout_ms is over. May suspend. */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_test_stream_read(struct cadre_test_stream *stream,
                                                          void *buf, size_t size);

/* Sends further bytes of the request's body, and waits until they were received. 0; -EPIPE: nobody
 * will; -EINVAL: the stream does not write; -EDEADLK, -ETIMEDOUT. May suspend. */
CADRE_API CADRE_MUST_CHECK int cadre_test_stream_write(struct cadre_test_stream *stream,
                                                       const void *ptr, size_t len);

/* Ends the request's body. */
CADRE_API void cadre_test_stream_write_end(struct cadre_test_stream *stream);

/* The client leaves: what is sent to it fails, and a handler that asked for it is cancelled. */
CADRE_API void cadre_test_stream_leave(struct cadre_test_stream *stream);

/* Reads what is left, waits until the handler has returned, frees the stream. Returns the response.
 * May suspend. */
CADRE_API const struct cadre_test_response *cadre_test_stream_end(struct cadre_test_stream *stream);

/* --- WebSockets --- */

/*
 * Opens a WebSocket: sends a handshake, with the target, header fields and subprotocols of that
 * request, and waits until it was answered. Its scheme is that of the base URL, ws for http; a
 * target may have one, too. Never NULL. May suspend. The socket lives until its end.
 *
 *     struct cadre_test_websocket *ws = cadre_test_websocket(client, .target = "/echo");
 *
 *     cadre_assert_status(cadre_test_websocket_response(ws), 101);
 *     ck_assert_int_eq(cadre_test_websocket_send_text(ws, "hello"), 0);
 *     cadre_assert_text(ws, "hello");
 *     cadre_test_websocket_end(ws);
 */
CADRE_API struct cadre_test_websocket *cadre_test_websocket_open(
    struct cadre_test_client *client, const struct cadre_test_request *request);

/* The same with a request made in place. C only. */
#define cadre_test_websocket(client, ...)                                                          \
    cadre_test_websocket_open((client), &(const struct cadre_test_request){__VA_ARGS__})

/* The answer to the handshake: 101, with its header fields (sec-websocket-protocol: what was
 * chosen); 403 where the application has closed before the accept; what it has answered in its
 * place; 0: none, cadre_test_failure() says why. Never suspends. It lives as long as the client. */
CADRE_API const struct cadre_test_response *cadre_test_websocket_response(
    const struct cadre_test_websocket *ws);

/* Sends a message. It waits while the application takes too little. May suspend. 0; -EPIPE: it is
 * not open any more; -EDEADLK: nothing can happen any more; -ETIMEDOUT: call_timeout_ms is over.
 * What a server does not take closes it:
 * 1007 for a text that is not UTF-8, 1009 for a message that is too long. */
CADRE_API CADRE_MUST_CHECK int cadre_test_websocket_send(
    struct cadre_test_websocket *ws, const struct cadre_websocket_message *message);
CADRE_API CADRE_MUST_CHECK int cadre_test_websocket_send_text(struct cadre_test_websocket *ws,
                                                              const char *text);
CADRE_API CADRE_MUST_CHECK int cadre_test_websocket_send_bytes(struct cadre_test_websocket *ws,
                                                               const void *ptr, size_t len);

/* Waits for the next message, valid until the next call. 1; 0: it was closed, and there are no
 * more; -EDEADLK: nothing more can come; -ETIMEDOUT: call_timeout_ms is over. May suspend. */
CADRE_API CADRE_MUST_CHECK int cadre_test_websocket_receive(struct cadre_test_websocket *ws,
                                                            struct cadre_websocket_message *ret);

/* The client closes, by any code and reason (NULL: none), or leaves without: what it has sent
 * before can be received, then the application is told, 1006 of one that has left. */
CADRE_API void cadre_test_websocket_close(struct cadre_test_websocket *ws, int code,
                                          const char *reason);
CADRE_API void cadre_test_websocket_leave(struct cadre_test_websocket *ws);

/* By what code and reason the application has closed, or refused; 0 and "": it has not. Never
 * suspends. */
CADRE_API int cadre_test_websocket_close_code(const struct cadre_test_websocket *ws);
CADRE_API const char *cadre_test_websocket_close_reason(const struct cadre_test_websocket *ws);

/* Closes by 1000 what is open, waits until the handler has returned, frees the socket. Returns the
 * response, with the handler's result. May suspend. */
CADRE_API const struct cadre_test_response *cadre_test_websocket_end(
    struct cadre_test_websocket *ws);

/* --- cookies: kept by the client as by a browser (RFC 6265) --- */

/* The value of the cookie of that name which the base URL would be sent with; NULL without one.
 * Valid until the next request. */
CADRE_API const char *cadre_test_cookie(struct cadre_test_client *client, const char *name);

/* Sets one for the base URL's host and all its paths; NULL: removes it. 0; -ENOMEM. */
CADRE_API CADRE_MUST_CHECK int cadre_test_set_cookie(struct cadre_test_client *client,
                                                     const char *name, const char *value);

/* Removes all. */
CADRE_API void cadre_test_clear_cookies(struct cadre_test_client *client);

/* --- assertions: each prints what was expected, what there is, and the response --- */

#ifndef CADRE_TEST_FAIL
/* Fails the test with that text: Check's. */
#define CADRE_TEST_FAIL(text) ck_abort_msg("%s", (text))
#endif

#define CADRE__ASSERT(judgement)                                                                   \
    do {                                                                                           \
        const char *cadre_why_ = (judgement);                                                      \
                                                                                                   \
        if (cadre_why_ != NULL)                                                                    \
            CADRE_TEST_FAIL(cadre_why_);                                                           \
    } while (0)

/* The status is that one. */
#define cadre_assert_status(res, status) CADRE__ASSERT(cadre_test_check_status((res), (status)))

/* The first field of that name has that value; NULL: there is none of that name. */
#define cadre_assert_header(res, name, value)                                                      \
    CADRE__ASSERT(cadre_test_check_header((res), (name), (value)))

/* The body is that text, to the byte. */
#define cadre_assert_body(res, text) CADRE__ASSERT(cadre_test_check_body((res), (text)))

/* The body contains that text. */
#define cadre_assert_body_has(res, text) CADRE__ASSERT(cadre_test_check_body_has((res), (text)))

/* The body is the same JSON document: whatever the order of names, and 1 is 1.0. What is said of
 * two that are not is where they part. */
#define cadre_assert_json(res, json) CADRE__ASSERT(cadre_test_check_json((res), (json)))

/* What stands at that place of the body is the same JSON; NULL: nothing stands there. The place is
 * a JSON pointer (RFC 6901): "/items/0/name". */
#define cadre_assert_json_at(res, pointer, json)                                                   \
    CADRE__ASSERT(cadre_test_check_json_at((res), (pointer), (json)))

/* The next message of a WebSocket is that text, or the same JSON document; it is closed by that
 * code, and no message comes before. Each waits for it. */
#define cadre_assert_text(ws, text) CADRE__ASSERT(cadre_test_check_text((ws), (text)))
#define cadre_assert_message_json(ws, json)                                                        \
    CADRE__ASSERT(cadre_test_check_message_json((ws), (json)))
#define cadre_assert_closed(ws, code) CADRE__ASSERT(cadre_test_check_closed((ws), (code)))

/* The same as questions: NULL, or what to say, valid until the next one. */
CADRE_API const char *cadre_test_check_status(const struct cadre_test_response *res, int status);
CADRE_API const char *cadre_test_check_header(const struct cadre_test_response *res,
                                              const char *name, const char *value);
CADRE_API const char *cadre_test_check_body(const struct cadre_test_response *res,
                                            const char *text);
CADRE_API const char *cadre_test_check_body_has(const struct cadre_test_response *res,
                                                const char *text);

CADRE_API const char *cadre_test_check_json(const struct cadre_test_response *res,
                                            const char *json);
CADRE_API const char *cadre_test_check_json_at(const struct cadre_test_response *res,
                                               const char *pointer, const char *json);

CADRE_API const char *cadre_test_check_text(struct cadre_test_websocket *ws, const char *text);
CADRE_API const char *cadre_test_check_message_json(struct cadre_test_websocket *ws,
                                                    const char *json);
CADRE_API const char *cadre_test_check_closed(struct cadre_test_websocket *ws, int code);

/* Opens a client of one module, whose members are given, or fails the test. C only. */
#define cadre_test_serve(...)                                                                      \
    __extension__({                                                                                \
        char cadre_why_[2000] = "";                                                                \
        struct cadre_test_client *cadre_client_ = NULL;                                            \
        const struct cadre_test_module cadre_module_ = {__VA_ARGS__};                              \
        const struct cadre_test_app cadre_app_ = {.modules = &cadre_module_, .n_modules = 1};      \
                                                                                                   \
        if (cadre_test_open(&cadre_app_, cadre_why_, sizeof(cadre_why_), &cadre_client_) < 0)      \
            CADRE_TEST_FAIL(cadre_why_);                                                           \
        cadre_client_;                                                                             \
    })

CADRE_END_DECLS

#endif
