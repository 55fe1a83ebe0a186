/* SPDX-License-Identifier: MIT */
/*
 * Tests of worker/task_teller: the coroutines of a loop, as the master gets to see them.
 */
#include "config.h"

#include "worker/task_teller.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway.h"
#include "ipc/task_report.h"
#include "tests/unit/unit.h"
#include "web/request.h"
#include "worker/master_link.h"
#include <cadre/sync.h>
#include <cadre/task.h>

static struct {
    struct cadre__loop *loop;
    struct master_link link;
    int master; /* its end */
    struct cadre__task_report report;
    void (*script)(void);
} rig;

static struct cadre_event event;

static int wait_for_event(void *arg)
{
    (void)arg;
    return cadre_event_wait(&event);
}

static int run_main(void *arg)
{
    static const struct master_link_callbacks none = {.on_gone = NULL};
    int ends[2];

    (void)arg;
    ck_assert_int_eq(cadre__channel_pair(ends), 0);
    rig.master = ends[0];
    ck_assert_int_eq(master_link_open(&rig.link, rig.loop, ends[1], &none, NULL), 0);
    cadre_event_init(&event);
    rig.script();
    cadre_event_set(&event);
    master_link_close(&rig.link);
    close(rig.master);
    return 0;
}

static void run(void (*script)(void))
{
    rig.script = script;
    ck_assert_int_eq(cadre__loop_new(NULL, &rig.loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(rig.loop, run_main, NULL), 0);
    cadre__loop_free(rig.loop);
}

/* Asks, and reads what is told. */
static void ask(uint32_t id)
{
    struct cadre__shm shm;
    struct cadre__msg msg;
    int fd;

    ck_assert_int_eq(cadre__task_report_create(&shm), 0);
    fd = dup(shm.fd);
    ck_assert_int_ge(fd, 0);
    task_teller_answer(&rig.link, rig.loop, id, fd);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1); /* taken */
    ck_assert_int_eq(cadre__channel_recv(rig.master, CADRE__FROM_CHILD, &msg, &fd), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_TASKS_TOLD);
    ck_assert_uint_eq(msg.tasks.id, id);
    ck_assert_int_eq(cadre__task_report_read(&shm, &rig.report), 0);
    cadre__shm_done(&shm);
}

static const struct cadre__task_row *row_of(const char *name)
{
    for (uint32_t i = 0; i < rig.report.n; i++)
        if (strcmp(rig.report.row[i].name, name) == 0)
            return &rig.report.row[i];
    ck_abort_msg("%s is not told", name);
    return NULL;
}

static void script_states(void)
{
    struct cadre_task *task = cadre_spawn_named(wait_for_event, NULL, "waiter");

    ck_assert_ptr_nonnull(task);
    ask(7);
    ck_assert_uint_eq(rig.report.total, 2);
    ck_assert_uint_eq(rig.report.n, 2);
    ck_assert_uint_eq(row_of("waiter")->state, CADRE__TASK_IS_DUE); /* it has not begun */
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(cadre_yield(), 0);
    ask(8);
    ck_assert_uint_eq(row_of("waiter")->state, CADRE__TASK_WAITS);
    ck_assert_str_eq(row_of("waiter")->where, "cadre_event_wait");
    ck_assert_str_eq(row_of("waiter")->handler, "");
    ck_assert_str_eq(row_of("waiter")->request, "");
    for (uint32_t i = 0; i < 2; i++)
        if (&rig.report.row[i] != row_of("waiter"))
            ck_assert_uint_eq(rig.report.row[i].state, CADRE__TASK_RUNS);
}

START_TEST(each_task_says_where_it_waits)
{
    run(script_states);
}
END_TEST

static void script_request(void)
{
    static const struct cadre__scope scope = {
        .method = CADRE_STR("GET"),
        .raw_path = CADRE_STR("/items/7"),
        .query = CADRE_STR("page=2"),
        .http_version = 11,
    };
    static struct cadre__mount mount = {.name = "shop"};
    struct cadre_request req = {.magic = CADRE__REQUEST_MAGIC, .scope = &scope, .mount = &mount};
    struct cadre__coroutine *self = cadre__coroutine_current();

    cadre__coroutine_set_data(self, &req);
    cadre__coroutine_set_handler(self, "read_item");
    ask(1);
    cadre__coroutine_set_data(self, NULL);
    ck_assert_uint_eq(rig.report.n, 1);
    ck_assert_str_eq(rig.report.row[0].module, "shop");
    ck_assert_str_eq(rig.report.row[0].handler, "read_item");
    ck_assert_str_eq(rig.report.row[0].request, "GET /items/7?page=2 HTTP/1.1");
}

START_TEST(a_handlers_request_is_told)
{
    run(script_request);
}
END_TEST

static void script_crowd(void)
{
    for (int i = 0; i < CADRE__TASK_REPORT_MAX + 50; i++)
        ck_assert_ptr_nonnull(cadre_spawn(wait_for_event, NULL));
    ask(1);
    ck_assert_uint_eq(rig.report.n, CADRE__TASK_REPORT_MAX);
    ck_assert_uint_eq(rig.report.total, CADRE__TASK_REPORT_MAX + 51);
}

START_TEST(of_a_crowd_the_oldest_are_told_and_all_are_counted)
{
    run(script_crowd);
}
END_TEST

static void script_not_ours(void)
{
    struct cadre__msg msg;
    int fd = memfd_create("other", MFD_CLOEXEC);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    task_teller_answer(&rig.link, rig.loop, 9, fd);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    ck_assert_int_eq(cadre__channel_recv(rig.master, CADRE__FROM_CHILD, &msg, &fd), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_MISSED);
    ck_assert_uint_eq(msg.missed.type, CADRE__MSG_TASKS);
    ck_assert_uint_eq(msg.missed.id, 9);
}

START_TEST(what_cannot_be_filled_is_said_to_be_missed)
{
    run(script_not_ours);
}
END_TEST

UNIT_MAIN("worker/task_teller", UNIT_CASE(each_task_says_where_it_waits),
          UNIT_CASE(a_handlers_request_is_told),
          UNIT_CASE(of_a_crowd_the_oldest_are_told_and_all_are_counted),
          UNIT_CASE(what_cannot_be_filled_is_said_to_be_missed))
