/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 on one connection, while it is busy.
 *
 * A struct http1 comes with the first byte of a request and goes when nothing is left to do: no
 * byte unread, no handler, no answer unsent. It owns the connection's buffers and, for one request
 * at a time, parser, body decoder, scope, channel, arena and coroutine. Pipelined requests are
 * served in order, one after another; the answers of those that end at once leave in one write.
 *
 *   READING_HEAD ──head──> HANDLING ──app returned, body read──> READING_HEAD or gone (idle)
 *        │                    │  └──body unread──> SKIPPING ──its end──> READING_HEAD
 *        └──refused──┐        └──last answer, or cut──┐    └──too long──┐
 *                    └────────────────────────────────┴──────────> CLOSING ──sent──> gone
 *
 * http1_run() alone moves the state, outside of any coroutine. What happens in a coroutine (the
 * application receives, sends, returns) is noted and acted upon there: at once where http1_run()
 * is on the stack below, else by a job of the loop.
 *
 * An application that goes on behind its response (detach) keeps the struct, with all that is the
 * request's; the connection and what waits to be sent go over to another, as if the application had
 * returned. The first has no connection then, and goes when the application returns.
 *
 * Files: http1.c (states), http1_request.c (head to scope), http1_channel.c (receive and send),
 * http1_output.c (writing), http1_file.c (parts of files), http1_detach.c, http1_log.c (the access
 * log). All run on the worker's loop; only the channel's calls suspend.
 */
#ifndef WORKER_HTTP1_H
#define WORKER_HTTP1_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "async/io.h"
#include "async/loop.h"
#include "base/arena.h"
#include "gateway/gateway.h"
#include "gateway/request_id.h"
#include "gateway/response.h"
#include "worker/buffer.h"
#include "worker/connection.h"
#include "worker/http1_body.h"
#include "worker/http1_parser.h"
#include "worker/pace.h"
#include "worker/response_head.h"

struct cadre__coroutine;
struct http1_file;
struct http1_trailers;
struct protocol;
struct server;

/* Unsent bytes above which a sender suspends, and at which it goes on. With a piece that is copied
 * behind them, and the lines of its chunk, they fill a large block and no more. */
#define HTTP1_OUT_HIGH (BUFFER_LARGE - HTTP1_COPY_MAX - 64)
#define HTTP1_OUT_LOW  16384
/* A piece of a body up to this size is copied and leaves with what else is ready. */
#define HTTP1_COPY_MAX 16384
/* What an application left unread of a body is read and thrown away up to this many bytes. */
#define HTTP1_SKIP_MAX (256 * 1024)

enum http1_state {
    HTTP1_READING_HEAD,
    HTTP1_HANDLING,
    HTTP1_SKIPPING,
    HTTP1_CLOSING,
};

/* What the access log notes of a request; all 0 before it begins, and always without a log. */
struct http1_log {
    uint64_t begin_ns;            /* its first byte was read; 0: none was */
    uint64_t before;              /* bytes made for the client before it, as made() counts them */
    uint64_t queue_ns;            /* its wait in the kernel; ACCESS_UNKNOWN */
    const struct cadre_str *sent; /* response fields that the log wants, in the arena; NULL: none */
    bool begun;                   /* the three first are set */
    bool unparsed;                /* its head was refused, or did not come to its end */
    bool no_scope;                /* its head was parsed, but the scope is of another request */
};

struct http1 {
    /* set when the connection becomes busy */
    struct connection *conn; /* NULL: detached */
    struct server *server;
    struct cadre__list free_link; /* among the free */
    struct cadre__io write_io;    /* made and on while a write waits for room */
    struct cadre__job job;        /* http1_run soon */
    bool posted;                  /* the job is in the loop's list */
    bool running;                 /* http1_run is on the stack */
    struct cadre__detaching
        *detaching; /* of an application that the next job lets go of; or NULL */

    /* bytes */
    struct buffer in;        /* read and not consumed; http1_pad() zeros behind it */
    struct buffer head;      /* the block with the head, once the body needed another for itself */
    struct buffer out;       /* to be sent, first */
    struct cadre_str lent;   /* to be sent after `out`: memory of a suspended sender, or without ptr
                                what is left of its file */
    struct http1_file *file; /* that file, on the sender's stack; NULL: none */

    /* ends and times */
    uint8_t state;             /* enum http1_state */
    bool eof;                  /* the client has ended its side */
    bool gone;                 /* the connection failed: nothing can be sent any more */
    bool linger;               /* close so that the last answer can still be read */
    bool cut;                  /* the last answer is not whole: close so that the client sees it */
    bool write_waits;          /* for room; write_io is on */
    atomic_bool left;          /* eof, seen or yet to be read, or gone; for any thread */
    uint64_t wait_deadline_ns; /* for bytes of the client; CADRE__NEVER: none */
    uint64_t send_deadline_ns; /* for room; CADRE__NEVER: none */
    uint64_t began_ns;         /* the turn in which the request at hand began */
    uint64_t deadline_ns;      /* the first of both, where http1_run() has left it */
    struct cadre__timer timer; /* lazy: a later deadline is seen when it fires */

    struct http1_log log; /* of the request at hand */

    /* one request */
    struct http1_parser parser;
    struct http1_body body;
    struct cadre__arena arena;
    struct cadre__scope scope;
    struct cadre__channel channel;
    struct cadre__response response;

    /* all 0 when a request begins: one piece, from here to `peer` */
    struct cadre__coroutine *co;     /* valid while HANDLING and not finished */
    struct http1_trailers *trailers; /* of the request, as far as they came; NULL: none */
    int result;                      /* what the application returned */
    uint32_t floor;        /* bytes of `in` below it are the head of the request at hand */
    uint32_t held;         /* bytes at in.start that the application may still look at */
    uint32_t head_mark;    /* where the response's head begins, while open */
    struct pace body_pace; /* of the client that sends the body */
    struct pace send_pace; /* of the one that reads the answer */
    uint64_t sent;         /* bytes of it that the socket has taken */
    bool cancel_when_left; /* the application is cancelled when the client leaves */
    bool finished;         /* the application has returned */
    bool receiving;        /* it is suspended in receive */
    bool sending;          /* it is suspended in send */
    bool end_given;        /* receive has given the last piece */
    bool expects_continue; /* 100 is to be sent before the body is waited for */
    bool keep;             /* the connection goes on after this request */
    bool is_head;          /* the method is HEAD */
    bool head_open;        /* the response's head is in `out`, not yet ended */
    bool head_sent;        /* the head is ended: the status cannot be changed any more */
    bool sends_trailers;   /* the chunks of the response end in trailers */
    uint8_t framing;       /* enum response_framing of the response */

    char peer[CONNECTION_PEER_TEXT];     /* the client's address, once it was asked for */
    char own_id[CADRE__REQUEST_ID_SIZE]; /* the request's, where it is our own and was asked for */

    struct http1_field *more_fields; /* limits.max_headers of them, once one had many; heap */
    struct http1_field fields[];     /* as many as most heads have: parser.room says */
};

extern const struct protocol http1_protocol;

/* Frees the recycled structs. */
void http1_pool_done(struct server *server);

/* --- between the files of http1 --- */

/* Does all that can be done now. May end `h` and its connection. */
void http1_run(struct http1 *h);

/* Has http1_run called soon, or goes on in the one below on the stack. */
void http1_kick(struct http1 *h);

/* A struct for a connection, which is its busy part from here on; NULL: ENOMEM. */
struct http1 *http1_new(struct connection *c);

/* Frees a struct that has no connection any more. */
void http1_free_detached(struct http1 *h);

/* The application has let go of the request, which is logged and counted, and of what it may have
 * looked at: the state becomes what follows. */
void http1_go_on(struct http1 *h);

/* http1_detach.c: gives the connection of a request whose response is complete to another struct,
 * and leaves this one to the application. 0; -ENOMEM: all is as before. */
CADRE_MUST_CHECK int http1_detach(struct http1 *h);
/* The same by the next job, and back. Then: whether it was done. */
void http1_detach_soon(struct http1 *h, struct cadre__detaching *detaching);
bool http1_detach_now(struct http1 *h);
/* The application of such a struct has returned: it goes. In its coroutine; may suspend. */
void http1_end_detached(struct http1 *h);

/* The client cannot be reached any more. */
void http1_set_gone(struct http1 *h);

/* The client has ended its side, or cannot be reached: cancels an application that wants that. */
void http1_note_left(struct http1 *h);

static inline bool http1_has_left(const struct http1 *h)
{
    return atomic_load_explicit(&h->left, memory_order_relaxed);
}

/* Bytes that `in` has room for; the parser's padding is not among them. */
static inline size_t http1_in_room(const struct http1 *h)
{
    size_t room = buffer_room(&h->in);

    return room > HTTP1_PARSER_PAD ? room - HTTP1_PARSER_PAD : 0;
}

/* Puts that padding behind the bytes of `in`. */
static inline void http1_pad(struct http1 *h)
{
    memset(h->in.data + h->in.end, 0, HTTP1_PARSER_PAD);
}

/* http1_request.c: the head is complete: fills the scope and prepares the body. 0, or the status of
 * a refusal (400, 413, 417, 500 ...) with its reason. */
CADRE_MUST_CHECK int http1_request_prepare(struct http1 *h, const char **ret_reason);

/* Gives the rest of the body a block of its own where it will not fit behind the head (the head
 * must stay where it is) or is large. Nothing may be held. 0; -ENOMEM: all is as before. */
CADRE_MUST_CHECK int http1_request_make_room(struct http1 *h);

/* The id of the request at hand, also of one whose head was refused; ends in NUL, lives as long as
 * the request. */
static inline struct cadre_str http1_request_id(struct http1 *h)
{
    return cadre__request_id(&h->scope, h->own_id);
}

/* http1_channel.c: what the application sees. */
extern const struct cadre__channel_ops http1_channel_ops;
/* The same, where the access log wants fields of responses. */
extern const struct cadre__channel_ops http1_logged_ops;
/* Would a suspended receive return now? A suspended send? */
bool http1_can_receive(const struct http1 *h);
bool http1_can_send(const struct http1 *h);
/* Drops the bytes that the application has seen. */
void http1_drop_held(struct http1 *h);

/* http1_output.c */
/* Bytes that wait to be sent. */
static inline size_t http1_unsent(const struct http1 *h)
{
    return buffer_len(&h->out) + h->lent.len;
}
/* Writes what the socket takes; waits for room for the rest. */
void http1_flush(struct http1 *h);
/* Ends the head of a response whose body comes in pieces, or is known to be `len` bytes. 0;
 * -ENOMEM. */
CADRE_MUST_CHECK int http1_end_head(struct http1 *h, bool whole, size_t len);
/* Puts a response whose body is small and whole. As http1_put_body. */
CADRE_MUST_CHECK int http1_put_whole(struct http1 *h, const struct response_start *start,
                                     struct cadre_str body);
/* The same where these lines, of status and fields, were made before (worker/response_memo.h,
 * gateway/prepared.h), and there is a body. */
CADRE_MUST_CHECK int http1_put_known(struct http1 *h, struct cadre_str lines,
                                     struct cadre_str body);
/* Puts a piece of the body, framed, behind what is to be sent. May suspend. 0, -ECANCELED, -EPIPE,
 * -ETIMEDOUT, -ENOMEM. */
CADRE_MUST_CHECK int http1_put_body(struct http1 *h, struct cadre_str piece, bool more);
/* The same for a part of a file; also -EIO: it is shorter than that, and what reading gave. */
CADRE_MUST_CHECK int http1_put_file(struct http1 *h, const struct cadre__file_part *part,
                                    bool more);
/* Ends a body that promised trailers by these, checked before, where they are sent at all. 0,
 * -ENOMEM. */
CADRE_MUST_CHECK int http1_put_trailers(struct http1 *h, const struct cadre__header *headers,
                                        size_t n_headers);
/* Puts an interim response and sends it at once. May suspend. 0, -ECANCELED, -EPIPE, -ENOMEM: it
 * is not put. */
CADRE_MUST_CHECK int http1_put_interim(struct http1 *h, const struct response_start *start);

/* Parts of that, for http1_file.c: puts bytes without framing; waits until the client has read
 * enough; lets others have their turn, where they would not have it at once. All may suspend.
 * Errors as of http1_put_body. */
CADRE_MUST_CHECK int http1_put_piece(struct http1 *h, struct cadre_str piece);
CADRE_MUST_CHECK int http1_wait_until_read(struct http1 *h);
CADRE_MUST_CHECK int http1_let_others_run(struct http1 *h);

/* Answers in the server's own name and closes. */
void http1_refuse(struct http1 *h, int status, const char *detail);
/* The same by 503 with Retry-After: there is too much to do. */
void http1_refuse_for_now(struct http1 *h);

/* http1_log.c: only where the server has an access log. A line is added once for each request that
 * sent a byte. */
/* A byte of a request is there. */
void http1_log_first_byte(struct http1 *h);
/* A request begins; again: nothing. */
void http1_log_begin(struct http1 *h);
/* A cadre__app_fn: the server's own, behind http1_log_begin. */
int http1_logged_app(void *app, const struct cadre__scope *scope, struct cadre__channel *channel);
/* Keeps the fields that the log wants of a response that begins by `event`. */
void http1_log_response(struct http1 *h, const struct cadre__event *event);
/* The application has returned. Adds the line, unless a refusal follows. */
void http1_log_end(struct http1 *h);
/* It is refused by `status`: `out` held `before` bytes, the refusal is behind them. */
void http1_log_refused(struct http1 *h, int status, size_t before);
/* The client has left in the middle of a head. */
void http1_log_left(struct http1 *h);

#endif
