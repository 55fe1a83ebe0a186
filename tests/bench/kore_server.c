/* SPDX-License-Identifier: MIT */
/* The handler of kore in the benchmark of the peers (tests/bench/run), a module that it loads. */
#include <kore/kore.h>

#include <kore/http.h>

int plaintext(struct http_request *req);

int plaintext(struct http_request *req)
{
    static const char body[] = "Hello, World!";

    http_response_header(req, "content-type", "text/plain");
    http_response(req, HTTP_STATUS_OK, body, sizeof(body) - 1);
    return KORE_RESULT_OK;
}
