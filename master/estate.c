/* SPDX-License-Identifier: MIT */
/*
 * What a generation holds; see estate.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cadre/error.h>

#include "base/fd.h"
#include "master/environment.h"
#include "master/estate.h"

#define LOG_FILE_MODE 0640

bool estate_has_log_file(const struct estate *estate)
{
    return strcmp(estate->conf->log_file, "stderr") != 0;
}

bool estate_has_access_file(const struct estate *estate)
{
    return estate->conf->access_log[0] == '/';
}

enum cadre__log_service estate_log_service(const struct estate *estate)
{
    const char *log_file = estate->conf->log_file;

    return strcmp(log_file, "syslog") == 0    ? CADRE__LOG_SYSLOG
           : strcmp(log_file, "journal") == 0 ? CADRE__LOG_JOURNAL
                                              : CADRE__LOG_NO_SERVICE;
}

/* A FIFO holds nobody up, neither now, when nobody reads it, nor when it is full. */
static int open_log(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                  LOG_FILE_MODE);

    return fd < 0 ? -errno : fd;
}

/*
 * Standard output, opened anew where it is a file of a kind that can be: so a reader who has
 * stopped to read holds no worker up, and whoever else writes there is not changed.
 */
static int open_stdout(void)
{
    int fd = open("/proc/self/fd/1", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return fd < 0 ? -errno : fd;
}

static int open_access_log(const struct cadre__server_conf *conf)
{
    return strcmp(conf->access_log, "stdout") == 0 ? open_stdout() : open_log(conf->access_log);
}

/* Every failure has its place in the conf. */
static int refuse_log(const struct estate *estate, struct cadre__conf_errors *errs,
                      const char *directive, const char *path, int error)
{
    const struct cadre_conf *node = cadre_conf_get(cadre__conf_tree_root(estate->tree), directive);
    const char *file = node ? cadre_conf_file(node) : cadre__conf_tree_path(estate->tree);

    cadre__conf_errors_add(errs, file, node ? cadre_conf_line(node) : 0,
                           "cannot open %s \"%s\": %s%s", directive, path, cadre_strerror(error),
                           error == -ENXIO ? " (a FIFO that nobody reads)" : "");
    return error;
}

/* Opens what log_file names, which is not standard error. */
static int open_log_file(const struct estate *estate)
{
    const struct cadre__server_conf *conf = estate->conf;
    enum cadre__log_service service = estate_log_service(estate);

    if (service == CADRE__LOG_NO_SERVICE)
        return open_log(conf->log_file);
    return cadre__log_service_open(service, conf->log_socket[0] == '/' ? conf->log_socket : NULL);
}

/* Opens the log and the access log. */
static int open_logs(struct estate *estate, struct cadre__conf_errors *errs)
{
    const struct cadre__server_conf *conf = estate->conf;

    estate->log_fd = estate_has_log_file(estate) ? open_log_file(estate) : STDERR_FILENO;
    if (estate->log_fd < 0)
        return refuse_log(estate, errs, "log_file", conf->log_file, estate->log_fd);
    if (strcmp(conf->access_log, "off") == 0)
        return 0;
    estate->access_fd = open_access_log(conf);
    if (estate->access_fd < 0)
        return refuse_log(estate, errs, "access_log", conf->access_log, estate->access_fd);
    return 0;
}

static int fill(struct estate *estate, struct cadre__conf_errors *errs)
{
    const struct cadre__server_conf *conf = estate->conf;

    int r = open_logs(estate, errs);

    if (r < 0)
        return r;
    estate->conf_fd = cadre__conf_tree_seal(estate->tree);
    if (estate->conf_fd < 0)
        return estate->conf_fd;
    estate->environment = environment_new(environ, conf->inherit_environment, &conf->environment);
    return estate->environment != NULL ? 0 : -ENOMEM;
}

/* Every failure has a text. */
static int failed(struct estate *estate, int r, struct cadre__conf_errors *errs)
{
    if (r < 0 && cadre__conf_errors_count(errs) == 0)
        cadre__conf_errors_add(errs, cadre__conf_tree_path(estate->tree), 0,
                               "cannot prepare the generation: %s", cadre_strerror(r));
    return r;
}

int estate_new(uint32_t generation, struct cadre__conf_tree *tree, struct cadre__server_conf *conf,
               struct cadre__conf_errors *errs, struct estate **ret)
{
    struct estate *estate = calloc(1, sizeof(*estate));
    int r;

    if (estate == NULL) {
        cadre__server_conf_free(conf);
        cadre__conf_tree_free(tree);
        cadre__conf_errors_add(errs, NULL, 0, "out of memory");
        return -ENOMEM;
    }
    *estate = (struct estate){.generation = generation,
                              .tree = tree,
                              .conf = conf,
                              .conf_fd = -1,
                              .state_fd = -1,
                              .log_fd = -1,
                              .access_fd = -1};
    r = failed(estate, fill(estate, errs), errs);
    if (r < 0)
        estate_free(estate);
    else
        *ret = estate;
    return r;
}

int estate_bind(struct estate *estate, const struct estate *old, struct passed *passed,
                struct cadre__conf_errors *errs)
{
    return failed(estate,
                  listener_set_bind(&estate->listeners, estate->conf,
                                    old != NULL ? &old->listeners : NULL, passed, errs),
                  errs);
}

void estate_pin(struct estate *estate, const struct cadre__module_pin *pin)
{
    struct cadre__module_pin *grown;
    int fd = pin->fd;
    unsigned i = 0;

    while (i < estate->n_pins && estate->pins[i].module != pin->module)
        i++;
    grown = i < estate->n_pins || i == CADRE__PIN_MAX
                ? NULL
                : realloc(estate->pins, (i + 1) * sizeof(*grown));
    if (grown == NULL) { /* then what comes later loads what it finds */
        cadre__fd_close(&fd);
        return;
    }
    estate->pins = grown;
    estate->pins[estate->n_pins++] = *pin;
}

void estate_free(struct estate *estate)
{
    if (estate == NULL)
        return;
    for (unsigned i = 0; i < estate->n_pins; i++)
        cadre__fd_close(&estate->pins[i].fd);
    free(estate->pins);
    listener_set_close(&estate->listeners);
    if (estate->log_fd > STDERR_FILENO)
        cadre__fd_close(&estate->log_fd);
    cadre__fd_close(&estate->access_fd);
    cadre__fd_close(&estate->state_fd);
    cadre__fd_close(&estate->conf_fd);
    environment_free(estate->environment);
    cadre__server_conf_free(estate->conf);
    cadre__conf_tree_free(estate->tree);
    free(estate);
}

/* Puts a file that was opened anew in the place of the old one. */
static int replace(int *old_fd, int fd)
{
    if (fd < 0)
        return fd;
    cadre__fd_close(old_fd);
    *old_fd = fd;
    return 0;
}

int estate_reopen_log(struct estate *estate)
{
    if (!estate_has_log_file(estate))
        return 0;
    return replace(&estate->log_fd, open_log_file(estate));
}

int estate_reopen_access_log(struct estate *estate)
{
    if (!estate_has_access_file(estate))
        return 0;
    return replace(&estate->access_fd, open_log(estate->conf->access_log));
}

static unsigned at_least(int value, unsigned least)
{
    return value > 0 && (unsigned)value > least ? (unsigned)value : least;
}

struct machine_plan estate_plan(const struct estate *estate)
{
    const struct cadre__server_conf *conf = estate->conf;

    return (struct machine_plan){
        .workers = at_least(conf->workers_resolved, 1),
        .spares = at_least(conf->spare_workers, 0),
        .reporter = conf->status_listen.address != NULL,
        .surge = at_least(conf->reload_surge, 1),
        .max_generations = at_least(conf->max_generations, 1),
        .restart_limit = at_least(conf->restart_limit, 0),
        .startup_ns = conf->startup_timeout_ns,
        .graceful_ns = conf->graceful_timeout_ns,
        .shutdown_ns = conf->shutdown_timeout_ns,
        .max_age_ns = conf->max_age_ns,
        .restart_delay_ns = conf->restart_delay_ns,
        .restart_delay_max_ns = conf->restart_delay_max_ns,
    };
}
