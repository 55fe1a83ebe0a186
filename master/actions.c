/* SPDX-License-Identifier: MIT */
/*
 * The list of actions of one step; see actions.h.
 *
 * Room for the list and its texts is made once. Untouched pages of it cost nothing, so it is
 * made for the worst step: every slot is drained and every slot has a line to say. Master only;
 * never allocates after _new, never fails.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master/actions.h"

#define ACTIONS_EACH_SLOT 4
#define ACTIONS_OTHERS    256
#define TEXT_EACH_SLOT    256
#define TEXT_OTHERS       16384

struct machine_actions *machine_actions_new(size_t slots)
{
    struct machine_actions *actions = calloc(1, sizeof(*actions));

    if (actions == NULL)
        return NULL;
    /* One behind the end is the scratch action that _add gives when the list is full. */
    actions->size = slots * ACTIONS_EACH_SLOT + ACTIONS_OTHERS;
    actions->text_size = slots * TEXT_EACH_SLOT + TEXT_OTHERS;
    actions->list = calloc(actions->size + 1, sizeof(*actions->list));
    actions->texts = malloc(actions->text_size);
    if (actions->list == NULL || actions->texts == NULL) {
        machine_actions_free(actions);
        return NULL;
    }
    return actions;
}

void machine_actions_free(struct machine_actions *actions)
{
    if (actions == NULL)
        return;
    free(actions->list);
    free(actions->texts);
    free(actions);
}

void machine_actions_clear(struct machine_actions *actions)
{
    actions->count = 0;
    actions->lost = 0;
    actions->text_len = 0;
}

struct machine_action *machine_actions_add(struct machine_actions *actions,
                                           enum machine_action_type type)
{
    struct machine_action *action = &actions->list[actions->size];

    if (actions->count < actions->size)
        action = &actions->list[actions->count++];
    else
        actions->lost++;
    *action = (struct machine_action){.type = type, .text = ""};
    return action;
}

const char *machine_actions_vtext(struct machine_actions *actions, const char *fmt, va_list args)
{
    char *text = actions->texts + actions->text_len;
    size_t room = actions->text_size - actions->text_len;
    int len;

    if (room < 2)
        return "";
    len = vsnprintf(text, room, fmt, args);
    if (len < 0)
        return "";
    actions->text_len += (size_t)len < room ? (size_t)len + 1 : room;
    return text;
}

const char *machine_actions_text(struct machine_actions *actions, const char *fmt, ...)
{
    const char *text;
    va_list args;

    va_start(args, fmt);
    text = machine_actions_vtext(actions, fmt, args);
    va_end(args);
    return text;
}

const char *machine_action_name(enum machine_action_type type)
{
    static const char *const names[ACTION_TYPES] = {
        [ACTION_SPAWN] = "SPAWN",
        [ACTION_START] = "START",
        [ACTION_ACCEPT] = "ACCEPT",
        [ACTION_DRAIN] = "DRAIN",
        [ACTION_KILL] = "KILL",
        [ACTION_FORGET] = "FORGET",
        [ACTION_LISTEN] = "LISTEN",
        [ACTION_ADOPT] = "ADOPT",
        [ACTION_DISCARD] = "DISCARD",
        [ACTION_UNLISTEN] = "UNLISTEN",
        [ACTION_RETIRE] = "RETIRE",
        [ACTION_LOAD_CONF] = "LOAD_CONF",
        [ACTION_RELOAD_ENDED] = "RELOAD_ENDED",
        [ACTION_UPGRADE] = "UPGRADE",
        [ACTION_UPGRADE_ABORT] = "UPGRADE_ABORT",
        [ACTION_UPGRADE_ENDED] = "UPGRADE_ENDED",
        [ACTION_GIVE] = "GIVE",
        [ACTION_REOPEN_LOGS] = "REOPEN_LOGS",
        [ACTION_LOG] = "LOG",
        [ACTION_READY] = "READY",
        [ACTION_RELOADING] = "RELOADING",
        [ACTION_STOPPING] = "STOPPING",
        [ACTION_STATUS] = "STATUS",
        [ACTION_EXIT] = "EXIT",
    };

    return (unsigned)type < ACTION_TYPES ? names[type] : "?";
}
