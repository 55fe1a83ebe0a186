/* SPDX-License-Identifier: MIT */
/*
 * What a stream of bytes means to our HTTP/1.x parser, body decoder and target reader: the
 * requests in it, one after another, as a connection would see them.
 *
 * The bytes come in pieces; each piece is memory of just its size, and the head moves with each, so
 * that a sanitizer sees whoever reads too far or keeps a pointer.
 */
#ifndef CADRE_TESTS_FUZZ_HTTP1_MESSAGES_H
#define CADRE_TESTS_FUZZ_HTTP1_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGES_MAX   64
#define FIELDS_MAX     100
#define MESSAGE_BODY   65536
#define MESSAGE_METHOD 32

/* A run of bytes in a message's own memory. */
struct piece {
    const char *ptr;
    size_t len;
};

enum message_end {
    MESSAGE_WHOLE,      /* head and body are there */
    MESSAGE_HEAD_OPEN,  /* the head goes on; nothing but .end is set */
    MESSAGE_BODY_OPEN,  /* the body goes on; .body is what came of it */
    MESSAGE_REFUSED,    /* in the head: .status and .reason; nothing else is set */
    MESSAGE_BODY_WRONG, /* in the body: .status and .reason; .body is not to be looked at */
};

struct message {
    enum message_end end;
    int status;         /* of a refusal */
    const char *reason; /* static */
    char *head;         /* the head as it came, names lower-case */
    size_t head_len;
    struct piece method, target;
    struct piece names[FIELDS_MAX], values[FIELDS_MAX];
    size_t n_fields;
    int version; /* 10 or 11 */
    bool keep_alive, expect_continue, chunked, has_length;
    uint64_t length;
    char *path; /* decoded */
    size_t path_len;
    char *body;
    size_t body_len;
};

struct messages {
    struct message list[MESSAGES_MAX];
    size_t n;
};

/* How large the next piece is, of `left` bytes; at least 1. */
typedef size_t (*piece_fn)(void *arg, size_t left);

/* The limits that heads are read with. */
struct messages_limits {
    uint32_t head_max;
    uint32_t line_max;
    uint32_t fields_max;     /* at most FIELDS_MAX */
    struct http1_memo *memo; /* or NULL */
};

/* Reads the stream to its end, to the first refusal, or to the first message that ends its
 * connection. */
struct messages *messages_read(const uint8_t *data, size_t size,
                               const struct messages_limits *limits, piece_fn fn, void *arg);
void messages_free(struct messages *m);

/* Ends the process where the two differ in anything that a client or an application can see. */
void messages_compare(const struct messages *a, const struct messages *b, const char *how);

#endif
