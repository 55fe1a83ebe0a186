/* SPDX-License-Identifier: MIT */
/*
 * The least that a server can do, to compare others with: epoll, accept, read, count the ends of
 * heads, and for each of them the same bytes, all of one read in one write. It parses nothing.
 * Where those bytes say "connection: close" it closes after the first of them.
 *
 *     null_server PORT FILE     FILE holds the answer; 127.0.0.1; ends by a signal
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096, AT_ONCE_MAX = 256, READ_MAX = 65536, EVENTS = 64, CONNECTIONS = 65536 };

static char answers[AT_ONCE_MAX * ANSWER_MAX];
static size_t answer_len;
static bool answer_closes;
static uint8_t seen[CONNECTIONS]; /* of "\r\n\r\n", at the end of what came last */

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void load_answer(const char *path)
{
    FILE *file = fopen(path, "r");

    if (!file)
        die(path);
    answer_len = fread(answers, 1, ANSWER_MAX - 1, file);
    fclose(file);
    answer_closes = strstr(answers, "connection: close") != NULL;
    for (size_t i = 1; i < AT_ONCE_MAX; i++)
        memcpy(answers + i * answer_len, answers, answer_len);
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(fd, 1024) < 0)
        die("listen");
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static void take_connection(int epoll, int listener)
{
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (fd >= CONNECTIONS)
        die("too many connections");
    if (!answer_closes)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    seen[fd] = 0;
    watch(epoll, fd);
}

static size_t count_heads(int fd, const char *bytes, size_t len)
{
    static const char end[] = "\r\n\r\n";
    uint8_t at = seen[fd];
    size_t heads = 0;

    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == end[at])
            at++;
        else
            at = bytes[i] == '\r';
        if (at == 4) {
            heads++;
            at = 0;
        }
    }
    seen[fd] = at;
    return heads;
}

static void serve(int fd)
{
    static char bytes[READ_MAX];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        close(fd);
        return;
    }
    size_t heads = count_heads(fd, bytes, (size_t)n);
    if (answer_closes && heads > 0) {
        (void)!send(fd, answers, answer_len, MSG_NOSIGNAL);
        close(fd);
        return;
    }
    while (heads > 0) {
        size_t now = heads < AT_ONCE_MAX ? heads : AT_ONCE_MAX;

        if (send(fd, answers, now * answer_len, MSG_NOSIGNAL) < 0)
            return;
        heads -= now;
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];
    int listener, epoll = epoll_create1(0);

    if (argc != 3)
        return 2;
    load_answer(argv[2]);
    listener = listen_on((uint16_t)atoi(argv[1]));
    watch(epoll, listener);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                take_connection(epoll, listener);
            else
                serve(events[i].data.fd);
        }
    }
}
