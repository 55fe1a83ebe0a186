/* SPDX-License-Identifier: MIT */
/*
 * ipc/channel: what the master and a child say to each other.
 *
 * A pair of SOCK_SEQPACKET sockets, CLOEXEC and non-blocking: one packet is one message, of a
 * type of the table in channel.c, with a length that the table allows and at most one descriptor.
 * All else is malformed; that is fatal to the sender (the master kills such a child, a child of
 * such a master drains), never to the receiver, and no descriptor of it is left open. A peer that
 * has gone reads as 0 after the last message it sent.
 *
 * Numbers are in the machine's order: both ends are the same build on the same machine. Nothing
 * here blocks, allocates, logs or suspends.
 */
#ifndef CADRE_IPC_CHANNEL_H
#define CADRE_IPC_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "ipc/backtrace.h"
#include "ipc/module_pin.h"

/* The longest text of a message, its NUL included. */
#define CADRE__MSG_TEXT_SIZE 4096
/* Room for the address of a listener, its NUL included; as in the heritage. */
#define CADRE__MSG_ADDRESS_SIZE 128
/* Listeners that there can be; as in the heritage. */
#define CADRE__MSG_LISTENERS_MAX 64

enum cadre__msg_type {
    /* child to master */
    CADRE__MSG_LOADED = 1,   /* modules are loaded; waits for START */
    CADRE__MSG_READY = 2,    /* lifespans have started up; waits for ACCEPT */
    CADRE__MSG_SERVING = 3,  /* steward: server lifespans have started up; fd: what they publish */
    CADRE__MSG_FAILED = 4,   /* gives up; the text says what, where, why; then it exits */
    CADRE__MSG_DRAINED = 5,  /* nothing is in flight; the lifespans' shutdown begins */
    CADRE__MSG_REPORT = 6,   /* checker: one finding, a line */
    CADRE__MSG_HANDOVER = 7, /* worker that leaves; fd: a connection for another. Answered by one
                                HANDED each, in order; until then the sender keeps it open */
    CADRE__MSG_STALL = 8,    /* worker, from any thread: who holds its loop, and where */
    CADRE__MSG_WORN = 9,     /* worker: has answered max_requests; serves on until it drains */
    CADRE__MSG_TAKEN = 10,   /* new master, see master/predecessor.h; answer to ADOPT */
    CADRE__MSG_TASKS_TOLD = 11, /* answer to TASKS */
    CADRE__MSG_ROUTE = 12,      /* checker: one route of those that it was asked to list */
    CADRE__MSG_MISSED = 13,     /* what came with a descriptor that there was no room for, or could
                                   not be used: a queue or a log is to be told again, a question has
                                   no answer */
    CADRE__MSG_MODULE = 14,     /* worker, before LOADED; fd: the file of a module that it has
                                   loaded, see ipc/module_pin.h */
    CADRE__MSG_DOCUMENT = 15,   /* checker: a piece of a module's OpenAPI document */
    /* master to child */
    CADRE__MSG_START = 16,      /* go on with the lifespans; fd, where there is one: server state */
    CADRE__MSG_ACCEPT = 17,     /* the sockets listen: accept */
    CADRE__MSG_DRAIN = 18,      /* finish and exit */
    CADRE__MSG_LOG = 19,        /* fd: the reopened log file */
    CADRE__MSG_ADOPT = 20,      /* fd: a connection that another worker handed over */
    CADRE__MSG_HANDED = 21,     /* answer to HANDOVER */
    CADRE__MSG_ACCESS_LOG = 22, /* worker; fd: the reopened access log */
    CADRE__MSG_TOTALS = 23,     /* old master to its new one; fd: what is counted so far, see
                                   ipc/totals.h */
    CADRE__MSG_TASKS = 24,      /* worker; fd: an area for a task report, see ipc/task_report.h */
    CADRE__MSG_QUEUE = 25,      /* worker; fd: a queue of a listener with reuse_port, to serve */
    CADRE__MSG_LEAVE = 26,      /* worker: a queue that it serves no more */
    CADRE__MSG_TYPES            /* one above the last */
};

/* How far a child that gives up had come. */
enum cadre__child_phase {
    CADRE__PHASE_BOOT = 0,     /* heritage, conf, limits, rights */
    CADRE__PHASE_MODULES = 1,  /* loading modules */
    CADRE__PHASE_STARTUP = 2,  /* lifespans' startup */
    CADRE__PHASE_SERVING = 3,  /* between ready and drain */
    CADRE__PHASE_SHUTDOWN = 4, /* lifespans' shutdown */
    CADRE__PHASE_STALE = 5,    /* loading modules; a file is not what this generation has loaded */
    CADRE__PHASES
};

/* Why and how a child drains; see the master's and the worker's drain for what each does. */
enum cadre__drain_mode {
    CADRE__DRAIN_RELOAD = 1, /* a new generation takes over: no client may notice */
    CADRE__DRAIN_STOP = 2,   /* the server stops: answer what was accepted */
    CADRE__DRAIN_FAST = 3,   /* cancel what is in flight now */
};

/* The layout of cadre__msg_handover; a note of another one is malformed. */
#define CADRE__HANDOVER_VERSION 1

/* What is known of a connection that goes from one worker to another. */
enum cadre__handover_flags {
    CADRE__HANDOVER_FRESH = 1 << 0,       /* no byte of a request has been read yet */
    CADRE__HANDOVER_WANTS_PROXY = 1 << 1, /* nor its header of the PROXY protocol */
    CADRE__HANDOVER_FLAGS = (1 << 2) - 1,
};

/* How a route runs. */
enum cadre__route_flags {
    CADRE__ROUTE_SYNC = 1 << 0,       /* in a thread */
    CADRE__ROUTE_DEPRECATED = 1 << 1, /* clients should leave it */
};

/* Who sent a message. */
enum cadre__msg_from { CADRE__FROM_CHILD, CADRE__FROM_MASTER };

struct cadre__msg_loaded {
    uint32_t modules;               /* how many were loaded */
    uint32_t wants_server_lifespan; /* 0 or 1: at least one has one */
};

struct cadre__msg_serving {
    uint64_t len; /* of what is published, in bytes */
};

struct cadre__msg_failed {
    uint32_t phase;                  /* enum cadre__child_phase */
    char text[CADRE__MSG_TEXT_SIZE]; /* one line, ends in NUL; travels only as far as that */
};

struct cadre__msg_report {
    char text[CADRE__MSG_TEXT_SIZE]; /* as above */
};

/* A route, for `cadre routes`. */
struct cadre__msg_route {
    uint32_t line;                   /* of the source; 0: not known */
    uint32_t flags;                  /* enum cadre__route_flags */
    char text[CADRE__MSG_TEXT_SIZE]; /* module, method, host ("" for any), path with the mount,
                                        handler, name, file ("": not known); '\t' between them */
};

/* For `cadre openapi`: pieces come in order. */
struct cadre__msg_document {
    uint32_t module;                 /* its place in the conf, from 0 */
    uint32_t reserved;               /* 0 */
    char text[CADRE__MSG_TEXT_SIZE]; /* as above */
};

struct cadre__msg_module {
    uint32_t module;          /* its place in the conf, from 0 */
    uint32_t reserved;        /* 0 */
    struct cadre__file_id id; /* of the file, as it was loaded */
};

struct cadre__msg_worn {
    uint64_t requests; /* that it has answered */
};

struct cadre__msg_drain {
    uint32_t mode;       /* enum cadre__drain_mode */
    uint32_t reserved;   /* 0 */
    uint64_t timeout_ns; /* from now, for what is in flight; 0: none */
};

/* The note that goes with a connection's descriptor: HANDOVER and ADOPT. The master looks at
 * `listener` alone. */
struct cadre__msg_handover {
    uint32_t version;                       /* CADRE__HANDOVER_VERSION */
    uint32_t flags;                         /* enum cadre__handover_flags */
    uint32_t n_requests;                    /* that it made; counted where a limit is set */
    uint16_t peer_port;                     /* of the client, in the machine's order */
    uint8_t peer_family;                    /* AF_INET, AF_INET6, AF_UNIX; 0: unknown */
    uint8_t reserved;                       /* 0 */
    uint8_t peer_address[16];               /* IPv4: the first four */
    char listener[CADRE__MSG_ADDRESS_SIZE]; /* that it came by, as bound; ends in NUL */
};

/* A handler that holds the loop: while it does, and once more when it is over. */
struct cadre__msg_stall {
    uint64_t held_ns;              /* so far, or in all */
    uint32_t ended;                /* 1: it is over; the trace is empty */
    char who[332];                 /* "module \"shop\": handler blocks"; ends in NUL */
    struct cadre__backtrace trace; /* see cadre__backtrace_check() */
};

/* A queue of a listener with reuse_port: QUEUE and LEAVE. */
struct cadre__msg_queue {
    uint32_t listener; /* its place in the heritage */
    uint32_t number;   /* the queue's own, of this listener; never used again */
    uint32_t own;      /* QUEUE: 1: this worker's; 0: lent, others serve it too */
    uint32_t reserved; /* 0 */
};

struct cadre__msg_handed {
    uint32_t taken; /* 1: it is another worker's now; 0: nobody takes it, it stays the sender's */
};

struct cadre__msg_tasks {
    uint32_t id; /* of the question; the answer has the same */
};

struct cadre__msg_missed {
    uint32_t type;     /* enum cadre__msg_type; what follows is of QUEUE and TASKS alone, else 0 */
    uint32_t listener; /* of a QUEUE, as there */
    uint32_t number;
    uint32_t id; /* of TASKS, as there */
};

struct cadre__msg {
    enum cadre__msg_type type;
    union {
        struct cadre__msg_loaded loaded;
        struct cadre__msg_serving serving;
        struct cadre__msg_failed failed;
        struct cadre__msg_report report;
        struct cadre__msg_route route;
        struct cadre__msg_document document;
        struct cadre__msg_module module;
        struct cadre__msg_worn worn;
        struct cadre__msg_drain drain;
        struct cadre__msg_handover handover; /* ADOPT too */
        struct cadre__msg_handed handed;     /* TAKEN too */
        struct cadre__msg_stall stall;
        struct cadre__msg_tasks tasks; /* TASKS_TOLD too */
        struct cadre__msg_queue queue; /* LEAVE too */
        struct cadre__msg_missed missed;
    };
};

/* Makes a pair: ret[0] for the master, ret[1] for the child. 0 or a negative errno. */
int cadre__channel_pair(int ret[2]) CADRE_MUST_CHECK;

/* Sends one message, whole or not at all. `pass_fd` is borrowed; -1: none. A text too long is cut.
 * 0; -EAGAIN (the peer does not read: its queue is full); -EPIPE (it has gone); -EINVAL (the table
 * does not know such a message) or another negative errno. */
int cadre__channel_send(int fd, const struct cadre__msg *msg, int pass_fd) CADRE_MUST_CHECK;

/* Receives one message of the other side, `from`. 1: there is one in *ret, and in *ret_fd its
 * descriptor (CLOEXEC, the caller's now) or -1. 0: the peer has gone. -EAGAIN: nothing there.
 * -EMFILE: this process has no descriptor free for the one that came; *ret is the message without
 * it, the channel goes on. -EPROTO: malformed, or not what that side says. *ret_fd is written for 1
 * only. */
int cadre__channel_recv(int fd, enum cadre__msg_from from, struct cadre__msg *ret,
                        int *ret_fd) CADRE_MUST_CHECK;

/* "LOADED" and so on, for messages; never NULL. */
const char *cadre__msg_name(uint32_t type);

/* "startup" and so on, for messages; never NULL. */
const char *cadre__child_phase_name(uint32_t phase);

/* The senders below fill in a message; their results are those of cadre__channel_send. */
int cadre__channel_send_plain(int fd, enum cadre__msg_type type) CADRE_MUST_CHECK;
int cadre__channel_send_loaded(int fd, uint32_t modules,
                               bool wants_server_lifespan) CADRE_MUST_CHECK;
int cadre__channel_send_failed(int fd, enum cadre__child_phase phase,
                               const char *text) CADRE_MUST_CHECK;
int cadre__channel_send_report(int fd, const char *text) CADRE_MUST_CHECK;
int cadre__channel_send_route(int fd, const char *text, uint32_t line,
                              uint32_t flags) CADRE_MUST_CHECK;
/* As much of the text as a message holds, which is CADRE__MSG_TEXT_SIZE - 1. */
int cadre__channel_send_document(int fd, uint32_t module, const char *text) CADRE_MUST_CHECK;
int cadre__channel_send_drain(int fd, enum cadre__drain_mode mode,
                              uint64_t timeout_ns) CADRE_MUST_CHECK;
int cadre__channel_send_handed(int fd, bool taken) CADRE_MUST_CHECK;

#endif
