/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stream_serve.c: a server: accepts, and runs a task for each connection. Runs on the
 * loop. All tasks are in one group, which is joined before the call returns; so none outlives it.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cadre/group.h>
#include <cadre/socket.h>
#include <cadre/stream.h>
#include <cadre/task.h>

#include "base/fd.h"

enum { PAUSE_MS = 1000 }; /* when descriptors or memory have run out, as asyncio */

struct server {
    int fd; /* borrowed */
    void (*fn)(struct cadre_stream *stream, void *arg);
    void *arg;
    const struct cadre_stream_options *options;
    struct cadre_group group;
};

struct connection {
    const struct server *server;
    struct cadre_stream *stream;
};

static int serve_connection(void *arg)
{
    struct connection connection = *(struct connection *)arg;

    free(arg);
    connection.server->fn(connection.stream, connection.server->arg);
    /* A client that has gone is no failure of the server. */
    if (cadre_stream_wait_closed(connection.stream) < 0)
        cadre_stream_abort(connection.stream);
    cadre_stream_free(connection.stream);
    return 0;
}

/* Takes the descriptor, in any case. */
static int begin_connection(struct server *server, int fd)
{
    struct connection *connection = malloc(sizeof(*connection));
    int r;

    if (!connection) {
        cadre__fd_close(&fd);
        return -ENOMEM;
    }
    connection->server = server;
    r = cadre_stream_open(fd, server->options, &connection->stream);
    if (r == 0) {
        r = cadre_group_spawn_named(&server->group, serve_connection, connection, "connection");
        if (r < 0)
            cadre_stream_free(connection->stream);
    }
    if (r < 0)
        free(connection);
    return r;
}

static bool is_shortage(int error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOBUFS ||
           error == -EAGAIN;
}

static int accept_all(struct server *server)
{
    int r = 0;

    while (r >= 0) {
        int fd = cadre_socket_accept(server->fd, NULL);

        r = fd < 0 ? fd : begin_connection(server, fd);
        if (is_shortage(r))
            r = cadre_sleep(PAUSE_MS);
    }
    return r;
}

int cadre_stream_serve(int listen_fd, void (*fn)(struct cadre_stream *stream, void *arg), void *arg,
                       const struct cadre_stream_options *options)
{
    struct server server = {.fd = listen_fd, .fn = fn, .arg = arg, .options = options};
    struct cadre_address address;
    int r;

    if ((r = cadre_socket_address(listen_fd, &address)) < 0)
        return r;
    cadre_group_begin(&server.group);
    r = accept_all(&server);
    if (r == -EBADF)
        r = 0; /* closed: no more come, those that are there go on */
    return cadre_group_join(&server.group, r);
}
