/* SPDX-License-Identifier: MIT */
/*
 * Asks the control socket and prints what comes; see client.h.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "master/client.h"
#include "master/client_crashes.h"
#include "master/client_status.h"
#include "master/options.h"

#define REQUEST_SIZE 64
#define ANSWER_MAX   (64UL << 20) /* bytes; more is no answer of ours */
#define WATCH_NS     1000000000L
/* A master that runs takes what it is asked, and answers what needs no waiting, at once. */
#ifndef CLIENT_PATIENCE_S /* a test has less */
#define CLIENT_PATIENCE_S 10
#endif
/* For so long a socket that nobody has is asked for again. */
#define ABSENT_PAUSE_MS 20
#define ABSENT_PAUSES   20

struct client {
    const char *path;
    const char *hint;
    int fd; /* -1: not connected */
};

__attribute__((format(printf, 1, 2))) static int complain(const char *fmt, ...)
{
    va_list args;

    fputs("cadre: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    return CLIENT_EXIT_NO_SERVER;
}

/* --- Asking --- */

static const char *explain(int error)
{
    switch (error) {
    case ENOENT:
        return "there is no such socket; is the server running, with a runtime_dir that it can "
               "write to?";
    case ECONNREFUSED:
        return "the server that made it is gone";
    case EACCES:
    case EPERM:
        return "only root and the user of the master may ask there";
    case EAGAIN:
        return "it does not answer: it is stopped, or the machine is busy beyond measure";
    default:
        return strerror(error);
    }
}

/* 0 or an errno. EAGAIN: nobody has taken the connection in time. */
static int try_connect(struct client *client, const struct sockaddr_un *address)
{
    const struct timeval patience = {.tv_sec = CLIENT_PATIENCE_S};
    int error;

    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return errno;
    (void)setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(client->fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return 0;
    error = errno;
    cadre__fd_close(&client->fd);
    return error;
}

/* In a binary upgrade the socket changes hands: for a moment nobody has it. */
static int connect_to(struct client *client)
{
    const struct timespec pause = {.tv_nsec = ABSENT_PAUSE_MS * 1000000L};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int error;

    if (strlen(client->path) >= sizeof(address.sun_path))
        return complain("the path \"%s\" is too long for a socket", client->path);
    memcpy(address.sun_path, client->path, strlen(client->path) + 1);
    for (unsigned tries = 0;; tries++) {
        error = try_connect(client, &address);
        if (error == 0)
            return 0;
        if ((error != ENOENT && error != ECONNREFUSED) || tries == ABSENT_PAUSES)
            break;
        nanosleep(&pause, NULL);
    }
    return complain("no server at %s: %s%s%s", client->path, explain(error),
                    client->hint ? "; " : "", client->hint ? client->hint : "");
}

/* Whether the answer comes at once. */
static bool is_answered_at_once(const char *request)
{
    static const char *const waiting[] = {"reload", "stop", "upgrade"};

    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
        if (strncmp(request, waiting[i], strlen(waiting[i])) == 0)
            return false;
    return true;
}

static void limit_wait(int fd, const char *request)
{
    const struct timeval patience = {.tv_sec = CLIENT_PATIENCE_S};

    if (is_answered_at_once(request))
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static bool send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* Reads to the end of the line. The caller frees it; NULL: there was none, *ret_late: in time. */
static char *read_answer(int fd, bool *ret_late)
{
    size_t len = 0, size = 4096;
    char *text = malloc(size);

    *ret_late = false;
    while (text != NULL) {
        ssize_t n = recv(fd, text + len, size - len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        *ret_late = n < 0 && errno == EAGAIN;
        if (n <= 0)
            break;
        len += (size_t)n;
        if (text[len - 1] == '\n') {
            text[len - 1] = '\0';
            return text;
        }
        if (len == size) {
            char *more = size < ANSWER_MAX ? realloc(text, size * 2) : NULL;

            if (more == NULL)
                break;
            text = more;
            size *= 2;
        }
    }
    free(text);
    return NULL;
}

/* Then it may be asked again, where the socket changed hands meanwhile. */
static bool changes_nothing(const char *request)
{
    return strncmp(request, "status", 6) == 0 || strncmp(request, "crashes", 7) == 0;
}

/* Sends a request and waits for the answer. 0 with *RET, the caller's; else the exit code, with
 * its line printed. The connection stays open. */
static int ask(struct client *client, const char *request, json_t **ret)
{
    json_error_t error;
    char *text = NULL;
    bool late = false;

    for (unsigned tries = changes_nothing(request) ? 2 : 1; tries > 0 && text == NULL && !late;
         tries--) {
        int code = connect_to(client);

        if (code != 0)
            return code;
        limit_wait(client->fd, request);
        if (send_all(client->fd, request, strlen(request)))
            text = read_answer(client->fd, &late);
        if (text == NULL)
            cadre__fd_close(&client->fd);
    }
    if (late)
        return complain("the server at %s has not answered for %d s: it is stopped, or the machine "
                        "is busy beyond measure",
                        client->path, CLIENT_PATIENCE_S);
    if (text == NULL)
        return complain("the server went away before it answered");
    *ret = json_loads(text, 0, &error);
    free(text);
    if (*ret != NULL && json_is_object(*ret))
        return 0;
    json_decref(*ret);
    cadre__fd_close(&client->fd);
    return complain("the server's answer cannot be understood; is it of another version?");
}

/* 0 where the answer says so; else the exit code, with its reason printed. */
static int judge(const char *command, const json_t *answer)
{
    const json_t *code = json_object_get(answer, "exit");
    const char *error = json_string_value(json_object_get(answer, "error"));

    if (json_is_true(json_object_get(answer, "ok")))
        return 0;
    complain("%s failed: %s", command, error != NULL ? error : "?");
    return json_is_integer(code) ? (int)json_integer_value(code) : CLIENT_EXIT_NO_SERVER;
}

/* --- Commands --- */

static int print_json(const json_t *answer)
{
    if (json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12)) <
            0 ||
        putchar('\n') == EOF || fflush(stdout) != 0)
        return complain("cannot write the answer: %s", strerror(errno));
    return 0;
}

static const char *status_request(const struct options *options)
{
    if (options->watch)
        return options->tasks ? "status buckets tasks\n" : "status buckets\n";
    return options->tasks ? "status tasks\n" : "status\n";
}

static int watch_status(struct client *client, const struct options *options)
{
    const struct timespec pause = {.tv_nsec = WATCH_NS % 1000000000,
                                   .tv_sec = WATCH_NS / 1000000000};
    json_t *before = NULL, *answer = NULL;
    int code;

    while ((code = ask(client, status_request(options), &answer)) == 0) {
        cadre__fd_close(&client->fd);
        code = judge("status", answer);
        if (code != 0)
            break;
        client_status_watch(stdout, answer, before, isatty(STDOUT_FILENO) == 1);
        if (fflush(stdout) != 0)
            break;
        json_decref(before);
        before = answer;
        nanosleep(&pause, NULL);
    }
    json_decref(before);
    return code;
}

static int run_status(struct client *client, const struct options *options)
{
    json_t *answer = NULL;
    int code;

    if (options->watch)
        return watch_status(client, options);
    code = ask(client, status_request(options), &answer);
    if (code != 0)
        return code;
    code = judge("status", answer);
    if (code == 0 && options->json) {
        json_object_del(answer, "ok");
        code = print_json(answer);
    } else if (code == 0) {
        client_status_print(stdout, answer);
    }
    json_decref(answer);
    return code;
}

static int run_reload(struct client *client, const struct options *options)
{
    json_int_t lost;
    json_t *answer = NULL;
    int code = ask(client, options->soon ? "reload soon\n" : "reload\n", &answer);

    if (code != 0)
        return code;
    code = judge("reload", answer);
    lost = json_integer_value(json_object_get(answer, "lost"));
    if (code == 0)
        printf("generation %lld serves, after %.3f s; %lld request%s lost\n",
               (long long)json_integer_value(json_object_get(answer, "generation")),
               json_number_value(json_object_get(answer, "took_s")), (long long)lost,
               lost == 1 ? " was" : "s were");
    json_decref(answer);
    return code;
}

/* The server closes the connection when it goes, not before. */
static int run_stop(struct client *client, const struct options *options)
{
    json_t *answer = NULL;
    char byte;
    ssize_t n;
    int code = ask(client, options->now ? "stop now\n" : "stop\n", &answer);

    if (code != 0)
        return code;
    code = judge("stop", answer);
    json_decref(answer);
    if (code != 0)
        return code;
    do
        n = recv(client->fd, &byte, 1, 0);
    while (n > 0 || (n < 0 && errno == EINTR));
    return 0;
}

/* Asks for what is done at once. */
static int run_plain(struct client *client, const char *command, const char *request)
{
    json_t *answer = NULL;
    int code = ask(client, request, &answer);

    if (code != 0)
        return code;
    code = judge(command, answer);
    json_decref(answer);
    return code;
}

static int run_workers(struct client *client, const struct options *options)
{
    char request[REQUEST_SIZE];

    snprintf(request, sizeof(request), "workers %.32s\n", options->arguments[0]);
    return run_plain(client, "workers", request);
}

static int run_reopen(struct client *client, const struct options *options)
{
    (void)options;
    return run_plain(client, "reopen", "reopen\n");
}

static int run_crashes(struct client *client, const struct options *options)
{
    json_t *answer = NULL;
    int code = ask(client, "crashes\n", &answer);

    if (code != 0)
        return code;
    code = judge("crashes", answer);
    if (code == 0 && options->json)
        code = print_json(json_object_get(answer, "crashes"));
    else if (code == 0)
        client_crashes_print(stdout, answer);
    json_decref(answer);
    return code;
}

static int run_upgrade(struct client *client, const struct options *options)
{
    (void)options;
    return run_plain(client, "upgrade", "upgrade\n");
}

static const struct {
    const char *name;
    int (*run)(struct client *client, const struct options *options);
} commands[] = {
    {"status", run_status},   {"reload", run_reload}, {"stop", run_stop},
    {"workers", run_workers}, {"reopen", run_reopen}, {"crashes", run_crashes},
    {"upgrade", run_upgrade},
};

int client_run(const struct options *options, const char *path, const char *hint)
{
    struct client client = {.path = path, .hint = hint, .fd = -1};
    int code = CLIENT_EXIT_NO_SERVER;

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, options->command) == 0)
            code = commands[i].run(&client, options);
    cadre__fd_close(&client.fd);
    if (code == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        code = complain("cannot write the answer: %s", strerror(errno));
    return code;
}
