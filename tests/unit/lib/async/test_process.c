/* SPDX-License-Identifier: MIT */
/*
 * Other programs: starting them, their streams, their ends, and signals to them. All run on the
 * system's clock but for the time-outs: a child's time does not jump.
 */
#include "config.h"

#include "tests/unit/lib/async/io_test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cadre/process.h>
#include <cadre/socket.h>
#include <cadre/stream.h>

static const struct cadre_process_options pipes = {
    .std_in = CADRE_PROCESS_PIPE,
    .std_out = CADRE_PROCESS_PIPE,
    .std_err = CADRE_PROCESS_PIPE,
};

static const char *const cat[] = {"cat", NULL};

/* Has this process a child, dead or alive? */
static bool has_child(void)
{
    return waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static const struct {
    const char *line;
    int code;
} ends[] = {
    {"exit 0", 0},      {"exit 1", 1},          {"exit 255", 255},
    {"kill -9 $$", -9}, {"kill -TERM $$", -15}, {"kill -SEGV $$", -11},
};

static int end_of(void *arg)
{
    struct cadre_process *process;
    int i = *(int *)arg;
    int code = 99;

    ck_assert_int_eq(cadre_process_shell(ends[i].line, NULL, &process), 0);
    ck_assert_int_gt(cadre_process_pid(process), 0);
    ck_assert_ptr_null(cadre_process_stdin(process));
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, &code), 0);
    ck_assert_int_eq(code, ends[i].code);
    code = 99;
    ck_assert_int_eq(cadre_process_wait(process, 0, &code), 0); /* any number of times */
    ck_assert_int_eq(code, ends[i].code);
    ck_assert(cadre_process_has_ended(process, &code));
    ck_assert_int_eq(cadre_process_send_signal(process, SIGTERM), -ESRCH);
    cadre_process_kill(process);
    cadre_process_free(process);
    ck_assert(!has_child());
    return 0;
}

START_TEST(the_return_code_is_the_status_or_the_negative_signal)
{
    int i = _i;

    io_run_real(end_of, &i);
}
END_TEST

static const struct {
    const char *const argv[3];
    const char *folder;
    int error;
} refusals[] = {
    {{"/nonexistent/program", NULL}, NULL, -ENOENT},
    {{"no-such-program-anywhere", NULL}, NULL, -ENOENT},
    {{"/etc/passwd", NULL}, NULL, -EACCES},
    {{"/tmp", NULL}, NULL, -EACCES},
    {{"cat", NULL}, "/nonexistent", -ENOENT},
    {{"cat", NULL}, "/etc/passwd", -ENOTDIR},
};

static int refused(void *arg)
{
    struct cadre_process_options options = pipes;
    struct cadre_process *process = NULL;
    int i = *(int *)arg;

    options.folder = refusals[i].folder;
    ck_assert_int_eq(cadre_process_spawn(refusals[i].argv, &options, &process), refusals[i].error);
    ck_assert_ptr_null(process);
    ck_assert(!has_child());
    return 0;
}

START_TEST(a_program_that_cannot_be_run_is_an_error)
{
    int i = _i;

    io_run_real(refused, &i);
}
END_TEST

static int options_contradict(void *arg)
{
    struct cadre_process_options options = {.std_out = CADRE_PROCESS_STDOUT};
    struct cadre_process *process;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(cat, &options, &process), -EINVAL);
    options = (struct cadre_process_options){.std_in = CADRE_PROCESS_FD, .in_fd = -1};
    ck_assert_int_eq(cadre_process_spawn(cat, &options, &process), -EBADF);
    return 0;
}

START_TEST(streams_that_cannot_be_are_errors)
{
    io_run_real(options_contradict, NULL);
}
END_TEST

static int streams(void *arg)
{
    struct cadre_process *process;
    struct cadre_str line;
    int code;

    (void)arg;
    ck_assert_int_eq(cadre_process_shell("read a; echo got $a; read b; echo err $b >&2; exit 3",
                                         &pipes, &process),
                     0);
    ck_assert_int_eq(cadre_stream_write(cadre_process_stdin(process), "one\n", 4), 0);
    ck_assert_int_eq(cadre_stream_read_line(cadre_process_stdout(process), &line), 0);
    ck_assert_int_eq(strncmp(line.ptr, "got one\n", line.len), 0);
    ck_assert_int_eq(cadre_stream_write(cadre_process_stdin(process), "two\n", 4), 0);
    ck_assert_int_eq(cadre_stream_read_line(cadre_process_stderr(process), &line), 0);
    ck_assert_int_eq(strncmp(line.ptr, "err two\n", line.len), 0);
    ck_assert_int_eq(cadre_stream_read_line(cadre_process_stdout(process), &line), 0);
    ck_assert_uint_eq(line.len, 0);
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, &code), 0);
    ck_assert_int_eq(code, 3);
    cadre_process_free(process);
    return 0;
}

START_TEST(one_can_talk_with_a_child)
{
    io_run_real(streams, NULL);
}
END_TEST

static char much[1 << 20];

static int much_both_ways(void *arg)
{
    struct cadre_process_result result;
    struct cadre_process *process;

    (void)arg;
    for (size_t i = 0; i < sizeof(much); i++)
        much[i] = (char)('a' + i % 26);
    ck_assert_int_eq(cadre_process_shell("tee /dev/stderr; exit 7", &pipes, &process), 0);
    ck_assert_int_eq(cadre_process_communicate(process, (struct cadre_str){much, sizeof(much)},
                                               sizeof(much), CADRE_FOREVER, &result),
                     0);
    ck_assert_int_eq(result.code, 7);
    ck_assert_uint_eq(result.out_len, sizeof(much));
    ck_assert_uint_eq(result.err_len, sizeof(much));
    ck_assert_int_eq(memcmp(result.out, much, sizeof(much)), 0);
    ck_assert_int_eq(memcmp(result.err, much, sizeof(much)), 0);
    ck_assert_int_eq(result.out[sizeof(much)], '\0');
    cadre_process_result_done(&result);
    ck_assert_ptr_null(result.out);
    cadre_process_free(process);
    return 0;
}

START_TEST(communicate_feeds_and_drains_at_the_same_time)
{
    io_run_real(much_both_ways, NULL);
}
END_TEST

static int unread_input(void *arg)
{
    static const char *const argv[] = {"sh", "-c", "echo done; exit 4", NULL};
    struct cadre_process_result result;

    (void)arg;
    ck_assert_int_eq(cadre_process_run(argv, NULL, (struct cadre_str){much, sizeof(much)}, 100,
                                       CADRE_FOREVER, &result),
                     0);
    ck_assert_int_eq(result.code, 4);
    ck_assert_str_eq(result.out, "done\n");
    ck_assert_str_eq(result.err, "");
    cadre_process_result_done(&result);
    return 0;
}

START_TEST(a_child_that_never_reads_its_input_is_no_error)
{
    io_run_real(unread_input, NULL);
}
END_TEST

static int no_pipe(void *arg)
{
    struct cadre_process_result result;
    struct cadre_process *process;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(cat, NULL, &process), 0);
    ck_assert_int_eq(cadre_process_communicate(process, CADRE_STR("x"), 10, CADRE_FOREVER, &result),
                     -EINVAL);
    ck_assert_int_eq(cadre_process_communicate(process, CADRE_STR(""), 10, CADRE_FOREVER, &result),
                     0);
    ck_assert_int_eq(result.code, 0);
    ck_assert_ptr_null(result.out);
    cadre_process_result_done(&result);
    cadre_process_free(process);
    return 0;
}

START_TEST(streams_are_dev_null_unless_said_otherwise)
{
    io_run_real(no_pipe, NULL);
}
END_TEST

static int too_much(void *arg)
{
    static const char *const argv[] = {"cat", "/dev/zero", NULL};
    struct cadre_process_result result;

    (void)arg;
    ck_assert_int_eq(cadre_process_run(argv, NULL, CADRE_STR(""), 100000, CADRE_FOREVER, &result),
                     -EMSGSIZE);
    ck_assert(!has_child());
    return 0;
}

START_TEST(output_without_end_is_bounded)
{
    io_run_real(too_much, NULL);
}
END_TEST

static int out_of_time(void *arg)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct cadre_process_result result;
    struct cadre_process *process;
    int code = 99;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(cat, &pipes, &process), 0);
    ck_assert_int_eq(cadre_process_wait(process, 5000, &code), -ETIMEDOUT);
    ck_assert_uint_eq(io_elapsed_ms(), 5000);
    ck_assert(!cadre_process_has_ended(process, NULL)); /* it goes on */
    ck_assert_int_eq(kill(cadre_process_pid(process), 0), 0);
    cadre_process_kill(process);
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, &code), 0);
    ck_assert_int_eq(code, -SIGKILL);
    cadre_process_free(process);
    ck_assert_int_eq(cadre_process_run(argv, NULL, CADRE_STR(""), 10, 3000, &result), -ETIMEDOUT);
    ck_assert(!has_child());
    return 0;
}

START_TEST(a_wait_that_times_out_leaves_the_child_and_run_kills_it)
{
    io_run(out_of_time, NULL);
}
END_TEST

struct waits {
    struct cadre_process *process;
    int result;
    int code;
    bool ended;
};

static void wait_for(void *arg)
{
    struct waits *it = arg;

    it->result = cadre_process_wait(it->process, CADRE_FOREVER, &it->code);
    it->ended = true;
}

static int many_wait(void *arg)
{
    struct waits waits[3] = {0};
    struct cadre__coroutine *co[3];
    struct cadre_process *process;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(cat, &pipes, &process), 0);
    for (int i = 0; i < 3; i++) {
        waits[i].process = process;
        co[i] = io_go(wait_for, &waits[i]);
    }
    cadre__coroutine_cancel(co[1]);
    io_settle();
    ck_assert_int_eq(waits[1].result, -ECANCELED);
    ck_assert(!waits[0].ended && !waits[2].ended);
    cadre_stream_close(cadre_process_stdin(process)); /* the end of its input */
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, NULL), 0);
    io_settle();
    ck_assert_int_eq(waits[0].result, 0);
    ck_assert_int_eq(waits[2].result, 0);
    ck_assert_int_eq(waits[0].code, 0);
    cadre_process_free(process);
    return 0;
}

START_TEST(many_may_wait_and_be_cancelled)
{
    io_run_real(many_wait, NULL);
}
END_TEST

struct runs {
    int result;
    bool ended;
};

static void run_long(void *arg)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct cadre_process_result result;
    struct runs *it = arg;

    it->result = cadre_process_run(argv, NULL, CADRE_STR(""), 10, CADRE_FOREVER, &result);
    it->ended = true;
}

static int cancelled_run(void *arg)
{
    struct runs it = {0};
    struct cadre__coroutine *co = io_go(run_long, &it);

    (void)arg;
    ck_assert(has_child());
    cadre__coroutine_cancel(co);
    while (!it.ended)
        ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_int_eq(it.result, -ECANCELED);
    ck_assert(!has_child());
    return 0;
}

START_TEST(a_cancelled_run_leaves_no_child)
{
    io_run_real(cancelled_run, NULL);
}
END_TEST

static void communicate_long(void *arg)
{
    struct cadre_process_result result;
    struct waits *it = arg;

    it->result = cadre_process_communicate(it->process, CADRE_STR("x"), 10, CADRE_FOREVER, &result);
    it->ended = true;
}

static int cancelled_communicate(void *arg)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct waits it = {0};
    struct cadre__coroutine *co;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(argv, &pipes, &it.process), 0);
    co = io_go(communicate_long, &it);
    cadre__coroutine_cancel(co);
    io_settle();
    ck_assert(it.ended);
    ck_assert_int_eq(it.result, -ECANCELED);
    ck_assert_int_eq(cadre_process_send_signal(it.process, 0), 0);
    cadre_process_terminate(it.process);
    ck_assert_int_eq(cadre_process_wait(it.process, CADRE_FOREVER, &it.code), 0);
    ck_assert_int_eq(it.code, -SIGTERM);
    cadre_process_free(it.process);
    return 0;
}

START_TEST(a_cancelled_communicate_leaves_the_child)
{
    io_run_real(cancelled_communicate, NULL);
}
END_TEST

static int freed(void *arg)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct cadre_process *process;

    ck_assert_int_eq(cadre_process_spawn(argv, &pipes, &process), 0);
    cadre_process_free(process);
    while (!arg && has_child())
        ck_assert_int_eq(cadre_sleep(1), 0);
    cadre_process_free(NULL);
    return 0;
}

START_TEST(a_child_that_is_freed_is_killed_and_reaped)
{
    io_run_real(freed, _i == 0 ? NULL : &io_clock); /* the second time when the loop ends */
    ck_assert(!has_child());
}
END_TEST

static int inheritance(void *arg)
{
    static const char *const argv[] = {"sh", "-c", "ls /proc/$$/fd; pwd; echo $NAME", NULL};
    static const char *const masks[] = {"sed", "-n", "s/^Sig[BI][lg][kn]://p", "/proc/self/status",
                                        NULL};
    static const char *const environment[] = {"NAME=value", "PATH=/usr/bin:/bin", NULL};
    const struct cadre_process_options options = {.folder = "/usr", .environment = environment};
    struct cadre_process_result result;
    unsigned long long blocked = ~0ULL, ignored = ~0ULL;
    sigset_t set;
    int leaky = open("/dev/null", O_RDONLY); /* not close-on-exec, as a careless module's */

    (void)arg;
    ck_assert_int_ge(leaky, 3);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_ptr_ne(signal(SIGPIPE, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(
        cadre_process_run(argv, &options, CADRE_STR("x"), 10000, CADRE_FOREVER, &result), 0);
    ck_assert_str_eq(result.out, "0\n1\n2\n/usr\nvalue\n");
    cadre_process_result_done(&result);
    ck_assert_int_eq(cadre_process_run(masks, NULL, CADRE_STR(""), 10000, CADRE_FOREVER, &result),
                     0);
    ck_assert_int_eq(sscanf(result.out, "%llx %llx", &blocked, &ignored), 2);
    ck_assert_uint_eq(blocked, 0);
    ck_assert_uint_eq(ignored & ~0x180000000ULL, 0); /* but for two of the C library's own */
    cadre_process_result_done(&result);
    (void)close(leaky);
    return 0;
}

START_TEST(a_child_inherits_three_descriptors_and_no_signal_state)
{
    io_run_real(inheritance, NULL);
}
END_TEST

static int redirections(void *arg)
{
    struct cadre_process_options options = {.std_out = CADRE_PROCESS_FD,
                                            .std_err = CADRE_PROCESS_STDOUT};
    struct cadre_process *process;
    char buf[32] = "";
    int fds[2];
    ssize_t n, len = 0;

    (void)arg;
    ck_assert_int_eq(cadre_pipe(fds), 0);
    options.out_fd = fds[1];
    ck_assert_int_eq(cadre_process_shell("echo out; echo err >&2", &options, &process), 0);
    cadre_fd_close(fds[1]);
    while ((n = cadre_fd_read(fds[0], buf + len, sizeof(buf) - 1 - (size_t)len)) > 0)
        len += n;
    ck_assert_str_eq(buf, "out\nerr\n");
    cadre_fd_close(fds[0]);
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, NULL), 0);
    cadre_process_free(process);
    return 0;
}

START_TEST(output_goes_to_a_descriptor_and_errors_along)
{
    io_run_real(redirections, NULL);
}
END_TEST

/* A child has its streams also where this process has none of its own. */
static int no_stdio(void *arg)
{
    static const char *const argv[] = {"sh", "-c", "cat; echo err >&2", NULL};
    struct cadre_process_result result;
    int kept[3];

    (void)arg;
    for (int i = 0; i < 3; i++) {
        kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
        ck_assert_int_eq(close(i), 0);
    }
    ck_assert_int_eq(cadre_process_run(argv, &pipes, CADRE_STR("in"), 100, CADRE_FOREVER, &result),
                     0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(dup2(kept[i], i), i);
        (void)close(kept[i]);
    }
    ck_assert_str_eq(result.out, "in");
    ck_assert_str_eq(result.err, "err\n");
    cadre_process_result_done(&result);
    return 0;
}

START_TEST(low_descriptors_are_not_mixed_up)
{
    io_run_real(no_stdio, NULL);
}
END_TEST

static int session(void *arg)
{
    struct cadre_process_options options = pipes;
    struct cadre_process *process;

    (void)arg;
    options.new_session = true;
    ck_assert_int_eq(cadre_process_spawn(cat, &options, &process), 0);
    ck_assert_int_eq(getsid(cadre_process_pid(process)), cadre_process_pid(process));
    cadre_process_free(process);
    return 0;
}

START_TEST(a_child_may_have_a_session_of_its_own)
{
    io_run_real(session, NULL);
}
END_TEST

static int short_of_descriptors(void *arg)
{
    struct rlimit limit, few;
    struct cadre_process *process;
    int open = unit_open_fds();

    (void)arg;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    /* At each number of free descriptors it starts whole or not at all. */
    for (rlim_t n = 0; n < 12; n++) {
        int r;

        few.rlim_cur = (rlim_t)open + n;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        r = cadre_process_spawn(cat, &pipes, &process);
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        if (r == 0)
            cadre_process_free(process);
        else
            ck_assert_int_eq(r, -EMFILE);
        while (has_child())
            ck_assert_int_eq(cadre_sleep(1), 0);
        ck_assert_int_eq(unit_open_fds(), open);
    }
    return 0;
}

START_TEST(without_descriptors_there_is_no_child)
{
    io_run_real(short_of_descriptors, NULL);
}
END_TEST

static int stolen(void *arg)
{
    struct cadre_process *process;
    int code = 99;

    (void)arg;
    ck_assert_int_eq(cadre_process_spawn(cat, NULL, &process), 0);
    ck_assert_int_eq(waitpid(cadre_process_pid(process), NULL, 0), cadre_process_pid(process));
    ck_assert_int_eq(cadre_process_wait(process, CADRE_FOREVER, &code), -ECHILD);
    ck_assert_int_eq(code, 99);
    cadre_process_free(process);
    return 0;
}

START_TEST(an_end_that_somebody_else_took_is_an_error)
{
    io_run_real(stolen, NULL);
}
END_TEST

UNIT_MAIN(
    "async/process",
    UNIT_LOOP(the_return_code_is_the_status_or_the_negative_signal, sizeof(ends) / sizeof(ends[0])),
    UNIT_LOOP(a_program_that_cannot_be_run_is_an_error, sizeof(refusals) / sizeof(refusals[0])),
    UNIT_CASE(streams_that_cannot_be_are_errors), UNIT_CASE(one_can_talk_with_a_child),
    UNIT_CASE(communicate_feeds_and_drains_at_the_same_time),
    UNIT_CASE(a_child_that_never_reads_its_input_is_no_error),
    UNIT_CASE(streams_are_dev_null_unless_said_otherwise), UNIT_CASE(output_without_end_is_bounded),
    UNIT_CASE(a_wait_that_times_out_leaves_the_child_and_run_kills_it),
    UNIT_CASE(many_may_wait_and_be_cancelled), UNIT_CASE(a_cancelled_run_leaves_no_child),
    UNIT_CASE(a_cancelled_communicate_leaves_the_child),
    UNIT_LOOP(a_child_that_is_freed_is_killed_and_reaped, 2),
    UNIT_CASE(a_child_inherits_three_descriptors_and_no_signal_state),
    UNIT_CASE(output_goes_to_a_descriptor_and_errors_along),
    UNIT_CASE(low_descriptors_are_not_mixed_up), UNIT_CASE(a_child_may_have_a_session_of_its_own),
    UNIT_CASE(without_descriptors_there_is_no_child),
    UNIT_CASE(an_end_that_somebody_else_took_is_an_error))
