/* SPDX-License-Identifier: MIT */
/*
 * The control socket; see control.h.
 *
 * A client is read until its line is whole; then it is the answerer's until control_answer(); then
 * it is written until all is out. Whatever else happens ends it. An answer is written as far as the
 * socket takes it, the rest when it is writable again.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/list.h"
#include "base/log.h"
#include "base/timer.h"
#include "ipc/json_text.h"
#include "master/control.h"
#include "master/unix_file.h"
#include <cadre/error.h>

#define BACKLOG    128
#define REFUSE_MAX 1024
/* Who is to make room for others has been silent for so long. */
#define SILENT_NS (1 * CADRE__NSEC_PER_SEC)
/* Bytes behind a line that are let pass. */
#define BEYOND_MAX 4096
/* With no descriptor free, how long the next look waits. */
#define PAUSE_NS (1 * CADRE__NSEC_PER_SEC)

enum client_state {
    CLIENT_READING, /* its line is not whole yet */
    CLIENT_ASKED,   /* the answerer has it */
    CLIENT_WRITING, /* its answer goes out */
    CLIENT_STAYING, /* answered; waits for our end */
};

struct control_client {
    struct cadre__list link;
    struct control *control;
    enum client_state state;
    int fd;
    bool stays;
    struct event read_event;  /* added until the client says that it sends nothing more: it tells
                                 that the client has gone */
    struct event write_event; /* added while an answer waits */
    struct cadre__timer timer;
    struct control_note note;
    size_t n_beyond; /* bytes that came behind the line */
    size_t line_len;
    char line[CONTROL_LINE_MAX];
    char *out; /* the answer; heap */
    size_t out_len, out_sent;
};

struct control {
    struct control_options options;
    int fd;
    int reserve; /* a descriptor to give up for a client when there are no others; -1: it is lent */
    dev_t dev;
    ino_t ino;
    struct sockaddr_un address;
    struct event event; /* the listening socket's */
    struct cadre__timer pause;
    struct cadre__list clients;
    unsigned n_clients;
};

static uint64_t now(const struct control *control)
{
    return control->options.now();
}

/* Whoever wants to know why a server has no descriptors, or to stop it, is heard all the same. */
static void take_reserve(struct control *control)
{
    if (control->reserve < 0 && control->fd >= 0)
        control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void client_free(struct control_client *client)
{
    struct control *control = client->control;

    event_del(&client->read_event);
    event_del(&client->write_event);
    cadre__timer_stop(control->options.timers, &client->timer);
    cadre__list_remove(&client->link);
    control->n_clients--;
    cadre__fd_close(&client->fd);
    take_reserve(control);
    free(client->out);
    free(client);
}

static void on_client_timer(struct cadre__timer *timer)
{
    client_free(CADRE__CONTAINER_OF(timer, struct control_client, timer));
}

/* It has so long for what it is at. */
static void limit(struct control_client *client)
{
    cadre__timer_start(client->control->options.timers, &client->timer,
                       cadre__deadline(now(client->control), CONTROL_TIMEOUT_NS));
}

/* --- Answers --- */

static void answered(struct control_client *client)
{
    if (!client->stays) {
        client_free(client);
        return;
    }
    client->state = CLIENT_STAYING;
    cadre__timer_stop(client->control->options.timers, &client->timer);
}

static void write_out(struct control_client *client)
{
    while (client->out_sent < client->out_len) {
        ssize_t n = send(client->fd, client->out + client->out_sent,
                         client->out_len - client->out_sent, MSG_NOSIGNAL);

        if (n >= 0) {
            client->out_sent += (size_t)n;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN && event_add(&client->write_event, NULL) == 0)
            return;
        client_free(client);
        return;
    }
    answered(client);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    write_out(arg);
}

void control_answer(struct control_client *client, json_t *answer, bool stays)
{
    char *text =
        answer != NULL
            ? json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12))
            : NULL;
    size_t len;

    json_decref(answer);
    if (text == NULL)
        text = strdup("{\"ok\":false,\"error\":\"the master is out of memory\"}");
    if (text == NULL) {
        client_free(client);
        return;
    }
    len = strlen(text);
    text[len] = '\n'; /* in the place of the NUL: it is bytes from now on */
    client->note = (struct control_note){0};
    client->state = CLIENT_WRITING;
    client->stays = stays;
    client->out = text;
    client->out_len = len + 1;
    limit(client);
    write_out(client);
}

void control_refuse(struct control_client *client, const char *fmt, ...)
{
    char text[REFUSE_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    control_answer(client, json_pack("{s:b, s:o}", "ok", 0, "error", cadre__json_of_text(text)),
                   false);
}

struct control_note *control_client_note(struct control_client *client)
{
    return &client->note;
}

void control_settle(struct control *control)
{
    CADRE__LIST_FOREACH_SAFE(link, &control->clients)
    {
        struct control_client *client = CADRE__CONTAINER_OF(link, struct control_client, link);

        if (client->state == CLIENT_ASKED && client->note.settle != NULL)
            client->note.settle(client->note.arg, client, &client->note);
    }
}

/* --- Requests --- */

/* Takes what has come to the line. False: the client is gone. */
static bool read_line(struct control_client *client)
{
    char *end;
    ssize_t n;

    n = recv(client->fd, client->line + client->line_len,
             sizeof(client->line) - 1 - client->line_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0) {
        client_free(client);
        return false;
    }
    client->line_len += (size_t)n;
    client->line[client->line_len] = '\0';
    end = memchr(client->line, '\n', client->line_len);
    if (end == NULL && client->line_len < sizeof(client->line) - 1)
        return true;
    client->state = CLIENT_ASKED;
    cadre__timer_stop(client->control->options.timers, &client->timer);
    if (end == NULL) {
        control_refuse(client, "a request is one line of at most %d bytes", CONTROL_LINE_MAX - 1);
        return false;
    }
    *end = '\0';
    if (end > client->line && end[-1] == '\r')
        end[-1] = '\0';
    client->control->options.on_line(client->control->options.arg, client, client->line);
    return false;
}

/* Whether the other end is closed, not only shut for writing. */
static bool has_gone(int fd)
{
    struct pollfd end = {.fd = fd};

    return poll(&end, 1, 0) != 0;
}

/* Behind its line a client sends nothing but its end. One that has only said that it sends nothing
 * more, as socat does, still waits for its answer; should it go meanwhile, the answer finds that
 * out. */
static void look_for_end(struct control_client *client)
{
    char bytes[CONTROL_LINE_MAX];
    ssize_t n = recv(client->fd, bytes, sizeof(bytes), 0);

    if (n > 0 && (client->n_beyond += (size_t)n) <= BEYOND_MAX)
        return;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == 0 && !has_gone(client->fd))
        event_del(&client->read_event);
    else
        client_free(client);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct control_client *client = arg;

    (void)fd;
    (void)what;
    if (client->state == CLIENT_READING)
        (void)read_line(client);
    else
        look_for_end(client);
}

/* --- Clients --- */

static bool is_allowed(int fd, uid_t *ret_uid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    *ret_uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    *ret_uid = peer.uid;
    return peer.uid == 0 || peer.uid == geteuid();
}

static int client_new(struct control *control, int fd)
{
    struct control_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return -ENOMEM;
    client->control = control;
    client->fd = fd;
    cadre__timer_init(&client->timer, on_client_timer);
    event_assign(&client->read_event, control->options.base, fd, EV_READ | EV_PERSIST, on_readable,
                 client);
    event_assign(&client->write_event, control->options.base, fd, EV_WRITE, on_writable, client);
    if (event_add(&client->read_event, NULL) < 0) {
        free(client);
        return -ENOMEM;
    }
    cadre__list_push_back(&control->clients, &client->link);
    control->n_clients++;
    limit(client);
    return 0;
}

/* Ends the client that has been silent for longest, so that those who only hold a connection keep
 * nobody out. False: all have asked for something, or have only just come. */
static bool make_room(struct control *control)
{
    uint64_t by = cadre__deadline(now(control), CONTROL_TIMEOUT_NS - SILENT_NS);

    CADRE__LIST_FOREACH_SAFE(link, &control->clients)
    {
        struct control_client *client = CADRE__CONTAINER_OF(link, struct control_client, link);

        if (client->state != CLIENT_READING)
            continue;
        if (client->timer.deadline_ns > by)
            return false;
        client_free(client);
        return true;
    }
    return false;
}

static void turn_away(int fd, const char *why)
{
    char text[128];
    int len = snprintf(text, sizeof(text), "{\"ok\":false,\"error\":\"%s\"}\n", why);

    (void)!send(fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
    cadre__fd_close(&fd);
}

static void take_client(struct control *control, int fd)
{
    uid_t uid;

    if (!is_allowed(fd, &uid)) {
        cadre__log(CADRE_LOG_WARNING, "control: user %ld is refused", (long)uid);
        turn_away(fd, "only root and the user of the master may control it");
    } else if (control->n_clients >= CONTROL_CLIENTS_MAX && !make_room(control)) {
        turn_away(fd, "too many others wait for the answer to their command");
    } else if (client_new(control, fd) < 0) {
        turn_away(fd, "the master is out of memory");
    }
}

/* Out of descriptors the socket stays readable: it is left alone for a while. */
static void on_pause_over(struct cadre__timer *timer)
{
    struct control *control = CADRE__CONTAINER_OF(timer, struct control, pause);

    take_reserve(control);
    event_add(&control->event, NULL);
}

/* -1 with errno: there is none, or no descriptor for it. */
static int accept_client(struct control *control)
{
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0 || (errno != EMFILE && errno != ENFILE) || control->reserve < 0)
        return fd;
    cadre__fd_close(&control->reserve);
    return accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static void on_client(evutil_socket_t listener, short what, void *arg)
{
    struct control *control = arg;
    int fd = accept_client(control);
    int error = errno;

    (void)listener;
    (void)what;
    if (fd >= 0)
        take_client(control, fd);
    take_reserve(control);
    if (fd >= 0 || error == EAGAIN || error == EINTR || error == ECONNABORTED)
        return;
    cadre__log(CADRE_LOG_DEBUG, "control: cannot accept: %s", cadre_strerror(-error));
    event_del(&control->event);
    cadre__timer_start(control->options.timers, &control->pause,
                       cadre__deadline(now(control), PAUSE_NS));
}

/* --- Life --- */

int control_open(const struct control_options *options, struct control **ret)
{
    static const struct cadre__conf_owner nobody = {.user = NULL};
    struct control *control;
    int r;

    if (strlen(options->path) >= sizeof(control->address.sun_path))
        return -ENAMETOOLONG;
    control = calloc(1, sizeof(*control));
    if (control == NULL)
        return -ENOMEM;
    control->options = *options;
    control->reserve = -1;
    control->address.sun_family = AF_UNIX;
    memcpy(control->address.sun_path, options->path, strlen(options->path) + 1);
    control->options.path = control->address.sun_path;
    cadre__list_init(&control->clients);
    cadre__timer_init(&control->pause, on_pause_over);
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    r = control->fd < 0 ? -errno : 0;
    if (r == 0)
        r = unix_file_bind(control->fd, &control->address, 0600, &nobody, &control->dev,
                           &control->ino);
    if (r == 0 && listen(control->fd, BACKLOG) < 0) {
        r = -errno;
        unix_file_remove(control->address.sun_path, control->dev, control->ino);
    }
    if (r < 0) {
        cadre__fd_close(&control->fd);
        free(control);
        return r;
    }
    event_assign(&control->event, options->base, control->fd, EV_READ | EV_PERSIST, on_client,
                 control);
    event_add(&control->event, NULL);
    take_reserve(control);
    *ret = control;
    return 0;
}

static void close_socket(struct control *control)
{
    if (control->fd < 0)
        return;
    event_del(&control->event);
    cadre__timer_stop(control->options.timers, &control->pause);
    unix_file_remove(control->address.sun_path, control->dev, control->ino);
    cadre__fd_close(&control->fd);
    cadre__fd_close(&control->reserve);
}

void control_retire(struct control *control)
{
    close_socket(control);
    CADRE__LIST_FOREACH_SAFE(link, &control->clients)
    {
        struct control_client *client = CADRE__CONTAINER_OF(link, struct control_client, link);

        if (client->state == CLIENT_READING)
            client_free(client);
    }
}

bool control_is_idle(const struct control *control)
{
    return control->n_clients == 0;
}

void control_close(struct control *control)
{
    if (control == NULL)
        return;
    CADRE__LIST_FOREACH_SAFE(link, &control->clients)
    {
        client_free(CADRE__CONTAINER_OF(link, struct control_client, link));
    }
    close_socket(control);
    free(control);
}

bool control_is_there(const struct control *control)
{
    return unix_file_is(control->address.sun_path, control->dev, control->ino);
}

const char *control_path(const struct control *control)
{
    return control->address.sun_path;
}
