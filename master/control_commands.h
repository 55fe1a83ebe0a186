/* SPDX-License-Identifier: MIT */
/*
 * What the words on the control socket mean: a table of commands, each a word, what it may be
 * followed by, and what it does. docs/control.md has the requests and answers.
 *
 * A command asks the state machine by an event, as a signal does, and never acts itself. Master
 * only, on the loop's thread; never blocks, never suspends.
 */
#ifndef CADRE_MASTER_CONTROL_COMMANDS_H
#define CADRE_MASTER_CONTROL_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

struct cadre__snapshot;
struct control_client;
struct crash_log;
struct json_t;
struct machine;
struct machine_event;
struct task_inquiries;

/* The server, as commands see it. */
struct control_host {
    const struct machine *machine; /* borrowed */
    /* Feeds an event to the machine and carries out what follows, before it returns. */
    void (*feed)(void *arg, struct machine_event *event);
    /* 0 or -ENOMEM. */
    int (*snapshot)(void *arg, struct cadre__snapshot *ret);
    uint64_t (*now)(void);
    const struct crash_log *crashes; /* borrowed */
    struct task_inquiries *tasks;    /* borrowed */
    void *arg;
    uint32_t upgrades_failed; /* so far */
    char upgrade_reason[512]; /* why the last one did */
};

/* Does what LINE says and answers the client, now or from control_settle(). LINE is cut into
 * words. `host` is borrowed until the client was answered. */
void control_command(const struct control_host *host, struct control_client *client, char *line);

/* Whether WORD is among those of a request. */
bool control_has_word(char *const *words, const char *word);

#endif
