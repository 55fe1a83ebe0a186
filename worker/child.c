/* SPDX-License-Identifier: MIT */
/*
 * The common beginning of all children. It may block, and runs before there is a loop.
 * worker/child.h has the contract.
 */
#include "worker/child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "async/loop.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/metrics.h"
#include "conf/server_conf.h"
#include "middleware/rate_limit.h"
#include "web/worker_info.h"
#include "worker/crash.h"
#include "worker/module.h"
#include "worker/rights.h"
#include "worker/score.h"
#include <cadre/error.h>

/* Tells whoever listens why the process ends. */
static void tell_failure(const struct child *child, const char *why)
{
    if (child->heritage.channel_fd >= 0 &&
        cadre__channel_send_failed(child->heritage.channel_fd, CADRE__PHASE_BOOT, why) == 0)
        return;
    cadre__log(CADRE_LOG_ERROR, "%s", why);
}

static void name_process(const struct cadre__heritage *heritage, char role[static 64])
{
    const char *kind = cadre__child_kind_name(heritage->kind);
    char comm[16];

    if (heritage->kind == CADRE__CHILD_WORKER)
        snprintf(role, 64, "worker %" PRIu32, heritage->index + 1);
    else
        snprintf(role, 64, "%s", kind ? kind : "child");
    snprintf(comm, sizeof(comm), "cadre-%s", kind ? kind : "child");
    (void)prctl(PR_SET_NAME, comm);
}

static int open_log(const struct cadre__heritage *heritage, enum cadre_log_level level)
{
    char role[64];

    name_process(heritage, role);
    const struct cadre__log_options options = {
        .fd = heritage->log_fd,
        .journal_prefix = (heritage->flags & CADRE__HERITAGE_JOURNAL) != 0,
        .level = level,
        .role = role,
        .generation = heritage->generation,
        .service = (enum cadre__log_service)heritage->log_service,
        .facility = heritage->log_facility,
    };
    return cadre__log_open(&options);
}

static int bind_conf(struct child *child, char *why, size_t why_size)
{
    struct cadre__conf_errors errors;
    int r = cadre__conf_tree_map(child->heritage.conf_fd, &child->tree);

    if (r < 0) {
        snprintf(why, why_size, "the conf that the master handed down cannot be mapped: %s",
                 cadre_strerror(r));
        return r;
    }
    cadre__conf_errors_init(&errors);
    r = cadre__server_conf_bind(child->tree, &child->conf, &errors);
    if (r < 0 && cadre__conf_errors_count(&errors) > 0 && !errors.out_of_memory)
        cadre__conf_errors_format(&errors, 0, why, why_size);
    else if (r < 0)
        snprintf(why, why_size, "the conf cannot be read: %s", cadre_strerror(r));
    cadre__conf_errors_done(&errors);
    return r;
}

static int attach_board(struct child *child, char *why, size_t why_size)
{
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(&child->heritage, CADRE__SCOREBOARD_AREA);
    int r = 0;

    child->score = &child->own_score;
    if (!shm)
        return 0;
    r = cadre__shm_attach(&child->board_shm, CADRE__SCOREBOARD_AREA, shm->fd, true);
    if (r == 0)
        r = cadre__scoreboard_open(&child->board_shm, &child->board);
    if (r == 0 && child->heritage.slot >= CADRE__SLOTS_MAX)
        r = -ERANGE;
    if (r < 0) {
        child->board = NULL;
        snprintf(why, why_size, "the scoreboard cannot be used: %s", cadre_strerror(r));
        return r;
    }
    child->score = &child->board->slot[child->heritage.slot];
    score_stamp(child->score, cadre__clock_now(cadre__clock_system()));
    return 0;
}

/* Without it the server serves as well: nobody sees what it counts. */
static void attach_traffic(struct child *child)
{
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(&child->heritage, CADRE__TRAFFIC_AREA);
    struct cadre__traffic_area *area;

    child->traffic = &child->own_traffic;
    if (!shm || child->heritage.slot >= CADRE__SLOTS_MAX ||
        cadre__shm_attach(&child->traffic_shm, CADRE__TRAFFIC_AREA, shm->fd, true) < 0)
        return;
    if (cadre__traffic_open(&child->traffic_shm, &area) == 0)
        child->traffic = &area->slot[child->heritage.slot].now;
    else
        cadre__log(CADRE_LOG_WARNING, "the shared counts of requests cannot be used");
}

/* Without it modules count for themselves. */
static void attach_counters(struct child *child)
{
    const struct cadre__heritage *heritage = &child->heritage;
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(heritage, CADRE__COUNTERS_AREA);

    if (!shm || (heritage->kind != CADRE__CHILD_WORKER && heritage->kind != CADRE__CHILD_STEWARD) ||
        cadre__shm_attach(&child->counter_shm, CADRE__COUNTERS_AREA, shm->fd, true) < 0)
        return;
    if (cadre__counters_attach(&child->counters, &child->counter_shm, heritage->slot) == 0)
        cadre__metrics_use(&child->counters);
    else
        cadre__log(CADRE_LOG_WARNING, "the shared counters cannot be used");
}

/* Without it each worker has limits of its own. */
static void attach_rates(struct child *child)
{
    const struct cadre__heritage_shm *shm =
        cadre__heritage_find_shm(&child->heritage, CADRE__RATES_AREA);
    struct cadre__rates rates;

    if (!shm || cadre__shm_attach(&child->rates_shm, CADRE__RATES_AREA, shm->fd, true) < 0)
        return;
    if (cadre__rates_open(&rates, child->rates_shm.addr, child->rates_shm.size) == 0)
        cadre__rate_limit_use(&rates);
    else
        cadre__log(CADRE_LOG_WARNING, "the shared rate limits cannot be used");
}

int child_open(struct child *child, int fd)
{
    char why[CADRE__MSG_TEXT_SIZE] = "";

    *child = (struct child){
        .board_shm = {.fd = -1},
        .traffic_shm = {.fd = -1},
        .counter_shm = {.fd = -1},
        .rates_shm = {.fd = -1},
    };
    child->heritage.channel_fd = -1;
    int r = cadre__heritage_take(fd, &child->heritage, why, sizeof(why));
    if (r == 0) {
        r = open_log(&child->heritage, CADRE_LOG_INFO);
        if (r < 0)
            snprintf(why, sizeof(why), "the log cannot be opened: %s", cadre_strerror(r));
    }
    if (r == 0)
        r = bind_conf(child, why, sizeof(why));
    if (r == 0) {
        cadre__log_set_level((enum cadre_log_level)child->conf->log_level);
        r = attach_board(child, why, sizeof(why));
        attach_traffic(child);
        attach_counters(child);
        attach_rates(child);
    }
    if (r == 0)
        r = rights_drop(&child->conf->owner, why, sizeof(why));
    if (r < 0) {
        tell_failure(child, why);
        child_close(child);
        return r;
    }

    /* A peer that has gone is an error of a write, for modules too. */
    (void)signal(SIGPIPE, SIG_IGN);
    /* So is a file that may not grow any more: a log must not end its worker. */
    (void)signal(SIGXFSZ, SIG_IGN);
    bool is_worker = child->heritage.kind == CADRE__CHILD_WORKER;
    cadre__worker_info_set(is_worker ? (int)child->heritage.index : -1, child->heritage.generation);
    return 0;
}

void child_close(struct child *child)
{
    cadre__server_conf_free(child->conf);
    cadre__conf_tree_free(child->tree);
    cadre__shm_done(&child->board_shm);
    cadre__shm_done(&child->traffic_shm);
    cadre__metrics_use(NULL);
    cadre__shm_done(&child->counter_shm);
    cadre__rate_limit_use(NULL);
    cadre__shm_done(&child->rates_shm);
    child->traffic = &child->own_traffic;
    child->conf = NULL;
    child->tree = NULL;
    child->board = NULL;
    child->score = &child->own_score;
}

int child_make_loop(const struct child *child, struct cadre__loop **ret)
{
    const struct cadre__loop_options options = {
        .stack_bytes = child->conf->coroutine_stack,
        .coroutines_max = (size_t)child->conf->coroutines_max,
        .threads = (unsigned)child->conf->threads,
    };
    return cadre__loop_new(&options, ret);
}

void child_watch_crashes(const struct child *child, struct cadre__loop *loop)
{
    int r = crash_watch(child, loop);

    if (r < 0)
        cadre__log(CADRE_LOG_WARNING, "crashes of this process will not be reported: %s",
                   cadre_strerror(r));
}

void child_set_phase(void *arg, const char *phase)
{
    struct child *child = arg;

    cadre__score_set_text(&child->score->phase, phase);
}

static void on_module(void *arg, const char *name)
{
    char phase[CADRE__SCORE_TEXT_SIZE];

    snprintf(phase, sizeof(phase), "loading module %s", name ? name : "");
    child_set_phase(arg, name ? phase : NULL);
}

int child_load_modules(struct child *child, struct module_set **ret, char *why, size_t why_size)
{
    struct cadre__conf_errors errors;

    cadre__conf_errors_init(&errors);
    int r = module_set_load(child->conf, &child->heritage, &errors, on_module, child, ret);
    /* What was loaded stays mapped; handlers find no descriptor but their own. */
    for (uint32_t i = 0; i < child->heritage.n_pins; i++)
        cadre__fd_close(&child->heritage.pin[i].fd);
    if (r < 0) {
        size_t n = cadre__conf_errors_count(&errors);

        cadre__conf_errors_sort(&errors);
        if (n == 0 || errors.out_of_memory)
            snprintf(why, why_size, "the modules cannot be loaded: %s", cadre_strerror(r));
        else
            cadre__conf_errors_format(&errors, 0, why, why_size);
        size_t len = strlen(why);
        if (n > 1)
            snprintf(why + len, why_size - len, " (and %zu more: see `cadre -t`)", n - 1);
    }
    cadre__conf_errors_done(&errors);
    return r;
}
