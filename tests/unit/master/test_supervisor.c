/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/supervisor with real processes: a master in a process of its own, children
 * that only talk (fake_worker.c), and a conf file. The master's log comes through a pipe; a test
 * waits for lines of it, never for time.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "conf/load.h"
#include "conf/server_conf.h"
#include "master/predecessor.h"
#include "master/supervisor.h"

#define WAIT_MS 30000

static char folder[] = "/tmp/cadre-test-XXXXXX";
static char conf_path[64], log_path[64];
static char seen[1 << 18]; /* the log so far */
static size_t seen_len, mark;
static int log_pipe = -1;
static pid_t master;

static void write_conf(const char *fake, const char *more)
{
    FILE *file = fopen(conf_path, "w");

    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "workers = 2;\nlog_level = \"debug\";\nenvironment = [\"FAKE=%s\"];\n%s\n"
            "listen: { web: { address = \"127.0.0.1:0\"; }; };\n",
            fake, more);
    fclose(file);
}

static void run_master(int out)
{
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    struct cadre__conf_errors errs;
    struct supervisor_options options;
    char line[512];
    struct predecessor nobody;
    int null = open("/dev/null", O_RDONLY);

    predecessor_open(&nobody);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    unsetenv("JOURNAL_STREAM");
    cadre__conf_errors_init(&errs);
    if (cadre__conf_read(conf_path, NULL, &tree, &conf, &errs) < 0) {
        cadre__conf_errors_format(&errs, 0, line, sizeof(line));
        fprintf(stderr, "%s\n", line);
        _exit(1);
    }
    options = (struct supervisor_options){
        .conf_path = conf_path,
        .tree = tree,
        .conf = conf,
        .predecessor = &nobody,
        .program = "/nonexistent/cadre",
        .worker_fd = open(FAKE_WORKER, O_PATH | O_CLOEXEC),
        .symboliser_fd = -1,
    };
    cadre__conf_errors_done(&errs);
    exit(supervisor_run(&options)); /* not _exit: the leak checker runs at exit */
}

static void start(const char *fake, const char *more)
{
    int fds[2];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(conf_path, sizeof(conf_path), "%s/cadre.conf", folder);
    snprintf(log_path, sizeof(log_path), "%s/cadre.log", folder);
    write_conf(fake, more);
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    fflush(NULL);
    master = fork();
    ck_assert_int_ge(master, 0);
    if (master == 0)
        run_master(fds[1]);
    close(fds[1]);
    log_pipe = fds[0];
}

/* Reads more of the log. False: it has ended, or nothing came in time. */
static bool read_more(void)
{
    struct pollfd fd = {.fd = log_pipe, .events = POLLIN};
    ssize_t n;

    if (poll(&fd, 1, WAIT_MS) != 1)
        return false;
    n = read(log_pipe, seen + seen_len, sizeof(seen) - 1 - seen_len);
    if (n <= 0)
        return false;
    seen_len += (size_t)n;
    seen[seen_len] = '\0';
    return true;
}

/* Waits for a line with a text behind the last one that was waited for. */
static void expect(const char *text)
{
    const char *found;

    while ((found = strstr(seen + mark, text)) == NULL)
        ck_assert_msg(read_more(), "in vain waited for: %s\n%s", text, seen);
    mark = (size_t)(found - seen) + strlen(text);
}

/* How often a text is in the log so far. */
static unsigned count(const char *text)
{
    unsigned n = 0;

    for (const char *p = seen; (p = strstr(p, text)) != NULL; p++)
        n++;
    return n;
}

static int wait_exit(void)
{
    int status;

    while (read_more())
        ;
    ck_assert_int_eq(waitpid(master, &status, 0), master);
    ck_assert_msg(WIFEXITED(status), "the master was killed by %d\n%s", WTERMSIG(status), seen);
    unlink(conf_path);
    unlink(log_path);
    rmdir(folder);
    return WEXITSTATUS(status);
}

static void stop(void)
{
    kill(master, SIGTERM);
    ck_assert_msg(wait_exit() == 0, "%s", seen);
}

static const char *last_line(void)
{
    char *end = seen + seen_len;

    while (end > seen && end[-1] == '\n')
        *--end = '\0';
    return strrchr(seen, '\n') != NULL ? strrchr(seen, '\n') + 1 : seen;
}

START_TEST(it_boots_reloads_and_stops)
{
    start("good", "");
    expect("listening on 127.0.0.1:");
    expect("ready: 2 workers, generation 1");
    kill(master, SIGHUP);
    expect("ready: 2 workers, generation 2");
    expect("generation 1 has ended");
    stop();
    ck_assert_uint_eq(count("fake: drain 1"), 2);
    ck_assert_uint_eq(count("fake: drain 2"), 2);
    ck_assert_ptr_nonnull(strstr(last_line(), "stopped"));
}
END_TEST

START_TEST(what_the_steward_publishes_reaches_every_worker_and_replacement)
{
    pid_t pid;

    start("wants", "");
    expect("ready: 2 workers");
    ck_assert_uint_eq(count("fake: state state"), 2);
    ck_assert_int_eq(sscanf(strstr(seen, "worker 2 (pid "), "worker 2 (pid %d", &pid), 1);
    kill(pid, SIGKILL);
    expect("was killed by signal 9 (SIGKILL)");
    expect("fake: state state");
    expect("worker 2 ");
    expect("serves again");
    ck_assert_uint_eq(count("steward (pid"), 1);
    stop();
}
END_TEST

START_TEST(connections_go_to_the_generation_that_took_over)
{
    start("giving", "");
    expect("ready: 2 workers, generation 1");
    kill(master, SIGHUP);
    expect("generation 1 has ended");
    ck_assert_uint_eq(count("fake: handed to 127.0.0.1:"), 2);
    ck_assert_uint_eq(count("fake: handed to nowhere: 0"), 2);
    /* Their own lines may come later than the master's. */
    mark = 0;
    for (int i = 0; i < 2; i++) {
        expect("fake: adopts 127.0.0.1:");
        expect(" from port 4711 in generation 2: 1");
    }
    /* Nobody goes on where the server stops. */
    kill(master, SIGTERM);
    ck_assert_int_eq(wait_exit(), 0);
    ck_assert_uint_eq(count("fake: handed to 127.0.0.1:"), 4);
    ck_assert_uint_eq(count("fake: adopts "), 2);
}
END_TEST

START_TEST(a_failed_start_ends_with_3_and_its_reason_last)
{
    start("failing", "");
    ck_assert_int_eq(wait_exit(), 3);
    ck_assert_ptr_nonnull(strstr(last_line(), "startup failed: module \"fake\": no luck"));
}
END_TEST

START_TEST(a_child_that_exits_without_a_word_ends_the_boot)
{
    start("mute", "");
    ck_assert_int_eq(wait_exit(), 3);
    ck_assert_ptr_nonnull(strstr(last_line(), "exited with status 5"));
}
END_TEST

START_TEST(a_failed_reload_leaves_the_old_generation)
{
    start("good", "");
    expect("ready: 2 workers, generation 1");
    write_conf("failing", "");
    kill(master, SIGHUP);
    expect("reload failed: module \"fake\": no luck; generation 1 goes on");
    write_conf("good", "nonsense = 1;");
    kill(master, SIGHUP);
    expect("reload failed: ");
    expect("nonsense");
    write_conf("good", "");
    kill(master, SIGHUP);
    expect("ready: 2 workers");
    expect("generation 1 has ended");
    stop();
}
END_TEST

START_TEST(a_crash_loop_is_named_and_the_others_serve_on)
{
    start("crashing", "restart_delay = \"10ms\";");
    expect("ready: 2 workers");
    expect("starts again at once");
    expect("starts again in");
    expect("crash loop, 5 failures in a row; starts again in");
    stop();
}
END_TEST

START_TEST(a_child_that_breaks_the_protocol_is_killed)
{
    start("liar", "");
    expect("is killed: it broke the protocol");
    expect("was killed by signal 9 (SIGKILL)");
    expect("starts again");
    kill(master, SIGTERM);
    wait_exit();
}
END_TEST

START_TEST(a_silent_worker_is_killed_with_its_handler_named)
{
    start("silent", "worker_timeout = \"1s\";");
    expect("has not turned for");
    expect("in fake:stuck");
    expect("was killed by signal 6 (SIGABRT)");
    kill(master, SIGTERM);
    wait_exit();
}
END_TEST

START_TEST(a_second_signal_ends_stubborn_children)
{
    start("stubborn", "");
    expect("listening on");
    expect("ready: 2 workers");
    kill(master, SIGTERM);
    expect("SIGTERM: stopping");
    kill(master, SIGTERM);
    expect("SIGTERM again: 2 processes are killed");
    ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(stubborn_children_end_after_the_limits)
{
    start("stubborn", "graceful_timeout = \"100ms\"; shutdown_timeout = \"100ms\";");
    expect("ready: 2 workers");
    kill(master, SIGTERM);
    expect("did not end within its time to drain");
    ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(a_shutdown_that_fails_is_told)
{
    start("unshut", "");
    expect("ready: 2 workers");
    stop();
    ck_assert_ptr_nonnull(strstr(seen, "failed while leaving: module \"fake\": cannot save"));
}
END_TEST

/* What is in the log file; "" before it is there. In the place of what came through the pipe. */
static void read_log_file(void)
{
    FILE *file = fopen(log_path, "r");

    seen_len = file != NULL ? fread(seen, 1, sizeof(seen) - 1, file) : 0;
    seen[seen_len] = '\0';
    if (file != NULL)
        fclose(file);
}

/* Waits until a text is in the log file so often: the processes say it there, not in the pipe. */
static void expect_in_file(const char *text, unsigned n)
{
    for (read_log_file(); count(text) < n; read_log_file())
        poll(NULL, 0, 5);
}

/* Children that have no descriptor free for it are sent it again. */
static const char *const log_readers[] = {"good", "forgetful"};

START_TEST(the_log_file_is_opened_again_for_all)
{
    char moved[80];

    start(log_readers[_i], "log_file = \"cadre.log\";");
    snprintf(moved, sizeof(moved), "%s.1", log_path);
    expect_in_file("ready: 2 workers", 1);
    ck_assert_int_eq(rename(log_path, moved), 0);
    kill(master, SIGUSR1);
    expect_in_file("the log is opened again", 1);
    expect_in_file("fake: has the log", 2);
    kill(master, SIGTERM);
    while (read_more())
        ;
    read_log_file();
    ck_assert_uint_eq(count("fake: drain 2"), 2);
    unlink(moved);
    ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(children_leave_when_the_master_is_killed)
{
    int status;

    start("good", "");
    expect("ready: 2 workers");
    kill(master, SIGKILL);
    ck_assert_int_eq(waitpid(master, &status, 0), master);
    expect("fake: the master is gone");
    expect("fake: the master is gone");
    unlink(conf_path);
    rmdir(folder);
}
END_TEST

UNIT_MAIN("master/supervisor", UNIT_CASE(it_boots_reloads_and_stops),
          UNIT_CASE(what_the_steward_publishes_reaches_every_worker_and_replacement),
          UNIT_CASE(connections_go_to_the_generation_that_took_over),
          UNIT_CASE(a_failed_start_ends_with_3_and_its_reason_last),
          UNIT_CASE(a_child_that_exits_without_a_word_ends_the_boot),
          UNIT_CASE(a_failed_reload_leaves_the_old_generation),
          UNIT_CASE(a_crash_loop_is_named_and_the_others_serve_on),
          UNIT_CASE(a_child_that_breaks_the_protocol_is_killed),
          UNIT_CASE(a_silent_worker_is_killed_with_its_handler_named),
          UNIT_CASE(a_second_signal_ends_stubborn_children),
          UNIT_CASE(stubborn_children_end_after_the_limits),
          UNIT_CASE(a_shutdown_that_fails_is_told),
          UNIT_LOOP(the_log_file_is_opened_again_for_all, 2),
          UNIT_CASE(children_leave_when_the_master_is_killed))
