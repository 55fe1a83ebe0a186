/* SPDX-License-Identifier: MIT */
/* The test client's own struct, for test/client.c and test/stream.c. See <cadre/test.h>. */
#ifndef CADRE_LIB_TEST_CLIENT_H
#define CADRE_LIB_TEST_CLIENT_H

#include <cadre/test.h>

#include "base/arena.h"
#include "base/list.h"
#include "test/cookies.h"
#include "test/exchange.h"
#include "test/url.h"

struct cadre__loop;
struct cadre__served;
struct cadre__test_loop;

struct cadre_test_client {
    struct cadre__test_loop *own_loop; /* a share of it; NULL: a coroutine's loop is used */
    struct cadre__loop *loop;
    struct cadre__served *served;
    struct cadre__arena arena; /* for what lives as long as the client */
    struct cadre__test_url base;
    const char *root_path;
    const char *client_address;
    uint64_t timeout_ns; /* of a call that waits */
    size_t window;
    size_t max_body;
    bool keep_redirects;
    size_t max_message, max_queue; /* of WebSockets; 0: the default */
    uint64_t n_requests;
    struct cadre__test_cookies cookies;
    struct cadre__list exchanges; /* under way */
    struct cadre__list responses;
};

/* Runs fn(arg) in a coroutine: this one, or one that the loop is run for. */
int cadre__test_client_drive(struct cadre_test_client *client, int (*fn)(void *arg), void *arg);

/* A response that the client owns. Aborts without memory: a test has nothing to do without it. */
struct cadre_test_response *cadre__test_client_response(struct cadre_test_client *client,
                                                        const char *method, const char *url);

/* Begins the request in the exchange's coroutine. 0; a negative errno, said in `res`. */
CADRE_MUST_CHECK int cadre__test_client_begin(struct cadre_test_client *client,
                                              const struct cadre_test_request *request,
                                              struct cadre__test_asked *asked,
                                              struct cadre_test_response *res,
                                              struct cadre__test_exchange **ret);

/* Takes the cookies of a response that is there. */
void cadre__test_client_keep_cookies(struct cadre_test_client *client,
                                     const struct cadre__test_url *url,
                                     const struct cadre_test_response *res);

#endif
