/* SPDX-License-Identifier: MIT */
/*
 * Events for tests/e2e/27_module_events.py and long_events.py: one each 50 ms (?period_ms) since
 * the number of the first was 0, the same in all workers; and middleware over real sockets.
 */
#include <cadre.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PERIOD_MS 50

struct ticker {
    unsigned long long period_ms;
    unsigned long long seen; /* the number of the last one that the client has */
    char text[24];
};

static unsigned long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

static int next_tick(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    struct ticker *ticker = arg;
    unsigned long long due = (ticker->seen + 1) * ticker->period_ms, now = now_ms();
    int r = now < due ? cadre_sleep(due - now) : 0;

    (void)req;
    if (r < 0)
        return r;
    snprintf(ticker->text, sizeof(ticker->text), "%llu", ++ticker->seen);
    *ret = (struct cadre_sse_event){.id = ticker->text, .data = ticker->text, .event = "tick"};
    return 1;
}

static int ticks(struct cadre_request *req)
{
    const char *last = cadre_sse_last_event_id(req);
    const char *period = cadre_query_param(req, "period_ms");
    struct ticker ticker = {.period_ms = period != NULL ? strtoull(period, NULL, 10) : PERIOD_MS};
    char generation[16];
    int r;

    ticker.seen = last != NULL ? strtoull(last, NULL, 10) : now_ms() / ticker.period_ms;
    snprintf(generation, sizeof(generation), "%u", (unsigned)cadre_worker_generation());
    r = cadre_header_set(req, "x-generation", generation);
    if (r == 0)
        r = cadre_sse(req, NULL, next_tick, &ticker);
    cadre_log(CADRE_LOG_INFO, req, "events: a stream has ended");
    return r;
}

struct price {
    int64_t number;
    const char *name;
};
static const struct cadre_field price_fields[] = {
    CADRE_FIELD(struct price, number),
    CADRE_FIELD(struct price, name),
    CADRE_FIELDS_END,
};
CADRE_MODEL(price_model, struct price, price_fields);

static int next_price(struct cadre_request *req, struct cadre_sse_event *ret, void *price_)
{
    struct price *price = price_;

    (void)req;
    if (price->number == 3)
        return 0;
    price->number++;
    *ret = (struct cadre_sse_event){.model = &price_model, .value = price, .event = "price"};
    return 1;
}

static int prices(struct cadre_request *req)
{
    struct price price = {.name = "tea \"green\""};

    return cadre_sse(req, NULL, next_price, &price);
}

/* Lines as they come: the second one when the client has asked for it by another request. */
static struct cadre_event more = CADRE_EVENT_INIT;

static int lines(struct cadre_request *req)
{
    struct price price = {.number = 1, .name = "\xc3\xa4\nb"};
    int r = cadre_lines_start(req);

    r = r < 0 ? r : cadre_lines_write(req, &price_model, &price);
    r = r < 0 ? r : cadre_event_wait(&more);
    price.number++;
    r = r < 0 ? r : cadre_lines_write(req, &price_model, &price);
    return r < 0 ? r : cadre_end(req);
}

static int let_go(struct cadre_request *req)
{
    cadre_event_set(&more);
    return cadre_respond_empty(req, 204);
}

static int next_never(struct cadre_request *req, struct cadre_sse_event *ret, void *arg)
{
    (void)req;
    (void)ret;
    (void)arg;
    return cadre_sleep(CADRE_FOREVER);
}

static int silent(struct cadre_request *req)
{
    static const struct cadre_sse_options options = {.ping_ms = 1000, .retry_ms = 250};

    return cadre_sse(req, &options, next_never, NULL);
}

static int text(struct cadre_request *req)
{
    static char page[20000];

    memset(page, 'x', sizeof(page) - 1);
    return cadre_respond_text(req, 200, page);
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/ticks", ticks),    CADRE_GET("/silent", silent),
    CADRE_GET("/prices", prices),  CADRE_GET("/lines", lines),
    CADRE_POST("/let-go", let_go), CADRE_GET("/text", text),
    CADRE_GET("/broken", broken),  CADRE_ROUTES_END,
};

static const struct cadre_cors_options cors = {.allow_origins =
                                                   CADRE_STRINGS("https://app.example.org")};
static const struct cadre_trusted_hosts_options hosts = {
    .hosts = CADRE_STRINGS("127.0.0.1", "localhost")};

static const struct cadre_middleware middleware[] = {
    CADRE_MIDDLEWARE_OF(cadre_request_ids, NULL),
    CADRE_MIDDLEWARE_OF(cadre_cors, &cors),
    CADRE_MIDDLEWARE_OF(cadre_trusted_hosts, &hosts),
    CADRE_MIDDLEWARE_OF(cadre_security_headers, NULL),
    CADRE_MIDDLEWARE_OF(cadre_compress, NULL),
    CADRE_MIDDLEWARE_END,
};

CADRE_MODULE = {
    .title = "Events",
    .version = "1.0.0",
    .routes = routes,
    .middleware = middleware,
};
