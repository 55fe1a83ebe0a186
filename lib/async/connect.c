/* SPDX-License-Identifier: MIT */
/*
 * lib/async/connect.c: connecting, to one address or to the first of several that answers. Runs on
 * the loop.
 *
 * Several attempts are under way in one coroutine: each has a descriptor and is watched for its
 * end; a timer tells when the next one begins (RFC 8305 §5). Whatever happens wakes the coroutine,
 * which looks at all of it. When it leaves, by whatever way, all descriptors but the winner's are
 * closed.
 */
#include "config.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cadre/socket.h>

#include "async/address.h"
#include "async/coroutine.h"
#include "async/fd_wait.h"
#include "async/loop.h"
#include "base/fd.h"

enum { ADDRESSES_MAX = 16 };

#define STAGGER_NS (250 * CADRE__NSEC_PER_MSEC)

struct race;

struct attempt {
    struct cadre__io io; /* told of when the kernel has an answer; io.fd is -1 when it is over */
    struct race *race;
    bool answered; /* the kernel has one */
};

struct race {
    const char *call;
    struct cadre__coroutine *co;
    struct cadre__loop *loop;
    const struct cadre_address *addresses;
    size_t n;                   /* addresses */
    size_t begun;               /* attempts */
    size_t alive;               /* of these, without an end */
    int first_error;            /* of the attempt that failed first */
    bool begin_next;            /* its time has come */
    struct cadre__timer next;   /* ... at that moment */
    struct cadre__timer expiry; /* the end of the whole */
    struct attempt attempts[ADDRESSES_MAX];
};

static void on_answer(int events, void *arg)
{
    struct attempt *attempt = arg;

    (void)events;
    attempt->answered = true;
    (void)cadre__coroutine_resume(attempt->race->co, 0);
}

static void on_next(struct cadre__timer *timer)
{
    struct race *race = CADRE__CONTAINER_OF(timer, struct race, next);

    race->begin_next = true;
    (void)cadre__coroutine_resume(race->co, 0);
}

static void on_expiry(struct cadre__timer *timer)
{
    struct race *race = CADRE__CONTAINER_OF(timer, struct race, expiry);

    (void)cadre__coroutine_resume(race->co, -ETIMEDOUT);
}

static void close_attempt(struct attempt *attempt)
{
    if (attempt->io.fd < 0)
        return;
    cadre__io_stop(&attempt->io);
    cadre__fd_close(&attempt->io.fd);
    attempt->race->alive--;
}

/* Takes the descriptor of an attempt that succeeded out of the race. */
static int win(struct attempt *attempt)
{
    int fd = attempt->io.fd;

    cadre__io_stop(&attempt->io);
    attempt->io.fd = -1;
    attempt->race->alive--;
    return fd;
}

static int lose(struct attempt *attempt, int error)
{
    struct race *race = attempt->race;

    close_attempt(attempt);
    if (race->first_error == 0)
        race->first_error = error;
    race->begin_next = true;
    return -EINPROGRESS;
}

/* Begins one attempt: its descriptor where it succeeded at once, else -EINPROGRESS. */
static int begin(struct race *race, const struct cadre_address *address)
{
    static const int on = 1;
    struct attempt *attempt = &race->attempts[race->begun++];
    int fd = socket(address->u.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int r;

    attempt->race = race;
    cadre__io_init(&attempt->io, race->loop, fd, on_answer, attempt);
    if (fd < 0)
        return lose(attempt, -errno);
    race->alive++;
    if (cadre__address_is_tcp(address))
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    r = connect(fd, &address->u.any, address->len) < 0 ? -errno : 0;
    if (r == 0)
        return win(attempt);
    /* One that a signal interrupted goes on by itself, as one that is in progress. */
    if (r != -EINPROGRESS && r != -EINTR)
        return lose(attempt, r);
    if ((r = cadre__io_start(&attempt->io, CADRE__IO_WRITE, false)) < 0)
        return lose(attempt, r);
    return -EINPROGRESS;
}

/* What became of an attempt that the kernel has an answer for. */
static int judge(struct attempt *attempt)
{
    int error = 0;
    socklen_t len = sizeof(error);

    attempt->answered = false;
    if (getsockopt(attempt->io.fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    return error == 0 ? win(attempt) : lose(attempt, -error);
}

/* Looks at all that has happened: the winner's descriptor, or -EINPROGRESS. */
static int look(struct race *race)
{
    for (size_t i = 0; i < race->begun; i++)
        if (race->attempts[i].answered) {
            int fd = judge(&race->attempts[i]);

            if (fd >= 0)
                return fd;
        }
    while (race->begun < race->n && (race->begin_next || race->alive == 0)) {
        int fd;

        race->begin_next = false;
        fd = begin(race, &race->addresses[race->begun]);
        if (fd >= 0)
            return fd;
        cadre__timer_start(cadre__loop_timers(race->loop), &race->next,
                           cadre__deadline(cadre__loop_clock(race->loop), STAGGER_NS));
    }
    return race->alive > 0 ? -EINPROGRESS : race->first_error;
}

static int run(struct race *race)
{
    int r;

    while ((r = look(race)) == -EINPROGRESS) {
        r = cadre__coroutine_suspend(race->call);
        if (r < 0)
            break;
    }
    return r;
}

static int connect_first(const struct cadre_address *addresses, size_t n, uint64_t deadline_ns,
                         const char *call)
{
    struct race race = {
        .call = call,
        .co = cadre__coroutine_current(),
        .addresses = addresses,
        .n = n,
    };
    int r;

    race.loop = cadre__coroutine_loop(race.co);
    cadre__timer_init(&race.next, on_next);
    cadre__timer_init(&race.expiry, on_expiry);
    if (deadline_ns != CADRE__NEVER)
        cadre__timer_start(cadre__loop_timers(race.loop), &race.expiry, deadline_ns);
    r = run(&race);
    cadre__loop_timer_stop(race.loop, &race.next);
    cadre__loop_timer_stop(race.loop, &race.expiry);
    for (size_t i = 0; i < race.begun; i++)
        close_attempt(&race.attempts[i]);
    return r;
}

int cadre_socket_connect(const char *host, uint16_t port, uint64_t timeout_ms)
{
    struct cadre_address addresses[ADDRESSES_MAX];
    struct cadre__loop *loop;
    uint64_t deadline_ns;
    uint64_t now_ns;
    int n;
    int r;

    if ((r = cadre__fd_enter("cadre_socket_connect")) < 0)
        return r;
    deadline_ns = cadre__fd_deadline(timeout_ms);
    n = cadre_resolve(host, port, AF_UNSPEC, timeout_ms, addresses, ADDRESSES_MAX);
    if (n < 0)
        return n;
    loop = cadre__coroutine_loop(cadre__coroutine_current());
    now_ns = cadre__loop_clock(loop);
    if (deadline_ns <= now_ns)
        return -ETIMEDOUT;
    return connect_first(addresses, (size_t)n, deadline_ns, "cadre_socket_connect");
}

int cadre_socket_connect_address(const struct cadre_address *address, uint64_t timeout_ms)
{
    int r = cadre__fd_enter("cadre_socket_connect_address");

    if (r < 0)
        return r;
    if (address->len < sizeof(sa_family_t))
        return -EINVAL;
    return connect_first(address, 1, cadre__fd_deadline(timeout_ms),
                         "cadre_socket_connect_address");
}

int cadre_socket_connect_unix(const char *path)
{
    struct cadre_address address;
    int r = cadre__fd_enter("cadre_socket_connect_unix");

    if (r < 0 || (r = cadre__address_unix(path, &address)) < 0)
        return r;
    return connect_first(&address, 1, CADRE__NEVER, "cadre_socket_connect_unix");
}
