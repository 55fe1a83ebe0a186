/* SPDX-License-Identifier: MIT */
/*
 * Handlers in quarantine. worker/quarantine_guard.h has the contract.
 */
#include "config.h"

#include "worker/quarantine_guard.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/server_conf.h"
#include "ipc/quarantine.h"
#include "worker/child.h"
#include <cadre/error.h>

bool quarantine_guard_open(struct quarantine_guard *guard, const struct child *child)
{
    const struct cadre__heritage *heritage = &child->heritage;
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(heritage, CADRE__QUARANTINE_AREA);
    int r;

    *guard = (struct quarantine_guard){
        .area = {.fd = -1}, .generation = heritage->generation, .slot = heritage->slot};
    if (shm == NULL || strcmp(child->conf->quarantine, "off") == 0)
        return false;
    r = cadre__shm_attach(&guard->area, CADRE__QUARANTINE_AREA, shm->fd, true);
    if (r == 0)
        r = cadre__quarantine_open(&guard->area, &guard->quarantine);
    if (r < 0)
        cadre__log(CADRE_LOG_WARNING, "no handler is put into quarantine: %s", cadre_strerror(r));
    return r == 0;
}

void quarantine_guard_close(struct quarantine_guard *guard)
{
    if (guard->area.addr != NULL)
        cadre__shm_done(&guard->area);
    guard->quarantine = NULL;
}

enum cadre__app_ticket quarantine_guard_admit(const struct quarantine_guard *guard,
                                              const char *module, const char *handler,
                                              unsigned *ret_wait_s)
{
    uint64_t wait_ns = 0;

    if (cadre__quarantine_is_empty(guard->quarantine))
        return CADRE__APP_ADMITTED;
    switch (cadre__quarantine_ask(guard->quarantine, guard->generation, guard->slot, module,
                                  handler, cadre__clock_now(cadre__clock_system()), &wait_ns)) {
    case CADRE__QUARANTINE_PROBE:
        cadre__log(CADRE_LOG_NOTICE,
                   "module \"%s\": handler %s is in quarantine: one request is tried", module,
                   handler);
        return CADRE__APP_TRIED;
    case CADRE__QUARANTINE_REFUSE:
        *ret_wait_s = (unsigned)(wait_ns / CADRE__NSEC_PER_SEC) + 1;
        return CADRE__APP_REFUSED;
    case CADRE__QUARANTINE_PASS:
        break;
    }
    return CADRE__APP_ADMITTED;
}

void quarantine_guard_tried(const struct quarantine_guard *guard, const char *module,
                            const char *handler)
{
    cadre__quarantine_probed(guard->quarantine, guard->generation, guard->slot, module, handler);
    cadre__log(CADRE_LOG_NOTICE,
               "module \"%s\": handler %s has come through and leaves the quarantine", module,
               handler);
}
