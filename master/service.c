/* SPDX-License-Identifier: MIT */
/*
 * The server as a service of systemd; see service.h.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "master/backoff.h"
#include "master/listener.h"
#include "master/passed.h"
#include "master/service.h"

/* How long the end waits for a service manager that does not read. */
#define BARRIER_MS 500
/* Room beyond a deadline for what is decided then. */
#define WAIT_MARGIN_NS (5 * CADRE__NSEC_PER_SEC)
/* A deadline that is so little later is not worth a message. */
#define WAIT_STEP_NS CADRE__NSEC_PER_SEC
/* How long until a socket that was not taken is offered again, at first and at most. */
#define AGAIN_NS     CADRE__NSEC_PER_SEC
#define AGAIN_MAX_NS (60 * CADRE__NSEC_PER_SEC)

struct service_kept {
    char name[PASSED_NAME_SIZE];
    int fd;    /* borrowed; it may be closed, or another one's, meanwhile */
    ino_t ino; /* which socket it is */
    bool told; /* the service manager has it */
};

/* --- The watchdog --- */

/* How often WATCHDOG=1 is wanted, in ns; 0: not by us. Takes the variables. */
static uint64_t watchdog_interval(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t interval = 0, number;

    if (usec != NULL && cadre__parse_uint64(usec, &number) == 0 &&
        number <= UINT64_MAX / CADRE__NSEC_PER_USEC)
        interval = number * CADRE__NSEC_PER_USEC;
    if (pid != NULL && (cadre__parse_uint64(pid, &number) < 0 || number != (uint64_t)getpid()))
        interval = 0;
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return interval / 2;
}

static uint64_t now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

static void on_watchdog(struct cadre__timer *timer)
{
    struct service *service = CADRE__CONTAINER_OF(timer, struct service, watchdog);

    uint64_t next = cadre__deadline(timer->deadline_ns, service->watchdog_ns), time = now();

    if (service->is_well(service->arg, service->watchdog_ns))
        notify_watchdog(&service->notify);
    /* In step with the first one, unless the process itself was held up. */
    cadre__timer_start(service->timers, timer,
                       next > time ? next : cadre__deadline(time, service->watchdog_ns));
}

void service_watch(struct service *service, struct cadre__timers *timers,
                   service_is_well_fn is_well, void *arg)
{
    service->timers = timers;
    service->is_well = is_well;
    service->arg = arg;
    if (service->watchdog_ns == 0 || service->notify.fd < 0)
        return;
    notify_watchdog(&service->notify);
    cadre__timer_start(timers, &service->watchdog, cadre__deadline(now(), service->watchdog_ns));
}

/* --- Time --- */

void service_wait(struct service *service, bool going_on, uint64_t deadline_ns, uint64_t now_ns)
{
    uint64_t till = cadre__deadline(deadline_ns, WAIT_MARGIN_NS);

    if (!going_on) {
        service->wait_till_ns = 0;
        return;
    }
    if (deadline_ns == CADRE__NEVER || till <= cadre__deadline(service->wait_till_ns, WAIT_STEP_NS))
        return;
    service->wait_till_ns = till;
    notify_extend(&service->notify, till - now_ns);
}

/* --- Sockets --- */

static bool same_socket(const struct service_kept *a, const struct service_kept *b)
{
    return a->ino == b->ino && strcmp(a->name, b->name) == 0;
}

/* The same one in a list; NULL: it is not there. */
static const struct service_kept *find(const struct service_kept *kept,
                                       const struct service_kept *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (same_socket(kept, &list[i]))
            return &list[i];
    return NULL;
}

/* What is to be kept of a set. NULL: out of memory. */
static struct service_kept *list_set(const struct listener_set *set, size_t *ret_n)
{
    struct service_kept *list = calloc(set->n + 1, sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; list != NULL && i < set->n; i++) {
        const struct listener_entry *entry = &set->entries[i];
        struct stat st;

        if (entry->listener->passed != NULL || fstat(entry->listener->fd, &st) < 0)
            continue;
        passed_store_name(entry->conf->name, list[n].name);
        list[n].fd = entry->listener->fd;
        list[n].ino = st.st_ino;
        n++;
    }
    *ret_n = n;
    return list;
}

/* Drops a name; all sockets that are to be kept under it are new then. */
static void drop(const struct service *service, const char *name, struct service_kept *list,
                 size_t n)
{
    notify_unstore(&service->notify, name);
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            list[i].told = false;
}

/* What was kept for this start and is of no use to it. */
static void drop_unused(const struct service *service, const struct passed *passed,
                        struct service_kept *list, size_t n)
{
    char name[PASSED_NAME_SIZE];

    for (size_t i = 0; i < passed->n; i++) {
        if (!passed->list[i].ours || passed->list[i].taken)
            continue;
        passed_store_name(passed->list[i].name, name);
        drop(service, name, list, n);
    }
}

/* Whether its descriptor is still that socket: a reload or a stop may have closed it. */
static bool is_there(const struct service_kept *kept)
{
    struct stat st;

    return fstat(kept->fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_ino == kept->ino;
}

/* Offers what the service manager does not have. 0; or why it did not take one: then the rest
 * would wait for it in vain, too. */
static int store(const struct service *service, struct service_kept *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int r;

        if (list[i].told || !is_there(&list[i]))
            continue;
        r = notify_store(&service->notify, list[i].fd, list[i].name);
        if (r < 0)
            return r;
        list[i].told = true;
    }
    return 0;
}

static bool has_all(const struct service *service)
{
    for (size_t i = 0; i < service->n_kept; i++)
        if (!service->kept[i].told)
            return false;
    return true;
}

/* Offers them, now and, where that fails, later. */
static void offer(struct service *service)
{
    int r = store(service, service->kept, service->n_kept);

    cadre__timer_stop(service->timers, &service->again);
    if (r == 0) {
        if (service->refusals > 0 && has_all(service))
            cadre__log(CADRE_LOG_NOTICE, "the service manager keeps the listening sockets now");
        service->refusals = 0;
        return;
    }
    if (service->refusals++ == 0)
        cadre__log(CADRE_LOG_WARNING,
                   "the service manager does not take the listening sockets: %s; they are offered "
                   "again, until then a restart may refuse connections",
                   cadre_strerror(r));
    cadre__timer_start(
        service->timers, &service->again,
        cadre__deadline(now(), backoff_delay(service->refusals + 1, AGAIN_NS, AGAIN_MAX_NS, 0)));
}

static void on_again(struct cadre__timer *timer)
{
    offer(CADRE__CONTAINER_OF(timer, struct service, again));
}

void service_keep(struct service *service, const struct listener_set *set,
                  const struct passed *passed)
{
    struct service_kept *list;
    size_t n;

    if (service->notify.fd < 0)
        return;
    list = list_set(set, &n);
    if (list == NULL)
        return; /* what is kept now stays so */
    for (size_t i = 0; i < n; i++) {
        const struct service_kept *was = find(&list[i], service->kept, service->n_kept);

        list[i].told = was != NULL && was->told;
    }
    if (service->kept == NULL)
        drop_unused(service, passed, list, n);
    for (size_t i = 0; i < service->n_kept; i++)
        if (find(&service->kept[i], list, n) == NULL)
            drop(service, service->kept[i].name, list, n);
    free(service->kept);
    service->kept = list;
    service->n_kept = n;
    offer(service);
}

bool service_keeps(const struct service *service)
{
    return service->n_kept > 0;
}

/* --- Life --- */

void service_open(struct service *service)
{
    *service = (struct service){.notify = {.fd = -1}};
    cadre__timer_init(&service->watchdog, on_watchdog);
    cadre__timer_init(&service->again, on_again);
    service->watchdog_ns = watchdog_interval();
    if (notify_open(&service->notify) < 0)
        cadre__log(CADRE_LOG_WARNING, "NOTIFY_SOCKET is no address of a socket: the service "
                                      "manager is told nothing");
}

void service_close(struct service *service)
{
    int r;

    if (service->timers != NULL) {
        cadre__timer_stop(service->timers, &service->watchdog);
        cadre__timer_stop(service->timers, &service->again);
    }
    r = notify_barrier(&service->notify, BARRIER_MS);
    if (r < 0 && r != -ENOTCONN)
        cadre__log(CADRE_LOG_DEBUG, "the service manager has not heard all: %s", cadre_strerror(r));
    notify_close(&service->notify);
    free(service->kept);
    service->kept = NULL;
    service->n_kept = 0;
}
