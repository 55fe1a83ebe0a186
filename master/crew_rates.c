/* SPDX-License-Identifier: MIT */
/*
 * The area of rate limits (base/rates): see crew.h. It is made for the first child, as large as its
 * conf says, since all generations share it; or it is that of the master before, of a binary
 * upgrade, whose workers go on counting in it while they drain.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/log.h"
#include "base/rates.h"
#include "base/shm.h"
#include "conf/server_conf.h"
#include "master/crew.h"
#include "master/crew_process.h"

int crew_rates_fd(const struct crew *crew)
{
    return crew->rates_area.fd;
}

void crew_take_rates(struct crew *crew, int fd)
{
    struct cadre__rates rates;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int r = own < 0 ? -errno : cadre__shm_attach(&crew->rates_area, CADRE__RATES_AREA, own, true);

    if (r < 0 && own >= 0)
        close(own);
    if (r == 0)
        r = cadre__rates_open(&rates, crew->rates_area.addr, crew->rates_area.size);
    if (r == 0)
        return;
    cadre__shm_done(&crew->rates_area);
    cadre__log(
        CADRE_LOG_WARNING,
        "what the old master's rate limits have counted cannot be used (%s): they begin anew",
        cadre_strerror(r));
}

static int make(struct crew *crew, int keys)
{
    size_t size = cadre__rates_size((uint32_t)keys);
    int r = 0;

    if (crew->rates_area.addr != NULL && crew->rates_area.size != size) {
        cadre__log(CADRE_LOG_NOTICE, "rate_limit_keys has changed: rate limits begin anew");
        cadre__shm_done(&crew->rates_area);
    }
    if (crew->rates_area.addr == NULL) {
        r = cadre__shm_create(&crew->rates_area, CADRE__RATES_AREA, size);
        if (r == 0)
            r = cadre__rates_create(crew->rates_area.addr, crew->rates_area.size);
        if (r < 0)
            cadre__shm_done(&crew->rates_area);
    }
    return r;
}

/* The log has one line for each change, though many children start and those of an older
 * generation may start again. */
static void note(struct crew *crew, uint32_t generation, int keys)
{
    if (generation <= crew->rates_generation)
        return;
    crew->rates_generation = generation;
    if (keys != crew->rates_wanted && keys != crew->rates_keys)
        cadre__log(CADRE_LOG_NOTICE,
                   "rate_limit_keys: a change takes effect at the next start; until then it is %d",
                   crew->rates_keys);
    crew->rates_wanted = keys;
}

int crew_make_rates(struct crew *crew, uint32_t generation, const struct cadre__server_conf *conf)
{
    int keys = conf->rate_limit_keys;

    if (crew->rates_keys == 0) {
        int r = make(crew, keys);

        if (r < 0)
            return r;
        crew->rates_keys = crew->rates_wanted = keys;
    }
    note(crew, generation, keys);
    return 0;
}
