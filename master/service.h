/* SPDX-License-Identifier: MIT */
/*
 * The server as a service of systemd: when it is told what.
 *
 * The messages themselves are master/notify.h. Here: the watchdog, which is told that all is well
 * only while the workers get on; the time that a start or a reload may still take; the listening
 * sockets, which the service manager keeps for the next start, so that a restart refuses nobody
 * (FileDescriptorStoreMax= of the unit). Without a service manager all calls do nothing. Master
 * only, one thread; never suspends; service_close may block for half a second, and the others for
 * as long as notify.h does.
 */
#ifndef CADRE_MASTER_SERVICE_H
#define CADRE_MASTER_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/timer.h"
#include "master/notify.h"

struct listener_set;
struct passed;
struct service_kept;

/* Whether all is well: the workers get on, or there are none to get on. */
typedef bool (*service_is_well_fn)(void *arg, uint64_t limit_ns);

struct service {
    struct notify notify;
    uint64_t watchdog_ns;  /* how often it wants to hear that all is well, halved; 0: never */
    uint64_t wait_till_ns; /* it was told to wait till then; 0: nothing goes on */
    struct service_kept *kept;
    size_t n_kept;
    unsigned refusals;         /* in a row: some sockets did not get through */
    struct cadre__timer again; /* armed while there are such */

    struct cadre__timers *timers;
    struct cadre__timer watchdog;
    service_is_well_fn is_well;
    void *arg;
};

/*
 * Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment. What is wrong
 * with them is logged: the service manager is told nothing then.
 */
void service_open(struct service *service);

/*
 * Begins to tell that all is well, where the service manager wants to hear it: half the time that
 * it allows, as often as `is_well` says so. Before service_keep. `timers` is borrowed until
 * service_close.
 */
void service_watch(struct service *service, struct cadre__timers *timers,
                   service_is_well_fn is_well, void *arg);

/* A start or a reload goes on and decides something by `deadline_ns` at the latest: it may take
 * until then. `going_on` false: it is over. */
void service_wait(struct service *service, bool going_on, uint64_t deadline_ns, uint64_t now_ns);

/*
 * Has the sockets of the set kept for the next start, and no others; `passed` are those that were
 * kept until this start. Sockets of a .socket unit are left out. The set listens.
 *
 * A socket that the service manager does not take is offered again, after a second, then ever more
 * rarely, each minute at last; the log has a line when that begins, and one when all are taken. One
 * that is closed meanwhile is left out.
 */
void service_keep(struct service *service, const struct listener_set *set,
                  const struct passed *passed);

/* Whether sockets are kept. */
bool service_keeps(const struct service *service);

/* Waits until the service manager has heard all, and closes. */
void service_close(struct service *service);

#endif
