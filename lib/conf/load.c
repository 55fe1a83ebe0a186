/* SPDX-License-Identifier: MIT */
/*
 * conf/load: files, libconfig, merging, ${NAME}, --set; out comes a tree.
 *
 * conf/source.c reads the text and finds what people get wrong in its form; libconfig parses it;
 * here the result becomes a tree of conf/raw.h that can be merged, and at the end a blob. A
 * syntax error ends the loading; everything else is collected.
 */
#include "config.h"

#include "conf/load.h"

#include <errno.h>
#include <glob.h>
#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/bind.h"
#include "conf/expand.h"
#include "conf/raw.h"
#include "conf/resolve.h"
#include "conf/server_conf.h"
#include "conf/source.h"
#include "conf/value.h"

#define ARENA_CHUNK  16384
#define FILES_MAX    256
#define SHOWN        60
#define PATH_SHOWN   200
#define NAME_CHARS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define SET_PATH_MAX 256

/* A file that was read, to find one that is included twice. */
struct loaded {
    dev_t dev;
    ino_t ino;
    const char *path;
    const char *by; /* "cadre.conf:3", or NULL for the main file */
    bool open;      /* its own includes are being read */
};

struct loader {
    struct cadre__arena arena;
    struct cadre__conf_errors *errs;
    struct cadre__raw *root;
    struct loaded files[FILES_MAX];
    size_t n_files;
    const struct cadre__source *source; /* of the text in hand; NULL: --set */
};

static int load_file(struct loader *l, const char *path, const struct cadre__raw *by);

/* --- from libconfig to raw nodes --- */

static struct cadre__conf_origin_info info_of(const struct loader *l, const config_setting_t *s)
{
    struct cadre__conf_origin_info info = {.origin = CADRE__CONF_COMMAND_LINE};

    if (l->source != NULL) {
        struct cadre__source_line place =
            cadre__source_at(l->source, (unsigned)config_setting_source_line(s));

        info = (struct cadre__conf_origin_info){
            .origin = CADRE__CONF_FILE, .file = place.file, .line = place.line};
    }
    return info;
}

static int set_string(struct loader *l, struct cadre__raw *raw, const char *text)
{
    char why[CADRE__EXPAND_WHY_SIZE];
    char path[PATH_SHOWN];
    const char *copy = cadre__arena_strndup(&l->arena, text, strlen(text));
    int r;

    if (copy == NULL)
        return -ENOMEM;
    raw->type = CADRE_CONF_STRING;
    raw->value.string = copy;
    if (l->source == NULL) /* the shell has expanded it, or was told not to */
        return 0;
    r = cadre__expand(&l->arena, copy, &raw->value.string, &raw->info.environment, why);
    if (r == -EINVAL) {
        cadre__conf_errors_add(l->errs, raw->info.file, raw->info.line, "%s: %s",
                               cadre__raw_path(raw, path, sizeof(path)), why);
        raw->info.origin = CADRE__CONF_BROKEN;
        return 0;
    }
    if (r == 0 && raw->info.environment != NULL)
        raw->info.origin = CADRE__CONF_ENVIRONMENT;
    return r;
}

static int set_float(struct loader *l, struct cadre__raw *raw, double value)
{
    char path[PATH_SHOWN];

    raw->type = CADRE_CONF_FLOAT;
    raw->value.real = value;
    if (!isfinite(value))
        cadre__conf_errors_add(l->errs, raw->info.file, raw->info.line,
                               "%s: the number is too large",
                               cadre__raw_path(raw, path, sizeof(path)));
    return 0;
}

/* Appends the setting S to PARENT, as a node of its own or, a group, into one that is there. */
static int add_setting(struct loader *l, struct cadre__raw *parent, const config_setting_t *s);

static int add_children(struct loader *l, struct cadre__raw *raw, const config_setting_t *s)
{
    int n = config_setting_length(s);

    for (int i = 0; i < n; i++) {
        int r = add_setting(l, raw, config_setting_get_elem(s, (unsigned)i));

        if (r < 0)
            return r;
    }
    return 0;
}

static int fill(struct loader *l, struct cadre__raw *raw, const config_setting_t *s)
{
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        raw->type = CADRE_CONF_INT;
        raw->value.integer = config_setting_get_int64(s);
        return 0;
    case CONFIG_TYPE_BOOL:
        raw->type = CADRE_CONF_BOOL;
        raw->value.integer = config_setting_get_bool(s) != 0;
        return 0;
    case CONFIG_TYPE_FLOAT:
        return set_float(l, raw, config_setting_get_float(s));
    case CONFIG_TYPE_STRING:
        return set_string(l, raw, config_setting_get_string(s));
    case CONFIG_TYPE_GROUP:
        raw->type = CADRE_CONF_GROUP;
        return add_children(l, raw, s);
    case CONFIG_TYPE_ARRAY:
        raw->type = CADRE_CONF_ARRAY;
        return add_children(l, raw, s);
    default:
        raw->type = CADRE_CONF_LIST;
        return add_children(l, raw, s);
    }
}

static void refuse_twice(struct loader *l, const struct cadre__raw *old,
                         const struct cadre__raw *raw)
{
    char path[PATH_SHOWN];

    cadre__raw_path(old, path, sizeof(path));
    if (old->type == CADRE_CONF_GROUP || raw->type == CADRE_CONF_GROUP)
        cadre__conf_errors_add(l->errs, raw->info.file, raw->info.line,
                               "\"%s\" is %s here and %s at %s:%u", path,
                               cadre__conf_type_word(raw->type), cadre__conf_type_word(old->type),
                               old->info.file, old->info.line);
    else
        cadre__conf_errors_add(l->errs, raw->info.file, raw->info.line,
                               "\"%s\" is set twice, first at %s:%u", path, old->info.file,
                               old->info.line);
}

static int add_setting(struct loader *l, struct cadre__raw *parent, const config_setting_t *s)
{
    const struct cadre__conf_origin_info info = info_of(l, s);
    const char *name = config_setting_name(s) == NULL ? "" : config_setting_name(s);
    struct cadre__raw *old = name[0] == '\0' ? NULL : cadre__raw_get(parent, name);
    struct cadre__raw *raw;
    int r;

    if (name[0] == CADRE__SOURCE_DUPLICATE)
        return 0;
    name = cadre__arena_strndup(&l->arena, name, strlen(name));
    if (name == NULL)
        return -ENOMEM;
    if (old != NULL && old->type == CADRE_CONF_GROUP && config_setting_is_group(s))
        return add_children(l, old, s);
    raw = cadre__raw_new(&l->arena, CADRE_CONF_GROUP, name, &info);
    if (raw == NULL)
        return -ENOMEM;
    raw->parent = parent;
    r = fill(l, raw, s);
    if (r < 0)
        return r;
    if (old != NULL)
        refuse_twice(l, old, raw);
    else
        cadre__raw_append(parent, raw);
    return 0;
}

/* --- one text through libconfig --- */

/* What libconfig says of a text that our scanner let through. */
static void refuse_parse(struct loader *l, const config_t *config)
{
    struct cadre__source_line place =
        cadre__source_at(l->source, (unsigned)config_error_line(config));
    const char *said = config_error_text(config);
    const char *text = cadre__buf_text(&l->source->text);
    char shown[SHOWN + 16];
    char line[SHOWN + 1];

    for (int i = 1; i < config_error_line(config) && *text != '\0'; i++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    text += strspn(text, " \t");
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
    if (said != NULL && strcmp(said, "mismatched element type in array") == 0)
        said = "the values of an array [ ] must be of one type; a list ( ) takes any";
    else if (said == NULL || strcmp(said, "syntax error") == 0)
        said = "cannot be understood";
    cadre__conf_errors_add(l->errs, place.file, place.line, "syntax: at or before %s: %s",
                           cadre__value_quoted(line, shown, sizeof(shown)), said);
}

/* Parses a scanned text and adds what it holds to INTO. */
static int parse(struct loader *l, struct cadre__source *source, struct cadre__raw *into)
{
    config_t config;
    int r = 0;

    if (source->text.error < 0)
        return source->text.error;
    config_init(&config);
    if (config_read_string(&config, cadre__buf_text(&source->text)) != CONFIG_TRUE) {
        refuse_parse(l, &config);
        r = -EINVAL;
    } else {
        r = add_children(l, into, config_root_setting(&config));
    }
    config_destroy(&config);
    return r;
}

/* --- include --- */

/* Whether the file may be read now: not if it has been, by another include or by itself. */
static bool may_load(struct loader *l, const char *path, const struct cadre__raw *by, int *ret)
{
    struct stat st;

    *ret = 0;
    if (stat(path, &st) < 0)
        return true; /* reading it will say why */
    for (size_t i = 0; by != NULL && i < l->n_files; i++) {
        const struct loaded *f = &l->files[i];

        if (f->dev != st.st_dev || f->ino != st.st_ino)
            continue;
        if (f->open)
            cadre__conf_errors_add(l->errs, by->info.file, by->info.line,
                                   "include: \"%s\" includes itself", path);
        else
            cadre__conf_errors_add(l->errs, by->info.file, by->info.line,
                                   "include: \"%s\" is included twice, first at %s", path, f->by);
        return false;
    }
    if (by != NULL && l->n_files == FILES_MAX) {
        cadre__conf_errors_add(l->errs, by->info.file, by->info.line, "include: more than %d files",
                               FILES_MAX);
        return false;
    }
    l->files[l->n_files] = (struct loaded){.dev = st.st_dev, .ino = st.st_ino, .path = path};
    if (by != NULL) {
        l->files[l->n_files].by =
            cadre__arena_printf(&l->arena, "%s:%u", by->info.file, by->info.line);
        if (l->files[l->n_files].by == NULL)
            *ret = -ENOMEM;
    }
    l->n_files++;
    return *ret == 0;
}

/* A folder that is not there is nothing that matches; one that cannot be read is an error. */
static int on_glob_error(const char *path, int error)
{
    (void)path;
    return error != ENOENT && error != ENOTDIR;
}

/* Reads what the pattern of the string node ITEM matches. */
static int include_pattern(struct loader *l, const struct cadre__raw *item)
{
    const char *pattern = cadre__source_beside(&l->arena, item->info.file, item->value.string);
    bool wild = strpbrk(item->value.string, "*?[") != NULL;
    glob_t found = {0};
    int r = 0;
    int g;

    if (pattern == NULL)
        return -ENOMEM;
    if (item->info.origin == CADRE__CONF_BROKEN)
        return 0;
    g = glob(pattern, 0, on_glob_error, &found);
    if (g == GLOB_NOSPACE)
        r = -ENOMEM;
    else if (g == GLOB_ABORTED)
        cadre__conf_errors_add(l->errs, item->info.file, item->info.line,
                               "include: \"%s\": a folder cannot be read", pattern);
    else if (g == GLOB_NOMATCH && !wild)
        cadre__conf_errors_add(l->errs, item->info.file, item->info.line,
                               "include: \"%s\" does not exist", pattern);
    for (size_t i = 0; r == 0 && g == 0 && i < found.gl_pathc; i++) {
        const char *path =
            cadre__arena_strndup(&l->arena, found.gl_pathv[i], strlen(found.gl_pathv[i]));

        r = path == NULL ? -ENOMEM : load_file(l, path, item);
    }
    globfree(&found);
    return r;
}

/* Reads what the `include` of a file names. */
static int follow_includes(struct loader *l, const struct cadre__raw *include)
{
    const struct cadre__directive *d = cadre__directive_find(CADRE__SECTION_TOP, "include");
    char expects[128];

    if (include->type == CADRE_CONF_STRING)
        return include_pattern(l, include);
    if (include->type != CADRE_CONF_ARRAY && include->type != CADRE_CONF_LIST) {
        cadre__conf_errors_add(l->errs, include->info.file, include->info.line,
                               "include: expected %s, found %s",
                               cadre__directive_expects(d, expects, sizeof(expects)),
                               cadre__conf_type_word(include->type));
        return 0;
    }
    for (const struct cadre__raw *c = include->first; c != NULL; c = c->next) {
        int r = 0;

        if (c->type != CADRE_CONF_STRING || c->value.string[0] == '\0')
            cadre__conf_errors_add(
                l->errs, c->info.file, c->info.line, "include: expected a path, found %s",
                c->type == CADRE_CONF_STRING ? "\"\"" : cadre__conf_type_word(c->type));
        else
            r = include_pattern(l, c);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Reads PATH and what it includes into the root. BY is the include that names it, or NULL. */
static int load_file(struct loader *l, const char *path, const struct cadre__raw *by)
{
    struct cadre__source source = {0};
    struct cadre__raw *include;
    size_t index = l->n_files;
    int r;

    if (!may_load(l, path, by, &r))
        return r;
    r = cadre__source_read(&source, &l->arena, path, l->errs);
    l->source = &source;
    if (r == 0)
        r = parse(l, &source, l->root);
    cadre__source_done(&source);
    l->source = NULL;
    if (r < 0)
        return r;
    include = cadre__raw_get(l->root, "include");
    if (include == NULL)
        return 0;
    cadre__raw_remove(l->root, include);
    if (index < l->n_files)
        l->files[index].open = true;
    r = follow_includes(l, include);
    if (index < l->n_files)
        l->files[index].open = false;
    return r;
}

/* --- --set --- */

/* A value that is more than a scalar, or a string in quotes: libconfig reads it. */
static int set_parsed(struct loader *l, struct cadre__raw *group, const char *name,
                      const char *value, const char *text)
{
    struct cadre__conf_errors errs;
    struct cadre__source source = {0};
    char *conf = cadre__arena_printf(&l->arena, "%s = %s", name, value);
    config_t config;
    int r = -ENOMEM;

    cadre__conf_errors_init(&errs);
    config_init(&config);
    if (conf != NULL)
        r = cadre__source_take(&source, &l->arena, conf, &errs);
    if (r == 0 && (cadre__conf_errors_count(&errs) > 0 ||
                   config_read_string(&config, cadre__buf_text(&source.text)) != CONFIG_TRUE ||
                   config_setting_length(config_root_setting(&config)) != 1))
        r = -EINVAL;
    if (r == 0)
        r = add_children(l, group, config_root_setting(&config));
    if (r == -EINVAL) {
        cadre__conf_errors_add(l->errs, NULL, 0, "--set %s: the value cannot be understood", text);
        r = 0;
    }
    config_destroy(&config);
    cadre__source_done(&source);
    cadre__conf_errors_done(&errs);
    return r;
}

static int set_value(struct loader *l, struct cadre__raw *group, const char *name,
                     const char *value, const char *text)
{
    const struct cadre__conf_origin_info info = {.origin = CADRE__CONF_COMMAND_LINE};
    struct cadre__raw *old = cadre__raw_get(group, name);
    struct cadre__raw *raw;

    if (old != NULL)
        cadre__raw_remove(group, old);
    if (value[0] != '\0' && strchr("[({\"", value[0]) != NULL)
        return set_parsed(l, group, name, value, text);
    raw = cadre__raw_new(&l->arena, CADRE_CONF_STRING, name, &info);
    if (raw == NULL)
        return -ENOMEM;
    raw->value.string = value;
    cadre__raw_append(group, raw);
    return 0;
}

/* The group NAME in PARENT, made where it is not there; *RET NULL: something else is. */
static int enter_group(struct loader *l, struct cadre__raw *parent, const char *name,
                       struct cadre__raw **ret)
{
    const struct cadre__conf_origin_info info = {.origin = CADRE__CONF_COMMAND_LINE};
    struct cadre__raw *group = cadre__raw_get(parent, name);

    if (group == NULL) {
        group = cadre__raw_new(&l->arena, CADRE_CONF_GROUP, name, &info);
        if (group == NULL)
            return -ENOMEM;
        cadre__raw_append(parent, group);
    }
    *ret = group->type == CADRE_CONF_GROUP ? group : NULL;
    return 0;
}

static void refuse_set(struct loader *l, const char *text, const char *why)
{
    cadre__conf_errors_add(l->errs, NULL, 0, "--set %.*s: %s", SET_PATH_MAX, text, why);
}

/* Whether PATH is names joined by dots. */
static bool is_set_path(const char *path)
{
    for (;;) {
        size_t len = strspn(path, NAME_CHARS);

        if (len == 0 || strchr("0123456789-_", path[0]) != NULL)
            return false;
        if (path[len] != '.')
            return path[len] == '\0';
        path += len + 1;
    }
}

/* Sets VALUE under PATH, which is changed on the way. */
static int set_at(struct loader *l, char *path, const char *value, const char *text)
{
    struct cadre__raw *group = l->root;
    char *dot;

    for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        int r;

        *dot = '\0';
        r = enter_group(l, group, path, &group);
        if (r < 0)
            return r;
        if (group == NULL) {
            refuse_set(l, text, "a name before the last one is no group in the conf");
            return 0;
        }
    }
    return set_value(l, group, path, value, text);
}

/* Applies one NAME.NAME=VALUE. */
static int apply_set(struct loader *l, const char *text)
{
    const char *equals = strchr(text, '=');
    char *path;

    if (equals == NULL) {
        refuse_set(l, text, "write NAME=VALUE, such as workers=2 or listen.web.address=:8080");
        return 0;
    }
    path = cadre__arena_strndup(&l->arena, text, (size_t)(equals - text));
    if (path == NULL)
        return -ENOMEM;
    if (is_set_path(path) && strcmp(path, "include") != 0)
        return set_at(l, path, equals + 1, text);
    refuse_set(l, text,
               strcmp(path, "include") == 0
                   ? "files are included by files only"
                   : "the name is no name of the conf, such as listen.web.address");
    return 0;
}

static int apply_sets(struct loader *l, const struct cadre__conf_set *sets)
{
    int r = 0;

    for (; r == 0 && sets != NULL; sets = sets->next)
        r = apply_set(l, sets->text);
    return r;
}

/* --- all together --- */

/* Makes the tree. *RET is set also when there are errors after which binding makes sense. */
static int load(struct loader *l, const char *path, const struct cadre__conf_set *sets,
                struct cadre__conf_tree **ret)
{
    const struct cadre__conf_origin_info info = {.origin = CADRE__CONF_FILE, .file = path};
    struct cadre__conf_builder *builder;
    int r;

    l->root = cadre__raw_new(&l->arena, CADRE_CONF_GROUP, "", &info);
    if (l->root == NULL)
        return -ENOMEM;
    r = load_file(l, path, NULL);
    if (r == 0)
        r = apply_sets(l, sets);
    if (r == 0)
        r = cadre__resolve(l->root, path, &l->arena, l->errs);
    if (r < 0)
        return r;
    builder = cadre__conf_builder_new(path);
    if (builder == NULL)
        return -ENOMEM;
    cadre__raw_write(l->root, builder);
    r = cadre__conf_builder_finish(builder, ret);
    if (r == -E2BIG) {
        cadre__conf_errors_add(l->errs, path, 0, "the conf is too large");
        r = -EINVAL;
    }
    return r;
}

static int load_all(const char *path, const struct cadre__conf_set *sets,
                    struct cadre__conf_tree **ret, struct cadre__conf_errors *errs)
{
    struct loader *l = calloc(1, sizeof(*l));
    int r;

    if (l == NULL)
        return -ENOMEM;
    cadre__arena_init(&l->arena, ARENA_CHUNK);
    l->errs = errs;
    r = load(l, path, sets, ret);
    cadre__arena_done(&l->arena);
    free(l);
    return r;
}

int cadre__conf_load(const char *path, const struct cadre__conf_set *sets,
                     struct cadre__conf_tree **ret, struct cadre__conf_errors *errs)
{
    size_t before = cadre__conf_errors_count(errs);
    struct cadre__conf_tree *tree;
    int r = load_all(path, sets, &tree, errs);

    if (r < 0)
        return r;
    if (cadre__conf_errors_count(errs) != before) {
        cadre__conf_tree_free(tree);
        return -EINVAL;
    }
    *ret = tree;
    return 0;
}

int cadre__conf_read(const char *path, const struct cadre__conf_set *sets,
                     struct cadre__conf_tree **ret_tree, struct cadre__server_conf **ret_conf,
                     struct cadre__conf_errors *errs)
{
    size_t before = cadre__conf_errors_count(errs);
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    int r = load_all(path, sets, &tree, errs);

    if (r == 0)
        r = cadre__bind_tree(tree, &conf, errs);
    if (r == 0)
        cadre__resolve_check(tree, conf, errs);
    cadre__conf_errors_sort(errs);
    if (r == 0 && cadre__conf_errors_count(errs) != before)
        r = -EINVAL;
    if (r < 0) {
        cadre__server_conf_free(conf);
        cadre__conf_tree_free(tree);
        return r;
    }
    *ret_tree = tree;
    *ret_conf = conf;
    return 0;
}

int cadre__conf_glance(const char *path, const struct cadre__conf_set *sets,
                       struct cadre__conf_tree **ret_tree, struct cadre__server_conf **ret_conf)
{
    struct cadre__conf_errors errs;
    struct cadre__conf_tree *tree = NULL;
    int r;

    cadre__conf_errors_init(&errs);
    r = load_all(path, sets, &tree, &errs);
    if (r == 0)
        r = cadre__bind_tree(tree, ret_conf, &errs);
    cadre__conf_errors_done(&errs);
    if (r < 0)
        cadre__conf_tree_free(tree);
    else
        *ret_tree = tree;
    return r;
}
