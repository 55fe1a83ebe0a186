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
    int error;                         /* EVUTIL_EAI_*, or DNS_ERR_* of a question why */
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

/* Notes the answer and resumes who asked; takes `addresses`. */
static void note_answer(struct question *question, int error, struct evutil_addrinfo *addresses)
{
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

static void on_answer(int error, struct evutil_addrinfo *addresses, void *arg)
{
    note_answer(arg, error, addresses);
}

static void on_reason(int error, char type, int count, int ttl, void *addresses, void *arg)
{
    (void)type;
    (void)count;
    (void)ttl;
    (void)addresses;
    note_answer(arg, error, NULL);
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

static void forget(struct question *question)
{
    if (question->addresses)
        evutil_freeaddrinfo(question->addresses);
    free(question);
}

static int begin(struct question **ret)
{
    struct question *question;
    struct cadre__coroutine *co = cadre__coroutine_current();
    int r;

    if (!resolver && (r = open_resolver(cadre__coroutine_loop(co))) < 0)
        return r;
    question = calloc(1, sizeof(*question));
    if (!question)
        return -ENOMEM;
    question->resolver = resolver;
    question->co = co;
    resolver->questions++;
    cadre__loop_timer_stop(resolver->loop, &resolver->idle);
    *ret = question;
    return 0;
}

/* Suspends until the answer has come. */
static int await(struct question *question, uint64_t deadline_ns)
{
    int r;

    if (question->answered)
        return 0;
    question->waits = true;
    r = cadre__suspend_until("cadre_resolve", deadline_ns);
    question->waits = false;
    return r;
}

/*
 * Gives up on a question. Where its answer is still to come, that frees it: so it comes for a
 * cancelled request too. Returns whether the request is to be cancelled.
 */
static bool abandon(struct question *question)
{
    if (question->answered) {
        forget(question);
        return false;
    }
    question->co = NULL;
    return true;
}

/* Asks for addresses, in the files and with the servers. */
static int ask(const char *host, int family, uint64_t deadline_ns, struct question **ret)
{
    struct evutil_addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct evdns_getaddrinfo_request *request;
    struct question *question;
    int r;

    if ((r = begin(&question)) < 0)
        return r;
    request = evdns_getaddrinfo(resolver->base, host, NULL, &hints, on_answer, question);
    if ((r = await(question, deadline_ns)) < 0) {
        if (abandon(question))
            evdns_getaddrinfo_cancel(request);
        return r;
    }
    *ret = question;
    return 0;
}

/*
 * Asks why there is no address: evdns_getaddrinfo() gives one error for a name without addresses
 * and for a server that failed. Returns -ENOENT or -EAGAIN, or what kept it from asking.
 */
static int ask_why(const char *host, int family, uint64_t deadline_ns)
{
    struct evdns_request *request;
    struct evdns_base *base;
    struct question *question;
    int r;

    if ((r = begin(&question)) < 0)
        return r;
    base = resolver->base; /* it stays as long as the question is under way */
    request = family == AF_INET6 ? evdns_base_resolve_ipv6(base, host, 0, on_reason, question)
                                 : evdns_base_resolve_ipv4(base, host, 0, on_reason, question);
    if (!request) {
        question_ended(question->resolver);
        free(question);
        return -ENOMEM;
    }
    if ((r = await(question, deadline_ns)) < 0) {
        if (abandon(question))
            evdns_cancel_request(base, request);
        return r;
    }
    r = question->error == DNS_ERR_NODATA || question->error == DNS_ERR_NOTEXIST ? -ENOENT
                                                                                 : -EAGAIN;
    forget(question);
    return r;
}

int cadre_resolve(const char *host, uint16_t port, int family, uint64_t timeout_ms,
                  struct cadre_address *ret, size_t max)
{
    struct question *question;
    struct cadre_address numeric;
    size_t len = strlen(host);
    uint64_t deadline_ns;
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
    deadline_ns = cadre__fd_deadline(timeout_ms);
    if ((r = ask(host, family, deadline_ns, &question)) < 0)
        return r;
    if (question->error == EVUTIL_EAI_FAIL)
        r = ask_why(host, family, deadline_ns);
    else if ((r = error_of(question->error)) == 0)
        r = collect(question->addresses, port, ret, max);
    forget(question);
    return r;
}
