/* SPDX-License-Identifier: MIT */
/*
 * The serving half of a worker: connections, their limits and their memory, on one loop.
 *
 * It knows nothing of processes: no master, no heritage, no listeners. The acceptor
 * (worker/acceptor.h) gives it connections, the drain (worker/drain.h) ends them, tests give it
 * the ends of socket pairs. One per worker; one thread.
 */
#ifndef WORKER_SERVER_H
#define WORKER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"
#include "worker/buffer.h"
#include "worker/client_table.h"
#include "worker/forwarded.h"
#include "worker/http_date.h"
#include "worker/wait_list.h"
#include <cadre/macros.h>

struct access_log;
struct cadre__loop;
struct cadre__conf_strings;
struct cadre__score;
struct cadre__server_conf;
struct connection;
struct http1;
struct http1_memo;
struct meter;
struct response_memo;
struct protocol;

/* The limits and times of connections; from the conf. */
struct server_limits {
    uint64_t keepalive_timeout_ns; /* idle between requests; 0: close after each answer */
    uint64_t head_timeout_ns;
    uint64_t body_timeout_ns;
    uint64_t send_timeout_ns;
    uint64_t queue_timeout_ns; /* before a handler begins; 0: none */
    uint64_t max_body_size;    /* UINT64_MAX: no limit */
    uint32_t max_head_size;
    uint32_t max_line_size;
    uint32_t max_headers;
    uint32_t max_extensions_size; /* of chunks */
    uint32_t max_trailers_size;
    uint32_t min_body_rate; /* bytes a second; 0: none */
    uint32_t min_send_rate;
    uint32_t max_connections;
    uint32_t max_per_client;     /* connections of one address; 0: no limit */
    uint32_t keepalive_requests; /* of a connection; 0: no limit */
    uint32_t concurrency;        /* requests at a time; 0: no limit */
    bool server_header;
    bool request_id_header; /* answers tell the id of their request */
};

struct server_options {
    struct cadre__loop *loop;
    const struct server_limits *limits; /* copied */
    cadre__app_fn app_fn;
    void *app;                               /* for app_fn; borrowed */
    const struct cadre__endpoint *listeners; /* addresses as bound, by number; borrowed */
    size_t n_listeners;                      /* 0: connections have an unknown server address */
    const bool *proxy_protocol; /* by number too: each connection begins with its header; borrowed;
                                   NULL: none does */
    const struct cadre__conf_strings *trusted_proxies;   /* see worker/forwarded.h; NULL: none */
    const struct cadre__conf_strings *forwarded_headers; /* NULL: none */
    const char *root_path;                               /* "/api"; "/" or NULL: none; borrowed */
    enum cadre__ids_from request_id;                     /* whose X-Request-ID is taken */
    enum cadre__ids_from trace_context;                  /* whose traceparent */
    struct access_log *access_log;                       /* borrowed; NULL: off */
    struct cadre__score *score;              /* this worker's record; borrowed, not NULL */
    struct meter *meter;                     /* counts what is answered; borrowed, not NULL */
    void (*on_connection_closed)(void *arg); /* a descriptor or a handler is gone; or NULL */
    uint64_t worn_at;           /* after so many requests on_worn is called, once; 0: never */
    void (*on_worn)(void *arg); /* must end nothing; NULL only with worn_at 0 */
    void *arg;                  /* for the callbacks */
};

struct server {
    /* set once */
    struct cadre__loop *loop;
    struct server_limits limits;
    const struct protocol *protocol;
    cadre__app_fn app_fn;
    void *app;
    struct access_log *access_log; /* NULL: off */
    cadre__app_fn logged_app_fn;   /* with an access log: what app_fn calls */
    const struct cadre__endpoint *listeners;
    size_t n_listeners;
    const bool *proxy_protocol;
    struct forwarded forwarded;
    struct cadre_str root_path;
    struct cadre__ids ids;
    struct cadre__score *score;
    struct meter *meter;
    void (*on_connection_closed)(void *arg);
    void (*on_worn)(void *arg);
    void *arg;

    /* what is open */
    struct cadre__list connections;          /* of struct connection, by its link; oldest first */
    struct wait_list fresh, idle, lingering; /* those of them that wait for their clients */
    struct wait_list graced;                 /* fresh ones, once the server stops */
    uint32_t n_connections;                  /* open descriptors of them */
    uint32_t n_in_flight;                    /* requests in handlers */
    uint32_t n_background;                   /* of which work goes on behind the response */
    uint32_t n_detached;                     /* of these, the ones whose connections went on */
    uint64_t n_accepted;                     /* connections so far */
    uint32_t last_serial;                    /* of a connection; may begin anew */
    uint64_t n_requests;                     /* requests that ended so far */
    uint64_t worn_at;                        /* on_worn is called at so many of them; 0: never */
    uint64_t last_number;                    /* that a request got */
    struct client_table clients;             /* where max_per_client is set */
    uint64_t began_ns;      /* the turn of the loop in which a request began last */
    uint64_t gap_ns;        /* from the one before it to that */
    uint64_t told_proxy_ns; /* when the log was told of a bad PROXY header; 0: never */
    bool draining;          /* each answer says that the connection closes */
    bool stopping;          /* what becomes idle is closed */
    /* While connections are handed over (worker/handover.h): one has become idle; may end it. NULL
     * else. */
    void (*on_idle)(void *arg, struct connection *c);
    void *on_idle_arg;

    /* memory that is recycled */
    struct buffer_pool buffers;
    struct cadre__arena_pool arenas;
    struct cadre__list free_connections; /* of struct connection */
    unsigned n_free_connections;
    struct cadre__list free_http1; /* of struct http1 */
    unsigned n_free_http1;
    struct http1_memo *memos;      /* by connection; NULL until there was memory */
    struct response_memo *answers; /* the same; NULL also where each answer has an id */

    struct http_date date;
};

/* Takes the limits out of a conf. */
void server_limits_from_conf(const struct cadre__server_conf *conf, struct server_limits *ret);

/* 0; -ENOMEM. */
CADRE_MUST_CHECK int server_new(const struct server_options *options, struct server **ret);

/* All connections must have ended (server_is_empty). NULL is taken. */
void server_free(struct server *server);

/* True when no connection is open and no handler runs, nor goes on behind its response in the
 * request's own coroutine. */
bool server_is_empty(const struct server *server);

/* From now on each answer ends its connection. */
void server_drain(struct server *server);

/* See struct protocol, for all connections. */
void server_stop(struct server *server, uint64_t grace_ns);
void server_cancel(struct server *server);

/* Bookkeeping of requests, for protocols: a handler begins, in the turn whose time is returned; it
 * has ended, with the status of its answer (0: none was sent). */
uint64_t server_request_begins(struct server *server);
void server_request_ended(struct server *server, uint64_t began_ns, unsigned status);

#endif
