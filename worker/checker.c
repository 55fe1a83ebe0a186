/* SPDX-License-Identifier: MIT */
/*
 * Checks and reports; may block. worker/checker.h has the contract.
 */
#include "worker/checker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/log.h"
#include "conf/errors.h"
#include "conf/server_conf.h"
#include "worker/child.h"
#include "worker/document_list.h"
#include "worker/module.h"
#include "worker/route_list.h"
#include <cadre/error.h>

/* How long the master may take to read what was reported before. */
#define SEND_WAIT_MS 10000

bool checker_wait(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};

    return poll(&wait, 1, SEND_WAIT_MS) != 0;
}

static void report(const struct child *child, const char *line)
{
    int fd = child->heritage.channel_fd;
    int r = cadre__channel_send_report(fd, line);

    while (r == -EAGAIN && checker_wait(fd))
        r = cadre__channel_send_report(fd, line);
    if (r < 0)
        cadre__log(CADRE_LOG_ERROR, "%s", line);
}

static void report_all(const struct child *child, struct cadre__conf_errors *errors)
{
    char line[CADRE__MSG_TEXT_SIZE];

    cadre__conf_errors_sort(errors);
    for (size_t i = 0; i < cadre__conf_errors_count(errors); i++) {
        cadre__conf_errors_format(errors, i, line, sizeof(line));
        report(child, line);
    }
}

static void on_module(void *arg, const char *name)
{
    char phase[CADRE__SCORE_TEXT_SIZE];

    snprintf(phase, sizeof(phase), "loading module %s", name ? name : "");
    child_set_phase(arg, name ? phase : NULL);
}

/* Has the master read all routes. A reason that is told on failure. */
static int list_routes(const struct child *child, const struct module_set *modules)
{
    int r = route_list_send(modules, child->heritage.channel_fd);

    if (r < 0)
        report(child, cadre_strerror(r));
    return r;
}

/* Has the master read all documents. As above. */
static int tell_documents(const struct child *child, const struct module_set *modules)
{
    int r = document_list_send(modules, child->conf, child->heritage.channel_fd);

    if (r < 0)
        report(child, cadre_strerror(r));
    return r;
}

int checker_run(struct child *child)
{
    struct cadre__conf_errors errors;
    struct module_set *modules = NULL;

    if (child->heritage.flags & CADRE__HERITAGE_NO_MODULES)
        return CHILD_EXIT_OK;
    cadre__conf_errors_init(&errors);
    int r = module_set_load(child->conf, NULL, &errors, on_module, child, &modules);
    report_all(child, &errors);
    if (r < 0 && cadre__conf_errors_count(&errors) == 0)
        report(child, cadre_strerror(r));
    cadre__conf_errors_done(&errors);
    if (r == 0 && (child->heritage.flags & CADRE__HERITAGE_ROUTES) != 0)
        r = list_routes(child, modules);
    if (r == 0 && (child->heritage.flags & CADRE__HERITAGE_OPENAPI) != 0)
        r = tell_documents(child, modules);
    module_set_free(modules);
    return r < 0 ? CHILD_EXIT_CONF : CHILD_EXIT_OK;
}
