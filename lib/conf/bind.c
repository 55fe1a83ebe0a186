/* SPDX-License-Identifier: MIT */
/*
 * conf/bind: from a tree to a struct cadre__server_conf, by the table of directives.
 *
 * First the defaults, then what the conf says, then what the master found out (`*resolved`),
 * then the checks of one setting against another. Errors are collected and never stop the walk.
 * The same in the master and in children: nothing here asks the system.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/bind.h"
#include "conf/value.h"

#define ARENA_CHUNK   4096
#define WHERE_SIZE    96
#define LISTENERS_MAX 64

/* What differs between the kinds of sections. */
struct section {
    enum cadre__conf_section id;
    const char *name;
    size_t size; /* of one element's struct */
    size_t max;  /* elements; 0: no limit */
    const char *hint;
};

static const struct section sections[] = {
    [CADRE__SECTION_LISTEN] = {CADRE__SECTION_LISTEN, "listen", sizeof(struct cadre__listen_conf),
                               LISTENERS_MAX, ""},
    [CADRE__SECTION_MODULE] = {CADRE__SECTION_MODULE, "module", sizeof(struct cadre__module_conf),
                               0, "; the module's own settings stand in settings: { ... }"},
};

/* --- defaults --- */

/* The strings of a default like `["a", "b"]`; none has a quote in it. */
static void add_quoted(struct cadre__conf_builder *b, const char *text)
{
    char word[128];

    while ((text = strchr(text, '"')) != NULL) {
        size_t len = strcspn(++text, "\"");

        assert(len < sizeof(word) && text[len] == '"');
        memcpy(word, text, len);
        word[len] = '\0';
        cadre__conf_builder_string(b, NULL, word, NULL);
        text += len + 1;
    }
}

/* The default values of the table as a tree: a group for each section. */
static int defaults_tree(struct cadre__conf_tree **ret)
{
    static const char *const names[] = {"top", "listen", "module"};
    struct cadre__conf_builder *b = cadre__conf_builder_new("");

    _Static_assert(sizeof(names) / sizeof(names[0]) == CADRE__SECTIONS, "a name for each section");
    if (b == NULL)
        return -ENOMEM;
    for (int s = 0; s < CADRE__SECTIONS; s++) {
        cadre__conf_builder_open(b, CADRE_CONF_GROUP, names[s], NULL);
        for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
            if ((int)d->section != s || d->fallback == NULL)
                continue;
            if (d->fallback[0] == '[' || d->fallback[0] == '{') {
                cadre__conf_builder_open(
                    b, d->fallback[0] == '[' ? CADRE_CONF_ARRAY : CADRE_CONF_GROUP, d->name, NULL);
                add_quoted(b, d->fallback);
                cadre__conf_builder_close(b);
            } else {
                cadre__conf_builder_string(b, d->name, d->fallback, NULL);
            }
        }
        cadre__conf_builder_close(b);
    }
    return cadre__conf_builder_finish(b, ret);
}

static void set_defaults(struct cadre__binder *b, enum cadre__conf_section section, void *base)
{
    const struct cadre_conf *group =
        cadre_conf_at(cadre__conf_tree_root(b->bound->defaults), (size_t)section);

    for (const struct cadre_conf *c = cadre__conf_first(group); c; c = cadre__conf_next(group, c))
        cadre__bind_value(b, cadre__directive_find(section, cadre_conf_name(c)), "", base, c);
}

/* --- one group --- */

/* A name that no row has: says which one is meant, or where it belongs. */
static void refuse_unknown(struct cadre__binder *b, enum cadre__conf_section section,
                           const char *where, const struct cadre_conf *node)
{
    const char *name = cadre_conf_name(node);
    const char *near = cadre__directive_nearest(section, name);

    if (near != NULL) {
        cadre__bind_error(b, node, "%sunknown directive \"%s\"; did you mean \"%s\"?", where, name,
                          near);
        return;
    }
    for (int s = 0; s < CADRE__SECTIONS; s++) {
        if (s == (int)section || cadre__directive_find((enum cadre__conf_section)s, name) == NULL)
            continue;
        if (s == CADRE__SECTION_TOP)
            cadre__bind_error(b, node, "%sunknown directive \"%s\"; it stands at the top level",
                              where, name);
        else
            cadre__bind_error(b, node,
                              "%sunknown directive \"%s\"; it stands in a section, %s: { NAME: { "
                              "%s = ...; }; }",
                              where, name, sections[s].name, name);
        return;
    }
    cadre__bind_error(b, node, "%sunknown directive \"%s\"%s", where, name,
                      section == CADRE__SECTION_TOP ? "" : sections[section].hint);
}

/* Sets the fields of one section's element from GROUP. */
static void bind_group(struct cadre__binder *b, const struct section *section, const char *name,
                       void *base, const struct cadre_conf *group)
{
    char where[WHERE_SIZE];
    char expects[256];

    for (const struct cadre_conf *c = cadre__conf_first(group); c; c = cadre__conf_next(group, c)) {
        const struct cadre__directive *d = cadre__directive_find(section->id, cadre_conf_name(c));

        if (d == NULL) {
            snprintf(where, sizeof(where), "%s.%s: ", section->name, name);
            refuse_unknown(b, section->id, where, c);
        } else {
            snprintf(where, sizeof(where), "%s.%s.", section->name, name);
            cadre__bind_value(b, d, where, base, c);
        }
    }
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++)
        if (d->section == section->id && d->required && cadre_conf_get(group, d->name) == NULL)
            cadre__bind_error(b, group, "%s.%s: \"%s\" is missing: expected %s", section->name,
                              name, d->name, cadre__directive_expects(d, expects, sizeof(expects)));
}

/* --- sections --- */

/* Whether NODE can be an element of a section; if not, says why. */
static bool element_fits(struct cadre__binder *b, const struct section *section,
                         const struct cadre_conf *node)
{
    char found[CADRE__CONF_FOUND_SIZE];
    const char *name = cadre_conf_name(node);

    if (cadre__conf_origin(node) == CADRE__CONF_BROKEN)
        return false;
    if (cadre_conf_type(node) != CADRE_CONF_GROUP) {
        const char *hint = cadre__directive_find(section->id, name) == NULL
                               ? ""
                               : "; a section has a name of its own in between";

        cadre__bind_error(b, node, "%s.%s: expected a group ({ ... }), found %s%s", section->name,
                          name, cadre__value_found(node, found), hint);
        return false;
    }
    if (strlen(name) > CADRE__CONF_NAME_MAX) {
        cadre__bind_error(b, node, "%s: the name \"%.16s...\" is longer than %d bytes",
                          section->name, name, CADRE__CONF_NAME_MAX);
        return false;
    }
    return true;
}

static void fill_listen(struct cadre__binder *b, struct cadre__listen_conf *listen,
                        const struct cadre_conf *node)
{
    listen->name = cadre_conf_name(node);
    listen->file = cadre_conf_file(node);
    listen->line = cadre_conf_line(node);
    bind_group(b, &sections[CADRE__SECTION_LISTEN], listen->name, listen, node);
}

static void fill_module(struct cadre__binder *b, struct cadre__module_conf *module,
                        const struct cadre_conf *node)
{
    module->name = cadre_conf_name(node);
    module->conf_file = cadre_conf_file(node);
    module->conf_line = cadre_conf_line(node);
    bind_group(b, &sections[CADRE__SECTION_MODULE], module->name, module, node);
}

/* Binds all elements of a section into an array. Returns it; *RET_N is how many. */
static void *bind_section(struct cadre__binder *b, const struct section *section,
                          const struct cadre_conf *node, size_t *ret_n)
{
    size_t count = cadre_conf_count(node);
    char *list;

    *ret_n = 0;
    if (section->max != 0 && count > section->max) {
        cadre__bind_error(b, node, "%s: %zu sections are too many: at most %zu", section->name,
                          count, section->max);
        return NULL;
    }
    list = cadre__arena_calloc(&b->bound->arena, (count + 1) * section->size);
    if (list == NULL) {
        b->out_of_memory = true;
        return NULL;
    }
    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c)) {
        void *element = list + *ret_n * section->size;

        if (!element_fits(b, section, c))
            continue;
        set_defaults(b, section->id, element);
        if (section->id == CADRE__SECTION_LISTEN)
            fill_listen(b, element, c);
        else
            fill_module(b, element, c);
        ++*ret_n;
    }
    return list;
}

static void bind_sections(struct cadre__binder *b, const struct cadre__directive *d,
                          const struct cadre_conf *node)
{
    struct cadre__server_conf *conf = &b->bound->conf;
    char expects[256];
    char found[CADRE__CONF_FOUND_SIZE];
    bool listen = d->offset == offsetof(struct cadre__server_conf, listen);

    if (cadre__conf_origin(node) == CADRE__CONF_BROKEN)
        return;
    if (cadre_conf_type(node) != CADRE_CONF_GROUP) {
        cadre__bind_error(b, node, "%s: expected %s, found %s", d->name,
                          cadre__directive_expects(d, expects, sizeof(expects)),
                          cadre__value_found(node, found));
    } else if (listen) {
        if (cadre_conf_count(node) == 0)
            cadre__bind_error(b, node,
                              "listen: is empty: the server needs a listener, such as "
                              "web: { address = \"127.0.0.1:8080\"; }");
        conf->listen = bind_section(b, &sections[CADRE__SECTION_LISTEN], node, &conf->n_listen);
    } else {
        conf->module = bind_section(b, &sections[CADRE__SECTION_MODULE], node, &conf->n_module);
    }
}

/* --- the top level --- */

static void bind_top(struct cadre__binder *b)
{
    const struct cadre_conf *root = cadre__conf_tree_root(b->tree);
    const struct cadre__directive *d;

    set_defaults(b, CADRE__SECTION_TOP, &b->bound->conf);
    for (const struct cadre_conf *c = cadre__conf_first(root); c; c = cadre__conf_next(root, c)) {
        const char *name = cadre_conf_name(c);

        if (name[0] == '*')
            continue;
        d = cadre__directive_find(CADRE__SECTION_TOP, name);
        if (d == NULL)
            refuse_unknown(b, CADRE__SECTION_TOP, "", c);
        else if (d->kind == CADRE__KIND_SECTION)
            bind_sections(b, d, c);
        else if (d->offset != offsetof(struct cadre__server_conf, working_directory) ||
                 d->kind != CADRE__KIND_PATH)
            cadre__bind_value(b, d, "", &b->bound->conf, c);
    }
    for (d = cadre__directives; d->name != NULL; d++)
        if (d->section == CADRE__SECTION_TOP && d->required &&
            cadre_conf_get(root, d->name) == NULL)
            cadre__conf_errors_add(b->errs, cadre__conf_tree_path(b->tree), 0,
                                   "\"%s\" is missing; write %s: %s", d->name, d->name, d->example);
}

/* The folder of the conf file, and the directory that other paths are relative to. */
static void find_directory(struct cadre__binder *b, const struct cadre_conf *resolved)
{
    const struct cadre__directive *d =
        cadre__directive_find(CADRE__SECTION_TOP, "working_directory");
    const struct cadre_conf *node =
        cadre_conf_get(cadre__conf_tree_root(b->tree), "working_directory");
    const char *folder = cadre__conf_text(cadre_conf_get(resolved, "folder"));

    b->folder = folder == NULL ? "/" : folder;
    b->directory = b->folder;
    b->bound->conf.working_directory = b->folder;
    if (node != NULL)
        cadre__bind_value(b, d, "", &b->bound->conf, node);
    b->directory = b->bound->conf.working_directory;
}

/* --- the status listener --- */

#define STATUS_BACKLOG 128
#define STATUS_MODE    0660

/* What a listen section would have. */
static void fill_status_listen(struct cadre__binder *b)
{
    struct cadre__listen_conf *listen = &b->bound->conf.status_listen;
    const struct cadre_conf *node = cadre_conf_get(cadre__conf_tree_root(b->tree), "status_listen");

    listen->name = "status_listen";
    listen->backlog = STATUS_BACKLOG;
    listen->mode = STATUS_MODE;
    listen->is_status = true;
    if (node != NULL) {
        listen->file = cadre_conf_file(node);
        listen->line = cadre_conf_line(node);
    }
}

/* --- what the master found out --- */

static void take_owner(struct cadre__conf_owner *owner, const struct cadre_conf *group)
{
    const struct cadre_conf *uid = cadre_conf_get(group, "uid");
    const struct cadre_conf *gid = cadre_conf_get(group, "gid");

    if (uid != NULL && uid->type == CADRE_CONF_INT) {
        owner->uid = (uid_t)uid->value.integer;
        owner->have_uid = true;
    }
    if (gid != NULL && gid->type == CADRE_CONF_INT) {
        owner->gid = (gid_t)gid->value.integer;
        owner->have_gid = true;
    }
}

static void take_resolved(struct cadre__binder *b, const struct cadre_conf *resolved)
{
    struct cadre__server_conf *conf = &b->bound->conf;
    const struct cadre_conf *workers = cadre_conf_get(resolved, "workers");
    const struct cadre_conf *path = cadre_conf_get(resolved, "module_path");
    const char *reason = cadre__conf_text(cadre_conf_get(resolved, "workers_reason"));

    conf->workers_resolved = conf->workers > 0 ? conf->workers : 1;
    if (conf->workers == 0 && workers != NULL && workers->type == CADRE_CONF_INT)
        conf->workers_resolved = (int)workers->value.integer;
    conf->workers_reason = conf->workers > 0 || reason == NULL ? "conf" : reason;
    take_owner(&conf->owner, resolved);
    for (size_t i = 0; i < conf->n_listen; i++)
        take_owner(&conf->listen[i].owner,
                   cadre_conf_get(cadre_conf_get(resolved, "listen"), conf->listen[i].name));
    if (conf->module_path.list == NULL && path != NULL)
        cadre__bind_value(b, cadre__directive_find(CADRE__SECTION_TOP, "module_path"), "", conf,
                          path);
}

/* Modules without settings, and conf without lists, get empty ones: never NULL. */
static void fill_empty(struct cadre__server_conf *conf)
{
    static const char *nothing[] = {NULL};

    if (conf->module_path.list == NULL)
        conf->module_path.list = nothing;
    if (conf->environment.list == NULL)
        conf->environment.list = nothing;
    if (conf->trusted_proxies.list == NULL)
        conf->trusted_proxies.list = nothing;
    if (conf->forwarded_headers.list == NULL)
        conf->forwarded_headers.list = nothing;
}

int cadre__bind_tree(const struct cadre__conf_tree *tree, struct cadre__server_conf **ret,
                     struct cadre__conf_errors *errs)
{
    const struct cadre_conf *resolved = cadre_conf_get(cadre__conf_tree_root(tree), "*resolved");
    struct cadre__bound *bound = calloc(1, sizeof(*bound));
    struct cadre__binder b = {.tree = tree, .bound = bound, .errs = errs};

    if (bound == NULL)
        return -ENOMEM;
    cadre__arena_init(&bound->arena, ARENA_CHUNK);
    if (defaults_tree(&bound->defaults) < 0) {
        cadre__server_conf_free(&bound->conf);
        return -ENOMEM;
    }
    find_directory(&b, resolved);
    bind_top(&b);
    fill_status_listen(&b);
    take_resolved(&b, resolved);
    fill_empty(&bound->conf);
    cadre__bind_check(&b);
    if (b.out_of_memory) {
        cadre__server_conf_free(&bound->conf);
        return -ENOMEM;
    }
    *ret = &bound->conf;
    return 0;
}

int cadre__server_conf_bind(const struct cadre__conf_tree *tree, struct cadre__server_conf **ret,
                            struct cadre__conf_errors *errs)
{
    size_t before = cadre__conf_errors_count(errs);
    struct cadre__server_conf *conf;
    int r = cadre__bind_tree(tree, &conf, errs);

    if (r < 0)
        return r;
    if (cadre__conf_errors_count(errs) != before) {
        cadre__server_conf_free(conf);
        return -EINVAL;
    }
    *ret = conf;
    return 0;
}

void cadre__server_conf_free(struct cadre__server_conf *conf)
{
    struct cadre__bound *bound = (struct cadre__bound *)conf;

    _Static_assert(offsetof(struct cadre__bound, conf) == 0, "a conf is the head of its memory");
    if (conf == NULL)
        return;
    cadre__conf_tree_free(bound->defaults);
    cadre__arena_done(&bound->arena);
    free(bound);
}
