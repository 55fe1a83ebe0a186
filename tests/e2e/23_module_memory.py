# SPDX-License-Identifier: MIT
"""A server in its stride allocates nothing: calls of malloc and its kin in a worker are counted by a
library that is loaded before libc."""

from cadretest import *

COUNTER = r"""
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
static atomic_long calls;
long count_of_allocations(void) { return calls; }
void *malloc(size_t n) { calls++; return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { calls++; return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { calls++; return __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { calls++; return __libc_memalign(a, n); }
int posix_memalign(void **p, size_t a, size_t n)
{
    calls++;
    *p = __libc_memalign(a, n);
    return *p == NULL ? 12 : 0;
}
"""

MODULE = r"""
#define _GNU_SOURCE
#include <cadre.h>
#include <dlfcn.h>

static int hello(struct cadre_request *req)
{
    const char *name = cadre_json_quote(req, cadre_path_param(req, "name"));
    const char *agent = cadre_header(req, "user-agent");
    const char *query = cadre_query_param(req, "q");
    int r = cadre_header_set(req, "x-agent", agent != NULL ? agent : "none");

    return r < 0 ? r : cadre_respondf(req, 200, "application/json", "{\"hello\":%s,\"q\":\"%s\"}",
                                      name, query != NULL ? query : "");
}

static int echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_body(req, &body);

    return r < 0 ? r : cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static int slept(struct cadre_request *req)
{
    int r = cadre_sleep(1);

    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

static int count(struct cadre_request *req)
{
    long (*fn)(void) = (long (*)(void))dlsym(RTLD_DEFAULT, "count_of_allocations");

    return cadre_respondf(req, 200, "text/plain", "%ld", fn != NULL ? fn() : -1L);
}

static const struct cadre_route routes[] = {
    CADRE_GET("/hello/{name}", hello), CADRE_POST("/echo", echo), CADRE_GET("/slept", slept),
    CADRE_GET("/count", count), CADRE_ROUTES_END
};

CADRE_MODULE = { .title = "Memory", .routes = routes };
"""


def counted():
    if sanitized():
        raise Skip("the sanitizer has its own malloc")
    server = Server(workers=1, modules={"memory": {"file": "memory.so"}})
    server.conf["environment"] = array(["LD_PRELOAD=" + server.path("counter.so")])
    compile_module(server.path("counter.so"), text=COUNTER)
    server.build_module("memory.so", MODULE)
    return server.start()


class Kept:
    """A kept connection to the one worker."""

    def __init__(self, server):
        self.sock = server.raw()

    def ask(self, method, path, body=b"", status=200):
        self.sock.sendall(raw_request(method, path, {"User-Agent": "test"}, body))
        answer = read_response(self.sock, method)
        assert answer.status == status, answer
        return answer

    def allocations(self, rounds, *request, **more):
        """How many allocations ROUNDS of a request make, once it was made a few times."""
        for _ in range(20):
            self.ask(*request, **more)
        before = int(self.ask("GET", "/count").text)
        assert before > 0, "allocations are not counted"
        for _ in range(rounds):
            self.ask(*request, **more)
        return int(self.ask("GET", "/count").text) - before


@case
def kept_requests_allocate_nothing():
    server = counted()
    client = Kept(server)
    for request, more in ((("GET", "/hello/world?q=a%20b"), {}),
                          (("HEAD", "/hello/world"), {}),
                          (("GET", "/nothing"), {"status": 404}),
                          (("POST", "/hello/x"), {"status": 405}),
                          (("POST", "/echo", b"x" * 500), {}),
                          (("GET", "/slept"), {})):
        count = client.allocations(300, *request, **more)
        assert count == 0, f"{count} allocations in 300 requests of {request}"
    client.sock.close()
    server.stop()


main()
