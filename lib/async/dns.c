/* SPDX-License-Identifier: MIT */
/*
 * lib/async/dns.c: names to addresses, by libevent's evdns. Runs on the loop.
 *
 * The resolver (sockets to the name servers, the contents of the two files) is made when a name is
 * first asked for. A coroutine of its own keeps it: it ends the resolver when nobody asked for a
 * while, and when the loop ends, which cancels it like any other. It goes only when no question is
 * under way: evdns answers a cancelled one too, a little later.
 *
 * evdns arms time-outs of libevent's, on the system's clock. That is outside of our wheel, and for
 * as long as a question is under way alone.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/dns.h>
#include <event2/util.h>

#include <cadre/dns.h>

#include "async/coroutine.h"
#include "async/dns.h"
#include "async/fd_wait.h"
#include "async/loop_internal.h"
#include "base/log.h"

#define IDLE_NS (60 * CADRE__NSEC_PER_SEC)

enum { NAME_MAX_BYTES = 253 }; /* RFC 1035 §2.3.4, as text */

struct resolver {
    struct evdns_base *base;
    struct cadre__loop *loop;
    struct cadre__coroutine *keeper;
    struct cadre__timer idle; /* armed while nothing is asked */
    unsigned questions;       /* under way */
};

struct question {
    struct resolver *resolver;
    struct cadre__coroutine *co; /* who asks; NULL: gone */
    bool waits;                  /* it is suspended for the answer */
    bool answered;
    int error;                         /* EVUTIL_EAI_* */
    struct evutil_addrinfo *addresses; /* owned; or NULL */
};

static _Thread_local struct resolver *resolver;
static _Thread_local const char *resolv_conf_path, *hosts_path;

void cadre__dns_set_files(const char *resolv_conf, const char *hosts)
{
    resolv_conf_path = resolv_conf;
    hosts_path = hosts;
}

bool cadre__dns_is_open(void)
{
    return resolver != NULL;
}

static void on_idle(struct cadre__timer *timer)
{
    (void)cadre__coroutine_resume(CADRE__CONTAINER_OF(timer, struct resolver, idle)->keeper, 0);
}

/* The keeper: gives the resolver back when it is not needed. */
static void keep(void *arg)
{
    struct resolver *self = arg;

    self->keeper = cadre__coroutine_current();
    while (cadre__coroutine_suspend("cadre_resolve") == 0 && self->questions > 0)
        ;
    resolver = NULL;
    while (self->questions > 0)
        (void)cadre__coroutine_suspend_shielded("cadre_resolve");
    cadre__loop_timer_stop(self->loop, &self->idle);
    evdns_base_free(self->base, 0);
    free(self);
}

static struct evdns_base *make_base(struct cadre__loop *loop)
{
    struct evdns_base *base =
        evdns_base_new(cadre__loop_base(loop), EVDNS_BASE_DISABLE_WHEN_INACTIVE);

    if (!base)
        return NULL;
    /* A file that is not there leaves a name server on this host, and localhost. */
    (void)evdns_base_resolv_conf_parse(base,
                                       DNS_OPTION_SEARCH | DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC,
                                       resolv_conf_path ? resolv_conf_path : "/etc/resolv.conf");
    (void)evdns_base_load_hosts(base, hosts_path ? hosts_path : "/etc/hosts");
    return base;
}

static int open_resolver(struct cadre__loop *loop)
{
    struct resolver *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return -ENOMEM;
    self->loop = loop;
    cadre__timer_init(&self->idle, on_idle);
    self->base = make_base(loop);
    if (!self->base) {
        free(self);
        return -ENOMEM;
    }
    if ((r = cadre__coroutine_start(loop, keep, self, "resolver", NULL)) < 0) {
        evdns_base_free(self->base, 0);
        free(self);
        return r;
    }
    resolver = self;
    return 0;
}

/* One question less; of the last one the keeper is told. */
static void question_ended(struct resolver *self)
{
    if (--self->questions > 0)
        return;
    if (self == resolver)
        cadre__loop_timer_start(self->loop, &self->idle, IDLE_NS);
    else
        (void)cadre__coroutine_wake(self->keeper, 0);
}

static void on_answer(int error, struct evutil_addrinfo *addresses, void *arg)
{
    struct question *question = arg;

    cadre__loop_note_callback(question->resolver->loop);
    question_ended(question->resolver);
    if (!question->co) {
        if (addresses)
            evutil_freeaddrinfo(addresses);
        free(question);
        return;
    }
    question->answered = true;
    question->error = error;
    question->addresses = addresses;
    if (question->waits)
        (void)cadre__coroutine_resume(question->co, 0);
}

static int error_of(int error)
{
    switch (error) {
    case 0:
        return 0;
    case EVUTIL_EAI_NONAME:
    case EVUTIL_EAI_NODATA:
    case EVUTIL_EAI_ADDRFAMILY:
        return -ENOENT;
    case EVUTIL_EAI_MEMORY:
        return -ENOMEM;
    case EVUTIL_EAI_FAMILY:
        return -EAFNOSUPPORT;
    default:
        return -EAGAIN;
    }
}

/* The next address of a family, from `at` on. */
static const struct evutil_addrinfo *next_of(const struct evutil_addrinfo *at, int family)
{
    while (at && at->ai_family != family)
        at = at->ai_next;
    return at;
}

static void add(const struct evutil_addrinfo *from, uint16_t port, struct cadre_address *ret)
{
    *ret = (struct cadre_address){.len = (socklen_t)from->ai_addrlen};
    memcpy(&ret->u, from->ai_addr, from->ai_addrlen);
    if (from->ai_family == AF_INET6)
        ret->u.in6.sin6_port = htons(port);
    else
        ret->u.in.sin_port = htons(port);
}

/* Both families in turn, IPv6 first (RFC 8305 §4). */
static int collect(const struct evutil_addrinfo *all, uint16_t port, struct cadre_address *ret,
                   size_t max)
{
    const struct evutil_addrinfo *at[] = {next_of(all, AF_INET6), next_of(all, AF_INET)};
    size_t n = 0;

    while (n < max && (at[0] || at[1]))
        for (int i = 0; i < 2 && n < max; i++)
            if (at[i]) {
                add(at[i], port, &ret[n++]);
                at[i] = next_of(at[i]->ai_next, i == 0 ? AF_INET6 : AF_INET);
            }
    return n > 0 ? (int)n : -ENOENT;
}

static int await(struct question *question, struct evdns_getaddrinfo_request *request,
                 uint64_t timeout_ms);

static int ask(const char *host, int family, uint64_t timeout_ms, struct question **ret)
{
    struct evutil_addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct evdns_getaddrinfo_request *request;
    struct question *question;
    int r;

    if (!resolver && (r = open_resolver(cadre__coroutine_loop(cadre__coroutine_current()))) < 0)
        return r;
    question = calloc(1, sizeof(*question));
    if (!question)
        return -ENOMEM;
    question->resolver = resolver;
    question->co = cadre__coroutine_current();
    resolver->questions++;
    cadre__loop_timer_stop(resolver->loop, &resolver->idle);
    request = evdns_getaddrinfo(resolver->base, host, NULL, &hints, on_answer, question);
    if (!question->answered && (r = await(question, request, timeout_ms)) < 0)
        return r;
    *ret = question;
    return 0;
}

struct expiry {
    struct cadre__timer timer;
    struct cadre__coroutine *co;
};

static void on_expiry(struct cadre__timer *timer)
{
    (void)cadre__coroutine_resume(CADRE__CONTAINER_OF(timer, struct expiry, timer)->co, -ETIMEDOUT);
}

static void forget(struct question *question)
{
    if (question->addresses)
        evutil_freeaddrinfo(question->addresses);
    free(question);
}

/* Waits for the answer; on an error the question is not the caller's any more. */
static int await(struct question *question, struct evdns_getaddrinfo_request *request,
                 uint64_t timeout_ms)
{
    struct expiry expiry = {.co = question->co};
    struct cadre__loop *loop = question->resolver->loop;
    uint64_t deadline_ns = cadre__fd_deadline(timeout_ms);
    int r;

    cadre__timer_init(&expiry.timer, on_expiry);
    if (deadline_ns != CADRE__NEVER)
        cadre__timer_start(cadre__loop_timers(loop), &expiry.timer, deadline_ns);
    question->waits = true;
    r = cadre__coroutine_suspend("cadre_resolve");
    cadre__loop_timer_stop(loop, &expiry.timer);
    question->waits = false;
    if (r == 0)
        return 0;
    if (question->answered) {
        forget(question);
    } else {
        question->co = NULL; /* the answer, which comes all the same, frees it */
        evdns_getaddrinfo_cancel(request);
    }
    return r;
}

int cadre_resolve(const char *host, uint16_t port, int family, uint64_t timeout_ms,
                  struct cadre_address *ret, size_t max)
{
    struct question *question;
    struct cadre_address numeric;
    size_t len = strlen(host);
    int r;

    if ((r = cadre__fd_enter("cadre_resolve")) < 0)
        return r;
    if (max == 0 || len == 0 || len > NAME_MAX_BYTES + 2)
        return -EINVAL;
    if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    if (cadre_address_parse(host, port, &numeric) == 0) {
        if (family != AF_UNSPEC && numeric.u.any.sa_family != family)
            return -ENOENT;
        ret[0] = numeric;
        return 1;
    }
    if ((r = ask(host, family, timeout_ms, &question)) < 0)
        return r;
    r = error_of(question->error);
    if (r == 0)
        r = collect(question->addresses, port, ret, max);
    forget(question);
    return r;
}
