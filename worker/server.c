/* SPDX-License-Identifier: MIT */
/*
 * Makes and ends the serving half of a worker. worker/server.h has the contract.
 */
#include "worker/server.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "async/loop.h"
#include "base/clock.h"
#include "conf/server_conf.h"
#include "ipc/scoreboard.h"
#include "worker/connection.h"
#include "worker/http1.h"
#include "worker/meter.h"
#include "worker/protocol.h"
#include "worker/score.h"

/* How long a connection lingers after its last answer. */
#define LINGER_NS (2 * CADRE__NSEC_PER_SEC)

/* Blocks kept for the next requests: as many requests can be busy at a time without the heap. */
#define FREE_SMALL  512
#define FREE_LARGE  16
#define ARENA_BYTES 4096
#define FREE_ARENAS 256

void server_limits_from_conf(const struct cadre__server_conf *conf, struct server_limits *ret)
{
    *ret = (struct server_limits){
        .keepalive_timeout_ns = conf->keepalive_timeout_ns,
        .head_timeout_ns = conf->head_timeout_ns,
        .body_timeout_ns = conf->body_timeout_ns,
        .send_timeout_ns = conf->send_timeout_ns,
        .max_body_size = conf->max_body_size == 0 ? UINT64_MAX : conf->max_body_size,
        .queue_timeout_ns = conf->queue_timeout_ns,
        .max_head_size = (uint32_t)conf->max_head_size,
        .max_line_size = (uint32_t)conf->max_line_size,
        .max_extensions_size = (uint32_t)conf->max_chunk_extensions_size,
        .max_trailers_size = (uint32_t)conf->max_trailers_size,
        .min_body_rate = (uint32_t)conf->min_body_rate,
        .min_send_rate = (uint32_t)conf->min_send_rate,
        .max_per_client = (uint32_t)conf->max_connections_per_client,
        .keepalive_requests = (uint32_t)conf->keepalive_requests,
        .concurrency = (uint32_t)conf->limit_concurrency,
        .max_headers = (uint32_t)conf->max_headers,
        .max_connections = (uint32_t)conf->worker_connections,
        .server_header = conf->server_header,
        .request_id_header = conf->request_id_header,
    };
}

int server_new(const struct server_options *options, struct server **ret)
{
    struct server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;

    server->loop = options->loop;
    server->limits = *options->limits;
    server->protocol = &http1_protocol;
    server->app_fn = options->app_fn;
    server->app = options->app;
    server->access_log = options->access_log;
    if (server->access_log) {
        server->logged_app_fn = server->app_fn;
        server->app_fn = http1_logged_app;
    }
    server->listeners = options->listeners;
    server->n_listeners = options->n_listeners;
    server->proxy_protocol = options->proxy_protocol;
    if (options->root_path && strcmp(options->root_path, "/") != 0)
        server->root_path = cadre_str_from(options->root_path);
    else
        server->root_path = CADRE_STR("");
    cadre__siphash_key_make(&server->ids.key);
    server->ids.request_id = options->request_id;
    server->ids.trace_context = options->trace_context;
    server->score = options->score;
    server->meter = options->meter;
    server->on_connection_closed = options->on_connection_closed;
    server->on_worn = options->on_worn;
    server->worn_at = options->worn_at;
    server->arg = options->arg;
    client_table_init(&server->clients);
    cadre__list_init(&server->connections);
    wait_list_init(&server->fresh, server->loop, server->limits.head_timeout_ns);
    wait_list_init(&server->idle, server->loop, server->limits.keepalive_timeout_ns);
    wait_list_init(&server->lingering, server->loop, LINGER_NS);
    wait_list_init(&server->graced, server->loop, 0);
    cadre__list_init(&server->free_connections);
    cadre__list_init(&server->free_http1);
    buffer_pool_init(&server->buffers, FREE_SMALL, FREE_LARGE);
    cadre__arena_pool_init(&server->arenas, ARENA_BYTES, FREE_ARENAS);
    if (options->trusted_proxies && options->forwarded_headers) {
        int r = forwarded_init(&server->forwarded, options->trusted_proxies,
                               options->forwarded_headers);
        if (r < 0) {
            server_free(server);
            return r;
        }
    }
    *ret = server;
    return 0;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    assert(server_is_empty(server));
    wait_list_done(&server->fresh);
    wait_list_done(&server->idle);
    wait_list_done(&server->lingering);
    wait_list_done(&server->graced);
    connection_pool_done(server);
    client_table_done(&server->clients);
    forwarded_done(&server->forwarded);
    http1_pool_done(server);
    buffer_pool_done(&server->buffers);
    cadre__arena_pool_done(&server->arenas);
    free(server);
}

bool server_is_empty(const struct server *server)
{
    return server->n_connections == 0 && cadre__list_is_empty(&server->connections) &&
           server->n_detached == 0;
}

void server_drain(struct server *server)
{
    server->draining = true;
}

void server_stop(struct server *server, uint64_t grace_ns)
{
    server_drain(server);
    server->stopping = true;
    server->graced.wait_ns = grace_ns;
    CADRE__LIST_FOREACH_SAFE(link, &server->connections)
    {
        struct connection *c = CADRE__CONTAINER_OF(link, struct connection, link);
        server->protocol->on_stop(c, true);
    }
}

void server_cancel(struct server *server)
{
    server_drain(server);
    server->stopping = true;
    CADRE__LIST_FOREACH_SAFE(link, &server->connections)
    {
        struct connection *c = CADRE__CONTAINER_OF(link, struct connection, link);
        server->protocol->cancel(c);
    }
}

uint64_t server_request_begins(struct server *server)
{
    server->n_in_flight++;
    score_set32(&server->score->in_flight, server->n_in_flight);
    return cadre__loop_now(server->loop);
}

void server_request_ended(struct server *server, uint64_t began_ns, unsigned status)
{
    meter_request(server->meter, began_ns, cadre__loop_now(server->loop), status);
    server->n_in_flight--;
    if (++server->n_requests == server->worn_at)
        server->on_worn(server->arg);
    score_set32(&server->score->in_flight, server->n_in_flight);
    score_set64(&server->score->requests, server->n_requests);
}
