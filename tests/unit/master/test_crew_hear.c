/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/crew_hear: what a child says is heard, and however much it says, others have
 * their turn. The child is this test, at the other end of a channel.
 */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "base/fd.h"
#include "ipc/channel.h"
#include "ipc/quarantine.h"
#include "master/crew.h"
#include "master/crew_process.h"

#define SLOT 3

static struct {
    struct event_base *base;
    struct cadre__shm quarantine_area;
    struct crew *crew;
    struct process *worker;
    int child_fd; /* its end */
    unsigned n_missed;
    unsigned flood; /* so many more follow, one for each that is heard */
    struct cadre__msg_missed missed;
    unsigned n_told;
    unsigned n_handed;
    enum machine_event_type last_event;
    unsigned n_events;
} rig;

static void say(const struct cadre__msg *msg)
{
    ck_assert_int_eq(cadre__channel_send(rig.child_fd, msg, -1), 0);
}

static void on_event(void *arg, struct machine_event *event)
{
    (void)arg;
    ck_assert_uint_eq(event->slot, SLOT);
    rig.last_event = event->type;
    rig.n_events++;
}

static void on_missed(void *arg, uint32_t slot, const struct cadre__msg_missed *missed)
{
    (void)arg;
    ck_assert_uint_eq(slot, SLOT);
    rig.missed = *missed;
    rig.n_missed++;
    if (rig.flood > 0) {
        rig.flood--;
        say(&(struct cadre__msg){.type = CADRE__MSG_MISSED});
    }
}

static void on_tasks_told(void *arg, uint32_t slot, uint32_t id)
{
    (void)arg;
    (void)id;
    ck_assert_uint_eq(slot, SLOT);
    rig.n_told++;
}

static enum crew_handover on_handover(void *arg, uint32_t slot,
                                      const struct cadre__msg_handover *note, int fd)
{
    (void)arg;
    (void)slot;
    (void)note;
    (void)fd;
    rig.n_handed++;
    return CREW_REFUSED;
}

static void on_death(void *arg, struct crash_report *report)
{
    (void)arg;
    free(report);
}

/* The slot has a process whose channel is ours; nobody ever signals its pid. */
static void open_rig(void)
{
    struct crew_options options = {.on_event = on_event,
                                   .on_missed = on_missed,
                                   .on_tasks_told = on_tasks_told,
                                   .on_handover = on_handover,
                                   .on_death = on_death,
                                   .quarantine_area = &rig.quarantine_area};
    struct cadre__quarantine *quarantine;
    char why[256];
    int ends[2];

    options.base = rig.base = event_base_new();
    ck_assert_ptr_nonnull(rig.base);
    ck_assert_int_eq(cadre__quarantine_create(&rig.quarantine_area, &quarantine), 0);
    ck_assert_int_eq(crew_new(&options, &rig.crew, why, sizeof(why)), 0);
    ck_assert_int_eq(cadre__channel_pair(ends), 0);
    rig.child_fd = ends[1];
    rig.worker = &rig.crew->processes[SLOT];
    *rig.worker = (struct process){.crew = rig.crew,
                                   .slot = SLOT,
                                   .kind = CADRE__CHILD_WORKER,
                                   .pid = getpid(),
                                   .pid_fd = -1,
                                   .channel_fd = ends[0]};
    event_assign(&rig.worker->channel_event, rig.base, ends[0], EV_READ | EV_PERSIST,
                 process_on_channel, rig.worker);
    ck_assert_int_eq(event_add(&rig.worker->channel_event, NULL), 0);
}

static void close_rig(void)
{
    cadre__fd_close(&rig.child_fd);
    crew_free(rig.crew);
    cadre__shm_done(&rig.quarantine_area);
    event_base_free(rig.base);
}

static void turn(void)
{
    event_base_loop(rig.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void say_missed_tasks(uint32_t id)
{
    say(&(struct cadre__msg){.type = CADRE__MSG_MISSED,
                             .missed = {.type = CADRE__MSG_TASKS, .id = id}});
}

START_TEST(a_child_that_floods_us_is_heard_a_part_at_a_time)
{
    unsigned turns = 0;

    open_rig();
    rig.flood = 10000;
    say(&(struct cadre__msg){.type = CADRE__MSG_MISSED});
    turn();
    ck_assert_uint_eq(rig.n_missed, 64);
    while (rig.n_missed < 10001 && turns++ < 1000)
        turn();
    ck_assert_uint_eq(rig.n_missed, 10001);
    ck_assert_uint_eq(rig.n_events, 0);
    close_rig();
}
END_TEST

START_TEST(what_one_that_has_ended_left_is_heard_and_no_more)
{
    open_rig();
    for (int i = 0; i < 100; i++)
        say(&(struct cadre__msg){.type = CADRE__MSG_MISSED});
    process_hear_last(rig.worker);
    ck_assert_uint_eq(rig.n_missed, 100);
    /* What it has left behind writes on and on. */
    rig.flood = 1000000;
    say(&(struct cadre__msg){.type = CADRE__MSG_MISSED});
    process_hear_last(rig.worker);
    ck_assert_uint_lt(rig.n_missed, 10000);
    close_rig();
}
END_TEST

static int ask(uint32_t id)
{
    int fd = memfd_create("tasks", MFD_CLOEXEC);
    int r = crew_ask_tasks(rig.crew, SLOT, id, fd);

    close(fd);
    return r;
}

/* The other end of its channel reads the questions. */
static void read_questions(void)
{
    struct cadre__msg msg;
    int fd;

    while (cadre__channel_recv(rig.child_fd, CADRE__FROM_MASTER, &msg, &fd) == 1)
        close(fd);
}

START_TEST(questions_that_are_missed_are_not_owed_for_ever)
{
    uint32_t id = 1;

    open_rig();
    while (ask(id) == 0 && id < 100)
        id++;
    ck_assert_uint_lt(id, 100); /* it owes too many answers */
    read_questions();
    for (uint32_t i = 1; i < id; i++)
        say_missed_tasks(i);
    turn();
    ck_assert_uint_eq(rig.n_missed, id - 1);
    ck_assert_uint_eq(rig.missed.type, CADRE__MSG_TASKS);
    ck_assert_uint_eq(rig.missed.id, id - 1);
    for (uint32_t i = 1; i < id; i++)
        ck_assert_int_eq(ask(i), 0);
    ck_assert_int_lt(ask(id), 0);
    /* An answer counts as ever. */
    say(&(struct cadre__msg){.type = CADRE__MSG_TASKS_TOLD, .tasks.id = 1});
    turn();
    ck_assert_uint_eq(rig.n_told, 1);
    ck_assert_int_eq(ask(id), 0);
    close_rig();
}
END_TEST

START_TEST(a_log_that_any_kind_of_child_missed_is_heard_of)
{
    open_rig();
    rig.worker->kind = CADRE__CHILD_REPORTER;
    say_missed_tasks(1); /* it is never asked */
    say(&(struct cadre__msg){.type = CADRE__MSG_MISSED, .missed.type = CADRE__MSG_LOG});
    turn();
    ck_assert_uint_eq(rig.n_missed, 1);
    ck_assert_uint_eq(rig.missed.type, CADRE__MSG_LOG);
    ck_assert_uint_eq(rig.n_events, 0);
    close_rig();
}
END_TEST

START_TEST(who_has_missed_its_start_never_starts)
{
    open_rig();
    say(&(struct cadre__msg){.type = CADRE__MSG_MISSED, .missed.type = CADRE__MSG_START});
    turn();
    ck_assert_uint_eq(rig.n_events, 1);
    ck_assert_int_eq(rig.last_event, EVENT_BROKEN);
    close_rig();
}
END_TEST

START_TEST(a_module_that_there_is_no_descriptor_for_is_not_kept)
{
    const struct cadre__msg module = {.type = CADRE__MSG_MODULE};
    int fd = memfd_create("module", MFD_CLOEXEC);
    struct rlimit limit, none;

    open_rig();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    ck_assert_int_eq(cadre__channel_send(rig.child_fd, &module, fd), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    turn();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(rig.n_events, 0);
    ck_assert_uint_eq(rig.n_handed, 0); /* it is no connection */
    say_missed_tasks(1);
    turn();
    ck_assert_uint_eq(rig.n_missed, 1);
    close(fd);
    close_rig();
}
END_TEST

START_TEST(what_is_no_message_breaks_the_child_alone)
{
    open_rig();
    ck_assert_int_eq(send(rig.child_fd, "lies", 4, 0), 4);
    turn();
    ck_assert_uint_eq(rig.n_events, 1);
    ck_assert_int_eq(rig.last_event, EVENT_BROKEN);
    ck_assert_int_eq(rig.worker->channel_fd, -1);
    turn();
    ck_assert_uint_eq(rig.n_events, 1);
    close_rig();
}
END_TEST

START_TEST(a_channel_that_ends_is_told_once)
{
    open_rig();
    say_missed_tasks(1);
    cadre__fd_close(&rig.child_fd);
    turn();
    ck_assert_uint_eq(rig.n_missed, 1); /* what was said before is heard */
    turn();
    ck_assert_uint_eq(rig.n_events, 1);
    ck_assert_int_eq(rig.last_event, EVENT_LOST);
    close_rig();
}
END_TEST

UNIT_MAIN("master/crew_hear", UNIT_CASE(a_child_that_floods_us_is_heard_a_part_at_a_time),
          UNIT_CASE(what_one_that_has_ended_left_is_heard_and_no_more),
          UNIT_CASE(questions_that_are_missed_are_not_owed_for_ever),
          UNIT_CASE(a_log_that_any_kind_of_child_missed_is_heard_of),
          UNIT_CASE(who_has_missed_its_start_never_starts),
          UNIT_CASE(a_module_that_there_is_no_descriptor_for_is_not_kept),
          UNIT_CASE(what_is_no_message_breaks_the_child_alone),
          UNIT_CASE(a_channel_that_ends_is_told_once))
