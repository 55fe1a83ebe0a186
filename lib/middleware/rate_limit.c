/* SPDX-License-Identifier: MIT */
/*
 * Limits by token buckets (<cadre/rate_limit.h>): whom a request counts for, and what it is told.
 * The counting is in base/rates.h; it makes no system call and waits for nobody.
 */
#include "config.h"

#include "middleware/rate_limit.h"
#include "middleware/text.h"

#include "async/loop.h"
#include "base/clock.h"
#include "base/str.h"
#include "web/request.h"
#include <arpa/inet.h>
#include <cadre/rate_limit.h>
#include <cadre/request.h>
#include <cadre/response.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUESTS_MAX   1000000000
#define OWN_KEYS       4096 /* of a process without a server */
#define DEFAULT_PER_MS 1000
#define MS_PER_S       1000

struct limit {
    struct limit *next;                             /* of all */
    const struct cadre_rate_limit_options *options; /* borrowed */
    struct cadre__rates rates;
    struct cadre__rate rate;
    char ipv4_mask[4], ipv6_mask[16];
    bool is_own;      /* it holds the memory of this process */
    char policy[160]; /* the value of ratelimit-policy */
    const char *name;
};

/* --- where it counts --- */

static struct cadre__rates shared; /* the server's; without sets: none */

/* For a process without a server: made for the first layer, freed with the last one. */
static struct {
    pthread_mutex_t lock;
    void *memory;
    size_t n_users;
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

void cadre__rate_limit_use(const struct cadre__rates *rates)
{
    shared = rates != NULL ? *rates : (struct cadre__rates){.sets = NULL};
}

/* All limits of the process. */
static struct limit *limits;
static pthread_mutex_t limits_lock = PTHREAD_MUTEX_INITIALIZER;

static int take_own(struct limit *limit)
{
    const size_t size = cadre__rates_size(OWN_KEYS);
    int r = 0;

    pthread_mutex_lock(&own.lock);
    if (own.memory == NULL) {
        own.memory = aligned_alloc(64, (size + 63) / 64 * 64);
        r = own.memory == NULL ? -ENOMEM : 0;
        if (r == 0) {
            memset(own.memory, 0, size);
            r = cadre__rates_create(own.memory, size);
        }
    }
    if (r == 0)
        r = cadre__rates_open(&limit->rates, own.memory, size);
    if (r == 0) {
        own.n_users++;
        limit->is_own = true;
    }
    pthread_mutex_unlock(&own.lock);
    return r;
}

static void give_own(void)
{
    pthread_mutex_lock(&own.lock);
    if (--own.n_users == 0) {
        free(own.memory);
        own.memory = NULL;
    }
    pthread_mutex_unlock(&own.lock);
}

/* --- those that count together --- */

static void forget(const struct limit *limit)
{
    pthread_mutex_lock(&limits_lock);
    for (struct limit **at = &limits; *at != NULL; at = &(*at)->next) {
        if (*at == limit) {
            *at = limit->next;
            break;
        }
    }
    pthread_mutex_unlock(&limits_lock);
}

/* What two limits do not share that have one name for the buckets; NULL: nothing. */
static const char *difference(const struct limit *a, const struct limit *b)
{
    const struct cadre_rate_limit_options *one = a->options, *other = b->options;

    if (a->rates.sets != b->rates.sets || a->rate.id != b->rate.id)
        return NULL;
    return a->rate.interval_ns != b->rate.interval_ns    ? "requests"
           : a->rate.burst != b->rate.burst              ? "burst"
           : one->key_fn != other->key_fn                ? "key_fn"
           : memcmp(a->ipv4_mask, b->ipv4_mask, 4) != 0  ? "ipv4_bits"
           : memcmp(a->ipv6_mask, b->ipv6_mask, 16) != 0 ? "ipv6_bits"
                                                         : NULL;
}

/* NULL, or in what it differs from one that is there, with which it would count together. */
static const char *remember(struct limit *limit)
{
    const char *what = NULL;

    pthread_mutex_lock(&limits_lock);
    for (const struct limit *other = limits; what == NULL && other != NULL; other = other->next)
        what = difference(limit, other);
    if (what == NULL) {
        limit->next = limits;
        limits = limit;
    }
    pthread_mutex_unlock(&limits_lock);
    return what;
}

/* --- set-up --- */

static void limit_done(void *self)
{
    struct limit *limit = self;

    if (limit == NULL)
        return;
    forget(limit);
    if (limit->is_own)
        give_own();
    free(limit);
}

static CADRE_PRINTF(2, 3) int refuse(const struct cadre_middleware_setup *setup, const char *fmt,
                                     ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(setup->why, setup->why_size, fmt, args);
    va_end(args);
    return -EINVAL;
}

static int check(const struct cadre_middleware_setup *setup,
                 const struct cadre_rate_limit_options *options)
{
    const char *name = options->name;

    if (options->requests == 0 || options->requests > REQUESTS_MAX)
        return refuse(setup, "requests: say how many there may be in per_ms, from 1 to %d",
                      REQUESTS_MAX);
    if (options->key_fn == NULL && options->key == CADRE_RATE_HEADER &&
        (options->header == NULL || options->header[0] == '\0'))
        return refuse(setup, "header: say which header field is the key");
    if (options->key_fn == NULL && options->key == CADRE_RATE_HEADER &&
        !cadre__is_token(options->header))
        return refuse(setup,
                      "header: \"%.64s\" is not the name of a header field, which no request "
                      "has: write \"x-api-key\"",
                      options->header);
    if (options->key_fn == NULL && options->key != CADRE_RATE_HEADER && options->header != NULL)
        return refuse(setup, "header: requests are counted for it only with key = \"header\" "
                             "(CADRE_RATE_HEADER): say that too, or leave it out");
    if (options->ipv4_bits > 32)
        return refuse(setup, "ipv4_bits: an address has 32");
    if (options->ipv6_bits > 128)
        return refuse(setup, "ipv6_bits: an address has 128");
    if (name != NULL && (name[0] == '\0' || strlen(name) > 64 ||
                         name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0'))
        return refuse(setup,
                      "name: \"%.64s\" is none: up to 64 lower-case letters, digits, '-', "
                      "'_' or '.'",
                      name);
    return 0;
}

static void make_mask(char *mask, size_t size, unsigned bits)
{
    memset(mask, 0, size);
    for (unsigned i = 0; i < bits; i++)
        mask[i / 8] |= (char)(0x80 >> i % 8);
}

/* The rate, of which the id is what tells the limit from others, over reloads that change how much
 * it allows. */
static int make_rate(struct limit *limit, const struct cadre_middleware_setup *setup,
                     uint64_t per_ms)
{
    const struct cadre_rate_limit_options *options = limit->options;
    struct cadre__rate *rate = &limit->rate;
    struct cadre__buf id;
    uint64_t per_ns;

    if (__builtin_mul_overflow(per_ms, CADRE__NSEC_PER_MSEC, &per_ns))
        return refuse(setup, "per_ms: that is too long");
    rate->burst = options->burst > 0 ? options->burst : options->requests;
    rate->interval_ns = (per_ns + options->requests / 2) / options->requests;
    if (rate->interval_ns == 0)
        return refuse(setup, "requests: one a nanosecond is the most that is counted");
    if (rate->interval_ns > CADRE__RATE_FULL_NS_MAX / rate->burst)
        return refuse(setup, "burst: so many take longer than 36 years to come back");
    cadre__buf_init(&id);
    cadre__buf_printf(&id, "%s\n%s\n%d\n%s\n%" PRIu64, setup->module, limit->name,
                      options->key_fn != NULL ? -1 : (int)options->key,
                      options->header != NULL ? options->header : "", per_ms);
    rate->id = cadre__rates_id(&limit->rates, cadre_str_from(cadre__buf_text(&id)));
    if (id.error < 0) {
        cadre__buf_done(&id);
        return -ENOMEM;
    }
    cadre__buf_done(&id);
    return 0;
}

static int fill(struct limit *limit, const struct cadre_middleware_setup *setup)
{
    const struct cadre_rate_limit_options *options = limit->options;
    uint64_t per_ms = options->per_ms > 0 ? options->per_ms : DEFAULT_PER_MS;
    int r = check(setup, options), len;

    if (r < 0)
        return r;
    limit->name = options->name != NULL ? options->name : "default";
    limit->rates = shared;
    if (shared.sets == NULL)
        r = take_own(limit);
    if (r == 0)
        r = make_rate(limit, setup, per_ms);
    make_mask(limit->ipv4_mask, sizeof(limit->ipv4_mask),
              options->ipv4_bits > 0 ? options->ipv4_bits : 32);
    make_mask(limit->ipv6_mask, sizeof(limit->ipv6_mask),
              options->ipv6_bits > 0 ? options->ipv6_bits : 64);
    len = snprintf(limit->policy, sizeof(limit->policy), "\"%s\";q=%" PRIu32, limit->name,
                   options->requests);
    if (per_ms % MS_PER_S == 0)
        snprintf(limit->policy + len, sizeof(limit->policy) - (size_t)len, ";w=%" PRIu64,
                 per_ms / MS_PER_S);
    return r;
}

static int join(struct limit *limit, const struct cadre_middleware_setup *setup)
{
    const char *what = remember(limit);

    if (what == NULL)
        return 0;
    return refuse(
        setup,
        "name: \"%s\" is another limit of \"%s\" too, with which it would count together, "
        "but their %s differ: give each a name of its own",
        limit->name, setup->module, what);
}

static int limit_setup(const struct cadre_middleware_setup *setup, const void *options,
                       void **ret_self)
{
    struct limit *limit;
    int r;

    if (options == NULL)
        return refuse(setup, "it has no options: say at least how many requests there may be");
    limit = calloc(1, sizeof(*limit));
    if (limit == NULL)
        return -ENOMEM;
    limit->options = options;
    r = fill(limit, setup);
    if (r == 0)
        r = join(limit, setup);
    if (r < 0)
        limit_done(limit);
    else
        *ret_self = limit;
    return r;
}

/* --- whom it counts for --- */

static void mask(char *address, const char *with, size_t len)
{
    for (size_t i = 0; i < len; i++)
        address[i] &= with[i];
}

/* A client as a key, of so many bytes: it begins with a 0, which no header field holds. */
#define CLIENT_BYTES 17

/* The client's network; whoever comes by a UNIX socket is one client. */
static struct cadre_str client_key(const struct limit *limit, struct cadre_request *req,
                                   char key[CLIENT_BYTES])
{
    static const char mapped[12] = {[10] = (char)0xff, [11] = (char)0xff};
    const char *text = cadre_client_address(req);
    char *address = key + 1;

    key[0] = '\0';
    if (inet_pton(AF_INET, text, address) == 1) {
        mask(address, limit->ipv4_mask, 4);
        return (struct cadre_str){key, 1 + 4};
    }
    if (inet_pton(AF_INET6, text, address) != 1)
        return (struct cadre_str){key, 1};
    if (memcmp(address, mapped, sizeof(mapped)) == 0) {
        memmove(address, address + sizeof(mapped), 4);
        mask(address, limit->ipv4_mask, 4);
        return (struct cadre_str){key, 1 + 4};
    }
    mask(address, limit->ipv6_mask, 16);
    return (struct cadre_str){key, CLIENT_BYTES};
}

/* Sets *ret; absent: the request is not counted. `client` is room for it. */
static int key_of(const struct limit *limit, struct cadre_request *req, char client[CLIENT_BYTES],
                  struct cadre_str *ret)
{
    const struct cadre_rate_limit_options *options = limit->options;
    const char *value;

    if (options->key_fn != NULL)
        return options->key_fn(req, ret);
    *ret = CADRE_STR("");
    if (options->key == CADRE_RATE_ALL)
        return 0;
    value = options->key == CADRE_RATE_HEADER ? cadre_header(req, options->header) : NULL;
    *ret = value != NULL ? cadre_str_from(value) : client_key(limit, req, client);
    return 0;
}

/* --- what it is told --- */

static uint64_t whole_seconds(uint64_t ns)
{
    return (ns + CADRE__NSEC_PER_SEC - 1) / CADRE__NSEC_PER_SEC;
}

static int say_where_it_stands(struct cadre_request *req, const struct limit *limit,
                               const struct cadre__rate_answer *answer)
{
    /* Until there is more: a token, or where there are some, all of them. */
    uint64_t until_ns = answer->left > 0 ? answer->full_ns : answer->wait_ns;
    char value[160];
    int r = cadre_header_set(req, "ratelimit-policy", limit->policy);

    snprintf(value, sizeof(value), "\"%s\";r=%" PRIu64 ";t=%" PRIu64, limit->name, answer->left,
             whole_seconds(until_ns));
    return r < 0 ? r : cadre_header_set(req, "ratelimit", value);
}

static int refuse_request(struct cadre_request *req, const struct limit *limit,
                          const struct cadre__rate_answer *answer)
{
    uint64_t wait_s = whole_seconds(answer->wait_ns);
    char value[24];
    int r;

    snprintf(value, sizeof(value), "%" PRIu64, wait_s > 0 ? wait_s : 1);
    r = cadre_header_set(req, "retry-after", value);
    if (r == 0 && limit->options->headers)
        r = say_where_it_stands(req, limit, answer);
    return r < 0 ? r : cadre_respond_text(req, 429, "Too Many Requests");
}

/* What a response is told, where it is. */
struct standing {
    const struct limit *limit;
    struct cadre__rate_answer answer;
};

static int on_response(struct cadre_request *req, void *arg)
{
    const struct standing *standing = arg;

    return say_where_it_stands(req, standing->limit, &standing->answer);
}

static int promise_headers(struct cadre_request *req, const struct limit *limit,
                           const struct cadre__rate_answer *answer)
{
    struct standing *standing = cadre_alloc(req, sizeof(*standing));

    if (standing == NULL)
        return -ENOMEM;
    *standing = (struct standing){.limit = limit, .answer = *answer};
    return cadre_on_response(req, on_response, standing);
}

static int limit_call(struct cadre_request *req, void *self)
{
    const struct limit *limit = self;
    struct cadre__rate_answer answer;
    struct cadre_str key = {NULL, 0};
    char client[CLIENT_BYTES];
    int r = key_of(limit, req, client, &key);

    if (r < 0)
        return r;
    if (key.ptr == NULL)
        return cadre_next(req);
    cadre__rates_take(&limit->rates, &limit->rate, key, cadre__loop_now(cadre__loop_current()),
                      &answer);
    if (!answer.granted)
        return refuse_request(req, limit, &answer);
    if (limit->options->headers)
        r = promise_headers(req, limit, &answer);
    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_rate_limit = {
    .name = "rate_limit",
    .setup = limit_setup,
    .call = limit_call,
    .done = limit_done,
};
