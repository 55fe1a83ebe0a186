/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/client with servers that do not answer as they should. What an answer looks like
 * when it is printed is test_client_*.c. Its patience is a second here.
 */
#include "config.h"

#include "master/client.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "master/options.h"
#include "tests/unit/unit.h"

static char path[64];
static int listener;

static void make(int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(path, sizeof(path), "/tmp/cadre-unit-client-%d", (int)getpid());
    memcpy(address.sun_path, path, strlen(path) + 1);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, backlog), 0);
}

static void done(void)
{
    close(listener);
    unlink(path);
}

/* What COMMAND comes to, and what is printed to standard error. */
static int run(const char *command, char ret_said[static 1024])
{
    const struct options options = {.command = command};
    FILE *said = tmpfile();
    int code, old = dup(STDERR_FILENO);
    size_t n;

    ck_assert_ptr_nonnull(said);
    ck_assert_int_ge(dup2(fileno(said), STDERR_FILENO), 0);
    code = client_run(&options, path, NULL);
    ck_assert_int_ge(dup2(old, STDERR_FILENO), 0);
    close(old);
    rewind(said);
    n = fread(ret_said, 1, 1023, said);
    ret_said[n] = '\0';
    fclose(said);
    return code;
}

/* A process that reads one request, sends TEXT and goes. */
static pid_t answer_once(const char *text)
{
    pid_t pid = fork();
    char request[64];

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = accept(listener, NULL, NULL);

        (void)!recv(fd, request, sizeof(request), 0);
        (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
        _exit(0);
    }
    return pid;
}

START_TEST(one_that_is_stopped_is_not_waited_for)
{
    char said[1024];

    make(4);
    ck_assert_int_eq(run("status", said), CLIENT_EXIT_NO_SERVER);
    ck_assert_ptr_nonnull(strstr(said, " has not answered for 1 s: it is stopped"));
    done();
}
END_TEST

START_TEST(one_that_takes_no_connection_is_not_waited_for)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char said[1024];
    int fds[4];

    make(0);
    memcpy(address.sun_path, path, strlen(path) + 1);
    for (int i = 0; i < 4; i++) { /* more than there is room for */
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)!connect(fds[i], (struct sockaddr *)&address, sizeof(address));
    }
    ck_assert_int_eq(run("stop", said), CLIENT_EXIT_NO_SERVER);
    ck_assert_ptr_nonnull(strstr(said, "it does not answer: it is stopped"));
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    done();
}
END_TEST

START_TEST(one_that_goes_or_talks_nonsense_is_told)
{
    char said[1024];
    pid_t pid;

    make(4);
    pid = answer_once("");
    ck_assert_int_eq(run("reload", said), CLIENT_EXIT_NO_SERVER);
    ck_assert_ptr_nonnull(strstr(said, "went away before it answered"));
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    pid = answer_once("[1]\n");
    ck_assert_int_eq(run("reload", said), CLIENT_EXIT_NO_SERVER);
    ck_assert_ptr_nonnull(strstr(said, "cannot be understood"));
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    done();
}
END_TEST

START_TEST(an_answer_that_cannot_be_written_is_a_failure)
{
    int old = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY | O_CLOEXEC), code;
    char said[1024];
    pid_t pid;

    make(4);
    pid = answer_once("{\"ok\":true,\"generation\":2,\"took_s\":1,\"lost\":0}\n");
    fflush(stdout);
    ck_assert_int_ge(dup2(full, STDOUT_FILENO), 0);
    code = run("reload", said);
    __fpurge(stdout);
    ck_assert_int_ge(dup2(old, STDOUT_FILENO), 0);
    ck_assert_int_eq(code, CLIENT_EXIT_NO_SERVER);
    ck_assert_ptr_nonnull(strstr(said, "cannot write the answer: No space left on device"));
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    close(old);
    close(full);
    done();
}
END_TEST

UNIT_MAIN("master/client", UNIT_CASE(one_that_is_stopped_is_not_waited_for),
          UNIT_CASE(one_that_takes_no_connection_is_not_waited_for),
          UNIT_CASE(one_that_goes_or_talks_nonsense_is_told),
          UNIT_CASE(an_answer_that_cannot_be_written_is_a_failure))
