/* SPDX-License-Identifier: MIT */
/*
 * A child's end of the channel: messages become calls, a master that is gone or mad is met once.
 */
#include "config.h"

#include "worker/master_link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "async/loop.h"
#include "base/log.h"
#include "tests/unit/unit.h"
#include <cadre/task.h>

static struct {
    int starts, accepts, drains, gone, handed;
    unsigned adopts;
    uint32_t tasks;
    int fd;
    enum cadre__drain_mode mode;
    uint64_t timeout_ns;
} seen;

static void on_start(void *arg, int fd)
{
    (void)arg;
    seen.starts++;
    seen.fd = fd;
}

static void on_accept(void *arg)
{
    (void)arg;
    seen.accepts++;
}

static void on_drain(void *arg, enum cadre__drain_mode mode, uint64_t timeout_ns)
{
    (void)arg;
    seen.drains++;
    seen.mode = mode;
    seen.timeout_ns = timeout_ns;
}

static void on_gone(void *arg)
{
    (void)arg;
    seen.gone++;
}

static void on_adopt(void *arg, const struct cadre__msg_handover *note, int fd)
{
    (void)arg;
    seen.adopts += note->n_requests;
    seen.fd = fd;
}

static void on_handed(void *arg, bool taken)
{
    (void)arg;
    seen.handed += taken ? 1 : 100;
}

static void on_tasks(void *arg, uint32_t id, int fd)
{
    (void)arg;
    seen.tasks = id;
    seen.fd = fd;
}

static void on_queue(void *arg, const struct cadre__msg_queue *queue, int fd)
{
    (void)arg;
    (void)queue;
    close(fd);
}

static const struct master_link_callbacks all = {
    .on_start = on_start,
    .on_accept = on_accept,
    .on_drain = on_drain,
    .on_adopt = on_adopt,
    .on_handed = on_handed,
    .on_queue = on_queue,
    .on_tasks = on_tasks,
    .on_gone = on_gone,
};
static const struct master_link_callbacks no_accept = {
    .on_start = on_start, .on_drain = on_drain, .on_gone = on_gone};

struct rig {
    struct cadre__loop *loop;
    struct master_link link;
    int master; /* its end */
    const struct master_link_callbacks *callbacks;
    void (*script)(struct rig *r);
};

static void settle(void)
{
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(cadre_yield(), 0);
}

static int run_main(void *arg)
{
    struct rig *r = arg;
    int ends[2];

    memset(&seen, 0, sizeof(seen));
    seen.fd = -1;
    ck_assert_int_eq(cadre__channel_pair(ends), 0);
    r->master = ends[0];
    ck_assert_int_eq(master_link_open(&r->link, r->loop, ends[1], r->callbacks, r), 0);
    r->script(r);
    master_link_close(&r->link);
    if (r->master >= 0)
        close(r->master);
    return 0;
}

static void run(const struct master_link_callbacks *callbacks, void (*script)(struct rig *r))
{
    struct rig r = {.callbacks = callbacks, .script = script};

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre__loop_new(NULL, &r.loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(r.loop, run_main, &r), 0);
    cadre__loop_free(r.loop);
}

static void script_messages(struct rig *r)
{
    const struct cadre__msg start = {.type = CADRE__MSG_START};
    int fd = memfd_create("state", MFD_CLOEXEC);

    ck_assert_int_eq(cadre__channel_send(r->master, &start, fd), 0);
    ck_assert_int_eq(cadre__channel_send_plain(r->master, CADRE__MSG_ACCEPT), 0);
    ck_assert_int_eq(cadre__channel_send_drain(r->master, CADRE__DRAIN_STOP, 12345), 0);
    settle();
    ck_assert_int_eq(seen.starts, 1);
    ck_assert_int_ge(seen.fd, 0);
    ck_assert_int_eq(seen.accepts, 1);
    ck_assert_int_eq(seen.drains, 1);
    ck_assert_int_eq(seen.mode, CADRE__DRAIN_STOP);
    ck_assert_uint_eq(seen.timeout_ns, 12345);
    ck_assert_int_eq(seen.gone, 0);
    close(seen.fd);
    close(fd);
}

START_TEST(messages_become_calls)
{
    run(&all, script_messages);
}
END_TEST

static void script_tasks(struct rig *r)
{
    const struct cadre__msg msg = {.type = CADRE__MSG_TASKS, .tasks.id = 77};
    int fd = memfd_create("tasks", MFD_CLOEXEC);

    ck_assert_int_eq(cadre__channel_send(r->master, &msg, fd), 0);
    settle();
    ck_assert_uint_eq(seen.tasks, 77);
    ck_assert_int_ge(seen.fd, 0);
    close(seen.fd);
    close(fd);
}

START_TEST(a_question_for_the_tasks_becomes_a_call)
{
    run(&all, script_tasks);
}
END_TEST

static struct cadre__msg_missed missed_of(struct rig *r, const struct cadre__msg *msg, int fd)
{
    struct rlimit limit, none;
    struct cadre__msg heard;
    int passed;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    ck_assert_int_eq(cadre__channel_send(r->master, msg, fd), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    settle();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(cadre__channel_recv(r->master, CADRE__FROM_CHILD, &heard, &passed), 1);
    ck_assert_int_eq(heard.type, CADRE__MSG_MISSED);
    ck_assert_uint_eq(heard.missed.type, (uint32_t)msg->type);
    return heard.missed;
}

static void script_missed(struct rig *r)
{
    const struct cadre__msg tasks = {.type = CADRE__MSG_TASKS, .tasks.id = 77};
    const struct cadre__msg queue = {.type = CADRE__MSG_QUEUE,
                                     .queue = {.listener = 2, .number = 5}};
    const struct cadre__msg log = {.type = CADRE__MSG_LOG};
    int fd = memfd_create("any", MFD_CLOEXEC);
    struct cadre__msg_missed missed;

    ck_assert_uint_eq(missed_of(r, &tasks, fd).id, 77);
    missed = missed_of(r, &queue, fd);
    ck_assert_uint_eq(missed.listener, 2);
    ck_assert_uint_eq(missed.number, 5);
    (void)missed_of(r, &log, fd);
    ck_assert_uint_eq(seen.tasks, 0);
    ck_assert_int_eq(seen.gone, 0);
    close(fd);
}

START_TEST(what_has_no_descriptor_is_said_to_be_missed)
{
    run(&all, script_missed);
}
END_TEST

static void script_missed_often(struct rig *r)
{
    const struct cadre__msg queue = {.type = CADRE__MSG_QUEUE};
    const struct cadre__msg log = {.type = CADRE__MSG_LOG};
    int fd = memfd_create("log", MFD_CLOEXEC);
    struct stat once, twice, again;

    ck_assert_int_eq(cadre__channel_send(r->master, &log, fd), 0);
    settle();
    cadre__log_set_level(CADRE_LOG_WARNING);
    (void)missed_of(r, &queue, fd);
    ck_assert_int_eq(fstat(fd, &once), 0);
    ck_assert_int_gt(once.st_size, 0);
    (void)missed_of(r, &queue, fd);
    ck_assert_int_eq(fstat(fd, &twice), 0);
    ck_assert_int_eq(twice.st_size, once.st_size);
    /* One has come: then it is news. */
    ck_assert_int_eq(cadre__channel_send(r->master, &queue, fd), 0);
    settle();
    (void)missed_of(r, &queue, fd);
    ck_assert_int_eq(fstat(fd, &again), 0);
    ck_assert_int_gt(again.st_size, once.st_size);
    close(fd);
}

START_TEST(what_is_missed_again_and_again_is_one_line)
{
    run(&all, script_missed_often);
}
END_TEST

/* A steward or a reporter: it has no queues, but a log like all. */
static void script_missed_log(struct rig *r)
{
    const struct cadre__msg log = {.type = CADRE__MSG_LOG};
    int fd = memfd_create("log", MFD_CLOEXEC);

    (void)missed_of(r, &log, fd);
    ck_assert_int_eq(seen.gone, 0);
    close(fd);
}

START_TEST(a_log_is_missed_by_any_kind)
{
    run(&no_accept, script_missed_log);
}
END_TEST

static void script_gone(struct rig *r)
{
    ck_assert_int_eq(cadre__channel_send_plain(r->master, CADRE__MSG_ACCEPT), 0);
    close(r->master);
    r->master = -1;
    settle();
    ck_assert_int_eq(seen.accepts, 1); /* what was said before is heard */
    ck_assert_int_eq(seen.gone, 1);
    ck_assert_int_eq(r->link.fd, -1);
    master_link_tell_plain(&r->link, CADRE__MSG_READY); /* into the void */
}

START_TEST(a_master_that_dies_is_met_once)
{
    run(&all, script_gone);
}
END_TEST

static void script_garbage(struct rig *r)
{
    ck_assert_int_eq(send(r->master, "garbage", 7, 0), 7);
    settle();
    ck_assert_int_eq(seen.gone, 1);
}

START_TEST(a_master_that_talks_nonsense_is_given_up)
{
    run(&all, script_garbage);
}
END_TEST

static void script_unexpected(struct rig *r)
{
    ck_assert_int_eq(cadre__channel_send_plain(r->master, CADRE__MSG_ACCEPT), 0);
    settle();
    ck_assert_int_eq(seen.gone, 1);
    ck_assert_int_eq(seen.accepts, 0);
}

START_TEST(a_message_for_another_kind_is_given_up)
{
    run(&no_accept, script_unexpected);
}
END_TEST

static void script_log(struct rig *r)
{
    const struct cadre__msg msg = {.type = CADRE__MSG_LOG};
    int fd = memfd_create("log", MFD_CLOEXEC);
    char line[256] = "";

    ck_assert_int_eq(cadre__channel_send(r->master, &msg, fd), 0);
    settle();
    cadre__log(CADRE_LOG_CRITICAL, "here it is");
    ck_assert_int_gt(pread(fd, line, sizeof(line) - 1, 0), 0);
    ck_assert_ptr_nonnull(strstr(line, "here it is"));
    ck_assert_int_eq(seen.gone, 0);
    close(fd);
}

START_TEST(a_reopened_log_is_taken_over)
{
    run(&all, script_log);
}
END_TEST

static void script_tell(struct rig *r)
{
    struct cadre__msg msg;
    int fd;

    master_link_tell_loaded(&r->link, 3, true);
    master_link_tell_failed(&r->link, CADRE__PHASE_STARTUP, "no database");
    ck_assert_int_eq(cadre__channel_recv(r->master, CADRE__FROM_CHILD, &msg, &fd), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_LOADED);
    ck_assert_uint_eq(msg.loaded.modules, 3);
    ck_assert_uint_eq(msg.loaded.wants_server_lifespan, 1);
    ck_assert_int_eq(cadre__channel_recv(r->master, CADRE__FROM_CHILD, &msg, &fd), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_FAILED);
    ck_assert_uint_eq(msg.failed.phase, CADRE__PHASE_STARTUP);
    ck_assert_str_eq(msg.failed.text, "no database");
}

static void script_handover(struct rig *r)
{
    struct cadre__msg msg = {.type = CADRE__MSG_ADOPT};
    int fd = memfd_create("connection", MFD_CLOEXEC), passed;

    msg.handover = (struct cadre__msg_handover){
        .version = CADRE__HANDOVER_VERSION, .n_requests = 7, .listener = "127.0.0.1:80"};
    ck_assert_int_eq(cadre__channel_send(r->master, &msg, fd), 0);
    ck_assert_int_eq(cadre__channel_send_handed(r->master, true), 0);
    ck_assert_int_eq(cadre__channel_send_handed(r->master, false), 0);
    settle();
    ck_assert_uint_eq(seen.adopts, 7);
    ck_assert_int_ge(seen.fd, 0);
    ck_assert_int_eq(seen.handed, 101);
    close(seen.fd);

    msg.type = CADRE__MSG_HANDOVER;
    ck_assert_int_eq(master_link_try(&r->link, &msg, fd), 0);
    ck_assert_int_eq(cadre__channel_recv(r->master, CADRE__FROM_CHILD, &msg, &passed), 1);
    ck_assert_int_eq(msg.type, CADRE__MSG_HANDOVER);
    close(passed);
    close(r->master);
    r->master = -1;
    settle();
    ck_assert_int_eq(master_link_try(&r->link, &msg, fd), -EPIPE);
    close(fd);
}

START_TEST(connections_come_and_go)
{
    run(&all, script_handover);
}
END_TEST

START_TEST(the_master_is_told)
{
    run(&all, script_tell);
}
END_TEST

UNIT_MAIN("worker/master_link", UNIT_CASE(messages_become_calls),
          UNIT_CASE(a_question_for_the_tasks_becomes_a_call),
          UNIT_CASE(what_has_no_descriptor_is_said_to_be_missed),
          UNIT_CASE(what_is_missed_again_and_again_is_one_line),
          UNIT_CASE(a_log_is_missed_by_any_kind), UNIT_CASE(a_master_that_dies_is_met_once),
          UNIT_CASE(a_master_that_talks_nonsense_is_given_up),
          UNIT_CASE(a_message_for_another_kind_is_given_up),
          UNIT_CASE(a_reopened_log_is_taken_over), UNIT_CASE(connections_come_and_go),
          UNIT_CASE(the_master_is_told))
