/* SPDX-License-Identifier: MIT */
/*
 * Crowds of clients in one process, for what takes too many of them for Python: crowd.py starts
 * it. Each command prints one line of JSON per thing to know, the last one what came of it all.
 *
 *   crowd PORT slow HEADS BODIES READERS SECONDS
 *       So many clients that send a byte of a head, or of a body, a second, and that read a byte of
 *       an endless answer a second; until the server has ended them all, or for so long.
 *   crowd PORT probe CONNECTIONS RATE SECONDS PATH
 *       So many kept connections that ask RATE times a second in all: how long an answer takes,
 *       counted from when it was to be asked for.
 *   crowd PORT ask CONNECTIONS TOTAL DEPTH PATH
 *       TOTAL requests over kept connections, DEPTH at a time on each, as fast as they are
 * answered. crowd PORT refuse HOW RATE TOTAL TOTAL connections, RATE a second, one after the other:
 * "full": waits to be turned away; "bad": sends what is no HTTP; "leave": closes at once; "reset":
 * resets within a head.
 *
 * All answers to PATH must be of one length, as those to "/version" are.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND       UINT64_C(1000000000)
#define MS           UINT64_C(1000000)
#define TICKS        50 /* a second: clients that do a thing once a second do it in one of these */
#define TICK         (SECOND / TICKS)
#define OPENING      200  /* connections on their way at a time: fewer than a queue holds */
#define READERS_ROOM 2304 /* of a slow reader, in bytes: what the kernel makes the least */

enum kind { HEAD, BODY, READER, N_KINDS };

/* What came of a slow client. */
enum fate { ANSWERED_408, CUT, CLOSED, OTHER, REFUSED, LEFT_OVER, N_FATES };

static const char *const fates[N_FATES] = {"408", "cut", "closed", "other", "refused", "left"};
static const char *const kinds[N_KINDS] = {"heads", "bodies", "readers"};

static const char *const openings[N_KINDS] = {
    "GET /version HTTP/1.1\r\nHost: h\r\nX: ",
    "POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n",
    "GET /stream/100000000 HTTP/1.1\r\nHost: h\r\n\r\n",
};

struct client {
    int fd; /* -1: it has ended */
    enum kind kind;
    bool connected;
    uint64_t began_ns;
    uint64_t due_ns;     /* probe: when the request on its way was to be sent */
    uint64_t next_ns;    /* probe: when the next one is */
    uint64_t unanswered; /* ask: requests on their way */
    size_t received;     /* bytes of the answer at hand */
};

static struct sockaddr_in server;
static int epoll = -1;

static uint64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * SECOND + (uint64_t)ts.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *allocate(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL)
        fail("calloc");
    return p;
}

static int64_t number(const char *text)
{
    char *end;
    long long n = strtoll(text, &end, 10);

    if (*text == '\0' || *end != '\0' || n < 0) {
        fprintf(stderr, "crowd: no number: %s\n", text);
        exit(2);
    }
    return n;
}

/* --- connections --- */

/* Begins to connect; -1 with errno where that fails at once. */
static int start_connect(int receive_room)
{
    const int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        fail("socket");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (receive_room > 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof(receive_room));
    if (connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static void watch(struct client *c, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = c};

    if (epoll_ctl(epoll, operation, c->fd, &event) < 0)
        fail("epoll_ctl");
}

static void end(struct client *c, bool by_reset)
{
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    if (by_reset)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close(c->fd);
    c->fd = -1;
}

/* Waits for events until then; returns how many there are. */
static int wait_events(struct epoll_event *events, int n, uint64_t until_ns)
{
    uint64_t now_ns = now();
    int ms = until_ns <= now_ns ? 0 : (int)((until_ns - now_ns + MS - 1) / MS);
    int found = epoll_wait(epoll, events, n, ms);

    if (found < 0 && errno != EINTR)
        fail("epoll_wait");
    return found < 0 ? 0 : found;
}

/* --- slow --- */

struct slow {
    struct client *clients;
    size_t n, opened, connected, ended;
    size_t fate[N_KINDS][N_FATES];
    uint64_t first_ns[N_KINDS], last_ns[N_KINDS]; /* the shortest and the longest life */
};

static void note_end(struct slow *s, struct client *c, enum fate fate)
{
    uint64_t life_ns = now() - c->began_ns;

    s->fate[c->kind][fate]++;
    if (s->first_ns[c->kind] == 0 || life_ns < s->first_ns[c->kind])
        s->first_ns[c->kind] = life_ns;
    if (life_ns > s->last_ns[c->kind])
        s->last_ns[c->kind] = life_ns;
    if (!c->connected)
        s->connected++; /* no more to wait for */
    s->ended++;
    end(c, true);
}

static void slow_open(struct slow *s)
{
    while (s->opened < s->n && s->opened - s->connected < OPENING) {
        struct client *c = &s->clients[s->opened++];

        c->began_ns = now();
        c->fd = start_connect(c->kind == READER ? READERS_ROOM : 0);
        if (c->fd < 0)
            fail("connect");
        watch(c, EPOLLOUT, EPOLL_CTL_ADD);
    }
}

static void slow_connected(struct slow *s, struct client *c)
{
    const char *text = openings[c->kind];
    ssize_t n = send(c->fd, text, strlen(text), MSG_NOSIGNAL);

    if (n < 0) {
        note_end(s, c, REFUSED);
        return;
    }
    s->connected++;
    c->connected = true;
    c->began_ns = now();
    /* A reader is not told of what there is to read. */
    watch(c, c->kind == READER ? EPOLLRDHUP : EPOLLIN, EPOLL_CTL_MOD);
    if (s->connected == s->n) {
        printf("{\"connected\": %zu}\n", s->connected);
        fflush(stdout);
    }
}

static void slow_event(struct slow *s, struct client *c, uint32_t events)
{
    char answer[1024];

    if (!c->connected && !(events & EPOLLERR)) {
        slow_connected(s, c);
        return;
    }
    if (c->kind == READER) {
        note_end(s, c, events & EPOLLERR ? CUT : CLOSED);
        return;
    }
    ssize_t n = recv(c->fd, answer, sizeof(answer) - 1, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        note_end(s, c, n == 0 ? CLOSED : c->connected ? CUT : REFUSED);
        return;
    }
    answer[n] = '\0';
    note_end(s, c, strncmp(answer, "HTTP/1.1 408 ", 13) == 0 ? ANSWERED_408 : OTHER);
}

/* A byte of each whose turn it is. */
static void slow_tick(struct slow *s, size_t tick)
{
    for (size_t i = tick % TICKS; i < s->opened; i += TICKS) {
        struct client *c = &s->clients[i];
        char byte = 'x';

        if (c->fd < 0 || !c->connected)
            continue;
        if (c->kind == READER)
            (void)!recv(c->fd, &byte, 1, 0);
        else
            (void)!send(c->fd, &byte, 1, MSG_NOSIGNAL);
    }
}

static void slow_report(const struct slow *s)
{
    printf("{");
    for (int k = 0; k < N_KINDS; k++) {
        printf("%s\"%s\": {\"first_s\": %.3f, \"last_s\": %.3f", k > 0 ? ", " : "", kinds[k],
               (double)s->first_ns[k] / 1e9, (double)s->last_ns[k] / 1e9);
        for (int f = 0; f < N_FATES; f++)
            printf(", \"%s\": %zu", fates[f], s->fate[k][f]);
        printf("}");
    }
    printf("}\n");
}

static int slow(char **args)
{
    struct slow s = {0};
    struct epoll_event events[256];
    size_t counts[N_KINDS];

    for (int k = 0; k < N_KINDS; k++)
        s.n += counts[k] = (size_t)number(args[k]);
    uint64_t end_ns = now() + (uint64_t)number(args[N_KINDS]) * SECOND;
    s.clients = allocate(s.n + 1, sizeof(*s.clients));
    for (size_t i = 0, k = 0; i < s.n; i++) { /* in turn, as long as there are of each */
        while (counts[k] == 0)
            k = (k + 1) % N_KINDS;
        counts[k]--;
        s.clients[i].kind = (enum kind)k;
        k = (k + 1) % N_KINDS;
    }

    size_t tick = 0;
    for (uint64_t next_ns = now(); s.ended < s.n && now() < end_ns;) {
        slow_open(&s);
        int n = wait_events(events, 256, next_ns);
        for (int i = 0; i < n; i++)
            slow_event(&s, events[i].data.ptr, events[i].events);
        for (; next_ns <= now(); next_ns += TICK)
            slow_tick(&s, tick++);
    }
    for (size_t i = 0; i < s.opened; i++)
        if (s.clients[i].fd >= 0)
            note_end(&s, &s.clients[i], LEFT_OVER);
    slow_report(&s);
    free(s.clients);
    return 0;
}

/* --- kept connections that ask --- */

struct asking {
    struct client *clients;
    size_t n;
    char request[4096];
    size_t len;        /* of it */
    size_t answer_len; /* of each answer */
};

static void set_blocking(int fd, bool on)
{
    const struct timeval limit = {.tv_sec = 60};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0)
        fail("fcntl");
}

/* One request, to its end; returns the length of the answer. */
static size_t ask_once(struct asking *a, int fd)
{
    char answer[65536];
    size_t len = 0;

    if (send(fd, a->request, a->len, MSG_NOSIGNAL) != (ssize_t)a->len)
        fail("send");
    for (;;) {
        ssize_t n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
        if (n <= 0)
            fail("recv");
        len += (size_t)n;
        answer[len] = '\0';
        const char *body = strstr(answer, "\r\n\r\n");
        const char *length = strcasestr(answer, "\r\ncontent-length: ");
        if (body == NULL)
            continue;
        if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0 || length == NULL || length > body) {
            fprintf(stderr, "crowd: no answer to count: %.200s\n", answer);
            exit(1);
        }
        size_t whole = (size_t)(body + 4 - answer) + strtoul(length + 18, NULL, 10);
        if (len >= whole)
            return whole;
    }
}

/* Opens the connections, and learns from the first how long an answer is. */
static void asking_open(struct asking *a, size_t n, const char *path)
{
    a->n = n;
    a->clients = allocate(n + 1, sizeof(*a->clients));
    a->len = (size_t)snprintf(a->request, sizeof(a->request), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n",
                              path);
    for (size_t i = 0; i < n; i++) {
        struct client *c = &a->clients[i];

        c->fd = start_connect(0);
        if (c->fd < 0)
            fail("connect");
        set_blocking(c->fd, true);
        a->answer_len = ask_once(a, c->fd);
        set_blocking(c->fd, false);
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static void asking_close(struct asking *a)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->clients[i].fd >= 0)
            end(&a->clients[i], false);
    free(a->clients);
}

/* Reads what is there; returns how many answers have come to their end. */
static size_t take_answers(const struct asking *a, struct client *c)
{
    static char data[1 << 18];
    ssize_t n = recv(c->fd, data, sizeof(data), 0);

    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n == 0)
        errno = ECONNRESET;
    if (n <= 0)
        fail("a kept connection has ended");
    c->received += (size_t)n;
    size_t answers = c->received / a->answer_len;
    c->received %= a->answer_len;
    return answers;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static double at(const uint64_t *sorted, size_t n, double part)
{
    return n == 0 ? 0 : (double)sorted[(size_t)((double)(n - 1) * part)] / 1e3;
}

static int probe(char **args)
{
    struct asking a = {0};
    size_t n = (size_t)number(args[0]), n_took = 0;
    uint64_t rate = (uint64_t)number(args[1]), seconds = (uint64_t)number(args[2]);
    struct epoll_event events[256];

    asking_open(&a, n, args[3]);
    uint64_t step_ns = SECOND * n / rate, begin_ns = now(), end_ns = begin_ns + seconds * SECOND;
    size_t room = (size_t)(rate * seconds) + 2 * n;
    uint64_t *took = allocate(room, sizeof(*took));
    for (size_t i = 0; i < n; i++)
        a.clients[i].next_ns = begin_ns + step_ns * i / n;

    for (uint64_t now_ns = begin_ns; now_ns < end_ns; now_ns = now()) {
        uint64_t next_ns = end_ns;
        for (size_t i = 0; i < n; i++) {
            struct client *c = &a.clients[i];
            if (c->due_ns == 0 && c->next_ns <= now_ns) {
                c->due_ns = c->next_ns;
                c->next_ns += step_ns;
                if (send(c->fd, a.request, a.len, MSG_NOSIGNAL) != (ssize_t)a.len)
                    fail("send");
            }
            if (c->due_ns == 0 && c->next_ns < next_ns)
                next_ns = c->next_ns;
        }
        int found = wait_events(events, 256, next_ns);
        for (int i = 0; i < found; i++) {
            struct client *c = events[i].data.ptr;
            if (take_answers(&a, c) > 0 && n_took < room) {
                took[n_took++] = now() - c->due_ns;
                c->due_ns = 0;
            }
        }
    }
    qsort(took, n_took, sizeof(*took), compare);
    printf("{\"answers\": %zu, \"p50_us\": %.0f, \"p90_us\": %.0f, \"p99_us\": %.0f, "
           "\"max_us\": %.0f}\n",
           n_took, at(took, n_took, 0.5), at(took, n_took, 0.9), at(took, n_took, 0.99),
           at(took, n_took, 1));
    free(took);
    asking_close(&a);
    return 0;
}

static int ask(char **args)
{
    struct asking a = {0};
    size_t n = (size_t)number(args[0]), depth = (size_t)number(args[2]);
    uint64_t total = (uint64_t)number(args[1]), sent = 0, answered = 0;
    struct epoll_event events[256];

    asking_open(&a, n, args[3]);
    char *batch = allocate(depth, a.len);
    for (size_t i = 0; i < depth; i++)
        memcpy(batch + i * a.len, a.request, a.len);

    uint64_t begin_ns = now();
    for (size_t i = 0; answered < total; i++) {
        struct client *c = &a.clients[i % n];
        int found = 0;
        if (i >= n) { /* each has been given its first batch */
            found = wait_events(events, 256, now() + 60 * SECOND);
            if (found == 0) {
                errno = ETIMEDOUT;
                fail("no answer");
            }
        }
        for (int e = 0; e < found || (i < n && e == 0); e++) {
            if (i >= n) {
                c = events[e].data.ptr;
                size_t answers = take_answers(&a, c);
                answered += answers;
                c->unanswered -= answers;
            }
            if (c->unanswered > 0 || sent >= total)
                continue;
            if (send(c->fd, batch, depth * a.len, MSG_NOSIGNAL) != (ssize_t)(depth * a.len))
                fail("send");
            c->unanswered = depth;
            sent += depth;
        }
    }
    printf("{\"answers\": %" PRIu64 ", \"seconds\": %.3f}\n", answered,
           (double)(now() - begin_ns) / 1e9);
    free(batch);
    asking_close(&a);
    return 0;
}

/* --- refuse --- */

/* What a connection that waits is answered: 503, 400 ...; 0: it ended without an answer. */
static int wait_status(int fd)
{
    char answer[4096];
    size_t len = 0;
    ssize_t n;

    while ((n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
        len += (size_t)n;
    answer[len] = '\0';
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

static int refuse(char **args)
{
    const char *how = args[0];
    static const char bad[] = "\x16\x03\x01 this is no HTTP\r\n\r\n", half[] = "GET / HTTP/1.1\r\n";
    uint64_t rate = (uint64_t)number(args[1]), total = (uint64_t)number(args[2]);
    uint64_t begin_ns = now(), by_status[6] = {0}, refused = 0;

    for (uint64_t i = 0; i < total; i++) {
        uint64_t due_ns = begin_ns + i * SECOND / rate, now_ns = now();
        if (due_ns > now_ns + MS) {
            const struct timespec ts = {.tv_nsec = (long)((due_ns - now_ns) % SECOND)};
            nanosleep(&ts, NULL);
        }
        struct client c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (c.fd < 0)
            fail("socket");
        set_blocking(c.fd, true);
        if (connect(c.fd, (struct sockaddr *)&server, sizeof(server)) < 0)
            fail("connect");
        if (strcmp(how, "bad") == 0)
            (void)!send(c.fd, bad, sizeof(bad) - 1, MSG_NOSIGNAL);
        else if (strcmp(how, "reset") == 0)
            (void)!send(c.fd, half, sizeof(half) - 1, MSG_NOSIGNAL);
        if (strcmp(how, "bad") == 0 || strcmp(how, "full") == 0) {
            int status = wait_status(c.fd);
            by_status[status / 100 < 6 ? status / 100 : 0]++;
        }
        refused++;
        end(&c, strcmp(how, "leave") != 0);
    }
    printf("{\"refused\": %" PRIu64 ", \"4xx\": %" PRIu64 ", \"5xx\": %" PRIu64
           ", \"unanswered\": %" PRIu64 ", \"seconds\": %.3f}\n",
           refused, by_status[4], by_status[5], by_status[0], (double)(now() - begin_ns) / 1e9);
    return 0;
}

/* --- */

static const struct command {
    const char *name;
    int (*run)(char **args);
    int n_args;
} commands[] = {
    {"slow", slow, 4},
    {"probe", probe, 4},
    {"ask", ask, 4},
    {"refuse", refuse, 3},
};

int main(int argc, char **argv)
{
    struct rlimit limit;

    if (argc < 3) {
        fprintf(stderr, "usage: crowd PORT COMMAND ARG...: see the head of crowd.c\n");
        return 2;
    }
    server.sin_family = AF_INET;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons((uint16_t)number(argv[1]));
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        fail("epoll_create1");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[2], commands[i].name) == 0 && argc == 3 + commands[i].n_args)
            return commands[i].run(argv + 3);
    fprintf(stderr, "crowd: no such command: %s\n", argv[2]);
    return 2;
}
