/* SPDX-License-Identifier: MIT */
/*
 * conf/check: settings that contradict each other.
 *
 * Each check names both settings, with the place of the other one, at the line of the one that
 * was written (of the later one, where both were). A setting whose own value was refused is left
 * out: one mistake, one message. Never asks the system; conf/resolve.c does that in the master.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "conf/access_format.h"
#include "conf/address.h"
#include "conf/bind.h"
#include "conf/count_within.h"

#define PLACE_SIZE 512
#define PAGE       4096

/* Descriptors that a worker needs besides its connections: log, channel, areas, loop, modules. */
#define NOFILE_RESERVE 64

static const struct cadre_conf *top_node(const struct cadre__binder *b, const char *name)
{
    return cadre_conf_get(cadre__conf_tree_root(b->tree), name);
}

static bool is_good(const struct cadre__binder *b, const char *name)
{
    const struct cadre__directive *d = cadre__directive_find(CADRE__SECTION_TOP, name);

    return d != NULL && !b->failed[d - cadre__directives];
}

/* ", cadre.conf:3" or ", the default", for the setting that an error names besides its own. */
static const char *place_of(const struct cadre__binder *b, const char *name, char *buf, size_t size)
{
    const struct cadre_conf *node = top_node(b, name);

    if (node == NULL)
        snprintf(buf, size, "the default");
    else
        cadre__conf_place(node, buf, size);
    return buf;
}

/* Where A and B are both written, the one that stands later; else the one that is written. */
static const struct cadre_conf *later(const struct cadre_conf *a, const struct cadre_conf *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    return a->index > b->index ? a : b;
}

/* Two durations, and which must be the longer one. */
struct order {
    const char *small, *large; /* directives */
    uint64_t small_ns, large_ns;
    bool strict; /* equal is wrong too */
    const char *because;
};

static void check_order(struct cadre__binder *b, const struct order *o)
{
    const struct cadre_conf *small = top_node(b, o->small);
    const struct cadre_conf *large = top_node(b, o->large);
    char small_text[CADRE__UNITS_TEXT_SIZE], large_text[CADRE__UNITS_TEXT_SIZE];
    char place[PLACE_SIZE];

    if (!is_good(b, o->small) || !is_good(b, o->large))
        return;
    if (o->small_ns < o->large_ns || (!o->strict && o->small_ns == o->large_ns))
        return;
    cadre__format_duration(o->small_ns, small_text);
    cadre__format_duration(o->large_ns, large_text);
    if (later(small, large) == small)
        cadre__bind_error(b, small, "%s: %s must be shorter than %s (%s, %s): %s", o->small,
                          small_text, o->large, large_text,
                          place_of(b, o->large, place, sizeof(place)), o->because);
    else
        cadre__bind_error(b, large, "%s: %s must be longer than %s (%s, %s): %s", o->large,
                          large_text, o->small, small_text,
                          place_of(b, o->small, place, sizeof(place)), o->because);
}

static void check_durations(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    const struct order orders[] = {
        {"restart_delay", "restart_delay_max", conf->restart_delay_ns, conf->restart_delay_max_ns,
         false, "the wait grows from the one to the other"},
        {"slow_callback", "worker_timeout", conf->slow_callback_ns,
         conf->worker_timeout_ns == 0 ? UINT64_MAX : conf->worker_timeout_ns, true,
         "a worker would be killed before its handler is named"},
    };

    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        check_order(b, &orders[i]);
}

static void check_limits(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    const struct cadre_conf *nofile = top_node(b, "limit_nofile");
    const struct cadre_conf *connections = top_node(b, "worker_connections");
    const struct cadre_conf *stack = top_node(b, "coroutine_stack");
    const struct cadre_conf *group = top_node(b, "group");
    int64_t need = (int64_t)conf->worker_connections + NOFILE_RESERVE;
    char place[PLACE_SIZE];

    if (is_good(b, "limit_nofile") && is_good(b, "worker_connections") && conf->limit_nofile > 0 &&
        conf->limit_nofile < need)
        cadre__bind_error(b, later(nofile, connections),
                          "limit_nofile: %" PRId64 " is too few for worker_connections (%d, %s): "
                          "at least %" PRId64 " are needed",
                          conf->limit_nofile, conf->worker_connections,
                          place_of(b, "worker_connections", place, sizeof(place)), need);
    if (is_good(b, "coroutine_stack") && conf->coroutine_stack % PAGE != 0)
        cadre__bind_error(b, stack, "coroutine_stack: %zu is no multiple of 4k",
                          conf->coroutine_stack);
    if (group != NULL && conf->owner.group != NULL && top_node(b, "user") == NULL)
        cadre__bind_error(b, group, "group: needs \"user\": say as whom the workers run");
}

static void check_recycling(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;

    if (!is_good(b, "max_requests") || !is_good(b, "max_requests_jitter"))
        return;
    if (conf->max_requests_jitter > 0 && conf->max_requests == 0)
        cadre__bind_error(b, top_node(b, "max_requests_jitter"),
                          "max_requests_jitter: does nothing without max_requests; set that, or "
                          "take this away");
}

static void check_access_log(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    const struct cadre_conf *node = top_node(b, "access_log_format");
    struct cadre__access_format format;
    char why[CADRE__ACCESS_FORMAT_WHY_SIZE];

    if (node == NULL || !is_good(b, "access_log_format"))
        return;
    int r = cadre__access_format_parse(conf->access_log_format, conf->access_log_escape != 0,
                                       &format, why);

    if (r == 0)
        cadre__access_format_done(&format);
    else if (r == -EINVAL)
        cadre__bind_error(b, node, "access_log_format: %s", why);
    else
        b->out_of_memory = true;
}

static void check_quarantine(struct cadre__binder *b)
{
    const char *text = b->bound->conf.quarantine;
    struct cadre__count_within rule;

    if (is_good(b, "quarantine") && strcmp(text, "off") != 0 &&
        cadre__count_within_parse(text, &rule) < 0)
        cadre__bind_error(b, top_node(b, "quarantine"),
                          "quarantine: \"%s\" is no number of deaths (1 to 100) and time (1s to "
                          "1d), as \"5 in 60s\", nor \"off\"",
                          text);
}

static void check_environment(struct cadre__binder *b)
{
    const struct cadre_conf *node = top_node(b, "environment");
    const struct cadre__conf_strings *env = &b->bound->conf.environment;

    if (node == NULL || !is_good(b, "environment"))
        return;
    for (size_t i = 0; i < env->n; i++) {
        size_t len = strcspn(env->list[i], "=");

        for (size_t k = 0; k < i; k++)
            if (strcspn(env->list[k], "=") == len && memcmp(env->list[i], env->list[k], len) == 0) {
                cadre__bind_error(b, cadre_conf_at(node, i),
                                  "environment: \"%.*s\" is listed twice", (int)len, env->list[i]);
                break;
            }
    }
}

/* --- listeners --- */

static const struct cadre_conf *section_node(const struct cadre__binder *b, const char *section,
                                             const char *name, const char *directive)
{
    return cadre_conf_get(cadre_conf_get(top_node(b, section), name), directive);
}

/* A directive that makes no sense for the kind of address that LISTEN has. */
static void check_belongs(struct cadre__binder *b, const struct cadre__listen_conf *listen,
                          const char *directive, bool belongs, const char *where)
{
    const struct cadre_conf *node = section_node(b, "listen", listen->name, directive);

    if (node != NULL && !belongs)
        cadre__bind_error(b, node, "listen.%s.%s: only for %s, and the address is \"%s\"",
                          listen->name, directive, where, listen->address);
}

static void check_listener(struct cadre__binder *b, const struct cadre__listen_conf *listen)
{
    bool is_unix = listen->sockaddr.ss_family == AF_UNIX;

    if (listen->address == NULL)
        return;
    check_belongs(b, listen, "backlog", cadre__address_socket_name(listen->address) == NULL,
                  "sockets that Cadre binds itself (systemd: Backlog=)");
    check_belongs(b, listen, "reuse_port", listen->sockaddr_len != 0 && !is_unix,
                  "TCP addresses that Cadre binds itself");
    check_belongs(b, listen, "mode", is_unix, "UNIX sockets (unix:)");
    check_belongs(b, listen, "user", is_unix, "UNIX sockets (unix:)");
    check_belongs(b, listen, "group", is_unix, "UNIX sockets (unix:)");
    check_belongs(b, listen, "ipv6_only", listen->sockaddr.ss_family == AF_INET6,
                  "IPv6 addresses ([::]:8080)");
}

static void check_listeners(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    char place[PLACE_SIZE];

    for (size_t i = 0; i < conf->n_listen; i++) {
        const struct cadre__listen_conf *x = &conf->listen[i];

        check_listener(b, x);
        for (size_t k = 0; k < i && x->sockaddr_len != 0; k++) {
            const struct cadre__listen_conf *y = &conf->listen[k];
            const struct cadre_conf *other = section_node(b, "listen", y->name, "address");

            if (y->sockaddr_len == 0 ||
                !cadre__address_collides(&x->sockaddr, x->ipv6_only, &y->sockaddr, y->ipv6_only))
                continue;
            cadre__bind_error(b, section_node(b, "listen", x->name, "address"),
                              "listen.%s.address: \"%s\" is taken by listen.%s (\"%s\", %s)",
                              x->name, x->address, y->name, y->address,
                              cadre__conf_place(other, place, sizeof(place)));
            break;
        }
    }
}

/* The status listener has an address of its own. */
static void check_status_listen(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    const struct cadre__listen_conf *x = &conf->status_listen;
    char place[PLACE_SIZE];

    for (size_t i = 0; x->sockaddr_len != 0 && i < conf->n_listen; i++) {
        const struct cadre__listen_conf *y = &conf->listen[i];

        if (y->sockaddr_len == 0 ||
            !cadre__address_collides(&x->sockaddr, x->ipv6_only, &y->sockaddr, y->ipv6_only))
            continue;
        cadre__bind_error(
            b, top_node(b, "status_listen"), "status_listen: \"%s\" is taken by listen.%s (%s)",
            x->address, y->name,
            cadre__conf_place(section_node(b, "listen", y->name, "address"), place, sizeof(place)));
    }
}

/* --- modules --- */

static void check_modules(struct cadre__binder *b)
{
    const struct cadre__server_conf *conf = &b->bound->conf;
    char place[PLACE_SIZE];

    for (size_t i = 0; i < conf->n_module; i++) {
        const struct cadre__module_conf *x = &conf->module[i];
        const struct cadre_conf *section = cadre_conf_get(top_node(b, "module"), x->name);
        const struct cadre_conf *mount = cadre_conf_get(section, "mount");

        for (size_t k = 0; k < i; k++) {
            const struct cadre__module_conf *y = &conf->module[k];

            if (x->mount == NULL || y->mount == NULL || strcmp(x->mount, y->mount) != 0)
                continue;
            cadre__bind_error(
                b, mount == NULL ? section : mount,
                "module.%s.mount: \"%s\"%s is taken by module.%s (%s); give one of them another",
                x->name, x->mount, mount == NULL ? ", the default," : "", y->name,
                cadre__conf_place(cadre_conf_get(top_node(b, "module"), y->name), place,
                                  sizeof(place)));
            break;
        }
    }
}

void cadre__bind_check(struct cadre__binder *b)
{
    check_durations(b);
    check_limits(b);
    check_recycling(b);
    check_access_log(b);
    check_quarantine(b);
    check_environment(b);
    check_listeners(b);
    check_status_listen(b);
    check_modules(b);
}
