/* SPDX-License-Identifier: MIT */
/*
 * The demo: what a newcomer sees first, and a module to read. It shows handlers that are async
 * (on the worker's loop) and sync (in a thread), parameters, bodies, streams, settings, both
 * lifespans, links and errors; each page's source is at /source/ and the name of its handler.
 * docs/writing-a-module.md explains all of it step by step.
 *
 * Settings: greeting (the word of /hello, "Hello"), allow_blocks and allow_crash (false): whether
 * /blocks and /crash do what they say.
 */
#define _GNU_SOURCE /* memmem */

#include <cadre.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "page.h"

/* The longest that a caller may ask for. */
#define WAIT_MAX_MS 10000

/* What the server lifespan publishes: bytes that all workers read, so no pointers. */
struct server_facts {
    int64_t started_at; /* seconds since 1970 */
    int64_t pid;        /* of the process that it ran in */
};

/* The state of one worker: what its lifespan hands to its handlers. */
struct demo {
    const char *greeting;
    bool allow_blocks;
    bool allow_crash;
    unsigned long long requests; /* counted on the loop, so no lock */
};

static struct demo *demo_of(struct cadre_request *req)
{
    struct demo *demo = cadre_state(req);

    demo->requests++;
    return demo;
}

/* --- lifespans --- */

/* Once in each worker. */
static int lifespan(struct cadre_lifespan *ls)
{
    const struct cadre_conf *settings = cadre_lifespan_settings(ls);
    struct demo demo = {0};
    int r;

    r = cadre_conf_string(settings, "greeting", "Hello", &demo.greeting);
    if (r == 0)
        r = cadre_conf_bool(settings, "allow_blocks", false, &demo.allow_blocks);
    if (r == 0)
        r = cadre_conf_bool(settings, "allow_crash", false, &demo.allow_crash);
    if (r < 0)
        return cadre_lifespan_fail(ls, "a setting has a wrong value");

    r = cadre_serving(ls, &demo); /* returns when the worker is about to end */

    cadre_log(CADRE_LOG_DEBUG, NULL, "demo has answered %llu requests", demo.requests);
    return r;
}

/* Once per generation, in a process of its own, before the first worker starts. */
static int server_lifespan(struct cadre_lifespan *ls)
{
    struct server_facts facts = {.started_at = (int64_t)time(NULL), .pid = getpid()};

    return cadre_serving_with(ls, &facts, sizeof(facts));
}

/* --- handlers --- */

static int index_page(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);

    return cadre_respondf(req, 200, "text/html", DEMO_PAGE, cadre_worker_index() + 1,
                          (long)getpid(), (unsigned)cadre_worker_generation(), demo->requests);
}

/* The least that a handler can do: what a benchmark asks for (tests/bench/run). */
static int plaintext(struct cadre_request *req)
{
    demo_of(req);
    return cadre_respond_text(req, 200, "Hello, World!");
}

static int hello(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    const char *text = cadre_printf(req, "%s, %s!", demo->greeting, cadre_path_param(req, "name"));
    const char *quoted = text != NULL ? cadre_json_quote(req, text) : NULL;

    if (quoted == NULL)
        return -ENOMEM;
    return cadre_respondf(req, 200, "application/json", "{\"message\":%s}\n", quoted);
}

static int whoami(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    size_t len;
    const struct server_facts *facts = cadre_server_state(req, &len);

    if (facts == NULL || len < sizeof(*facts))
        return cadre_error(req, 503, "the server lifespan has published nothing");
    return cadre_respondf(req, 200, "application/json",
                          "{\"worker\":%d,\"pid\":%ld,\"generation\":%u,\"requests\":%llu,"
                          "\"server\":{\"started_at\":%lld,\"pid\":%lld}}\n",
                          cadre_worker_index() + 1, (long)getpid(),
                          (unsigned)cadre_worker_generation(), demo->requests,
                          (long long)facts->started_at, (long long)facts->pid);
}

/* The query's ms, or the fallback; -1 when it is no such number. */
static long wait_ms(struct cadre_request *req, long fallback)
{
    const char *text = cadre_query_param(req, "ms");
    char *end;
    long ms;

    if (text == NULL)
        return fallback;
    ms = strtol(text, &end, 10);
    if (end != text && *end == '\0' && ms >= 0 && ms <= WAIT_MAX_MS)
        return ms;
    return -1;
}

static int bad_wait(struct cadre_request *req)
{
    return cadre_error(req, 422, "ms is not a whole number from 0 to 10000");
}

static int slow(struct cadre_request *req)
{
    long ms = wait_ms(req, 1000);
    int r;

    demo_of(req);
    if (ms < 0)
        return bad_wait(req);
    r = cadre_sleep((uint64_t)ms); /* others are served meanwhile */
    if (r < 0)
        return r;
    return cadre_respondf(req, 200, "application/json", "{\"slept_ms\":%ld}\n", ms);
}

static int stream(struct cadre_request *req)
{
    int r;

    demo_of(req);
    r = cadre_header_set(req, "content-type", "text/plain; charset=utf-8");
    if (r == 0)
        r = cadre_start(req, 200);
    for (int i = 1; r == 0 && i <= 10; i++) {
        const char *line = cadre_printf(req, "piece %d of 10\n", i);

        if (line == NULL)
            return -ENOMEM;
        r = cadre_write(req, line, strlen(line));
        if (r == 0 && i < 10)
            r = cadre_sleep(300);
    }
    return r < 0 ? r : cadre_end(req);
}

static int echo(struct cadre_request *req)
{
    const char *type = cadre_header(req, "content-type");
    struct cadre_str body;
    int r;

    demo_of(req);
    r = cadre_body(req, &body);
    if (r < 0)
        return r;
    return cadre_respond_bytes(req, 200, type != NULL ? type : "application/octet-stream", body.ptr,
                               body.len);
}

/* Runs in a thread: it may block. The state belongs to the loop, so it is not touched here. */
static int sync_example(struct cadre_request *req)
{
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

    nanosleep(&pause, NULL);
    return cadre_respond_text(req, 200, "a thread of the pool has slept for 100 ms\n");
}

static int not_allowed(struct cadre_request *req, const char *setting)
{
    const char *detail = cadre_printf(
        req, "not allowed: set %s = true in the module's settings, on a machine of your own",
        setting);

    return detail != NULL ? cadre_error(req, 403, detail) : -ENOMEM;
}

/* What a handler must not do: it blocks without suspending, and with it the whole worker. */
static int blocks(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    long ms = wait_ms(req, 1000);
    struct timespec pause;

    if (!demo->allow_blocks)
        return not_allowed(req, "allow_blocks");
    if (ms < 0)
        return bad_wait(req);
    pause = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
    return cadre_respondf(req, 200, "application/json", "{\"blocked_ms\":%ld}\n", ms);
}

static int crash(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);

    if (!demo->allow_crash)
        return not_allowed(req, "allow_crash");
    raise(SIGSEGV);
    return -EINTR;
}

/* --- routes that say more, and their errors --- */

/* A number by its type: what is none does not get here. */
static int item(struct cadre_request *req)
{
    int64_t id;

    demo_of(req);
    if (cadre_path_int(req, "id", &id) < 0 || id > 100)
        return cadre_fail(req, 404, "there are items 0 to 100");
    return cadre_respondf(
        req, 200, "application/json", "{\"item\":%lld,\"next\":\"%s\"}\n", (long long)id,
        cadre_url_path_for(req, "item", "id", cadre_printf(req, "%lld", (long long)(id + 1) % 101),
                           (char *)NULL));
}

/* What all paths are answered that lead nowhere, and all handlers that say so. */
static int not_found(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_error(req, problem->status, problem->detail);
}

/* --- the source --- */

/* This file, as it was built: from demo_source to demo_source_end. */
__asm__(".pushsection .rodata\n"
        ".hidden demo_source\n"
        ".hidden demo_source_end\n"
        ".global demo_source\n"
        ".global demo_source_end\n"
        "demo_source: .incbin \"" DEMO_SOURCE "\"\n"
        "demo_source_end:\n"
        ".popsection\n");
extern const char demo_source[] __attribute__((visibility("hidden")));
extern const char demo_source_end[] __attribute__((visibility("hidden")));

/* A function of it, from its first line to the brace that ends it, with what is said above. */
static int source(struct cadre_request *req)
{
    const char *name = cadre_path_param(req, "name");
    const char *begin, *end, *line = cadre_printf(req, "\nstatic int %s(", name);

    demo_of(req);
    if (line == NULL)
        return -ENOMEM;
    begin = memmem(demo_source, (size_t)(demo_source_end - demo_source), line, strlen(line));
    if (begin == NULL)
        return cadre_fail(req, 404, "no handler has that name");
    end = memmem(begin, (size_t)(demo_source_end - begin), "\n}\n", 3);
    if (end == NULL)
        return cadre_fail(req, 404, "no handler has that name");
    while (begin > demo_source && begin[-1] != '\n')
        begin--; /* the comment's last line, or nothing */
    return cadre_respond_bytes(req, 200, "text/plain", begin, (size_t)(end + 3 - begin));
}

/* --- the module --- */

static const char *const settings[] = {"greeting", "allow_blocks", "allow_crash", NULL};

static const struct cadre_route routes[] = {
    CADRE_GET("/", index_page),
    CADRE_GET("/plaintext", plaintext),
    CADRE_GET("/hello/{name}", hello),
    CADRE_GET("/whoami", whoami),
    CADRE_GET("/slow", slow),
    CADRE_GET("/stream", stream),
    CADRE_POST("/echo", echo),
    CADRE_GET("/sync", sync_example, .sync = true),
    CADRE_GET("/blocks", blocks),
    CADRE_GET("/crash", crash),
    CADRE_GET("/items/{id:int}", item),
    CADRE_GET("/source/{name}", source),
    CADRE_ROUTES_END,
};

static const struct cadre_error_handler errors[] = {
    CADRE_ON_STATUS(404, not_found),
    CADRE_ERRORS_END,
};

CADRE_MODULE = {
    .title = "Demo",
    .version = "1.0.0",
    .description = "What a newcomer sees first",
    .settings = settings,
    .lifespan = lifespan,
    .server_lifespan = server_lifespan,
    .routes = routes,
    .errors = errors,
};
