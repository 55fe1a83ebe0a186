/* SPDX-License-Identifier: MIT */
/*
 * What the state machine wants done: a list of actions with their texts.
 *
 * The supervisor carries them out in order and clears the list. Room is fixed and made at start,
 * so that a decision never fails for memory: when a text does not fit it is cut, when an action
 * does not fit it is counted in `lost`, which the size of the list rules out (no step gives
 * more than a few actions for each slot). Master only.
 */
#ifndef CADRE_MASTER_ACTIONS_H
#define CADRE_MASTER_ACTIONS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/log.h>
#include <cadre/macros.h>

/* How a child drains; from mild to strong. */
enum machine_drain {
    DRAIN_RELOAD, /* a new generation has taken over: idle connections may stay a while */
    DRAIN_STOP,   /* the server stops: finish what is in flight */
    DRAIN_FAST,   /* cancel what is in flight; shutdown lifespans still run */
};

enum machine_action_type {
    ACTION_SPAWN,         /* slot, generation: start its process; answer: SPAWNED, SPAWN_FAILED */
    ACTION_START,         /* slot: go on with the lifespans, with what the steward published */
    ACTION_ACCEPT,        /* slot: begin to accept */
    ACTION_DRAIN,         /* slot, drain, timeout_ns */
    ACTION_KILL,          /* slot, signo */
    ACTION_FORGET,        /* slot: its process cannot be ended; stop watching it */
    ACTION_LISTEN,        /* generation: its sockets listen; answer: LISTENED */
    ACTION_ADOPT,         /* generation: is the current one now; close sockets that it lacks */
    ACTION_DISCARD,       /* generation: will not take over; close sockets that only it has */
    ACTION_UNLISTEN,      /* close all listening sockets: the server stops */
    ACTION_RETIRE,        /* generation: nobody of it is left; free what it has */
    ACTION_LOAD_CONF,     /* generation: read the conf for it; answer: CONF_OK, CONF_BAD */
    ACTION_RELOAD_ENDED,  /* generation: it has taken over; text: or why not, and "" if it has */
    ACTION_UPGRADE,       /* generation, the last one: start the new master; answer: UPGRADE_READY,
                             _FAILED */
    ACTION_UPGRADE_ABORT, /* end the new master, if there is one */
    ACTION_UPGRADE_ENDED, /* text: why it failed, "" if it has not */
    ACTION_GIVE, /* the new master is the server: tell it and systemd, send connections there */
    ACTION_REOPEN_LOGS,
    ACTION_LOG,       /* level, text */
    ACTION_READY,     /* tell systemd READY=1 */
    ACTION_RELOADING, /* tell systemd RELOADING=1 */
    ACTION_STOPPING,  /* tell systemd STOPPING=1; timeout_ns: how long it may take */
    ACTION_STATUS,    /* tell systemd STATUS=text */
    ACTION_EXIT,      /* code; text: the last line of the log, "" for a normal stop */
    ACTION_TYPES
};

struct machine_action {
    enum machine_action_type type;
    uint32_t slot;
    uint32_t generation;
    union {
        int signo;
        int code;
        enum machine_drain drain;
        enum cadre_log_level level;
    };
    uint64_t timeout_ns;
    const char *text; /* in the list's own memory until it is cleared; never NULL */
};

struct machine_actions {
    size_t count;
    size_t lost; /* did not fit */
    size_t text_len;
    size_t size;      /* of `list` */
    size_t text_size; /* of `texts` */
    struct machine_action *list;
    char *texts;
};

/* Makes room for the actions of one step of a machine with SLOTS slots. NULL: out of memory. */
struct machine_actions *machine_actions_new(size_t slots);
void machine_actions_free(struct machine_actions *actions);
void machine_actions_clear(struct machine_actions *actions);

/* Appends a zeroed action of TYPE and returns it; a scratch action when the list is full. */
struct machine_action *machine_actions_add(struct machine_actions *actions,
                                           enum machine_action_type type);

/* Writes a text into the list's memory, cut where it does not fit. Never NULL. */
const char *machine_actions_text(struct machine_actions *actions, const char *fmt, ...)
    CADRE_PRINTF(2, 3);
const char *machine_actions_vtext(struct machine_actions *actions, const char *fmt, va_list args)
    CADRE_PRINTF(2, 0);

/* The name of an action, for tests and debug lines. */
const char *machine_action_name(enum machine_action_type type);

#endif
