/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/symboliser: answers come in order, whatever the process does. The process is
 * this program: started by the name of the symboliser it does what the question's object says.
 */
#include "config.h"

#include "master/symboliser.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/fds.h"

/* --- the process --- */

static char content[16]; /* of the file that came along */

static void answer(const struct cadre__symbols_question *question)
{
    static struct cadre__symbols_answer reply;
    const char *how = question->trace.objects[0].path;

    reply =
        (struct cadre__symbols_answer){.magic = CADRE__SYMBOLS_MAGIC, .id = question->id, .n = 1};
    (void)snprintf(reply.symbols[0].function, sizeof(reply.symbols[0].function), "%.20s of %d", how,
                   (int)getpid());
    if (strcmp(how, "files") == 0)
        (void)snprintf(reply.symbols[0].function, sizeof(reply.symbols[0].function), "%x,%.9s of 1",
                       question->files, content);
    if (strcmp(how, "die") == 0)
        _exit(1);
    if (strcmp(how, "hang") == 0)
        (void)pause();
    if (strcmp(how, "lie") == 0)
        reply.n = CADRE__SYMBOLS_MAX;
    if (strcmp(how, "late") == 0)
        reply.id++;
    (void)!send(STDIN_FILENO, &reply, CADRE__SYMBOLS_ANSWER_SIZE(1), MSG_NOSIGNAL);
}

__attribute__((constructor)) static void be_symboliser(int argc, char **argv)
{
    static struct cadre__symbols_question question;
    struct iovec part = {.iov_base = &question, .iov_len = sizeof(question)};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct msghdr packet;

    if (argc < 1 || strcmp(argv[0], "cadre: symboliser") != 0)
        return;
    for (;;) {
        packet = (struct msghdr){.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof(control.bytes)};
        if (recvmsg(STDIN_FILENO, &packet, 0) != (ssize_t)sizeof(question))
            break;
        if (packet.msg_controllen == CMSG_SPACE(sizeof(int)))
            (void)!pread(*(int *)CMSG_DATA(&control.align), content, sizeof(content) - 1, 0);
        answer(&question);
    }
    _exit(0);
}

/* --- the tests --- */

static struct event_base *base;
static struct cadre__timers timers;
static struct symboliser *s;
static char told[1024]; /* what was answered, in order */
static int last_pid;
static unsigned n_told;

static void make(int program_fd)
{
    base = event_base_new();
    cadre__timers_init(&timers, cadre__clock_now(cadre__clock_system()));
    const struct symboliser_options options = {
        .base = base, .timers = &timers, .program_fd = program_fd};
    s = symboliser_new(&options);
    ck_assert_ptr_nonnull(s);
}

static int this_program(void)
{
    int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static void done(void)
{
    symboliser_free(s);
    event_base_free(base);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void on_symbols(void *arg, const struct cadre__symbols_answer *reply)
{
    const char *name = arg;
    char how[32] = "nothing";

    if (reply != NULL)
        ck_assert_int_eq(sscanf(reply->symbols[0].function, "%31s of %d", how, &last_pid), 2);
    (void)snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s:%s ", name, how);
    n_told++;
}

static void ask(const char *how, const char *name)
{
    struct cadre__backtrace trace = {.n_objects = 1, .n_frames = 1};

    (void)snprintf(trace.objects[0].path, sizeof(trace.objects[0].path), "%s", how);
    symboliser_ask(s, &trace, NULL, on_symbols, (void *)(uintptr_t)name);
}

static void wait_for(unsigned n)
{
    while (n_told < n)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}

START_TEST(a_question_is_answered)
{
    make(this_program());
    ask("good", "a");
    wait_for(1);
    ck_assert_str_eq(told, "a:good ");
    done();
}
END_TEST

START_TEST(one_process_answers_many_in_order)
{
    int first;

    make(this_program());
    ask("good", "a");
    ask("well", "b");
    wait_for(1);
    first = last_pid;
    ask("fine", "c");
    wait_for(3);
    ck_assert_str_eq(told, "a:good b:well c:fine ");
    ck_assert_int_eq(last_pid, first);
    done();
}
END_TEST

/* A file of that content, pinned; nobody knows its name any more. */
static struct cadre__module_pin pin_file(const char *text)
{
    struct cadre__module_pin pin = {.fd = memfd_create("module", MFD_CLOEXEC)};

    ck_assert_int_ge(pin.fd, 0);
    ck_assert_int_eq(write(pin.fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(cadre__file_id_of(pin.fd, &pin.id), 0);
    return pin;
}

START_TEST(files_that_are_pinned_go_with_the_question)
{
    struct cadre__module_pin pins[] = {pin_file("one"), pin_file("two")};
    const struct symboliser_files all = {.pins = pins, .n = 2};
    struct cadre__backtrace trace = {.n_objects = 3, .n_frames = 1};

    make(this_program());
    (void)snprintf(trace.objects[0].path, sizeof(trace.objects[0].path), "files");
    trace.objects[2].file = pins[1].id;
    symboliser_ask(s, &trace, &all, on_symbols, (void *)(uintptr_t) "a");
    close(pins[0].fd); /* copied */
    close(pins[1].fd);
    wait_for(1);
    ck_assert_str_eq(told, "a:4,two ");
    done();
}
END_TEST

/* Workers that die together have the same modules. */
START_TEST(questions_that_wait_share_the_files)
{
    struct cadre__module_pin pins[] = {pin_file("one"), pin_file("two")};
    const struct symboliser_files all = {.pins = pins, .n = 2};
    struct cadre__backtrace trace = {.n_objects = 2, .n_frames = 1};
    int program = this_program(), begin = unit_open_fds(), before;

    make(program);
    ask("good", "a");
    wait_for(1);
    before = unit_open_fds();
    (void)snprintf(trace.objects[0].path, sizeof(trace.objects[0].path), "files");
    trace.objects[0].file = pins[0].id;
    trace.objects[1].file = pins[1].id;
    for (unsigned i = 0; i < SYMBOLISER_QUEUE_MAX; i++)
        symboliser_ask(s, &trace, &all, on_symbols, (void *)(uintptr_t) "q");
    ck_assert_int_eq(unit_open_fds(), before + 2);
    wait_for(1 + SYMBOLISER_QUEUE_MAX);
    ck_assert_ptr_nonnull(strstr(told, "q:3,one q:3,one "));
    ck_assert_int_eq(unit_open_fds(), before);
    for (unsigned i = 0; i < 3; i++)
        symboliser_ask(s, &trace, &all, on_symbols, (void *)(uintptr_t) "q");
    done(); /* those that wait still */
    ck_assert_int_eq(unit_open_fds(), begin);
}
END_TEST

static const char *const bad[] = {"die", "lie", "late"};

START_TEST(a_process_that_fails_costs_one_answer)
{
    make(this_program());
    ask("good", "a");
    ask(bad[_i], "b");
    ask("well", "c");
    wait_for(3);
    ck_assert_str_eq(told, "a:good b:nothing c:well ");
    done();
}
END_TEST

START_TEST(a_process_that_hangs_costs_one_answer)
{
    uint64_t now = cadre__clock_now(cadre__clock_system());

    make(this_program());
    ask("hang", "a");
    cadre__timers_advance(&timers, now + SYMBOLISER_ANSWER_NS / 2);
    ck_assert_uint_eq(n_told, 0);
    cadre__timers_advance(&timers, now + SYMBOLISER_ANSWER_NS + 2 * CADRE__NSEC_PER_SEC);
    ck_assert_str_eq(told, "a:nothing ");
    ask("good", "b");
    wait_for(2);
    ck_assert_str_eq(told, "a:nothing b:good ");
    done();
}
END_TEST

START_TEST(it_goes_when_idle_and_comes_back)
{
    int first;

    make(this_program());
    ask("good", "a");
    wait_for(1);
    first = last_pid;
    cadre__timers_advance(&timers, cadre__clock_now(cadre__clock_system()) + SYMBOLISER_IDLE_NS +
                                       CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ask("well", "b");
    wait_for(2);
    ck_assert_int_ne(last_pid, first);
    done();
}
END_TEST

START_TEST(without_a_program_there_are_no_symbols)
{
    make(-1);
    ask("good", "a");
    ask("good", "b");
    ck_assert_str_eq(told, "a:nothing b:nothing ");
    done();
}
END_TEST

START_TEST(too_many_questions_are_answered_without)
{
    make(this_program());
    for (unsigned i = 0; i < SYMBOLISER_QUEUE_MAX; i++)
        ask("good", "q");
    ck_assert_uint_eq(n_told, 0);
    ask("good", "more");
    ck_assert_str_eq(told, "more:nothing ");
    wait_for(SYMBOLISER_QUEUE_MAX + 1);
    done();
}
END_TEST

START_TEST(what_is_open_at_the_end_is_answered)
{
    make(this_program());
    ask("hang", "a");
    ask("good", "b");
    done();
    ck_assert_str_eq(told, "a:nothing b:nothing ");
}
END_TEST

/* Whoever reaps all as init does has reaped it: its number may be another's now. */
START_TEST(one_that_another_has_reaped_is_not_killed)
{
    int pid;

    make(this_program());
    ask("die", "a");
    do
        pid = waitpid(-1, NULL, 0);
    while (pid < 0);
    symboliser_reaped(s, pid);
    wait_for(1);
    ck_assert_str_eq(told, "a:nothing ");
    done();
}
END_TEST

UNIT_MAIN("master/symboliser", UNIT_CASE(a_question_is_answered),
          UNIT_CASE(one_process_answers_many_in_order),
          UNIT_CASE(files_that_are_pinned_go_with_the_question),
          UNIT_CASE(questions_that_wait_share_the_files),
          UNIT_LOOP(a_process_that_fails_costs_one_answer, sizeof(bad) / sizeof(bad[0])),
          UNIT_CASE(a_process_that_hangs_costs_one_answer),
          UNIT_CASE(it_goes_when_idle_and_comes_back),
          UNIT_CASE(without_a_program_there_are_no_symbols),
          UNIT_CASE(too_many_questions_are_answered_without),
          UNIT_CASE(what_is_open_at_the_end_is_answered),
          UNIT_CASE(one_that_another_has_reaped_is_not_killed))
