/* SPDX-License-Identifier: MIT */
/* A WebSocket in memory: test/socket.h. */
#include "config.h"

#include "test/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include <cadre/error.h>

static struct cadre__test_exchange *exchange_of(struct cadre__channel *channel)
{
    return CADRE__CONTAINER_OF(channel, struct cadre__test_exchange, channel);
}

/* --- queues --- */

static int push(struct cadre__test_queue *queue, bool is_text, const void *ptr, size_t len)
{
    struct cadre__test_message *message = malloc(sizeof(*message) + len + 1);

    if (!message)
        return -ENOMEM;
    message->is_text = is_text;
    message->len = len;
    if (len > 0)
        memcpy(message->data, ptr, len);
    message->data[len] = '\0';
    cadre__list_push_back(&queue->list, &message->link);
    queue->n++;
    return 0;
}

/* The first one, which lives until the next is taken. */
static struct cadre__test_message *pop(struct cadre__test_queue *queue)
{
    free(queue->taken);
    queue->taken = NULL;
    if (cadre__list_is_empty(&queue->list))
        return NULL;
    queue->taken = CADRE__CONTAINER_OF(queue->list.next, struct cadre__test_message, link);
    cadre__list_remove(&queue->taken->link);
    queue->n--;
    return queue->taken;
}

static void clear(struct cadre__test_queue *queue)
{
    while (pop(queue))
        ;
}

/* --- closing --- */

static int note_close(struct cadre__test_exchange *ex, struct cadre__test_close *close, int code,
                      struct cadre_str reason)
{
    const char *copy = cadre__arena_strndup(&ex->res->arena, reason.ptr, reason.len);

    if (!copy)
        return -ENOMEM;
    if (close->code == 0)
        *close = (struct cadre__test_close){code, copy};
    return 0;
}

int cadre__test_socket_close(struct cadre__test_exchange *ex, int code, const char *reason)
{
    int r = note_close(ex, &ex->socket->by_client, code, cadre_str_from(reason));

    if (r == 0)
        cadre__test_exchange_leave(ex);
    return r;
}

/* The protocol closes over what the client has sent: for the application the client is gone. */
static int break_off(struct cadre__test_exchange *ex, int code, struct cadre_str reason)
{
    int r = note_close(ex, &ex->socket->by_app, code, reason);

    return r < 0 ? r : cadre__test_socket_close(ex, code, reason.ptr);
}

/* --- the application's end --- */

static bool is_over(const struct cadre__test_exchange *ex)
{
    return ex->has_left || ex->socket->order.phase == CADRE__WEBSOCKET_CLOSED;
}

static int receive(struct cadre__channel *channel, struct cadre__event *ret)
{
    struct cadre__test_exchange *ex = exchange_of(channel);
    struct cadre__test_socket *socket = ex->socket;
    struct cadre__test_message *message;

    if (!socket->connect_given && !ex->has_left) {
        socket->connect_given = true;
        *ret = (struct cadre__event){.type = CADRE__EVENT_WEBSOCKET_CONNECT};
        return 0;
    }
    while (socket->to_app.n == 0 && !is_over(ex)) {
        int r = cadre__test_exchange_wait(ex);

        if (r < 0)
            return r;
    }
    message = pop(&socket->to_app);
    cadre__test_exchange_note(ex);
    if (message) {
        *ret = (struct cadre__event){.type = CADRE__EVENT_WEBSOCKET_RECEIVE,
                                     .is_text = message->is_text,
                                     .body = {message->data, message->len}};
        return 0;
    }
    const struct cadre__test_close *close = ex->has_left ? &socket->by_client : &socket->by_app;
    bool is_said = close->code != 0;

    *ret = (struct cadre__event){
        .type = CADRE__EVENT_WEBSOCKET_DISCONNECT,
        .status = is_said ? close->code : CADRE_WS_ABNORMAL,
        .body = is_said ? cadre_str_from(close->reason) : CADRE_STR(""),
    };
    return 0;
}

/* The answer to the handshake, with a subprotocol where one was chosen. */
static int take_answer(struct cadre__test_exchange *ex, const struct cadre__event *event,
                       int status)
{
    struct cadre_test_response *res = ex->res;
    struct cadre__header *all =
        cadre__arena_alloc(&res->arena, (event->n_headers + 1) * sizeof(*all));
    size_t n = event->n_headers;
    int r;

    if (!all)
        return -ENOMEM;
    if (n > 0)
        memcpy(all, event->headers, n * sizeof(*all));
    if (event->type == CADRE__EVENT_WEBSOCKET_ACCEPT && event->body.len > 0)
        all[n++] = (struct cadre__header){CADRE_STR("sec-websocket-protocol"), event->body};
    r = cadre__test_fields_copy(&res->arena, all, n, &res->header);
    if (r == 0)
        res->status = status;
    return r;
}

/* The client's window: waits while too much is not received. */
static int take_message(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    struct cadre__test_socket *socket = ex->socket;
    int r = push(&socket->to_client, event->is_text, event->body.ptr, event->body.len);

    cadre__test_exchange_note(ex);
    while (r == 0 && !ex->has_left && ex->is_read && socket->to_client.n > socket->max_queue)
        r = cadre__test_exchange_wait(ex);
    return r == 0 && ex->has_left ? -EPIPE : r;
}

static int take_close(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    int r = note_close(ex, &ex->socket->by_app, event->status, event->body);

    return r == 0 && ex->res->status == 0 ? take_answer(ex, event, 403) : r;
}

static int take(struct cadre__test_exchange *ex, const struct cadre__event *event)
{
    switch (event->type) {
    case CADRE__EVENT_WEBSOCKET_ACCEPT:
        return take_answer(ex, event, 101);
    case CADRE__EVENT_WEBSOCKET_SEND:
        return take_message(ex, event);
    case CADRE__EVENT_WEBSOCKET_CLOSE:
        return take_close(ex, event);
    default:
        ex->check = ex->socket->order.denial;
        return cadre__test_exchange_take(ex, event);
    }
}

static int send_event(struct cadre__channel *channel, const struct cadre__event *event)
{
    struct cadre__test_exchange *ex = exchange_of(channel);
    struct cadre__websocket_order *order = &ex->socket->order;
    int r;

    if (ex->has_left)
        return -EPIPE;
    r = cadre__websocket_check(order, event);
    if (r == -EALREADY)
        return r;
    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "an event \"%s\" does not fit here: %s",
                   cadre__event_name(event->type), order->refusal);
    else
        r = take(ex, event);
    cadre__test_exchange_note(ex);
    return r;
}

int cadre__test_socket_new(struct cadre__test_exchange *ex, size_t max_message, size_t max_queue)
{
    static const struct cadre__channel_ops ops = {
        .receive = receive,
        .send = send_event,
        .is_disconnected = cadre__test_exchange_is_disconnected,
        .cancel_on_disconnect = cadre__test_exchange_cancel_on_disconnect,
    };
    struct cadre__test_socket *socket = calloc(1, sizeof(*socket));

    if (!socket)
        return -ENOMEM;
    ex->channel.ops = &ops;
    cadre__websocket_order_init(&socket->order, &ex->scope);
    cadre__list_init(&socket->to_app.list);
    cadre__list_init(&socket->to_client.list);
    socket->max_message = max_message > 0 ? max_message : CADRE__WEBSOCKET_MESSAGE_MAX;
    socket->max_queue = max_queue > 0 ? max_queue : CADRE__WEBSOCKET_QUEUE_MAX;
    ex->socket = socket;
    return 0;
}

void cadre__test_socket_free(struct cadre__test_socket *socket)
{
    if (!socket)
        return;
    clear(&socket->to_app);
    clear(&socket->to_client);
    free(socket);
}

bool cadre__test_socket_finish(struct cadre__test_exchange *ex, int result)
{
    struct cadre__test_socket *socket = ex->socket;

    clear(&socket->to_app);
    ex->check = socket->order.denial;
    if (socket->order.phase == CADRE__WEBSOCKET_CONNECTING ||
        socket->order.phase == CADRE__WEBSOCKET_DENYING)
        return false;
    ex->res->result = result < 0 ? result : 0;
    if (socket->order.phase == CADRE__WEBSOCKET_OPEN)
        (void)!note_close(ex, &socket->by_app,
                          result < 0 ? CADRE_WS_INTERNAL_ERROR : CADRE_WS_NORMAL, CADRE_STR(""));
    socket->order.phase = CADRE__WEBSOCKET_CLOSED;
    return true;
}

/* --- the client's end --- */

bool cadre__test_socket_is_open(const struct cadre__test_exchange *ex)
{
    return ex->socket->order.phase == CADRE__WEBSOCKET_OPEN && !ex->has_left && !ex->done;
}

int cadre__test_socket_push(struct cadre__test_exchange *ex, bool is_text, const void *ptr,
                            size_t len)
{
    struct cadre__test_socket *socket = ex->socket;
    int r;

    if (!cadre__test_socket_is_open(ex))
        return -EPIPE;
    if (len > socket->max_message)
        return break_off(ex, CADRE_WS_TOO_BIG, CADRE_STR("the message is too big"));
    if (is_text && !cadre__utf8_is_valid((struct cadre_str){ptr, len}))
        return break_off(ex, CADRE_WS_INVALID_DATA, CADRE_STR("the text is not UTF-8"));
    if (socket->to_app.n >= socket->max_queue)
        return -EAGAIN;
    r = push(&socket->to_app, is_text, ptr, len);
    cadre__test_exchange_note(ex);
    return r;
}

const struct cadre__test_message *cadre__test_socket_pop(struct cadre__test_exchange *ex)
{
    const struct cadre__test_message *message = pop(&ex->socket->to_client);

    cadre__test_exchange_note(ex);
    return message;
}
