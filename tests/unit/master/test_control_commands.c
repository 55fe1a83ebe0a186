/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/control_commands: every command in every situation of a server, as a table. The
 * machine is the rig's; the socket is not there: a client is what its answer was.
 */
#include "config.h"

#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#include "base/shm.h"
#include "base/timer.h"
#include "ipc/snapshot.h"
#include "master/control.h"
#include "master/control_commands.h"
#include "master/crash_log.h"
#include "master/task_inquiry.h"
#include "tests/unit/master/rig.h"

/* --- In the place of master/control --- */

struct control_client {
    struct control_note note;
    json_t *answer; /* NULL: none yet */
    bool stays;
};

struct control_note *control_client_note(struct control_client *client)
{
    return &client->note;
}

void control_answer(struct control_client *client, json_t *answer, bool stays)
{
    ck_assert_ptr_nonnull(answer);
    ck_assert_ptr_null(client->answer);
    client->answer = answer;
    client->stays = stays;
    client->note.settle = NULL;
}

void control_refuse(struct control_client *client, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    control_answer(client, json_pack("{s:b, s:s}", "ok", 0, "error", text), false);
}

/* --- A server --- */

static struct rig *rig;
static struct control_host host;
static struct control_client client;
static struct cadre__timers timers;
static struct task_inquiries inquiries;
static struct cadre__shm shm[4];
static struct cadre__snapshot_sources sources;

/* Looks, as the master does after each step, whether the client can be answered. */
static void settle(void)
{
    if (client.note.settle != NULL)
        client.note.settle(client.note.arg, &client, &client.note);
}

static void feed(void *arg, struct machine_event *event)
{
    unsigned ended = rig->upgrades_ended;

    (void)arg;
    rig_feed(rig, *event);
    if (rig->upgrades_ended > ended && !rig->m->succeeded)
        host.upgrades_failed++;
    settle();
}

static uint64_t now(void)
{
    return rig->now_ns;
}

static int take(void *arg, struct cadre__snapshot *ret)
{
    (void)arg;
    return cadre__snapshot_take(&sources, rig->now_ns, ret);
}

static int ask(void *arg, uint32_t slot, uint32_t id, int fd)
{
    (void)arg;
    (void)slot;
    (void)id;
    (void)fd;
    return -1; /* nobody is there */
}

static void on_over(void *arg)
{
    (void)arg;
    settle();
}

static void make_sources(void)
{
    struct cadre__scoreboard *board;
    struct cadre__traffic_area *traffic;
    struct cadre__status_area *status;

    ck_assert_int_eq(cadre__scoreboard_create(&shm[0], &board), 0);
    ck_assert_int_eq(cadre__traffic_create(&shm[1], &traffic), 0);
    ck_assert_int_eq(cadre__status_create(&shm[2], &status), 0);
    sources =
        (struct cadre__snapshot_sources){.board = board, .traffic = traffic, .status = status};
}

static void make(enum rig_situation situation)
{
    rig = rig_new(2, false);
    make_sources();
    cadre__timers_init(&timers, rig->now_ns);
    task_inquiries_init(&inquiries,
                        &(struct task_inquiries_options){
                            .timers = &timers, .now = now, .ask = ask, .on_over = on_over});
    host = (struct control_host){.machine = rig->m,
                                 .feed = feed,
                                 .snapshot = take,
                                 .now = now,
                                 .crashes = crash_log_new(),
                                 .tasks = &inquiries};
    rig_bring(rig, situation);
}

static void done(void)
{
    task_inquiries_done(&inquiries);
    crash_log_free((struct crash_log *)(uintptr_t)host.crashes);
    for (size_t i = 0; i < 3; i++)
        cadre__shm_done(&shm[i]);
    json_decref(client.answer);
    client = (struct control_client){.answer = NULL};
    rig_free(rig);
}

static void command(const char *line)
{
    char copy[CONTROL_LINE_MAX];

    snprintf(copy, sizeof(copy), "%s", line);
    control_command(&host, &client, copy);
    settle();
}

/* Everything goes well until nothing changes any more. */
static void go_on(void)
{
    for (int i = 0; i < 5 && !rig->exited; i++) {
        rig_settle(rig);
        settle();
        if (rig->upgrade_asked)
            rig_take_over(rig);
        settle();
    }
    rig_advance(rig, RIG_SEC);
    cadre__timers_advance(&timers, rig->now_ns);
    settle();
}

/* "ok", the error, "nothing yet". */
static const char *said(void)
{
    const char *error = json_string_value(json_object_get(client.answer, "error"));

    return client.answer == NULL ? "nothing yet" : error != NULL ? error : "ok";
}

/* --- The table --- */

#define STOPS "the server stops"
#define OTHER "an upgrade has put another master in the place of this one"

/* What is said at once, and, where that is "nothing yet", in the end. */
static const struct row {
    const char *line;
    const char *at_once[RIG_SITUATIONS];
    const char *in_the_end[RIG_SITUATIONS];
} rows[] = {
    {"status", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
    {"status buckets", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
    {"status tasks",
     {"nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing"},
     {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}},
    {"status tasks buckets",
     {"nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing"},
     {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}},
    {"crashes", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
    {"reopen", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
    {"reload",
     {"nothing", "nothing", "nothing", "nothing", "nothing", STOPS, OTHER},
     {"ok", "ok", "ok", "ok", OTHER, NULL, NULL}},
    {"reload soon",
     {"nothing", "nothing", "nothing", "nothing", "nothing", STOPS, OTHER},
     {"ok", "ok", "ok", "ok", OTHER, NULL, NULL}},
    {"upgrade",
     {"nothing", "nothing", "nothing", "nothing", "nothing", STOPS, OTHER},
     {"ok", "ok", "ok", "ok", "ok", NULL, NULL}},
    {"workers 3",
     {"the server starts", "ok", "ok", "ok", "an upgrade goes on", STOPS, STOPS},
     {NULL}},
    {"workers 501",
     {"the server starts", "there can be 500", "there can be 500", "there can be 500",
      "an upgrade goes on", STOPS, STOPS},
     {NULL}},
    {"stop", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
    {"stop now", {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}, {NULL}},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void check(const struct row *row, enum rig_situation situation, const char *expected)
{
    ck_assert_msg(strstr(said(), expected) != NULL, "%s, %s: \"%s\", not \"%s\"", row->line,
                  rig_situation_name(situation), said(), expected);
}

START_TEST(every_command_in_every_situation)
{
    const struct row *row = &rows[_i / RIG_SITUATIONS];
    enum rig_situation situation = (enum rig_situation)(_i % RIG_SITUATIONS);

    make(situation);
    command(row->line);
    check(row, situation, row->at_once[situation]);
    go_on();
    if (row->in_the_end[situation] != NULL)
        check(row, situation, row->in_the_end[situation]);
    /* Whatever it was, the server still stops in order. */
    if (!rig->exited && !rig->stopping)
        rig_signal(rig, SIGTERM);
    rig_settle(rig);
    ck_assert(rig->exited);
    ck_assert_int_eq(rig->exit_code, 0);
    done();
}
END_TEST

/* --- What they do --- */

START_TEST(a_reload_says_which_generation_serves_and_what_was_lost)
{
    make(RIG_SERVING);
    command("reload");
    ck_assert_int_eq(rig->m->state, MACHINE_RELOADING);
    go_on();
    ck_assert_str_eq(said(), "ok");
    ck_assert_int_eq(json_integer_value(json_object_get(client.answer, "generation")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(client.answer, "lost")), 0);
    done();
}
END_TEST

START_TEST(a_reload_waits_for_the_old_ones_and_soon_does_not)
{
    make(RIG_SERVING);
    command("reload soon");
    rig->load_asked = false;
    rig_feed(rig, (struct machine_event){.type = EVENT_CONF_BAD, .text = "cadre.conf:1: no"});
    settle();
    ck_assert_str_eq(said(), "cadre.conf:1: no");
    ck_assert_int_eq(json_integer_value(json_object_get(client.answer, "exit")), 1);
    done();

    make(RIG_DRAINING);
    command("reload");
    ck_assert_str_eq(said(), "nothing yet");
    done();
}
END_TEST

START_TEST(a_reload_that_a_stop_cuts_short_is_told_so)
{
    make(RIG_RELOADING);
    command("reload");
    rig_signal(rig, SIGTERM);
    settle();
    ck_assert_str_eq(said(), STOPS);
    done();
}
END_TEST

START_TEST(an_upgrade_that_fails_says_why)
{
    make(RIG_SERVING);
    command("upgrade");
    ck_assert_int_eq(rig->m->state, MACHINE_UPGRADING);
    snprintf(host.upgrade_reason, sizeof(host.upgrade_reason), "it exited with status 1");
    rig->upgrade_asked = false;
    feed(NULL, &(struct machine_event){.type = EVENT_UPGRADE_FAILED, .text = "it exited"});
    ck_assert_str_eq(said(), "it exited with status 1");
    ck_assert_int_eq(json_integer_value(json_object_get(client.answer, "exit")), 3);
    ck_assert_int_eq(rig->m->state, MACHINE_SERVING);
    done();
}
END_TEST

START_TEST(a_stop_stays_and_a_second_one_kills_nobody)
{
    make(RIG_STOPPING);
    command("stop");
    ck_assert(client.stays);
    ck_assert(!rig->m->forced);
    json_decref(client.answer);
    client = (struct control_client){.answer = NULL};
    command("stop now");
    ck_assert(rig->m->forced);
    done();
}
END_TEST

START_TEST(workers_changes_how_many_serve)
{
    make(RIG_SERVING);
    command("workers 3");
    go_on();
    ck_assert_uint_eq(rig_serving(rig), 3);
    done();
}
END_TEST

/* --- What is no command --- */

static const struct {
    const char *line, *said;
} wrong[] = {
    {"", "a request is a line of words"},
    {"   \t ", "a request is a line of words"},
    {"reboot", "knows no command \"reboot\""},
    {"STATUS", "knows no command \"STATUS\""},
    {"status now", "\"status\" knows no \"now\""},
    {"reload soon now", "\"reload\" knows no \"now\""},
    {"reopen all", "\"reopen\" knows no \"all\""},
    {"workers", "needs the number"},
    {"workers many", "needs the number"},
    {"workers -1", "needs the number"},
    {"workers 1 2", "needs the number"},
    {"workers 99999999999", "needs the number"},
    {"stop now now now now now now now now now", "ok"},
    {"x xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "knows no command"},
};

START_TEST(what_is_wrong_is_refused_with_the_reason)
{
    make(RIG_SERVING);
    command(wrong[_i].line);
    ck_assert_msg(strstr(said(), wrong[_i].said) != NULL, "%s: %s", wrong[_i].line, said());
    done();
}
END_TEST

UNIT_MAIN("master/control_commands",
          UNIT_LOOP(every_command_in_every_situation, N_ROWS *RIG_SITUATIONS),
          UNIT_CASE(a_reload_says_which_generation_serves_and_what_was_lost),
          UNIT_CASE(a_reload_waits_for_the_old_ones_and_soon_does_not),
          UNIT_CASE(a_reload_that_a_stop_cuts_short_is_told_so),
          UNIT_CASE(an_upgrade_that_fails_says_why),
          UNIT_CASE(a_stop_stays_and_a_second_one_kills_nobody),
          UNIT_CASE(workers_changes_how_many_serve),
          UNIT_LOOP(what_is_wrong_is_refused_with_the_reason, sizeof(wrong) / sizeof(wrong[0])))
