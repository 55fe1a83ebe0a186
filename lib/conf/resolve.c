/* SPDX-License-Identifier: MIT */
/*
 * conf/resolve: user ids, the number of workers, folders. See the header.
 */
#include "config.h"

#include "conf/resolve.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/units.h"
#include "conf/cpus.h"
#include "conf/directive.h"
#include "conf/value.h"

#define RESOLVED "*resolved"

struct resolver {
    struct cadre__arena *arena;
    struct cadre__conf_errors *errs;
    bool out_of_memory;
};

static const struct cadre__conf_origin_info internal = {.origin = CADRE__CONF_INTERNAL};

static struct cadre__raw *add(struct resolver *r, struct cadre__raw *group,
                              enum cadre_conf_type type, const char *name)
{
    struct cadre__raw *raw = cadre__raw_new(r->arena, type, name, &internal);

    if (raw == NULL)
        r->out_of_memory = true;
    else
        cadre__raw_append(group, raw);
    return raw;
}

static void add_int(struct resolver *r, struct cadre__raw *group, const char *name, int64_t value)
{
    struct cadre__raw *raw = add(r, group, CADRE_CONF_INT, name);

    if (raw != NULL)
        raw->value.integer = value;
}

static void add_string(struct resolver *r, struct cadre__raw *group, const char *name,
                       const char *value)
{
    struct cadre__raw *raw;
    const char *copy = cadre__arena_strndup(r->arena, value, strlen(value));

    raw = copy == NULL ? NULL : add(r, group, CADRE_CONF_STRING, name);
    if (raw == NULL)
        r->out_of_memory = true;
    else
        raw->value.string = copy;
}

/* --- users and groups --- */

/* A plain number that can be an id: -1 is none. */
static bool is_id(const char *text, int64_t *ret)
{
    return cadre__parse_int64(text, ret) == 0 && *ret >= 0 && *ret < UINT32_MAX;
}

static void refuse_name(struct resolver *r, const struct cadre__raw *node, const char *where,
                        const char *what)
{
    char quoted[CADRE__CONF_FOUND_SIZE];

    cadre__conf_errors_add(r->errs, node->info.file, node->info.line,
                           "%s%s: the %s %s does not exist on this system", where, node->name, what,
                           cadre__value_quoted(node->value.string, quoted, sizeof(quoted)));
}

static void refuse_without_group(struct resolver *r, const struct cadre__raw *node,
                                 const char *where)
{
    cadre__conf_errors_add(r->errs, node->info.file, node->info.line,
                           "%suser: %s is not in the user database, so its group is not known; set "
                           "\"group\" too",
                           where, node->value.string);
}

/* Resolves `user` and `group` of the group FROM into uid and gid of TO. */
static void resolve_owner(struct resolver *r, const struct cadre__raw *from, const char *where,
                          struct cadre__raw *to)
{
    const char *user = cadre__raw_text(from, "user");
    const char *group = cadre__raw_text(from, "group");
    const struct passwd *pw = NULL;
    const struct group *gr = NULL;
    int64_t id;

    if (user != NULL && user[0] != '\0') {
        pw = getpwnam(user);
        if (pw == NULL && is_id(user, &id)) {
            pw = getpwuid((uid_t)id);
            add_int(r, to, "uid", id);
        } else if (pw != NULL) {
            add_int(r, to, "uid", pw->pw_uid);
        } else {
            refuse_name(r, cadre__raw_get(from, "user"), where, "user");
        }
    }
    if (group != NULL && group[0] != '\0') {
        gr = getgrnam(group);
        if (gr != NULL)
            add_int(r, to, "gid", gr->gr_gid);
        else if (is_id(group, &id))
            add_int(r, to, "gid", id);
        else
            refuse_name(r, cadre__raw_get(from, "group"), where, "group");
    } else if (pw != NULL) {
        add_int(r, to, "gid", pw->pw_gid);
    } else if (cadre__raw_get(to, "uid") != NULL) {
        refuse_without_group(r, cadre__raw_get(from, "user"), where);
    }
}

static void resolve_listeners(struct resolver *r, const struct cadre__raw *root,
                              struct cadre__raw *resolved)
{
    const struct cadre__raw *listen = cadre__raw_get(root, "listen");
    struct cadre__raw *all = add(r, resolved, CADRE_CONF_GROUP, "listen");

    if (listen == NULL || listen->type != CADRE_CONF_GROUP || all == NULL)
        return;
    for (const struct cadre__raw *c = listen->first; c != NULL; c = c->next) {
        struct cadre__raw *one;
        const char *where;

        if (cadre__raw_get(c, "user") == NULL && cadre__raw_get(c, "group") == NULL)
            continue;
        one = add(r, all, CADRE_CONF_GROUP, c->name);
        where = cadre__arena_printf(r->arena, "listen.%s.", c->name);
        if (one == NULL || where == NULL)
            r->out_of_memory = true;
        else
            resolve_owner(r, c, where, one);
    }
}

/* --- folders --- */

/* The absolute folder of the conf file. */
static void resolve_folder(struct resolver *r, const char *path, struct cadre__raw *resolved)
{
    const char *slash = strrchr(path, '/');
    char *folder = NULL;
    char *absolute;

    if (slash == NULL)
        folder = cadre__arena_strndup(r->arena, ".", 1);
    else
        folder = cadre__arena_strndup(r->arena, path, slash == path ? 1 : (size_t)(slash - path));
    if (folder == NULL) {
        r->out_of_memory = true;
        return;
    }
    absolute = realpath(folder, NULL);
    if (absolute == NULL)
        cadre__conf_errors_add(r->errs, path, 0, "its folder has no absolute path: %s",
                               strerror(errno));
    else
        add_string(r, resolved, "folder", absolute);
    free(absolute);
}

/* The default of module_path: folders separated by colons. */
static void resolve_module_path(struct resolver *r, struct cadre__raw *resolved)
{
    const char *variable = getenv("CADRE_MODULE_PATH");
    const char *at = variable != NULL && variable[0] != '\0' ? variable : MODULEDIR;
    struct cadre__raw *list = add(r, resolved, CADRE_CONF_ARRAY, "module_path");

    while (list != NULL && *at != '\0') {
        size_t len = strcspn(at, ":");
        const char *copy = len == 0 ? NULL : cadre__arena_strndup(r->arena, at, len);
        struct cadre__raw *raw = copy == NULL ? NULL : add(r, list, CADRE_CONF_STRING, "");

        if (raw != NULL)
            raw->value.string = copy;
        else if (len > 0)
            r->out_of_memory = true;
        at += len + (at[len] == ':');
    }
}

int cadre__resolve(struct cadre__raw *root, const char *path, struct cadre__arena *arena,
                   struct cadre__conf_errors *errs)
{
    struct resolver r = {.arena = arena, .errs = errs};
    struct cadre__raw *resolved = add(&r, root, CADRE_CONF_GROUP, RESOLVED);
    const struct cadre__directive *workers = cadre__directive_find(CADRE__SECTION_TOP, "workers");
    char reason[CADRE__CPUS_REASON_SIZE];

    if (resolved == NULL)
        return -ENOMEM;
    resolve_folder(&r, path, resolved);
    resolve_owner(&r, root, "", resolved);
    resolve_listeners(&r, root, resolved);
    resolve_module_path(&r, resolved);
    add_int(&r, resolved, "workers", cadre__cpus_count(NULL, (int)workers->max, reason));
    add_string(&r, resolved, "workers_reason", reason);
    return r.out_of_memory ? -ENOMEM : 0;
}

/* --- checks against the system --- */

static void complain(struct cadre__conf_errors *errs, const struct cadre_conf *node,
                     const char *text)
{
    cadre__conf_errors_add(errs, cadre_conf_file(node), cadre_conf_line(node), "%s", text);
}

static bool is_own_group(gid_t gid)
{
    gid_t groups[256];
    int n;

    if (gid == getegid())
        return true;
    n = getgroups((int)(sizeof(groups) / sizeof(groups[0])), groups);
    for (int i = 0; i < n; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

static void check_rights(const struct cadre_conf *root, const struct cadre__server_conf *conf,
                         struct cadre__conf_errors *errs)
{
    const struct cadre_conf *user = cadre_conf_get(root, "user");
    const struct cadre_conf *group = cadre_conf_get(root, "group");

    if (geteuid() == 0)
        return;
    if (user != NULL && conf->owner.have_uid && conf->owner.uid != geteuid())
        complain(errs, user,
                 "user: only root may become another user; start the server as root, or leave "
                 "\"user\" out");
    else if (group != NULL && conf->owner.have_gid && !is_own_group(conf->owner.gid))
        complain(errs, group,
                 "group: only root may become another group; start the server as root, or leave "
                 "\"group\" out");
}

/* The folder that PATH lies in must exist. WHAT is the directive for messages. */
static void check_parent(struct cadre__conf_errors *errs, const struct cadre_conf *node,
                         const char *what, const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];
    struct stat st;

    if (slash == NULL || node == NULL)
        return;
    snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    if (stat(folder, &st) < 0)
        cadre__conf_errors_add(errs, cadre_conf_file(node), cadre_conf_line(node),
                               "%s: the folder \"%s\": %s", what, folder, strerror(errno));
    else if (!S_ISDIR(st.st_mode))
        cadre__conf_errors_add(errs, cadre_conf_file(node), cadre_conf_line(node),
                               "%s: \"%s\" is no folder", what, folder);
}

static void check_listener(const struct cadre_conf *root, const struct cadre__listen_conf *listen,
                           struct cadre__conf_errors *errs)
{
    const struct cadre_conf *node = cadre_conf_get(cadre_conf_get(root, "listen"), listen->name);
    const struct cadre_conf *user = cadre_conf_get(node, "user");
    const struct cadre_conf *group = cadre_conf_get(node, "group");
    char what[128];

    if (listen->sockaddr_len == 0 || listen->sockaddr.ss_family != AF_UNIX)
        return;
    snprintf(what, sizeof(what), "listen.%s.address", listen->name);
    check_parent(errs, cadre_conf_get(node, "address"), what,
                 ((const struct sockaddr_un *)&listen->sockaddr)->sun_path);
    if (geteuid() == 0)
        return;
    if (user != NULL && listen->owner.have_uid && listen->owner.uid != geteuid())
        cadre__conf_errors_add(errs, cadre_conf_file(user), cadre_conf_line(user),
                               "listen.%s.user: only root may give a file to another user",
                               listen->name);
    if (group != NULL && listen->owner.have_gid && !is_own_group(listen->owner.gid))
        cadre__conf_errors_add(errs, cadre_conf_file(group), cadre_conf_line(group),
                               "listen.%s.group: only root may give a file to a group that the "
                               "server is not in",
                               listen->name);
}

void cadre__resolve_check(const struct cadre__conf_tree *tree,
                          const struct cadre__server_conf *conf, struct cadre__conf_errors *errs)
{
    const struct cadre_conf *root = cadre__conf_tree_root(tree);
    const struct cadre_conf *directory = cadre_conf_get(root, "working_directory");
    struct stat st;

    check_rights(root, conf, errs);
    if (directory != NULL && stat(conf->working_directory, &st) < 0) {
        cadre__conf_errors_add(errs, cadre_conf_file(directory), cadre_conf_line(directory),
                               "working_directory: \"%s\": %s", conf->working_directory,
                               strerror(errno));
        return; /* what lies in it would only be missed again */
    }
    if (directory != NULL && !S_ISDIR(st.st_mode))
        cadre__conf_errors_add(errs, cadre_conf_file(directory), cadre_conf_line(directory),
                               "working_directory: \"%s\" is no folder", conf->working_directory);
    if (conf->log_file[0] == '/')
        check_parent(errs, cadre_conf_get(root, "log_file"), "log_file", conf->log_file);
    if (conf->access_log[0] == '/')
        check_parent(errs, cadre_conf_get(root, "access_log"), "access_log", conf->access_log);
    for (size_t i = 0; i < conf->n_listen; i++)
        check_listener(root, &conf->listen[i], errs);
}
