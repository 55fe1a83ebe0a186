/* SPDX-License-Identifier: MIT */
/*
 * The commands of the control socket; see control_commands.h.
 *
 * A reload is answered when its transaction is over: the new generation serves and the old ones
 * have gone, or it failed and why. It is told from others by its number: the machine counts those
 * that began and those that ended.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/units.h"
#include "ipc/json_text.h"
#include "ipc/snapshot.h"
#include "master/control.h"
#include "master/control_commands.h"
#include "master/control_status.h"
#include "master/crash_log.h"
#include "master/machine.h"
#include "master/scale.h"

#define WORDS_MAX 8

typedef void (*command_fn)(const struct control_host *host, struct control_client *client,
                           char *const *words);

struct command {
    const char *name;
    const char *words[4]; /* that may follow, in any order; NULL ends them */
    bool any;             /* its function looks at what follows */
    command_fn run;
};

bool control_has_word(char *const *words, const char *word)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* The answer to what was done at once. */
static void answer_done(struct control_client *client)
{
    control_answer(client, json_pack("{s:b}", "ok", 1), false);
}

static void signal_machine(const struct control_host *host, int signo, const char *by)
{
    struct machine_event event = {.type = EVENT_SIGNAL, .signo = signo, .text = by};

    host->feed(host->arg, &event);
}

static bool leaves(const struct machine *m)
{
    return m->state == MACHINE_STOPPING || m->state == MACHINE_STOPPED;
}

/* Of a server that leaves. */
static void refuse_leaving(const struct machine *m, struct control_client *client)
{
    control_refuse(client, "%s",
                   m->succeeded ? "an upgrade has put another master in the place of this one, ask "
                                  "that one"
                                : "the server stops");
}

/* --- crashes --- */

static void run_crashes(const struct control_host *host, struct control_client *client,
                        char *const *words)
{
    struct cadre__buf list;
    json_t *crashes = NULL, *answer = NULL;

    (void)words;
    cadre__buf_init(&list);
    crash_log_json(host->crashes, &list);
    if (list.error == 0)
        crashes = json_loadb(list.data, list.len, 0, NULL);
    cadre__buf_done(&list);
    if (crashes != NULL)
        answer = json_pack("{s:b, s:o}", "ok", 1, "crashes", crashes);
    control_answer(client, answer, false);
}

/* --- reload --- */

static uint64_t count_lost(const struct control_host *host)
{
    struct cadre__snapshot snapshot;
    uint64_t lost = 0;

    if (host->snapshot(host->arg, &snapshot) == 0) {
        lost = snapshot.total.lost + snapshot.server.lost;
        cadre__snapshot_done(&snapshot);
    }
    return lost;
}

static bool older_ones_live(const struct machine *m, uint32_t generation)
{
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (m->generations[i].state != GENERATION_NONE && m->generations[i].id < generation)
            return true;
    return false;
}

static void answer_reload(const struct control_host *host, struct control_client *client,
                          const struct control_note *note)
{
    uint64_t took_ms = (host->now() - note->began_ns) / CADRE__NSEC_PER_MSEC;
    uint64_t lost = count_lost(host);

    control_answer(client,
                   json_pack("{s:b, s:i, s:I, s:f}", "ok", 1, "generation", (int)note->generation,
                             "lost", (json_int_t)(lost > note->lost ? lost - note->lost : 0),
                             "took_s", (double)took_ms / 1000.0),
                   false);
}

static uint32_t current_generation(const struct machine *m)
{
    for (unsigned i = 0; i < MACHINE_GENERATIONS_MAX; i++)
        if (m->generations[i].state == GENERATION_CURRENT)
            return m->generations[i].id;
    return 0;
}

static void settle_reload(void *arg, struct control_client *client, struct control_note *note)
{
    const struct control_host *host = arg;
    const struct machine *m = host->machine;

    if (leaves(m)) {
        if (note->generation != 0) /* it took effect before */
            answer_reload(host, client, note);
        else
            refuse_leaving(m, client);
        return;
    }
    if (note->generation == 0) {
        /* By wrapped numbers: this one has not ended yet. */
        if ((int32_t)(m->reloads_ended - note->wanted) < 0)
            return;
        if (m->reloads_ended == note->wanted && m->reload_reason[0] != '\0') {
            control_answer(client,
                           json_pack("{s:b, s:o, s:i, s:i}", "ok", 0, "error",
                                     cadre__json_of_text(m->reload_reason), "exit", m->reload_code,
                                     "generation", (int)current_generation(m)),
                           false);
            return;
        }
        note->generation = current_generation(m);
    }
    if (!older_ones_live(m, note->generation))
        answer_reload(host, client, note);
}

/* Returns at once when the new generation serves, where the client does not wait for the old. */
static void settle_reload_soon(void *arg, struct control_client *client, struct control_note *note)
{
    const struct control_host *host = arg;
    const struct machine *m = host->machine;

    if ((int32_t)(m->reloads_ended - note->wanted) >= 0 && m->reload_reason[0] == '\0' &&
        !leaves(m)) {
        note->generation = current_generation(m);
        answer_reload(host, client, note);
        return;
    }
    settle_reload(arg, client, note);
}

static void run_reload(const struct control_host *host, struct control_client *client,
                       char *const *words)
{
    const struct machine *m = host->machine;
    struct control_note *note = control_client_note(client);

    if (leaves(m)) {
        refuse_leaving(m, client);
        return;
    }
    note->settle = control_has_word(words, "soon") ? settle_reload_soon : settle_reload;
    note->arg = (void *)(uintptr_t)host;
    /* One that runs already has read its conf: ours is the one that follows. */
    note->wanted = m->reloads_begun + 1;
    note->began_ns = host->now();
    note->lost = count_lost(host);
    signal_machine(host, SIGHUP, "cadre reload");
}

/* --- workers --- */

static void run_workers(const struct control_host *host, struct control_client *client,
                        char *const *words)
{
    struct machine_event event = {.type = EVENT_SCALE};
    const char *why;
    uint64_t n;

    if (words[0] == NULL || words[1] != NULL || cadre__parse_uint64(words[0], &n) < 0 ||
        n > UINT32_MAX) {
        control_refuse(client, "\"workers\" needs the number of workers that are to serve");
        return;
    }
    why = scale_refusal(host->machine, (unsigned)n);
    if (why != NULL) {
        control_refuse(client, "%s", why);
        return;
    }
    event.workers = (unsigned)n;
    host->feed(host->arg, &event);
    answer_done(client);
}

/* --- upgrade --- */

static void settle_upgrade(void *arg, struct control_client *client, struct control_note *note)
{
    const struct control_host *host = arg;
    const struct machine *m = host->machine;

    if (m->succeeded)
        answer_done(client);
    else if (host->upgrades_failed != note->wanted)
        control_answer(client,
                       json_pack("{s:b, s:o, s:i}", "ok", 0, "error",
                                 cadre__json_of_text(host->upgrade_reason), "exit", 3),
                       false);
    else if (leaves(m))
        refuse_leaving(m, client);
}

static void run_upgrade(const struct control_host *host, struct control_client *client,
                        char *const *words)
{
    const struct machine *m = host->machine;
    struct control_note *note = control_client_note(client);

    (void)words;
    if (leaves(m)) {
        refuse_leaving(m, client);
        return;
    }
    note->settle = settle_upgrade;
    note->arg = (void *)(uintptr_t)host;
    note->wanted = host->upgrades_failed;
    signal_machine(host, SIGUSR2, "cadre upgrade");
}

/* --- others --- */

static void run_stop(const struct control_host *host, struct control_client *client,
                     char *const *words)
{
    const struct machine *m = host->machine;
    bool now = control_has_word(words, "now");

    /* A second SIGTERM would kill: asking twice to stop is no wish for that. */
    if (now || !leaves(m))
        signal_machine(host, now ? SIGINT : SIGTERM, now ? "cadre stop --now" : "cadre stop");
    control_answer(client, json_pack("{s:b, s:b}", "ok", 1, "stays", 1), true);
}

static void run_reopen(const struct control_host *host, struct control_client *client,
                       char *const *words)
{
    (void)words;
    signal_machine(host, SIGUSR1, "cadre reopen");
    answer_done(client);
}

/* --- The table --- */

static const struct command commands[] = {
    {.name = "status", .words = {"buckets", "tasks"}, .run = control_run_status},
    {.name = "reload", .words = {"soon"}, .run = run_reload},
    {.name = "stop", .words = {"now"}, .run = run_stop},
    {.name = "workers", .any = true, .run = run_workers},
    {.name = "reopen", .run = run_reopen},
    {.name = "crashes", .run = run_crashes},
    {.name = "upgrade", .run = run_upgrade},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Cuts LINE at blanks. How many words; the list ends in NULL. */
static size_t split(char *line, char *words[static WORDS_MAX + 1])
{
    char *rest = line;
    size_t n = 0;

    while (n < WORDS_MAX && (words[n] = strsep(&rest, " \t")) != NULL)
        n += *words[n] != '\0';
    words[n] = NULL;
    return n;
}

static const char *unknown_word(const struct command *command, char *const *words)
{
    for (; *words != NULL; words++) {
        bool known = false;

        for (size_t i = 0; i < 4 && command->words[i] != NULL; i++)
            known = known || strcmp(command->words[i], *words) == 0;
        if (!known)
            return *words;
    }
    return NULL;
}

void control_command(const struct control_host *host, struct control_client *client, char *line)
{
    char *words[WORDS_MAX + 1];
    const struct command *command;
    const char *unknown;

    if (split(line, words) == 0) {
        control_refuse(client, "a request is a line of words, such as \"status\"");
        return;
    }
    command = find_command(words[0]);
    if (command == NULL) {
        control_refuse(client, "this server knows no command \"%.32s\"", words[0]);
        return;
    }
    unknown = command->any ? NULL : unknown_word(command, words + 1);
    if (unknown != NULL) {
        control_refuse(client, "\"%s\" knows no \"%.32s\"", command->name, unknown);
        return;
    }
    command->run(host, client, words + 1);
}
